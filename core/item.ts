import { amount, flag, list, readOut, shape, text, time } from './http/wire';
import {
	byIdName,
	direction,
	mediaTypeOf,
	namesOf,
	referencesTo,
	statusOf,
	type Recording,
	type RecordingAgent,
	type RecordingMedia,
} from './recording';
import { z } from './vendor';

/**
 * A recording as an item: ten columns that one can read in a table, then every ID under its own name, then the details.
 * It has all names that an item can have; undefined or null where nothing is known.
 */
export function itemOf(recording: Recording): object {
	const { agents, media, references } = recording;
	return {
		start: recording.start,
		callerNumber: recording.callerNumber,
		dialedNumber: recording.dialedNumber,
		direction: recording.direction,
		durationSeconds: recording.durationSeconds,
		status: recording.status,
		id: recording.id,
		channels: joined(media.map(({ channel }) => channel)),
		agentNames: joined(namesOf(agents)),
		sizeBytes: totalOf(media),
		...byIdName((name) => references[name]),
		platform: recording.platform,
		mediaType: recording.mediaType,
		end: recording.end,
		protectedFromDeletion: recording.protectedFromDeletion,
		screenRecording: recording.screenRecording,
		region: recording.region,
		agents,
		externalContacts: recording.externalContacts,
		media,
		labels: recording.labels,
		labelDetails: recording.labelDetails,
		userData: recording.userData,
		accessGroups: recording.accessGroups,
		references,
		masked: recording.masked,
		unreadable: recording.unreadable,
	};
}

function joined(words: Array<string | null | undefined>): string | undefined {
	return words.filter(Boolean).join(', ') || undefined;
}

/** Undefined where the size of one file is not known: the sum would be too small. */
function totalOf(media: readonly RecordingMedia[]): number | undefined {
	const sizes = media.flatMap(({ sizeBytes }) => sizeBytes ?? []);
	return sizes.length > 0 && sizes.length === media.length
		? sizes.reduce((total, size) => total + size, 0)
		: undefined;
}

/** Databases and spreadsheets hand back as text what was an object or a list. */
const nested = <T extends z.ZodTypeAny>(schema: T) =>
	z.preprocess((value) => {
		if (typeof value !== 'string') return value;
		try {
			return value.trim() === '' ? undefined : (JSON.parse(value) as unknown);
		} catch {
			return value;
		}
	}, schema);

const IDS = byIdName(() => text);

const recordingItem = shape({
	platform: text,
	id: text,
	status: text,
	start: time,
	end: time,
	durationSeconds: amount,
	mediaType: text,
	direction: text,
	callerNumber: text,
	dialedNumber: text,
	protectedFromDeletion: flag,
	agents: nested(
		list(
			shape({
				id: text,
				name: text,
				userName: text,
				phoneNumber: text,
				team: text,
				skills: list(text),
			}),
		),
	),
	media: nested(
		list(
			shape({
				id: text,
				kind: text,
				mimeType: text,
				sizeBytes: amount,
				durationSeconds: amount,
				start: time,
				end: time,
				channel: text,
				playPath: text,
				masks: list(shape({ time, type: text })),
			}),
		),
	),
	labels: nested(list(text)),
	references: nested(shape({ ...IDS, callUuids: list(text) }).nullish()),
	masked: nested(list(text)),
	unreadable: nested(list(text)),
	...IDS,
});
type RecordingItem = z.output<typeof recordingItem>;

/**
 * The way back from `itemOf`, but for the details that one platform alone tells. On its way the item may have been through
 * a database or a spreadsheet, or lost members: what is missing or cannot be read is not known.
 *
 * @returns undefined where it has no ID
 */
export function recordingOf(json: Record<string, unknown>): Recording | undefined {
	const read = readOut(recordingItem, json);
	if ('problem' in read) return undefined;
	const item = read.data;
	const id = item.id?.trim();
	if (!id) return undefined;
	const { callUuids = [], ...ids }: Partial<NonNullable<RecordingItem['references']>> =
		item.references ?? {};
	const mediaType = mediaTypeOf(item.mediaType);
	return {
		platform: item.platform ?? '',
		id,
		status: statusOf(item.status),
		start: item.start ?? null,
		end: item.end ?? null,
		durationSeconds: item.durationSeconds ?? null,
		...(mediaType !== undefined && { mediaType }),
		direction: direction(item.direction),
		callerNumber: item.callerNumber || null,
		dialedNumber: item.dialedNumber || null,
		agents: item.agents.map(agentOf),
		media: item.media.flatMap(mediaOf),
		labels: item.labels,
		references: {
			...referencesTo(byIdName((name) => item[name]?.trim())),
			...referencesTo(byIdName((name) => ids[name]?.trim())),
			...(callUuids.length > 0 && { callUuids }),
		},
		protectedFromDeletion: item.protectedFromDeletion ?? null,
		masked: item.masked,
		...(item.unreadable.length > 0 && { unreadable: item.unreadable }),
	};
}

function agentOf(agent: RecordingItem['agents'][number]): RecordingAgent {
	const { id = null, name = null, userName = null, phoneNumber, team, skills } = agent;
	return {
		id,
		name,
		userName,
		...(phoneNumber && { phoneNumber }),
		...(team && { team }),
		...(skills.length > 0 && { skills }),
	};
}

/** A file without an ID is no file that could be asked for. */
function mediaOf({
	id,
	kind,
	channel,
	playPath,
	masks,
	...file
}: RecordingItem['media'][number]): RecordingMedia[] {
	if (!id) return [];
	return [
		{
			id,
			kind: kind === 'audio' || kind === 'video' ? kind : 'unknown',
			mimeType: file.mimeType ?? null,
			sizeBytes: file.sizeBytes ?? null,
			durationSeconds: file.durationSeconds ?? null,
			start: file.start ?? null,
			end: file.end ?? null,
			...(channel && { channel }),
			...(playPath && { playPath }),
			...(masks.length > 0 && {
				masks: masks.map((mask) => ({ time: mask.time ?? null, type: mask.type ?? null })),
			}),
		},
	];
}

/** The names that an item of a recording can have. */
export const RECORDING_FIELDS: readonly string[] = Object.keys(itemOf(recordingOf({ id: '-' })!));
