import { createHash } from 'node:crypto';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { bytesOf, jsonOf, runNode, type NodeRun } from './engine';
import { downloadIn, startVirtualWorld, type VirtualWorld } from './virtual';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { MediaSource } from '../../simulator';

let world: VirtualWorld;

beforeEach(async () => {
	world = await startVirtualWorld();
});
afterEach(async () => {
	await world.end();
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const apiCalls = () =>
	world.simulator.requests
		.filter(
			({ server, path }) =>
				server !== 'media' && /^\/(api\/v2\/recordings?|media-playback)\//.test(path),
		)
		.map(({ path }) => path);
const mediaCalls = () => world.simulator.requests.filter(({ server }) => server === 'media');

const run = async (parameters: INodeParameters, more: Partial<NodeRun> = {}) =>
	await downloadIn(world, parameters, more);
const byId = { platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: 'rec-1' };
const found = (json: IDataObject) => ({
	input: [
		{
			json: {
				platform: 'cxone',
				id: 'rec-1',
				status: 'Available',
				references: { recordingId: 'rec-1' },
				media: [],
				...json,
			},
		},
	],
});

function add(
	source: MediaSource,
	more: Partial<Parameters<typeof world.simulator.cxone.recordings.add>[0]> = {},
): string {
	return world.simulator.cxone.recordings.add({
		recordingId: 'rec-1',
		media: { combined: source },
		...more,
	}).objectKeys.combined!;
}

/** A recording in the making, whose link leads to so much of it as there is, and tells the size of that. */
function addUnfinished(sizeBytes = 12_000): void {
	const key = add({ file: 'combined.wav' }, { status: 'Processing' });
	world.simulator.media.addObject(key, { synthetic: { sizeBytes, seed: 'stump', format: 'wav' } });
}

/** The detail of the recording with another status. */
function said(status: unknown, times = 99): void {
	const body = { recordingId: 'rec-1', status, availableChannels: ['combined'] };
	world.simulator.faults.add({
		server: 'cxone',
		path: '/api/v2/recording/rec-1',
		effect: { kind: 'status', status: 200, body },
		times,
	});
}

describe('a recording that is not finished', () => {
	it.each([
		{},
		{ options: { hashes: false } },
		{ options: { minimumBytes: 0, whenKindDiffers: 'keep' } },
	])('is not delivered by its ID, and costs one call: %j', async (parameters) => {
		addUnfinished();
		const { items, error } = await run({ ...byId, ...parameters });
		expect(items).toEqual([]);
		expect(error!.message).toBe(
			"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
		);
		expect(error!.description).toContain('Download it later');
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1']);
		expect(mediaCalls()).toEqual([]);
	});

	it.each(['Recording', 'processing', ' PROCESSING '])(
		'is known by its status, however it is written: %j',
		async (status) => {
			addUnfinished();
			said(status);
			const { items, error } = await run(byId);
			expect(items).toEqual([]);
			expect(error!.message).toMatch(/^Recording rec-1 cannot be downloaded yet/);
			expect(mediaCalls()).toEqual([]);
		},
	);

	it.each(['Failed', 'Deleted', 'Archived'])(
		'is not promised for later when it is %s',
		async (status) => {
			add({ file: 'combined.wav' });
			said(status);
			const { error } = await run(byId);
			expect(error!.message).toBe(
				`Recording rec-1 cannot be downloaded: its status is '${status}'`,
			);
			expect(error!.description).not.toContain('later');
			expect(mediaCalls()).toEqual([]);
		},
	);

	it.each(['Available', 'available', 'AVAILABLE ', '', null])(
		'is none when its status is %j',
		async (status) => {
			const key = add({ file: 'combined.wav' });
			said(status);
			const { items, error } = await run(byId);
			expect(error).toBeUndefined();
			expect(sha256(await bytesOf(items[0].binary!.data))).toBe(
				world.simulator.media.source(key).sha256,
			);
			expect(apiCalls()).toEqual(['/api/v2/recording/rec-1', '/api/v2/recording/rec-1/download']);
		},
	);

	it('is waited for no further than the answer to a link that was asked for again', async () => {
		const key = add({ synthetic: { sizeBytes: 3_000_000, seed: 'long', format: 'mp4' } });
		world.simulator.faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 2_000_000 } });
		world.simulator.faults.add({ server: 'media', effect: { kind: 'expired' } });
		const { items } = await run(byId);
		expect(items[0].json).toMatchObject({
			sizeBytes: 3_000_000,
			sha256: world.simulator.media.source(key).sha256,
		});
		expect(apiCalls()).toEqual([
			'/api/v2/recording/rec-1',
			'/api/v2/recording/rec-1/download',
			'/api/v2/recording/rec-1/download',
		]);
	});
});

describe('a missing channel', () => {
	it('costs no call more than the status does', async () => {
		add({ file: 'combined.wav' });
		const { items } = await run({ ...byId, channel: 'caller' });
		expect(items[0].json).toMatchObject({
			channelAsked: 'caller',
			channelDelivered: 'combined',
			note: "Channel 'caller' was not recorded (available: combined); 'combined' was downloaded instead",
		});
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1', '/api/v2/recording/rec-1/download']);
	});

	it('can fail, by an advice that this node can follow', async () => {
		add({ file: 'combined.wav' });
		const { error } = await run({
			...byId,
			channel: 'caller',
			options: { whenChannelMissing: 'fail' },
		});
		expect(error!.message).toBe("Recording rec-1 has no channel 'caller'");
		expect(error!.description).toContain("'If Channel Is Missing'");
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1']);
	});

	it.each(['={{ "super" + "visor" }}', '= supervisor'])(
		'is not one that the list does not offer and the expression %j gives',
		async (channel) => {
			const key = add({ file: 'combined.wav' });
			const answers = {
				'/api/v2/recording/rec-1': { recordingId: 'rec-1', availableChannels: ['supervisor'] },
				'/api/v2/recording/rec-1/download': { url: world.simulator.media.signedUrl(key) },
			};
			for (const [path, body] of Object.entries(answers))
				world.simulator.faults.add({
					server: 'cxone',
					path,
					effect: { kind: 'status', status: 200, body: { channel: 'supervisor', ...body } },
				});
			const { items } = await run({ ...byId, channel, options: { whenChannelMissing: 'fail' } });
			const [asked] = world.simulator.requests.filter(({ path }) => path.endsWith('/download'));
			expect(asked.query.get('channel')).toBe('supervisor');
			expect(jsonOf(items)).toMatchObject([{ channelDelivered: 'supervisor' }]);
		},
	);

	it('is refused where an expression gives none: the combined one was not asked for', async () => {
		add({ file: 'combined.wav' });
		const { error } = await run({ ...byId, channel: '={{ $json.nothing }}' });
		expect(error!.message).toBe("'Channel' is empty");
		expect(world.simulator.requests).toEqual([]);
	});

	it('is never the combined one, which every recording has, nor one in another spelling', async () => {
		add(
			{ file: 'combined.wav' },
			{ media: { combined: { file: 'combined.wav' }, agent: { file: 'agent.wav' } } },
		);
		world.simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/rec-1',
			times: 2,
			effect: {
				kind: 'status',
				status: 200,
				body: { recordingId: 'rec-1', status: 'Available', availableChannels: ['Agent', 'Caller'] },
			},
		});
		// CXone wants its own spelling, and the simulator knows another one.
		world.simulator.faults.add({
			server: 'cxone',
			path: /channel=Agent/,
			effect: {
				kind: 'status',
				status: 200,
				body: {
					url: world.simulator.media.signedUrl(
						world.simulator.cxone.recordings.need('rec-1').objectKeys.agent!,
					),
					channel: 'Agent',
				},
			},
		});
		const combined = await run({ ...byId, options: { whenChannelMissing: 'fail' } });
		const agent = await run({ ...byId, channel: 'agent', options: { whenChannelMissing: 'fail' } });
		expect([combined.error, agent.error]).toEqual([undefined, undefined]);
		expect(
			jsonOf([...combined.items, ...agent.items]).map(({ channelDelivered }) => channelDelivered),
		).toEqual(['combined', 'Agent']);
	});
});

describe('an item of a search', () => {
	it.each(['Available', 'available', 'Unknown'])('that says %s costs one call', async (status) => {
		add({ file: 'combined.wav' });
		const { items, error } = await run({ source: 'input' }, found({ status }));
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1/download']);
	});

	it('that said Processing hours ago is looked at again, and delivered', async () => {
		const key = add(
			{ file: 'combined.wav' },
			{ status: 'Processing', availableAt: world.time.ms + 60_000 },
		);
		const search = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { platform: 'cxone', operation: 'get', recordingId: 'rec-1' },
			credentials: credentialsFor(world.simulator).cxone,
		});
		expect(search.items[0].json.status).toBe('Processing');
		world.time.ms += 3 * 3_600_000;
		world.simulator.requests.length = 0;
		const { items, error } = await run({ source: 'input' }, { input: search.items });
		expect(error).toBeUndefined();
		expect(items[0].json.sha256).toBe(world.simulator.media.source(key).sha256);
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1', '/api/v2/recording/rec-1/download']);
	});

	it('that says Processing, and still is, is not delivered', async () => {
		addUnfinished();
		const { error } = await run({ source: 'input' }, found({ status: 'Processing' }));
		expect(error!.message).toBe(
			"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
		);
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1']);
	});

	it('that says Processing, and was deleted since, says so', async () => {
		const { error } = await run({ source: 'input' }, found({ status: 'Processing' }));
		expect(error!.message).toBe(
			'Recording rec-1 was purged: CXone had it, and does not know it any more',
		);
	});

	it.each([
		['Failure', 'cannot be downloaded'],
		['Processing', 'cannot be downloaded yet'],
	])(
		'of Data Extraction that says %s costs no call, which CXone would bill',
		async (status, words) => {
			const { error } = await run(
				{ source: 'input' },
				found({ id: 'seg-1', status, references: { segmentId: 'seg-1' } }),
			);
			expect(error!.message).toBe(`Recording seg-1 ${words}: its status is '${status}'`);
			expect(
				world.simulator.requests.filter(({ path }) => path.startsWith('/media-playback/')),
			).toEqual([]);
			// No field of another API is named: these items were found without it.
			expect(error!.description).not.toMatch(/'[A-Z]/);
		},
	);

	it('of GIR without media is looked at again', async () => {
		world.simulator.genesys.recordings.add({
			id: 'GIR1',
			media: [{ source: { file: 'inbound.mp3' } }],
		});
		const input = [{ json: { platform: 'genesys', id: 'GIR1', status: 'Processing', media: [] } }];
		const { items, error } = await run({ source: 'input' }, { input });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(apiCalls().filter((path) => !path.includes('/play/'))).toEqual([
			'/api/v2/recordings/GIR1',
		]);
		world.simulator.genesys.recordings.add({ id: 'GIR2', media: [] });
		const none = await run(
			{ source: 'input' },
			{ input: [{ json: { ...input[0].json, id: 'GIR2' } }] },
		);
		expect(none.error!.message).toBe('Recording GIR2 has no media file yet');
	});

	it.each([
		[
			'everything as text',
			{ status: 'Available', media: '[]', references: '{"recordingId":"rec-1"}' },
		],
		['nothing but its ID', { status: undefined, media: undefined, references: undefined }],
		['numbers and gaps', { status: 7, media: [null, 7, {}], references: null }],
	])('that went through a spreadsheet, %s, is no TypeError', async (_, json) => {
		add({ file: 'combined.wav' });
		const { items, error } = await run({ source: 'input' }, found(json as IDataObject));
		expect(error?.message ?? '').not.toMatch(/undefined|not a function|null/);
		expect(items).toHaveLength(error === undefined ? 1 : 0);
	});
});

describe('a WAV', () => {
	/** PCM of so many bytes, with sizes in its headers as given. */
	function wav(samples: number, sizes: { data?: number; riff?: number } = {}): MediaSource {
		const bytes = Buffer.alloc(44 + samples, 3);
		bytes.write('RIFF');
		bytes.writeUInt32LE(sizes.riff ?? 36 + samples, 4);
		bytes.write('WAVEfmt ', 8);
		bytes.writeUInt32LE(16, 16);
		for (const [at, value] of [
			[20, 1],
			[22, 1],
			[32, 2],
			[34, 16],
		])
			bytes.writeUInt16LE(value, at);
		bytes.writeUInt32LE(8_000, 24);
		bytes.writeUInt32LE(16_000, 28);
		bytes.write('data', 36);
		bytes.writeUInt32LE(sizes.data ?? samples, 40);
		return { bytes, extension: 'wav' };
	}
	const download = async () => await run({ source: 'input' }, found({}));

	it.each([
		['samples', { data: 400_000, riff: 400_036 }],
		['notes behind the samples', { riff: 400_036 }],
		['samples, of an open file', { data: 400_000, riff: 0 }],
	])('that promises more %s than came is asked about: it is still being made', async (_, sizes) => {
		add(wav(12_000, sizes));
		said('Processing');
		const { items, error } = await download();
		expect(items).toEqual([]);
		expect(error!.message).toBe(
			"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
		);
		expect(apiCalls()).toEqual(['/api/v2/recording/rec-1/download', '/api/v2/recording/rec-1']);
	});

	it.each([
		['samples', { data: 400_000, riff: 400_036 }],
		['notes behind the samples', { riff: 400_036 }],
	])(
		'that promises more %s than came is kept with a note where CXone calls it available',
		async (_, sizes) => {
			add(wav(12_000, sizes));
			const { items, error } = await download();
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({
				sizeBytes: 12_044,
				note: 'The file ends 388000 bytes before its own WAV header says; the platform holds it like that',
			});
		},
	);

	it.each([
		['0', { data: 0, riff: 0 }],
		['0xFFFFFFFF', { data: 0xffffffff, riff: 0xffffffff }],
		['those of an empty file', { data: 0, riff: 36 }],
		['right', {}],
	])(
		'of a writer that streams, with sizes of %s, is whole, and nobody is asked',
		async (_, sizes) => {
			add(wav(12_000, sizes));
			const { items, error } = await download();
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ durationSeconds: 0.75 });
			expect(items[0].json).not.toHaveProperty('note');
			expect(apiCalls()).toEqual(['/api/v2/recording/rec-1/download']);
		},
	);

	it.each([
		['has a header and no audio', wav(0, { data: 0 }), 'has a WAV header and no audio'],
		['is empty', 'empty', 'has 0 bytes'],
	] as Array<[string, MediaSource, string]>)(
		'that %s is asked about, too',
		async (_, source, words) => {
			add(source);
			const options = { minimumBytes: 0 };
			const available = await run({ source: 'input', options }, found({}));
			expect(available.error!.message).toBe(
				`Media unavailable: recording rec-1 (combined) ${words}`,
			);
			expect(available.error!.description).not.toContain('channel');
			said('Processing');
			const { error } = await run({ source: 'input', options }, found({}));
			expect(error!.message).toBe(
				"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
			);
		},
	);

	it('without audio advises another channel only where there is one', async () => {
		add('empty', { media: { combined: { file: 'combined.wav' }, caller: 'empty' } });
		const { error } = await run({ ...byId, channel: 'caller' });
		expect(error!.description).toContain("The channel 'combined' has all voices.");
	});
});

describe('a size that is none', () => {
	it.each([-1, '-1', 'unknown', '', null, 12.5])('%j is no promise', async (sizeBytes) => {
		const key = add({ file: 'combined.wav' });
		const { media, faults } = world.simulator;
		faults.add({
			server: 'cxone',
			path: '/api/v2/recording/rec-1/download',
			effect: {
				kind: 'status',
				status: 200,
				body: {
					url: media.signedUrl(key),
					contentType: 'audio/wav',
					sizeBytes,
					channel: 'combined',
				},
			},
		});
		const { items, error } = await run(byId);
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({
			sha256: media.source(key).sha256,
			sizeBytes: media.source(key).sizeBytes,
		});
	});

	it('of a GIR file is none either, nor is a number that became text', async () => {
		world.simulator.genesys.recordings.add({
			id: 'GIR1',
			media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' }],
		});
		for (const sizeBytes of [
			-1,
			String(world.simulator.genesys.recordings.need('GIR1').media[0].content.sizeBytes),
		]) {
			const media = [{ id: 'm1', sizeBytes, playPath: '/recordings/GIR1/play/m1.mp3' }];
			const { items, error } = await run(
				{ source: 'input' },
				{ input: [{ json: { platform: 'genesys', id: 'GIR1', status: 'Available', media } }] },
			);
			expect(error).toBeUndefined();
			expect(items[0].json).toMatchObject({ fileName: 'GIR1_m1.mp3' });
		}
	});
});
