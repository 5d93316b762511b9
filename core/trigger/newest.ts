import type { PollRun } from './run';
import { SpanTooDeep } from './source';
import { NOTHING_READ, rowsWereMissed } from './span-reader';

/**
 * Reads the newest recordings, so that they need not wait for the scan: it may have days to go through. Where the
 * platform has too many of them for one listing, the scan comes by with shorter spans.
 */
export async function readNewest<Raw>(run: PollRun<Raw>): Promise<void> {
	const { state } = run;
	const { now, source } = run.environment;
	const from = Math.max(now - source.freshMs, state.watermark);
	const reading = await run.read({ from, to: Infinity }).catch((error: unknown) => {
		if (error instanceof SpanTooDeep) return NOTHING_READ;
		throw error;
	});
	if (state.baseline?.unreadTo === null && reading.end === 'complete' && !rowsWereMissed(reading))
		state.baseline.unreadTo = from;
}
