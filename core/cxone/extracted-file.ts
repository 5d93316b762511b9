import { PassThrough, pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { markedEncoding, parseJson } from '../http/answer-text';
import { quote } from '../http/redact';
import { parseCsv } from '../vendor';

/** A row of the extracted CSV: values by column header. Empty cells are empty text. */
export type ExtractedRow = Record<string, string>;

/** What came is not the whole list. The message is a sentence that says why, fit to be shown. */
export class NotTheList extends Error {}

/** How a file ended. */
export interface FileEnd {
	/** Bytes as they were sent, before they were unpacked. */
	bytes: number;
	/** Whether the last row was closed by a line break. */
	lineBreak: boolean;
}

export interface ListOptions {
	/** The answer's Content-Encoding. */
	encoding?: string;
	/** Called before the last row is handed on; throws where the file may go on behind it. */
	assertEnd?: (end: FileEnd) => Promise<void>;
}

/** The column that makes a file the list that was asked for; headers may carry a suffix. */
export const SEGMENT_COLUMN = /^Segment ID(?![^\s(])/;
/** Columns that are read, as the documents write them, with what may stand behind. A file may have them in other capitals. */
const COLUMN =
	/^(Segment ID|ACD Call ID|Start Date|End Date|Direction|ANI|DNIS|(?:Voice|Screen) Recording Status|Agent \d+ (?:Name|ACD ID|Contact Number))/i;
const SMALL_WORDS = /\b(?!id\b|acd\b|ani\b|dnis\b)([a-z])([a-z]*)/gi;
/** What may stand between two cells. */
const DELIMITERS = [',', ';', '\t', '|'];
/** The first line of a file that Excel writes: `sep=;`. */
const SEP_LINE = /^(?:\uFEFF)?sep=(.)\r?\n/;
/** No header is longer. */
const MAX_HEADER_BYTES = 64 * 1024;
/** A row of metadata has some hundred cells; a stray quote must not make one of the rest of the file. */
const MAX_ROW_BYTES = 1024 * 1024;
/** Enough of a page that came in place of the list to tell what it is, in characters. */
const BEGINNING = 4 * 1024;

const UNPACK: Record<string, () => NodeJS.ReadWriteStream> = {
	gzip: createGunzip,
	'x-gzip': createGunzip,
	deflate: createInflate,
	br: createBrotliDecompress,
};

/** Whether the way a body is packed proves its end: what was packed and then cut cannot be unpacked. */
export function provesItsEnd(encoding: string | undefined): boolean {
	return encoding !== undefined && Object.hasOwn(UNPACK, encoding.toLowerCase());
}

/**
 * Reads the list row by row while it arrives: CSV in UTF-8 with or without byte order mark, or UTF-16 with one; commas,
 * semicolons, tabs or bars between cells; quotes, line breaks within quotes, rows that are shorter than the header.
 * Headers are trimmed; one that repeats gets a number. The last row comes when the end is proven: half a row looks like one.
 *
 * @throws NotTheList where there is no header row with a segment's ID, or the last row is not whole
 */
export async function* listedRows(
	source: Readable,
	{ encoding, assertEnd }: ListOptions = {},
): AsyncGenerator<ExtractedRow> {
	let bytes = 0;
	let last: number | undefined;
	let columns: string[] | undefined;
	const packed = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of chunks) {
			bytes += chunk.length;
			yield chunk;
		}
	};
	const utf8 = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of inUtf8(chunks)) {
			last = chunk.at(-1) ?? last;
			yield chunk;
		}
	};
	// What goes wrong in a line of streams destroys its last one, and so comes out of the loops below.
	const broken = () => undefined;
	const unpack = provesItsEnd(encoding) ? [UNPACK[encoding!.toLowerCase()]()] : [];
	const text = new PassThrough();
	pipeline([source, packed, ...unpack, utf8, text] as unknown as NodeJS.ReadWriteStream[], broken);
	try {
		const { beginning, rest } = await opened(text);
		const sep = SEP_LINE.exec(beginning);
		const parser = parseCsv({
			bom: true,
			columns: (cells: string[]) => (columns = columnsOf(cells, beginning)),
			delimiter: sep?.[1] ?? delimiterOf(beginning),
			from_line: sep === null ? 1 : 2,
			max_record_size: MAX_ROW_BYTES,
			// A mixture, as of a header written by another program, must not make one row of many.
			record_delimiter: ['\r\n', '\n', '\r'],
			relax_column_count: true,
			relax_quotes: true,
			skip_empty_lines: true,
			skip_records_with_empty_values: true,
		});
		pipeline(Readable.from(rest), parser, broken);
		let held: ExtractedRow | undefined;
		for await (const row of parser) {
			if (held !== undefined) yield held;
			held = row as ExtractedRow;
		}
		if (columns === undefined)
			throw new NotTheList('The file was empty, without even a header row.');
		const lineBreak = last === LINE_FEED;
		if (held !== undefined && !lineBreak && Object.keys(held).length < columns.length)
			throw new NotTheList('Its last row was cut off.');
		await assertEnd?.({ bytes, lineBreak });
		if (held !== undefined) yield held;
	} catch (error) {
		throw faultOf(error);
	} finally {
		source.destroy();
	}
}

const LINE_FEED = 0x0a;

/** Text in UTF-8 as it is; in UTF-16 by its byte order mark. */
async function* inUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let decoder: InstanceType<typeof TextDecoder> | undefined;
	let isFirst = true;
	for await (const chunk of chunks) {
		if (isFirst && chunk.length > 0) {
			isFirst = false;
			const encoding = markedEncoding(chunk);
			if (encoding !== undefined) decoder = new TextDecoder(encoding);
		}
		yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
	}
}

/** The first line of a stream as text, and all of the stream, that line included. */
async function opened(
	stream: AsyncIterable<Buffer>,
): Promise<{ beginning: string; rest: AsyncGenerator<Buffer> }> {
	const chunks = stream[Symbol.asyncIterator]();
	const first: Buffer[] = [];
	let size = 0;
	for (let next = await chunks.next(); ; next = await chunks.next()) {
		if (next.done !== true) first.push(next.value);
		size += next.done === true ? 0 : next.value.length;
		if (next.done === true || next.value.includes(LINE_FEED) || size > MAX_HEADER_BYTES) break;
	}
	const rest = async function* () {
		yield* first;
		yield* { [Symbol.asyncIterator]: () => chunks };
	};
	return { beginning: Buffer.concat(first).toString('utf8'), rest: rest() };
}

/** What stands most often between the cells of the header, outside quotes. */
function delimiterOf(beginning: string): string {
	const header = beginning.split(/[\r\n]/, 1)[0].replace(/"[^"]*"/g, '');
	const count = (delimiter: string) => header.split(delimiter).length;
	return DELIMITERS.reduce((most, one) => (count(one) > count(most) ? one : most));
}

function columnsOf(cells: string[], beginning: string): string[] {
	const seen = new Map<string, number>();
	const columns = cells.map((cell) => {
		const name = cell.trim().replace(COLUMN, asDocumented);
		const count = (seen.get(name) ?? 0) + 1;
		seen.set(name, count);
		return count === 1 ? name : `${name} (${count})`;
	});
	if (columns.some((column) => SEGMENT_COLUMN.test(column))) return columns;
	throw new NotTheList(whatCame(beginning.slice(0, BEGINNING)));
}

function asDocumented(column: string): string {
	return column
		.toLowerCase()
		.replace(SMALL_WORDS, (_word, first: string, others: string) => first.toUpperCase() + others)
		.replace(/\b(id|acd|ani|dnis)\b/g, (word) => word.toUpperCase());
}

/** Of what looks like a list, the first line only: the others hold people's numbers. */
function whatCame(text: string): string {
	// A packed file, for one, that nobody said is packed.
	if (/[\0-\x08\uFFFD]/.test(text)) return 'It is no text.';
	const isDocument = /^\s*[<{[]/.test(text);
	const words = quote(isDocument ? parseJson(text) : text.split(/[\r\n]/, 1)[0]).slice(0, 200);
	if (isDocument)
		return words === ''
			? 'Another document came in its place.'
			: `Another document came in its place: "${words}".`;
	return `It has no column 'Segment ID'; its first line is: "${words}".`;
}

function faultOf(error: unknown): unknown {
	const { code, message } = error as { code?: unknown; message?: string };
	if (typeof code !== 'string') return error;
	if (code === 'CSV_QUOTE_NOT_CLOSED') return new NotTheList('It ends within a quoted cell.');
	if (code === 'CSV_MAX_RECORD_SIZE')
		return new NotTheList(`One of its rows is longer than ${MAX_ROW_BYTES / 1024 / 1024} MB.`);
	if (code.startsWith('CSV_'))
		return new NotTheList(`It cannot be read as CSV: ${quote(message)} (${code}).`);
	if (/^(Z_|ERR__?ERROR_FORMAT|ERR_BROTLI|ERR_PADDING)/.test(code))
		return new NotTheList(`It cannot be unpacked (${code}).`);
	return error;
}
