import { BUCKET_MS, fingerprint, Memory } from './memory';
import { SpanTooDeep, type Page, type Position, type Row, type Span, type TriggerSource } from './source';
import type { Resume, TriggerState } from './state';

/** What a poll may do, and where its limits are. Times in milliseconds. */
export interface PollSettings {
	/**
	 * How late a recording may appear, counted from its call's start: for as long it is looked for. Includes what the
	 * clocks of n8n and the platform differ by.
	 */
	overlapMs: number;
	/** How long after its call's start an unfinished recording is awaited. */
	giveUpMs: number;
	/** How many recordings a poll hands over at the most. */
	maxItems: number;
	/** Watch from here on, epoch milliseconds; undefined for "from now on". */
	startAt?: number;
}

/** The world around a poll. */
export interface PollEnvironment<Raw> {
	source: TriggerSource<Raw>;
	/** Names what is watched; see `TriggerState.scope`. */
	scope: string;
	settings: PollSettings;
	/** Epoch milliseconds, at the start of the poll. */
	now: number;
	/** Whether no further page should be asked for. What a request throws from then on counts as "stopped". */
	outOfTime: () => boolean;
	log: (message: string) => void;
}

export interface PollResult<Raw> {
	/** To be stored together with the items. */
	state: TriggerState;
	/** What became available, in the order it was found. */
	items: Array<Row<Raw>>;
	/** Pages that were asked for. */
	pages: number;
	/** What stopped the poll after it had found something: the next poll meets it again. */
	stoppedBy?: unknown;
}

/** A span that is cheap everywhere, to begin with. */
const FIRST_SPAN_MS = 3_600_000;
/** A page or two of an idle tenant; longer ones would save nothing. */
const LONGEST_SPAN_MS = 32 * 86_400_000;
/** With fewer rows than this in memory, one read from the floor on is cheaper than one of the newest and a sweep. */
const FEW_ROWS = 1_000;
/** Pages a poll spends on looking again at what it has seen, unless it is behind. A CXone tenant allows 50 a minute. */
const SWEEP_PAGES = 20;
/** A sweep that takes longer than this is behind. */
const SWEEP_DUE_MS = 600_000;
/** Pages a poll spends on recordings that are awaited longer than the overlap. */
const WATCH_PAGES = 10;
/** More than this many awaited recordings are a fault of the tenant's; it bounds the stored state. */
const MAX_AWAITED = 10_000;
/** How often a span is read again when rows were deleted while it was read. */
const MAX_UNCLEAN = 3;
/** Calls that ended this much before the activation count as new: clocks differ, and n8n may poll twice to activate. */
const ACTIVATION_GRACE_MS = 300_000;
/** Against a platform that says "more" for ever. */
const MAX_PAGES_OF_SPAN = 20_000;

/** The state of a trigger that has not polled yet. */
export function firstState(scope: string, settings: PollSettings, now: number): TriggerState {
	const floor = settings.startAt ?? now - settings.overlapMs;
	return {
		revision: 0,
		scope,
		floor,
		sweep: { at: floor, startedAt: now, spanMs: FIRST_SPAN_MS },
		...(settings.startAt === undefined && { baseline: { since: now, unreadTo: null } }),
		memory: new Memory(),
	};
}

/**
 * One poll. Reads the newest recordings, then goes on with the sweep: span by span, ascending, over everything since the
 * floor, and from the start again when it is through. Each recording is thus seen again and again until it is older than
 * the overlap; the memory tells which were handed over. A span that one poll cannot finish is continued by the next.
 *
 * @param state as the last poll left it, for this poll alone to change; undefined before the first one
 * @throws what the source throws, unless there are items already: those are handed over first
 */
export async function poll<Raw>(state: TriggerState | undefined, environment: PollEnvironment<Raw>): Promise<PollResult<Raw>> {
	const { scope, settings, now } = environment;
	const known = state?.scope === scope ? state : firstState(scope, settings, now);
	const run = new Poll(known, environment);
	try {
		await run.all();
	} catch (error) {
		if (run.items.length === 0) throw error;
		return { ...run.result(), stoppedBy: error };
	}
	return run.result();
}

/**
 * Brings a poll's result together with what another poll of the same trigger stored meanwhile. The other one's progress
 * stands; of this one's items those remain which the other did not hand over.
 *
 * @param latest the state as it is stored now
 */
export function reconcile<Raw>(result: PollResult<Raw>, latest: TriggerState): PollResult<Raw> {
	if (latest.scope !== result.state.scope) return { ...result, state: latest, items: [] };
	const { memory, floor } = latest;
	const items = result.items.filter((row) => {
		const print = fingerprint(row.id);
		// Below the floor the other poll settled everything, but for what it still awaits.
		return row.at < floor ? memory.isPending(print) : !memory.hasSeen(print);
	});
	for (const row of items) memory.markSeen(row.at, fingerprint(row.id));
	memory.forgetSeenBefore(floor);
	return { ...result, state: { ...latest, revision: latest.revision + 1 }, items };
}

interface Reading {
	end: 'through' | 'cut' | 'tooLarge';
	/** Where to go on, when cut. */
	position?: Position;
	rows: number;
	lowest?: number;
	pages: number;
	/** Rows not seen before. */
	news: number;
	/** Two pages did not join. */
	torn?: boolean;
}

class Poll<Raw> {
	readonly items: Array<Row<Raw>> = [];
	private pages = 0;
	/** The poll has as many items as it may, or no time. */
	private full = false;
	private narrowable: boolean;

	constructor(
		private readonly state: TriggerState,
		private readonly environment: PollEnvironment<Raw>,
	) {
		this.narrowable = environment.source.narrow !== undefined;
	}

	result(): PollResult<Raw> {
		return { state: { ...this.state, revision: this.state.revision + 1 }, items: this.items, pages: this.pages };
	}

	async all(): Promise<void> {
		const { starved } = this.state.sweep;
		delete this.state.sweep.starved;
		if (this.sweepReachesNow()) {
			await this.goOnWithSweep();
		} else if (starved === true) {
			await this.goOnWithSweep();
			await this.readFresh();
		} else {
			await this.readFresh();
			if (this.stopped()) this.state.sweep.starved = true;
			else await this.goOnWithSweep();
		}
		await this.lookAfterAwaited();
	}

	/** Whether the sweep's next span holds all that a look at the newest recordings would bring. */
	private sweepReachesNow(): boolean {
		const { source, now } = this.environment;
		const { sweep, memory } = this.state;
		if (source.freshMs === 0) return true;
		const reaches = this.endOfSpan(sweep.at) === Infinity && sweep.at <= now - source.freshMs;
		return reaches && sweep.resume === undefined && memory.seenCount < FEW_ROWS;
	}

	private async readFresh(): Promise<void> {
		const { state } = this;
		const { now, source } = this.environment;
		const from = Math.max(now - source.freshMs, state.floor);
		const reading = await this.read({ from, to: Infinity }, {}).catch((error: unknown) => {
			// The sweep comes by with shorter spans.
			if (error instanceof SpanTooDeep) return NOTHING_READ;
			throw error;
		});
		if (state.baseline?.unreadTo === null && reading.end === 'through') state.baseline.unreadTo = from;
	}

	private endOfSpan(from: number): number {
		const { now, source } = this.environment;
		const { spanMs } = this.state.sweep;
		const end = from + Math.min(Math.max(spanMs, source.minSpanMs), source.maxSpanMs ?? Infinity);
		return end >= now ? Infinity : end;
	}

	private async goOnWithSweep(): Promise<void> {
		const { now, source } = this.environment;
		const { sweep } = this.state;
		const inBacklog = sweep.at < now - 2 * this.environment.settings.overlapMs;
		const behind = inBacklog || now - sweep.startedAt > SWEEP_DUE_MS || this.state.baseline !== undefined;
		// The pages of one answer cost one request: stopping in the middle would cost another.
		const lastPage = behind || source.isSnapshot === true ? Infinity : this.pages + SWEEP_PAGES;
		if (sweep.at === this.state.floor && sweep.resume === undefined) sweep.startedAt = now;
		while (!this.stopped() && this.pages < lastPage) {
			const { resume } = sweep;
			const span = { from: sweep.at, to: resume === undefined ? this.endOfSpan(sweep.at) : (resume.to ?? Infinity) };
			const width = Math.min(span.to, now) - span.from;
			const startedAt = resume?.startedAt ?? now;
			const splittable = width > source.minSpanMs;
			const reading = await this.readSpan(span, { resume, lastPage, splittable: splittable || this.narrowable });
			if (reading.end === 'tooLarge') {
				delete sweep.resume;
				if (!splittable) this.narrowable = source.narrow?.() === true;
				sweep.spanMs = Math.max(source.minSpanMs, Math.floor(Math.min(sweep.spanMs, width) / 2));
				continue;
			}
			if (reading.end === 'cut') {
				if (reading.pages > 0 || resume !== undefined) sweep.resume = cutAt(span, reading, startedAt, resume);
				return;
			}
			delete sweep.resume;
			if (!this.pass(span, reading, startedAt, resume)) continue;
			if (reading.rows < source.maxRows / 2) sweep.spanMs = Math.min(LONGEST_SPAN_MS, sweep.spanMs * 2);
			if (span.to === Infinity) return this.startOver();
		}
	}

	/** A page of an earlier poll's place may be gone: then the span is read from its beginning. */
	private async readSpan(
		span: Span,
		how: { resume?: Resume; lastPage: number; splittable: boolean },
	): Promise<Reading> {
		try {
			return await this.read(span, how);
		} catch (error) {
			if (this.environment.outOfTime()) throw error;
			if (error instanceof SpanTooDeep) {
				if (!how.splittable) throw error.cause;
				return { ...NOTHING_READ, end: 'tooLarge' };
			}
			if (how.resume?.position === undefined || how.resume.position === null) throw error;
			delete this.state.sweep.resume;
			return await this.read(span, { ...how, resume: undefined });
		}
	}

	/**
	 * Moves the sweep behind a span that was read to its end.
	 *
	 * @returns false where it has to be read again first: rows were deleted meanwhile, so that others moved up to a page
	 *   that had been read already
	 */
	private pass(span: Span, reading: Reading, startedAt: number, resume?: Resume): boolean {
		const { state } = this;
		const { sweep } = state;
		const { overlapMs } = this.environment.settings;
		const settledTo = Math.min(span.to, startedAt - overlapMs);
		const allSettled = settledTo === span.to;
		if (this.environment.source.isSnapshot !== true && !isClean(reading, allSettled, resume)) {
			sweep.unclean = (sweep.unclean ?? 0) + 1;
			if (sweep.unclean <= MAX_UNCLEAN) {
				// What is younger than the overlap is read again anyway: only the floor has to wait.
				if (allSettled) return false;
				sweep.gap = true;
			} else {
				this.environment.log(`Recordings between ${iso(span.from)} and ${iso(settledTo)} kept changing while they were listed; the trigger goes on`);
				delete sweep.unclean;
			}
		} else {
			delete sweep.unclean;
		}
		sweep.at = span.to === Infinity ? sweep.at : span.to;
		// A span before this one may have been read when it was younger than the overlap: the floor stays in it.
		if (sweep.gap !== true && state.floor >= span.from && settledTo > state.floor) {
			state.floor = settledTo;
			state.memory.forgetSeenBefore(state.floor);
		}
		return true;
	}

	private startOver(): void {
		const { state } = this;
		const { spanMs, unclean, gap } = state.sweep;
		state.sweep = {
			at: state.floor,
			startedAt: this.environment.now,
			spanMs,
			...(unclean !== undefined && { unclean }),
		};
		if (gap !== true) delete state.baseline;
	}

	/** Recordings that were unfinished when their time left the overlap: their ten minutes are listed until they are settled. */
	private async lookAfterAwaited(): Promise<void> {
		const { state, environment } = this;
		const { memory } = state;
		const waiting = memory.awaitedBefore(state.floor);
		const next = waiting.findIndex((start) => start > (state.watchedTo ?? -Infinity));
		const inTurn = next < 0 ? waiting : [...waiting.slice(next), ...waiting.slice(0, next)];
		const lastPage = this.pages + WATCH_PAGES;
		for (const start of inTurn) {
			if (this.stopped() || this.pages >= lastPage) break;
			const missing = new Set(memory.awaitedIn(start));
			const reading = await this.read({ from: start, to: start + BUCKET_MS }, { awaited: missing });
			if (reading.end !== 'through') break;
			state.watchedTo = start;
			// Listed no more: deleted before it became available.
			for (const print of missing) memory.forgetPending(print);
		}
		if (waiting.length === 0) delete state.watchedTo;
		while (memory.pendingCount > MAX_AWAITED && waiting.length > 0) {
			const start = waiting.shift()!;
			const prints = memory.awaitedIn(start);
			for (const print of prints) memory.forgetPending(print);
			environment.log(`More than ${MAX_AWAITED} recordings are unfinished: ${prints.length} of ${iso(start)} are no longer awaited`);
		}
	}

	private stopped(): boolean {
		return this.full || this.environment.outOfTime();
	}

	private async read(
		span: Span,
		how: { resume?: Resume; lastPage?: number; splittable?: boolean; awaited?: Set<string> },
	): Promise<Reading> {
		const { source } = this.environment;
		const ids = new Set<string>();
		const reading: Reading = {
			end: 'cut',
			position: how.resume?.position ?? undefined,
			rows: how.resume?.rows ?? 0,
			lowest: how.resume?.lowest ?? undefined,
			pages: 0,
			news: 0,
		};
		while (!this.stopped() && this.pages < (how.lastPage ?? Infinity)) {
			const page = await this.page(span, reading.position);
			if (page === undefined) return reading;
			reading.pages++;
			if (page.total !== undefined) reading.lowest = Math.min(reading.lowest ?? Infinity, page.total);
			const tooMany = (page.total ?? reading.rows + page.rows.length) > source.maxRows;
			// One answer of a million rows does not need a million IDs held: nothing moves in it.
			const fresh = source.isSnapshot === true ? page.rows : page.rows.filter(({ id }) => !ids.has(id));
			for (const row of fresh) {
				if (source.isSnapshot !== true) ids.add(row.id);
				const outcome = this.consider(row, span.from, how.awaited);
				if (outcome === 'stop') {
					this.full = true;
					return reading;
				}
				if (outcome === 'news') reading.news++;
			}
			if (page.anchored === true && ids.size > fresh.length && fresh.length === page.rows.length) reading.torn = true;
			reading.rows += fresh.length;
			// A page that only repeats is a server's way to say that there are no more.
			const repeats = page.rows.length > 0 && fresh.length === 0;
			if (page.next === undefined || repeats || reading.pages >= MAX_PAGES_OF_SPAN) return { ...reading, end: 'through' };
			if (tooMany && how.splittable === true) return { ...reading, end: 'tooLarge' };
			reading.position = page.next;
		}
		return reading;
	}

	/** One page; undefined when the time ran out while it was asked for. */
	private async page(span: Span, position?: Position): Promise<Page<Raw> | undefined> {
		this.pages++;
		try {
			return await this.environment.source.page(span, position);
		} catch (error) {
			// A poll that did not get a single answer has something to tell; one that did just goes on next time.
			if (this.environment.outOfTime() && this.pages > 1) return undefined;
			throw error;
		}
	}

	private consider(row: Row<Raw>, from: number, awaited?: Set<string>): 'old' | 'news' | 'stop' {
		const { memory } = this.state;
		if (row.at < from) return 'old';
		const print = fingerprint(row.id);
		if (memory.hasSeen(print)) return 'old';
		if (awaited !== undefined && !memory.isPending(print)) return 'old';
		const { settings, now, log } = this.environment;
		const old = now - row.at > settings.giveUpMs;
		awaited?.delete(print);
		if (row.state === 'pending' && old) {
			log(`Recording ${row.id} is still '${row.status}' ${Math.round((now - row.at) / 3_600_000)} hours after its call began; it is no longer awaited`);
			this.settle(row, print);
			return 'news';
		}
		if (row.state === 'pending') {
			memory.markPending(row.at, print);
			return 'old';
		}
		if (row.state === 'other') return 'old';
		if (!memory.isPending(print) && this.wasThereBefore(row)) {
			this.settle(row, print);
			return 'news';
		}
		if (this.items.length >= settings.maxItems) return 'stop';
		this.items.push(row);
		this.settle(row, print);
		return 'news';
	}

	/** Whether a recording belongs to the past of a trigger that was activated "from now on". */
	private wasThereBefore(row: Row<Raw>): boolean {
		const { baseline, sweep } = this.state;
		if (baseline === undefined) return false;
		const unread = row.at >= sweep.at && row.at < (baseline.unreadTo ?? Infinity);
		return unread && (row.end ?? row.at) < baseline.since - ACTIVATION_GRACE_MS;
	}

	private settle(row: Row<Raw>, print: string): void {
		const { memory, floor } = this.state;
		if ((Math.floor(row.at / BUCKET_MS) + 1) * BUCKET_MS <= floor) memory.forgetPending(print);
		else memory.markSeen(row.at, print);
	}
}

const NOTHING_READ: Reading = { end: 'cut', rows: 0, pages: 0, news: 0 };

function cutAt(span: Span, reading: Reading, startedAt: number, before?: Resume): Resume {
	if (reading.pages === 0 && before !== undefined) return before;
	return {
		to: span.to === Infinity ? null : span.to,
		position: reading.position ?? null,
		rows: reading.rows,
		lowest: reading.lowest ?? null,
		startedAt,
	};
}

/**
 * Whether no row can have slipped through between two pages. New rows push others back, to pages yet to come; deleted ones
 * pull them forward, to pages that were read: then fewer rows came than there were at any moment.
 */
function isClean(reading: Reading, allSettled: boolean, resume?: Resume): boolean {
	if (reading.torn === true) return false;
	if (reading.lowest !== undefined) {
		const changed = resume !== undefined && resume.lowest !== null && reading.lowest !== resume.lowest;
		return reading.rows >= reading.lowest && !(allSettled && changed);
	}
	// Without a count, a second look that brings nothing new has to do; what is young gets many looks anyway.
	return !allSettled || reading.news === 0 || (reading.pages === 1 && resume === undefined);
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}
