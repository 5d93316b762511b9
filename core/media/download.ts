import type { Readable } from 'node:stream';

import { BlockPool } from './blocks';
import { BodyStream } from './body';
import { Digests } from './digests';
import {
	cancelled,
	describe,
	notMediaButText,
	otherKind,
	storeFailed,
	tooSmall,
	truncated,
	withoutSamples,
} from './errors';
import type { MediaFile } from './file';
import { HashingLost, type HashingThread } from './hashing-thread';
import {
	announcedKind,
	HEAD_BYTES,
	isTextType,
	looksLikeText,
	mediaKindOf,
	textOf,
	typeAndExtension,
	type MediaKind,
} from './kinds';
import { mp3Seconds } from './mp3';
import { Mp4Reader } from './mp4';
import { extensionOf, fileName } from './names';
import { StartOver, Transfer, type TransferOptions } from './transfer';
import { WavReader, type WavFacts } from './wav';
import { DEFAULT_RETRY, type RetryPolicy } from '../http/retry';
import type { Transport } from '../http/transport';

export interface DownloadOptions extends Pick<
	TransferOptions,
	'minimumBytes' | 'mostBytes' | 'signal'
> {
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
	/** What is not worth storing; all is where it is undefined. */
	unwanted?: Unwanted;
	retry?: RetryPolicy;
}

/** What is not worth storing. */
export interface Unwanted {
	/** What plays shorter than this, in seconds. */
	minimumSeconds?: number;
	/** Audio in which nothing is louder than silence. */
	silent?: boolean;
}

/** Thrown for a file that arrived whole and is not worth storing: nothing of it was kept. The message says why. */
export class NotStored extends Error {
	constructor(
		because: string,
		/** What it is. */
		readonly file: Omit<Delivered<never>, 'stored'>,
	) {
		super(because);
	}
}

/** What keeps a file from its store, once all of it was seen: the store leaves nothing behind of a stream that fails. */
class NotWorthStoring extends Error {}

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
	/** How long it plays, in seconds; undefined where the file does not tell. */
	durationSeconds?: number;
	/** Only of a WAV. */
	wav?: WavFacts;
	/** Media requests it took. */
	attempts: number;
	/** The channel that the platform says it delivered; null where it tells none. */
	channelDelivered: string | null;
	/** What is odd about the file although it is exactly what the platform holds, and what was to be said of it anyway. */
	note?: string;
}

/** Takes the stream in, for example n8n's `prepareBinaryData`. Must reject, and leave nothing behind, when the stream fails. */
export type Store<Stored> = (body: Readable, fileName: string, mimeType: string) => Promise<Stored>;

/** Holds the first frame of an MP3, unless a picture stands before it. */
const MP3_HEAD_BYTES = 16_384;

/** Tries in a row that bring next to nothing. */
const MAX_ATTEMPTS = 4;

/**
 * Downloads one file, verified: as many bytes as promised, media of the announced kind, whole by its own header, both
 * hashes taken in the same pass. A cut transfer goes on where it broke off, with a fresh link where the old one has had
 * its day; nothing partial is ever stored.
 *
 * @throws MediaError, NotStored, or what `link` throws
 */
export async function download<Stored>(
	file: MediaFile,
	transport: Transport,
	store: Store<Stored>,
	options: DownloadOptions,
): Promise<Delivered<Stored>> {
	const newDigests = (sizeBytes: number | undefined) =>
		options.hashes === false
			? undefined
			: (options.hashing?.digestsFor(sizeBytes) ?? new Digests());
	const pool = options.pool ?? new BlockPool();
	const policy = options.retry ?? { ...DEFAULT_RETRY, maxAttempts: MAX_ATTEMPTS };
	const transfer = new Transfer(file, transport, { ...options, policy, pool, newDigests });
	const stop = () => transfer.close();
	options.signal?.addEventListener('abort', stop);
	try {
		for (;;) {
			try {
				return await deliver(transfer.file, transfer, store, options, pool);
			} catch (error) {
				if (options.signal?.aborted) throw cancelled(file, options.signal.reason);
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
	file: MediaFile,
	transfer: Transfer,
	store: Store<Stored>,
	options: DownloadOptions,
	pool: BlockPool,
): Promise<Delivered<Stored>> {
	const inspection = new Inspection(file, transfer, options);
	const kind = await inspection.begin();
	const said = [transfer.source.contentType, transfer.headers['content-type']];
	const { mimeType, extension } = typeAndExtension(kind, said, extensionOf(transfer.url));
	const name = fileName(file.recordingId, file.channel, extension);
	const body = new BodyStream(inspection.blocks(), options.reuseMemory === true ? pool : undefined);
	body.on('error', () => undefined);
	let stored: Stored | undefined;
	try {
		stored = await store(body, name, mimeType);
	} catch (error) {
		options.signal?.throwIfAborted();
		// The store wraps what broke the stream; the reason underneath is the one to act on and to show.
		if (!(body.failure instanceof NotWorthStoring))
			throw body.failure ?? storeFailed(describe(file), error);
	} finally {
		body.destroy();
	}
	if (!inspection.isComplete) throw body.failure ?? storeFailed(describe(file), undefined);
	const hashes = await transfer.hashes();
	const { wav, durationSeconds, note } = inspection.facts();
	const notes = [file.note, note].filter((text) => text !== undefined).join('; ');
	const whole = {
		fileName: name,
		mimeType,
		sizeBytes: transfer.received,
		md5: hashes?.md5 ?? null,
		sha256: hashes?.sha256 ?? null,
		kind: kind?.name ?? null,
		...(durationSeconds !== undefined && { durationSeconds }),
		...(wav && { wav }),
		channelDelivered: transfer.source.channel ?? null,
		attempts: transfer.requests,
		...(notes !== '' && { note: notes }),
	};
	if (body.failure instanceof NotWorthStoring) throw new NotStored(body.failure.message, whole);
	return { stored: stored as Stored, ...whole };
}

/**
 * Why a file is too short to be worth storing.
 *
 * @param seconds it plays
 */
export function tooShort(seconds: number, minimumSeconds: number): string {
	return `It plays ${seconds} seconds, which is less than ${minimumSeconds}`;
}

/** Looks at the bytes of a file as they pass by. */
class Inspection {
	/** Whether every byte was handed to the store and the end is proven. */
	isComplete = false;
	private readonly head: Buffer[] = [];
	private ended = false;
	private reader: WavReader | Mp4Reader | undefined;
	/** The first bytes of an MP3. */
	private start: Buffer | undefined;
	private note: string | undefined;

	constructor(
		private readonly file: MediaFile,
		private readonly transfer: Transfer,
		private readonly options: DownloadOptions,
	) {}

	/**
	 * Reads as much as tells whether this is media at all, before anything is stored.
	 *
	 * @throws MediaError for what is no media, or what the transfer throws
	 */
	async begin(): Promise<MediaKind | undefined> {
		const { file, transfer, options } = this;
		const enough = Math.max(HEAD_BYTES, options.minimumBytes + 1);
		while (!this.ended && transfer.received < enough) await this.readHead();
		const start = Buffer.concat(this.head, Math.min(transfer.received, MP3_HEAD_BYTES));
		const isText = mediaKindOf(start) === undefined && isTextType(transfer.headers['content-type']);
		if (isText || looksLikeText(start.subarray(0, 2_000))) {
			throw notMediaButText(file, transfer.host, textOf(start.subarray(0, 2_000)));
		}
		if (this.ended && transfer.received <= options.minimumBytes) {
			throw await transfer.explained(tooSmall(file, transfer.received, options.minimumBytes));
		}
		const kind = mediaKindOf(start);
		const type = transfer.source.contentType ?? transfer.headers['content-type'];
		const announced = announcedKind(type, extensionOf(transfer.url));
		if (
			announced !== undefined &&
			kind !== announced &&
			!(kind !== undefined && options.acceptOtherKind)
		) {
			throw otherKind(file, announced.name, kind?.name);
		}
		if (kind?.name === 'WAV') this.reader = new WavReader();
		if (kind?.name === 'MP4') this.reader = new Mp4Reader();
		if (kind?.name === 'MP3') this.start = start;
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
		this.assertWanted();
	}

	/** What the file says of itself. */
	facts(): { wav?: WavFacts; durationSeconds?: number; note?: string } {
		const { reader, start, note } = this;
		const wav = reader instanceof WavReader ? reader.facts() : undefined;
		const durationSeconds =
			reader instanceof Mp4Reader
				? reader.seconds
				: start === undefined
					? wav?.durationSeconds
					: mp3Seconds(start, this.transfer.received);
		return { wav, durationSeconds, note };
	}

	/** @throws NotWorthStoring once all bytes were seen: what is silent up to its last second is known no sooner */
	private assertWanted(): void {
		const { minimumSeconds = 0, silent } = this.options.unwanted ?? {};
		const { durationSeconds } = this.facts();
		if (durationSeconds !== undefined && durationSeconds < minimumSeconds)
			throw new NotWorthStoring(tooShort(durationSeconds, minimumSeconds));
		const quiet = this.reader instanceof WavReader ? this.reader.quiet : undefined;
		if (silent === true && quiet === true)
			throw new NotWorthStoring('Nothing in it is louder than silence');
		const untold = [
			silent === true && quiet === undefined ? 'whether it is silent' : '',
			minimumSeconds > 0 && durationSeconds === undefined ? 'how long it plays' : '',
		].filter((what) => what !== '');
		if (untold.length === 0) return;
		const said = `A file of this kind does not tell ${untold.join(' and ')}`;
		this.note = this.note === undefined ? said : `${this.note}; ${said}`;
	}

	private async readHead(): Promise<void> {
		const block = await this.transfer.next();
		if (block === undefined) this.ended = true;
		else this.head.push(block);
	}

	/** A recording that is still being made ends early, too: what is short is asked about before it is believed. */
	private async assertWhole(): Promise<void> {
		const { reader, file, transfer } = this;
		if (reader === undefined) return;
		if (reader instanceof WavReader && reader.empty)
			throw await transfer.explained(withoutSamples(file));
		const behind = reader instanceof WavReader ? reader.missingBehindBytes : 0;
		const missing = reader.missingBytes;
		if (missing === 0 && behind === 0) return;
		const kind = reader instanceof WavReader ? 'WAV' : 'MP4';
		const short = truncated(file, kind, Math.max(missing, behind));
		const why = await transfer.explained(short);
		// Where the platform itself gives this size, the file was damaged before it came here: it is all there is.
		if (why !== short || (missing > 0 && !transfer.sizePromised)) throw why;
		this.note = `The file ends ${Math.max(missing, behind)} bytes before its own ${kind} header says; the platform holds it like that`;
	}
}
