import { setTimeout as wait } from 'node:timers/promises';

/** Time as the pack sees it: one place, so that a test can put a virtual clock in. Milliseconds. */
export const clock = {
	now: (): number => Date.now(),
	/** Waits `ms` milliseconds; rejects with the signal's reason when the execution is cancelled. */
	sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
		await wait(ms, undefined, { signal });
	},
};
