/** A recording as a platform lists it. Times are epoch milliseconds. */
export interface Row<Raw> {
	id: string;
	/** The time that the platform's search filters and sorts by: when the call, or its recording, began. */
	at: number;
	/** The platform tells no time that can be read: `at` is when it was read. */
	undated?: boolean;
	/** When the call ended, where the platform tells. */
	end?: number;
	/** `pending` becomes available later; `other` is neither, and is looked at again as long as it is listed, or was awaited before. */
	state: 'available' | 'pending' | 'other';
	/** In the platform's word, for messages. */
	status: string;
	raw: Raw;
}

/** A span of time, from inclusive to exclusive; `to` is Infinity where it has no end. Epoch milliseconds. */
export interface Span {
	from: number;
	to: number;
}

/** A place within the pages of a span, as the source likes it: a page number, a row, a token. Survives as JSON. */
export type Position = number | string;

/** A page of a span. */
export interface Page<Raw> {
	rows: Array<Row<Raw>>;
	/** Where the next page is; undefined behind the last one. */
	next?: Position;
	/** How many rows the span has, where the platform tells. */
	total?: number;
	/** The first row is asked for to be the last one of the page before: if it is not, rows were deleted in between. */
	anchored?: boolean;
}

/** Thrown in place of a page that the platform is still at work on, when the time of the poll is over: the next one asks again. */
export class NotYet extends Error {}

/** A platform as the trigger reads it: the recordings of a span of time, page by page, in any order. */
export interface TriggerSource<Raw> {
	/**
	 * One page. Rows in front of the span are left out by the caller, rows behind it are welcome.
	 *
	 * @param position undefined for the first page, else `next` of the page before, perhaps of an earlier poll
	 */
	page(span: Span, position?: Position): Promise<Page<Raw>>;
	/** How far back the read at the start of each poll reaches: most recordings become available within this time of `at`. Milliseconds; 0 where one answer holds everything anyway. */
	readonly freshMs: number;
	/** Rows a span should not exceed; larger ones are split, down to `minSpanMs`. */
	readonly maxRows: number;
	/** Milliseconds; may become less after `narrow`. A span without an end may be longer or shorter than these, one that ends where the look-back begins may be shorter. */
	readonly minSpanMs: number;
	/** Milliseconds; as long as it likes where undefined. */
	readonly maxSpanMs?: number;
	/** All pages of a span are parts of one answer: rows cannot move between them. */
	readonly isSnapshot?: boolean;
	/**
	 * For a platform that cannot filter by the start of calls alone, and lists more than the span: lists less beyond it
	 * from now on. Returns false where it already lists as little as is reasonable.
	 */
	narrow?(): boolean;
}
