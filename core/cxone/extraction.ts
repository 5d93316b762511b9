import type { Readable } from 'node:stream';

import { NodeOperationError, UserError } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { ask, cxoneOccasion, type CallName } from './calls';
import { adviseCxone } from './errors';
import { signInTo, type CxoneCredentialType, type SignIn } from './sign-in';
import { cancelSignal, type RequestContext } from '../context';
import { clock } from '../http/clock';
import { networkError, parseReply, replyError, type Occasion } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { pathPart } from '../http/path-part';
import { quote } from '../http/redact';
import type { Reply } from '../http/retry';
import { sendThroughN8n } from '../http/send';
import { asNetworkFailure, parseJson, readText, type Transport } from '../http/transport';
import { parseCsv, z } from '../vendor';

const ENTITY = 'recording-interaction-metadata';
const DAY_MS = 86_400_000;
/** The most days one job may span: "up to two weeks" (NICE help, "Data Extraction API"). */
const MAX_DAYS = 14;
/** Public programs ask every 5 to 10 seconds without being refused. */
const POLL_MS = 5_000;
/** A refusal is a page or a line of text; this much of it is worth reading. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** A row of the extracted CSV: values by column header. Empty cells are empty text. */
export type ExtractedRow = Record<string, string>;

/** Whole days as the API takes them, `YYYY-MM-DD`; the end does not belong to the range. */
export interface DayRange {
	startDate: string;
	endDate: string;
}

/**
 * Splits a range into as many as the API wants. Days are those of UTC, which no document confirms.
 *
 * @param from epoch milliseconds
 * @param to epoch milliseconds; its day is part of the last range
 */
export function dayRanges(from: number, to: number): DayRange[] {
	const ranges: DayRange[] = [];
	const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
	const end = (Math.floor(to / DAY_MS) + 1) * DAY_MS;
	for (let start = Math.floor(from / DAY_MS) * DAY_MS; start < end; start += MAX_DAYS * DAY_MS) {
		ranges.push({ startDate: day(start), endDate: day(Math.min(start + MAX_DAYS * DAY_MS, end)) });
	}
	return ranges;
}

/** A bare JSON string; some describe an object. */
const startReply = z.union([
	z.string().min(1).transform((id) => id.trim().replace(/^"(.*)"$/, '$1')),
	z.object({ jobId: z.string().min(1) }).transform(({ jobId }) => jobId),
]);

const jobReply = z.object({
	jobStatus: z
		.object({
			status: z.string(),
			result: z.object({ url: z.string().nullish(), errorMessage: z.string().nullish() }).passthrough().nullish(),
		})
		.passthrough(),
});

const jobList = z.object({ jobs: z.array(z.object({}).passthrough()) });

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
	private constructor(
		private readonly context: RequestContext,
		private readonly credentialType: CxoneCredentialType,
		private readonly transport: Transport,
		private readonly signIn: SignIn,
		private readonly deadline: number,
		private readonly maxWaitMs: number,
	) {}

	/**
	 * @param maxWaitMs how long all that follows may wait for CXone, in milliseconds
	 * @throws UserError or NodeApiError when the credential is incomplete or is not accepted
	 */
	static async connect(
		context: RequestContext,
		credentialType: CxoneCredentialType,
		transport: Transport,
		maxWaitMs: number,
	): Promise<DataExtraction> {
		const signIn = await signInTo(context, credentialType);
		return new DataExtraction(context, credentialType, transport, signIn, clock.now() + maxWaitMs, maxWaitMs);
	}

	/**
	 * Starts a job (`POST /data-extraction/v1/jobs`), as soon as CXone lets it: one start in 30 seconds and one running
	 * job for a tenant.
	 *
	 * @returns the job's ID
	 * @throws NodeApiError; UserError when CXone is busy with other jobs until the wait is over
	 */
	async start(range: DayRange, version: string): Promise<string> {
		for (;;) {
			// A second start does no harm: it is refused while the first one runs, and else costs half a minute.
			const body = { entityName: ENTITY, version, ...range };
			const reply = await this.exchange('startExtraction', 'POST', '/data-extraction/v1/jobs', body);
			if (reply.status === 200 || reply.status === 201 || reply.status === 202) {
				return parseReply(this.occasion('startExtraction'), startReply, reply.body);
			}
			if (reply.status !== 403 || !(await this.isBusy(reply))) {
				throw replyError(this.occasion('startExtraction'), reply, adviseCxone);
			}
			if (clock.now() >= this.deadline) {
				throw new UserError('CXone is busy with another extraction', {
					description: `The node waited ${minutes(this.maxWaitMs)}. CXone runs one extraction of a tenant at a time: try again later, or raise 'Wait at Most (Minutes)'.`,
				});
			}
			await clock.sleep(POLL_MS, cancelSignal(this.context));
		}
	}

	/** A 403 means "no permission" or "not now"; where its words do not tell, the list of jobs does, which needs the permission too. */
	private async isBusy(reply: Reply): Promise<boolean> {
		if (BUSY.test(quote(reply.body))) return true;
		const list = await this.exchange('getExtractionJob', 'GET', '/data-extraction/v1/jobs');
		return list.status === 200 && jobList.safeParse(list.body).success;
	}

	/**
	 * The rows of a job, once it is done: the link lives for 30 seconds, so it is used at once; a fresh one is asked for
	 * once, also when the file breaks off.
	 */
	async *rows(jobId: string): AsyncGenerator<ExtractedRow> {
		let received = 0;
		for (let attempt = 1; ; attempt++) {
			const url = await this.result(jobId);
			let index = 0;
			try {
				const { status, headers, body } = await this.transport.stream({
					url,
					maxRedirects: 3,
					allowInsecureHttp: this.signIn.allowInsecureHttp,
					givenBy: this.signIn.apiBaseUrl,
				});
				if (status !== 200) {
					const words = parseJson(await readText(body, MAX_REFUSAL_BYTES, new URL(url).host));
					throw new Refused({ status, headers, body: words });
				}
				for await (const row of csvRows(body)) {
					if (index++ < received) continue;
					received++;
					yield row;
				}
				return;
			} catch (error) {
				if (attempt === 1 && (error instanceof Refused || failureOf(error, url) !== undefined)) continue;
				throw this.resultError(error, url);
			}
		}
	}

	private resultError(error: unknown, url: string): unknown {
		const occasion = this.occasion('getExtractionResult');
		if (error instanceof Refused) return replyError(occasion, error.reply, adviseCxone);
		const failure = failureOf(error, url);
		if (failure !== undefined) return networkError(occasion, failure);
		const { code } = error as { code?: unknown };
		if (typeof code !== 'string' || !code.startsWith('CSV_')) return error;
		return new NodeOperationError(this.context.getNode(), "The extracted metadata are no CSV file, so nothing was taken from it", {
			description: `${quote((error as Error).message)} (${code}). The service may have changed, or a proxy answered in its place.`,
		});
	}

	private async result(jobId: string): Promise<string> {
		for (;;) {
			const reply = await this.exchange('getExtractionJob', 'GET', `/data-extraction/v1/jobs/${pathPart(jobId)}`);
			if (reply.status !== 200) throw replyError(this.occasion('getExtractionJob'), reply, adviseCxone);
			const { status, result } = parseReply(this.occasion('getExtractionJob'), jobReply, reply.body).jobStatus;
			if (result?.url) return result.url;
			const ending = ENDINGS[status.toUpperCase()];
			if (ending !== undefined) {
				const said = quote({ message: result?.errorMessage ?? '' });
				throw new UserError(`${ending} (job ${jobId})`, {
					description: `${said === '' ? '' : `CXone said: "${said}". `}Run the search again; a shorter range may help.`,
				});
			}
			if (clock.now() + POLL_MS > this.deadline) {
				throw new UserError(`CXone has not finished extraction job ${jobId} after ${minutes(this.maxWaitMs)}`, {
					description: `The job goes on in CXone. To get its result, enter this ID as 'Existing Job IDs' under 'Options' and run the node again later, or raise 'Wait at Most (Minutes)'.`,
				});
			}
			await clock.sleep(POLL_MS, cancelSignal(this.context));
		}
	}

	private async exchange(call: CallName, method: 'GET' | 'POST', path: string, body?: IDataObject): Promise<Reply> {
		const send = async () =>
			await sendThroughN8n(this.context, {
				credentialType: this.credentialType,
				credentialData: await this.signIn.credentialData(),
				method,
				baseUrl: this.signIn.apiBaseUrl,
				path,
				body,
			});
		try {
			return await ask(this.signIn, call, send, { repeatable: true, signal: cancelSignal(this.context) });
		} catch (error) {
			if (error instanceof NetworkFailure) throw networkError(this.occasion(call), error);
			throw error;
		}
	}

	private occasion(call: CallName): Occasion {
		return cxoneOccasion(this.context.getNode(), call);
	}
}

/** The host of the link answered with something else than the file. */
class Refused extends Error {
	constructor(readonly reply: Reply) {
		super(`HTTP ${reply.status}`);
	}
}

function failureOf(error: unknown, url: string): NetworkFailure | undefined {
	return asNetworkFailure(error, new URL(url).host);
}

function minutes(ms: number): string {
	const whole = Math.round(ms / 60_000);
	return whole === 1 ? '1 minute' : `${whole} minutes`;
}

/**
 * Reads CSV row by row while it arrives: UTF-8 with or without byte order mark, quotes, line breaks within quotes, rows that
 * are shorter than the header. Headers are trimmed; one that repeats gets a number.
 */
export async function* csvRows(source: Readable): AsyncGenerator<ExtractedRow> {
	const parser = parseCsv({ bom: true, columns: distinct, relax_column_count: true, skip_empty_lines: true });
	source.once('error', (error) => parser.destroy(error));
	source.pipe(parser);
	try {
		for await (const row of parser) yield row as ExtractedRow;
	} finally {
		source.destroy();
	}
}

function distinct(headers: string[]): string[] {
	const seen = new Map<string, number>();
	return headers.map((header) => {
		const name = header.trim();
		const count = (seen.get(name) ?? 0) + 1;
		seen.set(name, count);
		return count === 1 ? name : `${name} (${count})`;
	});
}
