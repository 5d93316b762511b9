import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { ask, describeCxoneRequest, givesLink, isLinkRedirect, isRecordingApi, redirectAsLink, type CallName } from './calls';
import { adviseCxone, adviseWithoutRecordingApi, lacksRecordingApi } from './errors';
import {
	contactReply,
	downloadLink,
	rawRecording,
	searchPage,
	type ContactReply,
	type RawRecording,
} from './schemas';
import { signInTo, type CxoneCredentialType, type SignIn } from './sign-in';
import { eitherSignal } from '../http/deadline';
import { networkError, parseReply, replyError, type RequestDescription } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import type { Reply } from '../http/retry';
import { pathPart } from '../http/path-part';
import { quote } from '../http/redact';
import { sendThroughN8n } from '../http/send';
import type { Connection } from '../http/connection';
import { logUnreadable, type ListPage } from '../listing';
import type { Position } from '../trigger/source';
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

/** Tenants that have answered as the Recording API does. */
const offering = new Set<string>();

/** NICE CXone's recording APIs for one credential. Errors are n8n's, ready to be shown. */
export class CxoneClient {
	private constructor(
		private readonly connection: Connection,
		private readonly credentialType: CxoneCredentialType,
		private readonly signIn: SignIn,
	) {}

	/** @throws UserError or NodeApiError when the credential is incomplete or is not accepted */
	static async connect(connection: Connection, credentialType: CxoneCredentialType): Promise<CxoneClient> {
		return new CxoneClient(connection, credentialType, await signInTo(connection, credentialType));
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
	 * One page of a search (`GET /api/v2/recording/search` with a JSON body). Goes by `nextPageToken` where the answers have
	 * one, by page number else.
	 *
	 * @param position a page's number, from 1, or its token
	 */
	async searchPage(search: RecordingSearch, position: Position = 1, signal?: AbortSignal): Promise<ListPage<RawRecording>> {
		const body = { ...search, ...(typeof position === 'string' ? { nextPageToken: position } : { page: position }) };
		const reply = await this.run('searchRecordings', this.searchFor(body), signal);
		const answer = parseReply(this.describe('searchRecordings'), searchPage, reply.body);
		const { recordings, nextPageToken, hasTokens, totalCount: total } = answer;
		logUnreadable(this.connection.context, 'CXone', recordings);
		const full = recordings.length >= search.pageSize;
		// Servers may give fewer rows than asked for, so only what is certainly the last page ends the list.
		const byNumber = (page: number): number | undefined => {
			const isLast = recordings.length === 0 || (total === undefined ? hasTokens : !full && page * recordings.length >= total);
			return isLast ? undefined : page + 1;
		};
		const next = nextPageToken ?? (typeof position === 'number' ? byNumber(position) : undefined);
		return { rows: recordings, total, full, ...(next !== undefined && { next }) };
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
		const reply = await this.run(call, async () =>
			await sendThroughN8n(this.connection, {
				credentialType: this.credentialType,
				credentialData: await this.signIn.credentialData(),
				method: 'GET',
				baseUrl: this.signIn.apiBaseUrl,
				path,
				query,
			}),
		);
		return parseReply(this.describe(call), schema, redirectAsLink(reply));
	}

	/** For the one request n8n's helper cannot send: it drops the body of a GET. */
	private searchFor(json: unknown): (token: string) => Promise<Reply> {
		return async (token) =>
			await this.connection.transport.json({
				url: `${this.signIn.apiBaseUrl}/api/v2/recording/search`,
				headers: { accept: 'application/json', authorization: `Bearer ${token}` },
				json,
				allowInsecureHttp: this.signIn.allowInsecureHttp,
			});
	}

	private async run(call: CallName, send: (token: string) => Promise<Reply>, signal?: AbortSignal): Promise<Reply> {
		try {
			const either = eitherSignal(this.connection.signal, signal);
			const reply = await ask(this.signIn, call, send, { repeatable: true, signal: either });
			if (reply.status === 200) {
				if (isRecordingApi(call)) offering.add(this.signIn.tenant);
				return reply;
			}
			if (givesLink(call) && isLinkRedirect(reply)) return reply;
			if (isRecordingApi(call) && (await this.lacksApi(call, reply))) throw this.withoutApi(call, reply);
			throw replyError(this.describe(call), reply, adviseCxone);
		} catch (error) {
			if (error instanceof NetworkFailure) throw networkError(this.describe(call), error);
			throw error;
		}
	}

	/**
	 * Whether a refusal means that the tenant has no Recording API at all. "Not found" of one recording tells only together
	 * with the path of the search, which is asked once for a tenant.
	 */
	private async lacksApi(call: CallName, reply: Reply): Promise<boolean> {
		if (!lacksRecordingApi(reply)) return false;
		if (call === 'searchRecordings' || (reply.status !== 404 && reply.status !== 410)) return true;
		if (offering.has(this.signIn.tenant)) return false;
		const search = this.searchFor({ filters: [], sort: [], page: 1, pageSize: 1 });
		try {
			const known = await ask(this.signIn, 'searchRecordings', search, { repeatable: true, signal: this.connection.signal });
			const lacks = lacksRecordingApi(known);
			if (!lacks && known.status < 500) offering.add(this.signIn.tenant);
			return lacks;
		} catch (error) {
			if (error instanceof NetworkFailure) return false;
			throw error;
		}
	}

	/** No NodeApiError: its status would read like "no such recording". */
	private withoutApi(call: CallName, reply: Reply): NodeOperationError {
		const { message, description } = adviseWithoutRecordingApi(call);
		const said = quote(reply.body);
		return new NodeOperationError(this.connection.context.getNode(), message, {
			description: `${description} ${said === '' ? '' : `CXone said: "${said}" `}(HTTP ${reply.status})`,
		});
	}

	private describe(call: CallName): RequestDescription {
		return describeCxoneRequest(this.connection.context.getNode(), call);
	}
}
