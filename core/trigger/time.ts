import { activatedNow } from './baseline';
import type { PollSettings } from './poll';
import type { TriggerState } from './state';

/** Clocks are set right by so much without being worth a word. */
const TOLERANCE_MS = 300_000;

/**
 * Notices a state from the future: n8n's clock was ahead when it was made, or is behind now. Everything is read again from
 * where the memory begins. It reaches back to the overlap before the newest call that was ever seen, however far the floor
 * went: so nothing that came meanwhile is lost, and nothing is handed over twice.
 *
 * @returns the state to go on with
 */
export function setRight(state: TriggerState, settings: PollSettings, now: number, log: (message: string) => void): TriggerState {
	const { sweep, baseline, watching, floor, rememberedFrom } = state;
	const latest = now + TOLERANCE_MS;
	// With a clock that is behind, floor and sweep stay ahead of it for as long as it is.
	const ahead = [state.polledAt, state.readTo, sweep.startedAt, baseline?.since, watching?.lookedAt, watching?.look?.at, floor > rememberedFrom ? floor : now, sweep.at > floor ? sweep.at : now]
		.reduce<number>((one, other) => Math.max(one, other ?? now), now);
	// Nothing was ever seen, and a trigger that begins "from now on" begins in times to come: they are what the clock was wrong about.
	const began = Math.max(state.activatedAt, settings.startAt === undefined ? rememberedFrom : now);
	if (state.newest === undefined && began > latest) {
		log(`The trigger was activated at ${iso(began)} by a clock that was ahead of today's, which says ${iso(now)}. It begins anew from now on.`);
		return activatedNow(state.watch, settings, now, state);
	}
	if (ahead <= latest) return state;
	log(`The clock of n8n went back from ${iso(ahead)} to ${iso(now)}. The trigger goes over everything since ${iso(rememberedFrom)} again; nothing is handed over twice.`);
	state.floor = rememberedFrom;
	state.sweep = { at: rememberedFrom, startedAt: now, spanMs: sweep.spanMs };
	state.readTo = Math.min(state.readTo, now);
	state.polledAt = now;
	if (baseline !== undefined) baseline.since = Math.min(baseline.since, now);
	delete state.watching;
	return state;
}

/**
 * The time to judge by where there is no way back: a recording that is given up is not looked at again. A clock that is a
 * day ahead for one poll must not give up anything.
 */
export function trustedNow(polledAt: number, now: number): number {
	return Math.min(polledAt, now);
}

/**
 * Moves the floor, and forgets what was handed over before it, unless the platform's own times say that it is too early.
 *
 * @param to recordings before this time are settled
 */
export function settleBefore(state: TriggerState, to: number, overlapMs: number): void {
	state.floor = to;
	if (state.newest === undefined) return;
	state.rememberedFrom = Math.max(state.rememberedFrom, Math.min(to, state.newest - overlapMs));
	state.memory.forgetSeenBefore(state.rememberedFrom);
}

/** A moment as it is written in messages. */
export function iso(ms: number): string {
	return new Date(ms).toISOString();
}
