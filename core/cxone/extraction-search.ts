import { dated, Extracted, extractedRecording, type DatedRow, type Granularity } from './extracted';
import {
	ExtractedTimes,
	isWithin,
	ZONE_IN_DOUBT,
	ZoneDoubt,
	type TimeRange,
} from './extracted-times';
import { dayRanges, timesOf, type DataExtraction } from './extraction';
import { clock } from '../http/clock';
import type { Found, Tell } from '../platform';
import { leftOutFor, OVER_LIMIT, type SearchChoice } from '../search';

/** A search in extracted metadata. Times in epoch milliseconds. */
export interface ExtractionSearch {
	/** Open where jobs are picked up and no date is given. */
	range: TimeRange;
	/** Jobs that were started before; empty to start new ones. */
	jobIds: readonly string[];
	version: string;
	/** In which zone times are that come without one. */
	zone: string;
	granularity: Granularity;
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
