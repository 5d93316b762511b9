import { Memory } from './memory';
import type { Position } from './source';

/** Where a span was left in the middle, to go on there. */
export interface Resume {
	/** End of the span; null for none. */
	to: number | null;
	position: Position | null;
	/** Rows on the pages that were read to their end. */
	rows: number;
	/** The least number of rows the platform spoke of; null where it did not. */
	lowest: number | null;
	/** When reading of the span began. Epoch milliseconds. */
	startedAt: number;
}

/** The read that goes over everything from `floor` to now, poll by poll, and then starts again. Times are epoch milliseconds. */
export interface Sweep {
	/** Everything from the floor to here was read in this sweep. */
	at: number;
	startedAt: number;
	/** Length of the next span; it follows how many rows spans turn out to have. */
	spanMs: number;
	/** A span in this sweep was not read cleanly: the floor stays before it until the next sweep. */
	gap?: boolean;
	/** How many times in a row a span was not read cleanly. */
	unclean?: number;
	/** The last poll had no time left for the sweep: it comes first in the next one. */
	starved?: boolean;
	resume?: Resume;
}

/** Recordings that were available before the trigger was activated are not new. Present until the first sweep is through. */
export interface Baseline {
	/** Calls that ended from here on are new in any case. Epoch milliseconds. */
	since: number;
	/** From here on everything has been read once; null where nothing has. */
	unreadTo: number | null;
}

/** What a trigger knows between polls. */
export interface TriggerState {
	/** Counts commits, so that a poll sees that another one was faster. */
	revision: number;
	/** What is watched; a trigger that is pointed at something else starts anew. */
	scope: string;
	/** Recordings before this time are settled: they were read when they were older than the overlap. Epoch milliseconds. */
	floor: number;
	sweep: Sweep;
	baseline?: Baseline;
	/** The bucket among those before the floor that was looked at last. */
	watchedTo?: number;
	memory: Memory;
}

const VERSION = 1;

/** A state as n8n stores it: plain JSON of a few hundred bytes, and the memory in base64. */
export type StoredState = Omit<TriggerState, 'memory'> & { version: typeof VERSION; memory: string };

/** Makes a state storable. */
export function encodeState(state: TriggerState): StoredState {
	return { version: VERSION, ...state, memory: state.memory.encode() };
}

/**
 * Reads a stored state. The copy is deep: changing it leaves the stored one as it is.
 *
 * @returns undefined where there is none, or one this version cannot read
 */
export function decodeState(stored: unknown): TriggerState | undefined {
	if (typeof stored !== 'object' || stored === null) return undefined;
	const { version, memory: encoded, ...rest } = JSON.parse(JSON.stringify(stored)) as Partial<StoredState>;
	if (version !== VERSION || typeof encoded !== 'string') return undefined;
	const { revision, scope, floor, sweep } = rest;
	if (typeof revision !== 'number' || typeof scope !== 'string' || typeof floor !== 'number') return undefined;
	if (typeof sweep?.at !== 'number' || typeof sweep.spanMs !== 'number') return undefined;
	const memory = Memory.decode(encoded);
	return memory === undefined ? undefined : { ...rest, revision, scope, floor, sweep, memory };
}
