import { bearer, JSON_TYPE, pick, send, tenantForEachTest, type Answer } from './support';

describe('the CXone Recording API', () => {
	const tenant = tenantForEachTest();

	const search = async (
		body: unknown,
		headers: Record<string, string> = JSON_TYPE,
	): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}/api/v2/recording/search`, {
			headers: { ...bearer(tenant.token), ...headers },
			...(body === undefined
				? {}
				: { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
	const get = async (path: string): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}/api/v2/recording/${path}`, {
			headers: bearer(tenant.token),
		});
	const ids = (answer: Answer): string[] =>
		pick<Array<{ recordingId: string }>>(answer.json, 'recordings').map((one) => one.recordingId);
	const addSome = (count: number): void => {
		for (let index = 0; index < count; index++) {
			tenant.simulator.cxone.recordings.add({
				recordingId: `r${String(index).padStart(3, '0')}`,
				startTime: tenant.clock.ms - index * 60_000,
				media: {},
			});
		}
	};

	it('takes its query from a JSON body on GET and from nothing else', async () => {
		addSome(2);
		expect((await search({})).status).toBe(200);
		expect((await search(undefined)).status).toBe(400);
		expect((await search('not json')).status).toBe(400);
		expect((await search('[]')).status).toBe(400);
		expect((await search({}, { 'content-type': 'text/plain' })).status).toBe(400);
		const posted = await send(`${tenant.simulator.cxone.url}/api/v2/recording/search`, {
			method: 'POST',
			headers: { ...bearer(tenant.token), ...JSON_TYPE },
			body: '{}',
		});
		expect(posted.status).toBe(405);
		const byQuery = await send(`${tenant.simulator.cxone.url}/api/v2/recording/search?page=1`, {
			headers: { ...bearer(tenant.token), ...JSON_TYPE },
			body: '{}',
		});
		expect(byQuery.status).toBe(400);
	});

	it.each([
		[{ limit: 5 }],
		[{ page: '1' }],
		[{ page: 0 }],
		[{ pageSize: 101 }],
		[{ pageSize: 1.5 }],
		[{ filters: {} }],
		[{ filters: [{ field: 'status', operator: 'eq' }] }],
		[{ filters: [{ field: 'status', operator: 'eq', value: 'available' }] }],
		[{ filters: [{ field: 'state', operator: 'eq', value: 'Available' }] }],
		[{ filters: [{ field: 'status', operator: 'gte', value: 'Available' }] }],
		[{ filters: [{ field: 'createdDate', operator: 'gte', value: '2024-01-15' }] }],
		[{ filters: [{ field: 'createdDate', operator: 'gte', value: 1705276800000 }] }],
		[{ filters: [{ field: 'durationSeconds', operator: 'gte', value: '60' }] }],
		[{ filters: [{ field: 'status', operator: 'in', value: 'Available' }] }],
		[{ filters: [{ field: 'ani', operator: 'eq', value: '1', extra: true }] }],
		[{ sort: [{ field: 'createdDate', direction: 'DESC' }] }],
		[{ sort: [{ field: 'nothing', direction: 'asc' }] }],
		[{ nextPageToken: 5 }],
		[{ nextPageToken: 'made-up' }],
	])('refuses %j', async (body) => {
		expect(await search(body)).toMatchObject({
			status: 400,
			json: { message: expect.any(String) },
		});
	});

	it('filters by every operator', async () => {
		const { recordings } = tenant.simulator.cxone;
		const at = (minutes: number): number => tenant.clock.ms - minutes * 60_000;
		recordings.add({
			recordingId: 'a',
			startTime: at(30),
			endTime: at(29),
			ani: '+15550100',
			direction: 'Inbound',
			agents: [{ agentId: '1', agentName: 'Kim Osei' }],
		});
		recordings.add({
			recordingId: 'b',
			startTime: at(20),
			endTime: at(15),
			ani: '+15550200',
			direction: 'Outbound',
			agents: [
				{ agentId: '2', agentName: 'Noor Haddad' },
				{ agentId: '1', agentName: 'Kim Osei' },
			],
		});
		recordings.add({
			recordingId: 'c',
			startTime: at(10),
			endTime: at(7),
			ani: '4101',
			direction: 'Internal',
			agents: [],
		});
		const found = async (field: string, operator: string, value: unknown): Promise<string> =>
			ids(await search({ filters: [{ field, operator, value }] })).join('');
		expect(await found('direction', 'eq', 'Inbound')).toBe('a');
		expect(await found('direction', 'ne', 'Inbound')).toBe('cb');
		expect(await found('direction', 'in', ['Inbound', 'Internal'])).toBe('ca');
		expect(await found('ani', 'contains', '5550')).toBe('ba');
		expect(await found('durationSeconds', 'gte', 180)).toBe('cb');
		expect(await found('durationSeconds', 'gt', 180)).toBe('b');
		expect(await found('createdDate', 'lte', '2025-03-04T11:40:00Z')).toBe('ba');
		expect(await found('createdDate', 'lt', '2025-03-04T12:40:00+01:00')).toBe('a');
		expect(await found('agentName', 'eq', 'Kim Osei')).toBe('ba');
		expect(await found('agentId', 'ne', '1')).toBe('c');
		const both = await search({
			filters: [
				{ field: 'direction', operator: 'ne', value: 'Internal' },
				{ field: 'ani', operator: 'eq', value: '+15550200' },
			],
		});
		expect(ids(both)).toEqual(['b']);
		const sorted = await search({ sort: [{ field: 'durationSeconds', direction: 'asc' }] });
		expect(ids(sorted)).toEqual(['a', 'c', 'b']);
	});

	it('pages by token, bound to the query and stable while recordings arrive', async () => {
		addSome(5);
		const first = await search({ page: 1, pageSize: 2 });
		expect(ids(first)).toEqual(['r000', 'r001']);
		expect(first.json).toMatchObject({ totalCount: 5 });
		tenant.simulator.cxone.recordings.add({
			recordingId: 'newer',
			startTime: tenant.clock.ms + 1000,
		});
		const nextPageToken = pick(first.json, 'nextPageToken');
		const second = await search({ pageSize: 2, nextPageToken });
		expect(ids(second)).toEqual(['r002', 'r003']);
		const third = await search({ pageSize: 2, nextPageToken: pick(second.json, 'nextPageToken') });
		expect(ids(third)).toEqual(['r004']);
		expect(third.json).not.toHaveProperty('nextPageToken');
		expect(
			(await search({ pageSize: 2, nextPageToken, sort: [{ field: 'ani', direction: 'asc' }] }))
				.status,
		).toBe(400);
		expect((await search({ pageSize: 2, nextPageToken, page: 2 })).status).toBe(400);
	});

	it('pages by number when the tenant has no tokens', async () => {
		tenant.simulator.cxone.paging = 'page';
		tenant.simulator.cxone.recordingListKey = 'results';
		tenant.simulator.cxone.oversizedPage = 'cap';
		addSome(150);
		const first = await search({ page: 1, pageSize: 500 });
		expect(pick<unknown[]>(first.json, 'results')).toHaveLength(100);
		expect(first.json).not.toHaveProperty('nextPageToken');
		expect(
			pick<unknown[]>((await search({ page: 2, pageSize: 100 })).json, 'results'),
		).toHaveLength(50);
		expect(
			pick<unknown[]>((await search({ page: 3, pageSize: 100 })).json, 'results'),
		).toHaveLength(0);
		expect((await search({ nextPageToken: 'x' })).status).toBe(400);
	});

	it('moves a recording from Recording over Processing to Available', async () => {
		const { cxone } = tenant.simulator;
		cxone.recordings.add({
			recordingId: 'live',
			startTime: tenant.clock.ms - 60_000,
			endTime: tenant.clock.ms + 30_000,
			status: 'Recording',
			processingAt: tenant.clock.ms + 30_000,
			availableAt: tenant.clock.ms + 60_000,
			media: { combined: { file: 'combined.wav' }, caller: { file: 'caller.wav' } },
		});
		const live = await get('live');
		expect(live.json).toMatchObject({ status: 'Recording', availableChannels: [] });
		expect(live.json).not.toHaveProperty('endTime');
		tenant.clock.advance(30);
		expect((await get('live')).json).toMatchObject({ status: 'Processing', durationSeconds: 90 });
		const early = await get('live/download?channel=combined');
		expect(early).toMatchObject({ status: 200, json: { sizeBytes: 0 } });
		expect((await send(pick(early.json, 'url'))).status).toBe(404);
		tenant.clock.advance(30);
		expect((await get('live')).json).toMatchObject({
			status: 'Available',
			availableChannels: ['combined', 'caller'],
		});
		expect((await send(pick(early.json, 'url'))).status).toBe(200);
	});

	it('hands out a truncated header for an unfinished recording that is set so', async () => {
		tenant.simulator.cxone.recordings.add({
			recordingId: 'p',
			status: 'Processing',
			unfinishedObject: 'truncated',
		});
		const link = await get('p/download?channel=combined');
		const file = await send(pick(link.json, 'url'));
		expect(file.status).toBe(200);
		expect(file.bytes.length).toBe(44);
		tenant.simulator.cxone.makeAvailable('p');
		expect((await send(pick(link.json, 'url'))).bytes.length).toBe(40_044);
	});

	it('links to an object without sound for a channel that was not captured', async () => {
		const { recordings } = tenant.simulator.cxone;
		recordings.add({ recordingId: 'a', availableChannels: ['combined', 'caller'] });
		recordings.add({ recordingId: 'b', uncapturedObject: 'headerOnly' });
		const empty = await get('a/download?channel=caller');
		expect(empty.json).toMatchObject({ sizeBytes: 0, channel: 'caller', contentType: 'audio/wav' });
		expect((await send(pick(empty.json, 'url'))).bytes.length).toBe(0);
		const header = await get('b/download?channel=agent');
		expect(header.json).toMatchObject({ sizeBytes: 44 });
		expect((await send(pick(header.json, 'url'))).bytes.length).toBe(44);
	});

	it('keeps a purged recording in the index while its media are gone', async () => {
		const kept = tenant.simulator.cxone.recordings.add({ recordingId: 'old' });
		tenant.simulator.media.removeObject(kept.objectKeys.combined ?? '');
		expect((await get('old')).status).toBe(200);
		const link = await get('old/download?channel=combined');
		expect((await send(pick(link.json, 'url'))).status).toBe(404);
	});

	it('refuses wrong channels and unknown recordings', async () => {
		tenant.simulator.cxone.recordings.add({ recordingId: 'a' });
		for (const query of [
			'',
			'?channel=left',
			'?channel=combined&channel=agent',
			'?channel=combined&format=wav',
		]) {
			expect((await get(`a/download${query}`)).status).toBe(400);
		}
		expect((await get('nobody')).status).toBe(404);
		expect((await get('nobody/download?channel=combined')).status).toBe(404);
	});

	it('throttles over a sliding minute and says how long to wait', async () => {
		tenant.simulator.cxone.limits.recordingApi.limit = 3;
		await get('a');
		tenant.clock.advance(20);
		await get('a');
		await get('a');
		const refused = await get('a');
		expect(refused.status).toBe(429);
		expect(refused.headers['retry-after']).toBe('40');
		tenant.clock.advance(40);
		expect((await get('a')).status).toBe(404);
		expect((await get('a')).headers['retry-after']).toBe('20');
	});
});
