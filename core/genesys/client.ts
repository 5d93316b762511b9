import { createHash } from 'node:crypto';

import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { girApiBase, type GirCredential } from './connection';
import { CsrfSession, saysCsrf } from './csrf';
import { adviseGir } from './errors';
import { girRecordingReply, girSearchPage, girStatus, type GirRecording } from './schemas';
import { cancelSignal, type RequestContext } from '../context';
import { clock } from '../http/clock';
import { eitherSignal } from '../http/deadline';
import { networkError, parseReply, replyError, type Advice, type Occasion } from '../http/errors';
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
		private readonly context: RequestContext,
		private readonly credential: GirCredential,
		readonly apiBase: string,
	) {}

	/** @throws UserError when the base URL cannot be used */
	static async connect(context: RequestContext): Promise<GirClient> {
		const credential = (await context.getCredentials(CREDENTIAL)) as unknown as GirCredential;
		const client = new GirClient(context, credential, girApiBase(credential));
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
		logUnreadable(this.context, 'GIR', recordings);
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

	/** As `recording`, and undefined where there is none of that ID that this user may see. */
	async recordingIfThere(id: string): Promise<GirRecording | undefined> {
		try {
			return await this.recording(id);
		} catch (error) {
			if (error instanceof NodeApiError && error.httpCode === '404') return undefined;
			throw error;
		}
	}

	/**
	 * `DELETE /api/v2/recordings/{id}`: the recording, its screen recordings and all media files. Sent once: after a cut
	 * connection the recording is looked for instead, because a second DELETE could not tell what the first one did.
	 *
	 * @throws NodeApiError, also with 404 when there is no such recording
	 */
	async delete(id: string): Promise<void> {
		try {
			await this.write('deleteRecording', 'DELETE', id, undefined, { repeatable: false });
		} catch (error) {
			if (!(error instanceof UnknownOutcome)) throw error;
			if (await this.isStillThere(id, error)) throw error.as(STILL_THERE);
		}
	}

	private async isStillThere(id: string, unknown: UnknownOutcome): Promise<boolean> {
		try {
			return (await this.recordingIfThere(id)) !== undefined;
		} catch {
			throw unknown.as(UNKNOWN);
		}
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
			throw new NodeOperationError(this.context.getNode(), "'playPath' of this media file is not a path of the recording API", {
				description: 'Nothing was requested, because the password would go along. Search for the recording again and use its own playPath.',
			});
		}
		return url;
	}

	/** Everything an error message about this call is made of. */
	occasion(call: CallName): Occasion {
		return {
			node: this.context.getNode(),
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
		return parseReply(this.occasion(call), schema, reply.body);
	}

	private async send(
		method: 'GET' | 'DELETE' | 'POST',
		path: string,
		query: IDataObject,
		body: IDataObject | undefined,
		headers: IDataObject,
	): Promise<Reply> {
		const reply = await sendThroughN8n(this.context, {
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
			if ((refusedAccounts.get(account) ?? 0) > clock.now()) throw replyError(this.occasion(call), SIGN_IN_REFUSED);
			const { reply } = await requestLoop({ attempt, ...manner, signal: eitherSignal(cancelSignal(this.context), manner.signal) });
			if (reply.status === 401) refusedAccounts.set(account, clock.now() + REMEMBER_REFUSAL_MS);
			if (!manner.repeatable && NO_WORD_FROM_GIR.has(reply.status)) {
				throw new UnknownOutcome((advice) => replyError(this.occasion(call), reply, () => advice));
			}
			if (reply.status !== 200) throw replyError(this.occasion(call), reply, adviseGir);
			const status = girStatus.safeParse(reply.body);
			const empty = reply.body === '' || reply.body === null || reply.body === undefined;
			if (WRITES.has(call) && !status.success && !empty) {
				// A sign-in page of a proxy, for example: whatever it is, it does not say that anything was done.
				throw new UnknownOutcome((advice) => replyError(this.occasion(call), reply, () => advice));
			}
			if (status.success && (status.data.statusCode ?? 0) !== 0) {
				throw replyError(this.occasion(call), { ...reply, status: asHttpStatus(status.data.statusCode!) }, adviseGir);
			}
			return reply;
		} catch (error) {
			if (!(error instanceof NetworkFailure)) throw error;
			if (manner.repeatable || !error.maybeSent) throw networkError(this.occasion(call), error);
			throw new UnknownOutcome((advice) => networkError(this.occasion(call), error, advice));
		}
	}
}

/** Accounts whose password was just refused, until when: enough wrong ones in a row lock an account. Epoch milliseconds. */
const refusedAccounts = new Map<string, number>();
const REMEMBER_REFUSAL_MS = 30_000;
const SIGN_IN_REFUSED: Reply = { status: 401, headers: {}, body: 'not asked again so soon after the password was refused' };

/** A gateway's own answers: what became of the request behind it they do not tell. */
const NO_WORD_FROM_GIR: ReadonlySet<number> = new Set([502, 504]);

/** "The recording database is read-only" (DELETE, 503): a state, which no retry ends. */
const READ_ONLY: ReadonlySet<number> = new Set([503]);

const STILL_THERE: Advice = {
	message: 'GIR gave no answer when asked to delete the recording, and the recording is still there',
	description: 'Try again; if it keeps happening, check proxies between n8n and GIR.',
};

const UNKNOWN: Advice = {
	message: 'It is not known whether GIR has deleted the recording',
	description: "GIR gave no answer, and could not be asked afterwards. Use 'Get by ID' of Search Recordings to see whether it is still there.",
};

const PROTECTION_UNKNOWN: Advice = {
	message: 'It is not known whether GIR has changed the protection of the recording',
	description: "Something else than GIR answered. Use 'Get by ID' of Search Recordings and look at 'protectedFromDeletion'.",
};

/** No answer came to a write that may have been carried out. */
class UnknownOutcome extends Error {
	constructor(readonly as: (advice: Advice) => NodeApiError) {
		super('The outcome is not known');
	}
}

/** GIR's own status codes as the HTTP status of the same meaning ("Return Values"); others count as a server's trouble. */
const HTTP_STATUS: Record<number, number> = { 1: 400, 2: 400, 3: 403, 5: 403, 6: 404, 10: 400, 20: 401 };

export function asHttpStatus(statusCode: number): number {
	return HTTP_STATUS[statusCode] ?? 500;
}
