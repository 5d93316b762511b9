/** Part of the retention period after which a recording may be gone before it is fetched; from the NICE CXone download guide. */
const RETENTION_BUFFER = 0.7;
const DAY_MS = 86_400_000;

/**
 * The time from which on recordings are still there when they are fetched (section "Retention Policy Intersection" of
 * "Downloading Call Recordings Programmatically via the NICE CXone API").
 *
 * @param retentionDays after how many days the platform deletes recordings
 * @param now epoch milliseconds
 */
export function retainedSince(retentionDays: number, now: number): number {
	return now - retentionDays * RETENTION_BUFFER * DAY_MS;
}
