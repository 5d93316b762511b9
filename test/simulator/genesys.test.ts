import {
	startSimulator,
	type GirRecording,
	type NewGirRecording,
	type Simulator,
} from '../../simulator';
import { basic, pick, send, type Answer } from './support';
import { VirtualClock } from '../virtual-clock';

const ADMIN = basic('admin', 'simulator-admin-pass');
const SUPERVISOR = basic('supervisor', 'simulator-supervisor-pass');
const AGENT = basic('agent1@example.com', 'simulator-agent-pass');

describe('the GIR server', () => {
	let simulator: Simulator;
	let clock: VirtualClock;
	beforeEach(async () => {
		clock = new VirtualClock();
		simulator = await startSimulator({ seed: 'empty', now: clock.now });
	});
	afterEach(async () => await simulator.stop());

	const add = (given: NewGirRecording): GirRecording => simulator.genesys.recordings.add(given);
	const get = async (path: string, headers = ADMIN): Promise<Answer> =>
		await send(`${simulator.genesys.url}/api/v2${path}`, { headers });
	const search = async (query: Record<string, string>, headers = ADMIN): Promise<Answer> =>
		await get(`/recordings?${new URLSearchParams(query).toString()}`, headers);
	const found = async (query: Record<string, string>): Promise<string> => {
		const answer = await search(query);
		expect(answer.status).toBe(200);
		return pick<Array<{ id: string }>>(answer.json, 'recordings')
			.map((one) => one.id)
			.join('');
	};
	const post = async (
		id: string,
		body: unknown,
		headers: Record<string, string> = ADMIN,
	): Promise<Answer> =>
		await send(`${simulator.genesys.url}/api/v2/recordings/${id}`, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
	const remove = async (id: string, headers: Record<string, string> = ADMIN): Promise<Answer> =>
		await send(`${simulator.genesys.url}/api/v2/recordings/${id}`, { method: 'DELETE', headers });

	it('demands Basic credentials, except for its version', async () => {
		const wrong: Array<Record<string, string>> = [
			{},
			basic('admin', 'wrong'),
			{ authorization: 'Bearer x' },
		];
		for (const headers of wrong) {
			const answer = await search({ startTime: '0' }, headers);
			expect(answer.status).toBe(401);
			expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
		}
		expect((await get('/diagnostics/version', {})).json).toMatchObject({
			version: expect.any(String),
		});
		const outside = await send(`${simulator.genesys.url}/recordings?startTime=0`, {
			headers: ADMIN,
		});
		expect(outside).toMatchObject({ status: 404, text: expect.stringContaining('<html>') });
	});

	it('lays a recording out as the vendor does', async () => {
		add({
			id: 'R1',
			startTime: '2025-03-04T10:00:00Z',
			stopTime: '2025-03-04T10:02:00.500Z',
			userData: { Account: 'A-1' },
			labels: [{ name: 'Important', createTime: '2025-03-04T11:00:00Z' }],
			media: [
				{
					source: { file: 'inbound.mp3' },
					mediaUUID: 'u-1',
					masked: [{ from: '2025-03-04T10:00:30.034Z', to: '2025-03-04T10:00:40Z' }],
				},
			],
		});
		const answer = await search({ startTime: '0' });
		const row = pick<Record<string, unknown>>(answer.json, 'recordings.0');
		expect(answer.json).toMatchObject({ statusCode: 0, totalCount: 1 });
		expect(row).toMatchObject({
			id: 'R1',
			startTime: '2025-03-04T10:00:00.000+0000',
			stopTime: '2025-03-04T10:02:00.500+0000',
			screenRecording: false,
			mediaFiles: [
				{
					mediaUri: expect.stringMatching(
						/^http:\/\/.*\.invalid\/api\/v2\/recordings\/R1\/play\/u-1\.mp3$/,
					),
					playPath: '/recordings/R1/play/u-1.mp3',
					type: 'audio/mp3',
					duration: '120500',
					size: '20504',
					masks: [
						{ time: '2025-03-04T10:00:30.034Z', type: 'paused' },
						{ time: '2025-03-04T10:00:40.000Z', type: 'resume' },
					],
					parameters: {
						dateTime: '2025-03-04T10:00:00Z',
						'rp.speechminer_auth': expect.stringContaining(':'),
					},
				},
			],
		});
		expect(row).not.toHaveProperty('labels');
		expect(row).not.toHaveProperty('nonDelete');
		const events = pick<Array<{ event: string }>>(row, 'eventHistory').map((one) => one.event);
		expect(new Set(events)).toEqual(new Set(['Data', 'Joined', 'Left']));
		expect(pick(row, 'eventHistory.0.data.added.Account')).toBe('A-1');
		for (const subresources of ['*', 'labels']) {
			expect((await search({ startTime: '0', subresources })).json).toMatchObject({
				recordings: [{ labels: [{ name: 'Important', type: 'custom' }] }],
			});
		}
	});

	it.each([
		[{}, 1],
		[{ offset: '0', limit: '10' }, 1],
		[{ startTime: '2025-03-04T10:00:00Z' }, 2],
		[{ startTime: '' }, 2],
		[{ startTime: '0', limit: '0' }, 2],
		[{ startTime: '0', offset: '-1' }, 2],
		[{ startTime: '0', sort: 'asc' }, 2],
		[{ starttime: '0' }, 2],
		[{ callerPhoneNumber: '+' }, 2],
		[{ startTime: '0', subresources: 'masks' }, 2],
	])('refuses the query %j with 400 and status code %i', async (query, statusCode) => {
		expect(await search(query as Record<string, string>)).toMatchObject({
			status: 400,
			json: { statusCode, statusMessage: expect.any(String) },
		});
	});

	it('matches phone numbers on letters and digits, with wildcards', async () => {
		add({
			id: 'a',
			startTime: 3000,
			callerPhoneNumber: '+1 (555) 010-0001',
			dialedPhoneNumber: '8001',
		});
		add({ id: 'b', startTime: 2000, callerPhoneNumber: '+15550100002', dialedPhoneNumber: 'Help' });
		expect(await found({ callerPhoneNumber: '+1-555-010-0001' })).toBe('a');
		expect(await found({ callerPhoneNumber: '1555010000' })).toBe('');
		expect(await found({ callerPhoneNumber: '1555*' })).toBe('ab');
		expect(await found({ callerPhoneNumber: '1555010000?' })).toBe('ab');
		expect(await found({ callerPhoneNumber: '1555010000??' })).toBe('');
		expect(await found({ dialedPhoneNumber: 'Help' })).toBe('b');
		expect(await found({ dialedPhoneNumber: 'help' })).toBe('');
	});

	it('compares startTime with the start and endTime with the end', async () => {
		add({ id: 'a', startTime: 1000, stopTime: 9000 });
		add({ id: 'b', startTime: 2000, stopTime: 3000 });
		expect(await found({ startTime: '1001' })).toBe('b');
		expect(await found({ endTime: '3000' })).toBe('b');
		expect(await found({ startTime: '1000', endTime: '9000' })).toBe('ba');
	});

	it('matches users and attached values exactly, never attached names', async () => {
		add({
			id: 'a',
			agents: [
				{ userName: 'kim@example.com', firstName: 'Kim', lastName: 'Osei', phoneNumber: '1' },
			],
			userData: { Account: 'A-1 B' },
		});
		for (const userName of ['kim@example.com', 'Kim', 'Osei'])
			expect(await found({ userName })).toBe('a');
		for (const userName of ['kim', 'Kim*', 'Kim Osei']) expect(await found({ userName })).toBe('');
		expect(await found({ userData: 'A-1 B' })).toBe('a');
		for (const userData of ['Account', 'A-1', 'a-1 b']) expect(await found({ userData })).toBe('');
	});

	it('demands all included labels and none of the excluded, screen recordings among them', async () => {
		add({ id: 'a', startTime: 3000, labels: [{ name: 'x' }, { name: 'y' }] });
		add({ id: 'b', startTime: 2000, labels: [{ name: 'x' }], screenRecording: true });
		add({ id: 'c', startTime: 1000 });
		expect(await found({ includeLabels: 'x' })).toBe('ab');
		expect(await found({ includeLabels: 'x,y' })).toBe('a');
		expect(await found({ excludeLabels: 'y,z' })).toBe('bc');
		expect(await found({ includeLabels: '__screenRecording' })).toBe('b');
		expect(await found({ excludeLabels: '__screenRecording' })).toBe('ac');
	});

	it('pages by offset, newest first, caps the limit silently and contradicts itself about more pages', async () => {
		for (let index = 0; index < 5; index++) add({ id: `r${index}`, startTime: 1000 * (index + 1) });
		simulator.genesys.limitCap = 2;
		const first = await search({ startTime: '0', offset: '0', limit: '100' });
		expect(pick<Array<{ id: string }>>(first.json, 'recordings').map((one) => one.id)).toEqual([
			'r4',
			'r3',
		]);
		expect(first.json).toMatchObject({
			totalCount: 5,
			nextPath: '/recordings/?startTime=0&offset=2&limit=2',
			nextUri: expect.stringContaining('.invalid/api/v2/recordings?startTime=0'),
		});
		expect(first.json).not.toHaveProperty('prevPath');
		const last = await search({ startTime: '0', offset: '4' });
		expect(last.json).toMatchObject({
			recordings: [{ id: 'r0' }],
			nextPath: expect.any(String),
			prevPath: '/recordings/?startTime=0&offset=2&limit=2',
		});
		expect(await found({ startTime: '0', offset: '5' })).toBe('');
		simulator.genesys.contradictoryNextPath = false;
		expect((await search({ startTime: '0', offset: '4' })).json).not.toHaveProperty('nextPath');
	});

	it('shows a recording only from the moment it has arrived', async () => {
		add({ id: 'a', availableAt: clock.ms + 30_000 });
		expect(await found({ startTime: '0' })).toBe('');
		expect((await get('/recordings/a')).status).toBe(404);
		clock.advance(30);
		expect(await found({ startTime: '0' })).toBe('a');
	});

	it('answers Get by ID bare or wrapped, with labels on request', async () => {
		add({ id: 'a/ü 1', labels: [{ name: 'x', content: { text: 'hello' } }] });
		const path = `/recordings/${encodeURIComponent('a/ü 1')}`;
		const bare = await get(path);
		expect(bare.json).toMatchObject({ id: 'a/ü 1' });
		expect(bare.json).not.toHaveProperty('labels');
		expect((await get(`${path}?subresources=labels`)).json).toMatchObject({
			labels: [{ name: 'x', content: { text: 'hello' } }],
		});
		simulator.genesys.envelope = 'wrapped';
		expect((await get(path)).json).toMatchObject({ statusCode: 0, recording: { id: 'a/ü 1' } });
		expect((await get(`${path}?fields=id`)).status).toBe(400);
		expect(await get('/recordings/none')).toMatchObject({ status: 404, json: { statusCode: 6 } });
	});

	it('keeps agents from searching and everyone but administrators from deleting', async () => {
		add({ id: 'a' });
		expect(await search({ startTime: '0' }, AGENT)).toMatchObject({
			status: 403,
			json: { statusCode: 5 },
		});
		expect((await get('/recordings/a', AGENT)).status).toBe(403);
		expect((await search({ startTime: '0' }, SUPERVISOR)).status).toBe(200);
		expect((await remove('a', SUPERVISOR)).json).toMatchObject({ statusCode: 5 });
		simulator.genesys.features.delete('api-supervisor-recording');
		expect((await search({ startTime: '0' })).status).toBe(403);
	});

	it('masks fields from supervisors and refuses to search by them', async () => {
		simulator.genesys.privacy = {
			agentFields: ['agentId', 'username', 'userName', 'phoneNumber', 'Account'],
			customerFields: ['callerPhoneNumber', 'ani'],
		};
		add({ id: 'a', callerPhoneNumber: '8522001', userData: { Account: 'A-1', Language: 'en' } });
		const masked = await get('/recordings/a', SUPERVISOR);
		expect(masked.json).toMatchObject({
			callerPhoneNumber: '*******',
			dialedPhoneNumber: '+15550000001',
			mediaFiles: [
				{
					parameters: {
						ani: '*******',
						agentId: '********',
						username: '*************',
						dnis: '+15550000001',
					},
				},
			],
			eventHistory: expect.arrayContaining([
				expect.objectContaining({
					data: { added: expect.objectContaining({ Account: '*******', Language: 'en' }) },
				}),
				expect.objectContaining({
					contact: expect.objectContaining({
						userName: '*******',
						phoneNumber: '*******',
						firstName: 'Agent1',
					}),
				}),
			]),
		});
		expect((await get('/recordings/a')).json).toMatchObject({ callerPhoneNumber: '8522001' });
		expect(await search({ callerPhoneNumber: '8522001' }, SUPERVISOR)).toMatchObject({
			status: 403,
			json: { statusCode: 3 },
		});
		expect((await search({ userName: 'Agent1' }, SUPERVISOR)).status).toBe(403);
		expect((await search({ dialedPhoneNumber: '1' }, SUPERVISOR)).status).toBe(200);
		expect((await search({ callerPhoneNumber: '8522001' })).status).toBe(200);
	});

	it('serves media at playPath only, whole, to every role that may', async () => {
		add({
			id: 'a',
			media: [
				{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' },
				{ source: { file: 'consult.mp3' }, mediaUUID: 'm2', encrypted: true },
			],
		});
		const plain = await get('/recordings/a/play/m1.mp3');
		expect(plain).toMatchObject({ status: 200 });
		expect(plain.headers).toMatchObject({
			'content-type': 'audio/mpeg',
			'content-length': '20504',
		});
		const ranged = await get('/recordings/a/play/m1.mp3', { ...ADMIN, range: 'bytes=0-9' });
		expect(ranged.status).toBe(200);
		expect(ranged.bytes.length).toBe(20_504);
		expect(ranged.headers['accept-ranges']).toBeUndefined();

		const decrypted = await get('/recordings/a/decrypt/m2.mp3', AGENT);
		expect(decrypted.bytes.subarray(0, 3).toString()).toBe('ID3');
		const stored = await get('/recordings/a/play/m2.mp3');
		expect(stored.bytes.length).toBe(decrypted.bytes.length);
		expect(stored.bytes.equals(decrypted.bytes)).toBe(false);
		expect((await get('/recordings/a/decrypt/m1.mp3')).status).toBe(404);
		expect((await get('/recordings/a/play/m1.wav')).status).toBe(404);
		expect((await get('/recordings/b/play/m1.mp3')).status).toBe(404);
		const origin = await send(`${simulator.genesys.url}/recordings/a/play/m1.mp3`, {
			headers: ADMIN,
		});
		expect(origin.status).toBe(404);

		simulator.genesys.allowRange = true;
		const part = await get('/recordings/a/play/m1.mp3', { ...ADMIN, range: 'bytes=0-9' });
		expect(part).toMatchObject({ status: 206 });
		const supervisor = simulator.genesys.users.find((user) => user.role === 'supervisor');
		if (supervisor !== undefined) supervisor.mayDecrypt = false;
		expect(await get('/recordings/a/decrypt/m2.mp3', SUPERVISOR)).toMatchObject({
			status: 403,
			json: { statusCode: 3 },
		});
	});

	it('lets an agent play only calls he was on', async () => {
		add({
			id: 'a',
			agents: [{ userName: 'other', firstName: 'O', lastName: 'T', phoneNumber: '2' }],
			media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm' }],
		});
		expect((await get('/recordings/a/play/m.mp3', AGENT)).status).toBe(403);
		expect((await get('/recordings/a/play/m.mp3', SUPERVISOR)).status).toBe(200);
	});

	it('deletes once, not what is protected, and nothing in read-only mode', async () => {
		add({ id: 'a', media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm' }] });
		simulator.genesys.readOnly = true;
		expect((await remove('a')).status).toBe(503);
		simulator.genesys.readOnly = false;
		expect((await post('a', { operationName: 'applyNonDelete' })).json).toEqual({ statusCode: 0 });
		expect((await get('/recordings/a')).json).toMatchObject({ nonDelete: true });
		expect((await remove('a')).status).toBe(403);
		expect((await post('a', { operationName: 'removeNonDelete' })).status).toBe(200);
		expect(await remove('a')).toMatchObject({ status: 200, json: { statusCode: 0 } });
		expect(await remove('a')).toMatchObject({ status: 404, json: { statusCode: 6 } });
		expect((await get('/recordings/a/play/m.mp3')).status).toBe(404);
	});

	it('refuses other operations, and users without the permission', async () => {
		add({ id: 'a' });
		expect(await post('a', { operationName: 'protect' })).toMatchObject({
			status: 400,
			json: { statusCode: 2 },
		});
		expect(await post('a', {})).toMatchObject({ status: 400, json: { statusCode: 1 } });
		expect((await post('a', 'x')).status).toBe(400);
		expect((await post('none', { operationName: 'applyNonDelete' })).status).toBe(404);
		expect(await post('a', { operationName: 'applyNonDelete' }, SUPERVISOR)).toMatchObject({
			status: 403,
			json: { statusCode: 3 },
		});
		simulator.genesys.addUser({
			username: 's2',
			password: 'p',
			role: 'supervisor',
			mayProtect: true,
		});
		expect((await post('a', { operationName: 'applyNonDelete' }, basic('s2', 'p'))).status).toBe(
			200,
		);
	});

	it('demands token, session and node on writes in CSRF mode', async () => {
		simulator.genesys.csrf = true;
		add({ id: 'a' });
		const refused = { status: 403, json: { statusMessage: 'Missing or invalid Csrf token' } };
		expect(await remove('a')).toMatchObject(refused);
		const primed = await get('/recordings/a');
		const name = primed.headers['x-csrf-header'] as string;
		const token = primed.headers[name.toLowerCase()] as string;
		const [session = '', node = ''] = (primed.headers['set-cookie'] ?? []).map(
			(cookie) => cookie.split(';')[0] ?? '',
		);
		expect(session).toMatch(/^JSESSIONID=/);
		expect(await remove('a', { ...ADMIN, [name]: token })).toMatchObject(refused);
		expect(await remove('a', { ...ADMIN, [name]: token, cookie: session })).toMatchObject(refused);
		expect(await remove('a', { ...ADMIN, cookie: `${session}; ${node}` })).toMatchObject(refused);
		expect(
			(await remove('a', { ...ADMIN, [name]: token, cookie: `${session}; ${node}` })).status,
		).toBe(200);
	});
});
