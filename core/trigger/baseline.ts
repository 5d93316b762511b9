import type { PollEnvironment, PollSettings } from './environment';
import { Memory } from './memory';
import type { Row, Span } from './source';
import type { TriggerState, Watch } from './state';

/** A span that is cheap everywhere, to begin with. */
const FIRST_SPAN_MS = 3_600_000;
/** Calls that ended this much before the activation count as new: clocks differ, and n8n may poll twice to activate. */
const ACTIVATION_GRACE_MS = 300_000;

/** A `Watch.start` for a trigger without a start time. */
export const FROM_NOW_ON = 'activation';

/** The state of a trigger that has not polled yet. */
function firstState(watch: Watch, settings: PollSettings, now: number): TriggerState {
	const watermark = settings.startAt ?? now - settings.lookBackMs;
	return {
		revision: 0,
		watch,
		activatedAt: now,
		polledAt: now,
		watermark,
		rememberedFrom: watermark,
		readTo: Math.min(settings.startAt ?? now, now),
		scan: { cursor: watermark, startedAt: now, spanMs: FIRST_SPAN_MS },
		...(settings.startAt === undefined && { baseline: { since: now, unreadTo: null } }),
		memory: new Memory(),
	};
}

/**
 * A trigger that begins "from now on", with what it knew of single recordings before: those it awaits become available from
 * now on, and those it handed over are not new.
 */
export function activatedNow(
	watch: Watch,
	settings: PollSettings,
	now: number,
	before?: TriggerState,
): TriggerState {
	const first = firstState(watch, { ...settings, startAt: undefined }, now);
	return before === undefined
		? first
		: { ...first, revision: before.revision, memory: before.memory };
}

/**
 * What a poll begins with: the state of the last one, brought in line with what is watched today.
 *
 * @param stored as `decodeState` gives it
 * @param log told of what could not be kept
 */
export function stateToGoOnWith(
	stored: TriggerState | 'unreadable' | undefined,
	watch: Watch,
	settings: PollSettings,
	now: number,
	log: PollEnvironment<unknown>['log'],
): TriggerState {
	if (stored === undefined) return firstState(watch, settings, now);
	if (stored === 'unreadable') {
		// To begin with an earlier time again would hand over all of it a second time.
		log(
			'What the trigger knew of earlier polls cannot be read. It goes on from now; what became available since the last poll may be missing.',
			'stateUnreadable',
		);
		return activatedNow(watch, settings, now);
	}
	const { start, api, conditions } = stored.watch;
	if (start !== watch.start) {
		return settings.startAt === undefined
			? activatedNow(watch, settings, now, stored)
			: { ...firstState(watch, settings, now), revision: stored.revision };
	}
	stored.watch = watch;
	if (stored.isDamaged === true) {
		delete stored.isDamaged;
		log(
			'A part of what the trigger remembered cannot be read. Calls that ended before the last poll count as handed over, others as new.',
		);
		beginBaseline(stored);
	}
	if (api !== watch.api) {
		// Recordings of the other API have other IDs, and may come later.
		stored.watermark = Math.min(stored.watermark, now - settings.lookBackMs);
		stored.rememberedFrom = Math.min(stored.rememberedFrom, stored.watermark);
	}
	if (api !== watch.api || conditions !== watch.conditions) beginBaseline(stored);
	return stored;
}

/**
 * What other conditions bring of the time that has been read is not new, and what has not been read yet is read with them:
 * everything from the watermark on is looked through once more.
 */
function beginBaseline(state: TriggerState): void {
	const { startedAt, spanMs } = state.scan;
	state.scan = { cursor: state.watermark, startedAt, spanMs };
	state.baseline = { since: state.readTo, unreadTo: null };
}

/** Whether a recording that is available was so before there was anybody to tell. */
export function wasThereBefore(
	row: Row<unknown>,
	span: Span,
	{ baseline, scan }: TriggerState,
): boolean {
	if (baseline === undefined) return false;
	const endedBefore = (at: number) => at < baseline.since - ACTIVATION_GRACE_MS;
	if (row.undated === true) return endedBefore(row.end ?? span.from);
	const unread = row.at >= scan.cursor && row.at < (baseline.unreadTo ?? Infinity);
	return unread && endedBefore(row.end ?? row.at);
}
