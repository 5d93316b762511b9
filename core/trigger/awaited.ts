import { dueGroups, endCheck, passGroup, type Group } from './awaited-schedule';
import type { Awaited, Memory } from './memory';
import type { PollRun } from './run';
import { rowsWereMissed } from './span-reader';
import { iso } from '../times';

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
	const awaited = boundAwaited(run);
	if (awaited.length === 0) {
		delete state.awaitedCheck;
		return;
	}
	const groups = dueGroups(state, awaited, settings.lookBackMs, now);
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
	const { memory } = state;
	const missing = new Map(
		group.recordings.filter(({ print }) => memory.isPending(print)).map((one) => [one.print, one]),
	);
	const first = reader.pages;
	const found = () => missing.size === 0;
	// A listing may bring what lies behind its end: recordings of groups to come.
	if (found()) {
		passGroup(state, group, 0);
		return true;
	}
	const options = { lastPage: first + MAX_PAGES_OF_GROUP, found };
	const reading = await run.read(group.span, options, missing);
	const isComplete = reading.end === 'complete';
	if (!isComplete && (deduplication.isFull || !isFirst)) return false;
	passGroup(state, group, reader.pages - first);
	const gone = forgetGone(
		memory,
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
	if (isReliable) for (const { print } of missing) memory.markMissing(print);
	for (const { print } of gone) memory.forgetPending(print);
	return gone;
}

/** What is to be looked for on its own, without the oldest where too many are awaited. */
function boundAwaited({ state, environment }: PollRun<unknown>): Awaited[] {
	const { memory } = state;
	const awaited = memory.awaitedBefore(state.watermark);
	const dropped = awaited.splice(0, memory.pendingCount - MAX_AWAITED);
	for (const { print } of dropped) memory.forgetPending(print);
	if (dropped.length > 0)
		environment.log(
			`More than ${MAX_AWAITED} recordings are unfinished: the oldest ${dropped.length} are no longer awaited`,
		);
	return awaited;
}
