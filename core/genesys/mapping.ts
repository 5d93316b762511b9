import { sourceOf, unreadableIn, unreadableOf } from '../http/sourced';
import type { GirRecording, RawMediaFile } from './schemas';
import {
	AVAILABLE,
	UNKNOWN,
	direction,
	secondsBetween,
	type Recording,
	type RecordingAgent,
	type RecordingMedia,
} from '../recording';

/** Only asterisks: the server hides the value from this account ("Recording privacy settings"). Their number means nothing. */
const MASKED = /^\*+$/;

/** Whether a value is the server's mask instead of data. */
export function isMasked(value: string | null | undefined): boolean {
	return value !== null && value !== undefined && MASKED.test(value);
}

/** Parts of a recording the vendor marks as internal. `parameters` holds a password in clear. */
const INTERNAL_MEDIA_FIELDS = new Set([
	'parameters',
	'mediauri',
	'mediapath',
	'pkcs7',
	'certalias',
]);

/** The vendor's own JSON without what is for its internal use only. */
export function withoutInternals(raw: GirRecording): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(sourceOf(raw)).map(([name, value]) => [
			name,
			MEDIA_FILES.test(name) ? withoutInternalFields(value) : value,
		]),
	);
}

const MEDIA_FILES = /^mediaFiles$/i;

/** Whatever form the media files come in: what is internal must not depend on it. */
function withoutInternalFields(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutInternalFields);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => !INTERNAL_MEDIA_FIELDS.has(name.toLowerCase()))
			.map(([name, member]) => [name, withoutInternalFields(member)]),
	);
}

/** The media UUID is the last part of `playPath`; `mediaId` is a file name and finds nothing. */
function mediaUuid(playPath: string): string {
	const last = playPath.split('?')[0].split('/').filter(Boolean).pop() ?? '';
	return last.replace(/\.[A-Za-z0-9]{1,5}$/, '');
}

/** A GIR recording in the shape both platforms share. Times lose their offset and become UTC; milliseconds become seconds. */
export function toRecording(raw: GirRecording): Recording {
	const masked: string[] = [];
	const visible = (field: string, value: string | null | undefined): string | null => {
		if (isMasked(value)) masked.push(field);
		return isMasked(value) ? null : (value ?? null);
	};
	const callerNumber = visible('callerNumber', raw.callerPhoneNumber);
	const dialedNumber = visible('dialedNumber', raw.dialedPhoneNumber);
	const agents = agentsOf(raw, masked);
	const start = raw.startTime ?? null;
	const end = raw.stopTime ?? null;
	const media = raw.mediaFiles.filter((file) => file.playPath).map(mediaOf);
	const callUuids = [
		...new Set(
			raw.mediaFiles.map((file) => file.callUUID).filter((uuid): uuid is string => Boolean(uuid)),
		),
	];
	return {
		platform: 'genesys',
		id: raw.id,
		status: statusOf(raw, media),
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		direction: direction(raw.callType),
		callerNumber,
		dialedNumber,
		agents,
		media,
		labels: raw.labels.map((label) => label.name).filter((name): name is string => Boolean(name)),
		references: { recordingId: raw.id, ...(callUuids.length > 0 && { callUuids }) },
		protectedFromDeletion: raw.nonDelete ?? null,
		masked: [...new Set(masked)],
		...unreadableIn(raw),
	};
}

/** GIR has no status: a recording whose media have not been uploaded yet has none. What cannot be read may be there all the same. */
function statusOf(raw: GirRecording, media: readonly RecordingMedia[]): string {
	if (media.length > 0) return AVAILABLE;
	return unreadableOf(raw).some((name) => name.startsWith('mediaFiles')) ? UNKNOWN : 'Processing';
}

function mediaOf(file: RawMediaFile): RecordingMedia {
	const milliseconds = file.duration ?? null;
	return {
		id: mediaUuid(file.playPath!),
		kind: file.type?.startsWith('video/')
			? 'video'
			: file.type?.startsWith('audio/')
				? 'audio'
				: 'unknown',
		mimeType: file.type ?? null,
		sizeBytes: file.size ?? null,
		durationSeconds: milliseconds === null ? null : milliseconds / 1000,
		start: file.startTime ?? null,
		end: file.stopTime ?? null,
		playPath: file.playPath!,
		...(file.masks.length > 0 && {
			masks: file.masks.map(({ time, type }) => ({ time: time ?? null, type: type ?? null })),
		}),
	};
}

/** The users among the contacts that joined; a user who joined twice counts once. */
function agentsOf(raw: GirRecording, masked: string[]): RecordingAgent[] {
	const agents = new Map<string, RecordingAgent>();
	for (const { contact } of raw.eventHistory) {
		if (contact?.type !== 'User') continue;
		if ([contact.userName, contact.firstName, contact.lastName].some(isMasked)) {
			masked.push('agents');
			continue;
		}
		const name = [contact.firstName, contact.lastName].filter(Boolean).join(' ');
		const agent = { id: null, name: name === '' ? null : name, userName: contact.userName ?? null };
		agents.set(agent.userName ?? name, agent);
	}
	return [...agents.values()];
}
