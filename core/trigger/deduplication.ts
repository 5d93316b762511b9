import { wasThereBefore } from './baseline';
import type { PollEnvironment } from './environment';
import { fingerprint } from './memory';
import type { Row, Span } from './source';
import type { TriggerState } from './state';

/** What became of a row: handed over or otherwise settled just now; left for the next poll, as this one may hand over no more; or nothing new. */
export type Taken = 'settled' | 'full' | undefined;

/** Decides what becomes of each row that a poll reads: whichever part reads it and however often, it is handed over once. */
export class Deduplication<Raw> {
	/** What is handed over, in the order it was found. */
	readonly items: Array<Row<Raw>> = [];

	/** @param giveUpBefore unfinished recordings of calls that began before this time are not awaited; epoch milliseconds */
	constructor(
		private readonly state: TriggerState,
		private readonly environment: Pick<
			PollEnvironment<Raw>,
			'settings' | 'now' | 'log' | 'isWanted'
		>,
		private readonly giveUpBefore: number,
	) {}

	get isFull(): boolean {
		return this.items.length >= this.environment.settings.maxItems;
	}

	/** @param awaited by fingerprint, where only awaited recordings are looked for; those found are taken out */
	take(row: Row<Raw>, span: Span, awaited?: Map<string, unknown>): Taken {
		const { state } = this;
		const { memory } = state;
		const isDated = row.undated !== true;
		if (isDated && row.at < span.from) return undefined;
		if (isDated && row.at <= this.environment.now)
			state.newest = Math.max(state.newest ?? row.at, row.at);
		const print = fingerprint(row.id);
		if (memory.hasSeen(print)) {
			// By the time that the platform gives today. One without a time is remembered for as long as it is listed.
			memory.markSeen(this.rememberedAt(row), print);
			return undefined;
		}
		const isAwaited = memory.isPending(print);
		if (awaited !== undefined && !isAwaited) return undefined;
		awaited?.delete(print);
		if (row.state !== 'available') return this.awaitOrGiveUp(row, print, isAwaited);
		if (this.environment.isWanted?.(row.raw) === false) {
			memory.forgetPending(print);
			return undefined;
		}
		if (!isAwaited && wasThereBefore(row, span, state)) {
			memory.markSeen(this.rememberedAt(row), print);
			return 'settled';
		}
		if (this.isFull) return 'full';
		this.items.push(row);
		memory.markSeen(this.rememberedAt(row), print);
		return 'settled';
	}

	/** A recording that is not available is awaited, if it may become so, until it is too old. */
	private awaitOrGiveUp(row: Row<Raw>, print: string, isAwaited: boolean): Taken {
		if (row.state === 'other' && !isAwaited) return undefined;
		if (row.at >= this.giveUpBefore) {
			this.state.memory.markPending(row.at, print);
			return undefined;
		}
		const hours = Math.round((this.environment.now - row.at) / 3_600_000);
		this.environment.log(
			`Recording ${row.id} is still '${row.status}' ${hours} hours after its call began; it is no longer awaited`,
		);
		this.state.memory.markSeen(this.rememberedAt(row), print);
		return 'settled';
	}

	/** The time under which a recording is remembered; for one without its own the latest that is known, so that it is not forgotten too early. */
	private rememberedAt({ at, undated }: Row<Raw>): number {
		return undated === true ? Math.max(this.environment.now, this.state.newest ?? 0) : at;
	}
}
