import { activatedNow } from './baseline';
import type { PollSettings } from './environment';
import type { TriggerState } from './state';
import { iso } from '../times';

/** Clocks are set right by so much without being worth a word. */
const TOLERANCE_MS = 300_000;

/**
 * Notices a state from the future: n8n's clock was ahead when it was made, or is behind now. Everything is read again from
 * where the memory begins. It reaches back to the look-back before the newest call that was ever seen, however far the watermark
 * went: so nothing that came meanwhile is lost, and nothing is handed over twice.
 *
 * @returns the state to go on with
 */
export function recoverFromClockJump(
	state: TriggerState,
	settings: PollSettings,
	now: number,
	log: (message: string) => void,
): TriggerState {
	const { scan, baseline, awaitedCheck, watermark, rememberedFrom } = state;
	const latest = now + TOLERANCE_MS;
	// With a clock that is behind, watermark and cursor stay ahead of it for as long as it is.
	const ahead = [
		state.polledAt,
		state.readTo,
		scan.startedAt,
		baseline?.since,
		awaitedCheck?.checkedAt,
		awaitedCheck?.underWay?.startedAt,
		watermark > rememberedFrom ? watermark : now,
		scan.cursor > watermark ? scan.cursor : now,
	].reduce<number>((one, other) => Math.max(one, other ?? now), now);
	// Nothing was ever seen, and a trigger that begins "from now on" begins in times to come: they are what the clock was wrong about.
	if (state.newest === undefined && state.activatedAt > latest) {
		log(
			`The trigger was activated at ${iso(state.activatedAt)} by a clock that was ahead of today's, which says ${iso(now)}. It begins anew from now on.`,
		);
		return activatedNow(state.watch, settings, now, state);
	}
	if (ahead <= latest) return state;
	log(
		`The clock of n8n went back from ${iso(ahead)} to ${iso(now)}. The trigger goes over everything since ${iso(rememberedFrom)} again; nothing is handed over twice.`,
	);
	state.watermark = rememberedFrom;
	state.scan = { cursor: rememberedFrom, startedAt: now, spanMs: scan.spanMs };
	state.readTo = Math.min(state.readTo, now);
	state.polledAt = now;
	if (baseline !== undefined) baseline.since = Math.min(baseline.since, now);
	delete state.awaitedCheck;
	return state;
}
