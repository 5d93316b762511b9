import { analyzedTranscript, type AnalyzedTranscript } from './schemas';
import { spokenLine } from './transcript';
import { sourceOf, unreadableOf } from '../http/sourced';

/** In which unit CXone's times of a voice transcript were read: no document names it. */
export type TimeUnit = 'seconds' | 'milliseconds';

/** What one side said or wrote before the other did. */
export interface Turn {
	/** `agent`, `customer` or what else CXone calls the side. */
	speaker: string | null;
	userId: string | null;
	/** Voice: seconds from the start of the segment. */
	startSeconds: number | null;
	endSeconds: number | null;
	/** Chats and e-mails: when it was written. */
	at: string | null;
	text: string;
}

/** Nobody's call lasts two days: such a number cannot be seconds. */
const LONGEST_SECONDS = 172_800;
/** People speak 10 to 25 characters a second, and so a hundredth of one in a millisecond. */
const FEWEST_CHARACTERS_PER_SECOND = 0.5;
/** A number as large as this is a point in time and no distance; epoch milliseconds. */
const POINT_IN_TIME = 1e11;

type Block = AnalyzedTranscript['transcriptBlocks'][number];

/**
 * The transcript of a segment that Interaction Analytics made ("Interaction Analytics API", Get Transcript): columns first,
 * then who said what. It has all names that such an item can have; undefined or null where CXone tells nothing.
 *
 * @param withConversation whether it is also given as plain text, a line for each turn
 */
export function transcriptItem(
	reply: AnalyzedTranscript,
	segmentId: string,
	withConversation: boolean,
): object {
	const { unit, seconds } = clockOf(reply.transcriptBlocks);
	const turns = reply.transcriptBlocks.map((block) => turnOf(block, seconds));
	const { summary, primaryIntent, actions, outcomes } = reply.segmentSummary ?? {};
	const ends = turns.flatMap(({ endSeconds }) => endSeconds ?? []);
	const metrics = reply.metrics ?? {};
	const unreadable = unreadableOf(reply);
	return {
		segmentId,
		language: reply.language,
		durationSeconds: ends.length === 0 ? null : Math.max(...ends),
		summary,
		intent:
			[primaryIntent?.category, primaryIntent?.topic, primaryIntent?.name]
				.filter(Boolean)
				.join(' > ') || null,
		sentiment: Object.entries(metrics).find(([name]) => /sentiment/i.test(name))?.[1],
		conversation: withConversation ? turns.map(lineOf).join('\n') : undefined,
		timesReadAs: unit,
		turns,
		intentScore: primaryIntent?.score,
		actions,
		outcomes,
		metrics: reply.metrics,
		annotations: reply.annotations,
		enlightenMetrics: reply.enlightenMetrics,
		unreadable: unreadable.length > 0 ? [...unreadable] : undefined,
	};
}

/** The names that an item of a transcript can have. */
export const TRANSCRIPT_FIELDS: readonly string[] = Object.keys(
	transcriptItem(analyzedTranscript.parse({ transcriptBlocks: [] }), '', true),
);

/** CXone's own JSON of it. */
export function rawTranscript(reply: AnalyzedTranscript): Record<string, unknown> {
	return sourceOf(reply);
}

/** How times are to be read: what is said in them tells the unit, because nobody speaks a thousand times as fast. */
function clockOf(blocks: Block[]): { unit: TimeUnit | null; seconds: (time: number) => number } {
	const spoken = blocks.flatMap(({ text, voiceMetadata }) => {
		const { startTime, endTime } = voiceMetadata ?? {};
		return typeof startTime === 'number' && typeof endTime === 'number'
			? [{ start: startTime, end: endTime, characters: text?.length ?? 0 }]
			: [];
	});
	if (spoken.length === 0) return { unit: null, seconds: (time) => time };
	const latest = Math.max(...spoken.map(({ end }) => end));
	const lasted = spoken.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
	const characters = spoken.reduce((sum, one) => sum + one.characters, 0);
	const isMilliseconds =
		latest > LONGEST_SECONDS || characters / lasted < FEWEST_CHARACTERS_PER_SECOND;
	const origin = latest > POINT_IN_TIME ? Math.min(...spoken.map(({ start }) => start)) : 0;
	const perSecond = isMilliseconds ? 1000 : 1;
	return {
		unit: isMilliseconds ? 'milliseconds' : 'seconds',
		seconds: (time) => Math.round(((time - origin) / perSecond) * 1000) / 1000,
	};
}

function turnOf(block: Block, seconds: (time: number) => number): Turn {
	const { voiceMetadata, chatMetadata, emailMetadata } = block;
	const given = (time: number | null | undefined) =>
		typeof time === 'number' ? seconds(time) : null;
	const channel = typeof block.channelId === 'number' ? `channel ${block.channelId}` : null;
	return {
		speaker: (block.userType ?? block.channelName ?? channel)?.toLowerCase() ?? null,
		userId: block.userId ?? null,
		startSeconds: given(voiceMetadata?.startTime),
		endSeconds: given(voiceMetadata?.endTime),
		at: chatMetadata?.timestamp ?? emailMetadata?.sentDate ?? null,
		text: block.text ?? '',
	};
}

function lineOf({ startSeconds, at, speaker, text }: Turn): string {
	const when = startSeconds === null ? at : minutes(startSeconds);
	return spokenLine(when, speaker ?? 'unknown', text);
}

/** Seconds as `m:ss`. */
function minutes(seconds: number): string {
	const whole = Math.floor(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
