import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { adviseGir, girRowOf, READ_ONLY, type GirAnswer, type GirCallName } from './calls';
import { girApiBase, type GirCredential } from './connection';
import { CsrfSession, saysCsrf } from './csrf';
import { PasswordGuard } from './password';
import { girStatus, type GirRecording } from './schemas';
import { compareClocks } from '../http/clock-difference';
import { eitherSignal } from '../http/deadline';
import {
	networkError,
	parseReply,
	replyError,
	type Advice,
	type RequestDescription,
} from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { requestLoop, type Reply } from '../http/retry';
import { keepSecret } from '../http/redact';
import { sendThroughN8n, type HelperRequest } from '../http/send';
import type { Connection } from '../http/transport';
import { logUnreadable, type ListPage } from '../listing';
import type { MediaLink } from '../media/file';

const CREDENTIAL = 'genesysBasicApi';

/** The search's query, by the vendor's names; times in epoch milliseconds. */
export interface GirSearch {
	callerPhoneNumber?: string;
	dialedPhoneNumber?: string;
	startTime?: number;
	endTime?: number;
	userName?: string;
	userData?: string;
	includeLabels?: string;
	excludeLabels?: string;
	subresources?: string;
}

/** What the sample in the vendor's page uses; the maximum is not documented. */
export const GIR_PAGE_SIZE = 100;

/** Interaction Recording Web Services for one credential. Errors are n8n's, ready to be shown. */
export class GirClient {
	/** For this execution only: a session is worth a password for as long as it lives. */
	private readonly csrf = new CsrfSession();

	private readonly apiBase: string;
	private readonly authorization: string;
	private readonly password: PasswordGuard;
	/** What must not appear in any message: the password, and what goes over the line in its place. */
	readonly secrets: string[];

	private constructor(
		private readonly connection: Pick<Connection, 'context' | 'signal'>,
		private readonly credential: GirCredential,
	) {
		const { username, password } = credential;
		const basic = Buffer.from(`${username}:${password}`).toString('base64');
		this.apiBase = girApiBase(credential);
		this.authorization = `Basic ${basic}`;
		this.secrets = [password, basic];
		this.password = new PasswordGuard(this.apiBase, this.authorization);
		keepSecret(...this.secrets);
	}

	/** @throws UserError when the base URL cannot be used */
	static async connect(connection: Pick<Connection, 'context' | 'signal'>): Promise<GirClient> {
		const credential = (await connection.context.getCredentials(
			CREDENTIAL,
		)) as unknown as GirCredential;
		return new GirClient(connection, credential);
	}

	/** The user this client signs in as. */
	get userName(): string {
		return this.credential.username;
	}

	/**
	 * One page of a search, by offset and limit. `nextPath` is not followed: the vendor's own sample shows one behind the
	 * last page, and `nextUri` names internal hosts. Servers may cap `limit`, so it goes on by rows received; each page
	 * begins with the last row of the one before, because rows that are deleted in between move the others forward.
	 *
	 * @param offset rows before the page
	 * @param limit rows asked for; a server may give fewer
	 */
	async searchPage(
		search: GirSearch,
		offset: number,
		limit: number,
		signal?: AbortSignal,
	): Promise<ListPage<GirRecording>> {
		const { recordings, totalCount: total } = await this.call('searchRecordings', {
			query: { ...search, offset, limit },
			signal,
		});
		logUnreadable(this.connection.context, 'GIR', recordings);
		const end = offset + recordings.length;
		const full = recordings.length >= limit;
		// A full page is not the last one just because the count says so: where a search engine stops counting is not known.
		const more = recordings.length > 0 && (total === undefined || end < total || full);
		return {
			rows: recordings,
			total,
			full,
			...(more && { next: recordings.length > 1 ? end - 1 : end }),
			...(offset > 0 && recordings.length > 1 && { anchored: true }),
		};
	}

	/**
	 * Where a media file is: the API address and `playPath` put together as they are (the path's leading slash would make a
	 * URL resolver drop `/api/v2`), with the sign-in.
	 *
	 * @throws NodeOperationError when `playPath` is no path, or leads to another host
	 */
	mediaLink(playPath: string): MediaLink {
		const url = `${this.apiBase}${playPath}`;
		if (
			!playPath.startsWith('/') ||
			playPath.startsWith('//') ||
			!new URL(url).href.startsWith(`${this.apiBase}/`)
		) {
			throw new NodeOperationError(
				this.connection.context.getNode(),
				"'playPath' of this media file is not a path of the recording API",
				{
					description:
						'Nothing was requested, because the password would go along. Search for the recording again and use its own playPath.',
				},
			);
		}
		return {
			url,
			headers: { authorization: this.authorization },
			allowInsecureHttp: this.credential.allowInsecureHttp === true,
			allowUnauthorizedCerts: this.credential.ignoreSSLIssues === true,
			givenBy: this.apiBase,
			send: async (request) =>
				await this.password.send(request, () => {
					const advice = adviseGir('getMedia', SIGN_IN_REFUSED);
					return replyError(this.descriptionOf('getMedia'), SIGN_IN_REFUSED, advice);
				}),
		};
	}

	/**
	 * Makes a call: signed in, and again while that is safe and promising.
	 *
	 * @returns what a success holds
	 * @throws UnknownOutcome for a write that may be done or not; NodeApiError or NodeOperationError for all else
	 */
	async call<Name extends GirCallName>(name: Name, asked: Asked = {}): Promise<GirAnswer<Name>> {
		const { schema, write, once, final } = girRowOf(name);
		const repeatable = once !== true;
		const requested = this.descriptionOf(name);
		const attempt = this.attemptOf(name, asked);
		try {
			const reply = await requestLoop({
				attempt: async () =>
					await this.password.send(attempt, () => replyError(requested, SIGN_IN_REFUSED)),
				repeatable,
				final,
				signal: eitherSignal(this.connection.signal, asked.signal),
			});
			compareClocks(this.connection.context, 'GIR', this.apiBase, reply);
			const said = girStatus.safeParse(reply.body).data?.statusCode;
			// Status 200 is no success where GIR's own code says otherwise.
			const isOdd = reply.status === 200 && said !== undefined && said !== 0;
			const status = isOdd ? (HTTP_STATUS[said] ?? 500) : reply.status;
			const seen = { ...reply, status };
			// What was written must be confirmed: a proxy's page has status 200, too.
			if (status === 200 && (said === 0 || write !== true))
				return parseReply(requested, schema, reply.body) as GirAnswer<Name>;
			if (write === true && !isRefusal(status, said, repeatable))
				throw new UnknownOutcome((advice) => replyError(requested, seen, advice));
			const advice = adviseGir(name, seen);
			// A proxy's 404 says nothing about a recording.
			const isNone = status === 404 && said !== undefined && said !== 0;
			throw replyError(
				requested,
				seen,
				isNone && advice ? { ...advice, reason: NOT_FOUND } : advice,
			);
		} catch (error) {
			if (!(error instanceof NetworkFailure)) throw error;
			if (repeatable || !error.maybeSent) throw networkError(requested, error);
			throw new UnknownOutcome((advice) => networkError(requested, error, advice));
		}
	}

	/** What an error message about a call is made of. */
	private descriptionOf(name: GirCallName): RequestDescription {
		const { doing } = girRowOf(name);
		return { node: this.connection.context.getNode(), vendor: 'GIR', doing };
	}

	/** Where the server wants a CSRF token for a write, it gets one by reading the same recording, and sends it again, once. */
	private attemptOf(name: GirCallName, asked: Asked): () => Promise<Reply> {
		const { method, path = '', write } = girRowOf(name);
		const { recordingId = '', query, body } = asked;
		const ids = { recordingId };
		if (write !== true)
			return async () =>
				await this.send({ method, path, ids, query, headers: this.csrf.readHeaders() });
		let primed = false;
		return async () => {
			const send = async () =>
				await this.send({ method, path, ids, query, body, headers: this.csrf.writeHeaders() });
			const reply = await send();
			if (primed || !saysCsrf(reply)) return reply;
			primed = true;
			this.csrf.forget();
			await this.send({ method: 'GET', path, ids });
			return await send();
		};
	}

	private async send(
		request: Pick<HelperRequest, 'method' | 'path' | 'ids' | 'query' | 'body' | 'headers'>,
	): Promise<Reply> {
		const reply = await sendThroughN8n(this.connection, {
			credentialType: CREDENTIAL,
			// With the address marked as checked, n8n does not knock there first.
			credentialData: {
				...(this.credential as unknown as IDataObject),
				checkedAddress: this.apiBase,
			},
			baseUrl: this.apiBase,
			allowUnauthorizedCerts: this.credential.ignoreSSLIssues === true,
			...request,
		});
		this.csrf.learn(reply);
		return reply;
	}
}

/** What a call is made with. */
interface Asked {
	recordingId?: string;
	/** By the vendor's names. */
	query?: IDataObject;
	body?: IDataObject;
	signal?: AbortSignal;
}

/** In the place of an answer, where the password was just refused. */
const SIGN_IN_REFUSED: Reply = {
	status: 401,
	headers: {},
	body: 'not asked again so soon after the password was refused',
};

/**
 * Whether an answer to a write says that it was not carried out: a status below 500 that refuses, or GIR's own word that
 * its database is read-only. A write that may be sent again has been by now, so that any refusal is its last word.
 *
 * @param said GIR's own status code; undefined where somebody else answered
 */
function isRefusal(status: number, said: number | undefined, repeatable: boolean): boolean {
	if (repeatable) return status >= 300;
	return status >= 400 && (status < 500 || (READ_ONLY.has(status) && said !== undefined));
}

/** The reason of errors that are GIR's own "not found": it has no such recording, or does not show it to this user. */
export const NOT_FOUND = 'notFound';

/** No clear answer came to a write that may have been carried out. `as` makes the error to be shown. */
export class UnknownOutcome extends Error {
	constructor(readonly as: (advice: Advice) => NodeApiError) {
		super('The outcome is not known');
	}
}

/** GIR's own status codes as the HTTP status of the same meaning ("Return Values"); others count as a server's trouble. */
const HTTP_STATUS: Record<number, number> = {
	1: 400,
	2: 400,
	3: 403,
	5: 403,
	6: 404,
	10: 400,
	20: 401,
};
