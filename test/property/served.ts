import { Readable } from 'node:stream';

import type { StreamReply, Transport } from '../../core/http/transport';
import { BlockPool } from '../../core/media/blocks';
import { download, type Delivered, type DownloadOptions } from '../../core/media/download';

/** An answer of a media store. */
export interface Answer {
	status?: number;
	headers?: Record<string, string>;
	/** Bytes of the body, cut into pieces of this size. */
	body: Buffer;
	pieceBytes?: number;
	/** Whether the connection breaks after these bytes. */
	breaks?: boolean;
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

/** Downloads one file from a store that answers as `answer` says, without a network and without pauses. */
export async function downloadFrom(
	answer: (asked: Asked) => Answer,
	link: { url?: string; contentType?: string; sizeBytes?: number } = {},
	options: Partial<DownloadOptions> = {},
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
			} = answer({ headers, count: count++ });
			return { status, headers: given, url, body: Readable.from(pieces(body, pieceBytes, breaks)) };
		},
	} as unknown as Transport;
	const job = {
		recordingId: 'rec-1',
		channel: 'combined',
		renewable: false,
		link: async () => ({ url: 'https://store.example/file', ...link }),
	};
	const file = await download(
		job,
		transport,
		async (body) => {
			const chunks: Buffer[] = [];
			for await (const chunk of body) chunks.push(Buffer.from(chunk as Buffer));
			return Buffer.concat(chunks);
		},
		{
			minimumBytes: 0,
			acceptOtherKind: false,
			pool: new BlockPool(8_192),
			retry: { maxAttempts: 4, baseDelayMs: 0, maxDelayMs: 0, maxTotalWaitMs: 10 },
			...options,
		},
	);
	return { ...file, bytes: file.stored };
}

/** The whole file in one answer, with its length. */
export const whole = (body: Buffer, contentType?: string) => (): Answer => ({
	headers: {
		'content-length': String(body.length),
		...(contentType !== undefined && { 'content-type': contentType }),
	},
	body,
});

function* pieces(body: Buffer, size: number, breaks: boolean): Generator<Buffer> {
	for (let at = 0; at < body.length; at += size) yield Buffer.from(body.subarray(at, at + size));
	if (breaks) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
