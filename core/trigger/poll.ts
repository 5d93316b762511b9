import { dueGroups, endLook, goneOf, passGroup, type Group } from './awaited';
import { stateToGoOnWith, wasThereBefore } from './baseline';
import { fingerprint, startOfBucket, BUCKET_MS } from './memory';
import { cutAt, hasHoles, isClean, NOTHING_READ, Reader, type Reading, type ReadOptions, type Taken } from './reading';
import { SpanTooDeep, type Row, type Span, type TriggerSource } from './source';
import type { Resume, TriggerState, Watch } from './state';
import { iso, setRight, settleBefore, trustedNow } from './time';

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
	/** The start is worked out anew at each poll: the first poll's holds. */
	startMoves?: boolean;
}

/** The world around a poll. */
export interface PollEnvironment<Raw> {
	source: TriggerSource<Raw>;
	watch: Watch;
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

/** A page or two of an idle tenant; longer ones would save nothing. */
const LONGEST_SPAN_MS = 32 * 86_400_000;
/** With fewer rows than this in memory, one read from the floor on is cheaper than one of the newest and a sweep. */
const FEW_ROWS = 1_000;
/** Pages a poll spends on looking again at what it has seen, unless it is behind. A CXone tenant allows 50 a minute. */
const SWEEP_PAGES = 20;
/** A sweep that takes longer than this is behind. */
const SWEEP_DUE_MS = 600_000;
/** Pages after which a poll begins no further listing of awaited recordings. */
const WATCH_PAGES = 10;
/** Pages at which a listing of awaited recordings is given up. */
const MAX_PAGES_OF_GROUP = 50;
/** More than this many awaited recordings are a fault of the tenant's; it bounds the stored state. */
const MAX_AWAITED = 10_000;
/** How often a span is read again when rows were deleted while it was read; each time a shorter part of it. One page has no gap. */
const MAX_UNCLEAN = 8;

/**
 * One poll. Reads the newest recordings, then goes on with the sweep: span by span, ascending, over everything since the
 * floor, and from the start again when it is through. Each recording is thus seen again and again until it is older than
 * the overlap; the memory tells which were handed over. A span that one poll cannot finish is continued by the next.
 *
 * @param stored as the last poll left it, for this poll alone to change; undefined before the first one
 * @throws what the source throws, unless there are items already: those are handed over first
 */
export async function poll<Raw>(stored: TriggerState | 'unreadable' | undefined, environment: PollEnvironment<Raw>): Promise<PollResult<Raw>> {
	const { watch, settings, now, log } = environment;
	const state = setRight(stateToGoOnWith(stored, watch, settings, now, log), settings, now, log);
	const run = new Poll(state, environment);
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
	const { api, start } = latest.watch;
	if (api !== result.state.watch.api || start !== result.state.watch.start) return { ...result, state: latest, items: [] };
	const { memory, rememberedFrom } = latest;
	const items = result.items.filter((row) => {
		const print = fingerprint(row.id);
		// Of what is forgotten the other poll settled everything, but for what it still awaits.
		return row.undated !== true && isForgotten(row.at, rememberedFrom) ? memory.isPending(print) : !memory.hasSeen(print);
	});
	for (const row of items) memory.markSeen(row.at, fingerprint(row.id));
	memory.forgetSeenBefore(rememberedFrom);
	return { ...result, state: { ...latest, revision: latest.revision + 1 }, items };
}

/** Whether what was handed over of a time is forgotten. */
function isForgotten(at: number, rememberedFrom: number): boolean {
	return startOfBucket(at) + BUCKET_MS <= rememberedFrom;
}

class Poll<Raw> {
	readonly items: Array<Row<Raw>> = [];
	private readonly reader: Reader<Raw>;
	/** When recordings are given up, this is the time that counts. */
	private readonly trustedNow: number;
	private narrowable: boolean;

	constructor(
		private readonly state: TriggerState,
		private readonly environment: PollEnvironment<Raw>,
	) {
		this.reader = new Reader(environment.source, environment.outOfTime);
		this.narrowable = environment.source.narrow !== undefined;
		this.trustedNow = trustedNow(state.polledAt, environment.now);
		state.polledAt = environment.now;
	}

	result(): PollResult<Raw> {
		return { state: { ...this.state, revision: this.state.revision + 1 }, items: this.items, pages: this.reader.pages };
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
			if (this.reader.stopped) this.state.sweep.starved = true;
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
		if (state.baseline?.unreadTo === null && reading.end === 'through' && !hasHoles(reading)) state.baseline.unreadTo = from;
	}

	private endOfSpan(from: number): number {
		const { now, source } = this.environment;
		const { spanMs } = this.state.sweep;
		const end = from + Math.min(Math.max(spanMs, source.minSpanMs), source.maxSpanMs ?? Infinity);
		return end >= now ? Infinity : end;
	}

	private async goOnWithSweep(): Promise<void> {
		const { now, source, settings } = this.environment;
		const { sweep } = this.state;
		const inBacklog = sweep.at < now - 2 * settings.overlapMs;
		const behind = inBacklog || now - sweep.startedAt > SWEEP_DUE_MS || this.state.baseline !== undefined;
		// The pages of one answer cost one request: stopping in the middle would cost another.
		const lastPage = behind || source.isSnapshot === true ? Infinity : this.reader.pages + SWEEP_PAGES;
		if (sweep.at === this.state.floor && sweep.resume === undefined) sweep.startedAt = now;
		while (!this.reader.stopped && this.reader.pages < lastPage) {
			const { resume } = sweep;
			const span = { from: sweep.at, to: resume === undefined ? this.endOfSpan(sweep.at) : (resume.to ?? Infinity) };
			const width = Math.min(span.to, now) - span.from;
			const startedAt = resume?.startedAt ?? now;
			const splittable = width > source.minSpanMs;
			const reading = await this.readSpan(span, { resume, lastPage, splittable: splittable || this.narrowable });
			if (reading.end === 'tooLarge') {
				delete sweep.resume;
				if (!splittable) this.narrowable = source.narrow?.() === true;
				this.halveSpans(width);
				continue;
			}
			if (reading.end === 'cut') {
				if (reading.pages > 0 || resume !== undefined) sweep.resume = cutAt(span, reading, startedAt, resume);
				return;
			}
			delete sweep.resume;
			if (!this.pass(span, reading, startedAt, resume)) {
				if (hasHoles(reading)) this.halveSpans(width);
				continue;
			}
			if (reading.rows < source.maxRows / 2) sweep.spanMs = Math.min(LONGEST_SPAN_MS, sweep.spanMs * 2);
			if (span.to === Infinity) return this.startOver();
		}
	}

	private halveSpans(width: number): void {
		const { sweep } = this.state;
		sweep.spanMs = Math.max(this.environment.source.minSpanMs, Math.floor(Math.min(sweep.spanMs, width) / 2));
	}

	/** A page of an earlier poll's place may be gone: then the span is read from its beginning. */
	private async readSpan(span: Span, options: ReadOptions & { splittable: boolean }): Promise<Reading> {
		const { resume, splittable } = options;
		try {
			return await this.read(span, options);
		} catch (error) {
			if (this.environment.outOfTime()) throw error;
			if (error instanceof SpanTooDeep) {
				if (!splittable) throw error.cause;
				return { ...NOTHING_READ, end: 'tooLarge' };
			}
			if (resume?.position === undefined || resume.position === null) throw error;
			delete this.state.sweep.resume;
			return await this.read(span, { ...options, resume: undefined });
		}
	}

	/**
	 * Moves the sweep behind a span that was read to its end.
	 *
	 * @returns false where it has to be read again first: rows were deleted meanwhile, so that others moved up to a page
	 *   that had been read already
	 */
	private pass(span: Span, reading: Reading, startedAt: number, resume?: Resume): boolean {
		const { state, environment } = this;
		const { sweep } = state;
		const { overlapMs } = environment.settings;
		const settledTo = Math.min(span.to, startedAt - overlapMs);
		const allSettled = settledTo === span.to;
		if (environment.source.isSnapshot !== true && !isClean(reading, allSettled, resume)) {
			sweep.unclean = (sweep.unclean ?? 0) + 1;
			if (sweep.unclean <= MAX_UNCLEAN) {
				// What is younger than the overlap is read again anyway: only the floor has to wait.
				if (allSettled) return false;
				sweep.gap = true;
			} else {
				environment.log(`Recordings between ${iso(span.from)} and ${iso(settledTo)} kept changing while they were listed; the trigger goes on`);
				delete sweep.unclean;
			}
		} else {
			delete sweep.unclean;
		}
		sweep.at = span.to === Infinity ? sweep.at : span.to;
		if (sweep.gap === true) return true;
		state.readTo = Math.max(state.readTo, Math.min(span.to, sweep.startedAt));
		// A span before this one may have been read when it was younger than the overlap: the floor stays in it.
		if (state.floor >= span.from && settledTo > state.floor) settleBefore(state, settledTo, overlapMs);
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

	/** Recordings that were unfinished when their time left the overlap: where they should be is listed until they are settled. */
	private async lookAfterAwaited(): Promise<void> {
		const { state, reader } = this;
		const { settings, now } = this.environment;
		const awaited = state.memory.awaitedBefore(state.floor);
		if (awaited.length === 0) {
			delete state.watching;
			return;
		}
		this.boundAwaited();
		const groups = reader.stopped ? undefined : dueGroups(state, awaited, settings.overlapMs, now);
		if (groups === undefined) return;
		const first = reader.pages;
		let done = 0;
		for (const group of groups) {
			if (reader.stopped || reader.pages >= first + WATCH_PAGES) break;
			if (!(await this.lookAt(group, done === 0))) break;
			done++;
		}
		endLook(state, done === groups.length, reader.pages - first, now);
	}

	/**
	 * @param isFirst it has the time of a whole look: should that not be enough, it must not keep the others waiting
	 * @returns false where the next poll has to go on with this group
	 */
	private async lookAt(group: Group, isFirst: boolean): Promise<boolean> {
		const { state, reader, environment } = this;
		const missing = new Map(group.recordings.map((one) => [one.print, one]));
		const first = reader.pages;
		const options = { lastPage: first + MAX_PAGES_OF_GROUP, found: () => missing.size === 0 };
		const reading = await this.read(group.span, options, missing).catch((error: unknown) => {
			if (error instanceof SpanTooDeep) return NOTHING_READ;
			throw error;
		});
		const isThrough = reading.end === 'through';
		const isFull = this.items.length >= environment.settings.maxItems;
		if (!isThrough && (isFull || !isFirst)) return false;
		passGroup(state, group, reader.pages - first);
		const isTooOld = ({ from }: { from: number }) => this.isTooOld(from);
		const gone = goneOf(state.memory, [...missing.values()], isThrough && !hasHoles(reading), isTooOld);
		if (gone.length > 0) {
			environment.log(`${gone.length} unfinished recordings of calls that began between ${iso(gone[0].from)} and ${iso(gone.at(-1)!.to)} are no longer listed; they are no longer awaited`);
		}
		return true;
	}

	private boundAwaited(): void {
		const { memory } = this.state;
		const tooMany = memory.pendingCount - MAX_AWAITED;
		if (tooMany <= 0) return;
		const dropped = memory.awaitedBefore(this.state.floor).slice(0, tooMany);
		for (const { print } of dropped) memory.forgetPending(print);
		if (dropped.length > 0) this.environment.log(`More than ${MAX_AWAITED} recordings are unfinished: the oldest ${dropped.length} are no longer awaited`);
	}

	private async read(span: Span, options: ReadOptions, awaited?: Map<string, unknown>): Promise<Reading> {
		return await this.reader.read(span, options, (row) => this.take(row, span, awaited));
	}

	/** @param awaited by fingerprint, where only awaited recordings are looked for; those found are taken out */
	private take(row: Row<Raw>, span: Span, awaited?: Map<string, unknown>): Taken {
		const { state } = this;
		const { memory } = state;
		const { settings, now } = this.environment;
		const isDated = row.undated !== true;
		if (isDated && row.at < span.from) return 'old';
		if (isDated && row.at <= now) state.newest = Math.max(state.newest ?? row.at, row.at);
		const print = fingerprint(row.id);
		if (memory.hasSeen(print)) {
			// Without a time of its own it is remembered for as long as it is listed.
			if (!isDated) memory.markSeen(this.timeOf(row), print);
			return 'old';
		}
		const isAwaited = memory.isPending(print);
		if (awaited !== undefined && !isAwaited) return 'old';
		awaited?.delete(print);
		if (row.state !== 'available') return this.wait(row, print, isAwaited);
		if (!isAwaited && wasThereBefore(row, span, state)) {
			this.settle(row, print);
			return 'news';
		}
		if (this.items.length >= settings.maxItems) return 'full';
		this.items.push(row);
		this.settle(row, print);
		return 'news';
	}

	/** A recording that is not available is awaited, if it may become so, until it is too old. */
	private wait(row: Row<Raw>, print: string, isAwaited: boolean): Taken {
		if (row.state === 'other' && !isAwaited) return 'old';
		if (!this.isTooOld(row.at)) {
			this.state.memory.markPending(row.at, print);
			return 'old';
		}
		const hours = Math.round((this.environment.now - row.at) / 3_600_000);
		this.environment.log(`Recording ${row.id} is still '${row.status}' ${hours} hours after its call began; it is no longer awaited`);
		this.settle(row, print);
		return 'news';
	}

	private isTooOld(at: number): boolean {
		return this.trustedNow - at > this.environment.settings.giveUpMs;
	}

	private settle(row: Row<Raw>, print: string): void {
		const { memory, rememberedFrom } = this.state;
		if (row.undated !== true && isForgotten(row.at, rememberedFrom)) memory.forgetPending(print);
		else memory.markSeen(this.timeOf(row), print);
	}

	/** The time under which a recording is remembered; for one without its own the latest that is known, so that it is not forgotten too early. */
	private timeOf({ at, undated }: Row<Raw>): number {
		return undated === true ? Math.max(this.environment.now, this.state.newest ?? 0) : at;
	}
}
