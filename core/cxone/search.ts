import type { CxoneClient, RecordingSearch, SearchFilter } from './client';
import { recordingId } from './mapping';
import type { RawRecording } from './schemas';
import { clock } from '../http/clock';
import { AVAILABLE } from '../recording';

/** What becomes of recordings that are found but not ready. */
export type WhenProcessing = 'skip' | 'include' | 'wait';

/** Times in epoch milliseconds. */
export interface AvailabilitySearch extends Omit<RecordingSearch, 'filters'> {
	createdAfter?: number;
	createdBefore?: number;
	filters: SearchFilter[];
	whenProcessing: WhenProcessing;
	/** For 'wait': how long at the most. */
	maxWaitMs: number;
	/** Days after which the tenant deletes recordings; undefined leaves them out of account. */
	retentionDays?: number;
	/** How many recordings at the most; Infinity for all. */
	limit: number;
}

/** Part of the retention period after which a recording may be gone before it is fetched; from the NICE CXone download guide. */
const RETENTION_BUFFER = 0.7;
const DAY_MS = 86_400_000;
/** First pause before asking again, then doubled; from the same guide. */
const FIRST_RECHECK_MS = 30_000;

/** Status words before a recording can be downloaded. */
const NOT_READY = new Set(['recording', 'processing']);

/** Whether a recording will become available later. */
export function isPending(raw: RawRecording): boolean {
	return NOT_READY.has((raw.status ?? '').toLowerCase());
}

function isAvailable(raw: RawRecording): boolean {
	return (raw.status ?? '').toLowerCase() === AVAILABLE.toLowerCase();
}

/** A moment as the Recording API's filters take it. */
export function filterTime(ms: number): string {
	return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/**
 * The two-phase search of the guide "Downloading Call Recordings Programmatically via the NICE CXone API": everything in
 * the range whatever its status, sorted here. The server's own status filter would hide what is still processing, and
 * a link for that leads to a broken file.
 *
 * @returns recordings in the order of the search; with 'wait', those that did not become ready in time keep their status,
 *   and those that were deleted meanwhile are left out
 */
export async function findRecordings(client: CxoneClient, search: AvailabilitySearch, signal?: AbortSignal): Promise<RawRecording[]> {
	const oldest = search.retentionDays === undefined ? undefined : clock.now() - search.retentionDays * RETENTION_BUFFER * DAY_MS;
	const from = Math.max(search.createdAfter ?? -Infinity, oldest ?? -Infinity);
	const filters = [...search.filters];
	if (Number.isFinite(from)) filters.push({ field: 'createdDate', operator: 'gte', value: filterTime(from) });
	if (search.createdBefore !== undefined) {
		filters.push({ field: 'createdDate', operator: 'lte', value: filterTime(search.createdBefore) });
	}
	const found: RawRecording[] = [];
	const { sort, pageSize } = search;
	for await (const page of client.search({ filters, sort, pageSize })) {
		found.push(...page.filter((raw) => isWanted(raw, search.whenProcessing)));
		if (found.length >= search.limit) break;
	}
	const wanted = found.slice(0, search.limit);
	return search.whenProcessing === 'wait' ? await waitUntilAvailable(client, wanted, search.maxWaitMs, signal) : wanted;
}

function isWanted(raw: RawRecording, whenProcessing: WhenProcessing): boolean {
	if (whenProcessing === 'include') return true;
	return isAvailable(raw) || (whenProcessing === 'wait' && isPending(raw));
}

async function waitUntilAvailable(
	client: CxoneClient,
	recordings: RawRecording[],
	maxWaitMs: number,
	signal?: AbortSignal,
): Promise<RawRecording[]> {
	const latest = new Map(recordings.map((raw) => [recordingId(raw), raw]));
	const deadline = clock.now() + maxWaitMs;
	for (let pauseMs = FIRST_RECHECK_MS; ; pauseMs *= 2) {
		const pending = [...latest.values()].filter(isPending);
		const remainingMs = deadline - clock.now();
		if (pending.length === 0 || remainingMs <= 0) return [...latest.values()];
		await clock.sleep(Math.min(pauseMs, remainingMs), signal);
		for (const raw of pending) {
			const id = recordingId(raw);
			const now = await client.recordingIfThere(id);
			if (now === undefined) latest.delete(id);
			else latest.set(id, now);
		}
	}
}
