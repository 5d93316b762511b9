import { readExample } from '../../host/delivery';
import { describeFailure, outputOf, type ExecutionResult } from '../../host/execution';
import type { WorkflowJson } from '../../host/n8n';
import { dayFarFromMidnight, HOUR_MS, ledgerOf, type Ledger } from './ledger';
import { bootWorld, type World } from './world';

const { zone, yesterday } = dayFarFromMidnight();

let world: World;
let ledger: Ledger;
let id: string;

beforeAll(async () => {
	const budgets = { recordingApiPerMinute: 1_000 };
	world = await bootWorld({
		simulator: { seed: 'empty', ...budgets },
		budgets,
		env: { GENERIC_TIMEZONE: zone },
	});
	id = await world.host.importWorkflow(readExample('archive-and-completeness.json'));
	await world.host.start();
	ledger = ledgerOf(world.host);
	for (let call = 0; call < 24; call++) {
		world.simulator.cxone.recordings.add({
			recordingId: `call-${call}`,
			startTime: yesterday + call * HOUR_MS,
		});
	}
	// Neither the day before nor today is asked for.
	world.simulator.cxone.recordings.add({ recordingId: 'earlier', startTime: yesterday - 1 });
	world.simulator.cxone.recordings.add({
		recordingId: 'today',
		startTime: yesterday + 24 * HOUR_MS,
	});
});
afterAll(async () => {
	await world?.end();
});

const check = async (): Promise<ExecutionResult> => await world.host.execute(id);
const reportOf = (result: ExecutionResult) => String(outputOf(result, 'Report')[0]?.json.report);
const downloaded = (result: ExecutionResult) =>
	outputOf(result, 'Download Media')
		.map(({ json }) => json.recordingId)
		.sort();

describe('archive-and-completeness.json in a real n8n', () => {
	it('makes the ledger and archives a whole day', async () => {
		const result = await check();
		expect(describeFailure(result)).toBe('');
		expect(reportOf(result)).toMatch(
			/^24 of 24 recordings of \d{4}-\d\d-\d\d are archived; 24 of them only now\.$/,
		);
		const rows = await ledger.rows();
		const sources = world.simulator.sources();
		expect(rows).toHaveLength(24);
		for (const row of rows)
			expect(row.sha256).toBe(
				sources.find(({ recordingId }) => recordingId === row.recordingId)?.sha256,
			);
	});

	it('finds nothing to do where nothing is missing', async () => {
		const before = world.simulator.requests.filter(({ server }) => server === 'media').length;
		const result = await check();
		expect(describeFailure(result)).toBe('');
		expect(reportOf(result)).toMatch(/^24 of 24 .*; 0 of them only now\.$/);
		expect(world.simulator.requests.filter(({ server }) => server === 'media')).toHaveLength(
			before,
		);
	});

	it('downloads exactly what is missing in the ledger', async () => {
		await ledger.remove('call-3');
		await ledger.remove('call-17');
		const result = await check();
		expect(describeFailure(result)).toBe('');
		expect(downloaded(result)).toEqual(['call-17', 'call-3']);
		expect(reportOf(result)).toMatch(/^24 of 24 .*; 2 of them only now\.$/);
		expect((await ledger.rows()).map(({ recordingId }) => recordingId).sort()).toEqual(
			[...Array(24).keys()].map((call) => `call-${call}`).sort(),
		);
	});

	it('fails, with the gap and its reason, while a recording cannot be had', async () => {
		world.simulator.cxone.recordings.add({
			recordingId: 'stuck',
			startTime: yesterday + 23 * HOUR_MS,
			status: 'Processing',
		});
		await ledger.remove('call-5');
		const result = await check();
		expect(downloaded(result)).toEqual(['call-5']);
		expect(result.status).toBe('error');
		expect(describeFailure(result)).toMatch(
			/^Raise the Alarm: 24 of 25 recordings of .* are archived; 1 of them only now\. Missing: stuck\. Recording stuck cannot be downloaded yet/,
		);
		world.simulator.cxone.recordings.remove('stuck');
	});

	it('has nothing to prove for a day without calls', async () => {
		for (let call = 0; call < 24; call++) world.simulator.cxone.recordings.remove(`call-${call}`);
		const result = await check();
		expect(describeFailure(result)).toBe('');
		expect(reportOf(result)).toMatch(/^0 of 0 /);
	});
});

describe('archive-and-completeness.json, set to Genesys', () => {
	/** The example as its note says to change it. */
	function forGenesys(): WorkflowJson {
		const workflow = readExample('archive-and-completeness.json');
		const credentials = {
			genesysBasicApi: { id: 'genesysBasic', name: 'Genesys Interaction Recording' },
		};
		for (const node of workflow.nodes) if ('credentials' in node) node.credentials = credentials;
		const search = workflow.nodes.find(({ name }) => name === 'Recordings of the Day')!;
		const { createdAfter, createdBefore } = search.parameters as Record<string, string>;
		search.parameters = {
			platform: 'genesys',
			returnAll: true,
			startedAfter: createdAfter,
			endedBefore: createdBefore,
		};
		for (const node of workflow.nodes) {
			if (String(node.type).endsWith('.downloadMedia'))
				node.parameters = { ...(node.parameters as object), platform: 'genesys' };
		}
		return workflow;
	}

	it('does not count a recording as archived of which one file could not be had', async () => {
		const { host, simulator } = world;
		for (const name of ['GIR1', 'GIR2']) {
			simulator.genesys.recordings.add({
				id: name,
				startTime: yesterday + HOUR_MS,
				stopTime: yesterday + 2 * HOUR_MS,
				media: [{ source: { file: 'inbound.mp3' } }, { source: { file: 'outbound.mp3' } }],
			});
		}
		const [, second] = simulator.sources().filter(({ recordingId }) => recordingId === 'GIR2');
		simulator.faults.add({
			server: 'genesys',
			path: new RegExp(second.mediaUUID!),
			times: Infinity,
			effect: { kind: 'status', status: 500 },
		});
		const genesys = await host.importWorkflow(forGenesys());

		const gap = await host.execute(genesys);
		expect(describeFailure(gap)).toMatch(
			/^Raise the Alarm: 1 of 2 .*; 1 of them only now\. Missing: GIR2\./,
		);
		const rowsOf = async () =>
			(await ledger.rows()).filter(({ platform }) => platform === 'genesys');
		expect((await rowsOf()).map(({ recordingId }) => recordingId)).toEqual(['GIR1']);

		simulator.faults.clear();
		const healed = await host.execute(genesys);
		expect(describeFailure(healed)).toBe('');
		expect(reportOf(healed)).toMatch(/^2 of 2 .*; 1 of them only now\.$/);
		expect((await rowsOf()).map(({ sha256 }) => String(sha256).split(', ').length)).toEqual([2, 2]);
	});
});
