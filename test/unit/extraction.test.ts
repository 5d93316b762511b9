import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { extractedRecording, type DatedRow } from '../../core/cxone/extracted';
import {
	listedRows,
	NotTheList,
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
			'semicolons',
			'Segment ID;ACD Call ID\r\ns1;+15550100\r\n',
			/no column 'Segment ID'; its first line is: "Segment ID;ACD Call ID"\.$/,
		],
		['another list', 'Workflow ID,Segment\r\n1,2\r\n', /no column 'Segment ID'/],
		['an open quote', 'Segment ID,B\r\ns1,"b\r\ns2,c\r\n', /quoted cell/],
		['half a row', 'Segment ID,B,C\r\ns1,b,c\r\ns2,b', /cut off/],
		['a row without end', `Segment ID,B\r\ns1,"${'x'.repeat(2_000_000)}`, /longer than 1 MB/],
		['UTF-16 without a mark', Buffer.from('Segment ID,B\r\n', 'utf16le'), /no column/],
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
	])('does not guess what "%s" means', (text) => {
		expect(iso(text)).toBeUndefined();
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
});
