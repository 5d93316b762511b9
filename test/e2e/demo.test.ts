import { readFile, truncate, writeFile } from 'node:fs/promises';

import {
	checkDelivery,
	credentialsFor,
	DOWNLOAD_NODE,
	EXAMPLES,
	readExample,
	SEARCH_NODE,
} from '../../host/delivery';
import { describeFailure, outputOf } from '../../host/execution';
import type { WorkflowJson } from '../../host/n8n';
import { bootWorld, expectWholeFiles, type World } from './world';

/** The example with other credentials, as a user who picks them in the editor would save it. */
function withCredential(workflow: WorkflowJson, from: string, to: string): WorkflowJson {
	return JSON.parse(
		JSON.stringify(workflow).replaceAll(`"id":"${from}"`, `"id":"${to}"`),
	) as WorkflowJson;
}

describe('the example workflows in a real n8n', () => {
	let world: World;

	beforeAll(async () => {
		world = await bootWorld();
	});

	afterAll(async () => {
		await world?.end();
	});

	it.each(EXAMPLES)('%s delivers files identical to their source', async (name) => {
		const { host } = world;
		const result = await host.execute(await host.importWorkflow(readExample(name)));
		expect(describeFailure(result)).toBe('');
		expect(result.exitCode).toBe(0);

		await expectWholeFiles(world, result);
		expect(outputOf(result, SEARCH_NODE).length).toBeGreaterThanOrEqual(5);
		for (const { json } of outputOf(result, DOWNLOAD_NODE))
			expect(json).not.toHaveProperty('error');
	});

	it('notices a file that is not the one of the platform', async () => {
		const { host, simulator } = world;
		const result = await host.execute(await host.importWorkflow(readExample(EXAMPLES[1])));
		const [first, second] = outputOf(result, DOWNLOAD_NODE).map((item) => {
			const binary = item.binary?.data;
			if (!binary) throw new Error('An item without a file');
			return host.binaryPath(binary);
		});
		const bytes = await readFile(first as string);
		bytes[bytes.length >> 1]! ^= 1;
		await writeFile(first as string, bytes);
		await truncate(second as string, 100);

		const deliveries = await checkDelivery(host, result, simulator.sources());
		expect(deliveries.filter(({ problem }) => problem === 'NO, it differs')).toHaveLength(2);
		expect(deliveries.filter(({ problem }) => problem === 'MISSING')).toHaveLength(2);
	});

	it.each([
		{ example: EXAMPLES[0], credential: 'cxoneAccessKey', field: 'accessKeySecret' },
		{ example: EXAMPLES[1], credential: 'genesysBasic', field: 'password' },
	])(
		'$example with a wrong $field fails with words that help',
		async ({ example, credential, field }) => {
			const { host, simulator } = world;
			const right = credentialsFor(simulator).find(({ id }) => id === credential);
			if (!right) throw new Error(`No credential ${credential}`);
			await host.importCredentials([
				{ ...right, id: 'wrong', data: { ...right.data, [field]: 'not-the-secret-3f9a' } },
			]);
			const result = await host.execute(
				await host.importWorkflow(withCredential(readExample(example), credential, 'wrong')),
			);

			expect(result.status).toBe('error');
			expect(result.exitCode).toBe(1);
			expect(result.lastNode).toBe(SEARCH_NODE);
			const words = describeFailure(result);
			expect(words).toMatch(/credential|access key|password|sign/i);
			expect(words).not.toMatch(/not-the-secret-3f9a|\[object|undefined|TypeError/);
		},
	);
});
