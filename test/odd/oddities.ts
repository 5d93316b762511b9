/**
 * What a value means where it stands in the place of an honest one. `same`: the same in another form. `absent`: left out.
 * `unreadable`: nothing can be made of it, which is said.
 */
export type Meaning = 'same' | 'absent' | 'unreadable';

/** What an honest value is, as far as there are odd forms of it. */
export type Kind =
	'text' | 'number' | 'numberAsText' | 'time' | 'flag' | 'texts' | 'objects' | 'object';

export interface OddValue {
	oddity: string;
	kinds: readonly Kind[];
	/** In the place of an honest value; undefined leaves it out. */
	make: (honest: unknown) => unknown;
	means: Meaning;
	/** Whether an honest value has this form at all. */
	fits?: (honest: unknown) => boolean;
}

const EVERY: readonly Kind[] = [
	'text',
	'number',
	'numberAsText',
	'time',
	'flag',
	'texts',
	'objects',
	'object',
];
const SINGLE: readonly Kind[] = ['text', 'number', 'numberAsText', 'time', 'flag'];
const LISTS: readonly Kind[] = ['texts', 'objects'];
const NUMBERS: readonly Kind[] = ['number', 'numberAsText'];

const onlyOne = (honest: unknown) => (honest as unknown[]).length === 1;
const first = (honest: unknown) => (honest as unknown[])[0];
const ms = (honest: unknown) => Date.parse(honest as string);
const wholeSeconds = (honest: unknown) => ms(honest) % 1_000 === 0;
/** The honest time in UTC, cut after the seconds: `2025-03-04T15:02:11`. */
const second = (honest: unknown) => new Date(ms(honest)).toISOString().slice(0, 19);
const fraction = (honest: unknown) => new Date(ms(honest)).toISOString().slice(20, 23);
const value =
	(odd: unknown): OddValue['make'] =>
	() =>
		odd;

/** Odd forms of a single value: what a serialiser, a proxy, a converter or a new version of a service makes of it. */
export const ODD_VALUES: readonly OddValue[] = [
	{ oddity: 'missing', kinds: EVERY, make: value(undefined), means: 'absent' },
	{ oddity: 'null', kinds: EVERY, make: value(null), means: 'absent' },
	{ oddity: 'empty text', kinds: [...NUMBERS, 'time', 'flag'], make: value(''), means: 'absent' },
	{ oddity: 'empty list', kinds: LISTS, make: value([]), means: 'absent' },
	{ oddity: 'list of null', kinds: LISTS, make: value([null]), means: 'absent' },
	{ oddity: 'object', kinds: SINGLE, make: (honest) => ({ value: honest }), means: 'unreadable' },
	{ oddity: 'empty object', kinds: SINGLE, make: value({}), means: 'unreadable' },
	{ oddity: 'list', kinds: SINGLE, make: (honest) => [honest, honest], means: 'unreadable' },
	{ oddity: 'empty list for one', kinds: SINGLE, make: value([]), means: 'unreadable' },
	{
		oddity: 'boolean',
		kinds: ['text', ...NUMBERS, 'time', ...LISTS, 'object'],
		make: value(true),
		means: 'unreadable',
	},
	{
		oddity: 'text for object',
		kinds: ['object', 'objects'],
		make: value('none'),
		means: 'unreadable',
	},
	{
		oddity: 'number for object',
		kinds: ['object', 'objects'],
		make: value(7),
		means: 'unreadable',
	},
	{ oddity: 'list for object', kinds: ['object'], make: value(['x']), means: 'unreadable' },
	{
		oddity: 'object for list',
		kinds: LISTS,
		make: value({ surprise: { of: 'the server' } }),
		means: 'unreadable',
	},
	{ oddity: 'one for a list of one', kinds: LISTS, make: first, means: 'same', fits: onlyOne },
	{
		oddity: 'null beside',
		kinds: LISTS,
		make: (honest) => [null, ...(honest as unknown[]), null],
		means: 'same',
	},

	{
		oddity: 'number for text',
		kinds: ['text'],
		make: Number,
		means: 'same',
		fits: (honest) => /^[1-9]\d{0,14}$/.test(String(honest)),
	},

	{ oddity: 'number as text', kinds: ['number'], make: String, means: 'same' },
	{ oddity: 'text as number', kinds: ['numberAsText'], make: Number, means: 'same' },
	{
		oddity: 'number with blanks',
		kinds: NUMBERS,
		make: (honest) => ` ${String(honest)} `,
		means: 'same',
	},
	{
		oddity: 'number with decimals',
		kinds: NUMBERS,
		make: (honest) => `${String(honest)}.0`,
		means: 'same',
		fits: (honest) => /^\d+$/.test(String(honest)),
	},
	{ oddity: 'word for number', kinds: NUMBERS, make: value('unknown'), means: 'unreadable' },
	{
		oddity: 'number with unit',
		kinds: NUMBERS,
		make: (honest) => `${String(honest)} KB`,
		means: 'unreadable',
	},
	{ oddity: 'NaN as text', kinds: NUMBERS, make: value('NaN'), means: 'unreadable' },
	{ oddity: 'clock for number', kinds: NUMBERS, make: value('00:01:05'), means: 'unreadable' },

	{ oddity: 'epoch milliseconds', kinds: ['time'], make: ms, means: 'same' },
	{
		oddity: 'epoch milliseconds as text',
		kinds: ['time'],
		make: (honest) => String(ms(honest)),
		means: 'same',
	},
	{ oddity: 'epoch seconds', kinds: ['time'], make: (honest) => ms(honest) / 1_000, means: 'same' },
	{
		oddity: 'epoch seconds as text',
		kinds: ['time'],
		make: (honest) => String(ms(honest) / 1_000),
		means: 'same',
		fits: wholeSeconds,
	},
	{
		oddity: 'blank for T, no zone',
		kinds: ['time'],
		make: (honest) => `${second(honest).replace('T', ' ')}.${fraction(honest)}`,
		means: 'same',
	},
	{
		oddity: 'T, no zone',
		kinds: ['time'],
		make: (honest) => `${second(honest)}.${fraction(honest)}`,
		means: 'same',
	},
	{
		oddity: 'offset without colon',
		kinds: ['time'],
		make: (honest) => `${second(honest)}.${fraction(honest)}+0000`,
		means: 'same',
	},
	{
		oddity: 'offset of hours',
		kinds: ['time'],
		make: (honest) => `${second(honest)}.${fraction(honest)}+00`,
		means: 'same',
	},
	{
		oddity: 'another zone',
		kinds: ['time'],
		make: (honest) => `${new Date(ms(honest) - 5 * 3_600_000).toISOString().slice(0, 23)}-05:00`,
		means: 'same',
	},
	{
		oddity: 'seven decimals',
		kinds: ['time'],
		make: (honest) => `${second(honest)}.${fraction(honest)}0000Z`,
		means: 'same',
	},
	{
		oddity: 'decimal comma',
		kinds: ['time'],
		make: (honest) => `${second(honest)},${fraction(honest)}Z`,
		means: 'same',
	},
	{
		oddity: 'small letters',
		kinds: ['time'],
		make: (honest) => `${second(honest)}.${fraction(honest)}Z`.toLowerCase(),
		means: 'same',
	},
	{
		oddity: 'blank before the zone',
		kinds: ['time'],
		make: (honest) => `${second(honest).replace('T', ' ')}.${fraction(honest)} +0000`,
		means: 'same',
	},
	{
		oddity: 'HTTP date',
		kinds: ['time'],
		make: (honest) => new Date(ms(honest)).toUTCString(),
		means: 'same',
		fits: wholeSeconds,
	},
	// Which is the day and which the month, and in which zone, nobody can tell.
	{
		oddity: 'day and month in some order',
		kinds: ['time'],
		make: value('04/03/2025 01:30:00'),
		means: 'unreadable',
	},
	{
		oddity: 'month in words, no zone',
		kinds: ['time'],
		make: value('Mar 4, 2025 3:02:11 PM'),
		means: 'unreadable',
	},
	{ oddity: 'a number that is no time', kinds: ['time'], make: value(7), means: 'unreadable' },
	{ oddity: 'such a number as text', kinds: ['time'], make: value('1'), means: 'unreadable' },
	{
		oddity: 'words that end in a number',
		kinds: ['time'],
		make: value('Room 5'),
		means: 'unreadable',
	},
	{ oddity: 'zero for unknown', kinds: ['time'], make: value(0), means: 'unreadable' },
	{
		oddity: 'the first moment of .NET',
		kinds: ['time'],
		make: value('0001-01-01T00:00:00'),
		means: 'unreadable',
	},
	{
		oddity: 'the first moment of Unix',
		kinds: ['time'],
		make: value('1970-01-01T00:00:00Z'),
		means: 'unreadable',
	},
	{
		oddity: '31 February',
		kinds: ['time'],
		make: value('2025-02-31T10:00:00Z'),
		means: 'unreadable',
	},
	{
		oddity: 'microseconds',
		kinds: ['time'],
		make: (honest) => ms(honest) * 1_000,
		means: 'unreadable',
	},

	{ oddity: 'flag as text', kinds: ['flag'], make: String, means: 'same' },
	{
		oddity: 'flag in capitals',
		kinds: ['flag'],
		make: (honest) => ` ${String(honest).toUpperCase()} `,
		means: 'same',
	},
	// What it protects is too dear for a guess.
	{
		oddity: 'letter for flag',
		kinds: ['flag'],
		make: (honest) => (honest === true ? 'Y' : 'N'),
		means: 'unreadable',
	},
	{
		oddity: 'number for flag',
		kinds: ['flag'],
		make: (honest) => (honest === true ? 1 : 0),
		means: 'unreadable',
	},
	{
		oddity: 'asterisks',
		kinds: [...NUMBERS, 'time', 'flag', 'objects'],
		make: value('*******'),
		means: 'unreadable',
	},
];

/** Rows in a list that are no rows. */
export const ODD_ROWS: readonly unknown[] = [
	null,
	'text',
	7,
	true,
	[],
	{},
	[[]],
	{ error: 'shard failed' },
];

export interface OddBody {
	oddity: string;
	make: (honest: object) => string | Buffer | object | undefined;
	headers?: Record<string, string>;
	/** 200 unless told. */
	status?: number;
	/** `same`: read as if it were the honest one. `error`: a clear error, with what `says` of the words in the answer. */
	means: 'same' | 'error';
	says?: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT_TYPE = { 'content-type': 'text/plain' };
const json = JSON.stringify;

/** Keys in another spelling, at every depth. */
function spelled(value: unknown, spell: (key: string) => string): unknown {
	if (Array.isArray(value)) return value.map((item) => spelled(item, spell));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		// What is attached to a call has names of the tenant's own.
		Object.entries(value).map(([key, member]) => [
			spell(key),
			key === 'added' ? member : spelled(member, spell),
		]),
	);
}

/** Odd forms of a whole answer with a success's status. */
export const ODD_BODIES: readonly OddBody[] = [
	{ oddity: 'JSON as text/plain', make: json, headers: TEXT_TYPE, means: 'same' },
	{
		oddity: 'JSON as text/html',
		make: json,
		headers: { 'content-type': 'text/html' },
		means: 'same',
	},
	{
		oddity: 'JSON as octets',
		make: json,
		headers: { 'content-type': 'application/octet-stream' },
		means: 'same',
	},
	{
		oddity: 'JSON with a byte order mark',
		make: (honest) => `\uFEFF${json(honest)}`,
		headers: JSON_TYPE,
		means: 'same',
	},
	{
		oddity: 'JSON in UTF-16',
		make: (honest) => Buffer.from(`\uFEFF${json(honest)}`, 'utf16le'),
		headers: { 'content-type': 'application/json; charset=utf-16' },
		means: 'same',
	},
	{
		oddity: 'JSON in Latin-1',
		make: (honest) => Buffer.from(json(honest), 'latin1'),
		headers: { 'content-type': 'application/json;charset=ISO-8859-1' },
		means: 'same',
	},
	{
		oddity: 'JSON between blanks and line breaks',
		make: (honest) => `\r\n  ${json(honest)}\n\n`,
		headers: JSON_TYPE,
		means: 'same',
	},
	{
		oddity: 'keys with a capital',
		make: (honest) =>
			spelled(honest, (key) => key.charAt(0).toUpperCase() + key.slice(1)) as object,
		means: 'same',
	},
	{
		oddity: 'keys in small letters',
		make: (honest) => spelled(honest, (key) => key.toLowerCase()) as object,
		means: 'same',
	},
	{
		oddity: 'keys in capitals',
		make: (honest) => spelled(honest, (key) => key.toUpperCase()) as object,
		means: 'same',
	},
	{
		oddity: 'members nobody knows',
		make: (honest) => ({
			...honest,
			$schema: 'v99',
			__proto: { polluted: true },
			constructor: 'x',
			toString: 'x',
			debug: [1, { a: null }],
		}),
		means: 'same',
	},
	{ oddity: 'empty', make: () => '', headers: JSON_TYPE, means: 'error' },
	{ oddity: '204 without a body', make: () => undefined, status: 204, means: 'error' },
	{ oddity: 'null', make: () => 'null', headers: JSON_TYPE, means: 'error' },
	{ oddity: 'true', make: () => 'true', headers: JSON_TYPE, means: 'error' },
	{ oddity: 'a number', make: () => '7', headers: JSON_TYPE, means: 'error' },
	{ oddity: 'an empty object', make: () => ({}), means: 'error' },
	{ oddity: 'a list of lists', make: () => '[[[]]]', headers: JSON_TYPE, means: 'error' },
	{
		oddity: 'a web page',
		make: () => '<!doctype html><title>Sign in</title><h1>Session ended</h1>',
		means: 'error',
		says: 'Session ended',
	},
	{
		oddity: 'a web page as JSON',
		make: () => '<html><body>Blocked by policy</body></html>',
		headers: JSON_TYPE,
		means: 'error',
		says: 'Blocked by policy',
	},
	{
		oddity: 'a line of text',
		make: () => 'Session expired',
		headers: TEXT_TYPE,
		means: 'error',
		says: 'Session expired',
	},
	{
		oddity: 'a text as JSON',
		make: () => '"Session expired"',
		headers: JSON_TYPE,
		means: 'error',
		says: 'Session expired',
	},
	{
		oddity: 'JSON that breaks off',
		make: (honest) => json(honest).slice(0, -2),
		headers: JSON_TYPE,
		means: 'error',
	},
	{
		oddity: 'JSON with something behind it',
		make: (honest) => `${json(honest)}\n<!-- served by proxy 7 -->`,
		headers: JSON_TYPE,
		means: 'error',
	},
	{
		oddity: 'two JSON documents',
		make: (honest) => `${json(honest)}${json(honest)}`,
		headers: JSON_TYPE,
		means: 'error',
	},
	{
		oddity: 'XML',
		make: () => '<?xml version="1.0"?><response><status>broken</status></response>',
		headers: { 'content-type': 'application/xml' },
		means: 'error',
	},
	{
		oddity: 'an error as a success',
		make: () => ({ error: { code: 'E17', message: 'the index is being rebuilt' } }),
		means: 'error',
		says: 'the index is being rebuilt',
	},
	{
		oddity: 'a message as a success',
		make: () => ({ message: 'the index is being rebuilt' }),
		means: 'error',
		says: 'the index is being rebuilt',
	},
	{
		oddity: 'errors as a success',
		make: () => ({ data: null, errors: [{ message: 'the index is being rebuilt' }] }),
		means: 'error',
		says: 'the index is being rebuilt',
	},
];

/** What a service says a refusal is for, where the words are to be found in every form below. */
export const REASON = 'the contact was purged on 2 March';

/** The forms in which the vendors' services, their gateways and what stands before them give the reason of a refusal. */
export const REASONS: ReadonlyArray<{
	form: string;
	body: string | object;
	headers?: Record<string, string>;
}> = [
	{
		form: 'Media Playback: internalCode and message',
		body: { internalCode: 'MP-17', message: REASON },
	},
	{ form: 'throttling: message and route', body: { message: REASON, route: '/x' } },
	{
		form: 'sign-in: error and errorDescription',
		body: { error: 'invalid_request', errorDescription: REASON },
	},
	{
		form: 'OAuth 2.0: error and error_description',
		body: { error: 'invalid_request', error_description: REASON },
	},
	{
		form: 'analytics: message and description',
		body: {
			statusCode: 400,
			timestamp: '2025-03-04T12:00:00Z',
			message: 'Bad Request',
			description: REASON,
		},
	},
	{
		form: 'analytics: status, error and path',
		body: { status: 400, timestamp: 1741089600000, error: REASON, path: '/x' },
	},
	{
		form: 'Spring: error and message',
		body: { status: 400, error: 'Bad Request', message: REASON, path: '/x' },
	},
	{
		form: 'record control: description and httpStatus',
		body: { description: REASON, contactId: '1', httpStatus: 'BAD_REQUEST' },
	},
	{ form: 'Media Download: code and message', body: { code: 'INVALID_REQUEST', message: REASON } },
	{ form: 'GIR: statusCode and statusMessage', body: { statusCode: 2, statusMessage: REASON } },
	{ form: 'AWS: Message', body: { Message: REASON } },
	{
		form: 'problem details',
		body: { type: 'about:blank', title: 'Bad Request', status: 400, detail: REASON },
		headers: { 'content-type': 'application/problem+json' },
	},
	{ form: 'an object in error', body: { error: { code: 400, message: REASON } } },
	{ form: 'a list of errors', body: { errors: [{ code: 'E1', message: REASON }] } },
	{ form: 'a list of texts', body: { errors: [REASON] } },
	{
		form: 'a list of messages',
		body: { statusCode: 400, message: [REASON], error: 'Bad Request' },
	},
	{
		form: 'errors by field',
		body: { title: 'One or more validation errors occurred.', errors: { userId: [REASON] } },
	},
	{ form: 'Apigee: fault', body: { fault: { faultstring: REASON, detail: { errorcode: 'x' } } } },
	{ form: 'a reason by itself', body: { reason: REASON } },
	{ form: 'members nobody knows', body: { ok: false, why: REASON } },
	{ form: 'a list', body: [{ message: REASON }] },
	{ form: 'a JSON text', body: JSON.stringify(REASON), headers: JSON_TYPE },
	{ form: 'text', body: REASON, headers: TEXT_TYPE },
	{ form: 'JSON as text/plain', body: JSON.stringify({ message: REASON }), headers: TEXT_TYPE },
	{
		form: 'JSON with a byte order mark',
		body: `\uFEFF${JSON.stringify({ message: REASON })}`,
		headers: JSON_TYPE,
	},
	{
		form: 'a web page',
		body: `<html><head><title>Error 400</title></head><body><h2>HTTP ERROR 400</h2><p>${REASON}</p></body></html>`,
	},
	{
		form: 'XML of a store',
		body: `<?xml version="1.0"?><Error><Code>Gone</Code><Message>${REASON}</Message></Error>`,
		headers: { 'content-type': 'application/xml' },
	},
	{
		form: 'other XML',
		body: `<?xml version="1.0"?><fault><text>${REASON}</text></fault>`,
		headers: { 'content-type': 'application/xml' },
	},
];

/** Lists of Data Extraction as files; `{rows}` in the vendor's form stands for the honest one. */
export interface OddFile {
	oddity: string;
	/** From rows of cells, the header first. */
	make: (rows: string[][]) => string | Buffer;
	headers?: Record<string, string>;
	means: 'same' | 'empty' | 'error';
}

const csv = (rows: string[][], delimiter = ',', end = '\r\n') =>
	rows
		.map((cells) =>
			cells
				.map((cell) =>
					new RegExp(`["\\r\\n${delimiter}]`).test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell,
				)
				.join(delimiter),
		)
		.join(end) + end;
const utf16be = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();

export const ODD_FILES: readonly OddFile[] = [
	{ oddity: 'as documented', make: (rows) => `\uFEFF${csv(rows)}`, means: 'same' },
	{ oddity: 'without a byte order mark', make: (rows) => csv(rows), means: 'same' },
	{ oddity: 'with line feeds', make: (rows) => csv(rows, ',', '\n'), means: 'same' },
	{
		oddity: 'without a last line break',
		make: (rows) => csv(rows).replace(/\r\n$/, ''),
		means: 'same',
	},
	{ oddity: 'with semicolons', make: (rows) => `\uFEFF${csv(rows, ';')}`, means: 'same' },
	{ oddity: 'with tabs', make: (rows) => csv(rows, '\t'), means: 'same' },
	{
		oddity: 'with vertical bars',
		make: (rows) => csv(rows, '|').replace(/\\\|/g, '|'),
		means: 'same',
	},
	{ oddity: 'with "sep=;" of Excel', make: (rows) => `sep=;\r\n${csv(rows, ';')}`, means: 'same' },
	{
		oddity: 'in UTF-16',
		make: (rows) => Buffer.from(`\uFEFF${csv(rows)}`, 'utf16le'),
		means: 'same',
	},
	{ oddity: 'in UTF-16, big end first', make: (rows) => utf16be(csv(rows)), means: 'same' },
	{
		oddity: 'in UTF-16 with tabs, as Excel saves',
		make: (rows) => Buffer.from(`\uFEFF${csv(rows, '\t')}`, 'utf16le'),
		means: 'same',
	},
	{
		oddity: 'with every cell in quotes',
		make: (rows) =>
			rows
				.map((cells) => cells.map((cell) => `"${cell.replace(/"/g, '""')}"`).join(','))
				.join('\r\n') + '\r\n',
		means: 'same',
	},
	{
		oddity: 'with headers in capitals',
		make: ([header, ...rows]) => csv([header.map((name) => name.toUpperCase()), ...rows]),
		means: 'same',
	},
	{
		oddity: 'with headers in small letters',
		make: ([header, ...rows]) => csv([header.map((name) => name.toLowerCase()), ...rows]),
		means: 'same',
	},
	{
		oddity: 'with blanks around headers',
		make: ([header, ...rows]) => csv([header.map((name) => ` ${name} `), ...rows]),
		means: 'same',
	},
	{
		oddity: 'with columns in another order',
		make: (rows) => csv(rows.map((cells) => [...cells].reverse())),
		means: 'same',
	},
	{
		oddity: 'with empty lines',
		make: (rows) => csv(rows).replace(/\r\n(?=seg-)/g, '\r\n\r\n'),
		means: 'same',
	},
	{
		oddity: 'with rows twice',
		make: ([header, ...rows]) => csv([header, ...rows, ...rows]),
		means: 'same',
	},
	{ oddity: 'as application/json', make: (rows) => csv(rows), headers: JSON_TYPE, means: 'same' },
	{ oddity: 'with a header and no row', make: ([header]) => csv([header]), means: 'empty' },
	{ oddity: 'of no bytes', make: () => '', means: 'error' },
	{ oddity: 'of blanks', make: () => '\r\n\r\n', means: 'error' },
	{ oddity: 'that is a web page', make: () => '<html><body>Sign in</body></html>', means: 'error' },
	{ oddity: 'that is JSON', make: () => JSON.stringify({ message: 'not ready' }), means: 'error' },
	{ oddity: 'without a header', make: ([, ...rows]) => csv(rows), means: 'error' },
	{ oddity: 'that ends in a quoted cell', make: (rows) => `${csv(rows)}"seg-9,`, means: 'error' },
];
