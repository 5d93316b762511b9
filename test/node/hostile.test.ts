import type { INodeParameters } from 'n8n-workflow';
import nock from 'nock';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult } from './engine';
import { worldForEachTest } from './virtual';
import { RequestBudget } from '../../core/http/budget';
import { quote, redact } from '../../core/http/redact';
import { fileName } from '../../core/media/names';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { Fault, FaultEffect } from '../../simulator';

const world = worldForEachTest();

const PAGE =
	'<!doctype html><html><head><title>Sign in</title></head><body><form action="/login"></form></body></html>';
const status = (
	code: number,
	body?: string | object,
	headers?: Record<string, string>,
): FaultEffect => ({ kind: 'status', status: code, body, headers });
const strike = (
	server: Fault['server'],
	path: string,
	effect: FaultEffect,
	more: Partial<Fault> = {},
) => world.simulator.faults.add({ server, path, times: Infinity, effect, ...more });
const sent = (part: string) => world.simulator.requests.filter(({ path }) => path.includes(part));

const cxone = () => credentialsFor(world.simulator).cxone;
const gir = () => credentialsFor(world.simulator).genesys;
const NODES = {
	control: RecordControl,
	contact: GetContact,
	search: SearchRecordings,
	erase: DeleteRecording,
	download: DownloadMedia,
};
async function run(
	node: keyof typeof NODES,
	parameters: INodeParameters,
	credentials = cxone(),
): Promise<NodeResult> {
	return await runNode({ nodeType: new NODES[node](), parameters, credentials });
}

/** Everything n8n keeps of a run, errors with their stacks included, as text. */
function kept({ run: { data }, error }: NodeResult): string {
	return JSON.stringify([
		data.resultData,
		error?.message,
		error?.description,
		error?.stack,
		error?.messages,
	]);
}

const COMMANDS = ['startRecording', 'stopRecording', 'doNotRecord', 'mask', 'unmask'];

describe('a command to a live call is not called done without evidence', () => {
	beforeEach(() => {
		world.simulator.cxone.recordControl.calls.add({
			contactId: '512340009871',
			userIds: ['agent-1'],
		});
	});

	it.each(COMMANDS)('%s: a redirect to a sign-in page', async (operation) => {
		strike(
			'cxone',
			'/interaction-recording-management-service/*',
			status(302, '', { location: 'https://sso.example.com/login' }),
		);
		const { items, error } = await run('control', { operation, userId: 'agent-1' });
		expect(items).toEqual([]);
		expect(error?.message).toBe(
			`CXone pointed to another address when asked to ${error?.message.split('asked to ')[1]}`,
		);
	});

	it.each(COMMANDS)('%s: a sign-in page with 200', async (operation) => {
		strike('cxone', '/interaction-recording-management-service/*', status(200, PAGE));
		const { items, error } = await run('control', { operation, userId: 'agent-1' });
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/not known whether/i);
		expect(sent('/interactions/')).toHaveLength(1);
	});

	it.each([{}, { message: 'something' }, { recordingStatusToAgent: 'NoSuchWord' }])(
		'a recording status of %j confirms nothing',
		async (body) => {
			strike('cxone', '/interaction-recording-management-service/*', status(200, body), {
				method: 'GET',
			});
			const { items, error } = await run('control', {
				operation: 'mask',
				userId: 'agent-1',
				options: { waitUntilDone: true, waitSeconds: 5 },
			});
			expect(items).toEqual([]);
			expect(error?.message).toMatch(/does not show it yet|unexpected form/);
		},
	);

	it('a status that CXone does not document is neither recording nor not', async () => {
		strike(
			'cxone',
			'/interaction-recording-management-service/*',
			status(200, { recordingStatusToAgent: 'NoSuchWord' }),
			{ method: 'GET' },
		);
		const { items } = await run('control', { operation: 'getRecordingStatus', userId: 'agent-1' });
		expect(jsonOf(items)).toMatchObject([{ recording: null, recordingStatus: 'NoSuchWord' }]);
	});
});

describe('a deletion is not called done without evidence', () => {
	it.each([
		['is still there', () => undefined, /still showed it/],
		[
			'cannot be looked for',
			() => strike('genesys', '/api/v2/recordings/A1', status(500), { method: 'GET', skip: 1 }),
			/could not be asked again/,
		],
	])('a sign-in page with 200, and the recording %s', async (_what, prepare, seen) => {
		world.simulator.genesys.recordings.add({ id: 'A1' });
		strike('genesys', '/api/v2/recordings/A1', status(200, PAGE), { method: 'DELETE' });
		prepare();
		const { items, error } = await run(
			'erase',
			{ operation: 'delete', dryRun: false, recordingId: 'A1' },
			gir(),
		);
		expect(items).toEqual([]);
		expect(error?.message).toBe('It is not known whether GIR has deleted recording A1');
		expect(error?.description).toMatch(seen);
		expect(world.simulator.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
	});

	it('nor is a protection', async () => {
		world.simulator.genesys.recordings.add({ id: 'A1' });
		strike('genesys', '/api/v2/recordings/A1', status(200, PAGE), { method: 'POST' });
		const { items, error } = await run('erase', { operation: 'protect', recordingId: 'A1' }, gir());
		expect(items).toEqual([]);
		expect(error?.message).toBe(
			'It is not known whether GIR has changed the protection of the recording',
		);
	});
});

describe('a document is not stored as a recording', () => {
	it.each([
		['text/html', `<!-- sign in -->${PAGE}${' '.repeat(3_000)}`],
		['text/plain', `Session expired. ${'Please sign in again. '.repeat(200)}`],
		['application/octet-stream', `<!-- sign in -->${PAGE}${' '.repeat(3_000)}`],
		['audio/wav', `Session expired. ${'Please sign in again. '.repeat(200)}`],
	])('%s', async (type, body) => {
		world.simulator.cxone.contacts.add({
			acdCallId: '1',
			interactions: [{ kind: 'call', media: { voice: { file: 'voice.mp4' } } } as never],
		});
		strike('media', '*', status(200, body, { 'content-type': type }));
		const { items, error } = await run('download', {
			platform: 'cxone',
			source: 'id',
			identifier: 'acdCallId',
			acdCallId: '1',
		});
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/a web page or a message came|was announced as/);
	});
});

describe('a server that never ends', () => {
	it.each([202, 425])(
		'cannot make the node ask for ever with Retry-After: 0 and %i',
		async (code) => {
			strike('cxone', '/media-playback/*', status(code, {}, { 'Retry-After': '0' }));
			const { error } = await run('contact', { acdCallId: '1' });
			expect(error).toBeDefined();
			expect(sent('/media-playback/').length).toBeLessThan(70);
		},
	);

	it('cannot make a search page for ever: empty pages with new tokens', async () => {
		let token = 0;
		const page = {
			recordings: [],
			get nextPageToken() {
				return `t${token++}`;
			},
		};
		strike('cxone', '/api/v2/recording/search', status(200, page));
		const { error } = await run('search', { operation: 'search' });
		expect(error?.message).toBe('CXone repeats the same page of results without end');
		expect(sent('/recording/search').length).toBeLessThan(10);
	});

	it('cannot make a search page for ever: the same tokens in turn', async () => {
		let n = 0;
		const page = {
			get recordings() {
				return [{ recordingId: `r${n++}`, status: 'Available' }];
			},
			get nextPageToken() {
				return n % 2 === 0 ? 'A' : 'B';
			},
		};
		strike('cxone', '/api/v2/recording/search', status(200, page));
		const { error } = await run('search', { operation: 'search', returnAll: true });
		expect(error?.message).toBe('CXone repeats the same page of results without end');
		expect(sent('/recording/search').length).toBeLessThan(10);
	});

	it('cannot make a GIR search page for ever: two pages in turn', async () => {
		let n = 0;
		const page = {
			statusCode: 0,
			totalCount: 1e9,
			get recordings() {
				return [{ id: n++ % 2 === 0 ? 'a' : 'b' }];
			},
		};
		strike('genesys', '/api/v2/recordings', status(200, page));
		const { error } = await run(
			'search',
			{
				platform: 'genesys',
				operation: 'search',
				returnAll: true,
				startedAfter: '2026-01-01',
			},
			gir(),
		);
		expect(error?.message).toBe('GIR repeats the same page of results without end');
		expect(sent('/recordings').length).toBeLessThan(10);
	});
});

describe('a search does not end early without saying so', () => {
	it('when a page has no token although more is there', async () => {
		const recordings = Array.from({ length: 100 }, (_, i) => ({
			recordingId: `r${i}`,
			status: 'Available',
		}));
		for (let reading = 0; reading < 4; reading++) {
			strike(
				'cxone',
				'/api/v2/recording/search',
				status(200, { recordings, totalCount: 250, nextPageToken: null }),
				{ times: 1 },
			);
			strike(
				'cxone',
				'/api/v2/recording/search',
				status(200, { recordings: [], totalCount: 250, nextPageToken: null }),
				{ times: 1 },
			);
		}
		const { error } = await run('search', { operation: 'search', returnAll: true });
		expect(error?.message).toBe('CXone gave 100 of 250 recordings and then no more');
	});

	it('when a token is a number', async () => {
		const row = (recordingId: string) => ({ recordingId, status: 'Available' });
		strike(
			'cxone',
			'/api/v2/recording/search',
			status(200, { recordings: [row('a')], nextPageToken: 7 }),
			{ times: 1 },
		);
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('b')] }), {
			times: 1,
		});
		const { items } = await run('search', { operation: 'search', returnAll: true });
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['a', 'b']);
	});

	it('and rows that move between two pages are not doubled', async () => {
		const row = (recordingId: string) => ({ recordingId, status: 'Available' });
		strike(
			'cxone',
			'/api/v2/recording/search',
			status(200, { recordings: [row('c'), row('b')], nextPageToken: 't' }),
			{ times: 1 },
		);
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('b'), row('a')] }), {
			times: 1,
		});
		const { items } = await run('search', { operation: 'search', returnAll: true });
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
	});

	it('and fields nobody documents do not refuse it', async () => {
		const row = {
			recordingId: 'a',
			status: 'Available',
			labels: [{ name: 'vip' }, 7],
			agents: ['Kim', { agentName: 'Ana' }],
		};
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row] }), { times: 1 });
		const { items } = await run('search', { operation: 'search' });
		expect(jsonOf(items)).toMatchObject([
			{ labels: ['vip', '7'], agents: [{ name: 'Ana' }], unreadable: ['agents[0]'] },
		]);
	});
});

describe('an odd value costs itself alone, and is named', () => {
	const cxoneRow = async (odd: Record<string, unknown>) => {
		world.simulator.cxone.recordings.add({ recordingId: 'a', odd });
		const { items, error } = await run('search', { operation: 'search' });
		expect(error).toBeUndefined();
		return jsonOf(items);
	};
	const girRow = async (odd: Record<string, unknown>) => {
		world.simulator.genesys.recordings.add({ id: 'a', odd });
		const { items, error } = await run(
			'search',
			{
				platform: 'genesys',
				operation: 'search',
				whenProcessing: 'include',
				startedAfter: '2020-01-01',
			},
			gir(),
		);
		expect(error).toBeUndefined();
		return jsonOf(items);
	};

	it.each([
		[{ durationSeconds: 'long' }, ['durationSeconds'], {}],
		[{ createdDate: 'yesterday' }, ['createdDate'], {}],
		[
			{ startTime: '24/03/2025 01:30:00', createdDate: '2025-03-24T01:30:00' },
			['startTime'],
			{ start: '2025-03-24T01:30:00.000Z' },
		],
		[
			{ ani: { number: '+1' }, dnis: ['+2'] },
			['ani', 'dnis'],
			{ callerNumber: undefined, dialedNumber: undefined },
		],
		[{ agents: 'Kim' }, ['agents'], { agents: [] }],
		[
			{ agents: [{ agentName: { first: 'Kim' }, agentId: 7 }, 'Kim', null] },
			['agents[0].agentName', 'agents[1]'],
			{ agents: [{ id: '7' }] },
		],
		[{ availableChannels: { combined: true } }, ['availableChannels'], { media: [] }],
		[
			{ labels: [{ name: 'vip' }, 7, { name: ['x'] }, { title: 'x' }] },
			['labels[2]', 'labels[3]'],
			{ labels: ['vip', '7'] },
		],
		[{ status: ['Available'] }, ['status'], { status: 'Unknown' }],
	])('CXone: %j', async (odd, unreadable, item) => {
		const [json, ...more] = await cxoneRow(odd);
		expect(more).toEqual([]);
		expect(json).toEqual({ ...json, id: 'a', ...item, unreadable });
	});

	it.each([
		[{ screenRecording: '*******' }, ['screenRecording'], { status: 'Available' }],
		[{ nonDelete: '*******' }, ['nonDelete'], { protectedFromDeletion: undefined }],
		[{ nonDelete: 'yes' }, ['nonDelete'], { protectedFromDeletion: undefined }],
		[{ startTime: '*******' }, ['startTime'], { start: undefined, durationSeconds: undefined }],
		[{ mediaFiles: '*******' }, ['mediaFiles'], { media: [], status: 'Unknown' }],
		[
			{
				mediaFiles: [
					null,
					'x',
					{
						playPath: '/recordings/a/play/u.mp3',
						size: '4 KB',
						duration: [],
						type: 5,
						masks: [{ time: 'now' }, 'paused'],
					},
				],
			},
			[
				'mediaFiles[1]',
				'mediaFiles[2].duration',
				'mediaFiles[2].masks[0].time',
				'mediaFiles[2].masks[1]',
				'mediaFiles[2].size',
			],
			{
				media: [
					{
						id: 'u',
						kind: 'unknown',
						mimeType: '5',
						playPath: '/recordings/a/play/u.mp3',
						masks: [{}],
					},
				],
			},
		],
		[{ labels: { vip: true } }, ['labels'], { labels: [] }],
		[
			{
				eventHistory: [
					{ contact: 'Kim' },
					5,
					{ contact: { type: 'User', userName: 'kim', firstName: true } },
				],
			},
			['eventHistory[0].contact', 'eventHistory[1]', 'eventHistory[2].contact.firstName'],
			{ agents: [{ userName: 'kim' }] },
		],
	])('GIR: %j', async (odd, unreadable, item) => {
		const [json, ...more] = await girRow(odd);
		expect(more).toEqual([]);
		expect(json).toEqual({ ...json, id: 'a', ...item });
		expect([...(json.unreadable as string[])].sort()).toEqual(unreadable);
	});

	it.each([
		[{ nonDelete: 'true' }, true],
		[{ nonDelete: 'False' }, false],
		[{ nonDelete: '' }, false],
		[{ nonDelete: undefined }, false],
	])('GIR: %j is readable', async (odd, protectedFromDeletion) => {
		const [json] = await girRow(odd);
		expect(json.protectedFromDeletion).toBe(protectedFromDeletion);
		expect(json).not.toHaveProperty('unreadable');
	});

	it.each([
		['no list', { parameters: { secret: 'PW' } }],
		['holes', [null, { Parameters: { secret: 'PW' }, playPath: '/x' }, [{ parameters: 'PW' }]]],
	])('GIR: media files with %s show no internals, as Raw', async (_what, mediaFiles) => {
		world.simulator.genesys.recordings.add({ id: 'a', odd: { mediaFiles } });
		const result = await run(
			'search',
			{ platform: 'genesys', operation: 'get', recordingId: 'a', output: 'raw' },
			gir(),
		);
		expect(jsonOf(result.items)).toMatchObject([{ id: 'a' }]);
		expect(JSON.stringify(result.items)).not.toContain('PW');
	});

	const reply = (interaction: object, head: object = {}) => ({
		contactId: 'c',
		acdcontactId: '1',
		interactions: [{ mediaType: 'email', ...interaction }],
		...head,
	});
	it.each([
		[
			'callTaggingList',
			reply({ callTaggingList: { tag: 'VIP' } }),
			['callTaggingList'],
			{ tags: [] },
		],
		[
			'to',
			reply({
				data: {
					content: { from: 'a@example.com', to: { b: 'b@example.com' }, body: 'Hi' },
				},
			}),
			['data.content.to'],
			{ messages: [{ from: 'a@example.com', to: [], cc: [], bcc: [], text: 'Hi' }] },
		],
		[
			'a time',
			reply({ startTime: 'soon', data: { endTime: '2025-03-04T10:00:00Z' } }),
			['startTime'],
			{ start: undefined, end: '2025-03-04T10:00:00.000Z' },
		],
		['data', reply({ data: 'none' }), ['data'], { messages: [] }],
		[
			'a whole interaction',
			{ interactions: ['text', { mediaType: 'chat' }] },
			['interactions[0]'],
			{ mediaType: 'chat' },
		],
		[
			'a list in both spellings',
			{ interactions: [], Interactions: [{ mediaType: 'chat', callTaggingList: 1 }] },
			['callTaggingList'],
			{ mediaType: 'chat' },
		],
		[
			'a mark of the contact',
			reply({}, { elevatedInteraction: 'perhaps' }),
			['elevatedInteraction'],
			{ elevated: false },
		],
	])('Media Playback: %s', async (_what, body, unreadable, item) => {
		strike('cxone', '/media-playback/*', status(200, body));
		const split = await run('contact', { acdCallId: '1', split: 'interaction' });
		expect(split.error).toBeUndefined();
		const [json, ...more] = jsonOf(split.items);
		expect(more).toEqual([]);
		expect(json).toEqual({ ...json, ...item, unreadable });
		const { items } = await run('contact', { acdCallId: '1' });
		const [{ interactions, ...contact }] = jsonOf(items) as Array<{
			interactions: Array<{ unreadable?: string[] }>;
			unreadable?: string[];
		}>;
		expect([
			...(contact.unreadable ?? []),
			...interactions.flatMap((one) => one.unreadable ?? []),
		]).toEqual(unreadable);
	});

	it('and links stay out of the raw form, however they are written', async () => {
		strike(
			'cxone',
			'/media-playback/*',
			status(200, {
				interactions: [
					null,
					{
						mediaType: 'voice-only',
						data: { FileToPlayURL: 'https://media.example.invalid/a.mp4?Signature=x' },
					},
				],
			}),
		);
		const { items, error } = await run('contact', {
			acdCallId: '1',
			split: 'interaction',
			output: 'raw',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([{ mediaType: 'voice-only', data: {} }]);
	});

	it('and an honest answer names nothing', async () => {
		expect((await cxoneRow({}))[0]).not.toHaveProperty('unreadable');
		expect((await girRow({}))[0]).not.toHaveProperty('unreadable');
	});
});

describe('an answer that breaks off', () => {
	it('is asked for again', async () => {
		world.simulator.cxone.recordings.add({ recordingId: 'a' });
		strike('cxone', '/api/v2/recording/a', { kind: 'cut', afterBytes: 20 }, { times: 1 });
		const { items } = await run('search', { operation: 'get', recordingId: 'a' });
		expect(jsonOf(items)).toMatchObject([{ id: 'a' }]);
	});
});

describe('what a server echoes', () => {
	it.each([
		['the password', (_user: string, password: string) => `login ${password} failed`],
		[
			'the header',
			(user: string, password: string) =>
				`authorization=${Buffer.from(`${user}:${password}`).toString('base64')}`,
		],
		[
			'the password, URL-encoded',
			(_user: string, password: string) => `?p=${encodeURIComponent(password)}`,
		],
	])('never shows in a run: %s', async (_what, echo) => {
		const { username, password } = gir().genesysBasicApi as { username: string; password: string };
		const body = { statusCode: 4, statusMessage: echo(username, password) };
		world.simulator.genesys.recordings.add({
			id: 'A1',
			media: [{ source: { file: 'inbound.mp3' } }],
		});
		for (const [path, code] of [
			['/api/v2/recordings', 403],
			['/api/v2/recordings/A1/play/*', 500],
		] as const)
			strike('genesys', path, status(code, body));
		const results = [
			await run(
				'search',
				{
					platform: 'genesys',
					operation: 'search',
					startedAfter: '2026-01-01',
				},
				gir(),
			),
			await run('download', { platform: 'genesys', source: 'id', recordingId: 'A1' }, gir()),
		];
		for (const result of results) {
			expect(result.error).toBeDefined();
			expect(kept(result)).not.toContain(password);
			expect(kept(result)).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
		}
	});

	const ECHOES: Array<[string, (secret: string) => string | object]> = [
		['as it is', (secret) => ({ message: `no access with ${secret} here` })],
		['URL-encoded', (secret) => `?p=${encodeURIComponent(secret)}`],
		['form-encoded', (secret) => new URLSearchParams({ p: secret }).toString()],
		['in base64', (secret) => ({ message: Buffer.from(secret).toString('base64') })],
		['as JSON in JSON', (secret) => ({ message: JSON.stringify({ p: secret }) })],
		[
			'in a web page',
			(secret) =>
				`<html><body><p>Wrong: ${secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')}</p></body></html>`,
		],
		[
			'in a web page that escapes nothing',
			(secret) => `<html><body><p>Wrong: ${secret}</p></body></html>`,
		],
	];

	describe.each(ECHOES)('of CXone never shows in a run, %s', (_form, echo) => {
		const SECRET = 'k<e>y "s&crét/+=';
		const TOKEN = 'opaque<b>token</b>-0042/+';
		const CLIENT = 'client<i>s&cret';

		/** Everything n8n keeps, in any form a secret could be read from. */
		function expectClean(result: NodeResult): void {
			expect(result.error).toBeDefined();
			const text = kept(result).replace(
				/"(accessKeySecret|accessToken|clientSecret)":"[^"]*"/g,
				'',
			);
			const plain = [text, decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))].join(
				'\n',
			);
			for (const secret of [SECRET, TOKEN, CLIENT]) {
				for (const form of [
					secret,
					Buffer.from(secret).toString('base64'),
					JSON.stringify(secret).slice(1, -1),
					secret.replace(/<[^>]*>/g, ''),
					secret.replace(/<[^>]*>/g, ' '),
					secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
				]) {
					expect(plain).not.toContain(form);
				}
			}
		}

		it.each([
			['the search', 'search', { operation: 'search' }, '/api/v2/recording/search'],
			['a recording', 'search', { operation: 'get', recordingId: 'a' }, '/api/v2/recording/a'],
			[
				'a link',
				'download',
				{ platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: 'a' },
				'/api/v2/recording/a/download',
			],
			['a contact', 'contact', { acdCallId: '1' }, '/media-playback/*'],
			[
				'a command',
				'control',
				{ operation: 'mask', userId: 'agent-1' },
				'/interaction-recording-management-service/*',
			],
			[
				'an extraction',
				'search',
				{ operation: 'search', api: 'dataExtraction', createdAfter: '2025-03-01' },
				'/data-extraction/v1/jobs',
			],
		] as const)('%s', async (_what, node, parameters, path) => {
			world.simulator.cxone.recordings.add({ recordingId: 'a' });
			strike('cxone', '/auth/token', status(200, { access_token: TOKEN, expires_in: 3600 }));
			for (const secret of [SECRET, TOKEN, CLIENT]) {
				world.simulator.faults.clear();
				strike('cxone', '/auth/token', status(200, { access_token: TOKEN, expires_in: 3600 }));
				strike('cxone', path, status(400, echo(secret)));
				const credentials = cxone();
				Object.assign(credentials.cxoneAccessKeyApi, {
					accessKeySecret: SECRET,
					clientId: 'app',
					clientSecret: CLIENT,
				});
				expectClean(await run(node, parameters as INodeParameters, credentials));
			}
		});

		it('the sign-in', async () => {
			for (const secret of [SECRET, CLIENT, Buffer.from(`app:${CLIENT}`).toString('base64')]) {
				world.simulator.faults.clear();
				strike('cxone', '/auth/token', status(403, echo(secret)));
				const credentials = cxone();
				Object.assign(credentials.cxoneAccessKeyApi, {
					accessKeySecret: SECRET,
					clientId: 'app',
					clientSecret: CLIENT,
				});
				const result = await run('search', { operation: 'search' }, credentials);
				expectClean(result);
				expect(kept(result)).not.toContain(Buffer.from(`app:${CLIENT}`).toString('base64'));
			}
		});
	});

	it('of a wrong signature only code and message are shown', () => {
		const xml =
			'<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>Wrong.</Message><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><SignatureProvided>c2VjcmV0</SignatureProvided></Error>';
		expect(quote(xml)).toBe('SignatureDoesNotMatch: Wrong.');
	});

	it('does not keep n8n busy, however long it is', () => {
		const startMs = performance.now();
		redact('https://'.repeat(200_000));
		quote({ message: 'https://'.repeat(200_000) });
		fileName(`a${'-'.repeat(500_000)}a`, 'combined', 'wav');
		// Quadratic work took minutes for texts of this size.
		expect(performance.now() - startMs).toBeLessThan(5_000);
	});
});

describe('a request budget', () => {
	it('lets one who is cancelled leave the queue at once, and books nothing for it', async () => {
		const budget = new RequestBudget(1, 60_000);
		await budget.take();
		let goOn = () => undefined as void;
		world.time.meanwhile = async () => await new Promise<void>((resolve) => (goOn = resolve));
		const first = budget.take();
		const cancel = new AbortController();
		const second = budget.take(cancel.signal);
		cancel.abort(new Error('cancelled'));
		await expect(second).rejects.toThrow('cancelled');
		goOn();
		await first;
	});

	it('does not wait for a clock that was set back a day', async () => {
		const budget = new RequestBudget(1, 60_000);
		await budget.take();
		const day = 86_400_000;
		const setBack = (world.time.ms -= day);
		await budget.take();
		expect(world.time.ms - setBack).toBeLessThan(62_000);
	});
});

describe('what is said of waiting', () => {
	it.each([
		[
			'longer than the node waits',
			'600',
			[1, 1],
			'The node did not wait and ask again. CXone asks to wait 600 seconds, which is longer than the node may wait.',
		],
		[
			'too long a second time',
			'200',
			[2, 2],
			'The node asked 2 times within 200 seconds. CXone asks to wait another 200 seconds, which is longer than the node may still wait.',
		],
		// Five minutes of waits that double up to one minute, with jitter.
		[
			'no pause at all',
			'0',
			[8, 20],
			/The node asked \d+ times within (?:[12]\d\d|300) seconds\. CXone said/,
		],
	])('is true where Retry-After is %s', async (_what, retryAfter, [least, most], words) => {
		strike(
			'cxone',
			'/api/v2/recording/search',
			status(429, { message: 'Too Many Requests' }, { 'Retry-After': retryAfter }),
		);
		const { error } = await run('search', { operation: 'search' });
		const requests = sent('/recording/search').length;
		expect(requests).toBeGreaterThanOrEqual(least);
		expect(requests).toBeLessThanOrEqual(most);
		expect(error?.message).toBe(
			'CXone received too many requests and refused to search recordings',
		);
		expect(error?.description).toMatch(words);
		if (requests === 1) expect(error?.description).not.toMatch(/waited|tried again/);
		else expect(error?.description).toContain(`asked ${requests} times`);
	});

	it('is true where a locked interaction asks for more patience than there is', async () => {
		strike('cxone', '/media-playback/*', status(425, {}, { 'Retry-After': '900' }));
		const { error } = await run('contact', { acdCallId: '1' });
		expect(sent('/media-playback/')).toHaveLength(1);
		expect(error?.description).toContain(
			'The node did not wait and ask again. CXone asks to wait 900 seconds',
		);
	});
});

describe('the budget of a tenant', () => {
	const many = Array.from({ length: 60 }, (_, i) => ({ json: { n: i } }));

	it.each([0, -5, NaN, '', 'fifty', null, Infinity, 0.5])(
		'is the usual one where the credential says %p',
		async (recordingApiPerMinute) => {
			world.simulator.cxone.recordings.add({ recordingId: 'a' });
			const credentials = cxone();
			Object.assign(credentials.cxoneAccessKeyApi, { recordingApiPerMinute });
			const { items } = await runNode({
				nodeType: new SearchRecordings(),
				parameters: { operation: 'get', recordingId: 'a' },
				credentials,
				input: many,
			});
			expect(items).toHaveLength(60);
			expect(world.simulator.requests.filter((request) => request.status === 429)).toEqual([]);
		},
	);

	it.each([
		['the helper of n8n', 'get', '/api/v2/recording/a'],
		['the transport', 'search', '/api/v2/recording/search'],
	])('counts the request after a 401 as well: %s', async (_way, operation, path) => {
		world.simulator.cxone.recordings.add({ recordingId: 'a' });
		// Every token is good for one request: each item needs two, a 401 among them.
		for (let skip = 0; skip < 40; skip++)
			strike('cxone', path, { kind: 'expired' }, { times: 1, skip });
		const { items, error } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { operation, recordingId: 'a' },
			credentials: cxone(),
			input: many.slice(0, 40),
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(40);
		const at = sent(path).map((request) => request.at);
		expect(at).toHaveLength(80);
		for (let i = 50; i < at.length; i++) expect(at[i] - at[i - 50]).toBeGreaterThan(60_000);
	});

	it('counts the request after a 401 as well: Data Extraction starts one job in 30 seconds', async () => {
		strike('cxone', '/data-extraction/v1/jobs', { kind: 'expired' }, { times: 1, method: 'POST' });
		await run('search', {
			operation: 'search',
			api: 'dataExtraction',
			createdAfter: '2025-03-01T00:00:00Z',
			createdBefore: '2025-03-02T00:00:00Z',
		});
		const [first, second] = world.simulator.requests.filter(
			({ method, path }) => method === 'POST' && path === '/data-extraction/v1/jobs',
		);
		expect(second.at - first.at).toBeGreaterThan(30_000);
	});
});

describe('a token that lives two seconds', () => {
	it.each([
		['access key', 'accessKey', 'cxone', '/authentication/'],
		['OAuth2', 'oAuth2', 'cxoneOAuth2', '/oauth/token'],
	] as const)('works: %s', async (_what, authentication, credential, signIn) => {
		// n8n reckons the end of an OAuth2 token by its own clock.
		world.time.ms = Date.now();
		world.simulator.cxone.tokenLifetimeSeconds = 2;
		world.simulator.cxone.recordings.add({ recordingId: 'a' });
		const credentials = credentialsFor(world.simulator)[credential];
		const { items, error } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { authentication, operation: 'get', recordingId: 'a' },
			credentials,
			input: Array.from({ length: 20 }, () => ({ json: {} })),
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(20);
		expect(sent(signIn).length).toBeLessThan(3);
	});
});

describe('a link into the private network, from an API on the internet', () => {
	afterEach(() => nock.cleanAll());

	it.each([
		[
			'the Recording API',
			'download',
			{ platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: 'a' },
		],
		[
			'Media Playback: fileToPlayUrl',
			'download',
			{ platform: 'cxone', source: 'id', identifier: 'acdCallId', acdCallId: '1' },
		],
		[
			'Media Playback: redirectUrl',
			'download',
			{ platform: 'cxone', source: 'id', identifier: 'acdCallId', acdCallId: '2' },
		],
		[
			'Media Playback: a redirect',
			'download',
			{ platform: 'cxone', source: 'id', identifier: 'segmentId', segmentId: '3' },
		],
		[
			'Data Extraction',
			'search',
			{
				operation: 'search',
				api: 'dataExtraction',
				createdAfter: '2025-03-01',
				createdBefore: '2025-03-02',
			},
		],
	] as const)(
		'is not used, and nothing of what is there is shown: %s',
		async (_what, node, parameters) => {
			const link = `${world.simulator.media.url}/internal/status`;
			strike('media', '*', status(403, 'the inside says hello'));
			nock('https://na1.nice-incontact.com')
				.persist()
				.post('/authentication/v1/token/access-key')
				.reply(200, { access_token: 'opaque-token', expires_in: 3600 });
			const api = nock('https://api-na1.niceincontact.com').persist();
			api
				.get('/api/v2/recording/a')
				.reply(200, { recordingId: 'a', status: 'Available', availableChannels: ['combined'] });
			api.get('/api/v2/recording/a/download').query(true).reply(200, {
				url: link,
				contentType: 'audio/wav',
				sizeBytes: 100_000,
				channel: 'combined',
			});
			api
				.get('/media-playback/v1/contacts')
				.query(({ 'acd-call-id': id }) => id === '1')
				.reply(200, { interactions: [{ mediaType: 'voice-only', data: { fileToPlayUrl: link } }] });
			api
				.get('/media-playback/v1/contacts')
				.query(({ 'acd-call-id': id }) => id === '2')
				.reply(200, { redirectUrl: link });
			api.get('/media-playback/v1/segments/3').query(true).reply(302, '', { location: link });
			api
				.post('/data-extraction/v1/jobs')
				.reply(202, '"job-1"', { 'content-type': 'application/json' });
			api
				.get('/data-extraction/v1/jobs/job-1')
				.reply(200, { jobStatus: { id: 'job-1', status: 'SUCCEEDED', result: { url: link } } });
			const result = await run(node, parameters as INodeParameters, {
				cxoneAccessKeyApi: {
					area: 'na1',
					accessKeyId: `AK-${Math.random()}`,
					accessKeySecret: 'shh-secret',
				},
			});
			expect(result.items).toEqual([]);
			expect(`${result.error?.message} ${result.error?.description}`).toContain(
				'the link leads into a private network, while the service that gave it is on the internet',
			);
			expect(kept(result)).not.toContain('the inside says hello');
			expect(world.simulator.requests).toEqual([]);
		},
	);

	it('as the address of the API itself: no token goes there', async () => {
		const token = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ tenantId: 't' })).toString('base64url')}.sig`;
		const gov = nock('https://cxone-gov.niceincontact.com').persist();
		gov.post('/auth/token').reply(200, { access_token: token, expires_in: 3600 });
		gov
			.get('/.well-known/cxone-configuration')
			.query(true)
			.reply(200, { api_endpoint: world.simulator.cxone.url });
		const { error } = await run(
			'search',
			{ operation: 'search' },
			{
				cxoneAccessKeyApi: {
					area: 'fedramp',
					accessKeyId: 'AK-gov',
					accessKeySecret: 'shh-secret',
					clientId: 'app',
					clientSecret: 'app-secret',
				},
			},
		);
		expect(error?.message).toBe(
			'The API address that CXone gave cannot be used: the link leads into a private network, while the service that gave it is on the internet',
		);
		expect(world.simulator.requests).toEqual([]);
	});
});
