import { createServer as createHttp, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';

import { MemoryStore, sha256, World } from './world';
import { BlockPool } from '../../core/media/blocks';
import { download, type DownloadOptions } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { ownCertificate } from '../certificate';
import { VirtualClock } from '../virtual-clock';

const clock = new VirtualClock();
const servers: Server[] = [];
let world: World;

beforeEach(async () => {
	world = await World.start(clock);
	clock.install();
});
afterEach(async () => {
	clock.uninstall();
	await world.stop();
	for (const server of servers.splice(0)) server.close();
});

const options: DownloadOptions = { minimumBytes: 1024, acceptOtherKind: false };
const source = { synthetic: { sizeBytes: 50_000, seed: 'edge', format: 'mp4' } } as const;

async function listening(server: Server): Promise<string> {
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(handler: RequestListener): Promise<MediaFile> {
	const url = `http://${await listening(createHttp(handler))}/file.mp4`;
	return {
		recordingId: 'edge',
		channel: 'combined',
		renewable: false,
		link: async () => ({ url }),
	};
}

const get = async (
	mediaFile: MediaFile,
	memory = new MemoryStore(),
	more: Partial<DownloadOptions> = {},
) => await download(mediaFile, world.transport, memory.store, { ...options, ...more });

it('follows a redirect to another origin without the password', async () => {
	const { media, faults, requests } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const { mediaFile } = world.gir(source);
	faults.add({
		server: 'genesys',
		effect: { kind: 'redirect', location: media.signedUrl(objectKey) },
	});
	const memory = new MemoryStore();
	await get(mediaFile, memory);
	expect(sha256(memory.kept[0].bytes)).toBe(media.source(objectKey).sha256);
	const [atGenesys] = requests.filter(({ server }) => server === 'genesys');
	const [atStore] = requests.filter(({ server }) => server === 'media');
	expect(atGenesys.headers.authorization).toMatch(/^Basic /);
	expect(atStore.headers.authorization).toBeUndefined();
});

it('goes on by the redirect again after a cut', async () => {
	const { media, faults, requests } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const url = media.signedUrl(objectKey);
	const mediaFile = await serve((_, response) => response.writeHead(302, { Location: url }).end());
	faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 30_000 } });
	const memory = new MemoryStore();
	const { attempts } = await get(mediaFile, memory);
	expect(sha256(memory.kept[0].bytes)).toBe(media.source(objectKey).sha256);
	expect(attempts).toBe(2);
	expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=30000-']);
});

it('does not follow redirects without end', async () => {
	const mediaFile = await serve((request, response) =>
		response.writeHead(302, { Location: request.url }).end(),
	);
	await expect(get(mediaFile)).rejects.toMatchObject({ reason: 'notMedia', status: 302 });
});

it('does not go on with a server that does not speak TLS', async () => {
	const { mediaFile } = world.signed(source, 'mp4');
	const plain = (await mediaFile.link()).url;
	const attempts: string[] = [];
	const secure: MediaFile = {
		...mediaFile,
		link: async () => ({ url: attempts[attempts.push(plain.replace('http:', 'https:')) - 1] }),
	};
	await expect(get(secure)).rejects.toMatchObject({ reason: 'unreachable' });
	expect(attempts).toHaveLength(1);
});

/** A server with a certificate of its own making; undefined where this machine cannot make one. */
async function serveTls(handler: RequestListener): Promise<string | undefined> {
	try {
		return `https://${await listening(createHttps(ownCertificate(), handler))}`;
	} catch {
		process.stdout.write('edges: no openssl on this machine, so no certificate was tried\n');
		return undefined;
	}
}

it('does not trust a certificate that nobody vouches for', async () => {
	const origin = await serveTls((_, response) => {
		response.end(Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5_000)]));
	});
	if (origin === undefined) return;
	const mediaFile = (allowUnauthorizedCerts: boolean): MediaFile => ({
		recordingId: 'tls',
		channel: 'x',
		renewable: false,
		link: async () => ({ url: `${origin}/file.mp3`, allowUnauthorizedCerts }),
	});
	await expect(get(mediaFile(false))).rejects.toMatchObject({
		reason: 'unreachable',
		message: expect.stringContaining('certificate') as string,
	});
	expect(await get(mediaFile(true))).toMatchObject({ kind: 'MP3', sizeBytes: 5_003 });
});

it('does not follow a redirect from an encrypted address to one that is not', async () => {
	const { media, requests } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const origin = await serveTls((_, response) =>
		response.writeHead(302, { Location: media.signedUrl(objectKey) }).end(),
	);
	if (origin === undefined) return;
	const link = async () => ({
		url: `${origin}/file.mp4`,
		allowUnauthorizedCerts: true,
		allowInsecureHttp: true,
	});
	const memory = new MemoryStore();
	await expect(
		get({ recordingId: 'tls', channel: 'x', renewable: false, link }, memory),
	).rejects.toMatchObject({ reason: 'unreachable', scope: 'item' });
	expect(requests).toEqual([]);
	expect(memory.kept).toEqual([]);
});

it('does not take a body that could end anywhere', async () => {
	const mediaFile = await serve((_, response) => {
		response.useChunkedEncodingByDefault = false;
		response.writeHead(200, { 'Content-Type': 'audio/mpeg', Connection: 'close' });
		response.end(Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5_000)]));
	});
	await expect(get(mediaFile)).rejects.toMatchObject({
		reason: 'notMedia',
		message: 'The media store did not tell how long recording edge (combined) is',
	});
});

it('takes the size from the second answer where the first had none', async () => {
	const { objectKey } = world.signed(source, 'mp4');
	// Chunked, and cut: the range that follows tells the whole length.
	const bytes = world.simulator.media.source(objectKey).bytes();
	let first = true;
	const server = await serve((request, response) => {
		const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
		if (range === null && first) {
			first = false;
			response.writeHead(200, { ETag: '"one"', 'Content-Type': 'video/mp4' });
			response.write(bytes.subarray(0, 20_000), () => response.destroy());
			return;
		}
		const start = Number(range?.[1] ?? 0);
		response.writeHead(206, {
			ETag: '"one"',
			'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
		});
		response.end(bytes.subarray(start));
	});
	const memory = new MemoryStore();
	const file = await get(server, memory);
	expect(memory.kept[0].bytes.equals(bytes)).toBe(true);
	expect(file.attempts).toBe(2);
});

/**
 * Cuts the first answer after 20,000 bytes, answers a range with `part` if there is one, and gives all of it to whoever asks
 * again.
 *
 * @returns the ranges that were asked for
 */
async function afterCut(
	whole: Record<string, string>,
	part?: (bytes: Buffer) => { headers: Record<string, string | number>; body: Buffer },
	before: (response: ServerResponse) => void = () => undefined,
): Promise<Array<string | undefined>> {
	const { objectKey } = world.signed(source, 'mp4');
	const bytes = world.simulator.media.source(objectKey).bytes();
	const ranges: Array<string | undefined> = [];
	const mediaFile = await serve((request, response) => {
		ranges.push(request.headers.range);
		before(response);
		if (request.headers.range !== undefined && part !== undefined) {
			const { headers, body } = part(bytes);
			response.writeHead(206, headers).end(body);
			return;
		}
		response.writeHead(200, {
			...whole,
			'Content-Type': 'video/mp4',
			'Content-Length': bytes.length,
		});
		if (ranges.length === 1) response.write(bytes.subarray(0, 20_000), () => response.destroy());
		else response.end(bytes);
	});
	const memory = new MemoryStore();
	await get(mediaFile, memory);
	expect(memory.kept[0].bytes.equals(bytes)).toBe(true);
	return ranges;
}

it('does not go on with a part that does not tell which version it is of', async () => {
	const ranges = await afterCut({ ETag: '"one"' }, (bytes) => ({
		headers: { 'Content-Range': `bytes 20000-${bytes.length - 1}/${bytes.length}` },
		body: Buffer.alloc(bytes.length - 20_000),
	}));
	expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
});

it.each([
	['hashed', true],
	['not hashed', false],
])(
	'does not ask for ever where a store ignores ranges and cuts each time a little later, %s',
	async (_, hashes) => {
		const { objectKey } = world.signed(source, 'mp4');
		const bytes = world.simulator.media.source(objectKey).bytes();
		let requests = 0;
		const mediaFile = await serve((_request, response) => {
			requests++;
			response.writeHead(200, {
				ETag: '"one"',
				'Content-Type': 'video/mp4',
				'Content-Length': bytes.length,
			});
			response.write(bytes.subarray(0, requests * 2_000), () => response.destroy());
		});
		const memory = new MemoryStore();
		await expect(
			get(mediaFile, memory, { hashes, pool: new BlockPool(1_000) }),
		).rejects.toMatchObject({
			reason: 'transfer',
			description: expect.stringContaining(
				'does not continue a transfer that was cut, so the node began anew 8 times',
			) as string,
		});
		expect(requests).toBeLessThanOrEqual(10);
		expect(memory.kept).toEqual([]);
	},
);

describe('a part that is not what it says', () => {
	const said = { ETag: 'W/"one"', 'Last-Modified': 'Tue, 04 Mar 2025 10:00:00 GMT' };

	const after = async (
		part: Parameters<typeof afterCut>[1],
		whole: Record<string, string> = said,
	) => await afterCut(whole, part);

	it('is not taken up when it is longer than its own range', async () => {
		const ranges = await after((bytes) => ({
			headers: {
				...said,
				'Content-Range': `bytes 20000-29999/${bytes.length}`,
				'Content-Length': 30_000,
			},
			body: Buffer.alloc(30_000),
		}));
		expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
	});

	it('is not taken up when only a weak tag says that it is the same', async () => {
		const ranges = await after((bytes) => ({
			headers: {
				ETag: 'W/"one"',
				'Content-Range': `bytes 20000-${bytes.length - 1}/${bytes.length}`,
			},
			body: Buffer.alloc(bytes.length - 20_000),
		}));
		expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
	});

	it('is not taken up when only a time of last change says that it is the same, and that is too young to', async () => {
		const young = {
			'Last-Modified': 'Tue, 04 Mar 2025 10:00:00 GMT',
			Date: 'Tue, 04 Mar 2025 10:00:30 GMT',
		};
		const ranges = await after(
			(bytes) => ({
				headers: { ...young, 'Content-Range': `bytes 20000-${bytes.length - 1}/${bytes.length}` },
				body: Buffer.alloc(bytes.length - 20_000),
			}),
			{ ...young, ETag: '"one"' },
		);
		expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
	});

	it.each([
		['several parts', { 'Content-Type': 'multipart/byteranges; boundary=x' }],
		['a range without numbers', { 'Content-Range': 'bytes */50000' }],
		['a range behind the end', { 'Content-Range': 'bytes 20000-50000/50000' }],
		['another unit', { 'Content-Range': 'items 20000-49999/50000' }],
	])('is not taken up when it has %s', async (_, headers) => {
		const ranges = await after((bytes) => ({
			headers: { ...said, ...headers },
			body: Buffer.alloc(bytes.length - 20_000),
		}));
		expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
	});
});

describe('a time of last change', () => {
	it.each([
		['an hour before the answer', 3_600, 'bytes=20000-'],
		['a minute before the answer', 60, 'bytes=20000-'],
		['59 seconds before the answer', 59, undefined],
		['after the answer', -5, undefined],
	])('%s lets a transfer go on or not', async (_, ageSeconds, range) => {
		const { media, faults, requests } = world.simulator;
		media.validators = 'lastModified';
		const { mediaFile, objectKey } = world.signed(source, 'mp4', true, ageSeconds);
		faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 20_000 } });
		const memory = new MemoryStore();
		await get(mediaFile, memory);
		expect(sha256(memory.kept[0].bytes)).toBe(media.source(objectKey).sha256);
		expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, range]);
	});

	it('of an answer without a date of its own proves nothing', async () => {
		const ranges = await afterCut(
			{ 'Last-Modified': 'Tue, 04 Mar 2025 10:00:00 GMT' },
			undefined,
			(response) => (response.sendDate = false),
		);
		expect(ranges).toEqual([undefined, undefined]);
	});
});

describe('what the bytes are', () => {
	const mp3 = Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5_000)]);
	const page = '<!DOCTYPE html><html><body>Please sign in</body></html>'.padEnd(5_000);
	const serveAs = async (body: Buffer, type: string) =>
		await serve((_, response) =>
			response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length }).end(body),
		);
	const unnamed = async (mediaFile: MediaFile): Promise<MediaFile> => {
		const { url } = await mediaFile.link();
		return { ...mediaFile, link: async () => ({ url: url.replace('.mp4', '') }) };
	};

	it('decides over a wrong content type', async () => {
		const memory = new MemoryStore();
		const file = await get(await unnamed(await serveAs(mp3, 'text/html')), memory);
		expect(file).toMatchObject({
			kind: 'MP3',
			mimeType: 'audio/mpeg',
			fileName: 'edge_combined.mp3',
		});
		expect(memory.kept[0].bytes.equals(mp3)).toBe(true);
	});

	it.each([
		['UTF-8', Buffer.from(page)],
		['UTF-8 with a mark', Buffer.from(`\uFEFF${page}`)],
		// Its mark looks like the first bytes of an MP3.
		['UTF-16', Buffer.from(`\uFEFF${page}`, 'utf16le')],
		['UTF-16, big end first', Buffer.from(`\uFEFF${page}`, 'utf16le').swap16()],
	])('unmasks a web page in %s', async (_, body) => {
		for (const type of ['audio/mpeg', 'application/octet-stream']) {
			const memory = new MemoryStore();
			await expect(get(await unnamed(await serveAs(body, type)), memory)).rejects.toMatchObject({
				reason: 'notMedia',
				description: expect.stringContaining('Please sign in') as string,
			});
			expect(memory.kept).toEqual([]);
		}
	});

	it('is nothing where there are none', async () => {
		await expect(
			get(await serveAs(Buffer.alloc(0), 'audio/mpeg'), undefined, { minimumBytes: 0 }),
		).rejects.toMatchObject({ reason: 'unavailable' });
	});
});

describe('whom a fault concerns', () => {
	const failing = async (mediaFile: MediaFile, memory = new MemoryStore()) =>
		await get(mediaFile, memory).then(
			() => undefined,
			(error: unknown) => error,
		);
	const answering = async (status: number, body: string, renewable = true) => ({
		...(await serve((_, response) => response.writeHead(status).end(body))),
		renewable,
	});

	it.each([
		['404', 404, '', true, 'item'],
		['403', 403, '<Error><Code>AccessDenied</Code></Error>', true, 'item'],
		['500', 500, '', true, 'item'],
		['503', 503, '', true, 'item'],
		[
			'503 to one who asks too often',
			503,
			'<Error><Code>SlowDown</Code></Error>',
			true,
			'platform',
		],
		['429', 429, '', true, 'platform'],
		['401 of a signed link', 401, '', true, 'item'],
		['401 of a password', 401, '', false, 'platform'],
	])('%s', async (_, status, body, renewable, scope) => {
		expect(await failing(await answering(status, body, renewable))).toMatchObject({ scope });
	});

	it('a host that refuses connections: all that come from it', async () => {
		const url = `http://${await listening(createHttp())}/file.mp4`;
		await new Promise((resolve) => servers.pop()!.close(resolve));
		expect(
			await failing({
				recordingId: 'edge',
				channel: 'x',
				renewable: true,
				link: async () => ({ url }),
			}),
		).toMatchObject({ reason: 'transfer', scope: 'platform' });
	});

	it('a transfer that is cut: this file', async () => {
		const mediaFile = await serve((_, response) =>
			response.writeHead(200, { 'Content-Length': 9_000 }).write('x', () => response.destroy()),
		);
		expect(await failing(mediaFile)).toMatchObject({ reason: 'transfer', scope: 'item' });
	});

	it.each([
		[
			'a full disk',
			Object.assign(new Error('no space'), { code: 'ENOSPC' }),
			'all',
			/^The disk of n8n is full/,
		],
		[
			'a full disk, wrapped',
			new Error('not written', { cause: Object.assign(new Error('no space'), { code: 'ENOSPC' }) }),
			'all',
			/^The disk of n8n is full/,
		],
		[
			'a store that refuses',
			new Error('read-only'),
			'all',
			/^The binary store of n8n did not take/,
		],
		[
			'a file too large for the store',
			new (class FileTooLargeError extends Error {})('exceeds the max size limit'),
			'item',
			/^The binary store of n8n did not take/,
		],
	])('%s', async (_, thrown, scope, message) => {
		const { mediaFile } = world.signed(source, 'mp4');
		const store = async () => await Promise.reject(thrown);
		await expect(download(mediaFile, world.transport, store, options)).rejects.toMatchObject({
			reason: 'store',
			scope,
			message: expect.stringMatching(message) as string,
		});
	});
});

it('keeps a file with a wrong header where the platform itself gives that size, and says so', async () => {
	const { media } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const bytes = media.source(objectKey).bytes(0, 40_000);
	const { mediaFile } = world.signed({ bytes, extension: 'mp4' }, 'mp4');
	const file = await get(mediaFile);
	expect(file).toMatchObject({
		sizeBytes: 40_000,
		note: 'The file ends 10000 bytes before its own MP4 header says; the platform holds it like that',
	});
});

it('names the file when it is cancelled while it waits', async () => {
	const { mediaFile } = world.signed(source, 'mp4');
	world.simulator.faults.add({
		server: 'media',
		effect: { kind: 'stall', afterBytes: 20_000 },
		times: 9,
	});
	const controller = new AbortController();
	const memory = new MemoryStore();
	setTimeout(() => controller.abort(new Error('cancelled')), 30);
	await expect(get(mediaFile, memory, { signal: controller.signal })).rejects.toMatchObject({
		reason: 'cancelled',
		message: 'The execution was cancelled while recording rec-1 (combined) was being downloaded',
		cause: { message: 'cancelled' },
	});
	expect(memory.kept).toEqual([]);
});
