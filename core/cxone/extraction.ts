import { NodeApiError, UserError } from 'n8n-workflow';
import type { JsonObject } from 'n8n-workflow';

import { call, replyTo, understood, type Tenant } from './call';
import { extractionJobs } from './schemas';
import { EXPIRED_RESULT } from './errors';
import {
	listedRows,
	NotTheList,
	provesItsEnd,
	type ExtractedRow,
	type FileEnd,
} from './extracted-file';
import type { TimeRange } from './extracted-times';
import { parseJson } from '../http/answer-text';
import { clock } from '../http/clock';
import { deadlineOf } from '../http/deadline';
import { networkError, replyError } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { reasonedError, withReason } from '../http/reason';
import { quote } from '../http/redact';
import type { Reply } from '../http/retry';
import { asNetworkFailure, readText, type Connection } from '../http/transport';
import { iso } from '../times';
import { NotYet } from '../trigger/source';

const ENTITY = 'recording-interaction-metadata';
const DAY_MS = 86_400_000;
/** The most days one job may span: "up to two weeks" (NICE help, "Data Extraction API"). */
const MAX_DAYS = 14;
/** Public programs ask every 5 to 10 seconds without being refused. */
const POLL_MS = 5_000;
/** A refusal is a page or a line of text; this much of it is worth reading. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** How often a job that is done is asked for its link. */
const LINK_ATTEMPTS = 3;

/**
 * No document says in which time zone CXone means a day. The first zone's day begins 14 hours before that of UTC, the last
 * one's ends 12 hours after it: so much more is asked for on either side. Milliseconds.
 */
const EARLIEST_ZONE_MS = 14 * 3_600_000;
const LATEST_ZONE_MS = 12 * 3_600_000;

/** Whole days as the API takes them, `YYYY-MM-DD`; the end does not belong to the range. */
export interface DayRange {
	startDate: string;
	endDate: string;
}

/**
 * The days that hold a range of time, whichever time zone CXone means by a day, in as many parts as the API wants.
 *
 * @param from epoch milliseconds
 * @param to epoch milliseconds; belongs to the range
 */
export function dayRanges(from: number, to: number): DayRange[] {
	const ranges: DayRange[] = [];
	const day = (ms: number) => iso(ms).slice(0, 10);
	const end = (Math.floor((to + EARLIEST_ZONE_MS) / DAY_MS) + 1) * DAY_MS;
	for (
		let start = Math.floor((from - LATEST_ZONE_MS) / DAY_MS) * DAY_MS;
		start < end;
		start += MAX_DAYS * DAY_MS
	) {
		ranges.push({ startDate: day(start), endDate: day(Math.min(start + MAX_DAYS * DAY_MS, end)) });
	}
	return ranges;
}

/** Within what the calls of some days began, whichever zone is meant, and whether or not the end belongs to them. */
export function timesOf({ startDate, endDate }: DayRange): TimeRange {
	return {
		from: Date.parse(startDate) - EARLIEST_ZONE_MS,
		to: Date.parse(endDate) + DAY_MS + LATEST_ZONE_MS,
	};
}

/** What CXone says when a job was started less than 30 seconds ago or another one runs; with 403, as for a missing permission. */
const BUSY = /try again|wait|running|in progress|recently|too (many|soon|early)|limit/i;

/** How jobs end that bring nothing. */
const ENDINGS: Record<string, string> = {
	FAILED: 'CXone could not extract the metadata',
	CANCELLED: 'The extraction was cancelled in CXone',
	EXPIRED: 'The result of the extraction has expired in CXone',
};

/** NICE CXone's Data Extraction API for one credential. Errors are n8n's, ready to be shown. */
export class DataExtraction {
	private readonly beganAt = clock.now();

	/** @param maxWaitMs how long all that follows may wait for CXone, in milliseconds */
	constructor(
		private readonly connection: Connection,
		private readonly signedInTo: Tenant,
		private readonly maxWaitMs: number,
	) {}

	/** Names the tenant, as its request budgets do. */
	get tenant(): string {
		return this.signedInTo.signIn.tenant;
	}

	/**
	 * Starts a job, as soon as CXone lets it: one start in 30 seconds and one running
	 * job for a tenant.
	 *
	 * @returns the job's ID
	 * @throws NodeApiError; UserError when CXone is busy with other jobs until the wait is over
	 */
	async start(range: DayRange, version: string): Promise<string> {
		for (;;) {
			// A second start does no harm: it is refused while the first one runs, and else costs half a minute.
			const body = { entityName: ENTITY, version, ...range };
			const reply = await replyTo(this.signedInTo, 'startExtraction', { body });
			if (reply.status !== 403 || !(await this.isBusy(reply)))
				return (await understood(this.signedInTo, 'startExtraction', reply)).answer;
			const waitedMs = clock.now() - this.beganAt;
			if (waitedMs >= this.maxWaitMs || this.isLastMoment) {
				const said = quote(reply.body);
				const told = `The node waited ${minutes(waitedMs)}. CXone runs one extraction of a tenant at a time: try again later.`;
				const description = said === '' ? told : `${told} CXone said: "${said}"`;
				const busy = new UserError('CXone is busy with another extraction', { description });
				throw withReason(busy, 'extractionBusy', told);
			}
			await clock.sleep(POLL_MS, this.connection.signal);
		}
	}

	/** A 403 means "no permission" or "not now"; where its words do not tell, the list of jobs does, which needs the permission too. */
	private async isBusy(reply: Reply): Promise<boolean> {
		if (BUSY.test(quote(reply.body))) return true;
		const list = await replyTo(this.signedInTo, 'listExtractionJobs', {});
		return list.status === 200 && extractionJobs.safeParse(list.body).success;
	}

	/** Whether the time of whoever asks would be over before there is another answer. */
	private get isLastMoment(): boolean {
		return clock.now() + POLL_MS >= deadlineOf(this.connection.signal);
	}

	/**
	 * The rows of a job, once it is done: the link lives for 30 seconds, so it is used at once; a fresh one is asked for
	 * once, also when the file breaks off or is something else. Whoever gets to the end has all rows.
	 *
	 * @param since when the job was started, for how long to wait for it; epoch milliseconds
	 * @throws NodeApiError where the list, and its end, did not come; UserError where the job brought nothing; NotYet where it
	 *   still runs when the time of a poll is over
	 */
	async *rows(jobId: string, since = this.beganAt): AsyncGenerator<ExtractedRow> {
		let received = 0;
		for (let attempt = 1; ; attempt++) {
			const url = await this.result(jobId, since);
			let index = 0;
			try {
				for await (const row of this.list(jobId, url)) {
					if (index++ < received) continue;
					received++;
					yield row;
				}
				if (index < received) throw new NotTheList('It was shorter when it was read again.');
				return;
			} catch (error) {
				const again =
					error instanceof Refused ||
					error instanceof NotTheList ||
					failureOf(error, url) !== undefined;
				if (attempt === 1 && again) continue;
				throw this.resultError(error, url);
			}
		}
	}

	private async *list(jobId: string, url: string): AsyncGenerator<ExtractedRow> {
		const { status, headers, body } = await this.follow(url);
		if (status !== 200) {
			const words = parseJson(await readText(body, MAX_REFUSAL_BYTES, new URL(url).host));
			throw new Refused({ status, headers, body: words });
		}
		yield* listedRows(body, {
			encoding: headers['content-encoding'],
			assertEnd: async (end) => {
				if (!(await this.isWhole(jobId, headers, end)))
					throw new NotTheList('There is more of it than came.');
			},
		});
	}

	/**
	 * Whether nothing comes behind the end of an answer that a proxy may have cut and closed properly. A length that was
	 * announced and came proves it, a packed body too; else the store is asked what follows.
	 */
	private async isWhole(
		jobId: string,
		headers: Record<string, string>,
		{ bytes, lineBreak }: FileEnd,
	): Promise<boolean> {
		const length = headers['content-length'];
		if (length !== undefined && Number(length) !== bytes) return false;
		const proven = length !== undefined || provesItsEnd(headers['content-encoding']);
		if (proven && lineBreak) return true;
		const follows = await this.hasMore(jobId, bytes);
		// A store that does not tell leaves it at what HTTP itself has for an end.
		return follows === undefined
			? proven || /chunked/i.test(headers['transfer-encoding'] ?? '')
			: !follows;
	}

	/** Whether the file of a job has more bytes than these; undefined where its host does not tell. */
	private async hasMore(jobId: string, bytes: number): Promise<boolean | undefined> {
		const url = await this.result(jobId, this.beganAt);
		try {
			const { status, headers, body } = await this.follow(url, { range: `bytes=${bytes}-` });
			const length = headers['content-length'];
			try {
				if (status === 416) return false;
				if (status === 206) return true;
				if (status !== 200) return undefined;
				if (length !== undefined) return Number(length) !== bytes;
				let size = 0;
				for await (const chunk of body) size += (chunk as Buffer).length;
				return size !== bytes;
			} finally {
				body.destroy();
			}
		} catch (error) {
			if (failureOf(error, url) !== undefined) return undefined;
			throw error;
		}
	}

	private async follow(url: string, headers: Record<string, string> = {}) {
		const { allowInsecureHttp, apiBaseUrl: givenBy } = this.signedInTo.signIn;
		return await this.connection.transport.stream({
			url,
			headers,
			maxRedirects: 3,
			allowInsecureHttp,
			givenBy,
		});
	}

	private resultError(error: unknown, url: string): unknown {
		const node = this.connection.context.getNode();
		const requested = { node, vendor: 'CXone', doing: 'hand out the extracted metadata' };
		if (error instanceof Refused) {
			const isExpired = [403, 404].includes(error.reply.status);
			return replyError(requested, error.reply, isExpired ? EXPIRED_RESULT : undefined);
		}
		const failure = failureOf(error, url);
		if (failure !== undefined) return networkError(requested, failure);
		if (!(error instanceof NotTheList)) return error;
		const message = 'The extracted metadata did not come as a whole list';
		return new NodeApiError(node, { message } as JsonObject, {
			message,
			description: `${error.message} The node read it twice. A proxy between n8n and ${new URL(url).host} may have answered in its place, or cut it: have it let this host through, and run the node again.`,
			failure: { cause: 'temporarily-unavailable' },
		});
	}

	private async result(jobId: string, since: number): Promise<string> {
		for (let attempt = 1; ;) {
			const { answer } = await call(this.signedInTo, 'getExtractionJob', { ids: { jobId } });
			const { status, result } = answer.jobStatus;
			const word = status.trim().toUpperCase();
			const isDone = word === 'SUCCEEDED';
			// The link of a job that still runs would lead to half a list.
			if (isDone && result?.url) return result.url;
			const ending = ENDINGS[word];
			if (ending !== undefined) {
				const said = quote({ message: result?.errorMessage });
				throw new UserError(`${ending} (job ${jobId})`, {
					description: `${said === '' ? '' : `CXone said: "${said}". `}Run the search again; a shorter range may help.`,
				});
			}
			if (isDone && attempt++ >= LINK_ATTEMPTS) {
				throw new UserError(
					`CXone has finished extraction job ${jobId} and gives no link to its result`,
					{
						description:
							'That does not mean that there are no calls. Run the node again; if it keeps happening, ask NICE about this job.',
					},
				);
			}
			if (clock.now() + POLL_MS > since + this.maxWaitMs && !isDone) {
				throw reasonedError(
					'jobUnfinished',
					`CXone has not finished extraction job ${jobId} after ${minutes(this.maxWaitMs)}`,
					'The job goes on in CXone.',
				);
			}
			if (this.isLastMoment) throw new NotYet(`Job ${jobId} still runs`);
			await clock.sleep(POLL_MS, this.connection.signal);
		}
	}
}

/** The host of the link answered with something else than the file. */
class Refused extends Error {
	constructor(readonly reply: Reply) {
		super(`HTTP ${reply.status}`);
	}
}

function failureOf(error: unknown, url: string): NetworkFailure | undefined {
	const { host } = new URL(url);
	// A body that was closed without an end, and without a word.
	if ((error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE')
		return new NetworkFailure('UND_ERR_SOCKET', host);
	return asNetworkFailure(error, host);
}

function minutes(ms: number): string {
	const whole = Math.round(ms / 60_000);
	return whole === 1 ? '1 minute' : `${whole} minutes`;
}
