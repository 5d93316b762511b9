import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { adviseCxone } from './errors';
import { cxoneHosts, type CxonePlace } from './hosts';
import {
	contactReply,
	downloadLink,
	rawRecording,
	searchPage,
	type ContactReply,
	type RawRecording,
	type SearchPage,
} from './schemas';
import { recordingId } from './mapping';
import { cxoneSession, tenantOf, type AccessKeyCredential } from './session';
import { cancelSignal, type RequestContext } from '../context';
import { sharedBudget, type RequestBudget } from '../http/budget';
import { clock } from '../http/clock';
import { networkError, parseReply, replyError, type Occasion } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { requestLoop, type Reply } from '../http/retry';
import { sendThroughN8n } from '../http/send';
import type { Transport } from '../http/transport';
import type { z } from '../vendor';

export type CxoneCredentialType = 'cxoneAccessKeyApi' | 'cxoneOAuth2Api';

/** Families of calls that share a request budget; windows in milliseconds. */
const FAMILIES = {
	mediaPlayback: { windowMs: 300_000, field: 'mediaPlaybackPer5Minutes', usual: 150 },
	recordingApi: { windowMs: 60_000, field: 'recordingApiPerMinute', usual: 50 },
} as const;

/** Every call this client knows: its budget, and what it does in words that fit behind "asked to". */
const CALLS = {
	searchRecordings: { family: 'recordingApi', doing: 'search recordings' },
	getRecording: { family: 'recordingApi', doing: 'get a recording' },
	getDownloadLink: { family: 'recordingApi', doing: 'give a download link' },
	getContact: { family: 'mediaPlayback', doing: 'get a contact' },
	getSegment: { family: 'mediaPlayback', doing: 'get a segment' },
	getStatement: { family: 'mediaPlayback', doing: 'get a statement' },
} as const satisfies Record<string, { family: keyof typeof FAMILIES; doing: string }>;

type CallName = keyof typeof CALLS;

/** 202 "in process" and 425 "locked": the same request is answered a little later ("Media Playback APIs", responses). */
const COME_BACK_LATER = new Set([202, 425]);

/** A filter or sort as the Recording API's search takes it. */
export interface SearchFilter {
	field: string;
	operator: string;
	value: string | number | boolean;
}

export interface RecordingSearch {
	filters: SearchFilter[];
	sort: Array<{ field: string; direction: 'asc' | 'desc' }>;
	/** Rows on a page, 1 to 100. */
	pageSize: number;
}

/** The place of a recording's bytes. */
export interface CxoneMediaLink {
	url: string;
	contentType?: string;
	/** As promised by the API; undefined where it promises nothing. */
	sizeBytes?: number;
	channel?: string;
	/** "voice-only", "voice-and-screen", … where Media Playback tells. */
	mediaType?: string;
}

/** A place to hold the sign-in of one tenant: base URL and a way to a token. */
interface SignIn {
	apiBaseUrl: string;
	/** Names the tenant for the request budget. */
	tenant: string;
	allowInsecureHttp: boolean;
	limits: IDataObject;
	/** A usable token; after `rejected` came back with 401, another one. */
	token: (rejected?: string) => Promise<string>;
	/** Credential values to hand to n8n's helper, where they differ from the stored ones. */
	credentialData: () => Promise<IDataObject | undefined>;
}

/** NICE CXone's recording APIs for one credential. Errors are n8n's, ready to be shown. */
export class CxoneClient {
	private constructor(
		private readonly context: RequestContext,
		private readonly credentialType: CxoneCredentialType,
		private readonly transport: Transport,
		private readonly signIn: SignIn,
	) {}

	/** @throws UserError or NodeApiError when the credential is incomplete or is not accepted */
	static async connect(
		context: RequestContext,
		credentialType: CxoneCredentialType,
		transport: Transport,
	): Promise<CxoneClient> {
		const signIn =
			credentialType === 'cxoneAccessKeyApi' ? await accessKeySignIn(context) : await oAuth2SignIn(context);
		return new CxoneClient(context, credentialType, transport, signIn);
	}

	/** Whether the credential accepts http:// addresses. */
	get allowInsecureHttp(): boolean {
		return this.signIn.allowInsecureHttp;
	}

	/**
	 * Searches, page by page (`GET /api/v2/recording/search` with a JSON body). Goes by `nextPageToken` where the answers
	 * have one, by page number else, and leaves out rows that shifting pages bring a second time.
	 */
	async *search(search: RecordingSearch): AsyncGenerator<RawRecording[]> {
		const seen = new Set<string>();
		let previous = '';
		let received = 0;
		let token: string | undefined;
		for (let page = 1; ; page++) {
			const answer: SearchPage = await this.searchPage({ ...search, page, ...(token && { nextPageToken: token }) });
			const ids = answer.recordings.map(recordingId);
			const fresh = answer.recordings.filter((raw) => !seen.has(recordingId(raw)));
			for (const id of ids) seen.add(id);
			received += ids.length;
			yield fresh;
			if (ids.length === 0 && answer.nextPageToken === undefined) return;
			if (answer.totalCount !== undefined && received >= answer.totalCount && answer.nextPageToken === undefined) return;
			const byToken = answer.hasTokens || token !== undefined;
			if (byToken && answer.nextPageToken === undefined) return;
			const repeats = byToken ? answer.nextPageToken === token : ids.join() === previous;
			// Some servers answer a page behind the end with the last one again: a short page that repeats is the end.
			if (repeats && !byToken && ids.length < search.pageSize && answer.totalCount === undefined) return;
			if (repeats) {
				throw new NodeOperationError(this.context.getNode(), 'CXone repeats the same page of results without end', {
					description: 'The search was stopped so that nothing is doubled or missed. Narrow the date range and try again.',
				});
			}
			token = answer.nextPageToken;
			previous = ids.join();
		}
	}

	private async searchPage(body: IDataObject | object): Promise<SearchPage> {
		const reply = await this.viaTransport('searchRecordings', '/api/v2/recording/search', body);
		return parseReply(this.occasion('searchRecordings'), searchPage, reply.body);
	}

	/** `GET /api/v2/recording/{id}` */
	async recording(id: string): Promise<RawRecording> {
		return await this.get('getRecording', `/api/v2/recording/${encodeURIComponent(id)}`, {}, rawRecording);
	}

	/** As `recording`, and undefined where there is none of that ID. */
	async recordingIfThere(id: string): Promise<RawRecording | undefined> {
		try {
			return await this.recording(id);
		} catch (error) {
			if (error instanceof NodeApiError && error.httpCode === '404') return undefined;
			throw error;
		}
	}

	/** `GET /api/v2/recording/{id}/download`: a signed link that lives 15 to 30 minutes. Use it at once; never store it. */
	async downloadLink(id: string, channel: string): Promise<CxoneMediaLink> {
		const path = `/api/v2/recording/${encodeURIComponent(id)}/download`;
		const link = await this.get('getDownloadLink', path, { channel }, downloadLink);
		const size = Number(link.sizeBytes);
		return {
			url: link.url,
			contentType: link.contentType ?? undefined,
			sizeBytes: link.sizeBytes === null || link.sizeBytes === undefined || !Number.isFinite(size) ? undefined : size,
			channel: link.channel ?? undefined,
		};
	}

	/** `GET /media-playback/v1/contacts`: all interactions of an ACD call. */
	async contact(acdCallId: string, query: IDataObject): Promise<ContactReply> {
		return await this.get('getContact', '/media-playback/v1/contacts', { 'acd-call-id': acdCallId, ...query }, contactReply);
	}

	/** `GET /media-playback/v1/segments/{segmentId}` */
	async segment(segmentId: string, query: IDataObject): Promise<ContactReply> {
		return await this.get('getSegment', `/media-playback/v1/segments/${encodeURIComponent(segmentId)}`, query, contactReply);
	}

	private async get<S extends z.ZodTypeAny>(
		call: CallName,
		path: string,
		query: IDataObject,
		schema: S,
	): Promise<z.output<S>> {
		const reply = await this.run(call, async () => {
			return await sendThroughN8n(this.context, {
				credentialType: this.credentialType,
				credentialData: await this.signIn.credentialData(),
				method: 'GET',
				baseUrl: this.signIn.apiBaseUrl,
				path,
				query,
			});
		});
		return parseReply(this.occasion(call), schema, redirectAsLink(reply));
	}

	/** For the one request n8n's helper cannot send: it drops the body of a GET. */
	private async viaTransport(call: CallName, path: string, json: unknown): Promise<Reply> {
		return await this.run(call, async () => {
			const send = async (token: string) =>
				await this.transport.json({
					url: `${this.signIn.apiBaseUrl}${path}`,
					headers: { accept: 'application/json', authorization: `Bearer ${token}` },
					json,
					allowInsecureHttp: this.signIn.allowInsecureHttp,
				});
			const token = await this.signIn.token();
			const reply = await send(token);
			return reply.status === 401 ? await send(await this.signIn.token(token)) : reply;
		});
	}

	private async run(call: CallName, attempt: () => Promise<Reply>): Promise<Reply> {
		const { family } = CALLS[call];
		try {
			const { reply } = await requestLoop({
				attempt,
				repeatable: true,
				budget: this.budget(family),
				comeBackLater: family === 'mediaPlayback' ? COME_BACK_LATER : undefined,
				signal: cancelSignal(this.context),
			});
			if (reply.status === 200 || isLinkRedirect(reply)) return reply;
			throw replyError(this.occasion(call), reply, adviseCxone);
		} catch (error) {
			if (error instanceof NetworkFailure) throw networkError(this.occasion(call), error);
			throw error;
		}
	}

	private budget(family: keyof typeof FAMILIES): RequestBudget {
		const { windowMs, field, usual } = FAMILIES[family];
		return sharedBudget(`${this.signIn.tenant}|${family}`, Number(this.signIn.limits[field] ?? usual), windowMs);
	}

	private occasion(call: CallName): Occasion {
		return { node: this.context.getNode(), vendor: 'CXone', operation: call, doing: CALLS[call].doing };
	}
}

/** "When downloading, the API transfers a link": whether as `redirectUrl` or as an HTTP redirect no document says. */
function isLinkRedirect(reply: Reply): boolean {
	return reply.status >= 300 && reply.status < 400 && reply.headers.location !== undefined;
}

function redirectAsLink(reply: Reply): unknown {
	return isLinkRedirect(reply) ? { redirectUrl: reply.headers.location } : reply.body;
}

async function accessKeySignIn(context: RequestContext): Promise<SignIn> {
	const credential = (await context.getCredentials('cxoneAccessKeyApi')) as unknown as AccessKeyCredential;
	const session = async (rejected?: string) =>
		await cxoneSession(credential, async (options) => (await context.helpers.httpRequest(options)) as unknown, rejected);
	const { apiBaseUrl, accessToken } = await session();
	return {
		apiBaseUrl,
		tenant: `${apiBaseUrl}|${tenantOf(accessToken) ?? credential.accessKeyId}`,
		allowInsecureHttp: credential.allowInsecureHttp === true,
		limits: credential as unknown as IDataObject,
		token: async (rejected) => (await session(rejected)).accessToken,
		credentialData: async () => ({ ...(credential as unknown as IDataObject), accessToken: (await session()).accessToken }),
	};
}

interface OAuth2Credential extends CxonePlace {
	clientId?: string;
	oauthTokenData?: { access_token?: string; n8n_expires_at?: string };
}

const OAUTH2_RENEW_BEFORE_MS = 60_000;
const FIRST_REQUEST = '/api/v2/recording/00000000-0000-0000-0000-000000000000';

async function oAuth2SignIn(context: RequestContext): Promise<SignIn> {
	const type = 'cxoneOAuth2Api';
	const read = async () => (await context.getCredentials(type)) as unknown as OAuth2Credential;
	const credential = await read();
	const { api } = cxoneHosts(credential);
	if (api === undefined) {
		throw new UserError('CXone OAuth2 needs an API base URL for this area', {
			description: "Choose 'Other' as area in the credential and enter the API base URL.",
		});
	}
	const token = async (rejected?: string): Promise<string> => {
		const stored = (await read()).oauthTokenData;
		const expiresAt = Number(stored?.n8n_expires_at ?? Infinity);
		if (stored?.access_token && stored.access_token !== rejected && expiresAt - OAUTH2_RENEW_BEFORE_MS > clock.now()) {
			return stored.access_token;
		}
		if (stored?.access_token) await context.helpers.refreshOAuth2Token.call(context as never, type);
		// n8n fetches, and stores, a first token only inside a request of its own: the one of the credential's Test.
		else await sendThroughN8n(context, { credentialType: type, method: 'GET', baseUrl: api, path: FIRST_REQUEST });
		const renewed = (await read()).oauthTokenData?.access_token;
		if (!renewed) {
			throw new UserError('CXone gave no token for this client ID', {
				description: "Open the credential, check client ID, client secret and scope, and press 'Test'.",
			});
		}
		return renewed;
	};
	return {
		apiBaseUrl: api,
		tenant: `${api}|${credential.clientId ?? ''}`,
		allowInsecureHttp: credential.allowInsecureHttp === true,
		limits: credential as unknown as IDataObject,
		token,
		credentialData: async () => undefined,
	};
}
