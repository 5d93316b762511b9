/** What the byte order mark at the beginning of a text says of its encoding; undefined where there is none of UTF-16. */
export function markedEncoding(bytes: Buffer): 'utf-16be' | 'utf-16le' | undefined {
	const mark = bytes.toString('latin1', 0, 2);
	return mark === '\xfe\xff' ? 'utf-16be' : mark === '\xff\xfe' ? 'utf-16le' : undefined;
}

/**
 * The bytes of an answer as text, without a byte order mark. What is valid UTF-8 is read as such, whatever the answer says:
 * servers that write UTF-8 and announce another encoding are more frequent than others.
 *
 * @param contentType the answer's Content-Type, for what is no UTF-8
 */
export function textOf(bytes: Buffer, contentType = ''): string {
	const marked = markedEncoding(bytes);
	if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return decoderFor(/charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]).decode(bytes);
	}
}

function decoderFor(charset = 'utf-8') {
	try {
		return new TextDecoder(charset);
	} catch {
		return new TextDecoder();
	}
}

/** Text as JSON where it is JSON, as it is where not. Whole numbers that JavaScript would round stay text: they are IDs. */
export function parseJson(text: string): unknown {
	const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
	try {
		return JSON.parse(/[[,:]\s*-?\d{16}/.test(json) ? longNumbersAsText(json) : json) as unknown;
	} catch {
		return json;
	}
}

const LONG_NUMBER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

function longNumbersAsText(json: string): string {
	let result = '';
	for (let at = 0; ;) {
		const open = json.indexOf('"', at);
		result += json
			.slice(at, open < 0 ? undefined : open)
			.replace(LONG_NUMBER, (digits) =>
				Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`,
			);
		if (open < 0) return result;
		at = endOfText(json, open) + 1;
		result += json.slice(open, at);
	}
}

/** Where a text that begins at `open` has its closing quote; the end where it has none. */
function endOfText(json: string, open: number): number {
	for (let close = json.indexOf('"', open + 1); close >= 0; close = json.indexOf('"', close + 1)) {
		let backslashes = 0;
		while (json[close - 1 - backslashes] === '\\') backslashes++;
		if (backslashes % 2 === 0) return close;
	}
	return json.length;
}
