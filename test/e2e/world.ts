import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

import { checkDelivery, credentialsFor } from '../../host/delivery';
import type { ExecutionResult } from '../../host/execution';
import { N8nHost } from '../../host/n8n';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator';
import { E2E_FOLDER, templateIn } from './folders';

/** A real n8n with the packed nodes, and platforms for it to work with. */
export interface World {
	host: N8nHost;
	simulator: Simulator;
	/** Ends all of it. */
	end(): Promise<void>;
}

export interface WorldOptions {
	simulator?: SimulatorOptions;
	/** Whether to make credentials for the platforms; true by default. */
	credentials?: boolean;
	/** What the CXone credential allows, such as `recordingApiPerMinute`. */
	budgets?: Record<string, number>;
	/** Environment variables for n8n. */
	env?: Record<string, string>;
}

/**
 * An n8n of the test's own with the pack installed and credentials for a simulator of the test's own, under the IDs
 * the example workflows use. Nothing is started yet: `host.execute()` works at once, triggers need `host.start()`.
 */
export async function bootWorld(options: WorldOptions = {}): Promise<World> {
	const folder = process.env[E2E_FOLDER];
	if (!folder) throw new Error('Run the end-to-end tests with "npm run test:e2e"');
	const userFolder = await mkdtemp(join(folder, 'n8n-'));
	await cp(templateIn(folder), userFolder, { recursive: true });

	const simulator = await startSimulator(options.simulator);
	const host = await N8nHost.create({ userFolder, env: options.env });
	if (options.credentials ?? true) {
		await host.importCredentials(credentialsFor(simulator, options.budgets));
	}
	return {
		host,
		simulator,
		async end() {
			await host.dispose();
			await simulator.stop();
		},
	};
}

/** Expects that an execution delivered files, and each of them as it is on its platform. */
export async function expectWholeFiles(
	{ host, simulator }: World,
	result: ExecutionResult,
): Promise<void> {
	const deliveries = await checkDelivery(host, result, simulator.sources());
	expect(deliveries.filter(({ problem }) => problem !== undefined)).toEqual([]);
	expect(deliveries.length).toBeGreaterThanOrEqual(5);
}
