import { createHash } from 'node:crypto';

import { acme, AcmeVoiceApi } from './acme';
import { AcmeServer, type AcmeCall } from './acme-server';
import { wav } from './wav';
import { bytesOf, jsonOf, runNode, withCredentialType } from '../node/engine';
import { polling } from '../node/polling';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { platforms } from '../../nodes/platforms';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const server = new AcmeServer();

function addCall(ref: string, minutesAgo: number, more: Partial<AcmeCall> = {}): Buffer {
	const began = Math.floor(Date.now() / 1000) - minutesAgo * 60;
	const track = `${ref}-main`;
	const bytes = wav(200 + server.calls.length * 10);
	server.files.set(track, bytes);
	server.calls.push({
		ref,
		began,
		ended: began + 30,
		state: 'done',
		from: '100',
		to: '200',
		person: 'Kim',
		tracks: [track],
		...more,
	});
	return bytes;
}

const credentials = () => ({ acmeVoiceApi: { baseUrl: server.url, key: server.key } });

beforeAll(async () => {
	await server.start();
	platforms.push(acme);
	withCredentialType(new AcmeVoiceApi());
});
afterAll(async () => {
	platforms.splice(platforms.indexOf(acme), 1);
	await server.stop();
});
beforeEach(() => {
	server.calls.length = 0;
	server.files.clear();
});

describe('A platform that no line of nodes/ or core/ knows', () => {
	it('is offered by Search, Download and Trigger, with its own fields and its credential', () => {
		for (const node of [new SearchRecordings(), new DownloadMedia(), new RecordingTrigger()]) {
			const { properties, credentials: asked = [] } = node.description;
			const platform = properties.find(({ name }) => name === 'platform')!;
			expect(platform.options).toContainEqual(
				expect.objectContaining({ name: 'Acme Voice', value: 'acme' }),
			);
			// Of the credentials, the others are hidden where this platform is chosen.
			const hiddenFor = (name: string) =>
				asked.find((credential) => credential.name === name)?.displayOptions?.hide?.platform;
			expect(hiddenFor('acmeVoiceApi')).toEqual(expect.arrayContaining(['cxone', 'genesys']));
			expect(hiddenFor('acmeVoiceApi')).not.toContain('acme');
			expect(hiddenFor('genesysBasicApi')).toContain('acme');
		}
		const caller = new SearchRecordings().description.properties.find(
			({ name, displayOptions }) =>
				name === 'filters' && displayOptions?.show?.platform?.includes('acme') === true,
		)!;
		expect(caller.displayOptions).toEqual({ show: { platform: ['acme'], operation: ['search'] } });
	});

	it('goes through Search and Download, each file identical to its source', async () => {
		const sources = new Map(
			['one', 'two', 'three', 'four', 'five'].map((ref, index) => [ref, addCall(ref, 50 - index)]),
		);
		addCall('unfinished', 5, { state: 'busy' });
		const search = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { platform: 'acme', operation: 'search', returnAll: true },
			credentials: credentials(),
		});
		expect(search.error).toBeUndefined();
		expect(jsonOf(search.items).map(({ id }) => id)).toEqual([...sources.keys()]);
		const files = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'acme' },
			credentials: credentials(),
			input: search.items,
		});
		expect(files.error).toBeUndefined();
		for (const { json, binary, pairedItem } of files.items) {
			const source = sources.get(String(json.recordingId))!;
			expect(await bytesOf(binary!.data)).toEqual(source);
			expect(json).toMatchObject({
				platform: 'acme',
				sha256: createHash('sha256').update(source).digest('hex'),
				fileName: `${String(json.recordingId)}_${String(json.recordingId)}-main.wav`,
			});
			expect(pairedItem).toEqual({ item: [...sources.keys()].indexOf(String(json.recordingId)) });
		}
		expect(files.items).toHaveLength(sources.size);
	});

	it('is filtered by its own fields, and gives its own JSON', async () => {
		addCall('mine', 9, { from: '555' });
		addCall('other', 8);
		const search = await runNode({
			nodeType: new SearchRecordings(),
			parameters: {
				platform: 'acme',
				operation: 'search',
				filters: { callerNumber: '555' },
				output: 'raw',
			},
			credentials: credentials(),
		});
		expect(jsonOf(search.items)).toEqual([
			expect.objectContaining({ ref: 'mine', tracks: ['mine-main'] }),
		]);
	});

	it('downloads by ID', async () => {
		const source = addCall('by-hand', 10);
		const { items, error } = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'acme', source: 'id', acmeRef: 'by-hand' },
			credentials: credentials(),
		});
		expect(error).toBeUndefined();
		expect(await bytesOf(items[0].binary!.data)).toEqual(source);
	});

	it('starts workflows, each recording once', async () => {
		addCall('before', 30);
		const trigger = await polling(new RecordingTrigger(), { platform: 'acme' }, credentials());
		expect(await trigger.ids()).toEqual([]);
		addCall('fresh', 1);
		addCall('pending', 2, { state: 'busy' });
		expect(await trigger.ids()).toEqual(['fresh']);
		server.calls.find(({ ref }) => ref === 'pending')!.state = 'done';
		expect(await trigger.ids()).toEqual(['pending']);
		expect(await trigger.ids()).toEqual([]);
	});
});
