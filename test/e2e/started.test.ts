import { checkDelivery, credentialsFor, EXAMPLES, readExample } from '../../host/delivery';
import { describeFailure } from '../../host/execution';
import type { CredentialImport } from '../../host/n8n';
import { memoryOf } from '../../host/processes';
import { bootWorld, type World } from './world';

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

	it.each(TYPES)('the Test button of %s accepts the right secret', async (type) => {
		expect(await world.host.testCredential(credential(type))).toMatchObject({ ok: true });
	});

	it.each([
		['cxoneAccessKeyApi', { accessKeySecret: 'wrong-3f9a' }],
		['cxoneOAuth2Api', { clientSecret: 'wrong-3f9a' }],
		['genesysBasicApi', { password: 'wrong-3f9a' }],
	])('the Test button of %s refuses a wrong secret, with words', async (type, changes) => {
		const { ok, message } = await world.host.testCredential(credential(type, changes));
		expect(ok).toBe(false);
		expect(message).toMatch(/\w+ \w+ \w+/);
		expect(message).not.toMatch(/wrong-3f9a|\[object|TypeError/);
	});

	it('tells the memory of its process', () => {
		const memory = memoryOf(world.host.pid ?? 0);
		expect(memory?.residentBytes).toBeGreaterThan(50 * 1024 * 1024);
		expect(memory?.peakBytes ?? Infinity).toBeGreaterThanOrEqual(memory?.residentBytes ?? Infinity);
	});

	it('a workflow runs as from the editor, and again after a restart', async () => {
		const { host, simulator } = world;
		const id = await host.importWorkflow(readExample(EXAMPLES[1]));
		for (const round of ['first', 'after a restart']) {
			const result = await host.execute(id);
			expect({ round, failure: describeFailure(result) }).toEqual({ round, failure: '' });
			const deliveries = await checkDelivery(host, result, simulator.sources());
			expect(deliveries.filter(({ problem }) => problem !== undefined)).toEqual([]);
			expect(deliveries.length).toBeGreaterThanOrEqual(5);
			if (round === 'first') {
				await host.kill();
				await host.start();
			}
		}
		expect(await host.executionSummaries(id)).toHaveLength(2);
	});
});
