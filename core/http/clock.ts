import { setTimeout as wait } from 'node:timers/promises';

/** Node.js makes a longer timer fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const DAY_MS = 86_400_000;
/** When each thing was said last. */
const said = new Map<string, number>();

/** Whether it is time to say something that one word a day is enough for; then it counts as said. */
export function onceADay(what: string): boolean {
	const now = clock.now();
	if (Math.abs(now - (said.get(what) ?? -Infinity)) < DAY_MS) return false;
	said.set(what, now);
	return true;
}

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
