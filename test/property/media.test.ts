import fc from 'fast-check';

import { downloadFrom, whole, type Answer } from './served';
import { isTextType, looksLikeText, mediaKindOf, typeAndExtension } from '../../core/media/kinds';
import { MediaError } from '../../core/media/errors';
import { Mp4Reader } from '../../core/media/mp4';
import { WavReader } from '../../core/media/wav';

const bytes = (maxLength: number) =>
	fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
/** Where a file is cut into blocks. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

function feed(reader: { update(block: Buffer): void }, file: Buffer, sizes: number[]): void {
	for (let at = 0, turn = 0; at < file.length; turn++) {
		const size = sizes[turn % sizes.length];
		reader.update(Buffer.from(file.subarray(at, at + size)));
		at += size;
	}
}

const le32 = (value: number) => {
	const field = Buffer.alloc(4);
	field.writeUInt32LE(value);
	return field;
};
const be32 = (value: number) => Buffer.from(le32(value)).reverse();
const chunk = (name: string, content: Buffer, size = content.length) =>
	Buffer.concat([
		Buffer.from(name, 'latin1'),
		le32(size),
		content,
		Buffer.alloc(content.length % 2),
	]);

interface Format {
	channels?: number;
	rate?: number;
	bits?: number;
	bytesPerSecond?: number;
	extra?: Buffer;
}

function format(
	tag: number,
	{ channels = 1, rate = 8_000, bits = 16, bytesPerSecond, extra = Buffer.alloc(0) }: Format = {},
): Buffer {
	const fields = Buffer.alloc(16);
	fields.writeUInt16LE(tag, 0);
	fields.writeUInt16LE(channels, 2);
	fields.writeUInt32LE(rate, 4);
	fields.writeUInt32LE(bytesPerSecond ?? (rate * channels * bits) / 8, 8);
	fields.writeUInt16LE(Math.max(1, (channels * bits) / 8), 12);
	fields.writeUInt16LE(bits, 14);
	return chunk('fmt ', Buffer.concat([fields, extra]));
}

function riff(
	chunks: Buffer[],
	{ form = 'RIFF', size }: { form?: string; size?: number } = {},
): Buffer {
	const rest = Buffer.concat(chunks);
	return Buffer.concat([
		Buffer.from(form),
		le32(size ?? rest.length + 4),
		Buffer.from('WAVE'),
		rest,
	]);
}

const box = (name: string, content: Buffer = Buffer.alloc(8)) =>
	Buffer.concat([be32(content.length + 8), Buffer.from(name, 'latin1'), content]);
const noise = (size: number) =>
	Buffer.from(Array.from({ length: size }, (_, index) => (index * 37 + (index >> 5)) & 0xff));

describe('the WAV reader', () => {
	it('reads any bytes in any blocks, and says the same however they are cut', () => {
		const chunks = fc.array(
			fc.oneof(
				fc
					.tuple(
						fc.constantFrom('fmt ', 'data', 'LIST', 'ds64', 'fact', 'junk', '\0\0\0\0'),
						bytes(80),
						fc.option(fc.nat(0xffffffff)),
					)
					.map(([name, content, size]) => chunk(name, content, size ?? content.length)),
				bytes(30),
			),
			{ maxLength: 6 },
		);
		const file = fc.oneof(
			bytes(200),
			fc
				.tuple(chunks, fc.constantFrom('RIFF', 'RF64'), fc.option(fc.nat(0xffffffff)))
				.map(([parts, form, size]) => riff(parts, { form, size: size ?? undefined })),
		);
		fc.assert(
			fc.property(file, cuts, (content, sizes) => {
				const one = new WavReader();
				const other = new WavReader();
				one.update(content);
				feed(other, content, sizes);
				for (const reader of [one, other]) {
					expect(reader.missingBytes).toBeGreaterThanOrEqual(0);
					const facts = reader.facts();
					if (facts !== undefined) expect(Number.isFinite(facts.durationSeconds)).toBe(true);
				}
				expect([other.facts(), other.missingBytes, other.empty]).toEqual([
					one.facts(),
					one.missingBytes,
					one.empty,
				]);
			}),
			{ numRuns: 1_500 },
		);
	});

	it('finds the samples among any other chunks, and every byte that is missing', () => {
		const others = fc.array(
			fc
				.tuple(fc.constantFrom('LIST', 'fact', 'bext', 'cue ', 'JUNK'), bytes(61))
				.map(([name, content]) => chunk(name, content)),
			{ maxLength: 4 },
		);
		fc.assert(
			fc.property(
				others,
				others,
				fc.integer({ min: 1, max: 4_000 }),
				fc.nat(),
				cuts,
				(before, after, size, cut, sizes) => {
					const file = riff([...before, format(1), chunk('data', noise(size)), ...after]);
					const reader = new WavReader();
					feed(reader, file, sizes);
					expect([reader.missingBytes, reader.empty]).toEqual([0, false]);
					expect(reader.facts()).toMatchObject({
						channels: 1,
						sampleRateHz: 8_000,
						durationSeconds: Math.round(size / 16) / 1000,
					});
					const start = file.indexOf('data') + 8;
					const short = new WavReader();
					short.update(file.subarray(0, start + (cut % size)));
					expect(short.missingBytes).toBe(size - (cut % size));
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe('the MP4 reader', () => {
	it('reads any bytes in any blocks, and says the same however they are cut', () => {
		const boxes = fc.array(
			fc
				.tuple(fc.constantFrom('ftyp', 'moov', 'moof', 'mdat', 'free', '\0\0\0\0'), bytes(60))
				.map(([name, content]) => box(name, content)),
			{ maxLength: 8 },
		);
		const file = fc.oneof(
			bytes(200),
			fc.tuple(boxes, bytes(20)).map(([parts, rest]) => Buffer.concat([...parts, rest])),
		);
		fc.assert(
			fc.property(file, cuts, (content, sizes) => {
				const one = new Mp4Reader();
				const other = new Mp4Reader();
				one.update(content);
				feed(other, content, sizes);
				expect(one.missingBytes).toBeGreaterThanOrEqual(0);
				expect(other.missingBytes).toBe(one.missingBytes);
			}),
			{ numRuns: 1_500 },
		);
	});

	it('knows a whole file, fragmented or not, and one that was cut inside a box', () => {
		const boxes = fc.array(
			fc.tuple(fc.constantFrom('moov', 'moof', 'mdat', 'free', 'sidx'), bytes(60)),
			{ minLength: 1, maxLength: 8 },
		);
		fc.assert(
			fc.property(boxes, fc.nat(), cuts, (parts, cut, sizes) => {
				const list = [box('ftyp'), ...parts.map(([name, content]) => box(name, content))];
				const file = Buffer.concat(list);
				const reader = new Mp4Reader();
				feed(reader, file, sizes);
				expect(reader.missingBytes).toBe(0);
				const at = 1 + (cut % (file.length - 1));
				const short = new Mp4Reader();
				short.update(file.subarray(0, at));
				let end = 0;
				const ends = list.map((part) => (end += part.length));
				expect(short.missingBytes > 0).toBe(!ends.includes(at));
			}),
			{ numRuns: 500 },
		);
	});
});

describe('kinds', () => {
	it('are told from any bytes, however few', () => {
		fc.assert(
			fc.property(bytes(40), (head) => {
				const kind = mediaKindOf(head);
				if (kind !== undefined) expect(kind.extension).toMatch(/^[a-z0-9]+$/);
				expect(typeof looksLikeText(head)).toBe('boolean');
			}),
			{ numRuns: 2_000 },
		);
	});

	it('of any type text are told', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (type) => {
				const { mimeType } = typeAndExtension(undefined, [type], undefined);
				expect(typeAndExtension(undefined, [mimeType], undefined).mimeType).toBe(mimeType);
				expect(typeof isTextType(type)).toBe('boolean');
			}),
		);
	});
});

/** A frame of MPEG audio: layer III, 32 kbit/s, of version 2 at 16 kHz, which takes 144 bytes. */
const mp3Frame = Buffer.concat([Buffer.from([0xff, 0xf3, 0x48, 0xc4]), noise(140)]);
const mp3 = Buffer.concat(Array.from({ length: 30 }, () => mp3Frame));
/** An ID3v2 tag with a picture of so many bytes. */
const id3 = (size: number) =>
	Buffer.concat([
		Buffer.from('ID3\x03\x00\x00', 'latin1'),
		Buffer.from([(size >> 21) & 0x7f, (size >> 14) & 0x7f, (size >> 7) & 0x7f, size & 0x7f]),
		noise(size),
	]);
const adtsFrame = (byte: number) =>
	Buffer.concat([Buffer.from([0xff, byte, 0x60, 0x40, 0x0c, 0x1f, 0xfc]), noise(90)]);
const samples = noise(16_000);

/** What recorders and their converters write: file, type by the store, and what it has to be called. */
type Recorded = [string, Buffer, { name: string; mimeType: string; durationSeconds?: number }];
const RECORDED: Recorded[] = [
	[
		'streaming WAV, sizes 0xffffffff (ffmpeg)',
		riff([format(1), chunk('data', samples, 0xffffffff)], { size: 0xffffffff }),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'streaming WAV, sizes 0',
		riff([format(1), chunk('data', samples, 0)], { size: 0 }),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'streaming WAV, data 0x7ffff000 (SoX)',
		riff([format(1), chunk('data', samples, 0x7ffff000)], { size: 0x7ffff024 }),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'streaming WAV, data 0x7fffffff',
		riff([format(1), chunk('data', samples, 0x7fffffff)], { size: 0x7fffffff }),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'streaming WAV whose header was never corrected',
		riff([format(1), chunk('data', samples, 0)], { size: 36 }),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'G.711 A-law',
		riff([
			format(6, { bits: 8, extra: Buffer.alloc(2) }),
			chunk('fact', le32(8_000)),
			chunk('data', noise(8_000)),
		]),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'G.711 µ-law, two channels',
		riff([
			format(7, { bits: 8, channels: 2, extra: Buffer.alloc(2) }),
			chunk('data', noise(16_000)),
		]),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	[
		'GSM 6.10',
		riff([
			format(0x31, { bits: 0, bytesPerSecond: 1_625, extra: Buffer.from([2, 0, 64, 1]) }),
			chunk('fact', le32(8_000)),
			chunk('data', noise(1_625)),
		]),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	],
	...['RF64', 'BW64'].map((form): Recorded => [
		form,
		riff(
			[
				chunk(
					'ds64',
					Buffer.concat([
						le32(16_080),
						le32(0),
						le32(16_000),
						le32(0),
						le32(8_000),
						le32(0),
						le32(0),
					]),
				),
				format(1),
				chunk('data', samples, 0xffffffff),
			],
			{ form, size: 0xffffffff },
		),
		{ name: 'wav', mimeType: 'audio/wav', durationSeconds: 1 },
	]),
	[
		'ADTS, MPEG-4',
		Buffer.concat([adtsFrame(0xf1), adtsFrame(0xf1), adtsFrame(0xf1)]),
		{ name: 'aac', mimeType: 'audio/aac' },
	],
	[
		'ADTS, MPEG-2 with a checksum',
		Buffer.concat([adtsFrame(0xf8), adtsFrame(0xf8), adtsFrame(0xf8)]),
		{ name: 'aac', mimeType: 'audio/aac' },
	],
	[
		'Ogg Opus',
		Buffer.concat([
			Buffer.from('OggS\0\x02', 'latin1'),
			Buffer.alloc(22),
			Buffer.from('\x13OpusHead'),
			noise(2_000),
		]),
		{ name: 'ogg', mimeType: 'audio/ogg' },
	],
	[
		'WebM',
		Buffer.concat([
			Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 0x01]),
			Buffer.from('webm'),
			noise(2_000),
		]),
		{ name: 'webm', mimeType: 'video/webm' },
	],
	['MP3', mp3, { name: 'mp3', mimeType: 'audio/mpeg' }],
	[
		'MP3 behind 1,000 bytes of padding',
		Buffer.concat([Buffer.alloc(1_000), mp3]),
		{ name: 'mp3', mimeType: 'audio/mpeg' },
	],
	[
		'MP3 with a tag of 300,000 bytes',
		Buffer.concat([id3(300_000), mp3]),
		{ name: 'mp3', mimeType: 'audio/mpeg' },
	],
	[
		'MP3 with a tag that is padded',
		Buffer.concat([id3(0).subarray(0, 6), Buffer.from([0, 0, 0x10, 0]), Buffer.alloc(2_048), mp3]),
		{ name: 'mp3', mimeType: 'audio/mpeg' },
	],
	[
		'fragmented MP4',
		Buffer.concat([
			box('ftyp'),
			box('moov'),
			box('moof'),
			box('mdat', noise(500)),
			box('moof'),
			box('mdat', noise(500)),
		]),
		{ name: 'mp4', mimeType: 'video/mp4' },
	],
	[
		'MP4 that begins with a segment type',
		Buffer.concat([box('styp'), box('sidx'), box('moof'), box('mdat', noise(500))]),
		{ name: 'mp4', mimeType: 'video/mp4' },
	],
	[
		'MP4 that begins with a fragment',
		Buffer.concat([box('moof'), box('mdat', noise(500))]),
		{ name: 'mp4', mimeType: 'video/mp4' },
	],
	[
		'MP4 whose last box goes to the end',
		Buffer.concat([box('ftyp'), box('moov'), be32(0), Buffer.from('mdat'), noise(500)]),
		{ name: 'mp4', mimeType: 'video/mp4' },
	],
];

describe('media that recorders write', () => {
	describe.each(RECORDED)('%s', (_, file, { name, mimeType, durationSeconds }) => {
		it.each(['binary/octet-stream', 'application/octet-stream', undefined])(
			'is accepted and named rightly as %s',
			async (type) => {
				const stored = await downloadFrom(whole(file, type));
				expect(stored.bytes.equals(file)).toBe(true);
				expect(stored).toMatchObject({ fileName: `rec-1_combined.${name}`, mimeType });
				expect(stored.note).toBeUndefined();
				expect(stored.wav?.durationSeconds).toBe(durationSeconds);
			},
		);

		it('is accepted under its own type and in blocks of any size', async () => {
			for (const pieceBytes of [1, 3, 17, file.length]) {
				const stored = await downloadFrom(
					(asked) =>
						({
							...whole(file, mimeType)(),
							pieceBytes: Math.max(pieceBytes, Math.ceil(file.length / 20_000)),
							count: asked.count,
						}) as Answer,
				);
				expect(stored).toMatchObject({ fileName: `rec-1_combined.${name}`, mimeType });
			}
		});
	});
});

describe('what is text', () => {
	const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
	it.each([
		['a web page', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>')],
		['a web page after blank lines and a byte order mark', Buffer.from('\ufeff\r\n\r\n  <html>')],
		['a web page in UTF-16', utf16('<html><body>Sign in</body></html>')],
		['a web page in UTF-16, big endian', utf16('<html><body>Sign in</body></html>').swap16()],
		['a web page that begins with a comment', Buffer.from('<!-- gateway --><html></html>')],
		['JSON', Buffer.from('{"message": "Not authorized"}')],
		['a JSON list', Buffer.from(' [ ]')],
		['XML', Buffer.from('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>')],
		['XML without a declaration', Buffer.from('<Error><Code>NoSuchKey</Code></Error>')],
		['a sentence', Buffer.from('Access denied. Please contact your administrator.')],
		[
			'a sentence in another script',
			Buffer.from(
				'Zugriff verweigert: Bitte wenden Sie sich an die Störungsstelle. アクセスが拒否されました。\r\n',
			),
		],
		['a sentence in UTF-16', utf16('Access denied. Please contact your administrator.')],
		['a JSON text', Buffer.from('"link expired"')],
		['CSV', Buffer.from('Segment ID,Start\n1,2026-03-01\n')],
		['a playlist', Buffer.from('#EXTM3U\n#EXT-X-VERSION:3\nsegment0.ts\n')],
	])('%s is never stored as media, whatever type it comes as', async (_, text) => {
		for (const type of [
			'binary/octet-stream',
			'audio/wav',
			'audio/mpeg',
			'application/x-unknown',
			'text/plain',
			undefined,
		]) {
			for (const acceptOtherKind of [false, true]) {
				const refused = await downloadFrom(whole(text, type), {}, { acceptOtherKind }).catch(
					(error: unknown) => error,
				);
				expect(refused).toBeInstanceOf(MediaError);
				expect((refused as MediaError).reason).toBe('notMedia');
			}
		}
	});

	it('is never stored, whatever it says', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc
					.string({ unit: 'grapheme', minLength: 20, maxLength: 3_000 })
					.filter((text) => !/[\0-\x08\x0e-\x1f\x7f-\x9f]/.test(text)),
				async (text) => {
					const refused = await downloadFrom(
						whole(Buffer.from(text), 'application/octet-stream'),
					).catch((error: unknown) => error);
					expect(refused).toBeInstanceOf(MediaError);
				},
			),
			{ numRuns: 200 },
		);
	});
});

describe('parts of a file', () => {
	const file = Buffer.concat([box('ftyp'), box('mdat', noise(6_000))]);
	const range = fc.oneof(
		fc
			.tuple(
				fc.integer({ min: -10, max: 7_000 }),
				fc.integer({ min: -10, max: 7_000 }),
				fc.constantFrom('6024', '*', '6023', '99999999999999999999', 'x', ''),
			)
			.map(([from, to, total]) => `bytes ${from}-${to}/${total}`),
		fc.constantFrom(
			'',
			'bytes',
			'bytes */6024',
			'items 0-1/2',
			'bytes 0-6023/6024',
			`bytes ${'9'.repeat(400)}-0/1`,
		),
		fc.string(),
	);

	it('are joined to the very file or not at all, whatever a server says of them', async () => {
		const outcomes = { delivered: 0, refused: 0 };
		const reply = fc.record({
			status: fc.constantFrom(200, 206, 206, 206, 416, 503),
			contentRange: fc.option(range),
			honest: fc.boolean(),
			etag: fc.constantFrom('"a"', 'W/"a"', undefined),
			length: fc.constantFrom(undefined, 'x', '-1', '1e3'),
			extra: fc.nat(30),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: file.length - 1 }),
				fc.array(reply, { minLength: 1, maxLength: 3 }),
				async (cut, replies) => {
					const answer = ({
						headers,
						count,
					}: {
						headers: Record<string, string>;
						count: number;
					}): Answer => {
						if (count === 0)
							return {
								headers: { 'content-length': String(file.length), etag: '"a"' },
								body: file.subarray(0, cut),
								breaks: true,
							};
						const { status, contentRange, honest, etag, length, extra } =
							replies[(count - 1) % replies.length];
						const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
						const start = honest ? from : Math.max(0, from - extra);
						const said =
							honest && status === 206
								? `bytes ${start}-${file.length - 1}/${file.length}`
								: (contentRange ?? undefined);
						return {
							status,
							headers: {
								...(etag !== undefined && { etag }),
								...(length !== undefined && { 'content-length': length }),
								...(said !== undefined && { 'content-range': said }),
								'transfer-encoding': 'chunked',
							},
							body: status === 200 ? file : file.subarray(start),
						};
					};
					try {
						const { bytes: stored, sha256 } = await downloadFrom(answer, {
							sizeBytes: file.length,
						});
						expect(stored.equals(file)).toBe(true);
						expect(sha256).toHaveLength(64);
						outcomes.delivered++;
					} catch (error) {
						expect(error).toBeInstanceOf(MediaError);
						outcomes.refused++;
					}
				},
			),
			{ numRuns: 400 },
		);
		expect(outcomes.delivered).toBeGreaterThan(20);
		expect(outcomes.refused).toBeGreaterThan(10);
	});
});
