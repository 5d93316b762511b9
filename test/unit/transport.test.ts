import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type LookupFunction } from 'node:net';
import { lookup } from 'node:dns';
import { Readable } from 'node:stream';

import type { NodeEgressFilter } from 'n8n-workflow';

import { NetworkFailure } from '../../core/http/network-failure';
import { assertWithin, lookupWithin, Reach, reachOf } from '../../core/http/reach';
import { asNetworkFailure, readText, Transport } from '../../core/http/transport';
import { ownCertificate } from '../certificate';

const servers: Server[] = [];
const transports: Transport[] = [];

afterEach(async () => {
	for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'])
		for (const one of [name, name.toUpperCase()]) delete process.env[one];
	await Promise.all(transports.splice(0).map(async (transport) => await transport.close()));
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

/** A server on loopback; gives its origin. */
async function serve(
	handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
	const server = createServer(handler);
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(options: ConstructorParameters<typeof Transport>[0] = {}): Transport {
	const transport = new Transport(options);
	transports.push(transport);
	return transport;
}

/** The rules of an n8n that allows only what `allowed` says. */
function egress(allowed: (url: string) => boolean): NodeEgressFilter {
	const verdict = (ok: boolean) =>
		ok ? { ok: true, result: undefined } : { ok: false, error: new Error('blocked') };
	return {
		validateUrl: async (url: string | URL) => verdict(allowed(String(url))),
		validateConnectionHost: (host: string) => verdict(allowed(host)),
		createSecureLookup: () => lookup,
		validateRedirectSync: () => undefined,
	} as unknown as NodeEgressFilter;
}

it('sends a GET with a JSON body', async () => {
	const seen: Array<[string | undefined, string | undefined, string]> = [];
	const origin = await serve((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			seen.push([request.method, request.headers['content-type'], body]);
			response.end('{"ok":true}');
		});
	});
	expect((await open().json({ url: `${origin}/search`, json: { page: 1 } })).body).toEqual({
		ok: true,
	});
	expect(seen).toEqual([['GET', 'application/json', '{"page":1}']]);
});

it('sends nothing that it was not told to, and asks for bytes as they are', async () => {
	const seen: IncomingMessage['headers'][] = [];
	const origin = await serve((request, response) => {
		seen.push(request.headers);
		response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('text');
	});
	const transport = open();
	const { headers, ownChunks, body } = await transport.stream({ url: origin });
	expect(await readText(body, 100, 'host')).toBe('text');
	expect(headers['set-cookie']).toBe('a=1, b=2');
	expect(ownChunks).toBe(true);
	expect(seen[0]).toEqual({
		host: new URL(origin).host,
		connection: 'keep-alive',
		'accept-encoding': 'identity',
	});
});

it('goes on with a connection that there is', async () => {
	const origin = await serve((_request, response) => response.end('{}'));
	let connections = 0;
	servers[0].on('connection', () => connections++);
	const transport = open();
	for (let n = 0; n < 6; n++) await transport.json({ url: origin });
	expect(connections).toBeLessThan(4);
});

it('ends what is under way when it is closed', async () => {
	const origin = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': '100' });
		response.write('half');
	});
	const transport = open();
	const { body } = await transport.stream({ url: origin });
	const reading = readText(body, 1_000, 'host');
	await transport.close();
	await expect(reading).rejects.toThrow();
});

it('survives a body that breaks while nobody reads it', async () => {
	const origin = await serve((_request, response) => response.end('text'));
	const { body } = await open().stream({ url: origin });
	expect(body.listenerCount('error')).toBeGreaterThan(0);
	body.destroy(new Error('nobody listens'));
	await new Promise((resolve) => setImmediate(resolve));
});

describe('a body as text', () => {
	it('is read no further than told to', async () => {
		let read = 0;
		const chunks = async function* () {
			for (; ; read++) yield Buffer.from('abc');
		};
		expect(await readText(Readable.from(chunks()), 6, 'host')).toBe('abcabc');
		expect(read).toBeLessThan(20);
		expect(await readText(Readable.from([Buffer.from('äb')]), 2, 'host')).toBe('ä');
	});

	it('that drips is given up, and one that ends in time is not', async () => {
		const drips = (bytes: number) => {
			const body = new Readable({ read: () => undefined });
			let left = bytes;
			const timer = setInterval(() => body.push(left-- > 0 ? 'x' : null), 10);
			body.on('close', () => clearInterval(timer));
			return body;
		};
		await expect(readText(drips(1_000), 5_000, 'host', '', 100)).rejects.toMatchObject({
			code: 'UND_ERR_BODY_TIMEOUT',
			host: 'host',
		});
		expect(await readText(drips(3), 5_000, 'host', '', 1_000)).toBe('xxx');
	});

	it('that breaks off is a failure of the network, any other error its own', async () => {
		const broken = (error: Error) =>
			new Readable({
				read: function (this: Readable) {
					this.destroy(error);
				} as () => void,
			});
		const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
		await expect(readText(broken(reset), 10, 'a.example.com')).rejects.toMatchObject({
			code: 'ECONNRESET',
			host: 'a.example.com',
		});
		await expect(readText(broken(new Error('other')), 10, 'host')).rejects.toThrow('other');
		const known = new NetworkFailure('EPIPE', 'first');
		expect(asNetworkFailure(known, 'second')).toBe(known);
		expect(asNetworkFailure(new Error('other'), 'host')).toBeUndefined();
	});
});

it.each([
	[200, false],
	[299, false],
	[300, true],
	[399, true],
	[400, false],
])('with an address elsewhere, status %i leads there: %p', async (status, followed) => {
	const asked: Array<string | undefined> = [];
	const origin = await serve((request, response) => {
		asked.push(request.url);
		if (request.url === '/') response.writeHead(status, { location: '/other' }).end();
		else response.end('other');
	});
	const reply = await open().stream({ url: origin, maxRedirects: 3 });
	expect(reply.status).toBe(followed ? 200 : status);
	expect(asked).toEqual(followed ? ['/', '/other'] : ['/']);
});

it('hands back a redirect that leads nowhere, and refuses one that cannot be read', async () => {
	const origin = await serve((request, response) =>
		request.url === '/'
			? response.writeHead(304).end()
			: response.writeHead(302, { location: 'http://[' }).end(),
	);
	expect(await open().stream({ url: origin, maxRedirects: 3 })).toMatchObject({ status: 304 });
	await expect(open().stream({ url: `${origin}/x`, maxRedirects: 3 })).rejects.toMatchObject({
		message: expect.stringContaining(`${new URL(origin).host} pointed to an address`) as string,
		description: expect.stringContaining('proxy') as string,
	});
});

it('does not follow redirects unless told to', async () => {
	const origin = await serve((_request, response) =>
		response.writeHead(302, { location: '/elsewhere' }).end(),
	);
	expect(await open().json({ url: origin })).toMatchObject({
		status: 302,
		headers: { location: '/elsewhere' },
	});
});

it('leaves the sign-in behind when a redirect leads to another origin', async () => {
	const seen: IncomingMessage['headers'][] = [];
	const other = await serve((request, response) => {
		seen.push(request.headers);
		response.end('media');
	});
	const origin = await serve((request, response) => {
		seen.push(request.headers);
		if (request.url === '/start') response.writeHead(302, { location: '/same' }).end();
		else response.writeHead(307, { location: `${other}/file.wav` }).end();
	});
	const reply = await open().stream({
		url: `${origin}/start`,
		headers: {
			Authorization: 'Basic abc',
			Cookie: 'a=b',
			'Proxy-Authorization': 'Basic abc',
			accept: '*/*',
		},
		maxRedirects: 3,
	});
	expect(await readText(reply.body, 100, 'host')).toBe('media');
	expect(reply.url).toBe(`${other}/file.wav`);
	expect(
		seen.map((headers) => [
			headers.authorization,
			headers.cookie,
			headers['proxy-authorization'],
			headers.accept,
		]),
	).toEqual([
		['Basic abc', 'a=b', 'Basic abc', '*/*'],
		['Basic abc', 'a=b', 'Basic abc', '*/*'],
		[undefined, undefined, undefined, '*/*'],
	]);
});

it('follows no more redirects than told to', async () => {
	let asked = 0;
	const origin = await serve((_request, response) => {
		asked++;
		response.writeHead(302, { location: '/again' }).end();
	});
	expect(await open().stream({ url: origin, maxRedirects: 2 })).toMatchObject({ status: 302 });
	expect(asked).toBe(3);
});

it("asks n8n's rules for outgoing connections before each request, redirects included", async () => {
	let reached = 0;
	const internal = await serve((_request, response) => {
		reached++;
		response.end('secret');
	});
	const origin = await serve((_request, response) =>
		response.writeHead(302, { location: internal }).end(),
	);
	const rules = egress((url) => !url.startsWith(internal));
	await expect(open({ egress: rules }).stream({ url: internal })).rejects.toMatchObject({
		code: 'EGRESS_BLOCKED',
		retryable: false,
	});
	await expect(open({ egress: rules }).stream({ url: origin, maxRedirects: 3 })).rejects.toThrow(
		'do not allow that host',
	);
	expect(reached).toBe(0);
});

it('resolves host names by the lookup that n8n gives', async () => {
	const origin = await serve((_request, response) => response.end('here'));
	const names: string[] = [];
	const rules: NodeEgressFilter = {
		...egress(() => true),
		createSecureLookup: () =>
			((name: string, options: object, done: (...args: unknown[]) => void) => {
				names.push(name);
				lookup('127.0.0.1', options, done as never);
			}) as never,
	};
	const { port } = new URL(origin);
	expect(
		await open({ egress: rules }).json({
			url: `http://media.example.com:${port}/`,
			allowInsecureHttp: true,
		}),
	).toMatchObject({ body: 'here' });
	expect(names).toEqual(['media.example.com']);
});

it('goes through the proxy of the environment', async () => {
	const asked: Array<string | undefined> = [];
	const target = await serve((_request, response) => response.end('behind the proxy'));
	const proxy = await serve((request, response) => {
		asked.push(request.url);
		response.writeHead(400).end();
	});
	servers[1].on('connect', (request, socket) => {
		asked.push(request.url);
		const onward = connect(Number(new URL(target).port), '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			onward.pipe(socket).pipe(onward);
		});
	});
	process.env.http_proxy = proxy;
	const reply = await open().json({
		url: 'http://recordings.example.com/x',
		allowInsecureHttp: true,
	});
	expect(asked[0]).toMatch(/recordings\.example\.com/);
	expect(reply.body).toBe('behind the proxy');
	process.env.no_proxy = '127.0.0.1';
	expect(await open().json({ url: target })).toMatchObject({ body: 'behind the proxy' });
	expect(asked).toHaveLength(1);
});

it.each(['all_proxy', 'ALL_PROXY'])(
	'goes through the proxy of %s, unless one is named for the scheme',
	async (name) => {
		const asked: string[] = [];
		const proxy = (label: string) => async () =>
			await serve((_request, response) => response.writeHead(400).end()).then((origin) => {
				servers.at(-1)!.on('connect', (request, socket) => {
					asked.push(`${label} ${request.url}`);
					socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
				});
				return origin;
			});
		process.env[name] = await proxy('all')();
		await expect(
			open().json({ url: 'http://recordings.example.com/x', allowInsecureHttp: true }),
		).rejects.toThrow();
		await expect(open().json({ url: 'https://recordings.example.com/x' })).rejects.toThrow();
		process.env.https_proxy = await proxy('https')();
		await expect(open().json({ url: 'https://recordings.example.com/x' })).rejects.toThrow();
		expect(asked).toEqual([
			'all recordings.example.com:80',
			'all recordings.example.com:443',
			'https recordings.example.com:443',
		]);
		process.env.HTTP_PROXY = await proxy('HTTP')();
		await expect(
			open().json({ url: 'http://recordings.example.com/x', allowInsecureHttp: true }),
		).rejects.toThrow();
		expect(asked.at(-1)).toBe('HTTP recordings.example.com:80');
		delete process.env.HTTP_PROXY;
		process.env[name] = 'socks5://127.0.0.1:9';
		delete process.env.https_proxy;
		const direct = await serve((_request, response) => response.end('direct'));
		expect(await open().json({ url: direct })).toMatchObject({ body: 'direct' });
	},
);

it('gives up on a JSON answer that drips in for ever', async () => {
	const drips = await serve((_request, response) => {
		response.writeHead(200);
		const dripping = setInterval(() => response.write(' '), 10);
		response.on('close', () => clearInterval(dripping));
	});
	const startMs = performance.now();
	await expect(
		open({ jsonDeadlineMs: 150, idleTimeoutMs: 2_000 }).json({ url: drips }),
	).rejects.toMatchObject({ what: 'the transfer stood still' });
	expect(performance.now() - startMs).toBeGreaterThan(140);
}, 5_000);

it('does not follow a redirect from https to http, and says what it was', async () => {
	let reached = 0;
	const plain = await serve((_request, response) => {
		reached++;
		response.end('in clear');
	});
	const server = createTlsServer(ownCertificate(), (request, response) =>
		request.url === '/'
			? response.writeHead(302, { location: plain }).end()
			: request.url === '/moved'
				? response.writeHead(302, { location: '/there' }).end()
				: response.end('encrypted'),
	);
	servers.push(server as unknown as Server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const request = {
		url: `https://${host}/`,
		maxRedirects: 3,
		allowUnauthorizedCerts: true,
		allowInsecureHttp: true,
	};
	const transport = open();
	await expect(transport.stream(request)).rejects.toMatchObject({
		code: 'INSECURE_REDIRECT',
		host,
		retryable: false,
		what: 'the host redirected from https:// to an address that is not encrypted',
	});
	expect(reached).toBe(0);
	// A redirect that stays encrypted is followed; and only who accepts such a certificate goes where there is one.
	const moved = { ...request, url: `https://${host}/moved` };
	expect(await transport.json(moved)).toMatchObject({ body: 'encrypted' });
	await expect(transport.json({ ...moved, allowUnauthorizedCerts: false })).rejects.toMatchObject({
		what: "the host's TLS certificate is not trusted",
	});
});

describe('an address that a service gave out', () => {
	/** Looks names up in this table; the answers of a name come in turn, the last one for ever. */
	const names = (table: Record<string, string[]>): NodeEgressFilter => ({
		...egress(() => true),
		createSecureLookup: () =>
			((name: string, options: { all?: boolean }, done: (...args: unknown[]) => void) => {
				const answers = table[name] ?? [];
				const address = answers.length > 1 ? answers.shift()! : answers[0];
				if (address === undefined)
					return done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
				const family = address.includes(':') ? 6 : 4;
				return options.all ? done(null, [{ address, family }]) : done(null, address, family);
			}) as never,
	});
	let origin: string;
	let reached: number;
	beforeEach(async () => {
		reached = 0;
		origin = await serve((request, response) => {
			reached++;
			const to = new URL(request.url!, 'http://x').searchParams.get('to');
			if (to === null) response.end('secret of the inside');
			else response.writeHead(302, { location: to }).end();
		});
	});
	const PUBLIC = { 'api.example.com': ['203.0.113.7'], 'api6.example.com': ['2001:db8:1::7'] };

	it.each([
		'127.0.0.1',
		'127.1.2.3',
		'2130706433',
		'0x7f.1',
		'0177.0.0.1',
		'127.0.0.1.',
		'0.0.0.0',
		'localhost',
		'localhost.',
		'a.LocalHost',
		'10.1.2.3',
		'172.16.0.1',
		'172.31.255.255',
		'192.168.1.1',
		'169.254.169.254',
		'100.64.0.1',
		'198.18.0.1',
		'224.0.0.1',
		'255.255.255.255',
		'[::1]',
		'[::]',
		'[::ffff:127.0.0.1]',
		'[::ffff:10.0.0.1]',
		'[::127.0.0.1]',
		'[64:ff9b::10.0.0.1]',
		'[2002:7f00:1::]',
		'[fe80::1]',
		'[fc00::1]',
		'[fd12::1]',
		'[fec0::1]',
		'[2002:a00:1:1:1:1:1:1]',
		'private.example.com',
		'mixed.example.com',
		'private6.example.com',
		'zoned.example.com',
	])('is not used where it leads inside from a service on the internet: %s', async (host) => {
		const table = {
			...PUBLIC,
			'private.example.com': ['192.168.0.9'],
			'mixed.example.com': ['10.0.0.1'],
			'private6.example.com': ['fd00::1'],
			'zoned.example.com': ['fe80::1%eth0'],
		};
		const { port } = new URL(origin);
		for (const scheme of ['http', 'https']) {
			const request = {
				url: `${scheme}://${host}:${port}/`,
				givenBy: 'https://api.example.com/x',
				allowInsecureHttp: true,
			};
			await expect(open({ egress: names(table) }).stream(request)).rejects.toMatchObject({
				code: 'PRIVATE_ADDRESS',
				retryable: false,
				maybeSent: false,
			});
		}
		expect(reached).toBe(0);
	});

	it.each([
		'8.8.8.8',
		'172.32.0.1',
		'100.128.0.1',
		'[2001:4860::1]',
		'[64:ff9b::8.8.8.8]',
		'media.example.com',
		'unknown.example.com',
		'localhost.example.com',
		'notlocalhost',
		'[2002:cb00:7109:1:1:1:1:1]',
	])('may be on the internet: %s', async (host) => {
		const lookups = names({
			'media.example.com': ['203.0.113.9'],
			'localhost.example.com': ['203.0.113.9'],
			notlocalhost: ['203.0.113.9'],
		}).createSecureLookup() as never;
		expect((await reachOf(new URL(`https://${host}/`), lookups)) ?? 0).toBe(0);
	});

	it('is not used where a redirect leads inside', async () => {
		// To the test the first host is on the internet; it answers from here all the same.
		const { port } = new URL(origin);
		process.env.http_proxy = await serve(() => undefined);
		servers.at(-1)!.on('connect', (_request, socket) => {
			const onward = connect(Number(port), '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
				onward.pipe(socket).pipe(onward);
			});
		});
		for (const to of ['http://169.254.169.254/latest', origin]) {
			const request = {
				url: `http://media.example.com/?to=${to}`,
				givenBy: 'https://api.example.com',
				maxRedirects: 3,
				allowInsecureHttp: true,
			};
			reached = 0;
			await expect(open({ egress: names(PUBLIC) }).stream(request)).rejects.toMatchObject({
				code: 'PRIVATE_ADDRESS',
			});
			expect(reached).toBe(1);
		}
	});

	it('is as far inside as the innermost of all addresses of its name', async () => {
		const both = [
			{ address: '203.0.113.9', family: 4 },
			{ address: '10.0.0.1', family: 4 },
		];
		const all = ((_name, options, done) =>
			options.all ? done(null, both) : done(null, both[0].address, 4)) as LookupFunction;
		expect(await reachOf(new URL('https://media.example.com'), all)).toBe(Reach.privateNetwork);
		const single = ((_name, _options, done) => done(null, '127.0.0.1', 4)) as LookupFunction;
		expect(await reachOf(new URL('https://media.example.com'), single)).toBe(Reach.machine);
	});

	it('is given out by a lookup only as far inside as allowed', async () => {
		const ask = async (address: string, allowed: Reach) =>
			await new Promise((resolve) =>
				lookupWithin(allowed, names({ host: [address] }).createSecureLookup() as LookupFunction)(
					'host',
					{},
					(error, found) => resolve(error === null ? found : error.code),
				),
			);
		expect(await ask('203.0.113.9', Reach.internet)).toBe('203.0.113.9');
		expect(await ask('10.0.0.1', Reach.internet)).toBe('PRIVATE_ADDRESS');
		expect(await ask('10.0.0.1', Reach.privateNetwork)).toBe('10.0.0.1');
		expect(await ask('127.0.0.1', Reach.privateNetwork)).toBe('PRIVATE_ADDRESS');
		const failing = lookupWithin(Reach.internet, names({}).createSecureLookup() as LookupFunction);
		const code = await new Promise((resolve) =>
			failing('unknown', {}, (error) => resolve(error?.code)),
		);
		expect(code).toBe('ENOTFOUND');
	});

	it('is looked at again when it is connected to', async () => {
		const table = { ...PUBLIC, 'rebinds.example.com': ['203.0.113.9', '127.0.0.1'] };
		const request = {
			url: `http://rebinds.example.com:${new URL(origin).port}/`,
			givenBy: 'https://api.example.com',
			allowInsecureHttp: true,
		};
		await expect(open({ egress: names(table) }).stream(request)).rejects.toMatchObject({
			code: 'PRIVATE_ADDRESS',
		});
		expect(reached).toBe(0);
	});

	it.each([
		['this machine', '127.0.0.1', true],
		['a private network, to a private address', '10.0.0.5', false],
	])('may be as far inside as the service itself: %s', async (_what, api, loopbackToo) => {
		const lookups = names({
			'api.internal': [api],
			'media.internal': ['127.0.0.1'],
			'other.internal': ['10.255.255.1'],
		});
		const here = open({ egress: lookups }).stream({
			url: `http://media.internal:${new URL(origin).port}/`,
			givenBy: 'https://api.internal',
			allowInsecureHttp: true,
		});
		if (loopbackToo) expect((await here).status).toBe(200);
		else await expect(here).rejects.toMatchObject({ code: 'PRIVATE_ADDRESS' });
		const lookup = lookups.createSecureLookup() as LookupFunction;
		const reach = (await reachOf(new URL('https://api.internal'), lookup))!;
		await assertWithin(new URL('http://other.internal/'), reach, lookup);
		await expect(
			assertWithin(new URL('http://other.internal/'), Reach.internet, lookup),
		).rejects.toThrow('private network');
	});
});

it('gives up on a host that does not answer, and on a body that stands still', async () => {
	const silent = await serve(() => undefined);
	await expect(open({ headersTimeoutMs: 50 }).json({ url: silent })).rejects.toMatchObject({
		what: 'the host did not answer in time',
	});
	const stalls = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': '100' });
		response.write('half');
	});
	await expect(open({ idleTimeoutMs: 50 }).json({ url: stalls })).rejects.toMatchObject({
		what: 'the transfer stood still',
	});
});

it('stops when the execution is cancelled', async () => {
	const cancel = new AbortController();
	const silent = await serve(() => cancel.abort(new Error('cancelled by the user')));
	await expect(open({ signal: cancel.signal }).json({ url: silent })).rejects.toThrow(
		'cancelled by the user',
	);
});

it('refuses plain http to another machine, also behind a redirect', async () => {
	await expect(open().stream({ url: 'http://media.example.com/a' })).rejects.toThrow(
		'is not encrypted',
	);
	const origin = await serve((_request, response) =>
		response.writeHead(302, { location: 'http://media.example.com/a' }).end(),
	);
	await expect(open().stream({ url: origin, maxRedirects: 1 })).rejects.toThrow('is not encrypted');
});

it('tells a refused connection from a host that does not exist', async () => {
	await expect(open().json({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({
		code: 'ECONNREFUSED',
		maybeSent: false,
	});
	const missing = open().json({ url: 'https://does-not-exist.invalid/' });
	await expect(missing).rejects.toBeInstanceOf(NetworkFailure);
	await expect(missing).rejects.toMatchObject({ host: 'does-not-exist.invalid' });
});
