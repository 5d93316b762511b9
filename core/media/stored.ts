import type { MediaFile, MediaLink } from './file';
import { announcedKind, bareType, isGenericType } from './kinds';
import { extensionOf, fileName } from './names';

/**
 * A size as a platform promises it, in bytes. What is none, such as -1, "unknown" or an empty text, promises nothing.
 */
export function promisedSize(value: unknown): number | undefined {
	const size = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
	return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** A copy of the file that the user already has. Hashes are MD5 or SHA-256 in hexadecimal. */
export interface StoredCopy {
	/** Bytes, as the place tells where it is stored. */
	sizeBytes?: number;
	/** As the place tells where it is stored. */
	hash?: string;
	/** As noted when it was downloaded. */
	knownHash?: string;
}

/** Why a copy counts as the file; undefined where it has to be downloaded. */
export type SameBecause = 'size' | 'hash' | 'size and hash' | undefined;

/**
 * Whether a stored copy is the file that would be downloaded: its size is the one the platform tells ("compare their
 * size against the sizeBytes field", as the guide "Downloading Call Recordings Programmatically via the NICE CXone API"
 * puts it), and its hash the one noted at the download. A hash that is there to compare and cannot be compared is no match.
 *
 * @param promisedBytes size by the platform; undefined where it tells none
 */
export function sameCopy(copy: StoredCopy, promisedBytes: number | undefined): SameBecause {
	const stored = normalHash(copy.hash);
	const known = normalHash(copy.knownHash);
	if (stored !== known) return undefined;
	const sizes = copy.sizeBytes !== undefined && promisedBytes !== undefined;
	if (sizes && copy.sizeBytes !== promisedBytes) return undefined;
	if (sizes) return known === undefined ? 'size' : 'size and hash';
	return known === undefined ? undefined : 'hash';
}

/** S3 puts an ETag in quotes. */
function normalHash(hash: string | undefined): string | undefined {
	const normal = hash?.trim().replace(/^"|"$/g, '').toLowerCase();
	return normal === '' ? undefined : normal;
}

/** The name and type a file would get, by what the platform says of it. */
export function expectedFile(
	file: MediaFile,
	link: MediaLink,
): { fileName: string; mimeType: string } {
	const inUrl = extensionOf(link.url);
	const kind = announcedKind(link.contentType, inUrl);
	const mimeType = isGenericType(link.contentType)
		? (kind?.mimeTypes[0] ?? 'application/octet-stream')
		: bareType(link.contentType);
	return {
		fileName: fileName(file.recordingId, file.channel, kind?.extension ?? inUrl ?? 'bin'),
		mimeType,
	};
}

/** The same file with a link that was just asked for: it is used first, and not asked for again. */
export function withLink(file: MediaFile, link: MediaLink): MediaFile {
	let first: MediaLink | undefined = link;
	return {
		...file,
		link: async () => {
			const given = first;
			first = undefined;
			return given ?? (await file.link());
		},
	};
}
