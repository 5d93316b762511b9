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
	/** Rows were deleted while those pages were read. */
	torn?: boolean;
	/** ID of the last row of those pages. */
	last?: string;
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

/** Recordings that were available before are not new. Present until the first sweep since is through. */
export interface Baseline {
	/** Calls that ended from here on are new in any case. Epoch milliseconds. */
	since: number;
	/** From here on everything has been read once; null where nothing has. */
	unreadTo: number | null;
}

/** How far the looks after awaited recordings have come. Times are epoch milliseconds. */
export interface Watching {
	/** What was due until then has been looked after. */
	lookedAt: number;
	/** A look that is not through: when it began, and the start of the last call that it has come to; null for none. */
	look?: { at: number; done: number | null };
	/** No look before this time: the last one took many requests. */
	pausedUntil?: number;
	/** For so long a time one listing pays; it follows how many pages listings turn out to take. */
	spanMs: number;
}

/** What is watched. */
export interface Watch {
	/** Where the trigger begins, in words of its own. With another one it begins anew. */
	start: string;
	/** The API that is watched. */
	api: string;
	/** Filters and credential, or a digest of them. With others it goes on, and takes what they bring as new only from then on. */
	conditions: string;
}

/** What a trigger knows between polls. Times are epoch milliseconds, by n8n's clock. */
export interface TriggerState {
	/** Counts commits, so that a poll sees that another one was faster. */
	revision: number;
	watch: Watch;
	activatedAt: number;
	/** When the last poll began. */
	polledAt: number;
	/** Recordings before this time are settled: they were read when they were older than the overlap. */
	floor: number;
	/** What was handed over before this time is forgotten; not after the floor. */
	rememberedFrom: number;
	/** When the newest call began that was seen so far. The platform's own word for the time: n8n's clock may be wrong. */
	newest?: number;
	/** Everything before this time was read once. */
	readTo: number;
	sweep: Sweep;
	baseline?: Baseline;
	watching?: Watching;
	memory: Memory;
	/** The memory could be read in part only. Not stored. */
	isDamaged?: boolean;
}

const VERSION = 2;

/** A state as n8n stores it: plain JSON of a few hundred bytes, and the memory in base64. */
export type StoredState = Omit<TriggerState, 'memory' | 'isDamaged'> & {
	version: number;
	memory: string;
	/** How many entries the memory has: one that was cut between two of them would look whole. */
	entries: number;
};

/** Makes a state storable. */
export function encodeState({ isDamaged, memory, ...rest }: TriggerState): StoredState {
	return { version: VERSION, ...rest, memory: memory.encode(), entries: memory.seenCount + memory.pendingCount };
}

/**
 * Reads a stored state. The copy is deep: changing it leaves the stored one as it is.
 *
 * @returns undefined where there is none; `'unreadable'` where there is one that this version cannot read
 */
export function decodeState(stored: unknown): TriggerState | 'unreadable' | undefined {
	if (stored === undefined || stored === null) return undefined;
	if (typeof stored !== 'object') return 'unreadable';
	const { version, memory: encoded, entries, ...rest } = upgraded(JSON.parse(JSON.stringify(stored)) as Partial<StoredState>);
	if (version !== VERSION || !isComplete(rest)) return 'unreadable';
	const { memory, whole } = typeof encoded === 'string' ? Memory.decode(encoded, entries !== BEFORE_ENTRIES) : { memory: new Memory(), whole: false };
	const isDamaged = !whole || (entries !== BEFORE_ENTRIES && entries !== memory.seenCount + memory.pendingCount);
	return { ...rest, rememberedFrom: Math.min(rest.rememberedFrom, rest.floor), memory, ...(isDamaged && { isDamaged }) };
}

/** Stands for the number of entries in a state of the first version, which did not count them. */
const BEFORE_ENTRIES = -1;

/** A state of the first version in the present form. What it did not know is filled in so that nothing is lost. */
function upgraded(stored: Partial<StoredState>): Partial<StoredState> {
	if (stored.version !== 1) return stored;
	const { revision, floor, sweep, baseline, memory, scope } = stored as Partial<StoredState> & { scope?: unknown };
	if (floor === undefined || !sweep || typeof scope !== 'string') return stored;
	const [, api, start] = /^(\w+) from (.+)$/.exec(scope) ?? [];
	return {
		version: VERSION,
		revision,
		watch: { start, api, conditions: UNKNOWN },
		activatedAt: sweep.startedAt,
		polledAt: sweep.startedAt,
		floor,
		rememberedFrom: floor,
		readTo: sweep.at,
		sweep,
		...(baseline !== undefined && { baseline }),
		memory,
		entries: BEFORE_ENTRIES,
	};
}

/** Of a state that does not tell: whatever is watched now. */
export const UNKNOWN = '';

function isComplete(state: Partial<Omit<StoredState, 'version' | 'memory' | 'entries'>>): state is Omit<StoredState, 'version' | 'memory' | 'entries'> {
	const { revision, watch, activatedAt, polledAt, floor, rememberedFrom, readTo, newest = 0, sweep, baseline, watching } = state;
	// What was damaged may be null in any place.
	const { resume } = sweep ?? {};
	const numbers: unknown[] = [revision, activatedAt, polledAt, floor, rememberedFrom, readTo, newest, sweep?.at, sweep?.startedAt, sweep?.spanMs];
	if (baseline !== undefined) numbers.push(baseline?.since, baseline?.unreadTo ?? 0);
	if (watching !== undefined) numbers.push(watching?.lookedAt, watching?.spanMs, watching?.pausedUntil ?? 0, watching?.look?.at ?? 0);
	if (resume !== undefined) numbers.push(resume?.startedAt, resume?.rows, resume?.to ?? 0, resume?.lowest ?? 0);
	const words: unknown[] = [watch?.start, watch?.api, watch?.conditions];
	return numbers.every((one) => typeof one === 'number' && Number.isFinite(one)) && words.every((one) => typeof one === 'string');
}
