import type { Found } from '../../core/platform';

/** What a builder should know about the searches of a run that were made without a flaw, and did not bring all there is. */
export function searchHints(searches: Found[]): string[] {
	const cut = searches.filter(({ rows, matching = 0 }) => matching > rows.length);
	const returned = sum(cut.map(({ rows }) => rows.length));
	const matching = sum(cut.map((found) => found.matching));
	const processing = sum(searches.map(({ stillProcessing }) => stillProcessing));
	const was = processing === 1 ? 'recording was' : 'recordings were';
	const messages: string[] = [];
	// How to get more, n8n says itself beside it.
	if (cut.length > 0)
		messages.push(`${count(returned)} of ${count(matching)} recordings returned.`);
	if (processing > 0)
		messages.push(
			`${count(processing)} ${was} still processing and left out. 'Recordings Not Available' can wait for them.`,
		);
	return messages;
}

function sum(counts: Array<number | undefined>): number {
	return counts.reduce<number>((total, one = 0) => total + one, 0);
}

function count(number: number): string {
	return number.toLocaleString('en-US');
}
