import { randomUUID } from 'node:crypto';

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
