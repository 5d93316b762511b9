import { seal, type Link } from './chain';
import { checksumList, sha256Of, type Checksum } from './checksums';
import { TIME_STAMP_QUERY_TYPE, timeStampRequest } from './time-stamp';
import { isObject } from '../http/wire';
import type { Recording } from '../recording';
import type { LeftOut } from '../search';

const IMPERSONAL = [
	'status',
	'start',
	'end',
	'durationSeconds',
	'direction',
	'labels',
	'references',
	'masked',
] as const;
const PERSONAL = ['callerNumber', 'dialedNumber', 'agents'] as const;

/** What evidence says of a recording. The members that name people are absent where personal data are left out. */
export type RecordingFacts = Pick<Recording, 'platform' | 'id'> &
	Partial<Pick<Recording, (typeof IMPERSONAL | typeof PERSONAL)[number]>>;

/** The part of a recording that belongs into evidence; of one that is known by its ID alone, platform and ID. */
export function factsOf(
	recording: Pick<Recording, 'platform' | 'id'> & Partial<Recording>,
	withPersonalData: boolean,
): RecordingFacts {
	const names = withPersonalData ? [...IMPERSONAL, ...PERSONAL] : IMPERSONAL;
	const known = names.flatMap((name) =>
		recording[name] === undefined ? [] : [[name, recording[name]]],
	);
	return { platform: recording.platform, id: recording.id, ...Object.fromEntries(known) };
}

/** One file of a manifest. Times are ISO 8601 in UTC, sizes bytes, hashes lower-case hexadecimal. */
export interface ManifestFile {
	platform: string;
	recordingId: string;
	fileName: string;
	/** Where it belongs in the archive: folders, if there are any, and the name. */
	path: string;
	mimeType: string;
	sizeBytes: number | null;
	sha256: string | null;
	md5: string | null;
	startedAt: string;
	finishedAt: string;
	/** Media requests it took. */
	attempts: number;
	channelAsked: string | null;
	channelDelivered: string | null;
	/** Set where no file was stored: it is stored already, or not worth it. */
	skipped?: true;
	skippedBecause?: string;
	note?: string;
	/** The recording it is of. */
	recording: RecordingFacts;
	/** The JSON file beside it. */
	sidecar?: Checksum;
}

/** An input item, or one of its files, that was not delivered. */
export interface ManifestGap {
	/** Index of the input item, from 0. */
	item: number;
	/** Null where the item does not tell. */
	recordingId: string | null;
	reason: string;
	/** What could be done about it. */
	details?: string;
}

/** A search whose recordings came to the node that makes the manifest. Times are ISO 8601 in UTC. */
export interface SearchReport {
	/** Name of the node that searched. */
	node: string;
	at: string;
	/** What was asked for, by the names of the node's fields. */
	asked: Record<string, unknown>;
	/** Recordings that the platform had for it, as far as they were read. */
	found: number;
	/** Of those, recordings that were not put out, and why. */
	leftOut: LeftOut[];
}

/** Fields of a search that say when and how much, and nothing of people. */
const IMPERSONAL_FIELDS = new Set([
	'platform',
	'api',
	'operation',
	'granularity',
	'createdAfter',
	'createdBefore',
	'startedAfter',
	'endedBefore',
	'direction',
	'durationFrom',
	'durationTo',
	'mediaType',
	'whenProcessing',
	'returnAll',
	'limit',
	'output',
	'fields',
]);

/** A search without what may name people, such as a filter by a phone number. That there was one still shows. */
export function impersonal(search: SearchReport): SearchReport {
	const cleaned = (fields: Record<string, unknown>): Record<string, unknown> =>
		Object.fromEntries(
			Object.entries(fields).map(([name, value]) => {
				if (IMPERSONAL_FIELDS.has(name)) return [name, value];
				return [name, isObject(value) ? cleaned(value) : '(left out)'];
			}),
		);
	return { ...search, asked: cleaned(search.asked) };
}

/** How much of what was found is here. Null where no search in this execution tells. */
export interface ManifestCounts {
	recordingsFound: number | null;
	recordingsLeftOut: number | null;
	itemsReceived: number;
	filesDelivered: number;
	/** Found stored already, or not worth storing. */
	filesSkipped: number;
	/** Entries of `notDelivered`. */
	failed: number;
}

/** What one execution delivered and what it did not: evidence for an audit. */
export interface Manifest extends Link {
	format: typeof MANIFEST_FORMAT;
	counts: ManifestCounts;
	searches: SearchReport[];
	recordings: RecordingFacts[];
	fileCount: number;
	totalBytes: number;
	files: ManifestFile[];
	notDelivered: ManifestGap[];
	/** SHA-256 of `files` as canonical JSON. */
	filesSha256: string;
}

export const MANIFEST_FORMAT = 'call-recordings-manifest/1';
const SIDECAR_FORMAT = 'call-recordings-sidecar/1';

/** What a manifest is made of. */
export interface ManifestParts extends Pick<
	Manifest,
	'producedBy' | 'previousSha256' | 'searches' | 'files' | 'notDelivered'
> {
	createdAt: Date;
	/** Recordings of the items that came; one that came twice stands once. */
	recordings: RecordingFacts[];
	itemsReceived: number;
}

/** Puts a manifest together. The same files in the same order give the same `filesSha256`. */
export function manifestOf(parts: ManifestParts): Manifest {
	const { producedBy, previousSha256, searches, itemsReceived, files, notDelivered } = parts;
	const recordings = new Map(
		parts.recordings.map((facts) => [`${facts.platform} ${facts.id}`, facts]),
	);
	const skipped = files.filter((file) => file.skipped === true).length;
	const sum = (count: (search: SearchReport) => number) =>
		searches.length === 0 ? null : searches.reduce((total, search) => total + count(search), 0);
	return {
		format: MANIFEST_FORMAT,
		createdAt: parts.createdAt.toISOString(),
		producedBy,
		previousSha256,
		counts: {
			recordingsFound: sum(({ found }) => found),
			recordingsLeftOut: sum(({ leftOut }) =>
				leftOut.reduce((total, { count }) => total + count, 0),
			),
			itemsReceived,
			filesDelivered: files.length - skipped,
			filesSkipped: skipped,
			failed: notDelivered.length,
		},
		searches,
		recordings: [...recordings.values()],
		fileCount: files.length,
		totalBytes: files.reduce((total, { sizeBytes }) => total + (sizeBytes ?? 0), 0),
		files,
		notDelivered,
		filesSha256: seal(files).sha256,
	};
}

/**
 * Writes a manifest down, with a request for a time stamp of it (RFC 3161), and the checksums of all files of this
 * execution, those two included. Their names begin with its time, so that they sort, and hold the start of its hash.
 */
export function evidenceFiles(manifest: Manifest) {
	const { bytes, sha256 } = seal(manifest);
	const mark = `${manifest.createdAt.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '')}_${sha256.slice(0, 12)}`;
	const request = timeStampRequest(sha256);
	const names = { manifest: `manifest_${mark}.json`, request: `manifest_${mark}.tsq` };
	const stored = manifest.files.filter((file) => file.skipped !== true);
	const checksums = checksumList([
		...stored.flatMap(({ path, sha256: hash }) => (hash === null ? [] : [{ path, sha256: hash }])),
		...stored.flatMap(({ sidecar }) => sidecar ?? []),
		{ path: names.manifest, sha256 },
		{ path: names.request, sha256: sha256Of(request) },
	]);
	return {
		sha256,
		manifest: { fileName: names.manifest, mimeType: 'application/json', bytes },
		timeStampRequest: { fileName: names.request, mimeType: TIME_STAMP_QUERY_TYPE, bytes: request },
		checksums: { fileName: `SHA256SUMS_${mark}`, mimeType: 'text/plain', bytes: checksums },
	};
}

/** What is true of a file whenever it is downloaded. */
const LASTING = [
	'platform',
	'recordingId',
	'fileName',
	'path',
	'mimeType',
	'sizeBytes',
	'sha256',
	'md5',
	'channelAsked',
	'channelDelivered',
] as const satisfies ReadonlyArray<keyof ManifestFile>;

/**
 * The JSON file beside a media file: which recording it is, and the proof that it is that file. It says nothing of the
 * execution: downloaded once more, the same file gets the same sidecar, and the manifest of the first time still holds.
 */
export function sidecarOf(file: ManifestFile, recording: RecordingFacts) {
	const lasting = Object.fromEntries(LASTING.map((name) => [name, file[name]]));
	return seal({ format: SIDECAR_FORMAT, recording, file: lasting });
}
