import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { MemoryStore, sha256 } from './world';
import { Transport } from '../../core/http/transport';
import { download, type Delivered } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { MediaError } from '../../core/media/errors';

/** A server as people really have it in front of their files. */
interface RealServer {
	name: string;
	/** Where it listens. */
	port: number;
	/** Path and query of a link that is valid for so many seconds. */
	link: (file: string, seconds: number) => string;
	put: (file: string, bytes: Buffer) => Promise<void>;
	stop: () => Promise<void>;
}

const SIZE = 6_000_000;
const NGINX = [
	'/usr/sbin/nginx',
	'/usr/local/sbin/nginx',
	'/usr/local/bin/nginx',
	'/opt/homebrew/bin/nginx',
].find((path) => existsSync(path));
/** The folder of an installed `s3rver`, an S3-compatible server from the npm registry. */
const S3_SERVER = process.env.S3RVER_DIR;

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** An MP4 of one box, filled with noise. */
function movie(): Buffer {
	const bytes = randomBytes(SIZE);
	bytes.writeUInt32BE(24, 0);
	bytes.write('ftypisom', 4);
	bytes.writeUInt32BE(SIZE - 24, 24);
	bytes.write('mdat', 28);
	return bytes;
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function untilListening(port: number): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		const open = await new Promise<boolean>((resolve) => {
			const socket = connect(port, '127.0.0.1', () => {
				socket.destroy();
				resolve(true);
			});
			socket.on('error', () => resolve(false));
		});
		if (open) return;
		await sleep(25);
	}
	throw new Error(`nothing listens on port ${port}`);
}

async function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	await new Promise((resolve) => {
		child.once('exit', resolve);
		child.kill('SIGTERM');
	});
}

/** nginx with `secure_link`: a wrong signature is 403, an old one 410. */
async function startNginx(binary: string): Promise<RealServer> {
	const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
	const port = await freePort();
	const secret = randomBytes(9).toString('hex');
	await mkdir(join(folder, 'files'));
	const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
		(name) => `${name}_temp_path ${folder}/${name};`,
	);
	await writeFile(
		join(folder, 'nginx.conf'),
		`daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; ${paths.join(' ')}
  types { video/mp4 mp4; }
  server {
    listen 127.0.0.1:${port};
    location / {
      root ${folder}/files;
      secure_link $arg_md5,$arg_expires;
      secure_link_md5 "$secure_link_expires$uri ${secret}";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return 410; }
    }
  }
}`,
	);
	const child = spawn(
		binary,
		['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
		{ stdio: 'ignore' },
	);
	await untilListening(port);
	let changes = 0;
	return {
		name: 'nginx',
		port,
		link: (file, seconds) => {
			const expires = nowSeconds() + seconds;
			const md5 = createHash('md5').update(`${expires}/${file} ${secret}`).digest('base64url');
			return `/${file}?md5=${md5}&expires=${expires}`;
		},
		put: async (file, bytes) => {
			await writeFile(join(folder, 'files', file), bytes);
			const time = nowSeconds() - 1000 + ++changes;
			await utimes(join(folder, 'files', file), time, time);
		},
		stop: async () => {
			await ended(child);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** s3rver with signed links of the older S3 form. */
async function startS3(installed: string): Promise<RealServer> {
	const folder = await mkdtemp(join(tmpdir(), 's3-'));
	const port = await freePort();
	const program = join(installed, 'node_modules', 's3rver', 'bin', 's3rver.js');
	const child = spawn(
		process.execPath,
		[
			program,
			'-a',
			'127.0.0.1',
			'-p',
			String(port),
			'-d',
			folder,
			'--configure-bucket',
			'media',
			'--silent',
		],
		{ stdio: 'ignore' },
	);
	await untilListening(port);
	const signed = (method: string, file: string, seconds: number) => {
		const expires = nowSeconds() + seconds;
		const signature = createHmac('sha1', 'S3RVER')
			.update(`${method}\n\n\n${expires}\n/media/${file}`)
			.digest('base64');
		return `/media/${file}?AWSAccessKeyId=S3RVER&Expires=${expires}&Signature=${encodeURIComponent(signature)}`;
	};
	return {
		name: 'an S3-compatible server',
		port,
		link: (file, seconds) => signed('GET', file, seconds),
		put: async (file, bytes) => {
			const reply = await fetch(`http://127.0.0.1:${port}${signed('PUT', file, 60)}`, {
				method: 'PUT',
				body: new Uint8Array(bytes),
			});
			if (!reply.ok) throw new Error(`PUT answered ${reply.status}: ${await reply.text()}`);
		},
		stop: async () => {
			await ended(child);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** Passes bytes on to a server, and cuts the connection after the given numbers of bytes, one for each connection. */
class CuttingProxy {
	private readonly sockets = new Set<Socket>();

	private constructor(private readonly server: Server) {}

	static async start(
		target: number,
		cuts: number[],
		onCut: () => Promise<void>,
	): Promise<CuttingProxy> {
		const server = createServer((client) => {
			const upstream = connect(target, '127.0.0.1');
			let left = cuts.shift() ?? Infinity;
			proxy.sockets.add(client).add(upstream);
			for (const socket of [client, upstream]) {
				socket.on('error', () => undefined);
				socket.on('close', () => {
					client.destroy();
					upstream.destroy();
				});
			}
			client.pipe(upstream);
			upstream.on('data', (bytes) => {
				if (left <= 0) return;
				client.write(bytes.subarray(0, left));
				left -= bytes.length;
				if (left > 0) return;
				void onCut().then(() => client.destroy());
			});
		});
		const proxy = new CuttingProxy(server);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return proxy;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

async function fetchThrough(
	server: RealServer,
	cuts: number[],
	linkSeconds: number[],
	onCut: () => Promise<void> = async () => undefined,
): Promise<{ file: Delivered<number>; bytes: Buffer; links: number }> {
	const proxy = await CuttingProxy.start(server.port, cuts, onCut);
	const transport = new Transport({ idleTimeoutMs: 5_000 });
	let links = 0;
	const mediaFile: MediaFile = {
		recordingId: 'real',
		channel: 'combined',
		renewable: true,
		link: async () => {
			links++;
			return { url: `${proxy.url}${server.link('call.mp4', linkSeconds.shift() ?? 60)}` };
		},
	};
	const memory = new MemoryStore();
	try {
		const retry = { maxAttempts: 4, baseDelayMs: 0, maxDelayMs: 0, maxTotalWaitMs: 10_000 };
		const file = await download(mediaFile, transport, memory.store, {
			minimumBytes: 1024,
			acceptOtherKind: false,
			retry,
		});
		return { file, bytes: memory.kept[0].bytes, links };
	} finally {
		await transport.close();
		await proxy.stop();
	}
}

const candidates: Array<{ name: string; start?: () => Promise<RealServer>; missing: string }> = [
	{
		name: 'nginx',
		start: NGINX === undefined ? undefined : async () => await startNginx(NGINX),
		missing: 'nginx is not installed on this machine',
	},
	{
		name: 'S3',
		start: S3_SERVER === undefined ? undefined : async () => await startS3(S3_SERVER),
		missing: 'S3RVER_DIR does not name a folder with an installed s3rver',
	},
];

for (const { name, start, missing } of candidates) {
	if (start === undefined) {
		it(`${name}: not run, because ${missing}`, () => {
			process.stdout.write(`real servers: ${name} was not tried, because ${missing}\n`);
			expect(start).toBeUndefined();
		});
		continue;
	}
	describe(`against a real ${name}`, () => {
		let server: RealServer;
		let source: Buffer;

		beforeAll(async () => {
			server = await start();
		});
		afterAll(async () => {
			await server.stop();
		});
		beforeEach(async () => {
			source = movie();
			await server.put('call.mp4', source);
		});

		it('downloads a file', async () => {
			const { file, bytes, links } = await fetchThrough(server, [], []);
			expect(sha256(bytes)).toBe(sha256(source));
			expect(file).toMatchObject({ sizeBytes: SIZE, attempts: 1, kind: 'MP4' });
			expect(links).toBe(1);
		});

		it('goes on after cuts, with ranges', async () => {
			const { file, bytes, links } = await fetchThrough(server, [2_000_000, 1_500_000], []);
			expect(sha256(bytes)).toBe(sha256(source));
			expect(file.attempts).toBe(3);
			expect(links).toBe(1);
		});

		it('takes a fresh link when one is too old', async () => {
			const { file, bytes, links } = await fetchThrough(server, [], [-5, 60]);
			expect(sha256(bytes)).toBe(sha256(source));
			expect(file.attempts).toBe(2);
			expect(links).toBe(2);
		});

		it('gives up when fresh links are refused as well', async () => {
			await expect(fetchThrough(server, [], [-5, -5])).rejects.toMatchObject({
				status: expect.any(Number) as number,
			});
		});

		it('takes a fresh link when one ends in the middle, and goes on from there', async () => {
			const { file, bytes, links } = await fetchThrough(
				server,
				[3_000_000],
				[1, 60],
				async () => await sleep(2_100),
			);
			expect(sha256(bytes)).toBe(sha256(source));
			expect(file.attempts).toBe(3);
			expect(links).toBe(2);
		});

		it('never joins two objects', async () => {
			const changed = fetchThrough(
				server,
				[3_000_000],
				[],
				async () => await server.put('call.mp4', movie()),
			);
			await expect(changed).rejects.toBeInstanceOf(MediaError);
			await expect(changed).rejects.toMatchObject({ reason: 'changed' });
		});
	});
}
