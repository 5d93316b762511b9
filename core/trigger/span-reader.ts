import type { Taken } from './deduplication';
import type { Page, Position, Row, Span, TriggerSource } from './source';
import type { Resume } from './state';

/** What came of reading a span, or a part of it. */
export interface Reading {
	/** The last page was read; the poll's time, room or pages were used up before; or the span should be read in parts. */
	end: 'complete' | 'stopped' | 'tooManyRows';
	/** Where to go on, when stopped. */
	position?: Position;
	rows: number;
	/** The least total the platform gave. */
	leastTotal?: number;
	pages: number;
	/** Rows that were not settled before. */
	settled: number;
	/** Rows were deleted between two pages: others may have moved to a page that had been read. */
	rowsMoved?: boolean;
	/** ID of the last row of the last page. */
	lastId?: string;
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

/** Against a platform that says "more" for ever. */
const MAX_PAGES_OF_SPAN = 20_000;

export const NOTHING_READ: Reading = { end: 'stopped', rows: 0, pages: 0, settled: 0 };

/** Reads spans page by page for one poll, and knows when it has to stop. */
export class SpanReader<Raw> {
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
			end: 'stopped',
			position: resume?.position ?? undefined,
			rows: resume?.rows ?? 0,
			leastTotal: resume?.leastTotal ?? undefined,
			rowsMoved: resume?.rowsMoved,
			lastId: resume?.lastId,
			pages: 0,
			settled: 0,
		};
		while (!this.stopped && this.pages < (options.lastPage ?? Infinity)) {
			const page = await this.page(span, reading.position);
			if (page === undefined) return reading;
			reading.pages++;
			if (page.total !== undefined) {
				// Fewer than on the page before: what was deleted may have stood on a page that was read.
				if (page.total < (reading.leastTotal ?? 0)) reading.rowsMoved = true;
				reading.leastTotal = Math.min(reading.leastTotal ?? Infinity, page.total);
			}
			const tooMany = (page.total ?? reading.rows + page.rows.length) > source.maxRows;
			// One answer of a million rows does not need a million IDs held: nothing moves in it.
			const fresh =
				source.isSnapshot === true ? page.rows : page.rows.filter(({ id }) => !ids.has(id));
			for (const row of fresh) {
				if (source.isSnapshot !== true) ids.add(row.id);
				const taken = take(row);
				if (taken === 'full') {
					this.full = true;
					return reading;
				}
				if (taken === 'settled') reading.settled++;
			}
			if (
				page.anchored === true &&
				reading.lastId !== undefined &&
				!page.rows.some(({ id }) => id === reading.lastId)
			)
				reading.rowsMoved = true;
			reading.lastId = page.rows.at(-1)?.id ?? reading.lastId;
			reading.rows += fresh.length;
			// A page that only repeats is a server's way to say that there are no more.
			const repeats = page.rows.length > 0 && fresh.length === 0;
			const isLast = page.next === undefined || repeats || reading.pages >= MAX_PAGES_OF_SPAN;
			if (isLast || options.found?.() === true) return { ...reading, end: 'complete' };
			if (tooMany && options.splittable === true) return { ...reading, end: 'tooManyRows' };
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

/** Whether rows were missed for certain: they were deleted between two pages, or fewer came than there were at any moment. */
export function rowsWereMissed({ rowsMoved, leastTotal, rows }: Reading): boolean {
	return rowsMoved === true || (leastTotal !== undefined && rows < leastTotal);
}

/**
 * Whether a row may have slipped through between two pages. New rows push others back, to pages yet to come; deleted ones
 * pull them forward, to pages that were read.
 *
 * @param allSettled the span is older than the look-back: nothing in it is looked at again
 */
export function rowsMayBeMissing(reading: Reading, allSettled: boolean, resume?: Resume): boolean {
	if (rowsWereMissed(reading)) return true;
	if (reading.leastTotal !== undefined) return false;
	// Without a total, a second look that brings nothing new has to do; what is young gets many looks anyway.
	return allSettled && reading.settled > 0 && (reading.pages !== 1 || resume !== undefined);
}

/** Where to go on after a reading that was stopped; `before` where it did not get any further. */
export function resumeAfter(
	span: Span,
	reading: Reading,
	startedAt: number,
	before?: Resume,
): Resume {
	if (reading.pages === 0 && before !== undefined) return before;
	return {
		to: span.to === Infinity ? null : span.to,
		position: reading.position ?? null,
		rows: reading.rows,
		leastTotal: reading.leastTotal ?? null,
		...(reading.rowsMoved === true && { rowsMoved: true }),
		...(reading.lastId !== undefined && { lastId: reading.lastId }),
		startedAt,
	};
}
