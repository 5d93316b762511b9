import { clock } from './clock';
import { deadlineOf } from './deadline';

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
 * A sliding-window request budget: at most `limit` requests in any `windowMs`. Callers wait for their turn, first
 * come first served, instead of running into the vendor's throttle.
 */
export class RequestBudget {
	private readonly sent: number[] = [];
	private queue: Promise<void> = Promise.resolve();
	private blockedUntil = 0;
	/** What each credential of the tenant allows, and when it said so last (epoch milliseconds). */
	private readonly limits = new Map<string, { limit: number; at: number }>();

	constructor(
		limit: number,
		private readonly windowMs: number,
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
		if (!Number.isFinite(limit) || limit < 1) throw new RangeError(`A request budget cannot be ${limit}`);
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
	 * @throws the signal's reason when the execution is cancelled while waiting; nothing is booked then
	 */
	async take(signal?: AbortSignal): Promise<void> {
		const turn = this.queue.then(async () => await this.waitForRoom(signal));
		this.queue = turn.catch(() => undefined);
		// Whoever is cancelled while others stand before it leaves at once; its turn then passes without being booked.
		return await untilAborted(turn, signal);
	}

	/** Holds every request back until `untilMs` (epoch milliseconds): the server said "not before then". */
	blockUntil(untilMs: number): void {
		this.blockedUntil = Math.max(this.blockedUntil, untilMs);
	}

	/** A clock that was set back must not make everyone wait until it has caught up. */
	private endureClockSetBack(now: number): void {
		for (let i = this.sent.length - 1; i >= 0 && this.sent[i] > now; i--) this.sent[i] = now;
		this.blockedUntil = Math.min(this.blockedUntil, now + LONGEST_BLOCK_MS);
	}

	private async waitForRoom(signal?: AbortSignal): Promise<void> {
		const window = this.windowMs + Math.min(this.windowMs * ARRIVAL_SLACK.ratio, ARRIVAL_SLACK.maxMs);
		for (;;) {
			signal?.throwIfAborted();
			const now = clock.now();
			this.endureClockSetBack(now);
			while (this.sent.length > 0 && this.sent[0] <= now - window) this.sent.shift();
			const { limit } = this;
			const roomAt = this.sent.length >= limit ? this.sent[this.sent.length - limit] + window : now;
			const readyAt = Math.max(roomAt, this.blockedUntil);
			if (readyAt <= now) {
				this.sent.push(now);
				return;
			}
			const deadline = deadlineOf(signal);
			if (now >= deadline) throw new DOMException('There is no time left to wait for the request budget', 'TimeoutError');
			await clock.sleep(Math.min(readyAt, deadline) - now, signal);
		}
	}
}

/** Rejects with the signal's reason as soon as it fires, whatever `work` does then. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (signal === undefined) return await work;
	return await new Promise<T>((resolve, reject) => {
		const leave = () => reject(signal.reason as Error);
		if (signal.aborted) return leave();
		signal.addEventListener('abort', leave, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
	});
}

const budgets = new Map<string, RequestBudget>();

/**
 * The budget that all nodes of this process share for one tenant and one family of calls.
 *
 * @param key names tenant and family, for example `https://api-na1.niceincontact.com|tenant|media-playback`
 * @param limit requests in a window, from 1, as this credential allows; the lowest of all holds
 * @param account names the credential
 */
export function sharedBudget(key: string, windowMs: number, limit: number, account: string): RequestBudget {
	let budget = budgets.get(key);
	if (budget === undefined) {
		budget = new RequestBudget(limit, windowMs, account);
		budgets.set(key, budget);
	}
	budget.allow(limit, account);
	return budget;
}
