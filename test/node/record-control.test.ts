import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { worldForEachTest } from './virtual';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import type { FaultEffect } from '../../simulator';

const world = worldForEachTest();

beforeEach(() => {
	world.simulator.cxone.recordControl.calls.add({
		contactId: '512340009871',
		userIds: ['agent-1'],
	});
});

const SERVICE = '/interaction-recording-management-service/';
const sent = () => world.simulator.requests.filter(({ path }) => path.startsWith(SERVICE));
const commands = () => sent().filter(({ method }) => method === 'POST');
const call = () => world.simulator.cxone.recordControl.callOf('agent-1')!;
const strike = (effect: FaultEffect, times = 1, method = 'POST') =>
	world.simulator.faults.add({ server: 'cxone', method, path: `${SERVICE}*`, times, effect });

async function control(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new RecordControl(),
		parameters: { userId: 'agent-1', ...parameters },
		credentials: credentialsFor(world.simulator).cxone,
		...more,
	});
}

const OPERATIONS = [
	{
		operation: 'startRecording',
		path: 'start-recording-on-demand',
		query: { userId: 'agent-1', mediaType: 'voice' },
	},
	{ operation: 'stopRecording', path: 'stop-recording-on-demand', query: { userId: 'agent-1' } },
	{ operation: 'doNotRecord', path: 'do-not-record', query: { userId: 'agent-1' } },
	{ operation: 'mask', path: 'mask', query: { userId: 'agent-1' } },
	{ operation: 'unmask', path: 'unmask', query: { userId: 'agent-1' } },
];

describe.each(OPERATIONS)('$operation', ({ operation, path, query }) => {
	it('sends one command and puts out a line for the log', async () => {
		const { items, error } = await control({ operation });
		expect(error).toBeUndefined();
		expect(sent()).toHaveLength(1);
		expect(sent()[0]).toMatchObject({
			method: 'POST',
			path: `${SERVICE}v1/interactions/${path}`,
			body: '',
		});
		expect(Object.fromEntries(sent()[0].query)).toEqual(query);
		expect(call().operations).toEqual([path]);
		expect(jsonOf(items)).toEqual([
			{
				operation,
				userId: 'agent-1',
				...(operation === 'startRecording' && { mediaType: 'voice' }),
				outcome: 'done',
				httpStatus: 200,
				contactId: '512340009871',
				note: expect.stringMatching(/request/i) as string,
				at: '2025-03-04T12:00:00.000Z',
			},
		]);
		expect(items[0].pairedItem).toEqual({ item: 0 });
	});

	it('finds out by itself that the tenant knows the form of the help page only, and remembers it', async () => {
		world.simulator.cxone.recordControl.forms = 'older';
		const { items, error } = await control({ operation });
		expect(error).toBeUndefined();
		expect(items[0].json.outcome).toBe('done');
		expect(sent().map((request) => [request.path, request.status])).toEqual([
			[`${SERVICE}v1/interactions/${path}`, 404],
			[`${SERVICE}interactions/${path}`, 200],
		]);
		expect(sent()[1].query.get('user-id')).toBe('agent-1');
		expect(sent()[1].query.has('userId')).toBe(false);
		expect(call().operations).toEqual([path]);
		await control({ operation: 'getRecordingStatus' });
		expect(
			sent()
				.slice(2)
				.map((request) => request.path),
		).toEqual([`${SERVICE}interactions/get-recording-status`]);
	});

	it('says that a command was accepted, and waits until it is done when asked to', async () => {
		world.simulator.cxone.recordControl.processingMs = 5_000;
		const accepted = await control({ operation });
		expect(jsonOf(accepted.items)).toMatchObject([{ outcome: 'accepted', httpStatus: 202 }]);
		expect(commands()).toHaveLength(1);
		world.time.advance(60);
		// A call of its own state: the first command may have left nothing to wait for.
		world.simulator.cxone.recordControl.calls.add({
			contactId: '2',
			userIds: ['agent-1'],
			recordedByPolicy: operation !== 'startRecording',
		});
		const confirmed = await control({ operation, options: { waitUntilDone: true } });
		expect(confirmed.error).toBeUndefined();
		expect(jsonOf(confirmed.items)).toMatchObject([
			{ outcome: 'confirmed', httpStatus: 202, contactId: '2' },
		]);
		expect(commands()).toHaveLength(2);
	});

	it('is sent again when the call was locked or CXone throttled: it certainly has not run', async () => {
		call().answers.push(425, 425);
		strike({ kind: 'status', status: 429, headers: { 'Retry-After': '3' } });
		const { error } = await control({ operation });
		expect(error).toBeUndefined();
		expect(sent().map(({ status }) => status)).toEqual([429, 425, 425, 200]);
		expect(call().operations).toEqual([path]);
	});

	it('is sent again once with a new token', async () => {
		const credentials = credentialsFor(world.simulator).cxone;
		await control({ operation: 'getRecordingStatus' }, { credentials });
		world.simulator.cxone.revokeTokens();
		const { error } = await control({ operation }, { credentials });
		expect(error).toBeUndefined();
		expect(commands().map(({ status }) => status)).toEqual([401, 200]);
	});

	it.each<[string, FaultEffect]>([
		['the connection broke after it was sent', { kind: 'reset', afterHandling: true }],
		[
			'the gateway timed out',
			{
				kind: 'status',
				status: 504,
				body: { description: 'The request timed out' },
				afterHandling: true,
			},
		],
		[
			'the service stumbled',
			{
				kind: 'status',
				status: 500,
				body: { description: 'Internal server error' },
				afterHandling: true,
			},
		],
	])('is never sent twice on an unknown outcome: %s', async (_what, effect) => {
		strike(effect);
		const { error } = await control({ operation }, { retryOnFail: true });
		expect(commands()).toHaveLength(1);
		expect(call().operations).toEqual([path]);
		expect(error?.message).toMatch(/^It is not known whether CXone has /);
		expect(
			error?.description?.match(/Use 'Get Recording Status' for this user, then decide\./g),
		).toHaveLength(1);
	});

	it('is not sent a second time when what comes after it fails and n8n retries the node', async () => {
		strike(
			{ kind: 'status', status: 404, body: { description: 'No active interactions were found' } },
			1,
			'GET',
		);
		const { error } = await control(
			{ operation, options: { waitUntilDone: true } },
			{ retryOnFail: true },
		);
		expect(error).toBeUndefined();
		expect(commands()).toHaveLength(1);
	});

	it('gives up on a locked call at the limit the user sets', async () => {
		call().answers.push(...Array.from({ length: 300 }, () => 425));
		const { error } = await control({ operation, options: { waitSeconds: 10 } });
		expect(error?.message).toBe('CXone is still busy with an earlier command to this call');
		expect(error?.description).toContain('Nothing was changed');
		expect(call().operations).toEqual([]);
	});
});

describe('Record Control', () => {
	it('starts voice and screen', async () => {
		await control({ operation: 'startRecording', mediaType: 'voiceAndScreen' });
		expect(sent()[0].query.get('mediaType')).toBe('voiceAndScreen');
		expect(call().mediaType).toBe('voiceAndScreen');
	});

	it('tells the recording status in plain words and in those of CXone', async () => {
		await control({ operation: 'mask' });
		const { items } = await control({ operation: 'getRecordingStatus' });
		expect(jsonOf(items)).toEqual([
			{
				operation: 'getRecordingStatus',
				userId: 'agent-1',
				recording: true,
				masked: true,
				declined: false,
				recordingStatus: 'Recording',
				recordingStatusFromAgent: 'Recording',
				statusReason: 'Mask',
				contactId: '512340009871',
				segmentId: call().segmentId,
				interactionId: call().interactionId,
				at: '2025-03-04T12:00:00.000Z',
			},
		]);
	});

	it('says when a command was accepted but its effect does not show in time', async () => {
		world.simulator.cxone.recordControl.processingMs = 600_000;
		const { error } = await control({
			operation: 'doNotRecord',
			options: { waitUntilDone: true, waitSeconds: 20 },
		});
		expect(error?.message).toBe(
			'CXone accepted the command, but the recording status does not show it yet',
		);
		expect(error?.description).toMatch(
			/After 20 seconds the status was 'Recording' \(Policy\).*Get Recording Status/,
		);
		expect(commands()).toHaveLength(1);
	});

	// What that call is like says nothing of the one that the command went to, which may be recorded on.
	it.each(['stopRecording', 'doNotRecord', 'mask'])(
		'does not take the status of the next call for that of the one it was about: %s',
		async (operation) => {
			const { recordControl } = world.simulator.cxone;
			recordControl.processingMs = 600_000;
			world.time.meanwhile = async () => {
				world.time.meanwhile = async () => undefined;
				recordControl.calls.add({
					contactId: 'the-next',
					userIds: ['agent-1'],
					recordedByPolicy: false,
				});
				Object.assign(recordControl.callOf('agent-1')!, { reason: 'CustomerDisconsent' });
			};
			const { items, error } = await control({ operation, options: { waitUntilDone: true } });
			expect(items).toEqual([]);
			expect(error?.message).toBe(
				'CXone accepted the command, but the user is on another call now, so its effect cannot be seen',
			);
			expect(error?.description).toContain(
				'The command went to contact 512340009871, and CXone tells the recording status of contact the-next.',
			);
			expect(commands()).toHaveLength(1);
		},
	);

	it('refuses an empty user ID before anything is sent', async () => {
		const { error } = await control({ operation: 'doNotRecord', userId: '={{ $json.agent }}' });
		expect(error?.message).toBe("'User ID' is empty");
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('sends commands for one agent in the order of the items, and one failing item takes none down', async () => {
		world.simulator.cxone.recordControl.processingMs = 3_000;
		world.simulator.cxone.recordControl.calls.add({
			contactId: '9',
			userIds: ['agent-9'],
			internal: true,
		});
		const input = ['agent-1', 'agent-9', 'agent-1', 'nobody'].map((agent) => ({ json: { agent } }));
		const { items, failed } = await control(
			{ operation: 'mask', userId: '={{ $json.agent }}' },
			{ input, onError: 'continueErrorOutput' },
		);
		expect(items.map(({ json, pairedItem }) => [json.contactId, pairedItem])).toEqual([
			['512340009871', { item: 0 }],
			['512340009871', { item: 2 }],
		]);
		expect(failed.map(({ json, pairedItem }) => [json.agent, json.error, pairedItem])).toEqual([
			['agent-9', 'CXone does not mask internal calls', { item: 1 }],
			['nobody', 'CXone found no live interaction for this user ID', { item: 3 }],
		]);
	});

	it('stops at a failing item and leaves the ones behind it alone', async () => {
		const input = ['nobody', ...Array.from({ length: 40 }, () => 'agent-1')].map((agent) => ({
			json: { agent },
		}));
		const { error } = await control({ operation: 'mask', userId: '={{ $json.agent }}' }, { input });
		expect(error?.message).toBe('CXone found no live interaction for this user ID');
		expect(error?.context.itemIndex).toBe(0);
		expect(commands().length).toBeLessThan(6);
	});

	it('sends no more commands once the execution is cancelled', async () => {
		call().answers.push(...Array.from({ length: 100 }, () => 425));
		const cancel = new AbortController();
		world.time.meanwhile = async () => {
			if (world.time.waits.length === 2) cancel.abort();
		};
		const input = Array.from({ length: 20 }, () => ({ json: {} }));
		await control(
			{ operation: 'mask', options: { waitSeconds: 600 } },
			{ input, signal: cancel.signal, onError: 'continueErrorOutput' },
		);
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(commands().map(({ status }) => status)).toEqual([425, 425]);
		expect(call().operations).toEqual([]);
	});

	it('asks in the other form only where it was told that nothing was done, and not in a tenant whose form it has seen', async () => {
		const { error } = await control({ operation: 'mask', userId: 'nobody' });
		expect(error?.message).toBe('CXone found no live interaction for this user ID');
		expect(sent().map((request) => request.status)).toEqual([404, 404]);
		await control({ operation: 'mask' });
		await control({ operation: 'mask', userId: 'nobody' });
		expect(
			sent()
				.slice(2)
				.map((request) => request.path),
		).toEqual([`${SERVICE}v1/interactions/mask`, `${SERVICE}v1/interactions/mask`]);
	});

	it('sees within a day that the tenant was moved to another form', async () => {
		await control({ operation: 'mask' });
		world.simulator.cxone.recordControl.forms = 'older';
		expect((await control({ operation: 'mask' })).error?.message).toBe(
			'CXone found no live interaction for this user ID',
		);
		world.time.advance(86_401);
		expect((await control({ operation: 'mask' })).error).toBeUndefined();
	});

	it('does not know what was done when the other form breaks down', async () => {
		world.simulator.cxone.recordControl.forms = 'older';
		world.simulator.faults.add({
			server: 'cxone',
			method: 'POST',
			path: `${SERVICE}interactions/*`,
			times: 1,
			effect: { kind: 'status', status: 504, body: {}, afterHandling: true },
		});
		const { error } = await control({ operation: 'mask' }, { retryOnFail: true });
		expect(error?.message).toBe('It is not known whether CXone has masked the recording');
		expect(call().operations).toEqual(['mask']);
	});

	it('is no tool for AI agents', () => {
		expect(new RecordControl().description.usableAsTool).toBeUndefined();
	});
});
