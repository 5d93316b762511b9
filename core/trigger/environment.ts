import type { TriggerSource } from './source';
import type { Watch } from './state';

/** What a poll may do, and where its limits are. Times in milliseconds. */
export interface PollSettings {
	/**
	 * How late a recording may appear, counted from its call's start: for as long it is looked for. Includes what the
	 * clocks of n8n and the platform differ by.
	 */
	lookBackMs: number;
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
	watch: Watch;
	settings: PollSettings;
	/** Epoch milliseconds, at the start of the poll. */
	now: number;
	/** Whether no further page should be asked for. What a request throws from then on counts as "stopped". */
	outOfTime: () => boolean;
	/** @param reason key of what the node adds in its own labels */
	log: (message: string, reason?: string) => void;
	/** Whether an available recording is to be handed over; asked again as long as it is listed. All are where undefined. */
	isWanted?(raw: Raw): boolean;
}
