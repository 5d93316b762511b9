import { setTimeout as sleep } from 'node:timers/promises';

import { outputOf } from '../../host/execution';
import type { WorkflowJson } from '../../host/n8n';
import { bootWorld, type World } from './world';

const TRIGGER = 'Call Recording Trigger';
const FILES = 'Download Media';

function workflow(platform: 'cxone' | 'genesys'): WorkflowJson {
	const credentials =
		platform === 'cxone'
			? { cxoneAccessKeyApi: { id: 'cxoneAccessKey', name: 'CXone access key' } }
			: { genesysBasicApi: { id: 'genesysBasic', name: 'Genesys Interaction Recording' } };
	return {
		name: `New recordings, ${platform}`,
		nodes: [
			{
				id: `trigger-${platform}`,
				name: TRIGGER,
				type: 'n8n-nodes-call-recordings.recordingTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { pollTimes: { item: [{ mode: 'everyMinute' }] }, platform },
				credentials,
			},
			{
				id: `files-${platform}`,
				name: FILES,
				type: 'n8n-nodes-call-recordings.downloadMedia',
				typeVersion: 1,
				position: [200, 0],
				parameters: { platform },
				credentials,
			},
		],
		connections: { [TRIGGER]: { main: [[{ node: FILES, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

describe.each(['cxone', 'genesys'] as const)(
	'the trigger at work in a real n8n, on %s',
	(platform) => {
		let world: World;
		let id: string;

		beforeAll(async () => {
			world = await bootWorld({ simulator: { seed: 'empty' } });
			id = await world.host.importWorkflow(workflow(platform));
			addCall('old', 60);
			await world.host.publish(id);
			await world.host.start();
		});

		afterAll(async () => {
			await world?.end();
		});

		/** A call that ended so many minutes ago and is available. */
		function addCall(name: string, minutesAgo: number): void {
			const endTime = Date.now() - minutesAgo * 60_000;
			const startTime = endTime - 60_000;
			if (platform === 'cxone')
				world.simulator.cxone.recordings.add({ recordingId: name, startTime, endTime });
			else world.simulator.genesys.recordings.add({ id: name, startTime, stopTime: endTime });
		}

		/** IDs that executions began with, in order. */
		async function started(): Promise<string[]> {
			const executions = await world.host.executions(id);
			return executions.flatMap((execution) =>
				outputOf(execution, TRIGGER).map(({ json }) => String(json.id)),
			);
		}

		async function untilStarted(count: number): Promise<string[]> {
			for (const deadline = Date.now() + 100_000; Date.now() < deadline;) {
				const ids = await started();
				if (ids.length >= count) return ids;
				await sleep(1_000);
			}
			return await started();
		}

		it('starts executions for recordings that become available; the node behind it fetches their files', async () => {
			addCall('first', 1);
			addCall('second', 0);
			expect((await untilStarted(2)).sort()).toEqual(['first', 'second']);
			const [execution] = await world.host.executions(id);
			expect(execution!.status).toBe('success');
			const [item] = outputOf(execution!, FILES);
			const bytes = await world.host.readBinary(item!.binary!.data!);
			const source = world.simulator
				.sources()
				.find(({ recordingId }) => recordingId === item!.json.recordingId)!;
			expect(bytes).toHaveLength(source.sizeBytes);
		}, 150_000);

		it('goes on after a stop: nothing lost, nothing twice', async () => {
			await world.host.stop();
			addCall('while stopped', 0);
			await world.host.start();
			expect((await untilStarted(3)).sort()).toEqual(['first', 'second', 'while stopped']);
		}, 240_000);

		it('goes on after a crash: nothing lost, nothing twice', async () => {
			await world.host.kill();
			addCall('after the crash', 0);
			await world.host.start();
			await untilStarted(4);
			// One more poll at least.
			await sleep(65_000);
			expect((await started()).sort()).toEqual([
				'after the crash',
				'first',
				'second',
				'while stopped',
			]);
		}, 300_000);
	},
);
