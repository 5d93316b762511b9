import { setImmediate as turn } from 'node:timers/promises';

import { clock } from '../../core/http/clock';

/** Time that passes only when somebody waits for it; for the pack's clock and the simulator's `now` alike. */
export class VirtualClock {
	ms: number;
	/** Resolves when nothing is on its way: no time may pass while a request travels, which it does in no time. */
	quiet: () => Promise<unknown> = async () => await turn();
	private readonly real = { ...clock };

	constructor(start = Date.parse('2025-03-04T12:00:00Z')) {
		this.ms = start;
	}

	readonly now = (): number => this.ms;

	/** Puts it in the place of the pack's clock. */
	install(): void {
		clock.now = this.now;
		clock.sleep = async (ms, signal) => {
			const until = this.ms + ms;
			await this.quiet();
			signal?.throwIfAborted();
			this.ms = Math.max(this.ms, until);
		};
	}

	uninstall(): void {
		Object.assign(clock, this.real);
	}
}
