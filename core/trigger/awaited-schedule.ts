import type { Awaited } from './memory';
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
 * The check of awaited recordings that a poll makes, or goes on with: what is due by now, in groups, ascending.
 *
 * @param awaited all that are looked after, by the start of their calls
 * @returns undefined where it is too early for one
 */
export function dueGroups(
	state: TriggerState,
	awaited: readonly Awaited[],
	lookBackMs: number,
	now: number,
): Group[] | undefined {
	state.awaitedCheck ??= { checkedAt: 0, spanMs: FIRST_SPAN_MS };
	const { awaitedCheck: check } = state;
	if ((check.pausedUntil ?? 0) > now) return undefined;
	check.underWay ??= { startedAt: now, doneTo: null };
	const { startedAt, doneTo } = check.underWay;
	const due = awaited.filter(
		(one) => one.from > (doneTo ?? -Infinity) && isDue(one, check.checkedAt, startedAt, lookBackMs),
	);
	const groups: Group[] = [];
	for (const one of due) {
		const group = groups.at(-1);
		if (
			group !== undefined &&
			(one.from === group.span.from || one.to - group.span.from <= check.spanMs)
		) {
			group.recordings.push(one);
			group.span.to = Math.max(group.span.to, one.to);
		} else {
			groups.push({ span: { from: one.from, to: one.to }, recordings: [one] });
		}
	}
	return groups;
}

function isDue({ to }: Awaited, checkedAt: number, now: number, lookBackMs: number): boolean {
	const awaitedMs = now - to - lookBackMs;
	const intervalMs = INTERVALS_MS.filter((one) => one * 2 <= awaitedMs).at(-1) ?? INTERVALS_MS[0];
	return Math.floor(now / intervalMs) > Math.floor(checkedAt / intervalMs);
}

/** Notes that a group was listed, or is left for another time, and learns for how much time a listing pays. */
export function passGroup(state: TriggerState, { recordings }: Group, pages: number): void {
	const check = state.awaitedCheck!;
	check.underWay!.doneTo = recordings.at(-1)!.from;
	// Asked for one by one they would have cost a page each.
	if (pages > recordings.length)
		check.spanMs = Math.max(SHORTEST_SPAN_MS, Math.floor(check.spanMs / 2));
	else if (pages === 1) check.spanMs = Math.min(LONGEST_SPAN_MS, check.spanMs * 2);
}

/** Ends a poll's part of the check: the more pages it took, the later is the next. */
export function endCheck(
	state: TriggerState,
	isComplete: boolean,
	pages: number,
	now: number,
): void {
	const check = state.awaitedCheck!;
	if (isComplete) {
		check.checkedAt = check.underWay!.startedAt;
		delete check.underWay;
	}
	delete check.pausedUntil;
	if (pages > 1) check.pausedUntil = now + (pages - 1) * PAUSE_PER_PAGE_MS;
}
