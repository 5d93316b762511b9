import { jsonOf, runNode, type NodeResult } from './engine';
import { polling, type Polling } from './polling';
import { Tenant, type Asked, type Told } from './tenant';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
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
const idsOf = ({ items }: Pick<NodeResult, 'items'>) => jsonOf(items).map(({ id }) => id);
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

const iso = (ms: number) => new Date(ms).toISOString();
const MINUTE = 60_000;

describe('the Recording API, where empty text stands for what is not told,', () => {
	it('is asked for the other name of a value', async () => {
		const createdDate = '2026-03-02T11:00:00Z';
		const status = 'Available';
		const recordings = [
			{
				...{
					recordingId: '',
					id: 'a',
					status,
					createdDate,
					endTime: '9999-12-31T23:59:59.9999999',
				},
				...{ ani: '', fromAddress: '+15550100', dnis: '', toAddress: '', acdCallId: '' },
				...{ masterContactId: '5123', direction: '', directionType: 'INBOUND' },
				...{ agentId: '', agentName: 'Kim' },
			},
			{
				...{ recordingId: 'b', status, createdDate },
				agents: [{ agentId: '', id: '7', agentName: '', name: 'Ana', userName: '' }],
			},
		];
		tenant.answer = () => ({ recordings, totalCount: 2 });
		const [one, other] = jsonOf((await search({ returnAll: true })).items);
		expect(one).toMatchObject({
			...{ id: 'a', callerNumber: '+15550100', direction: 'inbound', acdCallId: '5123' },
			...{ agents: [{ name: 'Kim' }], unreadable: ['endTime'] },
		});
		for (const name of ['dialedNumber', 'end', 'durationSeconds'])
			expect(one).not.toHaveProperty(name);
		expect(other.agents).toEqual([{ id: '7', name: 'Ana' }]);
	});
});

describe('the Recording API, watched,', () => {
	interface Call {
		id: string;
		at: number;
	}
	const watch = async (parameters: object = {}): Promise<Polling> =>
		await polling(
			new RecordingTrigger(),
			{ platform: 'cxone', authentication: 'accessKey', ...parameters },
			tenant.credentials,
		);
	/** Filters by the true time, and writes it in its own way. */
	const listing = (calls: Call[], write: (ms: number) => string) => (asked: Asked) => {
		const limits = asked.body.filters as Array<{ operator: string; value: string }>;
		const fits = ({ at }: Call) =>
			limits.every(({ operator, value }) =>
				operator === 'gte' ? at >= Date.parse(value) : at <= Date.parse(value),
			);
		const found = calls.filter(fits).sort((one, other) => one.at - other.at);
		const from = (Number(asked.body.page) - 1) * 100;
		const recordings = found.slice(from, from + 100).map(({ id, at }) => ({
			...{ recordingId: id, status: 'Available', createdDate: write(at) },
		}));
		return { recordings, totalCount: found.length };
	};
	const ZONES = [
		['Los Angeles', -7],
		['the Azores', -1],
		['London', 1],
		['Kathmandu', 5.75],
		['Kiritimati', 14],
	] as const;

	it.each(ZONES)(
		'hands over each call once, though its times are those of %s',
		async (_, hours) => {
			const calls: Call[] = [{ id: 'before', at: time.ms - 30 * MINUTE }];
			tenant.answer = listing(calls, (ms) => iso(ms + hours * 60 * MINUTE).replace('Z', ''));
			const trigger = await watch();
			expect(await trigger.poll()).toBeNull();
			const got: string[] = [];
			for (let n = 0; n < 60; n++) {
				time.ms += 5 * MINUTE;
				if (n < 30) calls.push({ id: `c${n}`, at: time.ms - MINUTE });
				got.push(...(await trigger.ids()));
			}
			expect(got).toEqual(calls.slice(1).map(({ id }) => id));
			expect(trigger.said).toEqual([expect.stringMatching(/without a time zone/)]);
		},
	);

	it.each([
		['set right', 0, {}, 0],
		['some minutes off', 10, {}, 0],
		['three hours off', 180, {}, 1],
		['three hours off in an answer that a proxy kept', 180, { age: '10800' }, 0],
	])('tells of a clock of n8n that is %s', async (_what, minutes, headers, lines) => {
		const list = listing([], iso);
		tenant.answer = (asked) => {
			const date = new Date(time.ms - minutes * MINUTE).toUTCString();
			return { status: 200, body: list(asked), headers: { date, ...headers } };
		};
		const trigger = await watch();
		for (let poll = 0; poll < 3; poll++) expect(await trigger.poll()).toBeNull();
		const line = /^CXone's clock shows .* and n8n's .* Have the clock that is wrong set right\.$/;
		expect(trigger.said).toEqual(Array(lines).fill(expect.stringMatching(line)));
	});

	it('takes nothing of a list that knows no filter, where it is in front of what was asked for', async () => {
		const calls = [{ id: 'old', at: time.ms - 300 * MINUTE }];
		tenant.answer = () => ({
			recordings: calls.map(({ id, at }) => ({
				...{ recordingId: id, status: 'Available', createdDate: iso(at) },
			})),
			totalCount: calls.length,
		});
		const trigger = await watch({ startFrom: 'time', startTime: iso(time.ms - 60 * MINUTE) });
		expect(await trigger.poll()).toBeNull();
		calls.push({ id: 'new', at: time.ms });
		expect(await trigger.ids()).toEqual(['new']);
	});
});

describe('Data Extraction', () => {
	const HEADER =
		'Segment ID,ACD Call ID,Start Date,End Date,Voice Recording Status,ANI,Agent 1 Name,Agent 1 Team';
	const extracts = (rows: string[]) => (asked: Asked) => {
		if (asked.path === '/list.csv') return { status: 200, body: [HEADER, ...rows, ''].join('\n') };
		if (asked.method === 'POST') return { status: 202, body: '"job-1"' };
		const result = { url: `${tenant.url}/list.csv` };
		return { jobStatus: { id: 'job-1', status: 'SUCCEEDED', result } };
	};

	it.each(['null', 'NULL', 'N/A', 'None', '-', '0', '00000000-0000-0000-0000-000000000000'])(
		'makes no one call of all that have no ACD call ID, written as %s',
		async (none) => {
			const word = /\d/.test(none) ? '' : none;
			const rows = [0, 1, 2].map(
				(n) => `seg-${n},${none},${iso(T0 + n * MINUTE)},${word},Success,${word},${word},${word}`,
			);
			tenant.answer = extracts(rows);
			const { items } = await search({
				...{ api: 'dataExtraction', returnAll: true },
				...{ createdAfter: iso(T0 - 60 * MINUTE), createdBefore: iso(T0 + 60 * MINUTE) },
			});
			expect(idsOf({ items })).toEqual(['seg-0', 'seg-1', 'seg-2']);
			for (const json of jsonOf(items)) {
				expect(json).toMatchObject({ segmentId: json.id, agents: [] });
				for (const name of ['acdCallId', 'callerNumber', 'end'])
					expect(json).not.toHaveProperty(name);
			}
		},
	);

	describe('whose jobs take long, watched,', () => {
		let jobs: string[];
		let status: string;
		const watch = async (): Promise<Polling> => {
			jobs = [];
			status = 'RUNNING';
			const call = `seg-a,a,${iso(time.ms + MINUTE)},${iso(time.ms + 2 * MINUTE)},Success,,,`;
			const list = extracts([call]);
			tenant.answer = (asked) => {
				const { method, path } = asked;
				const isCheck = path.startsWith('/data-extraction/') && method === 'GET';
				if (method === 'POST') jobs.push(`job-${jobs.length + 1}`);
				if (method === 'POST') return { status: 202, body: JSON.stringify(jobs.at(-1)) };
				return isCheck && status === 'RUNNING' ? { jobStatus: { status } } : list(asked);
			};
			return await polling(
				new RecordingTrigger(),
				{ platform: 'cxone', authentication: 'accessKey', api: 'dataExtraction' },
				tenant.credentials,
			);
		};
		/** So short that it is over when the node has asked once. */
		const budget = { budgetMs: 5_000 };

		it('fails no poll, and hands over what there is when the job is done', async () => {
			const trigger = await watch();
			for (let minute = 0; minute < 5; minute++) {
				expect(await trigger.poll(budget)).toBeNull();
				time.ms += 60 * MINUTE;
			}
			expect(jobs).toEqual(['job-1']);
			status = 'SUCCEEDED';
			expect(await trigger.ids()).toEqual(['a']);
		});

		it('starts another job when one has not ended after six hours', async () => {
			const trigger = await watch();
			expect(await trigger.poll(budget)).toBeNull();
			time.ms += 361 * MINUTE;
			expect(await trigger.poll(budget)).toBeNull();
			expect(jobs).toEqual(['job-1', 'job-2']);
		});
	});
});
