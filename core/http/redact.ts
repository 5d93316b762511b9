/** How much of a server's own words is worth showing: GIR can answer with whole HTML pages. */
const MAX_QUOTE = 400;

const PATTERNS: Array<[RegExp, string]> = [
	// Signed links and tokens live in query strings: the address without them says enough.
	[/(https?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi, '$1?…'],
	[/(https?:\/\/)[^\s"'<>/@]+@/gi, '$1…@'],
	[/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, '$1 …'],
	[/\beyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]+){0,2}/g, '…'],
	[/("?(?:access_token|refresh_token|id_token|client_secret|accessKeySecret|password|secret|signature|speechminer_auth)"?\s*[:=]\s*)("[^"]*"|[^\s,;&}]+)/gi, '$1"…"'],
];

/**
 * Takes secrets out of a text that will be shown or logged.
 *
 * @param secrets values to blot out wherever they stand, for example the password in use
 */
export function redact(text: string, secrets: readonly string[] = []): string {
	let clean = text;
	for (const secret of secrets) {
		if (secret.length >= 4) clean = clean.split(secret).join('…');
	}
	for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
	return clean;
}

/** The words a server's answer holds for people: its `message`, or the bare text of a page. Short, without secrets. */
export function quote(body: unknown, secrets: readonly string[] = []): string {
	const words = redact(wordsOf(body), secrets).replace(/\s+/g, ' ').trim();
	return words.length > MAX_QUOTE ? `${words.slice(0, MAX_QUOTE)}…` : words;
}

const WORD_KEYS = ['message', 'statusMessage', 'errorDescription', 'error_description', 'description', 'error', 'errorMessage'];

function wordsOf(body: unknown): string {
	if (typeof body === 'string') {
		return body
			.slice(0, 20_000)
			.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
			.replace(/<[^>]*>/g, ' ');
	}
	if (typeof body !== 'object' || body === null) return '';
	const record = body as Record<string, unknown>;
	for (const key of WORD_KEYS) {
		const value = record[key];
		if (typeof value === 'string' && value !== '') return value;
		if (typeof value === 'object' && value !== null) {
			const inner = wordsOf(value);
			if (inner !== '') return inner;
		}
	}
	return '';
}
