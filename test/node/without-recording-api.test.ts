import type { ICredentialType, INodeParameters, INodeType } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeResult, type StoredCredentials } from './engine';
import { polling } from './polling';
import { worldForEachTest } from './virtual';
import { CxoneAccessKeyApi } from '../../credentials/CxoneAccessKeyApi.credentials';
import { CxoneOAuth2Api } from '../../credentials/CxoneOAuth2Api.credentials';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const world = worldForEachTest();

const OFFERS = ['notFound', 'webPage', 'gateway', 'methodNotAllowed'] as const;
const BY_ID =
	'This tenant does not offer the Recording API, so nothing can be found by recording ID';
const NO_API = 'This tenant does not offer the Recording API';
const SET_API = /Set 'API' to 'Data Extraction'\./;

const run = async (
	nodeType: INodeType,
	parameters: INodeParameters,
	credentials: StoredCredentials = credentialsFor(world.simulator).cxone,
): Promise<NodeResult> => await runNode({ nodeType, parameters, credentials });

/** What n8n says after Test: its tester runs the request of the credential as a declarative node and looks the status up in the rules. */
async function tested(type: ICredentialType, credentials: StoredCredentials): Promise<string> {
	const { request, rules = [] } = type.test!;
	const nodeType: INodeType = {
		description: {
			displayName: 'Temp',
			name: 'temp',
			group: ['input'],
			version: 1,
			description: '',
			defaults: { name: 'Temp' },
			inputs: [],
			outputs: ['main'],
			credentials: [{ name: type.name, required: true }],
			properties: [
				{ displayName: 'Temp', name: 'temp', type: 'string', default: '', routing: { request } },
			],
		},
	};
	const { error } = await run(nodeType, {}, credentials);
	if (error === undefined) return 'OK';
	const rule = rules.find(
		({ type: kind, properties }) =>
			kind === 'responseCode' && String(properties.value) === error.httpCode,
	);
	return rule?.properties.message ?? `${error.httpCode}: ${error.message}`;
}

describe.each(OFFERS)('a tenant without the Recording API, whose gateway answers %s', (offer) => {
	beforeEach(() => {
		world.simulator.cxone.recordingApiOffer = offer;
	});

	it('is told so by Search', async () => {
		const { items, error } = await run(new SearchRecordings(), { operation: 'search' });
		expect(items).toEqual([]);
		expect(error?.message).toBe(NO_API);
		expect(error?.description).toMatch(SET_API);
		expect(`${error?.message} ${error?.description}`).not.toMatch(
			/permission|no recording|may not/i,
		);
	});

	it('is told so by the trigger', async () => {
		const trigger = await polling(
			new RecordingTrigger(),
			{ platform: 'cxone', authentication: 'accessKey' },
			credentialsFor(world.simulator).cxone,
		);
		const refused = await trigger.refused();
		expect(refused.message).toBe(NO_API);
		expect(refused.description).toMatch(SET_API);
	});

	it.each([
		['Get by ID', () => new SearchRecordings(), { operation: 'get', recordingId: 'a' }],
		[
			'Download Media',
			() => new DownloadMedia(),
			{ platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: 'a' },
		],
	])(
		'is told so by %s, not that there is no such recording',
		async (_node, nodeType, parameters) => {
			const { error } = await run(nodeType(), parameters);
			expect(error?.message).toBe(BY_ID);
			expect(error?.description).toMatch(/ACD call ID or the segment ID/);
			expect(error?.description).not.toMatch(/deleted|permission/);
		},
	);

	it.each([
		['access key', new CxoneAccessKeyApi(), 'cxone'],
		['OAuth2', new CxoneOAuth2Api(), 'cxoneOAuth2'],
	] as const)('is told so by the Test of the credential: %s', async (_what, type, credential) => {
		const said = await tested(type, credentialsFor(world.simulator)[credential]);
		// A rule of n8n's sees the status alone: of a 403 it can only name both meanings.
		expect(said).toMatch(
			offer === 'gateway' ? /permission|scope.*do not offer/ : /does not offer the/,
		);
		expect(said).toContain(
			offer === 'gateway' ? 'some tenants do not offer'.slice(1) : "'Data Extraction'",
		);
	});
});

it('the Test asks the search, and passes where the API is there', async () => {
	const { cxone, cxoneOAuth2 } = credentialsFor(world.simulator);
	expect(await tested(new CxoneAccessKeyApi(), cxone)).toBe('OK');
	expect(await tested(new CxoneOAuth2Api(), cxoneOAuth2)).toBe('OK');
	expect(
		world.simulator.requests
			.filter(({ path }) => path.startsWith('/api/v2/recording/'))
			.map(({ path }) => path),
	).toEqual(['/api/v2/recording/search', '/api/v2/recording/search']);
});

it.each(['mediaPlayback', 'dataExtraction'])(
	'the Test of %s passes in a tenant without the Recording API',
	async (testApi) => {
		world.simulator.cxone.recordingApiOffer = 'notFound';
		const { cxone } = credentialsFor(world.simulator);
		Object.assign(cxone.cxoneAccessKeyApi, { testApi });
		expect(await tested(new CxoneAccessKeyApi(), cxone)).toBe('OK');
	},
);

it('a recording that is not there is still that, and the search is asked once for a tenant', async () => {
	for (let i = 0; i < 3; i++) {
		const { error } = await run(new SearchRecordings(), {
			operation: 'get',
			recordingId: `gone-${i}`,
		});
		expect(error?.message).toBe('CXone has no recording with this ID');
	}
	expect(world.simulator.requests.filter(({ path }) => path.endsWith('/search'))).toHaveLength(1);
});

it('a search that cannot be asked now changes nothing', async () => {
	world.simulator.faults.add({
		server: 'cxone',
		path: '/api/v2/recording/search',
		times: Infinity,
		effect: { kind: 'reset' },
	});
	const { error } = await run(new SearchRecordings(), { operation: 'get', recordingId: 'gone' });
	expect(error?.message).toBe('CXone has no recording with this ID');
});

it('no question is asked where the API has answered before', async () => {
	world.simulator.cxone.recordings.add({ recordingId: 'a' });
	expect(
		jsonOf((await run(new SearchRecordings(), { operation: 'get', recordingId: 'a' })).items),
	).toMatchObject([{ id: 'a' }]);
	expect(
		(await run(new SearchRecordings(), { operation: 'get', recordingId: 'b' })).error?.message,
	).toBe('CXone has no recording with this ID');
	expect(world.simulator.requests.filter(({ path }) => path.endsWith('/search'))).toEqual([]);
});
