import { startOfBucket, BUCKET_MS } from './memory';
import type { TriggerState } from './state';

/**
 * Moves the watermark, and forgets what was handed over before it, unless the platform's own times say that it is too early.
 *
 * @param to recordings before this time are settled
 */
export function advanceWatermark(state: TriggerState, to: number, lookBackMs: number): void {
	state.watermark = to;
	if (state.newest === undefined) return;
	state.rememberedFrom = Math.max(state.rememberedFrom, Math.min(to, state.newest - lookBackMs));
	state.memory.forgetSeenBefore(state.rememberedFrom);
}

/** Whether what was handed over of a time is forgotten. */
export function isForgotten(at: number, rememberedFrom: number): boolean {
	return startOfBucket(at) + BUCKET_MS <= rememberedFrom;
}
