import type { INodePropertyOptions, INodeType } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { panelOf } from './engine';
import { worldForEachTest } from './virtual';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { Role } from '../../simulator';

const world = worldForEachTest();

beforeEach(() => {
	world.simulator.genesys.labelDefinitions = [
		{ name: 'vip', displayName: 'Important customer' },
		{ name: 'complaint' },
	];
});

/** What the editor shows when the list is opened, asked for through n8n-core's own context. */
async function list(
	role: Role,
	nodeType: INodeType = new SearchRecordings(),
	{ username, password } = world.simulator.genesys.users.find((user) => user.role === role)!,
): Promise<INodePropertyOptions[]> {
	const { genesysBasicApi } = credentialsFor(world.simulator).genesys;
	const credentials = { genesysBasicApi: { ...genesysBasicApi, username, password } };
	const panel = panelOf(nodeType, { platform: 'genesys' }, credentials, 'filters.includeLabels');
	return await nodeType.methods!.loadOptions!.labelNames.call(panel);
}

describe("the list of 'Include Label Names or IDs' and 'Exclude Label Names or IDs'", () => {
	const defined = [
		{ name: 'complaint', value: 'complaint' },
		{ name: 'Important customer', value: 'vip' },
	];

	it.each([
		['Search', new SearchRecordings()],
		['the trigger', new RecordingTrigger()],
	])('offers the labels that are defined, in %s', async (_, nodeType) => {
		expect(await list('supervisor', nodeType)).toEqual(defined);
		expect(world.simulator.requests.map(({ path }) => path)).toEqual([
			'/api/v2/recording-label-definitions',
		]);
	});

	it.each([['labels'], ['recording-label-definitions'], [undefined]])(
		'finds them under %s, because no public page shows the answer',
		async (member) => {
			world.simulator.genesys.labelDefinitionsMember = member;
			expect(await list('supervisor')).toEqual(defined);
		},
	);

	it.each<[string, Role, () => void]>([
		['this user may not list them', 'administrator', () => undefined],
		[
			'the server is too old for it',
			'supervisor',
			() => (world.simulator.genesys.labelDefinitions = undefined),
		],
		[
			'a page of somebody else came in their place',
			'supervisor',
			() =>
				world.simulator.faults.add({
					server: 'genesys',
					path: /definitions/,
					effect: { kind: 'status', status: 200, body: '<html>Sign in</html>' },
				}),
		],
	])('offers those that recordings of the last week carry where %s', async (_, role, arrange) => {
		arrange();
		const hour = 3_600_000;
		const add = (id: string, hoursAgo: number, ...names: string[]) =>
			world.simulator.genesys.recordings.add({
				id,
				startTime: world.time.ms - hoursAgo * hour,
				labels: names.map((name) => ({ name })),
			});
		add('a', 1, 'vip', 'fraud');
		add('b', 100, 'fraud', 'abroad');
		add('c', 24 * 8, 'old');
		expect((await list(role)).map(({ value }) => value)).toEqual(['abroad', 'fraud', 'vip']);
	});

	it('tells what is wrong where neither can be read', async () => {
		world.simulator.genesys.labelDefinitions = undefined;
		await expect(list('agent')).rejects.toThrow('does not have the role');
	});

	it('asks only once where the password is refused: enough wrong ones lock an account', async () => {
		const found = world.simulator.genesys.users.find(({ role }) => role === 'supervisor')!;
		const signIn = { ...found, password: 'another' };
		await expect(list('supervisor', new SearchRecordings(), signIn)).rejects.toThrow();
		expect(world.simulator.requests).toHaveLength(1);
	});
});
