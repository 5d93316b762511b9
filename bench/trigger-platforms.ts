import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tenant made up on the fly, of any size: recording `n` began `everyMs` before recording `n - 1`. */
export interface Tenant {
	recordings: number;
	/** When the newest recording began, epoch milliseconds. */
	newest: number;
	everyMs: number;
	/** So many of the newest day's are never finished, spread evenly. */
	stuck?: number;
}

let tenant: Tenant = { recordings: 0, newest: 0, everyMs: 1 };
const jobs: string[] = [];
let served = 0;

/** Numbers of the recordings that began at or after `from` and before or at `to`: from the newest to the oldest. */
function within(from: number, to: number): { first: number; last: number } {
	const { recordings, newest, everyMs } = tenant;
	const first = Math.max(0, Math.ceil((newest - to) / everyMs));
	const last = Math.min(recordings - 1, Math.floor((newest - from) / everyMs));
	return { first, last };
}

/** Whether recording `n` is still being processed. */
function isStuck(n: number): boolean {
	const { everyMs, stuck = 0 } = tenant;
	const ofADay = Math.floor(STUCK_WITHIN_MS / everyMs);
	return n < ofADay && Math.floor((n * stuck) / ofADay) !== Math.floor(((n + 1) * stuck) / ofADay);
}

/** Half a day: none of them is given up while an hour is measured. */
const STUCK_WITHIN_MS = 12 * 3_600_000;

const startOf = (n: number) => new Date(tenant.newest - n * tenant.everyMs).toISOString();
const idOf = (n: number) => `5b0c7d1e-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

function cxoneSearch(body: string): object {
	const {
		filters,
		page = 1,
		pageSize,
		sort,
	} = JSON.parse(body) as {
		filters: Array<{ operator: string; value: string }>;
		page?: number;
		pageSize: number;
		sort: Array<{ direction: string }>;
	};
	const bound = (operator: string, fallback: number) => {
		const value = filters.find((filter) => filter.operator === operator)?.value;
		return value === undefined ? fallback : Date.parse(value);
	};
	const { first, last } = within(bound('gte', 0), bound('lte', Infinity));
	const totalCount = Math.max(0, last - first + 1);
	const offset = (page - 1) * pageSize;
	const size = Math.max(0, Math.min(pageSize, totalCount - offset));
	const ascending = sort[0]?.direction === 'asc';
	const recordings = Array.from({ length: size }, (_, index) => {
		const n = ascending ? last - offset - index : first + offset + index;
		return {
			recordingId: idOf(n),
			status: isStuck(n) ? 'Processing' : 'Available',
			createdDate: startOf(n),
			startTime: startOf(n),
			endTime: startOf(n),
			direction: 'Inbound',
			ani: '+15550100',
			dnis: '+15550199',
			agents: [{ agentId: '11001', agentName: 'Kim Osei' }],
			availableChannels: ['combined'],
		};
	});
	return { recordings, totalCount };
}

function girSearch(query: URLSearchParams): object {
	const { first, last } = within(
		Number(query.get('startTime')),
		Number(query.get('endTime') ?? Infinity),
	);
	const totalCount = Math.max(0, last - first + 1);
	const offset = Number(query.get('offset'));
	const size = Math.max(0, Math.min(100, Number(query.get('limit')), totalCount - offset));
	const recordings = Array.from({ length: size }, (_, index) => {
		const n = first + offset + index;
		return {
			id: idOf(n),
			startTime: startOf(n),
			stopTime: startOf(n),
			callType: 'Inbound',
			callerPhoneNumber: '+15550100',
			dialedPhoneNumber: '+15550199',
			mediaFiles: isStuck(n)
				? []
				: [
						{
							playPath: `/recordings/${idOf(n)}/play/${idOf(n)}.mp3`,
							type: 'audio/mp3',
							duration: '60000',
							size: '240000',
						},
					],
			eventHistory: [],
		};
	});
	return { statusCode: 0, recordings, totalCount };
}

/** The file of a job: all recordings of its days, written as fast as they are read. */
async function extraction(response: ServerResponse): Promise<void> {
	response.writeHead(200, { 'content-type': 'text/csv' });
	response.write(
		'\uFEFFSegment ID,ACD Call ID,Start Date,End Date,Direction,Voice Recording Status,ANI,DNIS,Disposition,Agent 1 ACD ID,Agent 1 Name\r\n',
	);
	let chunk = '';
	for (let n = tenant.recordings - 1; n >= 0; n--) {
		chunk += `${idOf(n)},${512_340_000_000 + n},${startOf(n)},${startOf(n)},INBOUND,Success,+15550100,+15550199,Resolved,11001,Kim Osei\r\n`;
		if (chunk.length < 65_536 && n > 0) continue;
		if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
		chunk = '';
	}
	response.end();
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	origin: string,
): Promise<void> {
	served++;
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body = Buffer.concat(chunks).toString();
	const url = new URL(request.url ?? '/', origin);
	const json = (value: unknown, status = 200) => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(value));
	};
	if (url.pathname.endsWith('/access-key'))
		return json({ access_token: 'a.bench.session', expires_in: 36_000 });
	if (url.pathname === '/api/v2/recording/search') return json(cxoneSearch(body));
	if (url.pathname === '/api/v2/recordings') return json(girSearch(url.searchParams));
	if (url.pathname === '/data-extraction/v1/jobs' && request.method === 'POST') {
		jobs.push(`job-${jobs.length}`);
		return json(jobs.at(-1), 202);
	}
	if (url.pathname.startsWith('/data-extraction/'))
		return json({
			jobStatus: {
				id: jobs.at(-1),
				status: 'SUCCEEDED',
				result: { url: `${origin}/extract.csv`, errorMessage: null },
			},
		});
	// The file has no length beforehand, so what follows its end is asked for.
	if (url.pathname === '/extract.csv' && request.headers.range !== undefined)
		return void response.writeHead(416).end();
	if (url.pathname === '/extract.csv') return await extraction(response);
	json({ message: 'Not Found' }, 404);
}

/** Child process: serves both platforms on one port; messages of the parent set the tenant and ask how many requests there were. Own process, so that its cost is not the trigger's. */
const server = createServer((request, response) => {
	void answer(request, response, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
server.listen(0, '127.0.0.1', () =>
	process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.on('message', (message: { tenant?: Tenant }) => {
	if (message.tenant !== undefined) tenant = message.tenant;
	process.send?.({ served });
});
process.on('disconnect', () => process.exit(0));
