import type { PollSettings } from '../../core/trigger/environment';
import { poll } from '../../core/trigger/poll';
import { NotYet } from '../../core/trigger/source';
import type { Page, Position, Row, Span, TriggerSource } from '../../core/trigger/source';
import { decodeState, encodeState, type StoredState, type Watch } from '../../core/trigger/state';

export const START = Date.UTC(2026, 2, 29, 12, 0);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const WATCH: Watch = { start: 'activation', api: 'recordingApi', conditions: 'none' };

export interface Call {
	id: string;
	at: number;
	/** Not told where null; a minute after its start where undefined. */
	end?: number | null;
	availableAt: number;
	/** Listed from then on. */
	visibleAt?: number;
	/** Counted in totals, but not listed. */
	isGhost?: boolean;
	failed?: boolean;
	undated?: boolean;
	/** Conditions under which it is listed; all where undefined. */
	onlyFor?: string;
}

/** A trigger with its stored state, and the platform it watches; both on one clock, n8n's ahead by `aheadMs`. */
export class Trial implements TriggerSource<Call> {
	calls: Call[] = [];
	now = START;
	aheadMs = 0;
	pageSize = 100;
	totals = true;
	anchored = false;
	/** Requests of the last poll. */
	requests = 0;
	/** What the last poll asked for, in minutes from the start of the trial: `-120..-60@100` from the 100th row on. */
	asked: string[] = [];
	/** IDs that the next listing leaves out. */
	hidden = new Set<string>();
	/** Pages a poll has time for. */
	pagesPerPoll = Infinity;
	/** Done before a page other than the first is given. */
	betweenPages: (() => void) | undefined;
	/** Whether a request fails. */
	fails: (asked: string) => boolean = () => false;
	/** Whether the platform is still at work on what was asked for. */
	isAtWork: (asked: string) => boolean = () => false;
	said: string[] = [];
	reasons: Array<string | undefined> = [];
	stored: StoredState | undefined;
	stoppedBy: unknown;
	watch = WATCH;
	isWanted: ((call: Call) => boolean) | undefined;
	settings: PollSettings = { lookBackMs: 2 * HOUR, giveUpMs: 24 * HOUR, maxItems: 1_000 };
	/** Calls that began so long after the end of a span are listed with it. */
	beyondMs = 0;
	freshMs = 15 * MINUTE;
	maxRows = 1_000;
	minSpanMs = 1_000;
	isSnapshot: boolean | undefined;
	narrow: (() => boolean) | undefined;

	async page({ from, to }: Span, position: Position = 0): Promise<Page<Call>> {
		this.requests++;
		const offset = Number(position);
		const asked = `${minutes(from)}..${minutes(to)}${offset > 0 ? `@${offset}` : ''}`;
		this.asked.push(asked);
		if (this.fails(asked)) throw new Error(`${asked}: 500`);
		if (this.isAtWork(asked)) throw new NotYet(asked);
		if (offset > 0) this.betweenPages?.();
		const counted = this.calls
			.filter(
				(call) =>
					call.at >= from &&
					call.at < to + this.beyondMs &&
					!this.hidden.has(call.id) &&
					(call.visibleAt ?? 0) <= this.now,
			)
			.filter(({ onlyFor = this.watch.conditions }) => onlyFor === this.watch.conditions)
			.sort((one, other) => one.at - other.at);
		const found = counted.filter(({ isGhost }) => isGhost !== true);
		const rows = found.slice(offset, offset + this.pageSize).map((call): Row<Call> => {
			const state =
				call.failed === true ? 'other' : this.now >= call.availableAt ? 'available' : 'pending';
			return {
				id: call.id,
				at: call.at,
				...(call.undated === true && { at: this.clock, undated: true }),
				end: call.end === null ? undefined : (call.end ?? call.at + MINUTE),
				state,
				status: state,
				raw: call,
			};
		});
		const end = offset + rows.length;
		return {
			rows,
			...(this.totals && { total: counted.length }),
			...(end < found.length && { next: this.anchored ? end - 1 : end }),
			...(this.anchored && offset > 0 && { anchored: true }),
		};
	}

	get clock(): number {
		return this.now + this.aheadMs;
	}

	/** Polls, and tells the IDs of what came. */
	async poll(): Promise<string[]> {
		this.requests = 0;
		this.asked = [];
		const { state, items, stoppedBy } = await poll(decodeState(this.stored), {
			source: this,
			watch: this.watch,
			settings: this.settings,
			now: this.clock,
			outOfTime: () => this.requests >= this.pagesPerPoll,
			log: (message, reason) => {
				this.said.push(message);
				this.reasons.push(reason);
			},
			isWanted: this.isWanted,
		});
		this.stoppedBy = stoppedBy;
		this.stored = JSON.parse(JSON.stringify(encodeState(state))) as StoredState;
		return items.map(({ id }) => id);
	}

	/** Polls so many minutes later. */
	async pollIn(minutes: number): Promise<string[]> {
		this.now += minutes * MINUTE;
		return await this.poll();
	}

	/** Polls every so many minutes for so many minutes, and tells what came and how many requests it took. */
	async polls(minutes: number, every = 1): Promise<{ ids: string[]; requests: number }> {
		const ids: string[] = [];
		let requests = 0;
		for (let passed = 0; passed < minutes; passed += every) {
			ids.push(...(await this.pollIn(every)));
			requests += this.requests;
		}
		return { ids, requests };
	}

	add(id: string, agoMinutes: number, availableInMinutes: number, more: Partial<Call> = {}): void {
		this.calls.push({
			id,
			at: this.now - agoMinutes * MINUTE,
			availableAt: this.now + availableInMinutes * MINUTE,
			...more,
		});
	}

	/** Calls that were available long since, one after the other within a second. */
	addMany(count: number, agoMinutes: number, prefix = 'r'): void {
		for (let n = 0; n < count; n++)
			this.add(`${prefix}${n}`, agoMinutes - n / (60 * count), -agoMinutes);
	}

	get memory() {
		const state = decodeState(this.stored);
		if (typeof state !== 'object') throw new Error('the state cannot be read');
		return state.memory;
	}

	/** The stored watermark, in minutes from the start of the trial. */
	get watermark(): string {
		return minutes(this.stored!.watermark);
	}
}

/** A trigger that was activated when nothing was there. */
export async function activated(settings: Partial<PollSettings> = {}): Promise<Trial> {
	const trial = new Trial();
	Object.assign(trial.settings, settings);
	await trial.poll();
	return trial;
}

/** A trigger that begins so many minutes ago and has not polled yet. */
export function since(agoMinutes: number, change: Partial<Trial> = {}): Trial {
	const trial = Object.assign(new Trial(), change);
	trial.settings.startAt = START - agoMinutes * MINUTE;
	return trial;
}

function minutes(at: number): string {
	return at === Infinity ? '' : String(Math.round(((at - START) * 100) / MINUTE) / 100);
}
