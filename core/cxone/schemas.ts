import { sourced } from '../http/sourced';
import { amount, list, word } from '../http/wire';
import { z } from '../vendor';

/** A list whose unreadable entries are left out: for what no document describes, and nothing depends on. */
const readable = <T extends z.ZodTypeAny>(item: T) =>
	z
		.array(z.unknown())
		.nullish()
		.catch([])
		.transform((entries) =>
			(entries ?? []).flatMap((entry): Array<z.output<T>> => {
				const result = item.safeParse(entry);
				return result.success ? [result.data as z.output<T>] : [];
			}),
		);

/**
 * A recording of the Recording API. The guide names its status, created date and available channels only, so every
 * field is optional and read under the names that CXone uses elsewhere.
 */
export const rawRecording = sourced(
	z
	.object({
		recordingId: word,
		id: word,
		status: word,
		createdDate: word,
		startTime: word,
		startDate: word,
		endTime: word,
		endDate: word,
		durationSeconds: amount,
		direction: word,
		directionType: word,
		ani: word,
		fromAddress: word,
		dnis: word,
		toAddress: word,
		agents: readable(z.object({ agentId: word, id: word, agentName: word, name: word, userName: word }).passthrough()),
		agentId: word,
		agentName: word,
		contactId: word,
		acdCallId: word,
		masterContactId: word,
		segmentId: word,
		availableChannels: z.array(z.string()).nullish(),
		labels: readable(z.union([z.string(), z.object({ name: z.string() }).passthrough().transform(({ name }) => name)])),
	})
	.passthrough()
	.refine((recording) => Boolean(recording.recordingId ?? recording.id), 'has neither recordingId nor id'),
);
export type RawRecording = z.output<typeof rawRecording>;

/** Names under which a page of search results may hold its rows: the guide shows the request only. */
const ROW_KEYS = ['recordings', 'results', 'items', 'data', 'records'] as const;

export const searchPage = z
	.union([z.array(rawRecording).transform((recordings) => ({ recordings })), z.object({}).passthrough()])
	.transform((page, context) => {
		const record = page as Record<string, unknown>;
		const key = ROW_KEYS.find((name) => Array.isArray(record[name]));
		if (key === undefined) {
			context.addIssue({ code: z.ZodIssueCode.custom, message: `has no list of recordings (${ROW_KEYS.join(', ')})` });
			return z.NEVER;
		}
		const rows = z.array(rawRecording).safeParse(record[key]);
		if (!rows.success) {
			for (const issue of rows.error.issues) context.addIssue({ ...issue, path: [key, ...issue.path] });
			return z.NEVER;
		}
		const token = record.nextPageToken;
		const total = record.totalCount ?? record.total;
		return {
			recordings: rows.data,
			nextPageToken: token === undefined || token === null || token === '' ? undefined : String(token as string | number),
			hasTokens: 'nextPageToken' in record,
			totalCount: typeof total === 'number' ? total : undefined,
		};
	});
export type SearchPage = z.output<typeof searchPage>;

export const downloadLink = z
	.object({ url: z.string().url(), contentType: word, sizeBytes: amount, channel: word })
	.passthrough();

const stage = z.object({ stageType: word, startTime: word, endTime: word, recordingID: word }).passthrough();
const participant = z
	.object({
		participantType: word,
		agentName: word,
		participantName: word,
		participantId: word,
		userId: word,
		segmentId: word,
		channel: amount,
		voiceStages: list(stage),
		screenStages: list(stage),
		actions: list(z.object({ timeStamp: word, action: word }).passthrough()),
	})
	.passthrough();

const interactionData = z
	.object({
		startTime: word,
		endTime: word,
		fileToPlayUrl: word,
		videoImageUrl: word,
		participantDataList: list(participant),
		participants: list(participant),
		segmentsDataList: list(
			z.object({ segmentId: word, startTime: word, endTime: word, directionType: word, channelType: word }).passthrough(),
		),
		categoryMatchesList: list(
			z.object({ categoryHierarchy: list(z.string()), secondsOffsets: readable(z.number()), confidence: amount }).passthrough(),
		),
		sentiments: list(z.object({ overallSentiment: word, segmentStartTime: word, channel: amount }).passthrough()),
		messages: list(
			z.object({ participantType: word, participantName: word, text: word, timeStamp: word }).passthrough(),
		),
		content: z
			.object({ sentTime: word, from: word, to: list(z.string()), cc: list(z.string()), bcc: list(z.string()), subject: word, body: word })
			.passthrough()
			.nullish(),
	})
	.passthrough();

const interaction = z
	.object({
		mediaType: word,
		channelType: word,
		startTime: word,
		endTime: word,
		data: interactionData.nullish(),
		callTaggingList: list(z.object({ value: word }).passthrough()),
		dynamicBusinessData: list(z.object({ id: word, value: word }).passthrough()),
	})
	.passthrough();
export type Interaction = z.output<typeof interaction>;

/** The older form wraps each interaction once more. */
const wrappedInteraction = z.union([
	z.object({ Interaction: interaction }).transform(({ Interaction: inner }) => inner),
	interaction,
]);

const contact = z
	.object({
		contactId: word,
		acdcontactId: word,
		elevatedInteraction: z.boolean().nullish(),
		redirectUrl: word,
		interactions: list(wrappedInteraction),
		Interactions: list(wrappedInteraction),
	})
	.passthrough()
	.transform(({ interactions, Interactions, ...rest }) => ({
		...rest,
		interactions: interactions.length > 0 ? interactions : Interactions,
	}));

/**
 * A Media Playback answer in any of its forms (NICE help, "Media Playback APIs"): the list under `interactions` or
 * `Interactions`, everything wrapped in `value`, or a `redirectUrl` alone.
 */
export const contactReply = z
	.object({})
	.passthrough()
	.transform((body) => (typeof body.value === 'object' && body.value !== null ? body.value : body))
	.pipe(sourced(contact));
export type ContactReply = z.output<typeof contactReply>;
