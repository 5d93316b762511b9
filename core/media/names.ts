import { createHash } from 'node:crypto';

/** Longer names do not fit every file system once a path stands before them. */
const MAX_PART = 120;
/** Characters of the hash that stands for what a name cannot show. */
const HASH_CHARACTERS = 8;

/**
 * A part of a file name that every file system takes: IDs of any form become letters, digits, dot, dash and underscore.
 * Where that takes something away, a short hash of the whole keeps two IDs from getting the same name.
 */
function safePart(text: string): string {
	const safe = text
		.slice(0, 2 * MAX_PART)
		.replace(/[^A-Za-z0-9._-]+/g, '-')
		.replace(/^[.-]+|[.-]+$/g, '');
	if (safe === text && safe !== '' && safe.length <= MAX_PART) return safe;
	const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
	return `${(safe === '' ? 'recording' : safe).slice(0, MAX_PART - HASH_CHARACTERS - 1)}-${hash}`;
}

/** The same file always gets the same name: `{recordingId}_{channel}.{ext}`. */
export function fileName(recordingId: string, channel: string, extension: string): string {
	return `${safePart(recordingId)}_${safePart(channel)}.${extension}`;
}

/** The extension at the end of a URL's path, lower case without the dot; undefined where there is none. */
export function extensionOf(url: string): string | undefined {
	return /\.([A-Za-z0-9]{1,5})$/.exec(new URL(url).pathname)?.[1].toLowerCase();
}
