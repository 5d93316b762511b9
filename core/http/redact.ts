/** How much text is looked at, in characters: what a hostile server sends must not keep n8n busy. */
const MAX_TEXT = 8_000;
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
	let clean = text.slice(0, MAX_TEXT);
	for (const secret of secrets) {
		if (secret.length < 4) continue;
		for (const form of formsOf(secret)) clean = clean.split(form).join('…');
	}
	for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
	return clean;
}

/** A secret as it stands, and as servers echo it: URL-encoded, and in base64. */
function formsOf(secret: string): string[] {
	return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}

/** The words a server's answer holds for people: its `message`, or the bare text of a page. Short, without secrets. */
export function quote(body: unknown, secrets: readonly string[] = []): string {
	const words = redact(wordsOf(body), secrets).replace(/\s+/g, ' ').trim();
	return words.length > MAX_QUOTE ? `${words.slice(0, MAX_QUOTE)}…` : words;
}

/** A media store's XML document: of S3's answer to a wrong signature only these two parts hold no key. */
function wordsOfXml(text: string): string | undefined {
	if (!/^\s*(<\?xml[^>]*>\s*)?<Error\b/i.test(text)) return undefined;
	const part = (name: string) => new RegExp(`<${name}>([^<]{0,400})</${name}>`, 'i').exec(text)?.[1] ?? '';
	return [part('Code'), part('Message')].filter((words) => words !== '').join(': ');
}

const WORD_KEYS = ['message', 'statusMessage', 'errorDescription', 'error_description', 'description', 'error', 'errorMessage'];

function wordsOf(body: unknown): string {
	if (typeof body === 'string') {
		const start = body.slice(0, 20_000);
		const xml = wordsOfXml(start);
		if (xml !== undefined) return xml;
		return start
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
