import { getEventListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { DownloadOptions, Store } from '../../core/media/download';
import { NotStored } from '../../core/media/download';
import { MediaError } from '../../core/media/errors';
import type { MediaFile } from '../../core/media/file';
import type { HashingThread } from '../../core/media/hashing-thread';
import { sha256 } from '../media/world';
import { downloadFrom, whole, type Answer } from '../property/served';

const noise = (size: number) =>
	Buffer.from(Array.from({ length: size }, (_, index) => (index * 37 + (index >> 5)) & 0xff));
const chunk = (name: string, content: Buffer, size = content.length) => {
	const header = Buffer.alloc(8);
	header.write(name, 0, 'latin1');
	header.writeUInt32LE(size, 4);
	return Buffer.concat([header, content]);
};
/** A WAV of 8,000 samples a second, of 16 bits unless told. */
function wav(samples: Buffer, { tag = 1, size = samples.length, behind = 0 } = {}): Buffer {
	const fields = Buffer.alloc(16);
	for (const [at, value] of [tag, 1].entries()) fields.writeUInt16LE(value, 2 * at);
	fields.writeUInt32LE(8_000, 4);
	fields.writeUInt32LE(16_000, 8);
	fields.writeUInt16LE(2, 12);
	fields.writeUInt16LE(16, 14);
	const rest = [chunk('fmt ', fields), chunk('data', samples, size)];
	return Buffer.concat([chunk('RIFF', Buffer.from('WAVE'), 36 + size + behind), ...rest]);
}
const box = (name: string, content: Buffer, size = content.length + 8) => {
	const header = Buffer.alloc(8);
	header.writeUInt32BE(size, 0);
	header.write(name, 4, 'latin1');
	return Buffer.concat([header, content]);
};
const mvhd = Buffer.alloc(92);
mvhd.writeUInt32BE(1_000, 12);
mvhd.writeUInt32BE(2_500, 16);
const mp4 = Buffer.concat([
	box('ftyp', Buffer.alloc(8)),
	box('moov', box('mvhd', mvhd)),
	box('mdat', noise(900)),
]);
/** 32 kbit/s. */
const mp3 = Buffer.concat([Buffer.from([0xff, 0xfb, 0x10, 0]), noise(7_996)]);
const ogg = Buffer.concat([Buffer.from('OggS'), noise(3_000)]);
const second = wav(noise(16_000));
const silence = wav(Buffer.alloc(16_000));

const failing = async (work: Promise<unknown>): Promise<MediaError> =>
	await work.then(
		() => {
			throw new Error('It was delivered');
		},
		(error: unknown) => error as MediaError,
	);

describe('what is told of a file', () => {
	it.each([
		['a WAV', second, 'WAV', 'wav', 'audio/wav', 1],
		['an MP4', mp4, 'MP4', 'mp4', 'video/mp4', 2.5],
		['an MP3', mp3, 'MP3', 'mp3', 'audio/mpeg', 2],
		['Ogg, which does not tell how long it is', ogg, 'Ogg', 'ogg', 'audio/ogg', undefined],
		['bytes of no known kind', noise(99), null, 'bin', 'application/octet-stream', undefined],
	])('%s', async (_, file, kind, extension, mimeType, durationSeconds) => {
		const { bytes, stored, ...told } = await downloadFrom(whole(file));
		expect(bytes.equals(file) && stored.equals(file)).toBe(true);
		expect(told).toStrictEqual({
			fileName: `rec-1_combined.${extension}`,
			mimeType,
			sizeBytes: file.length,
			md5: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
			sha256: sha256(file),
			kind,
			...(durationSeconds !== undefined && { durationSeconds }),
			...(kind === 'WAV' && {
				wav: { channels: 1, sampleRateHz: 8_000, durationSeconds: 1, silent: false },
			}),
			channelDelivered: null,
			attempts: 1,
		});
	});

	it.each([
		['its link', mp4, { contentType: 'audio/mp4' }, 'video/mp4', 'audio/mp4', 'mp4'],
		[
			'its store, where the link says nothing',
			mp4,
			{ contentType: 'binary/octet-stream' },
			'Audio/X-M4A; x=y',
			'audio/mp4',
			'mp4',
		],
		['its store, by a name that is not the usual one', mp4, {}, 'video/x-m4v', 'video/mp4', 'mp4'],
		[
			'its bytes, where nobody knows it',
			ogg,
			{ contentType: '' },
			'application/octet-stream',
			'audio/ogg',
			'ogg',
		],
		[
			'its store, where the bytes do not tell',
			noise(99),
			{},
			'Application/X-Screen; x=y',
			'application/x-screen',
			'bin',
		],
		[
			'its address, where nobody does',
			noise(99),
			{ url: 'https://store.example/a/b.SCR?x=y.z' },
			undefined,
			'application/octet-stream',
			'scr',
		],
	])('its type, by %s', async (_, file, link, type, mimeType, extension) => {
		expect(await downloadFrom(whole(file, type), link)).toMatchObject({
			mimeType,
			fileName: `rec-1_combined.${extension}`,
		});
	});

	it('the channel, what the platform says of it, and that nobody wants hashes', async () => {
		const file = {
			note: 'Another channel',
			link: async () => ({ url: 'https://s.example/x', channel: 'agent' }),
		};
		expect(await downloadFrom(whole(ogg), {}, { hashes: false }, file)).toMatchObject({
			note: 'Another channel',
			channelDelivered: 'agent',
			md5: null,
			sha256: null,
		});
	});

	it('hashes of a thread, where that takes a file of its size', async () => {
		const sizes: unknown[] = [];
		const seen: string[] = [];
		const digests = (number: number) => ({
			update: (block: Buffer) => void seen.push(`${number}: ${block.length}`),
			soFar: () => '',
			finish: () => ({ md5: `md5 ${number}`, sha256: `sha ${number}` }),
			drop: () => void seen.push(`${number}: dropped`),
		});
		const hashing = {
			digestsFor: (size: number | undefined) =>
				size === ogg.length ? digests(sizes.push(size)) : undefined,
		} as HashingThread;
		expect(await downloadFrom(whole(ogg), {}, { hashing })).toMatchObject({
			md5: 'md5 1',
			sha256: 'sha 1',
		});
		expect(await downloadFrom(whole(mp3), {}, { hashing })).toMatchObject({ sha256: sha256(mp3) });
		expect(seen).toEqual([`1: ${ogg.length}`]);
		const broken = { ...whole(ogg)(), body: ogg.subarray(0, 9), breaks: true };
		await failing(downloadFrom(() => broken, {}, { hashing }));
		expect(seen.filter((what) => what.endsWith('dropped')).length).toBe(sizes.length - 1);
	});
});

describe('what a file is not', () => {
	it.each<[string, Buffer, string | undefined, Partial<{ contentType: string; url: string }>]>([
		['by the type its link tells', second, 'audio/wav', { contentType: 'audio/mpeg' }],
		['by the type its store tells', second, 'audio/mpeg', {}],
		['by its address', second, undefined, { url: 'https://store.example/a.mp3' }],
	])('of another kind, %s, unless that is allowed', async (_, file, type, link) => {
		const refused = await failing(downloadFrom(whole(file, type), link));
		expect(refused.reason).toBe('otherKind');
		expect(refused.message).toBe('Recording rec-1 (combined) was announced as MP3 and is WAV');
		expect(await downloadFrom(whole(file, type), link, { acceptOtherKind: true })).toMatchObject({
			kind: 'WAV',
			fileName: 'rec-1_combined.wav',
		});
	});

	it.each([true, false])(
		'of no kind where one was announced, whatever is allowed: %s',
		async (acceptOtherKind) => {
			const refused = await failing(
				downloadFrom(whole(noise(99), 'audio/wav'), {}, { acceptOtherKind }),
			);
			expect(refused.message).toContain('is no media file of a known kind');
		},
	);

	it('what its store calls a page', async () => {
		expect(await failing(downloadFrom(whole(noise(99), 'text/html')))).toMatchObject({
			reason: 'notMedia',
		});
	});

	it.each([
		[1_000, 'tooSmall'],
		[1_001, undefined],
	])('a recording, of %s bytes where 1,000 are too few', async (size, reason) => {
		const answer: Answer = {
			headers: { 'transfer-encoding': 'chunked' },
			body: Buffer.concat([Buffer.from('OggS'), noise(size - 4)]),
			pieceBytes: 7,
		};
		const end = await downloadFrom(() => answer, {}, { minimumBytes: 1_000 }).catch(
			(error: unknown) => error,
		);
		expect(end).toMatchObject(reason === undefined ? { sizeBytes: size } : { reason });
	});

	it('a recording where ten bytes may be one', async () => {
		expect(await downloadFrom(whole(ogg.subarray(0, 10)))).toMatchObject({ sizeBytes: 10 });
	});

	it('what can be read', async () => {
		const refused = await failing(downloadFrom(whole(Buffer.from('Access denied.'))));
		expect(refused.description).toContain('"Access denied."');
	});

	it('known by its first few bytes, where they come one by one', async () => {
		const answer = { ...whole(second)(), pieceBytes: 1 };
		expect(await downloadFrom(() => answer, {}, { pool: undefined })).toMatchObject({
			kind: 'WAV',
		});
	});
});

describe('a file that ends before its own header says', () => {
	const short = wav(noise(16_000), { size: 20_000 });
	const behind = wav(noise(16_000), { behind: 500 });
	const cut = mp4.subarray(0, -100);
	const empty = wav(Buffer.alloc(0));

	it.each<[string, Buffer, boolean, string | RegExp]>([
		['in its samples', short, false, 'incomplete'],
		[
			'in its samples, as the platform promised',
			short,
			true,
			/^The file ends 4000 bytes before its own WAV header/,
		],
		['behind its samples', behind, false, /^The file ends 500 bytes before its own WAV header/],
		['behind its samples, as the platform promised', behind, true, /^The file ends 500 bytes/],
		['in a box', cut, false, 'incomplete'],
		[
			'in a box, as the platform promised',
			cut,
			true,
			/^The file ends 100 bytes before its own MP4 header/,
		],
		['and has no samples at all', empty, true, 'unavailable'],
	])('%s', async (_, file, promised, expected) => {
		const link = promised ? { sizeBytes: file.length } : {};
		const end = await downloadFrom(whole(file), link).catch((error: unknown) => error);
		expect(end).toMatchObject(
			typeof expected === 'string'
				? {
						reason: expected,
						message: expect.stringMatching(/ends (4000|100) bytes|no audio/) as string,
					}
				: { note: expect.stringMatching(expected) as string },
		);
		// Where the platform knows better, that is the end of it.
		const whyMissing = async () => new MediaError('notReady', 'Still processing', 'Later.');
		const asked = downloadFrom(whole(file), link, {}, { whyMissing });
		expect(await failing(asked)).toMatchObject({ reason: 'notReady' });
	});
});

describe('a file that is not worth storing', () => {
	const unwanted = async (
		file: Buffer,
		wants: DownloadOptions['unwanted'],
		more: Partial<MediaFile> = {},
	) => await downloadFrom(whole(file), { sizeBytes: file.length }, { unwanted: wants }, more);

	it.each([
		[
			'it is too short',
			second,
			{ minimumSeconds: 1.5 },
			'It plays 1 seconds, which is less than 1.5',
		],
		['it is silent', silence, { silent: true }, 'Nothing in it is louder than silence'],
		[
			'it is short before it is silent',
			silence,
			{ silent: true, minimumSeconds: 2 },
			'It plays 1 seconds, which is less than 2',
		],
	])('because %s', async (_, file, wants, because) => {
		const end = await unwanted(file, wants, { note: 'Another channel' }).catch(
			(error: unknown) => error,
		);
		expect(end).toBeInstanceOf(NotStored);
		expect((end as NotStored).message).toBe(because);
		expect((end as NotStored).file).toMatchObject({
			sizeBytes: file.length,
			sha256: sha256(file),
			durationSeconds: 1,
			note: 'Another channel',
		});
		expect((end as NotStored).file).not.toHaveProperty('stored');
	});

	it.each<[string, Buffer, DownloadOptions['unwanted'], string?]>([
		['it is as long as it has to be', second, { minimumSeconds: 1, silent: true }],
		['silence may be stored', silence, { minimumSeconds: 1 }],
		['silence is asked about and not unwanted', silence, { silent: false }],
		['nothing is unwanted', silence, undefined],
		[
			'nobody can tell',
			ogg,
			{ silent: true, minimumSeconds: 1 },
			'A file of this kind does not tell whether it is silent and how long it plays',
		],
		[
			'nobody can tell how long it is',
			ogg,
			{ minimumSeconds: 1 },
			'A file of this kind does not tell how long it plays',
		],
		[
			'nobody can tell whether it is silent',
			mp4,
			{ silent: true, minimumSeconds: 1 },
			'A file of this kind does not tell whether it is silent',
		],
		['that is not asked', ogg, { silent: false, minimumSeconds: 0 }],
		[
			'nobody can tell, and more is odd about it',
			mp4.subarray(0, -100),
			{ silent: true },
			'The file ends 100 bytes before its own MP4 header says; the platform holds it like that; A file of this kind does not tell whether it is silent',
		],
	])('is stored after all where %s', async (_, file, wants, ...[note]) => {
		const stored = await unwanted(file, wants);
		expect(stored.bytes.equals(file)).toBe(true);
		expect(stored.note).toBe(note);
		if (note !== undefined)
			expect(await unwanted(file, wants, { note: 'Another channel' })).toMatchObject({
				note: `Another channel; ${note}`,
			});
	});
});

describe('the store', () => {
	const canReclaim = 'transfer' in ArrayBuffer.prototype;
	const large = Buffer.concat([Buffer.from('OggS'), noise(40_000)]);

	it.each([
		[true, canReclaim],
		[false, false],
	])(
		'has a block until it asks for the next one, or for good (memory used again: %s)',
		async (reuseMemory, emptied) => {
			const kept: Buffer[] = [];
			const store: Store<Buffer> = async (body) => {
				for await (const block of body) {
					kept.push(block as Buffer);
					await sleep(1);
				}
				return large;
			};
			await downloadFrom(whole(large), {}, { reuseMemory }, {}, { store });
			expect(kept.slice(0, -1).every(({ length }) => length === 0)).toBe(emptied);
			if (!emptied) expect(Buffer.concat(kept).equals(large)).toBe(true);
		},
	);

	/** What becomes of a download that ends in some way, and of what it opened. */
	async function ending(store: Store<Buffer>, answer: () => Answer = whole(large)) {
		const bodies: Readable[] = [];
		const streams: Readable[] = [];
		const { signal } = new AbortController();
		const remembered: Store<Buffer> = async (body, ...more) => {
			streams.push(body);
			// Or an error of the stream would end n8n.
			expect(body.listenerCount('error')).toBeGreaterThan(0);
			return await store(body, ...more);
		};
		const outcome: unknown = await downloadFrom(
			answer,
			{},
			{ signal },
			{},
			{
				bodies,
				store: remembered,
			},
		).catch((error: unknown) => error);
		for (const stream of [...bodies, ...streams]) expect(stream.destroyed).toBe(true);
		expect([bodies.length > 0, streams.length > 0]).toEqual([true, true]);
		expect(getEventListeners(signal, 'abort')).toEqual([]);
		return outcome;
	}
	const reading: Store<Buffer> = async (body) => {
		const blocks: Buffer[] = [];
		for await (const block of body) blocks.push(block as Buffer);
		return Buffer.concat(blocks);
	};

	it('that takes the file leaves nothing open', async () => {
		expect(await ending(reading)).toMatchObject({ sizeBytes: large.length });
	});

	it('that fails leaves nothing open', async () => {
		expect(
			await ending(async (body) => {
				for await (const _ of body) throw new Error('No space');
				return large;
			}),
		).toMatchObject({ reason: 'store' });
	});

	it('that fails once it has all of it has not taken it', async () => {
		const failed = await ending(async (body) => {
			await reading(body, '', '');
			throw new Error('The file could not be renamed');
		});
		expect(failed).toMatchObject({
			reason: 'store',
			description: expect.stringContaining('The file could not be renamed') as string,
		});
	});

	it.each<[string, Store<Buffer>]>([
		['not looked at it', async () => large],
		[
			'taken a part of it',
			async (body) => {
				for await (const block of body) return block as Buffer;
				return large;
			},
		],
		[
			'taken a part of it, and not as n8n does',
			async (body) =>
				await new Promise((resolve) => body.once('data', (block: Buffer) => resolve(block))),
		],
	])('is not believed when it has %s', async (_, store) => {
		expect(await ending(store)).toMatchObject({ reason: 'store' });
	});

	it('is told when the file cannot be had, and what it makes of that does not matter', async () => {
		const broken = (): Answer => ({
			...whole(large)(),
			body: large.subarray(0, 9_000),
			breaks: true,
		});
		expect(await ending(reading, broken)).toMatchObject({ reason: 'transfer' });
		const quiet: Store<Buffer> = async (body, ...more) =>
			await reading(body, ...more).catch(() => large);
		expect(await ending(quiet, broken)).toMatchObject({ reason: 'transfer' });
	});

	it('gets no more of it once the execution is cancelled', async () => {
		const controller = new AbortController();
		const bodies: Readable[] = [];
		const answer = (): Answer => ({
			...whole(large)(),
			body: large.subarray(0, 20_000),
			stalls: true,
		});
		setTimeout(() => controller.abort(new Error('stopped')), 20);
		const end = await failing(
			downloadFrom(answer, {}, { signal: controller.signal }, {}, { bodies, store: reading }),
		);
		expect(end).toMatchObject({ reason: 'cancelled', scope: 'all', cause: { message: 'stopped' } });
		expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true]);
		expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
	});
});
