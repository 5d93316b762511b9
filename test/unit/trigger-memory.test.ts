import { dueGroups, endCheck, passGroup, type Group } from '../../core/trigger/awaited-schedule';
import { stateToGoOnWith } from '../../core/trigger/baseline';
import { reconcile } from '../../core/trigger/concurrent-polls';
import type { PollEnvironment, PollSettings } from '../../core/trigger/environment';
import { fingerprint, Memory, type Awaited } from '../../core/trigger/memory';
import { poll } from '../../core/trigger/poll';
import type { Page, Row, TriggerSource } from '../../core/trigger/source';
import {
	decodeState,
	encodeState,
	type StoredState,
	type TriggerState,
	type Watch,
} from '../../core/trigger/state';

const NOW = Date.UTC(2026, 2, 29, 12, 0);
const HOUR = 3_600_000;
/** What is remembered is forgotten by so much time. */
const BUCKET_MS = 600_000;
const WATCH: Watch = { start: 'activation', api: 'recordingApi', conditions: 'none' };
const SETTINGS: PollSettings = { lookBackMs: 2 * HOUR, giveUpMs: 8 * HOUR, maxItems: 100 };

/** The state of a trigger that has not polled yet. */
const firstState = (watch: Watch, settings: PollSettings, now: number) =>
	stateToGoOnWith(undefined, watch, settings, now, () => undefined);

function memoryWith(count: number, spanMs: number): Memory {
	const memory = new Memory();
	for (let index = 0; index < count; index++)
		memory.markSeen(NOW - (index / count) * spanMs, fingerprint(`id-${index}`));
	return memory;
}

function restored(stored: StoredState): TriggerState {
	const state = decodeState(stored);
	if (typeof state !== 'object') throw new Error('the state cannot be read');
	return state;
}

describe('the memory', () => {
	it('comes back as it was, with what was seen and what is awaited', () => {
		const memory = memoryWith(1_000, 6 * HOUR);
		memory.markPending(NOW - HOUR, fingerprint('awaited'));
		const { memory: back, whole } = Memory.decode(memory.encode());
		expect(whole).toBe(true);
		expect(back.encode()).toBe(memory.encode());
		expect([back.seenCount, back.pendingCount]).toEqual([1_000, 1]);
		expect(back.hasSeen(fingerprint('id-17'))).toBe(true);
		expect(back.hasSeen(fingerprint('id-1000'))).toBe(false);
		expect(back.isPending(fingerprint('awaited'))).toBe(true);
	});

	it.each([
		{ tenant: 'one recording in ten minutes', count: 36, spanMs: 6 * HOUR },
		{ tenant: '100,000 a day, six hours', count: 25_000, spanMs: 6 * HOUR },
		{ tenant: '100,000 a day, a day', count: 100_000, spanMs: 24 * HOUR },
	])('takes at most 16 bytes a recording: $tenant', ({ count, spanMs }) => {
		const state = { ...firstState(WATCH, SETTINGS, NOW), memory: memoryWith(count, spanMs) };
		const { memory, ...rest } = encodeState(state);
		expect(memory.length / count).toBeLessThanOrEqual(16);
		if (count > 1_000) expect(memory.length / count).toBeLessThan(10.8);
		expect(JSON.stringify(rest).length).toBeLessThan(400);
	});

	it('forgets whole buckets, and keeps what is awaited', () => {
		const memory = new Memory();
		memory.markSeen(NOW, fingerprint('seen'));
		memory.markPending(NOW, fingerprint('awaited'));
		memory.forgetSeenBefore(NOW + BUCKET_MS - 1);
		expect(memory.hasSeen(fingerprint('seen'))).toBe(true);
		memory.forgetSeenBefore(NOW + BUCKET_MS);
		expect(memory.hasSeen(fingerprint('seen'))).toBe(false);
		expect(memory.awaitedBefore(NOW + BUCKET_MS)).toMatchObject([
			{ from: NOW, to: NOW + 10_000, missing: false },
		]);
		memory.forgetPending(fingerprint('awaited'));
		expect(memory.encode()).toBe('');
	});

	it('knows when the call of an awaited one began, by ten seconds; by ten minutes where it was missing', () => {
		const memory = new Memory();
		for (const [print, seconds] of Object.entries({ seconds9: 9, minute_1: 65, minutes9: 599 }))
			memory.markPending(NOW + seconds * 1_000, print);
		memory.markPending(NOW - BUCKET_MS, 'before__');
		memory.markPending(NOW + BUCKET_MS, 'after___');
		memory.markMissing('minute_1');
		memory.markMissing('minute_1');
		const places = ({ memory: read }: { memory: Memory }) =>
			read
				.awaitedBefore(NOW + BUCKET_MS)
				.map(({ print, from, to, missing }) => [
					print,
					(from - NOW) / 1_000,
					(to - NOW) / 1_000,
					missing,
				]);
		const expected = [
			['before__', -600, -590, false],
			['seconds9', 0, 10, false],
			['minute_1', 0, 600, true],
			['minutes9', 590, 600, false],
		];
		expect(places({ memory })).toEqual(expected);
		expect(places(Memory.decode(memory.encode()))).toEqual(expected);
		expect(memory.awaitedBefore(NOW + BUCKET_MS - 1).map(({ print }) => print)).toEqual([
			'before__',
		]);
		// Listed again, it is where it was before.
		memory.markPending(NOW + 65_000, 'minute_1');
		expect(memory.awaitedBefore(Infinity)[2]).toMatchObject({ from: NOW + 60_000, missing: false });
	});

	it.each([
		'AAAA////',
		'gICA',
		'!!',
		// An ID cut short, a time beyond all times, and a place beyond its ten minutes.
		Buffer.from([1, 1, 0, 1, 1, 1, 1]).toString('base64'),
		Buffer.from([
			255,
			255,
			255,
			255,
			255,
			255,
			255,
			127,
			1,
			0,
			...Array<number>(8).fill(1),
		]).toString('base64'),
		Buffer.from([1, 0, 1, 120, ...Array<number>(8).fill(1)]).toString('base64'),
	])('does not read damaged text as something else: %s', (text) => {
		const { memory, whole } = Memory.decode(text);
		expect({ whole, entries: memory.seenCount + memory.pendingCount }).toEqual({
			whole: false,
			entries: 0,
		});
	});
});

describe('awaited recordings', () => {
	const MINUTE = 60_000;
	const lookBackMs = 2 * HOUR;
	/** One whose call began so long ago, in a place of ten seconds. */
	const awaited = (agoMs: number, print = `ago-${agoMs}`): Awaited => ({
		print,
		from: NOW - agoMs - 10_000,
		to: NOW - agoMs,
		missing: false,
	});
	const state = () => firstState(WATCH, SETTINGS, NOW);
	const prints = (groups: Group[] | undefined) =>
		groups?.map(({ recordings }) => recordings.map(({ print }) => print));

	it.each([
		[0, 60],
		[4, 30],
		[8, 15],
		[20, 6],
		[40, 3],
		[60, 2],
		[6_000, 2],
	])('of %i minutes beyond the look-back are asked for %i times an hour', (minutes, times) => {
		const trigger = state();
		let asked = 0;
		for (let minute = 0; minute < 60; minute++) {
			const now = NOW + minute * MINUTE;
			// As long awaited at each poll, whatever time it is.
			const one = awaited(lookBackMs + (minutes - minute) * MINUTE);
			if (dueGroups(trigger, [one], lookBackMs, now)!.length > 0) asked++;
			endCheck(trigger, true, 1, now);
		}
		expect(asked).toBe(times);
	});

	it('are listed together as long as that pays', () => {
		const trigger = state();
		// The first hour, from the start of the first one's place, ends with the fourth one's.
		const all = [90 * 60, 70 * 60, 60 * 60, 30 * 60 + 10, 30 * 60].map((seconds) =>
			awaited(lookBackMs + seconds * 1_000),
		);
		const [oldest, ...others] = all.map(({ print }) => print);
		expect(prints(dueGroups(trigger, all, lookBackMs, NOW))).toEqual([
			[oldest, ...others.slice(0, 3)],
			[others[3]],
		]);
	});

	it('that began at the same time are listed together, however wide their places are', () => {
		const trigger = state();
		trigger.awaitedCheck = { checkedAt: 0, spanMs: 10_000 };
		const wide = { ...awaited(3 * HOUR, 'wide'), to: NOW - 2 * HOUR };
		const groups = dueGroups(trigger, [awaited(3 * HOUR, 'narrow'), wide], 0, NOW)!;
		expect(prints(groups)).toEqual([['narrow', 'wide']]);
		expect(groups[0].span).toEqual({ from: wide.from, to: wide.to });
	});

	it('learn from each listing for how much time one pays', () => {
		const trigger = state();
		const group = { span: { from: 0, to: 1 }, recordings: [awaited(HOUR), awaited(0)] };
		dueGroups(trigger, [], lookBackMs, NOW);
		const check = trigger.awaitedCheck!;
		const spanAfter = (pages: number) => {
			passGroup(trigger, group, pages);
			return check.spanMs;
		};
		expect([spanAfter(3), spanAfter(2), spanAfter(1), spanAfter(1)]).toEqual([
			HOUR / 2,
			HOUR / 2,
			HOUR,
			2 * HOUR,
		]);
		expect(check.underWay!.doneTo).toBe(NOW - 10_000);
		for (let n = 0; n < 40; n++) spanAfter(1);
		expect(check.spanMs).toBe(32 * 24 * HOUR);
		for (let n = 0; n < 40; n++) spanAfter(9);
		expect(check.spanMs).toBe(10_000);
	});

	it('wait a minute for each page a check took beyond the first', () => {
		const trigger = state();
		const one = [awaited(3 * HOUR)];
		dueGroups(trigger, one, lookBackMs, NOW);
		endCheck(trigger, true, 4, NOW);
		expect(dueGroups(trigger, one, lookBackMs, NOW + 3 * MINUTE - 1)).toBeUndefined();
		expect(dueGroups(trigger, one, lookBackMs, NOW + 3 * MINUTE)).toBeDefined();
		endCheck(trigger, true, 1, NOW + 3 * MINUTE);
		expect(trigger.awaitedCheck).not.toHaveProperty('pausedUntil');
	});

	it('are gone on with where a poll stopped, as of when the check began', () => {
		const trigger = state();
		const all = [awaited(9 * HOUR), awaited(6 * HOUR), awaited(3 * HOUR)];
		const [first] = dueGroups(trigger, all, lookBackMs, NOW)!;
		passGroup(trigger, first, 1);
		endCheck(trigger, false, 1, NOW);
		const later = NOW + 5 * MINUTE;
		expect(prints(dueGroups(trigger, all, lookBackMs, later))).toEqual([
			[all[1].print],
			[all[2].print],
		]);
		endCheck(trigger, true, 1, later);
		expect(trigger.awaitedCheck).toMatchObject({ checkedAt: NOW });
		expect(trigger.awaitedCheck).not.toHaveProperty('underWay');
	});
});

describe('the stored state', () => {
	it('is none where there is none, and unreadable where it is damaged or of a version to come', () => {
		const stored = encodeState(firstState(WATCH, SETTINGS, NOW));
		expect(decodeState(stored)).toMatchObject({
			watch: WATCH,
			watermark: NOW - 2 * HOUR,
			baseline: { since: NOW, unreadTo: null },
		});
		expect([decodeState(undefined), decodeState(null)]).toEqual([undefined, undefined]);
		for (const broken of [
			'x',
			{},
			{ ...stored, version: 4 },
			{ ...stored, watermark: 'x' },
			{ ...stored, scan: null },
			{ ...stored, watch: {} },
		]) {
			expect(decodeState(broken)).toBe('unreadable');
		}
	});

	it.each([
		...['revision', 'activatedAt', 'polledAt', 'watermark', 'rememberedFrom', 'readTo'],
		...['newest', 'scan.cursor', 'scan.startedAt', 'scan.spanMs', 'scan', 'baseline'],
		...['watch.start', 'watch.api', 'watch.conditions', 'watch', 'baseline.since'],
		...['baseline.unreadTo', 'scan.resume.to', 'scan.resume.startedAt', 'scan.resume.progress'],
		...['scan.resume.progress.rows', 'scan.resume.progress.leastTotal', 'scan.resume'],
		...['awaitedCheck', 'awaitedCheck.checkedAt', 'awaitedCheck.spanMs'],
		...['awaitedCheck.pausedUntil', 'awaitedCheck.underWay.startedAt'],
	])('is unreadable where its %s is damaged, and readable before', (place) => {
		const state = firstState(WATCH, SETTINGS, NOW);
		state.newest = NOW;
		state.baseline!.unreadTo = NOW;
		state.scan.resume = { to: NOW, startedAt: NOW, progress: { rows: 1, leastTotal: 1 } };
		state.awaitedCheck = {
			checkedAt: NOW,
			spanMs: 1,
			pausedUntil: NOW,
			underWay: { startedAt: NOW, doneTo: null },
		};
		for (const damage of [{}, true]) {
			const stored = JSON.parse(JSON.stringify(encodeState(state))) as Record<string, unknown>;
			expect(decodeState(stored)).toMatchObject({ watch: WATCH });
			const path = place.split('.');
			const last = path.pop()!;
			const parent = path.reduce((one, name) => one[name] as Record<string, unknown>, stored);
			parent[last] = damage;
			expect(decodeState(stored)).toBe('unreadable');
		}
	});

	it('needs no check of awaited recordings, no pause and no span that was left', () => {
		const state = firstState(WATCH, SETTINGS, NOW);
		for (const change of [
			{ awaitedCheck: { checkedAt: NOW, spanMs: 1 } },
			{ scan: { ...state.scan, resume: { to: null, startedAt: NOW, progress: { rows: 1 } } } },
			{ baseline: undefined },
		])
			expect(decodeState(encodeState({ ...state, ...change }))).toMatchObject({ watch: WATCH });
		for (const change of [
			...[{ awaitedCheck: null }, { baseline: null }, { watch: null }, { scan: null }],
			{ scan: { ...state.scan, resume: null } },
		])
			expect(decodeState({ ...encodeState(state), ...change })).toBe('unreadable');
	});

	it('is damaged where its memory is, and then only', () => {
		const stored = encodeState({
			...firstState(WATCH, SETTINGS, NOW),
			memory: memoryWith(3, HOUR),
		});
		expect(decodeState(stored)).not.toHaveProperty('isDamaged');
		for (const damage of [
			...[{ memory: undefined, entries: 0 }, { memory: stored.memory.slice(0, -4) }],
			...[{ memory: '', entries: 1 }, { memory: '?', entries: 0 }, { entries: 4 }],
		])
			expect(decodeState({ ...stored, ...damage })).toMatchObject({ isDamaged: true });
	});

	it('is a copy: changing it leaves the stored one alone', () => {
		const stored = encodeState(firstState(WATCH, SETTINGS, NOW));
		const before = JSON.stringify(stored);
		const state = restored(stored);
		state.scan.cursor = 1;
		state.memory.markSeen(NOW, fingerprint('x'));
		expect(JSON.stringify(stored)).toBe(before);
	});
});

function rowsOf(...ids: string[]): Array<Row<string>> {
	return ids.map((id) => ({
		id,
		at: NOW - 60_000,
		end: NOW,
		state: 'available',
		status: 'Available',
		raw: id,
	}));
}

function environment(
	answer: (requests: number) => Page<string> | Error,
	change: Partial<PollEnvironment<string>> = {},
): PollEnvironment<string> {
	let requests = 0;
	const source: TriggerSource<string> = {
		freshMs: 900_000,
		maxRows: 1_000,
		minSpanMs: 1_000,
		page: async () => {
			const page = answer(++requests);
			if (page instanceof Error) throw page;
			return page;
		},
	};
	return {
		source,
		watch: WATCH,
		settings: SETTINGS,
		now: NOW,
		outOfTime: () => false,
		log: () => undefined,
		...change,
	};
}

const watching = () => {
	const state = firstState(WATCH, { ...SETTINGS, startAt: NOW - 2 * HOUR }, NOW);
	state.scan.spanMs = 24 * HOUR;
	return state;
};

describe('a poll', () => {
	it('throws what the platform threw when it has nothing to hand over', async () => {
		await expect(
			poll(
				watching(),
				environment(() => new Error('429')),
			),
		).rejects.toThrow('429');
	});

	it('hands over what it has when the platform refuses a later page, and tells what stopped it', async () => {
		const result = await poll(
			watching(),
			environment((n) => (n === 1 ? { rows: rowsOf('a'), next: 2 } : new Error('429'))),
		);
		expect(result.items.map(({ id }) => id)).toEqual(['a']);
		expect(result.stoppedBy).toEqual(new Error('429'));
		const next = await poll(
			result.state,
			environment(() => ({ rows: rowsOf('a', 'b') })),
		);
		expect(next.items.map(({ id }) => id)).toEqual(['b']);
	});

	it('goes on at the page where it stopped', async () => {
		const asked: unknown[] = [];
		let left = 2;
		const pages = environment(() => ({ rows: [] }), { outOfTime: () => left <= 0 });
		pages.source.page = async (_span, position) => {
			asked.push(position);
			left--;
			const number = Number(position ?? 1);
			return { rows: rowsOf(`p${number}`), total: 4, ...(number < 4 && { next: number + 1 }) };
		};
		const first = await poll(watching(), pages);
		left = 9;
		const second = await poll(first.state, pages);
		expect(asked.slice(0, 2)).toEqual([undefined, 2]);
		expect(asked).toContain(3);
		expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['p1', 'p2', 'p3', 'p4']);
	});

	it('begins the span anew where the platform does not know the page any more', async () => {
		const state = watching();
		state.scan.resume = { to: null, startedAt: NOW, progress: { position: 'expired', rows: 1 } };
		const pages = environment(() => ({ rows: [] }));
		pages.source.page = async (_span, position) => {
			if (position === 'expired') throw new Error('400');
			return { rows: rowsOf('a') };
		};
		expect((await poll(state, pages)).items).toHaveLength(1);
	});

	it('logs an unfinished recording once when it gives it up, and never hands it over', async () => {
		const said: string[] = [];
		const stuck = rowsOf('stuck').map((row) => ({
			...row,
			at: NOW - 9 * HOUR,
			state: 'pending' as const,
			status: 'Processing',
		}));
		const state = firstState(WATCH, { ...SETTINGS, startAt: NOW - 10 * HOUR }, NOW);
		const world = environment(() => ({ rows: stuck }), {
			log: (message) => said.push(message),
			settings: { ...SETTINGS, lookBackMs: 12 * HOUR },
		});
		const first = await poll(state, world);
		const second = await poll(first.state, world);
		expect([first.items, second.items]).toEqual([[], []]);
		expect(said).toEqual([
			expect.stringContaining("Recording stuck is still 'Processing' 9 hours after its call began"),
		]);
	});

	it('is brought together with another one that ended first, without handing anything over twice', async () => {
		const start = encodeState(watching());
		const one = await poll(
			restored(start),
			environment(() => ({ rows: rowsOf('a', 'b') })),
		);
		const other = await poll(
			restored(start),
			environment(() => ({ rows: rowsOf('b', 'c') })),
		);
		const both = reconcile(other, restored(encodeState(one.state)));
		expect(both.items.map(({ id }) => id)).toEqual(['c']);
		expect(both.state.revision).toBe(2);
		const next = await poll(
			both.state,
			environment(() => ({ rows: rowsOf('a', 'b', 'c', 'd') })),
		);
		expect(next.items.map(({ id }) => id)).toEqual(['d']);
	});

	it('leaves of its items what another one did not hand over or settle', () => {
		const row = (id: string, at: number, more: Partial<Row<string>> = {}): Row<string> => ({
			...rowsOf(id)[0]!,
			at,
			...more,
		});
		const forgotten = NOW - 3 * HOUR - 1;
		const latest = watching();
		latest.revision = 7;
		latest.rememberedFrom = NOW - 3 * HOUR;
		latest.memory.markSeen(NOW, fingerprint('handed over'));
		latest.memory.markPending(forgotten, fingerprint('awaited'));
		const state = watching();
		const items = [
			row('handed over', NOW),
			row('new', NOW - 3 * HOUR),
			row('settled', forgotten),
			row('awaited', forgotten),
			row('undated', forgotten, { undated: true }),
		];
		const both = reconcile({ state, items }, latest);
		expect(both.items.map(({ id }) => id)).toEqual(['new', 'awaited', 'undated']);
		expect(both.state).toMatchObject({ revision: 8, rememberedFrom: latest.rememberedFrom });
		expect(both.state.memory.pendingCount).toBe(0);
		for (const { id } of both.items) expect(latest.memory.hasSeen(fingerprint(id))).toBe(true);
	});

	it.each([{ start: 'another' }, { api: 'another' }])(
		'gives way to another one that watches something else: %j',
		(change) => {
			const latest = { ...watching(), watch: { ...WATCH, ...change } };
			const found = { state: watching(), items: rowsOf('a'), stoppedBy: new Error('429') };
			expect(reconcile(found, latest)).toEqual({ ...found, state: latest, items: [] });
		},
	);

	it('drains a backlog of 50,000, each poll within its time and limit, and remembers next to nothing of it', async () => {
		const total = 50_000;
		const everyMs = (30 * 24 * HOUR) / total;
		const oldest = NOW - 31 * 24 * HOUR;
		let pages = 0;
		let mostRows = 0;
		const backlog = environment(() => ({ rows: [] }), {
			outOfTime: () => pages >= 30,
			settings: { ...SETTINGS, maxItems: 1_000 },
		});
		backlog.source.page = async ({ from, to }, position) => {
			pages++;
			const first = Math.max(0, Math.ceil((from - oldest) / everyMs));
			const behind = Math.min(total, Math.ceil((to - oldest) / everyMs));
			const offset = first + Number(position ?? 0);
			const ids = Array.from(
				{ length: Math.max(0, Math.min(100, behind - offset)) },
				(_, index) => offset + index,
			);
			mostRows = Math.max(mostRows, ids.length);
			const rows = ids.map((n): Row<string> => ({
				id: `r${n}`,
				at: oldest + n * everyMs,
				state: 'available',
				status: 'Available',
				raw: '',
			}));
			const next = offset + 100 < behind ? Number(position ?? 0) + 100 : undefined;
			return { rows, total: Math.max(0, behind - first), ...(next !== undefined && { next }) };
		};
		let stored = encodeState(firstState(WATCH, { ...SETTINGS, startAt: oldest }, NOW));
		let order = -1;
		let polls = 0;
		for (let count = 0; count < total; polls++) {
			pages = 0;
			const { state, items } = await poll(restored(stored), backlog);
			expect(items.length).toBeLessThanOrEqual(1_000);
			expect(pages).toBeLessThanOrEqual(30);
			for (const { id } of items) {
				const n = Number(id.slice(1));
				expect(n === order + 1).toBe(true);
				order = n;
			}
			count += items.length;
			stored = encodeState(state);
			expect(JSON.stringify(stored).length).toBeLessThan(20_000);
			expect(polls).toBeLessThan(80);
		}
		expect(polls).toBeLessThanOrEqual(60);
	});
});
