import {
	accessToken,
	bearer,
	JSON_TYPE,
	pick,
	send,
	tenantForEachTest,
	type Answer,
} from './support';

const PATH = '/data-extraction/v1/jobs';

describe('data extraction', () => {
	const tenant = tenantForEachTest();

	const range = {
		entityName: 'recording-interaction-metadata',
		version: '7',
		startDate: '2025-03-03',
		endDate: '2025-03-05',
	};
	const start = async (body: object = range, as = tenant.token): Promise<Answer> =>
		await send(tenant.simulator.cxone.url + PATH, {
			method: 'POST',
			headers: { ...bearer(as), ...JSON_TYPE },
			body: JSON.stringify(body),
		});
	const get = async (path = ''): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}${PATH}${path}`, { headers: bearer(tenant.token) });

	it('starts a job, runs it, and links to a CSV file for 30 seconds', async () => {
		tenant.simulator.cxone.contacts.add({
			acdCallId: '5001',
			interactions: [
				{
					kind: 'call',
					segments: [{ segmentId: 's1' }, { segmentId: 's2' }],
					agents: [{ agentName: 'Osei, Kim', userId: 'u1' }],
					media: { voice: { file: 'voice.mp4' } },
					disposition: 'He said "later"\nand hung up',
				},
			],
		});
		const started = await start();
		expect(started.status).toBe(202);
		expect(started.text).toMatch(/^"[0-9a-f-]{36}"$/);
		const id = started.json as string;
		expect((await get()).json).toEqual({ jobs: [{ id, status: 'RUNNING' }] });
		expect((await get(`/${id}`)).json).toEqual({ jobStatus: { id, status: 'RUNNING' } });
		tenant.clock.advance(10);
		const done = await get(`/${id}`);
		expect(done.json).toMatchObject({
			jobStatus: { id, status: 'SUCCEEDED', result: { errorMessage: null } },
		});
		const url = pick(done.json, 'jobStatus.result.url');
		const file = await send(url);
		expect([...file.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
		const [header = '', ...rows] = file.text.slice(1).split('\r\n');
		for (const name of [
			'Segment ID',
			'ACD Call ID',
			'Start Date',
			'Voice Recording Status',
			'Agent 1 Contact Number',
			'Agent 1 ACD ID',
			'Agent 1 Name',
			'Agent 1 Team',
			'Agent 1 Skills',
			'ANI',
			'DNIS',
			'Disposition',
		]) {
			expect(header.split(',')).toContain(name);
		}
		expect(rows).toHaveLength(3);
		expect(rows[0]).toMatch(/^s1,5001,2025-03-04T11:00:00\.000Z,.*,Success,/);
		expect(file.text).toContain('"He said ""later""\nand hung up"');
		expect(file.text).toContain('"Osei, Kim"');
		tenant.clock.advance(30);
		expect((await send(url)).status).toBe(403);
		expect((await send(pick((await get(`/${id}`)).json, 'jobStatus.result.url'))).status).toBe(200);
	});

	it('leaves out what ended in the last half hour and what lies outside the range', async () => {
		const add = (acdCallId: string, startTime: string): void => {
			tenant.simulator.cxone.contacts.add({
				acdCallId,
				interactions: [{ kind: 'call', startTime }],
			});
		};
		add('late', '2025-03-04T11:45:00Z');
		add('before', '2025-03-02T23:59:00Z');
		add('inside', '2025-03-03T00:00:00Z');
		const id = (await start()).json as string;
		tenant.clock.advance(10);
		const file = await send(pick((await get(`/${id}`)).json, 'jobStatus.result.url'));
		expect(file.text).toContain(',inside,');
		expect(file.text).not.toContain(',late,');
		expect(file.text).not.toContain(',before,');
	});

	it('writes times and means days as it is told, and can hold back a link or give one too early', async () => {
		for (const startTime of ['2025-03-02T16:59:00Z', '2025-03-02T17:00:00Z']) {
			tenant.simulator.cxone.contacts.add({
				acdCallId: startTime,
				interactions: [{ kind: 'call', startTime }],
			});
		}
		Object.assign(tenant.simulator.cxone.dataExtraction, {
			dayOffsetMinutes: 420,
			timeText: String,
			urlWhileRunning: true,
			answersWithoutUrl: 1,
			rewrite: (csv: string) => csv.toUpperCase(),
		});
		const id = (await start()).json as string;
		const early = await get(`/${id}`);
		expect(early.json).toMatchObject({ jobStatus: { status: 'RUNNING' } });
		expect((await send(pick(early.json, 'jobStatus.result.url'))).text).not.toContain('17:00');
		tenant.clock.advance(10);
		expect((await get(`/${id}`)).json).toMatchObject({
			jobStatus: { status: 'SUCCEEDED', result: { url: null } },
		});
		const list = (await send(pick((await get(`/${id}`)).json, 'jobStatus.result.url'))).text
			.trim()
			.split('\r\n');
		expect(list).toHaveLength(2);
		expect(list[1]).toContain(`,${Date.parse('2025-03-02T17:00:00Z')},`);
		expect(list[0]).toContain('SEGMENT ID');
	});

	it('starts one job in 30 seconds and one at a time; the refusal looks like a missing permission but for its text', async () => {
		tenant.simulator.cxone.dataExtraction.jobSeconds = 60;
		await start();
		const early = await start();
		expect(early).toMatchObject({
			status: 403,
			json: { message: expect.stringContaining('wait and try again later') },
		});
		tenant.clock.advance(30);
		expect((await start()).status).toBe(403);
		tenant.clock.advance(30);
		expect((await start()).status).toBe(202);
		tenant.simulator.cxone.addAccessKey({
			accessKeyId: 'k',
			accessKeySecret: 's',
			permissions: ['playAny'],
		});
		const denied = await start(range, await accessToken(tenant.simulator, 'k', 's'));
		expect(denied.status).toBe(403);
		expect(denied.text).not.toContain('try again');
	});

	it.each([
		[{ version: 7 }],
		[{ version: '99' }],
		[{ entityName: 'recordings' }],
		[{ startDate: '2025-03-03T00:00:00Z' }],
		[{ startDate: '2025-02-31' }],
		[{ endDate: '2025-03-03' }],
		[{ endDate: '2025-03-18' }],
		[{ agentId: '1' }],
	])('refuses %j', async (change) => {
		expect((await start({ ...range, ...change })).status).toBe(400);
		expect((await start({ ...range, endDate: '2025-03-17' })).status).toBe(202);
	});

	it('can fail, and lets jobs expire', async () => {
		tenant.simulator.cxone.dataExtraction.outcomes.push('FAILED');
		const id = (await start()).json as string;
		tenant.clock.advance(10);
		expect((await get(`/${id}`)).json).toEqual({
			jobStatus: {
				id,
				status: 'FAILED',
				result: { url: null, errorMessage: 'The extraction failed' },
			},
		});
		tenant.simulator.cxone.dataExtraction.keepSeconds = 60;
		tenant.clock.advance(60);
		expect((await get()).json).toEqual({ jobs: [{ id, status: 'EXPIRED' }] });
		expect((await get('/none')).status).toBe(404);
	});
});
