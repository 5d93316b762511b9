import type { Page, Position, Row, Span, TriggerSource } from './source';
import type { Resume } from './state';

/** What came of reading a span, or a part of it. */
export interface Reading {
	end: 'through' | 'cut' | 'tooLarge';
	/** Where to go on, when cut. */
	position?: Position;
	rows: number;
	/** The least number of rows the platform spoke of. */
	lowest?: number;
	pages: number;
	/** Rows not seen before. */
	news: number;
	/** Rows were deleted between two pages: others may have moved to a page that had been read. */
	torn?: boolean;
	/** ID of the last row of the last page. */
	last?: string;
}

export interface ReadOptions {
	/** Where an earlier poll stopped. */
	resume?: Resume;
	/** The number of pages of the poll at which to stop. */
	lastPage?: number;
	/** Whether a span of too many rows can be read in parts. */
	splittable?: boolean;
	/** Whether what is looked for was found. */
	found?: () => boolean;
}

/** What becomes of a row: known already, new, or one that the poll has no room for. */
export type Taken = 'old' | 'news' | 'full';

/** Against a platform that says "more" for ever. */
const MAX_PAGES_OF_SPAN = 20_000;

export const NOTHING_READ: Reading = { end: 'cut', rows: 0, pages: 0, news: 0 };

/** Reads spans page by page for one poll, and knows when it has to stop. */
export class Reader<Raw> {
	/** Pages that were asked for. */
	pages = 0;
	/** The poll has as many items as it may. */
	private full = false;

	constructor(
		private readonly source: TriggerSource<Raw>,
		private readonly outOfTime: () => boolean,
	) {}

	get stopped(): boolean {
		return this.full || this.outOfTime();
	}

	/**
	 * Reads a span as far as there is time and room.
	 *
	 * @param take what to do with each row; none comes twice in a reading
	 */
	async read(span: Span, options: ReadOptions, take: (row: Row<Raw>) => Taken): Promise<Reading> {
		const { source } = this;
		const { resume } = options;
		const ids = new Set<string>();
		const reading: Reading = {
			end: 'cut',
			position: resume?.position ?? undefined,
			rows: resume?.rows ?? 0,
			lowest: resume?.lowest ?? undefined,
			torn: resume?.torn,
			last: resume?.last,
			pages: 0,
			news: 0,
		};
		while (!this.stopped && this.pages < (options.lastPage ?? Infinity)) {
			const page = await this.page(span, reading.position);
			if (page === undefined) return reading;
			reading.pages++;
			if (page.total !== undefined) {
				// Fewer than on the page before: what was deleted may have stood on a page that was read.
				if (page.total < (reading.lowest ?? 0)) reading.torn = true;
				reading.lowest = Math.min(reading.lowest ?? Infinity, page.total);
			}
			const tooMany = (page.total ?? reading.rows + page.rows.length) > source.maxRows;
			// One answer of a million rows does not need a million IDs held: nothing moves in it.
			const fresh = source.isSnapshot === true ? page.rows : page.rows.filter(({ id }) => !ids.has(id));
			for (const row of fresh) {
				if (source.isSnapshot !== true) ids.add(row.id);
				const taken = take(row);
				if (taken === 'full') {
					this.full = true;
					return reading;
				}
				if (taken === 'news') reading.news++;
			}
			if (page.anchored === true && reading.last !== undefined && !page.rows.some(({ id }) => id === reading.last)) reading.torn = true;
			reading.last = page.rows.at(-1)?.id ?? reading.last;
			reading.rows += fresh.length;
			// A page that only repeats is a server's way to say that there are no more.
			const repeats = page.rows.length > 0 && fresh.length === 0;
			const isLast = page.next === undefined || repeats || reading.pages >= MAX_PAGES_OF_SPAN;
			if (isLast || options.found?.() === true) return { ...reading, end: 'through' };
			if (tooMany && options.splittable === true) return { ...reading, end: 'tooLarge' };
			reading.position = page.next;
		}
		return reading;
	}

	/** One page; undefined when the time ran out while it was asked for. */
	private async page(span: Span, position?: Position): Promise<Page<Raw> | undefined> {
		this.pages++;
		try {
			return await this.source.page(span, position);
		} catch (error) {
			// A poll that did not get a single answer has something to tell; one that did just goes on next time.
			if (this.outOfTime() && this.pages > 1) return undefined;
			throw error;
		}
	}
}

/** Whether rows were surely missed: they were deleted between two pages, or fewer came than there were at any moment. */
export function hasHoles({ torn, lowest, rows }: Reading): boolean {
	return torn === true || (lowest !== undefined && rows < lowest);
}

/**
 * Whether no row can have slipped through between two pages. New rows push others back, to pages yet to come; deleted ones
 * pull them forward, to pages that were read.
 *
 * @param allSettled the span is older than the overlap: nothing in it is looked at again
 */
export function isClean(reading: Reading, allSettled: boolean, resume?: Resume): boolean {
	if (hasHoles(reading)) return false;
	if (reading.lowest !== undefined) return true;
	// Without a count, a second look that brings nothing new has to do; what is young gets many looks anyway.
	return !allSettled || reading.news === 0 || (reading.pages === 1 && resume === undefined);
}

/** Where a reading was cut; `before` where it did not get any further. */
export function cutAt(span: Span, reading: Reading, startedAt: number, before?: Resume): Resume {
	if (reading.pages === 0 && before !== undefined) return before;
	return {
		to: span.to === Infinity ? null : span.to,
		position: reading.position ?? null,
		rows: reading.rows,
		lowest: reading.lowest ?? null,
		...(reading.torn === true && { torn: true }),
		...(reading.last !== undefined && { last: reading.last }),
		startedAt,
	};
}
