import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import {
	dated,
	Extracted,
	extractedRecording,
	isDownloadable,
	type DatedRow,
	type Granularity,
} from '../../core/cxone/extracted';
import {
	listedRows,
	NotTheList,
	provesItsEnd,
	type ExtractedRow,
	type FileEnd,
	type ListOptions,
} from '../../core/cxone/extracted-file';
import { ExtractedTimes, ZoneDoubt } from '../../core/cxone/extracted-times';
import { dayRanges, timesOf } from '../../core/cxone/extraction';

async function listOf(
	chunks: Array<string | Buffer>,
	options: ListOptions = {},
): Promise<ExtractedRow[]> {
	const rows: ExtractedRow[] = [];
	for await (const row of listedRows(
		Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))),
		options,
	))
		rows.push(row);
	return rows;
}
const rowsOf = async (...chunks: Array<string | Buffer>) => await listOf(chunks);

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed. */
function randomOf(seed: number): () => number {
	let state = seed;
	return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('listedRows', () => {
	it('reads a byte order mark, quotes, line breaks and characters cut between chunks', async () => {
		const text = Buffer.from(
			'\uFEFFSegment ID, Agent 1 Name \r\ns1,"Zoë ""Z"", Inc.\nTeam"\r\n\r\ns2,b\r\n',
			'utf8',
		);
		const cut = text.indexOf(0xab);
		expect(await rowsOf(text.subarray(0, 1), text.subarray(1, cut), text.subarray(cut))).toEqual([
			{ 'Segment ID': 's1', 'Agent 1 Name': 'Zoë "Z", Inc.\nTeam' },
			{ 'Segment ID': 's2', 'Agent 1 Name': 'b' },
		]);
	});

	it('keeps columns of the same name apart, and rows shorter than the header', async () => {
		expect(await rowsOf('Segment ID,A,A,B\n1,2,3,4\n5\n')).toEqual([
			{ 'Segment ID': '1', A: '2', 'A (2)': '3', B: '4' },
			{ 'Segment ID': '5' },
		]);
	});

	it('gives no row for a header alone, nor for a row of nothing but commas', async () => {
		expect(await rowsOf('Segment ID,B\r\n')).toEqual([]);
		expect(await rowsOf('Segment ID,B')).toEqual([]);
		expect(await rowsOf('Segment ID,B\r\n,\r\n')).toEqual([]);
	});

	it('reads any list that a program may write, wherever the network cuts it', async () => {
		const cells = [
			'',
			'a',
			'Zoë',
			'日本',
			'+1 555',
			'"',
			'a "b" c',
			',',
			';',
			'line\nbreak',
			'line\r\nbreak',
			' ',
			"'",
			'\t',
			'😀',
			'x'.repeat(300),
		];
		for (let seed = 1; seed <= 200; seed++) {
			const random = randomOf(seed);
			const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)];
			const columns = [
				'Segment ID',
				...Array.from({ length: Math.floor(random() * 5) }, () =>
					pick(['Start Date', 'Name', 'Name', 'Zoë']),
				),
			];
			const rows = Array.from({ length: Math.floor(random() * 6) }, (_, index) => [
				`s${index}`,
				...columns.slice(1).map(() => pick(cells)),
			]);
			const lineEnd = pick(['\n', '\r\n']);
			const encoding = pick(['utf8', 'utf16le'] as const);
			const mark = encoding === 'utf16le' || random() < 0.5 ? '\uFEFF' : '';
			const cell = (text: string) =>
				/[",\r\n]/.test(text) || random() < 0.2 ? `"${text.replaceAll('"', '""')}"` : text;
			const line = (values: string[]) => values.map(cell).join(',');
			const text =
				mark + [columns, ...rows].map(line).join(lineEnd) + (random() < 0.5 ? lineEnd : '');
			const bytes = Buffer.from(text, encoding);
			const packed = pick<[string | undefined, Buffer]>([
				[undefined, bytes],
				['gzip', gzipSync(bytes)],
				['br', brotliCompressSync(bytes)],
			]);
			const step = 1 + Math.floor(random() * 40);
			const chunks = Array.from({ length: Math.ceil(packed[1].length / step) }, (_, index) =>
				packed[1].subarray(index * step, (index + 1) * step),
			);
			let end: FileEnd | undefined;
			const read = await listOf(chunks, {
				encoding: packed[0],
				assertEnd: async (told) => {
					end = told;
				},
			});
			expect({ seed, rows: read.map((row) => Object.values(row)) }).toEqual({ seed, rows });
			expect(new Set(read.flatMap((row) => Object.keys(row))).size).toBe(
				rows.length === 0 ? 0 : columns.length,
			);
			expect(end?.bytes).toBe(packed[1].length);
		}
	});

	it('takes a quote in the middle of a cell, and a header of another program’s line end', async () => {
		expect(await rowsOf('Segment ID,Name\r\ns1,Bob "Bobby" Lee\ns2,b\n')).toEqual([
			{ 'Segment ID': 's1', Name: 'Bob "Bobby" Lee' },
			{ 'Segment ID': 's2', Name: 'b' },
		]);
		expect(await rowsOf('Segment ID,Name\rs1,a\rs2,b\r')).toHaveLength(2);
	});

	it.each([
		['nothing', '', /empty/],
		['a byte order mark', '\uFEFF', /empty/],
		[
			'a sign-in page',
			'<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>',
			/^Another document came in its place: "Sign in"/,
		],
		[
			'an error of the store',
			'<?xml version="1.0"?>\n<Error><Code>SlowDown</Code><Message>Reduce your rate</Message><HostId>secret</HostId></Error>',
			/"SlowDown: Reduce your rate"/,
		],
		['an error in JSON', '{"message":"Internal server error"}', /"Internal server error"/],
		[
			'spaces between cells',
			'Segment-ID ACD-Call-ID\r\ns1 +15550100\r\n',
			/no column 'Segment ID'; its first line is: "Segment-ID ACD-Call-ID"\.$/,
		],
		['another list', 'Workflow ID,Segment\r\n1,2\r\n', /no column 'Segment ID'/],
		['an open quote', 'Segment ID,B\r\ns1,"b\r\ns2,c\r\n', /quoted cell/],
		['half a row', 'Segment ID,B,C\r\ns1,b,c\r\ns2,b', /cut off/],
		['a row without end', `Segment ID,B\r\ns1,"${'x'.repeat(2_000_000)}`, /longer than 1 MB/],
		['UTF-16 without a mark', Buffer.from('Segment ID,B\r\n', 'utf16le'), /is no text/],
	])('takes %s for no list', async (_what, file, words) => {
		const error = await rowsOf(file).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(NotTheList);
		expect((error as Error).message).toMatch(words);
		expect((error as Error).message).not.toMatch(/\+1555|secret/);
	});

	it('gives the last row only when the end is proven, the others before', async () => {
		const rows: ExtractedRow[] = [];
		const reading = (async () => {
			const assertEnd = async () => {
				throw new NotTheList('more');
			};
			for await (const row of listedRows(
				Readable.from([Buffer.from('Segment ID,B\n1,a\n2,b\n3,')]),
				{ assertEnd },
			))
				rows.push(row);
		})();
		await expect(reading).rejects.toThrow('more');
		expect(rows.map((row) => row['Segment ID'])).toEqual(['1', '2']);
	});

	it.each([
		['gzip', gzipSync],
		['X-GZIP', gzipSync],
		['deflate', deflateSync],
		['br', brotliCompressSync],
	])('unpacks %s, and proves its end by that', async (encoding, pack) => {
		const packed = pack(Buffer.from('Segment ID\n1\n2\n'));
		let end: FileEnd | undefined;
		const assertEnd = async (told: FileEnd) => {
			end = told;
		};
		expect(await listOf([packed], { encoding, assertEnd })).toHaveLength(2);
		expect(end).toEqual({ bytes: packed.length, lineBreak: true });
		expect(provesItsEnd(encoding)).toBe(true);
	});

	it.each([undefined, 'identity', 'zstd', 'toString'])(
		'has no proof of its end in %p',
		(encoding) => {
			expect(provesItsEnd(encoding)).toBe(false);
		},
	);

	it.each([
		['a line break', Buffer.from('Segment ID,B\n1,2\n'), true],
		['none', Buffer.from('Segment ID,B\n1,2'), false],
		['one in UTF-16', Buffer.from('\uFEFFSegment ID,B\n1,2\n', 'utf16le'), true],
		['none in UTF-16', Buffer.from('\uFEFFSegment ID,B\n1,2', 'utf16le'), false],
		['one that a chunk begins with', Buffer.from('Segment ID,B\n1,2\n'), true],
	])('knows whether the last row was closed by a line break: %s', async (what, file, lineBreak) => {
		const at = what.includes('chunk') ? file.length - 1 : 3;
		const ends: FileEnd[] = [];
		const chunks = [file.subarray(0, at), file.subarray(at)];
		const rows = await listOf(chunks, { assertEnd: async (end) => void ends.push(end) });
		expect(rows).toEqual([{ 'Segment ID': '1', B: '2' }]);
		expect(ends).toEqual([{ bytes: file.length, lineBreak }]);
	});

	it('asks whether a list without rows is whole, too, and leaves empty lines out', async () => {
		const ends: FileEnd[] = [];
		const assertEnd = async (end: FileEnd) => void ends.push(end);
		expect(await listOf(['Segment ID,B'], { assertEnd })).toEqual([]);
		expect(ends).toEqual([{ bytes: 12, lineBreak: false }]);
		expect(await rowsOf('Segment ID,B\n\n1,2\n\n , \n')).toHaveLength(1);
	});

	it.each([
		['what is packed otherwise', ['no gzip at all'], 'gzip', /^It cannot be unpacked \(Z_/],
		['a document without words', ['[]'], undefined, /^Another document came in its place\.$/],
		[
			'a long page',
			[`<p>${'word '.repeat(3_000)}</p>`],
			undefined,
			/^Another document came in its place: "word .{190,196}"\.$/,
		],
		['a column with another beginning', ['My Segment ID,B\n1,2\n'], undefined, /no column/],
	])('says what came: %s', async (_what, file, encoding, words) => {
		await expect(listOf(file, { encoding })).rejects.toMatchObject({
			constructor: NotTheList,
			message: expect.stringMatching(words) as string,
		});
	});

	it.each(['gzip', 'br', 'deflate'])(
		'notices that what was packed (%s) is cut',
		async (encoding) => {
			const whole =
				encoding === 'gzip'
					? gzipSync('Segment ID\n1\n2\n')
					: brotliCompressSync('Segment ID\n1\n2\n');
			await expect(listOf([whole.subarray(0, -3)], { encoding })).rejects.toBeInstanceOf(
				NotTheList,
			);
		},
	);

	it('passes on that the source broke, or was closed without a word', async () => {
		const cut = new Readable({
			read() {
				this.push('Segment ID,B\n1,2\n');
				this.destroy(new Error('cut'));
			},
		});
		await expect(async () => {
			for await (const row of listedRows(cut)) expect(row).toBeDefined();
		}).rejects.toThrow('cut');
		const closed = new Readable({ read: () => undefined });
		closed.push('Segment ID,B\n1,2\n');
		setImmediate(() => closed.destroy());
		await expect(async () => {
			for await (const row of listedRows(closed)) expect(row).toBeDefined();
		}).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
	});
});

describe('dayRanges', () => {
	const ranges = (from: string, to: string) =>
		dayRanges(Date.parse(from), Date.parse(to)).map(
			({ startDate, endDate }) => `${startDate}..${endDate}`,
		);

	it('covers every day once, in steps of at most 14, with the days of other zones', () => {
		expect(ranges('2025-03-04T12:00:00Z', '2025-03-04T12:00:00Z')).toEqual([
			'2025-03-04..2025-03-06',
		]);
		expect(ranges('2025-03-04T11:59:00Z', '2025-03-04T09:59:00Z')).toEqual([
			'2025-03-03..2025-03-05',
		]);
		expect(ranges('2025-02-20T13:00:00Z', '2025-03-06T12:00:00Z')).toEqual([
			'2025-02-20..2025-03-06',
			'2025-03-06..2025-03-08',
		]);
	});

	it('misses no moment, whichever zone a day is one of', () => {
		const random = randomOf(7);
		for (let n = 0; n < 500; n++) {
			const from = Date.UTC(2025, 0, 1) + Math.floor(random() * 400 * 86_400_000);
			const to = from + Math.floor(random() * 40 * 86_400_000);
			const days = dayRanges(from, to);
			const offset = Math.round(random() * 26 * 4 - 12 * 4) * 900_000;
			expect(Date.parse(days[0].startDate) - offset).toBeLessThanOrEqual(from);
			expect(Date.parse(days.at(-1)!.endDate) - offset).toBeGreaterThan(to);
			days.slice(1).forEach(({ startDate }, index) => expect(startDate).toBe(days[index].endDate));
			expect(
				days.every(
					(range) => Date.parse(range.endDate) - Date.parse(range.startDate) <= 14 * 86_400_000,
				),
			).toBe(true);
			expect(timesOf(days[0]).from).toBeLessThanOrEqual(from);
			// What the trigger asks for is always one job.
			expect(dayRanges(from, from + 11 * 86_400_000 + 3_600_000)).toHaveLength(1);
		}
	});
});

describe('ExtractedTimes', () => {
	const MARCH = timesOf({ startDate: '2025-03-23', endDate: '2025-03-26' });
	const APRIL = timesOf({ startDate: '2025-04-02', endDate: '2025-04-05' });
	const iso = (text: string, zone = 'UTC', near?: typeof MARCH) => {
		const time = new ExtractedTimes(zone).read(text, near);
		if (time === undefined) return undefined;
		return [...new Set([time.earliest, time.latest])]
			.map((ms) => new Date(ms).toISOString())
			.join(' or ');
	};

	it.each([
		['2025-03-24T01:30:00.000Z', '2025-03-24T01:30:00.000Z'],
		['2025-03-24 01:30:00', '2025-03-24T01:30:00.000Z'],
		['2025-03-24 01:30', '2025-03-24T01:30:00.000Z'],
		['2025-03-24T01:30:00.1234567', '2025-03-24T01:30:00.123Z'],
		['2025-03-24T01:30:00+02:00', '2025-03-23T23:30:00.000Z'],
		['2025-03-24T01:30:00-0730', '2025-03-24T09:00:00.000Z'],
		['2025-03-24T01:30:00+01:00[Europe/Berlin]', '2025-03-24T00:30:00.000Z'],
		['2025-03-24 01:30:00 UTC', '2025-03-24T01:30:00.000Z'],
		['24/03/2025 01:30:00', '2025-03-24T01:30:00.000Z'],
		['03/24/2025 1:30:00 AM', '2025-03-24T01:30:00.000Z'],
		['3/24/2025, 12:05:00\u202fPM', '2025-03-24T12:05:00.000Z'],
		['3/24/2025 12:05 am', '2025-03-24T00:05:00.000Z'],
		['24.03.2025 01:30', '2025-03-24T01:30:00.000Z'],
		['04.03.2025 01:30', '2025-03-04T01:30:00.000Z'],
		['04/04/2025 01:30', '2025-04-04T01:30:00.000Z'],
		['1742780400000', '2025-03-24T01:40:00.000Z'],
		['1742780400', '2025-03-24T01:40:00.000Z'],
		['24-Mar-2025 01:30:00', '2025-03-24T01:30:00.000Z'],
		['Mar 24, 2025 1:30:00 AM', '2025-03-24T01:30:00.000Z'],
		['Mon, 24 Mar 2025 01:30:00 GMT', '2025-03-24T01:30:00.000Z'],
		['Mon Mar 24 2025 01:30:00 GMT+0100 (CET)', '2025-03-24T00:30:00.000Z'],
		['2025-03-24 01:30:00 PST', '2025-03-24T09:30:00.000Z'],
		['2025-03-24 23:59:59', '2025-03-24T23:59:59.000Z'],
		[' 2025-03-24 01:30:00 [UTC] ', '2025-03-24T01:30:00.000Z'],
		['2025-03-24 01:30:00 utc', '2025-03-24T01:30:00.000Z'],
		['2025-03-24 01:30:00 GMT+5:30', '2025-03-23T20:00:00.000Z'],
		['2025-03-24 01:30:00 UTC-2', '2025-03-24T03:30:00.000Z'],
		['2025-03-24t01:30:00z', '2025-03-24T01:30:00.000Z'],
		['3/24/2025 12:30 p.m.', '2025-03-24T12:30:00.000Z'],
		['1742780400.25', '2025-03-24T01:40:00.250Z'],
		['Mar 24, 2025 1:30:00 PM EST', '2025-03-24T18:30:00.000Z'],
		['Mar 24, 2025 1:30 PM +0100', '2025-03-24T12:30:00.000Z'],
		['Mar 24, 2025 1:30:00 PM', '2025-03-24T13:30:00.000Z'],
		['24 Mar 2025 01:30 -0730', '2025-03-24T09:00:00.000Z'],
		['01:30:00 Mar 24, 2025', '2025-03-24T01:30:00.000Z'],
		['2000-01-01 00:00:00', '2000-01-01T00:00:00.000Z'],
		['2099-12-31 23:59:59', '2099-12-31T23:59:59.000Z'],
	])('reads %s', (text, expected) => {
		expect(iso(text)).toBe(expected);
	});

	it.each([
		'',
		' ',
		'2025-03-24',
		'24/03/2025',
		'unknown',
		'n/a',
		'0',
		'42',
		'2025-02-31 01:30:00',
		'13/13/2025 01:30:00',
		'2025-03-24 25:00:00',
		'2025-03-24 01:61:00',
		'0001-01-01T00:00:00',
		'1970-01-01 00:00:00',
		'2568-03-24 01:30:00',
		'03/04/2025 01:30:00',
		'2025-03-24 13:00 PM',
		'2025-03-24 00:30 AM',
		'2025-03-24 01:30:60',
		'2025-03-00 01:30:00',
		'2100-01-01 00:00:00',
		'1999-12-31 23:59:59',
		'x1742780400000',
		'1742780400000x',
		'1742780400000000',
		'1742780400.',
		'at 12:00',
		'no time 1:3',
	])('does not guess what "%s" means', (text) => {
		expect(iso(text)).toBeUndefined();
	});

	it('takes the only reading there is, wherever it lies, and none of two that both fit', () => {
		expect(iso('2025-03-24 01:30:00', 'UTC', APRIL)).toBe('2025-03-24T01:30:00.000Z');
		const year = timesOf({ startDate: '2025-01-01', endDate: '2025-12-31' });
		expect(iso('03/04/2025 01:30:00', 'UTC', year)).toBeUndefined();
	});

	it('knows whether a time has a zone of its own', () => {
		const zoned = (text: string) => new ExtractedTimes('UTC').read(text)?.zoned;
		expect(['2025-03-24T01:30:00Z', '1742780400', 'Mar 24, 2025 1:30 AM GMT'].map(zoned)).toEqual([
			true,
			true,
			true,
		]);
		expect(['2025-03-24 01:30:00', 'Mar 24, 2025 1:30 AM'].map(zoned)).toEqual([false, false]);
	});

	it('tells 3 April from 4 March by the days that were asked for', () => {
		expect(iso('03/04/2025 01:30:00', 'UTC', APRIL)).toBe('2025-04-03T01:30:00.000Z');
		expect(iso('04/03/2025 01:30:00', 'UTC', APRIL)).toBe('2025-04-03T01:30:00.000Z');
		expect(iso('03/04/2025 01:30:00', 'UTC', MARCH)).toBeUndefined();
	});

	it('reads times without a zone in the one it is told, and others in theirs', () => {
		expect(iso('2025-03-24 01:30:00', 'America/Los_Angeles')).toBe('2025-03-24T08:30:00.000Z');
		expect(iso('03/24/2025 1:30:00 AM', 'America/Los_Angeles')).toBe('2025-03-24T08:30:00.000Z');
		expect(iso('Mar 24, 2025 1:30 AM', 'Asia/Kolkata')).toBe('2025-03-23T20:00:00.000Z');
		expect(iso('2025-03-24T01:30:00Z', 'America/Los_Angeles')).toBe('2025-03-24T01:30:00.000Z');
		expect(iso('2025-03-24 01:30:00', 'UTC+2')).toBe('2025-03-23T23:30:00.000Z');
	});

	it('says both where clocks are changed', () => {
		expect(iso('2025-11-02 01:30:00', 'America/Los_Angeles')).toBe(
			'2025-11-02T08:30:00.000Z or 2025-11-02T09:30:00.000Z',
		);
		expect(iso('2025-11-02 00:59:59', 'America/Los_Angeles')).toBe('2025-11-02T07:59:59.000Z');
		expect(iso('2025-11-02 02:00:00', 'America/Los_Angeles')).toBe('2025-11-02T10:00:00.000Z');
		expect(iso('2025-03-09 02:30:00', 'America/Los_Angeles')).toBe(
			'2025-03-09T09:30:00.000Z or 2025-03-09T10:30:00.000Z',
		);
		expect(iso('2025-03-09 03:00:00', 'America/Los_Angeles')).toBe('2025-03-09T10:00:00.000Z');
		expect(iso('2025-10-26 02:30:00', 'Europe/Berlin')).toBe(
			'2025-10-26T00:30:00.000Z or 2025-10-26T01:30:00.000Z',
		);
		expect(iso('2025-04-06 01:45:00', 'Australia/Lord_Howe')).toBe(
			'2025-04-05T14:45:00.000Z or 2025-04-05T15:15:00.000Z',
		);
	});

	it('finds every moment of a year again from what a clock on the wall shows', () => {
		for (const zone of [
			'America/Los_Angeles',
			'Australia/Lord_Howe',
			'Asia/Kathmandu',
			'Africa/Casablanca',
			'Pacific/Kiritimati',
			'Europe/London',
		]) {
			const times = new ExtractedTimes(zone);
			const shown = new Intl.DateTimeFormat('sv-SE', {
				timeZone: zone,
				dateStyle: 'short',
				timeStyle: 'medium',
			});
			for (let ms = Date.UTC(2025, 0, 1); ms < Date.UTC(2026, 0, 1); ms += 227 * 60_000) {
				const { earliest, latest } = times.read(shown.format(ms))!;
				expect([earliest, latest]).toContain(ms);
			}
		}
	});
});

describe('ZoneDoubt', () => {
	const asked = { from: 10_000, to: 20_000 };
	const at = (ms: number, zoned = false) => ({ earliest: ms, latest: ms, zoned });

	it('speaks up only where times without a zone all lie outside, or in the future', () => {
		const words = (...times: Array<ReturnType<typeof at> | undefined>) => {
			const doubt = new ZoneDoubt(asked, 25_000);
			for (const time of times) doubt.add(time);
			return doubt.words('UTC');
		};
		expect(words()).toBeUndefined();
		expect(words(at(5_000, true))).toBeUndefined();
		expect(words(at(5_000), at(15_000))).toBeUndefined();
		expect(words(at(5_000), undefined)).toBeUndefined();
		expect(words(at(5_000), at(22_000))).toMatch(
			/^None of the 2 calls .* nearest is of 1970-01-01T00:00:22\.000Z\..*'UTC'/,
		);
		expect(words(at(15_000), at(26_000))).toMatch(/^1 of 2 calls .* in the future\./);
	});
});

describe('extractedRecording', () => {
	const times = new ExtractedTimes('America/Los_Angeles');
	const rowOf = (start: string, end: string): DatedRow => ({
		row: { 'Segment ID': 's', 'Start Date': start },
		start: times.read(start),
		end: times.read(end),
	});

	it('says what it does not know', () => {
		expect(extractedRecording([rowOf('24/24/2025', '')], 'segment')).toMatchObject({
			id: 's',
			status: 'Unknown',
			start: null,
			end: null,
			durationSeconds: null,
			callerNumber: null,
			agents: [],
			references: { segmentId: 's' },
		});
	});

	it('takes a call through the hour that comes twice for no longer than it was', () => {
		expect(
			extractedRecording([rowOf('2025-11-02 01:30:00', '2025-11-02 01:40:00')], 'segment'),
		).toMatchObject({ start: '2025-11-02T08:30:00.000Z', durationSeconds: 600 });
		expect(
			extractedRecording([rowOf('2025-11-02 01:50:00', '2025-11-02 01:10:00')], 'segment'),
		).toMatchObject({ start: '2025-11-02T08:50:00.000Z', durationSeconds: 1_200 });
	});

	const row = {
		'Segment ID': ' s1 ',
		'ACD Call ID': '77',
		'Voice Recording Status': 'Failure',
		'Screen Recording Status': 'SUCCESS',
		Direction: 'Inbound',
		ANI: '+1555',
		DNIS: '800',
		'Agent 10 Name': 'Last',
		'Agent 2 Name': ' Kim ',
		'Agent 2 ACD ID': ' 42 ',
		'Agent 3 ACD ID': '42',
		'Agent 4 Name': '  ',
		'My Agent 5 Name': 'nobody',
		'Agent x Name': 'nobody',
		'Agent 1 Contact Number (of the call)': ' c-9 ',
	};

	it('says all that a row tells', () => {
		expect(extractedRecording([{ row }], 'segment')).toEqual({
			platform: 'cxone',
			id: 's1',
			status: 'Available',
			start: null,
			end: null,
			durationSeconds: null,
			mediaType: 'voice-and-screen',
			direction: 'inbound',
			callerNumber: '+1555',
			dialedNumber: '800',
			agents: [
				{ id: '42', name: 'Kim', userName: null },
				{ id: null, name: 'Last', userName: null },
			],
			media: [],
			labels: [],
			references: { acdCallId: '77', contactId: 'c-9', segmentId: 's1' },
			protectedFromDeletion: null,
			masked: [],
		});
	});

	it('finds a column by its beginning where its header has a suffix, the exact one first', () => {
		const suffixed = { 'Segment ID (GUID)': 's2', 'ANI (masked)': 'no', ANI: '1', 'DNIS ': '2' };
		expect(extractedRecording([{ row: suffixed }], 'segment')).toMatchObject({
			callerNumber: '1',
			dialedNumber: '2',
			references: { segmentId: 's2' },
		});
	});

	it('puts the segments of a call together, by their times', () => {
		const segment = (id: string, start: string, end: string, more = {}) =>
			dated(
				{ 'Segment ID': id, 'ACD Call ID': '77', 'Start Date': start, 'End Date': end, ...more },
				new ExtractedTimes('UTC'),
			);
		const later = segment('s2', '2025-03-24 10:05:00', '2025-03-24 10:06:00', {
			'Voice Recording Status': 'Success',
			'Agent 1 Name': 'Kim',
		});
		const first = segment('s1', '2025-03-24 10:00:00', '2025-03-24 10:09:00', {
			ANI: '1',
			'Voice Recording Status': 'Failure',
			'Agent 1 Name': 'Kim',
			'Agent 2 Name': 'Lee',
		});
		const undatedOne = segment('s0', '', '', { ANI: '0' });
		expect(extractedRecording([undatedOne, later, first], 'acdCall')).toMatchObject({
			id: '77',
			status: 'Available',
			start: '2025-03-24T10:00:00.000Z',
			end: '2025-03-24T10:09:00.000Z',
			durationSeconds: 540,
			callerNumber: '1',
			agents: [{ name: 'Kim' }, { name: 'Lee' }],
			references: { acdCallId: '77' },
		});
		expect(extractedRecording([first], 'acdCall').references).toEqual({ acdCallId: '77' });
		expect(extractedRecording([first], 'acdCall').status).toBe('Failure');
	});

	it.each<[object, Granularity, string, object]>([
		[{ 'Segment ID': 's' }, 'acdCall', 's', { segmentId: 's' }],
		[{ 'ACD Call ID': '7' }, 'segment', '7', { acdCallId: '7' }],
		[{ ANI: '1' }, 'segment', '', {}],
		[{ 'Segment ID': 's', 'Agent 1 Contact Number': ' ' }, 'segment', 's', { segmentId: 's' }],
	])(
		'takes the other ID where there is one alone: %j as %s',
		(only, granularity, id, references) => {
			expect(extractedRecording([{ row: only as ExtractedRow }], granularity)).toMatchObject({
				id,
				references,
			});
			expect(extractedRecording([{ row: only as ExtractedRow }], granularity).references).toEqual(
				references,
			);
		},
	);

	it.each([
		[{ 'Voice Recording Status': 'success' }, true],
		[{ 'Voice Recording Status (all)': 'Success' }, true],
		[{ 'Voice Recording Status': 'Failure', 'Screen Recording Status': 'Success' }, true],
		[{ 'Voice Recording Status': 'Failure' }, false],
		[{ 'Voice Recording Status': '', 'Screen Recording Status': '' }, false],
		[{ 'Screen Recording Status': 'None' }, false],
		[{ ANI: '1' }, true],
	])('of %j can be downloaded: %p', (recorded, downloadable) => {
		expect(isDownloadable(recorded as ExtractedRow, false)).toBe(downloadable);
	});
});

describe('rows that become items', () => {
	const item = (segment: string, call: string, wanted = true): DatedRow => ({
		row: {
			'Segment ID': segment,
			'ACD Call ID': call,
			'Voice Recording Status': wanted ? 'Success' : 'Failure',
		},
	});
	const extracted = (granularity: Granularity, rows: DatedRow[]) => {
		const all = new Extracted(granularity, {}, false);
		for (const row of rows) all.add(row);
		return {
			items: all.list().map((group) => group.map(({ row }) => row['Segment ID'])),
			size: all.size,
			notRecorded: all.notRecorded,
		};
	};
	const rows = [item('a', '1'), item('b', '2', false), item('c', '1', false), item('a', '1')];

	it('are one for each segment, however often it comes', () => {
		expect(extracted('segment', rows)).toEqual({ items: [['a']], size: 1, notRecorded: 2 });
	});

	it('are one for each call, wanted as soon as one of its segments is', () => {
		expect(extracted('acdCall', rows)).toEqual({ items: [['a', 'c']], size: 1, notRecorded: 1 });
		expect(extracted('acdCall', [item('c', '1', false), item('a', '1')]).items).toEqual([
			['c', 'a'],
		]);
	});

	it('are told apart by whatever ID they have, and else by none', () => {
		const odd = [item('', '1'), item('', '1'), item('', ''), item('', ''), item('x', '')];
		expect(extracted('segment', odd).items.map((group) => group.length)).toEqual([2, 1, 1, 1]);
		expect(extracted('acdCall', odd).size).toBe(4);
	});
});
