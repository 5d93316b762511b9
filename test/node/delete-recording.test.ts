import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult, type NodeRun } from './engine';
import { worldForEachTest } from './virtual';
import type { FaultEffect } from '../../simulator';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';

const world = worldForEachTest();

const gir = () => world.simulator.genesys;
const api = (method: string) =>
	world.simulator.requests.filter(
		(request) => request.method === method && request.path.startsWith('/api/v2/recordings'),
	);
const add = (...ids: string[]) =>
	ids.forEach((id) => gir().recordings.add({ id, callerPhoneNumber: '+15550100' }));

async function run(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new DeleteRecording(),
		parameters: { recordingId: '={{ $json.id }}', dryRun: false, ...parameters },
		credentials: credentialsFor(world.simulator).genesys,
		...more,
	});
}
/** Strikes the next requests with an answer; with `done`, after they were carried out. */
function strike(
	answer: { status: number; body: string | object },
	method = 'DELETE',
	times = 1,
	done = false,
) {
	world.simulator.faults.add({
		server: 'genesys',
		method,
		times,
		effect: { kind: 'status', ...answer, afterHandling: done },
	});
}
const hintsOf = ({ run: { data } }: NodeResult) => data.resultData.runData.Subject[0].hints;
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
			deleted: true,
			operation: 'delete',
			platform: 'genesys',
			recordingId: 'A1',
			outcome: 'deleted',
			note: null,
			dryRun: false,
			at: '2025-03-04T12:00:00.000Z',
			user: 'admin',
			requestedBy: 'DPO',
			reason: 'Erasure request 7',
			recording: {
				start: '2025-03-04T11:00:00.000Z',
				end: '2025-03-04T11:01:00.000Z',
				durationSeconds: 60,
				direction: 'inbound',
				mediaFiles: 1,
				screenRecording: false,
			},
		});
		expect(JSON.stringify(jsonOf(output))).not.toContain('5550100');
		expect(api('DELETE').map(({ body }) => body)).toEqual(['', '']);
	});

	it('tells numbers and names only when asked to', async () => {
		add('A1');
		const { items: output } = await run(
			{ options: { includePersonalData: true } },
			{ input: items('A1') },
		);
		expect(output[0].json.recording).toMatchObject({
			callerNumber: '+15550100',
			agents: ['Agent1 Example'],
		});
	});

	it('refuses a protected recording before anything is deleted', async () => {
		gir().recordings.add({ id: 'P', nonDelete: true });
		const { error } = await run({}, { input: items('P') });
		expect(error?.message).toBe('Recording P is protected from deletion');
		expect(error?.description).toContain("'Unprotect'");
		expect(api('DELETE')).toHaveLength(0);
	});

	it.each(['*******', 7, ['yes']])(
		'deletes nothing where the protection cannot be read: %j',
		async (nonDelete) => {
			gir().recordings.add({ id: 'P', odd: { nonDelete } });
			const { error } = await run({}, { input: items('P') });
			expect(error?.message).toContain(
				'does not tell in words this node knows whether recording P is protected',
			);
			expect(api('DELETE')).toHaveLength(0);
		},
	);

	it('understands a server that tells of the protection only when asked to delete', async () => {
		add('P');
		world.simulator.faults.add({
			server: 'genesys',
			method: 'DELETE',
			effect: {
				kind: 'status',
				status: 403,
				body: { statusCode: 3, statusMessage: 'The recording is protected from deletion.' },
			},
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
		expect(
			jsonOf(output).map(({ recordingId, outcome, deleted }) => [recordingId, outcome, deleted]),
		).toEqual([
			['A1', 'wouldBeDeleted', false],
			['P', 'isProtected', false],
			['A2', 'wouldBeDeleted', false],
			['gone', 'notFound', false],
			['A3', 'overMaximum', false],
		]);
		expect(gir().recordings.list()).toHaveLength(4);
		expect(api('DELETE')).toHaveLength(0);
	});

	it.each([
		null,
		undefined,
		'',
		'   ',
		'.',
		'..',
		'a b',
		'A1,A2',
		'A*',
		'../settings/recording',
		'A1?x=1',
		{ a: 1 },
	])('refuses %p as an ID, without a request', async (id) => {
		add('A1', 'A2');
		const { failed, error } = await run({}, { input: items(id), onError: 'continueErrorOutput' });
		expect(error).toBeUndefined();
		expect(failed).toHaveLength(1);
		expect(JSON.stringify(failed[0].json)).toContain("'Recording ID'");
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('stops at its maximum, says what is gone, and asks for nothing more', async () => {
		const ids = Array.from({ length: 130 }, (_, index) => `R${index}`);
		add(...ids);
		const { error } = await run({}, { input: items(...ids) });
		expect(error?.message).toBe('This run has asked for 100 deletions, which is its maximum');
		expect(error?.context.itemIndex).toBe(100);
		expect(error?.description).toMatch(/Dry Run.*Already deleted in this run \(100\): R0, R1, /);
		expect(gir().recordings.list()).toHaveLength(30);
		expect(api('GET')).toHaveLength(100);
	});

	it('sends what is over the maximum to the error output', async () => {
		const ids = Array.from({ length: 6 }, (_, index) => `R${index}`);
		add(...ids);
		const { items: output, failed } = await run(
			{ maximumDeletions: 4 },
			{ input: items(...ids), onError: 'continueErrorOutput' },
		);
		expect(output).toHaveLength(4);
		expect(failed.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual([
			['R4', { item: 4 }],
			['R5', { item: 5 }],
		]);
		expect(gir().recordings.list()).toHaveLength(2);
	});

	it('takes its maximum from the node, not from the items', () => {
		const field = new DeleteRecording().description.properties.find(
			({ name }) => name === 'maximumDeletions',
		);
		expect(field).toMatchObject({ noDataExpression: true, default: 100 });
	});

	it('never reports what is not found as deleted', async () => {
		add('A1');
		const strict = await run({}, { input: items('gone', 'A1'), onError: 'continueErrorOutput' });
		expect(strict.failed.map(({ json }) => json.error)).toEqual([
			'GIR has no recording with this ID, or does not show it to this user',
		]);
		expect(strict.failed[0].json.details).toMatchObject({
			deleted: false,
			outcome: 'notFound',
			recordingId: 'gone',
			recording: null,
		});
		expect(jsonOf(strict.items)).toMatchObject([{ recordingId: 'A1', deleted: true }]);
		const lenient = await run({ acceptNotFound: true }, { input: items('gone') });
		expect(lenient.error).toBeUndefined();
		expect(jsonOf(lenient.items)).toMatchObject([
			{ deleted: false, outcome: 'notFound', recording: null },
		]);
		expect(lenient.items[0].json.note).toContain(
			'belong to an access group or partition this user cannot see',
		);
		expect(api('DELETE')).toHaveLength(1);
	});

	it('says the same of a recording that somebody else deletes between the look and the deletion', async () => {
		add('A1');
		strike({
			status: 404,
			body: { statusCode: 6, statusMessage: 'The recording to delete cannot be found.' },
		});
		const { items: output } = await run({ acceptNotFound: true }, { input: items('A1') });
		expect(jsonOf(output)).toMatchObject([
			{ deleted: false, outcome: 'notFound', recording: { mediaFiles: 1 } },
		]);
	});

	it.each(['GET', 'DELETE'])(
		'does not take a 404 of something else than GIR for "not found" (%s)',
		async (method) => {
			add('A1');
			strike({ status: 404, body: '<html>Not Found</html>' }, method);
			const { items: output, failed } = await run(
				{ acceptNotFound: true },
				{ input: items('A1'), onError: 'continueErrorOutput' },
			);
			expect(output).toEqual([]);
			expect(failed[0].json.details).toMatchObject({ deleted: false, outcome: 'notDeleted' });
		},
	);

	it.each([
		[
			'of CXone, from Search Recordings',
			{ platform: 'cxone', id: 'A1' },
			"its platform is 'cxone'",
		],
		[
			'of CXone, from Get Segment',
			{ segmentId: 'A1', id: 'A1' },
			"its 'Recording ID' is a 'segmentId', which is CXone's",
		],
		['of another platform', { platform: 'other', id: 'A1' }, "its platform is 'other'"],
	])('refuses an item %s, without a request', async (_what, json, why) => {
		add('A1');
		for (const operation of ['delete', 'protect', 'unprotect']) {
			const { items: output, failed } = await run(
				{ operation, acceptNotFound: true },
				{ input: [{ json }], onError: 'continueErrorOutput' },
			);
			expect(output).toEqual([]);
			expect(failed[0].json).toMatchObject({
				error: 'This item is not of Genesys Interaction Recording (GIR)',
				details: expect.stringContaining(why) as string,
			});
		}
		expect(world.simulator.requests).toEqual([]);
	});

	it('deletes only when told to, and says so where it did not', async () => {
		add('A1', 'A2');
		const field = (name: string) =>
			new DeleteRecording().description.properties.find((property) => property.name === name);
		expect(field('dryRun')).toMatchObject({ default: true });
		expect(field('deletionNotice')).toMatchObject({
			type: 'notice',
			displayOptions: { show: { operation: ['delete'] } },
		});
		const untouched = await runNode({
			nodeType: new DeleteRecording(),
			parameters: { recordingId: '={{ $json.id }}' },
			input: items('A1', 'A2', 'gone'),
			credentials: credentialsFor(world.simulator).genesys,
		});
		expect(jsonOf(untouched.items).map(({ outcome }) => outcome)).toEqual([
			'wouldBeDeleted',
			'wouldBeDeleted',
			'notFound',
		]);
		expect(hintsOf(untouched)).toEqual([
			{
				message:
					"'Dry Run' is on: of 3 recordings, none was deleted, and 2 would be without it. Turn it off to delete.",
				type: 'warning',
				location: 'outputPane',
			},
		]);
		expect(gir().recordings.list()).toHaveLength(2);
		expect(hintsOf(await run({ dryRun: '={{ "false" }}' }, { input: items('A1') }))).toHaveLength(
			1,
		);
		expect(hintsOf(await run({}, { input: items('A1') }))).toEqual([]);
		expect(gir().recordings.list()).toHaveLength(1);
	});

	it('does not repeat a delete against a read-only database', async () => {
		add('A1');
		gir().readOnly = true;
		const { error } = await run({}, { input: items('A1') });
		expect(error?.message).toBe("GIR's recording database is read-only, so nothing was deleted");
		expect(error?.httpCode).toBe('503');
		expect(api('DELETE')).toHaveLength(1);
		expect(world.time.waits).toEqual([]);
	});

	const PAGE = '<html><body>Sign in</body></html>';
	const UNCLEAR: Array<[string, FaultEffect]> = [
		['500', { kind: 'status', status: 500, body: { statusCode: 4, statusMessage: 'x' } }],
		['500 of a proxy', { kind: 'status', status: 500, body: PAGE }],
		['502', { kind: 'status', status: 502, body: PAGE }],
		['503 of a load balancer', { kind: 'status', status: 503, body: PAGE }],
		['504', { kind: 'status', status: 504, body: 'Gateway Time-out' }],
		[
			'200 with an error of the server',
			{ kind: 'status', status: 200, body: { statusCode: 4, statusMessage: 'x' } },
		],
		[
			'200 with "partly done"',
			{ kind: 'status', status: 200, body: { statusCode: 7, statusMessage: 'x' } },
		],
		[
			'200 with "not complete"',
			{ kind: 'status', status: 200, body: { statusCode: 9, statusMessage: 'x' } },
		],
		['200 with a page', { kind: 'status', status: 200, body: PAGE }],
		['200 with nothing', { kind: 'status', status: 200, body: '' }],
		['200 with JSON of a proxy', { kind: 'status', status: 200, body: { ok: true } }],
		[
			'200 with a status code that is none',
			{ kind: 'status', status: 200, body: { statusCode: null } },
		],
		['202', { kind: 'status', status: 202, body: { statusCode: 0 } }],
		['204', { kind: 'status', status: 204 }],
		[
			'302',
			{
				kind: 'status',
				status: 302,
				headers: { location: 'https://sso.example.invalid/' },
				body: PAGE,
			},
		],
		['a cut connection', { kind: 'reset' }],
	];

	it.each(UNCLEAR)(
		'neither claims nor denies a deletion answered by %s, and does not ask again',
		async (_what, effect) => {
			for (const afterHandling of [false, true]) {
				const [unclear, next] = afterHandling ? ['B1', 'B2'] : ['A1', 'A2'];
				add(unclear, next);
				const before = api('DELETE').length;
				world.simulator.faults.add({
					server: 'genesys',
					method: 'DELETE',
					effect: { ...effect, afterHandling } as FaultEffect,
				});
				const {
					items: output,
					failed,
					error,
				} = await run(
					{ acceptNotFound: true },
					{ input: items(unclear, next), onError: 'continueErrorOutput' },
				);
				expect(error).toBeUndefined();
				expect(jsonOf(output)).toMatchObject([{ recordingId: next, deleted: true }]);
				expect(failed.map(({ json }) => json)).toMatchObject([
					{
						error: `It is not known whether GIR has deleted recording ${unclear}`,
						details: {
							deleted: null,
							outcome: 'unknown',
							recordingId: unclear,
							dryRun: false,
							recording: { mediaFiles: 1 },
							note: expect.stringContaining(
								`Asked again, GIR ${afterHandling ? 'did not show it any more' : 'still showed it'}`,
							) as string,
						},
					},
				]);
				expect(api('DELETE').length - before).toBe(2);
			}
		},
	);

	it('knows of refusals that nothing was deleted', async () => {
		for (const [status, statusCode] of [
			[403, 5],
			[405, 3],
			[409, 2],
			[503, 4],
			[200, 2],
			[200, 5],
		]) {
			add(`R${status}-${statusCode}`);
			strike({ status, body: { statusCode, statusMessage: 'x' } });
			const { failed } = await run(
				{},
				{ input: items(`R${status}-${statusCode}`), onError: 'continueErrorOutput' },
			);
			expect(failed[0].json.details).toMatchObject({ deleted: false, outcome: 'notDeleted' });
		}
	});

	it('does not delete what it could not look at', async () => {
		add('A1');
		strike({ status: 500, body: { statusCode: 4 } }, 'GET', 10);
		const { failed } = await run({}, { input: items('A1'), onError: 'continueErrorOutput' });
		expect(failed[0].json.details).toMatchObject({
			deleted: false,
			outcome: 'notDeleted',
			recording: null,
		});
		expect(api('DELETE')).toEqual([]);
	});

	it('does not delete when GIR shows another recording', async () => {
		add('A1');
		strike({ status: 200, body: { id: 'B1', mediaFiles: [] } }, 'GET');
		const { error } = await run({}, { input: items('A1') });
		expect(error?.message).toBe('GIR showed recording B1 when asked for A1');
		expect(api('DELETE')).toEqual([]);
	});

	it('says that GIR could not be asked again', async () => {
		add('A1');
		strike({ status: 504, body: PAGE });
		world.simulator.faults.add({
			server: 'genesys',
			method: 'GET',
			skip: 1,
			times: 10,
			effect: { kind: 'status', status: 502, body: PAGE },
		});
		const { error } = await run({}, { input: items('A1') });
		expect(error?.message).toBe('It is not known whether GIR has deleted recording A1');
		expect(error?.description).toContain('could not be asked again');
	});

	it('counts what may be gone towards the maximum, and names it when it stops', async () => {
		add('A1', 'A2', 'A3');
		strike({ status: 504, body: PAGE }, 'DELETE', 2, true);
		const going = await run(
			{ maximumDeletions: 2 },
			{ input: items('A1', 'A2', 'A3'), onError: 'continueErrorOutput' },
		);
		expect(going.failed.map(({ json }) => (json.details as IDataObject).outcome)).toEqual([
			'unknown',
			'unknown',
			'overMaximum',
		]);
		expect(gir().recordings.get('A3')).toBeDefined();
		expect(api('DELETE')).toHaveLength(2);
		add('B1');
		world.simulator.faults.add({
			server: 'genesys',
			method: 'DELETE',
			skip: 1,
			effect: { kind: 'status', status: 504, body: PAGE },
		});
		const stopped = await run({}, { input: items('A3', 'B1') });
		expect(stopped.error?.description).toMatch(
			/Already deleted in this run \(1\): A3\. Perhaps deleted in this run \(1\): B1\.$/,
		);
	});

	it.each([
		['is gone', () => undefined],
		[
			'cannot be looked at',
			() =>
				world.simulator.faults.add({
					server: 'genesys',
					method: 'GET',
					skip: 2,
					times: 10,
					effect: { kind: 'status', status: 502, body: PAGE },
				}),
		],
		[
			'is answered by a proxy',
			() =>
				world.simulator.faults.add({
					server: 'genesys',
					method: 'GET',
					skip: 2,
					effect: { kind: 'status', status: 404, body: PAGE },
				}),
		],
	])(
		'does not deny a deletion it may have carried out, when it comes by again and the recording %s',
		async (_what, prepare) => {
			add('A1');
			strike({ status: 504, body: PAGE }, 'DELETE', 1, true);
			prepare();
			const { items: output, failed } = await run(
				{ maximumDeletions: 1 },
				{ input: items('A1', 'A1'), onError: 'continueErrorOutput' },
			);
			expect(output).toEqual([]);
			expect(failed.map(({ json }) => json.details)).toMatchObject([
				{ deleted: null, outcome: 'unknown' },
				{ deleted: null, outcome: 'unknown' },
			]);
			expect(api('DELETE')).toHaveLength(1);
		},
	);

	it('lets a retry go on with what is gone, where that is accepted', async () => {
		add('A1');
		strike({ status: 504, body: PAGE }, 'DELETE', 1, true);
		const { items: output, error } = await run(
			{ acceptNotFound: true },
			{ input: items('A1'), retryOnFail: true },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(output)).toMatchObject([{ deleted: null, outcome: 'unknown' }]);
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
			server: 'genesys',
			method: 'DELETE',
			effect: {
				kind: 'status',
				status: 403,
				body: { statusCode: 3, statusMessage: 'Missing or invalid Csrf token' },
			},
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
		world.simulator.faults.add({
			server: 'genesys',
			method: 'DELETE',
			skip: 1,
			effect: { kind: 'status', status: 500, body: { statusCode: 4 } },
		});
		const { items: output, error } = await run(
			{},
			{ input: items('A1', 'A2', 'A1'), retryOnFail: true },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(output).map(({ recordingId, deleted }) => [recordingId, deleted])).toEqual([
			['A1', true],
			['A2', true],
			['A1', true],
		]);
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
			{
				protectedFromDeletion: true,
				operation: 'protect',
				platform: 'genesys',
				recordingId: 'A1',
				at: '2025-03-04T12:00:00.000Z',
				user: 'admin',
				requestedBy: null,
				reason: 'Legal hold',
			},
		]);
		expect(gir().recordings.need('A1').nonDelete).toBe(true);
		const off = await run({ operation: 'unprotect' }, { input: items('A1') });
		expect(jsonOf(off.items)).toMatchObject([
			{ protectedFromDeletion: false, operation: 'unprotect' },
		]);
		expect(gir().recordings.need('A1').nonDelete).toBe(false);
		expect(
			api('POST')
				.filter(({ status }) => status === 200)
				.map(({ body }) => JSON.parse(body) as unknown),
		).toEqual([{ operationName: 'applyNonDelete' }, { operationName: 'removeNonDelete' }]);
	});

	it('lets a builder name the operation as the server does', async () => {
		add('A1');
		const { error } = await run(
			{ operation: 'unprotect', options: { unprotectOperationName: 'cancelNonDelete' } },
			{ input: items('A1') },
		);
		expect(error?.message).toBe(
			'This GIR server does not know this name for ending the protection of a recording',
		);
		expect(error?.description).toContain('Unprotect Operation Name');
	});

	it('tells the permission it needs', async () => {
		add('A1');
		const { username, password } = gir().users.find(({ role }) => role === 'supervisor')!;
		const { error } = await run(
			{ operation: 'protect' },
			{
				input: items('A1'),
				credentials: { genesysBasicApi: { baseUrl: gir().url, username, password } },
			},
		);
		expect(error?.description).toContain('RECORDING_PERMISSION_APPLY_NON_DELETE');
	});
});
