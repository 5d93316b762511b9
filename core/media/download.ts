import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { announcedKind, bareType, HEAD_BYTES, isGenericType, kindOf, looksLikeText, type MediaKind } from './kinds';
import { MediaError, type MediaErrorReason } from './media-error';
import { extensionOf, fileName } from './names';
import { clock } from '../http/clock';
import type { Advice } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { quote } from '../http/redact';
import { backoffMs, DEFAULT_RETRY, retryAfterMs, type Reply, type RetryPolicy } from '../http/retry';
import { asNetworkFailure, parseJson, readText, type StreamReply, type Transport, type TrustOptions } from '../http/transport';

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
	/** What the platform knows about a refused media request. */
	advise?: (reply: Reply) => Advice | undefined;
}

export interface DownloadOptions {
	/** Files of this size or less are refused as "media unavailable". Bytes. */
	minimumBytes: number;
	/** Whether media of another known kind than announced is kept, under its true kind. */
	acceptOtherKind: boolean;
	retry?: RetryPolicy;
	signal?: AbortSignal;
}

/** A file that arrived whole. Hashes are lower-case hexadecimal. */
export interface Delivered<Stored> {
	stored: Stored;
	fileName: string;
	mimeType: string;
	sizeBytes: number;
	md5: string;
	sha256: string;
	/** Media requests it took. */
	attempts: number;
}

/** Takes the stream in, for example n8n's `prepareBinaryData`. Must reject, and leave nothing behind, when the stream fails. */
export type Store<Stored> = (body: Readable, fileName: string, mimeType: string) => Promise<Stored>;

/** Another link is worth one question; a second refusal is an answer. */
const MAX_RENEWALS = 1;
const MAX_REDIRECTS = 3;
const RETRYABLE_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Downloads one file, verified: as many bytes as promised, media of the announced kind, both hashes taken in the same
 * pass. Starts over after a cut transfer, with a fresh link where there is one; nothing partial is ever stored.
 *
 * @throws MediaError, or what `link` throws
 */
export async function download<Stored>(
	job: MediaJob,
	transport: Transport,
	store: Store<Stored>,
	options: DownloadOptions,
): Promise<Delivered<Stored>> {
	const policy = options.retry ?? { ...DEFAULT_RETRY, maxAttempts: 4 };
	let link = await job.link();
	let renewals = 0;
	for (let attempt = 1; ; attempt++) {
		try {
			return { ...(await transfer(job, link, transport, store, options)), attempts: attempt };
		} catch (error) {
			options.signal?.throwIfAborted();
			if (!(error instanceof MediaError) || !error.worthAnotherTry || attempt >= policy.maxAttempts) throw error;
			const linkWasRefused = error.reason === 'refused' || error.reason === 'purged';
			if (linkWasRefused && (!job.renewable || renewals >= MAX_RENEWALS)) throw error;
			if (linkWasRefused) renewals++;
			else await clock.sleep(error.retryAfterMs ?? backoffMs(attempt, policy), options.signal);
			// A cut can be the link's end: with a fresh one the next try does not run into it.
			if (job.renewable) link = await job.link();
		}
	}
}

async function transfer<Stored>(
	job: MediaJob,
	link: MediaLink,
	transport: Transport,
	store: Store<Stored>,
	options: DownloadOptions,
): Promise<Omit<Delivered<Stored>, 'attempts'>> {
	if (link.sizeBytes !== undefined && link.sizeBytes <= options.minimumBytes) {
		throw unavailable(job, link.sizeBytes, options.minimumBytes);
	}
	const host = new URL(link.url).host;
	const reply = await open(job, link, transport, host);
	const verifier = new Verifier(job, link, reply, options, host);
	try {
		const kind = await verifier.begin();
		const { mimeType, extension } = typeAndExtension(kind, link, reply);
		const name = fileName(job.recordingId, job.channel, extension);
		let streamError: unknown;
		const body = Readable.from(verifier.rest(), { objectMode: false });
		body.on('error', (error) => (streamError = error));
		try {
			const stored = await store(body, name, mimeType);
			return { stored, fileName: name, mimeType, ...verifier.evidence() };
		} catch (error) {
			// The store wraps what broke the stream; the reason underneath is the one to act on and to show.
			throw streamError ?? storeFailed(job, error);
		}
	} finally {
		reply.body.destroy();
	}
}

async function open(job: MediaJob, link: MediaLink, transport: Transport, host: string): Promise<StreamReply> {
	let reply: StreamReply;
	try {
		const { url, headers, allowInsecureHttp, allowUnauthorizedCerts } = link;
		reply = await transport.stream({
			url,
			headers: { accept: '*/*', ...headers },
			maxRedirects: MAX_REDIRECTS,
			allowInsecureHttp,
			allowUnauthorizedCerts,
		});
	} catch (error) {
		throw interrupted(job, error, host);
	}
	if (reply.status === 200) return reply;
	const text = await readText(reply.body, 20_000, host).catch(() => '');
	throw refused(job, { status: reply.status, headers: reply.headers, body: parseJson(text) });
}

/** Passes a body on while it counts and hashes it, and ends it with an error instead of an end where it is not whole. */
class Verifier {
	private readonly source: AsyncIterator<Buffer>;
	private head: Buffer = Buffer.alloc(0);
	private ended = false;
	private sizeBytes = 0;
	private readonly md5 = createHash('md5');
	private readonly sha256 = createHash('sha256');
	private hashes?: { md5: string; sha256: string };
	private readonly promised: number | undefined;

	constructor(
		private readonly job: MediaJob,
		private readonly link: MediaLink,
		private readonly reply: StreamReply,
		private readonly options: DownloadOptions,
		private readonly host: string,
	) {
		this.source = reply.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
		const length = reply.headers['content-length'];
		this.promised = link.sizeBytes ?? (length === undefined ? undefined : Number(length));
	}

	/**
	 * Reads as much as tells whether this is media at all, before anything is stored.
	 *
	 * @throws MediaError 'unavailable' or 'notMedia'
	 */
	async begin(): Promise<MediaKind | undefined> {
		const { job, reply, options } = this;
		const encoding = reply.headers['content-encoding'];
		if (encoding !== undefined && encoding !== 'identity') {
			throw new MediaError('notMedia', `The media store sent ${describe(job)} ${encoding}-compressed, which was not asked for`, 'A proxy between n8n and the media store may do this. Ask its administrator to pass media through unchanged.');
		}
		const enough = Math.max(HEAD_BYTES, options.minimumBytes + 1);
		while (this.head.length < enough && !this.ended) {
			const chunk = await this.next();
			if (chunk !== undefined) this.head = Buffer.concat([this.head, chunk]);
		}
		if (looksLikeText(this.head)) {
			const said = quote(this.head.subarray(0, 2_000).toString('utf8'));
			throw new MediaError('notMedia', `Instead of ${describe(job)} a web page or a message came`, `The file was not stored. ${this.host} answered: "${said.slice(0, 200)}". A sign-in page, a proxy or an error message may stand in its place.`);
		}
		if (this.ended) this.assertWhole(this.head.length);
		if (this.ended && this.head.length <= options.minimumBytes) throw unavailable(job, this.head.length, options.minimumBytes);
		const kind = kindOf(this.head);
		const announced = announcedKind(this.link.contentType ?? reply.headers['content-type'], extensionOf(reply.url));
		if (announced !== undefined && kind !== announced && !(kind !== undefined && options.acceptOtherKind)) {
			throw new MediaError('notMedia', `${capital(describe(job))} was announced as ${announced.name} and is ${kind === undefined ? 'no media file of a known kind' : kind.name}`, "The file was not stored. If it should be kept all the same, set 'If Media Kind Differs' to 'Keep'.");
		}
		return kind;
	}

	/** The whole body, head included. Ends only when every promised byte passed. */
	async *rest(): AsyncGenerator<Buffer> {
		const first = this.head;
		this.head = Buffer.alloc(0);
		this.count(first);
		yield first;
		while (!this.ended) {
			const chunk = await this.next();
			if (chunk === undefined) break;
			this.count(chunk);
			yield chunk;
		}
		this.assertWhole(this.sizeBytes);
		this.hashes = { md5: this.md5.digest('hex'), sha256: this.sha256.digest('hex') };
	}

	/** @throws MediaError when the store ended before the stream did */
	evidence(): { sizeBytes: number; md5: string; sha256: string } {
		if (this.hashes === undefined) throw storeFailed(this.job, undefined);
		return { sizeBytes: this.sizeBytes, ...this.hashes };
	}

	private async next(): Promise<Buffer | undefined> {
		try {
			const { value, done } = await this.source.next();
			if (done) this.ended = true;
			return done ? undefined : (value as Buffer);
		} catch (error) {
			throw interrupted(this.job, error, this.host);
		}
	}

	private count(chunk: Buffer): void {
		this.sizeBytes += chunk.length;
		this.md5.update(chunk);
		this.sha256.update(chunk);
		if (this.promised !== undefined && this.sizeBytes > this.promised) this.assertWhole(this.sizeBytes);
	}

	private assertWhole(received: number): void {
		if (this.promised === undefined || received === this.promised) return;
		throw new MediaError('incomplete', `${received} bytes of ${describe(this.job)} came, ${this.promised} were promised`, 'Nothing was stored. Try again; if it stays so, the file in the media store is damaged.');
	}
}

function typeAndExtension(kind: MediaKind | undefined, link: MediaLink, reply: StreamReply): { mimeType: string; extension: string } {
	const types = [link.contentType, reply.headers['content-type']].filter((type) => !isGenericType(type)).map(bareType);
	if (kind !== undefined) {
		return { mimeType: types.find((type) => kind.mimeTypes.includes(type)) ?? kind.mimeTypes[0], extension: kind.extension };
	}
	return { mimeType: types[0] ?? 'application/octet-stream', extension: extensionOf(reply.url) ?? 'bin' };
}

/** The file in words for messages. */
function describe(job: MediaJob): string {
	return `recording ${job.recordingId} (${job.channel})`;
}

function capital(text: string): string {
	return text[0].toUpperCase() + text.slice(1);
}

function unavailable(job: MediaJob, sizeBytes: number, minimumBytes: number): MediaError {
	return new MediaError('unavailable', `Media unavailable: ${describe(job)} has ${sizeBytes} bytes`, `Files of ${minimumBytes} bytes or less hold no audio: the channel was probably never captured. Choose the channel 'combined', or lower 'Minimum File Size' if such files are wanted.`);
}

function storeFailed(job: MediaJob, error: unknown): MediaError {
	const words = error instanceof Error ? ` (${quote(error.message)})` : '';
	return new MediaError('store', `The binary store of n8n did not take ${describe(job)}${words}`, 'Check the disk space and the binary data settings of this n8n.');
}

function refused(job: MediaJob, reply: Reply): MediaError {
	const { status } = reply;
	const said = quote(reply.body);
	const words = said === '' ? `(HTTP ${status})` : `The answer said: "${said}" (HTTP ${status})`;
	const [reason, usual] = refusal(job, status);
	const { message, description } = job.advise?.(reply) ?? usual;
	const error = new MediaError(reason, message, `${description} ${words}`, status);
	error.retryAfterMs = retryAfterMs(reply.headers);
	return error;
}

function refusal(job: MediaJob, status: number): [MediaErrorReason, Advice] {
	if (status === 404 || status === 410) {
		return ['purged', { message: `The media of ${describe(job)} are not in the media store`, description: 'Their retention period may have ended, or the recording is still being processed.' }];
	}
	if (status === 401 || status === 403) {
		return ['refused', { message: `The media store refused the link of ${describe(job)}`, description: 'The link may have expired, or the clock of this n8n is wrong.' }];
	}
	if (RETRYABLE_STATUS.has(status)) {
		return ['transfer', { message: `The media store could not send ${describe(job)} just now`, description: 'Try again later.' }];
	}
	return ['notMedia', { message: `The media store answered unexpectedly for ${describe(job)}`, description: 'Nothing was stored.' }];
}

function interrupted(job: MediaJob, error: unknown, host: string): unknown {
	const failure = asNetworkFailure(error, host);
	if (failure instanceof NetworkFailure) {
		return new MediaError(failure.retryable ? 'transfer' : 'unreachable', `The download of ${describe(job)} broke off: ${failure.what}`, `Nothing was stored. ${failure.next} (Host: ${host})`);
	}
	return error;
}
