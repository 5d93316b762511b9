import { UserError } from 'n8n-workflow';

import { normalizeBaseUrl } from '../../core/http/base-url';
import { clock } from '../../core/http/clock';
import { RequestBudget, sharedBudget } from '../../core/http/budget';
import { deadlineOf, deadlineSignal, eitherSignal, untilAborted } from '../../core/http/deadline';
import { NetworkFailure } from '../../core/http/network-failure';
import { quote, redact } from '../../core/http/redact';
import { requestLoop, retryAfterMs, type Reply } from '../../core/http/retry';
import { pathPart } from '../../core/http/send';
import { VirtualClock } from '../virtual-clock';

const { now, sleep } = clock;

describe('the clock', () => {
	it('shows the time', () => {
		expect(Math.abs(now() - Date.now())).toBeLessThan(1_000);
	});

	it('waits longer than a timer of Node.js can, until it is cancelled, and says why it was', async () => {
		const cancel = new AbortController();
		let isOver = false;
		const waiting = sleep(10 ** 12, cancel.signal).finally(() => (isOver = true));
		await sleep(20);
		expect(isOver).toBe(false);
		cancel.abort(new Error('cancelled by the user'));
		await expect(waiting).rejects.toThrow('cancelled by the user');
		await expect(sleep(10, cancel.signal)).rejects.toThrow('cancelled by the user');
	});
});

let time: VirtualClock;

beforeEach(() => {
	time = new VirtualClock(Date.parse('2026-03-02T12:00:00Z')).install();
});
afterEach(() => {
	time.uninstall();
});

const reply = (status: number, headers: Record<string, string> = {}): Reply => ({
	status,
	headers,
	body: {},
});

/** Answers with one reply or failure after the other. */
function answers(...outcomes: Array<Reply | NetworkFailure>) {
	const attempt = jest.fn(async () => {
		const outcome = outcomes.shift()!;
		if (outcome instanceof NetworkFailure) throw outcome;
		return outcome;
	});
	return attempt;
}

/** What a builder is told when something is refused. */
function refusalOf(work: () => unknown): UserError {
	try {
		work();
	} catch (error) {
		return error as UserError;
	}
	throw new Error('It was not refused');
}

describe('the request loop', () => {
	it.each([
		['seconds', '7', 7_000],
		['a date', new Date(Date.parse('2026-03-02T12:00:09Z')).toUTCString(), 9_000],
	])('waits as long as Retry-After says in %s', async (_form, value, waitMs) => {
		const attempt = answers(reply(429, { 'retry-after': value }), reply(200));
		const done = await requestLoop({ attempt, repeatable: false });
		expect(done).toMatchObject({ status: 200, effort: { attempts: 2 } });
		expect(time.waits).toEqual([waitMs]);
	});

	it('backs off with full jitter from 2 s, doubling, where no Retry-After came', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(1);
		await requestLoop({
			attempt: answers(reply(503), reply(503), reply(503), reply(200)),
			repeatable: true,
		});
		expect(time.waits).toEqual([2_000, 4_000, 8_000]);
		jest.restoreAllMocks();
	});

	it.each([['0'], ['-5'], ['1,2'], ['soon'], ['Mon, 02 Mar 2026 11:00:00 GMT']])(
		'makes a pause before each of six requests although the server says Retry-After: %s',
		async (value) => {
			jest.spyOn(Math, 'random').mockReturnValue(0);
			await requestLoop({
				attempt: async () => reply(429, { 'retry-after': value }),
				repeatable: true,
			});
			expect(time.waits).toHaveLength(5);
			expect(Math.min(...time.waits)).toBeGreaterThanOrEqual(1_000);
			jest.spyOn(Math, 'random').mockReturnValue(1);
			time.waits.length = 0;
			await requestLoop({
				attempt: async () => reply(429, { 'retry-after': value }),
				repeatable: true,
			});
			expect(time.waits.slice(0, 3).every((wait, i) => wait >= 2_000 * 2 ** i)).toBe(true);
			jest.restoreAllMocks();
		},
	);

	it('tells what it took, waits that were not made included', async () => {
		const long = async () => reply(429, { 'retry-after': '600' });
		expect((await requestLoop({ attempt: long, repeatable: true })).effort).toEqual({
			attempts: 1,
			waitedMs: 0,
		});
		expect(time.waits).toEqual([]);
		const twice = async () => reply(429, { 'retry-after': '200' });
		expect((await requestLoop({ attempt: twice, repeatable: true })).effort).toEqual({
			attempts: 2,
			waitedMs: 200_000,
		});
	});

	it('hands the last answer back when it has been refused too often', async () => {
		const attempt = jest.fn(async () => reply(429));
		const last = await requestLoop({ attempt, repeatable: true });
		expect(last).toMatchObject({ status: 429, effort: { attempts: 6 } });
	});

	it('does not wait longer than its limit in all', async () => {
		const { effort } = await requestLoop({
			attempt: async () => reply(429, { 'retry-after': '200' }),
			repeatable: true,
		});
		expect(effort?.attempts).toBe(2);
		expect(time.waits).toEqual([200_000]);
	});

	it.each([
		['an unsafe request after 5xx', { repeatable: false }, reply(500)],
		['any request after 404', { repeatable: true }, reply(404)],
		[
			'a status that means a lasting state',
			{ repeatable: true, final: new Set([503]) },
			reply(503),
		],
	])('does not repeat %s', async (_what, options, answer) => {
		const attempt = answers(answer);
		await requestLoop({ attempt, ...options });
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	it('repeats an unsafe request only if it certainly never arrived', async () => {
		const refused = new NetworkFailure('ECONNREFUSED', 'host');
		expect(
			(await requestLoop({ attempt: answers(refused, reply(200)), repeatable: false })).effort
				?.attempts,
		).toBe(2);
		const cut = new NetworkFailure('ECONNRESET', 'host');
		await expect(
			requestLoop({ attempt: answers(cut, reply(200)), repeatable: false }),
		).rejects.toBe(cut);
		expect(
			(await requestLoop({ attempt: answers(cut, reply(200)), repeatable: true })).effort?.attempts,
		).toBe(2);
	});

	it('does not ask again a host that does not exist', async () => {
		const unknown = new NetworkFailure('ENOTFOUND', 'host');
		const attempt = answers(unknown, reply(200));
		await expect(requestLoop({ attempt, repeatable: true })).rejects.toBe(unknown);
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	it('comes back later where the server asks for that', async () => {
		const done = await requestLoop({
			attempt: answers(reply(202), reply(425), reply(200)),
			repeatable: true,
			comeBackLater: new Set([202, 425]),
		});
		expect(done).toMatchObject({ status: 200, effort: { attempts: 3 } });
	});

	it('waits patiently for what the server still makes, less and less often, as long as it may', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(1);
		const later = { repeatable: true, comeBackLater: new Set([202]), patienceMs: 20_000 };
		const never = await requestLoop({ ...later, attempt: async () => reply(202) });
		expect(never).toMatchObject({
			status: 202,
			effort: { attempts: 5, waitedMs: 20_000 },
		});
		expect(time.waits).toEqual([2_000, 4_000, 8_000, 6_000]);
		jest.restoreAllMocks();
	});

	it('does not begin to wait patiently for longer than it may', async () => {
		const later = { repeatable: true, comeBackLater: new Set([202]), patienceMs: 7_000 };
		const soon = answers(reply(202, { 'retry-after': '7' }), reply(200));
		expect((await requestLoop({ ...later, attempt: soon })).status).toBe(200);
		expect(time.waits).toEqual([7_000]);
		const late = answers(reply(202, { 'retry-after': '8' }), reply(200));
		expect((await requestLoop({ ...later, attempt: late })).status).toBe(202);
		expect(time.waits).toEqual([7_000]);
	});

	it('does not count patience as attempts, and counts it as attempts without', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(1);
		const made = Array.from({ length: 10 }, () => reply(202, { 'retry-after': '60' }));
		const later = { repeatable: true, comeBackLater: new Set([202]) };
		const done = await requestLoop({
			...later,
			patienceMs: 600_000,
			attempt: answers(...made, reply(503), reply(503), reply(200)),
		});
		expect(done).toMatchObject({ status: 200, effort: { attempts: 13, waitedMs: 606_000 } });
		expect(time.waits.slice(10)).toEqual([2_000, 4_000]);
		expect(
			(await requestLoop({ ...later, attempt: async () => reply(202) })).effort?.attempts,
		).toBe(6);
		// What is not asked for again is an answer, however patient one is.
		const answer = answers(reply(404));
		expect((await requestLoop({ ...later, patienceMs: 60_000, attempt: answer })).status).toBe(404);
		const failure = new NetworkFailure('ENOTFOUND', 'host');
		await expect(
			requestLoop({ ...later, patienceMs: 60_000, attempt: answers(failure) }),
		).rejects.toBe(failure);
		jest.restoreAllMocks();
	});

	it('books within the connection that it stood in line for', async () => {
		const order: string[] = [];
		const budget = new RequestBudget(100, 60_000);
		const take = jest.spyOn(budget, 'take').mockImplementation(async () => {
			order.push('booked');
			return 0;
		});
		await requestLoop({
			attempt: async () => {
				order.push('sent');
				return reply(200);
			},
			repeatable: true,
			budget,
			connectionSlot: async (exchange) => {
				order.push('connected');
				return await exchange().finally(() => order.push('free'));
			},
		});
		expect(order).toEqual(['connected', 'booked', 'sent', 'free']);
		take.mockRestore();
	});

	it('does not repeat what failed for another reason than the network', async () => {
		const attempt = jest.fn(async () => {
			throw new TypeError('a slip');
		});
		await expect(requestLoop({ attempt, repeatable: true })).rejects.toThrow('a slip');
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	it('stops waiting when the execution is cancelled', async () => {
		const cancel = new AbortController();
		const attempt = jest.fn(async () => {
			cancel.abort(new Error('cancelled'));
			return reply(429);
		});
		await expect(requestLoop({ attempt, repeatable: true, signal: cancel.signal })).rejects.toThrow(
			'cancelled',
		);
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	it('holds all others back too when one was throttled', async () => {
		const budget = new RequestBudget(100, 60_000);
		const start = time.ms;
		const throttled = requestLoop({
			attempt: answers(reply(429, { 'retry-after': '30' }), reply(200)),
			repeatable: true,
			budget,
		});
		await new Promise((resolve) => setImmediate(resolve));
		await budget.take();
		expect(time.ms - start).toBeGreaterThanOrEqual(30_000);
		expect((await throttled).status).toBe(200);
	});
});

describe('refusals of a tenant whose windows others fill', () => {
	const refused = reply(429, { 'retry-after': '298' });
	const ask = async (windowMs: number, attempt: () => Promise<Reply>) =>
		await requestLoop({ attempt, repeatable: true, budget: new RequestBudget(150, windowMs) });

	it('are waited out for three windows, for the first place may go to somebody else', async () => {
		const last = await ask(300_000, answers(refused, refused, refused, reply(200)));
		expect(last.status).toBe(200);
	});

	it('do not use up the attempts that are for a server in trouble', async () => {
		const soon = reply(429, { 'retry-after': '1' });
		const trouble = reply(503);
		const last = await ask(
			300_000,
			answers(soon, soon, soon, soon, soon, soon, trouble, trouble, reply(200)),
		);
		expect(last.status).toBe(200);
	});

	it.each([
		[300_000, 3],
		[60_000, 1],
	])('come to an end: window of %i ms, after %i pauses', async (windowMs, pauses) => {
		const start = time.ms;
		const last = await ask(windowMs, async () => refused);
		expect(last.status).toBe(429);
		expect(last.effort).toEqual({ attempts: pauses + 1, waitedMs: pauses * 298_000 });
		expect(time.ms - start).toBeGreaterThanOrEqual(pauses * 298_000);
	});

	it('come to an end where the server does not say when to come back', async () => {
		const start = time.ms;
		const last = await ask(60_000, async () => reply(429));
		expect(last.status).toBe(429);
		expect(time.ms - start).toBeLessThan(15 * 60_000);
	});
});

it('an absurd Retry-After does not hold a tenant back for ever', async () => {
	const budget = new RequestBudget(100, 60_000);
	await requestLoop({
		attempt: answers(reply(429, { 'retry-after': '1000000000' })),
		repeatable: true,
		budget,
	});
	const before = time.ms;
	await budget.take();
	expect(time.ms - before).toBeLessThanOrEqual(300_000);
});

describe('Retry-After', () => {
	it.each([
		['', undefined],
		['soon', undefined],
		['0', 0],
		['1.5', 1_500],
		['Mon, 02 Mar 2026 11:00:00 GMT', 0],
		['Monday, 02-Mar-26 12:00:05 GMT', 5_000],
		['-5', undefined],
		['2026', 2_026_000],
		['1,2', 2_000],
		['30, 5', 30_000],
		['1,', undefined],
		[' 7 ', 7_000],
		['1.55', 1_550],
		['7s', undefined],
	])('%j is %p ms', (value, ms) => {
		expect(retryAfterMs({ 'retry-after': value })).toBe(ms);
	});

	it("a date is counted from the answer's own Date, whatever time it is here", () => {
		const headers = {
			'retry-after': 'Mon, 02 Mar 2026 09:00:30 GMT',
			date: 'Mon, 02 Mar 2026 09:00:00 GMT',
		};
		expect(retryAfterMs(headers)).toBe(30_000);
	});
});

describe('a request budget', () => {
	it('never lets more than its limit through in any window, and wastes next to nothing', async () => {
		const budget = new RequestBudget(150, 300_000);
		const sent: number[] = [];
		const start = time.ms;
		await Promise.all(
			Array.from({ length: 1_000 }, async () => {
				await budget.take();
				sent.push(time.ms);
			}),
		);
		for (let i = 150; i < sent.length; i++)
			expect(sent[i] - sent[i - 150]).toBeGreaterThan(300_000);
		// 1000 requests at 150 per window need six full windows.
		expect((time.ms - start) / (6 * 300_000)).toBeLessThan(1.02);
	});

	it.each([0, -5, NaN, Infinity])('cannot be switched off: %p is no limit', (limit) => {
		expect(() => new RequestBudget(limit, 60_000)).toThrow(RangeError);
	});

	it('holds to the lowest of what the credentials of a tenant allow, as long as they are in use', async () => {
		const take = async (limit: number, account: string) =>
			await sharedBudget('two credentials', 60_000, limit, account).take();
		const start = time.ms;
		await take(2, 'careful');
		await take(100, 'bold');
		await take(100, 'bold');
		expect(time.ms - start).toBeGreaterThan(60_000);
		// A credential that was edited, and one that nobody uses any more.
		await take(5, 'careful');
		const edited = time.ms;
		for (let i = 0; i < 3; i++) await take(100, 'bold');
		expect(time.ms).toBe(edited);
		time.ms += 3_700_000;
		const later = time.ms;
		for (let i = 0; i < 50; i++) await take(100, 'bold');
		expect(time.ms).toBe(later);
	});

	it('serves in the order of asking', async () => {
		const budget = new RequestBudget(1, 1_000);
		const order: number[] = [];
		await Promise.all(
			[1, 2, 3].map(async (n) => {
				await budget.take();
				order.push(n);
			}),
		);
		expect(order).toEqual([1, 2, 3]);
	});

	it('books nothing for a request that was cancelled while waiting', async () => {
		const budget = new RequestBudget(1, 1_000);
		await budget.take();
		await expect(budget.take(AbortSignal.abort(new Error('cancelled')))).rejects.toThrow(
			'cancelled',
		);
		const before = time.ms;
		await budget.take();
		expect(time.ms - before).toBeLessThanOrEqual(1_010);
	});
});

describe('a base URL', () => {
	it.each([
		['https://rec.example.com', 'https://rec.example.com'],
		[' https://rec.example.com:8443/ ', 'https://rec.example.com:8443'],
		['rec.example.com/gir/', 'https://rec.example.com/gir'],
		['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
		['http://localhost:8080', 'http://localhost:8080'],
		['http://[::1]:8080', 'http://[::1]:8080'],
		['http://127.0.0.100:8080', 'http://127.0.0.100:8080'],
		['HTTPS://rec.example.com/a/b//', 'https://rec.example.com/a/b'],
		['rec.example.com/to/https://inner', 'https://rec.example.com/to/https://inner'],
	])('%j becomes %j', (typed, normal) => {
		expect(normalizeBaseUrl(typed, 'Base URL', false)).toBe(normal);
	});

	const notEncrypted = (origin: string) =>
		`'${origin}' is not encrypted, so nothing was sent to it: use https://, or switch on 'Allow Insecure HTTP' in the credential`;

	it.each([
		['', "'Base URL' is empty"],
		['https://', "'Base URL' is not a web address: https://"],
		['http://rec.example.com', notEncrypted('http://rec.example.com')],
		['http://127.0.0.1.example.com', notEncrypted('http://127.0.0.1.example.com')],
		['http://localhost.example.com', notEncrypted('http://localhost.example.com')],
		['http://notlocalhost', notEncrypted('http://notlocalhost')],
		['ftp://rec.example.com', "'ftp://' addresses are not supported"],
		['https://user:pw@rec.example.com', "'Base URL' holds a user name or password"],
		['https://user@rec.example.com', "'Base URL' holds a user name or password"],
		['https://:pw@rec.example.com', "'Base URL' holds a user name or password"],
		['https://rec.example.com/?a=1', "'Base URL' holds more than an address"],
		['https://rec.example.com/#a', "'Base URL' holds more than an address"],
	])('%j is refused, with what to do', (typed, message) => {
		const refusal = refusalOf(() => normalizeBaseUrl(typed, 'Base URL', false));
		expect(refusal.message).toBe(message);
		expect(refusal.description).toMatch(/https:\/\/|Remove|readable for anyone/);
	});

	it('names the sign from which on there is too much', () => {
		const description = (typed: string) =>
			refusalOf(() => normalizeBaseUrl(typed, 'Base URL', false)).description;
		expect(description('https://rec.example.com/?a=1#b')).toContain("'?'");
		expect(description('https://rec.example.com/#b')).toContain("'#'");
	});

	it('may be plain http where the user allowed it, and nothing else', () => {
		expect(normalizeBaseUrl('http://rec.example.com', 'Base URL', true)).toBe(
			'http://rec.example.com',
		);
		expect(() => normalizeBaseUrl('ftp://rec.example.com', 'Base URL', true)).toThrow(
			'not supported',
		);
	});
});

describe('an identifier in a path', () => {
	it.each([
		['a b/c', 'a%20b%2Fc'],
		['...', '...'],
		['.a', '.a'],
		['a.', 'a.'],
	])('%j becomes %j', (id, part) => {
		expect(pathPart(id)).toBe(part);
	});

	it.each(['.', '..', '\ud800'])('%j is refused, and told that nothing was sent', (id) => {
		const refusal = refusalOf(() => pathPart(id));
		expect(refusal).toBeInstanceOf(UserError);
		expect(refusal.message).toContain('not an identifier');
		expect(refusal.description).toContain('Nothing was sent');
	});

	it('is shown in part where it is long', () => {
		expect(refusalOf(() => pathPart('\ud800'.repeat(1_000))).message.length).toBeLessThan(120);
	});
});

describe('the time that is left', () => {
	it('is not waited through in vain: the answer there is comes back at once', async () => {
		const attempt = answers(reply(503, { 'retry-after': '30' }), reply(200));
		const late = await requestLoop({ attempt, repeatable: true, signal: deadlineSignal(30_000) });
		expect(late.status).toBe(503);
		expect(time.waits).toEqual([]);
		const again = answers(reply(503, { 'retry-after': '30' }), reply(200));
		const inTime = await requestLoop({
			attempt: again,
			repeatable: true,
			signal: deadlineSignal(30_001),
		});
		expect(inTime.status).toBe(200);
	});

	it('is that of the nearer of two, as far as it is known', () => {
		const [near, far, never] = [
			deadlineSignal(5_000),
			deadlineSignal(9_000),
			new AbortController().signal,
		];
		expect(deadlineOf(undefined)).toBe(Infinity);
		expect(deadlineOf(never)).toBe(Infinity);
		expect(deadlineOf(near)).toBe(time.ms + 5_000);
		expect(deadlineOf(eitherSignal(far, near))).toBe(time.ms + 5_000);
		expect(deadlineOf(eitherSignal(never, far))).toBe(time.ms + 9_000);
		expect(deadlineOf(eitherSignal(never, never))).toBe(Infinity);
		expect(eitherSignal(near, undefined)).toBe(near);
		expect(eitherSignal(undefined, near)).toBe(near);
		expect(eitherSignal(undefined, undefined)).toBeUndefined();
	});

	it('ends with either signal', () => {
		for (const which of [0, 1]) {
			const both = [new AbortController(), new AbortController()];
			const either = eitherSignal(both[0].signal, both[1].signal)!;
			expect(either.aborted).toBe(false);
			both[which].abort(new Error('over'));
			expect(either).toMatchObject({ aborted: true, reason: new Error('over') });
		}
	});

	it('ends work that takes no notice of it, and leaves nothing behind', async () => {
		const over = new AbortController();
		const endless = untilAborted(new Promise(() => undefined), over.signal);
		over.abort(new Error('over'));
		await expect(endless).rejects.toThrow('over');
		await expect(untilAborted(new Promise(() => undefined), over.signal)).rejects.toThrow('over');
		// Work that fails as well, when nobody looks any more, must not end the process.
		const failing = untilAborted(Promise.reject(new Error('no')), over.signal);
		await expect(failing).rejects.toThrow('over');
		const open = new AbortController();
		const removed = jest.spyOn(open.signal, 'removeEventListener');
		expect(await untilAborted(Promise.resolve(7), open.signal)).toBe(7);
		await expect(untilAborted(Promise.reject(new Error('no')), open.signal)).rejects.toThrow('no');
		expect(await untilAborted(Promise.resolve(8), undefined)).toBe(8);
		expect(removed.mock.calls.map(([name]) => name)).toEqual(['abort', 'abort']);
		jest.restoreAllMocks();
	});
});

describe('what is shown', () => {
	it.each([
		'https://media.example.com/a.wav?AWSAccessKeyId=AK1&Signature=s3cr3tSig&Expires=1',
		'see https://media.example.com/a.wav?s3cr3tSig',
		'see https://media.example.com/a.wav?sig=s3cr3tSig&se=2026',
		'see <https://media.example.com/a.wav#s3cr3tSig>',
		'GET /bucket/a.wav?X-Amz-Credential=s3cr3tSig&X-Amz-Date=1 was refused',
		'https://user:s3cr3tSig@host/a',
		'Authorization: Bearer s3cr3tSig.abc',
		'Basic czNjcjN0U2ln',
		'token eyJhbGciOi.s3cr3tSig.x',
		'{"access_token":"s3cr3tSig","x":1}',
		'password=s3cr3tSig&a=b',
	])('holds no secret of %j', (text) => {
		expect(redact(text)).not.toMatch(/s3cr3tSig|czNjcjN0U2ln/);
	});

	it('leaves the address of a signed link, which helps, and none of its query', () => {
		expect(
			redact('GET https://media.example.com/a.wav?sig=abc&x=1, then "https://b.example.com/#k=v"'),
		).toBe('GET https://media.example.com/a.wav?… then "https://b.example.com/?…"');
		expect(redact('/bucket/a.wav?sig=abc denied')).toBe('/bucket/a.wav?… denied');
		expect(redact('Really? Yes.')).toBe('Really? Yes.');
	});

	it('blots out known secrets wherever they stand', () => {
		expect(redact('login for pa$$word! denied', ['pa$$word!'])).toBe('login for … denied');
	});

	it.each([
		[{ message: 'Too many', route: '/x' }, 'Too many'],
		[{ statusCode: 5, statusMessage: 'No role' }, 'No role'],
		[{ error: { message: 'inner' } }, 'inner'],
		[
			'<html><head><style>a{}</style></head><body><h1>Gateway</h1> down</body></html>',
			'Gateway down',
		],
		[null, ''],
	])('takes the words out of %j', (body, words) => {
		expect(quote(body)).toBe(words);
	});

	it('cuts long pages', () => {
		expect(quote('x'.repeat(5_000)).length).toBeLessThan(420);
	});
});
