/** A sliding window: at most `limit` requests in any `windowMs` milliseconds. Refused requests do not count. */
export class SlidingWindow {
	private taken: number[] = [];

	constructor(
		public limit: number,
		readonly windowMs: number,
	) {}

	/** Counts a request at `now` (ms) and returns 0, or refuses it and returns the ms until one would be let through. */
	take(now: number): number {
		this.taken = this.taken.filter((at) => at > now - this.windowMs);
		if (this.taken.length < this.limit) {
			this.taken.push(now);
			return 0;
		}
		const oldest = this.taken[this.taken.length - this.limit];
		return oldest === undefined ? this.windowMs : Math.max(1, oldest + this.windowMs - now);
	}

	/** How many requests the window holds at `now` (ms). */
	used(now: number): number {
		return this.taken.filter((at) => at > now - this.windowMs).length;
	}

	reset(): void {
		this.taken = [];
	}
}
