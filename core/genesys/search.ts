import { GIR_PAGE_SIZE, type GirClient, type GirSearch } from './client';
import { toRecording } from './mapping';
import type { GirRecording } from './schemas';
import { clock } from '../http/clock';
import { triggerPage } from '../listing';
import type { Searchable } from '../search';
import type { Page, Position, Row, Span, TriggerSource } from '../trigger/source';

/** The reserved label of calls with linked screen recordings. */
const SCREEN_RECORDING_LABEL = '__screenRecording';

/**
 * The label parameters of a search. Calls with and without screen recordings are told apart by a reserved label.
 *
 * @param include names of labels, all of which a recording must carry
 * @param exclude names of labels, none of which it may carry
 * @param mediaTypes one of these; both or none say nothing
 */
export function labelFilters(
	include: string[],
	exclude: string[],
	mediaTypes: readonly string[],
): { includeLabels?: string; excludeLabels?: string } {
	const [only] = mediaTypes.length === 1 ? mediaTypes : [];
	if (only === 'voice-and-screen') include.push(SCREEN_RECORDING_LABEL);
	if (only === 'voice-only') exclude.push(SCREEN_RECORDING_LABEL);
	return {
		...(include.length > 0 && { includeLabels: [...new Set(include)].join(',') }),
		...(exclude.length > 0 && { excludeLabels: [...new Set(exclude)].join(',') }),
	};
}

/** A call whose end is corrected while its media are uploaded stays within what is looked at. */
const END_SLACK_MS = 3_600_000;

/**
 * A search of GIR ("Search, Playback, and Delete API").
 *
 * @param firstPageSize rows to ask for at first, where no more are wanted
 */
export function girSearch(
	client: GirClient,
	search: GirSearch,
	firstPageSize: number,
): Searchable<GirRecording> {
	return {
		platform: 'GIR',
		idOf: ({ id }) => id,
		toRecording,
		page: async (position, around, signal) => {
			// No page of one row, of which the next page could not tell whether it joins.
			const pageSize =
				position === undefined && around === undefined
					? Math.min(GIR_PAGE_SIZE, Math.max(2, firstPageSize))
					: GIR_PAGE_SIZE;
			const query = around === undefined ? search : { ...search, ...callsWithin(around, search) };
			return await client.searchPage(query, Number(position ?? 0), pageSize, signal);
		},
	};
}

/** The times between which these calls were made, no wider than they were searched in. `endTime` is compared with their end. */
function callsWithin(
	recordings: readonly GirRecording[],
	{ startTime, endTime }: GirSearch,
): Pick<GirSearch, 'startTime' | 'endTime'> {
	const starts = recordings.map((raw) => (raw.startTime ? Date.parse(raw.startTime) : -Infinity));
	const ends = recordings.map((raw) => (raw.stopTime ? Date.parse(raw.stopTime) : Infinity));
	const earliest = starts.reduce((one, other) => Math.min(one, other), Infinity);
	const latest = ends.reduce((one, other) => Math.max(one, other), -Infinity);
	const first = Math.max(startTime ?? -Infinity, earliest);
	const last = Math.min(endTime ?? Infinity, latest + END_SLACK_MS);
	return {
		...(Number.isFinite(first) && { startTime: first }),
		...(Number.isFinite(last) && { endTime: last }),
	};
}

/** Recordings appear after the call and its upload: most calls take no longer than this. */
const FRESH_MS = 1_800_000;
/** Elasticsearch, which GIR searches in, gives 10,000 rows of a result unless told otherwise. */
const MAX_ROWS = 9_000;
/** Shorter calls than this are always found, whatever the tenant's size. */
const LEAST_ALLOWANCE_MS = 900_000;
const HOUR_MS = 3_600_000;
/** How far back a look for the latest recordings goes, step by step. */
const LOOK_BACK_MS = [HOUR_MS, 24 * HOUR_MS, 30 * 24 * HOUR_MS, 3_650 * 24 * HOUR_MS];

/**
 * GIR's search for the trigger ("Search, Playback, and Delete API"). `startTime` is compared with the start of calls, but
 * `endTime` with their end: a span with an end is asked for with so much more as its calls may last, and brings calls
 * beyond it.
 */
export class GirSource implements TriggerSource<GirRecording> {
	readonly freshMs: number;
	readonly maxRows = MAX_ROWS;
	private allowanceMs: number;

	/**
	 * @param lookBackMs how long after its start a call may appear; its longest duration
	 * @param log told when calls longer than a certain time cannot be looked for
	 */
	constructor(
		private readonly client: GirClient,
		private readonly search: GirSearch,
		lookBackMs: number,
		private readonly log: (message: string) => void,
	) {
		this.allowanceMs = lookBackMs;
		this.freshMs = Math.min(FRESH_MS, lookBackMs);
	}

	/** With a shorter one, most of an answer would be what is beyond it. */
	get minSpanMs(): number {
		return Math.ceil(this.allowanceMs / 2);
	}

	/** Looks for shorter calls only: a busy server has more calls in a few hours than it lists. */
	narrow(): boolean {
		if (this.allowanceMs <= LEAST_ALLOWANCE_MS) return false;
		this.allowanceMs = Math.max(LEAST_ALLOWANCE_MS, Math.floor(this.allowanceMs / 2));
		this.log(
			`GIR has more than ${MAX_ROWS} recordings within a few hours; late ones of calls longer than ${Math.round(this.allowanceMs / 60_000)} minutes may be overlooked`,
		);
		return true;
	}

	/** @param position rows before the page */
	async page(span: Span, position: Position = 0): Promise<Page<GirRecording>> {
		const search: GirSearch = {
			...this.search,
			startTime: Math.floor(span.from),
			...(span.to !== Infinity && { endTime: Math.ceil(span.to + this.allowanceMs) }),
		};
		const page = await this.client.searchPage(search, Number(position), GIR_PAGE_SIZE);
		return triggerPage(page, toRecording);
	}

	/** The newest recordings that have media, newest first; GIR documents no order, so of each step back the newest of one page. */
	async latest(
		limit: number,
		isWanted: (raw: GirRecording) => boolean = () => true,
	): Promise<GirRecording[]> {
		const found = new Map<string, Row<GirRecording>>();
		for (const back of LOOK_BACK_MS) {
			const search = { ...this.search, startTime: Math.floor(clock.now() - back) };
			const page = await this.client.searchPage(search, 0, GIR_PAGE_SIZE);
			for (const row of triggerPage(page, toRecording).rows)
				if (row.state === 'available' && isWanted(row.raw)) found.set(row.id, row);
			if (found.size >= limit) break;
		}
		return [...found.values()]
			.sort((one, other) => other.at - one.at)
			.slice(0, limit)
			.map(({ raw }) => raw);
	}
}
