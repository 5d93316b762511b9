import { call, type Tenant } from './call';
import { recordingId, toRecording } from './mapping';
import type { RawRecording } from './schemas';
import { clock, onceADay } from '../http/clock';
import { sourceOf } from '../http/sourced';
import { memberOf } from '../http/wire';
import { logUnreadable, triggerPage, type ListPage } from '../listing';
import type { Searchable } from '../search';
import { iso } from '../times';
import type { Page, Position, Span, TriggerSource } from '../trigger/source';

/** A filter as the Recording API's search takes it. */
export interface SearchFilter {
	field: string;
	operator: string;
	value: string | number | boolean | string[];
}

/** A search of the Recording API ("Downloading Call Recordings Programmatically via the NICE CXone API"). */
export interface RecordingApiSearch {
	filters: readonly SearchFilter[];
	sort: Array<{ field: string; direction: 'asc' | 'desc' }>;
	/** Rows on a page, 1 to 100. */
	pageSize: number;
	/** Epoch milliseconds; both belong to the range. */
	createdAfter?: number;
	createdBefore?: number;
}

/** The most the Recording API gives on a page. */
const PAGE_SIZE = 100;

/**
 * One page of a search. Goes by `nextPageToken` where the answers have
 * one, by page number else.
 *
 * @param position a page's number, from 1, or its token
 */
async function searchPage(
	tenant: Tenant,
	{
		filters,
		sort,
		pageSize,
		createdAfter = -Infinity,
		createdBefore = Infinity,
	}: RecordingApiSearch,
	position: Position = 1,
	signal?: AbortSignal,
): Promise<ListPage<RawRecording>> {
	const created = Object.entries({ gte: createdAfter, lte: createdBefore })
		.filter(([, ms]) => Number.isFinite(ms))
		.map(([operator, ms]) => ({ field: 'createdDate', operator, value: filterTime(ms) }));
	const body = {
		filters: [...filters, ...created],
		sort,
		pageSize,
		...(typeof position === 'string' ? { nextPageToken: position } : { page: position }),
	};
	const { answer } = await call(tenant, 'searchRecordings', { body }, { signal });
	const { recordings, nextPageToken, hasTokens, totalCount: total } = answer;
	logUnreadable(tenant.connection.context, 'CXone', recordings);
	const full = recordings.length >= pageSize;
	// Servers may give fewer rows than asked for, so only what is certainly the last page ends the list.
	const byNumber = (page: number): number | undefined => {
		const isLast =
			recordings.length === 0 ||
			(total === undefined ? hasTokens : !full && page * recordings.length >= total);
		return isLast ? undefined : page + 1;
	};
	const next = nextPageToken ?? (typeof position === 'number' ? byNumber(position) : undefined);
	return { rows: recordings, total, full, ...(next !== undefined && { next }) };
}

/** A moment as the Recording API's filters take it. */
function filterTime(ms: number): string {
	return iso(ms).replace('.000Z', 'Z');
}

const isOfStatus = ({ field }: SearchFilter) => field.toLowerCase() === 'status';

/** The Recording API for Search Recordings. */
export function recordingApiSearch(
	tenant: Tenant,
	search: RecordingApiSearch,
): Searchable<RawRecording> {
	return {
		platform: 'CXone',
		asksForStatus: search.filters.some(isOfStatus),
		idOf: recordingId,
		toRecording,
		page: async (position, around, signal) => {
			const asked = around === undefined ? search : ofTheTimeOf(around, search);
			return await searchPage(tenant, asked, position, signal);
		},
	};
}

/** `createdDate` may come without fractions of a second, or with more of them than are read. */
const CREATED_SLACK_MS = 1_000;

/** The same search, whatever the status, within the times between which these were created. */
function ofTheTimeOf(
	recordings: readonly RawRecording[],
	search: RecordingApiSearch,
): RecordingApiSearch {
	const { createdAfter = -Infinity, createdBefore = Infinity } = search;
	const filters = search.filters.filter((filter) => !isOfStatus(filter));
	const times = recordings.map(({ createdDate }) => Date.parse(createdDate ?? ''));
	if (times.some(Number.isNaN)) return { ...search, filters };
	const earliest = times.reduce((one, other) => Math.min(one, other), Infinity);
	const latest = times.reduce((one, other) => Math.max(one, other), -Infinity);
	return {
		...search,
		filters,
		createdAfter: Math.max(createdAfter, earliest - CREATED_SLACK_MS),
		createdBefore: Math.min(createdBefore, latest + CREATED_SLACK_MS),
	};
}

/** A time of day at the end, without the zone it is of. */
const ZONELESS = /[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?$/;

/** The clocks of CXone and n8n may differ by so much. */
const CLOCK_SLACK_MS = 300_000;

/**
 * Whether a time that has no zone, and is read as UTC, is of another one: CXone itself listed the recording for a time in
 * which it then does not lie, or the time is to come.
 */
function isOfOtherZone(
	raw: RawRecording,
	{ createdAfter = -Infinity, createdBefore = Infinity }: RecordingApiSearch,
): boolean {
	const said = memberOf(sourceOf(raw), 'createdDate');
	const at = Date.parse(raw.createdDate ?? '');
	const latest = Math.min(createdBefore + CREATED_SLACK_MS, clock.now() + CLOCK_SLACK_MS);
	const isOutside = at < createdAfter - CREATED_SLACK_MS || at > latest;
	return isOutside && typeof said === 'string' && ZONELESS.test(said.trim());
}

/** How many of the newest to look at for a few that are wanted. */
const PAGES_FOR_LATEST = 3;

/** The Recording API for the trigger: every status, by `createdDate` ascending, so that new recordings come behind the pages that were read. */
export class RecordingApiSource implements TriggerSource<RawRecording> {
	/** Recordings are listed from the start of a call on: most calls, and their processing, take no longer than this. */
	readonly freshMs = 900_000;
	/** Ten pages: a fifth of what a tenant may ask for in a minute. */
	readonly maxRows = 1_000;
	/** `createdDate` may come without fractions of a second. */
	readonly minSpanMs = 1_000;

	constructor(
		private readonly tenant: Tenant,
		private readonly filters: readonly SearchFilter[],
	) {}

	/** @param position a page number, or the token of the page */
	async page({ from, to }: Span, position?: Position): Promise<Page<RawRecording>> {
		// Up to the beginning of the next span: a time may have more than three decimals, and would fall between the two.
		const search = { ...this.byCreation('asc'), createdAfter: from, createdBefore: to };
		return await this.pageOf(search, position);
	}

	/** The newest recordings that are available, newest first. */
	async latest(
		limit: number,
		isWanted: (raw: RawRecording) => boolean = () => true,
	): Promise<RawRecording[]> {
		const found: RawRecording[] = [];
		let position: Position | undefined;
		for (let pages = 0; pages < PAGES_FOR_LATEST; pages++) {
			const page = await this.pageOf(this.byCreation('desc'), position);
			for (const { state, raw } of page.rows)
				if (state === 'available' && isWanted(raw)) found.push(raw);
			position = page.next;
			if (found.length >= limit || position === undefined) break;
		}
		return found.slice(0, limit);
	}

	private async pageOf(
		search: RecordingApiSearch,
		position?: Position,
	): Promise<Page<RawRecording>> {
		const listed = await searchPage(this.tenant, search, position);
		const page = triggerPage(listed, toRecording, ({ createdDate }) => createdDate);
		const rows = page.rows.map((row) =>
			row.raw !== undefined && isOfOtherZone(row.raw, search)
				? { ...row, at: clock.now(), undated: true, end: undefined }
				: row,
		);
		const { connection, signIn } = this.tenant;
		if (rows.some((row, index) => row !== page.rows[index]) && onceADay(`zone ${signIn.tenant}`))
			connection.context.logger.warn(
				"CXone writes 'createdDate' without a time zone, and not in UTC: recordings would lie outside of the time they were listed for. Nothing is left out for that, but the times of items are wrong. Ask NICE about it.",
			);
		return { ...page, rows };
	}

	private byCreation(direction: 'asc' | 'desc'): RecordingApiSearch {
		const sort = [{ field: 'createdDate', direction }];
		return { filters: this.filters, sort, pageSize: PAGE_SIZE };
	}
}
