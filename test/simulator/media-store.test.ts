import { createHash } from 'node:crypto';

import { startSimulator, type Simulator } from '../../simulator';
import { send } from './support';
import { VirtualClock } from '../virtual-clock';

const GIB = 1024 ** 3;

describe('the media store', () => {
	let simulator: Simulator;
	const clock = new VirtualClock();
	beforeAll(async () => {
		simulator = await startSimulator({ seed: 'empty', now: clock.now });
		simulator.media.addObject('calls/one two.wav', { file: 'combined.wav' });
		simulator.media.addObject('calls/big.wav', { synthetic: { sizeBytes: GIB, seed: 'big' } });
	});
	afterAll(async () => await simulator.stop());

	const small = (): string => simulator.media.signedUrl('calls/one two.wav');

	it('serves an object whole, with its length, type, tag and date', async () => {
		const answer = await send(small());
		expect(answer.status).toBe(200);
		expect(answer.headers).toMatchObject({
			'content-type': 'audio/wav',
			'content-length': '40044',
			'accept-ranges': 'bytes',
		});
		expect(answer.headers.etag).toBe(`"${createHash('md5').update(answer.bytes).digest('hex')}"`);
		expect(answer.headers['last-modified']).toBe('Tue, 04 Mar 2025 12:00:00 GMT');
		expect(createHash('sha256').update(answer.bytes).digest('hex')).toBe(
			simulator.media.source('calls/one two.wav').sha256,
		);
	});

	it('refuses links that are forged, expired, unsigned, or sent with an Authorization header', async () => {
		const forged = new URL(small());
		forged.pathname = '/calls/big.wav';
		expect(await send(forged.href)).toMatchObject({
			status: 403,
			text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
		});
		const prolonged = new URL(small());
		prolonged.searchParams.set('Expires', '99999999999');
		expect(await send(prolonged.href)).toMatchObject({
			status: 403,
			text: expect.stringContaining('SignatureDoesNotMatch'),
		});
		expect(await send(`${simulator.media.url}/calls/big.wav`)).toMatchObject({
			status: 403,
			text: expect.stringContaining('AccessDenied'),
		});
		const withToken = await send(small(), { headers: { authorization: 'Bearer abc' } });
		expect(withToken).toMatchObject({
			status: 400,
			text: expect.stringContaining('Only one auth mechanism allowed'),
		});

		const link = small();
		clock.advance(1799);
		expect((await send(link)).status).toBe(200);
		clock.advance(1);
		expect(await send(link)).toMatchObject({
			status: 403,
			text: expect.stringContaining('Request has expired'),
		});
	});

	it('answers 404 for an object that is gone, and serves what took its place', async () => {
		const { media } = simulator;
		media.addObject('calls/gone.wav', { file: 'short.wav' });
		const link = media.signedUrl('calls/gone.wav');
		const before = await send(link);
		media.replaceObject('calls/gone.wav', { file: 'silence.wav' });
		const after = await send(link);
		expect(after.headers.etag).not.toBe(before.headers.etag);
		expect(after.headers['last-modified']).not.toBe(before.headers['last-modified']);
		media.removeObject('calls/gone.wav');
		expect(await send(link)).toMatchObject({
			status: 404,
			text: expect.stringContaining('<Code>NoSuchKey</Code>'),
		});
	});

	it.each([
		['bytes=0-9', 0, 10],
		['bytes=40000-', 40000, 40044],
		['bytes=-44', 40000, 40044],
		['bytes=40000-99999', 40000, 40044],
	])('serves %s as 206', async (range, start, end) => {
		const answer = await send(small(), { headers: { range } });
		expect(answer.status).toBe(206);
		expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/40044`);
		expect(answer.bytes.equals(simulator.media.source('calls/one two.wav').bytes(start, end))).toBe(
			true,
		);
	});

	it('answers 416 past the end, and the whole object to a range it cannot read', async () => {
		const past = await send(small(), { headers: { range: 'bytes=40044-' } });
		expect(past).toMatchObject({ status: 416, text: expect.stringContaining('InvalidRange') });
		expect(past.headers['content-range']).toBe('bytes */40044');
		for (const range of ['bytes=5-2', 'bytes=0-1,5-9', 'items=0-1']) {
			expect((await send(small(), { headers: { range } })).status).toBe(200);
		}
	});

	it('honours If-Range and the other preconditions', async () => {
		const { etag = '', 'last-modified': date = '' } = (await send(small())).headers;
		const status = async (headers: Record<string, string>): Promise<number> =>
			(await send(small(), { headers })).status;
		const range = 'bytes=100-';
		expect(await status({ range, 'if-range': etag })).toBe(206);
		expect(await status({ range, 'if-range': '"other"' })).toBe(200);
		expect(await status({ range, 'if-range': `W/${etag}` })).toBe(200);
		expect(await status({ range, 'if-range': date })).toBe(206);
		expect(await status({ range, 'if-range': 'Tue, 04 Mar 2025 11:59:59 GMT' })).toBe(200);
		expect(await status({ 'if-match': '"other"' })).toBe(412);
		expect(await status({ 'if-none-match': etag })).toBe(304);
	});

	it('refuses HEAD on a link made for GET, unless told otherwise', async () => {
		expect((await send(small(), { method: 'HEAD' })).status).toBe(403);
		simulator.media.allowHead = true;
		const answer = await send(small(), { method: 'HEAD' });
		expect(answer).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
		expect(answer.headers['content-length']).toBe('40044');
		simulator.media.allowHead = false;
	});

	it('computes any range of a gigabyte without holding it', async () => {
		const link = simulator.media.signedUrl('calls/big.wav');
		const head = await send(link, { headers: { range: 'bytes=0-99' } });
		expect(head.bytes.toString('latin1', 0, 4)).toBe('RIFF');
		expect(head.bytes.readUInt32LE(4)).toBe(GIB - 8);
		expect(head.bytes.readUInt32LE(40)).toBe(GIB - 44);
		const wide = await send(link, { headers: { range: `bytes=${GIB - 200_003}-${GIB - 1}` } });
		const tail = await send(link, { headers: { range: 'bytes=-7' } });
		expect(wide.bytes.length).toBe(200_003);
		expect(wide.bytes.subarray(-7).equals(tail.bytes)).toBe(true);
		expect(wide.headers.etag).toMatch(/^"[0-9a-f]{32}-128"$/);
	});

	it('gives synthetic files of each format a header of that format', () => {
		const { media } = simulator;
		const start = (format: 'wav' | 'mp3' | 'mp4'): string =>
			media
				.addObject(`s/${format}.${format}`, { synthetic: { sizeBytes: 5000, seed: 's', format } })
				.bytes(0, 12)
				.toString('latin1');
		expect(start('wav')).toMatch(/^RIFF....WAVE$/s);
		expect(start('mp4')).toMatch(/^....ftypisom$/s);
		expect(start('mp3')).toMatch(/^ID3/);
	});
});
