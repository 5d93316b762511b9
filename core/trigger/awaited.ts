import type { Awaited, Memory } from './memory';
import type { Span } from './source';
import type { TriggerState } from './state';

const MINUTE_MS = 60_000;
/** Awaited recordings are asked for at intervals that grow with how long they have been awaited. They divide the hour, so that what is due at once can be listed at once. */
const INTERVALS_MS = [1, 2, 4, 10, 20, 30].map((minutes) => minutes * MINUTE_MS);
/** One request a minute goes into awaited recordings on average, however many there are: an idle poll needs one or two itself. */
const PAUSE_PER_PAGE_MS = MINUTE_MS;
/** To begin with, recordings within so much time are listed together. */
const FIRST_SPAN_MS = 60 * MINUTE_MS;
const SHORTEST_SPAN_MS = 10_000;
const LONGEST_SPAN_MS = 32 * 24 * 60 * MINUTE_MS;

/** Awaited recordings that lie so close together that one listing pays. */
export interface Group {
	span: Span;
	recordings: Awaited[];
}

/**
 * The look at awaited recordings that a poll makes, or goes on with: what is due by now, in groups, ascending.
 *
 * @param awaited all that are looked after, by the start of their calls
 * @returns undefined where it is too early for a look
 */
export function dueGroups(state: TriggerState, awaited: readonly Awaited[], overlapMs: number, now: number): Group[] | undefined {
	state.watching ??= { lookedAt: 0, spanMs: FIRST_SPAN_MS };
	const { watching } = state;
	if ((watching.pausedUntil ?? 0) > now) return undefined;
	watching.look ??= { at: now, done: null };
	const { at, done } = watching.look;
	const due = awaited.filter((one) => one.from > (done ?? -Infinity) && isDue(one, watching.lookedAt, at, overlapMs));
	const groups: Group[] = [];
	for (const one of due) {
		const group = groups.at(-1);
		if (group !== undefined && (one.from === group.span.from || one.to - group.span.from <= watching.spanMs)) {
			group.recordings.push(one);
			group.span.to = Math.max(group.span.to, one.to);
		} else {
			groups.push({ span: { from: one.from, to: one.to }, recordings: [one] });
		}
	}
	return groups;
}

function isDue({ to }: Awaited, lookedAt: number, now: number, overlapMs: number): boolean {
	const awaitedMs = now - to - overlapMs;
	const intervalMs = INTERVALS_MS.filter((one) => one * 2 <= awaitedMs).at(-1) ?? INTERVALS_MS[0];
	return Math.floor(now / intervalMs) > Math.floor(lookedAt / intervalMs);
}

/** Notes that a group was listed, or is left for another time, and learns for how much time a listing pays. */
export function passGroup(state: TriggerState, { recordings }: Group, pages: number): void {
	const watching = state.watching!;
	watching.look!.done = recordings.at(-1)!.from;
	// Asked for one by one they would have cost a page each.
	if (pages > recordings.length) watching.spanMs = Math.max(SHORTEST_SPAN_MS, Math.floor(watching.spanMs / 2));
	else if (pages === 1) watching.spanMs = Math.min(LONGEST_SPAN_MS, watching.spanMs * 2);
}

/** Ends a poll's part of the look: the more pages it took, the later is the next. */
export function endLook(state: TriggerState, isThrough: boolean, pages: number, now: number): void {
	const watching = state.watching!;
	if (isThrough) {
		watching.lookedAt = watching.look!.at;
		delete watching.look;
	}
	delete watching.pausedUntil;
	if (pages > 1) watching.pausedUntil = now + (pages - 1) * PAUSE_PER_PAGE_MS;
}

/**
 * Counts recordings that were not in the listing of their time. A page may miss a row, and an index may lag: only one
 * that is missing for the second time is gone.
 *
 * @param isClean whether no row can have slipped through the listing
 * @param isTooOld whether a recording would be given up in any case
 * @returns those that are awaited no longer
 */
export function goneOf(memory: Memory, missing: readonly Awaited[], isClean: boolean, isTooOld: (one: Awaited) => boolean): Awaited[] {
	const gone = missing.filter((one) => isTooOld(one) || (isClean && one.missing));
	for (const { print } of gone) memory.forgetPending(print);
	if (isClean) for (const { print } of missing) memory.markMissing(print);
	return gone;
}
