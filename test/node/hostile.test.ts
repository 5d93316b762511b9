import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult } from './engine';
import { startVirtualWorld, type VirtualWorld } from './virtual';
import { RequestBudget } from '../../core/http/budget';
import { clock } from '../../core/http/clock';
import { quote, redact } from '../../core/http/redact';
import { fileName } from '../../core/media/names';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { Fault, FaultEffect } from '../../simulator';

let world: VirtualWorld;

beforeEach(async () => {
	world = await startVirtualWorld();
});
afterEach(async () => {
	await world.end();
});

const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body><form action="/login"></form></body></html>';
const status = (code: number, body?: string | object, headers?: Record<string, string>): FaultEffect => ({ kind: 'status', status: code, body, headers });
const strike = (server: Fault['server'], path: string, effect: FaultEffect, more: Partial<Fault> = {}) =>
	world.simulator.faults.add({ server, path, times: Infinity, effect, ...more });
const sent = (part: string) => world.simulator.requests.filter(({ path }) => path.includes(part));

const cxone = () => credentialsFor(world.simulator).cxone;
const gir = () => credentialsFor(world.simulator).genesys;
const NODES = { control: RecordControl, contact: GetContact, search: SearchRecordings, erase: DeleteRecording, download: DownloadMedia };
async function run(node: keyof typeof NODES, parameters: INodeParameters, credentials = cxone()): Promise<NodeResult> {
	return await runNode({ nodeType: new NODES[node](), parameters, credentials });
}

/** Everything n8n keeps of a run, errors with their stacks included, as text. */
function kept({ run: { data }, error }: NodeResult): string {
	return JSON.stringify([data.resultData, error?.message, error?.description, error?.stack, error?.messages]);
}

const COMMANDS = ['startRecording', 'stopRecording', 'doNotRecord', 'mask', 'unmask'];

describe('a command to a live call is not called done without evidence', () => {
	beforeEach(() => {
		world.simulator.cxone.recordControl.calls.add({ contactId: '512340009871', userIds: ['agent-1'] });
	});

	it.each(COMMANDS)('%s: a redirect to a sign-in page', async (operation) => {
		strike('cxone', '/interaction-recording-management-service/*', status(302, '', { location: 'https://sso.example.com/login' }));
		const { items, error } = await run('control', { operation, userId: 'agent-1' });
		expect(items).toEqual([]);
		expect(error?.message).toBe(`CXone pointed to another address when asked to ${error?.message.split('asked to ')[1]}`);
	});

	it.each(COMMANDS)('%s: a sign-in page with 200', async (operation) => {
		strike('cxone', '/interaction-recording-management-service/*', status(200, PAGE));
		const { items, error } = await run('control', { operation, userId: 'agent-1' });
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/not known whether/i);
		expect(sent('/interactions/')).toHaveLength(1);
	});

	it.each([{}, { message: 'something' }, { recordingStatusToAgent: 'NoSuchWord' }])('a recording status of %j confirms nothing', async (body) => {
		strike('cxone', '/interaction-recording-management-service/*', status(200, body), { method: 'GET' });
		const { items, error } = await run('control', { operation: 'mask', userId: 'agent-1', options: { waitUntilDone: true, waitSeconds: 5 } });
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/does not show it yet|unexpected form/);
	});

	it('a status that CXone does not document is neither recording nor not', async () => {
		strike('cxone', '/interaction-recording-management-service/*', status(200, { recordingStatusToAgent: 'NoSuchWord' }), { method: 'GET' });
		const { items } = await run('control', { operation: 'getRecordingStatus', userId: 'agent-1' });
		expect(jsonOf(items)).toMatchObject([{ recording: null, recordingStatus: 'NoSuchWord' }]);
	});
});

describe('a deletion is not called done without evidence', () => {
	it.each([
		['is still there', () => undefined, /still showed it/],
		['cannot be looked for', () => strike('genesys', '/api/v2/recordings/A1', status(500), { method: 'GET', skip: 1 }), /could not be asked again/],
	])('a sign-in page with 200, and the recording %s', async (_what, prepare, seen) => {
		world.simulator.genesys.recordings.add({ id: 'A1' });
		strike('genesys', '/api/v2/recordings/A1', status(200, PAGE), { method: 'DELETE' });
		prepare();
		const { items, error } = await run('erase', { operation: 'delete', dryRun: false, recordingId: 'A1' }, gir());
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
		expect(error?.message).toBe('It is not known whether GIR has changed the protection of the recording');
	});
});

describe('a document is not stored as a recording', () => {
	it.each([
		['text/html', `<!-- sign in -->${PAGE}${' '.repeat(3_000)}`],
		['text/plain', `Session expired. ${'Please sign in again. '.repeat(200)}`],
		['application/octet-stream', `<!-- sign in -->${PAGE}${' '.repeat(3_000)}`],
		['audio/wav', `Session expired. ${'Please sign in again. '.repeat(200)}`],
	])('%s', async (type, body) => {
		world.simulator.cxone.contacts.add({ acdCallId: '1', interactions: [{ kind: 'call', media: { voice: { file: 'voice.mp4' } } } as never] });
		strike('media', '*', status(200, body, { 'content-type': type }));
		const { items, error } = await run('download', { source: 'cxone', identifier: 'acdCallId', acdCallId: '1' });
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/a web page or a message came|was announced as/);
	});
});

describe('a server that never ends', () => {
	it.each([202, 425])('cannot make the node ask for ever with Retry-After: 0 and %i', async (code) => {
		strike('cxone', '/media-playback/*', status(code, {}, { 'Retry-After': '0' }));
		const { error } = await run('contact', { acdCallId: '1' });
		expect(error).toBeDefined();
		expect(sent('/media-playback/').length).toBeLessThan(70);
	});

	it('cannot make a search page for ever: empty pages with new tokens', async () => {
		let token = 0;
		const page = { recordings: [], get nextPageToken() { return `t${token++}`; } };
		strike('cxone', '/api/v2/recording/search', status(200, page));
		const { error } = await run('search', { operation: 'search' });
		expect(error?.message).toBe('CXone repeats the same page of results without end');
		expect(sent('/recording/search').length).toBeLessThan(10);
	});

	it('cannot make a search page for ever: the same tokens in turn', async () => {
		let n = 0;
		const page = { get recordings() { return [{ recordingId: `r${n++}`, status: 'Available' }]; }, get nextPageToken() { return n % 2 === 0 ? 'A' : 'B'; } };
		strike('cxone', '/api/v2/recording/search', status(200, page));
		const { error } = await run('search', { operation: 'search', returnAll: true });
		expect(error?.message).toBe('CXone repeats the same page of results without end');
		expect(sent('/recording/search').length).toBeLessThan(10);
	});

	it('cannot make a GIR search page for ever: two pages in turn', async () => {
		let n = 0;
		const page = { statusCode: 0, totalCount: 1e9, get recordings() { return [{ id: n++ % 2 === 0 ? 'a' : 'b' }]; } };
		strike('genesys', '/api/v2/recordings', status(200, page));
		const { error } = await run('search', { platform: 'genesys', operation: 'search', returnAll: true, genesysFilters: { startedAfter: '2026-01-01' } }, gir());
		expect(error?.message).toBe('GIR repeats the same page of results without end');
		expect(sent('/recordings').length).toBeLessThan(10);
	});
});

describe('a search does not end early without saying so', () => {
	it('when a page has no token although more is there', async () => {
		const recordings = Array.from({ length: 100 }, (_, i) => ({ recordingId: `r${i}`, status: 'Available' }));
		strike('cxone', '/api/v2/recording/search', status(200, { recordings, totalCount: 250, nextPageToken: null }), { times: 1 });
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [], totalCount: 250, nextPageToken: null }));
		const { error } = await run('search', { operation: 'search', returnAll: true });
		expect(error?.message).toBe('CXone gave 100 of 250 recordings and then no more');
	});

	it('when a token is a number', async () => {
		const row = (recordingId: string) => ({ recordingId, status: 'Available' });
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('a')], nextPageToken: 7 }), { times: 1 });
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('b')] }), { times: 1 });
		const { items } = await run('search', { operation: 'search', returnAll: true });
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['a', 'b']);
	});

	it('and rows that move between two pages are not doubled', async () => {
		const row = (recordingId: string) => ({ recordingId, status: 'Available' });
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('c'), row('b')], nextPageToken: 't' }), { times: 1 });
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row('b'), row('a')] }), { times: 1 });
		const { items } = await run('search', { operation: 'search', returnAll: true });
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
	});

	it('and fields nobody documents do not refuse it', async () => {
		const row = { recordingId: 'a', status: 'Available', labels: [{ name: 'vip' }, 7], agents: ['Kim', { agentName: 'Ana' }] };
		strike('cxone', '/api/v2/recording/search', status(200, { recordings: [row] }), { times: 1 });
		const { items } = await run('search', { operation: 'search' });
		expect(jsonOf(items)).toMatchObject([{ labels: ['vip'], agents: [{ name: 'Ana' }] }]);
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
		['the header', (user: string, password: string) => `authorization=${Buffer.from(`${user}:${password}`).toString('base64')}`],
		['the password, URL-encoded', (_user: string, password: string) => `?p=${encodeURIComponent(password)}`],
	])('never shows in a run: %s', async (_what, echo) => {
		const { username, password } = gir().genesysBasicApi as { username: string; password: string };
		const body = { statusCode: 4, statusMessage: echo(username, password) };
		world.simulator.genesys.recordings.add({ id: 'A1', media: [{ source: { file: 'inbound.mp3' } }] });
		for (const [path, code] of [['/api/v2/recordings', 403], ['/api/v2/recordings/A1/play/*', 500]] as const) strike('genesys', path, status(code, body));
		const results = [
			await run('search', { platform: 'genesys', operation: 'search', genesysFilters: { startedAfter: '2026-01-01' } }, gir()),
			await run('download', { source: 'genesys', recordingId: 'A1' }, gir()),
		];
		for (const result of results) {
			expect(result.error).toBeDefined();
			expect(kept(result)).not.toContain(password);
			expect(kept(result)).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
		}
	});

	it('of a wrong signature only code and message are shown', () => {
		const xml = '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>Wrong.</Message><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><SignatureProvided>c2VjcmV0</SignatureProvided></Error>';
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
		const sleep = jest.spyOn(clock, 'sleep').mockImplementation(async () => await new Promise((resolve) => (goOn = resolve)));
		const first = budget.take();
		const cancel = new AbortController();
		const second = budget.take(cancel.signal);
		cancel.abort(new Error('cancelled'));
		await expect(second).rejects.toThrow('cancelled');
		sleep.mockRestore();
		goOn();
		await first;
	});

	it('does not wait for a clock that was set back a day', async () => {
		const budget = new RequestBudget(1, 60_000);
		await budget.take();
		const day = 86_400_000;
		const { now } = clock;
		const base = now();
		let at = base - day;
		clock.now = () => at;
		jest.spyOn(clock, 'sleep').mockImplementation(async (ms) => {
			at += ms;
		});
		await budget.take();
		expect(at - (base - day)).toBeLessThan(62_000);
		jest.restoreAllMocks();
		clock.now = now;
	});
});
