import { randomUUID } from 'node:crypto';

import { clock } from '../../core/http/clock';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator';
import { VirtualClock } from '../simulator/support';

/** A simulator and the pack on one clock that stands still until somebody waits. */
export interface VirtualWorld {
	simulator: Simulator;
	time: VirtualClock;
	/** Every wait of the pack so far, in milliseconds. */
	waits: number[];
	end(): Promise<void>;
}

/** Starts a simulator, without contents unless told. Waits take no time, but move the clock to their end. */
export async function startVirtualWorld(options: SimulatorOptions = {}): Promise<VirtualWorld> {
	const time = new VirtualClock();
	const waits: number[] = [];
	const real = { ...clock };
	clock.now = time.now;
	clock.sleep = async (ms, signal) => {
		waits.push(ms);
		const end = time.ms + ms;
		await new Promise((resolve) => setImmediate(resolve));
		signal?.throwIfAborted();
		time.ms = Math.max(time.ms, end);
	};
	const simulator = await startSimulator({ seed: 'empty', now: time.now, ...options });
	// Budgets last as long as the process and go by tenant: each world has a tenant of its own, for its clock starts anew.
	Object.assign(simulator.cxone, { tenantId: randomUUID() });
	return {
		simulator,
		time,
		waits,
		async end() {
			Object.assign(clock, real);
			await simulator.stop();
		},
	};
}
