import { setImmediate as turn } from 'node:timers/promises';

import { clock } from '../core/http/clock';

/**
 * Time that stands still until somebody waits or a test moves it. `now` serves the simulator; `install` puts the clock in
 * the place of the pack's own, whose waits then take no time: waits at the same time overlap, as real ones do.
 */
export class VirtualClock {
	/** Every wait of the pack, in order, in milliseconds. */
	readonly waits: number[] = [];
	/** Done in every wait before time passes, for example until nothing is on its way any more. */
	meanwhile: () => Promise<unknown> = async () => undefined;
	private replaced: Partial<typeof clock> = {};

	/** @param ms what it shows, in milliseconds since 1970 */
	constructor(public ms = Date.parse('2025-03-04T12:00:00Z')) {}

	readonly now = (): number => this.ms;

	advance(seconds: number): void {
		this.ms += seconds * 1000;
	}

	/** Puts it in the place of the pack's clock; `uninstall` it after the test. */
	install(): this {
		this.replaced = { ...clock };
		clock.now = this.now;
		clock.sleep = async (ms, signal) => {
			signal?.throwIfAborted();
			this.waits.push(ms);
			const until = this.ms + ms;
			await this.meanwhile();
			// Lets others who wait have their turn, as a real timer would.
			await turn();
			signal?.throwIfAborted();
			this.ms = Math.max(this.ms, until);
		};
		return this;
	}

	uninstall(): void {
		Object.assign(clock, this.replaced);
	}
}
