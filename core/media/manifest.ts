import { createHash } from 'node:crypto';

/** One file of a manifest. Times are ISO 8601 in UTC. */
export interface ManifestFile {
	platform: string;
	recordingId: string;
	fileName: string;
	mimeType: string;
	sizeBytes: number | null;
	sha256: string | null;
	md5: string | null;
	startedAt: string;
	finishedAt: string;
	/** Media requests it took. */
	attempts: number;
	/** Set where the file was found stored and not downloaded again. */
	skipped?: true;
	note?: string;
}

/** An input item, or one of its files, that was not delivered. */
export interface ManifestGap {
	/** Index of the input item, from 0. */
	item: number;
	reason: string;
}

/** What one execution delivered: evidence for an audit. */
export interface Manifest {
	createdAt: string;
	fileCount: number;
	totalBytes: number;
	files: ManifestFile[];
	notDelivered: ManifestGap[];
	/** SHA-256 of `files` as JSON without white space, in UTF-8. Lower-case hexadecimal. */
	filesSha256: string;
}

/** Puts a manifest together. The same files in the same order give the same hash. */
export function manifestOf(files: ManifestFile[], notDelivered: ManifestGap[], createdAt: Date): Manifest {
	return {
		createdAt: createdAt.toISOString(),
		fileCount: files.length,
		totalBytes: files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
		files,
		notDelivered,
		filesSha256: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
	};
}
