import { clock } from './clock';

/**
 * How much earlier than the server's window ours may close: requests take different times to arrive, so two that
 * left exactly one window apart can arrive closer together than that.
 */
const ARRIVAL_SLACK = { ratio: 0.01, maxMs: 1_000 };

/**
 * A sliding-window request budget: at most `limit` requests in any `windowMs`. Callers wait for their turn, first
 * come first served, instead of running into the vendor's throttle.
 */
export class RequestBudget {
	private readonly sent: number[] = [];
	private queue: Promise<void> = Promise.resolve();
	private blockedUntil = 0;

	constructor(
		public limit: number,
		private readonly windowMs: number,
	) {}

	/**
	 * Waits until one more request fits and books it.
	 *
	 * @throws the signal's reason when the execution is cancelled while waiting; nothing is booked then
	 */
	async take(signal?: AbortSignal): Promise<void> {
		const turn = this.queue.then(async () => await this.waitForRoom(signal));
		this.queue = turn.catch(() => undefined);
		return await turn;
	}

	/** Holds every request back until `untilMs` (epoch milliseconds): the server said "not before then". */
	blockUntil(untilMs: number): void {
		this.blockedUntil = Math.max(this.blockedUntil, untilMs);
	}

	private async waitForRoom(signal?: AbortSignal): Promise<void> {
		const window = this.windowMs + Math.min(this.windowMs * ARRIVAL_SLACK.ratio, ARRIVAL_SLACK.maxMs);
		for (;;) {
			signal?.throwIfAborted();
			const now = clock.now();
			while (this.sent.length > 0 && this.sent[0] <= now - window) this.sent.shift();
			const roomAt = this.limit > 0 && this.sent.length >= this.limit ? this.sent[0] + window : now;
			const readyAt = Math.max(roomAt, this.blockedUntil);
			if (readyAt <= now) {
				this.sent.push(now);
				return;
			}
			await clock.sleep(readyAt - now, signal);
		}
	}
}

const budgets = new Map<string, RequestBudget>();

/**
 * The budget that all nodes of this process share for one tenant and one family of calls.
 *
 * @param key names tenant and family, for example `https://api-na1.niceincontact.com|tenant|media-playback`
 * @param limit requests in a window; 0 or less switches the budget off
 */
export function sharedBudget(key: string, limit: number, windowMs: number): RequestBudget {
	let budget = budgets.get(key);
	if (budget === undefined) {
		budget = new RequestBudget(limit, windowMs);
		budgets.set(key, budget);
	}
	budget.limit = limit;
	return budget;
}
