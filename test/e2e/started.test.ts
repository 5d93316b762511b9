import { credentialsFor, EXAMPLES, readExample } from '../../host/delivery';
import { describeFailure } from '../../host/execution';
import type { CredentialImport } from '../../host/n8n';
import { memoryOf } from '../../host/processes';
import { bootWorld, expectWholeFiles, type World } from './world';

const TYPES = ['cxoneAccessKeyApi', 'cxoneOAuth2Api', 'genesysBasicApi'];

describe('in the started n8n', () => {
	let world: World;

	beforeAll(async () => {
		world = await bootWorld();
		await world.host.start();
	});

	afterAll(async () => {
		await world?.end();
	});

	function credential(type: string, changes: Record<string, unknown> = {}): CredentialImport {
		const found = credentialsFor(world.simulator).find((one) => one.type === type);
		if (!found) throw new Error(`No credential of type ${type}`);
		return { ...found, data: { ...found.data, ...changes } };
	}

	it.each([
		['searchRecordings', '1.0.0/search'],
		['searchRecordings', '1.0.0/get'],
		['downloadMedia', '1.0.0'],
		['getContact', '1.0.0/get'],
		...['segment', 'statement', 'transcript'].map((operation) => [
			'getSegment',
			`1.0.0/${operation}`,
		]),
		...['getRecordingStatus', 'startRecording', 'mask'].map((operation) => [
			'recordControl',
			`1.0.0/${operation}`,
		]),
		...['delete', 'protect', 'unprotect'].map((operation) => [
			'deleteRecording',
			`1.0.0/${operation}`,
		]),
	])('the editor gets the output schema of %s %s', async (node, name) => {
		const reply = await fetch(
			`${world.host.url}/schemas/n8n-nodes-call-recordings.${node}/${name}.json`,
		);
		expect(reply.status).toBe(200);
		expect(Object.keys(((await reply.json()) as { properties: object }).properties)).not.toEqual(
			[],
		);
	});

	it.each(TYPES)('the Test button of %s accepts the right secret', async (type) => {
		expect(await world.host.testCredential(credential(type))).toMatchObject({ ok: true });
	});

	it.each([
		[
			'cxoneAccessKeyApi',
			{ accessKeySecret: 'wrong-3f9a' },
			/^CXone did not accept the access key: check its ID, its secret/,
		],
		[
			'cxoneAccessKeyApi',
			{ apiBaseUrl: 'https://no-such-host.invalid' },
			/^no-such-host\.invalid could not be asked to sign in to CXone: there is no host of that name$/,
		],
		[
			'cxoneAccessKeyApi',
			{ apiBaseUrl: 'http://127.0.0.1:9' },
			/^127\.0\.0\.1:9 could not be asked .*: the host refused the connection$/,
		],
		[
			'cxoneAccessKeyApi',
			{ apiBaseUrl: 'http://cxone.example.com' },
			/^'http:\/\/cxone\.example\.com' is not encrypted, so nothing was sent to it: .*switch on 'Allow Insecure HTTP' in the credential$/,
		],
		['cxoneOAuth2Api', { clientSecret: 'wrong-3f9a' }, /token/],
		[
			'genesysBasicApi',
			{ password: 'wrong-3f9a' },
			/^The server did not accept the user name or the password/,
		],
		[
			'genesysBasicApi',
			{ baseUrl: 'https://no-such-host.invalid' },
			/^no-such-host\.invalid could not be reached: there is no host of that name$/,
		],
		[
			'genesysBasicApi',
			{ baseUrl: 'http://gir.example.com' },
			/is not encrypted, so nothing was sent to it: .*switch on 'Allow Insecure HTTP' in the credential$/,
		],
	])('the Test button of %s says what is wrong with %j', async (type, changes, words) => {
		const { ok, message } = await world.host.testCredential(credential(type, changes));
		expect(message).toMatch(words);
		expect(message).not.toMatch(/wrong-3f9a|\[object|TypeError/);
		expect(ok).toBe(false);
	});

	it.each([
		[
			'cxoneAccessKeyApi',
			{ accessKeySecret: 'wrong-3f9a' },
			/^CXone did not accept the access key/,
		],
		[
			'cxoneAccessKeyApi',
			{ apiBaseUrl: 'https://no-such-host.invalid' },
			/there is no host of that name$/,
		],
		[
			'genesysBasicApi',
			{ password: 'wrong-3f9a' },
			/^The server did not accept the user name or the password/,
		],
		[
			'genesysBasicApi',
			{ baseUrl: 'https://no-such-host.invalid' },
			/there is no host of that name$/,
		],
	])(
		'the Test button of %s goes on telling after it has succeeded once: %j',
		async (type, changes, words) => {
			for (const round of [1, 2])
				expect({ round, ...(await world.host.testStored(credential(type))) }).toMatchObject({
					ok: true,
				});
			const { ok, message } = await world.host.testStored(credential(type, changes));
			expect(message).toMatch(words);
			expect(ok).toBe(false);
			expect(await world.host.testStored(credential(type))).toMatchObject({ ok: true });
		},
	);

	it.each([
		['cxoneAccessKeyApi', /^The key is right, but a permission is missing\..*Recording > Read/],
		[
			'cxoneOAuth2Api',
			/^Client ID and secret are right, but the scope 'recording:read' is missing\./,
		],
		[
			'genesysBasicApi',
			/^Signed in, but this user may not search recordings\. It needs the role Administrator or Supervisor/,
		],
	])(
		'the Test button of %s tells a missing permission from a wrong secret',
		async (type, words) => {
			const { cxone, genesys } = world.simulator;
			const key = cxone.addAccessKey({
				accessKeyId: 'AK-BARE',
				accessKeySecret: 'bare-secret',
				permissions: [],
			});
			cxone.addOAuthClient({
				clientId: 'bare-client',
				clientSecret: 'bare-secret',
				scopes: ['recording:download'],
			});
			const agent = genesys.users.find(({ role }) => role === 'agent');
			const bare: Record<string, Record<string, unknown>> = {
				cxoneAccessKeyApi: {
					accessKeyId: key.accessKeyId,
					accessKeySecret: key.accessKeySecret,
					testApi: 'recordingApi',
				},
				cxoneOAuth2Api: {
					clientId: 'bare-client',
					clientSecret: 'bare-secret',
					scope: 'recording:download',
				},
				genesysBasicApi: { username: agent?.username, password: agent?.password },
			};
			expect(await world.host.testCredential(credential(type, bare[type]))).toMatchObject({
				ok: false,
				message: expect.stringMatching(words) as string,
			});
		},
	);

	it.each([
		['cxoneAccessKeyApi', 'cxone', /^A web page, or the way to one, came in place of an answer/],
		['cxoneOAuth2Api', 'cxone', /^A web page, or the way to one, came in place of an answer/],
		['genesysBasicApi', 'genesys', /but it is not Interaction Recording Web Services/],
	] as const)(
		'the Test button of %s is not content with a page that comes with 200, nor with the way to one',
		async (type, server, words) => {
			const { faults } = world.simulator;
			const pages = [
				'<!DOCTYPE html><html><body>Sign in</body></html>',
				'\n  <html></html>',
				...(server === 'genesys' ? ['{"version": "1.0"}', ''] : []),
			];
			const wayToOne = { status: 302, headers: { location: 'https://login.example.com/' } };
			for (const answer of [...pages.map((body) => ({ status: 200, body })), wayToOne]) {
				const page = { kind: 'status', ...answer } as const;
				faults.add({ server, path: /recording/, effect: page, times: 1 });
				const tested = await world.host.testCredential(
					credential(type, { testApi: 'recordingApi' }),
				);
				expect({ answer, ...tested }).toMatchObject({
					ok: false,
					message: expect.stringMatching(words) as string,
				});
				faults.clear();
			}
			expect(await world.host.testCredential(credential(type))).toMatchObject({ ok: true });
		},
	);

	it("offers no operation 'Custom API Call', which the nodes could not serve", async () => {
		const types = await world.host.nodeTypes();
		const own = types.filter(({ name }) => name.startsWith('n8n-nodes-call-recordings.'));
		expect(own.length).toBeGreaterThanOrEqual(7);
		expect(JSON.stringify(types)).toContain('Custom API Call');
		expect(JSON.stringify(own)).not.toContain('Custom API Call');
	});

	it('tells the memory of its process', () => {
		const memory = memoryOf(world.host.pid ?? 0);
		expect(memory?.residentBytes).toBeGreaterThan(50 * 1024 * 1024);
		expect(memory?.peakBytes ?? Infinity).toBeGreaterThanOrEqual(memory?.residentBytes ?? Infinity);
	});

	it('a workflow runs as from the editor, and again after a restart', async () => {
		const { host } = world;
		const id = await host.importWorkflow(readExample(EXAMPLES[1]));
		for (const round of ['first', 'after a restart']) {
			const result = await host.execute(id);
			expect({ round, failure: describeFailure(result) }).toEqual({ round, failure: '' });
			await expectWholeFiles(world, result);
			if (round === 'first') {
				await host.kill();
				await host.start();
			}
		}
		expect(await host.executionSummaries(id)).toHaveLength(2);
	});
});
