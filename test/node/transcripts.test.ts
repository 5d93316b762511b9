import { createHash } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { bytesOf, jsonOf, runNode, type NodeRun } from './engine';
import { worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';

const world = worldForEachTest();

beforeEach(() => {
	world.simulator.cxone.contacts.add({
		acdCallId: '21',
		interactions: [
			{
				kind: 'chat',
				customer: 'Ana',
				segments: [{ segmentId: 's21' }],
				media: { screen: { file: 'screen.mp4' } },
				messages: [
					{
						participantType: 'CUSTOMER',
						participantName: 'Ana',
						text: 'Hi',
						timeStamp: '2025-03-04T11:00:00Z',
					},
				],
			},
		],
	});
	world.simulator.cxone.contacts.add({
		acdCallId: '22',
		interactions: [
			{
				kind: 'email',
				content: {
					sentTime: '2025-03-04T09:00:00Z',
					from: 'ana@example.com',
					to: ['s@example.com'],
					cc: [],
					bcc: [],
					subject: 'Order',
					body: 'Please cancel.',
				},
			},
		],
	});
	world.simulator.cxone.contacts.add({
		acdCallId: '23',
		interactions: [{ kind: 'call', media: { voice: { file: 'voice.mp4' } } }],
	});
});

async function run(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: {
			platform: 'cxone',
			source: 'id',
			identifier: 'acdCallId',
			acdCallId: '={{ $json.id }}',
			...parameters,
		},
		credentials: credentialsFor(world.simulator).cxone,
		...more,
	});
}
const input = (...ids: string[]) => ids.map((id) => ({ json: { id } }));
const calls = () =>
	world.simulator.requests.filter(({ path }) => path.startsWith('/media-playback/'));

describe('Download Media, transcripts', () => {
	it('writes them next to the media, paired, with one API call for each contact', async () => {
		const { items, error } = await run(
			{ options: { transcripts: 'both' } },
			{ input: input('21', '22', '23') },
		);
		expect(error).toBeUndefined();
		expect(
			items.map(({ json, pairedItem }) => [
				json.fileName,
				json.mimeType,
				json.transcript,
				pairedItem,
			]),
		).toEqual([
			['21_chat-and-screen.mp4', 'video/mp4', undefined, { item: 0 }],
			['21_transcript.txt', 'text/plain', true, { item: 0 }],
			['21_transcript.json', 'application/json', true, { item: 0 }],
			['22_transcript.txt', 'text/plain', true, { item: 1 }],
			['22_transcript.json', 'application/json', true, { item: 1 }],
			['23_voice-only.mp4', 'video/mp4', undefined, { item: 2 }],
		]);
		expect(calls()).toHaveLength(3);
		const text = await bytesOf(items[1].binary!.data);
		expect(text.toString('utf8')).toContain('[2025-03-04 11:00:00 UTC] Ana (customer): Hi');
		expect(items[1].json).toMatchObject({
			sizeBytes: text.length,
			sha256: createHash('sha256').update(text).digest('hex'),
			platform: 'cxone',
			acdCallId: '21',
		});
		expect(JSON.parse((await bytesOf(items[4].binary!.data)).toString('utf8'))).toMatchObject({
			acdCallId: '22',
			interactions: [{ kind: 'email' }],
		});
	});

	it('writes them of a segment', async () => {
		const { items, error } = await run({
			identifier: 'segmentId',
			segmentId: 's21',
			options: { transcripts: 'text' },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ fileName }) => fileName)).toEqual([
			's21_chat-and-screen.mp4',
			's21_transcript.txt',
		]);
	});

	it('lists them in the manifest', async () => {
		const { items } = await run(
			{ options: { transcripts: 'text', manifest: true } },
			{ input: input('22') },
		);
		expect(jsonOf(items)).toHaveLength(2);
		expect(items[1].json).toMatchObject({
			manifest: true,
			files: [{ fileName: '22_transcript.txt' }],
		});
	});

	it('does nothing of the kind unless asked to', async () => {
		const { items } = await run({}, { input: input('21') });
		// The name is the same as with transcripts.
		expect(jsonOf(items).map(({ fileName }) => fileName)).toEqual(['21_chat-and-screen.mp4']);
		const none = await run({ options: { transcripts: 'none' } }, { input: input('21') });
		expect(jsonOf(none.items).map(({ fileName }) => fileName)).toEqual(['21_chat-and-screen.mp4']);
	});
});
