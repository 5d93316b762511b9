import { checkAwaited } from './awaited';
import { stateToGoOnWith } from './baseline';
import { recoverFromClockJump } from './clock-jumps';
import type { PollEnvironment } from './environment';
import { PollRun } from './run';
import { Scanner } from './scan';
import type { Row } from './source';
import { rowsWereMissed } from './span-reader';
import type { TriggerState } from './state';

/** A platform may refuse so deep a page: where there are more, the scan comes by with shorter spans. */
const PAGES_OF_NEWEST = 90;

export interface PollResult<Raw> {
	/** To be stored together with the items. */
	state: TriggerState;
	/** What became available, in the order it was found. */
	items: Array<Row<Raw>>;
	/** What stopped the poll after it had found something: the next poll meets it again. */
	stoppedBy?: unknown;
}

/**
 * One poll: reads the newest recordings, goes on with the scan of everything since the watermark, and checks recordings
 * that are awaited for longer; `docs/how-the-trigger-works.md` draws it.
 *
 * @param stored as the last poll left it, for this poll alone to change; undefined before the first one
 * @throws what the source throws, unless there are items already: those are handed over first
 */
export async function poll<Raw>(
	stored: TriggerState | 'unreadable' | undefined,
	environment: PollEnvironment<Raw>,
): Promise<PollResult<Raw>> {
	const { watch, settings, now, log } = environment;
	const state = recoverFromClockJump(
		stateToGoOnWith(stored, watch, settings, now, log),
		settings,
		now,
		log,
	);
	const run = new PollRun(state, environment);
	const result = (): PollResult<Raw> => ({
		state: { ...state, revision: state.revision + 1 },
		items: run.deduplication.items,
	});
	try {
		await readAll(run);
	} catch (error) {
		if (run.deduplication.items.length === 0) throw error;
		return { ...result(), stoppedBy: error };
	}
	return result();
}

async function readAll<Raw>(run: PollRun<Raw>): Promise<void> {
	const { state, reader } = run;
	const scanner = new Scanner(run);
	const { goesFirst } = state.scan;
	delete state.scan.goesFirst;
	if (scanner.includesNewest) {
		await scanner.goOn();
	} else if (goesFirst === true) {
		await scanner.goOn();
		await readNewest(run);
	} else {
		await readNewest(run);
		if (reader.stopped) state.scan.goesFirst = true;
		else await scanner.goOn();
	}
	await checkAwaited(run);
}

/** Reads the newest recordings, so that they need not wait for the scan: it may have days to go through. */
async function readNewest<Raw>(run: PollRun<Raw>): Promise<void> {
	const { state, reader } = run;
	const { now, source } = run.environment;
	const from = Math.max(now - source.freshMs, state.watermark);
	const reading = await run.read(
		{ from, to: Infinity },
		{ lastPage: reader.pages + PAGES_OF_NEWEST },
	);
	if (state.baseline?.unreadTo === null && reading.end === 'complete' && !rowsWereMissed(reading))
		state.baseline.unreadTo = from;
}
