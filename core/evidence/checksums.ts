import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hexadecimal. */
export function sha256Of(bytes: Buffer | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** A file of an archive: its path with forward slashes, relative to the archive, and its SHA-256 in hexadecimal. */
export interface Checksum {
	path: string;
	sha256: string;
}

/** A list of checksums as `sha256sum -c` reads it, one line for each file. A file that was listed twice stands once. */
export function checksumList(files: Checksum[]): Buffer {
	const lines = new Set(files.map(({ path, sha256 }) => `${sha256}  ${path}\n`));
	return Buffer.from([...lines].join(''), 'utf8');
}
