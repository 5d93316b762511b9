import { reconcile } from '../../core/trigger/concurrent-polls';
import type { PollSettings } from '../../core/trigger/environment';
import { poll, type PollResult } from '../../core/trigger/poll';
import type { Page, Position, Row, Span, TriggerSource } from '../../core/trigger/source';
import {
	decodeState,
	encodeState,
	type StoredState,
	type TriggerState,
} from '../../core/trigger/state';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** A recording of the modelled tenant. Times are the server's, epoch milliseconds; Infinity for never. */
interface Call {
	id: string;
	at: number;
	end: number;
	visibleAt: number;
	availableAt: number;
	deletedAt: number;
	/** For filters. */
	kind: 'one' | 'other';
	/** Its time cannot be read. */
	undated: boolean;
}

/** What one run is like; all of it follows from the seed. */
interface World {
	random: () => number;
	/** The server's time; n8n's is `now + skew`. */
	now: number;
	skew: number;
	/** Kinds of calls that the trigger asks for. */
	filter: 'all' | 'one';
	calls: Call[];
	lookBackMs: number;
	giveUpMs: number;
}

/** How the modelled platform lists recordings. */
interface Manner {
	order: 'ascending' | 'descending' | 'mixed';
	totals: boolean;
	/** Calls are listed from their start, with a status; otherwise only when their media are there. */
	pendingListed: boolean;
	/** Rows asked for, and rows given at the most. */
	pageSize: number;
	cap: number;
	/** Rows behind which pages are refused. */
	resultWindow: number;
	/** The end of a span is compared with the end of the call, this much later. */
	byEndOfCall: boolean;
	/** Probability that a request fails, half of the time because a web page came instead of an answer. */
	faults: number;
	/** Probability that a call on an earlier page is deleted before the next page is given. */
	purges: number;
	maxRows: number;
	freshMs: number;
}

class ModelSource implements TriggerSource<Call> {
	requests = 0;
	faults: number;
	/** How much longer than a span the calls in it may last; for platforms that filter by the end of calls. */
	allowanceMs: number;

	constructor(
		private readonly world: World,
		private readonly manner: Manner,
	) {
		this.faults = manner.faults;
		this.allowanceMs = world.lookBackMs;
	}

	get minSpanMs(): number {
		return this.manner.byEndOfCall ? this.allowanceMs / 2 : 1_000;
	}

	narrow(): boolean {
		if (!this.manner.byEndOfCall || this.allowanceMs <= 15 * MINUTE) return false;
		this.allowanceMs /= 2;
		return true;
	}

	/** A deletion between two pages may hide a row without a trace: no totals, or a new call at once that makes up for it. */
	get hidesRows(): boolean {
		return this.manner.purges > 0;
	}

	get pendingListed(): boolean {
		return this.manner.pendingListed;
	}

	get freshMs(): number {
		return this.manner.freshMs;
	}

	get maxRows(): number {
		return this.manner.maxRows;
	}

	async page(span: Span, position?: Position): Promise<Page<Call>> {
		const { world, manner } = this;
		this.requests++;
		world.now += 50 + world.random() * 700;
		if (world.random() < this.faults)
			throw world.random() < 0.5
				? new Error('the model says no')
				: new SyntaxError('<html> is not JSON');
		const offset = Number(position ?? 0);
		if (offset > 0 && world.random() < manner.purges) {
			const victim = Math.floor(world.random() * offset);
			const call = this.found(span)[victim];
			if (call !== undefined) call.deletedAt = world.now;
		}
		const found = this.found(span);
		const size = Math.min(manner.pageSize, manner.cap);
		if (offset + size > manner.resultWindow && offset > 0)
			throw new Error('nobody should ask for so deep a page');
		const rows = found.slice(offset, offset + size).map((call) => this.row(call));
		const more = manner.totals ? offset + rows.length < found.length : rows.length > 0;
		const step = manner.byEndOfCall && rows.length > 1 ? rows.length - 1 : rows.length;
		return {
			rows,
			...(manner.totals && { total: found.length }),
			...(more && { next: offset + step }),
			...(manner.byEndOfCall && offset > 0 && { anchored: true }),
		};
	}

	/** What the span holds just now, in the platform's order. */
	private found(span: Span): Call[] {
		const { world, manner } = this;
		const to = manner.byEndOfCall ? span.to + this.allowanceMs : span.to;
		const found = world.calls.filter(
			(call) =>
				call.at >= span.from &&
				(world.filter === 'all' || call.kind === 'one') &&
				(manner.byEndOfCall ? call.end <= to : call.at < to) &&
				world.now >=
					(manner.pendingListed ? call.visibleAt : Math.max(call.visibleAt, call.availableAt)) &&
				world.now < call.deletedAt,
		);
		const sign = manner.order === 'descending' ? -1 : 1;
		if (manner.order === 'mixed') found.sort((one, other) => (one.id < other.id ? -1 : 1));
		else found.sort((one, other) => sign * (one.at - other.at) || (one.id < other.id ? -1 : 1));
		return found;
	}

	private row(call: Call): Row<Call> {
		const available = this.world.now >= call.availableAt;
		return {
			id: call.id,
			...(call.undated
				? { at: Math.floor(this.world.now + this.world.skew), undated: true }
				: { at: call.at }),
			...(this.world.now >= call.end && { end: call.end }),
			state: available ? 'available' : 'pending',
			status: available ? 'Available' : 'Processing',
			raw: call,
		};
	}
}

/** How n8n keeps state: with the execution in one step, or in memory and saved after items were handed over. */
type Engine = 'durable' | 'default';

export interface Verdicts {
	/** Recordings that should have been handed over and were not. */
	lost: string[];
	/** Handed over more often than they may. */
	repeated: string[];
	/** Available before the activation, or before a filter let them through, and handed over all the same. */
	old: string[];
	polls: number;
	emitted: number;
	/** Of the largest state, in bytes of JSON, for each recording it held. */
	bytesEach: number;
}

function pick<T>(random: () => number, choices: readonly T[]): T {
	return choices[Math.floor(random() * choices.length)]!;
}

function makeCalls(world: World, count: number, from: number, to: number): Call[] {
	const { random, lookBackMs } = world;
	// Imports and the start of a shift bring many calls of the same moment.
	const burstAt = from + random() * (to - from);
	return Array.from({ length: count }, (_, index) => {
		const at = Math.floor(random() < 0.1 ? burstAt : from + random() * (to - from));
		const long = random();
		const talk = long < 0.9 ? random() * 8 * MINUTE : random() * lookBackMs * 0.7;
		const end = at + talk;
		const upload = random() < 0.9 ? random() * MINUTE : random() * lookBackMs * 0.15;
		const stuck = random() < 0.02;
		const slow = random() < 0.03 ? random() * world.giveUpMs * 0.6 : 0;
		return {
			id: `call-${index}-${Math.floor(random() * 1e9).toString(36)}`,
			at,
			end,
			visibleAt: random() < 0.7 ? at : end + upload,
			availableAt: stuck ? Infinity : end + upload + slow,
			deletedAt: random() < 0.03 ? end + random() * 4 * HOUR : Infinity,
			kind: pick(random, ['one', 'other'] as const),
			undated: random() < 0.02,
		};
	});
}

function mannerOf(random: () => number, lookBackMs: number): Manner {
	const gir = random() < 0.4;
	return {
		order: gir ? 'descending' : pick(random, ['ascending', 'descending', 'mixed'] as const),
		totals: gir || random() < 0.75,
		pendingListed: !gir,
		pageSize: pick(random, [10, 25, 100]),
		cap: pick(random, [7, 100]),
		resultWindow: gir ? 600 : Infinity,
		byEndOfCall: gir,
		faults: pick(random, [0, 0.01, 0.08]),
		purges: pick(random, [0, 0, 0.05]),
		maxRows: gir ? 500 : pick(random, [40, 150, 1_000]),
		freshMs: pick(random, [0, 15 * MINUTE, Math.min(30 * MINUTE, lookBackMs)]),
	};
}

/** One run: a working day of a tenant, polled by a trigger that crashes now and then, and what came of it. */
export async function runModel(seed: number): Promise<Verdicts> {
	const random = randomOf(seed);
	const start = Date.UTC(2026, 2, 29, 0, 0) + Math.floor(random() * HOUR);
	const lookBackMs = pick(random, [1, 2, 4]) * HOUR;
	const world: World = {
		random,
		now: start,
		skew: pick(random, [0, 0, 3, -3]) * MINUTE,
		filter: 'all',
		calls: [],
		lookBackMs,
		giveUpMs: 8 * HOUR,
	};
	const durationMs = (2 + random() * 4) * HOUR;
	const backfill = random() < 0.3;
	const count = pick(random, [0, 40, 300, 900]);
	world.calls = makeCalls(world, count, start - (backfill ? 30 : 6) * HOUR, start + durationMs);
	const source = new ModelSource(world, mannerOf(random, lookBackMs));
	const engine: Engine = random() < 0.5 ? 'durable' : 'default';
	const settings: PollSettings = {
		lookBackMs,
		giveUpMs: world.giveUpMs,
		maxItems: pick(random, [3, 20, 500]),
		...(backfill && { startAt: start + world.skew - 26 * HOUR }),
	};
	const everyMs = pick(random, [1, 5, 20]) * MINUTE;
	const crashes = pick(random, [0, 0.05, 0.15]);
	const twice = pick(random, [0, 0.1]);
	const log = (): void => undefined;
	/** What happens besides: n8n's clock jumps for a poll or for some, or the builder edits the filter. */
	const event = pick(random, ['none', 'jump', 'jumps', 'filter', 'filter'] as const);
	const before = pick(random, ['all', 'one'] as const);
	const after = before === 'one' || random() < 0.3 ? 'all' : 'one';
	const editAt = start + random() * durationMs;
	if (event === 'filter') world.filter = before;
	const skew = world.skew;

	let inMemory: StoredState | undefined;
	let onDisk: StoredState | undefined;
	const emitted = new Map<string, number>();
	/** Recordings whose hand-over was followed by a crash before the state was saved. */
	const mayRepeat = new Set<string>();
	/** n8n does not activate a workflow whose first poll throws: a trigger begins with its first good one. */
	let activatedAt = Infinity;
	let firstThrough = Infinity;
	let polls = 0;
	let bytesEach = 0;

	let allowanceMs = lookBackMs;
	let candidateAt = start;
	let firstGoodAt = Infinity;
	let jumped = 0;
	/** n8n's clock is wrong by hours for one poll, or by less for several in a row. */
	const jump = (): void => {
		// As long as no poll with the right clock has been stored, there is no telling what is too old.
		const isKnown = (inMemory?.polledAt ?? 0) <= world.now + skew;
		if (jumped > 0) {
			jumped--;
		} else if (firstThrough < Infinity && world.skew === skew && isKnown && random() < 0.05) {
			const sign = random() < 0.6 ? 1 : -1;
			jumped = event === 'jump' ? 0 : Math.floor(random() * 10);
			world.skew =
				skew + sign * (event === 'jump' ? (1 + random() * 29) * HOUR : random() * LONG_JUMP_MS);
		} else {
			world.skew = skew;
		}
	};
	let edit: Edit | undefined;
	const watch = () => ({ start: 'model', api: 'model', conditions: world.filter });
	const noteEdit = (stored: TriggerState | undefined): void => {
		if (stored === undefined || stored.watch.conditions === world.filter) return;
		edit = {
			readFrom: Math.min(edit?.readFrom ?? Infinity, stored.readTo - skew),
			readTo: Math.max(edit?.readTo ?? -Infinity, stored.readTo - skew),
			firstAt: edit?.firstAt ?? world.now,
			lastAt: world.now,
			throughAt: Infinity,
		};
	};
	const attempt = async (): Promise<PollResult<Call> | undefined> => {
		const startedAt = world.now;
		const deadline = world.now + (2 + random() * 40) * 1_000;
		polls++;
		// Each poll has a source of its own, which knows nothing of the one before.
		source.allowanceMs = lookBackMs;
		try {
			const stored = known(inMemory);
			noteEdit(stored);
			const found = await poll(stored, {
				source,
				watch: watch(),
				settings,
				now: Math.floor(world.now + world.skew),
				outOfTime: () => world.now >= deadline,
				log,
			});
			if (activatedAt === Infinity) candidateAt = startedAt;
			firstGoodAt = Math.min(firstGoodAt, startedAt);
			return found;
		} catch (error) {
			if (!/the model says no|<html>/.test((error as Error).message)) throw error;
			return undefined;
		} finally {
			allowanceMs = Math.min(allowanceMs, source.allowanceMs);
		}
	};
	/** What is in memory is gone, and with it perhaps that a first scan was through. */
	const crashed = (): void => {
		inMemory = onDisk;
		if (onDisk?.baseline === undefined) return;
		firstThrough = Infinity;
		if (edit !== undefined) edit.throughAt = Infinity;
	};
	const commit = (found: PollResult<Call>, crash: number): void => {
		const latest = known(inMemory);
		const result =
			latest !== undefined && latest.revision !== found.state.revision - 1
				? reconcile(found, latest)
				: found;
		const stored = encodeState(result.state);
		if (engine === 'durable') {
			// Items and state are one: a crash takes both or neither.
			if (crash > 0) return;
		} else if (crash === 1) {
			// Before hand-over.
			crashed();
			return;
		}
		for (const { id } of result.items) emitted.set(id, (emitted.get(id) ?? 0) + 1);
		if (engine === 'default' && crash === 2) {
			for (const { id } of result.items) mayRepeat.add(id);
			crashed();
			return;
		}
		inMemory = JSON.parse(JSON.stringify(stored)) as StoredState;
		if (activatedAt === Infinity) activatedAt = candidateAt;
		const remembered = result.state.memory.seenCount + result.state.memory.pendingCount;
		// Without the absolute time of the first bucket and the padding of base64.
		if (remembered > 0) bytesEach = Math.max(bytesEach, (stored.memory.length - 8) / remembered);
		if (engine === 'durable' || result.items.length > 0 || onDisk === undefined) onDisk = inMemory;
		if (
			stored.baseline === undefined &&
			edit?.throughAt === Infinity &&
			stored.watch.conditions === world.filter
		)
			edit.throughAt = world.now;
		if (stored.baseline === undefined) firstThrough = Math.min(firstThrough, world.now);
	};
	const step = async (calm: boolean): Promise<number> => {
		if (event === 'filter' && (calm || world.now > editAt)) world.filter = after;
		if (!calm && (event === 'jump' || event === 'jumps')) jump();
		else world.skew = skew;
		const found = await attempt();
		if (found === undefined) return 1;
		const crash = !calm && random() < crashes ? (random() < 0.5 ? 1 : 2) : 0;
		if (!calm && random() < twice) {
			// Another poll of the same node began from the same state and ends first.
			const other = await attempt();
			if (other !== undefined) commit(other, 0);
		}
		commit(found, crash);
		return found.items.length;
	};

	const end = start + durationMs;
	while (world.now < end) {
		await step(false);
		world.now += everyMs * (0.8 + random() * 0.4);
	}
	source.faults = 0;
	// Long enough for the slowest recording, a scan, and checks of what is awaited; then until nothing comes any more.
	const until =
		Math.max(
			...world.calls.map(({ availableAt }) => (availableAt === Infinity ? 0 : availableAt)),
			world.now,
		) +
		lookBackMs +
		2 * HOUR;
	for (let idle = 0; world.now < until || idle < 12;) {
		idle = (await step(true)) === 0 ? idle + 1 : 0;
		world.now += world.now < until ? 10 * MINUTE : 2 * MINUTE;
		if (polls > 20_000) throw new Error('the backlog does not drain');
	}

	const since = settings.startAt;
	const lost: string[] = [];
	const old: string[] = [];
	// What clocks differ by is taken from the look-back, and from the time until a recording is given up.
	const marginMs = 12 * MINUTE + (event === 'jumps' ? LONG_JUMP_MS : 0);
	for (const call of world.calls) {
		const times = emitted.get(call.id) ?? 0;
		const seenFrom = Math.max(call.visibleAt, source.pendingListed ? 0 : call.availableAt);
		// Where an undated recording is to be looked for is not known: it is found as long as it is within the look-back.
		const inTime =
			call.end - call.at <= allowanceMs &&
			(call.undated ? call.availableAt : seenFrom) - call.at < lookBackMs - marginMs &&
			call.availableAt - call.at < world.giveUpMs - 70 * MINUTE - marginMs;
		const isNew =
			since === undefined
				? call.end >= activatedAt || call.availableAt > firstThrough
				: call.at >= since;
		const wanted =
			call.deletedAt === Infinity &&
			inTime &&
			isNew &&
			seenFrom < Infinity &&
			call.at < end &&
			inReach(call, activatedAt, since, lookBackMs);
		if (
			wanted &&
			times === 0 &&
			isExpected(
				call,
				seenFrom,
				event === 'filter' ? before : 'all',
				world.filter,
				edit,
				lookBackMs,
			)
		)
			lost.push(call.id);
		// While a first scan goes on for hours, a call may end up on a page that was read already; it is new then, not lost.
		const promptly = firstThrough - firstGoodAt < HOUR;
		// A row that was hidden from the first look counts as new.
		if (source.hidesRows) continue;
		if (
			since === undefined &&
			promptly &&
			times > 0 &&
			call.availableAt < firstGoodAt - 10 * MINUTE
		)
			old.push(call.id);
		if (times > 0 && edit !== undefined && wasLeftOut(call, before, edit)) old.push(call.id);
	}
	const repeated = [...emitted]
		.filter(([id, times]) => times > (mayRepeat.has(id) ? 100 : 1))
		.map(([id]) => id);
	return { lost, repeated, old, polls, emitted: emitted.size, bytesEach };
}

/** A trigger "from now on" looks back over the look-back; calls that began before that are out of its reach. */
function inReach(
	call: Call,
	start: number,
	since: number | undefined,
	lookBackMs: number,
): boolean {
	return since !== undefined || call.at > start - lookBackMs + 10 * MINUTE;
}

/** A change of the filter, as polls met it: more than once where a crash brought an older state back. Times are the server's. */
interface Edit {
	/** Everything before was read with the filter of before; at the least and at the most. */
	readFrom: number;
	readTo: number;
	firstAt: number;
	lastAt: number;
	/** Everything was read once with the new filter. */
	throughAt: number;
}

/** How far n8n's clock may be wrong for several polls in a row. */
const LONG_JUMP_MS = 30 * MINUTE;
/** As much as the trigger allows for clocks that differ. */
const GRACE_MS = 5 * MINUTE;

/** Whether a call that would be handed over without filters must be, with them. */
function isExpected(
	call: Call,
	seenFrom: number,
	before: World['filter'],
	after: World['filter'],
	edit: Edit | undefined,
	lookBackMs: number,
): boolean {
	const passes = (filter: World['filter']) => filter === 'all' || call.kind === 'one';
	if (!passes(after)) return false;
	if (edit === undefined) return true;
	// As at an activation, the trigger goes back by the look-back.
	const isLate =
		(call.availableAt > edit.throughAt || call.end > edit.lastAt || call.at >= edit.readTo) &&
		call.at > edit.firstAt - lookBackMs + 10 * MINUTE;
	// What appeared between the last look with the old filter and the first with the new one may have been there all along.
	const isDoubtful =
		seenFrom > edit.readFrom - GRACE_MS &&
		call.end < edit.readTo &&
		call.availableAt < edit.throughAt;
	return isLate || (passes(before) && !isDoubtful);
}

/** Whether a call was available, and kept out by the filter, before another one let it through. */
function wasLeftOut(call: Call, before: World['filter'], edit: Edit): boolean {
	const promptly = edit.throughAt - edit.firstAt < HOUR;
	return (
		promptly &&
		before === 'one' &&
		call.kind === 'other' &&
		call.availableAt < edit.firstAt - 10 * MINUTE &&
		call.end < edit.readFrom - 2 * GRACE_MS
	);
}

function known(stored: StoredState | undefined): TriggerState | undefined {
	const state = decodeState(stored);
	if (state === 'unreadable') throw new Error('the state cannot be read');
	return state;
}
