import { analyzedTranscript, type AnalyzedTranscript } from './schemas';
import { spokenLine } from './transcript';
import { unreadableIn } from '../http/sourced';
import { minutes } from '../times';

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
		unreadable: unreadableIn(reply).unreadable,
	};
}

/** The names that an item of a transcript can have. */
export const TRANSCRIPT_FIELDS: readonly string[] = Object.keys(
	transcriptItem(analyzedTranscript.parse({ transcriptBlocks: [] }), '', true),
);

/** How times are to be read, whose unit no document names: what is said in them tells the unit, because nobody speaks a thousand times as fast. */
function clockOf(blocks: Block[]) {
	const spoken = blocks.flatMap(({ text, voiceMetadata }) => {
		const { startTime, endTime } = voiceMetadata ?? {};
		return typeof startTime === 'number' && typeof endTime === 'number'
			? [{ start: startTime, end: endTime, characters: text?.length ?? 0 }]
			: [];
	});
	if (spoken.length === 0) return { unit: null, seconds: (time: number) => time };
	const latest = Math.max(...spoken.map(({ end }) => end));
	const lasted = spoken.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
	const characters = spoken.reduce((sum, one) => sum + one.characters, 0);
	const isMilliseconds =
		latest > LONGEST_SECONDS || characters / lasted < FEWEST_CHARACTERS_PER_SECOND;
	const origin = latest > POINT_IN_TIME ? Math.min(...spoken.map(({ start }) => start)) : 0;
	const perSecond = isMilliseconds ? 1000 : 1;
	return {
		unit: isMilliseconds ? 'milliseconds' : 'seconds',
		seconds: (time: number) => Math.round(((time - origin) / perSecond) * 1000) / 1000,
	};
}

/** What one side said or wrote before the other did. */
function turnOf(block: Block, seconds: (time: number) => number) {
	const { voiceMetadata, chatMetadata, emailMetadata } = block;
	const given = (time: number | null | undefined) =>
		typeof time === 'number' ? seconds(time) : null;
	const channel = typeof block.channelId === 'number' ? `channel ${block.channelId}` : null;
	return {
		// `agent`, `customer` or what else CXone calls the side.
		speaker: (block.userType ?? block.channelName ?? channel)?.toLowerCase() ?? null,
		userId: block.userId ?? null,
		// Voice: seconds from the start of the segment.
		startSeconds: given(voiceMetadata?.startTime),
		endSeconds: given(voiceMetadata?.endTime),
		// Chats and e-mails: when it was written.
		at: chatMetadata?.timestamp ?? emailMetadata?.sentDate ?? null,
		text: block.text ?? '',
	};
}

function lineOf({ startSeconds, at, speaker, text }: ReturnType<typeof turnOf>): string {
	const when = startSeconds === null ? at : minutes(startSeconds);
	return spokenLine(when, speaker ?? 'unknown', text);
}
