import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { girApiBase, type GirCredential } from './connection';
import { adviseGir } from './errors';
import { girRecordingReply, girSearchPage, girStatus, type GirRecording } from './schemas';
import { cancelSignal, type RequestContext } from '../context';
import { networkError, parseReply, replyError, type Occasion } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { requestLoop, type Reply } from '../http/retry';
import { sendThroughN8n } from '../http/send';
import type { z } from '../vendor';

const CREDENTIAL = 'genesysBasicApi';

const CALLS = {
	searchRecordings: 'search recordings',
	getRecording: 'get a recording',
	getMedia: 'give out a media file',
} as const;
type CallName = keyof typeof CALLS;

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
	private constructor(
		private readonly context: RequestContext,
		private readonly credential: GirCredential,
		readonly apiBase: string,
	) {}

	/** @throws UserError when the base URL cannot be used */
	static async connect(context: RequestContext): Promise<GirClient> {
		const credential = (await context.getCredentials(CREDENTIAL)) as unknown as GirCredential;
		return new GirClient(context, credential, girApiBase(credential));
	}

	get allowInsecureHttp(): boolean {
		return this.credential.allowInsecureHttp === true;
	}

	get allowUnauthorizedCerts(): boolean {
		return this.credential.ignoreSSLIssues === true;
	}

	/** For requests outside n8n's helper, to the API's own origin only. */
	get authorization(): string {
		const { username, password } = this.credential;
		return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
	}

	/**
	 * Searches, page by page, by offset and limit. `nextPath` is not followed: the vendor's own sample shows one behind
	 * the last page, and `nextUri` names internal hosts. Servers may cap `limit`, so it goes on by rows received.
	 *
	 * @param pageSize rows asked for; a server may give fewer
	 */
	async *search(search: GirSearch, pageSize: number = GIR_PAGE_SIZE): AsyncGenerator<GirRecording[]> {
		const seen = new Set<string>();
		let previous = '';
		let offset = 0;
		for (;;) {
			const page = await this.get('searchRecordings', '/recordings', { ...search, offset, limit: pageSize }, girSearchPage);
			const fresh = page.recordings.filter(({ id }) => !seen.has(id));
			for (const { id } of fresh) seen.add(id);
			offset += page.recordings.length;
			yield fresh;
			if (page.recordings.length === 0) return;
			if (page.totalCount !== undefined && offset >= page.totalCount) return;
			const ids = page.recordings.map(({ id }) => id).join();
			if (ids === previous) {
				throw new NodeOperationError(this.context.getNode(), 'GIR repeats the same page of results without end', {
					description: 'The search was stopped so that nothing is doubled or missed. Narrow the time range and try again.',
				});
			}
			previous = ids;
		}
	}

	/** `GET /api/v2/recordings/{id}` */
	async recording(id: string, subresources?: string): Promise<GirRecording> {
		const query = subresources === undefined ? {} : { subresources };
		return await this.get('getRecording', `/recordings/${encodeURIComponent(id)}`, query, girRecordingReply);
	}

	/**
	 * The address of a media file: the API address and `playPath` put together as they are (the path's leading slash
	 * would make a URL resolver drop `/api/v2`).
	 *
	 * @throws NodeOperationError when `playPath` is no path, or leads to another host
	 */
	mediaUrl(playPath: string): string {
		const url = `${this.apiBase}${playPath}`;
		if (!playPath.startsWith('/') || playPath.startsWith('//') || !new URL(url).href.startsWith(`${this.apiBase}/`)) {
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
			secrets: [this.credential.password],
		};
	}

	private async get<S extends z.ZodTypeAny>(call: CallName, path: string, query: object, schema: S): Promise<z.output<S>> {
		const reply = await this.run(call, async () => {
			return await sendThroughN8n(this.context, {
				credentialType: CREDENTIAL,
				method: 'GET',
				baseUrl: this.apiBase,
				path,
				query: query as IDataObject,
				allowUnauthorizedCerts: this.allowUnauthorizedCerts,
			});
		});
		return parseReply(this.occasion(call), schema, reply.body);
	}

	private async run(call: CallName, attempt: () => Promise<Reply>): Promise<Reply> {
		try {
			const { reply } = await requestLoop({ attempt, repeatable: true, signal: cancelSignal(this.context) });
			if (reply.status !== 200) throw replyError(this.occasion(call), reply, adviseGir);
			const status = girStatus.safeParse(reply.body);
			if (status.success && (status.data.statusCode ?? 0) !== 0) {
				throw replyError(this.occasion(call), { ...reply, status: asHttpStatus(status.data.statusCode!) }, adviseGir);
			}
			return reply;
		} catch (error) {
			if (error instanceof NetworkFailure) throw networkError(this.occasion(call), error);
			throw error;
		}
	}
}

/** GIR's own status codes as the HTTP status of the same meaning ("Return Values"); others count as a server's trouble. */
const HTTP_STATUS: Record<number, number> = { 1: 400, 2: 400, 3: 403, 5: 403, 6: 404, 10: 400, 20: 401 };

export function asHttpStatus(statusCode: number): number {
	return HTTP_STATUS[statusCode] ?? 500;
}
