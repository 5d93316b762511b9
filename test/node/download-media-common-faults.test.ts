import type { INodeParameters } from 'n8n-workflow';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult, type NodeRun } from './engine';
import { startVirtualWorld, type VirtualWorld } from './virtual';
import type { Manifest } from '../../core/evidence/manifest';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';

let world: VirtualWorld;
let credentials: ReturnType<typeof credentialsFor>;

beforeEach(async () => {
	world = await startVirtualWorld({ recordingApiPerMinute: 100_000 });
	credentials = credentialsFor(world.simulator);
	credentials.cxone.cxoneAccessKeyApi.recordingApiPerMinute = 0;
	for (let index = 0; index < COUNT; index++) {
		world.simulator.cxone.recordings.add({
			recordingId: `rec-${index}`,
			media: { combined: { synthetic: { sizeBytes: 20_000, seed: `${index}`, format: 'mp4' } } },
		});
		world.simulator.genesys.recordings.add({
			id: `GIR${index}`,
			media: [{ source: { file: 'inbound.mp3' } }],
		});
	}
});
afterEach(async () => {
	jest.restoreAllMocks();
	await world.end();
});

const COUNT = 12;
const indexes = Array.from({ length: COUNT }, (_, index) => index);
const cxoneItem = (index: number) => ({
	json: {
		platform: 'cxone',
		id: `rec-${index}`,
		status: 'Available',
		references: { recordingId: `rec-${index}` },
	},
});
const girItem = (index: number) => ({
	json: { platform: 'genesys', id: `GIR${index}`, status: 'Processing' },
});

async function run(
	parameters: INodeParameters = {},
	more: Partial<NodeRun> = {},
): Promise<NodeResult> {
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: { platform: 'mixed', ...parameters },
		credentials: { ...credentials.cxone, ...credentials.genesys },
		input: indexes.map(cxoneItem),
		onError: 'continueErrorOutput',
		...more,
	});
}
const oneByOne = { options: { parallel: 1 } };
const calls = (server: 'cxone' | 'media' | 'genesys', part = '') =>
	world.simulator.requests.filter(
		(request) => request.server === server && request.path.includes(part),
	);
const messages = ({ failed }: NodeResult) => jsonOf(failed).map(({ error }) => String(error));

/** n8n's own store, which throws from now on. */
async function breakStore(thrown: Error): Promise<void> {
	await run({}, { input: [cxoneItem(0)] });
	world.simulator.requests.length = 0;
	const { managers } = Container.get(BinaryDataService) as unknown as {
		managers: Record<string, { store: () => Promise<never> }>;
	};
	jest
		.spyOn(managers['filesystem-v2'], 'store')
		.mockImplementation(async () => await Promise.reject(thrown));
}

describe('a fault of all, where the node continues on fail', () => {
	const full = () =>
		Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

	it.each([
		['a full disk', full, 'The disk of n8n is full: recording rec-0 (combined) was not stored'],
		[
			'a store that refuses',
			() => new Error('bucket is read-only'),
			'The binary store of n8n did not take recording rec-0 (combined)',
		],
	])(
		'%s costs no request for the items behind it, and names the same reason',
		async (_, thrown, reason) => {
			await breakStore(thrown());
			const result = await run(oneByOne);
			expect(result.error).toBeUndefined();
			expect(result.items).toEqual([]);
			expect(messages(result)).toEqual([
				reason,
				...Array.from({ length: COUNT - 1 }, () => `Not tried after item 0 failed: ${reason}`),
			]);
			expect(new Set(jsonOf(result.failed).map(({ details }) => details)).size).toBe(1);
			expect(result.failed.map(({ pairedItem }) => pairedItem)).toEqual(
				indexes.map((item) => ({ item })),
			);
			expect([calls('cxone', '/download'), calls('media')].map(({ length }) => length)).toEqual([
				1, 1,
			]);
		},
	);

	it('of several files at once ends those under way, and no more', async () => {
		await breakStore(full());
		const result = await run({ options: { parallel: 4 } });
		expect(result.failed).toHaveLength(COUNT);
		expect(calls('media').length).toBeLessThanOrEqual(4);
	});

	it('is listed in the manifest', async () => {
		const { managers } = Container.get(BinaryDataService) as unknown as {
			managers: Record<string, { store: (...args: unknown[]) => Promise<unknown> }>;
		};
		const real = managers['filesystem-v2'].store.bind(managers['filesystem-v2']);
		let stored = 0;
		jest.spyOn(managers['filesystem-v2'], 'store').mockImplementation(async (...args) => {
			if (stored++ === 0) throw full();
			return await real(...args);
		});
		const { items } = await run(
			{ options: { parallel: 1, manifest: true } },
			{ input: [0, 1].map(cxoneItem), onError: 'continueRegularOutput' },
		);
		const manifest = items.at(-1)!.json as unknown as Manifest;
		expect(manifest.notDelivered.map(({ item, reason }) => [item, reason.slice(0, 26)])).toEqual(
			[
				[0, 'The disk of n8n is full: r'],
				[1, 'Not tried after item 0 fail'],
			].map(([item, text]) => [item, String(text).slice(0, 26)]),
		);
	});

	it('a refused key is sent once', async () => {
		credentials.cxone.cxoneAccessKeyApi.accessKeySecret = 'wrong';
		const result = await run(oneByOne);
		expect(messages(result)[0]).toContain('CXone did not accept the access key');
		expect(messages(result)[COUNT - 1]).toBe(
			`Not tried after item 0 failed: ${messages(result)[0]}`,
		);
		expect(calls('cxone')).toHaveLength(1);
	});

	it('a missing credential is said without any request', async () => {
		const result = await run({}, { credentials: credentials.genesys });
		expect(messages(result)[0]).toBe('No NICE CXone credential is selected');
		expect(messages(result)).toHaveLength(COUNT);
		expect(calls('cxone')).toEqual([]);
	});

	it.each([
		['an exhausted quota', 429],
		['a missing permission', 403],
		['a service that is down', 503],
	])('%s is asked about once', async (_, status) => {
		world.simulator.faults.add({
			server: 'cxone',
			path: /\/download/,
			effect: { kind: 'status', status, body: {} },
			times: Infinity,
		});
		const alone = await run({}, { input: [cxoneItem(0)] });
		world.simulator.requests.length = 0;
		const result = await run(oneByOne);
		expect(messages(result)[0]).toBe(messages(alone)[0]);
		expect(result.failed).toHaveLength(COUNT);
		// However often the first item was tried again: none was asked for behind it.
		expect([...new Set(calls('cxone', '/download').map(({ path }) => path))]).toEqual([
			'/api/v2/recording/rec-0/download',
		]);
		expect(calls('media')).toEqual([]);
	});

	it('an unreachable media host is tried for one file', async () => {
		const body = {
			url: 'http://127.0.0.1:9/recordings/x.mp4?Signature=s',
			contentType: 'video/mp4',
			sizeBytes: 20_000,
			channel: 'combined',
		};
		world.simulator.faults.add({
			server: 'cxone',
			path: /\/download/,
			effect: { kind: 'status', status: 200, body },
			times: Infinity,
		});
		const result = await run(oneByOne);
		expect(messages(result)[0]).toBe(
			'The download of recording rec-0 (combined) broke off: the host refused the connection',
		);
		expect(messages(result)[1]).toBe(`Not tried after item 0 failed: ${messages(result)[0]}`);
		expect(calls('cxone', '/download')).toHaveLength(1);
	});

	it('a refused password of GIR is sent once', async () => {
		credentials.genesys.genesysBasicApi.password = 'wrong';
		const result = await run(oneByOne, { input: indexes.map(girItem) });
		expect(result.failed).toHaveLength(COUNT);
		expect(calls('genesys')).toHaveLength(1);
	});

	it.each([
		['with a look at each recording', {}],
		[
			'of media by their IDs',
			{ platform: 'genesys', source: 'id', recordingId: '={{ $json.id }}', mediaIds: 'm1' },
		],
	])(
		'a refused password of GIR is sent once, also where 16 files are wanted at once: %s',
		async (_, parameters) => {
			credentials.genesys.genesysBasicApi.password = `wrong-${JSON.stringify(parameters)}`;
			const input = indexes.map(girItem);
			const result = await run({ ...parameters, options: { parallel: 16 } }, { input });
			expect(result.failed).toHaveLength(COUNT);
			expect(calls('genesys')).toHaveLength(1);
			expect(messages(result)[COUNT - 1]).toMatch(/GIR did not accept the sign-in/);
			// Nor by one who tries again at once.
			await run({ ...parameters, options: { parallel: 16 } }, { input });
			expect(calls('genesys')).toHaveLength(1);
		},
	);

	it('of one platform leaves the items of the other alone', async () => {
		credentials.cxone.cxoneAccessKeyApi.accessKeySecret = 'wrong';
		const result = await run(oneByOne, {
			input: [cxoneItem(0), girItem(0), cxoneItem(1), girItem(1)],
		});
		expect(jsonOf(result.items).map(({ recordingId }) => recordingId)).toEqual(['GIR0', 'GIR1']);
		expect(result.failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
	});

	it('a full disk concerns both platforms', async () => {
		await breakStore(full());
		const result = await run(oneByOne, { input: [cxoneItem(0), girItem(0)] });
		expect(messages(result)[1]).toMatch(/^Not tried after item 0 failed: The disk of n8n is full/);
		expect(calls('genesys')).toEqual([]);
	});
});

it('a fault of all stops a node that does not continue on fail, with that error', async () => {
	await breakStore(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
	const { items, failed, error } = await run(oneByOne, { onError: undefined });
	expect([items, failed]).toEqual([[], []]);
	expect(error!.message).toBe('The disk of n8n is full: recording rec-0 (combined) was not stored');
	expect(calls('media')).toHaveLength(1);
});

describe('a fault of one item leaves the others alone', () => {
	it.each([
		['a purged file', { kind: 'status', status: 404 }],
		['a link that is refused', { kind: 'expired' }],
		['a file the store cannot read', { kind: 'status', status: 500 }],
		['a line that is cut', { kind: 'cut', afterBytes: 5 }],
		['a web page', { kind: 'status', status: 200, body: '<html>Sign in</html>' }],
	] as const)('%s', async (_, effect) => {
		const [key] = Object.values(world.simulator.cxone.recordings.need('rec-1').objectKeys);
		world.simulator.faults.add({ server: 'media', path: `/${key}`, effect, times: Infinity });
		const result = await run(oneByOne);
		expect(result.failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }]);
		expect(result.items).toHaveLength(COUNT - 1);
	});

	it('a recording that is gone, one that is not ready, a missing channel', async () => {
		const recordings = world.simulator.cxone.recordings;
		recordings.remove('rec-1');
		recordings.need('rec-2').status = 'Processing';
		const parameters = {
			platform: 'cxone',
			source: 'id',
			identifier: 'recordingId',
			recordingId: '={{ $json.id }}',
			channel: '={{ $json.id === "rec-3" ? "caller" : "combined" }}',
			options: { parallel: 1, whenChannelMissing: 'fail' },
		};
		const result = await run(parameters);
		expect(result.failed.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 1 },
			{ item: 2 },
			{ item: 3 },
		]);
		expect(result.items).toHaveLength(COUNT - 3);
	});

	it('a contact that this account may not play back, beside one of its own', async () => {
		const { cxone } = world.simulator;
		const call = (userId: string) => [
			{
				kind: 'call' as const,
				agents: [{ agentName: 'Kim', userId }],
				media: { voice: { file: 'voice.mp4' } },
			},
		];
		cxone.contacts.add({ acdCallId: 'theirs', interactions: call('someone') });
		cxone.contacts.add({ acdCallId: 'own', interactions: call(cxone.userId) });
		for (const { permissions } of cxone.accessKeys.values()) permissions.delete('playAny');
		const input = ['theirs', 'own'].map((id) => ({ json: { id } }));
		const result = await run(
			{
				platform: 'cxone',
				source: 'id',
				identifier: 'acdCallId',
				acdCallId: '={{ $json.id }}',
				...oneByOne,
			},
			{ input },
		);
		expect(messages(result)).toEqual(['The signed-in CXone account may not play back recordings']);
		expect(jsonOf(result.items).map(({ id }) => id)).toEqual(['own']);
	});
});
