import {
	asksForWritten,
	dated,
	Extracted,
	extractedRecording,
	idOf,
	isDownloadable,
	type DatedRow,
	type Granularity,
} from './extracted';
import {
	ExtractedTimes,
	isWithin,
	ZONE_IN_DOUBT,
	ZoneDoubt,
	type RowTime,
	type TimeRange,
} from './extracted-times';
import { dayRanges, timesOf, type DataExtraction, type DayRange } from './extraction';
import type { Conditions } from '../conditions';
import { clock, onceADay } from '../http/clock';
import type { Found, Tell } from '../platform';
import { leftOutFor, OVER_LIMIT, type SearchChoice } from '../search';
import type { Page, Position, Row, Span, TriggerSource } from '../trigger/source';

/** What is extracted, and how it is read. */
interface ExtractedForm {
	version: string;
	/** In which zone times are that come without one. */
	zone: string;
	granularity: Granularity;
}

/** A search in extracted metadata. Times in epoch milliseconds. */
export interface ExtractionSearch extends ExtractedForm {
	/** Open where jobs are picked up and no date is given. */
	range: TimeRange;
	/** Jobs that were started before; empty to start new ones. */
	jobIds: readonly string[];
	/** For CXone to run jobs, and before that to finish those of others. */
	maxWaitMs: number;
}

/** Calls cannot have begun later than this after now: as much as CXone's clock may be ahead of n8n's. */
const CLOCK_SLACK_MS = 3_600_000;

/**
 * Searches the lists that Data Extraction makes of whole days (NICE help, "Data Extraction API"). A list of the past has
 * nothing to wait for: waiting counts like leaving out.
 *
 * @param tell takes a sentence for the person who runs the workflow
 */
export async function searchExtracted(
	extraction: DataExtraction,
	{ range, jobIds, version, zone, granularity }: ExtractionSearch,
	{ whenNotAvailable, limit, conditions }: SearchChoice,
	tell: Tell,
): Promise<Found<DatedRow[]>> {
	const times = new ExtractedTimes(zone);
	const extracted = new Extracted(granularity, conditions, whenNotAvailable === 'include');
	const doubt = new ZoneDoubt(range, clock.now() + CLOCK_SLACK_MS);
	const take = async (jobId: string, listed: TimeRange): Promise<void> => {
		for await (const extractedRow of extraction.rows(jobId)) {
			const row = dated(extractedRow, times, listed);
			doubt.add(row.start);
			// Rows whose time cannot be read are kept: better one too many than one lost.
			if (row.start === undefined || isWithin(row.start, range)) extracted.add(row);
			// More rows of a call that is kept already may follow, of segments not.
			if (granularity === 'segment' && extracted.size >= limit) return;
		}
	};
	for (const jobId of jobIds) await take(jobId, range);
	const isEmpty = jobIds.length > 0 || range.from > range.to;
	for (const days of isEmpty ? [] : dayRanges(range.from, range.to)) {
		await take(await extraction.start(days, version), timesOf(days));
		if (extracted.size >= limit) break;
	}
	const words = doubt.words(times.zone);
	if (words !== undefined) tell(words, ZONE_IN_DOUBT);
	const { untold } = extracted;
	const left = untold.words('CXone');
	if (left !== undefined) tell(left);
	const rows = extracted.list().slice(0, limit);
	const leftOut = leftOutFor({
		'Nothing was recorded': extracted.notRecorded,
		...untold.reasons,
		[OVER_LIMIT]: extracted.size - rows.length,
	});
	return { rows, leftOut, ...extractedReading(granularity) };
}

/** How the rows of one item are read. */
export function extractedReading(granularity: Granularity) {
	return {
		toRecording: (rows: DatedRow[]) => extractedRecording(rows, granularity),
		toVendorJson: ([first]: DatedRow[]) => first.row,
	};
}

const DAY_MS = 86_400_000;
/**
 * "Up to two weeks" a job, less what `dayRanges` adds on either side and less two days that a span touches only in part.
 */
const MAX_JOB_MS = 11 * DAY_MS;
/** Items handed on at a time; what else a job brings stays in its stream. */
const ITEMS_AT_A_TIME = 1_000;

/** "Up to 30 minutes" until a finished segment is listed (NICE help, "Data Extraction API"): so long another part of a call may follow. */
const LISTED_AFTER_MS = 1_800_000;

/**
 * When a row was, as the trigger goes by it: its start; its end where the start tells nothing, or a time that the call
 * cannot have been listed for. Undefined where both do.
 */
function timeOf({ start, end }: DatedRow, listed: TimeRange): RowTime | undefined {
	return [start, end].find((time) => time !== undefined && isWithin(time, listed));
}

/** What a trigger watches of Data Extraction. */
export interface ExtractionWatch extends ExtractedForm {
	/** What else is asked for: it decides whether chats and e-mails without a recording count. */
	conditions: Conditions;
}

/** A job whose list is being read. */
interface OpenJob {
	jobId: string;
	startedAt: string;
	/** Items that were taken from it. */
	read: number;
	items: AsyncGenerator<DatedRow[] | undefined>;
}

/**
 * Data Extraction for the trigger (NICE help, "Data Extraction API"). A job covers whole days, so each poll reads all of
 * them that the look-back touches; rows are read one after the other from the file. A job that outlasts a poll is picked
 * up by the next.
 */
export class ExtractionSource implements TriggerSource<DatedRow[]> {
	/** One answer holds old and new alike. */
	readonly freshMs = 0;
	readonly maxRows = Infinity;
	/** A shorter span would cost a job as well. */
	readonly minSpanMs: number;
	/** Calls are put together from a whole list: that of a day is held, not that of two weeks. */
	readonly maxSpanMs: number;
	readonly isSnapshot = true;

	private open?: OpenJob;
	private readonly times: ExtractedTimes;
	private readonly asked: boolean;

	/** @param watch.zone name of the time zone of times that come without one */
	constructor(
		private readonly extraction: DataExtraction,
		private readonly watch: ExtractionWatch,
		private readonly log: Tell,
	) {
		this.times = new ExtractedTimes(watch.zone);
		this.asked = asksForWritten(watch.conditions);
		this.minSpanMs = watch.granularity === 'segment' ? MAX_JOB_MS : DAY_MS;
		this.maxSpanMs = this.minSpanMs;
	}

	/**
	 * @param position the job's ID, when it was started in epoch milliseconds, and the number of rows read, as `id:started:rows`
	 * @throws NodeApiError where the list, and its end, did not come: then nothing of the span is settled
	 */
	async page(span: Span, position?: Position): Promise<Page<DatedRow[]>> {
		const range = daysOf(span);
		if (position === undefined) {
			const started = await this.extraction.start(range, this.watch.version);
			return { rows: [], next: `${started}:${clock.now()}:0` };
		}
		const [, jobId, startedAt, rowsRead] = /^(.*):(\d+):(\d+)$/.exec(String(position))!;
		const wanted = Number(rowsRead);
		if (this.open?.jobId !== jobId || this.open.read > wanted) {
			await this.close();
			const asked = { from: span.from, to: Math.min(span.to, clock.now() + CLOCK_SLACK_MS) };
			const doubt = new ZoneDoubt(asked, clock.now() + CLOCK_SLACK_MS);
			const rows = this.datedRows(jobId, Number(startedAt), timesOf(range), doubt);
			const itemsFrom = this.watch.granularity === 'segment' ? segmentsFrom : callsFrom;
			const items = itemsFrom(span.from, timesOf(range), rows);
			this.open = { jobId, startedAt, read: 0, items };
		}
		try {
			return await this.itemsFrom(wanted, timesOf(range));
		} catch (error) {
			// A stream that broke would say "through" when it is asked again.
			await this.close();
			throw error;
		}
	}

	private async *datedRows(
		jobId: string,
		startedAt: number,
		listed: TimeRange,
		doubt: ZoneDoubt,
	): AsyncGenerator<DatedRow> {
		for await (const row of this.extraction.rows(jobId, startedAt)) {
			const one = dated(row, this.times, listed);
			doubt.add(timeOf(one, listed));
			yield one;
		}
		this.tell(doubt);
	}

	private async itemsFrom(wanted: number, listed: TimeRange): Promise<Page<DatedRow[]>> {
		const open = this.open!;
		const rows: Array<Row<DatedRow[]>> = [];
		while (rows.length < ITEMS_AT_A_TIME) {
			const { value, done } = await open.items.next();
			if (done === true) {
				if (open.read < wanted)
					throw new Error(`Extraction job ${open.jobId} listed fewer calls when it was read again`);
				return { rows };
			}
			open.read++;
			const row =
				open.read <= wanted || value === undefined ? undefined : this.rowOf(value, listed);
			if (row !== undefined) rows.push(row);
		}
		return { rows, next: `${open.jobId}:${open.startedAt}:${open.read}` };
	}

	/**
	 * A recording of Data Extraction as the trigger sees it; undefined for one without an ID.
	 *
	 * @param listed within what the calls of its job began; epoch milliseconds
	 */
	private rowOf(raw: DatedRow[], listed: TimeRange): Row<DatedRow[]> | undefined {
		const { granularity } = this.watch;
		const id = idOf(raw[0].row, granularity);
		if (id === null) return undefined;
		const latest = (times: Array<RowTime | undefined>) =>
			times.flatMap((time) => time?.latest ?? []);
		const starts = latest(raw.map((row) => timeOf(row, listed)));
		const ends = latest(raw.map(({ row, end }) => timeOf({ row, end }, listed)));
		const at = starts.length === 0 ? undefined : Math.min(...starts);
		const end = ends.length === 0 ? undefined : Math.max(...ends);
		const isThere = raw.some(({ row }) => isDownloadable(row, this.asked));
		const seen = end ?? at ?? -Infinity;
		const mayGoOn =
			granularity === 'acdCall' &&
			seen > clock.now() - LISTED_AFTER_MS &&
			// Times of the wrong zone must not hold up a call for hours.
			seen <= clock.now() + CLOCK_SLACK_MS;
		return {
			id,
			...(at === undefined ? { at: clock.now(), undated: true } : { at }),
			end,
			// A status that is not `Success` may become one, and is not waited for: the row is in the next answer again.
			state: !isThere ? 'other' : mayGoOn ? 'pending' : 'available',
			status: mayGoOn ? 'Processing' : extractedRecording(raw, granularity).status,
			raw,
		};
	}

	private tell(doubt: ZoneDoubt): void {
		const { zone } = this.times;
		const words = doubt.words(zone);
		// Nights without calls look like a wrong time zone.
		if (words !== undefined && onceADay(`zone ${this.extraction.tenant} ${zone}`))
			this.log(words, ZONE_IN_DOUBT);
	}

	/** The latest recordings of today and yesterday, newest first. */
	async latest(
		limit: number,
		isWanted: (raw: DatedRow[]) => boolean = () => true,
	): Promise<DatedRow[][]> {
		const now = clock.now();
		let newest: Array<Row<DatedRow[]>> = [];
		const span = { from: now - DAY_MS, to: Infinity };
		for (let { next } = await this.page(span); next !== undefined;) {
			const page = await this.page(span, next);
			const ready = page.rows.filter(({ state, raw }) => state === 'available' && isWanted(raw));
			newest = [...newest, ...ready].sort((one, other) => other.at - one.at).slice(0, limit);
			next = page.next;
		}
		return newest.map(({ raw }) => raw);
	}

	/** Ends the stream of a job that was not read to its end. */
	async close(): Promise<void> {
		await this.open?.items.return(undefined);
		this.open = undefined;
	}
}

/** Whether a row is older than what is looked for, as most rows of a day are. */
const isOlder = (row: DatedRow, from: number, listed: TimeRange) =>
	(timeOf(row, listed)?.latest ?? Infinity) < from;

/** One item a segment; undefined in place of an older one: reading its time is cheap, mapping it is not. */
async function* segmentsFrom(
	from: number,
	listed: TimeRange,
	rows: AsyncGenerator<DatedRow>,
): AsyncGenerator<DatedRow[] | undefined> {
	for await (const row of rows) yield isOlder(row, from, listed) ? undefined : [row];
}

/**
 * One item a call, of all its segments that are listed, wherever in the list they stand; undefined in place of one that
 * began earlier: its later segments must not pass for a call.
 */
async function* callsFrom(
	from: number,
	listed: TimeRange,
	rows: AsyncGenerator<DatedRow>,
): AsyncGenerator<DatedRow[] | undefined> {
	const calls = new Map<string, DatedRow[] | undefined>();
	for await (const row of rows) {
		const id = idOf(row.row, 'acdCall');
		if (id === null) continue;
		const call = calls.get(id);
		if (isOlder(row, from, listed)) calls.set(id, undefined);
		else if (call !== undefined) call.push(row);
		else if (!calls.has(id)) calls.set(id, [row]);
	}
	yield* calls.values();
}

/** The days of a span, which are never more than one job may have. */
function daysOf(span: Span): DayRange {
	return dayRanges(span.from, Math.min(span.to - 1, clock.now() + CLOCK_SLACK_MS))[0];
}
