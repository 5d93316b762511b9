import { NodeApiError } from 'n8n-workflow';

import { call, signedIn, type Tenant } from './call';
import type { Asked } from './calls';
import type { ContactReply, RawRecording } from './schemas';
import type { CxoneCredentialType } from './sign-in';
import type { Connection } from '../http/connection';
import { logUnreadable, type ListPage } from '../listing';
import type { Position } from '../trigger/source';
import { promisedSize } from '../media/stored';

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

/** NICE CXone's recording APIs for one credential. Errors are n8n's, ready to be shown. */
export class CxoneClient {
	private constructor(private readonly tenant: Tenant) {}

	/** @throws UserError or NodeApiError when the credential is incomplete or is not accepted */
	static async connect(
		connection: Connection,
		credentialType: CxoneCredentialType,
	): Promise<CxoneClient> {
		return new CxoneClient(await signedIn(connection, credentialType));
	}

	/** The API's address; what it gives without a host is relative to it. */
	get apiBaseUrl(): string {
		return this.tenant.signIn.apiBaseUrl;
	}

	/** Whether the credential accepts http:// addresses. */
	get allowInsecureHttp(): boolean {
		return this.tenant.signIn.allowInsecureHttp;
	}

	/**
	 * One page of a search. Goes by `nextPageToken` where the answers have
	 * one, by page number else.
	 *
	 * @param position a page's number, from 1, or its token
	 */
	async searchPage(
		search: RecordingSearch,
		position: Position = 1,
		signal?: AbortSignal,
	): Promise<ListPage<RawRecording>> {
		const body = {
			...search,
			...(typeof position === 'string' ? { nextPageToken: position } : { page: position }),
		};
		const { answer } = await call(this.tenant, 'searchRecordings', { body }, { signal });
		const { recordings, nextPageToken, hasTokens, totalCount: total } = answer;
		logUnreadable(this.tenant.connection.context, 'CXone', recordings);
		const full = recordings.length >= search.pageSize;
		// Servers may give fewer rows than asked for, so only what is certainly the last page ends the list.
		const byNumber = (page: number): number | undefined => {
			const isLast =
				recordings.length === 0 ||
				(total === undefined ? hasTokens : !full && page * recordings.length >= total);
			return isLast ? undefined : page + 1;
		};
		const next = nextPageToken ?? (typeof position === 'number' ? byNumber(position) : undefined);
		return { rows: recordings, total, full, ...(next !== undefined && { next }) };
	}

	/** A recording by its ID. */
	async recording(recordingId: string): Promise<RawRecording> {
		return (await call(this.tenant, 'getRecording', { ids: { recordingId } })).answer;
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

	/** A signed link that lives 15 to 30 minutes. Use it at once; never store it. */
	async downloadLink(recordingId: string, channel: string): Promise<CxoneMediaLink> {
		const { answer: link } = await call(this.tenant, 'getDownloadLink', {
			ids: { recordingId },
			query: { channel },
		});
		return {
			url: link.url,
			contentType: link.contentType ?? undefined,
			sizeBytes: promisedSize(link.sizeBytes),
			channel: link.channel ?? undefined,
		};
	}

	/**
	 * All interactions of an ACD call.
	 *
	 * @param patienceMs how long to ask again after "in process" and "locked"; the same for the calls below. Milliseconds
	 */
	async contact(
		acdCallId: string,
		query: Asked<'getContact'>['query'],
		patienceMs: number,
	): Promise<ContactReply> {
		const asked = { query: { ...query, acdCallId } };
		return (await call(this.tenant, 'getContact', asked, { patienceMs })).answer;
	}

	/** The interactions of one segment. */
	async segment(
		segmentId: string,
		query: Asked<'getSegment'>['query'],
		patienceMs: number,
	): Promise<ContactReply> {
		const asked = { ids: { segmentId }, query };
		return (await call(this.tenant, 'getSegment', asked, { patienceMs })).answer;
	}

	/** The interactions of one statement of an ACD call. */
	async statement(
		acdContactId: string,
		statementId: string,
		query: Asked<'getStatement'>['query'],
		patienceMs: number,
	): Promise<ContactReply> {
		const asked = { ids: { acdContactId, statementId }, query };
		return (await call(this.tenant, 'getStatement', asked, { patienceMs })).answer;
	}
}
