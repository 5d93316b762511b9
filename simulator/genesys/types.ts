import type { Content, MediaSource } from '../content';

export type Role = 'administrator' | 'supervisor' | 'agent';

/** A user of the Configuration Server. Change its members at any time: they are looked up on every request. */
export interface GirUser {
	username: string;
	password: string;
	role: Role;
	/** Whether the user holds the privilege to decrypt recordings. Defaults to true. */
	mayDecrypt: boolean;
	/** Whether a supervisor or agent holds RECORDING_PERMISSION_APPLY_NON_DELETE (and its counterpart). Defaults to false. */
	mayProtect: boolean;
}

export interface GirContact {
	type: 'User' | 'External';
	phoneNumber: string;
	userName?: string;
	firstName?: string;
	lastName?: string;
}

/** A label that can be put on recordings. Names are ASCII and never begin with two underscores. */
export interface GirLabelDefinition {
	name: string;
	displayName?: string;
	description?: string;
}

export interface GirLabel {
	id: string;
	name: string;
	type: 'custom' | 'reserved';
	/** ms */
	createTime: number;
	createUser: string;
	content?: Record<string, string>;
}

/** A media file as a test describes it. Times are ms or ISO 8601; they default to those of the recording. */
export interface NewGirMedia {
	source: MediaSource;
	mediaUUID?: string;
	callUUID?: string;
	startTime?: number | string;
	stopTime?: number | string;
	/** Stored encrypted: its playPath is a /decrypt/ path, and the file as stored is unreadable. */
	encrypted?: boolean;
	/** Milliseconds; defaults to the span between start and stop. */
	durationMs?: number;
	/** Bytes as the metadata states them; defaults to the real size. */
	statedSizeBytes?: number;
	/** Pauses set by a client application. */
	masked?: Array<{ from: number | string; to?: number | string }>;
}

/** A recording as a test describes it; everything is optional. Times are ms or ISO 8601. */
export interface NewGirRecording {
	id?: string;
	callerPhoneNumber?: string;
	dialedPhoneNumber?: string;
	startTime?: number | string;
	stopTime?: number | string;
	callType?: 'Unknown' | 'Internal' | 'Inbound' | 'Outbound' | 'Consult';
	region?: string;
	screenRecording?: boolean;
	/** Left out of replies unless given: the vendor's samples do not show it on unprotected recordings. */
	nonDelete?: boolean;
	/** Users on the call; each joined and left. */
	agents?: Array<{ userName: string; firstName: string; lastName: string; phoneNumber: string }>;
	/** Attached data: one Data event with these under `added`. */
	userData?: Record<string, string>;
	labels?: Array<{
		name: string;
		createUser?: string;
		createTime?: number | string;
		content?: Record<string, string>;
		id?: string;
	}>;
	media?: NewGirMedia[];
	/** ms; before that the recording is not there yet: files and metadata arrive after the call. */
	availableAt?: number;
	/** ms; before that the recording is listed without media files. Defaults to `availableAt`. */
	mediaAt?: number;
	/** Members that replies have in place of the usual ones; undefined leaves one out. */
	odd?: Record<string, unknown>;
}

export interface GirMedia {
	mediaUUID: string;
	callUUID: string;
	/** File extension, as it stands in the paths. */
	extension: string;
	startTime: number;
	stopTime: number;
	durationMs: number;
	statedSizeBytes: number;
	encrypted: boolean;
	masks: Array<{ time: number; type: 'paused' | 'resume' }>;
	content: Content;
	sha256: string;
	md5: string;
}

/** A recording as it is kept. Times are ms. */
export interface GirRecording {
	id: string;
	callerPhoneNumber: string;
	dialedPhoneNumber: string;
	startTime: number;
	stopTime: number;
	callType: string;
	region: string;
	screenRecording: boolean;
	nonDelete?: boolean;
	contacts: GirContact[];
	userData: Record<string, string>;
	labels: GirLabel[];
	media: GirMedia[];
	availableAt?: number;
	mediaAt?: number;
	odd: Record<string, unknown>;
}
