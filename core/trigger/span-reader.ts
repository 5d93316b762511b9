import type { Taken } from './deduplication';
import {
	NotYet,
	type Page,
	type Position,
	type Row,
	type Span,
	type TriggerSource,
} from './source';
import type { Progress, Resume } from './state';

/** What came of reading a span, or a part of it. */
export interface SpanReading {
	/** The last page was read; the poll's time, room or pages were used up before; or the span should be read in parts. */
	end: 'complete' | 'stopped' | 'tooManyRows';
	/** Pages that were read by this poll. */
	pages: number;
	/** Rows that were not settled before. */
	settled: number;
	/** What was read by this poll, and by those before it that this one resumed. */
	progress: Progress;
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

/** Reads spans page by page for one poll, and knows when it has to stop. */
export class SpanReader<Raw> {
	/** Pages that were asked for. */
	pages = 0;
	/** The poll has as many items as it may, or the platform is still at work. */
	private ended = false;

	constructor(
		private readonly source: TriggerSource<Raw>,
		private readonly outOfTime: () => boolean,
	) {}

	get stopped(): boolean {
		return this.ended || this.outOfTime();
	}

	/**
	 * Reads a span as far as there is time and room.
	 *
	 * @param take what to do with each row; of a snapshot one may come twice in a reading
	 */
	async read(
		span: Span,
		options: ReadOptions,
		take: (row: Row<Raw>) => Taken,
	): Promise<SpanReading> {
		const { source } = this;
		const progress: Progress = { rows: 0, ...options.resume?.progress };
		const reading: SpanReading = { end: 'stopped', pages: 0, settled: 0, progress };
		const ids = new Set([progress.lastId]);
		while (!this.stopped && this.pages < (options.lastPage ?? Infinity)) {
			const page = await this.page(span, progress.position);
			if (page === undefined) return reading;
			reading.pages++;
			if (page.total !== undefined) {
				// Fewer than on the page before: what was deleted may have stood on a page that was read.
				if (page.total < (progress.leastTotal ?? 0)) progress.rowsMoved = true;
				progress.leastTotal = Math.min(progress.leastTotal ?? Infinity, page.total);
			}
			const fresh = page.rows.filter(({ id }) => !ids.has(id));
			for (const row of fresh) {
				// One answer of a million rows does not need a million IDs held: nothing moves in it.
				if (source.isSnapshot !== true) ids.add(row.id);
				const taken = take(row);
				if (taken === 'full') {
					this.ended = true;
					return reading;
				}
				if (taken === 'settled') reading.settled++;
			}
			if (page.anchored === true && fresh.length === page.rows.length) progress.rowsMoved = true;
			progress.lastId = page.rows.at(-1)?.id ?? progress.lastId;
			progress.rows += fresh.length;
			// A page that only repeats is a server's way to say that there are no more.
			const repeats = page.rows.length > 0 && fresh.length === 0;
			if (page.next === undefined || repeats || options.found?.() === true)
				return { ...reading, end: 'complete' };
			if (options.splittable === true && (page.total ?? progress.rows) > source.maxRows)
				return { ...reading, end: 'tooManyRows' };
			progress.position = page.next;
		}
		return reading;
	}

	/** One page; undefined when the time ran out while it was asked for. */
	private async page(span: Span, position?: Position): Promise<Page<Raw> | undefined> {
		this.pages++;
		try {
			return await this.source.page(span, position);
		} catch (error) {
			if (error instanceof NotYet) {
				this.ended = true;
				return undefined;
			}
			// A poll that did not get a single answer has something to tell; one that did just goes on next time.
			if (this.outOfTime() && this.pages > 1) return undefined;
			throw error;
		}
	}
}

/** Whether rows were missed for certain: they were deleted between two pages, or fewer came than there were at any moment. */
export function rowsWereMissed({ progress }: SpanReading): boolean {
	return progress.rowsMoved === true || progress.rows < (progress.leastTotal ?? 0);
}

/**
 * Whether a row may have slipped through between two pages. New rows push others back, to pages yet to come; deleted ones
 * pull them forward, to pages that were read.
 *
 * @param allSettled the span is older than the look-back: nothing in it is looked at again
 */
export function rowsMayBeMissing(
	reading: SpanReading,
	allSettled: boolean,
	resume?: Resume,
): boolean {
	if (rowsWereMissed(reading)) return true;
	// Without a total, a second look that brings nothing new has to do; what is young gets many looks anyway.
	return (
		allSettled &&
		reading.progress.leastTotal === undefined &&
		reading.settled > 0 &&
		(reading.pages > 1 || resume !== undefined)
	);
}
