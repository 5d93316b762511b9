import { randomUUID } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { runNode, type NodeResult, type NodeRun } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

/** A simulator and the pack on one clock that stands still until somebody waits. */
export interface VirtualWorld {
	simulator: Simulator;
	time: VirtualClock;
	end(): Promise<void>;
}

/** Starts a simulator, without contents unless told. */
export async function startVirtualWorld(options: SimulatorOptions = {}): Promise<VirtualWorld> {
	const time = new VirtualClock().install();
	const simulator = await startSimulator({ seed: 'empty', now: time.now, ...options });
	// Budgets last as long as the process and go by tenant: each world has a tenant of its own, for its clock starts anew.
	Object.assign(simulator.cxone, { tenantId: randomUUID() });
	return {
		simulator,
		time,
		async end() {
			time.uninstall();
			await simulator.stop();
		},
	};
}

/** A world for each test of a file; the one of the running test stands behind the same name. */
export function worldForEachTest(options?: SimulatorOptions): VirtualWorld {
	const world = {} as VirtualWorld;
	beforeEach(async () => {
		Object.assign(world, await startVirtualWorld(options));
	});
	afterEach(async () => await world.end());
	return world;
}

/** What Download Media does in a world, with the credentials of both platforms. */
export async function downloadIn(
	world: VirtualWorld,
	parameters: INodeParameters,
	more: Partial<NodeRun> = {},
): Promise<NodeResult> {
	const { cxone, genesys } = credentialsFor(world.simulator);
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: { platform: 'mixed', ...parameters },
		credentials: { ...cxone, ...genesys },
		...more,
	});
}
