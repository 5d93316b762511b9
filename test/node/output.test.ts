import { NodeHelpers, type INode } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { startSimulator, type Simulator } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

let simulator: Simulator;
let time: VirtualClock;
const T0 = Date.parse('2026-03-02T12:00:00Z');

beforeEach(async () => {
	time = new VirtualClock(T0).install();
	simulator = await startSimulator({ seed: 'empty', now: time.now });
	simulator.cxone.recordings.add({
		recordingId: 'a',
		startTime: T0 - 90_000,
		endTime: T0,
		ani: '+15550100',
		dnis: '+15550199',
		agents: [
			{ agentId: '1', agentName: 'Kim Osei' },
			{ agentId: '2', agentName: 'Lee Park' },
		],
		odd: { acdCallId: '512' },
		contactId: '513',
		segmentId: '7a',
		availableChannels: ['combined', 'caller', 'agent'],
	});
	simulator.genesys.recordings.add({
		id: 'g',
		startTime: T0 - 90_000,
		media: [{ source: { file: 'inbound.mp3' } }, { source: { file: 'inbound.mp3' } }],
	});
});
afterEach(async () => {
	time.uninstall();
	await simulator.stop();
});

type Platform = 'cxone' | 'genesys';
const run = async (
	nodeType: NodeRun['nodeType'],
	platform: Platform,
	parameters: NodeRun['parameters'],
	more: Partial<NodeRun> = {},
) =>
	await runNode({
		nodeType,
		credentials: credentialsFor(simulator)[platform],
		parameters: { platform, ...parameters },
		...more,
	});
const search = async (platform: Platform, parameters: NodeRun['parameters'] = {}) =>
	await run(new SearchRecordings(), platform, {
		operation: 'search',
		...(platform === 'genesys' && { startedAfter: '2026-03-01' }),
		...parameters,
	});

describe('Output', () => {
	it('Simplified: ten flat columns first, then the IDs, then the details', async () => {
		const [cxone] = jsonOf((await search('cxone')).items);
		expect(Object.keys(cxone)).toEqual([
			...['start', 'callerNumber', 'dialedNumber', 'direction', 'durationSeconds'],
			...['status', 'id', 'channels', 'agentNames'],
			...['recordingId', 'acdCallId', 'contactId', 'segmentId', 'platform', 'end'],
			...['agents', 'media', 'labels', 'references', 'masked'],
		]);
		expect(cxone).toMatchObject({
			id: 'a',
			channels: 'combined, caller, agent',
			agentNames: 'Kim Osei, Lee Park',
			recordingId: 'a',
			acdCallId: '512',
			contactId: '513',
			segmentId: '7a',
		});
		const [gir] = jsonOf((await search('genesys')).items) as [
			{ sizeBytes: number; media: Array<{ sizeBytes: number }> },
		];
		expect(gir).toMatchObject({ id: 'g', recordingId: 'g', agentNames: 'Agent1 Example' });
		expect(gir.sizeBytes).toBe(gir.media[0].sizeBytes + gir.media[1].sizeBytes);
		expect(JSON.stringify([cxone, gir])).not.toContain('null');
	});

	it('Selected Fields: those and an ID, in their order, also of what is in a list', async () => {
		const { items } = await search('cxone', {
			output: 'selectedFields',
			fields: 'acdCallId, agents[0].name, start,references.segmentId, protectedFromDeletion',
		});
		expect(jsonOf(items)).toEqual([
			{
				acdCallId: '512',
				agents: [{ name: 'Kim Osei' }, { name: 'Lee Park' }],
				start: '2026-03-02T11:58:30.000Z',
				references: { segmentId: '7a' },
			},
		]);
		const whole = await search('cxone', {
			output: 'selectedFields',
			fields: 'agents.name, agents, agents.id',
		});
		expect(jsonOf(whole.items)).toEqual([
			{
				agents: [
					{ id: '1', name: 'Kim Osei' },
					{ id: '2', name: 'Lee Park' },
				],
				recordingId: 'a',
			},
		]);
	});

	it.each([
		['={{ $json.nothing }}', "'Fields' is empty"],
		[' , ', "'Fields' names no field"],
		[
			'start, callerNummber',
			"'Fields' names 'callerNummber', which the simplified output does not have",
		],
	])(
		'Selected Fields: %j is refused before anything is sent, and says what there is',
		async (fields, message) => {
			const chosen = { output: 'selectedFields', fields };
			const searched = await search('cxone', chosen);
			expect(searched.error?.message).toBe(message);
			const contact = await run(new GetContact(), 'cxone', { acdCallId: '1', ...chosen });
			expect(contact.error?.message).toBe(message);
			if (!fields.startsWith('=')) {
				expect(searched.error?.description).toContain('start, callerNumber, dialedNumber');
				expect(contact.error?.description).toContain('start, durationSeconds, direction');
			}
			expect(simulator.requests).toEqual([]);
		},
	);

	it('Selected Fields: with nothing but a name chosen, Download Media still finds the file', async () => {
		const { items } = await search('cxone', { output: 'selectedFields', fields: 'agentNames' });
		const { items: files, error } = await run(
			new DownloadMedia(),
			'cxone',
			{},
			{ input: jsonOf(items).map((json) => ({ json })) },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(files)).toMatchObject([{ recordingId: 'a', fileName: 'a_combined.wav' }]);
	});

	it.each([
		['Search Recordings', new SearchRecordings(), { operation: 'search' }],
		['Get Contact', new GetContact(), { acdCallId: '1' }],
		[
			'Get Contact, one item per interaction',
			new GetContact(),
			{ acdCallId: '1', split: 'interaction' },
		],
		['Get Segment', new GetSegment(), { operation: 'segment', segmentId: '7a' }],
		[
			'Get Statement',
			new GetSegment(),
			{ operation: 'statement', acdCallId: '1', statementId: 'st-1' },
		],
		['Get Transcript', new GetSegment(), { operation: 'transcript', segmentId: '7a' }],
	])(
		'Selected Fields: what %s gives as an example are fields that it has',
		async (_, node, chosen) => {
			simulator.cxone.contacts.add({
				acdCallId: '1',
				interactions: [
					{
						kind: 'call',
						segments: [
							{
								segmentId: '7a',
								statementIds: ['st-1'],
								transcript: { turns: [{ userType: 'AGENT', text: 'Hello' }] },
							},
						],
					},
				],
			});
			const shown = node.description.properties.filter(
				(field) =>
					field.name === 'fields' &&
					NodeHelpers.displayParameter(
						{ output: 'selectedFields', ...chosen },
						field,
						{ typeVersion: 1 } as INode,
						node.description,
					),
			);
			expect(shown).toHaveLength(1);
			const fields = shown[0].placeholder!.replace('e.g. ', '');
			const { items, error } = await run(node, 'cxone', {
				...chosen,
				output: 'selectedFields',
				fields,
			});
			expect(error?.description).toBeUndefined();
			expect(items).not.toEqual([]);
		},
	);

	it('Selected Fields: of a contact', async () => {
		simulator.cxone.contacts.add({ acdCallId: '1', interactions: [{ kind: 'call' }] });
		const { items, error } = await run(new GetContact(), 'cxone', {
			acdCallId: '1',
			output: 'selectedFields',
			fields: 'acdCallId,interactions.kind',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([{ acdCallId: '1', interactions: [{ kind: 'voice' }] }]);
	});
});

describe('Media links', () => {
	/** The members that n8n hides, as its paths say. */
	const hidden = (value: unknown, [first, ...rest]: string[]): void => {
		if (typeof value !== 'object' || value === null || first === undefined) return;
		const name = first.replace('[*]', '');
		const member = (value as Record<string, unknown>)[name];
		if (rest.length === 0) delete (value as Record<string, unknown>)[name];
		else for (const one of Array.isArray(member) ? member : [member]) hidden(one, rest);
	};

	it.each([
		['simplified', 'contact', 'playback', 'normal'],
		['simplified', 'interaction', 'playback', 'normal'],
		['simplified', 'contact', 'download', 'normal'],
		['raw', 'contact', 'playback', 'normal'],
		['raw', 'contact', 'playback', 'capitalInteractions'],
		['raw', 'interaction', 'playback', 'wrapped'],
		['raw', 'contact', 'download', 'normal'],
	] as const)(
		'are declared as what n8n shows to nobody: %s, one item per %s, %s, %s',
		async (output, split, mediaUrl, shape) => {
			const interactions = [{ kind: 'call' as const, media: { voice: { file: 'combined.wav' } } }];
			simulator.cxone.contacts.add({ acdCallId: '1', shape, interactions });
			const node = new GetContact();
			const { items } = await run(node, 'cxone', { acdCallId: '1', output, split, mediaUrl });
			const json = jsonOf(items)[0];
			expect(JSON.stringify(json)).toContain('Signature');
			for (const path of node.description.sensitiveOutputFields!) hidden(json, path.split('.'));
			expect(JSON.stringify(json)).not.toContain('Signature');
		},
	);
});

describe('An item that went through a spreadsheet or a database', () => {
	/** Lists and objects as text, names in small letters, empty cells where nothing was. */
	const stored = (json: object) =>
		Object.fromEntries(
			Object.entries({ protectedFromDeletion: '', ...json }).map(
				([name, value]: [string, unknown]) => [
					name.toLowerCase(),
					typeof value === 'object' ? JSON.stringify(value) : String(value),
				],
			),
		);

	it.each(['cxone', 'genesys'] as const)('%s: leads to the same files', async (platform) => {
		const { items } = await search(platform);
		const hashes = async (input: object[]) => {
			const { items: files, error } = await run(
				new DownloadMedia(),
				platform,
				{},
				{ input: input.map((json) => ({ json: json as never })) },
			);
			expect(error).toBeUndefined();
			return jsonOf(files).map(({ sha256, recordingId }) => [sha256, recordingId]);
		};
		const asFound = await hashes(jsonOf(items));
		const before = simulator.requests.length;
		expect(await hashes(jsonOf(items).map(stored))).toEqual(asFound);
		const cost = simulator.requests.length - before;
		// The flat columns alone are enough; GIR is then asked where the files are.
		const { media: _, references: __, agents: ___, ...flat } = jsonOf(items)[0];
		expect(await hashes([flat])).toEqual(asFound);
		expect(simulator.requests.length - before - cost).toBe(cost + (platform === 'genesys' ? 1 : 0));
	});
});

describe("What GIR tells beyond CXone's", () => {
	const labels = { genesysOptions: { subresources: 'labels' } };

	it('is in the item: attached data with their latest value, comments, external contacts, access groups', async () => {
		simulator.genesys.recordings.add({
			id: 'full',
			startTime: T0 - 60_000,
			screenRecording: true,
			labels: [{ name: 'comment', createUser: 'sam', content: { text: 'Call back' } }],
			odd: {
				eventHistory: [
					{
						occurredAt: '2026-03-02T11:59:30.000+0000',
						event: 'Data',
						data: { updated: { Order: 'B' } },
					},
					{
						occurredAt: '2026-03-02T11:59:00.000+0000',
						event: 'Data',
						data: { added: { Order: 'A', Tier: 1, Odd: { deep: true } } },
					},
					{
						occurredAt: '2026-03-02T11:59:40.000+0000',
						event: 'Data',
						data: { deleted: { Tier: '1' } },
					},
					{ event: 'Joined', contact: { type: 'External', phoneNumber: '555', firstName: 'Ana' } },
					{ event: 'Left', contact: { type: 'External', phoneNumber: '555', firstName: 'Ana' } },
					{ event: 'Joined', contact: { type: 'User', phoneNumber: '7' } },
				],
			},
		});
		const { items } = await search('genesys', labels);
		const json = jsonOf(items).find(({ id }) => id === 'full');
		expect(json).toMatchObject({
			screenRecording: true,
			region: 'region1',
			protectedFromDeletion: false,
			userData: { Order: 'B', Tier: '1' },
			labels: ['comment'],
			labelDetails: [{ name: 'comment', createdBy: 'sam', content: { text: 'Call back' } }],
			externalContacts: [{ phoneNumber: '555', name: 'Ana' }],
			agents: [{ phoneNumber: '7' }],
			accessGroups: ['/'],
			unreadable: ['eventHistory[1].data.added.Odd'],
		});
	});

	it('lists every field that is hidden, and shows what is not', async () => {
		const { genesys: gir } = simulator;
		gir.recordings.add({
			id: 'hidden',
			startTime: T0 - 60_000,
			agents: [
				{ userName: 'kim', firstName: 'Kim', lastName: 'Osei', phoneNumber: '1' },
				{ userName: 'lee', firstName: 'Lee', lastName: 'Park', phoneNumber: '2' },
			],
			userData: { Account: '77', Tier: 'gold' },
			labels: [{ name: 'vip', createUser: 'sam' }],
		});
		gir.privacy = {
			agentFields: ['lastName', 'userName', 'createUser', 'region', 'callType'],
			customerFields: ['dialedPhoneNumber', 'phoneNumber', 'Account'],
		};
		const { username, password } = gir.users.find(({ role }) => role === 'supervisor')!;
		const { items } = await run(
			new SearchRecordings(),
			'genesys',
			{ operation: 'search', startedAfter: '2026-03-01', ...labels },
			{ credentials: { genesysBasicApi: { baseUrl: gir.url, username, password } } },
		);
		const json = jsonOf(items).find(({ id }) => id === 'hidden')!;
		expect(json).toMatchObject({
			agentNames: 'Kim, Lee',
			agents: [{ name: 'Kim' }, { name: 'Lee' }],
			direction: 'unknown',
			userData: { Tier: 'gold' },
		});
		expect((json.masked as string[]).sort()).toEqual([
			...['agents.name', 'agents.phoneNumber', 'agents.userName', 'dialedNumber', 'direction'],
			...['externalContacts.phoneNumber', 'labelDetails.createdBy', 'region', 'userData.Account'],
		]);
		expect(JSON.stringify(json)).not.toContain('**');
	});
});

describe('Hints', () => {
	const hintsOf = ({ run: { data } }: Awaited<ReturnType<typeof search>>) =>
		(data.resultData.runData.Subject[0].hints ?? []).map(({ message }) => message);

	it('of a search tell how many there are, and how many are still processing', async () => {
		for (let n = 0; n < 120; n++)
			simulator.genesys.recordings.add({ id: `r${n}`, startTime: T0 - 100_000 - n });
		for (let n = 0; n < 130; n++)
			simulator.cxone.recordings.add({
				recordingId: `r${n}`,
				createdDate: T0 - 200_000 - n * 1_000,
				status: n >= 124 && n % 3 === 1 ? 'Processing' : 'Available',
				...(n >= 124 && n % 3 === 2 && { odd: { status: 'Archived' } }),
			});
		expect(hintsOf(await search('genesys', { limit: 50 }))).toEqual([
			'50 of 121 recordings returned.',
		]);
		expect(hintsOf(await search('genesys', { returnAll: true }))).toEqual([]);
		expect(hintsOf(await search('genesys', { limit: 121 }))).toEqual([]);
		expect(hintsOf(await search('cxone', { limit: 50 }))).toEqual([
			'50 of 131 recordings returned.',
		]);
		expect(hintsOf(await search('cxone', { returnAll: true }))).toEqual([
			"2 recordings were still processing and left out. 'Recordings Not Available' can wait for them.",
		]);
		expect(hintsOf(await search('cxone', { returnAll: true, whenProcessing: 'include' }))).toEqual(
			[],
		);
	});

	it('tell how long a run waited for the request budget', async () => {
		for (let n = 0; n < 100; n++) simulator.cxone.recordings.add({ recordingId: `r${n}` });
		const credentials = credentialsFor(simulator).cxone;
		const type = Object.keys(credentials)[0];
		const slow = { [type]: { ...credentials[type], recordingApiPerMinute: 1 } };
		const {
			items,
			run: result,
			error,
		} = await run(
			new SearchRecordings(),
			'cxone',
			{ operation: 'search', returnAll: true },
			{ credentials: slow, input: [{ json: {} }, { json: {} }, { json: {} }] },
		);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(303);
		const [hint] = result.data.resultData.runData.Subject[0].hints!;
		const seconds = Number(
			/^The node waited (\d+) seconds for the request budget/.exec(hint.message)![1],
		);
		const asked = simulator.requests.filter(({ path }) => path.endsWith('/search'));
		expect(seconds).toBe(Math.round((asked.at(-1)!.at - asked[0].at) / 1000));
		expect(seconds).toBeGreaterThan(100);
	});
});
