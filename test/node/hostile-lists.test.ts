import { jsonOf, runNode, type NodeResult } from './engine';
import { Tenant, type Asked, type Told } from './tenant';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { VirtualClock } from '../virtual-clock';

const T0 = Date.parse('2026-03-02T12:00:00Z');

let tenant: Tenant;
let time: VirtualClock;
let started = 0;
beforeEach(async () => {
	// Request budgets outlive a test: its time must not run backwards.
	time = new VirtualClock(T0 + ++started * 86_400_000).install();
	tenant = await new Tenant().start();
});
afterEach(async () => {
	time.uninstall();
	await tenant.stop();
});

const search = async (parameters: object): Promise<NodeResult> =>
	await runNode({
		nodeType: new SearchRecordings(),
		credentials: tenant.credentials,
		parameters: { operation: 'search', platform: 'cxone', ...parameters },
	});
const searchGir = async (parameters: object): Promise<NodeResult> =>
	await search({ platform: 'genesys', startedAfter: '2026-01-01', ...parameters });
const idsOf = ({ items }: NodeResult) => jsonOf(items).map(({ id }) => id);
const hintsOf = ({ run }: NodeResult) =>
	(run.data.resultData.runData.Subject[0].hints ?? []).map(({ message }) => message);

/** Calls as GIR lists them, newest first. */
const girCalls = (count: number): object[] =>
	Array.from({ length: count }, (_, index) => ({
		id: `r${index}`,
		startTime: new Date(T0 - index * 1_000).toISOString().replace('Z', '+0000'),
		mediaFiles: [{ playPath: `/recordings/r${index}/play/m${index}.mp3` }],
	}));

/** GIR's list by offset and limit. */
function listed(all: object[], counted = all.length) {
	return ({ query }: Asked): object => {
		const offset = Number(query.get('offset'));
		return {
			statusCode: 0,
			recordings: all.slice(offset, offset + Number(query.get('limit'))),
			totalCount: Math.min(all.length, counted),
		};
	};
}

/** As Elasticsearch is unless told otherwise: it looks no further than 10,000 rows, and may count no further. */
function windowed(all: object[], counted: number, refusal: Told | object) {
	const list = listed(all, counted);
	return (asked: Asked) =>
		Number(asked.query.get('offset')) + Number(asked.query.get('limit')) > 10_000
			? refusal
			: list(asked);
}

describe('GIR, searched for one recording,', () => {
	it('finds it behind others that are not wanted', async () => {
		tenant.answer = listed(girCalls(250));
		const result = await searchGir({ limit: 1, filters: { callId: 'r240' } });
		expect(result.error).toBeUndefined();
		expect(idsOf(result)).toEqual(['r240']);
		expect(tenant.asked).toHaveLength(4);
	});
});

describe('a list that is longer than a search engine gives out', () => {
	const statusMessage = 'Result window is too large, from + size must be at most [10000]';

	it.each([
		['which counts no further', 10_000, 400],
		['which counts them all', Infinity, 500],
	])('is not taken for a whole one: %s', async (_what, counted, status) => {
		tenant.answer = windowed(girCalls(12_000), counted, { status, body: { statusMessage } });
		const { items, error } = await searchGir({ returnAll: true });
		expect(items).toEqual([]);
		expect(error?.message).toBe('GIR lists no more than 10000 recordings of a search');
		expect(error?.description).toBe(
			`More may match. The search was stopped so that none is missed unnoticed. Narrow the range of time, and search for one part of it after the other. GIR said: "${statusMessage}"`,
		);
	});
});

describe('a list in no sure order', () => {
	const recordings = Array.from({ length: 250 }, (_, index) => ({
		recordingId: `r${index}`,
		status: 'Available',
		createdDate: '2026-03-02T11:00:00Z',
	}));

	it('is told of when it puts one row on two pages, and so may lack another', async () => {
		tenant.answer = ({ body }) => {
			const page = Number(body.page) - 1;
			const rows = recordings.slice(page * 100, (page + 1) * 100);
			if (page === 1) rows[0] = recordings[5];
			return { recordings: rows, totalCount: 250 };
		};
		const result = await search({ returnAll: true });
		expect(result.items).toHaveLength(249);
		expect(hintsOf(result)).toEqual([
			expect.stringMatching(/^CXone put 1 of the recordings on two pages .* Narrow the range/),
		]);
	});

	it('is not where one page has a row twice', async () => {
		tenant.answer = () => ({ recordings: [...recordings.slice(0, 9), recordings[3]], total: 10 });
		const result = await search({ returnAll: true });
		expect(result.items).toHaveLength(9);
		expect(hintsOf(result)).toEqual([]);
	});
});
