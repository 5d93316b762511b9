import { clock } from './clock';
import { deadlineOf, untilAborted } from './deadline';

/**
 * How much earlier than the server's window ours may close: requests take different times to arrive, so two that
 * left exactly one window apart can arrive closer together than that.
 */
const ARRIVAL_SLACK = { ratio: 0.01, maxMs: 1_000 };

/** How long a credential that nobody uses keeps its say about the limit. */
const FORGET_LIMIT_MS = 3_600_000;

/** No server is believed when it asks for a longer pause than this. */
const LONGEST_BLOCK_MS = 600_000;

/**
 * How a budget goes on after a refusal: it holds its share, then tries for more, one request after the other, until one is
 * refused, which is answered within seconds. The numbers were found by trying one to eight processes (`npm run bench:budget`).
 */
const SHARING = {
	/** A process with a quarter of the limit holds it while so many requests go through the whole tenant: few are spent on trying. */
	holdRequests: 300,
	/** One with more holds it longer, one with less tries sooner, by this power of its share: so the shares become alike. */
	holdPower: 3,
	/** But nobody holds longer than this, so that what another one leaves behind is not wasted. */
	longestHold: { requests: 320, windows: 8 },
	/** Not all try at the same moment. */
	holdJitter: 0.25,
	/** Whoever had next to nothing when it was refused, because it came last, starts with this part of the limit. */
	least: 0.1,
	/** For this many windows after a refusal requests are spread and not sent in a burst, which leaves nobody else a gap. */
	spreadWindows: 3,
	/** They are spread over this part of the window, give or take the jitter, so that pauses can be made up for. */
	spreadOver: 0.5,
	jitter: 0.25,
};

/** A number, give or take a part of it at random. */
function about(value: number, jitter: number): number {
	return value * (1 + jitter * (2 * Math.random() - 1));
}

/** How long a run of a node has waited for request budgets; waits at the same time count once. */
export class BudgetWaits {
	private ended = 0;
	private underWay = 0;
	private since = 0;

	/** Counts the time until a promise is settled. */
	async during<T>(wait: Promise<T>): Promise<T> {
		if (this.underWay++ === 0) this.since = clock.now();
		try {
			return await wait;
		} finally {
			if (--this.underWay === 0) this.ended += Math.max(0, clock.now() - this.since);
		}
	}

	/** Milliseconds, of the waits that are over. */
	get ms(): number {
		return this.ended;
	}
}

/**
 * A sliding-window request budget: at most `limit` requests in any `windowMs`. Callers wait for their turn, first
 * come first served, instead of running into the vendor's throttle.
 *
 * Other processes use up the same tenant's limit and nothing is known of them. So a refusal (429) teaches: the server's
 * window is full, and what this process has in it is its share. It goes on with that, now and then takes what nobody else
 * wants, and is at the whole limit again within minutes when the others have stopped. The limit is never exceeded.
 */
export class RequestBudget {
	/** When each request of the last window left (epoch milliseconds), without those that were refused. */
	private readonly sent: number[] = [];
	private queue: Promise<unknown> = Promise.resolve();
	private blockedUntil = 0;
	/** The latest refusal: when it came, how many requests this process then had in the window, how long it leaves it at that. */
	private refusal?: { at: number; share: number; holdMs: number };
	/** The next request leaves no earlier, even if there is room: after a refusal requests are spread. */
	private spreadUntil = 0;
	/** What each credential of the tenant allows, and when it said so last (epoch milliseconds). */
	private readonly limits = new Map<string, { limit: number; at: number }>();

	constructor(
		limit: number,
		readonly windowMs: number,
		account = '',
	) {
		this.allow(limit, account);
	}

	/**
	 * Tells what one credential of the tenant allows. Of several the lowest holds.
	 *
	 * @param limit requests in a window, from 1
	 * @throws RangeError for anything else: no slip may switch a budget off
	 */
	allow(limit: number, account: string): void {
		if (!Number.isFinite(limit) || limit < 1)
			throw new RangeError(`A request budget cannot be ${limit}`);
		const now = clock.now();
		this.limits.set(account, { limit, at: now });
		for (const [other, { at }] of this.limits) {
			if (Math.abs(now - at) > FORGET_LIMIT_MS) this.limits.delete(other);
		}
	}

	/** Requests in a window. */
	private get limit(): number {
		return Math.min(...[...this.limits.values()].map(({ limit }) => limit));
	}

	/**
	 * Waits until one more request fits and books it.
	 *
	 * @param waits of the run that the request is made for
	 * @returns when it was booked (epoch milliseconds), which `refused` wants to know
	 * @throws the signal's reason when the execution is cancelled while waiting; nothing is booked then
	 */
	async take(signal?: AbortSignal, waits?: BudgetWaits): Promise<number> {
		const turn = this.queue.then(async () => await this.waitForRoom(signal));
		this.queue = turn.catch(() => undefined);
		// Whoever is cancelled while others stand before it leaves at once; its turn then passes without being booked.
		const taken = untilAborted(turn, signal);
		return await (waits === undefined ? taken : waits.during(taken));
	}

	/** Holds every request back until `untilMs` (epoch milliseconds): the server said "not before then". */
	blockUntil(untilMs: number): void {
		this.blockedUntil = Math.max(this.blockedUntil, untilMs);
	}

	/**
	 * Learns from a refusal (429), and holds every request back until `untilMs`.
	 *
	 * @param bookedAtMs what `take` returned for the request that was refused
	 * @param untilMs epoch milliseconds
	 */
	refused(bookedAtMs: number, untilMs: number): void {
		this.blockUntil(untilMs);
		const booking = this.sent.lastIndexOf(bookedAtMs);
		if (booking >= 0) this.sent.splice(booking, 1);
		// Several that were on their way together come to the same: what counts is what was let through.
		const now = clock.now();
		const had = this.sent.filter((at) => at > now - this.windowMs).length;
		const share = Math.max(1, this.limit * SHARING.least, had);
		this.refusal = { at: now, share, holdMs: about(this.holdMs(share), SHARING.holdJitter) };
	}

	private holdMs(share: number): number {
		const { limit, windowMs } = this;
		const { holdRequests, holdPower, longestHold } = SHARING;
		const requests = holdRequests * ((4 * share) / limit) ** holdPower;
		return (
			windowMs * Math.min(longestHold.windows, Math.min(longestHold.requests, requests) / limit)
		);
	}

	/** How many requests in a window this process allows itself; the whole limit where nobody else was noticed. */
	private rateAt(now: number): number {
		const { limit, refusal, windowMs } = this;
		if (refusal === undefined) return limit;
		const triedMs = Math.max(0, now - refusal.at - refusal.holdMs);
		const rate = refusal.share + (limit * triedMs) / windowMs;
		if (rate < limit) return rate;
		if (now - refusal.at > SHARING.spreadWindows * windowMs) this.refusal = undefined;
		return limit;
	}

	/** A clock that was set back must not make everyone wait until it has caught up. */
	private endureClockSetBack(now: number): void {
		for (let i = this.sent.length - 1; i >= 0 && this.sent[i] > now; i--) this.sent[i] = now;
		this.blockedUntil = Math.min(this.blockedUntil, now + LONGEST_BLOCK_MS);
		this.spreadUntil = Math.min(this.spreadUntil, now + this.windowMs);
		if (this.refusal !== undefined) this.refusal.at = Math.min(this.refusal.at, now);
	}

	private async waitForRoom(signal?: AbortSignal): Promise<number> {
		const window =
			this.windowMs + Math.min(this.windowMs * ARRIVAL_SLACK.ratio, ARRIVAL_SLACK.maxMs);
		for (;;) {
			signal?.throwIfAborted();
			const now = clock.now();
			this.endureClockSetBack(now);
			while (this.sent.length > 0 && this.sent[0] <= now - window) this.sent.shift();
			const rate = this.rateAt(now);
			const room = Math.floor(Math.min(this.limit, rate));
			const roomAt = this.sent.length >= room ? this.sent[this.sent.length - room] + window : now;
			const readyAt = Math.max(roomAt, this.blockedUntil, this.spreadUntil);
			if (readyAt <= now) {
				this.sent.push(now);
				// What has passed must not come back with a clock that is set back.
				this.blockedUntil = 0;
				if (this.refusal !== undefined) {
					this.spreadUntil =
						now + about((SHARING.spreadOver * this.windowMs) / rate, SHARING.jitter);
				}
				return now;
			}
			const deadline = deadlineOf(signal);
			if (now >= deadline)
				throw new DOMException(
					'There is no time left to wait for the request budget',
					'TimeoutError',
				);
			await clock.sleep(Math.min(readyAt, deadline) - now, signal);
		}
	}
}

const budgets = new Map<string, RequestBudget>();

/**
 * The budget that all nodes of this process share for one tenant and one family of calls.
 *
 * @param key names tenant and family, for example `https://api-na1.niceincontact.com|tenant|media-playback`
 * @param limit requests in a window, from 1, as this credential allows; the lowest of all holds
 * @param account names the credential
 */
export function sharedBudget(
	key: string,
	windowMs: number,
	limit: number,
	account: string,
): RequestBudget {
	let budget = budgets.get(key);
	if (budget === undefined) {
		budget = new RequestBudget(limit, windowMs, account);
		budgets.set(key, budget);
	}
	budget.allow(limit, account);
	return budget;
}
