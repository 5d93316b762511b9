import { sourced } from '../http/sourced';
import {
	amount,
	answer,
	count,
	flag,
	isObject,
	list,
	memberOf,
	rows,
	shape,
	text,
	time,
	word,
} from '../http/wire';
import { z } from '../vendor';

/** A label by its name, or an object that has one. */
const label = z
	.unknown()
	.transform((value) => memberOf(value, 'name') ?? value)
	.pipe(text);

/**
 * A recording of the Recording API. The guide names its status, created date and available channels only, so every
 * field is optional and read under the names that CXone uses elsewhere.
 */
export const rawRecording = sourced(
	shape({
		recordingId: text,
		id: text,
		status: word,
		createdDate: time,
		startTime: time,
		startDate: time,
		endTime: time,
		endDate: time,
		durationSeconds: amount,
		direction: word,
		directionType: word,
		mediaType: word,
		ani: text,
		fromAddress: text,
		dnis: text,
		toAddress: text,
		agents: list(shape({ agentId: text, id: text, agentName: text, name: text, userName: text })),
		agentId: text,
		agentName: text,
		contactId: text,
		acdCallId: text,
		masterContactId: text,
		segmentId: text,
		availableChannels: list(word),
		labels: list(label),
	}).refine(
		(recording) => Boolean(recording.recordingId || recording.id),
		'has neither recordingId nor id',
	),
);
export type RawRecording = z.output<typeof rawRecording>;

/** Names under which a page of search results may hold its rows: the guide shows the request only. */
const ROW_KEYS = ['recordings', 'results', 'items', 'data', 'records'] as const;

const rowList = z.unknown();

const pageMembers = shape({
	...(Object.fromEntries(ROW_KEYS.map((name) => [name, rowList])) as Record<
		(typeof ROW_KEYS)[number],
		typeof rowList
	>),
	nextPageToken: text.catch(null),
	totalCount: count,
	total: count,
});

/** A page of search results; a bare list is a page without anything else. */
export const searchPage = z
	.unknown()
	.transform((body) => (Array.isArray(body) ? { recordings: body as unknown[] } : body))
	.pipe(pageMembers)
	.transform((page, context) => {
		const totalCount = page.totalCount ?? page.total;
		const key =
			ROW_KEYS.find((name) => Array.isArray(page[name])) ??
			ROW_KEYS.find((name) => typeof page[name] === 'object' && page[name] !== null) ??
			(totalCount === 0 ? ROW_KEYS[0] : undefined);
		if (key === undefined) {
			context.addIssue({
				code: z.ZodIssueCode.custom,
				message: `has no list of recordings (${ROW_KEYS.join(', ')})`,
			});
			return z.NEVER;
		}
		return {
			key,
			recordings: page[key] ?? [],
			totalCount,
			hasTokens: page.nextPageToken !== undefined,
			nextPageToken: page.nextPageToken || undefined,
		};
	})
	.transform(({ key, ...page }, context) => {
		const recordings = rows(rawRecording).safeParse(page.recordings);
		if (recordings.success) return { ...page, recordings: recordings.data };
		for (const issue of recordings.error.issues)
			context.addIssue({ ...issue, path: [key, ...issue.path] });
		return z.NEVER;
	});

export const recordingReply = answer(['recordingId', 'id'], rawRecording);

export const downloadLink = answer(
	['url'],
	sourced(shape({ url: z.string().url(), contentType: text, sizeBytes: amount, channel: text })),
);

const participant = shape({
	participantType: word,
	agentName: text,
	participantName: text,
	participantId: text,
	userId: text,
	segmentId: text,
	channel: amount,
	actions: list(shape({ timeStamp: time, action: word })),
	voiceStages: list(shape({ stageType: word, startTime: time, endTime: time })),
});

const interactionData = shape({
	startTime: time,
	endTime: time,
	acwEndTime: time,
	fileToPlayUrl: text,
	participantDataList: list(participant),
	participants: list(participant),
	segmentsDataList: list(
		shape({
			segmentId: text,
			startTime: time,
			endTime: time,
			acwEndTime: time,
			openReasonType: word,
			closeReasonType: word,
			directionType: word,
			channelType: word,
			firstSegment: flag,
			customerRestricted: flag,
			isCustomerRestricted: flag,
		}),
	),
	categoryMatchesList: list(
		shape({
			categoryHierarchy: list(text),
			secondsOffsets: list(amount),
			confidence: amount,
		}),
	),
	sentiments: list(shape({ overallSentiment: word, segmentStartTime: time, channel: amount })),
	messages: list(shape({ participantType: word, participantName: text, text, timeStamp: time })),
	content: shape({
		sentTime: time,
		from: text,
		to: list(text),
		cc: list(text),
		bcc: list(text),
		subject: text,
		body: text,
	}).nullish(),
});

/** The older form wraps each interaction once more. */
export function unwrapped<T>(interaction: T): T | Record<string, unknown> {
	const inner = memberOf(interaction, 'Interaction');
	return isObject(inner) ? inner : interaction;
}

const interaction = z
	.unknown()
	.transform(unwrapped)
	.pipe(
		sourced(
			shape({
				'@type': word,
				mediaType: word,
				channelType: word,
				startTime: time,
				endTime: time,
				data: interactionData.nullish(),
				callTaggingList: list(shape({ value: text })),
				dynamicBusinessData: list(shape({ id: text, value: text })),
			}),
		),
	);
export type Interaction = z.output<typeof interaction>;

/** The list has two spellings; where both are there, one of them is empty. */
const oneList = (body: unknown): unknown => {
	const { interactions, Interactions } = (body ?? {}) as {
		interactions?: unknown;
		Interactions?: unknown;
	};
	return Array.isArray(interactions) && interactions.length === 0 && Array.isArray(Interactions)
		? { ...(body as object), interactions: Interactions }
		: body;
};

const contact = {
	contactId: text,
	acdcontactId: text,
	elevatedInteraction: flag,
	redirectUrl: text,
	interactions: list(interaction),
};

/**
 * A Media Playback answer in any of its forms (NICE help, "Media Playback APIs"): the list under `interactions` or
 * `Interactions`, everything wrapped in `value`, or a `redirectUrl` alone.
 */
export const contactReply = answer(
	Object.keys(contact),
	sourced(z.preprocess(oneList, shape(contact))),
);
export type ContactReply = z.output<typeof contactReply>;

/**
 * A transcript of Interaction Analytics ("Interaction Analytics API", Get Transcript). Its times are numbers of a unit that
 * no document names; what its annotations and metrics hold is handed on as it is.
 */
const transcript = {
	language: text,
	transcriptBlocks: list(
		shape({
			channelId: amount,
			channelName: text,
			text,
			userId: text,
			userType: text,
			voiceMetadata: shape({ startTime: amount, endTime: amount }).nullish(),
			chatMetadata: shape({ timestamp: time }).nullish(),
			emailMetadata: shape({ sentDate: time }).nullish(),
		}),
	),
	annotations: list(z.unknown()),
	enlightenMetrics: list(z.unknown()),
	metrics: z.record(z.unknown()).nullish(),
	segmentSummary: shape({
		summary: text,
		actions: list(shape({ text, score: amount })),
		primaryIntent: shape({ category: text, topic: text, name: text, score: amount }).nullish(),
		outcomes: list(shape({ name: text, score: amount })),
	}).nullish(),
};
export const analyzedTranscript = answer(Object.keys(transcript), sourced(shape(transcript)));
export type AnalyzedTranscript = z.output<typeof analyzedTranscript>;

/** What can be the ID of a job: a line of text, or a page, is none. */
const jobId = word.pipe(z.string().regex(/^(?=.*\d)[\w.:-]{1,200}$/, 'is no ID of a job'));

/** A bare JSON string; some describe an object. */
export const extractionStarted = z
	.unknown()
	.transform((body) => memberOf(body, 'jobId') ?? body)
	.transform((id) => (typeof id === 'string' ? id.trim().replace(/^"(.*)"$/, '$1') : id))
	.pipe(jobId);

const extractionResult = shape({ url: word, errorMessage: z.unknown() });

export const extractionJob = answer(
	['jobStatus'],
	shape({
		jobStatus: shape({ status: word.pipe(z.string()), result: extractionResult.nullish() }),
	}),
);

export const extractionJobs = shape({ jobs: z.array(z.unknown()) });

/** What `httpStatus` says of a command that was not carried out, whatever the status of the answer itself. */
const FAILURE =
	/^([45]\d\d|BAD_|UNAUTH|FORBIDDEN|NOT_|CONFLICT|GONE|LOCKED|TOO_|UNPROCESSABLE|INTERNAL|SERVICE_UN|GATEWAY)/i;

/** The answer to a command. Its members are published for some of the commands only, and may be missing altogether. */
export const commandReply = z
	.preprocess(
		(body) => (body === '' || body === null || body === undefined ? {} : body),
		sourced(
			shape({
				description: text,
				contactId: text,
				httpStatus: text,
				error: z.unknown(),
				errors: z.unknown(),
			}),
		),
	)
	.refine(({ error, errors }) => !error && !errors, 'tells of an error')
	.refine(({ httpStatus }) => !FAILURE.test(httpStatus?.trim() ?? ''), 'tells of a failure');

const STATUS = {
	contactId: text,
	segmentId: text,
	interactionId: text,
	statusReason: word,
	recordingStatusToAgent: word,
	recordingStatusFromAgent: word,
};

export const statusReply = answer(Object.keys(STATUS), sourced(shape(STATUS))).refine(
	(status) =>
		Boolean(
			status.recordingStatusToAgent ?? status.recordingStatusFromAgent ?? status.statusReason,
		),
	'tells no recording status',
);
export type StatusReply = z.output<typeof statusReply>;
