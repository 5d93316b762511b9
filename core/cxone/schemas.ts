import { sourced } from '../http/sourced';
import { amount, count, flag, list, rows, shape, text, time } from '../http/wire';
import { z } from '../vendor';

/**
 * A recording of the Recording API. The guide names its status, created date and available channels only, so every
 * field is optional and read under the names that CXone uses elsewhere.
 */
export const rawRecording = sourced(
	shape({
		recordingId: text,
		id: text,
		status: text,
		createdDate: time,
		startTime: time,
		startDate: time,
		endTime: time,
		endDate: time,
		durationSeconds: amount,
		direction: text,
		directionType: text,
		mediaType: text,
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
		availableChannels: list(z.string()),
		labels: list(z.union([z.string(), shape({ name: z.string() }).transform(({ name }) => name)])),
	}).refine(
		(recording) => Boolean(recording.recordingId ?? recording.id),
		'has neither recordingId nor id',
	),
);
export type RawRecording = z.output<typeof rawRecording>;

/** Names under which a page of search results may hold its rows: the guide shows the request only. */
const ROW_KEYS = ['recordings', 'results', 'items', 'data', 'records'] as const;

const rowList = z.array(z.unknown()).nullish().catch(null);

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

export const downloadLink = sourced(
	shape({ url: z.string().url(), contentType: text, sizeBytes: amount, channel: text }),
);

const participant = shape({
	participantType: text,
	agentName: text,
	participantName: text,
	participantId: text,
	userId: text,
	segmentId: text,
	channel: amount,
	actions: list(shape({ timeStamp: time, action: text })),
	voiceStages: list(shape({ stageType: text, startTime: time, endTime: time })),
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
			openReasonType: text,
			closeReasonType: text,
			directionType: text,
			channelType: text,
			firstSegment: flag,
			customerRestricted: flag,
			isCustomerRestricted: flag,
		}),
	),
	categoryMatchesList: list(
		shape({
			categoryHierarchy: list(z.string()),
			secondsOffsets: list(z.number()),
			confidence: amount,
		}),
	),
	sentiments: list(shape({ overallSentiment: text, segmentStartTime: time, channel: amount })),
	messages: list(shape({ participantType: text, participantName: text, text, timeStamp: time })),
	content: shape({
		sentTime: time,
		from: text,
		to: list(z.string()),
		cc: list(z.string()),
		bcc: list(z.string()),
		subject: text,
		body: text,
	}).nullish(),
});

/** The older form wraps each interaction once more. */
const unwrapped = (value: unknown): unknown => {
	const inner =
		typeof value === 'object' && value !== null
			? (value as { Interaction?: unknown }).Interaction
			: undefined;
	return typeof inner === 'object' && inner !== null ? inner : value;
};

const interaction = z
	.unknown()
	.transform(unwrapped)
	.pipe(
		sourced(
			shape({
				'@type': text,
				mediaType: text,
				channelType: text,
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

const contact = z.preprocess(
	oneList,
	shape({
		contactId: text,
		acdcontactId: text,
		elevatedInteraction: flag,
		redirectUrl: text,
		interactions: list(interaction),
	}),
);

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

/**
 * A transcript of Interaction Analytics ("Interaction Analytics API", Get Transcript). Its times are numbers of a unit that
 * no document names; what its annotations and metrics hold is handed on as it is.
 */
export const analyzedTranscript = sourced(
	shape({
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
	}),
);
export type AnalyzedTranscript = z.output<typeof analyzedTranscript>;

/** A bare JSON string; some describe an object. */
export const extractionStarted = z.union([
	z
		.string()
		.min(1)
		.transform((id) => id.trim().replace(/^"(.*)"$/, '$1')),
	z.object({ jobId: z.string().min(1) }).transform(({ jobId }) => jobId),
]);

export const extractionJob = z.object({
	jobStatus: z
		.object({
			status: z.string(),
			result: z
				.object({ url: z.string().nullish(), errorMessage: z.string().nullish() })
				.passthrough()
				.nullish(),
		})
		.passthrough(),
});

export const extractionJobs = z.object({ jobs: z.array(z.object({}).passthrough()) });

/** The answer to a command. Its members are published for some of the commands only, and may be missing altogether. */
export const commandReply = z.preprocess(
	(body) => (body === '' || body === null || body === undefined ? {} : body),
	z.object({ description: text, contactId: text, httpStatus: text }).passthrough(),
);

export const statusReply = z
	.object({
		contactId: text,
		segmentId: text,
		interactionId: text,
		statusReason: text,
		recordingStatusToAgent: text,
		recordingStatusFromAgent: text,
	})
	.passthrough()
	.refine(
		(status) =>
			Boolean(
				status.recordingStatusToAgent ?? status.recordingStatusFromAgent ?? status.statusReason,
			),
		'tells no recording status',
	);
export type StatusReply = z.output<typeof statusReply>;
