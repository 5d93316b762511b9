import type { CxoneClient, RecordingSearch, SearchFilter } from './client';
import { recordingId, toRecording } from './mapping';
import type { RawRecording } from './schemas';
import type { Searchable } from '../search';

/** Times in epoch milliseconds. */
export interface RecordingApiSearch extends RecordingSearch {
	createdAfter?: number;
	createdBefore?: number;
}

/** `createdDate` may come without fractions of a second, or with more of them than are read. */
const CREATED_SLACK_MS = 1_000;

/** A moment as the Recording API's filters take it. */
export function filterTime(ms: number): string {
	return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** A search of the Recording API ("Downloading Call Recordings Programmatically via the NICE CXone API"). */
export function recordingApiSearch(
	client: CxoneClient,
	search: RecordingApiSearch,
): Searchable<RawRecording> {
	const from = search.createdAfter ?? -Infinity;
	const to = search.createdBefore ?? Infinity;
	const { sort, pageSize } = search;
	const isOfStatus = ({ field }: SearchFilter) => field.toLowerCase() === 'status';
	return {
		platform: 'CXone',
		asksForStatus: search.filters.some(isOfStatus),
		idOf: recordingId,
		toRecording,
		page: async (position, around, signal) => {
			const filters =
				around === undefined
					? [...search.filters]
					: search.filters.filter((filter) => !isOfStatus(filter));
			const [first, last] = around === undefined ? [from, to] : createdWithin(around, from, to);
			if (Number.isFinite(first))
				filters.push({ field: 'createdDate', operator: 'gte', value: filterTime(first) });
			if (Number.isFinite(last))
				filters.push({ field: 'createdDate', operator: 'lte', value: filterTime(last) });
			return await client.searchPage({ filters, sort, pageSize }, position, signal);
		},
	};
}

/** The times between which these were created, no wider than they were searched in. */
function createdWithin(
	recordings: readonly RawRecording[],
	from: number,
	to: number,
): [number, number] {
	const times = recordings.map(({ createdDate }) => (createdDate ? Date.parse(createdDate) : NaN));
	if (times.some(Number.isNaN)) return [from, to];
	const earliest = times.reduce((one, other) => Math.min(one, other), Infinity);
	const latest = times.reduce((one, other) => Math.max(one, other), -Infinity);
	return [Math.max(from, earliest - CREATED_SLACK_MS), Math.min(to, latest + CREATED_SLACK_MS)];
}
