import { setTimeout as wait } from 'node:timers/promises';

/** Node.js makes a longer timer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Time as the pack sees it: one place, so that a test can put a virtual clock in. Milliseconds. */
export const clock = {
	now: (): number => Date.now(),
	/** Waits `ms` milliseconds; rejects with the signal's reason when the execution is cancelled. */
	sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
		try {
			await wait(Math.min(ms, LONGEST_TIMER_MS), undefined, { signal });
		} catch (error) {
			signal?.throwIfAborted();
			throw error;
		}
	},
};
