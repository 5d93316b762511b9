import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { startVirtualWorld, type VirtualWorld } from './virtual';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';

let world: VirtualWorld;

beforeEach(async () => {
	world = await startVirtualWorld();
});
afterEach(async () => {
	await world.end();
});

const gir = () => world.simulator.genesys;
const api = (method: string) => world.simulator.requests.filter((request) => request.method === method && request.path.startsWith('/api/v2/recordings'));
const add = (...ids: string[]) => ids.forEach((id) => gir().recordings.add({ id, callerPhoneNumber: '+15550100' }));

async function run(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new DeleteRecording(),
		parameters: { recordingId: '={{ $json.id }}', ...parameters },
		credentials: credentialsFor(world.simulator).genesys,
		...more,
	});
}
const items = (...ids: unknown[]) => ids.map((id) => ({ json: { id } as never }));

describe('deleting', () => {
	it('deletes each recording and puts out a line for the audit log', async () => {
		add('A1', 'A2');
		const { items: output, error } = await run(
			{ reason: 'Erasure request 7', options: { requestedBy: 'DPO' } },
			{ input: items('A1', ' A2 ') },
		);
		expect(error).toBeUndefined();
		expect(gir().recordings.list()).toEqual([]);
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(jsonOf(output)[0]).toEqual({
			deleted: true, operation: 'delete', recordingId: 'A1', outcome: 'deleted', dryRun: false, at: '2025-03-04T12:00:00.000Z',
			user: 'admin', requestedBy: 'DPO', reason: 'Erasure request 7',
			recording: {
				start: '2025-03-04T11:00:00.000Z', end: '2025-03-04T11:01:00.000Z', durationSeconds: 60, direction: 'inbound',
				mediaFiles: 1, screenRecording: false,
			},
		});
		expect(JSON.stringify(jsonOf(output))).not.toContain('5550100');
		expect(api('DELETE').map(({ body }) => body)).toEqual(['', '']);
	});

	it('tells numbers and names only when asked to', async () => {
		add('A1');
		const { items: output } = await run({ options: { includePersonalData: true } }, { input: items('A1') });
		expect(output[0].json.recording).toMatchObject({ callerNumber: '+15550100', agents: ['Agent1 Example'] });
	});

	it('refuses a protected recording before anything is deleted', async () => {
		gir().recordings.add({ id: 'P', nonDelete: true });
		const { error } = await run({}, { input: items('P') });
		expect(error?.message).toBe('Recording P is protected from deletion');
		expect(error?.description).toContain("'Unprotect'");
		expect(api('DELETE')).toHaveLength(0);
	});

	it('understands a server that tells of the protection only when asked to delete', async () => {
		add('P');
		world.simulator.faults.add({
			server: 'genesys', method: 'DELETE',
			effect: { kind: 'status', status: 403, body: { statusCode: 3, statusMessage: 'The recording is protected from deletion.' } },
		});
		const { error } = await run({}, { input: items('P') });
		expect(error?.message).toBe('The recording is protected from deletion');
		expect(gir().recordings.get('P')).toBeDefined();
	});

	it('shows in a dry run what would go, and deletes nothing', async () => {
		add('A1', 'A2', 'A3');
		gir().recordings.add({ id: 'P', nonDelete: true });
		const { items: output, error } = await run(
			{ dryRun: true, maximumDeletions: 2 },
			{ input: items('A1', 'P', 'A2', 'gone', 'A3') },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(output).map(({ recordingId, outcome, deleted }) => [recordingId, outcome, deleted])).toEqual([
			['A1', 'wouldBeDeleted', false], ['P', 'isProtected', false], ['A2', 'wouldBeDeleted', false],
			['gone', 'notFound', false], ['A3', 'overMaximum', false],
		]);
		expect(gir().recordings.list()).toHaveLength(4);
		expect(api('DELETE')).toHaveLength(0);
	});

	it.each([null, undefined, '', '   ', '.', '..', 'a b', 'A1,A2', 'A*', '../settings/recording', 'A1?x=1', { a: 1 }])(
		'refuses %p as an ID, without a request', async (id) => {
			add('A1', 'A2');
			const { failed, error } = await run({}, { input: items(id), onError: 'continueErrorOutput' });
			expect(error).toBeUndefined();
			expect(failed).toHaveLength(1);
			expect(String(failed[0].json.error)).toContain("'Recording ID'");
			expect(world.simulator.requests).toHaveLength(0);
		},
	);

	it('stops at its maximum, says what is gone, and asks for nothing more', async () => {
		const ids = Array.from({ length: 130 }, (_, index) => `R${index}`);
		add(...ids);
		const { error } = await run({}, { input: items(...ids) });
		expect(error?.message).toBe('This run has deleted 100 recordings, which is its maximum');
		expect(error?.context.itemIndex).toBe(100);
		expect(error?.description).toMatch(/Dry Run.*Already deleted in this run \(100\): R0, R1, /);
		expect(gir().recordings.list()).toHaveLength(30);
		expect(api('GET')).toHaveLength(100);
	});

	it('sends what is over the maximum to the error output', async () => {
		const ids = Array.from({ length: 6 }, (_, index) => `R${index}`);
		add(...ids);
		const { items: output, failed } = await run({ maximumDeletions: 4 }, { input: items(...ids), onError: 'continueErrorOutput' });
		expect(output).toHaveLength(4);
		expect(failed.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([['R4', { item: 4 }], ['R5', { item: 5 }]]);
		expect(gir().recordings.list()).toHaveLength(2);
	});

	it('takes its maximum from the node, not from the items', () => {
		const field = new DeleteRecording().description.properties.find(({ name }) => name === 'maximumDeletions');
		expect(field).toMatchObject({ noDataExpression: true, default: 100 });
	});

	it('counts what is not there as deleted only when told to', async () => {
		add('A1');
		const strict = await run({}, { input: items('gone', 'A1'), onError: 'continueErrorOutput' });
		expect(strict.failed.map(({ json }) => json.error)).toEqual(['GIR has no recording with this ID, or does not show it to this user']);
		expect(jsonOf(strict.items)).toMatchObject([{ recordingId: 'A1', deleted: true }]);
		const lenient = await run({ notFoundCountsAsDeleted: true }, { input: items('gone') });
		expect(jsonOf(lenient.items)).toMatchObject([{ deleted: true, outcome: 'notFound', recording: null }]);
		expect(api('DELETE')).toHaveLength(1);
	});

	it('does not repeat a delete against a read-only database', async () => {
		add('A1');
		gir().readOnly = true;
		const { error } = await run({}, { input: items('A1') });
		expect(error?.message).toBe("GIR's recording database is read-only, so nothing was deleted");
		expect(error?.httpCode).toBe('503');
		expect(api('DELETE')).toHaveLength(1);
		expect(world.waits).toEqual([]);
	});

	it('does not repeat a delete that went wrong halfway', async () => {
		add('A1');
		world.simulator.faults.add({ server: 'genesys', method: 'DELETE', times: 5, effect: { kind: 'status', status: 500, body: { statusCode: 4, statusMessage: 'x' } } });
		const { error } = await run({}, { input: items('A1') });
		expect(error?.description).toContain('Some of its media files may be gone');
		expect(api('DELETE')).toHaveLength(1);
	});

	it.each(['reset', 'status'] as const)('looks whether the recording is gone when no answer came (%s)', async (kind) => {
		add('A1', 'A2');
		const effect = kind === 'reset' ? ({ kind } as const) : ({ kind, status: 504, body: 'Gateway Time-out' } as const);
		world.simulator.faults.add({ server: 'genesys', method: 'DELETE', effect: { ...effect, afterHandling: true } });
		const done = await run({}, { input: items('A1') });
		expect(done.error).toBeUndefined();
		expect(jsonOf(done.items)).toMatchObject([{ deleted: true, outcome: 'deleted' }]);
		world.simulator.faults.add({ server: 'genesys', method: 'DELETE', effect });
		const not = await run({}, { input: items('A2') });
		expect(not.error?.message).toBe('GIR gave no answer when asked to delete the recording, and the recording is still there');
		expect(api('DELETE')).toHaveLength(2);
	});

	it('gets a CSRF token once and uses it for all items', async () => {
		gir().csrf = true;
		add('A1', 'A2', 'A3');
		const { items: output, error } = await run({}, { input: items('A1', 'A2', 'A3') });
		expect(error).toBeUndefined();
		expect(output).toHaveLength(3);
		expect(api('DELETE').map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(new Set(api('DELETE').map(({ headers }) => headers.cookie)).size).toBe(1);
	});

	it('gets a new token when the server has forgotten the session', async () => {
		gir().csrf = true;
		add('A1');
		world.simulator.faults.add({
			server: 'genesys', method: 'DELETE',
			effect: { kind: 'status', status: 403, body: { statusCode: 3, statusMessage: 'Missing or invalid Csrf token' } },
		});
		const { error } = await run({}, { input: items('A1') });
		expect(error).toBeUndefined();
		expect(api('DELETE').map(({ status }) => status)).toEqual([403, 200]);
	});

	it('tells the role it needs', async () => {
		add('A1');
		const { username, password } = gir().users.find(({ role }) => role === 'supervisor')!;
		const credentials = { genesysBasicApi: { baseUrl: gir().url, username, password } };
		const { error } = await run({}, { input: items('A1'), credentials });
		expect(error?.message).toBe('The signed-in GIR user does not have the role this needs');
		expect(error?.description).toContain('deleting Administrator');
	});

	it('reports the same deletion again, and once, when n8n retries the node', async () => {
		add('A1', 'A2');
		world.simulator.faults.add({ server: 'genesys', method: 'DELETE', skip: 1, effect: { kind: 'status', status: 500, body: { statusCode: 4 } } });
		const { items: output, error } = await run({}, { input: items('A1', 'A2', 'A1'), retryOnFail: true });
		expect(error).toBeUndefined();
		expect(jsonOf(output).map(({ recordingId, deleted }) => [recordingId, deleted])).toEqual([['A1', true], ['A2', true], ['A1', true]]);
		expect(api('DELETE')).toHaveLength(3);
	});
});

describe('protection', () => {
	it.each([false, true])('protects a recording and ends that (CSRF: %p)', async (csrf) => {
		gir().csrf = csrf;
		add('A1');
		const on = await run({ operation: 'protect', reason: 'Legal hold' }, { input: items('A1') });
		expect(on.error).toBeUndefined();
		expect(jsonOf(on.items)).toEqual([
			{ protectedFromDeletion: true, operation: 'protect', recordingId: 'A1', at: '2025-03-04T12:00:00.000Z', user: 'admin', requestedBy: null, reason: 'Legal hold' },
		]);
		expect(gir().recordings.need('A1').nonDelete).toBe(true);
		const off = await run({ operation: 'unprotect' }, { input: items('A1') });
		expect(jsonOf(off.items)).toMatchObject([{ protectedFromDeletion: false, operation: 'unprotect' }]);
		expect(gir().recordings.need('A1').nonDelete).toBe(false);
		expect(api('POST').filter(({ status }) => status === 200).map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ operationName: 'applyNonDelete' }, { operationName: 'removeNonDelete' }]);
	});

	it('lets a builder name the operation as the server does', async () => {
		add('A1');
		const { error } = await run({ operation: 'unprotect', options: { unprotectOperationName: 'cancelNonDelete' } }, { input: items('A1') });
		expect(error?.message).toBe('This GIR server does not know this name for ending the protection of a recording');
		expect(error?.description).toContain('Unprotect Operation Name');
	});

	it('tells the permission it needs', async () => {
		add('A1');
		const { username, password } = gir().users.find(({ role }) => role === 'supervisor')!;
		const { error } = await run({ operation: 'protect' }, { input: items('A1'), credentials: { genesysBasicApi: { baseUrl: gir().url, username, password } } });
		expect(error?.description).toContain('RECORDING_PERMISSION_APPLY_NON_DELETE');
	});
});
