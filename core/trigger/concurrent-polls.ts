import { fingerprint, isForgotten } from './memory';
import type { PollResult } from './poll';
import type { TriggerState } from './state';

/**
 * Brings a poll's result together with what another poll of the same trigger stored meanwhile. The other one's progress
 * stands; of this one's items those remain which the other did not hand over.
 *
 * @param latest the state as it is stored now
 */
export function reconcile<Raw>(result: PollResult<Raw>, latest: TriggerState): PollResult<Raw> {
	const { api, start } = latest.watch;
	if (api !== result.state.watch.api || start !== result.state.watch.start)
		return { ...result, state: latest, items: [] };
	const { memory, rememberedFrom } = latest;
	const items = result.items.filter((row) => {
		const print = fingerprint(row.id);
		// Of what is forgotten the other poll settled everything, but for what it still awaits.
		return row.undated !== true && isForgotten(row.at, rememberedFrom)
			? memory.isPending(print)
			: !memory.hasSeen(print);
	});
	for (const row of items) memory.markSeen(row.at, fingerprint(row.id));
	return { ...result, state: { ...latest, revision: latest.revision + 1 }, items };
}
