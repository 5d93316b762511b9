import type { IDataObject, INodeListSearchResult, INodeParameters, INodeType } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, panelOf, runNode, type StoredCredentials } from './engine';
import { worldForEachTest } from './virtual';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const world = worldForEachTest();
const MINUTE = 60_000;

/** What the editor shows when the list of 'Recording ID' is opened, asked for through n8n-core's own context. */
async function list(
	nodeType: INodeType,
	parameters: INodeParameters,
	credentials: StoredCredentials,
	filter?: string,
): Promise<INodeListSearchResult> {
	const panel = panelOf(nodeType, parameters, credentials, 'recordingId');
	return await nodeType.methods!.listSearch!.recentRecordings.call(panel, filter);
}

function addCall(id: string, minutesAgo: number, more: IDataObject = {}): void {
	const startTime = world.time.ms - minutesAgo * MINUTE;
	world.simulator.cxone.recordings.add({
		recordingId: id,
		startTime,
		endTime: startTime + 331_000,
		ani: '+15550100',
		dnis: '+15550199',
		agents: [{ agentId: '11001', agentName: 'Kim Osei' }],
		...more,
	});
}

describe("the list of 'Recording ID'", () => {
	beforeEach(() => {
		world.time.ms = Date.parse('2026-03-04T15:00:00Z');
	});

	it('offers recent recordings of CXone, newest first, in the words and the time zone of the builder', async () => {
		addCall('older', 90);
		addCall('newer', 30);
		addCall('unfinished', 5, { status: 'Processing' });
		const { cxone } = credentialsFor(world.simulator);
		const { results } = await list(new SearchRecordings(), { platform: 'cxone' }, cxone);
		expect(results).toEqual([
			{ name: '2026-03-04 15:30 · 5:31 · +15550100 · Kim Osei', value: 'newer' },
			{ name: '2026-03-04 14:30 · 5:31 · +15550100 · Kim Osei', value: 'older' },
		]);
	});

	it('finds in it what is typed, by any of these words or the ID', async () => {
		addCall('one', 90, { ani: '+15557777' });
		addCall('two', 30);
		addCall('three', 20, { ani: '+18005550199', dnis: '+15556666', direction: 'Outbound' });
		const { cxone } = credentialsFor(world.simulator);
		const found = async (filter: string) =>
			(await list(new DownloadMedia(), { platform: 'cxone' }, cxone, filter)).results.map(
				({ value }) => value,
			);
		expect(await found('7777')).toEqual(['one']);
		expect(await found('TWO')).toEqual(['two']);
		expect(await found('kim')).toEqual(['three', 'two', 'one']);
		// Also by the number that is not shown: the contact centre's own.
		expect(await found('0199')).toEqual(['three', 'two', 'one']);
		expect(await found('nobody')).toEqual([]);
	});

	it('offers those of GIR, also where the node has no choice of a platform', async () => {
		const startTime = world.time.ms - 30 * MINUTE;
		world.simulator.genesys.recordings.add({
			id: 'GIR1',
			startTime,
			stopTime: startTime + 61_000,
			callerPhoneNumber: '8522001',
			dialedPhoneNumber: '+14160000001',
		});
		const { genesys } = credentialsFor(world.simulator);
		for (const [node, parameters] of [
			[new SearchRecordings(), { platform: 'genesys' }],
			[new DeleteRecording(), {}],
		] as const) {
			const { results } = await list(node, parameters, genesys);
			expect(results).toEqual([
				expect.objectContaining({
					name: expect.stringMatching(/^2026-03-04 15:30 · 1:01 · 8522001( · .*)?$/),
					value: 'GIR1',
				}),
			]);
		}
	});

	it('reaches back on GIR until it is long enough, also where the last hour had a call', async () => {
		const add = (id: string, minutesAgo: number) =>
			world.simulator.genesys.recordings.add({
				id,
				startTime: world.time.ms - minutesAgo * MINUTE,
				stopTime: world.time.ms - minutesAgo * MINUTE + 61_000,
			});
		add('YESTERDAY', 1_300);
		add('LASTWEEK', 10_000);
		add('NOW', 30);
		const { genesys } = credentialsFor(world.simulator);
		const { results } = await list(new DownloadMedia(), { platform: 'genesys' }, genesys);
		expect(results.map(({ value }) => value)).toEqual(['NOW', 'YESTERDAY', 'LASTWEEK']);
	});

	it('shows why there is no list, and never an empty one in its place', async () => {
		const { cxone } = credentialsFor(world.simulator);
		const wrong = {
			cxoneAccessKeyApi: { ...cxone.cxoneAccessKeyApi, accessKeySecret: 'wrong-secret-1234' },
		};
		await expect(list(new SearchRecordings(), { platform: 'cxone' }, wrong)).rejects.toMatchObject({
			message: expect.stringMatching(/CXone did not accept the access key/),
		});
		await expect(list(new SearchRecordings(), { platform: 'cxone' }, {})).rejects.toMatchObject({
			message: 'No NICE CXone credential is selected',
		});
	});
});

describe("what 'Recording ID' takes", () => {
	const located = (mode: string, value: string) => ({ __rl: true, mode, value });

	async function get(recordingId: unknown) {
		return await runNode({
			nodeType: new SearchRecordings(),
			parameters: { platform: 'cxone', operation: 'get', recordingId } as INodeParameters,
			credentials: credentialsFor(world.simulator).cxone,
		});
	}

	it.each([
		['a choice from the list', located('list', 'rec-1')],
		['an ID', located('id', ' rec-1 ')],
		['an ID from an expression, without a mode', 'rec-1'],
		['a link', located('url', 'https://api-na1.example.com/api/v2/recording/rec-1/download?a=b')],
		['a link in the place of an ID', located('id', 'https://example.com/api/v2/recordings/rec-1')],
	])('takes %s', async (_what, value) => {
		addCall('rec-1', 30);
		const { items } = await get(value);
		expect(jsonOf(items)).toMatchObject([{ id: 'rec-1' }]);
	});

	it('refuses a link without a recording, and sends nothing', async () => {
		addCall('rec-1', 30);
		const { error } = await get('https://example.com/player/rec-1');
		expect(error?.message).toBe("'Recording ID' is a link that holds none");
		expect(error?.description).toContain('behind /recordings/');
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('refuses an expression that gives nothing', async () => {
		const { error } = await get(located('id', '={{ $json.nothing }}'));
		expect(error?.message).toBe("'Recording ID' is empty");
	});
});

const PLAYER = 'https://na1.nice-incontact.com/player/#/cxone-player';

describe('a link of the CXone Player', () => {
	beforeEach(() => {
		const startTime = world.time.ms - 30 * MINUTE;
		const interaction = (segmentId: string, file: string) => ({
			kind: 'call' as const,
			startTime,
			endTime: startTime + MINUTE,
			recordingId: `rec-${segmentId}`,
			segments: [{ segmentId }],
			media: { voice: { file } },
		});
		world.simulator.cxone.contacts.add({
			acdCallId: '512340009871',
			contactId: 'contact-1',
			interactions: [interaction('seg-1', 'voice.mp4'), interaction('seg-2', 'voice-long.mp4')],
		});
	});

	async function download(parameters: INodeParameters) {
		return await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'cxone', source: 'id', ...parameters },
			credentials: credentialsFor(world.simulator).cxone,
		});
	}

	const identifiedBy = (identifier: string, link: string): INodeParameters => ({
		identifier,
		[identifier]: identifier === 'recordingId' ? { __rl: true, mode: 'url', value: link } : link,
	});

	it.each([
		['recordingId', `${PLAYER}/segments/seg-1`],
		['recordingId', `${PLAYER}/contacts/contact-1/segments/seg-1?mediaType=all`],
		['segmentId', `${PLAYER}/contacts/contact-1/segments/seg-1`],
		['acdCallId', `${PLAYER}/segments/seg-1`],
	])('leads to its segment, in the place of %s: %s', async (identifier, link) => {
		const { items, error } = await download(identifiedBy(identifier, link));
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ segmentId: 'seg-1' }]);
	});

	it('leads to all of its call', async () => {
		const { items } = await download(
			identifiedBy('recordingId', `${PLAYER}/acd-contacts/512340009871`),
		);
		expect(jsonOf(items)).toHaveLength(2);
	});

	it.each([
		[new GetSegment(), { segmentId: `${PLAYER}/segments/seg-2?mediaType=all` }],
		[new GetContact(), { acdCallId: `${PLAYER}/acd-contacts/512340009871` }],
	])('is taken by %#', async (nodeType, parameters) => {
		const { items, error } = await runNode({
			nodeType,
			parameters,
			credentials: credentialsFor(world.simulator).cxone,
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)[0]).toMatchObject({ contactId: 'contact-1' });
	});

	it('is refused where it cannot lead to what is asked for, and nothing is sent', async () => {
		const { error } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: {
				platform: 'cxone',
				operation: 'get',
				recordingId: { __rl: true, mode: 'url', value: `${PLAYER}/segments/seg-1` },
			},
			credentials: credentialsFor(world.simulator).cxone,
		});
		expect(error?.message).toBe("'Recording ID' is a link with another ID: segmentId seg-1");
		expect(error?.description).toContain('Download Media takes such links');
		expect(world.simulator.requests).toHaveLength(0);
	});
});
