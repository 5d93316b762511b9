import { dated, extractedRecording, segmentIdOf, type DatedRow } from './extracted';
import type { ExtractedRow } from './extracted-file';
import {
	ExtractedTimes,
	isWithin,
	ZoneDoubt,
	type RowTime,
	type TimeRange,
} from './extracted-times';
import { dayRanges, timesOf, type DataExtraction, type DayRange } from './extraction';
import { clock } from '../http/clock';
import { AVAILABLE } from '../recording';
import type { Page, Position, Row, Span, TriggerSource } from '../trigger/source';

const DAY_MS = 86_400_000;
/**
 * "Up to two weeks" a job, less what `dayRanges` adds on either side and less two days that a span touches only in part.
 */
const MAX_JOB_MS = 11 * DAY_MS;
/** What CXone's clock may be ahead of n8n's. */
const CLOCK_SLACK_MS = 3_600_000;
/** Rows handed on at a time; what else a job brings stays in its stream. */
const ROWS_AT_A_TIME = 1_000;
/** Nights without calls look like a wrong time zone: a word a day is enough. */
const DOUBT_EVERY_MS = DAY_MS;
/** When each tenant's time zone was doubted last, by the tenant and the zone. */
const doubted = new Map<string, number>();

/**
 * When a row was, as the trigger goes by it: its start; its end where the start tells nothing, or a time that the call
 * cannot have been listed for. Undefined where both do.
 */
function timeOf({ start, end }: DatedRow, listed: TimeRange): RowTime | undefined {
	return [start, end].find((time) => time !== undefined && isWithin(time, listed));
}

/**
 * A recording of Data Extraction as the trigger sees it; undefined for a row without a segment.
 *
 * @param listed within what the calls of its job began; epoch milliseconds
 */
function extractedRow(raw: DatedRow, listed: TimeRange): Row<DatedRow> | undefined {
	const id = segmentIdOf(raw.row);
	if (id === null) return undefined;
	const { status } = extractedRecording([raw], 'segment');
	const time = timeOf(raw, listed);
	return {
		id,
		...(time === undefined ? { at: clock.now(), undated: true } : { at: time.latest }),
		end: timeOf({ row: raw.row, end: raw.end }, listed)?.latest,
		// A status that is not `Success` may become one, and is not waited for: the row is in the next answer again.
		state: status === AVAILABLE ? 'available' : 'other',
		status,
		raw,
	};
}

/**
 * Data Extraction for the trigger (NICE help, "Data Extraction API"). A job covers whole days, so each poll reads all of
 * them that the look-back touches; rows are read one after the other from the file. A job that outlasts a poll is picked
 * up by the next.
 */
export class ExtractionSource implements TriggerSource<DatedRow> {
	/** One answer holds old and new alike. */
	readonly freshMs = 0;
	readonly maxRows = Infinity;
	/** A shorter span would cost a job as well. */
	readonly minSpanMs = MAX_JOB_MS;
	readonly maxSpanMs = MAX_JOB_MS;
	readonly isSnapshot = true;

	private open?: {
		jobId: string;
		read: number;
		rows: AsyncGenerator<ExtractedRow>;
		doubt: ZoneDoubt;
	};
	private readonly times: ExtractedTimes;

	/** @param zone name of the time zone of times that come without one */
	constructor(
		private readonly extraction: DataExtraction,
		private readonly version: string,
		zone: string,
		private readonly log: (message: string) => void,
	) {
		this.times = new ExtractedTimes(zone);
	}

	/**
	 * @param position the job's ID and the number of rows read, as `id:rows`
	 * @throws NodeApiError where the list, and its end, did not come: then nothing of the span is settled
	 */
	async page(span: Span, position?: Position): Promise<Page<DatedRow>> {
		const range = daysOf(span);
		if (position === undefined)
			return { rows: [], next: `${await this.extraction.start(range, this.version)}:0` };
		const cut = String(position).lastIndexOf(':');
		const jobId = String(position).slice(0, cut);
		const wanted = Number(String(position).slice(cut + 1));
		if (this.open?.jobId !== jobId || this.open.read > wanted) {
			await this.close();
			const asked = { from: span.from, to: Math.min(span.to, clock.now() + CLOCK_SLACK_MS) };
			const doubt = new ZoneDoubt(asked, clock.now() + CLOCK_SLACK_MS);
			this.open = { jobId, read: 0, rows: this.extraction.rows(jobId), doubt };
		}
		try {
			return await this.rowsFrom(wanted, span, timesOf(range));
		} catch (error) {
			// A stream that broke would say "through" when it is asked again.
			await this.close();
			throw error;
		}
	}

	private async rowsFrom(wanted: number, span: Span, listed: TimeRange): Promise<Page<DatedRow>> {
		const open = this.open!;
		const rows: Array<Row<DatedRow>> = [];
		while (rows.length < ROWS_AT_A_TIME) {
			const { value, done } = await open.rows.next();
			if (done === true) {
				if (open.read < wanted)
					throw new Error(`Extraction job ${open.jobId} listed fewer calls when it was read again`);
				this.tell(open.doubt);
				return { rows };
			}
			open.read++;
			const row = dated(value, this.times, listed);
			const time = timeOf(row, listed);
			open.doubt.add(time);
			// Most rows of a day are older than what is looked for: reading their time is cheap, mapping them is not.
			if (open.read <= wanted || (time?.latest ?? Infinity) < span.from) continue;
			const wantedRow = extractedRow(row, listed);
			if (wantedRow !== undefined) rows.push(wantedRow);
		}
		return { rows, next: `${open.jobId}:${open.read}` };
	}

	private tell(doubt: ZoneDoubt): void {
		const words = doubt.words(this.times.zone);
		const key = `${this.extraction.tenant} ${this.times.zone}`;
		if (
			words === undefined ||
			Math.abs(clock.now() - (doubted.get(key) ?? -Infinity)) < DOUBT_EVERY_MS
		)
			return;
		doubted.set(key, clock.now());
		this.log(words);
	}

	/** The latest recordings of today and yesterday, newest first. */
	async latest(limit: number): Promise<DatedRow[]> {
		const now = clock.now();
		let newest: Array<Row<DatedRow>> = [];
		const span = { from: now - DAY_MS, to: Infinity };
		for (let { next } = await this.page(span); next !== undefined;) {
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

/** The days of a span, which are never more than one job may have. */
function daysOf(span: Span): DayRange {
	return dayRanges(span.from, Math.min(span.to - 1, clock.now() + CLOCK_SLACK_MS))[0];
}
