import { GIR_PAGE_SIZE, type GirClient, type GirSearch } from './client';
import { toRecording } from './mapping';
import type { GirRecording } from './schemas';
import type { Searchable } from '../search';

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
			const pageSize =
				position === undefined && around === undefined
					? Math.min(GIR_PAGE_SIZE, firstPageSize)
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
	const first = Math.max(
		startTime ?? -Infinity,
		starts.reduce((one, other) => Math.min(one, other), Infinity),
	);
	const last = Math.min(
		endTime ?? Infinity,
		ends.reduce((one, other) => Math.max(one, other), -Infinity) + END_SLACK_MS,
	);
	return {
		...(Number.isFinite(first) && { startTime: first }),
		...(Number.isFinite(last) && { endTime: last }),
	};
}
