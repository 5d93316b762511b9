import type { MediaSource } from '../content';

/**
 * What a user of the tenant may do. The comments give the permission as the platform names it: the first two after
 * "Downloading Call Recordings Programmatically via the NICE CXone API", the others after the CXone help pages
 * "Media Playback APIs", "Record on Demand APIs" and the Data Extraction page.
 */
export type Permission =
	/** Recording > Read; scope recording:read */
	| 'recordingRead'
	/** Recording > Download; scope recording:download */
	| 'recordingDownload'
	/** Search & Playback > Player > Play/download recordings: Play Any */
	| 'playAny'
	/** Search & Playback > Player > View sentiments and categories */
	| 'viewSentimentsAndCategories'
	/** Search & Playback > APIs > Extract Interaction Metadata */
	| 'extractInteractionMetadata'
	/** Interactions Hub > APIs > Multi-ACD Record on Demand API */
	| 'recordOnDemand'
	/** Search & Playback > APIs > Multi-ACD Masking API */
	| 'masking'
	/** Sees analyzed interactions; NICE publishes no name. */
	| 'viewAnalyzedInteractions';

export const ALL_PERMISSIONS: readonly Permission[] = [
	'recordingRead',
	'recordingDownload',
	'playAny',
	'viewSentimentsAndCategories',
	'extractInteractionMetadata',
	'recordOnDemand',
	'masking',
	'viewAnalyzedInteractions',
];

/** An access key of a user. Change `permissions` at any time: they are looked up on every request. */
export interface AccessKey {
	accessKeyId: string;
	accessKeySecret: string;
	userId: string;
	permissions: Set<Permission>;
}

/** A registered application. `scopes` are those bound at the client; `permissions` reach the APIs that know no scopes. */
export interface OAuthClient {
	clientId: string;
	clientSecret: string;
	scopes: Set<string>;
	permissions: Set<Permission>;
}

/** Who sends a request. */
export interface Principal {
	userId?: string;
	may(permission: Permission): boolean;
}

export type RecordingStatus = 'Recording' | 'Processing' | 'Available';
export type Channel = 'combined' | 'caller' | 'agent';
export const CHANNELS: readonly Channel[] = ['combined', 'caller', 'agent'];

export interface Agent {
	agentId: string;
	agentName: string;
}

/** A recording as a test describes it; everything is optional. Times are ms or ISO 8601. */
export interface NewRecording {
	recordingId?: string;
	/** Defaults to Available, or Processing when `availableAt` lies ahead. */
	status?: RecordingStatus;
	/** ms; from then on the status is Processing. */
	processingAt?: number;
	/** ms; from then on the status is Available. */
	availableAt?: number;
	startTime?: number | string;
	/** Defaults to 60 s after the start. */
	endTime?: number | string;
	/** Defaults to the start. */
	createdDate?: number | string;
	direction?: 'Inbound' | 'Outbound' | 'Internal';
	ani?: string;
	dnis?: string;
	agents?: Agent[];
	contactId?: string;
	segmentId?: string;
	/** Defaults to a small combined file. */
	media?: Partial<Record<Channel, MediaSource>>;
	/** What the detail announces; defaults to the channels of `media`. May announce a channel that was never captured. */
	availableChannels?: Channel[];
	/** What a link to an unfinished recording leads to. Defaults to missing (404). */
	unfinishedObject?: 'missing' | 'truncated';
	/** What a link to a channel that was not captured leads to. Defaults to empty (zero bytes). */
	uncapturedObject?: 'empty' | 'headerOnly';
	/** Members that replies have in place of the usual ones; undefined leaves one out. */
	odd?: Record<string, unknown>;
}

/** A recording as it is kept. Times are ms. */
export interface CxoneRecording {
	recordingId: string;
	status: RecordingStatus;
	processingAt?: number;
	availableAt?: number;
	startTime: number;
	endTime: number;
	createdDate: number;
	direction: 'Inbound' | 'Outbound' | 'Internal';
	ani: string;
	dnis: string;
	agents: Agent[];
	contactId: string;
	segmentId: string;
	/** Object key per captured channel. */
	objectKeys: Partial<Record<Channel, string>>;
	availableChannels: Channel[];
	unfinishedObject: 'missing' | 'truncated';
	uncapturedObject: 'empty' | 'headerOnly';
	odd: Record<string, unknown>;
}

/** The status at `now` (ms), after the timeline of the recording. */
export function statusOf(recording: CxoneRecording, now: number): RecordingStatus {
	if (recording.availableAt !== undefined && now >= recording.availableAt) return 'Available';
	if (recording.processingAt !== undefined && now >= recording.processingAt) return 'Processing';
	return recording.status;
}
