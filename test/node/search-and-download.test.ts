import { credentialsFor } from './credentials';
import { bytesOf, jsonOf, runNode } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { startSimulator, type Simulator } from '../../simulator';
import { sha256 } from '../media/world';

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator();
});
afterEach(async () => {
	await simulator.stop();
});

describe.each(['cxone', 'cxoneOAuth2'] as const)('CXone, signed in with %s', (how) => {
	it('finds recordings and downloads each one, identical to its source, with nothing configured', async () => {
		const credentials = credentialsFor(simulator)[how];
		const authentication = how === 'cxone' ? 'accessKey' : 'oAuth2';
		const search = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { platform: 'cxone', authentication, operation: 'search', returnAll: true },
			credentials,
		});
		expect(search.error).toBeUndefined();
		expect(search.items.length).toBeGreaterThan(3);
		expect(new Set(jsonOf(search.items).map(({ status }) => status))).toEqual(
			new Set(['Available']),
		);
		const files = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { authentication },
			credentials,
			input: search.items,
		});
		expect(files.error).toBeUndefined();
		expect(files.items).toHaveLength(search.items.length);
		for (const [index, { json, binary, pairedItem }] of files.items.entries()) {
			const source = simulator
				.sources()
				.find(
					({ api, recordingId, channel }) =>
						api === 'recording' && recordingId === json.recordingId && channel === 'combined',
				)!;
			expect(sha256(await bytesOf(binary!.data))).toBe(source.sha256);
			expect(json).toMatchObject({
				sha256: source.sha256,
				md5: source.md5,
				sizeBytes: source.sizeBytes,
				channelDelivered: 'combined',
				attempts: 1,
			});
			expect(pairedItem).toEqual({ item: index });
		}
	});
});

describe('GIR', () => {
	it('finds recordings and downloads every media file, identical to its source, with nothing configured', async () => {
		const credentials = credentialsFor(simulator).genesys;
		const search = await runNode({
			nodeType: new SearchRecordings(),
			parameters: {
				platform: 'genesys',
				operation: 'search',
				returnAll: true,
				startedAfter: '2000-01-01T00:00:00Z',
			},
			credentials,
		});
		expect(search.error).toBeUndefined();
		expect(search.items.length).toBeGreaterThan(3);
		const files = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'genesys' },
			credentials,
			input: search.items,
		});
		expect(files.error).toBeUndefined();
		const found = jsonOf(search.items).map(({ id }) => id);
		const sources = simulator
			.sources()
			.filter(({ platform, recordingId }) => platform === 'genesys' && found.includes(recordingId));
		expect(files.items).toHaveLength(sources.length);
		for (const { json, binary } of files.items) {
			const source = sources.find(
				({ recordingId, mediaUUID }) => json.fileName === `${recordingId}_${mediaUUID}.mp3`,
			)!;
			expect(sha256(await bytesOf(binary!.data))).toBe(source.sha256);
		}
	});
});
