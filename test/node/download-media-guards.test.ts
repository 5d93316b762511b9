import type { IBinaryData, INodeParameters } from 'n8n-workflow';

import { bytesOf, jsonOf, type NodeRun } from './engine';
import { downloadIn, startVirtualWorld, type VirtualWorld } from './virtual';

let world: VirtualWorld;

beforeEach(async () => {
	world = await startVirtualWorld();
	world.simulator.genesys.recordings.add({
		id: 'GIR1',
		media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' }],
	});
	world.simulator.cxone.recordings.add({
		recordingId: 'rec-1',
		media: { combined: { file: 'combined.wav' } },
	});
	world.simulator.cxone.contacts.add({
		acdCallId: '21',
		interactions: [
			{
				kind: 'chat',
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
});
afterEach(async () => {
	await world.end();
});

const run = async (parameters: INodeParameters, more: Partial<NodeRun> = {}) =>
	await downloadIn(world, parameters, more);
const gir = (playPath: unknown) => ({
	input: [
		{
			json: {
				platform: 'genesys',
				id: 'GIR1',
				status: 'Available',
				media: [{ id: 'm1', playPath }],
			} as never,
		},
	],
});

describe('the address of a GIR media file', () => {
	it('is the path of the item', async () => {
		const { items, error } = await run({}, gir('/recordings/GIR1/play/m1.mp3'));
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({ fileName: 'GIR1_m1.mp3' });
	});

	it.each([
		'/../settings',
		'/recordings/../../diagnostics',
		'/recordings/../../../etc/passwd',
		'/%2e%2e/settings',
		'/%2E%2E/%2e%2e/x',
		'/..\\..\\x',
		'/\\..\\..\\x',
		'/./../x',
		'/recordings/GIR1/play/../../../../x.mp3',
		'//evil.example.com/x.mp3',
		'@evil.example.com/x.mp3',
		'.evil.example.com/x.mp3',
		':80@evil.example.com/x.mp3',
		'https://evil.example.com/x.mp3',
		'recordings/GIR1/play/m1.mp3',
		'\\\\evil.example.com\\x',
		'/\t../x',
		'/.\n./x',
		'',
		null,
		7,
		['/recordings'],
		{ path: '/x' },
	])('never leaves the recording API, and no password is sent: %j', async (playPath) => {
		const { items, error } = await run({}, gir(playPath));
		expect(items).toEqual([]);
		expect(error!.message).toBe("'playPath' of this media file is not a path of the recording API");
		expect(world.simulator.requests).toEqual([]);
	});
});

describe('the binary data of the input item', () => {
	const own: IBinaryData = {
		data: Buffer.from('an invoice').toString('base64'),
		mimeType: 'text/plain',
		fileName: 'invoice.txt',
	};
	const item = (more: object) => ({
		input: [
			{
				json: {
					platform: 'cxone',
					id: 'rec-1',
					status: 'Available',
					references: { recordingId: 'rec-1' },
					...more,
				},
				binary: { invoice: own, data: own },
			},
		],
	});

	it('goes on with each file, except under the name of the file', async () => {
		const { items } = await run({}, item({}));
		expect(items[0].binary!.invoice).toEqual(own);
		expect(items[0].binary!.data.fileName).toBe('rec-1_combined.wav');
		expect((await bytesOf(items[0].binary!.data)).length).toBe(items[0].json.sizeBytes);
	});

	it('goes on with a transcript', async () => {
		const { items } = await run(
			{ options: { transcripts: 'text' }, binaryPropertyName: 'file' },
			item({ id: '21', references: { acdCallId: '21' } }),
		);
		expect(jsonOf(items).map(({ fileName }) => fileName)).toEqual([
			'21_chat-and-screen.mp4',
			'21_transcript.txt',
		]);
		for (const { binary } of items) {
			expect(Object.keys(binary!).sort()).toEqual(['data', 'file', 'invoice']);
			expect(binary!.invoice).toEqual(own);
		}
	});

	it('goes on where the file was not downloaded again, and is not taken for the file', async () => {
		const { sizeBytes } = world.simulator.media.source(
			world.simulator.cxone.recordings.need('rec-1').objectKeys.combined!,
		);
		const { items } = await run(
			{ options: { storedCopy: { values: { sizeBytes: String(sizeBytes) } } } },
			item({}),
		);
		expect(items[0].json).toMatchObject({ skipped: true });
		expect(items[0].binary).toEqual({ invoice: own });
	});
});

describe('what a store answers', () => {
	const headers = { 'Content-Type': 'text/html' };
	const byId = { platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: 'rec-1' };

	it.each([
		['a sign-in page', { kind: 'status', status: 200, headers, body: '<html>Sign in</html>' }],
		['packed bytes', { kind: 'gzip' }],
		['a redirect to a page', { kind: 'redirect', location: '/login' }],
		['a redirect without end', { kind: 'redirect', location: '?again' }],
		['a redirect to a file of this machine', { kind: 'redirect', location: 'file:///etc/passwd' }],
		['no address', { kind: 'redirect', location: 'http://[' }],
		[
			'half of it as a part',
			{
				kind: 'status',
				status: 206,
				headers: { 'Content-Range': 'bytes 0-9/100' },
				body: 'RIFF......',
			},
		],
	] as const)('in place of the file, %s, is never stored', async (_, effect) => {
		world.simulator.faults.add({ server: 'media', effect, times: Infinity });
		const { items, error } = await run(byId);
		expect(items).toEqual([]);
		expect(error!.message).not.toMatch(/undefined|TypeError|Signature=/);
		expect(error!.description).not.toMatch(/Signature=[^…]/);
	});
});
