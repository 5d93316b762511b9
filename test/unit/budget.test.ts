import { BudgetWaits, RequestBudget } from '../../core/http/budget';
import { clock } from '../../core/http/clock';
import { deadlineSignal } from '../../core/http/deadline';
import { requestLoop, type Reply } from '../../core/http/retry';
import { SlidingWindow } from '../../simulator/cxone/limits';

const MINUTE_MS = 60_000;

/** Time that many can wait in at once: whoever waits shortest goes on next. */
class Timeline {
	now = Date.parse('2026-03-02T12:00:00Z');
	private waiting: Array<{ at: number; goOn: () => void }> = [];

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			this.waiting.push({ at: this.now + ms, goOn: resolve });
			signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
		});
	}

	/** Lets time pass until `work` is done. */
	async pass<T>(work: Promise<T>): Promise<T> {
		let done = false;
		void work.catch(() => undefined).finally(() => (done = true));
		for (;;) {
			await new Promise((resolve) => setImmediate(resolve));
			if (done) return await work;
			const next = this.waiting.reduce((one, other) => (other.at < one.at ? other : one));
			this.waiting.splice(this.waiting.indexOf(next), 1);
			this.now = Math.max(this.now, next.at);
			next.goOn();
		}
	}
}

let time: Timeline;
const real = { ...clock };

beforeEach(() => {
	time = new Timeline();
	clock.now = () => time.now;
	clock.sleep = async (ms, signal) => await time.sleep(ms, signal);
	// The same numbers each time, spread evenly.
	let seed = 1;
	jest
		.spyOn(Math, 'random')
		.mockImplementation(() => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647);
});
afterEach(() => {
	Object.assign(clock, real);
	jest.restoreAllMocks();
});

interface Tenant {
	limit: number;
	windowMs: number;
	/** Whether its refusals say Retry-After. */
	retryAfter: boolean;
}

interface Work {
	requests: number;
	/** When it begins, in milliseconds. */
	atMs?: number;
	/** What its credential allows; the tenant's limit unless told. */
	limit?: number;
}

interface Outcome {
	/** Of all requests, which part the server refused. */
	refused: number;
	/** Requests that were given up. */
	failed: number;
	tookMs: number;
	/** When the requests of each process were let through, in milliseconds from the start. */
	served: number[][];
}

/** Processes that know nothing of each other, each with five requests under way at most, against one tenant. */
async function share(tenant: Tenant, processes: Work[]): Promise<Outcome> {
	const server = new SlidingWindow(tenant.limit, tenant.windowMs);
	const startMs = time.now;
	const outcome: Outcome = { refused: 0, failed: 0, tookMs: 0, served: processes.map(() => []) };
	let sent = 0;
	let refusals = 0;
	const way = async () => await time.sleep(50 + Math.random() * 100);
	const attempt = async (served: number[]): Promise<Reply> => {
		await way();
		sent++;
		const waitMs = server.take(time.now);
		if (waitMs === 0) served.push(time.now - startMs);
		else refusals++;
		await way();
		const headers: Record<string, string> =
			waitMs > 0 && tenant.retryAfter ? { 'retry-after': String(Math.ceil(waitMs / 1_000)) } : {};
		return { status: waitMs > 0 ? 429 : 200, headers, body: {} };
	};
	await time.pass(
		Promise.all(
			processes.map(async ({ requests, atMs = 0, limit = tenant.limit }, index) => {
				await time.sleep(atMs + 10 * Math.random());
				const budget = new RequestBudget(limit, tenant.windowMs);
				let left = requests;
				await Promise.all(
					Array.from({ length: 5 }, async () => {
						while (left-- > 0) {
							const reply = await requestLoop({
								attempt: async () => await attempt(outcome.served[index]),
								repeatable: true,
								budget,
							});
							if (reply.status !== 200) outcome.failed++;
						}
					}),
				);
			}),
		),
	);
	outcome.refused = refusals / sent;
	outcome.tookMs = time.now - startMs;
	return outcome;
}

const within = (times: readonly number[], fromMs: number, toMs: number) =>
	times.filter((at) => at >= fromMs && at < toMs).length;

describe('processes that know nothing of each other', () => {
	const MEDIA_PLAYBACK = { limit: 150, windowMs: 5 * MINUTE_MS };
	const RECORDING_API = { limit: 50, windowMs: MINUTE_MS };

	it.each([
		[2, { ...MEDIA_PLAYBACK, retryAfter: true }],
		[2, { ...MEDIA_PLAYBACK, retryAfter: false }],
		[2, { ...RECORDING_API, retryAfter: true }],
		[2, { ...RECORDING_API, retryAfter: false }],
		[4, { ...MEDIA_PLAYBACK, retryAfter: true }],
		[4, { ...MEDIA_PLAYBACK, retryAfter: false }],
		[4, { ...RECORDING_API, retryAfter: true }],
		[4, { ...RECORDING_API, retryAfter: false }],
	])('settle on their shares: %i of them at %j', async (count, tenant) => {
		const windows = 24;
		const requests = (windows * tenant.limit) / count;
		const runs: Outcome[] = [];
		for (let n = 0; n < 4; n++)
			runs.push(
				await share(
					tenant,
					Array.from({ length: count }, () => ({ requests })),
				),
			);
		const mean = (pick: (outcome: Outcome) => number) =>
			runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
		expect(mean(({ refused }) => refused)).toBeLessThanOrEqual(0.05);
		expect(mean(({ tookMs }) => tookMs) / (windows * tenant.windowMs)).toBeLessThanOrEqual(1.1);
		expect(runs.map(({ failed }) => failed)).toEqual([0, 0, 0, 0]);
		// None had to stand back for another: while all were busy, each had at least half of an equal share.
		for (const { served } of runs) {
			const firstDone = Math.min(...served.map((times) => times.at(-1)!));
			const fair = within(served.flat(), 0, firstDone) / count;
			for (const times of served) expect(within(times, 0, firstDone)).toBeGreaterThan(fair / 2);
		}
	});

	it('of which one is alone: nothing is refused and nothing is slower than the limit', async () => {
		const { refused, tookMs } = await share({ ...MEDIA_PLAYBACK, retryAfter: true }, [
			{ requests: 1_200 },
		]);
		expect(refused).toBe(0);
		// The last 150 leave together, seven windows after the first.
		expect(tookMs / (7 * MEDIA_PLAYBACK.windowMs)).toBeLessThan(1.03);
	});

	it('of which one stops: the other has the whole limit again within three windows', async () => {
		const tenant = { ...MEDIA_PLAYBACK, retryAfter: true };
		const {
			served: [stayed, left],
		} = await share(tenant, [{ requests: 1_200 }, { requests: 300 }]);
		const goneMs = left.at(-1)!;
		expect(within(stayed, goneMs - tenant.windowMs, goneMs)).toBeLessThan(0.7 * tenant.limit);
		expect(
			within(stayed, goneMs + 2 * tenant.windowMs, goneMs + 3 * tenant.windowMs),
		).toBeGreaterThan(0.9 * tenant.limit);
	});

	it.each([
		{ ...RECORDING_API, retryAfter: true },
		{ ...MEDIA_PLAYBACK, retryAfter: true },
		{ ...MEDIA_PLAYBACK, retryAfter: false },
	])('of which one comes last: it gets its part, and gives nothing up (%j)', async (tenant) => {
		const { limit, windowMs } = tenant;
		for (let run = 0; run < 4; run++) {
			const {
				served: [first, last],
				failed,
			} = await share(tenant, [
				{ requests: 20 * limit },
				{ requests: 8 * limit, atMs: 2.2 * windowMs },
			]);
			expect(failed).toBe(0);
			expect(within(last, 10 * windowMs, 15 * windowMs)).toBeGreaterThan(
				within(first, 10 * windowMs, 15 * windowMs) / 4,
			);
		}
	});

	it('of which the tenant allows less than the credential says: nearly nothing is refused for ever', async () => {
		const { refused, failed, tookMs } = await share(
			{ limit: 75, windowMs: 5 * MINUTE_MS, retryAfter: false },
			[{ requests: 900, limit: 150 }],
		);
		expect(failed).toBe(0);
		expect(refused).toBeLessThan(0.05);
		expect(tookMs / (12 * 5 * MINUTE_MS)).toBeLessThan(1.1);
	});
});

describe('a budget after a refusal', () => {
	/** Takes `count` times at once and tells when each had its turn, in milliseconds from now. */
	async function turns(budget: RequestBudget, count: number): Promise<number[]> {
		const startMs = time.now;
		return await time.pass(
			Promise.all(Array.from({ length: count }, async () => (await budget.take()) - startMs)),
		);
	}

	/** A budget of 100 a minute in which 40 were let through and one was refused. */
	async function refusedAfter(served: number): Promise<RequestBudget> {
		const budget = new RequestBudget(100, MINUTE_MS);
		await turns(budget, served);
		budget.refused(await time.pass(budget.take()), time.now + 5_000);
		return budget;
	}

	it('does not let those who waited go all at once', async () => {
		const [first, ...others] = await turns(await refusedAfter(40), 5);
		expect(first).toBeGreaterThanOrEqual(5_000);
		let before = first;
		for (const turn of others) {
			expect(turn - before).toBeGreaterThan(500);
			before = turn;
		}
	});

	it('serves in the order of asking', async () => {
		const budget = await refusedAfter(40);
		const order: number[] = [];
		await time.pass(
			Promise.all(
				[1, 2, 3, 4].map(async (n) => {
					await budget.take();
					order.push(n);
				}),
			),
		);
		expect(order).toEqual([1, 2, 3, 4]);
	});

	it('sends one more only when one of its own has left the window, for the window is full', async () => {
		const sent = await turns(await refusedAfter(40), 60);
		// All 40 left at the beginning.
		expect(within(sent, 0, MINUTE_MS)).toBe(0);
		expect(within(sent, MINUTE_MS, 2 * MINUTE_MS)).toBeGreaterThanOrEqual(35);
	});

	it('learns the same from one refused request as from several that were on their way together', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0.5);
		const [once, often] = [new RequestBudget(100, MINUTE_MS), new RequestBudget(100, MINUTE_MS)];
		for (const [budget, refusals] of [
			[once, 1],
			[often, 5],
		] as const) {
			await turns(budget, 40);
			const booked = await Promise.all(
				Array.from({ length: refusals }, async () => await budget.take()),
			);
			for (const bookedMs of booked) budget.refused(bookedMs, time.now + 1_000);
		}
		const startMs = time.now;
		const expected = await turns(once, 100);
		time.now = startMs;
		expect(await turns(often, 100)).toEqual(expected);
	});

	it('never exceeds the limit, whatever it takes back', async () => {
		const sent = await turns(await refusedAfter(40), 1_500);
		for (let i = 100; i < sent.length; i++)
			expect(sent[i] - sent[i - 100]).toBeGreaterThan(MINUTE_MS);
		// And uses all of it in the end.
		expect(sent.at(-1)! - sent.at(-401)!).toBeLessThan(4.1 * MINUTE_MS);
	});

	it('holds to a limit that was lowered in the credential since', async () => {
		const budget = await refusedAfter(40);
		budget.allow(10, 'careful');
		const sent = await turns(budget, 100);
		for (let i = 10; i < sent.length; i++)
			expect(sent[i] - sent[i - 10]).toBeGreaterThan(MINUTE_MS);
	});

	it('makes a burst again when the refusal is long past', async () => {
		const budget = await refusedAfter(40);
		await turns(budget, 1);
		time.now += 20 * MINUTE_MS;
		expect(await turns(budget, 100)).toEqual(Array.from({ length: 100 }, () => 0));
	});

	it('books nothing for one who is cancelled while requests are spread', async () => {
		const cancelled = await refusedAfter(40);
		await turns(cancelled, 1);
		const cancel = new AbortController();
		const waiting = cancelled.take(cancel.signal);
		cancel.abort(new Error('cancelled'));
		await expect(waiting).rejects.toThrow('cancelled');
		const [next] = await turns(cancelled, 1);
		expect(next).toBeLessThan(2_000);
	});

	it('does not wait for a clock that was set back a day', async () => {
		const budget = await refusedAfter(40);
		await turns(budget, 1);
		time.now -= 86_400_000;
		const [turn] = await turns(budget, 1);
		expect(turn).toBeLessThan(2 * MINUTE_MS);
		// What was learned then is forgotten by the clock as it is now.
		time.now += 20 * MINUTE_MS;
		await turns(budget, 1);
		expect((await turns(budget, 50)).at(-1)).toBe(0);
	});

	it('goes on with what was before a clock that was set back by less than the window', async () => {
		const budget = new RequestBudget(2, MINUTE_MS);
		await turns(budget, 1);
		time.now += 50_000;
		await turns(budget, 1);
		time.now -= 10_000;
		const [third, fourth] = await turns(budget, 2);
		// The first of both left 40 s ago; the other one counts as sent now.
		expect(Math.round(third / 1_000)).toBe(21);
		expect(Math.round(fourth / 1_000)).toBe(61);
	});

	it('does not count the refused request itself, nor take another one for it', async () => {
		const budget = new RequestBudget(1, MINUTE_MS);
		budget.refused(await time.pass(budget.take()), time.now + 1_000);
		expect(await turns(budget, 1)).toEqual([1_000]);
		budget.refused(time.now - 5 * MINUTE_MS, time.now + 1_000);
		expect((await turns(budget, 1))[0]).toBeGreaterThan(MINUTE_MS);
	});

	it('learns from what is in the window when the refusal comes, not from what was', async () => {
		jest.spyOn(Math, 'random').mockReturnValue(0.5);
		const gapAfter = async (answerMs: number) => {
			const budget = new RequestBudget(100, MINUTE_MS);
			await turns(budget, 40);
			const booked = await time.pass(budget.take());
			time.now += answerMs;
			budget.refused(booked, time.now + 1_000);
			const [first, second] = await turns(budget, 2);
			return second - first;
		};
		const [quick, slow] = [await gapAfter(100), await gapAfter(MINUTE_MS)];
		expect(slow / quick).toBeGreaterThan(2);
	});

	it('spreads requests over half the window, by chance a quarter more or less', async () => {
		const gap = async (chance: number) => {
			jest.spyOn(Math, 'random').mockReturnValue(chance);
			const budget = await refusedAfter(40);
			time.now += MINUTE_MS + 1_000;
			const [first, second] = await turns(budget, 2);
			return second - first;
		};
		const middle = await gap(0.5);
		expect((await gap(0)) / middle).toBeCloseTo(0.75, 5);
		expect((await gap(1)) / middle).toBeCloseTo(1.25, 5);
		// The 40 that were let through before are its own again by then.
		expect(middle).toBeGreaterThan((0.5 * MINUTE_MS) / 42);
		expect(middle).toBeLessThan((0.5 * MINUTE_MS) / 36);
	});
});

it('tells how long a run waited for it; waits at the same time count once', async () => {
	const budget = new RequestBudget(1, MINUTE_MS);
	const waits = new BudgetWaits();
	await time.pass(budget.take(undefined, waits));
	expect(waits.ms).toBe(0);
	const startMs = time.now;
	await time.pass(
		Promise.all([budget.take(undefined, waits), budget.take(undefined, waits), budget.take()]),
	);
	// The third one is another's.
	expect(time.now - startMs).toBeCloseTo(3 * 1.01 * MINUTE_MS, -1);
	expect(waits.ms).toBeCloseTo(2 * 1.01 * MINUTE_MS, -1);
	await time.pass(budget.take(undefined, waits));
	expect(waits.ms).toBeCloseTo(3 * 1.01 * MINUTE_MS, -1);
	await expect(budget.take(AbortSignal.abort(new Error('cancelled')), waits)).rejects.toThrow(
		'cancelled',
	);
	expect(waits.ms).toBeCloseTo(3 * 1.01 * MINUTE_MS, -1);
});

describe('a budget without room in time', () => {
	it('says so when the time is over, waits no longer, and books nothing', async () => {
		const budget = new RequestBudget(1, MINUTE_MS);
		await budget.take();
		const startMs = time.now;
		const late = budget.take(deadlineSignal(10_000));
		await expect(time.pass(late)).rejects.toMatchObject({
			name: 'TimeoutError',
			message: expect.stringContaining('no time left') as string,
		});
		expect(time.now - startMs).toBe(10_000);
		expect(await time.pass(budget.take())).toBe(startMs + MINUTE_MS * 1.01);
	});

	it('serves whoever has time', async () => {
		const budget = new RequestBudget(1, MINUTE_MS);
		await budget.take();
		const startMs = time.now;
		expect(await time.pass(budget.take(deadlineSignal(MINUTE_MS * 1.02)))).toBe(
			startMs + MINUTE_MS * 1.01,
		);
	});
});
