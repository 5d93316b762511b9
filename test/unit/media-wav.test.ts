import { mp3Seconds } from '../../core/media/mp3';
import { Mp4Reader } from '../../core/media/mp4';
import { WavReader } from '../../core/media/wav';

interface Wav {
	tag?: number;
	channels?: number;
	rate?: number;
	bits?: number;
	samples: Buffer;
	/** Size the data chunk states; the true one unless told. */
	dataSize?: number;
	riffSize?: number;
	before?: Buffer;
	after?: Buffer;
	extensibleOf?: number;
	/** Behind the usual fields of the format. */
	extra?: Buffer;
}

function chunk(name: string, content: Buffer, size = content.length): Buffer {
	const header = Buffer.alloc(8);
	header.write(name, 0, 'latin1');
	header.writeUInt32LE(size, 4);
	return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

function wav({
	tag = 1,
	channels = 1,
	rate = 8_000,
	bits = 16,
	samples,
	dataSize,
	riffSize,
	before,
	after,
	extensibleOf,
	extra = Buffer.alloc(0),
}: Wav): Buffer {
	const format = Buffer.alloc(extensibleOf === undefined ? 16 : 40);
	format.writeUInt16LE(extensibleOf === undefined ? tag : 0xfffe, 0);
	format.writeUInt16LE(channels, 2);
	format.writeUInt32LE(rate, 4);
	format.writeUInt32LE((rate * channels * bits) / 8, 8);
	format.writeUInt16LE((channels * bits) / 8, 12);
	format.writeUInt16LE(bits, 14);
	if (extensibleOf !== undefined) format.writeUInt16LE(extensibleOf, 24);
	const rest = Buffer.concat([
		before ?? Buffer.alloc(0),
		chunk('fmt ', Buffer.concat([format, extra])),
		chunk('data', samples, dataSize),
		after ?? Buffer.alloc(0),
	]);
	const riff = Buffer.alloc(12);
	riff.write('RIFF', 0);
	riff.writeUInt32LE(riffSize ?? rest.length + 4, 4);
	riff.write('WAVE', 8);
	return Buffer.concat([riff, rest]);
}

/** Reads in pieces of every size that matters: byte by byte, odd sizes, all at once. */
function read(file: Buffer): WavReader {
	const readers = [1, 7, 4_096, file.length].map((size) => {
		const reader = new WavReader();
		for (let at = 0; at < file.length; at += size) reader.update(file.subarray(at, at + size));
		return reader;
	});
	for (const other of readers.slice(1)) expect(other.facts()).toEqual(readers[0].facts());
	expect(
		new Set(
			readers.map(
				({ missingBytes, missingBehindBytes }) => `${missingBytes} ${missingBehindBytes}`,
			),
		).size,
	).toBe(1);
	return readers[0];
}

const tone = (bytes: number) =>
	Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 37) & 0xff));

it('reads channels, sample rate and duration', () => {
	const reader = read(wav({ channels: 2, rate: 44_100, samples: tone(44_100 * 4) }));
	expect(reader.facts()).toEqual({
		channels: 2,
		sampleRateHz: 44_100,
		durationSeconds: 1,
		silent: false,
	});
	expect(reader.empty).toBe(false);
	expect(reader.missingBytes).toBe(0);
});

it('is not led astray by chunks before and after the samples', () => {
	const list = Buffer.concat([chunk('LIST', Buffer.from('odd')), chunk('JUNK', tone(99))]);
	expect(
		read(
			wav({ samples: Buffer.alloc(16_001), before: list, after: Buffer.concat([list, list]) }),
		).facts(),
	).toEqual({
		channels: 1,
		sampleRateHz: 8_000,
		durationSeconds: 1,
		silent: true,
	});
});

it.each([
	['16-bit', { bits: 16 }, 0],
	['8-bit', { bits: 8 }, 0x80],
	['24-bit', { bits: 24 }, 0],
	['float', { tag: 3, bits: 32 }, 0],
	['A-law', { tag: 6, bits: 8 }, 0xd5],
	['µ-law', { tag: 7, bits: 8 }, 0xff],
	['extensible 16-bit', { extensibleOf: 1 }, 0],
])('knows silence in %s samples, and one sample that is none', (_, format, silence) => {
	const samples = Buffer.alloc(30_000, silence);
	expect(read(wav({ ...format, samples })).facts()).toMatchObject({ silent: true });
	samples[29_990] ^= 0x10;
	expect(read(wav({ ...format, samples })).facts()).toMatchObject({ silent: false });
});

it.each([
	['A-law', 6, 0xd5, 0x55],
	['µ-law', 7, 0xff, 0x7f],
])('does not call silent what begins with a sound, in %s', (_, tag, one, other) => {
	const samples = Buffer.alloc(30_000, one).fill(other, 9_000);
	expect(read(wav({ tag, bits: 8, samples })).facts()).toMatchObject({ silent: true });
	samples[5] = 0x12;
	expect(read(wav({ tag, bits: 8, samples })).facts()).toMatchObject({ silent: false });
});

it('does not call silent what has no samples, and nothing of no rate long', () => {
	expect(read(wav({ samples: Buffer.alloc(0) })).facts()).toMatchObject({ silent: false });
	expect(read(wav({ rate: 0, samples: tone(99) })).facts()).toMatchObject({ durationSeconds: 0 });
});

it.each([
	['PCM with more fields than it needs', { extra: Buffer.alloc(24, 0x11) }, true],
	['a form that is to tell more and does not', { tag: 0xfffe, extra: Buffer.alloc(2) }, false],
	[
		'a form that tells just enough',
		{ tag: 0xfffe, extra: Buffer.from('00000000000000000100', 'hex') },
		true,
	],
])('knows silence or not in %s', (_, format, silent) => {
	expect(read(wav({ ...format, samples: Buffer.alloc(999) })).facts()).toMatchObject({ silent });
});

it('reads a format behind an odd number of samples', () => {
	const file = wav({ samples: tone(999) });
	const moved = Buffer.concat([file.subarray(0, 12), file.subarray(36), file.subarray(12, 36)]);
	expect(read(moved).facts()).toMatchObject({ channels: 1, durationSeconds: 0.062, silent: false });
});

it('takes both zeros of µ-law for silence', () => {
	const samples = Buffer.from(
		Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? 0xff : 0x7f)),
	);
	expect(read(wav({ tag: 7, bits: 8, samples })).facts()).toMatchObject({ silent: true });
});

it('does not call an encoding silent that it does not know', () => {
	expect(read(wav({ tag: 0x31, samples: Buffer.alloc(1_000) })).facts()).toMatchObject({
		silent: false,
	});
});

it.each([
	['no samples', { samples: Buffer.alloc(0) }],
	['a promise of samples and none', { samples: Buffer.alloc(0), dataSize: 32_000 }],
])('finds a file with %s empty', (_, options) => {
	expect(read(wav(options)).empty).toBe(true);
});

it('finds a file without any chunk empty', () => {
	const reader = read(Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVE')]));
	expect(reader.empty).toBe(true);
	expect(reader.facts()).toBeUndefined();
});

it.each([
	['that is promised', 32_000, undefined, 31_000],
	['that is promised, whatever the size of the file', 32_000, 36, 31_000],
	['just below those that say nothing', 0x7ffeffff, undefined, 0x7ffeffff - 1_000],
	['that says nothing', 0x7fff0000, undefined, 0],
	['that says nothing, too', 0x80000000, undefined, 0],
	['just above those', 0x80000001, undefined, 0x80000001 - 1_000],
	['below the largest', 0xfffeffff, undefined, 0xfffeffff - 1_000],
	['that is the largest', 0xffff0000, undefined, 0],
])('counts the bytes that are not there, by a size %s', (_, dataSize, riffSize, missing) => {
	expect(read(wav({ samples: tone(1_000), dataSize, riffSize })).missingBytes).toBe(missing);
});

it.each([
	['0xffffffff', { dataSize: 0xffffffff, riffSize: 0xffffffff }],
	['0', { dataSize: 0, riffSize: 0 }],
])('reads to the end where a stream writer left the size open as %s', (_, sizes) => {
	const reader = read(wav({ samples: tone(16_000), ...sizes }));
	expect(reader.facts()).toMatchObject({ durationSeconds: 1 });
	expect(reader.missingBytes).toBe(0);
});

it.each([
	['a header that was never corrected', { dataSize: 0, riffSize: 36 }],
	['a size that is left open in the file alone', { riffSize: 0 }],
])('reads to the end behind %s', (_, sizes) => {
	const reader = read(wav({ samples: tone(16_000), ...sizes }));
	expect(reader.facts()).toMatchObject({ durationSeconds: 1 });
	expect([reader.missingBytes, reader.missingBehindBytes]).toEqual([0, 0]);
});

it('finds a file empty whose header ends with it, and one that has notes only', () => {
	expect(read(wav({ samples: Buffer.alloc(0), riffSize: 36 })).empty).toBe(true);
	expect(
		read(wav({ samples: Buffer.alloc(0), after: chunk('LIST', Buffer.alloc(4_000)) })).empty,
	).toBe(true);
});

it('counts the bytes that are promised behind the samples, and is not strict about a few', () => {
	const file = wav({ samples: tone(1_001), after: chunk('LIST', Buffer.alloc(500)) });
	expect(read(file).missingBehindBytes).toBe(0);
	expect(read(file.subarray(0, file.length - 300)).missingBehindBytes).toBe(300);
	expect(read(file.subarray(0, file.length - 300)).missingBytes).toBe(0);
	// Some writers count the header, too, and leave out the byte that fills up an odd size.
	expect(
		read(wav({ samples: tone(1_001), riffSize: 44 + 1_002 }).subarray(0, -1)).missingBehindBytes,
	).toBe(0);
});

it.each([28, 16])('reads the long size of an RF64 file, of %s bytes', (length) => {
	const sizes = Buffer.alloc(length);
	sizes.writeBigUInt64LE(16_000n, 8);
	const file = wav({
		samples: tone(16_000),
		dataSize: 0xffffffff,
		before: chunk('ds64', sizes),
		after: chunk('LIST', Buffer.alloc(10)),
	});
	file.write('RF64', 0);
	expect(read(file).facts()).toMatchObject({ durationSeconds: 1 });
});

it('does not need a long size that is cut', () => {
	const file = wav({ samples: tone(16_000), before: chunk('ds64', Buffer.alloc(8)) });
	expect(read(file).facts()).toMatchObject({ durationSeconds: 1 });
});

describe('no sample louder than silence', () => {
	/** Samples of little-endian integers. */
	const samples = (bytes: number, values: number[]) => {
		const buffer = Buffer.alloc(bytes * values.length);
		values.forEach((value, index) => buffer.writeIntLE(value, index * bytes, bytes));
		return buffer;
	};
	const noise = (loudest: number) =>
		Array.from({ length: 999 }, (_, index) => (index === 990 ? loudest : (index % 5) - 2));
	const quiet = (one: Wav) => {
		const file = wav(one);
		const told = [1, 7, 4_096, file.length].map((size) => {
			const reader = new WavReader();
			for (let at = 0; at < file.length; at += size) reader.update(file.subarray(at, at + size));
			return reader.quiet;
		});
		expect(new Set(told).size).toBe(1);
		return told[0];
	};

	it.each([
		['16 bit, noise', { samples: samples(2, noise(32)) }, true],
		['16 bit, noise, negative', { samples: samples(2, noise(-32)) }, true],
		['16 bit, one sample louder', { samples: samples(2, noise(33)) }, false],
		['16 bit, one sample louder, negative', { samples: samples(2, noise(-33)) }, false],
		['24 bit, noise', { bits: 24, samples: samples(3, noise(8_191)) }, true],
		['24 bit, one sample louder', { bits: 24, samples: samples(3, noise(8_448)) }, false],
		['8 bit', { bits: 8, samples: Buffer.alloc(99, 0x80) }, true],
		[
			'8 bit, one sample louder',
			{ bits: 8, samples: Buffer.alloc(99, 0x80).fill(0x81, 50, 51) },
			false,
		],
		['no bits', { bits: 0, samples: Buffer.alloc(99) }, undefined],
		['mu-law, comfort noise', { tag: 7, bits: 8, samples: Buffer.from([0xff, 0x7b, 0xfb]) }, true],
		['mu-law, louder', { tag: 7, bits: 8, samples: Buffer.from([0xff, 0x7a]) }, false],
		['A-law, comfort noise', { tag: 6, bits: 8, samples: Buffer.from([0xd5, 0x54]) }, true],
		['A-law, louder', { tag: 6, bits: 8, samples: Buffer.from([0xd5, 0x57]) }, false],
		['GSM, which cannot be told', { tag: 0x31, bits: 0, samples: Buffer.alloc(65) }, undefined],
		['nothing at all', { samples: Buffer.alloc(0) }, undefined],
	])('%s', (_, one, expected) => {
		expect(quiet(one)).toBe(expected);
	});
});

describe('how long an MP3 plays', () => {
	/** A first frame with so many bytes of other things in it, and one of an encoder's notes at a place in it. */
	const frame = (
		second: number,
		third: number,
		note?: { at: number; name: string; flags: number },
	) => {
		const bytes = Buffer.alloc(200, 0x55);
		Buffer.from([0xff, second, third]).copy(bytes);
		if (note !== undefined) {
			bytes.write(note.name, note.at, 'latin1');
			bytes.writeUInt32BE(note.flags, note.at + 4);
			if (note.at + 12 <= 200) bytes.writeUInt32BE(1_000, note.at + 8);
		}
		return bytes;
	};
	const tag = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5]);

	it.each([
		['version 1, layer III, 128 kbit/s', frame(0xfb, 0x90), 160_000, 10],
		['version 1, layer II, 160 kbit/s', frame(0xfd, 0x90), 200_000, 10],
		['version 2, layer III, 64 kbit/s', frame(0xf3, 0x80), 80_000, 10],
		['version 2, layer II, 64 kbit/s', frame(0xf5, 0x80), 80_000, 10],
		['version 2.5, layer III, 8 kbit/s', frame(0xe3, 0x10), 10_000, 10],
		[
			'a tag with a picture before it',
			Buffer.concat([
				Buffer.from('4944330400000000010a', 'hex'),
				Buffer.alloc(138),
				frame(0xfb, 0x90),
			]),
			160_148,
			10,
		],
		['a tag before it', Buffer.concat([tag, frame(0xfb, 0x90)]), 160_015, 10],
		['a rate that is free', frame(0xfb, 0x00), 160_000, undefined],
		['no frame', Buffer.alloc(400), 160_000, undefined],
		['layer I', frame(0xff, 0x90), 160_000, undefined],
		['a frame that is cut', frame(0xfb, 0x90).subarray(0, 199), 160_000, undefined],
		['a tag that is cut', tag.subarray(0, 8), 160_000, undefined],
		['a tag and no more', tag, 160_000, undefined],
	])('by its bit rate: %s', (_, head, size, seconds) => {
		expect(mp3Seconds(head, size)).toBe(seconds);
	});

	const xing = { at: 36, name: 'Xing', flags: 1 };
	it.each([
		['version 1 at 44.1 kHz', frame(0xfb, 0x90, xing), 26.122],
		['version 1 at 48 kHz, not only frames counted', frame(0xfb, 0x94, { ...xing, flags: 15 }), 24],
		['version 1, layer II at 32 kHz', frame(0xfd, 0x98, xing), 36],
		['version 2 at 16 kHz', frame(0xf3, 0x88, xing), 36],
		['version 2, layer II at 16 kHz', frame(0xf5, 0x88, xing), 72],
		['version 2.5 at 8 kHz', frame(0xe3, 0x88, xing), 72],
		['behind a tag', Buffer.concat([tag, frame(0xfb, 0x90, xing)]), 26.122],
		['of a constant rate', frame(0xfb, 0x90, { ...xing, name: 'Info' }), 26.122],
		['at the end of what is looked at', frame(0xfb, 0x90, { ...xing, at: 188 }), 26.122],
		['behind that', frame(0xfb, 0x90, { ...xing, at: 189 }), 0.062],
		['not counted', frame(0xfb, 0x90, { ...xing, flags: 2 }), 0.062],
	])('by the number of its frames: %s', (_, head, seconds) => {
		expect(mp3Seconds(head, 999)).toBe(seconds);
	});
});

describe('MP4', () => {
	const box = (name: string, content: Buffer, size = content.length + 8) => {
		const header = Buffer.alloc(8);
		header.writeUInt32BE(size, 0);
		header.write(name, 4, 'latin1');
		return Buffer.concat([header, content]);
	};
	const missing = (file: Buffer) => {
		const counts = [1, 5, file.length].map((size) => {
			const reader = new Mp4Reader();
			for (let at = 0; at < file.length; at += size) reader.update(file.subarray(at, at + size));
			return reader.missingBytes;
		});
		expect(new Set(counts).size).toBe(1);
		return counts[0];
	};
	const whole = Buffer.concat([
		box('ftyp', Buffer.from([0x69, 0x73, 0x6f, 0x6d, 0, 0, 2, 0])),
		box('free', Buffer.alloc(0)),
		box('mdat', tone(100)),
	]);

	it('is whole where it ends with a box', () => {
		expect(missing(whole)).toBe(0);
	});

	it('tells how much is missing', () => {
		expect(missing(whole.subarray(0, whole.length - 40))).toBe(40);
		expect(missing(Buffer.concat([whole, Buffer.alloc(3)]))).toBe(5);
	});

	it('reads long sizes', () => {
		const long = Buffer.alloc(16);
		long.writeUInt32BE(1, 0);
		long.write('mdat', 4);
		long.writeBigUInt64BE(116n, 8);
		expect(missing(Buffer.concat([long, tone(100)]))).toBe(0);
		expect(missing(Buffer.concat([long, tone(90)]))).toBe(10);
	});

	it('has nothing to say about a box that reaches to the end', () => {
		expect(missing(Buffer.concat([whole, box('mdat', tone(50), 0)]))).toBe(0);
	});

	describe('how long it plays', () => {
		/** The box that tells it, in its short and its long form. */
		const header = (timescale: number, duration: number | bigint) => {
			const isLong = typeof duration === 'bigint';
			const fields = Buffer.alloc(32);
			fields[0] = isLong ? 1 : 0;
			fields.writeUInt32BE(timescale, isLong ? 20 : 12);
			if (isLong) fields.writeBigUInt64BE(duration, 24);
			else fields.writeUInt32BE(duration, 16);
			return box('mvhd', fields);
		};
		const movie = (content: Buffer) => Buffer.concat([whole, box('moov', content)]);

		it.each([
			['the short form', movie(header(600, 900)), 1.5],
			['the long form', movie(header(48_000, 48_000n * 7_200n)), 7_200],
			['to the millisecond', movie(header(3, 1)), 0.333],
			['before the media', Buffer.concat([box('moov', header(10, 25)), whole]), 2.5],
			['with more in it', movie(Buffer.concat([header(10, 25), box('trak', tone(90))])), 2.5],
			['of the first of two', Buffer.concat([movie(header(10, 25)), movie(header(1, 9))]), 2.5],
			['unknown', movie(header(600, 0xffffffff)), undefined],
			['unknown, in the long form', movie(header(600, 0xffffffffffffffffn)), undefined],
			['nothing, as in fragments', movie(header(600, 0)), undefined],
			['without a scale', movie(header(0, 900)), undefined],
			['not, behind something else', movie(box('trak', tone(90))), undefined],
			['not, in a box that is too short', movie(header(600, 900).subarray(0, 30)), undefined],
			[
				'not, by what follows such a box',
				Buffer.concat([box('moov', Buffer.alloc(0)), box('free', header(600, 900)), whole]),
				undefined,
			],
			['not, without one', whole, undefined],
		])('%s', (_, file, seconds) => {
			for (const size of [1, 5, 47, file.length]) {
				const reader = new Mp4Reader();
				for (let at = 0; at < file.length; at += size) reader.update(file.subarray(at, at + size));
				expect(reader.seconds).toBe(seconds);
				expect(reader.missingBytes).toBe(0);
			}
		});
	});
});
