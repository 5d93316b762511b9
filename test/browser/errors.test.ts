import { readFileSync } from 'node:fs';

import { credentialsFor, workflowOf } from '../../host/delivery';
import { ERRORS_PAGE } from '../../docs/errors';
import type { Fault, Simulator } from '../../simulator';
import { bootEditor, seen, type Seen } from './world';

const HTML = '<!doctype html><h1>Gateway</h1><script>stop()</script><p>Sign in to go on</p>';
const page = (status: number): Fault['effect'] => ({
	kind: 'status',
	status,
	headers: { 'content-type': 'text/html' },
	body: HTML,
});

interface Case {
	/** Part of docs/errors.md. */
	part: string;
	type: string;
	parameters: Record<string, unknown>;
	/** Of those that are made below; by default the one that works. */
	credential?: string;
	fault?: Fault;
	message: string;
	/** Some of the words below it. */
	remedy: string;
}

const byId = (value: string) => ({ __rl: true, mode: 'id', value });
const RECORDING = '5b0c7d1e-0000-4000-8000-000000000001';

/** Of each part of docs/errors.md an error or two, with what makes it happen. */
const CASES: Case[] = [
	{
		part: 'Signing in and addresses',
		type: 'searchRecordings',
		parameters: {},
		credential: 'unencrypted',
		message:
			"'http://recordings.example.com' is not encrypted, so nothing was sent to it: use https://, or switch on 'Allow Insecure HTTP' in the credential",
		remedy: 'keys, passwords and tokens travel readable',
	},
	{
		part: 'Signing in and addresses',
		type: 'getContact',
		parameters: { acdCallId: '512340009871' },
		credential: 'wrong',
		message:
			'CXone did not accept the access key: check its ID, its secret, whether it is active, and the area',
		remedy: 'a new key can be made at any time',
	},
	{
		part: 'NICE CXone',
		type: 'getContact',
		parameters: { acdCallId: '512340009871' },
		fault: {
			server: 'cxone',
			path: '/media-playback/*',
			effect: { kind: 'status', status: 403, body: {} },
		},
		message: 'The signed-in CXone account may not play back recordings',
		remedy: "'Search & Playback > Player > Play/download recordings: Play Any'",
	},
	{
		part: 'NICE CXone',
		type: 'recordControl',
		parameters: { operation: 'mask', userId: 'nobody' },
		message: 'CXone found no live interaction for this user ID',
		remedy: 'the agent is on a call now',
	},
	{
		part: 'Genesys Interaction Recording (GIR)',
		type: 'deleteRecording',
		parameters: { recordingId: byId('011AP643CSAPR4FKQGQE31TAES000299'), dryRun: false },
		message: 'GIR has no recording with this ID, or does not show it to this user',
		remedy: 'belong to an access group or partition this user cannot see',
	},
	{
		part: 'Files',
		type: 'downloadMedia',
		parameters: { source: 'id', recordingId: byId(RECORDING) },
		fault: { server: 'media', times: 20, effect: page(200) },
		message: `Instead of recording ${RECORDING} (combined) a web page or a message came`,
		remedy: 'Sign in to go on',
	},
	{
		part: 'No answer',
		type: 'searchRecordings',
		parameters: {},
		credential: 'nobody',
		message: '127.0.0.1:9 could not be asked to sign in to CXone: the host refused the connection',
		remedy: 'Check host and port in the credential',
	},
	{
		part: 'Answers of any service',
		type: 'searchRecordings',
		parameters: { operation: 'get', recordingId: byId(RECORDING) },
		fault: { server: 'cxone', path: '/api/v2/recording*', times: 20, effect: page(200) },
		message: "CXone's answer has an unexpected form, so nothing was taken from it",
		remedy: 'Sign in to go on',
	},
	{
		part: 'What is filled in',
		type: 'searchRecordings',
		parameters: { createdAfter: '2026-03-04T00:00:00', createdBefore: '2026-03-03T00:00:00' },
		message: "'Created After' is later than 'Created Before'",
		remedy: 'Swap the two dates.',
	},
	{
		part: 'What is filled in',
		type: 'downloadMedia',
		parameters: {},
		message: 'The input item is no recording',
		remedy: "such as 'recordingId', 'acdCallId' or 'segmentId'",
	},
];

/** The credentials by which these errors happen, by the names that the cases have for them. */
function credentialsOf(simulator: Simulator) {
	const [accessKey, , gir] = credentialsFor(simulator);
	const cxone = (name: string, data: Record<string, unknown>) => ({
		name,
		type: accessKey!.type,
		data: { ...accessKey!.data, ...data },
	});
	return [
		cxone('works', {}),
		{ name: 'works', type: gir!.type, data: gir!.data },
		cxone('wrong', { accessKeySecret: 'not-the-secret' }),
		cxone('unencrypted', { apiBaseUrl: 'http://recordings.example.com' }),
		cxone('nobody', { apiBaseUrl: 'http://127.0.0.1:9' }),
	];
}

const nameOf = (one: Case): string => `${CASES.indexOf(one) + 1}`;

describe('errors in the panel of their node', () => {
	let world: Seen;
	const workflows = new Map<Case, string>();

	beforeAll(async () => {
		world = await bootEditor(false);
		const { host, simulator } = world;
		const idOf = (answer: unknown) => (answer as { id: string }).id;
		const made = new Map<string, Record<string, unknown>>();
		for (const one of credentialsOf(simulator)) {
			const id = idOf(await host.request('POST', '/credentials', one));
			const so = made.get(one.name) ?? {};
			made.set(one.name, { ...so, [one.type]: { id, name: one.name } });
		}
		for (const one of CASES) {
			const { type, parameters, credential = 'works' } = one;
			const workflow = workflowOf(nameOf(one), type, parameters, made.get(credential));
			const answer = await host.request('POST', '/workflows', {
				settings: {},
				pinData: {},
				...workflow,
			});
			workflows.set(one, idOf(answer));
		}
	});

	afterAll(async () => {
		await world?.end();
	});

	it('are of every part of docs/errors.md', () => {
		const parts = [...readFileSync(ERRORS_PAGE, 'utf8').matchAll(/^## (.*)$/gm)];
		expect([...new Set(CASES.map(({ part }) => part))]).toEqual(parts.map(([, name]) => name));
	});

	it.each(CASES)('$part: $message', async (one) => {
		const { editor, host, simulator } = world;
		const id = workflows.get(one) as string;
		if (one.fault !== undefined) simulator.faults.add(one.fault);
		await seen(editor, async () => {
			await editor.openWorkflow(id);
			await editor.openNode(nameOf(one));
			const { error = '' } = await editor.executeStep();
			simulator.faults.clear();
			const [message, description = ''] = error.split('\n', 2);
			expect(message).toBe(one.message);
			expect(description).toContain(one.remedy);
			expect(error).not.toMatch(/\bundefined\b|\[object|<\/?\w|\*\*/);
			// Nothing is lost on the way from the node to the panel, and nothing is cut off there.
			const [execution] = await host.executions(id);
			expect(description).toBe(execution?.error?.description);
			expect(await editor.cutErrorTexts()).toEqual([]);
		});
	});
});
