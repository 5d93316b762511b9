import { setTimeout as sleep } from 'node:timers/promises';

import { readExample } from '../../host/delivery';
import { describeFailure, outputOf } from '../../host/execution';
import type { WorkflowJson } from '../../host/n8n';
import type { N8nProcess } from '../../host/n8n-process';
import { startQueueServers, type QueueServers } from '../../host/servers';
import { dayFarFromMidnight, ledgerOf, type Ledger } from '../e2e/ledger';
import { bootWorld, type World } from '../e2e/world';

const RECORDINGS = 300;
const PER_POLL = 25;
const PER_MINUTE = 240;
const FILES_BEFORE_STANDSTILL = 60;
const { zone, yesterday } = dayFarFromMidnight();

let servers: QueueServers;
let world: World;
let ledger: Ledger;
const workers: N8nProcess[] = [];

beforeAll(async () => {
	servers = await startQueueServers();
	const budgets = { recordingApiPerMinute: PER_MINUTE };
	world = await bootWorld({
		simulator: { seed: 'empty', ...budgets },
		budgets,
		env: {
			...servers.env,
			GENERIC_TIMEZONE: zone,
			// A worker's death is noticed as soon as its lock has run out. A busy machine may keep a living one from renewing it for long.
			QUEUE_WORKER_STALLED_INTERVAL: '5000',
		},
	});
	await world.host.start();
	workers.push(
		...(await Promise.all(
			['worker-1', 'worker-2'].map(async (name) => await world.host.startWorker(name)),
		)),
	);
	ledger = ledgerOf(world.host);
});

afterAll(async () => {
	await Promise.all(workers.map(async (worker) => await worker.stop()));
	await world?.end();
	await servers?.stop();
});

/** Waits until it is so, for a good while: the machine may be busy. */
async function until(
	what: string,
	isSo: () => Promise<boolean> | boolean,
	seconds = 300,
): Promise<void> {
	for (const deadline = Date.now() + seconds * 1_000; Date.now() < deadline; await sleep(250)) {
		if (await isSo()) return;
	}
	throw new Error(`After ${seconds} s it was not so that ${what}`);
}

/** IDs of the executions a worker has begun and not ended. */
async function inHand(worker: N8nProcess): Promise<string[]> {
	const begun = new Set<string>();
	for (const { message } of await worker.log()) {
		const [, what, id = ''] =
			/^Worker (started|finished|errored|completed).*? execution (\d+)/.exec(message) ?? [];
		if (what === 'started') begun.add(id);
		else if (what !== undefined) begun.delete(id);
	}
	return [...begun];
}

/** The example, with a trigger that works the past off in small portions every five seconds. */
function archive(): WorkflowJson {
	const workflow = readExample('archive-and-completeness.json');
	const trigger = workflow.nodes.find(({ name }) => name === 'Call Recording Trigger') as {
		parameters: object;
	};
	trigger.parameters = {
		...trigger.parameters,
		pollTimes: {
			item: [...Array(12).keys()].map((five) => ({
				mode: 'custom',
				cronExpression: `${five * 5} * * * * *`,
			})),
		},
		startFrom: 'time',
		startTime: new Date(yesterday).toISOString(),
		options: { maxItems: PER_POLL },
	};
	return workflow;
}

describe('the pack in queue mode, with two workers', () => {
	let id: string;
	let lost: string[];

	const summaries = async () => await world.host.executionSummaries(id);
	/** The executions that the trigger began with each recording, as far as n8n has kept them. */
	const inExecutions = async (): Promise<Map<string, string[]>> => {
		const found = new Map<string, string[]>();
		for (const execution of await world.host.executions(id)) {
			for (const { json } of outputOf(execution, 'Call Recording Trigger')) {
				found.set(String(json.id), [...(found.get(String(json.id)) ?? []), execution.id ?? '']);
			}
		}
		return found;
	};

	it(`hands ${RECORDINGS} recordings to the workers, one of which is killed`, async () => {
		for (let call = 0; call < RECORDINGS; call++) {
			world.simulator.cxone.recordings.add({
				recordingId: `call-${call}`,
				startTime: yesterday + call * 60_000,
			});
		}
		// After these files the media host stands still, so that no execution behind the second one can end until that is over.
		world.simulator.faults.add({
			server: 'media',
			skip: FILES_BEFORE_STANDSTILL,
			times: Infinity,
			effect: { kind: 'stall', afterBytes: 0 },
		});
		id = await world.host.importWorkflow(archive());
		await world.host.publish(id);

		let victim: N8nProcess | undefined;
		const ended = Math.floor(FILES_BEFORE_STANDSTILL / PER_POLL);
		await until('a worker is in the middle of its work', async () => {
			const media = world.simulator.requests.filter(({ server }) => server === 'media');
			if (media.length <= FILES_BEFORE_STANDSTILL) return false;
			for (const worker of workers) if ((await inHand(worker)).length > ended) victim ??= worker;
			return victim !== undefined;
		});
		await victim!.kill();
		world.simulator.faults.clear();
		const held = await inHand(victim!);

		const polls = () =>
			world.simulator.requests.filter(({ path }) => path === '/api/v2/recording/search').length;
		let ends: { executions: number; polls: number } | undefined;
		await until(
			'all executions are over and three polls have brought no new one',
			async () => {
				const all = await summaries();
				const over = all.every(({ status }) => ['success', 'error', 'crashed'].includes(status));
				if (!over || all.length < RECORDINGS / PER_POLL || all.length !== ends?.executions)
					ends = over ? { executions: all.length, polls: polls() } : undefined;
				return ends !== undefined && polls() >= ends.polls + 3;
			},
			500,
		);
		lost = (await summaries()).filter(({ status }) => status !== 'success').map(({ id }) => id);
		// Of what it held, those that had their files before the standstill may have ended. Nothing else is lost.
		expect(lost.length).toBeGreaterThanOrEqual(held.length - ended);
		expect(held).toEqual(expect.arrayContaining(lost));
	});

	it('finds and repairs what the killed worker lost: nothing is missing, nothing is there twice', async () => {
		const archivedBefore = (await ledger.rows()).map(({ recordingId }) => recordingId);
		const gone = RECORDINGS - archivedBefore.length;
		expect(gone).toBeGreaterThan(0);
		expect(gone).toBeLessThanOrEqual(lost.length * PER_POLL);

		const result = await world.host.execute(id, { timeoutMs: 400_000 });
		expect(describeFailure(result)).toBe('');
		expect(outputOf(result, 'Report')[0]?.json.report).toMatch(
			new RegExp(
				`^${RECORDINGS} of ${RECORDINGS} recordings of .* are archived; ${gone} of them only now\\.$`,
			),
		);

		const sources = new Map(
			world.simulator.sources().map((source) => [source.recordingId, source]),
		);
		const rows = await ledger.rows();
		expect(rows.map(({ recordingId }) => recordingId).sort()).toEqual([...sources.keys()].sort());
		expect(
			rows.filter(({ recordingId, sha256 }) => sources.get(recordingId)?.sha256 !== sha256),
		).toEqual([]);

		const before = new Set(archivedBefore);
		const handedOver = await inExecutions();
		const again = [...sources].flatMap(([recordingId, { objectKey = '' }]) => {
			const fetches = world.simulator.requests.filter(
				({ server, path, outcome }) =>
					server === 'media' && path.includes(objectKey) && outcome === 'complete',
			).length;
			const executions = handedOver.get(recordingId) ?? [];
			// What the killed worker had fetched is fetched again, nothing else; and what it had in hand, n8n has erased.
			const right =
				executions.length <= 1 && (fetches === 1 || (fetches === 2 && !before.has(recordingId)));
			return right ? [] : { recordingId, fetches, executions };
		});
		expect(again).toEqual([]);
	});

	it("keeps within the tenant's limit", () => {
		const calls = world.simulator.requests.filter(
			({ server, path }) => server === 'cxone' && path.startsWith('/api/v2/recording/'),
		);
		const refused = calls.filter(({ status }) => status === 429);
		console.log(`${calls.length} calls of the Recording API, ${refused.length} of them refused`);
		expect(refused.length / calls.length).toBeLessThanOrEqual(0.05);
	});

	it('stops a worker when the execution is cancelled', async () => {
		const { host, simulator } = world;
		await host.unpublish(id);
		simulator.faults.clear();
		const size = 8 * 1024 * 1024;
		const names = ['big-1', 'big-2', 'big-3', 'big-4'];
		for (const name of names) {
			simulator.cxone.recordings.add({
				recordingId: name,
				startTime: yesterday,
				media: { combined: { synthetic: { sizeBytes: size, seed: name } } },
			});
		}
		simulator.faults.add({
			server: 'media',
			times: Infinity,
			effect: { kind: 'stall', afterBytes: size / 2 },
		});
		const big = await host.importWorkflow(downloadsOf(names));
		const seen = simulator.requests.length;
		const transfers = () =>
			simulator.requests.slice(seen).filter(({ server }) => server === 'media');
		const execution = await host.startWorkflow(big);
		await until(
			'four transfers stand still',
			() => transfers().filter(({ responseBytes }) => responseBytes >= size / 2).length === 4,
		);

		const cancelled = Date.now();
		await host.stopExecution(execution);
		await until(
			'the transfers have ended',
			() => transfers().every(({ outcome }) => outcome === 'aborted'),
			20,
		);
		// A transfer that stands still would end by itself after 30 seconds.
		expect(Date.now() - cancelled).toBeLessThan(20_000);
		await until(
			'the execution is cancelled',
			async () => (await host.execution(execution)).status === 'canceled',
			20,
		);
		expect(transfers()).toHaveLength(4);
	});
});

function downloadsOf(ids: string[]): WorkflowJson {
	return {
		name: 'Large recordings',
		nodes: [
			{
				id: 'start',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'ids',
				name: 'IDs',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				position: [400, 0],
				parameters: { fieldToSplitOut: 'id' },
			},
			{
				id: 'list',
				name: 'List',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				position: [200, 0],
				parameters: { mode: 'raw', jsonOutput: JSON.stringify({ id: ids }) },
			},
			{
				id: 'download',
				name: 'Download Media',
				type: 'n8n-nodes-call-recordings.downloadMedia',
				typeVersion: 1,
				position: [600, 0],
				parameters: {
					platform: 'cxone',
					source: 'id',
					identifier: 'recordingId',
					recordingId: '={{ $json.id }}',
				},
				credentials: { cxoneAccessKeyApi: { id: 'cxoneAccessKey', name: 'CXone access key' } },
			},
		],
		connections: {
			Start: { main: [[{ node: 'List', type: 'main', index: 0 }]] },
			List: { main: [[{ node: 'IDs', type: 'main', index: 0 }]] },
			IDs: { main: [[{ node: 'Download Media', type: 'main', index: 0 }]] },
		},
		settings: { executionOrder: 'v1' },
	};
}
