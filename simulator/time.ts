/** ms from ms or ISO 8601. */
export function toMs(time: number | string): number {
	const ms = typeof time === 'number' ? time : Date.parse(time);
	if (Number.isNaN(ms)) throw new TypeError(`not a time: ${time}`);
	return ms;
}

/** ISO 8601 in UTC with milliseconds. */
export function iso(ms: number): string {
	return new Date(ms).toISOString();
}
