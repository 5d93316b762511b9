import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { quote } from '../http/redact';
import { parseJson } from '../http/transport';
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
const KEY_COLUMN = /^Segment ID(?![^\s(])/;
/** A row of metadata has some hundred cells; a stray quote must not make one of the rest of the file. */
const MAX_ROW_BYTES = 1024 * 1024;
/** Enough of a page that came in place of the list to tell what it is. */
const BEGINNING_BYTES = 4 * 1024;

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
 * Reads the list row by row while it arrives: CSV in UTF-8 with or without byte order mark, or UTF-16 with one; quotes,
 * line breaks within quotes, rows that are shorter than the header. Headers are trimmed; one that repeats gets a number.
 * The last row comes when the end is proven: half a row looks like one.
 *
 * @throws NotTheList where there is no header row with a segment's ID, or the last row is not whole
 */
export async function* listedRows(
	source: Readable,
	{ encoding, assertEnd }: ListOptions = {},
): AsyncGenerator<ExtractedRow> {
	const end = { bytes: 0, tail: Buffer.alloc(0), beginning: Buffer.alloc(0) };
	let columns: string[] | undefined;
	const parser = parseCsv({
		bom: true,
		columns: (cells: string[]) => (columns = columnsOf(cells, () => end.beginning)),
		max_record_size: MAX_ROW_BYTES,
		// A mixture, as of a header written by another program, must not make one row of many.
		record_delimiter: ['\r\n', '\n', '\r'],
		relax_column_count: true,
		relax_quotes: true,
		skip_empty_lines: true,
		skip_records_with_empty_values: true,
	});
	const packed = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of chunks) {
			end.bytes += chunk.length;
			yield chunk;
		}
	};
	const plain = async function* (chunks: AsyncIterable<Buffer>) {
		for await (const chunk of chunks) {
			if (end.beginning.length < BEGINNING_BYTES)
				end.beginning = Buffer.concat([end.beginning, chunk.subarray(0, BEGINNING_BYTES)]);
			end.tail = Buffer.concat([end.tail, chunk.subarray(-2)]).subarray(-2);
			yield chunk;
		}
	};
	// What goes wrong in the line destroys the parser with it, and so comes out of the loop below.
	const broken = () => undefined;
	const unpack = provesItsEnd(encoding) ? [UNPACK[encoding!.toLowerCase()]()] : [];
	pipeline(
		[source, packed, ...unpack, plain, parser] as unknown as NodeJS.ReadWriteStream[],
		broken,
	);
	try {
		let held: ExtractedRow | undefined;
		for await (const row of parser) {
			if (held !== undefined) yield held;
			held = row as ExtractedRow;
		}
		if (columns === undefined)
			throw new NotTheList('The file was empty, without even a header row.');
		const lineBreak = endsLine(end.tail);
		if (held !== undefined && !lineBreak && Object.keys(held).length < columns.length)
			throw new NotTheList('Its last row was cut off.');
		await assertEnd?.({ bytes: end.bytes, lineBreak });
		if (held !== undefined) yield held;
	} catch (error) {
		throw faultOf(error);
	} finally {
		source.destroy();
	}
}

/** A line feed in UTF-8, or in UTF-16 with the lower byte first. */
function endsLine(tail: Buffer): boolean {
	return tail.at(-1) === 0x0a || (tail.at(-1) === 0 && tail.at(-2) === 0x0a);
}

function columnsOf(cells: string[], beginning: () => Buffer): string[] {
	const seen = new Map<string, number>();
	const columns = cells.map((cell) => {
		const name = cell.trim();
		const count = (seen.get(name) ?? 0) + 1;
		seen.set(name, count);
		return count === 1 ? name : `${name} (${count})`;
	});
	if (columns.some((column) => KEY_COLUMN.test(column))) return columns;
	throw new NotTheList(whatCame(beginning().toString('utf8')));
}

/** Of what looks like a list, the first line only: the others hold people's numbers. */
function whatCame(text: string): string {
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
