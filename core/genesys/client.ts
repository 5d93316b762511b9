import { createHash } from 'node:crypto';

import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, NodeApiError } from 'n8n-workflow';

import { girApiBase, type GirCredential } from './connection';
import { CsrfSession, saysCsrf } from './csrf';
import { adviseGir } from './errors';
import { girRecordingReply, girSearchPage, girStatus, type GirRecording } from './schemas';
import type { Connection } from '../http/connection';
import { clock } from '../http/clock';
import { eitherSignal } from '../http/deadline';
import { networkError, parseReply, replyError, type Advice, type Adviser, type RequestDescription } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { requestLoop, type Reply } from '../http/retry';
import { pathPart } from '../http/path-part';
import { keepSecret } from '../http/redact';
import { sendThroughN8n } from '../http/send';
import { logUnreadable, type ListPage } from '../listing';
import type { z } from '../vendor';

const CREDENTIAL = 'genesysBasicApi';

const CALLS = {
	searchRecordings: 'search recordings',
	getRecording: 'get a recording',
	getMedia: 'give out a media file',
	deleteRecording: 'delete a recording',
	protectRecording: 'protect a recording from deletion',
	unprotectRecording: 'end the protection of a recording',
} as const;
type CallName = keyof typeof CALLS;

const WRITES: ReadonlySet<CallName> = new Set(['deleteRecording', 'protectRecording', 'unprotectRecording']);

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

	private constructor(
		private readonly connection: Pick<Connection, 'context' | 'signal'>,
		private readonly credential: GirCredential,
		readonly apiBase: string,
	) {}

	/** @throws UserError when the base URL cannot be used */
	static async connect(connection: Pick<Connection, 'context' | 'signal'>): Promise<GirClient> {
		const credential = (await connection.context.getCredentials(CREDENTIAL)) as unknown as GirCredential;
		const client = new GirClient(connection, credential, girApiBase(credential));
		keepSecret(...client.secrets);
		return client;
	}

	get allowInsecureHttp(): boolean {
		return this.credential.allowInsecureHttp === true;
	}

	get allowUnauthorizedCerts(): boolean {
		return this.credential.ignoreSSLIssues === true;
	}

	/** The user this client signs in as. */
	get userName(): string {
		return this.credential.username;
	}

	/** What must not appear in any message: the password, and what goes over the line in its place. */
	get secrets(): string[] {
		return [this.credential.password, this.authorization.replace('Basic ', '')];
	}

	/** For requests outside n8n's helper, to the API's own origin only. */
	get authorization(): string {
		const { username, password } = this.credential;
		return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
	}

	/**
	 * One page of a search, by offset and limit. `nextPath` is not followed: the vendor's own sample shows one behind the
	 * last page, and `nextUri` names internal hosts. Servers may cap `limit`, so it goes on by rows received; each page
	 * begins with the last row of the one before, because rows that are deleted in between move the others forward.
	 *
	 * @param offset rows before the page
	 * @param limit rows asked for; a server may give fewer
	 */
	async searchPage(search: GirSearch, offset: number, limit: number, signal?: AbortSignal): Promise<ListPage<GirRecording>> {
		const { recordings, totalCount: total } = await this.get('searchRecordings', '/recordings', { ...search, offset, limit }, girSearchPage, signal);
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

	/** `GET /api/v2/recordings/{id}` */
	async recording(id: string, subresources?: string): Promise<GirRecording> {
		const query = subresources === undefined ? {} : { subresources };
		return await this.get('getRecording', `/recordings/${pathPart(id)}`, query, girRecordingReply);
	}

	/**
	 * `DELETE /api/v2/recordings/{id}`: the recording, its screen recordings and all media files. Sent once. Returns only
	 * where GIR itself says that it is done.
	 *
	 * @throws UnknownOutcome when it may be done or not; NodeApiError when it is not, also with 404
	 */
	async delete(id: string): Promise<void> {
		await this.write('deleteRecording', 'DELETE', id, undefined, { repeatable: false });
	}

	/**
	 * `POST /api/v2/recordings/{id}` with the name of an operation of the Non-Deletion API. Doing it twice is as doing it once.
	 *
	 * @param operationName `applyNonDelete`, or its counterpart, whose name no public page gives
	 */
	async setProtection(id: string, protect: boolean, operationName: string): Promise<void> {
		const call = protect ? 'protectRecording' : 'unprotectRecording';
		try {
			await this.write(call, 'POST', id, { operationName }, { repeatable: true });
		} catch (error) {
			throw error instanceof UnknownOutcome ? error.as(PROTECTION_UNKNOWN) : error;
		}
	}

	/** Sends a write; where the server wants a CSRF token, gets one by reading the same recording and sends it again, once. */
	private async write(
		call: CallName,
		method: 'DELETE' | 'POST',
		id: string,
		body: IDataObject | undefined,
		{ repeatable }: { repeatable: boolean },
	): Promise<Reply> {
		const path = `/recordings/${pathPart(id)}`;
		let primed = false;
		const attempt = async (): Promise<Reply> => {
			const send = async () => await this.send(method, path, {}, body, this.csrf.writeHeaders());
			const reply = await send();
			if (primed || !saysCsrf(reply)) return reply;
			primed = true;
			this.csrf.forget();
			await this.send('GET', path, {}, undefined, {});
			return await send();
		};
		return await this.run(call, attempt, { repeatable, final: READ_ONLY });
	}

	/**
	 * The address of a media file: the API address and `playPath` put together as they are (the path's leading slash
	 * would make a URL resolver drop `/api/v2`).
	 *
	 * @throws NodeOperationError when `playPath` is no path, or leads to another host
	 */
	mediaUrl(playPath: string): string {
		const url = `${this.apiBase}${playPath}`;
		if (typeof playPath !== 'string' || !playPath.startsWith('/') || playPath.startsWith('//') || !new URL(url).href.startsWith(`${this.apiBase}/`)) {
			throw new NodeOperationError(this.connection.context.getNode(), "'playPath' of this media file is not a path of the recording API", {
				description: 'Nothing was requested, because the password would go along. Search for the recording again and use its own playPath.',
			});
		}
		return url;
	}

	/** Everything an error message about this call is made of. */
	describe(call: CallName): RequestDescription {
		return {
			node: this.connection.context.getNode(),
			vendor: 'GIR',
			operation: call,
			doing: CALLS[call],
		};
	}

	private async get<S extends z.ZodTypeAny>(
		call: CallName,
		path: string,
		query: object,
		schema: S,
		signal?: AbortSignal,
	): Promise<z.output<S>> {
		const attempt = async () => await this.send('GET', path, query as IDataObject, undefined, this.csrf.readHeaders());
		const reply = await this.run(call, attempt, { repeatable: true, signal });
		return parseReply(this.describe(call), schema, reply.body);
	}

	private async send(
		method: 'GET' | 'DELETE' | 'POST',
		path: string,
		query: IDataObject,
		body: IDataObject | undefined,
		headers: IDataObject,
	): Promise<Reply> {
		const reply = await sendThroughN8n(this.connection, {
			credentialType: CREDENTIAL,
			// With the address marked as checked, n8n does not knock there first.
			credentialData: { ...(this.credential as unknown as IDataObject), checkedAddress: this.apiBase },
			method,
			baseUrl: this.apiBase,
			path,
			query,
			body,
			headers,
			allowUnauthorizedCerts: this.allowUnauthorizedCerts,
		});
		this.csrf.learn(reply);
		return reply;
	}

	private async run(
		call: CallName,
		attempt: () => Promise<Reply>,
		manner: { repeatable: boolean; final?: ReadonlySet<number>; signal?: AbortSignal },
	): Promise<Reply> {
		try {
			const account = createHash('sha256').update(`${this.apiBase}|${this.authorization}`).digest('hex');
			if ((refusedAccounts.get(account) ?? 0) > clock.now()) throw replyError(this.describe(call), SIGN_IN_REFUSED);
			const { reply } = await requestLoop({ attempt, ...manner, signal: eitherSignal(this.connection.signal, manner.signal) });
			if (reply.status === 401) refusedAccounts.set(account, clock.now() + REMEMBER_REFUSAL_MS);
			const said = girStatus.safeParse(reply.body).data?.statusCode;
			// Status 200 is no success where GIR's own code says otherwise.
			const status = reply.status === 200 && said !== undefined && said !== 0 ? asHttpStatus(said) : reply.status;
			// What was written must be confirmed: a proxy's page has status 200, too.
			if (status === 200 && (said === 0 || !WRITES.has(call))) return reply;
			const refused = (advise: Adviser) => replyError(this.describe(call), { ...reply, status }, advise);
			if (WRITES.has(call) && !isRefusal(status, said, manner.repeatable)) throw new UnknownOutcome((advice) => refused(() => advice));
			const error = refused(adviseGir);
			if (status === 404 && said !== undefined && said !== 0) notFound.add(error);
			throw error;
		} catch (error) {
			if (!(error instanceof NetworkFailure)) throw error;
			if (manner.repeatable || !error.maybeSent) throw networkError(this.describe(call), error);
			throw new UnknownOutcome((advice) => networkError(this.describe(call), error, advice));
		}
	}
}

/** Accounts whose password was just refused, until when: enough wrong ones in a row lock an account. Epoch milliseconds. */
const refusedAccounts = new Map<string, number>();
const REMEMBER_REFUSAL_MS = 30_000;
const SIGN_IN_REFUSED: Reply = { status: 401, headers: {}, body: 'not asked again so soon after the password was refused' };

/** "The recording database is read-only" (DELETE, 503): a state, which no retry ends. */
const READ_ONLY: ReadonlySet<number> = new Set([503]);

const PROTECTION_UNKNOWN: Advice = {
	message: 'It is not known whether GIR has changed the protection of the recording',
	description: "Something else than GIR answered. Use 'Get by ID' of Search Recordings and look at 'protectedFromDeletion'.",
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

/** Errors that are GIR's own "not found": a proxy's 404 says nothing about a recording. */
const notFound = new WeakSet<object>();

/** Whether an error says that GIR has no such recording, or does not show it to this user. */
export function isNotFound(error: unknown): error is NodeApiError {
	return typeof error === 'object' && error !== null && notFound.has(error);
}

/** No clear answer came to a write that may have been carried out. `as` makes the error to be shown. */
export class UnknownOutcome extends Error {
	constructor(readonly as: (advice: Advice) => NodeApiError) {
		super('The outcome is not known');
	}
}

/** GIR's own status codes as the HTTP status of the same meaning ("Return Values"); others count as a server's trouble. */
const HTTP_STATUS: Record<number, number> = { 1: 400, 2: 400, 3: 403, 5: 403, 6: 404, 10: 400, 20: 401 };

export function asHttpStatus(statusCode: number): number {
	return HTTP_STATUS[statusCode] ?? 500;
}
