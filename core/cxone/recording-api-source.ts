import type { CxoneClient, SearchFilter } from './client';
import { toRecording } from './mapping';
import type { RawRecording } from './schemas';
import { filterTime } from './search';
import { clock } from '../http/clock';
import { availabilityOf } from '../recording';
import { rowOf } from '../listing';
import type { Page, Position, Row, Span, TriggerSource } from '../trigger/source';

/** The most the Recording API gives on a page. */
const PAGE_SIZE = 100;
/** Recordings are listed from the start of a call on: most calls, and their processing, take no longer than this. */
const FRESH_MS = 900_000;
/** Ten pages: a fifth of what a tenant may ask for in a minute. */
const MAX_ROWS = 1_000;
/** How many of the newest to look at for a few that are wanted. */
const PAGES_FOR_LATEST = 3;
/** `createdDate` may come without fractions of a second. */
const MIN_SPAN_MS = 1_000;

function millisecondsOf(...times: Array<string | null | undefined>): number | undefined {
	for (const time of times) {
		const at = time === null || time === undefined ? NaN : Date.parse(time);
		if (!Number.isNaN(at)) return at;
	}
	return undefined;
}

/** A recording of the Recording API as the trigger sees it. `createdDate` is what the search filters by. */
function recordingRow(raw: RawRecording): Row<RawRecording> {
	const { id, status } = toRecording(raw);
	const at = millisecondsOf(raw.createdDate, raw.startTime, raw.startDate);
	return {
		id,
		at: at ?? clock.now(),
		...(at === undefined && { undated: true }),
		end: millisecondsOf(raw.endTime, raw.endDate),
		state: availabilityOf({ status }),
		status,
		raw,
	};
}

/**
 * The Recording API for the trigger ("Downloading Call Recordings Programmatically via the NICE CXone API"): every status,
 * by `createdDate` ascending, so that new recordings come behind the pages that were read.
 */
export class RecordingApiSource implements TriggerSource<RawRecording> {
	readonly freshMs = FRESH_MS;
	readonly maxRows = MAX_ROWS;
	readonly minSpanMs = MIN_SPAN_MS;

	constructor(
		private readonly client: CxoneClient,
		private readonly filters: readonly SearchFilter[],
	) {}

	/** @param position a page number, or the token of the page */
	async page(span: Span, position: Position = 1): Promise<Page<RawRecording>> {
		const filters: SearchFilter[] = [
			...this.filters,
			{ field: 'createdDate', operator: 'gte', value: filterTime(span.from) },
		];
		// Up to the beginning of the next span: a time may have more than three decimals, and would fall between the two.
		if (span.to !== Infinity)
			filters.push({ field: 'createdDate', operator: 'lte', value: filterTime(span.to) });
		const search = {
			filters,
			sort: [{ field: 'createdDate', direction: 'asc' as const }],
			pageSize: PAGE_SIZE,
		};
		const page = await this.client.searchPage(search, position);
		return { ...page, rows: page.rows.map((row) => rowOf(row, recordingRow)) };
	}

	/** The newest recordings that are available, newest first. */
	async latest(
		limit: number,
		isWanted: (raw: RawRecording) => boolean = () => true,
	): Promise<RawRecording[]> {
		const search = {
			filters: [...this.filters],
			sort: [{ field: 'createdDate', direction: 'desc' as const }],
			pageSize: PAGE_SIZE,
		};
		const found: RawRecording[] = [];
		let position: Position | undefined;
		for (let pages = 0; pages < PAGES_FOR_LATEST; pages++) {
			const page = await this.client.searchPage(search, position);
			for (const { state, raw } of page.rows.map((row) => rowOf(row, recordingRow)))
				if (state === 'available' && isWanted(raw)) found.push(raw);
			position = page.next;
			if (found.length >= limit || position === undefined) break;
		}
		return found.slice(0, limit);
	}
}
