import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { credentialsFor } from './credentials';
import { bytesOf, jsonOf, runNode, type NodeResult, type NodeRun } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { startSimulator, type MediaSource, type Simulator } from '../../simulator';
import { sha256 } from '../media/world';

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator({ seed: 'empty', recordingApiPerMinute: 100_000 });
});
afterEach(async () => {
	await simulator.stop();
});

const mp4 = (seed: string, sizeBytes = 200_000): MediaSource => ({
	synthetic: { sizeBytes, seed, format: 'mp4' },
});

/** Adds recordings rec-0, rec-1, … with one combined file each; gives their object keys. */
function add(sources: MediaSource[]): string[] {
	return sources.map((source, index) => {
		const recording = simulator.cxone.recordings.add({
			recordingId: `rec-${index}`,
			media: { combined: source },
		});
		return recording.objectKeys.combined!;
	});
}

/** The media are gone, and the API still tells what they were. */
function purge(key: string): void {
	simulator.faults.add({
		server: 'media',
		path: `/${key}`,
		effect: { kind: 'status', status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' },
		times: 99,
	});
}

const byId = (ids: string[]) => ids.map((id) => ({ json: { id } }));
const ids = (count: number) => Array.from({ length: count }, (_, index) => `rec-${index}`);

async function run(
	input: NodeRun['input'],
	options: Record<string, unknown> = {},
	rest: Partial<NodeRun> = {},
): Promise<NodeResult> {
	const credentials = credentialsFor(simulator).cxone;
	credentials.cxoneAccessKeyApi.recordingApiPerMinute = 0;
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: {
			platform: 'cxone',
			source: 'id',
			identifier: 'recordingId',
			recordingId: '={{ $json.id }}',
			options: options as never,
		},
		credentials,
		input,
		...rest,
	});
}

const apiCalls = () =>
	simulator.requests.filter(({ server, path }) => server === 'cxone' && path.startsWith('/api/'));
const mediaCalls = () => simulator.requests.filter(({ server }) => server === 'media');

/** Every file below n8n's folder for binary data. */
function storedFiles(): string[] {
	return readdirSync(process.env.N8N_USER_FOLDER!, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.parentPath.includes('binary_data'))
		.map(({ parentPath, name }) => join(parentPath, name));
}

describe('several files at once', () => {
	it('puts them out in the order of the input, paired, with one look, one link and one media request each', async () => {
		const keys = add(
			Array.from({ length: 9 }, (_, index) => mp4(`order-${index}`, 20_000 + index * 7_000)),
		);
		// The first ones arrive last.
		for (const [index, key] of keys.entries()) {
			simulator.faults.add({
				server: 'media',
				path: `/${key}`,
				effect: { kind: 'delay', ms: (9 - index) * 12 },
			});
		}
		const { items, error } = await run(byId(ids(9)), { parallel: 3 });
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ recordingId }) => recordingId)).toEqual(ids(9));
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(ids(9).map((_, item) => ({ item })));
		for (const [index, { binary, json }] of items.entries()) {
			expect(sha256(await bytesOf(binary!.data))).toBe(simulator.media.source(keys[index]).sha256);
			expect(json).toMatchObject({
				attempts: 1,
				kind: 'MP4',
				fileName: `rec-${index}_combined.mp4`,
			});
		}
		expect(apiCalls()).toHaveLength(18);
		expect(mediaCalls()).toHaveLength(9);
	});

	it.each([1, 4, 16])('has at most %i under way', async (parallel) => {
		add(Array.from({ length: 20 }, (_, index) => mp4(`limit-${index}`, 30_000)));
		let highest = 0;
		simulator.faults.add({
			server: 'media',
			effect: { kind: 'delay', ms: parallel === 1 ? 5 : 400 },
			times: 99,
		});
		const timer = setInterval(() => {
			highest = Math.max(
				highest,
				mediaCalls().filter(({ outcome }) => outcome === 'pending').length,
			);
		}, 1);
		const { items } = await run(byId(ids(20)), { parallel });
		clearInterval(timer);
		expect(items).toHaveLength(20);
		expect(highest).toBe(parallel);
	});

	it.each([0, 17, 'many'])('does not accept %s', async (parallel) => {
		const { error } = await run(byId(['rec-0']), { parallel });
		expect(error!.message).toContain("'Files at Once' must be a number from 1 to 16");
	});

	it('stops the others at the first failure, and leaves nothing partial behind', async () => {
		const keys = add(Array.from({ length: 8 }, (_, index) => mp4(`stop-${index}`, 3_000_000)));
		for (const key of keys.slice(1, 4))
			simulator.faults.add({
				server: 'media',
				path: `/${key}`,
				effect: { kind: 'stall', afterBytes: 2_500_000 },
			});
		purge(keys[0]);
		const before = storedFiles();
		const started = Date.now();
		const { error, items } = await run(byId(ids(8)), { parallel: 4 });
		expect(error!.message).toBe('The media of recording rec-0 (combined) were purged');
		expect(items).toEqual([]);
		expect(Date.now() - started).toBeLessThan(5_000);
		expect(
			storedFiles().filter((file) => !before.includes(file) && file.includes('.tmp.')),
		).toEqual([]);
		expect(mediaCalls().length).toBeLessThan(8);
	});

	it('goes on with the others where the node continues on fail', async () => {
		const keys = add(Array.from({ length: 5 }, (_, index) => mp4(`continue-${index}`)));
		purge(keys[1]);
		simulator.faults.add({
			server: 'media',
			path: `/${keys[3]}`,
			effect: { kind: 'status', status: 200, body: '<html>sign in</html>' },
		});
		const { items, failed, error } = await run(
			byId(ids(5)),
			{},
			{ onError: 'continueErrorOutput' },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ recordingId }) => recordingId)).toEqual([
			'rec-0',
			'rec-2',
			'rec-4',
		]);
		expect(failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 3 }]);
		expect(jsonOf(failed).map(({ error: message }) => message)).toEqual([
			'The media of recording rec-1 (combined) were purged',
			'Instead of recording rec-3 (combined) a web page or a message came',
		]);
	});
});

describe('nothing is lost silently', () => {
	it('ends when the execution is cancelled, and leaves nothing partial behind', async () => {
		const [key] = add([mp4('cancelled', 4_000_000)]);
		simulator.faults.add({
			server: 'media',
			path: `/${key}`,
			effect: { kind: 'stall', afterBytes: 3_500_000 },
		});
		const before = storedFiles();
		const controller = new AbortController();
		const running = run(byId(['rec-0']), {}, { signal: controller.signal });
		while (!storedFiles().some((file) => !before.includes(file))) await sleep(2);
		controller.abort();
		const { items, error } = await running;
		expect(items).toEqual([]);
		expect(error!.message).toBe(
			'The execution was cancelled while recording rec-0 (combined) was being downloaded',
		);
		for (let tries = 0; storedFiles().length > before.length && tries < 100; tries++)
			await sleep(10);
		expect(storedFiles()).toEqual(before);
		expect(mediaCalls()).toHaveLength(1);
	});

	it.each([
		[
			'a full disk',
			Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
			'The disk of n8n is full: recording rec-0 (combined) was not stored',
		],
		[
			'a store that refuses',
			new Error('bucket is read-only'),
			'The binary store of n8n did not take recording rec-0 (combined)',
		],
	])('names the file after %s', async (_, thrown, message) => {
		add([mp4('refused', 3_000_000)]);
		// n8n's store is made when the first workflow runs.
		await run(byId(['rec-0']));
		const manager = (
			Container.get(BinaryDataService) as unknown as {
				managers: Record<string, { store: unknown }>;
			}
		).managers['filesystem-v2'];
		const store = jest.spyOn(
			manager as { store: (location: unknown, body: AsyncIterable<Buffer>) => Promise<never> },
			'store',
		);
		store.mockImplementation(async (_location, body) => {
			for await (const block of body) if (block.length > 0) throw thrown;
			throw new Error('the body was empty');
		});
		const before = storedFiles();
		const { error, items } = await run(byId(['rec-0']));
		store.mockRestore();
		expect(items).toEqual([]);
		expect(error!.message).toBe(message);
		expect(error!.description).toContain(thrown.message);
		expect(storedFiles()).toEqual(before);
	});

	it('notices a store that kept less than it was given', async () => {
		add([mp4('shortened')]);
		await run(byId(['rec-0']));
		const manager = (
			Container.get(BinaryDataService) as unknown as { managers: Record<string, object> }
		).managers['filesystem-v2'];
		const store = jest.spyOn(
			manager as { store: (location: unknown, body: AsyncIterable<Buffer>) => Promise<object> },
			'store',
		);
		store.mockImplementation(async (_location, body) => {
			for await (const block of body) expect(block.length).toBeGreaterThan(0);
			return { fileId: 'workflows/x/executions/x/binary_data/x', fileSize: 7 };
		});
		const { error } = await run(byId(['rec-0']));
		store.mockRestore();
		expect(error!.description).toContain('7 of 200000 bytes were stored');
	});
});

describe('links', () => {
	it('asks for another link when one ends in the middle, and goes on from there', async () => {
		const [key] = add([mp4('refresh', 3_000_000)]);
		simulator.faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 2_000_000 } });
		simulator.faults.add({ server: 'media', effect: { kind: 'expired' } });
		const { items, error } = await run(byId(['rec-0']));
		expect(error).toBeUndefined();
		expect(sha256(await bytesOf(items[0].binary!.data))).toBe(simulator.media.source(key).sha256);
		expect(items[0].json).toMatchObject({ attempts: 3, sizeBytes: 3_000_000 });
		expect(apiCalls()).toHaveLength(3);
		expect(mediaCalls().map(({ headers }) => headers.range)).toEqual([
			undefined,
			'bytes=2000000-',
			'bytes=2000000-',
		]);
		expect(mediaCalls().map(({ headers }) => headers.authorization)).toEqual([
			undefined,
			undefined,
			undefined,
		]);
	});

	it.each([
		['purged', 'The media of recording rec-0 (combined) were purged'],
		[
			'deleted during the download',
			'Recording rec-0 was purged: CXone had it, and does not know it any more',
		],
	])('says that media were %s', async (what, message) => {
		const [key] = add([mp4('gone')]);
		purge(key);
		if (what !== 'purged') {
			// It was there at first, and the link is still handed out; only the question why finds nothing.
			simulator.faults.add({
				server: 'cxone',
				path: '/api/v2/recording/rec-0',
				skip: 1,
				effect: { kind: 'status', status: 404, body: { message: 'Recording not found' } },
			});
		}
		const { error } = await run(byId(['rec-0']));
		expect(error!.message).toBe(message);
	});

	it('says that a recording never existed, is still being made, is archived, or went since it was found', async () => {
		simulator.cxone.recordings.add({
			recordingId: 'rec-1',
			status: 'Processing',
			media: { combined: mp4('early') },
		});
		const [key] = add([mp4('archived')]);
		simulator.faults.add({
			server: 'media',
			path: `/${key}`,
			effect: {
				kind: 'status',
				status: 403,
				body: '<Error><Code>InvalidObjectState</Code></Error>',
			},
		});
		const { failed } = await run(
			byId(['rec-9', 'rec-1', 'rec-0']),
			{ minimumBytes: 0 },
			{ onError: 'continueErrorOutput' },
		);
		expect(jsonOf(failed).map(({ error }) => error)).toEqual([
			'CXone has no recording with this ID',
			"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
			'The media of recording rec-0 (combined) are archived',
		]);
		const found = await run(
			[
				{
					json: {
						platform: 'cxone',
						id: 'rec-7',
						status: 'Available',
						references: { recordingId: 'rec-7' },
					},
				},
			],
			{},
			{
				parameters: { source: 'input' },
			},
		);
		expect(found.error!.message).toBe(
			'Recording rec-7 was purged: CXone had it, and does not know it any more',
		);
	});
});

describe('facts of a file', () => {
	it('tells channels, sample rate, duration and silence of a WAV', async () => {
		add([{ file: 'silence.wav' }, { file: 'stereo.wav' }, { file: 'outbound.mp3' }]);
		const { items } = await run(byId(ids(3)));
		const [silence, stereo, mp3] = jsonOf(items);
		expect(silence).toMatchObject({ kind: 'WAV', silent: true });
		expect(stereo).toMatchObject({ kind: 'WAV', channels: 2, silent: false });
		expect(Number(stereo.durationSeconds)).toBeGreaterThan(0);
		expect(mp3).toMatchObject({ kind: 'MP3' });
		expect(mp3).not.toHaveProperty('silent');
	});

	it('refuses a WAV that has a header and no audio', async () => {
		add(['headerOnly']);
		const { error } = await run(byId(['rec-0']), { minimumBytes: 0 });
		expect(error!.message).toBe(
			'Media unavailable: recording rec-0 (combined) has a WAV header and no audio',
		);
	});

	it('leaves hashes out when told to', async () => {
		add([mp4('no hashes')]);
		const { items } = await run(byId(['rec-0']), { hashes: false });
		expect(items[0].json).toMatchObject({ md5: null, sha256: null, sizeBytes: 200_000 });
	});
});

describe('what is stored already', () => {
	const copy = (values: Record<string, unknown>) => ({ storedCopy: { values } });

	it.each([
		['size', { sizeBytes: '200000' }, 'size'],
		[
			'size and hash',
			{
				sizeBytes: 200_000,
				hash: '"9E107D9D372BB6826BD81D3542A419D6"',
				knownHash: '9e107d9d372bb6826bd81d3542a419d6',
			},
			'size and hash',
		],
	])('is not downloaded again when its %s match', async (_, values, because) => {
		add([mp4('stored')]);
		const { items } = await run(byId(['rec-0']), copy(values));
		expect(mediaCalls()).toEqual([]);
		expect(apiCalls()).toHaveLength(2);
		expect(items[0].json).toMatchObject({
			skipped: true,
			attempts: 0,
			sizeBytes: 200_000,
			fileName: 'rec-0_combined.mp4',
			skippedBecause: `The stored copy has the same ${because}`,
		});
		expect(items[0].binary).toBeUndefined();
	});

	it.each([
		['the size differs', { sizeBytes: 199_999 }],
		['the hash differs', { sizeBytes: 200_000, hash: 'aa', knownHash: 'bb' }],
		['a hash has nothing to be compared with', { sizeBytes: 200_000, hash: 'aa' }],
		['nothing is stored', { sizeBytes: '', hash: '', knownHash: 'bb' }],
	])('is downloaded when %s, with no API call more', async (_, values) => {
		add([mp4('not stored')]);
		const { items } = await run(byId(['rec-0']), copy(values));
		expect(items[0].json).not.toHaveProperty('skipped');
		expect(items[0].binary!.data).toBeDefined();
		expect(apiCalls()).toHaveLength(2);
		expect(mediaCalls()).toHaveLength(1);
	});
});
