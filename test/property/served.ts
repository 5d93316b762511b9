import { Readable } from 'node:stream';

import type { StreamReply, Transport } from '../../core/http/transport';
import { BlockPool } from '../../core/media/blocks';
import {
	download,
	type Delivered,
	type DownloadOptions,
	type Store,
} from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';

/** An answer of a media store. */
export interface Answer {
	status?: number;
	headers?: Record<string, string>;
	/** Bytes of the body, cut into pieces of this size. */
	body: Buffer;
	pieceBytes?: number;
	/** Whether the connection breaks after these bytes. */
	breaks?: boolean;
	/** Whether nothing comes after these bytes, and no end either. */
	stalls?: boolean;
}

/** What a request asks of the store. */
export interface Asked {
	headers: Record<string, string>;
	/** How many requests came before. */
	count: number;
}

/** A file as it was stored. */
export interface StoredFile extends Delivered<Buffer> {
	/** Types and sizes as the store was told them. */
	bytes: Buffer;
}

/** A store that keeps what it is given once it has all of it. */
const keep: Store<Buffer> = async (body) => {
	const chunks: Buffer[] = [];
	for await (const chunk of body) chunks.push(Buffer.from(chunk as Buffer));
	return Buffer.concat(chunks);
};

/**
 * Downloads one file from a store that answers as `answer` says, without a network and without pauses.
 *
 * @param bodies gets what was sent
 */
export async function downloadFrom(
	answer: (asked: Asked) => Answer,
	link: { url?: string; contentType?: string; sizeBytes?: number } = {},
	options: Partial<DownloadOptions> = {},
	file: Partial<MediaFile> = {},
	{ store = keep, bodies = [] }: { store?: Store<Buffer>; bodies?: Readable[] } = {},
): Promise<StoredFile> {
	let count = 0;
	const transport = {
		stream: async ({
			url,
			headers,
		}: {
			url: string;
			headers: Record<string, string>;
		}): Promise<StreamReply> => {
			const {
				status = 200,
				headers: given = {},
				body,
				pieceBytes = 4096,
				breaks = false,
				stalls = false,
			} = answer({ headers, count: count++ });
			const sent = Readable.from(pieces(body, pieceBytes, breaks, stalls));
			bodies.push(sent);
			return { status, headers: given, url, body: sent };
		},
	} as unknown as Transport;
	const job: MediaFile = {
		recordingId: 'rec-1',
		channel: 'combined',
		renewable: false,
		link: async () => ({ url: 'https://store.example/file', ...link }),
		...file,
	};
	const delivered = await download(job, transport, store, {
		minimumBytes: 0,
		acceptOtherKind: false,
		pool: new BlockPool(8_192),
		retry: { maxAttempts: 4, baseDelayMs: 0, maxDelayMs: 0, maxTotalWaitMs: 10 },
		...options,
	});
	return { ...delivered, bytes: delivered.stored };
}

/** The whole file in one answer, with its length. */
export const whole = (body: Buffer, contentType?: string) => (): Answer => ({
	headers: {
		'content-length': String(body.length),
		...(contentType !== undefined && { 'content-type': contentType }),
	},
	body,
});

async function* pieces(
	body: Buffer,
	size: number,
	breaks: boolean,
	stalls: boolean,
): AsyncGenerator<Buffer> {
	for (let at = 0; at < body.length; at += size) yield Buffer.from(body.subarray(at, at + size));
	if (stalls) await new Promise(() => undefined);
	if (breaks) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
