import { readFileSync } from 'node:fs';
import path from 'node:path';

import { loadOutputSchema, resolveOutputSchemaPath } from 'n8n-core';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { polling } from './polling';
import { CONTACT_FIELDS } from '../../core/cxone/contact-item';
import { RECORDING_FIELDS } from '../../core/item';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { startSimulator, type Simulator } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** What n8n's workflow builder loads, and what the editor fetches: it does so for no trigger. */
function schemasOf(node: string, operation?: string): Schema[] {
	const nodeDir = path.join(__dirname, '..', '..', 'nodes', node);
	const loaded = loadOutputSchema({ nodeDir, version: 1, operation, versionFallback: true });
	if (node === 'RecordingTrigger') return [loaded as unknown as Schema];
	// The server's route takes the only part there is for the resource.
	const file = resolveOutputSchemaPath({ nodeDir, version: '1.0.0', resource: operation });
	const fetched = JSON.parse(readFileSync(file!, 'utf8')) as unknown;
	return [fetched, loaded] as Schema[];
}

/** Where a value is not what the schema says; a member that it does not name is one of them. */
function strayIn(value: unknown, schema: Schema | undefined, mayBeNull = false, at = ''): string[] {
	if (schema === undefined) return [`${at} is not declared`];
	// Records for a log say what is not known; n8n's schemas have one type for a value.
	if (value === null && mayBeNull) return [];
	const type = Array.isArray(value) ? 'array' : typeof value;
	if (type !== schema.type || value === null) return [`${at} is ${type}, not ${schema.type}`];
	if (Array.isArray(value))
		return value.flatMap((one) => strayIn(one, schema.items, mayBeNull, `${at}[]`));
	// A tenant's own names stand where no properties are declared.
	if (type !== 'object' || schema.properties === undefined) return [];
	return Object.entries(value as object).flatMap(([name, member]) =>
		strayIn(member, schema.properties![name], mayBeNull, `${at}.${name}`),
	);
}

let simulator: Simulator;
let time: VirtualClock;
const T0 = Date.parse('2026-03-02T12:00:00Z');

beforeEach(async () => {
	time = new VirtualClock(T0).install();
	// The tenant of the demo, with contacts and recordings of all kinds, and one of each with something odd.
	simulator = await startSimulator({ now: time.now });
	simulator.cxone.recordings.add({
		recordingId: 'odd',
		agents: [{ agentId: '1', agentName: 'Kim Osei' }],
		contactId: '513',
		segmentId: '7a',
		odd: { acdCallId: '512', ani: { deep: true }, labels: ['vip'] },
	});
	simulator.genesys.recordings.add({
		id: 'full',
		startTime: T0 - 60_000,
		nonDelete: true,
		labels: [{ name: 'comment', content: { text: 'Call back' } }],
		media: [{ source: { file: 'inbound.mp3' }, masked: [{ from: T0 - 50_000, to: T0 - 40_000 }] }],
		userData: { Account: '77' },
		odd: { screenRecording: 'perhaps' },
	});
	simulator.cxone.contacts.add({
		acdCallId: '1',
		interactions: [
			{
				kind: 'call',
				media: { voice: { file: 'combined.wav' } },
				segments: [{ segmentId: 'seg-1', statementIds: ['st-1'] }],
			},
			{
				kind: 'chat',
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
				content: {
					sentTime: '2025-03-04T09:00:00Z',
					from: 'ana@example.com',
					to: ['s@example.com'],
					cc: ['c@example.com'],
					bcc: ['b@example.com'],
					subject: 'Order',
					body: 'Please cancel.',
				},
			},
		],
	});
});
afterEach(async () => {
	time.uninstall();
	await simulator.stop();
});

async function outputOf(
	nodeType: NodeRun['nodeType'],
	platform: 'cxone' | 'genesys',
	parameters: NodeRun['parameters'],
): Promise<object[]> {
	const { items, error } = await runNode({
		nodeType,
		credentials: credentialsFor(simulator)[platform],
		parameters: { platform, ...parameters },
	});
	expect(error).toBeUndefined();
	expect(items.length).toBeGreaterThan(0);
	return jsonOf(items);
}

const everything = { operation: 'search', returnAll: true, whenProcessing: 'include' };
const gir = {
	startedAfter: '2000-01-01',
	genesysOptions: { subresources: 'labels' },
};

const CASES: Array<[string, string | undefined, readonly string[], () => Promise<object[]>]> = [
	[
		'SearchRecordings',
		'search',
		RECORDING_FIELDS,
		async () => [
			...(await outputOf(new SearchRecordings(), 'cxone', everything)),
			...(await outputOf(new SearchRecordings(), 'genesys', { ...everything, ...gir })),
		],
	],
	[
		'SearchRecordings',
		'get',
		RECORDING_FIELDS,
		async () => [
			...(await outputOf(new SearchRecordings(), 'cxone', {
				operation: 'get',
				recordingId: { __rl: true, mode: 'id', value: 'odd' },
			})),
			...(await outputOf(new SearchRecordings(), 'genesys', {
				operation: 'get',
				recordingId: { __rl: true, mode: 'id', value: 'full' },
			})),
		],
	],
	[
		'RecordingTrigger',
		undefined,
		RECORDING_FIELDS,
		async () => {
			const trigger = await polling(
				new RecordingTrigger(),
				{ platform: 'genesys' },
				credentialsFor(simulator).genesys,
			);
			return jsonOf((await trigger.poll({ mode: 'manual' }))!);
		},
	],
	[
		'GetContact',
		'get',
		CONTACT_FIELDS,
		async () => await outputOf(new GetContact(), 'cxone', { acdCallId: '1', mediaUrl: 'playback' }),
	],
	[
		'GetSegment',
		'segment',
		CONTACT_FIELDS,
		async () => {
			const [{ segmentIds }] = (await outputOf(new GetContact(), 'cxone', { acdCallId: '1' })) as [
				{ segmentIds: string[] },
			];
			return await outputOf(new GetSegment(), 'cxone', { segmentId: segmentIds[0] });
		},
	],
];

it.each(CASES)('%s %s puts out what its schema says', async (node, operation, names, output) => {
	for (const schema of schemasOf(node, operation)) {
		expect(Object.keys(schema.properties!)).toEqual(names);
		for (const json of await output()) expect(strayIn(json, schema)).toEqual([]);
	}
});

/** Nodes that put out what they did, each with all that its items can have. */
const RECORDS: Array<[string, string | undefined, () => Promise<object[]>]> = [
	[
		'DownloadMedia',
		undefined,
		async () => {
			simulator.cxone.recordings.add({
				recordingId: 'wav',
				media: { combined: { file: 'combined.wav' } },
				contactId: '513',
				segmentId: '7a',
				odd: { acdCallId: '512' },
			});
			const options = { manifest: true, withRecording: true };
			const downloaded = async (recordingId: string, more: object) =>
				await outputOf(new DownloadMedia(), 'cxone', {
					source: 'id',
					identifier: recordingId === '1' ? 'acdCallId' : 'recordingId',
					recordingId: { __rl: true, mode: 'id', value: recordingId },
					acdCallId: recordingId,
					...more,
				});
			return [
				...(await downloaded('wav', { options })),
				...(await downloaded('wav', { channel: 'agent', options })),
				...(await downloaded('wav', { options: { ...options, minimumSeconds: 900 } })),
				...(await downloaded('1', { options: { ...options, transcripts: 'text' } })),
				...(await downloaded('1', { options, identifier: 'statementId', statementId: 'st-1' })),
			];
		},
	],
	[
		'GetSegment',
		'transcript',
		async () => {
			simulator.cxone.contacts.add({
				acdCallId: '2',
				interactions: [
					{
						kind: 'call',
						segments: [
							{
								segmentId: 'spoken',
								transcript: {
									turns: [
										{
											userType: 'AGENT',
											text: 'Good morning.',
											userId: 'u-1',
											startSeconds: 1,
											endSeconds: 3,
										},
									],
									summary: 'A greeting.',
									intent: {
										category: 'Billing',
										topic: 'Refund',
										name: 'Wants refund',
										score: 0.9,
									},
									actions: [{ text: 'Refund the order', score: 0.8 }],
									outcomes: [{ name: 'Resolved', score: 0.7 }],
									metrics: { customerSentiment: 'NEGATIVE' },
								},
							},
							{
								segmentId: 'written',
								transcript: {
									language: { deep: true } as never,
									turns: [{ userType: 'CUSTOMER', text: 'Hi', timestamp: '2025-03-04T10:00:00Z' }],
								},
							},
						],
					},
				],
			});
			const transcript = async (segmentId: string) =>
				await outputOf(new GetSegment(), 'cxone', { operation: 'transcript', segmentId });
			return [...(await transcript('spoken')), ...(await transcript('written'))];
		},
	],
	...(
		[
			'getRecordingStatus',
			'startRecording',
			'stopRecording',
			'doNotRecord',
			'mask',
			'unmask',
		] as const
	).map((operation): (typeof RECORDS)[number] => [
		'RecordControl',
		operation,
		async () => {
			simulator.cxone.recordControl.calls.add({ contactId: '1', userIds: ['agent-1'] });
			simulator.faults.add({
				server: 'cxone',
				path: /interaction-recording/,
				effect: {
					kind: 'status',
					status: 200,
					body: {
						contactId: '1',
						description: 'done',
						recordingStatusToAgent: 'recording',
						segmentId: { deep: true },
						...(operation !== 'getRecordingStatus' && { httpStatus: { deep: true } }),
					},
				},
			});
			return await outputOf(new RecordControl(), 'cxone', {
				operation,
				userId: 'agent-1',
				options: { previousManifestHash: '' },
			});
		},
	]),
	...(['delete', 'protect', 'unprotect'] as const).map((operation): (typeof RECORDS)[number] => [
		'DeleteRecording',
		operation,
		async () => {
			simulator.genesys.recordings.add({
				id: 'gone',
				callerPhoneNumber: '+15550100',
				nonDelete: operation === 'unprotect',
			});
			return await outputOf(new DeleteRecording(), 'genesys', {
				operation,
				recordingId: { __rl: true, mode: 'id', value: 'gone' },
				dryRun: false,
				options: { previousManifestHash: '', includePersonalData: true },
			});
		},
	]),
];

const namesIn = (value: object) =>
	Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [name]));

it.each(RECORDS)('%s %s puts out all that its schema says', async (node, operation, output) => {
	const items = await output();
	for (const schema of schemasOf(node, operation)) {
		for (const json of items) expect(strayIn(json, schema, true)).toEqual([]);
		expect(new Set(items.flatMap(namesIn))).toEqual(new Set(Object.keys(schema.properties!)));
	}
});

it('a statement has the schema of a segment', () => {
	expect(schemasOf('GetSegment', 'statement')).toEqual(schemasOf('GetSegment', 'segment'));
});
