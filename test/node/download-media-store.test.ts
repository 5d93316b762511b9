import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { startSimulator, type Simulator } from '../../simulator';

const MIB = 1024 * 1024;

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator({ seed: 'empty' });
	process.env.N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE = '2';
});
afterEach(async () => {
	jest.restoreAllMocks();
	for (const name of [
		'N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE',
		'EXECUTIONS_MODE',
		'N8N_DEFAULT_BINARY_DATA_MODE',
		'N8N_CONFIG_FILES',
	])
		delete process.env[name];
	await simulator.stop();
});

async function download(sizes: number[]): Promise<NodeResult> {
	sizes.forEach((sizeBytes, index) => {
		simulator.cxone.recordings.add({
			recordingId: `rec-${index}`,
			media: { combined: { synthetic: { sizeBytes, seed: `${index}` } } },
		});
	});
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: {
			platform: 'cxone',
			source: 'id',
			identifier: 'recordingId',
			recordingId: '={{ $json.id }}',
		},
		credentials: credentialsFor(simulator).cxone,
		input: sizes.map((_, index) => ({ json: { id: `rec-${index}` } })),
		onError: 'continueErrorOutput',
	});
}

/** Bytes of media that were sent. */
const sent = () =>
	simulator.requests
		.filter(({ server }) => server === 'media')
		.reduce((sum, { responseBytes }) => sum + responseBytes, 0);

describe('files that the database of n8n does not take', () => {
	it.each([
		['queue mode, where the database is the default', { EXECUTIONS_MODE: 'queue' }],
		['the database, as set', { N8N_DEFAULT_BINARY_DATA_MODE: 'database' }],
	])('are refused before they are transferred, the others are downloaded: %s', async (_, env) => {
		Object.assign(process.env, env);
		const { items, failed } = await download([MIB, 40 * MIB, 2 * MIB]);
		expect(jsonOf(items).map(({ recordingId }) => recordingId)).toEqual(['rec-0', 'rec-2']);
		expect(jsonOf(failed)).toMatchObject([
			{
				error: "Recording rec-1 (combined) has 40 MiB; n8n's database takes 2 MiB at most",
				details: expect.stringMatching(
					/^It was not downloaded\. Set N8N_DEFAULT_BINARY_DATA_MODE to 'filesystem'.*N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE\.$/,
				) as string,
			},
		]);
		expect(sent()).toBeLessThan(15 * MIB);
	});

	it.each([
		[
			'a folder in queue mode',
			{ EXECUTIONS_MODE: 'queue', N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' },
		],
		['no queue mode', {}],
		[
			'settings in files, which may say anything',
			{ EXECUTIONS_MODE: 'queue', N8N_CONFIG_FILES: '/etc/n8n.json' },
		],
	])('are no matter for %s', async (_, env) => {
		Object.assign(process.env, env);
		const { items, failed } = await download([3 * MIB]);
		expect(jsonOf(failed)).toEqual([]);
		expect(jsonOf(items)).toHaveLength(1);
	});

	it('are hinted at where n8n took them and may not be able to read them', async () => {
		const store = Container.get(BinaryDataService);
		// What n8n's database manager notes at a file; the bytes are read to their end and dropped.
		jest.spyOn(store, 'store').mockImplementation(async (_, body, data) => {
			let bytes = 0;
			if (!Buffer.isBuffer(body)) for await (const chunk of body) bytes += (chunk as Buffer).length;
			return { ...data, id: 'database:1', data: 'database', bytes };
		});
		const { run } = await download([MIB, 251 * MIB]);
		expect(run.data.resultData.runData.Subject[0].hints?.map(({ message }) => message)).toEqual([
			"rec-1_combined.wav has 251 MiB and lies in n8n's database: a node that reads it may never end. Set N8N_DEFAULT_BINARY_DATA_MODE to 'filesystem' or 's3' on every n8n process.",
		]);
	}, 60_000);
});
