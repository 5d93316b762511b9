import { createHash } from 'node:crypto';

import { UserError } from 'n8n-workflow';
import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { cxoneHosts, type CxonePlace } from './hosts';
import { parseJson } from '../http/answer-text';
import { clock } from '../http/clock';
import { normalizeBaseUrl } from '../http/base-url';
import { NetworkFailure } from '../http/network-failure';
import { assertWithin, Reach, reachOf } from '../http/reach';
import { keepSecret, quote, reasonOf } from '../http/redact';
import { requestLoop, type Reply, type RetryPolicy } from '../http/retry';
import { replyOf, type HelperResponse } from '../http/send';
import { asNetworkFailure } from '../http/transport';
import { z } from '../vendor';

/** The access key credential as n8n stores it. */
export interface AccessKeyCredential extends CxonePlace {
	accessKeyId: string;
	accessKeySecret: string;
	/** With both of these the OpenID route is taken. */
	clientId?: string;
	clientSecret?: string;
	/** The last token n8n stored, and until when it is used (epoch milliseconds). */
	accessToken?: string;
	sessionUsableUntil?: number;
	sessionApiBaseUrl?: string;
	/** Which key and address the stored token belongs to: a token must not outlive a change of either. */
	sessionFor?: string;
}

/** A signed-in tenant. */
export interface CxoneSession {
	accessToken: string;
	/** Epoch milliseconds: a little before the token ends. */
	usableUntil: number;
	apiBaseUrl: string;
}

/** Sends a request without any sign-in of n8n's own; `helpers.httpRequest` in practice. */
export type PlainRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/** A token this close to its end is replaced before it is used: the request itself takes time, and clocks differ. */
const RENEW_BEFORE_MS = 60_000;
/** A token that lives no longer than that would never be used: at most this part of its life is given away. */
const RENEW_BEFORE_PART = 0.1;
/** Used when the answer names no lifetime; NICE documents "generally an hour". */
const DEFAULT_LIFETIME_S = 3_600;
const TIMEOUT_MS = 30_000;
/** A workflow, and the Test of a credential, should not stand still for minutes over a sign-in. */
const SIGN_IN_RETRY: RetryPolicy = {
	maxAttempts: 4,
	baseDelayMs: 1_000,
	maxDelayMs: 10_000,
	maxTotalWaitMs: 30_000,
};

const sessions = new Map<string, CxoneSession>();
/** A refused key is not tried again for every item: enough wrong sign-ins lock an account. */
const refusals = new Map<string, { error: Error; until: number }>();
const REMEMBER_REFUSAL_MS = 30_000;

/** The HTTP status behind a refused sign-in, for n8n's error data. */
type SignInRefusal = UserError & { httpStatus?: number };

const signingIn = new Map<string, Promise<CxoneSession>>();

const tokenReply = z
	.object({
		access_token: z.string().min(1),
		expires_in: z.coerce.number().positive().optional().catch(undefined),
		id_token: z.string().optional().catch(undefined),
		refresh_token: z.string().optional().catch(undefined),
	})
	.passthrough();

const discoveryReply = z.object({ api_endpoint: z.string().min(1) }).passthrough();

function keyOf(credential: AccessKeyCredential): string {
	const { area, apiBaseUrl, authBaseUrl, accessKeyId, accessKeySecret } = credential;
	const place = [area, apiBaseUrl, authBaseUrl];
	const key = [accessKeyId, accessKeySecret, credential.clientId, credential.clientSecret];
	const parts = [...place, ...key];
	return createHash('sha256')
		.update(JSON.stringify(parts.map((part) => part ?? '')))
		.digest('hex');
}

/**
 * How long before its end a token is replaced.
 *
 * @param lifetimeMs from its issue to its end, in milliseconds; NaN where that is not known
 */
export function renewBeforeMs(lifetimeMs: number): number {
	return Number.isNaN(lifetimeMs)
		? RENEW_BEFORE_MS
		: Math.min(RENEW_BEFORE_MS, lifetimeMs * RENEW_BEFORE_PART);
}

/**
 * A session that can be used now. All callers in this process with the same key share one, and share one token request
 * when there is none (single flight): a token costs a request, and n8n asks once per item.
 *
 * @param rejectedToken a token that was answered with 401: never handed out again
 * @throws UserError with what to correct in the credential
 */
export async function cxoneSession(
	credential: AccessKeyCredential,
	request: PlainRequest,
	rejectedToken?: string,
): Promise<CxoneSession> {
	const key = keyOf(credential);
	keepSecret(credential.accessKeySecret, credential.clientSecret, credential.accessToken);
	const known = sessions.get(key) ?? storedSession(credential);
	if (
		known !== undefined &&
		known.accessToken !== rejectedToken &&
		known.usableUntil > clock.now()
	) {
		sessions.set(key, known);
		return known;
	}
	const refusal = refusals.get(key);
	if (refusal !== undefined && refusal.until > clock.now()) throw refusal.error;
	let flight = signingIn.get(key);
	if (flight === undefined) {
		flight = signIn(credential, request)
			.then((session) => {
				sessions.set(key, session);
				return session;
			})
			.catch((error: unknown) => {
				if (error instanceof UserError && (error as SignInRefusal).httpStatus === 401) {
					refusals.set(key, { error, until: clock.now() + REMEMBER_REFUSAL_MS });
				}
				throw error;
			})
			.finally(() => signingIn.delete(key));
		signingIn.set(key, flight);
	}
	return await flight;
}

function storedSession(credential: AccessKeyCredential): CxoneSession | undefined {
	const { accessToken, sessionUsableUntil, sessionApiBaseUrl } = credential;
	if (!accessToken || !sessionUsableUntil || !sessionApiBaseUrl || !belongsTo(credential))
		return undefined;
	return { accessToken, usableUntil: Number(sessionUsableUntil), apiBaseUrl: sessionApiBaseUrl };
}

/** Whether the stored token can be used: it belongs to the present key and address, and is not about to end. */
export function isUsable(credential: AccessKeyCredential): boolean {
	return belongsTo(credential) && Number(credential.sessionUsableUntil) > clock.now();
}

/** Whether the stored token belongs to the present key and address: it must not outlive a change of either. */
function belongsTo(credential: AccessKeyCredential): boolean {
	return credential.sessionFor === keyOf(credential);
}

/** The API's address as far as it is known without signing in. */
export function apiBaseUrlOf(credential: AccessKeyCredential): string | undefined {
	return (
		cxoneHosts(credential).api ?? (belongsTo(credential) ? credential.sessionApiBaseUrl : undefined)
	);
}

async function signIn(
	credential: AccessKeyCredential,
	request: PlainRequest,
): Promise<CxoneSession> {
	const { accessKeyId, accessKeySecret, clientId, clientSecret } = credential;
	for (const [value, field] of [
		[accessKeyId, 'Access Key ID'],
		[accessKeySecret, 'Access Key Secret'],
	]) {
		if (typeof value !== 'string' || value.trim() === '') {
			throw new UserError(`'${field}' is empty`, {
				description: `Open the credential and fill in '${field}'.`,
			});
		}
	}
	const hosts = cxoneHosts(credential);
	const viaOpenId = Boolean(clientId && clientSecret);
	if (!viaOpenId && credential.area === 'fedramp') {
		throw new UserError('CXone FedRAMP needs a client ID and a client secret', {
			description:
				"Switch on 'More Settings' in the credential, and fill in 'Client ID' and 'Client Secret' of your application as registered with NICE.",
		});
	}
	const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
	if (viaOpenId) keepSecret(basic);
	const options: IHttpRequestOptions = viaOpenId
		? {
				method: 'POST',
				url: `${hosts.issuer}/auth/token`,
				headers: {
					'content-type': 'application/x-www-form-urlencoded',
					authorization: `Basic ${basic}`,
				},
				body: new URLSearchParams({
					grant_type: 'password',
					username: accessKeyId,
					password: accessKeySecret,
				}).toString(),
			}
		: {
				method: 'POST',
				url: `${hosts.auth}/authentication/v1/token/access-key`,
				headers: { 'content-type': 'application/json' },
				body: { accessKeyId, accessKeySecret },
			};
	const reply = await exchange(request, options, 'sign in to CXone');
	const token = tokenReply.safeParse(reply);
	if (!token.success) {
		const said = quote(reply);
		throw new UserError('CXone answered the sign-in without a token', {
			description: `Check the area or the sign-in address (${new URL(options.url).host}): something else than CXone may have answered.${said === '' ? '' : ` It said: "${said}"`}`,
		});
	}
	keepSecret(token.data.access_token, token.data.id_token, token.data.refresh_token);
	const lifetimeMs = (token.data.expires_in ?? DEFAULT_LIFETIME_S) * 1000;
	const usableUntil = clock.now() + lifetimeMs - renewBeforeMs(lifetimeMs);
	const apiBaseUrl =
		hosts.api ??
		(await discoverApi(hosts.issuer, token.data.access_token, token.data.id_token, request));
	return { accessToken: token.data.access_token, usableUntil, apiBaseUrl };
}

/** API discovery (`/.well-known/cxone-configuration`), which NICE recommends over fixed hosts. */
async function discoverApi(
	issuer: string,
	accessToken: string,
	idToken: string | undefined,
	request: PlainRequest,
): Promise<string> {
	const tenantId = tenantOf(accessToken) ?? (idToken === undefined ? undefined : tenantOf(idToken));
	if (tenantId === undefined) {
		throw new UserError('CXone did not tell which tenant this access key belongs to', {
			description: "Choose 'Other' as area in the credential and enter the API base URL.",
		});
	}
	const reply = await exchange(
		request,
		{ method: 'GET', url: `${issuer}/.well-known/cxone-configuration`, qs: { tenantId } },
		'look up the API address',
	);
	const found = discoveryReply.safeParse(reply);
	if (!found.success) {
		throw new UserError('CXone did not tell the address of its API', {
			description: "Choose 'Other' as area in the credential and enter the API base URL.",
		});
	}
	const api = normalizeBaseUrl(found.data.api_endpoint, 'API address that CXone gave', false);
	try {
		await assertWithin(new URL(api), (await reachOf(new URL(issuer))) ?? Reach.internet);
	} catch (error) {
		const { what, next } = error as NetworkFailure;
		throw new UserError(`The API address that CXone gave cannot be used: ${what}`, {
			description: next,
		});
	}
	return api;
}

async function exchange(
	request: PlainRequest,
	options: IHttpRequestOptions,
	doing: string,
): Promise<unknown> {
	const { host } = new URL(options.url);
	const attempt = async (): Promise<Reply> => {
		const response = (await request({
			...options,
			json: typeof options.body !== 'string',
			encoding: 'arraybuffer',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
		}).catch((error: unknown) => {
			throw asNetworkFailure(error, host) ?? new NetworkFailure('UNKNOWN', host);
		})) as HelperResponse;
		return replyOf(response);
	};
	let reply: Reply;
	try {
		// Asking for a token twice does no harm.
		reply = await requestLoop({ attempt, repeatable: true, policy: SIGN_IN_RETRY });
	} catch (error) {
		if (!(error instanceof NetworkFailure)) throw error;
		const refused: SignInRefusal = new UserError(
			`${host} could not be asked to ${doing}: ${error.what}`,
			{ description: error.next },
		);
		if (error.retryable) refused.httpStatus = 503;
		throw refused;
	}
	const { status, body } = reply;
	if (status >= 200 && status < 300) return body;
	const said = reasonOf(body);
	const words = said === '' ? `(HTTP ${status})` : `CXone said: "${said}" (HTTP ${status})`;
	const meant = status === 400 ? 401 : status;
	const meanings: Record<number, [message: string, next: string]> = {
		401: [
			'CXone did not accept the access key: check its ID, its secret, whether it is active, and the area',
			'The secret is shown only once, when the key is made; a new key can be made at any time.',
		],
		403: [
			'CXone does not let this access key sign in',
			'Ask the CXone administrator whether the user of the key is active and may use access keys.',
		],
		404: [
			`${host} is not a CXone sign-in address`,
			'Check the area or base URL in the credential.',
		],
		429: ['CXone received too many sign-ins', 'Wait a few minutes.'],
	};
	const [message, next] = meanings[meant] ?? [
		`${host} could not ${doing} just now (HTTP ${status})`,
		'Try again later.',
	];
	const description = `${next} ${words}`;
	const refused: SignInRefusal = new UserError(message, { description });
	refused.httpStatus = meant;
	throw refused;
}

/** The tenant ID inside a CXone token; undefined where the token is opaque. */
export function tenantOf(token: string): string | undefined {
	const payload = token.split('.')[1];
	if (payload === undefined) return undefined;
	const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
	if (typeof claims !== 'object' || claims === null) return undefined;
	const { tenantId } = claims as { tenantId?: unknown };
	return typeof tenantId === 'string' ? tenantId : undefined;
}

/** The part of a session that n8n stores in the credential. */
export function storedFields(credential: AccessKeyCredential, session: CxoneSession): IDataObject {
	return {
		sessionFor: keyOf(credential),
		accessToken: session.accessToken,
		sessionUsableUntil: session.usableUntil,
		sessionApiBaseUrl: session.apiBaseUrl,
	};
}
