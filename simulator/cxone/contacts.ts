import { randomUUID } from 'node:crypto';

import type { MediaSource } from '../content';
import { iso, toMs } from '../time';

export interface PlaybackAgent {
	agentName: string;
	userId: string;
}

/** Which recording of an interaction: the voice alone, voice with screen, or (for digital ones) the screen alone. */
export type PlaybackFile = 'voice' | 'voiceAndScreen' | 'screen';

export interface NewSegment {
	segmentId?: string;
	startTime?: number | string;
	endTime?: number | string;
	/** Statement IDs that lie in this segment. */
	statementIds?: string[];
	/** What Interaction Analytics made of it; without one it is not analyzed. */
	transcript?: NewTranscript;
	/** A file of its own; without one, a segment plays the files of its interaction. */
	media?: MediaSource;
}

/** A transcript as Interaction Analytics has it. */
export interface NewTranscript {
	language?: string;
	turns: Array<{
		userType: 'AGENT' | 'CUSTOMER';
		text: string;
		userId?: string;
		/** Of the voice, from the start of the segment. */
		startSeconds?: number;
		endSeconds?: number;
		/** Of a chat: when it was written. */
		timestamp?: string;
	}>;
	summary?: string;
	intent?: { category: string; topic: string; name: string; score: number };
	actions?: Array<{ text: string; score: number }>;
	outcomes?: Array<{ name: string; score: number }>;
	metrics?: Record<string, string>;
}

export interface NewInteraction {
	kind: 'call' | 'chat' | 'email';
	startTime?: number | string;
	endTime?: number | string;
	channelType?: string;
	direction?: 'INBOUND' | 'OUTBOUND' | 'INTERNAL' | 'UNKNOWN';
	agents?: PlaybackAgent[];
	/** A number for calls, a name for chats, an address for emails. */
	customer?: string;
	/** The recordingID of its stages. */
	recordingId?: string;
	/** Nothing here: the interaction was not recorded and has no link. */
	media?: Partial<Record<PlaybackFile, MediaSource>>;
	segments?: NewSegment[];
	messages?: Array<{
		participantType: 'AGENT' | 'CUSTOMER';
		participantName: string;
		text: string;
		timeStamp: string;
	}>;
	content?: {
		sentTime: string;
		from: string;
		to: string[];
		cc: string[];
		bcc: string[];
		subject: string;
		body: string;
	};
	/** Values of callTaggingList. */
	tags?: string[];
	businessData?: Record<string, string>;
	categories?: Array<{ categoryHierarchy: string[]; secondsOffsets: number[]; confidence: number }>;
	sentiment?: 'POSITIVE' | 'NEGATIVE' | 'MIXED' | 'NEUTRAL';
	/** What the agent noted at the end; shows in extracted metadata. */
	disposition?: string;
	/** Voice was masked in these spans (ms or ISO 8601). */
	masked?: Array<{ from: number | string; to: number | string }>;
	/** The call was on hold in these spans. */
	held?: Array<{ from: number | string; to: number | string }>;
	/** Members of email participants: `Send`, `EndEmail`, `Accept`, `Transfer`, `Forward`, `Park`, `UnPark`, `Reply`, `NewOutbound`. */
	actions?: Array<{ timeStamp: string; action: string }>;
	customerRestricted?: boolean;
}

/**
 * How a reply is laid out. `normal` is the published type, `capitalInteractions` names the list `Interactions` as the
 * published type of GET segments does, `wrapped` is the older sample: `{value: {contactId, Interactions: [{Interaction}]}}`.
 */
export type ReplyShape = 'normal' | 'capitalInteractions' | 'wrapped';

/** What isDownload=true yields; the official text says only that a link to the media file is transferred. */
export type DownloadShape =
	'redirectUrl' | 'redirectUrlWithMetadata' | 'fileToPlayUrl' | 'httpRedirect';

export interface NewContact {
	/** The ACD call ID, on CXone ACD the master contact ID. */
	acdCallId: string;
	contactId?: string;
	interactions: NewInteraction[];
	/** Defaults to normal. */
	shape?: ReplyShape;
	/** Defaults to capitalInteractions. */
	segmentShape?: ReplyShape;
	/** Defaults to redirectUrl. */
	downloadShape?: DownloadShape;
	/** Archived contacts are in long-term storage: their segments cannot be played. Defaults to active. */
	storage?: 'active' | 'longTerm';
	/** Status codes of the next replies for this contact, used up one a request: 202, 403, 404, 425, 500, 504. */
	answers?: number[];
}

export interface PlaybackSegment {
	segmentId: string;
	startTime: number;
	endTime: number;
	statementIds: string[];
	objectKey?: string;
	transcript?: NewTranscript;
}

/** An interaction as it is kept. Times are ms. */
export interface PlaybackInteraction extends Omit<
	NewInteraction,
	'startTime' | 'endTime' | 'media' | 'segments' | 'masked' | 'held'
> {
	startTime: number;
	endTime: number;
	channelType: string;
	direction: 'INBOUND' | 'OUTBOUND' | 'INTERNAL' | 'UNKNOWN';
	agents: PlaybackAgent[];
	customer: string;
	recordingId: string;
	objectKeys: Partial<Record<PlaybackFile, string>>;
	segments: PlaybackSegment[];
	/** Stages of masking and hold, in their order. */
	stages: Array<{ type: 'MASK' | 'HOLD'; from: number; to: number }>;
}

export interface Contact {
	acdCallId: string;
	contactId: string;
	interactions: PlaybackInteraction[];
	shape: ReplyShape;
	segmentShape: ReplyShape;
	downloadShape: DownloadShape;
	storage: 'active' | 'longTerm';
	answers: number[];
}

/** What a contact needs of the tenant it is in. */
export interface ContactHome {
	/** The agent of an interaction that names none. */
	readonly userId: string;
	/** Puts media into the store under `stem` plus the extension of its format, and returns the object key. */
	storeMedia(stem: string, source: MediaSource): string;
}

/** Fills in a contact and puts its media into the store. Without times an interaction starts an hour before `now` (ms). */
export function completeContact(given: NewContact, home: ContactHome, now: number): Contact {
	const interactions = given.interactions.map((interaction): PlaybackInteraction => {
		const {
			startTime: givenStart,
			endTime: givenEnd,
			media,
			segments,
			masked = [],
			held = [],
			...rest
		} = interaction;
		const startTime = toMs(givenStart ?? now - 3_600_000);
		const endTime = toMs(givenEnd ?? startTime + 60_000);
		const recordingId = interaction.recordingId ?? randomUUID();
		const day = iso(startTime).slice(0, 10).replace(/-/g, '/');
		const objectKeys: Partial<Record<PlaybackFile, string>> = {};
		for (const [name, source] of Object.entries(media ?? {})) {
			objectKeys[name as PlaybackFile] = home.storeMedia(
				`playback/${day}/${recordingId}_${name}`,
				source,
			);
		}
		const kept = (segments ?? [{}]).map((segment): PlaybackSegment => {
			const segmentId = segment.segmentId ?? randomUUID();
			return {
				segmentId,
				startTime: toMs(segment.startTime ?? startTime),
				endTime: toMs(segment.endTime ?? endTime),
				statementIds: segment.statementIds ?? [],
				...(segment.transcript !== undefined && { transcript: segment.transcript }),
				...(segment.media === undefined
					? {}
					: { objectKey: home.storeMedia(`playback/${day}/segment_${segmentId}`, segment.media) }),
			};
		});
		return {
			...rest,
			startTime,
			endTime,
			recordingId,
			objectKeys,
			segments: kept,
			channelType:
				interaction.channelType ??
				{ call: 'PHONE_CALL', chat: 'CHAT', email: 'EMAIL' }[interaction.kind],
			direction: interaction.direction ?? 'INBOUND',
			agents: interaction.agents ?? [{ agentName: 'Kim Osei', userId: home.userId }],
			customer:
				interaction.customer ??
				{ call: '+15550100', chat: 'Ana', email: 'ana@example.com' }[interaction.kind],
			stages: [
				...masked.map((span) => ({ type: 'MASK' as const, ...span })),
				...held.map((span) => ({ type: 'HOLD' as const, ...span })),
			]
				.map(({ type, from, to }) => ({ type, from: toMs(from), to: toMs(to) }))
				.sort((one, other) => one.from - other.from),
		};
	});
	return {
		acdCallId: given.acdCallId,
		contactId: given.contactId ?? randomUUID(),
		interactions,
		shape: given.shape ?? 'normal',
		segmentShape: given.segmentShape ?? 'capitalInteractions',
		downloadShape: given.downloadShape ?? 'redirectUrl',
		storage: given.storage ?? 'active',
		answers: [...(given.answers ?? [])],
	};
}
