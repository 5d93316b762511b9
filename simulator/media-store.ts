import { createHash, createHmac, randomBytes } from 'node:crypto';

import { bytesOf, contentTypeOf, digest, open, type Content, type MediaSource } from './content';
import type { Reply, SimulatedRequest } from './http';
import { objectReply } from './range';

/** An object of the store. Digests are hex; they and `bytes` are computed when first asked for. */
export class StoredObject {
	private hashes: { sha256?: string; md5?: string } = {};

	constructor(
		readonly objectKey: string,
		readonly content: Content,
		readonly contentType: string,
		readonly etag: string,
		/** ms */
		readonly lastModified: number,
		private readonly standIn: () => 'missing' | Content | undefined,
	) {}

	/** What a request gets now: the content, something else in its place, or undefined while the object is not there yet. */
	served(): Content | undefined {
		const instead = this.standIn();
		return instead === 'missing' ? undefined : (instead ?? this.content);
	}

	get sizeBytes(): number {
		return this.content.sizeBytes;
	}

	get sha256(): string {
		return (this.hashes.sha256 ??= digest(this.content, 'sha256'));
	}

	get md5(): string {
		return (this.hashes.md5 ??= digest(this.content, 'md5'));
	}

	/** The bytes from `start` up to (not including) `end`. */
	bytes(start?: number, end?: number): Buffer {
		return bytesOf(this.content, start, end);
	}
}

const PART_BYTES = 8 * 1024 * 1024;

export interface ObjectOptions {
	contentType?: string;
	/** ms */
	lastModified?: number;
	standIn?: () => 'missing' | Content | undefined;
}

/**
 * The object storage a CXone tenant hands out links to: signed URLs of the older S3 form
 * (`?AWSAccessKeyId=&Signature=&Expires=`), as in the sample of "Downloading Call Recordings Programmatically via the
 * NICE CXone API". A wrong signature is 403 SignatureDoesNotMatch, a past `Expires` 403 AccessDenied, a missing object
 * 404 NoSuchKey, and a request that also brings an Authorization header 400, all in S3's XML.
 */
export class MediaStore {
	url = '';
	/**
	 * The method is part of what is signed, so S3 refuses HEAD on a link made for GET. Set to true for a store (or a CDN
	 * in front of it) that lets HEAD through.
	 */
	allowHead = false;
	/** Which validators answers carry: a store behind a proxy may lose one or both. */
	validators: 'both' | 'lastModified' | 'none' = 'both';

	private readonly objects = new Map<string, StoredObject>();
	private readonly accessKeyId = `AKIA${randomBytes(8).toString('hex').toUpperCase()}`;
	private readonly secret = randomBytes(30);
	private generation = 0;

	constructor(
		private readonly now: () => number,
		private readonly defaultUrlSeconds: number,
	) {}

	/**
	 * Stores an object. `objectKey` is a path without leading slash; it should end with the extension of the format.
	 * The content type follows the extension unless given. `standIn` is asked on every request and can hide the object
	 * or put another content in its place, as while a recording is still being processed.
	 */
	addObject(objectKey: string, source: MediaSource, options: ObjectOptions = {}): StoredObject {
		const { content } = open(source);
		this.generation++;
		// S3 gives the MD5 as the tag of a small object; a large one is put in parts and has another tag with a dash.
		const etag =
			content.sizeBytes <= PART_BYTES
				? digest(content, 'md5')
				: this.tagOfParts(objectKey, content.sizeBytes);
		const object = new StoredObject(
			objectKey,
			content,
			options.contentType ?? contentTypeOf(objectKey),
			`"${etag}"`,
			options.lastModified ?? this.now(),
			options.standIn ?? (() => undefined),
		);
		this.objects.set(objectKey, object);
		return object;
	}

	/**
	 * Puts other bytes under a key that exists: links stay valid, ETag and Last-Modified change. `within` the same second
	 * Last-Modified, which counts seconds, stays what it was.
	 */
	replaceObject(
		objectKey: string,
		source: MediaSource,
		within: 'sameSecond' | 'later' = 'later',
	): StoredObject {
		const old = this.need(objectKey);
		const lastModified =
			within === 'sameSecond' ? old.lastModified : Math.max(this.now(), old.lastModified + 1000);
		return this.addObject(objectKey, source, { contentType: old.contentType, lastModified });
	}

	/** Removes an object, as a retention purge does; links to it answer 404 NoSuchKey from then on. */
	removeObject(objectKey: string): boolean {
		return this.objects.delete(objectKey);
	}

	has(objectKey: string): boolean {
		return this.objects.has(objectKey);
	}

	/** The object itself, for comparing what was delivered with what is stored. Throws when there is none. */
	source(objectKey: string): StoredObject {
		return this.need(objectKey);
	}

	/** Every object key, in the order of adding. */
	keys(): string[] {
		return [...this.objects.keys()];
	}

	/** A link for GET, valid for `seconds` (default: the simulator's `signedUrlSeconds`). The object need not exist. */
	signedUrl(objectKey: string, seconds = this.defaultUrlSeconds): string {
		const path = `/${objectKey.split('/').map(encodeURIComponent).join('/')}`;
		const expires = String(Math.floor(this.now() / 1000) + seconds);
		const query = new URLSearchParams({
			AWSAccessKeyId: this.accessKeyId,
			Signature: this.sign('GET', path, expires),
			Expires: expires,
		});
		return `${this.url}${path}?${query.toString()}`;
	}

	handle(request: SimulatedRequest): Reply {
		if (request.headers.authorization !== undefined) {
			return xml(
				400,
				'InvalidArgument',
				'Only one auth mechanism allowed; only the signed query string is expected here',
			);
		}
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			return xml(
				405,
				'MethodNotAllowed',
				'The specified method is not allowed against this resource.',
			);
		}
		const signature = request.query.get('Signature');
		const expires = request.query.get('Expires');
		if (signature === null || expires === null || request.query.get('AWSAccessKeyId') === null) {
			return xml(403, 'AccessDenied', 'Access Denied');
		}
		if (request.expired || Number(expires) * 1000 <= request.now) {
			return xml(403, 'AccessDenied', 'Request has expired', {
				Expires: new Date(Number(expires) * 1000).toISOString(),
				ServerTime: new Date(request.now).toISOString(),
			});
		}
		const method = this.allowHead ? 'GET' : request.method;
		if (
			request.query.get('AWSAccessKeyId') !== this.accessKeyId ||
			this.sign(method, request.path, expires) !== signature
		) {
			return xml(
				403,
				'SignatureDoesNotMatch',
				'The request signature we calculated does not match the signature you provided.',
			);
		}
		const objectKey = request.path.slice(1).split('/').map(decodeURIComponent).join('/');
		const object = this.objects.get(objectKey);
		const content = object?.served();
		if (object === undefined || content === undefined) {
			return xml(404, 'NoSuchKey', 'The specified key does not exist.', { Key: objectKey });
		}
		const etag = content === object.content ? object.etag : `"${digest(content, 'md5')}"`;
		const reply = objectReply(request, content, { ...info(object), etag }, () =>
			xmlBody('InvalidRange', 'The requested range is not satisfiable', {
				ActualObjectSize: String(content.sizeBytes),
			}),
		);
		if (this.validators !== 'both') delete reply.headers?.ETag;
		if (this.validators === 'none') delete reply.headers?.['Last-Modified'];
		return { ...reply, headers: { ...reply.headers, Date: new Date(request.now).toUTCString() } };
	}

	private tagOfParts(objectKey: string, sizeBytes: number): string {
		const hash = createHash('md5')
			.update(JSON.stringify([objectKey, sizeBytes, this.generation]))
			.digest('hex');
		return `${hash}-${Math.ceil(sizeBytes / PART_BYTES)}`;
	}

	private sign(method: string, path: string, expires: string): string {
		return createHmac('sha1', this.secret)
			.update(`${method}\n\n\n${expires}\n${path}`)
			.digest('base64');
	}

	private need(objectKey: string): StoredObject {
		const object = this.objects.get(objectKey);
		if (object === undefined) throw new Error(`the media store holds no object ${objectKey}`);
		return object;
	}
}

function info(object: StoredObject): { contentType: string; lastModified: number } {
	return { contentType: object.contentType, lastModified: object.lastModified };
}

function xml(
	status: number,
	code: string,
	message: string,
	details: Record<string, string> = {},
): Reply {
	return {
		status,
		headers: { 'Content-Type': 'application/xml' },
		body: xmlBody(code, message, details),
	};
}

function xmlBody(code: string, message: string, details: Record<string, string>): string {
	const inner = Object.entries({ Code: code, Message: message, ...details })
		.map(([name, value]) => `<${name}>${escape(value)}</${name}>`)
		.join('');
	return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;
}

function escape(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
