import type { LiveCall } from '../../simulator';
import { accessToken, bearer, send, tenantForEachTest, type Answer } from './support';

describe('record control', () => {
	const tenant = tenantForEachTest();
	let call: LiveCall;
	beforeEach(() => {
		call = tenant.simulator.cxone.recordControl.calls.add({
			contactId: '77',
			userIds: ['u1', 'u2'],
		});
	});

	const request = async (method: string, path: string, as = tenant.token): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}/interaction-recording-management-service/${path}`, {
			method,
			headers: bearer(as),
		});
	const post = async (operation: string, rest = ''): Promise<Answer> =>
		await request('POST', `v1/interactions/${operation}?userId=u1${rest}`);
	const status = async (): Promise<unknown> =>
		(await request('GET', 'v1/interactions/get-recording-status?userId=u2')).json;

	it('stops, starts and reports, for every agent on the call', async () => {
		expect(await status()).toMatchObject({
			contactId: '77',
			statusReason: 'Policy',
			recordingStatusToAgent: 'Recording',
			recordingStatusFromAgent: 'Recording',
		});
		expect((await post('stop-recording-on-demand')).json).toEqual({
			description: expect.any(String),
			contactId: '77',
			httpStatus: 'OK',
		});
		expect(await status()).toMatchObject({
			statusReason: 'StopOnDemand',
			recordingStatusToAgent: 'Stopped',
		});
		expect((await post('start-recording-on-demand', '&mediaType=voiceAndScreen')).status).toBe(200);
		expect(await status()).toMatchObject({
			statusReason: 'RecordOnDemand',
			recordingStatusToAgent: 'Recording',
		});
		expect(call).toMatchObject({
			mediaType: 'voiceAndScreen',
			operations: ['stop-recording-on-demand', 'start-recording-on-demand'],
		});
	});

	it('masks and unmasks what is recorded, and nothing else', async () => {
		await post('mask');
		expect(await status()).toMatchObject({ statusReason: 'Mask' });
		await post('unmask');
		expect(await status()).toMatchObject({ statusReason: 'Policy' });
		await post('stop-recording-on-demand');
		expect((await post('mask')).status).toBe(200);
		expect(call.masked).toBe(false);
		tenant.simulator.cxone.recordControl.calls.add({ userIds: ['u1'], internal: true });
		expect((await post('mask')).status).toBe(422);
	});

	it('never records again after do not record', async () => {
		expect((await post('do-not-record')).status).toBe(200);
		expect(await status()).toMatchObject({
			statusReason: 'CustomerDisconsent',
			recordingStatusToAgent: 'Stopped',
		});
		expect(await post('start-recording-on-demand')).toMatchObject({
			status: 409,
			json: { httpStatus: 'CONFLICT' },
		});
		expect(call.recording).toBe(false);
		expect((await post('do-not-record')).status).toBe(200);
	});

	it('answers 404 without an active call, 400 without or with other parameters', async () => {
		expect((await request('POST', 'v1/interactions/mask?userId=nobody')).status).toBe(404);
		expect((await request('POST', 'v1/interactions/mask')).status).toBe(400);
		expect((await request('POST', 'v1/interactions/mask?user-id=u1')).status).toBe(400);
		expect((await post('start-recording-on-demand', '&mediaType=screen')).status).toBe(400);
		expect((await post('stop-recording-on-demand', '&mediaType=voice')).status).toBe(400);
		expect((await request('GET', 'v1/interactions/mask?userId=u1')).status).toBe(405);
		expect((await post('pause')).status).toBe(404);
		tenant.simulator.cxone.recordControl.calls.remove('77');
		expect((await post('mask')).status).toBe(404);
	});

	it('routes the current form, the older one, or both', async () => {
		const older = async (): Promise<number> =>
			(await request('POST', 'interactions/mask?user-id=u1')).status;
		expect(await older()).toBe(404);
		tenant.simulator.cxone.recordControl.forms = 'older';
		expect(await older()).toBe(200);
		expect((await post('mask')).status).toBe(404);
		tenant.simulator.cxone.recordControl.forms = 'both';
		expect([await older(), (await post('mask')).status]).toEqual([200, 200]);
	});

	it('accepts with 202, locks with 425 meanwhile, and takes effect later', async () => {
		tenant.simulator.cxone.recordControl.processingMs = 2000;
		expect((await post('stop-recording-on-demand')).status).toBe(202);
		expect((await post('mask')).status).toBe(425);
		expect(await status()).toMatchObject({ recordingStatusToAgent: 'Recording' });
		tenant.clock.advance(2);
		expect(await status()).toMatchObject({ recordingStatusToAgent: 'Stopped' });
		tenant.simulator.cxone.recordControl.processingMs = 0;
		call.answers.push(425, 202, 504);
		const seen: number[] = [];
		for (let index = 0; index < 4; index++)
			seen.push((await post('start-recording-on-demand')).status);
		expect(seen).toEqual([425, 202, 504, 200]);
		expect(call.operations).toEqual([
			'stop-recording-on-demand',
			'start-recording-on-demand',
			'start-recording-on-demand',
		]);
	});

	it('asks for the permission of each API', async () => {
		tenant.simulator.cxone.addAccessKey({
			accessKeyId: 'k',
			accessKeySecret: 's',
			permissions: ['masking'],
		});
		const masker = await accessToken(tenant.simulator, 'k', 's');
		expect((await request('POST', 'v1/interactions/mask?userId=u1', masker)).status).toBe(200);
		expect((await request('POST', 'v1/interactions/do-not-record?userId=u1', masker)).status).toBe(
			403,
		);
		expect(call.doNotRecord).toBe(false);
	});
});
