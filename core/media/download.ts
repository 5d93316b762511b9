import type { Readable } from 'node:stream';

import { cancelled, capital, describe, notMediaButText, storeFailed, tooSmall, truncated, withoutSamples } from './answers';
import { BlockPool } from './blocks';
import { BodyStream } from './body';
import { Digests } from './digests';
import { HashingLost, type HashingThread } from './hashing-thread';
import { announcedKind, bareType, HEAD_BYTES, isGenericType, isTextType, kindOf, looksLikeText, textOf, type MediaKind } from './kinds';
import { MediaError } from './media-error';
import { Mp4Reader } from './mp4';
import { extensionOf, fileName } from './names';
import { StartOver, Transfer } from './transfer';
import { WavReader, type WavFacts } from './wav';
import type { Advice } from '../http/errors';
import { DEFAULT_RETRY, type Reply, type RetryPolicy } from '../http/retry';
import type { Transport, TrustOptions } from '../http/transport';

/** Where the bytes are. Links may be signed and short-lived: used at once, kept in memory for one transfer, never shown. */
export interface MediaLink extends TrustOptions {
	url: string;
	/** Sent with the media request, for stores that want the same sign-in as the API. */
	headers?: Record<string, string>;
	/** Promised size in bytes. */
	sizeBytes?: number;
	contentType?: string;
}

/** One file to fetch. */
export interface MediaJob {
	recordingId: string;
	/** Second part of the file name: the channel, the media UUID, or the kind of interaction. */
	channel: string;
	/** Asks the vendor's API for a link; asked once more when a link is refused or gone. */
	link: () => Promise<MediaLink>;
	/** Whether asking again can bring another link; GIR's paths never change. */
	renewable: boolean;
	/** Values that must not appear in any message, where the media request is signed in. */
	secrets?: readonly string[];
	/** Whether the media store is known to answer range requests; true unless told. GIR documents none. */
	ranges?: boolean;
	/** What the platform knows about a refused media request. */
	advise?: (reply: Reply) => Advice | undefined;
	/** What else can be asked for where there is no audio, a sentence for the one who filled in the node. */
	instead?: string;
	/** Asks the platform why there are no media behind a fresh link, or less than they promise; undefined where it does not tell. */
	whyMissing?: () => Promise<MediaError | undefined>;
}

export interface DownloadOptions {
	/** Files of this size or less are refused as "media unavailable". Bytes. */
	minimumBytes: number;
	/** Whether media of another known kind than announced is kept, under its true kind. */
	acceptOtherKind: boolean;
	/** Whether MD5 and SHA-256 are computed; true unless told. Without them a cut transfer may begin anew where it could go on with them. */
	hashes?: boolean;
	/**
	 * Whether a store that pulls the stream with `for await` has done with a chunk when it asks for the next one, as n8n's
	 * has. The memory of the chunk is then used again.
	 */
	reuseMemory?: boolean;
	/** A thread that hashes large files; without it they are hashed in place. */
	hashing?: HashingThread;
	/** Memory to share with other downloads of the same execution. */
	pool?: BlockPool;
	retry?: RetryPolicy;
	signal?: AbortSignal;
}

/** A file that arrived whole. Hashes are lower-case hexadecimal, null where they were not computed. */
export interface Delivered<Stored> {
	stored: Stored;
	fileName: string;
	mimeType: string;
	sizeBytes: number;
	md5: string | null;
	sha256: string | null;
	/** "WAV", "MP3", "MP4", …; null where the first bytes do not tell. */
	kind: string | null;
	/** Only of a WAV. */
	wav?: WavFacts;
	/** Media requests it took. */
	attempts: number;
	/** What is odd about the file although it is exactly what the platform holds. */
	note?: string;
}

/** Takes the stream in, for example n8n's `prepareBinaryData`. Must reject, and leave nothing behind, when the stream fails. */
export type Store<Stored> = (body: Readable, fileName: string, mimeType: string) => Promise<Stored>;

/** Tries in a row that bring next to nothing. */
const MAX_ATTEMPTS = 4;

/**
 * Downloads one file, verified: as many bytes as promised, media of the announced kind, whole by its own header, both
 * hashes taken in the same pass. A cut transfer goes on where it broke off, with a fresh link where the old one has had
 * its day; nothing partial is ever stored.
 *
 * @throws MediaError, or what `link` throws
 */
export async function download<Stored>(
	job: MediaJob,
	transport: Transport,
	store: Store<Stored>,
	options: DownloadOptions,
): Promise<Delivered<Stored>> {
	const newDigests = (sizeBytes: number | undefined) =>
		options.hashes === false ? undefined : (options.hashing?.digestsFor(sizeBytes) ?? new Digests());
	const pool = options.pool ?? new BlockPool();
	const policy = options.retry ?? { ...DEFAULT_RETRY, maxAttempts: MAX_ATTEMPTS };
	const transfer = new Transfer(job, transport, { minimumBytes: options.minimumBytes, policy, pool, newDigests, signal: options.signal });
	const stop = () => transfer.close();
	options.signal?.addEventListener('abort', stop);
	try {
		for (;;) {
			try {
				return await deliver(job, transfer, store, options, pool);
			} catch (error) {
				if (options.signal?.aborted) throw cancelled(job, options.signal.reason);
				if (!(error instanceof StartOver) && !(error instanceof HashingLost)) throw error;
				transfer.rewind();
			}
		}
	} finally {
		options.signal?.removeEventListener('abort', stop);
		transfer.close();
	}
}

async function deliver<Stored>(
	job: MediaJob,
	transfer: Transfer,
	store: Store<Stored>,
	options: DownloadOptions,
	pool: BlockPool,
): Promise<Delivered<Stored>> {
	const inspection = new Inspection(job, transfer, options);
	const kind = await inspection.begin();
	const { mimeType, extension } = typeAndExtension(kind, transfer);
	const name = fileName(job.recordingId, job.channel, extension);
	const body = new BodyStream(inspection.blocks(), options.reuseMemory === true ? pool : undefined);
	body.on('error', () => undefined);
	let stored: Stored;
	try {
		stored = await store(body, name, mimeType);
	} catch (error) {
		options.signal?.throwIfAborted();
		// The store wraps what broke the stream; the reason underneath is the one to act on and to show.
		throw body.failure ?? storeFailed(describe(job), error);
	} finally {
		body.destroy();
	}
	if (!inspection.isComplete) throw body.failure ?? storeFailed(describe(job), undefined);
	const hashes = await transfer.hashes();
	return {
		stored,
		fileName: name,
		mimeType,
		sizeBytes: transfer.received,
		md5: hashes?.md5 ?? null,
		sha256: hashes?.sha256 ?? null,
		kind: kind?.name ?? null,
		...inspection.facts(),
		attempts: transfer.requests,
	};
}

/** Looks at the bytes of a file as they pass by. */
class Inspection {
	/** Whether every byte was handed to the store and the end is proven. */
	isComplete = false;
	private readonly head: Buffer[] = [];
	private ended = false;
	private reader: WavReader | Mp4Reader | undefined;
	private note: string | undefined;

	constructor(
		private readonly job: MediaJob,
		private readonly transfer: Transfer,
		private readonly options: DownloadOptions,
	) {}

	/**
	 * Reads as much as tells whether this is media at all, before anything is stored.
	 *
	 * @throws MediaError 'unavailable' or 'notMedia', or what the transfer throws
	 */
	async begin(): Promise<MediaKind | undefined> {
		const { job, transfer, options } = this;
		const enough = Math.max(HEAD_BYTES, options.minimumBytes + 1);
		while (!this.ended && transfer.received < enough) await this.readHead();
		const [first = Buffer.alloc(0)] = this.head;
		const start = first.length >= HEAD_BYTES ? first : Buffer.concat(this.head);
		const isText = kindOf(start) === undefined && isTextType(transfer.headers['content-type']);
		if (isText || looksLikeText(start.subarray(0, 2_000))) {
			throw notMediaButText(job, transfer.host, textOf(start.subarray(0, 2_000)));
		}
		if (this.ended && transfer.received <= options.minimumBytes) {
			throw await transfer.explained(tooSmall(job, transfer.received, options.minimumBytes));
		}
		const kind = kindOf(start);
		const type = transfer.source.contentType ?? transfer.headers['content-type'];
		const announced = announcedKind(type, extensionOf(transfer.url));
		if (announced !== undefined && kind !== announced && !(kind !== undefined && options.acceptOtherKind)) {
			throw new MediaError('notMedia', `${capital(describe(job))} was announced as ${announced.name} and is ${kind === undefined ? 'no media file of a known kind' : kind.name}`, "The file was not stored. If it should be kept all the same, set 'If Media Kind Differs' to 'Keep'.");
		}
		if (kind?.name === 'WAV') this.reader = new WavReader();
		if (kind?.name === 'MP4') this.reader = new Mp4Reader();
		for (const block of this.head) this.reader?.update(block);
		return kind;
	}

	/** The whole file, from its first byte. Ends only when it is proven to be whole. */
	async *blocks(): AsyncGenerator<Buffer> {
		for (let block = this.head.shift(); block !== undefined; block = this.head.shift()) yield block;
		while (!this.ended) {
			const block = await this.transfer.next();
			if (block === undefined) break;
			this.reader?.update(block);
			yield block;
		}
		await this.assertWhole();
		this.isComplete = true;
	}

	/** What the file says of itself. */
	facts(): { wav?: WavFacts; note?: string } {
		const wav = this.reader instanceof WavReader ? this.reader.facts() : undefined;
		return { ...(wav && { wav }), ...(this.note !== undefined && { note: this.note }) };
	}

	private async readHead(): Promise<void> {
		const block = await this.transfer.next();
		if (block === undefined) this.ended = true;
		else this.head.push(block);
	}

	/** A recording that is still being made ends early, too: what is short is asked about before it is believed. */
	private async assertWhole(): Promise<void> {
		const { reader, job, transfer } = this;
		if (reader === undefined) return;
		if (reader instanceof WavReader && reader.empty) throw await transfer.explained(withoutSamples(job));
		const behind = reader instanceof WavReader ? reader.missingBehindBytes : 0;
		const missing = reader.missingBytes;
		if (missing === 0 && behind === 0) return;
		const kind = reader instanceof WavReader ? 'WAV' : 'MP4';
		const short = truncated(job, kind, Math.max(missing, behind));
		const why = await transfer.explained(short);
		// Where the platform itself gives this size, the file was damaged before it came here: it is all there is.
		if (why !== short || (missing > 0 && !transfer.sizePromised)) throw why;
		this.note = `The file ends ${Math.max(missing, behind)} bytes before its own ${kind} header says; the platform holds it like that`;
	}
}

function typeAndExtension(kind: MediaKind | undefined, transfer: Transfer): { mimeType: string; extension: string } {
	const types = [transfer.source.contentType, transfer.headers['content-type']].filter((type) => !isGenericType(type)).map(bareType);
	if (kind !== undefined) {
		const named = types.find((type) => kind.mimeTypes.includes(type)) ?? kind.mimeTypes[0];
		// The registered name of the same medium: of `audio/mp3`, for one, n8n shows no player.
		const medium = `${named.split('/')[0]}/`;
		return { mimeType: kind.mimeTypes.find((type) => type.startsWith(medium)) ?? named, extension: kind.extension };
	}
	return { mimeType: types[0] ?? 'application/octet-stream', extension: extensionOf(transfer.url) ?? 'bin' };
}
