import type { PollRun } from './run';
import { rowsWereMissed } from './span-reader';

/** A platform may refuse so deep a page: where there are more, the scan comes by with shorter spans. */
const MAX_PAGES = 90;

/** Reads the newest recordings, so that they need not wait for the scan: it may have days to go through. */
export async function readNewest<Raw>(run: PollRun<Raw>): Promise<void> {
	const { state, reader } = run;
	const { now, source } = run.environment;
	const from = Math.max(now - source.freshMs, state.watermark);
	const reading = await run.read({ from, to: Infinity }, { lastPage: reader.pages + MAX_PAGES });
	if (state.baseline?.unreadTo === null && reading.end === 'complete' && !rowsWereMissed(reading))
		state.baseline.unreadTo = from;
}
