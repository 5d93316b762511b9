import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
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
		...(platform === 'genesys' && { genesysFilters: { startedAfter: '2026-03-01' } }),
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

	it('Selected Fields: those and no others, in their order, also of what is in a list', async () => {
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
			},
		]);
	});

	it.each([
		['={{ $json.nothing }}', "'Fields' is empty"],
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
