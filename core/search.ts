import { UserError } from 'n8n-workflow';

import { judgeOf, Untold, type Conditions } from './conditions';
import { clock } from './http/clock';
import { deadlineSignal, untilAborted } from './http/deadline';
import type { UnreadableRow } from './http/wire';
import { readWhole, unreadableRows, type Listing } from './listing';
import { availabilityOf, type Recording } from './recording';

/** What becomes of recordings that are found and cannot be downloaded now. */
export type WhenNotAvailable = 'skip' | 'include' | 'wait';

/** How a platform is searched. */
export interface Searchable<Raw> extends Listing<Raw> {
	/** The search itself asks for a status: then everything that it finds is wanted. */
	asksForStatus?: boolean;
	toRecording(raw: Raw): Recording;
}

export interface SearchChoice {
	whenNotAvailable: WhenNotAvailable;
	/** For 'wait': how long the whole search may take with it, in milliseconds. */
	maxWaitMs: number;
	/** How many recordings at the most; Infinity for all. */
	limit: number;
	/** What the platform was not asked to filter by. */
	conditions: Conditions;
}

/** Recordings that were found and are not put out, for one reason. */
export interface LeftOut {
	reason: string;
	count: number;
}

/** The reasons that anything was left out for. */
export function leftOutFor(counts: Record<string, number>): LeftOut[] {
	return Object.entries(counts).flatMap(([reason, count]) =>
		count > 0 ? [{ reason, count }] : [],
	);
}

/** What a search came to. */
export interface Finding<Raw> {
	rows: Raw[];
	/** What else was found, and why it is not among the rows; undefined where nobody counted. */
	leftOut?: LeftOut[];
	/** How many of these could be downloaded some minutes later. */
	stillProcessing?: number;
	/** How many there are in all, where the limit kept some back and the platform tells. */
	matching?: number;
}

export const OVER_LIMIT = 'Over the limit';

/** First pause before asking again, then doubled ("Downloading Call Recordings Programmatically via the NICE CXone API"). */
const FIRST_RECHECK_MS = 30_000;
/** A last look begins when the time is over; it is not waited for any longer than this. */
const LAST_LOOK_MS = 10_000;
/** A recording that is not listed this many times in a row was deleted. */
const TIMES_MISSING = 2;

/**
 * Searches: everything that matches, whatever its status, sorted here. A server's own status filter would hide what is
 * still processing, and a link for that leads to a broken file.
 *
 * @param tell takes a sentence for the person who runs the workflow
 * @returns rows: recordings in the order of the search; with 'wait', those that did not become available in time keep their
 *   status, and those that were deleted meanwhile are left out
 * @throws UserError when the list cannot be read as a whole
 */
export async function findRecordings<Raw>(
	searchable: Searchable<Raw>,
	choice: SearchChoice,
	tell: (message: string) => void,
	signal?: AbortSignal,
): Promise<Finding<Raw>> {
	const deadline = clock.now() + choice.maxWaitMs;
	const { whenNotAvailable, limit } = choice;
	const judge = judgeOf(choice.conditions);
	const mayWait = whenNotAvailable === 'wait';
	const anyStatus = whenNotAvailable === 'include' || searchable.asksForStatus === true;
	const lookAt = (raw: Raw) => {
		const recording = searchable.toRecording(raw);
		const state = availabilityOf(recording);
		const verdict = judge(recording);
		const isOfWantedStatus = anyStatus || state === 'available' || (state === 'pending' && mayWait);
		// What is not told of a recording in the making may be told when it is waited for.
		const mayBe = mayWait && state === 'pending' && typeof verdict === 'string';
		const isWanted = isOfWantedStatus && (verdict === true || mayBe);
		return { raw, recording, state, verdict, isOfWantedStatus, isWanted };
	};
	const isWanted = (raw: Raw) => lookAt(raw).isWanted;
	const { rows, unreadable, total, doubled } = await readWhole(searchable, () => {
		let wantedSoFar = 0;
		return (fresh) => {
			if (limit === Infinity) return false;
			wantedSoFar += fresh.filter(isWanted).length;
			return wantedSoFar >= limit;
		};
	});
	if (doubled > 0)
		tell(
			`${searchable.platform} put ${doubled} of the recordings on two pages of its list, each time it was read, and may have left out as many. Narrow the range of time, so that fewer pages are needed.`,
		);
	if (unreadable.length > 0) report(searchable.platform, rows.length, unreadable, tell);
	const all = rows.map(lookAt);
	const wanted = all.filter((one) => one.isWanted).map(({ raw }) => raw);
	const unwanted = all.filter((one) => !one.isWanted);
	const found = wanted.slice(0, limit);
	const still = (
		mayWait ? await waitUntilAvailable(searchable, found, deadline, signal) : found
	).map(lookAt);
	const byStatus: Record<string, number> = {};
	const untold = new Untold();
	for (const { recording, verdict, isOfWantedStatus } of [...unwanted, ...still]) {
		if (typeof verdict === 'string' && isOfWantedStatus) untold.add(verdict, recording);
		if (verdict === false || isOfWantedStatus) continue;
		const reason = `Status '${recording.status}'`;
		byStatus[reason] = (byStatus[reason] ?? 0) + 1;
	}
	const words = untold.words(searchable.platform);
	if (words !== undefined) tell(words);
	const leftOut = leftOutFor({
		...byStatus,
		[OVER_LIMIT]: wanted.length - found.length,
		'Deleted meanwhile': found.length - still.length,
		Unreadable: unreadable.length,
		...untold.reasons,
	});
	// The platform's count is of what it was asked for, before the node filters.
	const isCounted = Object.keys(choice.conditions).length === 0;
	const isCut = found.length >= limit && total !== undefined && isCounted;
	return {
		rows: still.filter(({ verdict }) => verdict === true).map(({ raw }) => raw),
		leftOut,
		stillProcessing: unwanted.filter(
			({ state, verdict }) => state === 'pending' && verdict !== false,
		).length,
		...(isCut && {
			matching: Math.max(wanted.length, total - unwanted.length - unreadable.length),
		}),
	};
}

/** @throws UserError when there is nothing but rows that cannot be read */
function report(
	platform: string,
	readable: number,
	unreadable: UnreadableRow[],
	tell: (message: string) => void,
): void {
	const what = unreadableRows(platform, unreadable);
	if (readable > 0) return tell(`${what}. They were left out; the ${readable} others are here.`);
	throw new UserError(what, {
		description:
			'There was nothing else, and without an ID a recording cannot be used. The service may have changed.',
	});
}

/** Lists the time of those that are not available yet again and again: one request for many of them. */
async function waitUntilAvailable<Raw>(
	searchable: Searchable<Raw>,
	found: Raw[],
	deadline: number,
	signal?: AbortSignal,
): Promise<Raw[]> {
	const { idOf, toRecording } = searchable;
	const latest = new Map(found.map((raw) => [idOf(raw), raw]));
	const timesMissing = new Map<string, number>();
	for (let pauseMs = FIRST_RECHECK_MS; ; pauseMs *= 2) {
		const pending = [...latest.values()].filter(
			(raw) => availabilityOf(toRecording(raw)) === 'pending',
		);
		const remainingMs = deadline - clock.now();
		if (pending.length === 0 || remainingMs <= 0) return [...latest.values()];
		await clock.sleep(Math.min(pauseMs, remainingMs), signal);
		const look = deadlineSignal(Math.max(0, deadline - clock.now()) + LAST_LOOK_MS);
		const awaited = new Set(pending.map(idOf));
		try {
			const areThere = () => {
				const missing = new Set(awaited);
				return (fresh: readonly Raw[]) => {
					for (const raw of fresh) missing.delete(idOf(raw));
					return missing.size === 0;
				};
			};
			const { rows } = await untilAborted(readWhole(searchable, areThere, pending, look), look);
			for (const raw of rows) {
				const id = idOf(raw);
				if (awaited.delete(id)) {
					latest.set(id, raw);
					timesMissing.delete(id);
				}
			}
		} catch (error) {
			signal?.throwIfAborted();
			if (look.aborted || clock.now() >= deadline + LAST_LOOK_MS) return [...latest.values()];
			// A list that could not be read as a whole tells nothing about what it lacks; the next look may be better.
			if (error instanceof UserError) continue;
			throw error;
		}
		for (const id of awaited) {
			const times = (timesMissing.get(id) ?? 0) + 1;
			timesMissing.set(id, times);
			if (times >= TIMES_MISSING) latest.delete(id);
		}
	}
}
