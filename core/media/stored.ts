import type { MediaFile, MediaLink } from './file';
import { announcedKind, typeAndExtension } from './kinds';
import { extensionOf, fileName } from './names';

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
	{ recordingId, channel }: MediaFile,
	{ url, contentType }: MediaLink,
): { fileName: string; mimeType: string } {
	const inUrl = extensionOf(url);
	const kind = announcedKind(contentType, inUrl);
	const { mimeType, extension } = typeAndExtension(kind, [contentType], inUrl);
	return { fileName: fileName(recordingId, channel, extension), mimeType };
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
