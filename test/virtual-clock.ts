import { clock } from '../core/http/clock';

/** Time that stands still until somebody waits, and then is there at once. Milliseconds. */
export interface VirtualClock {
	now: number;
	/** Every wait that was asked for, in order. */
	readonly waits: number[];
	restore(): void;
}

/** Replaces the pack's clock; `restore` it after the test. */
export function virtualClock(startMs = Date.parse('2026-03-02T12:00:00Z')): VirtualClock {
	const { now, sleep } = clock;
	const time: VirtualClock = {
		now: startMs,
		waits: [],
		restore: () => Object.assign(clock, { now, sleep }),
	};
	clock.now = () => time.now;
	clock.sleep = async (ms, signal) => {
		signal?.throwIfAborted();
		time.waits.push(ms);
		time.now += ms;
		// Lets others who wait have their turn, as a real timer would.
		await new Promise((resolve) => setImmediate(resolve));
		signal?.throwIfAborted();
	};
	return time;
}
