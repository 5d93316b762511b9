import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

let simulator: Simulator;
let time: VirtualClock;

const T0 = Date.parse('2026-03-02T12:00:00Z');
const HOUR = 3_600_000;

async function start(options: SimulatorOptions = {}): Promise<void> {
	simulator = await startSimulator({ seed: 'empty', now: time.now, ...options });
}

beforeEach(async () => {
	time = new VirtualClock(T0).install();
	await start();
});
afterEach(async () => {
	time.uninstall();
	await simulator.stop();
});

async function search(parameters: NodeRun['parameters'], more: Partial<NodeRun> = {}) {
	const platform = parameters?.platform ?? 'cxone';
	return await runNode({
		nodeType: new SearchRecordings(),
		credentials: credentialsFor(simulator)[platform === 'genesys' ? 'genesys' : 'cxone'],
		parameters: { platform, operation: 'search', ...parameters },
		...more,
	});
}

const ids = (items: Array<{ json: Record<string, unknown> }>) =>
	items.map(({ json }) => json.id ?? json.recordingId);
const sent = (server: string, path: string) =>
	simulator.requests.filter(
		(request) => request.server === server && request.path.startsWith(path),
	);
const searches = () =>
	sent('cxone', '/api/v2/recording/search').map(
		({ body }) => JSON.parse(body) as Record<string, unknown>,
	);

describe('CXone Recording API: search', () => {
	it('asks as the guide says, whatever the status, and keeps what is available', async () => {
		const { cxone } = simulator;
		cxone.recordings.add({ recordingId: 'a', createdDate: T0 - HOUR });
		cxone.recordings.add({ recordingId: 'b', createdDate: T0 - 2 * HOUR, status: 'Processing' });
		cxone.recordings.add({ recordingId: 'c', createdDate: T0 - 3 * HOUR, status: 'Recording' });
		cxone.recordings.add({ recordingId: 'd', createdDate: T0 - 100 * HOUR });
		const { items, error } = await search({
			createdAfter: '2026-03-02T00:00:00',
			createdBefore: '2026-03-02T12:00:00',
		});
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(['a']);
		expect(searches()).toEqual([
			{
				filters: [
					{ field: 'createdDate', operator: 'gte', value: '2026-03-02T00:00:00Z' },
					{ field: 'createdDate', operator: 'lte', value: '2026-03-02T12:00:00Z' },
				],
				sort: [{ field: 'createdDate', direction: 'desc' }],
				pageSize: 100,
				page: 1,
			},
		]);
	});

	it('puts out the shape both platforms share', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			startTime: T0 - HOUR,
			endTime: T0 - HOUR + 90_000,
			direction: 'Outbound',
			ani: '+15550100',
			dnis: '+15550199',
			agents: [{ agentId: '11001', agentName: 'Kim Osei' }],
			contactId: '512',
			segmentId: '7a',
			availableChannels: ['combined', 'caller'],
		});
		const { items } = await search({});
		expect(items[0].json).toEqual({
			platform: 'cxone',
			id: 'a',
			status: 'Available',
			start: '2026-03-02T11:00:00.000Z',
			end: '2026-03-02T11:01:30.000Z',
			durationSeconds: 90,
			direction: 'outbound',
			callerNumber: '+15550100',
			dialedNumber: '+15550199',
			channels: 'combined, caller',
			agentNames: 'Kim Osei',
			recordingId: 'a',
			contactId: '512',
			segmentId: '7a',
			agents: [{ id: '11001', name: 'Kim Osei' }],
			media: ['combined', 'caller'].map((channel) => ({ id: channel, channel, kind: 'audio' })),
			labels: [],
			references: { recordingId: 'a', contactId: '512', segmentId: '7a' },
			masked: [],
		});
	});

	it("gives CXone's own JSON as Raw", async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		const { items } = await search({ output: 'raw' });
		expect(items[0].json).toMatchObject({
			recordingId: 'a',
			status: 'Available',
			createdDate: expect.any(String),
		});
		expect(items[0].json).not.toHaveProperty('platform');
	});

	it.each(['token', 'page'] as const)(
		'reads every page, by %s, without doubling',
		async (paging) => {
			simulator.cxone.paging = paging;
			for (let i = 0; i < 245; i++)
				simulator.cxone.recordings.add({ recordingId: `r${i}`, createdDate: T0 - i * 60_000 });
			const { items } = await search({ returnAll: true });
			expect(ids(items)).toEqual(Array.from({ length: 245 }, (_, i) => `r${i}`));
			expect(searches()).toHaveLength(3);
			expect(searches().map(({ nextPageToken }) => typeof nextPageToken)).toEqual(
				paging === 'token'
					? ['undefined', 'string', 'string']
					: ['undefined', 'undefined', 'undefined'],
			);
		},
	);

	it('reads on when the server puts fewer rows on a page than asked for', async () => {
		const { cxone } = simulator;
		cxone.paging = 'page';
		for (let i = 0; i < 30; i++)
			cxone.recordings.add({ recordingId: `r${i}`, createdDate: T0 - i * 60_000 });
		const { items } = await search({ returnAll: true, options: { pageSize: 7 } });
		expect(items).toHaveLength(30);
	});

	it('asks for no more pages than the limit needs', async () => {
		for (let i = 0; i < 245; i++)
			simulator.cxone.recordings.add({ recordingId: `r${i}`, createdDate: T0 - i * 60_000 });
		const { items } = await search({ returnAll: false, limit: 120 });
		expect(items).toHaveLength(120);
		expect(searches()).toHaveLength(2);
	});

	it('returns those still processing with their status where asked to', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a', status: 'Processing' });
		const { items } = await search({ whenProcessing: 'include' });
		expect(jsonOf(items)).toMatchObject([{ id: 'a', status: 'Processing' }]);
	});

	it('waits for those still processing, 30 s, then twice as long, and looks at their time only', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			createdDate: T0 - 10_000,
			status: 'Processing',
			availableAt: T0 + 80_000,
		});
		simulator.cxone.recordings.add({ recordingId: 'b', createdDate: T0 - 20_000 });
		const { items } = await search({ whenProcessing: 'wait' });
		expect(jsonOf(items)).toMatchObject([
			{ id: 'a', status: 'Available' },
			{ id: 'b', status: 'Available' },
		]);
		expect(time.waits).toEqual([30_000, 60_000]);
		expect(sent('cxone', '/api/v2/recording/a')).toHaveLength(0);
		expect(
			searches()
				.slice(1)
				.map(({ filters }) => filters),
		).toEqual(
			Array(2).fill([
				{ field: 'createdDate', operator: 'gte', value: '2026-03-02T11:59:49Z' },
				{ field: 'createdDate', operator: 'lte', value: '2026-03-02T11:59:51Z' },
			]),
		);
	});

	it('looks again by page, not one by one, and never takes longer than it may: 150 recordings', async () => {
		for (let i = 0; i < 150; i++)
			simulator.cxone.recordings.add({
				recordingId: `r${i}`,
				createdDate: T0 - i * 1_000,
				status: 'Processing',
				availableAt: i < 149 ? T0 + 20_000 : T0 + HOUR,
			});
		const { items } = await search({ whenProcessing: 'wait', maxWaitMinutes: 1, returnAll: true });
		expect(items).toHaveLength(150);
		expect(
			jsonOf(items)
				.filter(({ status }) => status === 'Processing')
				.map(({ id }) => id),
		).toEqual(['r149']);
		expect(time.ms - T0).toBe(60_000);
		expect(searches().length).toBeLessThanOrEqual(6);
	});

	it('does not wait for the request budget beyond its limit', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			status: 'Processing',
			availableAt: T0 + 35_000,
		});
		// What other workflows of the tenant take away while this one waits.
		const credentials = {
			cxoneAccessKeyApi: {
				...credentialsFor(simulator).cxone.cxoneAccessKeyApi,
				recordingApiPerMinute: 1,
			},
		};
		const { items, error } = await search(
			{ whenProcessing: 'wait', maxWaitMinutes: 0.5 },
			{ credentials },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: 'a', status: 'Processing' }]);
		expect(time.ms - T0).toBeLessThanOrEqual(40_000);
		expect(searches()).toHaveLength(1);
	});

	it('does not wait for an answer beyond its limit', async () => {
		time.uninstall();
		simulator.cxone.recordings.add({ recordingId: 'a', status: 'Processing' });
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			skip: 1,
			times: Infinity,
			effect: { kind: 'stall', afterBytes: 5 },
		});
		const startMs = performance.now();
		const { items, error } = await search({ whenProcessing: 'wait', maxWaitMinutes: 0.02 });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: 'a', status: 'Processing' }]);
		expect(performance.now() - startMs).toBeLessThan(15_000);
	}, 30_000);

	it('leaves out what was deleted while it waited, and keeps what one listing lacks', async () => {
		const { recordings } = simulator.cxone;
		recordings.add({ recordingId: 'deleted', createdDate: T0 - 20_000, status: 'Processing' });
		recordings.add({
			recordingId: 'hidden',
			createdDate: T0 - 10_000,
			status: 'Processing',
			availableAt: T0 + 80_000,
		});
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			effect: { kind: 'meanwhile', run: () => recordings.remove('deleted') },
		});
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			skip: 1,
			effect: { kind: 'status', status: 200, body: { recordings: [], totalCount: 0 } },
		});
		const { items } = await search({ whenProcessing: 'wait' });
		expect(jsonOf(items)).toMatchObject([{ id: 'hidden', status: 'Available' }]);
	});

	it('loses nothing when what it waits for moves at each look', async () => {
		simulator.cxone.paging = 'page';
		for (let i = 0; i < 150; i++)
			simulator.cxone.recordings.add({
				recordingId: `r${i}`,
				createdDate: T0 - i * 1_000,
				status: 'Processing',
			});
		let next = 0;
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			skip: 2,
			times: Infinity,
			effect: { kind: 'meanwhile', run: () => simulator.cxone.recordings.remove(`r${next++}`) },
		});
		const { items, error } = await search({
			whenProcessing: 'wait',
			maxWaitMinutes: 1,
			returnAll: true,
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(150);
		expect(time.ms - T0).toBe(60_000);
	});

	it.each([
		['the option Status', { options: { status: 'Processing' } }],
		[
			'a filter',
			{ customFilters: { filter: [{ field: 'status', operator: 'eq', value: 'Processing' }] } },
		],
	])(
		'returns the status that is asked for by %s, and waits for it where it should',
		async (_what, parameters) => {
			simulator.cxone.recordings.add({
				recordingId: 'a',
				status: 'Processing',
				availableAt: T0 + 20_000,
			});
			simulator.cxone.recordings.add({ recordingId: 'b' });
			expect(jsonOf((await search(parameters as NodeRun['parameters'])).items)).toMatchObject([
				{ id: 'a', status: 'Processing' },
			]);
			expect(
				jsonOf(
					(await search({ ...parameters, whenProcessing: 'wait' } as NodeRun['parameters'])).items,
				),
			).toMatchObject([{ id: 'a', status: 'Available' }]);
		},
	);

	it.each([
		['no status', undefined, 'Unknown'],
		['an empty one', '', 'Unknown'],
		['another spelling', ' available ', 'Available'],
	])('takes a recording with %s for what Download Media takes it', async (_what, status, shown) => {
		simulator.cxone.recordings.add({ recordingId: 'a', odd: { status } });
		const { items } = await search({});
		expect(jsonOf(items)).toMatchObject([{ id: 'a', status: shown }]);
		const files = await runNode({
			nodeType: new DownloadMedia(),
			credentials: credentialsFor(simulator).cxone,
			input: items,
		});
		expect(files.error).toBeUndefined();
		expect(files.items).toHaveLength(1);
	});

	it('leaves out what will never be available, unless it is asked for', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a', odd: { status: 'Failed' } });
		expect(ids((await search({})).items)).toEqual([]);
		expect(ids((await search({ whenProcessing: 'wait' })).items)).toEqual([]);
		expect(time.waits).toEqual([]);
		expect(jsonOf((await search({ whenProcessing: 'include' })).items)).toMatchObject([
			{ id: 'a', status: 'Failed' },
		]);
		expect(jsonOf((await search({ operation: 'get', recordingId: 'a' })).items)).toMatchObject([
			{ id: 'a', status: 'Failed' },
		]);
	});

	it('stops waiting at its limit, and loses nothing', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			status: 'Processing',
			availableAt: T0 + HOUR,
		});
		const { items } = await search({ whenProcessing: 'wait', maxWaitMinutes: 2 });
		expect(jsonOf(items)).toMatchObject([{ id: 'a', status: 'Processing' }]);
		expect(time.ms - T0).toBe(120_000);
	});

	it('leaves out what a retention period may delete before it is fetched', async () => {
		simulator.cxone.recordings.add({ recordingId: 'old', createdDate: T0 - 64 * 24 * HOUR });
		simulator.cxone.recordings.add({ recordingId: 'new', createdDate: T0 - 62 * 24 * HOUR });
		const { items } = await search({ options: { retentionDays: 90 } });
		expect(ids(items)).toEqual(['new']);
		expect(searches()[0].filters).toEqual([
			{ field: 'createdDate', operator: 'gte', value: '2025-12-29T12:00:00Z' },
		]);
	});

	it('sends filters and sort order as typed, lists and numbers as such', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			startTime: T0 - HOUR,
			endTime: T0 - HOUR + 90_000,
			agents: [{ agentId: '7', agentName: 'Kim' }],
		});
		const { items, error } = await search({
			customFilters: {
				filter: [
					{ field: 'agentId', operator: 'in', value: '7, 8' },
					{ field: 'durationSeconds', operator: 'gte', value: '60' },
					{ field: 'agentName', operator: 'contains', value: 'Ki' },
				],
			},
			sort: { sortField: 'startTime', sortDirection: 'asc' },
			options: { status: 'Available' },
		});
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(['a']);
		expect(searches()[0]).toMatchObject({
			filters: [
				{ field: 'agentId', operator: 'in', value: ['7', '8'] },
				{ field: 'durationSeconds', operator: 'gte', value: 60 },
				{ field: 'agentName', operator: 'contains', value: 'Ki' },
				{ field: 'status', operator: 'eq', value: 'Available' },
			],
			sort: [{ field: 'startTime', direction: 'asc' }],
		});
	});

	it('reads dates in the time zone of the workflow', async () => {
		await search({ createdAfter: '2026-03-02T09:00:00' }, { timezone: 'America/New_York' });
		expect(searches()[0].filters).toEqual([
			{ field: 'createdDate', operator: 'gte', value: '2026-03-02T14:00:00Z' },
		]);
	});

	it('searches once for each input item and pairs the results', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'a',
			agents: [{ agentId: '1', agentName: 'A' }],
		});
		simulator.cxone.recordings.add({
			recordingId: 'b',
			agents: [{ agentId: '2', agentName: 'B' }],
		});
		const { items, helper } = await search(
			{
				customFilters: {
					filter: [{ field: 'agentId', operator: 'eq', value: '={{ $json.agent }}' }],
				},
			},
			{ input: [{ json: { agent: '2' } }, { json: { agent: '1' } }] },
		);
		expect(items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([
			['b', { item: 0 }],
			['a', { item: 1 }],
		]);
		expect(sent('cxone', '/authentication')).toHaveLength(1);
		expect(helper.preAuthentications).toBe(0);
	});

	it('stays within 50 requests a minute by waiting', async () => {
		for (let i = 0; i < 60; i++)
			simulator.cxone.recordings.add({ recordingId: `r${i}`, createdDate: T0 - i * 60_000 });
		const { items, error } = await search({ returnAll: true, options: { pageSize: 1 } });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(60);
		expect(simulator.requests.filter(({ status }) => status === 429)).toHaveLength(0);
		expect(time.ms - T0).toBeGreaterThanOrEqual(60_000);
	});
});

describe('CXone Recording API: lists that change or tell nonsense', () => {
	const MANY = { returnAll: true } as const;
	const all = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);
	const fill = (count: number) =>
		all(count).forEach((recordingId, i) =>
			simulator.cxone.recordings.add({ recordingId, createdDate: T0 - i * 60_000 }),
		);
	const purge = (recordingIds: string[]) =>
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			effect: {
				kind: 'meanwhile',
				run: () => recordingIds.forEach((id) => simulator.cxone.recordings.remove(id)),
			},
		});
	const answers = (...pages: object[]) => {
		for (const body of pages)
			simulator.faults.add({
				server: 'cxone',
				path: '/api/v2/recording/search',
				effect: { kind: 'status', status: 200, body },
			});
	};
	const rows = (...recordingIds: string[]) =>
		recordingIds.map((recordingId) => ({ recordingId, status: 'Available' }));

	it.each(['token', 'page'] as const)(
		'misses nothing when the oldest are deleted while it reads, by %s',
		async (paging) => {
			simulator.cxone.paging = paging;
			fill(250);
			purge(['r0', 'r7']);
			const { items, error } = await search(MANY);
			expect(error).toBeUndefined();
			const expected = all(250).filter((id) => id !== 'r7' && id !== 'r0');
			expect(ids(items).filter((id) => id !== 'r0' && id !== 'r7')).toEqual(expected);
		},
	);

	it('says so when recordings are deleted each time it reads, by page', async () => {
		simulator.cxone.paging = 'page';
		fill(250);
		let next = 0;
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			times: Infinity,
			effect: { kind: 'meanwhile', run: () => simulator.cxone.recordings.remove(`r${next++}`) },
		});
		const { items, error } = await search(MANY);
		expect(ids(items)).toEqual([]);
		expect(error?.message).toBe("Recordings were deleted from CXone's list each time it was read");
		expect(error?.context.itemIndex).toBe(0);
	});

	it.each([
		['text', '245'],
		['that of the page', 100],
		['a word', 'many'],
		['null', null],
		['zero', 0],
	])('reads every page by number when the total is %s', async (_what, totalCount) => {
		const pages = [all(245).slice(0, 100), all(245).slice(100, 200), all(245).slice(200)];
		answers(...pages.map((page) => ({ recordings: rows(...page), totalCount })), {
			recordings: [],
			totalCount,
		});
		const { items, error } = await search(MANY);
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(all(245));
	});

	it('takes a refusal to look behind the last full page for the end', async () => {
		answers({ recordings: rows(...all(100)), totalCount: 100 });
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			effect: { kind: 'status', status: 400, body: { message: 'page out of range' } },
		});
		const { items, error } = await search(MANY);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(100);
	});

	it('does not take an empty page for the end when the total says otherwise', async () => {
		answers({ recordings: [], totalCount: 2 }, { recordings: rows('a', 'b'), totalCount: 2 });
		expect(ids((await search(MANY)).items)).toEqual(['a', 'b']);
		answers(...(Array(4).fill({ recordings: [], totalCount: 2 }) as object[]));
		expect((await search(MANY)).error?.message).toBe(
			'CXone gave 0 of 2 recordings and then no more',
		);
	});

	it('takes a recording that is listed twice once', async () => {
		const page = { recordings: rows('a', 'b', 'a'), totalCount: 3 };
		answers(page, page);
		expect(ids((await search(MANY)).items)).toEqual(['a', 'b']);
	});

	it('ends at a token that repeats when it has everything', async () => {
		answers(
			{ recordings: rows('a'), totalCount: 2, nextPageToken: 't' },
			{ recordings: rows('b'), totalCount: 2, nextPageToken: 't' },
		);
		expect(ids((await search(MANY)).items)).toEqual(['a', 'b']);
	});

	it('reads members in other capitals', async () => {
		answers(
			{
				Recordings: [{ RecordingID: 'a', Status: 'Available', StartTime: '2026-03-02T11:00:00Z' }],
				TotalCount: 2,
				NextPageToken: 't',
			},
			{ Recordings: [{ recordingid: 'b', status: 'Available', ANI: '+15550100' }], TotalCount: 2 },
		);
		const { items } = await search(MANY);
		expect(jsonOf(items)).toMatchObject([
			{ id: 'a', start: '2026-03-02T11:00:00.000Z' },
			{ id: 'b', callerNumber: '+15550100' },
		]);
	});

	it('puts out what is readable of a page, and says what was left out', async () => {
		answers({
			recordings: [...rows('a'), null, { status: 'Available' }, 'text', ...rows('b')],
			totalCount: 5,
		});
		const { items, error, run } = await search(MANY);
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(['a', 'b']);
		expect(run.data.resultData.runData.Subject[0].hints).toEqual([
			expect.objectContaining({
				type: 'warning',
				message:
					'CXone listed 3 rows that are no recordings: row 2 expected object, received null; row 3 has neither recordingId nor id; row 4 expected object, received string. They were left out; the 2 others are here.',
			}),
		]);
	});
});

describe('CXone Recording API: sign-in', () => {
	it('renews a rejected token once', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		await search({});
		simulator.cxone.revokeTokens();
		const again = await search({});
		expect(ids(again.items)).toEqual(['a']);
		expect(sent('cxone', '/authentication')).toHaveLength(2);
		expect(sent('cxone', '/api/v2/recording/search').map(({ status }) => status)).toEqual([
			200, 401, 200,
		]);
	});

	it('renews a token before it ends', async () => {
		await search({});
		time.ms += 3_550_000;
		await search({});
		expect(sent('cxone', '/authentication')).toHaveLength(2);
		expect(simulator.requests.filter(({ status }) => status === 401)).toHaveLength(0);
	});

	it('says what is wrong with the key, and shows no secret', async () => {
		const { error } = await search(
			{},
			{
				credentials: {
					cxoneAccessKeyApi: {
						area: 'other',
						apiBaseUrl: simulator.cxone.url,
						accessKeyId: 'AK',
						accessKeySecret: 'wr0ng-s3cret',
					},
				},
			},
		);
		expect(error?.message).toBe(
			'CXone did not accept the access key: check its ID, its secret, whether it is active, and the area',
		);
		expect(error?.description).toContain('The secret is shown only once');
		expect(error?.httpCode).toBe('401');
		expect(JSON.stringify([error, error?.stack, error?.description])).not.toContain('wr0ng-s3cret');
	});

	it('sends no key over plain http to another machine', async () => {
		const { error } = await search(
			{},
			{
				credentials: {
					cxoneAccessKeyApi: {
						area: 'other',
						apiBaseUrl: 'http://cxone.example.com',
						accessKeyId: 'AK',
						accessKeySecret: 's',
					},
				},
			},
		);
		expect(error?.message).toBe(
			"'http://cxone.example.com' is not encrypted, so nothing was sent to it: use https://, or switch on 'Allow Insecure HTTP' in the credential",
		);
		expect(error?.description).toContain('travel readable');
	});

	it('says that a host refuses connections', async () => {
		const { error } = await search(
			{},
			{
				credentials: {
					cxoneAccessKeyApi: {
						area: 'other',
						apiBaseUrl: 'http://127.0.0.1:9',
						accessKeyId: 'AK',
						accessKeySecret: 's',
					},
				},
			},
		);
		expect(error?.message).toBe(
			'127.0.0.1:9 could not be asked to sign in to CXone: the host refused the connection',
		);
	});
});

describe('CXone Recording API: OAuth2', () => {
	const oAuth2 = (parameters: object, credentials = credentialsFor(simulator).cxoneOAuth2) =>
		search({ authentication: 'oAuth2', ...parameters } as NodeRun['parameters'], { credentials });
	const tokens = () => sent('cxone', '/api/v2/oauth/token');

	it('gets one token for many items, and a new one when it is rejected or about to end', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		const credentials = credentialsFor(simulator).cxoneOAuth2;
		expect((await oAuth2({}, credentials)).error).toBeUndefined();
		expect(tokens()).toHaveLength(1);
		simulator.cxone.revokeTokens();
		for (const operation of ['search', 'get']) {
			expect(ids((await oAuth2({ operation, recordingId: 'a' }, credentials)).items)).toEqual([
				'a',
			]);
		}
		expect(tokens()).toHaveLength(2);
		(credentials.cxoneOAuth2Api.oauthTokenData as { n8n_expires_at: string }).n8n_expires_at =
			String(time.ms + 30_000);
		expect(ids((await oAuth2({ operation: 'get', recordingId: 'a' }, credentials)).items)).toEqual([
			'a',
		]);
		expect(tokens()).toHaveLength(3);
	});

	it.each(['search', 'get'])(
		'says that client ID or secret is wrong, and shows no secret (%s)',
		async (operation) => {
			const credentials = credentialsFor(simulator).cxoneOAuth2;
			credentials.cxoneOAuth2Api.clientSecret = 'wr0ng-s3cret';
			const { error } = await oAuth2({ operation, recordingId: 'a' }, credentials);
			expect(error?.message).toBe('CXone gave no token for this client ID and secret');
			expect(error?.description).toContain('client secret, scope and area');
			expect(JSON.stringify([error, error?.stack, error?.description])).not.toContain(
				'wr0ng-s3cret',
			);
		},
	);

	it('names the scope that is missing', async () => {
		simulator.cxone.oauthClients
			.get(simulator.cxone.credentials.clientId)!
			.scopes.delete('recording:read');
		const { error } = await oAuth2({});
		expect(error?.message).toBe('The signed-in CXone account may not read recordings');
		expect(error?.description).toContain("'recording:read' must be bound to the API client itself");
	});
});

/** What comes in place of a result, and what the user reads: message, description. */
type Refusal = [
	string,
	{ status: number; body?: string | object; headers?: Record<string, string>; times?: number },
	RegExp,
	RegExp,
];

const CXONE_ANSWERS: Refusal[] = [
	[
		'400',
		{ status: 400, body: { message: 'unknown field foo' } },
		/did not understand the search/,
		/'Custom Filters'.*unknown field foo.*HTTP 400/,
	],
	['401 twice', { status: 401, times: 2 }, /did not accept the sign-in/, /n8n tests it at once/],
	['403', { status: 403 }, /may not read recordings/, /'Recording > Read'.*'recording:read'/],
	['404', { status: 404 }, /does not offer the Recording API$/, /area or base URL/],
	[
		'429 for ever',
		{ status: 429, times: Infinity, headers: { 'Retry-After': '10' } },
		/too many requests/,
		/10 seconds/,
	],
	[
		'500 with a page',
		{ status: 500, times: Infinity, body: '<html><body><h1>Oops</h1></body></html>' },
		/could not search recordings just now \(HTTP 500\)/,
		/"Oops"/,
	],
	[
		'a redirect',
		{ status: 302, headers: { location: 'https://elsewhere.example.com/login' } },
		/pointed to another address/,
		/area or base URL/,
	],
	[
		'a login page with 200',
		{ status: 200, body: '<!doctype html><title>Sign in</title>' },
		/answer has an unexpected form/,
		/it begins: "Sign in"/,
	],
	[
		'JSON without a list',
		{ status: 200, body: { ok: true } },
		/answer has an unexpected form/,
		/no list of recordings/,
	],
	[
		'rows without IDs',
		{ status: 200, body: { recordings: [{ status: 'Available' }, null, 'a', {}] } },
		/answer has an unexpected form/,
		/'recordings' has no row that can be read: row 1 has neither/,
	],
	[
		'one row, and that without an ID',
		{ status: 200, body: { recordings: [{ status: 'Available' }] } },
		/^CXone listed one row that is no recording: row 1 has neither recordingId nor id$/,
		/nothing else/,
	],
	[
		'rows in an object',
		{ status: 200, body: { recordings: { a: { recordingId: 'a' } } } },
		/answer has an unexpected form/,
		/'recordings' expected array, received object/,
	],
];

describe('CXone Recording API: answers that are no result', () => {
	it.each(CXONE_ANSWERS)('%s', async (_name, { times = 1, ...effect }, message, description) => {
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			times,
			effect: { kind: 'status', ...effect },
		});
		const { error, items } = await search({});
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
		expect(error?.context.itemIndex).toBe(0);
		expect(items).toEqual([]);
	});

	it('a cut connection is tried again', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/search',
			times: 2,
			effect: { kind: 'reset' },
		});
		expect(ids((await search({})).items)).toEqual(['a']);
	});

	it('goes to the error output with item and reason, and the other items go on', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		const { items, failed, error } = await search(
			{ operation: 'get', recordingId: '={{ $json.id }}' },
			{
				input: [{ json: { id: 'nope' } }, { json: { id: '' } }, { json: { id: 'a' } }],
				onError: 'continueErrorOutput',
			},
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([
			['a', { item: 2 }],
		]);
		expect(failed.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
			['CXone has no recording with this ID', { item: 0 }],
			["'Recording ID' is empty", { item: 1 }],
		]);
		expect(failed[0].json.details).toContain('Check the recording ID');
	});

	it('stays in the main output with "Continue"', async () => {
		const { items } = await search(
			{ operation: 'get', recordingId: 'nope' },
			{ onError: 'continueRegularOutput' },
		);
		expect(items[0]).toMatchObject({
			json: { error: 'CXone has no recording with this ID' },
			pairedItem: { item: 0 },
		});
	});

	it.each(['.', '..', '\ud800'])(
		'asks for no ID that would lead elsewhere: %j',
		async (recordingId) => {
			const { error } = await search({ operation: 'get', recordingId });
			expect(error?.message).toContain('This is not an identifier');
			expect(sent('cxone', '/api/')).toHaveLength(0);
		},
	);

	it('names the item that stopped the node', async () => {
		simulator.cxone.recordings.add({ recordingId: 'a' });
		const { error } = await search(
			{ operation: 'get', recordingId: '={{ $json.id }}' },
			{ input: [{ json: { id: 'a' } }, { json: { id: 'nope' } }] },
		);
		expect(error?.context.itemIndex).toBe(1);
		expect(error?.httpCode).toBe('404');
	});
});

describe('what is refused before anything is sent', () => {
	it.each([
		[
			'dates the wrong way round',
			{ createdAfter: '2026-03-02', createdBefore: '2026-03-01' },
			"'Created After' is later than 'Created Before'",
		],
		['no date', { createdAfter: 'last tuesday' }, "'Created After' is not a date: last tuesday"],
		[
			'a filter without a field',
			{ customFilters: { filter: [{ field: ' ', operator: 'eq', value: 'x' }] } },
			"A custom filter has no 'Field'",
		],
		[
			'a limit of 0',
			{ returnAll: false, limit: 0 },
			"'Limit' must be a whole number of at least 1",
		],
		[
			'a limit that is no number',
			{ returnAll: false, limit: '={{ $json.none }}' },
			"'Limit' must be a whole number of at least 1",
		],
		[
			'a page of 1000',
			{ options: { pageSize: 1000 } },
			"'Page Size' must be a whole number from 1 to 100",
		],
		[
			'an ID that an expression lost',
			{ operation: 'get', recordingId: '={{ $json.none }}' },
			"'Recording ID' is empty",
		],
		[
			'GIR: a filter that an expression lost',
			{
				platform: 'genesys',
				startedAfter: '2026-03-01',
				filters: { agent: '={{ $json.none }}' },
			},
			"'Agent' is empty",
		],
		[
			'GIR: a time that an expression lost',
			{
				platform: 'genesys',
				startedAfter: '={{ $json.none }}',
				filters: { agent: 'kim' },
			},
			"'Started at or After' is empty",
		],
		[
			'a duration that an expression lost',
			{ filters: { durationFrom: '={{ $json.none }}' } },
			"'Duration From (Seconds)' must be a number of at least 0",
		],
		[
			'Data Extraction: a later date that an expression lost',
			{ api: 'dataExtraction', createdAfter: '2026-03-01', createdBefore: '={{ $json.none }}' },
			"'Created Before' is empty",
		],
		[
			'a date that an expression lost',
			{ createdAfter: '={{ $json.none }}' },
			"'Created After' is empty",
		],
		[
			'a filter without a value',
			{ customFilters: { filter: [{ field: 'agentId', operator: 'eq', value: '' }] } },
			"'Value of filter agentId' is empty",
		],
		[
			'GIR: a masked number',
			{ platform: 'genesys', startedAfter: '2026-03-01', filters: { callerNumber: '*******' } },
			"'Caller Number' holds nothing but wildcards: *******",
		],
		[
			'GIR: a number of signs only',
			{ platform: 'genesys', startedAfter: '2026-03-01', filters: { dialedNumber: '+ ()' } },
			"'Dialed Number' holds no digit: + ()",
		],
		[
			'GIR: times the wrong way round',
			{
				platform: 'genesys',
				startedAfter: '2026-03-02',
				endedBefore: '2026-03-01',
			},
			"'Started at or After' is later than 'Ended at or Before'",
		],
	])('%s', async (_what, parameters, message) => {
		const { error } = await search(parameters as NodeRun['parameters']);
		expect(error?.message).toBe(message);
		expect(error?.context.itemIndex).toBe(0);
		expect(error?.description).toBeTruthy();
		expect(simulator.requests).toHaveLength(0);
	});
});

describe('GIR: search', () => {
	const girSearches = () =>
		sent('genesys', '/api/v2/recordings').map(({ query }) => Object.fromEntries(query));
	const genesys = (
		{
			startedAfter = '2026-03-01',
			endedBefore = '',
			...filters
		}: { startedAfter?: string; endedBefore?: string; [filter: string]: unknown },
		more: object = {},
	) =>
		({ platform: 'genesys', startedAfter, endedBefore, filters, ...more }) as NodeRun['parameters'];

	it('sends every parameter by its own name, times as epoch milliseconds', async () => {
		const { error } = await search(
			genesys(
				{
					callerNumber: '+1 (555) 01*',
					dialedNumber: '1555?199',
					startedAfter: '2026-03-01T00:00:00',
					endedBefore: '2026-03-02T00:00:00Z',
					agent: 'agent 1',
					userData: 'VIP&more',
					// From the list, and from an expression.
					includeLabels: ['complaint', 'vip'],
					excludeLabels: 'private, secret',
					mediaType: ['voice-only'],
				},
				{ genesysOptions: { subresources: '*' } },
			),
			{ timezone: 'Europe/Berlin' },
		);
		expect(error).toBeUndefined();
		expect(girSearches()[0]).toEqual({
			callerPhoneNumber: '+1 (555) 01*',
			dialedPhoneNumber: '1555?199',
			startTime: String(Date.parse('2026-02-28T23:00:00Z')),
			endTime: String(Date.parse('2026-03-02T00:00:00Z')),
			userName: 'agent 1',
			userData: 'VIP&more',
			includeLabels: 'complaint,vip',
			excludeLabels: 'private,secret,__screenRecording',
			subresources: '*',
			offset: '0',
			limit: '50',
		});
	});

	it('finds by number, wildcards, agent, data, labels and screen recording', async () => {
		const { genesys: gir } = simulator;
		gir.recordings.add({
			id: 'a',
			callerPhoneNumber: '+15550100',
			agents: [{ userName: 'kim', firstName: 'Kim', lastName: 'Osei', phoneNumber: '1' }],
			labels: [{ name: 'vip' }],
			screenRecording: true,
		});
		gir.recordings.add({ id: 'b', callerPhoneNumber: '+15550200', userData: { order: 'A-1009' } });
		for (const [filters, found] of [
			[{ callerNumber: '+1 555 0100' }, ['a']],
			[{ callerNumber: '1555*' }, ['a', 'b']],
			[{ agent: 'Osei' }, ['a']],
			[{ userData: 'A-1009' }, ['b']],
			[{ includeLabels: 'vip' }, ['a']],
			[{ excludeLabels: 'vip' }, ['b']],
			[{ mediaType: ['voice-and-screen'] }, ['a']],
			[{ mediaType: ['voice-only'] }, ['b']],
		] as Array<[object, string[]]>) {
			const { items, error } = await search(genesys(filters as Record<string, unknown>));
			expect(error).toBeUndefined();
			expect(ids(items).sort()).toEqual(found);
		}
	});

	it('puts out the shape both platforms share: numbers as numbers, times in UTC, no internals', async () => {
		simulator.genesys.recordings.add({
			id: 'a',
			callerPhoneNumber: '8522001',
			dialedPhoneNumber: '+14160000001',
			startTime: T0 - HOUR,
			stopTime: T0 - HOUR + 12_000,
			callType: 'Inbound',
			nonDelete: true,
			agents: [
				{
					userName: 'kim@example.com',
					firstName: 'Kim',
					lastName: 'Osei',
					phoneNumber: '+14160000001',
				},
			],
			labels: [{ name: 'vip' }],
			media: [
				{
					source: { file: 'inbound.mp3' } as never,
					mediaUUID: 'u-1',
					callUUID: 'c-1',
					durationMs: 12_523,
					masked: [{ from: T0 - HOUR + 1_000, to: T0 - HOUR + 2_000 }],
				},
			],
		});
		const { items, error } = await search(
			genesys({ startedAfter: '2026-03-01' }, { genesysOptions: { subresources: 'labels' } }),
		);
		expect(error).toBeUndefined();
		expect(items[0].json).toEqual({
			platform: 'genesys',
			id: 'a',
			status: 'Available',
			start: '2026-03-02T11:00:00.000Z',
			end: '2026-03-02T11:00:12.000Z',
			durationSeconds: 12,
			mediaType: 'voice-only',
			direction: 'inbound',
			callerNumber: '8522001',
			dialedNumber: '+14160000001',
			agentNames: 'Kim Osei',
			sizeBytes: expect.any(Number),
			recordingId: 'a',
			screenRecording: false,
			region: 'region1',
			agents: [{ name: 'Kim Osei', userName: 'kim@example.com', phoneNumber: '+14160000001' }],
			externalContacts: [{ phoneNumber: '8522001' }],
			userData: { GSIP_RECORD: 'ON', GSIP_REC_FN: 'a_2026-03-02_11-00-00' },
			labelDetails: [
				{
					name: 'vip',
					type: 'custom',
					createdAt: '2026-03-02T11:00:12.000Z',
					createdBy: 'supervisor',
					content: {},
				},
			],
			accessGroups: ['/'],
			media: [
				{
					id: 'u-1',
					kind: 'audio',
					mimeType: 'audio/mp3',
					sizeBytes: expect.any(Number),
					durationSeconds: 12.523,
					start: '2026-03-02T11:00:00.000Z',
					end: '2026-03-02T11:00:12.000Z',
					playPath: '/recordings/a/play/u-1.mp3',
					masks: [
						{ time: '2026-03-02T11:00:01.000Z', type: 'paused' },
						{ time: '2026-03-02T11:00:02.000Z', type: 'resume' },
					],
				},
			],
			labels: ['vip'],
			references: { recordingId: 'a', callUuids: ['c-1'] },
			protectedFromDeletion: true,
			masked: [],
		});
	});

	it("gives GIR's own JSON as Raw, without the block that holds a password", async () => {
		simulator.genesys.recordings.add({
			id: 'a',
			media: [{ source: { file: 'inbound.mp3' } as never }],
		});
		const { items } = await search(genesys({ startedAfter: '2026-03-01' }, { output: 'raw' }));
		expect(items[0].json).toMatchObject({
			id: 'a',
			mediaFiles: [{ type: 'audio/mp3', size: expect.any(String) }],
		});
		expect(JSON.stringify(items)).not.toMatch(/speechminer|parameters|mediaUri|pkcs7/);
	});

	it('marks what the server hides from a supervisor', async () => {
		const { genesys: gir } = simulator;
		gir.recordings.add({
			id: 'a',
			callerPhoneNumber: '8522001',
			agents: [{ userName: 'kim', firstName: 'Kim', lastName: 'Osei', phoneNumber: '1' }],
		});
		gir.privacy = {
			agentFields: ['userName', 'firstName', 'lastName'],
			customerFields: ['callerPhoneNumber'],
		};
		const { username, password } = gir.users.find(({ role }) => role === 'supervisor')!;
		const credentials = { genesysBasicApi: { baseUrl: gir.url, username, password } };
		const { items } = await search(genesys({ startedAfter: '2026-03-01' }), { credentials });
		expect(items[0].json).toMatchObject({
			agents: [{ phoneNumber: '1' }],
			masked: ['callerNumber', 'agents.name', 'agents.userName'],
		});
		expect(items[0].json).not.toHaveProperty('callerNumber');
		const { error } = await search(genesys({ callerNumber: '8522001' }), { credentials });
		expect(error?.message).toBe(
			'GIR does not allow to search by a field whose values it hides from this user',
		);
	});

	it('reads every page though the server caps the limit and its nextPath misleads', async () => {
		const { genesys: gir } = simulator;
		gir.limitCap = 40;
		for (let i = 0; i < 130; i++) gir.recordings.add({ id: `r${i}`, startTime: T0 - i * 60_000 });
		const { items } = await search(genesys({ startedAfter: '2026-03-01' }, { returnAll: true }));
		expect(new Set(ids(items)).size).toBe(130);
		expect(items).toHaveLength(130);
		// Each page begins with the last row of the one before.
		expect(girSearches().map(({ offset }) => offset)).toEqual(['0', '39', '78', '117']);
	});

	const month = genesys({ startedAfter: '2026-03-01' }, { returnAll: true });

	it('misses nothing when rows are deleted between two pages', async () => {
		for (let i = 0; i < 250; i++)
			simulator.genesys.recordings.add({ id: `r${i}`, startTime: T0 - i * 60_000 });
		simulator.faults.add({
			server: 'genesys',
			path: '/api/v2/recordings',
			effect: {
				kind: 'meanwhile',
				run: () => ['r3', 'r4', 'r5'].forEach((id) => simulator.genesys.recordings.remove(id)),
			},
		});
		const { items, error } = await search(month);
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(
			Array.from({ length: 250 }, (_, i) => `r${i}`).filter(
				(id) => !['r3', 'r4', 'r5'].includes(id),
			),
		);
	});

	it('says so when rows are deleted each time it reads', async () => {
		for (let i = 0; i < 250; i++)
			simulator.genesys.recordings.add({ id: `r${i}`, startTime: T0 - i * 60_000 });
		let next = 0;
		simulator.faults.add({
			server: 'genesys',
			path: '/api/v2/recordings',
			times: Infinity,
			effect: {
				kind: 'meanwhile',
				run: () => {
					for (let i = 0; i < 2; i++) simulator.genesys.recordings.remove(`r${next++}`);
				},
			},
		});
		const { items, error } = await search(month);
		expect(items).toEqual([]);
		expect(error?.message).toBe("Recordings were deleted from GIR's list each time it was read");
		expect(error?.description).toContain('narrow the range of time');
	});

	it('leaves out recordings without media, includes or awaits them', async () => {
		simulator.genesys.recordings.add({ id: 'there', startTime: T0 - 2 * HOUR });
		simulator.genesys.recordings.add({
			id: 'uploading',
			startTime: T0 - HOUR,
			mediaAt: T0 + 80_000,
		});
		simulator.genesys.recordings.add({ id: 'never', startTime: T0 - HOUR / 2, media: [] });
		const found = async (parameters: object) =>
			jsonOf((await search(genesys({ startedAfter: '2026-03-01' }, parameters))).items).map(
				({ id, status }) => [id, status],
			);
		expect(await found({})).toEqual([['there', 'Available']]);
		expect(await found({ whenProcessing: 'include' })).toEqual([
			['never', 'Processing'],
			['uploading', 'Processing'],
			['there', 'Available'],
		]);
		expect(await found({ whenProcessing: 'wait', maxWaitMinutes: 3 })).toEqual([
			['never', 'Processing'],
			['uploading', 'Available'],
			['there', 'Available'],
		]);
		expect(time.ms - T0).toBe(180_000);
		// Looks at the time of those that are not there yet.
		expect(girSearches().at(-1)).toMatchObject({
			startTime: String(T0 - HOUR / 2),
			endTime: String(T0 - HOUR / 2 + 60_000 + HOUR),
		});
		const byId = await search({ platform: 'genesys', operation: 'get', recordingId: 'never' });
		expect(jsonOf(byId.items)).toMatchObject([{ id: 'never', status: 'Processing' }]);
	});

	it('finds as many as the limit says, however many it leaves out', async () => {
		for (let i = 0; i < 30; i++)
			simulator.genesys.recordings.add({
				id: `r${i}`,
				startTime: T0 - i * 60_000,
				...(i % 3 > 0 && { media: [] }),
			});
		const { items } = await search(
			genesys({ startedAfter: '2026-03-01' }, { returnAll: false, limit: 2 }),
		);
		expect(ids(items)).toEqual(['r0', 'r3']);
	});

	it.each([
		['text', '130'],
		['too small', 100],
		['null', null],
		['a word', 'many'],
		['missing', undefined],
		['negative', -1],
	])('reads every page when the total is %s', async (_what, totalCount) => {
		for (let i = 0; i < 130; i++)
			simulator.genesys.recordings.add({ id: `r${i}`, startTime: T0 - i * 60_000 });
		simulator.genesys.oddPage = { totalCount };
		const { items, error } = await search(month);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(130);
	});

	it('says so when a total is never reached, and does not take an empty page for the end', async () => {
		for (let i = 0; i < 130; i++)
			simulator.genesys.recordings.add({ id: `r${i}`, startTime: T0 - i * 60_000 });
		simulator.genesys.oddPage = { totalCount: 500 };
		expect((await search(month)).error?.message).toBe(
			'GIR gave 130 of 500 recordings and then no more',
		);
		simulator.genesys.oddPage = { recordings: [], totalCount: 5 };
		expect((await search(month)).error?.message).toBe(
			'GIR gave 0 of 5 recordings and then no more',
		);
		simulator.genesys.oddPage = { recordings: null, totalCount: 0 };
		expect(await search(month)).toMatchObject({ items: [], error: undefined });
	});

	it('takes a recording that is listed twice once', async () => {
		simulator.genesys.oddPage = {
			recordings: [{ id: 'a' }, { id: 'b' }, { id: 'a' }],
			totalCount: 3,
		};
		const { items, error } = await search({ ...month, whenProcessing: 'include' });
		expect(error).toBeUndefined();
		expect(ids(items)).toEqual(['a', 'b']);
	});

	it('stops with a reason when the server repeats a page', async () => {
		const page = { statusCode: 0, totalCount: 500, recordings: [{ id: 'a' }, { id: 'b' }] };
		simulator.faults.add({
			server: 'genesys',
			path: '/api/v2/recordings',
			times: Infinity,
			effect: { kind: 'status', status: 200, body: page },
		});
		const { error } = await search(genesys({ startedAfter: '2026-03-01' }, { returnAll: true }));
		expect(error?.message).toBe('GIR repeats the same page of results without end');
	});

	it.each(['', '/', '/api/v2', '/api/v2/'])('accepts a base URL that ends in %j', async (end) => {
		simulator.genesys.recordings.add({ id: 'a' });
		const credentials = credentialsFor(simulator).genesys;
		credentials.genesysBasicApi.baseUrl += end;
		expect(
			ids((await search(genesys({ startedAfter: '2026-03-01' }), { credentials })).items),
		).toEqual(['a']);
	});

	it('names the option where a strict server does not know subresources, and finds without them', async () => {
		simulator.faults.add({
			server: 'genesys',
			path: /\/recordings$/,
			times: Infinity,
			effect: {
				kind: 'status',
				status: 400,
				body: { statusCode: 2, statusMessage: 'Unknown parameter subresources' },
			},
		});
		const refused = await search(genesys({}));
		expect(refused.error?.description).toContain('Unknown parameter subresources');
		expect(refused.error?.description).toContain("set 'Subresources' under 'Options' to 'None'");
		simulator.faults.clear();
		const { error } = await search(genesys({}, { genesysOptions: { subresources: 'none' } }));
		expect(error).toBeUndefined();
		expect(girSearches().at(-1)).not.toHaveProperty('subresources');
	});

	it('takes Get by ID bare and wrapped', async () => {
		simulator.genesys.recordings.add({ id: 'a/b ü' });
		for (const envelope of ['bare', 'wrapped'] as const) {
			simulator.genesys.envelope = envelope;
			expect(
				ids((await search({ platform: 'genesys', operation: 'get', recordingId: 'a/b ü' })).items),
			).toEqual(['a/b ü']);
		}
	});

	it.each<Refusal>([
		[
			'a wrong password',
			{ status: 401, body: 'Unauthorized', times: 2 },
			/did not accept the sign-in/,
			/n8n tests it at once/,
		],
		[
			'a missing role',
			{ status: 403, body: { statusCode: 5, statusMessage: 'User lacks role' } },
			/does not have the role/,
			/Administrator or Supervisor.*api-supervisor-recording/,
		],
		[
			'a refusal inside a 200',
			{ status: 200, body: { statusCode: 5, statusMessage: 'User lacks role' } },
			/does not have the role/,
			/User lacks role/,
		],
		[
			'trouble inside a 200',
			{ status: 200, body: { statusCode: 4, statusMessage: 'Cassandra timed out' } },
			/could not search recordings just now/,
			/Cassandra timed out/,
		],
		[
			'a page instead of JSON',
			{ status: 200, body: '<html><body>Welcome</body></html>' },
			/answer has an unexpected form/,
			/it begins: "Welcome"/,
		],
		[
			'500 for ever',
			{ status: 500, body: `<html>${'x'.repeat(9_000)}</html>`, times: Infinity },
			/could not search recordings just now \(HTTP 500\)/,
			/x{100}…/,
		],
	])('tells %s', async (_what, { times = 1, ...effect }, message, description) => {
		simulator.faults.add({
			server: 'genesys',
			path: '/api/v2/recordings',
			times,
			effect: { kind: 'status', ...effect },
		});
		const { error } = await search(genesys({ startedAfter: '2026-03-01' }));
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
	});

	it('refuses the address of Genesys Cloud', async () => {
		const credentials = {
			genesysBasicApi: { baseUrl: 'https://api.mypurecloud.com', username: 'u', password: 'p' },
		};
		const { error } = await search(genesys({ startedAfter: '2026-03-01' }), { credentials });
		expect(error?.message).toBe('This base URL belongs to Genesys Cloud');
	});
});
