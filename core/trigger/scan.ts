import type { PollRun } from './run';
import type { Span } from './source';
import {
	rowsMayBeMissing,
	rowsWereMissed,
	type ReadOptions,
	type SpanReading,
} from './span-reader';
import type { Resume, Scan } from './state';
import { iso } from '../times';

/** A page or two of an idle tenant; longer ones would save nothing. */
const LONGEST_SPAN_MS = 32 * 86_400_000;
/** With fewer rows than this in memory, a scan of all in one is cheaper than the newest and a scan. */
const FEW_ROWS = 1_000;
/** Pages a poll spends on looking again at what it has seen, unless it is behind. A CXone tenant allows 50 a minute. */
const PAGES_PER_POLL = 20;
/** A scan that takes longer than this is behind. */
const DUE_MS = 600_000;
/** How often a span is read again when rows were deleted while it was read; each time a shorter part of it. One page has no gap. */
const MAX_DOUBTFUL_READS = 8;

/**
 * Goes on with the scan: span by span, ascending, over everything from the watermark to now, and from the watermark again
 * when it is through. Each recording is thus seen again and again until it is older than the look-back. A span that one
 * poll cannot finish is continued by the next.
 */
export class Scanner<Raw> {
	/** The source may list less beyond a span; until it says that it does not. */
	private narrowable = true;

	constructor(private readonly run: PollRun<Raw>) {}

	/** Whether the next span holds all that a look at the newest recordings would bring. */
	get includesNewest(): boolean {
		const { source, now } = this.run.environment;
		const { scan, memory } = this.run.state;
		if (source.freshMs === 0) return true;
		const reachesNow =
			this.endOfSpan(scan.cursor) === Infinity && scan.cursor <= now - source.freshMs;
		return reachesNow && scan.resume === undefined && memory.seenCount < FEW_ROWS;
	}

	/** Reads as many spans as this poll has time, room and pages for. */
	async goOn(): Promise<void> {
		const { state, reader, environment } = this.run;
		const { now, source } = environment;
		const { scan } = state;
		// The pages of one answer cost one request: stopping in the middle would cost another.
		const lastPage =
			this.isBehind(scan) || source.isSnapshot === true ? Infinity : reader.pages + PAGES_PER_POLL;
		if (scan.cursor === state.watermark && scan.resume === undefined) scan.startedAt = now;
		for (;;) {
			const { resume } = scan;
			const span = {
				from: scan.cursor,
				to: resume === undefined ? this.endOfSpan(scan.cursor) : (resume.to ?? Infinity),
			};
			const width = Math.min(span.to, now) - span.from;
			const startedAt = resume?.startedAt ?? now;
			const splittable = width > source.minSpanMs;
			const reading = await this.readSpan(span, {
				resume,
				lastPage,
				splittable: splittable || this.narrowable,
			});
			if (reading.end === 'stopped') {
				const to = span.to === Infinity ? null : span.to;
				if (reading.pages > 0) scan.resume = { to, startedAt, progress: reading.progress };
				return;
			}
			delete scan.resume;
			if (reading.end === 'tooManyRows') {
				if (!splittable) this.narrowable = source.narrow?.() === true;
				this.halveSpans(width);
			} else if (this.mustReadAgain(span, reading, startedAt, resume)) {
				if (rowsWereMissed(reading)) this.halveSpans(width);
			} else {
				this.advance(span, startedAt);
				if (reading.progress.rows < source.maxRows / 2)
					scan.spanMs = Math.min(LONGEST_SPAN_MS, scan.spanMs * 2);
				if (span.to === Infinity) return this.startOver();
			}
		}
	}

	private isBehind({ cursor, startedAt }: Scan): boolean {
		const { now, settings } = this.run.environment;
		return (
			cursor < now - 2 * settings.lookBackMs ||
			now - startedAt > DUE_MS ||
			this.run.state.baseline !== undefined
		);
	}

	private endOfSpan(from: number): number {
		const { now, source, settings } = this.run.environment;
		const { scan, readTo } = this.run.state;
		const lengthMs = Math.max(scan.spanMs, source.minSpanMs);
		const end = from + Math.min(lengthMs, source.maxSpanMs ?? Infinity);
		// What was never read, and gets no other look, is read by itself: where rows may be missing in it, it is read again.
		const settledTo = now - settings.lookBackMs;
		const isFirstLook = Math.max(from, readTo) < settledTo && source.isSnapshot !== true;
		if (isFirstLook && end > settledTo) return settledTo;
		return end >= now ? Infinity : end;
	}

	private halveSpans(width: number): void {
		const { scan } = this.run.state;
		scan.spanMs = Math.max(
			this.run.environment.source.minSpanMs,
			Math.floor(Math.min(scan.spanMs, width) / 2),
		);
	}

	/** The page at which an earlier poll stopped may be gone: then the span is read from its beginning. */
	private async readSpan(span: Span, options: ReadOptions): Promise<SpanReading> {
		try {
			return await this.run.read(span, options);
		} catch (error) {
			if (options.resume === undefined || this.run.environment.outOfTime()) throw error;
			delete this.run.state.scan.resume;
			return await this.run.read(span, { ...options, resume: undefined });
		}
	}

	/** Up to where this span is older than the look-back, and need not be read again once it was read well. */
	private settledTo(span: Span, startedAt: number): number {
		return Math.min(span.to, startedAt - this.run.environment.settings.lookBackMs);
	}

	/**
	 * Whether the span has to be read again before the cursor may move: rows were deleted meanwhile, so that others moved up
	 * to a page that had been read already. What is younger than the look-back is read again anyway: only the watermark has
	 * to wait for it.
	 */
	private mustReadAgain(
		span: Span,
		reading: SpanReading,
		startedAt: number,
		resume?: Resume,
	): boolean {
		const { state, environment } = this.run;
		const { scan } = state;
		const settledTo = this.settledTo(span, startedAt);
		const allSettled = settledTo === span.to;
		if (environment.source.isSnapshot === true || !rowsMayBeMissing(reading, allSettled, resume)) {
			delete scan.doubtfulReads;
			return false;
		}
		scan.doubtfulReads = (scan.doubtfulReads ?? 0) + 1;
		if (scan.doubtfulReads > MAX_DOUBTFUL_READS) {
			environment.log(
				`Recordings between ${iso(span.from)} and ${iso(settledTo)} kept changing while they were listed; the trigger goes on`,
			);
			delete scan.doubtfulReads;
			return false;
		}
		if (!allSettled) scan.holdsWatermark = true;
		return allSettled;
	}

	/** Moves the cursor behind a span that was read, and the watermark as far as it may follow. */
	private advance(span: Span, startedAt: number): void {
		const { state, environment } = this.run;
		const { scan } = state;
		scan.cursor = span.to;
		if (scan.holdsWatermark === true) return;
		state.readTo = Math.max(state.readTo, Math.min(span.to, scan.startedAt));
		// A span before this one may have been read when it was younger than the look-back: the watermark stays in it.
		if (state.watermark < span.from) return;
		state.watermark = Math.max(state.watermark, this.settledTo(span, startedAt));
		// What was handed over before it is forgotten, unless the platform's own times say that it is too early.
		const settled = (state.newest ?? -Infinity) - environment.settings.lookBackMs;
		state.rememberedFrom = Math.max(state.rememberedFrom, Math.min(state.watermark, settled));
		state.memory.forgetSeenBefore(state.rememberedFrom);
	}

	private startOver(): void {
		const { state, environment } = this.run;
		const { scan } = state;
		scan.cursor = state.watermark;
		scan.startedAt = environment.now;
		if (scan.holdsWatermark === true) delete scan.holdsWatermark;
		else delete state.baseline;
	}
}
