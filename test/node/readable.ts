/** The longest message that is a title still, and the longest description that people read, with what a service said in it. */
const LONGEST = { message: 300, description: 1_500 };

/** What must not stand in front of people: leftovers of programs, and what n8n's panel takes for markup. */
const LEFTOVERS: Array<[RegExp, string]> = [
	[/\[object \w+\]/, 'an object without words'],
	[/\bundefined\b|\bNaN\b/, 'a value that is not there'],
	[/<[a-z!/][^>]*>/i, 'HTML'],
	[/`/, 'a code mark'],
	[/\*\*\w/, 'marks of Markdown'],
	[/\n/, 'a line break'],
	[/ {2}|\s$|^\s/, 'spaces that belong nowhere'],
	[/[a-z]\.\.( |$)|[a-z][,;:]\.( |$)/, 'punctuation that belongs nowhere'],
];

/** What a service said is its own affair. */
const QUOTED = / said: ".*"/g;

/** What is wrong with an error as a person would read it; undefined where nothing is. */
export function unfitForPeople(error: {
	message: string;
	description?: string | null;
}): string | undefined {
	for (const part of ['message', 'description'] as const) {
		const words = error[part] ?? '';
		const own = words.replaceAll(QUOTED, '');
		const [, what] = LEFTOVERS.find(([pattern]) => pattern.test(own)) ?? [];
		if (what !== undefined) return `${what} in the ${part}: ${words}`;
		if (words.length > LONGEST[part]) return `a ${part} of ${words.length} characters: ${words}`;
	}
	return error.message === '' ? 'no message' : undefined;
}
