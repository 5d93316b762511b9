import { UserError } from 'n8n-workflow';
import type {
	IAllExecuteFunctions,
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { parseJson, textOf } from './answer-text';
import { untilAborted } from './deadline';
import { NetworkFailure } from './network-failure';
import type { Reply } from './retry';
import { asNetworkFailure, flatHeaders, type Connection } from './transport';

/** A request that goes out through n8n's own helper, signed in by n8n. */
export interface HelperRequest {
	credentialType: string;
	/** Credential values to use in place of the stored ones, for example with a newer token. */
	credentialData?: IDataObject;
	method: IHttpRequestMethods;
	baseUrl: string;
	/** With the names of IDs in braces, for example `/recordings/{recordingId}`. */
	path: string;
	ids?: Record<string, string>;
	query?: IDataObject;
	body?: IDataObject;
	headers?: IDataObject;
	allowUnauthorizedCerts?: boolean;
	/** Milliseconds until an answer must be there. */
	timeoutMs?: number;
	/** What a builder set under "Request Options", and an administrator in the credential. */
	proxy?: IHttpRequestOptions['proxy'];
	allowedDomains?: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** What n8n's request helpers give for `returnFullResponse` and the encoding `arraybuffer`. */
export interface HelperResponse {
	statusCode: number;
	headers?: Record<string, string | string[]>;
	body: unknown;
}

/** An answer that n8n's request helper brought. It is read here: n8n's own reading rounds long numbers, which are IDs. */
export function replyOf({ statusCode: status, headers = {}, body }: HelperResponse): Reply {
	const flat = flatHeaders(headers);
	if (!(body instanceof Uint8Array)) return { status, headers: flat, body };
	const text = textOf(Buffer.from(body), flat['content-type']);
	return { status, headers: flat, body: parseJson(text) };
}

/**
 * Sends a request through n8n's `httpRequestWithAuthentication` and hands back whatever answer came, 4xx and 5xx included:
 * renewing a token is the caller's, because n8n would send a wrong password a second time. Redirects are not followed,
 * so a sign-in never reaches a host that the user did not enter.
 *
 * @throws NetworkFailure when no answer came; UserError when an ID would lead to another path
 */
export async function sendThroughN8n(
	{ context, signal }: Pick<Connection, 'context' | 'signal'>,
	request: HelperRequest,
): Promise<Reply> {
	const options: IHttpRequestOptions = {
		method: request.method,
		baseURL: request.baseUrl,
		url: request.path.replace(/\{(\w+)\}/g, (_, name: string) =>
			pathPart(request.ids?.[name] ?? ''),
		),
		qs: request.query,
		body: request.body,
		headers: { accept: 'application/json', ...request.headers },
		json: true,
		encoding: 'arraybuffer',
		returnFullResponse: true,
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		skipSslCertificateValidation: request.allowUnauthorizedCerts === true,
		timeout: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
		...(signal && { abortSignal: signal }),
		...(request.proxy && { proxy: request.proxy }),
		...(request.allowedDomains !== undefined && { allowedDomains: request.allowedDomains }),
	};
	try {
		const { credentialType: type, credentialData: data } = request;
		const sent = context.helpers.httpRequestWithAuthentication.call(
			context as IAllExecuteFunctions,
			type,
			options,
			data && { credentialsDecrypted: { id: '', name: '', type, data: data as never } },
		) as Promise<HelperResponse>;
		// In an execution, n8n puts its own cancel signal in the place of this one.
		const response = await untilAborted(sent, signal);
		return { ...replyOf(response), setCookies: cookiesOf(response.headers ?? {}) };
	} catch (error) {
		signal?.throwIfAborted();
		const reply = replyInside(error);
		const { host } = new URL(request.baseUrl);
		// A success that was thrown is one whose body broke off.
		if (reply !== undefined && reply.status < 300) throw new NetworkFailure('ECONNRESET', host);
		if (reply !== undefined) return reply;
		throw asNetworkFailure(error, host) ?? error;
	}
}

/**
 * An identifier as one part of a URL's path.
 *
 * @throws UserError for `.` and `..`, which would lead to another place, and for text that is no text
 */
export function pathPart(id: string): string {
	const refused = () =>
		new UserError(`This is not an identifier: ${JSON.stringify(id).slice(0, 60)}`, {
			description: 'Check the ID, or the expression that gives it. Nothing was sent.',
		});
	if (/^\.{1,2}$/.test(id)) throw refused();
	try {
		return encodeURIComponent(id);
	} catch {
		throw refused();
	}
}

/** The way back from `pathPart`; what is no valid part stays as it is. */
export function decodedPart(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** n8n wraps an axios error in its own; the answer, where there was one, is inside. */
function replyInside(error: unknown): Reply | undefined {
	for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
		const { response, cause } = at as {
			response?: { status?: number; headers?: Record<string, string>; data?: unknown };
			cause?: unknown;
		};
		if (typeof response?.status === 'number') {
			return replyOf({
				statusCode: response.status,
				headers: response.headers,
				body: response.data,
			});
		}
		at = cause;
	}
	return undefined;
}

function cookiesOf(headers: Record<string, string | string[]>): string[] {
	return Object.entries(headers).flatMap(([name, value]) =>
		name.toLowerCase() === 'set-cookie' ? value : [],
	);
}
