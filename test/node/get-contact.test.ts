import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { worldForEachTest } from './virtual';
import { cxonePlatform } from '../../core/cxone/platform';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import type { NewContact } from '../../simulator';

const world = worldForEachTest();

const call = (acdCallId: string, more: Partial<NewContact> = {}) =>
	world.simulator.cxone.contacts.add({
		acdCallId,
		interactions: [
			{
				kind: 'call',
				customer: '+15550100',
				agents: [{ agentName: 'Kim Osei', userId: 'u-1' }],
				segments: [{ segmentId: `seg-${acdCallId}`, statementIds: [`st-${acdCallId}`] }],
				media: { voice: { file: 'voice.mp4' } },
				tags: ['VIP'],
				businessData: { orderNumber: 'A-1009' },
				categories: [
					{ categoryHierarchy: ['Billing', 'Refund'], secondsOffsets: [41], confidence: 0.87 },
				],
				sentiment: 'MIXED',
			},
		],
		...more,
	});

const apiCalls = () =>
	world.simulator.requests.filter(({ path }) => path.startsWith('/media-playback/'));
const tokenRequests = () =>
	world.simulator.requests.filter(({ path }) => path.startsWith('/authentication/'));

async function getContact(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new GetContact(),
		parameters,
		credentials: credentialsFor(world.simulator).cxone,
		...more,
	});
}

const ids = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { id: `c-${index}` } }));
const EACH = { acdCallId: '={{ $json.id }}' };

describe('Get Contact', () => {
	it('puts out a contact for people, without links and waveforms', async () => {
		call('512340009871');
		const { items, error } = await getContact({ acdCallId: ' 512340009871 ' });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				start: '2025-03-04T11:00:00.000Z',
				durationSeconds: 60,
				direction: 'inbound',
				agentNames: 'Kim Osei',
				customerNames: '+15550100',
				sentiment: 'mixed',
				categoryNames: 'Billing > Refund',
				acdCallId: '512340009871',
				contactId: expect.any(String) as string,
				segmentId: 'seg-512340009871',
				end: '2025-03-04T11:01:00.000Z',
				kinds: 'voice',
				elevated: false,
				segmentIds: ['seg-512340009871'],
				interactions: [
					{
						kind: 'voice',
						mediaType: 'voice-only',
						channelType: 'PHONE_CALL',
						direction: 'inbound',
						start: '2025-03-04T11:00:00.000Z',
						end: '2025-03-04T11:01:00.000Z',
						durationSeconds: 60,
						agents: ['Kim Osei'],
						customers: ['+15550100'],
						categories: [{ name: 'Billing > Refund', secondsOffsets: [41], confidence: 0.87 }],
						sentiments: [{ sentiment: 'mixed', at: '2025-03-04T11:00:00.000Z', channel: 1 }],
						tags: ['VIP'],
						businessData: { orderNumber: 'A-1009' },
						messages: [],
						masked: [],
						held: [],
						participants: [
							{
								role: 'agent',
								name: 'Kim Osei',
								userId: 'u-1',
								participantId: 'u-1',
								segmentId: 'seg-512340009871',
								channel: 0,
							},
							{
								role: 'customer',
								participantId: '+15550100',
								segmentId: 'seg-512340009871',
								channel: 1,
							},
						],
						segments: [
							{
								segmentId: 'seg-512340009871',
								start: '2025-03-04T11:00:00.000Z',
								end: '2025-03-04T11:01:00.000Z',
								afterCallWorkEnd: '2025-03-04T11:01:18.500Z',
								afterCallWorkSeconds: 18.5,
								openReason: 'CONTACT',
								closeReason: 'CONTACT',
								direction: 'inbound',
								channelType: 'PHONE_CALL',
								firstSegment: true,
								customerRestricted: false,
							},
						],
						segmentIds: ['seg-512340009871'],
					},
				],
			},
		]);
		expect(apiCalls()).toHaveLength(1);
		expect(Object.fromEntries(apiCalls()[0].query)).toEqual({
			'acd-call-id': '512340009871',
			'media-type': 'all',
			'exclude-waveforms': 'true',
			isDownload: 'false',
		});
	});

	it('asks for less or more as the fields say', async () => {
		call('1');
		await getContact({
			acdCallId: '1',
			mediaType: 'voice-only',
			output: 'raw',
			excludeWaveforms: false,
			options: { excludeCategories: true },
		});
		expect(Object.fromEntries(apiCalls()[0].query)).toEqual({
			'acd-call-id': '1',
			'media-type': 'voice-only',
			'exclude-waveforms': 'false',
			'exclude-qm-categories': 'true',
			isDownload: 'false',
		});
	});

	it.each(['normal', 'capitalInteractions', 'wrapped'] as const)(
		'reads the %s form of the answer',
		async (shape) => {
			call('1', { shape });
			const { items, error } = await getContact({ acdCallId: '1', split: 'interaction' });
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([
				{ acdCallId: '1', kind: 'voice', customers: ['+15550100'] },
			]);
			const raw = await getContact({ acdCallId: '1', split: 'interaction', output: 'raw' });
			expect(jsonOf(raw.items)).toMatchObject([
				{ mediaType: 'voice-only', data: { participantDataList: expect.any(Array) as object } },
			]);
			expect(JSON.stringify([items, raw.items])).not.toMatch(/https?:|Signature|normalizedPcmData/);
		},
	);

	it.each(['redirectUrl', 'redirectUrlWithMetadata', 'fileToPlayUrl', 'httpRedirect'] as const)(
		'puts out the link of a download answered by %s only when asked to',
		async (downloadShape) => {
			call('1', { downloadShape });
			const { items, error } = await getContact({
				acdCallId: '1',
				mediaUrl: 'download',
				split: 'interaction',
			});
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			const text = JSON.stringify(items[0].json);
			expect(/"mediaUrl":"(http[^"]+)"/.exec(text)?.[1] ?? '').toMatch(/voice\.mp4\?/);
		},
	);

	it('puts out one item for each interaction, paired with its contact, and transcripts of chats and e-mails', async () => {
		world.simulator.cxone.contacts.add({
			acdCallId: '7',
			interactions: [
				{
					kind: 'chat',
					customer: 'Ana',
					messages: [
						{
							participantType: 'CUSTOMER',
							participantName: 'Ana',
							text: 'Hi',
							timeStamp: '2025-03-04T10:00:00Z',
						},
					],
				},
				{
					kind: 'email',
					actions: [
						{ timeStamp: '2025-03-04T08:55:00Z', action: 'Accept' },
						{ timeStamp: '2025-03-04T09:05:00Z', action: 'Reply' },
					],
					content: {
						sentTime: '2025-03-04T09:00:00Z',
						from: 'ana@example.com',
						to: ['s@example.com'],
						cc: [],
						bcc: ['archive@example.com'],
						subject: 'Order',
						body: 'Please cancel.',
					},
				},
			],
		});
		call('8');
		const { items } = await getContact(
			{ acdCallId: '={{ $json.id }}', split: 'interaction' },
			{ input: [{ json: { id: '8' } }, { json: { id: '7' } }] },
		);
		expect(items.map(({ json, pairedItem }) => [json.kind, pairedItem])).toEqual([
			['voice', { item: 0 }],
			['chat', { item: 1 }],
			['email', { item: 1 }],
		]);
		expect(items[1].json.messages).toEqual([
			{ at: '2025-03-04T10:00:00.000Z', role: 'customer', from: 'Ana', text: 'Hi' },
		]);
		expect(items[2].json.messages).toEqual([
			{
				at: '2025-03-04T09:00:00.000Z',
				from: 'ana@example.com',
				to: ['s@example.com'],
				cc: [],
				bcc: ['archive@example.com'],
				subject: 'Order',
				text: 'Please cancel.',
			},
		]);
		expect(items[2].json.participants).toEqual([
			{
				role: 'agent',
				name: 'Kim Osei',
				actions: [
					{ at: '2025-03-04T08:55:00.000Z', action: 'Accept' },
					{ at: '2025-03-04T09:05:00.000Z', action: 'Reply' },
				],
			},
		]);
	});

	it('tells holds, masks, transfers, restricted customers and the user IDs that Record Control takes', async () => {
		world.simulator.cxone.contacts.add({
			acdCallId: '9',
			interactions: [
				{
					kind: 'call',
					startTime: '2025-03-04T10:00:00Z',
					endTime: '2025-03-04T10:10:00Z',
					agents: [
						{ agentName: 'Kim Osei', userId: 'u-1' },
						{ agentName: 'Lee Park', userId: 'u-2' },
					],
					masked: [{ from: '2025-03-04T10:05:00Z', to: '2025-03-04T10:06:00Z' }],
					held: [{ from: '2025-03-04T10:01:00Z', to: '2025-03-04T10:02:00Z' }],
					customerRestricted: true,
					segments: [{ segmentId: 'seg-a' }, { segmentId: 'seg-b' }],
				},
			],
		});
		const { items } = await getContact({ acdCallId: '9', split: 'interaction' });
		const [item] = jsonOf(items);
		expect(item).toMatchObject({
			agentNames: 'Kim Osei, Lee Park',
			held: [{ start: '2025-03-04T10:01:00.000Z', end: '2025-03-04T10:02:00.000Z' }],
			masked: [{ start: '2025-03-04T10:05:00.000Z', end: '2025-03-04T10:06:00.000Z' }],
			participants: [
				{ role: 'agent', userId: 'u-1', segmentId: 'seg-a' },
				{ role: 'agent', userId: 'u-2', segmentId: 'seg-b' },
				{ role: 'customer', participantId: '+15550100' },
			],
			segments: [
				{ openReason: 'CONTACT', closeReason: 'TRANSFER', customerRestricted: true },
				{ openReason: 'TRANSFER', closeReason: 'CONTACT', afterCallWorkSeconds: 18.5 },
			],
		});
		// One of two segments is not the interaction's.
		expect(item).not.toHaveProperty('segmentId');
		expect(JSON.stringify(item)).not.toContain('null');
	});

	it('fetches 100 contacts on a cold credential with one token request and 100 calls', async () => {
		for (const { json } of ids(100)) call(String(json.id));
		const { items, error } = await getContact(EACH, { input: ids(100) });
		expect(error).toBeUndefined();
		expect(tokenRequests()).toHaveLength(1);
		expect(apiCalls()).toHaveLength(100);
		expect(items.map(({ json, pairedItem }) => [json.acdCallId, pairedItem])).toEqual(
			ids(100).map(({ json }, item) => [json.id, { item }]),
		);
	});

	it('stays within the budget of the tenant and never runs into the throttle', async () => {
		for (const { json } of ids(170)) call(String(json.id));
		const { items, error } = await getContact(EACH, { input: ids(170) });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(170);
		expect(apiCalls()).toHaveLength(170);
		expect(apiCalls().every(({ status }) => status === 200)).toBe(true);
		expect(apiCalls()[150].at - apiCalls()[0].at).toBeGreaterThanOrEqual(300_000);
	});

	it('asks again after 202 and 425, and waits as long as Retry-After says after 429', async () => {
		call('1', { answers: [202, 425, 425] });
		world.simulator.faults.add({
			server: 'cxone',
			path: '/media-playback/*',
			skip: 1,
			effect: {
				kind: 'status',
				status: 429,
				headers: { 'Retry-After': '77' },
				body: { message: 'Too Many Requests', route: '/x' },
			},
		});
		const { items, error } = await getContact({ acdCallId: '1' });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(apiCalls().map(({ status }) => status)).toEqual([202, 429, 425, 425, 200]);
		expect(world.time.waits).toContain(77_000);
	});

	it('gives up on a locked contact at the limit the user sets, and says what to do', async () => {
		call('1', { answers: Array.from({ length: 500 }, () => 425) });
		const { error } = await getContact({ acdCallId: '1', options: { waitSeconds: 120 } });
		expect(error?.message).toBe('CXone is still busy with an earlier request for this interaction');
		expect(error?.httpCode).toBe('425');
		expect(world.time.waits.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(120_000, -2);
	});

	it('renews a token once, for all items', async () => {
		const credentials = credentialsFor(world.simulator).cxone;
		for (const { json } of ids(6)) call(String(json.id));
		await getContact(EACH, { input: ids(1), credentials });
		world.simulator.cxone.revokeTokens();
		const { items, error } = await getContact(EACH, { input: ids(6), credentials });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(6);
		expect(tokenRequests()).toHaveLength(2);
	});

	it('sends one failing item to the error output and the others on', async () => {
		call('c-0');
		call('c-2');
		const { items, failed, error } = await getContact(EACH, {
			input: ids(3),
			onError: 'continueErrorOutput',
		});
		expect(error).toBeUndefined();
		expect(items.map(({ json, pairedItem }) => [json.acdCallId, pairedItem])).toEqual([
			['c-0', { item: 0 }],
			['c-2', { item: 2 }],
		]);
		expect(failed).toHaveLength(1);
		expect(failed[0].pairedItem).toEqual({ item: 1 });
		expect(failed[0].json).toMatchObject({
			id: 'c-1',
			error: 'CXone found no interaction for this ACD call ID',
			details: expect.stringContaining('December 13, 2018') as string,
		});
	});

	it('keeps a failing item in its place with "Continue"', async () => {
		call('c-0');
		call('c-2');
		const { items } = await getContact(EACH, { input: ids(3), onError: 'continueRegularOutput' });
		expect(items.map(({ json, pairedItem }) => [json.acdCallId ?? json.error, pairedItem])).toEqual(
			[
				['c-0', { item: 0 }],
				['CXone found no interaction for this ACD call ID', { item: 1 }],
				['c-2', { item: 2 }],
			],
		);
	});

	it('stops at the first failing item, names it, and does not send what waits behind it', async () => {
		world.simulator.cxone.accessKeys
			.get(world.simulator.cxone.credentials.accessKeyId)!
			.permissions.clear();
		for (const { json } of ids(60)) call(String(json.id));
		const { error } = await getContact(EACH, { input: ids(60) });
		expect(error?.message).toBe('The signed-in CXone account may not play back recordings');
		expect(error?.context.itemIndex).toBe(0);
		expect(apiCalls().length).toBeLessThan(30);
	});

	it('refuses an empty ID before anything is sent', async () => {
		const { error } = await getContact({ acdCallId: '={{ $json.nothing }}' });
		expect(error?.message).toBe("'ACD Call ID' is empty");
		expect(error?.description).toContain('Nothing was sent');
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('does not ask again for what it has when n8n retries the node', async () => {
		call('c-0');
		call('c-1', { answers: [404] });
		call('c-2');
		const { items, error } = await getContact(EACH, { input: ids(3), retryOnFail: true });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
		const asked = apiCalls()
			.map(({ query }) => query.get('acd-call-id'))
			.sort();
		expect(asked.filter((id) => id === 'c-0')).toHaveLength(1);
		expect(asked.filter((id) => id === 'c-1')).toHaveLength(2);
	});

	it('stops waiting when the execution is cancelled', async () => {
		for (const { json } of ids(4))
			call(String(json.id), { answers: Array.from({ length: 100 }, () => 425) });
		const cancel = new AbortController();
		world.time.meanwhile = async () => {
			if (world.time.waits.length === 6) cancel.abort();
		};
		const { run } = await getContact(EACH, { input: ids(4), signal: cancel.signal });
		const asked = apiCalls().length;
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(run.status).not.toBe('success');
		expect(apiCalls()).toHaveLength(asked);
		expect(asked).toBeLessThan(16);
	});

	it('says in words that the answer is not the one of CXone', async () => {
		world.simulator.faults.add({
			server: 'cxone',
			path: '/media-playback/*',
			effect: {
				kind: 'status',
				status: 200,
				body: '<html>Login</html>',
				headers: { 'Content-Type': 'text/html' },
			},
		});
		const { error } = await getContact({ acdCallId: '1' });
		expect(error?.message).toBe(
			"CXone's answer has an unexpected form, so nothing was taken from it",
		);
	});
});

describe('Get Segment', () => {
	const getSegment = async (parameters: INodeParameters) =>
		await runNode({
			nodeType: new GetSegment(),
			parameters,
			credentials: credentialsFor(world.simulator).cxone,
		});

	it.each(['normal', 'capitalInteractions', 'wrapped'] as const)(
		'gets a segment by its ID, in the %s form',
		async (segmentShape) => {
			call('1', { segmentShape });
			const { items, error } = await getSegment({
				operation: 'segment',
				segmentId: 'seg-1',
				split: 'interaction',
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ kind: 'voice', segmentIds: ['seg-1'] }]);
			expect(Object.fromEntries(apiCalls()[0].query)).toEqual({
				'media-type': 'all',
				'exclude-waveforms': 'true',
			});
		},
	);

	it('gets a statement, without the parameter that this call does not know', async () => {
		call('1');
		const { items, error } = await getSegment({
			operation: 'statement',
			acdCallId: '1',
			statementId: 'st-1',
			output: 'raw',
		});
		expect(error).toBeUndefined();
		expect(apiCalls()[0].path).toBe('/media-playback/v1/acd-contacts/1/statements/st-1');
		expect(Object.fromEntries(apiCalls()[0].query)).toEqual({
			'media-type': 'all',
			isDownload: 'false',
		});
		expect(JSON.stringify(jsonOf(items))).not.toContain('waveformDataList');
	});

	it('puts out which statement it is, so that Download Media fetches that and not its segment', async () => {
		call('1');
		const { items } = await getSegment({
			operation: 'statement',
			acdCallId: '1',
			statementId: 'st-1',
		});
		expect(jsonOf(items)).toMatchObject([{ acdCallId: '1', statementId: 'st-1' }]);
		expect(cxonePlatform.targetOf(jsonOf(items)[0] as Record<string, unknown>)).toMatchObject({
			references: { acdCallId: '1', statementId: 'st-1' },
		});
	});

	it('tells a segment in long-term storage', async () => {
		call('1', { storage: 'longTerm' });
		const { error } = await getSegment({ operation: 'segment', segmentId: 'seg-1' });
		expect(error?.message).toBe('CXone found no segment with this ID in active storage');
	});

	it('refuses an ID that would lead to another path', async () => {
		const { error } = await getSegment({
			operation: 'statement',
			acdCallId: '..',
			statementId: 'x',
		});
		expect(error?.message).toBe('This is not an identifier: ".."');
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('puts an ID into the path as one part of it', async () => {
		await getSegment({ operation: 'segment', segmentId: 'a/b?c=d#e' });
		expect(apiCalls()[0].path).toBe('/media-playback/v1/segments/a%2Fb%3Fc%3Dd%23e');
	});
});
