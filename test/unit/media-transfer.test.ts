import { MediaError } from '../../core/media/errors';
import { BlockPool } from '../../core/media/blocks';
import type { DownloadOptions } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { downloadFrom, type Answer } from '../property/served';
import { VirtualClock } from '../virtual-clock';

const clock = new VirtualClock();
beforeAll(() => void clock.install());
afterAll(() => clock.uninstall());

const SIZE = 20_000;
/** Of a kind that has nothing to read in it, so that only the transfer is looked at. */
const bytes = Buffer.concat([
	Buffer.from('OggS'),
	Buffer.from(Array.from({ length: SIZE - 4 }, (_, index) => (index * 37 + (index >> 5)) & 0xff)),
]);
const others = Buffer.from(bytes).fill(7, 5_000, 5_010);
const MONDAY = 'Mon, 03 Mar 2025 10:00:00 GMT';
const A_MINUTE_LATER = 'Mon, 03 Mar 2025 10:01:00 GMT';

type Headers = Record<string, string>;
const ONE: Headers = { etag: '"one"' };
const LENGTH: Headers = { 'content-length': String(SIZE) };
const CHUNKED: Headers = { 'transfer-encoding': 'chunked' };

const whole = (headers: Headers = ONE, body = bytes): Answer => ({
	headers: { ...LENGTH, ...headers },
	body,
});
const cut = (at: number, headers: Headers = ONE, length = LENGTH): Answer => ({
	headers: { ...length, ...headers },
	body: bytes.subarray(0, at),
	breaks: true,
});
const part = (from: number, headers: Headers = {}, to = SIZE - 1): Answer => ({
	status: 206,
	// Those that are empty are not there.
	headers: Object.fromEntries(
		Object.entries({ ...ONE, 'content-range': `bytes ${from}-${to}/${SIZE}`, ...headers }).filter(
			([, value]) => value !== '',
		),
	),
	body: bytes.subarray(from, to + 1),
});
const says = (status: number, headers: Headers = {}, body = ''): Answer => ({
	status,
	headers,
	body: Buffer.from(body),
});

interface Case {
	/** One for each request; the last goes on for ever. */
	answers: Answer[] | ((from: number, count: number) => Answer);
	file?: Partial<MediaFile>;
	options?: Partial<DownloadOptions>;
	/** Sizes that the links promise, one after the other; the last goes on for ever. */
	promised?: Array<number | undefined>;
}

interface End {
	/** Delivered byte for byte, or the reason why not. */
	outcome: string;
	/** What each request asked for: where to go on from, or `whole`. */
	asked: Array<number | 'whole'>;
	conditions: Array<string | undefined>;
	links: number;
	text: string;
}

async function run({ answers, file, options, promised = [undefined] }: Case): Promise<End> {
	const end: End = { outcome: 'delivered', asked: [], conditions: [], links: 0, text: '' };
	const link = async () => ({
		url: `https://store.example/file-${end.links}`,
		sizeBytes: promised[Math.min(end.links++, promised.length - 1)],
	});
	try {
		const stored = await downloadFrom(
			({ headers, count }) => {
				const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
				end.asked.push(from === undefined ? 'whole' : Number(from));
				end.conditions.push(headers['if-range']);
				expect(headers.accept).toBe('*/*');
				return typeof answers === 'function'
					? answers(Number(from ?? 0), count)
					: answers[Math.min(count, answers.length - 1)];
			},
			{},
			options,
			{ link, ...file },
		);
		expect(stored.bytes.equals(bytes)).toBe(true);
		expect(stored.attempts).toBe(end.asked.length);
	} catch (error) {
		if (!(error instanceof MediaError)) throw error;
		end.outcome = error.reason;
		end.text = `${error.message} ${error.description}`;
		expect(end.text).not.toMatch(/undefined|Stryker/);
	}
	return end;
}

const times = (count: number) => Array<'whole'>(count).fill('whole');

describe('after a cut', () => {
	it.each<[string, Case, Array<number | 'whole'>, Array<string | undefined>?]>([
		[
			'it goes on by the ETag',
			{ answers: [cut(9_000), part(9_000)] },
			['whole', 9_000],
			[undefined, '"one"'],
		],
		[
			'it goes on by a time of last change that proves enough',
			{
				answers: [
					cut(9_000, { 'last-modified': MONDAY, date: A_MINUTE_LATER }),
					part(9_000, { etag: '', 'last-modified': MONDAY }),
				],
			},
			['whole', 9_000],
			[undefined, MONDAY],
		],
		[
			'it reads again where a weak ETag is all there is',
			{ answers: [cut(9_000, { etag: 'W/"one"' }), whole({ etag: 'W/"one"' })] },
			['whole', 'whole'],
		],
		[
			'it reads again where there is nothing to go by',
			{ answers: [cut(9_000, {}), whole({})] },
			['whole', 'whole'],
		],
		[
			'it reads again up to the end of a block',
			{ answers: [cut(8_192, {}), whole({})] },
			['whole', 'whole'],
		],
		[
			'it reads again what comes without a length',
			{ answers: [cut(9_000, {}), { headers: CHUNKED, body: bytes }] },
			['whole', 'whole'],
		],
		[
			'it reads again where the store is known to have no ranges',
			{ answers: [cut(9_000), whole()], file: { ranges: false } },
			['whole', 'whole'],
		],
		[
			'it reads on where the store ignores ranges',
			{ answers: [cut(9_000), whole()] },
			['whole', 9_000],
		],
		[
			'it begins anew without hashes, where there is nothing to go by',
			{ answers: [cut(9_000, {}), whole({})], options: { hashes: false } },
			['whole', 'whole'],
		],
		[
			'it begins anew without hashes, where the store ignores ranges',
			{ answers: [cut(9_000), whole(), whole()], options: { hashes: false } },
			['whole', 9_000, 'whole'],
		],
		['behind the last byte nothing is missing', { answers: [cut(SIZE)] }, ['whole']],
		[
			'it goes on once more where less came than was asked for',
			{ answers: [cut(9_000), part(9_000, {}, 11_999), part(12_000)] },
			['whole', 9_000, 12_000],
		],
		[
			'it goes on where an answer ends too soon',
			{ answers: [whole(ONE, bytes.subarray(0, 9_000)), part(9_000)] },
			['whole', 9_000],
		],
		[
			'it reads again where the store has no more',
			{ answers: [cut(9_000), says(416), whole()] },
			['whole', 9_000, 'whole'],
		],
		[
			'it takes a part that does not tell the size of all',
			{ answers: [cut(9_000), part(9_000, { 'content-range': `bytes 9000-${SIZE - 1}/*` })] },
			['whole', 9_000],
		],
		[
			'it takes a part that tells its length',
			{ answers: [cut(9_000), part(9_000, { 'content-length': String(SIZE - 9_000) })] },
			['whole', 9_000],
		],
		[
			'it reads again, and no more by parts, where the store ignored one',
			{ answers: [cut(9_000), cut(15_000), whole()] },
			['whole', 9_000, 'whole'],
		],
		[
			'it learns the size from a part',
			{ answers: [cut(9_000, ONE, CHUNKED), part(9_000)] },
			['whole', 9_000],
		],
	])('%s', async (_, one, asked, ...[conditions]) => {
		const end = await run(one);
		expect(end).toMatchObject({ outcome: 'delivered', asked, text: '' });
		if (conditions !== undefined) expect(end.conditions).toEqual(conditions);
	});

	it.each<[string, Headers, Answer?]>([
		['no range', { 'content-range': '' }],
		['no range and a length', { 'content-range': '', 'content-length': String(SIZE - 9_000) }],
		['something before its range', { 'content-range': `xbytes 9000-${SIZE - 1}/${SIZE}` }],
		['something behind its range', { 'content-range': `bytes 9000-${SIZE - 1}/${SIZE}x` }],
		['the range of another part', { 'content-range': `bytes 0-${SIZE - 1}/${SIZE}` }],
		['a range behind the end', { 'content-range': `bytes 9000-${SIZE}/${SIZE}` }],
		['more bytes than its range', { 'content-length': String(SIZE) }],
		['no version', { etag: '' }],
		['a weak version', { etag: 'W/"one"' }],
		[
			'no size, where none is known',
			{ 'content-range': `bytes 9000-${SIZE - 1}/*` },
			cut(9_000, ONE, CHUNKED),
		],
	])(
		'a part with %s is not taken, and parts are not asked for again',
		async (_, headers, ...[first]) => {
			const answers = [first ?? cut(9_000), part(9_000, headers), whole()];
			expect(await run({ answers })).toMatchObject({
				outcome: 'delivered',
				asked: ['whole', 9_000, 'whole'],
			});
		},
	);

	it.each<[string, Answer[], string?]>([
		[
			'another size of all',
			[cut(9_000), part(9_000, { 'content-range': `bytes 9000-19999/20001` })],
		],
		['another ETag', [cut(9_000), part(9_000, { etag: '"two"' })]],
		['another weak ETag', [cut(9_000, { etag: 'W/"one"' }), whole({ etag: 'W/"two"' })]],
		[
			'an ETag that begins like a weak one',
			[cut(9_000, { etag: '"W/one"' }), whole({ etag: '"one"' })],
		],
		[
			'another time of last change',
			[cut(9_000, { 'last-modified': MONDAY }), whole({ 'last-modified': A_MINUTE_LATER })],
		],
		[
			'another length',
			[cut(9_000, {}), whole({ 'content-length': '20001' })],
			'20000 bytes and now has 20001',
		],
		['other bytes before the cut', [cut(9_000, {}), whole({}, others)], 'the same bytes any more'],
		['less than is here already', [cut(9_000), says(416), whole({ 'content-length': '5000' })]],
	])('what has %s is another file', async (_, answers, text = '') => {
		const end = await run({ answers });
		expect(end.outcome).toBe('changed');
		expect(end.text).toContain(text);
	});

	it.each<[string, Answer[]]>([
		['one is strong now', [cut(9_000, { etag: 'W/"one"' }), whole({ etag: '"one"' })]],
		[
			'one tells no time any more',
			[cut(9_000, { etag: 'W/"one"', 'last-modified': MONDAY }), whole({ etag: 'W/"one"' })],
		],
		['one has none now', [cut(9_000, { etag: 'W/"one"' }), whole({})]],
		['one has one now', [cut(9_000, {}), whole({ etag: '"one"', 'last-modified': MONDAY })]],
	])('what has the same bytes is the same file, although %s', async (_, answers) => {
		expect(await run({ answers })).toMatchObject({ outcome: 'delivered', asked: times(2) });
	});

	it('a page in its place is none', async () => {
		const answers = [cut(9_000, {}), whole({ 'content-type': 'text/html' })];
		expect(await run({ answers })).toMatchObject({ outcome: 'notMedia', asked: times(2) });
		const type = { 'content-type': 'text/plain' };
		expect(await run({ answers: [cut(9_000, type), whole(type)] })).toMatchObject({
			outcome: 'delivered',
		});
	});

	it.each([
		['where the size is known', LENGTH, SIZE],
		['where it is not', CHUNKED, 9_000],
	])(
		'an answer that ends before it, time and again, is told of %s',
		async (_, length, promised) => {
			const short = { headers: length, body: bytes.subarray(0, 100) };
			const end = await run({ answers: [cut(9_000, {}, length), short] });
			expect(end).toMatchObject({ outcome: 'incomplete', asked: times(4) });
			expect(end.text).toContain(`100 bytes of recording rec-1 (combined) came, ${promised} were`);
		},
	);
});

describe('how often it is tried', () => {
	const bringing = (count: number) => (from: number) =>
		from === 0
			? cut(count)
			: { ...part(from), body: bytes.subarray(from, from + count), breaks: true };

	it('for ever, as long as each try brings a block', async () => {
		const end = await run({ answers: bringing(1_000), options: { pool: new BlockPool(1_000) } });
		expect(end).toMatchObject({ outcome: 'delivered' });
		expect(end.asked).toHaveLength(20);
	});

	it('four times, where none brings as much', async () => {
		const end = await run({ answers: bringing(999), options: { pool: new BlockPool(1_000) } });
		expect(end).toMatchObject({ outcome: 'transfer', asked: ['whole', 999, 1_998, 2_997] });
	});

	it('four times, where the last of them bring nothing', async () => {
		const end = await run({
			answers: [cut(9_000), { ...part(9_000), body: Buffer.alloc(0), breaks: true }],
		});
		expect(end).toMatchObject({ outcome: 'transfer', asked: ['whole', 9_000, 9_000, 9_000] });
	});

	it.each([
		[true, 10],
		[false, 9],
	])(
		'eight times from the first byte, where nothing lets it go on (hashes: %s)',
		async (hashes, most) => {
			const end = await run({
				answers: (_, count) => cut(1_000 * (count + 1), {}),
				options: { hashes, pool: new BlockPool(1_000) },
			});
			expect(end).toMatchObject({ outcome: 'transfer', asked: times(most) });
			expect(end.text).toContain('began anew 8 times');
		},
	);

	it.each<[string, Answer, number?]>([
		[
			'bytes beyond what was promised, and no end',
			{ headers: CHUNKED, body: Buffer.concat([bytes, bytes]), stalls: true },
			SIZE,
		],
		['bytes beyond its length', whole({}, Buffer.concat([bytes, Buffer.alloc(10)]))],
		['another length than the platform promised', whole({}), SIZE + 1],
	])('four times, where an answer has %s', async (_, answer, ...[promised]) => {
		const end = await run({ answers: [answer], promised: [promised] });
		expect(end.outcome).toBe('incomplete');
		expect(end.asked).toHaveLength(4);
	});

	it.each([500, 503, 429, 408])('four times, where the answer is %s', async (status) => {
		// Whose words cannot be read.
		const end = await run({ answers: [{ ...says(status, {}, 'oh'), breaks: true }] });
		expect(end).toMatchObject({ outcome: 'transfer', asked: times(4) });
		expect(end.text).toContain(`(HTTP ${status})`);
	});

	it('after the pause that the store asks for, if that is not too long', async () => {
		const options = {
			retry: { maxAttempts: 4, baseDelayMs: 0, maxDelayMs: 0, maxTotalWaitMs: 5_000 },
		};
		const after = (seconds: number) => [says(503, { 'retry-after': String(seconds) }), whole()];
		clock.waits.length = 0;
		expect(await run({ answers: after(5), options })).toMatchObject({ outcome: 'delivered' });
		expect(clock.waits).toEqual([5_000]);
		expect(await run({ answers: after(6), options })).toMatchObject({
			outcome: 'transfer',
			asked: times(1),
		});
	});
});

describe('a link that is refused', () => {
	const renewable = { renewable: true };
	const elsewhere = { elsewhere: true };

	it.each<[string, Case, string, number, number]>([
		['is asked for again', { answers: [says(403), whole()], file: renewable }, 'delivered', 2, 2],
		['is so once', { answers: [says(403)], file: renewable }, 'refused', 2, 2],
		['is not, where it stays the same', { answers: [says(403)] }, 'refused', 1, 1],
		[
			'is not, where another place may have the media',
			{ answers: [says(403)], file: elsewhere },
			'refused',
			1,
			1,
		],
		[
			'is, where they are gone from there',
			{ answers: [says(404), whole()], file: elsewhere },
			'delivered',
			2,
			2,
		],
		[
			'is once, where they are gone from both',
			{ answers: [says(404)], file: elsewhere },
			'purged',
			2,
			2,
		],
		['is not, where they are gone for good', { answers: [says(404)] }, 'purged', 1, 1],
		[
			'is, where a fresh one may have them',
			{ answers: [says(404), whole()], file: renewable },
			'delivered',
			2,
			2,
		],
		[
			'is once more, where bytes came in between',
			{ answers: [says(403), cut(9_000), says(403), part(9_000)], file: renewable },
			'delivered',
			4,
			3,
		],
		[
			'is not once more, where next to none came in between',
			{ answers: [says(403), cut(100), says(403)], file: renewable },
			'refused',
			3,
			2,
		],
	])('%s', async (_, one, outcome, requests, links) => {
		const end = await run(one);
		expect([end.outcome, end.asked.length, end.links]).toEqual([outcome, requests, links]);
	});

	// S3 says 403 of what is not there to a link of somebody who may not list the bucket.
	it.each([404, 403])(
		'is explained by the platform, if that knows why, and only once no other link is left: %i',
		async (status) => {
			const why = new MediaError('archived', 'Archived', 'It is in long-term storage.');
			let asked = 0;
			const whyMissing = async () => (asked++, why);
			const answers = [says(status)];
			const file = { renewable: true, whyMissing };
			expect(await run({ answers, file })).toMatchObject({ outcome: 'archived', links: 2 });
			expect(await run({ answers: [says(status), whole()], file })).toMatchObject({
				outcome: 'delivered',
			});
			expect(asked).toBe(1);
			const silent = await run({ answers, file: { ...file, whyMissing: async () => undefined } });
			expect(silent.outcome).toBe(status === 403 ? 'refused' : 'purged');
		},
	);

	it('tells of a denial that the media may be gone, and of an old link not', async () => {
		const denied = (code: string) => says(403, {}, `<Error><Code>${code}</Code></Error>`);
		expect((await run({ answers: [denied('AccessDenied')] })).text).toContain(
			'Media that were deleted may be refused like this, too',
		);
		expect((await run({ answers: [denied('ExpiredToken')] })).text).not.toContain('deleted');
	});

	it('is not shown, not even where the store repeats what signs it', async () => {
		const url = 'https://store.example/a?Expires=1735689600&Sig=ab%2Bsignature&k=twelve-chars';
		const body =
			'{"message": "Until 1735689600, not ab+signature, not ab%2Bsignature, not twelve-chars."}';
		const end = await run({
			answers: [says(403, {}, body)],
			file: { link: async () => ({ url }) },
		});
		expect(end.text).toContain('Until 1735689600, not ');
		expect(end.text).not.toMatch(/signature, |twelve-chars/);
	});

	it.each<[string, Array<number | undefined>, Answer[], string]>([
		['the same size', [SIZE, SIZE], [cut(9_000), says(403), part(9_000)], 'delivered'],
		['another size', [SIZE, SIZE + 1], [cut(9_000), says(403), part(9_000)], 'changed'],
		['a size', [undefined, SIZE], [cut(9_000), says(403), part(9_000)], 'delivered'],
		['no size', [SIZE, undefined], [cut(9_000), says(403), part(9_000)], 'delivered'],
		['another size before the first byte', [SIZE + 1, SIZE], [says(403), whole()], 'delivered'],
	])('may or may not come back with %s: %j', async (_, promised, answers, outcome) => {
		expect(await run({ answers, promised, file: renewable })).toMatchObject({ outcome });
	});
});

describe('before the first byte', () => {
	const platform = async () => new MediaError('notReady', 'Still processing', 'Later.');

	it.each<[string, Case, string, number]>([
		[
			'no more than the least, as promised',
			{ answers: [whole()], promised: [SIZE], options: { minimumBytes: SIZE } },
			'tooSmall',
			0,
		],
		[
			'one byte more than the least',
			{ answers: [whole()], promised: [SIZE], options: { minimumBytes: SIZE - 1 } },
			'delivered',
			1,
		],
		[
			'nothing, and the platform tells why',
			{ answers: [whole()], promised: [0], file: { whyMissing: platform } },
			'notReady',
			0,
		],
		[
			'more than the store takes, as promised',
			{ answers: [whole()], promised: [SIZE], options: { mostBytes: SIZE - 1 } },
			'store',
			0,
		],
		[
			'more than the store takes, by its length',
			{ answers: [whole()], options: { mostBytes: SIZE - 1 } },
			'store',
			1,
		],
		[
			'as much as the store takes',
			{ answers: [whole()], promised: [SIZE], options: { mostBytes: SIZE } },
			'delivered',
			1,
		],
		[
			'no length, and no end that could be told from a cut',
			{ answers: [{ headers: {}, body: bytes }] },
			'notMedia',
			1,
		],
		[
			'no length, and an end',
			{ answers: [{ headers: { 'transfer-encoding': 'Chunked' }, body: bytes }] },
			'delivered',
			1,
		],
		[
			'no length but a promise',
			{ answers: [{ headers: {}, body: bytes }], promised: [SIZE] },
			'delivered',
			1,
		],
		[
			'a length that is none',
			{ answers: [{ headers: { ...CHUNKED, 'content-length': '1x' }, body: bytes }] },
			'delivered',
			1,
		],
		[
			'a length that is none at its start',
			{ answers: [{ headers: { ...CHUNKED, 'content-length': 'x1' }, body: bytes }] },
			'delivered',
			1,
		],
		['a part, which nobody asked for', { answers: [part(0, LENGTH)] }, 'notMedia', 1],
		['no part, which nobody asked for', { answers: [says(416)] }, 'notMedia', 1],
		[
			'media that are said to be a page',
			{ answers: [whole({ 'content-type': 'text/html' })], promised: [SIZE] },
			'delivered',
			1,
		],
		['packed bytes', { answers: [whole({ 'content-encoding': ' GZIP ' })] }, 'notMedia', 1],
		[
			'bytes packed on their way',
			{ answers: [whole({ 'transfer-encoding': 'gzip, chunked' })] },
			'notMedia',
			1,
		],
		[
			'bytes that are said not to be packed',
			{
				answers: [
					whole({ 'content-encoding': 'Identity', 'transfer-encoding': 'identity, chunked' }),
				],
			},
			'delivered',
			1,
		],
	])('%s', async (_, one, outcome, requests) => {
		const end = await run(one);
		expect([end.outcome, end.asked.length]).toEqual([outcome, requests]);
		if (_.includes('packed') && outcome !== 'delivered') expect(end.text).toContain('gzip');
	});

	it.each([
		['its length', { 'content-length': '30', 'content-type': 'text/html' }],
		['no length', { ...CHUNKED, 'content-type': 'text/html' }],
	])('a page of another length than promised is shown, by %s', async (_, headers) => {
		const page = { headers, body: Buffer.from('<html>Please sign in</html>  \n') };
		const end = await run({ answers: [page], promised: [SIZE] });
		expect(end).toMatchObject({ outcome: 'notMedia', asked: times(1) });
		expect(end.text).toContain('Please sign in');
		const broken = await run({ answers: [{ ...page, breaks: true }], promised: [SIZE] });
		expect(broken).toMatchObject({ outcome: 'notMedia' });
	});
});
