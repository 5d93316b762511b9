import { Memory } from './memory';
import { z } from '../vendor';

/** Of the form in which a state is stored. */
const VERSION = 1;

const number = z.number().finite();

/** How far a span has been read. */
const progress = z.object({
	/** Where to go on; undefined for the first page. */
	position: z.union([number, z.string()]).optional(),
	/** Rows on the pages that were read to their end. */
	rows: number,
	/** The least total the platform gave. */
	leastTotal: number.optional(),
	/** Rows were deleted while those pages were read: others may have moved to a page that had been read. */
	rowsMoved: z.boolean().optional(),
	/** ID of the last row of those pages. */
	lastId: z.string().optional(),
});
export type Progress = z.output<typeof progress>;

/** Where a span was left in the middle, to go on there. */
const resume = z.object({
	/** End of the span; null for none. */
	to: number.nullable(),
	/** When reading of the span began. Epoch milliseconds. */
	startedAt: number,
	progress,
});
export type Resume = z.output<typeof resume>;

/**
 * The scan goes over everything from the watermark to now, span by span and poll by poll, and then starts again. While the
 * trigger works off a past (a backfill), that takes many polls; otherwise one. Times are epoch milliseconds.
 */
const scan = z.object({
	/** Everything from the watermark to here was read in this scan. */
	cursor: number,
	startedAt: number,
	/** Length of the next span; it follows how many rows spans turn out to have. */
	spanMs: number,
	/** In a span of this scan rows may have been missed: the watermark stays where it is until the next scan has read it again. */
	holdsWatermark: z.boolean().optional(),
	/** How many times in a row a span was read in which rows may have been missed. */
	doubtfulReads: number.optional(),
	/** The last poll had no time left for the scan: it comes before the newest recordings in the next one. */
	goesFirst: z.boolean().optional(),
	resume: resume.optional(),
});
export type Scan = z.output<typeof scan>;

/** Recordings that were available before are not new. Present until the first scan since is through. */
const baseline = z.object({
	/** Calls that ended from here on are new in any case. Epoch milliseconds. */
	since: number,
	/** From here on everything has been read once; null where nothing has. */
	unreadTo: number.nullable(),
});

/** How far the checks of awaited recordings, those that the watermark has passed, have come. Times are epoch milliseconds. */
const awaitedCheck = z.object({
	/** What was due until then has been checked. */
	checkedAt: number,
	/** A check that is not through, and the start of the last call that it has come to; null for none. */
	underWay: z.object({ startedAt: number, doneTo: number.nullable() }).optional(),
	/** No check before this time: the last one took many requests. */
	pausedUntil: number.optional(),
	/** For so long a time one listing pays; it follows how many pages listings turn out to take. */
	spanMs: number,
});

/** What is watched. */
const watch = z.object({
	/** Where the trigger begins, in words of its own. With another one it begins anew. */
	start: z.string(),
	/** The API that is watched. */
	api: z.string(),
	/** Filters and credential, or a digest of them. With others it goes on, and takes what they bring as new only from then on. */
	conditions: z.string(),
});
export type Watch = z.output<typeof watch>;

const plainState = z.object({
	/** Counts commits, so that a poll sees that another one was faster. */
	revision: number,
	watch,
	activatedAt: number,
	/** When the last poll began. */
	polledAt: number,
	/**
	 * Recordings before this time are settled: they were read when they were older than the look-back. Only those that are
	 * awaited are looked for before it.
	 */
	watermark: number,
	/** What was handed over before this time is forgotten; not after the watermark. */
	rememberedFrom: number,
	/** When the newest call began that was seen so far. The platform's own word for the time: n8n's clock may be wrong. */
	newest: number.optional(),
	/** Everything before this time was read once. */
	readTo: number,
	scan,
	baseline: baseline.optional(),
	awaitedCheck: awaitedCheck.optional(),
});

/** What a trigger knows between polls. Times are epoch milliseconds, by n8n's clock. */
export type TriggerState = z.output<typeof plainState> & {
	memory: Memory;
	/** The memory could be read in part only. Not stored. */
	isDamaged?: boolean;
};

/** A state as n8n stores it: plain JSON of a few hundred bytes, and the memory in base64. */
export type StoredState = z.output<typeof plainState> & {
	version: number;
	memory: string;
	/** How many entries the memory has: one that was cut between two of them would look whole. */
	entries: number;
};

/** Makes a state storable. */
export function encodeState({ isDamaged, memory, ...rest }: TriggerState): StoredState {
	return {
		version: VERSION,
		...rest,
		memory: memory.encode(),
		entries: memory.seenCount + memory.pendingCount,
	};
}

/**
 * Reads a stored state. The copy is deep: changing it leaves the stored one as it is.
 *
 * @returns undefined where there is none; `'unreadable'` where there is one that this version cannot read
 */
export function decodeState(stored: unknown): TriggerState | 'unreadable' | undefined {
	if (stored === undefined || stored === null) return undefined;
	const { data: state } = plainState.safeParse(stored);
	const { version, memory: encoded, entries } = stored as Partial<StoredState>;
	if (version !== VERSION || state === undefined) return 'unreadable';
	const { memory, whole } =
		typeof encoded === 'string' ? Memory.decode(encoded) : { memory: new Memory(), whole: false };
	const isDamaged = !whole || entries !== memory.seenCount + memory.pendingCount;
	return {
		...state,
		rememberedFrom: Math.min(state.rememberedFrom, state.watermark),
		memory,
		...(isDamaged && { isDamaged }),
	};
}
