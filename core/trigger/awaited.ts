import { dueGroups, endCheck, passGroup, type Group } from './awaited-schedule';
import { iso } from './iso';
import type { Awaited, Memory } from './memory';
import type { PollRun } from './run';
import { SpanTooDeep } from './source';
import { NOTHING_READ, rowsWereMissed } from './span-reader';

/** Pages after which a poll begins no further listing of awaited recordings. */
const PAGES_PER_POLL = 10;
/** Pages at which a listing of awaited recordings is given up. */
const MAX_PAGES_OF_GROUP = 50;
/** More than this many awaited recordings are a fault of the tenant's; it bounds the stored state. */
const MAX_AWAITED = 10_000;

/** Recordings that were unfinished when the watermark passed them: where they should be is listed until they are settled. */
export async function checkAwaited<Raw>(run: PollRun<Raw>): Promise<void> {
	const { state, reader } = run;
	const { settings, now } = run.environment;
	const awaited = state.memory.awaitedBefore(state.watermark);
	if (awaited.length === 0) {
		delete state.awaitedCheck;
		return;
	}
	boundAwaited(run);
	const groups = reader.stopped ? undefined : dueGroups(state, awaited, settings.lookBackMs, now);
	if (groups === undefined) return;
	const first = reader.pages;
	let done = 0;
	for (const group of groups) {
		if (reader.stopped || reader.pages >= first + PAGES_PER_POLL) break;
		if (!(await checkGroup(run, group, done === 0))) break;
		done++;
	}
	endCheck(state, done === groups.length, reader.pages - first, now);
}

/**
 * @param isFirst it has the time of a whole check: should that not be enough, it must not keep the others waiting
 * @returns false where the next poll has to go on with this group
 */
async function checkGroup<Raw>(
	run: PollRun<Raw>,
	group: Group,
	isFirst: boolean,
): Promise<boolean> {
	const { state, reader, deduplication, environment } = run;
	const missing = new Map(group.recordings.map((one) => [one.print, one]));
	const first = reader.pages;
	const options = { lastPage: first + MAX_PAGES_OF_GROUP, found: () => missing.size === 0 };
	const reading = await run.read(group.span, options, missing).catch((error: unknown) => {
		if (error instanceof SpanTooDeep) return NOTHING_READ;
		throw error;
	});
	const isComplete = reading.end === 'complete';
	if (!isComplete && (deduplication.isFull || !isFirst)) return false;
	passGroup(state, group, reader.pages - first);
	const gone = forgetGone(
		state.memory,
		[...missing.values()],
		isComplete && !rowsWereMissed(reading),
		run.giveUpBefore,
	);
	if (gone.length > 0) {
		environment.log(
			`${gone.length} unfinished recordings of calls that began between ${iso(gone[0].from)} and ${iso(gone.at(-1)!.to)} are no longer listed; they are no longer awaited`,
		);
	}
	return true;
}

/**
 * Counts recordings that were not in the listing of their time. A page may miss a row, and an index may lag: only one
 * that is missing for the second time is gone.
 *
 * @param isReliable whether no row can have slipped through the listing
 * @param giveUpBefore recordings of calls that began before this time are given up in any case
 * @returns those that are awaited no longer
 */
function forgetGone(
	memory: Memory,
	missing: readonly Awaited[],
	isReliable: boolean,
	giveUpBefore: number,
): Awaited[] {
	const gone = missing.filter((one) => one.from < giveUpBefore || (isReliable && one.missing));
	for (const { print } of gone) memory.forgetPending(print);
	if (isReliable) for (const { print } of missing) memory.markMissing(print);
	return gone;
}

function boundAwaited({ state, environment }: PollRun<unknown>): void {
	const { memory } = state;
	const tooMany = memory.pendingCount - MAX_AWAITED;
	if (tooMany <= 0) return;
	const dropped = memory.awaitedBefore(state.watermark).slice(0, tooMany);
	for (const { print } of dropped) memory.forgetPending(print);
	if (dropped.length > 0)
		environment.log(
			`More than ${MAX_AWAITED} recordings are unfinished: the oldest ${dropped.length} are no longer awaited`,
		);
}
