import { NodeHelpers } from 'n8n-workflow';
import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult } from './engine';
import { downloadIn, worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { MediaSource } from '../../simulator';

const world = worldForEachTest();

/** Files are told apart by their size. */
const SIZES = { call1: 20_001, call2: 20_002, seg1: 20_011, seg2: 20_012 };
const file = (name: keyof typeof SIZES): MediaSource => ({
	synthetic: { sizeBytes: SIZES[name], seed: name, format: 'mp4' },
});
const START = '2025-03-04T10:00:00Z';

/** Two calls of one contact, the first transferred once; each segment and each call has a file of its own. */
function addContact(shape: 'normal' | 'capitalInteractions' | 'wrapped' = 'normal'): void {
	world.simulator.cxone.contacts.add({
		acdCallId: '512',
		contactId: 'guid-of-contact',
		shape,
		segmentShape: shape,
		interactions: [
			{
				kind: 'call',
				startTime: START,
				endTime: '2025-03-04T10:05:00Z',
				customer: '+15550100',
				direction: 'INBOUND',
				agents: [{ agentName: 'Kim Osei', userId: 'kim-id' }],
				tags: ['VIP'],
				media: { voice: file('call1') },
				segments: [
					{ segmentId: 'seg-1', media: file('seg1'), statementIds: ['st-1'] },
					{ segmentId: 'seg-2', media: file('seg2') },
				],
			},
			{
				kind: 'call',
				startTime: '2025-03-04T11:00:00Z',
				media: { voice: file('call2') },
				segments: [{ segmentId: 'seg-3' }],
			},
		],
	});
}

/** Paths of what was asked of the platforms. */
const asked = () =>
	world.simulator.requests
		.filter(({ server, path }) => server !== 'media' && !/token|discovery|well-known/.test(path))
		.map(({ path }) => path);

async function download(
	items: IDataObject[],
	parameters: INodeParameters = {},
): Promise<NodeResult> {
	world.simulator.requests.length = 0;
	return await downloadIn(world, parameters, { input: items.map((json) => ({ json })) });
}

/** The names of the files that came. */
function filesOf({ items, error }: NodeResult): string[] {
	expect(error).toBeUndefined();
	return items.map(({ json }) =>
		String(Object.entries(SIZES).find(([, size]) => size === json.sizeBytes)?.[0]),
	);
}

const outputOf = async (
	nodeType: GetContact | GetSegment | SearchRecordings,
	parameters: INodeParameters,
): Promise<IDataObject[]> => {
	const { cxone, genesys } = credentialsFor(world.simulator);
	const { items, error } = await runNode({
		nodeType,
		parameters,
		credentials: { ...cxone, ...genesys },
	});
	expect(error).toBeUndefined();
	return jsonOf(items) as IDataObject[];
};

const FORMS = (['simplified', 'raw'] as const).flatMap((output) =>
	(['normal', 'capitalInteractions', 'wrapped'] as const).map((shape) => ({ output, shape })),
);

describe("Get Contact's output", () => {
	// The older form has no ACD call ID in it.
	const told = FORMS.filter(({ output, shape }) => output !== 'raw' || shape !== 'wrapped');

	it.each(told)('leads to all media of the contact: %j', async ({ output, shape }) => {
		addContact(shape);
		const items = await outputOf(new GetContact(), { acdCallId: '512', output });
		expect(filesOf(await download(items))).toEqual(['call1', 'call2']);
		expect(asked()).toEqual(['/media-playback/v1/contacts']);
	});

	it.each(told)(
		'leads to the media of each interaction, once, where it has an item for each: %j',
		async ({ output, shape }) => {
			addContact(shape);
			const items = await outputOf(new GetContact(), {
				acdCallId: '512',
				split: 'interaction',
				output,
			});
			expect(items).toHaveLength(2);
			expect(filesOf(await download(items))).toEqual(['call1', 'call2']);
		},
	);

	it('is refused where it names several segments and no ACD call, and nothing is sent', async () => {
		addContact('wrapped');
		const items = await outputOf(new GetContact(), { acdCallId: '512', output: 'raw' });
		const { error } = await download(items);
		expect(error!.message).toBe(
			'The input item has no ID that leads to media, only a list of segments: seg-1, seg-2, seg-3',
		);
		expect(error!.description).toContain("set 'Recording' to 'By ID'");
		expect(asked()).toEqual([]);
	});
});

describe("Get Segment's output", () => {
	it.each(FORMS)('leads to the media of that segment: %j', async ({ output, shape }) => {
		addContact(shape);
		for (const split of ['contact', 'interaction']) {
			const items = await outputOf(new GetSegment(), { segmentId: 'seg-2', split, output });
			expect(filesOf(await download(items))).toEqual(['seg2']);
			expect(asked()).toEqual(['/media-playback/v1/segments/seg-2']);
		}
	});
});

describe('an item in the words of a vendor', () => {
	it.each([
		{ acdCallId: '512' },
		{ 'acd-call-id': 512 },
		{ 'ACD Call ID': ' 512 ' },
		{ masterContactId: '512' },
		{ 'Master Contact ID': '512', contactId: '513' },
		{ acdcontactId: '512', segmentId: '' },
		{ acd_call_id: '512', recordingId: null, segmentId: 'undefined' },
	])('leads to the contact: %j', async (item) => {
		addContact();
		expect(filesOf(await download([item as IDataObject]))).toEqual(['call1', 'call2']);
	});

	it.each([
		{ segmentId: 'seg-1' },
		{ segment_id: 'seg-1', acdCallId: '512' },
		{ 'Segment ID': 'seg-1' },
		{ segmentIds: ['seg-1'] },
		{ acdCallId: '512', statementId: 'st-1' },
	])('leads to the segment or statement: %j', async (item) => {
		addContact();
		expect(filesOf(await download([item as IDataObject]))).toEqual(['seg1']);
		expect(asked()).toHaveLength(1);
		expect(asked()[0]).toMatch(
			'statementId' in item ? /acd-contacts\/512\/statements\/st-1$/ : /segments\/seg-1$/,
		);
	});

	it('may be a row of Data Extraction, with its headers', async () => {
		addContact();
		const row = {
			'Segment ID': 'seg-1',
			'ACD Call ID': 512,
			'Start Date': '2025-03-04 10:00:00',
			'End Date': '2025-03-04 10:02:00',
			'Voice Recording Status': 'Success',
			ANI: '+15550100',
			'Agent 1 Name': 'Kim Osei',
		};
		const { items } = await download([row], { options: { dateFolders: 'day' } });
		expect(items[0].json).toMatchObject({
			sizeBytes: SIZES.seg1,
			path: expect.stringMatching(/^2025\/03\/04\//) as unknown,
		});
		const none = await download([{ ...row, 'Voice Recording Status': 'Failed' }]);
		expect(none.error!.message).toContain("its status is 'Failed'");
		expect(asked()).toEqual([]);
	});

	it('may be a row of the Recording API, or no more than its ID, which is looked at first', async () => {
		world.simulator.cxone.recordings.add({
			recordingId: 'rec-1',
			media: { combined: file('call1') },
		});
		const rows = await outputOf(new SearchRecordings(), { platform: 'cxone', output: 'raw' });
		expect(filesOf(await download(rows))).toEqual(['call1']);
		expect(asked()).toEqual(['/api/v2/recording/rec-1/download']);
		for (const item of [{ recordingId: 'rec-1', status: 'open' }, { 'Recording ID': 'rec-1' }]) {
			expect(filesOf(await download([item], { platform: 'cxone' }))).toEqual(['call1']);
			expect(asked()).toEqual(['/api/v2/recording/rec-1', '/api/v2/recording/rec-1/download']);
		}
	});

	it('may be a recording of GIR, one of its media files, or its ID', async () => {
		world.simulator.genesys.recordings.add({
			id: 'GIR1',
			media: [
				{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' },
				{ source: { file: 'consult.mp3' }, mediaUUID: 'm2' },
			],
		});
		const [raw] = await outputOf(new SearchRecordings(), {
			platform: 'genesys',
			operation: 'get',
			recordingId: 'GIR1',
			output: 'raw',
		});
		const names = (result: NodeResult) => {
			expect(result.error).toBeUndefined();
			return jsonOf(result.items).map(({ fileName }) => fileName);
		};
		const both = ['GIR1_m1.mp3', 'GIR1_m2.mp3'];
		expect(names(await download([raw]))).toEqual(both);
		expect(names(await download([{ statusCode: 0, recording: raw }]))).toEqual(both);
		expect(names(await download([{ recordingId: 'GIR1' }], { platform: 'genesys' }))).toEqual(both);
		expect(names(await download([(raw.mediaFiles as IDataObject[])[1]]))).toEqual(['GIR1_m2.mp3']);
		expect(asked()).toEqual(['/api/v2/recordings/GIR1/play/m2.mp3'].slice(0, asked().length));
	});

	it('may be one that Download Media put out, whichever ID it began with', async () => {
		addContact();
		const { items } = await download([{ acdCallId: '512' }]);
		expect(filesOf(await download([jsonOf(items)[0] as IDataObject]))).toEqual(['call1', 'call2']);
		expect(asked()).toEqual(['/media-playback/v1/contacts']);
	});
});

describe('what a downloaded file tells of its recording', () => {
	it('by ACD call ID: what Media Playback told on the way, flat columns first, IDs by their names', async () => {
		addContact();
		const { items } = await download([{ acdCallId: '512', note: 'mine' }]);
		expect(Object.keys(items[0].json).slice(0, 9)).toEqual([
			'fileName',
			'sizeBytes',
			'durationSeconds',
			'channel',
			'start',
			'callerNumber',
			'agentNames',
			'id',
			'md5',
		]);
		expect(items[0].json).toMatchObject({
			channel: 'voice-only-1',
			start: '2025-03-04T10:00:00.000Z',
			callerNumber: '+15550100',
			agentNames: expect.stringContaining('Kim Osei') as unknown,
			acdCallId: '512',
			contactId: 'guid-of-contact',
			recording: {
				id: '512',
				platform: 'cxone',
				direction: 'inbound',
				labels: ['VIP'],
				acdCallId: '512',
			},
		});
		expect(items[0].json).not.toHaveProperty('recordingId');
		expect(items[0].json).not.toHaveProperty('note');
	});

	it("keeps the input's own fields where that is asked for, and leaves the recording out", async () => {
		addContact();
		const { items } = await download([{ segmentId: 'seg-1', crmCase: 7, fileName: 'mine' }], {
			options: { includeOtherFields: true, includeRecording: false },
		});
		expect(items[0].json).toMatchObject({
			crmCase: 7,
			segmentId: 'seg-1',
			fileName: 'seg-1_voice-only.mp4',
		});
		expect(items[0].json).not.toHaveProperty('recording');
	});

	it('stands in the line of the manifest, without numbers and names where those are unwanted', async () => {
		addContact();
		const manifest = async (personalData: boolean) => {
			const { items } = await download([{ segmentId: 'seg-1' }], {
				options: { manifest: true, personalData },
			});
			return (items.at(-1)!.json.files as IDataObject[])[0].recording as IDataObject;
		};
		expect(await manifest(true)).toMatchObject({
			id: 'seg-1',
			callerNumber: '+15550100',
			agents: [{ id: 'kim-id', name: 'Kim Osei' }],
			direction: 'inbound',
			labels: ['VIP'],
		});
		const impersonal = await manifest(false);
		expect(impersonal).toMatchObject({ id: 'seg-1', direction: 'inbound' });
		expect(JSON.stringify(impersonal)).not.toMatch(/15550100|Kim/);
	});

	it("has GIR's labels, which are asked for; a server that refuses to give them is asked without", async () => {
		const { genesys } = world.simulator;
		genesys.recordings.add({
			id: 'GIR1',
			media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' }],
			labels: [{ name: 'vip' }],
		});
		const first = await download([{ platform: 'genesys', recordingId: 'GIR1' }]);
		expect(first.items[0].json).toMatchObject({
			recordingId: 'GIR1',
			recording: { labels: ['vip'] },
		});
		world.simulator.faults.add({
			server: 'genesys',
			path: '/api/v2/recordings/GIR1',
			effect: { kind: 'status', status: 400, body: { statusCode: 2, statusMessage: 'unknown' } },
			times: 1,
		});
		const second = await download([{ platform: 'genesys', recordingId: 'GIR1' }]);
		expect(second.error).toBeUndefined();
		expect(second.items[0].json).toMatchObject({ recording: { labels: [] } });
	});
});

describe('a media file that GIR names and gives no way to', () => {
	const one = { playPath: '/recordings/GIR1/play/m1.mp3', type: 'audio/mp3' };

	it.each([
		['without a path', [one, { size: '1000' }], 'mediaFiles[1].playPath'],
		['with a path that is none', [one, { playPath: { href: '/x' } }], 'mediaFiles[1].playPath'],
		['that is no media file', [one, 'm2.mp3'], 'mediaFiles[1]'],
	])('%s: the others are downloaded, and say so', async (_, mediaFiles, place) => {
		const { genesys, faults } = world.simulator;
		genesys.recordings.add({
			id: 'GIR1',
			media: [{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1' }],
		});
		faults.add({
			server: 'genesys',
			path: '/api/v2/recordings/GIR1',
			effect: { kind: 'status', status: 200, body: { id: 'GIR1', mediaFiles } },
		});
		const { items } = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'genesys', source: 'id', recordingId: 'GIR1' },
			credentials: credentialsFor(world.simulator).genesys,
		});
		expect(jsonOf(items)).toMatchObject([
			{
				fileName: 'GIR1_m1.mp3',
				note: `GIR names more media files of this recording, without a way to them: ${place}`,
				recording: { unreadable: [place] },
			},
		]);
	});
});

describe('an Agent of GIR', () => {
	const agent = { platform: 'genesys', source: 'id', recordingId: 'GIR1' };
	async function asAgent(mediaIds: string, encrypted = false, mayDecrypt = true) {
		const { genesys } = world.simulator;
		const { username, password } = genesys.users.find(({ role }) => role === 'agent')!;
		genesys.users.find(({ role }) => role === 'agent')!.mayDecrypt = mayDecrypt;
		genesys.recordings.add({
			id: 'GIR1',
			media: [
				{ source: { file: 'inbound.mp3' }, mediaUUID: 'm1', encrypted },
				{ source: { file: 'short.wav' }, mediaUUID: 'm2', encrypted },
			],
		});
		const credential = credentialsFor(world.simulator).genesys.genesysBasicApi;
		return await runNode({
			nodeType: new DownloadMedia(),
			parameters: { ...agent, mediaIds },
			credentials: { genesysBasicApi: { ...credential, username, password } },
		});
	}
	const media = () => asked().filter((path) => path.includes('/GIR1/'));

	it.each([true, false])(
		'gets media by recording ID and media ID, without the metadata; encrypted: %s',
		async (encrypted) => {
			const { items, error } = await asAgent('m1, m2.wav', encrypted);
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([
				{ fileName: 'GIR1_m1.mp3', kind: 'MP3', recordingId: 'GIR1' },
				{ fileName: 'GIR1_m2.wav', kind: 'WAV' },
			]);
			expect(asked()).not.toContain('/api/v2/recordings/GIR1');
			expect(media()).toHaveLength(encrypted ? 2 : 4);
		},
	);

	it('is told what is missing, and never gets the encrypted bytes', async () => {
		const refused = await asAgent('m1', true, false);
		expect(refused.error!.message).toBe('GIR did not hand out the media file');
		expect(media()).toEqual(['/api/v2/recordings/GIR1/decrypt/m1.mp3']);
		const unknown = await asAgent('other');
		expect(unknown.error!.message).toContain('GIR has no such media file');
		const whole = await asAgent('');
		expect(whole.error!.description).toContain("fill in 'Media IDs'");
	});
});

describe('a statement', () => {
	it('is downloaded by its ID and that of its ACD call', async () => {
		addContact();
		const parameters = {
			platform: 'cxone',
			source: 'id',
			identifier: 'statementId',
			acdCallId: '512',
			statementId: 'st-1',
		};
		const result = await download([{}], parameters);
		expect(filesOf(result)).toEqual(['seg1']);
		expect(result.items[0].json).toMatchObject({
			fileName: '512-st-1_voice-only.mp4',
			acdCallId: '512',
			statementId: 'st-1',
		});
		expect(asked()).toEqual(['/media-playback/v1/acd-contacts/512/statements/st-1']);
		const { error } = await download([{}], { ...parameters, statementId: '={{ "" }}' });
		expect(error!.message).toBe("'Statement ID' is empty");
	});
});

describe('what the panel shows', () => {
	const { properties } = new DownloadMedia().description;
	/** Names of the fields that n8n shows for these choices. */
	const shown = (values: INodeParameters) => {
		const all = { identifier: 'recordingId', channel: 'combined', source: 'input', ...values };
		const { description } = new DownloadMedia();
		const node = { typeVersion: 1 };
		return properties
			.filter((one) => NodeHelpers.displayParameter(all, one, node, description))
			.map(({ name }) => name);
	};
	const byId = (identifier: string) => ({ platform: 'cxone', source: 'id', identifier });

	it('a notice about billing where a billed call can be made, and nowhere else', () => {
		for (const identifier of ['acdCallId', 'segmentId', 'statementId'])
			expect(shown(byId(identifier))).toContain('billingNotice');
		for (const platform of ['cxone', 'mixed'])
			expect(shown({ platform })).toContain('billingNotice');
		expect(shown(byId('recordingId'))).not.toContain('billingNotice');
		for (const source of ['id', 'input'])
			expect(shown({ platform: 'genesys', source })).not.toContain('billingNotice');
	});

	it('only what applies: the channel where there is a choice, media IDs for GIR, each once', () => {
		expect(shown(byId('recordingId'))).toContain('channel');
		expect(shown(byId('segmentId'))).not.toContain('channel');
		expect(shown(byId('segmentId'))).toContain('mediaType');
		expect(shown(byId('statementId'))).toEqual(
			expect.arrayContaining(['acdCallId', 'statementId']),
		);
		expect(shown({ platform: 'mixed' })).toContain('channel');
		for (const source of ['id', 'input']) {
			const names = shown({ platform: 'genesys', source });
			expect(names).toContain('mediaIds');
			expect(names).not.toContain('channel');
			expect(shown({ platform: 'cxone', source })).not.toContain('mediaIds');
			expect(new Set(names).size).toBe(names.length);
		}
	});

	it('the options of one platform for that platform', () => {
		const collection = properties.find(({ name }) => name === 'options')!;
		const { description } = new DownloadMedia();
		const options = (platform: string) =>
			(collection.options as INodeProperties[])
				.filter((one) =>
					NodeHelpers.displayParameter({}, one, { typeVersion: 1 }, description, { platform }),
				)
				.map(({ name }) => name);
		const ofCxone = ['whenChannelMissing', 'transcripts', 'waitSeconds'];
		expect(options('cxone')).toEqual(expect.arrayContaining(ofCxone));
		expect(options('genesys').filter((name) => ofCxone.includes(name))).toEqual([]);
	});
});

describe('an interaction that is in process or locked', () => {
	it.each([202, 425])('is waited for as long as is set (%i)', async (status) => {
		addContact();
		const contact = world.simulator.cxone.contacts.need('512');
		contact.answers = Array.from({ length: 9 }, () => status);
		const began = world.time.ms;
		expect(filesOf(await download([{ acdCallId: '512' }]))).toEqual(['call1', 'call2']);
		expect(asked()).toHaveLength(10);
		contact.answers = Array.from({ length: 99 }, () => status);
		const mid = world.time.ms;
		const { error } = await download([{ acdCallId: '512' }], { options: { waitSeconds: 20 } });
		expect(error!.httpCode).toBe(String(status));
		expect(error!.description).toContain("'Wait at Most (Seconds)'");
		expect(world.time.ms - mid).toBeLessThan(20_001);
		expect(mid - began).toBeGreaterThan(20_000);
	});

	it('is not waited for with 0 seconds', async () => {
		addContact();
		world.simulator.cxone.contacts.need('512').answers = [425];
		const { error } = await download([{ acdCallId: '512' }], { options: { waitSeconds: 0 } });
		expect(error!.httpCode).toBe('425');
		expect(asked()).toHaveLength(1);
	});
});

describe('an item that leaves a doubt is refused, and nothing is sent', () => {
	it.each([
		[{ recordingId: 'x' }, /^Recording x may be one of NICE CXone or Genesys/, "field 'platform'"],
		[{ contactId: '77' }, /no ID that leads to media, only a contact ID: 77$/, "'Identified By'"],
		[{ statementId: 's' }, /only a statement ID: s$/, 'master contact ID'],
		[
			{ acdCallId: '1', masterContactId: '2' },
			/^'acdCallId' and 'masterContactId' of the item lead to two recordings$/,
			'One is 1, the other 2',
		],
		[{ acdCallId: 5.12e23 }, /^'acdCallId' of the item is a number that was rounded/, 'as text'],
		[{ 'ACD Call ID': '5.1234E+11' }, /is a number that was rounded: 5\.1234E\+11$/, 'as text'],
		[{ id: '5' }, /^The input item is no recording$/, "'acdCallId'"],
		[{ segmentIds: ['a', 'b'] }, /only a list of segments: a, b$/, 'master contact ID'],
		[
			{ recordingId: 'GIR1', playPath: '/recordings/GIR2/play/m.mp3' },
			/that of another recording than its ID$/,
			'GIR2',
		],
	])('%j', async (item, message, next) => {
		const { items, error } = await download([item as IDataObject]);
		expect(items).toEqual([]);
		expect(error!.message).toMatch(message);
		expect(error!.description).toContain(next);
		expect(asked()).toEqual([]);
	});

	it('an ID that two platforms have goes to the one the item names, whatever the spelling', async () => {
		world.simulator.cxone.recordings.add({ recordingId: 'r', media: { combined: file('call1') } });
		for (const platform of ['cxone', 'CXone', 'NICE CXone'])
			expect(filesOf(await download([{ platform, recordingId: 'r' }]))).toEqual(['call1']);
		const { error } = await download([{ platform: 'GIR', recordingId: 'r' }], {
			platform: 'cxone',
		});
		expect(error!.message).toMatch(/^Recording r is one of Genesys/);
	});

	it("never asks GIR for an item that has CXone's IDs beside the recording ID", async () => {
		const item = { recordingId: 'r', segmentId: 'seg-1' };
		const { error } = await download([item], { platform: 'genesys' });
		expect(error!.message).toMatch(/^Recording r is one of NICE CXone, not of Genesys/);
		expect(asked()).toEqual([]);
	});
});
