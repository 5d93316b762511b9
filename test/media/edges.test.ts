import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { VirtualClock } from './virtual-clock';
import { MemoryStore, sha256, World } from './world';
import { download, type DownloadOptions, type MediaJob } from '../../core/media/download';

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

async function serve(handler: RequestListener): Promise<MediaJob> {
	const url = `http://${await listening(createHttp(handler))}/file.mp4`;
	return { recordingId: 'edge', channel: 'combined', renewable: false, link: async () => ({ url }) };
}

const get = async (job: MediaJob, memory = new MemoryStore(), more: Partial<DownloadOptions> = {}) =>
	await download(job, world.transport, memory.store, { ...options, ...more });

it('follows a redirect to another origin without the password', async () => {
	const { media, faults, requests } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const { job } = world.gir(source);
	faults.add({ server: 'genesys', effect: { kind: 'redirect', location: media.signedUrl(objectKey) } });
	const memory = new MemoryStore();
	await get(job, memory);
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
	const job = await serve((_, response) => response.writeHead(302, { Location: url }).end());
	faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 30_000 } });
	const memory = new MemoryStore();
	const { attempts } = await get(job, memory);
	expect(sha256(memory.kept[0].bytes)).toBe(media.source(objectKey).sha256);
	expect(attempts).toBe(2);
	expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=30000-']);
});

it('does not follow redirects without end', async () => {
	const job = await serve((request, response) => response.writeHead(302, { Location: request.url }).end());
	await expect(get(job)).rejects.toMatchObject({ reason: 'notMedia', status: 302 });
});

it('does not go on with a server that does not speak TLS', async () => {
	const { job } = world.signed(source, 'mp4');
	const plain = (await job.link()).url;
	const attempts: string[] = [];
	const secure: MediaJob = { ...job, link: async () => ({ url: attempts[attempts.push(plain.replace('http:', 'https:')) - 1] }) };
	await expect(get(secure)).rejects.toMatchObject({ reason: 'unreachable' });
	expect(attempts).toHaveLength(1);
});

it('does not trust a certificate that nobody vouches for', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'tls-'));
	try {
		execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
	} catch {
		process.stdout.write('edges: no openssl on this machine, so no certificate was tried\n');
		rmSync(folder, { recursive: true });
		return;
	}
	const server = createHttps({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }, (_, response) => {
		response.end(Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5_000)]));
	});
	rmSync(folder, { recursive: true });
	const url = `https://${await listening(server)}/file.mp3`;
	const job = (allowUnauthorizedCerts: boolean): MediaJob => ({ recordingId: 'tls', channel: 'x', renewable: false, link: async () => ({ url, allowUnauthorizedCerts }) });
	await expect(get(job(false))).rejects.toMatchObject({ reason: 'unreachable', message: expect.stringContaining('certificate') as string });
	expect(await get(job(true))).toMatchObject({ kind: 'MP3', sizeBytes: 5_003 });
});

it('does not take a body that could end anywhere', async () => {
	const job = await serve((_, response) => {
		response.useChunkedEncodingByDefault = false;
		response.writeHead(200, { 'Content-Type': 'audio/mpeg', Connection: 'close' });
		response.end(Buffer.concat([Buffer.from('ID3'), Buffer.alloc(5_000)]));
	});
	await expect(get(job)).rejects.toMatchObject({ reason: 'notMedia', message: 'The media store did not tell how long recording edge (combined) is' });
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
		response.writeHead(206, { ETag: '"one"', 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
		response.end(bytes.subarray(start));
	});
	const memory = new MemoryStore();
	const file = await get(server, memory);
	expect(memory.kept[0].bytes.equals(bytes)).toBe(true);
	expect(file.attempts).toBe(2);
});

it('does not go on with a part that does not tell which version it is of', async () => {
	const { objectKey } = world.signed(source, 'mp4');
	const bytes = world.simulator.media.source(objectKey).bytes();
	const ranges: Array<string | undefined> = [];
	const job = await serve((request, response) => {
		ranges.push(request.headers.range);
		if (request.headers.range !== undefined) {
			response.writeHead(206, { 'Content-Range': `bytes 20000-${bytes.length - 1}/${bytes.length}` });
			response.end(Buffer.alloc(bytes.length - 20_000));
			return;
		}
		response.writeHead(200, { ETag: '"one"', 'Content-Type': 'video/mp4', 'Content-Length': bytes.length });
		if (ranges.length === 1) response.write(bytes.subarray(0, 20_000), () => response.destroy());
		else response.end(bytes);
	});
	const memory = new MemoryStore();
	await get(job, memory);
	expect(memory.kept[0].bytes.equals(bytes)).toBe(true);
	expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
});

it('keeps a file with a wrong header where the platform itself gives that size, and says so', async () => {
	const { media } = world.simulator;
	const { objectKey } = world.signed(source, 'mp4');
	const bytes = media.source(objectKey).bytes(0, 40_000);
	const { job } = world.signed({ bytes, extension: 'mp4' }, 'mp4');
	const file = await get(job);
	expect(file).toMatchObject({ sizeBytes: 40_000, note: 'The file ends 10000 bytes before its own MP4 header says; the platform holds it like that' });
});

it('names the file when it is cancelled while it waits', async () => {
	const { job } = world.signed(source, 'mp4');
	world.simulator.faults.add({ server: 'media', effect: { kind: 'stall', afterBytes: 20_000 }, times: 9 });
	const controller = new AbortController();
	const memory = new MemoryStore();
	setTimeout(() => controller.abort(new Error('cancelled')), 30);
	await expect(get(job, memory, { signal: controller.signal })).rejects.toMatchObject({
		reason: 'cancelled',
		message: 'The execution was cancelled while recording rec-1 (combined) was being downloaded',
		cause: { message: 'cancelled' },
	});
	expect(memory.kept).toEqual([]);
});
