/** A moment as it is written in messages. */
export function iso(ms: number): string {
	return new Date(ms).toISOString();
}
