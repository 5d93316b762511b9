import type { CxoneClient, SearchFilter } from './client';
import { recordingId } from './mapping';
import type { RawRecording } from './schemas';
import { extractedRecording, segmentIdOf, startOf } from './extracted';
import { dayRanges, type DataExtraction, type ExtractedRow } from './extraction';
import { filterTime, isPending } from './search';
import { clock } from '../http/clock';
import { AVAILABLE } from '../recording';
import type { Page, Position, Row, Span, TriggerSource } from '../trigger/source';

/** The most the Recording API gives on a page. */
const PAGE_SIZE = 100;
/** Recordings are listed from the start of a call on: most calls, and their processing, take no longer than this. */
const FRESH_MS = 900_000;
/** Ten pages: a fifth of what a tenant may ask for in a minute. */
const MAX_ROWS = 1_000;
/** `createdDate` may come without fractions of a second. */
const MIN_SPAN_MS = 1_000;
const DAY_MS = 86_400_000;

function millisecondsOf(...times: Array<string | null | undefined>): number | undefined {
	for (const time of times) {
		const at = time === null || time === undefined ? NaN : Date.parse(time);
		if (!Number.isNaN(at)) return at;
	}
	return undefined;
}

function stateOf(raw: RawRecording): Row<RawRecording>['state'] {
	if (isPending(raw)) return 'pending';
	// A tenant that tells no status at all can only be taken at its word that the recording is there.
	return raw.status === null || raw.status === undefined || raw.status.toLowerCase() === AVAILABLE.toLowerCase() ? 'available' : 'other';
}

/** A recording of the Recording API as the trigger sees it. `createdDate` is what the search filters by. */
export function recordingRow(raw: RawRecording): Row<RawRecording> {
	const at = millisecondsOf(raw.createdDate, raw.startTime, raw.startDate);
	return {
		id: recordingId(raw),
		at: at ?? clock.now(),
		...(at === undefined && { undated: true }),
		end: millisecondsOf(raw.endTime, raw.endDate),
		state: stateOf(raw),
		status: raw.status ?? 'Unknown',
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
		const filters: SearchFilter[] = [...this.filters, { field: 'createdDate', operator: 'gte', value: filterTime(span.from) }];
		// Up to the beginning of the next span: a time may have more than three decimals, and would fall between the two.
		if (span.to !== Infinity) filters.push({ field: 'createdDate', operator: 'lte', value: filterTime(span.to) });
		const search = { filters, sort: [{ field: 'createdDate', direction: 'asc' as const }], pageSize: PAGE_SIZE };
		const answer = await this.client.searchPage(
			typeof position === 'string' ? { ...search, nextPageToken: position } : { ...search, page: position },
		);
		const { recordings, nextPageToken, hasTokens, totalCount: total } = answer;
		const byToken = hasTokens || typeof position === 'string';
		const wholePages = total === undefined || typeof position === 'string' ? true : (position - 1) * recordings.length + recordings.length < total;
		const next = byToken ? nextPageToken : recordings.length > 0 && wholePages ? Number(position) + 1 : undefined;
		return { rows: recordings.map(recordingRow), total, next };
	}

	/** The newest recordings that are available, newest first. */
	async latest(limit: number): Promise<RawRecording[]> {
		const { recordings } = await this.client.searchPage({
			filters: [...this.filters],
			sort: [{ field: 'createdDate', direction: 'desc' }],
			pageSize: PAGE_SIZE,
			page: 1,
		});
		return recordings.filter((raw) => stateOf(raw) === 'available').slice(0, limit);
	}
}

/** "Up to two weeks" a job, less two days: a span may begin and end in the middle of one, and the clocks may differ. */
const MAX_JOB_MS = 12 * DAY_MS;
/** What CXone's clock may be ahead of n8n's. */
const CLOCK_SLACK_MS = 3_600_000;
/** Rows handed on at a time; what else a job brings stays in its stream. */
const ROWS_AT_A_TIME = 1_000;

/** A recording of Data Extraction as the trigger sees it; undefined for a row without a segment. */
export function extractedRow(raw: ExtractedRow): Row<ExtractedRow> | undefined {
	const id = segmentIdOf(raw);
	if (id === null) return undefined;
	const { status, end } = extractedRecording([raw], 'segment');
	return {
		id,
		at: startOf(raw) ?? clock.now(),
		end: millisecondsOf(end),
		// A status that is not `Success` may become one, and is not waited for: the row is in the next answer again.
		state: status === AVAILABLE ? 'available' : 'other',
		status,
		raw,
	};
}

/**
 * Data Extraction for the trigger (NICE help, "Data Extraction API"). A job covers whole days, so each poll reads all of
 * them that the overlap touches; rows are read one after the other from the file. A job that outlasts a poll is picked
 * up by the next.
 */
export class ExtractionSource implements TriggerSource<ExtractedRow> {
	/** One answer holds old and new alike. */
	readonly freshMs = 0;
	readonly maxRows = Infinity;
	/** A shorter span would cost a job as well. */
	readonly minSpanMs = MAX_JOB_MS;
	readonly maxSpanMs = MAX_JOB_MS;
	readonly isSnapshot = true;

	private open?: { jobId: string; read: number; rows: AsyncGenerator<ExtractedRow> };

	constructor(
		private readonly extraction: DataExtraction,
		private readonly version: string,
	) {}

	/** @param position the job's ID and the number of rows read, as `id:rows` */
	async page(span: Span, position?: Position): Promise<Page<ExtractedRow>> {
		if (position === undefined) {
			const [range] = dayRanges(span.from, Math.min(span.to - 1, clock.now() + CLOCK_SLACK_MS));
			return { rows: [], next: `${await this.extraction.start(range, this.version)}:0` };
		}
		const cut = String(position).lastIndexOf(':');
		const jobId = String(position).slice(0, cut);
		const wanted = Number(String(position).slice(cut + 1));
		if (this.open?.jobId !== jobId || this.open.read > wanted) {
			await this.close();
			this.open = { jobId, read: 0, rows: this.extraction.rows(jobId) };
		}
		const { open } = this;
		const rows: Array<Row<ExtractedRow>> = [];
		while (rows.length < ROWS_AT_A_TIME) {
			const { value, done } = await open.rows.next();
			if (done === true) return { rows };
			open.read++;
			// Most rows of a day are older than what is looked for: reading their time is cheap, mapping them is not.
			if (open.read <= wanted || (startOf(value) ?? Infinity) < span.from) continue;
			const row = extractedRow(value);
			if (row !== undefined) rows.push(row);
		}
		return { rows, next: `${jobId}:${open.read}` };
	}

	/** The latest recordings of today and yesterday, newest first. */
	async latest(limit: number): Promise<ExtractedRow[]> {
		const now = clock.now();
		let newest: Array<Row<ExtractedRow>> = [];
		const span = { from: now - DAY_MS, to: Infinity };
		for (let { next } = await this.page(span); next !== undefined; ) {
			const page = await this.page(span, next);
			const ready = page.rows.filter(({ state }) => state === 'available');
			newest = [...newest, ...ready].sort((one, other) => other.at - one.at).slice(0, limit);
			next = page.next;
		}
		return newest.map(({ raw }) => raw);
	}

	/** Ends the stream of a job that was not read to its end. */
	async close(): Promise<void> {
		await this.open?.rows.return(undefined);
		this.open = undefined;
	}
}
