import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { lookup } from 'node:dns';

import type { NodeEgressFilter } from 'n8n-workflow';

import { NetworkFailure } from '../../core/http/network-failure';
import { readText, Transport } from '../../core/http/transport';

const servers: Server[] = [];
const transports: Transport[] = [];

afterEach(async () => {
	delete process.env.http_proxy;
	delete process.env.no_proxy;
	await Promise.all(transports.splice(0).map(async (transport) => await transport.close()));
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

/** A server on loopback; gives its origin. */
async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
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
	const verdict = (ok: boolean) => (ok ? { ok: true, result: undefined } : { ok: false, error: new Error('blocked') });
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
	expect((await open().json({ url: `${origin}/search`, json: { page: 1 } })).body).toEqual({ ok: true });
	expect(seen).toEqual([['GET', 'application/json', '{"page":1}']]);
});

it('does not follow redirects unless told to', async () => {
	const origin = await serve((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
	expect(await open().json({ url: origin })).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
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
	const reply = await open().stream({ url: `${origin}/start`, headers: { Authorization: 'Basic abc', Cookie: 'a=b', accept: '*/*' }, maxRedirects: 3 });
	expect(await readText(reply.body, 100, 'host')).toBe('media');
	expect(reply.url).toBe(`${other}/file.wav`);
	expect(seen.map(({ authorization, cookie, accept }) => [authorization, cookie, accept])).toEqual([
		['Basic abc', 'a=b', '*/*'],
		['Basic abc', 'a=b', '*/*'],
		[undefined, undefined, '*/*'],
	]);
});

it('follows no more redirects than told to', async () => {
	const origin = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
	expect(await open().stream({ url: origin, maxRedirects: 2 })).toMatchObject({ status: 302 });
});

it("asks n8n's rules for outgoing connections before each request, redirects included", async () => {
	let reached = 0;
	const internal = await serve((_request, response) => {
		reached++;
		response.end('secret');
	});
	const origin = await serve((_request, response) => response.writeHead(302, { location: internal }).end());
	const rules = egress((url) => !url.startsWith(internal));
	await expect(open({ egress: rules }).stream({ url: internal })).rejects.toMatchObject({ code: 'EGRESS_BLOCKED', retryable: false });
	await expect(open({ egress: rules }).stream({ url: origin, maxRedirects: 3 })).rejects.toThrow('do not allow that host');
	expect(reached).toBe(0);
});

it('resolves host names by the lookup that n8n gives', async () => {
	const origin = await serve((_request, response) => response.end('here'));
	const names: string[] = [];
	const rules: NodeEgressFilter = {
		...egress(() => true),
		createSecureLookup: () => ((name: string, options: object, done: (...args: unknown[]) => void) => {
			names.push(name);
			lookup('127.0.0.1', options, done as never);
		}) as never,
	};
	const { port } = new URL(origin);
	expect(await open({ egress: rules }).json({ url: `http://media.example.com:${port}/`, allowInsecureHttp: true })).toMatchObject({ body: 'here' });
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
	const reply = await open().json({ url: 'http://recordings.example.com/x', allowInsecureHttp: true });
	expect(asked[0]).toMatch(/recordings\.example\.com/);
	expect(reply.body).toBe('behind the proxy');
	process.env.no_proxy = '127.0.0.1';
	expect(await open().json({ url: target })).toMatchObject({ body: 'behind the proxy' });
	expect(asked).toHaveLength(1);
});

it('gives up on a host that does not answer, and on a body that stands still', async () => {
	const silent = await serve(() => undefined);
	await expect(open({ headersTimeoutMs: 50 }).json({ url: silent })).rejects.toMatchObject({ what: 'the host did not answer in time' });
	const stalls = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': '100' });
		response.write('half');
	});
	await expect(open({ idleTimeoutMs: 50 }).json({ url: stalls })).rejects.toMatchObject({ what: 'the transfer stood still' });
});

it('stops when the execution is cancelled', async () => {
	const cancel = new AbortController();
	const silent = await serve(() => cancel.abort(new Error('cancelled by the user')));
	await expect(open({ signal: cancel.signal }).json({ url: silent })).rejects.toThrow('cancelled by the user');
});

it('refuses plain http to another machine, also behind a redirect', async () => {
	await expect(open().stream({ url: 'http://media.example.com/a' })).rejects.toThrow('is not encrypted');
	const origin = await serve((_request, response) => response.writeHead(302, { location: 'http://media.example.com/a' }).end());
	await expect(open().stream({ url: origin, maxRedirects: 1 })).rejects.toThrow('is not encrypted');
});

it('tells a refused connection from a host that does not exist', async () => {
	await expect(open().json({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({ code: 'ECONNREFUSED', maybeSent: false });
	const missing = open().json({ url: 'https://does-not-exist.invalid/' });
	await expect(missing).rejects.toBeInstanceOf(NetworkFailure);
	await expect(missing).rejects.toMatchObject({ host: 'does-not-exist.invalid' });
});
