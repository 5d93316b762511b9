import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';

import { startSimulator, type Fault, type Simulator } from '../../simulator';
import { accessToken, basic, bearer, send } from './support';

describe('faults', () => {
	let simulator: Simulator;
	let link: string;
	let whole: Buffer;
	beforeAll(async () => {
		simulator = await startSimulator({ seed: 'empty' });
		const object = simulator.media.addObject('a.wav', { file: 'combined.wav' });
		whole = object.bytes();
		link = simulator.media.signedUrl('a.wav');
	});
	afterEach(() => simulator.faults.clear());
	afterAll(async () => await simulator.stop());

	const media = (effect: Fault['effect'], rest: Partial<Fault> = {}): void =>
		simulator.faults.add({ server: 'media', ...rest, effect });
	const last = (): Simulator['requests'][number] | undefined => simulator.requests.at(-1);

	it('answers a status with headers and body instead', async () => {
		media({
			kind: 'status',
			status: 429,
			headers: { 'Retry-After': '7' },
			body: { message: 'slow down' },
		});
		const answer = await send(link);
		expect(answer).toMatchObject({ status: 429, json: { message: 'slow down' } });
		expect(answer.headers['retry-after']).toBe('7');
		expect((await send(link)).status).toBe(200);
		media({ kind: 'status', status: 200, body: '<html>sign in</html>' });
		expect((await send(link)).headers['content-type']).toMatch(/^text\/html/);
	});

	it('cuts after so many bytes', async () => {
		media({ kind: 'cut', afterBytes: 1000 });
		const answer = await send(link);
		expect(answer.broken).toBe(true);
		expect(answer.headers['content-length']).toBe('40044');
		expect(answer.bytes.equals(whole.subarray(0, 1000))).toBe(true);
		expect(last()).toMatchObject({ status: 200, responseBytes: 1000, outcome: 'aborted' });
	});

	it('cuts a range relative to its own start', async () => {
		media({ kind: 'cut', afterBytes: 10 });
		const answer = await send(link, { headers: { range: 'bytes=500-' } });
		expect(answer.status).toBe(206);
		expect(answer.bytes.equals(whole.subarray(500, 510))).toBe(true);
	});

	it('resets before any header', async () => {
		media({ kind: 'reset' });
		await expect(send(link)).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(last()).toMatchObject({ status: 0, outcome: 'aborted' });
	});

	it('stalls with the socket open', async () => {
		media({ kind: 'stall', afterBytes: 500 });
		const { port } = new URL(simulator.media.url);
		const socket = connect(Number(port), '127.0.0.1');
		const { pathname, search } = new URL(link);
		socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`);
		let received = '';
		let closed = false;
		socket.on('data', (part) => (received += part.toString('latin1')));
		socket.on('close', () => (closed = true));
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(received.length - received.indexOf('\r\n\r\n') - 4).toBe(500);
		expect(closed).toBe(false);
		expect(last()?.outcome).toBe('pending');
		socket.destroy();
	});

	it('announces wrong lengths', async () => {
		media({ kind: 'contentLength', value: 50_000 });
		const large = await send(link);
		expect(large).toMatchObject({ broken: true });
		expect(large.bytes.length).toBe(40_044);
		media({ kind: 'contentLength', value: 100 });
		const small = await send(link);
		expect(small).toMatchObject({ broken: false });
		expect(small.bytes.length).toBe(100);
	});

	it('leaves the length out, or delivers less or more in a consistent way', async () => {
		media({ kind: 'noContentLength' });
		const chunked = await send(link);
		expect(chunked.headers['content-length']).toBeUndefined();
		expect(chunked.bytes.equals(whole)).toBe(true);
		media({ kind: 'short', bytes: 123 });
		expect((await send(link)).headers['content-length']).toBe('123');
		media({ kind: 'short', bytes: 10 });
		const part = await send(link, { headers: { range: 'bytes=100-199' } });
		expect(part.headers['content-range']).toBe('bytes 100-109/40044');
		media({ kind: 'long', extraBytes: 6 });
		const long = await send(link);
		expect(long).toMatchObject({ broken: false });
		expect(long.bytes.length).toBe(40_050);
	});

	it('strikes ranges only: ignores them or starts elsewhere', async () => {
		media({ kind: 'ignoreRange' });
		media({ kind: 'wrongOffset', shift: -50 });
		expect((await send(link)).status).toBe(200);
		const headers = { range: 'bytes=1000-' };
		const ignored = await send(link, { headers });
		expect(ignored).toMatchObject({ status: 200 });
		expect(ignored.bytes.length).toBe(40_044);
		const shifted = await send(link, { headers });
		expect(shifted.headers['content-range']).toBe('bytes 950-40043/40044');
		expect(shifted.bytes.equals(whole.subarray(950))).toBe(true);
	});

	it('redirects, compresses, delays, and lets a link expire', async () => {
		media({ kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere', status: 307 });
		const redirected = await send(link);
		expect(redirected.status).toBe(307);
		expect(redirected.headers.location).toBe('http://127.0.0.1:1/elsewhere');
		media({ kind: 'gzip' });
		const packed = await send(link);
		expect(packed.headers['content-encoding']).toBe('gzip');
		expect(gunzipSync(packed.bytes).equals(whole)).toBe(true);
		media({ kind: 'delay', ms: 80 });
		media({ kind: 'expired' });
		const before = performance.now();
		expect(await send(link)).toMatchObject({
			status: 403,
			text: expect.stringContaining('Request has expired'),
		});
		expect(performance.now() - before).toBeGreaterThan(75);
	});

	it('matches by method, path, query and count', async () => {
		const unavailable = { kind: 'status', status: 503 } as const;
		media(unavailable, { path: '/b.wav' });
		media(unavailable, { method: 'POST' });
		media({ kind: 'status', status: 500 }, { path: /a\.wav\?.*Signature=/, skip: 1, times: 2 });
		const seen: number[] = [];
		for (let index = 0; index < 4; index++) seen.push((await send(link)).status);
		expect(seen).toEqual([200, 500, 500, 200]);
		media({ kind: 'status', status: 502 }, { path: '/a*', times: Infinity });
		expect((await send(link)).status).toBe(502);
		expect((await send(link)).status).toBe(502);
	});

	it('carries a request out and loses the reply', async () => {
		simulator.genesys.recordings.add({ id: 'r1' });
		simulator.faults.add({
			server: 'genesys',
			method: 'DELETE',
			effect: { kind: 'reset', afterHandling: true },
		});
		const url = `${simulator.genesys.url}/api/v2/recordings/r1`;
		const headers = basic('admin', 'simulator-admin-pass');
		await expect(send(url, { method: 'DELETE', headers })).rejects.toThrow();
		expect((await send(url, { headers })).status).toBe(404);
	});

	it('expires a token for one request', async () => {
		const token = await accessToken(simulator);
		simulator.faults.add({ server: 'cxone', effect: { kind: 'expired' } });
		const url = `${simulator.cxone.url}/api/v2/recording/unknown`;
		expect((await send(url, { headers: bearer(token) })).status).toBe(401);
		expect((await send(url, { headers: bearer(token) })).status).toBe(404);
	});

	it('stops at once with a stalled reply and an idle connection open', async () => {
		const other = await startSimulator({ seed: 'empty' });
		other.faults.add({ server: 'genesys', effect: { kind: 'delay', ms: 60_000 } });
		other.faults.add({ server: 'cxone', effect: { kind: 'stall', afterBytes: 0 } });
		const waiting = [send(`${other.genesys.url}/`), send(`${other.cxone.url}/x`)].map(
			async (one) => await one.catch(() => 'closed'),
		);
		await new Promise((resolve) => setTimeout(resolve, 50));
		const before = performance.now();
		await other.stop();
		await Promise.all(waiting);
		expect(performance.now() - before).toBeLessThan(500);
	});

	it('records what was asked and answered', async () => {
		const token = await accessToken(simulator);
		await send(`${simulator.cxone.url}/api/v2/recording/search?x=1`, {
			headers: { ...bearer(token), 'content-type': 'application/json' },
			body: '{"page":1}',
		});
		expect(last()).toMatchObject({
			server: 'cxone',
			method: 'GET',
			path: '/api/v2/recording/search',
			body: '{"page":1}',
			status: 400,
			outcome: 'complete',
		});
		expect(last()?.query.get('x')).toBe('1');
		expect(last()?.headers.authorization).toBe(`Bearer ${token}`);
	});
});
