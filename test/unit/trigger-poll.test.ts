import { fingerprint } from '../../core/trigger/memory';
import type { PollSettings } from '../../core/trigger/environment';
import type { StoredState } from '../../core/trigger/state';
import { activated, HOUR, MINUTE, START, Trial, WATCH } from './trigger-trial';

describe('deletions while pages are read', () => {
	const many = (trial: Trial) => {
		for (let n = 0; n < 200; n++) trial.add(`r${n}`, 600 - n / 10, -300);
	};
	const purgeOnce = (trial: Trial) => {
		trial.betweenPages = () => {
			trial.betweenPages = undefined;
			// One more than pages overlap by.
			trial.calls.splice(0, 2);
		};
	};

	it.each([
		{ manner: 'totals that shrink', totals: true, anchored: false },
		{ manner: 'pages that overlap by a row', totals: false, anchored: true },
		{ manner: 'neither', totals: false, anchored: false },
	])(
		'hide no row of a settled time where the platform has $manner',
		async ({ totals, anchored }) => {
			const trial = new Trial();
			Object.assign(trial, { totals, anchored });
			trial.settings.startAt = START - 12 * HOUR;
			many(trial);
			purgeOnce(trial);
			expect(new Set(await trial.poll()).size).toBe(200);
		},
	);

	it.each([true, false])(
		'hide no row when the second page is read by the next poll (overlapping pages: %s)',
		async (anchored) => {
			const trial = new Trial();
			Object.assign(trial, { totals: !anchored, anchored });
			trial.settings.startAt = START - 11 * HOUR;
			many(trial);
			// The newest, the empty hour before, and one page.
			trial.pagesPerPoll = 3;
			const first = await trial.poll();
			expect(first).toHaveLength(100);
			trial.calls.splice(0, 2);
			trial.pagesPerPoll = Infinity;
			expect(new Set([...first, ...(await trial.polls(2)).ids]).size).toBe(200);
		},
	);

	it('reads smaller spans when rows go without end, and gets them all', async () => {
		const trial = new Trial();
		trial.settings.startAt = START - 12 * HOUR;
		for (let n = 0; n < 100; n++) trial.add(`purged${n}`, 610, -300);
		many(trial);
		trial.betweenPages = () =>
			void (trial.calls[0]!.id.startsWith('purged') && trial.calls.shift());
		const got = new Set(await trial.poll());
		expect(Array.from({ length: 200 }, (_, n) => `r${n}`).filter((id) => !got.has(id))).toEqual([]);
		expect(trial.said).toEqual([]);
	});
});

describe('the watermark', () => {
	it('stays at the look-back before the moment when reading of a span began, however long it took', async () => {
		const trial = new Trial();
		trial.settings.startAt = START - 3 * HOUR;
		for (let n = 0; n < 150; n++) trial.add(`r${n}`, 100 - n / 10, -1);
		trial.add('late', 101, 0, { visibleAt: START + 10 * MINUTE });
		await trial.poll();
		trial.stored!.scan = { cursor: trial.stored!.watermark, startedAt: START, spanMs: 48 * HOUR };
		trial.stored!.memory = '';
		trial.stored!.entries = 0;
		trial.pagesPerPoll = 1;
		await trial.poll();
		trial.pagesPerPoll = Infinity;
		trial.now += 3 * HOUR;
		expect((await trial.poll()).concat(await trial.poll())).toContain('late');
	});
});

describe('an awaited recording', () => {
	/** One that began at the activation and is still being processed when the look-back is over. */
	async function awaiting(
		availableInMinutes: number,
		settings: Partial<PollSettings> = {},
	): Promise<Trial> {
		const trial = await activated(settings);
		trial.add('awaited', 0, availableInMinutes);
		for (let n = 0; n < 30; n++) trial.add(`n${n}`, -n * 10, n * 10);
		expect((await trial.polls(140)).ids).not.toContain('awaited');
		return trial;
	}

	it('that is missing from one listing is still awaited', async () => {
		const trial = await awaiting(200);
		trial.hidden.add('awaited');
		while (
			(await trial.poll()).length >= 0 &&
			!trial.memory.awaitedBefore(Infinity).some(({ missing }) => missing)
		)
			trial.now += MINUTE;
		trial.hidden.clear();
		expect((await trial.polls(120)).ids).toContain('awaited');
		expect(trial.said).toEqual([]);
	});

	it('that is missing from two is forgotten, with one line in the log', async () => {
		const trial = await awaiting(600);
		trial.calls.shift();
		await trial.polls(120);
		expect(trial.said).toEqual([
			expect.stringMatching(
				/^1 unfinished recordings of calls that began between 2026-03-29T12:00:00.000Z and .* are no longer listed/,
			),
		]);
		expect(trial.memory.isPending(fingerprint('awaited'))).toBe(false);
	});

	it('that is missing from listings with gaps is still awaited', async () => {
		const trial = await awaiting(400);
		for (let n = 0; n < 300; n++) trial.add(`busy${n}`, 140 - n / 1_000, -1);
		await trial.poll();
		trial.pageSize = 10;
		trial.hidden.add('awaited');
		trial.betweenPages = () =>
			void trial.calls.splice(
				trial.calls.findIndex(({ id }) => id.startsWith('busy')),
				1,
			);
		await trial.polls(60, 10);
		expect(trial.memory.isPending(fingerprint('awaited'))).toBe(true);
	});

	it('is handed over within half an hour and a poll of becoming available', async () => {
		const trial = await awaiting(600);
		await trial.polls(600 - 141);
		expect((await trial.polls(32)).ids).toContain('awaited');
	});

	it.each([
		{
			what: 'is still being processed',
			failed: false,
			said: "Recording awaited is still 'pending'",
		},
		{ what: 'failed', failed: true, said: "Recording awaited is still 'other'" },
	])('that $what is given up in time', async ({ failed, said }) => {
		const trial = await awaiting(Infinity, { giveUpMs: 8 * HOUR });
		trial.calls[0]!.failed = failed;
		await trial.polls(8 * 60 - 145);
		expect(trial.said).toEqual([]);
		await trial.polls(40);
		expect(trial.said).toEqual([expect.stringContaining(said)]);
		expect(trial.memory.pendingCount).toBe(0);
		expect((await trial.polls(60)).requests).toBeLessThanOrEqual(60);
	});

	it.each([14, 500])(
		'costs next to nothing, however many there are (%i): at most three requests a poll, and a small state',
		async (count) => {
			const trial = await activated();
			for (let n = 0; n < count; n++) trial.add(`stuck${n}`, -(n * 20 * 60) / count, Infinity);
			for (let n = 0; n < 2_000; n++)
				trial.add(`r${n}`, (-n * 20 * 60) / 2_000, (n * 20 * 60) / 2_000);
			await trial.polls(23 * 60, 20);
			const { ids, requests } = await trial.polls(60);
			expect(ids).toEqual([]);
			expect(requests / 60).toBeLessThanOrEqual(3);
			expect(trial.memory.pendingCount).toBe(count);
			expect(JSON.stringify(trial.stored).length).toBeLessThan(
				18 * (count + trial.memory.seenCount) + 600,
			);
		},
	);
});

describe('a clock that is wrong', () => {
	/** A call every ten minutes, available five minutes after its start, and a poll every ten minutes. */
	async function day(trial: Trial, wrong: (poll: number) => number): Promise<string[]> {
		for (let n = 0; n < 144; n++) trial.add(`r${n}`, -n * 10, n * 10 + 5);
		const got: string[] = [];
		for (let n = 0; n < 160; n++) {
			trial.aheadMs = wrong(n);
			got.push(...(await trial.poll()));
			trial.now += 10 * MINUTE;
		}
		return got;
	}
	const all = Array.from({ length: 144 }, (_, n) => `r${n}`);

	it.each([
		{ what: 'a day ahead for one poll', wrong: (n: number) => (n === 5 ? 24 * HOUR : 0), lines: 1 },
		{
			what: 'a year ahead for one poll',
			wrong: (n: number) => (n === 70 ? 365 * 24 * HOUR : 0),
			lines: 1,
		},
		{
			what: 'a day behind for one poll',
			wrong: (n: number) => (n === 5 ? -24 * HOUR : 0),
			lines: 1,
		},
		{
			what: 'a day behind from then on',
			wrong: (n: number) => (n >= 5 ? -24 * HOUR : 0),
			lines: 1,
		},
		{
			what: 'a day ahead for five hours',
			wrong: (n: number) => (n >= 5 && n < 35 ? 24 * HOUR : 0),
			lines: 1,
		},
	])('costs no recording and doubles none: $what', async ({ wrong, lines }) => {
		const trial = await activated();
		expect((await day(trial, wrong)).sort()).toEqual([...all].sort());
		expect(
			trial.said.filter((line) => line.startsWith('The clock of n8n went back from')),
		).toHaveLength(lines);
	});

	it('at the activation is survived: it begins anew from now on', async () => {
		const trial = new Trial();
		trial.add('old', 100, -90);
		trial.aheadMs = 24 * HOUR;
		await trial.poll();
		trial.aheadMs = 0;
		trial.add('new', 0, 5);
		expect((await trial.polls(10)).ids).toEqual(['new']);
		expect(trial.said).toEqual([expect.stringContaining('It begins anew from now on')]);
	});

	it.each(['watermark', 'scan.cursor', 'scan.startedAt', 'readTo', 'polledAt', 'baseline.since'])(
		'is noticed where the stored %s is from the future',
		async (field) => {
			const trial = await activated();
			trial.add('handed over', 5, -1);
			trial.add('still awaited', 5, 30);
			await trial.polls(3);
			const [name, part] = field.split('.') as [keyof StoredState, string?];
			const future = START + 48 * HOUR;
			const state = trial.stored as unknown as Record<string, Record<string, unknown> | number>;
			if (part === undefined) state[name] = future;
			else
				state[name] = {
					unreadTo: null,
					...(state[name] as Record<string, unknown> | undefined),
					[part]: future,
				};
			trial.add('new', 0, 1);
			expect((await trial.polls(40)).ids).toEqual(['new', 'still awaited']);
			expect(trial.said).toEqual([expect.stringContaining('The clock of n8n went back')]);
		},
	);

	it.each([
		{ aheadMinutes: 5, seen: false, said: [] },
		{ aheadMinutes: 5.1, seen: false, said: ['It begins anew from now on'] },
		{ aheadMinutes: 5, seen: true, said: [] },
		{ aheadMinutes: 5.1, seen: true, said: ['The clock of n8n went back'] },
	])(
		'is worth a word from more than five minutes on: $aheadMinutes at the activation, something seen: $seen',
		async ({ aheadMinutes, seen, said }) => {
			const trial = new Trial();
			if (seen) trial.add('seen', 30, -20);
			trial.aheadMs = aheadMinutes * MINUTE;
			await trial.poll();
			trial.aheadMs = 0;
			trial.add('new', 0, 0);
			expect(await trial.poll()).toEqual(['new']);
			expect(trial.said).toEqual(said.map((words) => expect.stringContaining(words)));
		},
	);

	it('gives up nothing while it is ahead', async () => {
		const trial = await activated();
		trial.add('slow', 0, 30);
		await trial.pollIn(1);
		trial.aheadMs = 30 * HOUR;
		await trial.pollIn(1);
		trial.aheadMs = 0;
		expect(await trial.pollIn(30)).toEqual(['slow']);
		expect(trial.said).toEqual([expect.stringContaining('The clock of n8n went back')]);
	});

	it('does not mind a start time to come', async () => {
		const trial = new Trial();
		trial.settings.startAt = START + HOUR;
		trial.watch = { ...WATCH, start: 'later' };
		trial.add('before', -30, 40);
		trial.add('after', -90, 100);
		expect((await trial.polls(150)).ids).toEqual(['after']);
		expect(trial.said).toEqual([]);
	});
});

describe('a state that is not whole', () => {
	async function watching(): Promise<Trial> {
		const trial = new Trial();
		for (let n = 0; n < 40; n++) trial.add(`r${n}`, 110 - n, -1);
		trial.add('awaited', 20, 30);
		await trial.poll();
		expect((await trial.polls(10)).ids).toEqual([]);
		for (let n = 0; n < 40; n++) trial.add(`s${n}`, n / 10, n);
		expect((await trial.polls(45)).ids).toHaveLength(41);
		trial.add('unfinished', 0, 30);
		await trial.polls(1);
		trial.add('new', 0, 3);
		trial.now += 5 * MINUTE;
		return trial;
	}

	it.each<[string, (stored: StoredState) => unknown]>([
		[
			'cut in its memory',
			(stored) => ({ ...stored, memory: stored.memory.slice(0, stored.memory.length / 2) }),
		],
		['cut between two entries', (stored) => ({ ...stored, entries: stored.entries + 7 })],
		['without its memory', ({ memory, ...rest }) => ({ ...rest, entries: 0 })],
		['with another memory', (stored) => ({ ...stored, memory: 'not even base64 …' })],
	])('%s: nothing lost, nothing doubled, one line in the log', async (_, damage) => {
		const trial = await watching();
		trial.stored = damage(trial.stored!) as StoredState;
		expect((await trial.polls(60)).ids.sort()).toEqual(['new', 'unfinished']);
		expect(trial.said).toEqual([
			expect.stringContaining('A part of what the trigger remembered cannot be read'),
		]);
	});

	it.each<[string, unknown]>([
		['not an object', 'state'],
		['of a version to come', { version: 99 }],
		['without its times', { version: 1, memory: '', entries: 0 }],
	])('%s: it goes on from now, with one line in the log', async (_, stored) => {
		const trial = await watching();
		trial.settings.startAt = START - 48 * HOUR;
		trial.watch = { ...WATCH, start: 'two days ago' };
		trial.stored = stored as StoredState;
		expect((await trial.polls(60)).ids.sort()).toEqual(['new', 'unfinished']);
		expect(trial.said).toEqual([
			expect.stringContaining('What the trigger knew of earlier polls cannot be read'),
		]);
		expect(trial.reasons).toEqual(['stateUnreadable']);
	});
});

describe('other conditions', () => {
	it('bring nothing old, and lose nothing that is still to come', async () => {
		const trial = new Trial();
		for (let n = 0; n < 50; n++) trial.add(`left out ${n}`, 90 - n, -1, { onlyFor: 'wide' });
		trial.add('known', 30, -1);
		trial.add('to come', 30, 20, { onlyFor: 'wide' });
		await trial.poll();
		expect((await trial.polls(2)).ids).toEqual([]);
		trial.watch = { ...WATCH, conditions: 'wide' };
		expect((await trial.polls(40)).ids).toEqual(['to come']);
	});

	it('after a pause bring what became available meanwhile', async () => {
		const trial = await activated();
		await trial.polls(2);
		trial.add('meanwhile', -60, 70, { onlyFor: 'wide' });
		trial.now += 12 * HOUR;
		trial.watch = { ...WATCH, conditions: 'wide' };
		expect(await trial.poll()).toEqual(['meanwhile']);
	});

	it('of another API: calls that ended before the last poll are not new, later ones are', async () => {
		const trial = await activated();
		await trial.polls(2);
		trial.add('its name over there', 30, -1);
		trial.add('long call', 150, 20);
		trial.watch = { ...WATCH, api: 'dataExtraction' };
		trial.settings.lookBackMs = 6 * HOUR;
		expect((await trial.polls(30)).ids).toEqual(['long call']);
	});
});

describe('a row without a time that can be read', () => {
	it('comes once for as long as it is listed', async () => {
		const trial = await activated();
		trial.add('odd', 0, 5, { undated: true });
		const { ids } = await trial.polls(30 * 60, 10);
		expect(ids).toEqual(['odd']);
	});

	it('is not new at the activation, but is at a start time', async () => {
		const trial = new Trial();
		trial.add('odd', 60, -50, { undated: true });
		expect(await trial.poll()).toEqual([]);
		const since = new Trial();
		since.settings.startAt = START - 2 * HOUR;
		since.add('odd', 60, -50, { undated: true });
		expect(await since.poll()).toEqual(['odd']);
	});
});
