import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { budgetOf, comeBackLater, cxoneOccasion, givesLink, isLinkRedirect, redirectAsLink, type CallName } from './calls';
import { adviseCxone } from './errors';
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
import { signInTo, type CxoneCredentialType, type SignIn } from './sign-in';
import { cancelSignal, type RequestContext } from '../context';
import { networkError, parseReply, replyError, type Occasion } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { requestLoop, type Reply } from '../http/retry';
import { pathPart } from '../http/path-part';
import { sendThroughN8n } from '../http/send';
import type { Transport } from '../http/transport';
import { promisedSize } from '../media/stored';
import type { z } from '../vendor';

export type { CxoneCredentialType } from './sign-in';

/** A filter or sort as the Recording API's search takes it. */
export interface SearchFilter {
	field: string;
	operator: string;
	value: string | number | boolean | string[];
}

export interface RecordingSearch {
	filters: SearchFilter[];
	sort: Array<{ field: string; direction: 'asc' | 'desc' }>;
	/** Rows on a page, 1 to 100. */
	pageSize: number;
}

/** Pages in a row without a recording that was not on an earlier one: shifting rows can bring one or two, no more. */
const MAX_FRUITLESS_PAGES = 3;

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
		return new CxoneClient(context, credentialType, transport, await signInTo(context, credentialType));
	}

	/** The API's address; what it gives without a host is relative to it. */
	get apiBaseUrl(): string {
		return this.signIn.apiBaseUrl;
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
		const usedTokens = new Set<string>();
		let previous = '';
		let received = 0;
		let fruitless = 0;
		let token: string | undefined;
		for (let page = 1; ; page++) {
			const answer: SearchPage = await this.searchPage({ ...search, ...(token === undefined ? { page } : { nextPageToken: token }) });
			const ids = answer.recordings.map(recordingId);
			const fresh = answer.recordings.filter((raw) => !seen.has(recordingId(raw)));
			for (const id of ids) seen.add(id);
			received += ids.length;
			fruitless = fresh.length === 0 ? fruitless + 1 : 0;
			yield fresh;
			const { nextPageToken, totalCount } = answer;
			const complete = totalCount === undefined || received >= totalCount;
			if (nextPageToken !== undefined) {
				if (usedTokens.has(nextPageToken) || fruitless > MAX_FRUITLESS_PAGES) throw this.endless();
				usedTokens.add(nextPageToken);
				token = nextPageToken;
				continue;
			}
			if (token !== undefined || ids.length === 0 || (answer.hasTokens && complete)) {
				if (complete) return;
				throw new NodeOperationError(this.context.getNode(), `CXone gave ${received} of ${totalCount} recordings and then no more`, {
					description: 'The search was stopped so that none is missed unnoticed. Narrow the date range and try again.',
				});
			}
			if (totalCount !== undefined && complete) return;
			if (ids.join() === previous) {
				// Some servers answer a page behind the end with the last one again: a short page that repeats is the end.
				if (ids.length < search.pageSize && totalCount === undefined) return;
				throw this.endless();
			}
			if (fruitless > MAX_FRUITLESS_PAGES) throw this.endless();
			previous = ids.join();
		}
	}

	private endless(): NodeOperationError {
		return new NodeOperationError(this.context.getNode(), 'CXone repeats the same page of results without end', {
			description: 'The search was stopped so that nothing is doubled or missed. Narrow the date range and try again.',
		});
	}

	/**
	 * One page of a search.
	 *
	 * @param body the search with `page`, from 1, or with the `nextPageToken` of the page before
	 */
	async searchPage(body: RecordingSearch & ({ page: number } | { nextPageToken: string })): Promise<SearchPage> {
		const reply = await this.viaTransport('searchRecordings', '/api/v2/recording/search', body);
		return parseReply(this.occasion('searchRecordings'), searchPage, reply.body);
	}

	/** `GET /api/v2/recording/{id}` */
	async recording(id: string): Promise<RawRecording> {
		return await this.get('getRecording', `/api/v2/recording/${pathPart(id)}`, {}, rawRecording);
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
		const path = `/api/v2/recording/${pathPart(id)}/download`;
		const link = await this.get('getDownloadLink', path, { channel }, downloadLink);
		return {
			url: link.url,
			contentType: link.contentType ?? undefined,
			sizeBytes: promisedSize(link.sizeBytes),
			channel: link.channel ?? undefined,
		};
	}

	/** `GET /media-playback/v1/contacts`: all interactions of an ACD call. */
	async contact(acdCallId: string, query: IDataObject): Promise<ContactReply> {
		return await this.get('getContact', '/media-playback/v1/contacts', { 'acd-call-id': acdCallId, ...query }, contactReply);
	}

	/** `GET /media-playback/v1/segments/{segmentId}` */
	async segment(segmentId: string, query: IDataObject): Promise<ContactReply> {
		return await this.get('getSegment', `/media-playback/v1/segments/${pathPart(segmentId)}`, query, contactReply);
	}

	private async get<S extends z.ZodTypeAny>(
		call: CallName,
		path: string,
		query: IDataObject,
		schema: S,
	): Promise<z.output<S>> {
		const reply = await this.run(call, async () => {
			const send = async () =>
				await sendThroughN8n(this.context, {
					credentialType: this.credentialType,
					credentialData: await this.signIn.credentialData(),
					method: 'GET',
					baseUrl: this.signIn.apiBaseUrl,
					path,
					query,
				});
			const token = await this.signIn.token();
			const first = await send();
			if (first.status !== 401) return first;
			await this.signIn.token(token);
			return await send();
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
		try {
			const { reply } = await requestLoop({
				attempt,
				repeatable: true,
				budget: budgetOf(this.signIn, call),
				comeBackLater: comeBackLater(call),
				signal: cancelSignal(this.context),
			});
			if (reply.status === 200 || (givesLink(call) && isLinkRedirect(reply))) return reply;
			throw replyError(this.occasion(call), reply, adviseCxone);
		} catch (error) {
			if (error instanceof NetworkFailure) throw networkError(this.occasion(call), error);
			throw error;
		}
	}

	private occasion(call: CallName): Occasion {
		return cxoneOccasion(this.context.getNode(), call);
	}
}
