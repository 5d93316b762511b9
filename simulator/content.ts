import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes that can be read from any position without holding all of them. `start` and `end` are byte positions, end exclusive. */
export interface Content {
	readonly sizeBytes: number;
	slices(start: number, end: number): Iterable<Buffer>;
}

const SLICE_BYTES = 64 * 1024;

/** Content held in memory. */
export function fromBuffer(bytes: Buffer): Content {
	return {
		sizeBytes: bytes.length,
		*slices(start, end) {
			for (let at = start; at < end; at += SLICE_BYTES) {
				yield bytes.subarray(at, Math.min(at + SLICE_BYTES, end));
			}
		},
	};
}

/** Reads one of the files of `simulator/media` by its name. */
export function fromMediaFile(name: string): Content {
	return fromBuffer(readFileSync(join(__dirname, 'media', name)));
}

export type SyntheticFormat = 'wav' | 'mp3' | 'mp4';

/**
 * A media file of any size that is never held in memory: a valid header of its format, then pseudo-random bytes that
 * depend only on `seed`. No two places of it are alike, so a byte delivered at the wrong position shows in any hash.
 */
function synthetic(options: {
	sizeBytes: number;
	seed: string;
	format?: SyntheticFormat;
}): Content {
	const { sizeBytes, seed, format = 'wav' } = options;
	const header = headerOf(format, sizeBytes);
	if (sizeBytes < header.length)
		throw new RangeError(`a synthetic ${format} has at least ${header.length} bytes`);
	const key = createHash('sha256').update(seed).digest().subarray(0, 16);
	return {
		sizeBytes,
		*slices(start, end) {
			for (let at = start; at < end; at += SLICE_BYTES) {
				const slice = keyStream(key, at, Math.min(at + SLICE_BYTES, end) - at);
				if (at < header.length)
					header.copy(slice, 0, at, Math.min(header.length, at + slice.length));
				yield slice;
			}
		},
	};
}

// AES in counter mode gives the bytes of any position without computing those before it.
function keyStream(key: Buffer, position: number, length: number): Buffer {
	const counter = Buffer.alloc(16);
	counter.writeBigUInt64BE(BigInt(Math.floor(position / 16)), 8);
	const skipped = position % 16;
	return createCipheriv('aes-128-ctr', key, counter)
		.update(Buffer.alloc(skipped + length))
		.subarray(skipped);
}

function headerOf(format: SyntheticFormat, sizeBytes: number): Buffer {
	if (format === 'wav') {
		const header = Buffer.alloc(44);
		// RIFF sizes are 32 bits wide; writers of longer files put the largest value.
		const capped = (size: number): number => Math.min(size, 0xffffffff);
		header.write('RIFF', 0);
		header.writeUInt32LE(capped(sizeBytes - 8), 4);
		header.write('WAVEfmt ', 8);
		header.writeUInt32LE(16, 16);
		header.writeUInt16LE(1, 20);
		header.writeUInt16LE(1, 22);
		header.writeUInt32LE(8000, 24);
		header.writeUInt32LE(16000, 28);
		header.writeUInt16LE(2, 32);
		header.writeUInt16LE(16, 34);
		header.write('data', 36);
		header.writeUInt32LE(capped(sizeBytes - 44), 40);
		return header;
	}
	if (format === 'mp4') {
		const header = Buffer.alloc(40);
		header.writeUInt32BE(24, 0);
		header.write('ftypisom', 4);
		header.writeUInt32BE(512, 12);
		header.write('isommp42', 16);
		header.writeUInt32BE(1, 24);
		header.write('mdat', 28);
		header.writeBigUInt64BE(BigInt(sizeBytes - 24), 32);
		return header;
	}
	// An empty ID3v2.3 tag, then the start of a frame header.
	return Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xfb, 0x90, 0x64]);
}

/** The same number of bytes, unreadable: what a recording looks like that was stored encrypted. */
export function encrypted(content: Content): Content {
	return {
		sizeBytes: content.sizeBytes,
		*slices(start, end) {
			for (const slice of content.slices(start, end))
				yield Buffer.from(slice.map((byte) => byte ^ 0xa5));
		},
	};
}

/** Hex digest of a whole content, computed by walking through it. */
export function digest(content: Content, algorithm: 'md5' | 'sha256'): string {
	const hash = createHash(algorithm);
	for (const slice of content.slices(0, content.sizeBytes)) hash.update(slice);
	return hash.digest('hex');
}

/** The bytes from `start` up to (not including) `end` as one buffer. */
export function bytesOf(content: Content, start = 0, end = content.sizeBytes): Buffer {
	return Buffer.concat([...content.slices(start, end)]);
}

const CONTENT_TYPES: Record<string, string> = {
	wav: 'audio/wav',
	mp3: 'audio/mpeg',
	mp4: 'video/mp4',
	csv: 'text/csv',
	json: 'application/json',
	txt: 'text/plain; charset=utf-8',
};

/** Content type for a file name, by its extension. */
export function contentTypeOf(name: string): string {
	return CONTENT_TYPES[extensionOf(name)] ?? 'application/octet-stream';
}

/** The part after the last dot, lower case; empty when there is none. */
export function extensionOf(name: string): string {
	const dot = name.lastIndexOf('.');
	return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/**
 * Where the bytes of a media file come from: a file of `simulator/media`, a synthetic file of any size, bytes in hand,
 * or `empty` (zero bytes) and `headerOnly` (a WAV header without samples), the two forms in which a channel that was
 * never captured is delivered according to "Downloading Call Recordings Programmatically via the NICE CXone API".
 */
export type MediaSource =
	| { file: string }
	| { synthetic: { sizeBytes: number; seed: string; format?: SyntheticFormat } }
	| { bytes: Buffer; extension: string }
	| 'empty'
	| 'headerOnly';

/** The content of a source and the file extension it goes with. */
export function open(source: MediaSource): { content: Content; extension: string } {
	if (source === 'empty') return { content: fromBuffer(Buffer.alloc(0)), extension: 'wav' };
	if (source === 'headerOnly')
		return { content: fromMediaFile('header-only.wav'), extension: 'wav' };
	if ('file' in source)
		return { content: fromMediaFile(source.file), extension: extensionOf(source.file) };
	if ('synthetic' in source)
		return { content: synthetic(source.synthetic), extension: source.synthetic.format ?? 'wav' };
	return { content: fromBuffer(source.bytes), extension: source.extension };
}
