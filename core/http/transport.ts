import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';

import { UserError } from 'n8n-workflow';
import type { NodeEgressFilter } from 'n8n-workflow';

import { parseJson, textOf } from './answer-text';
import { assertSecure } from './base-url';
import type { BudgetWaits } from './budget';
import { NetworkFailure, networkCode } from './network-failure';
import { assertWithin, lookupWithin, Reach, reachOf } from './reach';
import type { Reply } from './retry';
import type { RequestContext } from '../context';
import { EnvHttpProxyAgent, undiciRequest, type Dispatcher } from '../vendor';

/** All times in milliseconds. */
export interface TransportOptions {
	/** n8n's rules for outgoing connections; undefined on an n8n that has none. */
	egress?: NodeEgressFilter;
	connectTimeoutMs?: number;
	headersTimeoutMs?: number;
	/** How long a body may bring no byte. */
	idleTimeoutMs?: number;
	/** How long a JSON answer may take in all. */
	jsonDeadlineMs?: number;
	/** Aborts every request and body when the execution is cancelled. */
	signal?: AbortSignal;
}

/** How far an address is trusted. */
export interface TrustOptions {
	/** The credential accepts http:// addresses. */
	allowInsecureHttp?: boolean;
	/** The credential accepts certificates that cannot be verified. */
	allowUnauthorizedCerts?: boolean;
	/**
	 * URL of the service that gave the address out in an answer. An address inside a private network, or on this machine,
	 * is then used only if the service itself is as far inside. Redirects are held to the same.
	 */
	givenBy?: string;
}

export interface TransportRequest extends TrustOptions {
	url: string;
	headers?: Record<string, string>;
	/** Sent as JSON. A GET may have one: the Recording API's search needs it. */
	json?: unknown;
	/** Redirects to follow; 0 hands the 3xx answer back. */
	maxRedirects?: number;
}

export interface StreamReply {
	status: number;
	headers: Record<string, string>;
	body: Readable;
	/** Where the answer came from, after redirects. */
	url: string;
	/** Whether each chunk of the body is a read of its own from a socket, so that nobody else holds its memory. */
	ownChunks?: boolean;
}

/** What requests go out with. */
export interface Connection {
	/** For credentials, and for requests that n8n signs in. */
	context: RequestContext;
	transport: Transport;
	/** Ends every request and every wait. */
	signal?: AbortSignal;
	/** Told how long requests wait for their budget. */
	waits?: BudgetWaits;
}

/** Plenty for a page of search results; keeps a hostile or broken server from filling the memory. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** A text that drips in byte by byte never stands still long enough for the idle time-out. */
const JSON_DEADLINE_MS = 120_000;
/** What a refusal says is worth less of a wait. */
const WORDS_DEADLINE_MS = 5_000;

const SENSITIVE_HEADERS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * What n8n's own request helper cannot do: a GET with a JSON body, and media streams with time-outs for a body that
 * stalls. Goes out through n8n's egress filter and the proxy environment variables. One per node execution; `close` it.
 */
export class Transport {
	private readonly dispatchers = new Map<string, Dispatcher>();

	constructor(private readonly options: TransportOptions) {}

	/**
	 * Sends one request and hands the body back as a stream, which the caller must read to its end or destroy.
	 * Authorization and cookies do not follow a redirect to another origin.
	 *
	 * @throws NetworkFailure when no answer came; UserError when the address is not encrypted
	 */
	async stream(request: TransportRequest): Promise<StreamReply> {
		let url = new URL(request.url);
		let headers = { ...request.headers };
		const reach =
			request.givenBy === undefined
				? Reach.machine
				: ((await reachOf(new URL(request.givenBy), this.lookup)) ?? Reach.internet);
		for (let hop = 0; ; hop++) {
			const reply = await this.once(url, request, headers, reach);
			const location = reply.headers.location;
			if (
				reply.status < 300 ||
				reply.status > 399 ||
				location === undefined ||
				hop >= (request.maxRedirects ?? 0)
			) {
				return { ...reply, url: url.href, ownChunks: true };
			}
			reply.body.destroy();
			const target = targetOf(location, url);
			if (url.protocol === 'https:' && target.protocol !== 'https:') {
				throw new NetworkFailure('INSECURE_REDIRECT', url.host);
			}
			if (target.origin !== url.origin) headers = withoutSecrets(headers);
			url = target;
		}
	}

	/** Sends one request and reads a JSON answer; a body that is not JSON comes as text. */
	async json(request: TransportRequest): Promise<Reply> {
		const { status, headers, body, url } = await this.stream(request);
		const { host } = new URL(url);
		const withinMs = this.options.jsonDeadlineMs ?? JSON_DEADLINE_MS;
		const text = await readText(body, MAX_JSON_BYTES, host, headers['content-type'], withinMs);
		return { status, headers, body: parseJson(text) };
	}

	/** Ends all connections, also those in use. */
	async close(): Promise<void> {
		await Promise.all(
			[...this.dispatchers.values()].map(async (dispatcher) => await dispatcher.destroy()),
		);
	}

	/** How n8n wants host names looked up; undefined where it does not care. */
	private get lookup(): LookupFunction | undefined {
		return this.options.egress?.createSecureLookup() as LookupFunction | undefined;
	}

	/** @param reach how far inside addresses may lie; connections are kept apart by it, as each was checked for its own */
	private dispatcher(rejectUnauthorized: boolean, reach: Reach): Dispatcher {
		const key = `${rejectUnauthorized} ${reach}`;
		let dispatcher = this.dispatchers.get(key);
		if (dispatcher === undefined) {
			const { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = this.options;
			const lookup = reach === Reach.machine ? this.lookup : lookupWithin(reach, this.lookup);
			dispatcher = new EnvHttpProxyAgent({
				connect: {
					timeout: connectTimeoutMs ?? 20_000,
					rejectUnauthorized,
					...(lookup && { lookup }),
				},
				requestTls: { rejectUnauthorized },
				...proxyForAll(),
				headersTimeout: headersTimeoutMs ?? 60_000,
				bodyTimeout: idleTimeoutMs ?? 30_000,
			} as ConstructorParameters<typeof EnvHttpProxyAgent>[0]);
			this.dispatchers.set(key, dispatcher);
		}
		return dispatcher;
	}

	private async once(
		url: URL,
		request: TransportRequest,
		headers: Record<string, string>,
		reach: Reach,
	) {
		if (reach < Reach.machine) await assertWithin(url, reach, this.lookup);
		assertSecure(url, request.allowInsecureHttp === true);
		const verdict = await this.options.egress?.validateUrl(url);
		if (verdict?.ok === false) throw new NetworkFailure('EGRESS_BLOCKED', url.host);
		try {
			const response = await undiciRequest(url, {
				dispatcher: this.dispatcher(request.allowUnauthorizedCerts !== true, reach),
				method: 'GET',
				headers: {
					'accept-encoding': 'identity',
					...headers,
					...(request.json !== undefined && { 'content-type': 'application/json' }),
				},
				body: request.json === undefined ? null : JSON.stringify(request.json),
				signal: this.options.signal,
			});
			const body = response.body as Readable;
			// Whoever reads the body gets its error all the same; one of a body that nobody reads on would end the process.
			body.on('error', () => undefined);
			return { status: response.statusCode, headers: flatHeaders(response.headers), body };
		} catch (error) {
			this.options.signal?.throwIfAborted();
			throw asNetworkFailure(error, url.host) ?? error;
		}
	}
}

function targetOf(location: string, from: URL): URL {
	try {
		return new URL(location, from);
	} catch {
		throw new UserError(`${from.host} pointed to an address that cannot be read`, {
			description:
				'A proxy between n8n and the server may be set up wrongly. Ask its administrator.',
		});
	}
}

/** A thrown network error as a NetworkFailure; undefined for anything that is no network error. */
export function asNetworkFailure(error: unknown, host: string): NetworkFailure | undefined {
	if (error instanceof NetworkFailure) return error;
	const code = networkCode(error);
	return code === undefined ? undefined : new NetworkFailure(code, host);
}

/**
 * Reads a body as text.
 *
 * @param maxBytes where to stop; the rest is not read
 * @param contentType the answer's, for what is no UTF-8
 * @param withinMs how long it may take in all, in milliseconds
 * @throws NetworkFailure when the body breaks off
 */
export async function readText(
	body: Readable,
	maxBytes: number,
	host: string,
	contentType?: string,
	withinMs = WORDS_DEADLINE_MS,
): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	const deadline = setTimeout(
		() => body.destroy(new NetworkFailure('UND_ERR_BODY_TIMEOUT', host)),
		withinMs,
	);
	try {
		for await (const chunk of body) {
			chunks.push(chunk as Buffer);
			size += (chunk as Buffer).length;
			if (size >= maxBytes) break;
		}
	} catch (error) {
		throw asNetworkFailure(error, host) ?? error;
	} finally {
		clearTimeout(deadline);
	}
	return textOf(Buffer.concat(chunks).subarray(0, maxBytes), contentType);
}

/** Headers by lower-case names; several values of one are joined. */
export function flatHeaders(
	headers: Record<string, string | string[] | undefined>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(', ')]],
		),
	);
}

/** n8n's own requests honour ALL_PROXY, which undici does not know. SOCKS proxies neither of them does. */
function proxyForAll(): { httpProxy?: string; httpsProxy?: string } {
	const { env } = process;
	const proxy = env.all_proxy ?? env.ALL_PROXY;
	if (proxy === undefined || !/^https?:/i.test(proxy)) return {};
	return {
		httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? proxy,
		httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? proxy,
	};
}

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).filter(([name]) => !SENSITIVE_HEADERS.includes(name.toLowerCase())),
	);
}
