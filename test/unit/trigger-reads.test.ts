import type { Page } from '../../core/trigger/source';
import { activated, HOUR, MINUTE, since, START, Trial, type Call } from './trigger-trial';

/** Polls so many minutes after each other, and tells how many pages each asked for. */
async function pagesOf(trial: Trial, ...waits: number[]): Promise<number[]> {
	const pages: number[] = [];
	for (const wait of waits) {
		await trial.pollIn(wait);
		pages.push(trial.requests);
	}
	return pages;
}

const idsOf = ({ calls }: Trial) => calls.map(({ id }) => id);

describe('what a poll asks for', () => {
	it('is the newest and everything within the look-back to begin with, then both in one', async () => {
		const trial = new Trial();
		await trial.poll();
		expect(trial.asked).toEqual(['-15..', '-120..-60', '-60..']);
		await trial.pollIn(1);
		expect(trial.asked).toEqual(['-120..']);
		await trial.pollIn(1);
		expect(trial.asked).toEqual(['-119..']);
	});

	it('are longer and longer spans of a past without recordings, up to 32 days', async () => {
		const trial = since(100 * 24 * 60);
		await trial.poll();
		const hours = trial.asked.slice(1, -1).map((asked) => {
			const [from, to] = asked.split('..').map(Number);
			return (to! - from!) / 60;
		});
		// The last one ends where the look-back begins.
		expect(hours).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 607]);
		expect(trial.asked.at(-1)).toBe('-120..');
	});

	it.each([
		{ rows: 1, next: '-660..-540' },
		{ rows: 2, next: '-660..-600' },
	])('is as long a span as before where one has half of its rows ($rows of 4)', async (one) => {
		const trial = since(720, { maxRows: 4 });
		trial.addMany(one.rows, 700);
		await trial.poll();
		expect(trial.asked.slice(1, 3)).toEqual(['-720..-660', one.next]);
	});

	it.each([true, false])(
		'are shorter spans where one has too many rows (totals: %s)',
		async (totals) => {
			const trial = since(720, { maxRows: 4, pageSize: 3, totals });
			trial.narrow = () => {
				throw new Error('There is no need to list less');
			};
			for (let n = 0; n < 10; n++) trial.add(`r${n}`, 719 - n * 6, -600);
			expect(await trial.poll()).toEqual(idsOf(trial));
			const spans = trial.asked.filter((asked) => !asked.includes('@')).slice(1, 6);
			expect(spans.filter((span, index) => span !== spans[index - 1])).toEqual([
				'-720..-660',
				'-720..-690',
				// Five without a total are known to be five when they have been read.
				...(totals ? ['-720..-705', '-705..-690', '-690..-675'] : ['-690..-660', '-660..-630']),
			]);
		},
	);

	it('is the whole of a span that has as many rows as it may', async () => {
		const trial = since(720, { maxRows: 4, pageSize: 3 });
		trial.addMany(4, 700);
		await trial.poll();
		expect(trial.asked.slice(1, 4)).toEqual(['-720..-660', '-720..-660@3', '-660..-600']);
	});

	it('is a span of the least length at last, whatever it holds', async () => {
		const trial = since(16, { maxRows: 4, pageSize: 3, minSpanMs: 8 * MINUTE, freshMs: 0 });
		trial.addMany(9, 15);
		expect(await trial.poll()).toHaveLength(9);
		expect(trial.asked.slice(0, 2)).toEqual(['-16..', '-16..-8']);
		expect(trial.asked).toContain('-16..-8@6');
		expect(trial.asked.at(-1)).toBe('-8..');
	});

	it('is less beyond a span where the source can do so, until it cannot', async () => {
		const trial = since(720, { maxRows: 4, pageSize: 3, minSpanMs: HOUR, beyondMs: 2 * HOUR });
		let narrowed = 0;
		trial.narrow = () => {
			narrowed++;
			if (trial.beyondMs < MINUTE) return false;
			trial.beyondMs /= 2;
			return true;
		};
		for (let n = 0; n < 6; n++) trial.add(`r${n}`, 715 - n * 15, -600);
		trial.addMany(9, 300, 's');
		expect((await trial.poll()).sort()).toEqual(idsOf(trial).sort());
		expect(narrowed).toBe(8);
		expect(trial.beyondMs).toBeLessThan(MINUTE);
		// Where it cannot, a span is read as it is.
		expect(trial.asked.some((asked) => asked.endsWith('@6'))).toBe(true);
	});

	it('is the first page alone where a shorter span follows', async () => {
		const trial = since(720, { maxRows: 4, pageSize: 3 });
		trial.addMany(9, 700);
		await trial.poll();
		expect(trial.asked).not.toContain('-720..-660@3');
	});

	it('is no newest where one answer holds everything', async () => {
		const trial = since(720, { freshMs: 0 });
		await trial.poll();
		expect(trial.asked[0]).toBe('-720..-660');
	});

	it('are at most 90 pages of the newest: the scan comes by', async () => {
		const trial = since(720, { pageSize: 1 });
		trial.addMany(95, 10);
		expect(await trial.poll()).toHaveLength(95);
		expect(trial.asked.filter((asked) => asked.startsWith('-15..'))).toHaveLength(90);
	});

	it.each([
		{ remembered: 999, asked: ['-120..'] },
		{ remembered: 1_000, asked: ['-14..', '-120..'] },
	])('is the newest by itself where much is remembered: $remembered', async (one) => {
		const trial = Object.assign(new Trial(), { pageSize: 2_000, maxRows: 9_000 });
		trial.addMany(one.remembered, 60);
		await trial.poll();
		await trial.pollIn(1);
		expect(trial.asked).toEqual(one.asked);
	});

	it.each([
		{ cursor: -16, asked: ['-16..'] },
		{ cursor: -15, asked: ['-15..'] },
		{ cursor: -14, asked: ['-15..', '-14..'] },
	])('is the newest where the scan has come into it: $cursor', async ({ cursor, asked }) => {
		const trial = await activated();
		trial.stored!.scan.cursor = START + cursor * MINUTE;
		await trial.poll();
		expect(trial.asked).toEqual(asked);
	});

	it.each([
		{ what: 'after a pause, what is settled by itself', paused: 121, asked: ['-120..1', '1..'] },
		{ what: 'after a shorter one, all of it', paused: 120, asked: ['-120..'] },
		{
			what: 'after a pause, spans as they come where one has one answer',
			paused: 121,
			change: { isSnapshot: true, freshMs: 0 },
			asked: ['-120..120', '120..'],
		},
	])('is $what', async ({ paused, change, asked }) => {
		const trial = Object.assign(await activated(), change);
		await trial.pollIn(paused);
		expect(trial.asked.slice(-asked.length)).toEqual(asked);
	});

	it('ends with now: a span of which nothing is to come has no end', async () => {
		const trial = await activated();
		Object.assign(trial.stored!.scan, { cursor: START - 60 * MINUTE, spanMs: 60 * MINUTE });
		await trial.poll();
		expect(trial.asked).toEqual(['-60..']);
	});
});

describe('how much a poll asks for', () => {
	/** Sixty pages within the look-back, which the first poll has seen. */
	async function busy(change: Partial<Trial> = {}, pages = 60): Promise<Trial> {
		const trial = Object.assign(new Trial(), { pageSize: 1 }, change);
		trial.addMany(pages, 100);
		await trial.poll();
		return trial;
	}

	it('are twenty pages of what it has seen, but all of them the first time', async () => {
		const trial = await busy();
		expect(trial.requests).toBe(62);
		expect(await pagesOf(trial, 1, 1, 1, 1)).toEqual([20, 21, 21, 20]);
	});

	it.each([
		{ after: 10, pages: 21 },
		{ after: 10.1, pages: 41 },
	])('is all of it when a scan takes more than ten minutes: $after', async ({ after, pages }) => {
		const trial = await busy();
		expect(await pagesOf(trial, 2, after)).toEqual([20, pages]);
	});

	it('counts these minutes from where the scan began, wherever it has come to', async () => {
		expect(await pagesOf(await busy({}, 100), 1, 5, 5.1)).toEqual([20, 21, 61]);
		const trial = await busy();
		// Sixty more, behind an hour without any.
		trial.addMany(60, 30, 's');
		await trial.poll();
		trial.stored!.scan = { cursor: START - HOUR, startedAt: START, spanMs: 4 * HOUR };
		expect(await pagesOf(trial, 1, 9.5)).toEqual([20, 41]);
	});

	it.each([
		{ since: 240, pages: 21 },
		{ since: 241, pages: 63 },
	])('is all of it where twice the look-back or more is to be read: $since', async (one) => {
		const trial = since(one.since, { pageSize: 1 });
		trial.addMany(60, 230);
		await trial.poll();
		expect(trial.requests).toBe(one.pages);
	});

	it('is all of one answer, though it has many parts', async () => {
		const trial = await busy({ isSnapshot: true, maxRows: Infinity, totals: false });
		expect(await pagesOf(trial, 1, 1)).toEqual([60, 60]);
	});
});

describe('a poll that has no time or room left', () => {
	it('leaves the rest to the next one: the newest and the scan take turns', async () => {
		const trial = since(720, { pagesPerPoll: 1 });
		const asked: string[] = [];
		for (let n = 0; n < 4; n++) {
			await trial.pollIn(1);
			asked.push(...trial.asked);
		}
		expect(asked).toEqual(['-14..', '-720..-660', '-12..', '-660..-540']);
	});

	it.each([
		{ what: 'with an end', agoMinutes: 700, span: '-720..-660' },
		{ what: 'without one', agoMinutes: 100, span: '-120..' },
	])('goes on where it stopped, in the same span: one $what', async ({ agoMinutes, span }) => {
		const trial = span.endsWith('..') ? await activated() : since(720);
		trial.addMany(250, agoMinutes);
		trial.pagesPerPoll = span.endsWith('..') ? 1 : 2;
		const first = await trial.poll();
		expect(trial.asked.at(-1)).toBe(span);
		trial.pagesPerPoll = 2;
		const second = await trial.pollIn(300);
		expect(trial.asked.at(-1)).toBe(`${span}@100`);
		trial.pagesPerPoll = Infinity;
		const third = await trial.pollIn(1);
		expect(trial.asked[1]).toBe(`${span}@200`);
		expect([...first, ...second, ...third]).toEqual(idsOf(trial));
	});

	it('does not read again what it read well in two parts', async () => {
		const trial = since(720, { pagesPerPoll: 2 });
		trial.addMany(150, 700);
		await trial.poll();
		trial.pagesPerPoll = Infinity;
		await trial.pollIn(1);
		expect(trial.asked.slice(1, 3)).toEqual(['-720..-660@100', '-660..-540']);
	});

	it('hands over no more than it may, and the others later, each once', async () => {
		const trial = since(60, { pageSize: 4 });
		trial.settings.maxItems = 3;
		trial.addMany(10, 30);
		const got = [await trial.poll(), await trial.poll(), await trial.poll(), await trial.poll()];
		expect(got.map(({ length }) => length)).toEqual([3, 3, 3, 1]);
		expect(got.flat()).toEqual(idsOf(trial));
		expect(await trial.poll()).toEqual([]);
	});

	it('asks for nothing more when it may hand over no more', async () => {
		const trial = since(720);
		trial.settings.maxItems = 3;
		trial.addMany(10, 10);
		await trial.poll();
		expect(trial.asked).toEqual(['-15..']);
	});

	it('keeps what it has when time runs out over a page, and asks for that page again', async () => {
		const trial = since(720, { pagesPerPoll: 3 });
		trial.addMany(150, 700);
		trial.fails = (asked) => asked === '-720..-660@100';
		expect(await trial.poll()).toHaveLength(100);
		expect(trial.stoppedBy).toBeUndefined();
		trial.fails = () => false;
		trial.pagesPerPoll = Infinity;
		expect(await trial.pollIn(1)).toHaveLength(50);
		expect(trial.asked[1]).toBe('-720..-660@100');
	});

	it('ends without an error where the platform is still at work on a page, and asks for that page again', async () => {
		const trial = since(720, { pageSize: 3 });
		trial.addMany(9, 700);
		trial.isAtWork = (asked) => asked === '-720..-660@3';
		expect(await trial.poll()).toEqual(idsOf(trial).slice(0, 3));
		expect(trial.asked.at(-1)).toBe('-720..-660@3');
		trial.isAtWork = () => false;
		expect(await trial.pollIn(1)).toEqual(idsOf(trial).slice(3));
		expect(trial.asked).toContain('-720..-660@3');
		expect(trial.asked).not.toContain('-720..-660');
		expect(trial.said).toEqual([]);
	});

	it('ends without an error where it gets no page at all for that', async () => {
		const trial = await activated();
		trial.add('late', 1, -1);
		trial.isAtWork = () => true;
		expect(await trial.pollIn(1)).toEqual([]);
		expect(trial.requests).toBe(1);
		trial.isAtWork = () => false;
		expect(await trial.pollIn(1)).toEqual(['late']);
	});

	it('tells of it when time runs out before a single answer', async () => {
		const trial = since(720, { pagesPerPoll: 1, fails: () => true });
		await expect(trial.poll()).rejects.toThrow('-15..: 500');
		expect(trial.requests).toBe(1);
	});

	it('tells of it, too, where it was about to go on with a span', async () => {
		const trial = since(720, { pagesPerPoll: 2 });
		trial.addMany(150, 700);
		await trial.poll();
		trial.pagesPerPoll = 1;
		await trial.poll();
		trial.fails = () => true;
		await expect(trial.poll()).rejects.toThrow('-720..-660@100: 500');
	});

	it('begins a span anew where its next page is refused, within the pages it may ask for', async () => {
		const trial = Object.assign(new Trial(), { pageSize: 1 });
		trial.addMany(60, 100);
		await trial.poll();
		await trial.pollIn(1);
		trial.fails = (asked) => asked.endsWith('@20');
		await trial.pollIn(1);
		expect(trial.asked.slice(0, 4)).toEqual(['-13..', '-120..@20', '-120..', '-120..@1']);
		expect(trial.requests).toBe(21);
	});

	it('asks once where there is nothing to begin anew', async () => {
		const trial = since(720, { fails: (asked) => asked.startsWith('-720') });
		await expect(trial.poll()).rejects.toThrow('-720..-660: 500');
		expect(trial.asked).toEqual(['-15..', '-720..-660']);
	});
});

describe('the pages of a span', () => {
	const row = (id: string) => ({
		id,
		at: START - 10 * MINUTE,
		state: 'available' as const,
		status: '',
		raw: { id } as Call,
	});
	/** A trial whose platform answers with these pages, whatever is asked for. */
	function answering(pages: Array<Partial<Page<Call>> & { ids: string[] }>, change = {}): Trial {
		const trial = since(60, { freshMs: 0, ...change });
		trial.page = async (_span, position = 0) => {
			trial.requests++;
			const index = Number(position);
			const { ids, ...page } = pages[index]!;
			const next = index + 1 < pages.length ? { next: index + 1 } : {};
			return { ...next, ...page, rows: ids.map(row) };
		};
		return trial;
	}

	it.each<{ what: string; pages: string[][]; change?: Partial<Trial>; got: string; asked: number }>(
		[
			{ what: 'an empty one is not the last', pages: [['a'], [], ['b']], got: 'ab', asked: 3 },
			{
				what: 'one that only repeats is',
				pages: [['a', 'b'], ['b', 'a'], ['c']],
				got: 'ab',
				asked: 2,
			},
			{
				what: 'one that repeats the first is',
				pages: [['a'], ['b'], ['a'], ['c']],
				got: 'ab',
				asked: 3,
			},
			{
				what: 'one that repeats in part is not',
				pages: [['a', 'b'], ['b', 'c'], ['d']],
				got: 'abcd',
				asked: 3,
			},
			{
				what: 'one answer may list a recording twice',
				pages: [['a'], ['a'], ['b']],
				change: { isSnapshot: true },
				got: 'ab',
				asked: 3,
			},
		],
	)('$what', async ({ pages, change, got, asked }) => {
		const trial = answering(
			pages.map((ids) => ({ ids })),
			change,
		);
		expect((await trial.poll()).join('')).toBe(got);
		expect(trial.requests).toBe(asked);
	});

	it.each([
		{ what: 'all rows came', pages: [['a', 'b'], ['c']], total: 3, watermark: '-60' },
		{ what: 'one did not', pages: [['a', 'b'], ['c']], total: 4, watermark: '-120' },
		{ what: 'one came twice', pages: [['a', 'b'], ['b']], total: 3, watermark: '-120' },
	])('count towards the total, each row once: $what', async ({ pages, total, watermark }) => {
		const trial = answering(pages.map((ids) => ({ ids, total })));
		await trial.poll();
		expect(trial.requests).toBe(pages.length);
		// A watermark waits for a young span to be read well.
		trial.stored!.scan.cursor = trial.stored!.watermark = START - 120 * MINUTE;
		await trial.pollIn(60);
		expect(trial.watermark).toBe(watermark);
	});

	it.each([
		{ what: 'with a row of the one before', second: ['b', 'c'], watermark: '-60' },
		{ what: 'without one', second: ['c', 'd'], watermark: '-120' },
		{ what: 'with none at all', second: [], watermark: '-120' },
	])('that overlap show that rows were deleted: $what', async ({ second, watermark }) => {
		const pages = [{ ids: ['a', 'b'] }, { ids: second, anchored: true }];
		const trial = answering(pages);
		await trial.poll();
		trial.stored!.scan.cursor = trial.stored!.watermark = START - 120 * MINUTE;
		await trial.pollIn(60);
		expect(trial.watermark).toBe(watermark);
	});

	it('that overlap do so across two polls', async () => {
		const pages = [{ ids: ['a', 'b', 'c'] }, { ids: ['c', 'd'], anchored: true, total: 4 }];
		for (const [second, watermark] of [
			['c', '-60'],
			['x', '-120'],
		] as const) {
			pages[1]!.ids[0] = second;
			const trial = answering(pages, { pagesPerPoll: 1 });
			await trial.poll();
			trial.stored!.scan.cursor = trial.stored!.watermark = START - 120 * MINUTE;
			trial.stored!.scan.resume!.startedAt = START + 60 * MINUTE;
			await trial.pollIn(60);
			expect(trial.watermark).toBe(watermark);
		}
	});
});

describe('rows that may have been missed', () => {
	/** Ten rows of a settled hour on three pages, and what the second look at it is for. */
	const settled = (change: Partial<Trial>): Trial => {
		const trial = since(720, { pageSize: 4, freshMs: 0, ...change });
		for (let n = 0; n < 10; n++) trial.add(`r${n}`, 719 - n * 5, -600);
		return trial;
	};
	const pages = (span: string) => [span, `${span}@4`, `${span}@8`];
	const overlapping = (span: string) => [span, `${span}@3`, `${span}@6`];

	it.each([
		{ what: 'no total', change: { totals: false }, again: pages('-720..-660') },
		{
			what: 'neither total nor more than one page',
			change: { totals: false, pageSize: 10 },
			pages: ['-720..-660'],
			again: [],
		},
		{ what: 'a total that stays', change: {}, again: [] },
		{
			what: 'one answer with many parts',
			change: { totals: false, isSnapshot: true, maxRows: Infinity },
			again: [],
		},
		{
			what: 'a total that stays, and pages that overlap',
			change: { anchored: true },
			pages: overlapping('-720..-660'),
			again: [],
		},
	])('are looked for once more where there is $what', async (one) => {
		const trial = settled(one.change);
		expect(await trial.poll()).toEqual(idsOf(trial));
		const first = one.pages ?? pages('-720..-660');
		expect(trial.asked.slice(0, first.length + one.again.length + 1)).toEqual([
			...first,
			...one.again,
			'-660..-540',
		]);
	});

	it('are looked for once more where the last page came by itself', async () => {
		const trial = settled({ totals: false, pagesPerPoll: 2 });
		await trial.poll();
		trial.pagesPerPoll = Infinity;
		await trial.poll();
		expect(trial.asked.slice(0, 5)).toEqual(['-720..-660@8', ...pages('-720..-660'), '-660..-540']);
	});

	it.each([
		{ what: 'was there before', ago: 700, availableIn: -600 },
		{ what: 'is given up', ago: 700, availableIn: Infinity },
	])('are looked for once more, also where what came $what', async ({ ago, availableIn }) => {
		const trial = since(720, { totals: false, pageSize: 1, freshMs: 0 });
		await trial.poll();
		trial.stored!.scan = { cursor: START - 720 * MINUTE, startedAt: START, spanMs: HOUR };
		trial.stored!.watermark = trial.stored!.rememberedFrom = START - 720 * MINUTE;
		trial.watch = { ...trial.watch, conditions: 'other' };
		trial.settings.giveUpMs = HOUR;
		trial.add('one', ago, availableIn);
		trial.add('another', ago, availableIn);
		expect(await trial.poll()).toEqual([]);
		const look = ['-720..-660', '-720..-660@1'];
		expect(trial.asked.slice(0, 5)).toEqual([...look, ...look, '-660..-540']);
	});

	it('are not looked for in what is young: it is read again anyway', async () => {
		const trial = since(110, { totals: false, pageSize: 4, freshMs: 0 });
		for (let n = 0; n < 10; n++) trial.add(`r${n}`, 100 - n, -60);
		expect(await trial.poll()).toEqual(idsOf(trial));
		expect(trial.requests).toBe(4);
	});

	it.each([
		{ what: 'the total shrinks', change: {}, deleted: 1, added: 0 },
		{ what: 'overlapping pages do not join', change: { anchored: true }, deleted: 2, added: 2 },
	])('are found in a shorter span where $what', async ({ change, deleted, added }) => {
		const trial = settled(change);
		trial.betweenPages = () => {
			trial.betweenPages = undefined;
			trial.calls.splice(0, deleted);
			for (let n = 0; n < added; n++) trial.add(`late${n}`, 662 - n, -600);
		};
		const got = await trial.poll();
		expect(idsOf(trial).filter((id) => !got.includes(id))).toEqual([]);
		const first = change.anchored === true ? overlapping('-720..-660') : pages('-720..-660');
		expect(trial.asked.slice(0, first.length + 1).slice(-2)).toEqual([
			trial.asked[first.length - 1],
			'-720..-690',
		]);
	});

	it.each([
		{ what: 'at a start time', paused: 0 },
		{ what: 'after a pause', paused: 600 },
	])(
		'are found where what is settled and what is young are read for the first time: $what',
		async (one) => {
			const trial = since(600, { totals: false, pageSize: 4 });
			if (one.paused > 0) await trial.poll();
			trial.now += one.paused * MINUTE;
			for (let n = 0; n < 10; n++) trial.add(`r${n}`, 140 - n, -130);
			trial.add('young', 100, -90);
			trial.betweenPages = () => {
				trial.betweenPages = undefined;
				trial.calls.splice(0, 1);
			};
			const got = [
				...(await trial.poll()),
				...(await trial.pollIn(1)).concat(await trial.pollIn(1)),
			];
			expect(idsOf(trial).filter((id) => !got.includes(id))).toEqual([]);
		},
	);

	it('that never come cost nine looks and a line in the log, each time', async () => {
		const trial = since(720, { freshMs: 0 });
		trial.add('ghost', 720, -600, { isGhost: true });
		trial.add('another', 400, -300, { isGhost: true });
		trial.add('there', 719.9, -600);
		expect(await trial.poll()).toEqual(['there']);
		const looks = trial.asked.filter((asked) => asked.startsWith('-720..'));
		expect(looks.slice(0, 3)).toEqual(['-720..-660', '-720..-690', '-720..-705']);
		expect(looks).toHaveLength(9);
		expect(trial.said).toEqual([
			'Recordings between 2026-03-29T00:00:00.000Z and 2026-03-29T00:00:14.062Z kept changing while they were listed; the trigger goes on',
			expect.stringContaining('kept changing'),
		]);
		expect(trial.watermark).toBe('-120');
		expect((await trial.pollIn(1)).concat(trial.asked)).toEqual(['-120..']);
	});

	it('hold the watermark where they are young, for eight polls', async () => {
		const trial = new Trial();
		trial.add('ghost', 30, -20, { isGhost: true });
		await trial.poll();
		for (let n = 1; n < 8; n++) {
			await trial.pollIn(1);
			expect([trial.watermark, trial.asked]).toEqual(['-120', ['-120..']]);
			expect(trial.stored!.baseline).toBeDefined();
			expect(trial.said).toEqual([]);
		}
		await trial.pollIn(1);
		expect(trial.watermark).toBe('-112');
		expect(trial.stored!.baseline).toBeUndefined();
		expect(trial.said).toHaveLength(1);
		await trial.pollIn(1);
		expect(trial.said).toHaveLength(1);
	});

	it('hold it no longer than until they come', async () => {
		const trial = await activated();
		trial.add('ghost', 30, -20, { isGhost: true });
		await trial.pollIn(1);
		expect(trial.watermark).toBe('-120');
		trial.calls[0]!.isGhost = false;
		expect(await trial.pollIn(1)).toEqual(['ghost']);
		expect(trial.watermark).toBe('-118');
		expect(trial.stored!.scan).not.toHaveProperty('doubtfulReads');
	});

	it('do not hold it where they came with the next look', async () => {
		const trial = settled({});
		trial.betweenPages = () => {
			trial.betweenPages = undefined;
			trial.calls.splice(0, 1);
		};
		await trial.poll();
		expect(trial.watermark).toBe('-120');
	});
});

describe('what is settled', () => {
	it('is not read again, and what was handed over of it is forgotten', async () => {
		const trial = await activated();
		for (let n = 0; n < 20; n++) {
			trial.add(`r${n}`, 5, -1);
			expect(await trial.pollIn(30)).toEqual([`r${n}`]);
		}
		expect(trial.watermark).toBe('480');
		// Those of the last two hours, and of the ten minutes that end with them.
		expect(trial.memory.seenCount).toBeLessThanOrEqual(5);
	});

	it('is what was read when it was old enough, however late the scan goes on', async () => {
		const trial = since(120, { pagesPerPoll: 2 });
		trial.add('late', 90, 0, { visibleAt: START + 10 * MINUTE });
		await trial.poll();
		expect(trial.asked).toEqual(['-15..', '-120..-60']);
		trial.pagesPerPoll = Infinity;
		await trial.pollIn(180);
		expect(trial.asked).toEqual(['165..', '-60..60', '60..']);
		expect(trial.watermark).toBe('-120');
		expect(await trial.pollIn(1)).toEqual(['late']);
	});

	it('is nothing where nothing was ever there: a wrong clock loses nothing', async () => {
		const trial = await activated();
		trial.aheadMs = 24 * HOUR;
		await trial.pollIn(1);
		trial.aheadMs = 0;
		trial.add('new', 5, 0);
		expect(await trial.pollIn(1)).toEqual(['new']);
	});

	it('is remembered for as long as the newest call demands, whatever the clock says', async () => {
		const trial = await activated();
		const got: string[] = [];
		for (let n = 0; n < 24; n++) {
			trial.add(`r${n}`, 2, 3);
			// What has no time, or one to come, tells nothing of when the newest call was.
			if (n === 2) trial.add('undated', 2, 0, { undated: true });
			if (n === 3) trial.add('to come', -365 * 24 * 60, 0);
			trial.aheadMs = n === 6 ? 24 * HOUR : 0;
			got.push(...(await trial.pollIn(10)));
		}
		expect(got.sort()).toEqual(idsOf(trial).sort());
		expect(trial.said).toEqual([expect.stringContaining('The clock of n8n went back')]);
	});
});

describe('with other conditions', () => {
	it('what ended before the last poll is not new, what ends later is', async () => {
		const trial = await activated();
		await trial.pollIn(30);
		for (const [id, ended] of Object.entries({ before: 5.1, meanwhile: 4.9 }))
			trial.add(id, 20, -1, { end: trial.now - ended * MINUTE, onlyFor: 'wide' });
		trial.watch = { ...trial.watch, conditions: 'wide' };
		expect(await trial.pollIn(1)).toEqual(['meanwhile']);
	});

	it('a past that has not been read is new', async () => {
		const trial = since(720, { pagesPerPoll: 1 });
		await trial.poll();
		trial.add('backlog', 700, -600, { onlyFor: 'wide' });
		trial.watch = { ...trial.watch, conditions: 'wide' };
		trial.pagesPerPoll = Infinity;
		expect(await trial.pollIn(1)).toEqual(['backlog']);
	});
});

describe('at the activation', () => {
	/** A trigger whose first scan takes more than one poll: of two pages it has read one. */
	async function activating(): Promise<Trial> {
		const trial = Object.assign(new Trial(), { pagesPerPoll: 2 });
		trial.addMany(150, 100);
		expect(await trial.poll()).toEqual([]);
		trial.pagesPerPoll = Infinity;
		return trial;
	}

	it.each<[string, number, Partial<Call>, boolean]>([
		['of what was read: it is new', 14, {}, true],
		['of the first moment that was read: it is new', 15, {}, true],
		['of what has not been read: it was there', 16, {}, false],
		['of what has not been read, and ended later', 16, { end: START }, true],
		['without a time, and ended before', 16, { undated: true }, false],
		['without a time, and ended later', 16, { undated: true, end: START + 1 }, true],
		['that tells no end, of what has not been read', 16, { end: null }, false],
		['that tells no end, and began later', -0.2, { end: null }, true],
		['without any time', 0, { undated: true, end: null }, false],
	])(
		'a recording that appears before the first scan is through, %s',
		async (_, ago, more, isNew) => {
			const trial = await activating();
			trial.add('late', ago, 0, { visibleAt: START + 1, ...more });
			expect(await trial.pollIn(0.5)).toEqual(isNew ? ['late'] : []);
			expect(trial.stored!.baseline).toBeUndefined();
		},
	);

	it.each([
		{ ago: 10.1, isNew: true },
		{ ago: 10, isNew: false },
	])('a recording of $ago minutes ago, when ten have not been read: new is $isNew', async (one) => {
		const trial = new Trial();
		await trial.poll();
		trial.stored!.baseline = { since: START, unreadTo: null };
		trial.stored!.scan.cursor = START - 10 * MINUTE;
		trial.add('late', one.ago, 0, { end: START - 9 * MINUTE });
		expect(await trial.pollIn(0.5)).toEqual(one.isNew ? ['late'] : []);
	});

	it('the newest count as read when all of them were', async () => {
		for (const change of [{ pageSize: 2, pagesPerPoll: 1, totals: false }, {}]) {
			const trial = Object.assign(new Trial(), change);
			trial.add('one', 14, -10);
			trial.add('two', 13, -10);
			trial.add('three', 12, -10, { isGhost: !('pageSize' in change) });
			await trial.poll();
			trial.pagesPerPoll = Infinity;
			trial.calls[2]!.isGhost = false;
			expect(await trial.pollIn(0.5)).toEqual([]);
		}
	});

	it.each([
		{ ended: 5, isNew: true },
		{ ended: 5.1, isNew: false },
	])('a call that ended $ended minutes ago is new: $isNew', async ({ ended, isNew }) => {
		const trial = new Trial();
		trial.add('one', 8, -1, { end: START - ended * MINUTE });
		expect(await trial.poll()).toEqual(isNew ? ['one'] : []);
	});
});

describe('with another start', () => {
	it('it begins there anew', async () => {
		const trial = await activated();
		trial.add('handed over', 1, -1);
		trial.add('long ago', 600, -500);
		expect(await trial.pollIn(1)).toEqual(['handed over']);
		trial.watch = { ...trial.watch, start: 'twelve hours ago' };
		trial.settings.startAt = START - 12 * HOUR;
		expect(await trial.pollIn(1)).toEqual(['handed over', 'long ago']);
		expect(trial.stored!.revision).toBe(3);
	});

	it('"from now on", what is awaited is new, and what was handed over is not', async () => {
		const trial = since(600);
		trial.watch = { ...trial.watch, start: 'ten hours ago' };
		trial.add('handed over', 5, 0);
		trial.add('awaited', 60, 20);
		expect(await trial.poll()).toEqual(['handed over']);
		trial.watch = { ...trial.watch, start: 'activation' };
		delete trial.settings.startAt;
		expect(await trial.pollIn(30)).toEqual(['awaited']);
		expect(trial.watermark).toBe('-90');
		expect(trial.stored!.revision).toBe(2);
	});
});

describe('with another API', () => {
	it('whose recordings come later, a call that ended meanwhile is new, once', async () => {
		const trial = await activated();
		trial.add('short', 1, -1);
		// What is remembered begins two hours before the last of these.
		for (let n = 0; n < 5; n++) {
			trial.add(`r${n}`, -58, 59);
			await trial.pollIn(60);
		}
		trial.add('long', 330, 0, { end: trial.now + MINUTE });
		trial.watch = { ...trial.watch, api: 'dataExtraction' };
		trial.settings.lookBackMs = 6 * HOUR;
		expect(await trial.pollIn(1)).toEqual(['long']);
		expect(await trial.pollIn(1)).toEqual([]);
	});
});

describe('what is handed over', () => {
	it('is what is available, once, and what becomes so', async () => {
		const trial = await activated();
		trial.add('there', 5, -1);
		trial.add('to come', 5, 3);
		trial.add('failed', 5, 0, { failed: true });
		expect(await trial.pollIn(1)).toEqual(['there']);
		// What failed may become available, but nobody waits for it.
		expect(trial.memory.pendingCount).toBe(1);
		trial.calls[2]!.failed = false;
		expect(await trial.pollIn(1)).toEqual(['failed']);
		expect(await trial.pollIn(1)).toEqual(['to come']);
		expect(await trial.pollIn(1)).toEqual([]);
		expect([trial.memory.pendingCount, trial.said]).toEqual([0, []]);
	});

	it('is what is wanted, whenever it is', async () => {
		const trial = await activated();
		let wanted = ['to come'];
		trial.isWanted = ({ id }) => wanted.includes(id);
		trial.add('one', 5, 1);
		trial.add('to come', 5, 1);
		expect(await trial.pollIn(0.5)).toEqual([]);
		expect(trial.memory.pendingCount).toBe(2);
		expect(await trial.pollIn(1)).toEqual(['to come']);
		expect(trial.memory.pendingCount).toBe(0);
		wanted = ['one'];
		expect(await trial.pollIn(1)).toEqual(['one']);
	});

	it('is nothing in front of what was asked for, and what lies behind it', async () => {
		const trial = since(720, { beyondMs: HOUR });
		trial.add('behind', 650, -600);
		const { page } = trial;
		trial.page = async (span, position) =>
			await page.call(trial, { ...span, from: span.from - HOUR }, position);
		trial.add('in front', 721, -600);
		expect(await trial.poll()).toEqual(['behind']);
	});

	it('comes once, though the platform gives a later time for it', async () => {
		const trial = await activated();
		trial.add('moved', 0, 5);
		expect(await trial.pollIn(10)).toEqual(['moved']);
		await trial.pollIn(100);
		trial.calls[0]!.at += 100 * MINUTE;
		for (let n = 0; n < 6; n++) {
			trial.add(`r${n}`, 5, 0);
			expect(await trial.pollIn(20)).toEqual([`r${n}`]);
		}
	});

	it('comes once without a time, for as long as it is listed, whatever the clock says', async () => {
		const trial = await activated();
		const got: string[] = [];
		for (let n = 0; n < 10; n++) {
			trial.add(`r${n}`, 5, 0);
			if (n % 4 === 0) trial.add(`odd${n}`, 5, 0, { undated: true });
			trial.aheadMs = n === 5 || n === 6 ? -24 * HOUR : 0;
			got.push(...(await trial.pollIn(60)));
		}
		expect(got.sort()).toEqual(idsOf(trial).sort());
	});

	it('is not what became available too late, of which a line in the log tells', async () => {
		const trial = await activated({ giveUpMs: HOUR });
		trial.add('slow', 0, 61);
		// Judged by the time of the poll before.
		for (const wait of [60, 0, 0.5]) {
			await trial.pollIn(wait);
			expect([trial.memory.pendingCount, trial.said]).toEqual([1, []]);
		}
		expect(await trial.poll()).toEqual([]);
		expect(trial.said).toEqual([
			"Recording slow is still 'pending' 1 hours after its call began; it is no longer awaited",
		]);
		expect(await trial.pollIn(1)).toEqual([]);
	});
});
