import { Memory } from '../../core/trigger/memory';
import { activated, HOUR, MINUTE, since, START, type Call, type Trial } from './trigger-trial';

/**
 * A trigger that begins so long ago that recordings added before its first poll are beyond the look-back by then. What is
 * not available at that poll is awaited, and has been looked for once. Its clock says noon: awaited recordings of hours ago
 * are due at half past, at one, and so on.
 */
const trialOf = (change: Partial<Trial> = {}): Trial => since(900, change);

/** Adds recordings of the same place of ten seconds. */
function addBusy(trial: Trial, count: number, agoMinutes: number, more: Partial<Call> = {}): void {
	for (let n = 0; n < count; n++)
		trial.add(`busy${n}`, agoMinutes - n / 100_000, -agoMinutes, more);
}

/** What a poll asked for beside its scan. */
const awaitedOf = ({ asked }: Trial) =>
	asked.filter((one) => Number(one.split('..')[0]) < -120 && /\.\.-\d/.test(one));

async function due(trial: Trial): Promise<{ got: string[]; asked: string[] }> {
	const got = await trial.pollIn(30);
	return { got, asked: awaitedOf(trial) };
}

describe('an awaited recording beyond the look-back', () => {
	it('is looked for where its call began, every half hour in the end, until it comes', async () => {
		const trial = trialOf();
		trial.add('awaited', 300, 40);
		trial.add('neighbour', 299.9, -60);
		trial.add('newest', 1, 0);
		expect(await trial.poll()).toEqual(['newest', 'neighbour']);
		expect(trial.asked.at(-1)).toBe('-300..-299.83');
		await trial.pollIn(29);
		expect(awaitedOf(trial)).toEqual([]);
		await trial.pollIn(1);
		expect(awaitedOf(trial)).toEqual(['-300..-299.83']);
		// What was handed over of that time is forgotten, and yet does not come again.
		expect(await due(trial)).toEqual({ got: ['awaited'], asked: ['-300..-299.83'] });
		expect(trial.memory.pendingCount).toBe(0);
		expect(trial.stored!.awaitedCheck).toBeDefined();
		expect(await due(trial)).toEqual({ got: [], asked: [] });
		expect(trial.stored).not.toHaveProperty('awaitedCheck');
		expect(trial.said).toEqual([]);
	});

	it('is looked for together with others of its hour, and of longer times where that pays', async () => {
		const trial = trialOf();
		for (const ago of [300, 250, 180, 130]) trial.add(`ago${ago}`, ago, Infinity);
		await trial.poll();
		expect(trial.asked.slice(-2)).toEqual(['-300..-249.83', '-180..-129.83']);
		expect((await due(trial)).asked).toEqual(['-300..-129.83']);
	});

	it('is found, and no further page is asked for', async () => {
		const trial = trialOf({ pageSize: 2 });
		trial.add('awaited', 300, Infinity);
		addBusy(trial, 5, 299.99);
		await trial.poll();
		expect((await due(trial)).asked).toEqual(['-300..-299.83']);
	});

	it('is found along with one of another group where the platform lists both', async () => {
		const trial = trialOf({ beyondMs: 10 * HOUR });
		trial.add('one', 800, 40);
		trial.add('another', 200, 40);
		trial.add('last', 130, Infinity);
		await trial.poll();
		trial.hidden.add('another');
		await due(trial);
		trial.hidden.clear();
		trial.stored!.awaitedCheck!.spanMs = 10_000;
		expect(await due(trial)).toEqual({
			got: ['one', 'another'],
			asked: ['-800..-799.83', '-130..-129.83'],
		});
		expect(trial.said).toEqual([]);
	});

	it('costs ten pages a poll at the most, and the next check waits a minute for each of them but one', async () => {
		const trial = since(1_200);
		for (let n = 0; n < 15; n++) trial.add(`r${n}`, 1_100 - n * 65, Infinity);
		await trial.poll();
		expect(trial.asked.slice(-10).map((one) => one.split('..')[0])).toEqual([
			...['-1100', '-1035', '-970', '-905', '-840', '-775', '-710', '-645', '-580', '-515'],
		]);
		await trial.pollIn(8);
		expect(awaitedOf(trial)).toEqual([]);
		await trial.pollIn(1);
		// It pays to list them together.
		expect(awaitedOf(trial)).toEqual(['-450..-189.83']);
		await trial.pollIn(21);
		expect(awaitedOf(trial)).toEqual(['-1100..-189.83']);
	});

	it('that comes when a poll may hand over no more, comes with the next', async () => {
		const trial = trialOf();
		trial.add('one', 300, 1);
		trial.add('another', 299, 1);
		await trial.poll();
		trial.settings.maxItems = 1;
		expect((await due(trial)).got).toEqual(['one']);
		expect(await trial.pollIn(1)).toEqual(['another']);
		expect(trial.said).toEqual([]);
	});

	describe('with more pages than there is time for', () => {
		/** Two groups, the first or the second of which has five pages; both are due, and there is time for three pages beside the scan's. */
		async function crowded(ago: number): Promise<Trial> {
			const trial = trialOf({ pageSize: 2 });
			addBusy(trial, 10, ago - 0.01);
			trial.add('one', 800, Infinity);
			trial.add('another', 200, Infinity);
			await trial.poll();
			trial.stored!.awaitedCheck!.spanMs = 10_000;
			trial.now += 30 * MINUTE;
			trial.pagesPerPoll = 3;
			return trial;
		}

		it('does not keep the others waiting where it is the first', async () => {
			const trial = await crowded(800);
			trial.hidden.add('one');
			await trial.poll();
			expect(awaitedOf(trial)).toEqual(['-800..-799.83', '-800..-799.83@2']);
			await trial.pollIn(1);
			expect(awaitedOf(trial)).toEqual(['-200..-199.83']);
		});

		it('is gone on with where it is not', async () => {
			const trial = await crowded(200);
			trial.hidden.add('another');
			await trial.poll();
			expect(awaitedOf(trial)).toEqual(['-800..-799.83', '-200..-199.83']);
			trial.pagesPerPoll = Infinity;
			await trial.pollIn(1);
			expect(awaitedOf(trial).slice(0, 2)).toEqual(['-200..-199.83', '-200..-199.83@2']);
		});

		it('is not begun with where there is time for the scan alone', async () => {
			const trial = await crowded(800);
			trial.pagesPerPoll = 1;
			await trial.poll();
			expect(awaitedOf(trial)).toEqual([]);
			trial.pagesPerPoll = Infinity;
			await trial.pollIn(1);
			expect(awaitedOf(trial)[0]).toBe('-800..-799.83');
		});
	});

	it('is let be after fifty pages of its time, and is still awaited', async () => {
		const trial = trialOf({ pageSize: 1 });
		addBusy(trial, 60, 300);
		trial.add('awaited', 299.9, Infinity);
		await trial.poll();
		trial.hidden.add('awaited');
		for (let n = 0; n < 2; n++) {
			await trial.pollIn(60);
			expect(awaitedOf(trial)).toHaveLength(50);
		}
		expect([trial.memory.pendingCount, trial.said]).toEqual([1, []]);
	});

	it('is asked for again where the platform fails', async () => {
		const trial = trialOf();
		trial.add('awaited', 300, 1);
		await trial.poll();
		trial.fails = (asked) => asked.startsWith('-300');
		await expect(trial.pollIn(30)).rejects.toThrow('-300..-299.83: 500');
		trial.fails = () => false;
		expect(await trial.pollIn(1)).toEqual(['awaited']);
	});
});

describe('an awaited recording that is not where it should be', () => {
	it('is looked for in all of its ten minutes, and is gone when it is not there either', async () => {
		const trial = trialOf();
		trial.add('one', 295, Infinity);
		trial.add('another', 294, Infinity);
		trial.add('there', 293, Infinity);
		await trial.poll();
		trial.calls.splice(0, 2);
		expect((await due(trial)).asked).toEqual(['-295..-292.83']);
		expect([trial.memory.pendingCount, trial.said]).toEqual([3, []]);
		expect((await due(trial)).asked).toEqual(['-300..-290']);
		expect(trial.memory.pendingCount).toBe(1);
		expect(trial.said).toEqual([
			'2 unfinished recordings of calls that began between 2026-03-29T07:00:00.000Z and 2026-03-29T07:10:00.000Z are no longer listed; they are no longer awaited',
		]);
		await due(trial);
		expect(trial.said).toHaveLength(1);
	});

	it('is awaited where it turns up', async () => {
		const trial = trialOf();
		trial.add('moved', 295, 70);
		await trial.poll();
		trial.calls[0]!.at += 3 * MINUTE;
		await due(trial);
		expect((await due(trial)).asked).toEqual(['-300..-290']);
		expect(await due(trial)).toEqual({ got: ['moved'], asked: ['-292..-291.83'] });
	});

	it.each([
		{ what: 'in a listing that lacks rows', giveUpMinutes: 100_000, after: 4, lines: 0 },
		{ what: 'in such a listing, until it is too old', giveUpMinutes: 360, after: 4, lines: 1 },
		{ what: 'in such a listing, and is just not too old', giveUpMinutes: 360, after: 3, lines: 0 },
	])('$what is still awaited', async ({ giveUpMinutes, after, lines }) => {
		const trial = trialOf();
		trial.settings.giveUpMs = giveUpMinutes * MINUTE;
		trial.add('awaited', 300, Infinity);
		await trial.poll();
		trial.calls[0]!.isGhost = true;
		// Where it was is looked at, not all of its ten minutes.
		for (let n = 0; n < after; n++) expect((await due(trial)).asked).toEqual(['-300..-299.83']);
		expect(trial.memory.pendingCount).toBe(1 - lines);
		expect(trial.said).toEqual(
			Array(lines).fill(expect.stringMatching(/^1 unfinished recordings .* are no longer listed/)),
		);
	});

	it.each([
		{ what: 'is still being processed', failed: false, status: 'pending' },
		{ what: 'failed', failed: true, status: 'other' },
	])('but $what is given up when it is too old', async ({ failed, status }) => {
		const trial = trialOf();
		trial.settings.giveUpMs = 6 * HOUR;
		trial.add('awaited', 300, Infinity);
		await trial.poll();
		trial.calls[0]!.failed = failed;
		// Judged by the time of the poll before.
		for (let n = 0; n < 3; n++) await due(trial);
		expect([trial.memory.pendingCount, trial.said]).toEqual([1, []]);
		await due(trial);
		expect(trial.memory.pendingCount).toBe(0);
		expect(trial.said).toEqual([
			`Recording awaited is still '${status}' 7 hours after its call began; it is no longer awaited`,
		]);
	});
});

describe('awaited recordings without number', () => {
	it.each([
		{ count: 10_000, said: [] },
		{
			count: 10_002,
			said: ['More than 10000 recordings are unfinished: the oldest 2 are no longer awaited'],
		},
	])('are ten thousand at the most: $count', async ({ count, said }) => {
		const trial = await activated();
		const memory = new Memory();
		for (let n = 0; n < count; n++)
			memory.markPending(START - 6 * HOUR + n, String(n).padStart(8, '0'));
		Object.assign(trial.stored!, { memory: memory.encode(), entries: count });
		await trial.pollIn(1);
		expect(trial.memory.pendingCount).toBe(10_000);
		expect(trial.said).toEqual(said);
	});

	it('let the oldest go', async () => {
		const trial = await activated({ giveUpMs: 1_000 * HOUR });
		const memory = new Memory();
		for (let n = 0; n < 10_001; n++)
			memory.markPending(START - 6 * HOUR - n * 10_000, String(n).padStart(8, '0'));
		Object.assign(trial.stored!, { memory: memory.encode(), entries: 10_001 });
		await trial.pollIn(1);
		const oldest = String(10_000).padStart(8, '0');
		expect([trial.memory.isPending(oldest), trial.memory.pendingCount]).toEqual([false, 10_000]);
	});
});
