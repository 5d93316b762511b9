import { UserError } from 'n8n-workflow';

import { GIR_PAGE_SIZE, type GirClient, type GirSearch } from './client';
import { toRecording } from './mapping';
import type { GirRecording } from './schemas';
import type { Searchable } from '../search';

/** The reserved label of calls with linked screen recordings. */
const SCREEN_RECORDING_LABEL = '__screenRecording';

/**
 * A phone number as search value, passed on as typed. The server strips everything but letters, digits, `*` and `?`.
 *
 * @param field the field's display name, for the message
 * @throws UserError when nothing but wildcards is left: a masked number from another search ("*******") would find everything
 */
export function phoneFilter(value: string | undefined, field: string): string | undefined {
	if (value === undefined) return undefined;
	const significant = value.replace(/[^A-Za-z0-9*?]/g, '');
	if (significant === '') {
		throw new UserError(`'${field}' holds no digit: ${value.slice(0, 40)}`, {
			description: 'Enter a phone number, or remove the filter.',
		});
	}
	if (/^[*?]+$/.test(significant)) {
		throw new UserError(`'${field}' holds nothing but wildcards: ${value.slice(0, 40)}`, {
			description:
				'Nothing was sent, because it would match every recording. A number that GIR hides from this user looks like this and cannot be searched for: use a credential with the role Administrator.',
		});
	}
	return value;
}

/**
 * The label parameters of a search. Calls with and without screen recordings are told apart by a reserved label.
 *
 * @param include comma-separated label names, all of which a recording must carry
 * @param exclude comma-separated label names, none of which it may carry
 */
export function labelFilters(
	include: string | undefined,
	exclude: string | undefined,
	screenRecording: 'with' | 'without' | undefined,
): { includeLabels?: string; excludeLabels?: string } {
	const names = (list: string | undefined) =>
		(list ?? '')
			.split(',')
			.map((name) => name.trim())
			.filter((name) => name !== '');
	const included = [
		...names(include),
		...(screenRecording === 'with' ? [SCREEN_RECORDING_LABEL] : []),
	];
	const excluded = [
		...names(exclude),
		...(screenRecording === 'without' ? [SCREEN_RECORDING_LABEL] : []),
	];
	return {
		...(included.length > 0 && { includeLabels: [...new Set(included)].join(',') }),
		...(excluded.length > 0 && { excludeLabels: [...new Set(excluded)].join(',') }),
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
