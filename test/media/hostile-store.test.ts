import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { MemoryStore } from './world';
import { Transport } from '../../core/http/transport';
import { MediaError } from '../../core/media/errors';
import { download, type DownloadOptions } from '../../core/media/download';
import type { MediaFile, MediaLink } from '../../core/media/file';

/** Stores and gateways that break HTTP itself, which a server of Node.js could not do: bytes on a socket, by hand. */

const SIZE = 50_000;
/** An Ogg that nothing can be told of but its length, another one for each seed. */
function audio(seed: number): Buffer {
	const bytes = Buffer.from(Array.from({ length: SIZE }, (_, at) => (at * 31 + seed * 17) & 0xff));
	bytes.write('OggS');
	return bytes;
}
const one = audio(1);
const other = audio(2);

const servers: Server[] = [];
const sockets = new Set<Socket>();
const transports: Transport[] = [];
afterEach(async () => {
	await Promise.all(transports.splice(0).map(async (transport) => await transport.close()));
	for (const socket of sockets) socket.destroy();
	sockets.clear();
	for (const server of servers.splice(0)) server.close();
});

/** What a request asked for, and how many there were before it. */
type Answer = (
	socket: Socket,
	asked: { from: number | undefined; path: string },
	count: number,
) => void;

async function listen(answer: Answer): Promise<{ port: number; requests: () => number }> {
	let count = 0;
	const server = createServer((socket) => {
		sockets.add(socket.on('error', () => undefined));
		let text = '';
		socket.on('data', (bytes) => {
			text += bytes.toString('latin1');
			for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
				const head = text.slice(0, end);
				text = text.slice(end + 4);
				const from = /range: bytes=(\d+)-/i.exec(head)?.[1];
				const path = head.split(' ')[1];
				answer(socket, { from: from === undefined ? undefined : Number(from), path }, count++);
			}
		});
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: (server.address() as AddressInfo).port, requests: () => count };
}

const send = (socket: Socket, head: string[], body: Buffer | string = '') => {
	socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
	socket.write(body);
};
const OK = ['HTTP/1.1 200 OK', 'Content-Type: audio/ogg'];
const LENGTH = `Content-Length: ${SIZE}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const cut = (socket: Socket) => void setTimeout(() => socket.destroy(), 20);

interface End {
	bytes?: Buffer;
	error?: MediaError;
	requests: number;
}

/** Downloads from such a server. A failure is always a MediaError, ready to be shown, and leaves nothing behind. */
async function get(
	answer: Answer,
	link: Partial<MediaLink> = {},
	options: Partial<DownloadOptions> = {},
	file: Partial<MediaFile> = {},
): Promise<End> {
	const { port, requests } = await listen(answer);
	const transport = new Transport({ idleTimeoutMs: 400, headersTimeoutMs: 1_000 });
	transports.push(transport);
	const memory = new MemoryStore();
	try {
		await download(
			{
				recordingId: 'r',
				channel: 'c',
				renewable: false,
				link: async () => ({ url: `http://127.0.0.1:${port}/file.ogg`, ...link }),
				...file,
			},
			transport,
			memory.store,
			{
				minimumBytes: 10,
				acceptOtherKind: false,
				retry: { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 2, maxTotalWaitMs: 1_000 },
				...options,
			},
		);
		return { bytes: memory.kept[0].bytes, requests: requests() };
	} catch (error) {
		expect(memory.kept).toEqual([]);
		if (!(error instanceof MediaError)) throw error;
		expect(error.message).toMatch(/recording r \(c\)/i);
		return { error, requests: requests() };
	}
}

describe('what is no HTTP', () => {
	it.each<[string, Answer]>([
		['another service', (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n')],
		['lines without a carriage return', (socket) => void socket.write(`${OK.join('\n')}\n\n`)],
		['chunks of no size', (socket) => send(socket, [...OK, CHUNKED], 'no size\r\n')],
	])('is named, and asked for again: %s', async (_, answer) => {
		const { error, requests } = await get(answer);
		expect(error).toMatchObject({
			reason: 'transfer',
			message:
				'The download of recording r (c) broke off: what came from the host is no proper HTTP',
			description: expect.stringContaining('another service may answer there') as string,
		});
		expect(requests).toBe(4);
	});

	it('is no file: a length and chunks at once', async () => {
		const { error } = await get((socket) => {
			send(socket, [...OK, LENGTH, CHUNKED], 'c350\r\n');
			socket.write(one);
			socket.write('\r\n0\r\n\r\n');
		});
		expect(error?.reason).toBe('transfer');
	});

	it('in the middle of a file costs no more than a cut', async () => {
		const { bytes, requests } = await get((socket, { from }) => {
			if (from !== undefined)
				return send(
					socket,
					[
						'HTTP/1.1 206 Partial Content',
						'ETag: "1"',
						`Content-Range: bytes ${from}-${SIZE - 1}/${SIZE}`,
						`Content-Length: ${SIZE - from}`,
					],
					one.subarray(from),
				);
			send(socket, [...OK, 'ETag: "1"', CHUNKED], '4e20\r\n');
			socket.write(one.subarray(0, 20_000));
			socket.write('\r\nno size\r\n');
		});
		expect(bytes?.equals(one)).toBe(true);
		expect(requests).toBe(2);
	});
});

describe('a file is never joined from two', () => {
	const replaced =
		(tag: string): Answer =>
		(socket, { from }, count) => {
			if (from !== undefined)
				return send(
					socket,
					[
						'HTTP/1.1 206 Partial Content',
						`ETag: ${tag}`,
						`Content-Range: bytes ${from}-${SIZE - 1}/${SIZE}`,
						`Content-Length: ${SIZE - from}`,
					],
					other.subarray(from),
				);
			send(socket, [...OK, `ETag: ${tag}`, LENGTH], count === 0 ? one.subarray(0, 20_000) : other);
			if (count === 0) cut(socket);
		};

	// A store that gives every object the same tag, because it has none to give.
	it.each(['', '""', '-', 'null', 'w/"x"', 'W/""'])('by a tag that is none: %j', async (tag) => {
		expect((await get(replaced(tag))).error?.reason).toBe('changed');
	});

	it('without a length, nor anything else to tell them by', async () => {
		const answer: Answer = (socket, _, count) => {
			send(socket, ['HTTP/1.0 200 OK', 'Content-Type: audio/ogg']);
			socket.end(count === 0 ? one.subarray(0, 20_000) : other);
		};
		expect((await get(answer, { sizeBytes: SIZE })).error?.reason).toBe('changed');
	});
});

describe('a part that is called the whole', () => {
	const part = [
		'HTTP/1.1 200 OK',
		'Content-Type: audio/ogg',
		`Content-Range: bytes 0-19999/${SIZE}`,
	];

	it('is not taken for it', async () => {
		const { error } = await get((socket) =>
			send(socket, [...part, 'Content-Length: 20000'], one.subarray(0, 20_000)),
		);
		expect(error).toMatchObject({
			reason: 'incomplete',
			message: `20000 bytes of recording r (c) came, ${SIZE} were promised`,
		});
	});

	it('is waited out where a cache has it once', async () => {
		const { bytes } = await get((socket, _, count) =>
			count === 0
				? send(socket, [...part, 'Content-Length: 20000'], one.subarray(0, 20_000))
				: send(socket, [...OK, LENGTH], one),
		);
		expect(bytes?.equals(one)).toBe(true);
	});

	it('does not mean that the file has changed, where it is the rest', async () => {
		const { bytes, requests } = await get((socket, { from }, count) => {
			if (from !== undefined)
				return send(
					socket,
					[
						...OK,
						'ETag: "1"',
						`Content-Range: bytes ${from}-${SIZE - 1}/${SIZE}`,
						`Content-Length: ${SIZE - from}`,
					],
					one.subarray(from),
				);
			send(socket, [...OK, 'ETag: "1"', LENGTH], count === 0 ? one.subarray(0, 20_000) : one);
			if (count === 0) cut(socket);
		});
		expect(bytes?.equals(one)).toBe(true);
		expect(requests).toBe(3);
	});
});

describe('an answer without end', () => {
	const drip = (socket: Socket, head: string[]) => {
		send(socket, [...head, CHUNKED]);
		const timer = setInterval(() => socket.write('1\r\nx\r\n'), 100);
		socket.on('close', () => clearInterval(timer));
	};

	it.each<[string, string[], Partial<MediaLink>, string, string]>([
		['a refusal', ['HTTP/1.1 403 Forbidden'], {}, 'refused', '(HTTP 403)'],
		[
			'a page in place of the file',
			['HTTP/1.1 200 OK', 'Content-Type: text/html'],
			{ sizeBytes: SIZE },
			'notMedia',
			'The file was not stored.',
		],
	])(
		'that never stands still is given up: %s',
		async (_, head, link, reason, says) => {
			const started = Date.now();
			const { error } = await get((socket) => drip(socket, head), link);
			expect(error).toMatchObject({ reason, description: expect.stringContaining(says) as string });
			expect(Date.now() - started).toBeLessThan(9_000);
		},
		15_000,
	);

	it('is not read further than the store can take', async () => {
		let sent = 0;
		const { error } = await get(
			(socket) => {
				send(socket, [...OK, CHUNKED], '4\r\nOggS\r\n');
				const chunk = Buffer.concat([
					Buffer.from('10000\r\n'),
					Buffer.alloc(65_536),
					Buffer.from('\r\n'),
				]);
				const more = () => {
					do sent += chunk.length;
					while (!socket.destroyed && socket.write(chunk));
				};
				socket.on('drain', more);
				more();
			},
			{},
			{ mostBytes: 3 * 1024 * 1024 },
		);
		expect(error).toMatchObject({
			reason: 'store',
			scope: 'item',
			message: "Recording r (c) has more; n8n's database takes 3 MiB at most",
		});
		expect(sent).toBeLessThan(50 * 1024 * 1024);
	}, 15_000);
});

it('names the host that failed, where that is behind a redirect', async () => {
	const closed = await listen(() => undefined);
	await new Promise((resolve) => servers.pop()!.close(resolve));
	const { error } = await get((socket) =>
		send(socket, [
			'HTTP/1.1 302 Found',
			`Location: http://user:word@127.0.0.1:${closed.port}/x?sig=SECRETSECRET`,
			'Content-Length: 0',
		]),
	);
	expect(error?.description).toMatch(new RegExp(`\\(Host: 127\\.0\\.0\\.1:${closed.port}\\)$`));
	expect(error?.description).not.toMatch(/SECRET|user|word@/);
});

it.each([
	['file:///etc/passwd', "'file://' addresses are not supported"],
	['javascript:alert(1)', "'javascript://' addresses are not supported"],
	['http://media.example.com/x?sig=SECRETSECRET', "'http://media.example.com' is not encrypted"],
	['http://', 'pointed to an address that cannot be read'],
])('names the file whose link leads to %s, and asks nobody', async (location, says) => {
	const redirect: Answer = (socket) =>
		send(socket, ['HTTP/1.1 302 Found', `Location: ${location}`, 'Content-Length: 0']);
	const { error, requests } = await get(redirect);
	expect(error).toMatchObject({ reason: 'unreachable', scope: 'item' });
	expect(error?.message).toMatch(/^Recording r \(c\) was not asked for: /);
	expect(error?.message).toContain(says);
	expect(`${error?.message} ${error?.description}`).not.toContain('SECRET');
	expect(requests).toBe(1);
});

it('does not show bytes as words', async () => {
	const { error } = await get((socket) =>
		send(
			socket,
			['HTTP/1.1 206 Partial Content', `Content-Range: bytes 0-${SIZE - 1}/${SIZE}`, LENGTH],
			one,
		),
	);
	expect(error).toMatchObject({
		reason: 'notMedia',
		description: 'Nothing was stored. (HTTP 206)',
	});
});

describe('what may be odd and does no harm', () => {
	it.each<[string, Answer]>([
		[
			'bytes behind the end',
			(socket) => send(socket, [...OK, LENGTH], Buffer.concat([one, other])),
		],
		[
			'HTTP/1.0 without a length, where the size is promised',
			(socket, _, count) => {
				send(socket, ['HTTP/1.0 200 OK']);
				socket.end(count === 0 ? one.subarray(0, 20_000) : one);
			},
		],
		[
			'hints before the answer',
			(socket) => {
				socket.write('HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n');
				send(socket, [...OK, LENGTH], one);
			},
		],
		[
			'an encoding that is none',
			(socket) => send(socket, [...OK, 'Content-Encoding: Identity, identity', LENGTH], one),
		],
		['an empty encoding', (socket) => send(socket, [...OK, 'Content-Encoding:', LENGTH], one)],
		[
			'a connection that is kept, and gone when it is used again',
			(socket, _, count) =>
				count === 0
					? send(socket, ['HTTP/1.1 503 Busy', 'Content-Length: 0', 'Connection: keep-alive'])
					: count === 1
						? void socket.destroy()
						: send(socket, [...OK, LENGTH], one),
		],
		[
			'a redirect to another link each time, and a cut',
			(socket, { path, from }, count) => {
				if (path === '/file.ogg')
					return send(socket, [
						'HTTP/1.1 302 Found',
						`Location: /at-${count}.ogg`,
						'Content-Length: 0',
					]);
				if (from === undefined) {
					send(socket, [...OK, 'ETag: "1"', LENGTH], one.subarray(0, 20_000));
					return cut(socket);
				}
				const range = `Content-Range: bytes ${from}-${SIZE - 1}/${SIZE}`;
				const head = ['HTTP/1.1 206 Partial Content', 'ETag: "1"', range];
				return send(socket, [...head, `Content-Length: ${SIZE - from}`], one.subarray(from));
			},
		],
	])('%s', async (_, answer) => {
		expect((await get(answer, { sizeBytes: SIZE })).bytes?.equals(one)).toBe(true);
	});
});
