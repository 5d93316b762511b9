import { createHash } from 'node:crypto';

import { BlockReader, type BlockPool } from './blocks';
import type { Hashes, RunningDigests } from './digests';
import {
	changed,
	encoded,
	endless,
	interrupted,
	MediaError,
	noMore,
	notMediaButText,
	openEnded,
	otherPart,
	partWithoutVersion,
	refused,
	tooLargeForStore,
	tooSmall,
	wrongLength,
} from './errors';
import type { MediaFile, MediaLink } from './file';
import { isTextType } from './kinds';
import { clock } from '../http/clock';
import { pauseMs, type RetryPolicy } from '../http/retry';
import { parseJson } from '../http/answer-text';
import { readText, type StreamReply, type Transport } from '../http/transport';

export interface TransferOptions {
	/** Files of this size or less are refused as "media unavailable". Bytes. */
	minimumBytes: number;
	/** Larger files are refused before they are transferred: the store would not take them. Bytes. */
	mostBytes?: number;
	policy: RetryPolicy;
	pool: BlockPool;
	/** Makes what takes every byte in once, in order, for an object of this size; undefined where nobody wants hashes. */
	newDigests: (sizeBytes: number | undefined) => RunningDigests | undefined;
	signal?: AbortSignal;
}

/** What the first answer said of the object; every later answer has to agree. */
interface Identity {
	etag?: string;
	lastModified?: string;
	/** Whether nobody can have changed the object unseen within the second that `lastModified` names. */
	isDateStrong: boolean;
	isText: boolean;
}

/**
 * Thrown where the bytes handed on so far cannot be continued, and nothing speaks against beginning anew: whoever holds
 * them must drop them.
 */
export class StartOver extends Error {}

const MAX_REDIRECTS = 3;
const MAX_REFUSAL_BYTES = 20_000;
/** Another link is worth one question; a second refusal is an answer. */
const MAX_RENEWALS = 1;
/** How often a file is read again from its first byte, where it cannot be continued. */
const MAX_RESTARTS = 8;
/** How much older than the answer a time of last change has to be, in milliseconds: clocks differ. */
const STRONG_DATE_MS = 60_000;

/** Values of a query that are too long for a word or a number, as they are written and as they are meant. */
function signatureOf(url = ''): string[] {
	if (!URL.canParse(url)) return [];
	const { search, searchParams } = new URL(url);
	const written = search.split(/[?&;=]/);
	return [...written, ...searchParams.values()].filter(({ length }) => length >= SIGNATURE);
}
/** Characters of the shortest value of a link that may be secret. */
const SIGNATURE = 12;

/**
 * The bytes of one media object, in order, each once, over as many requests as that takes. After a cut it goes on with
 * a range request from the first byte that is missing (RFC 9110, section 14), on condition that the object is still the
 * same (If-Range, section 13.1.5). Where the server sends everything again, it skips what it has while it checks that
 * those are the same bytes. Bytes of two objects are never joined.
 */
export class Transfer {
	/** Media requests sent. */
	requests = 0;
	/** Where the last answer came from, after redirects. */
	url = '';
	/** Headers of the first answer. */
	headers: Record<string, string> = {};
	private link: MediaLink | undefined;
	private identity: Identity | undefined;
	private digests: RunningDigests | undefined;
	private total: number | undefined;
	private position = 0;
	private reader: BlockReader | undefined;
	private mayUseRanges: boolean;
	private failures = 0;
	private renewals = 0;
	private positionAtFailure = 0;
	private restarts = 0;
	private lastFailure: MediaError | undefined;
	/** The file; what signs its links is among its secrets, because a store may repeat that in its own words. */
	readonly file: MediaFile;

	constructor(
		file: MediaFile,
		private readonly transport: Transport,
		private readonly options: TransferOptions,
	) {
		this.mayUseRanges = file.ranges !== false;
		const secrets = () => [
			...(file.secrets ?? []),
			...signatureOf(this.link?.url),
			...signatureOf(this.url),
		];
		this.file = {
			...file,
			get secrets() {
				return secrets();
			},
		};
	}

	/** The link in use. */
	get source(): MediaLink {
		return this.link!;
	}

	/** Where the bytes come from, for messages. */
	get host(): string {
		return new URL(this.url).host;
	}

	/** Bytes handed on. */
	get received(): number {
		return this.position;
	}

	/** Whether the platform itself, and not only the media store, told the size. */
	get sizePromised(): boolean {
		return this.link?.sizeBytes !== undefined;
	}

	/**
	 * The next block of bytes; undefined at the end, when all are there. Tries again by itself as long as that is promising.
	 *
	 * @throws MediaError, StartOver, what `link` throws, or the reason of the signal
	 */
	async next(): Promise<Buffer | undefined> {
		for (;;) {
			try {
				this.options.signal?.throwIfAborted();
				if (this.reader === undefined) await this.open();
				const block = await this.read();
				if (block === undefined) {
					this.assertComplete();
					return undefined;
				}
				await this.handOn(block);
				return block;
			} catch (error) {
				const broken = error instanceof MediaError && error.reason === 'transfer';
				if (broken && this.position > 0 && this.position === this.total) {
					this.closeReader();
					return undefined;
				}
				await this.recover(error);
			}
		}
	}

	/**
	 * Forgets what was handed on; what comes next is the first byte.
	 *
	 * @throws what broke the transfer last, where it began anew often enough
	 */
	rewind(): void {
		this.closeReader();
		this.countRestart();
		this.position = 0;
		this.positionAtFailure = 0;
	}

	/** Hashes of everything handed on, once the end is reached; undefined where nobody wants them. */
	async hashes(): Promise<Hashes | undefined> {
		const { digests } = this;
		this.digests = undefined;
		return await digests?.finish();
	}

	/** Ends the request in progress. */
	close(): void {
		this.closeReader();
		this.digests?.drop();
		this.digests = undefined;
	}

	private countRestart(): void {
		this.restarts++;
		if (this.restarts > MAX_RESTARTS && this.lastFailure !== undefined)
			throw endless(this.lastFailure, MAX_RESTARTS);
	}

	private closeReader(): void {
		this.reader?.close();
		this.reader = undefined;
	}

	private async read(): Promise<Buffer | undefined> {
		try {
			return await this.reader!.next();
		} catch (error) {
			this.options.signal?.throwIfAborted();
			throw interrupted(this.file, error, this.host);
		}
	}

	private async handOn(block: Buffer): Promise<void> {
		const position = this.position + block.length;
		if (this.total !== undefined && position > this.total)
			throw wrongLength(this.file, position, this.total);
		const { mostBytes = Infinity } = this.options;
		if (position > mostBytes) throw tooLargeForStore(this.file, undefined, mostBytes);
		await this.digests?.update(block);
		this.position = position;
	}

	private assertComplete(): void {
		if (this.total !== undefined && this.position !== this.total)
			throw wrongLength(this.file, this.position, this.total);
		this.total = this.position;
	}

	/** Makes the next try possible, after whatever wait it takes. @throws the error where no try is left or would help */
	private async recover(error: unknown): Promise<void> {
		const { signal, policy } = this.options;
		this.closeReader();
		signal?.throwIfAborted();
		if (!(error instanceof MediaError) || !error.worthAnotherTry || this.restarts > MAX_RESTARTS)
			throw error;
		this.lastFailure = error;
		// A try that brought a block was worth it: long transfers get through bad lines.
		if (this.position - this.positionAtFailure >= this.options.pool.blockBytes) {
			this.failures = 0;
			this.renewals = 0;
		}
		this.positionAtFailure = this.position;
		this.failures++;
		if (this.failures >= policy.maxAttempts) throw error;
		if (error.reason === 'refused' || error.reason === 'purged') {
			const { renewable, elsewhere } = this.file;
			const hasAnother = renewable || (elsewhere === true && error.reason === 'purged');
			if (!hasAnother || this.renewals >= MAX_RENEWALS) throw await this.explained(error);
			this.renewals++;
			await this.renew();
			return;
		}
		const waitMs = pauseMs(error.retryAfterMs, this.failures, policy);
		if (waitMs > policy.maxTotalWaitMs) throw error;
		await clock.sleep(waitMs, signal);
	}

	/** Asks the platform why there are no media behind the link it gave, or fewer than there should be. */
	async explained(error: MediaError): Promise<MediaError> {
		return (await this.file.whyMissing?.()) ?? error;
	}

	private async renew(): Promise<void> {
		const before = this.link?.sizeBytes;
		this.link = await this.file.link();
		const { sizeBytes } = this.link;
		if (
			this.position > 0 &&
			before !== undefined &&
			sizeBytes !== undefined &&
			sizeBytes !== before
		) {
			throw changed(this.file, `it had ${before} bytes and now has ${sizeBytes}`);
		}
	}

	private async open(): Promise<void> {
		this.link ??= await this.file.link();
		const { link, options } = this;
		if (link.sizeBytes !== undefined && link.sizeBytes <= options.minimumBytes) {
			throw await this.explained(tooSmall(this.file, link.sizeBytes, options.minimumBytes));
		}
		this.assertFits(link.sizeBytes);
		if (this.position === 0) return await this.begin(await this.request({}));
		const validator = this.validator();
		if (this.mayUseRanges && validator !== undefined) {
			const reply = await this.request({ range: `bytes=${this.position}-`, 'if-range': validator });
			if (reply.status === 206) return this.goOn(reply);
			return await this.skip(reply);
		}
		if (this.digests === undefined) throw new StartOver();
		await this.skip(await this.request({}));
	}

	/** @throws MediaError for a file that the store would refuse once it has all of it */
	private assertFits(sizeBytes: number | undefined): void {
		const { mostBytes } = this.options;
		if (sizeBytes !== undefined && mostBytes !== undefined && sizeBytes > mostBytes) {
			throw tooLargeForStore(this.file, sizeBytes, mostBytes);
		}
	}

	/** What the server can check by itself: a strong ETag, or a time of the last change that proves as much. */
	private validator(): string | undefined {
		const { etag, lastModified, isDateStrong } = this.identity!;
		if (etag !== undefined && isStrong(etag)) return etag;
		return isDateStrong ? lastModified : undefined;
	}

	private async request(condition: Record<string, string>): Promise<StreamReply> {
		const { url, headers, send, allowInsecureHttp, allowUnauthorizedCerts, givenBy } = this.link!;
		this.url = url;
		let reply: StreamReply;
		const request = async () => {
			this.requests++;
			return await this.transport.stream({
				url,
				headers: { accept: '*/*', ...headers, ...condition },
				maxRedirects: MAX_REDIRECTS,
				allowInsecureHttp,
				allowUnauthorizedCerts,
				givenBy,
			});
		};
		try {
			reply = await (send === undefined ? request() : send(request));
		} catch (error) {
			throw interrupted(this.file, error, this.host);
		}
		this.url = reply.url;
		const isAnswer =
			reply.status === 200 || (reply.status === 206 && condition.range !== undefined);
		if (isAnswer) return reply;
		// The object is no longer than what is here. Whether it is still the same shows when it is read again.
		if (reply.status === 416 && condition.range !== undefined) {
			reply.body.destroy();
			this.mayUseRanges = false;
			throw noMore(this.file);
		}
		const text = await readText(reply.body, MAX_REFUSAL_BYTES, this.host).catch(() => '');
		reply.body.destroy();
		throw refused(this.file, {
			status: reply.status,
			headers: reply.headers,
			body: parseJson(text),
		});
	}

	private async begin(reply: StreamReply): Promise<void> {
		const length = lengthOf(reply);
		const promised = this.link!.sizeBytes ?? wholeOf(reply);
		// A page in place of the file has another length as well, and is the better explanation.
		if (promised !== undefined && length !== promised && identityOf(reply).isText)
			await this.refuseText(reply);
		this.check(reply, () => {
			if (promised !== undefined && length !== undefined && length !== promised)
				throw wrongLength(this.file, length, promised);
			const total = promised ?? length;
			// Without a length only a chunked body has an end that can be told from a cut (RFC 9112, section 6.3).
			if (total === undefined && !isChunked(reply)) throw openEnded(this.file);
			this.assertFits(total);
			this.identity = identityOf(reply);
			this.headers = reply.headers;
			this.total = total;
			this.digests?.drop();
			this.digests = this.options.newDigests(total);
			this.reader = new BlockReader(reply.body, this.options.pool, total, reply.ownChunks);
		});
	}

	private async refuseText(reply: StreamReply): Promise<void> {
		const text = await readText(reply.body, MAX_REFUSAL_BYTES, this.host).catch(() => '');
		reply.body.destroy();
		throw notMediaButText(this.file, this.host, text);
	}

	/** The rest of the object, from where the last answer broke off. */
	private goOn(reply: StreamReply): void {
		this.check(reply, () => {
			// A part that tells of no validator may be of any object; all of it can be proven to be the same.
			if (!this.assertSame(reply)) throw this.withoutRanges(partWithoutVersion(this.file));
			const range = RANGE.exec(reply.headers['content-range'] ?? '');
			const total = wholeOf(reply);
			if (total !== undefined && this.total !== undefined && total !== this.total) {
				throw changed(this.file, `it had ${this.total} bytes and now has ${total}`);
			}
			const expected = this.total ?? total;
			const startsRight = range !== null && Number(range[1]) === this.position;
			const length = lengthOf(reply);
			const isLong =
				length !== undefined && range !== null && length !== Number(range[2]) + 1 - this.position;
			if (!startsRight || isLong || expected === undefined || Number(range[2]) >= expected) {
				throw this.withoutRanges(otherPart(this.file));
			}
			this.total = expected;
			// It may be less than asked for; the next request goes on from there.
			this.reader = new BlockReader(
				reply.body,
				this.options.pool,
				Number(range[2]) + 1 - this.position,
				reply.ownChunks,
			);
		});
	}

	/** The whole object once more: reads up to where the last answer broke off, and proves that those are the same bytes. */
	private async skip(reply: StreamReply): Promise<void> {
		this.mayUseRanges = false;
		this.check(reply, () => {
			this.assertSame(reply);
			// Whatever the status says, a part is not the whole.
			if (wholeOf(reply) !== undefined) throw otherPart(this.file);
			const length = lengthOf(reply);
			if (length !== undefined && this.total !== undefined && length !== this.total) {
				throw changed(this.file, `it had ${this.total} bytes and now has ${length}`);
			}
			if (this.digests === undefined) throw new StartOver();
			this.countRestart();
			this.reader = new BlockReader(reply.body, this.options.pool, this.total, reply.ownChunks);
		});
		const again = createHash('sha256');
		for (let left = this.position; left > 0;) {
			const block = await this.read();
			if (block === undefined)
				throw wrongLength(this.file, this.position - left, this.total ?? this.position);
			const known = block.subarray(0, left);
			again.update(known);
			left -= known.length;
			if (left === 0) {
				if (again.digest('hex') !== (await this.digests!.soFar()))
					throw changed(this.file, 'it does not begin with the same bytes any more');
				const rest = block.subarray(known.length);
				if (rest.length > 0) this.reader!.putBack(rest);
				else this.options.pool.giveBack(block);
			} else {
				this.options.pool.giveBack(block);
			}
		}
	}

	/** A server whose parts cannot be used is not asked for parts again. */
	private withoutRanges(error: MediaError): MediaError {
		this.mayUseRanges = false;
		return error;
	}

	/**
	 * Compares an answer with the one the transfer began with.
	 *
	 * @returns whether the answer proves that it is about the same object, byte for byte
	 * @throws MediaError where it is about another one
	 */
	private assertSame(reply: StreamReply): boolean {
		const then = this.identity!;
		const now = identityOf(reply);
		if (now.isText && !then.isText) throw notMediaButText(this.file, this.host, '');
		if (then.etag !== undefined && now.etag !== undefined) {
			if (weak(then.etag) !== weak(now.etag))
				throw changed(this.file, 'its ETag is another one now');
			if (isStrong(then.etag) && isStrong(now.etag)) return true;
		}
		if (then.lastModified === undefined || now.lastModified === undefined) return false;
		if (then.lastModified !== now.lastModified)
			throw changed(this.file, 'its time of last change is another one now');
		return then.isDateStrong;
	}

	/** Takes an answer up, or lets go of its body. */
	private check(reply: StreamReply, takeUp: () => void): void {
		try {
			const encoding = [reply.headers['content-encoding'], reply.headers['transfer-encoding']]
				.flatMap((value) => (value ?? '').split(','))
				.map((value) => value.trim().toLowerCase())
				.find((value) => value !== '' && value !== 'identity' && value !== 'chunked');
			if (encoding !== undefined) throw encoded(this.file, encoding);
			takeUp();
		} catch (error) {
			reply.body.destroy();
			throw error;
		}
	}
}

function lengthOf(reply: StreamReply): number | undefined {
	const length = reply.headers['content-length'];
	return length === undefined || !/^\d+$/.test(length) ? undefined : Number(length);
}

const RANGE = /^bytes (\d+)-(\d+)\/(\d+|\*)$/;

/** How long the whole object is that an answer holds a part of; a cache may pass on a part as if it were all of it. */
function wholeOf(reply: StreamReply): number | undefined {
	const whole = RANGE.exec(reply.headers['content-range'] ?? '')?.[3];
	return whole === undefined || whole === '*' ? undefined : Number(whole);
}

function isChunked(reply: StreamReply): boolean {
	return /\bchunked\b/i.test(reply.headers['transfer-encoding'] ?? '');
}

function identityOf(reply: StreamReply): Identity {
	const { etag, 'last-modified': lastModified, date } = reply.headers;
	// RFC 9110, section 8.8.2.2: within the second of the last change the object may have changed once more.
	const isDateStrong = Date.parse(date ?? '') - Date.parse(lastModified ?? '') >= STRONG_DATE_MS;
	return { etag, lastModified, isDateStrong, isText: isTextType(reply.headers['content-type']) };
}

/** Whether a tag can tell two versions apart. One that is empty, or in no form that RFC 9110 (section 8.8.3) knows, proves nothing. */
function isStrong(etag: string): boolean {
	return /^"[^"]+"$/.test(etag);
}

function weak(etag: string): string {
	return etag.replace(/^W\//i, '');
}
