import { setMaxListeners } from 'node:events';
import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { bytesOf, fromBuffer, type Content } from './content';

export type ServerName = 'cxone' | 'media' | 'genesys';

/**
 * One request as it arrived and what became of it. `status` is 0 until a status line was sent and stays 0 when none was;
 * `responseBytes` counts body bytes handed to the socket; `outcome` is `aborted` when either side gave up early.
 */
export interface RecordedRequest {
	server: ServerName;
	method: string;
	path: string;
	query: URLSearchParams;
	headers: Record<string, string>;
	body: string;
	status: number;
	/** Milliseconds on the simulator's clock. */
	at: number;
	responseBytes: number;
	outcome: 'pending' | 'complete' | 'aborted';
}

export type FaultEffect =
	/** Answers this instead; a Buffer is sent as it is. With `afterHandling` the request is carried out first and only its reply is lost. */
	| {
			kind: 'status';
			status: number;
			headers?: Record<string, string>;
			body?: string | object;
			afterHandling?: boolean;
	  }
	/** Destroys the socket after this many body bytes. */
	| { kind: 'cut'; afterBytes: number }
	/** Destroys the socket before any header. With `afterHandling` the request is carried out first. */
	| { kind: 'reset'; afterHandling?: boolean }
	/** Sends this many body bytes, then nothing, and keeps the socket open. */
	| { kind: 'stall'; afterBytes: number }
	/** Announces a wrong length. Larger than the body: the socket ends early. Smaller: only that many bytes follow. */
	| { kind: 'contentLength'; value: number }
	/** Chunked transfer, no length. */
	| { kind: 'noContentLength' }
	/** A shorter body that is consistent in itself, or, with `chunked`, one that announces no length and is closed properly. */
	| { kind: 'short'; bytes: number; chunked?: boolean }
	/** A longer body that is consistent in itself. */
	| { kind: 'long'; extraBytes: number }
	/** 200 with the whole body although a range was asked for. Only requests with Range count as matching. */
	| { kind: 'ignoreRange' }
	/** 206 that starts `shift` bytes off. Only requests with Range count as matching. */
	| { kind: 'wrongOffset'; shift: number }
	| { kind: 'redirect'; location: string; status?: number }
	/** Waits in real time, then goes on; a further fault can still strike the same request. */
	| { kind: 'delay'; ms: number }
	/** Answers as usual; what `run` changes is there from the next request on. A further fault can still strike the same request. */
	| { kind: 'meanwhile'; run: () => void }
	/** Compresses although the client did not ask for it. */
	| { kind: 'gzip' }
	/** Media: answers as for an expired signature. CXone: as for an expired token. Genesys: as for wrong credentials. */
	| { kind: 'expired' };

/**
 * A deviation from normal behaviour. It strikes requests of `server` whose method and path match: a string is the whole
 * path, or its beginning when it ends with `*`; an expression is tried on the path and on path plus query. The first
 * `skip` matching requests pass untouched, the next `times` (default 1) are struck. When several faults match, the one
 * added first wins and the others wait.
 */
export interface Fault {
	server: ServerName;
	method?: string;
	path?: string | RegExp;
	times?: number;
	skip?: number;
	effect: FaultEffect;
}

/** The faults waiting to strike, in the order they were added. */
export class Faults {
	private readonly waiting: Array<{ fault: Fault; skip: number; times: number }> = [];

	add(fault: Fault): void {
		this.waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
	}

	clear(): void {
		this.waiting.length = 0;
	}

	/** The effects for a request: any number that let it go on, then at most one other. */
	take(request: {
		server: ServerName;
		method: string;
		path: string;
		search: string;
		hasRange: boolean;
	}): FaultEffect[] {
		const effects: FaultEffect[] = [];
		for (const entry of this.waiting) {
			if (entry.times <= 0 || !matches(entry.fault, request)) continue;
			if (entry.skip > 0) {
				entry.skip--;
				continue;
			}
			entry.times--;
			effects.push(entry.fault.effect);
			if (entry.fault.effect.kind !== 'delay' && entry.fault.effect.kind !== 'meanwhile') break;
		}
		return effects;
	}
}

function matches(
	fault: Fault,
	request: { server: ServerName; method: string; path: string; search: string; hasRange: boolean },
): boolean {
	if (fault.server !== request.server) return false;
	if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false;
	if (
		(fault.effect.kind === 'ignoreRange' || fault.effect.kind === 'wrongOffset') &&
		!request.hasRange
	)
		return false;
	const { path } = fault;
	if (path === undefined) return true;
	if (path instanceof RegExp)
		return request.path.search(path) >= 0 || (request.path + request.search).search(path) >= 0;
	return path.endsWith('*') ? request.path.startsWith(path.slice(0, -1)) : request.path === path;
}

/** A request as a server's handler sees it. `now` is the simulator's clock in ms. */
export interface SimulatedRequest {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: string;
	now: number;
	/** Set by the `expired` fault. */
	expired: boolean;
	/** Set by the `ignoreRange` fault. */
	ignoreRange: boolean;
	/** Bytes, set by the `wrongOffset` fault. */
	rangeShift: number;
}

/** A handler's answer. An object body is sent as JSON; `range` (end exclusive) picks part of a content. */
export interface Reply {
	status: number;
	headers?: Record<string, string | string[]>;
	body?: string | object | { content: Content; range?: { start: number; end: number } };
}

export type Handler = (request: SimulatedRequest) => Reply | Promise<Reply>;

/** Thrown by a handler to end a request with this reply. */
export class Refusal extends Error {
	constructor(readonly reply: Reply) {
		super(`refused with ${reply.status}`);
	}
}

const MAX_REQUEST_BODY_BYTES = 1024 * 1024;

export interface ServiceOptions {
	name: ServerName;
	port: number;
	now: () => number;
	requests: RecordedRequest[];
	faults: Faults;
	handler: Handler;
}

/** One HTTP origin on the loopback interface. */
export class HttpService {
	readonly url: string;

	private constructor(
		private readonly server: Server,
		private readonly sockets: Set<Socket>,
		private readonly stopping: AbortController,
	) {
		this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	static async start(options: ServiceOptions): Promise<HttpService> {
		const sockets = new Set<Socket>();
		const stopping = new AbortController();
		// Every delayed request listens.
		setMaxListeners(0, stopping.signal);
		const server = createServer((incoming, outgoing) => {
			serve(incoming, outgoing, options, stopping.signal).catch((error: unknown) => {
				// A client that hangs up while it is still sending is its own business.
				if (!stopping.signal.aborted && !incoming.destroyed)
					process.stderr.write(`simulator: ${String(error)}\n`);
				outgoing.destroy();
			});
		});
		server.on('connection', (socket) => {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
		});
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(options.port, '127.0.0.1', resolve);
		});
		return new HttpService(server, sockets, stopping);
	}

	/** Closes the port and every open connection at once, stalled ones included. */
	async stop(): Promise<void> {
		this.stopping.abort();
		const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}
}

async function serve(
	incoming: IncomingMessage,
	outgoing: ServerResponse,
	options: ServiceOptions,
	stopping: AbortSignal,
): Promise<void> {
	const target = incoming.url ?? '/';
	const url = new URL(target.startsWith('/') ? `http://simulator${target}` : target);
	const method = incoming.method ?? 'GET';
	const record: RecordedRequest = {
		server: options.name,
		method,
		path: url.pathname,
		query: url.searchParams,
		headers: flatten(incoming.headers),
		body: '',
		status: 0,
		at: options.now(),
		responseBytes: 0,
		outcome: 'pending',
	};
	options.requests.push(record);
	outgoing.on('close', () => {
		if (record.outcome === 'pending')
			record.outcome = outgoing.writableFinished ? 'complete' : 'aborted';
	});
	outgoing.on('error', () => undefined);

	const parts: Buffer[] = [];
	let received = 0;
	for await (const part of incoming as AsyncIterable<Buffer>) {
		received += part.length;
		if (received > MAX_REQUEST_BODY_BYTES) {
			await send(
				outgoing,
				method,
				{ status: 413, headers: { Connection: 'close' } },
				undefined,
				record,
				options.now(),
			);
			return;
		}
		parts.push(part);
	}
	record.body = Buffer.concat(parts).toString('utf8');

	const effects = options.faults.take({
		server: options.name,
		method,
		path: url.pathname,
		search: url.search,
		hasRange: incoming.headers.range !== undefined,
	});
	let effect: FaultEffect | undefined;
	const meanwhile: Array<() => void> = [];
	for (const candidate of effects) {
		if (candidate.kind === 'delay') await sleep(candidate.ms, undefined, { signal: stopping });
		else if (candidate.kind === 'meanwhile') meanwhile.push(candidate.run);
		else effect = candidate;
	}

	const handle = async (): Promise<Reply> => {
		const reply = await answer();
		for (const run of meanwhile) run();
		return reply;
	};
	const answer = async (): Promise<Reply> => {
		try {
			return await options.handler({
				method,
				path: url.pathname,
				query: url.searchParams,
				headers: incoming.headers,
				body: record.body,
				now: options.now(),
				expired: effect?.kind === 'expired',
				ignoreRange: effect?.kind === 'ignoreRange',
				rangeShift: effect?.kind === 'wrongOffset' ? effect.shift : 0,
			});
		} catch (error) {
			if (error instanceof Refusal) return error.reply;
			process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`);
			return { status: 500, body: { message: `the simulator itself failed: ${String(error)}` } };
		}
	};

	if (effect?.kind === 'status') {
		if (effect.afterHandling === true) await handle();
		await send(outgoing, method, effect, undefined, record, options.now());
		return;
	}
	if (effect?.kind === 'redirect') {
		const reply = { status: effect.status ?? 302, headers: { Location: effect.location } };
		await send(outgoing, method, reply, undefined, record, options.now());
		return;
	}
	if (effect?.kind === 'reset') {
		if (effect.afterHandling === true) await handle();
		record.outcome = 'aborted';
		incoming.socket.resetAndDestroy();
		return;
	}
	await send(outgoing, method, await handle(), effect, record, options.now());
}

interface Outbound {
	content: Content;
	start: number;
	end: number;
	headers: Record<string, string | string[]>;
}

function outboundOf(reply: Reply): Outbound {
	const headers = { ...reply.headers };
	const { body } = reply;
	if (
		body !== undefined &&
		typeof body === 'object' &&
		'content' in body &&
		isContent(body.content)
	) {
		const range = (body as { range?: { start: number; end: number } }).range;
		return {
			content: body.content,
			start: range?.start ?? 0,
			end: range?.end ?? body.content.sizeBytes,
			headers,
		};
	}
	if (Buffer.isBuffer(body))
		return { content: fromBuffer(body), start: 0, end: body.length, headers };
	const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
	const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
	if (!typed && typeof body === 'object')
		headers['Content-Type'] = 'application/json; charset=utf-8';
	else if (!typed && text !== '')
		headers['Content-Type'] = text.startsWith('<')
			? 'text/html; charset=utf-8'
			: 'text/plain; charset=utf-8';
	const content = fromBuffer(Buffer.from(text, 'utf8'));
	return { content, start: 0, end: content.sizeBytes, headers };
}

function isContent(value: unknown): value is Content {
	return typeof value === 'object' && value !== null && 'slices' in value && 'sizeBytes' in value;
}

async function send(
	outgoing: ServerResponse,
	method: string,
	reply: Reply,
	effect: FaultEffect | undefined,
	record: RecordedRequest,
	now: number,
): Promise<void> {
	if (outgoing.destroyed || outgoing.socket === null || outgoing.socket.destroyed) return;
	const { content, start, headers, ...rest } = outboundOf(reply);
	let { end } = rest;
	let trailing = Buffer.alloc(0);
	let body: Iterable<Buffer> | undefined;

	if (effect?.kind === 'short') {
		end = Math.min(end, start + effect.bytes);
		const stated =
			typeof headers['Content-Range'] === 'string' ? headers['Content-Range'] : undefined;
		if (reply.status === 206 && stated !== undefined) {
			headers['Content-Range'] =
				`bytes ${start}-${end - 1}/${stated.slice(stated.indexOf('/') + 1)}`;
		}
	}
	if (effect?.kind === 'long') trailing = Buffer.alloc(effect.extraBytes, 0x2e);
	let length = end - start + trailing.length;
	if (effect?.kind === 'gzip') {
		const packed = gzipSync(bytesOf(content, start, end));
		headers['Content-Encoding'] = 'gzip';
		length = packed.length;
		body = [packed];
	}
	body ??= joined(content.slices(start, end), trailing);

	record.status = reply.status;
	outgoing.statusCode = reply.status;
	// The service has one clock: what it says in Date goes with what it says in Expires and Retry-After.
	outgoing.setHeader('Date', new Date(now).toUTCString());
	for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
	const bodiless = reply.status === 204 || reply.status === 304;
	if (effect?.kind === 'contentLength') outgoing.setHeader('Content-Length', effect.value);
	else if (
		effect?.kind !== 'noContentLength' &&
		!(effect?.kind === 'short' && effect.chunked === true) &&
		!bodiless
	)
		outgoing.setHeader('Content-Length', length);

	if (method === 'HEAD' || bodiless) {
		outgoing.end();
		return;
	}
	const limit =
		effect?.kind === 'cut' || effect?.kind === 'stall'
			? effect.afterBytes
			: effect?.kind === 'contentLength'
				? effect.value
				: Number.POSITIVE_INFINITY;
	outgoing.flushHeaders();
	for (const slice of body) {
		const room = limit - record.responseBytes;
		if (room <= 0) break;
		const part = slice.length > room ? slice.subarray(0, room) : slice;
		if (!(await write(outgoing, part))) return;
		record.responseBytes += part.length;
	}
	if (effect?.kind === 'stall') {
		await flushed(outgoing);
		return;
	}
	if (
		effect?.kind === 'cut' ||
		(effect?.kind === 'contentLength' && effect.value > record.responseBytes)
	) {
		record.outcome = 'aborted';
		await flushed(outgoing);
		outgoing.socket?.destroy();
		return;
	}
	outgoing.end();
}

function* joined(slices: Iterable<Buffer>, trailing: Buffer): Iterable<Buffer> {
	yield* slices;
	if (trailing.length > 0) yield trailing;
}

/** Writes with back pressure; false when the other side is gone. */
async function write(outgoing: ServerResponse, part: Buffer): Promise<boolean> {
	if (outgoing.destroyed) return false;
	if (outgoing.write(part)) return true;
	return await new Promise<boolean>((resolve) => {
		const settle = (alive: boolean): void => {
			outgoing.off('drain', onDrain);
			outgoing.off('close', onClose);
			resolve(alive);
		};
		const onDrain = (): void => settle(true);
		const onClose = (): void => settle(false);
		outgoing.on('drain', onDrain);
		outgoing.on('close', onClose);
	});
}

/** Resolves when everything written so far was handed to the operating system. */
async function flushed(outgoing: ServerResponse): Promise<void> {
	const { socket } = outgoing;
	if (socket === null || socket.destroyed) return;
	await new Promise<void>((resolve) => {
		socket.once('close', () => resolve());
		socket.write(Buffer.alloc(0), () => resolve());
	});
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
	const flat: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
	}
	return flat;
}

/**
 * Compares a path with a pattern such as `/recordings/:id/labels` and returns the decoded parameters, or undefined.
 * A parameter never matches an empty segment.
 */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
	const wanted = pattern.split('/');
	const given = path.split('/');
	if (wanted.length !== given.length) return undefined;
	const found: Record<string, string> = {};
	for (const [index, part] of wanted.entries()) {
		const actual = given[index] ?? '';
		if (!part.startsWith(':')) {
			if (part !== actual) return undefined;
			continue;
		}
		if (actual === '') return undefined;
		try {
			found[part.slice(1)] = decodeURIComponent(actual);
		} catch {
			return undefined;
		}
	}
	return found;
}
