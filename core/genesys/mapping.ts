import type { GirRecording, RawContact, RawLabel, RawMediaFile } from './schemas';
import { sourceOf, unreadableOf } from '../http/sourced';
import { without } from '../http/wire';
import {
	AVAILABLE,
	UNKNOWN,
	direction,
	distinct,
	secondsBetween,
	type ExternalContact,
	type Recording,
	type RecordingAgent,
	type RecordingLabel,
	type RecordingMedia,
} from '../recording';

/** Only asterisks: the server hides the value from this account ("Recording privacy settings"). Their number means nothing. */
const MASKED = /^\*+$/;

/** Parts of a recording the vendor marks as internal. `parameters` holds a password in clear. */
const INTERNAL_MEDIA_FIELDS = new Set([
	'parameters',
	'mediauri',
	'mediapath',
	'pkcs7',
	'certalias',
]);

const isInternal = (name: string) => INTERNAL_MEDIA_FIELDS.has(name.toLowerCase());

/** The vendor's own JSON without what is for its internal use only, whatever form the media files come in. */
export function withoutInternals(raw: GirRecording): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(sourceOf(raw)).map(([name, value]) => [
			name,
			/^mediaFiles$/i.test(name) ? without(value, isInternal) : value,
		]),
	);
}

/** The media UUID is the last part of `playPath`, or of a file name; `mediaId` is a file name and finds nothing. */
export function mediaUuid(playPath: string): string {
	const last = playPath.split('?')[0].split('/').filter(Boolean).pop() ?? '';
	return last.replace(/\.[A-Za-z0-9]{1,5}$/, '');
}

/** Reads a text that the server may hide from this account: null then, and its field is noted. */
type Visible = (field: string, value: string | null | undefined) => string | null;

/** A GIR recording in the shape both platforms share. Times lose their offset and become UTC; milliseconds become seconds. */
export function toRecording(raw: GirRecording): Recording {
	const masked = new Set<string>();
	const visible: Visible = (field, value) => {
		if (!MASKED.test(value ?? '')) return value || null;
		masked.add(field);
		return null;
	};
	const callerNumber = visible('callerNumber', raw.callerPhoneNumber);
	const dialedNumber = visible('dialedNumber', raw.dialedPhoneNumber);
	const { agents, externalContacts } = peopleOf(raw, visible);
	const start = raw.startTime ?? null;
	const end = raw.stopTime ?? null;
	const media = raw.mediaFiles.filter((file) => file.playPath).map(mediaOf);
	const unreadable = distinct([...unreadableOf(raw), ...lostMedia(raw)]);
	const callUuids = distinct(
		raw.mediaFiles.map(({ callUUID }) => visible('references.callUuids', callUUID)),
	);
	const labelDetails = raw.labels.map((label) => labelOf(label, visible));
	const details = {
		userData: userDataOf(raw, visible),
		externalContacts,
		labelDetails,
		accessGroups: distinct(
			raw.mediaFiles.flatMap(({ accessgroups }) =>
				accessgroups.map((group) => visible('accessGroups', group)),
			),
		),
	};
	return {
		platform: 'genesys',
		id: raw.id,
		status: statusOf(raw, media),
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		// GIR holds calls only.
		...(typeof raw.screenRecording === 'boolean' && {
			mediaType: raw.screenRecording ? 'voice-and-screen' : 'voice-only',
		}),
		direction: direction(visible('direction', raw.callType)),
		callerNumber,
		dialedNumber,
		agents,
		media,
		labels: distinct(labelDetails.map(({ name }) => name)),
		references: { recordingId: raw.id, ...(callUuids.length > 0 && { callUuids }) },
		// The vendor's samples of recordings without protection have no such member.
		protectedFromDeletion: raw.nonDelete ?? (isUnreadable(raw, 'nonDelete') ? null : false),
		screenRecording: raw.screenRecording ?? null,
		region: visible('region', raw.region),
		...Object.fromEntries(
			Object.entries(details).filter(([, value]) => Object.keys(value).length > 0),
		),
		masked: [...masked],
		...(unreadable.length > 0 && { unreadable }),
	};
}

/** A media file that cannot be fetched is one too few, where there are others. Before any is uploaded, none can. */
function lostMedia({ mediaFiles }: GirRecording): string[] {
	const lost = mediaFiles.flatMap(({ playPath }, index) =>
		playPath ? [] : `mediaFiles[${index}].playPath`,
	);
	return lost.length < mediaFiles.length ? lost : [];
}

function isUnreadable(raw: GirRecording, name: string): boolean {
	return unreadableOf(raw).some((one) => one.toLowerCase().startsWith(name.toLowerCase()));
}

/** GIR has no status: a recording whose media have not been uploaded yet has none. What cannot be read may be there all the same. */
function statusOf(raw: GirRecording, media: readonly RecordingMedia[]): string {
	if (media.length > 0) return AVAILABLE;
	return isUnreadable(raw, 'mediaFiles') ? UNKNOWN : 'Processing';
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

function labelOf(label: RawLabel, visible: Visible): RecordingLabel {
	return {
		name: visible('labels', label.name),
		type: label.type?.toLowerCase() ?? null,
		createdAt: label.createTime ?? null,
		createdBy: visible('labelDetails.createdBy', label.createUser),
		content: shown('labelDetails.content', label.content, visible),
	};
}

/** Pairs without those that are hidden or empty. */
function shown(
	field: string,
	pairs: Record<string, string | null | undefined>,
	visible: Visible,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(pairs).flatMap(([name, value]) => {
			const seen = visible(`${field}.${name}`, value);
			return seen === null ? [] : [[name, seen]];
		}),
	);
}

/** What was attached to the call, each with its latest value; what was taken off during the call was attached all the same. */
function userDataOf({ eventHistory }: GirRecording, visible: Visible): Record<string, string> {
	const events = [...eventHistory].sort((one, other) =>
		(one.occurredAt ?? '').localeCompare(other.occurredAt ?? ''),
	);
	const pairs = events.flatMap(({ data }) => [
		...Object.entries(data?.deleted ?? {}),
		...Object.entries(data?.added ?? {}),
		...Object.entries(data?.updated ?? {}),
	]);
	return shown('userData', Object.fromEntries(pairs), visible);
}

/** Who joined: users are agents. Who joined twice counts once; of whom all is hidden there is nothing to tell. */
function peopleOf({ eventHistory }: GirRecording, visible: Visible) {
	const agents = new Map<string, RecordingAgent>();
	const externalContacts = new Map<string, ExternalContact>();
	for (const { contact } of eventHistory) {
		if (contact?.type?.toLowerCase() === 'user') {
			const { userName, name, phoneNumber } = personOf('agents', contact, visible);
			const key = userName ?? name ?? phoneNumber;
			if (key !== null)
				agents.set(key, { id: null, name, userName, ...(phoneNumber !== null && { phoneNumber }) });
		} else if (contact?.type?.toLowerCase() === 'external') {
			const { name, phoneNumber } = personOf('externalContacts', contact, visible);
			const key = phoneNumber ?? name;
			if (key !== null) externalContacts.set(key, { phoneNumber, name });
		}
	}
	return { agents: [...agents.values()], externalContacts: [...externalContacts.values()] };
}

function personOf(field: string, contact: RawContact, visible: Visible) {
	const names = [contact.firstName, contact.lastName].map((name) => visible(`${field}.name`, name));
	return {
		name: names.filter(Boolean).join(' ') || null,
		userName: visible(`${field}.userName`, contact.userName),
		phoneNumber: visible(`${field}.phoneNumber`, contact.phoneNumber),
	};
}
