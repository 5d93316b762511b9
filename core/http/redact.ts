import { memberOf } from './wire';

/** How much text is looked at, in characters: what a hostile server sends must not keep n8n busy. */
const MAX_TEXT = 8_000;
/** How much of a server's own words is worth showing: GIR can answer with whole HTML pages. */
const MAX_QUOTE = 400;

const PATTERNS: Array<[RegExp, string]> = [
	// Signed links and tokens live in query strings: the address without them says enough.
	[/(https?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi, '$1?…'],
	[/(https?%3A%2F%2F[^\s"'<>?&]*?)%3F[^\s"'<>]*/gi, '$1%3F…'],
	[/\?[\w.~%+-]+=[^\s"'<>]*/g, '?…'],
	[/(https?:\/\/)[^\s"'<>/@]+@/gi, '$1…@'],
	[/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, '$1 …'],
	[/\beyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]+){0,2}/g, '…'],
	[
		/("?(?:access_token|refresh_token|id_token|client_secret|accessKeySecret|password|secret|signature|speechminer_auth)"?\s*[:=]\s*)("[^"]*"|[^\s,;&}]+)/gi,
		'$1"…"',
	],
];

/** How many secrets are remembered: a token is a new one every hour, and n8n runs for months. */
const MAX_SECRETS = 300;
/** Anything shorter would blot out words. */
const MIN_SECRET = 4;

/** Secrets in use in this process and the forms in which servers echo them; the longest unused first. */
const inUse = new Map<string, readonly string[]>();

/**
 * Has a secret blotted out of every text made from an answer from now on. Whoever signs in hands over the key secret, the
 * password and what goes over the line in their place.
 */
export function keepSecret(...secrets: Array<string | undefined>): void {
	for (const secret of secrets) {
		if (typeof secret !== 'string' || secret.length < MIN_SECRET) continue;
		const forms = inUse.get(secret) ?? formsOf(secret);
		inUse.delete(secret);
		inUse.set(secret, forms);
		if (inUse.size > MAX_SECRETS) inUse.delete(inUse.keys().next().value!);
	}
}

/** A secret as it stands, and as servers echo it: URL- and form-encoded, in base64, as JSON text, in a web page. */
function formsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	const html = secret.replace(
		/[&<>"']/g,
		(sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign]!,
	);
	const forms = [
		secret,
		// Half a surrogate pair has no place in a URL.
		encodeURIComponent(bytes.toString('utf8')),
		new URLSearchParams({ '': secret }).toString().slice(1),
		bytes.toString('base64'),
		bytes.toString('base64url'),
		JSON.stringify(secret).slice(1, -1),
		html,
		html.replaceAll('&#39;', "'"),
	];
	// The longest first: one form may be the beginning of another.
	return [...new Set(forms)].sort((one, other) => other.length - one.length);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
	let clean = text;
	for (const secret of secrets) {
		if (secret.length >= MIN_SECRET)
			for (const form of formsOf(secret)) clean = clean.replaceAll(form, '…');
	}
	for (const forms of inUse.values()) for (const form of forms) clean = clean.replaceAll(form, '…');
	return clean;
}

/**
 * Takes secrets out of a text that will be shown or logged: those in use, and whatever looks like one.
 *
 * @param secrets more values to blot out wherever they stand
 */
export function redact(text: string, secrets: readonly string[] = []): string {
	// A secret that the end of the text cuts through must not be left half.
	let clean = withoutSecrets(text.slice(0, 2 * MAX_TEXT), secrets).slice(0, MAX_TEXT);
	for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
	return clean;
}

/** The words a server's answer holds for people: its `message`, or the bare text of a page. Short, without secrets. */
export function quote(body: unknown, secrets: readonly string[] = []): string {
	const words = redact(wordsOf(body, secrets), secrets).replace(/\s+/g, ' ').trim();
	return words.length > MAX_QUOTE ? `${words.slice(0, MAX_QUOTE)}…` : words;
}

/** What a refusal says: its words, or, where it has none in a form that is known, the object as it is. Short, without secrets. */
export function reasonOf(body: unknown, secrets: readonly string[] = []): string {
	const words = quote(body, secrets);
	const isEmpty = typeof body !== 'object' || body === null || Object.keys(body).length === 0;
	return words !== '' || isEmpty ? words : quote(JSON.stringify(body), secrets);
}

/** A media store's XML document: of S3's answer to a wrong signature only these two parts hold no key. */
function wordsOfXml(text: string): string | undefined {
	if (!/^\s*(<\?xml[^>]*>\s*)?<Error\b/i.test(text)) return undefined;
	const part = (name: string) =>
		new RegExp(`<${name}>([^<]{0,400})</${name}>`, 'i').exec(text)?.[1] ?? '';
	return [part('Code'), part('Message')].filter((words) => words !== '').join(': ');
}

/** Characters that no text for people has. A packed page, or media in place of words, is full of them. */
const NO_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f]/g;
const MIN_NO_TEXT = 3;

/** Members that hold a server's words, the more telling ones first. */
const MESSAGE = [
	'message',
	'statusMessage',
	'errorDescription',
	'error_description',
	'faultstring',
	'error',
	'errorMessage',
	'fault',
	'title',
];
/** Members that say more where those are no more than a title. */
const DETAIL = ['description', 'detail', 'details', 'errors', 'reason'];
/** How many entries of a list of errors, and how many objects within each other, are looked at. */
const MAX_ENTRIES = 3;
const MAX_DEPTH = 4;

function wordsOf(body: unknown, secrets: readonly string[], depth = 0): string {
	if (typeof body === 'string') {
		// Before tags are taken out, which a password may look like.
		const start = withoutSecrets(body.slice(0, 20_000), secrets);
		if ((start.match(NO_TEXT)?.length ?? 0) >= MIN_NO_TEXT) return '';
		const xml = wordsOfXml(start);
		if (xml !== undefined) return xml;
		return start.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
	}
	if (typeof body !== 'object' || body === null || depth > MAX_DEPTH) return '';
	const words = (value: unknown) => wordsOf(value, secrets, depth + 1);
	const said = (parts: string[], between: string) =>
		parts.filter((part, index) => part !== '' && parts.indexOf(part) === index).join(between);
	if (Array.isArray(body)) return said(body.slice(0, MAX_ENTRIES).map(words), '; ');
	const first = (names: string[]) =>
		names.map((name) => words(memberOf(body, name))).find((part) => part !== '') ?? '';
	const known = said([first(MESSAGE), first(DETAIL)], ': ');
	if (known !== '' || depth === 0) return known;
	// Errors by the field that they are about.
	return said(
		Object.entries(body)
			.slice(0, MAX_ENTRIES)
			.map(([name, value]) => [name, words(value)])
			.map(([name, part]) => (part === '' ? '' : `${name}: ${part}`)),
		'; ',
	);
}
