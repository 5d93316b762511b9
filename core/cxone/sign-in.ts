import { UserError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { cxoneHosts, type CxonePlace } from './hosts';
import {
	cxoneSession,
	renewBeforeMs,
	storedFields,
	tenantOf,
	type AccessKeyCredential,
} from './session';
import type { RequestContext } from '../context';
import { parseJson } from '../http/answer-text';
import { clock } from '../http/clock';
import { NetworkFailure } from '../http/network-failure';
import { keepSecret, quote, reasonOf } from '../http/redact';
import { withScope } from '../http/scope';
import { sendThroughN8n } from '../http/send';
import type { Connection } from '../http/transport';

export type CxoneCredentialType = 'cxoneAccessKeyApi' | 'cxoneOAuth2Api';

/** A place to hold the sign-in of one tenant: base URL and a way to a token. */
export interface SignIn {
	apiBaseUrl: string;
	/** Names the tenant for the request budget. */
	tenant: string;
	/** Names the credential within the tenant: each may have limits of its own. */
	account: string;
	allowInsecureHttp: boolean;
	limits: IDataObject;
	/** A usable token; after `rejected` came back with 401, another one. */
	token: (rejected?: string) => Promise<string>;
	/** Credential values to hand to n8n's helper, where they differ from the stored ones. */
	credentialData: () => Promise<IDataObject | undefined>;
}

/**
 * Signs in with the credential of a node, or finds it signed in already.
 *
 * @throws UserError or NodeApiError when the credential is incomplete or is not accepted
 */
export async function signInTo(
	connection: Pick<Connection, 'context' | 'signal'>,
	credentialType: CxoneCredentialType,
): Promise<SignIn> {
	const { context } = connection;
	const signIn = await forEveryone(
		credentialType === 'cxoneAccessKeyApi' ? accessKeySignIn(context) : oAuth2SignIn(connection),
	);
	return {
		...signIn,
		token: async (rejected) => await forEveryone(signIn.token(rejected)),
		credentialData: async () => await forEveryone(signIn.credentialData()),
	};
}

/** Who cannot sign in for one recording cannot for another. */
async function forEveryone<T>(signingIn: Promise<T>): Promise<T> {
	return await signingIn.catch((error: unknown) => {
		throw error instanceof Error ? withScope(error, 'platform') : error;
	});
}

async function accessKeySignIn(context: RequestContext): Promise<SignIn> {
	const credential = (await context.getCredentials(
		'cxoneAccessKeyApi',
	)) as unknown as AccessKeyCredential;
	const session = async (rejected?: string) =>
		await cxoneSession(
			credential,
			async (options) => (await context.helpers.httpRequest(options)) as unknown,
			rejected,
		);
	const { apiBaseUrl, accessToken } = await session();
	return {
		apiBaseUrl,
		tenant: tenantOf(accessToken) ?? `${apiBaseUrl}|${credential.accessKeyId}`,
		account: accountOf(context, 'cxoneAccessKeyApi', credential.accessKeyId),
		allowInsecureHttp: credential.allowInsecureHttp === true,
		limits: credential as unknown as IDataObject,
		token: async (rejected) => (await session(rejected)).accessToken,
		credentialData: async () => ({
			...(credential as unknown as IDataObject),
			...storedFields(credential, await session()),
		}),
	};
}

/** One key may stand in several credentials, and one credential may get another key. */
function accountOf(context: RequestContext, type: CxoneCredentialType, key = ''): string {
	return [type, context.getNode().credentials?.[type]?.id ?? '', key].join('|');
}

interface OAuth2Credential extends CxonePlace {
	clientId?: string;
	clientSecret?: string;
	oauthTokenData?: { access_token?: string; expires_in?: number | string; n8n_expires_at?: string };
}

/** A public document, whose answer nobody reads: it takes from no request budget. */
const FIRST_REQUEST = '/.well-known/openid-configuration';

async function oAuth2SignIn({
	context,
	signal,
}: Pick<Connection, 'context' | 'signal'>): Promise<SignIn> {
	const type = 'cxoneOAuth2Api';
	const read = async () => (await context.getCredentials(type)) as unknown as OAuth2Credential;
	const credential = await read();
	keepSecret(
		credential.clientSecret,
		Buffer.from(`${credential.clientId}:${credential.clientSecret}`).toString('base64'),
	);
	const { api } = cxoneHosts(credential);
	if (api === undefined) {
		throw new UserError('CXone OAuth2 needs an API base URL for this area', {
			description: "Choose 'Other' as area in the credential and enter the API base URL.",
		});
	}
	const renew = async (held: boolean): Promise<string> => {
		let answer: TokenAnswer | undefined;
		try {
			if (held) await context.helpers.refreshOAuth2Token.call(context as never, type);
			else {
				// n8n fetches, and stores, a first token only inside a request of its own. A refusal may come as its answer.
				answer = await sendThroughN8n(
					{ context, signal },
					{ credentialType: type, method: 'GET', baseUrl: api, path: FIRST_REQUEST },
				);
			}
		} catch (error) {
			if (error instanceof NetworkFailure) throw error;
			throw tokenRefused(answerIn(error), error);
		}
		const renewed = (await read()).oauthTokenData?.access_token;
		if (!renewed) throw tokenRefused(answer);
		keepSecret(renewed);
		return renewed;
	};
	const token = async (rejected?: string): Promise<string> => {
		const stored = (await read()).oauthTokenData;
		keepSecret(stored?.access_token);
		const usableUntil =
			Number(stored?.n8n_expires_at ?? Infinity) - renewBeforeMs(Number(stored?.expires_in) * 1000);
		if (stored?.access_token && stored.access_token !== rejected && usableUntil > clock.now()) {
			return stored.access_token;
		}
		const key = `${api}|${credential.clientId ?? ''}|${stored?.access_token ?? ''}`;
		let flight = renewals.get(key);
		if (flight === undefined) {
			flight = renew(Boolean(stored?.access_token)).finally(() => renewals.delete(key));
			renewals.set(key, flight);
		}
		return await flight;
	};
	return {
		apiBaseUrl: api,
		tenant: tenantOf(await token()) ?? `${api}|${credential.clientId ?? ''}`,
		account: accountOf(context, type, credential.clientId),
		allowInsecureHttp: credential.allowInsecureHttp === true,
		limits: credential as unknown as IDataObject,
		token,
		credentialData: async () => {
			// n8n signs the request itself, with the token it stores; here it only has to be there and not about to end.
			await token();
			return undefined;
		},
	};
}

/** Token requests under way: all items that miss a token share one. */
const renewals = new Map<string, Promise<string>>();

/** What came for a token request. */
interface TokenAnswer {
	status?: number;
	body?: unknown;
}

function tokenRefused({ status, body }: TokenAnswer = {}, error?: unknown): UserError {
	const reason = reasonOf(body);
	// n8n's words are an answer's over again, and of an object they are "[object Object]".
	const [who, words] =
		reason === '' && error instanceof Error ? ['n8n', quote(error.message)] : ['CXone', reason];
	const said = [
		words === '' ? '' : ` ${who} said: "${words}"`,
		status === undefined ? '' : ` (HTTP ${status})`,
	].join('');
	if (status !== undefined && status >= 500)
		return new UserError('CXone could not give a token just now', {
			description: `The trouble is on the side of the service. Try again later.${said}`,
		});
	return new UserError('CXone gave no token for this client ID and secret', {
		description: `Open the credential and check client ID, client secret, scope and area.${said}`,
	});
}

/** The answer to a token request: n8n's error has it in what caused it. */
function answerIn(error: unknown): TokenAnswer {
	for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
		const { status, body } = at as TokenAnswer;
		if (body !== undefined)
			return { status, body: typeof body === 'string' ? parseJson(body) : body };
	}
	return {};
}
