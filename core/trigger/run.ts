import { Deduplication } from './deduplication';
import type { PollEnvironment } from './environment';
import type { Span } from './source';
import { SpanReader, type ReadOptions, type SpanReading } from './span-reader';
import type { TriggerState } from './state';

/** A poll under way: what its parts share. */
export class PollRun<Raw> {
	readonly reader: SpanReader<Raw>;
	readonly deduplication: Deduplication<Raw>;
	/** Unfinished recordings of calls that began before this time are given up. Epoch milliseconds. */
	readonly giveUpBefore: number;

	/** @param state as the last poll left it; this one changes it */
	constructor(
		readonly state: TriggerState,
		readonly environment: PollEnvironment<Raw>,
	) {
		const { now, settings, source, outOfTime } = environment;
		// What is given up is not looked at again: a clock that is a day ahead for one poll must not give up anything.
		this.giveUpBefore = Math.min(state.polledAt, now) - settings.giveUpMs;
		state.polledAt = now;
		this.reader = new SpanReader(source, outOfTime);
		this.deduplication = new Deduplication(state, environment, this.giveUpBefore);
	}

	/**
	 * Reads a span, and takes what is new in it.
	 *
	 * @param awaited by fingerprint, where only awaited recordings are looked for; those found are taken out
	 */
	async read(
		span: Span,
		options: ReadOptions = {},
		awaited?: Map<string, unknown>,
	): Promise<SpanReading> {
		return await this.reader.read(span, options, (row) =>
			this.deduplication.take(row, span, awaited),
		);
	}
}
