/**
 * Measures Download Media in a real n8n against n8n's own HTTP Request node, both downloading the same URLs in the same
 * run, and curl writing to disk. `npm run bench:download`; `--quick` for a first look, `--help` for the rest.
 */
import { fork, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { chart } from './chart';
import { NAMES, WAYS, type MemoryFigures, type SpeedFigures, type Way } from './figures';
import { median, watch, type Cost } from './measure';
import { describeFailure, outputOf, type ExecutionResult } from '../host/execution';
import { ensureHost } from '../host/install';
import { N8nHost, type WorkflowJson } from '../host/n8n';
import { buildAndPack } from '../host/pack';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const TIMEOUT_MS = 600_000;
const QUIET_POLL_MS = 5_000;

const HELP = `npm run bench:download -- [options]

  --runs N      runs of each, alternating (5)
  --quick       256 MiB and 40 files in place of 1 GiB and 200, no 10 GiB
  --no-memory   throughput only
  --no-speed    memory only
  --only TEXT   only loads whose name has this in it
  --tarball F   a packed node pack; without it the project is built
  --out DIR     where results.json and download.svg go (bench)
`;

interface Load {
	name: string;
	files: number;
	bytes: number;
	parallel?: number;
}

interface Sample {
	seconds: number;
	cost: Cost;
}

function workflow(load: Load, way: Way, origin: string): WorkflowJson {
	// As Search Recordings and the trigger hand them over.
	const items = Array.from({ length: load.files }, (_, index) => ({
		platform: 'cxone',
		id: `${load.bytes}-${index}`,
		status: 'Available',
		media: [{ channel: 'combined', kind: 'video' }],
		references: { recordingId: `${load.bytes}-${index}` },
		url: `${origin}/media/${load.bytes}/${load.bytes}-${index}.mp4`,
	}));
	const subject =
		way === 'httpRequest'
			? {
					type: 'n8n-nodes-base.httpRequest',
					typeVersion: 4.2,
					parameters: {
						url: '={{ $json.url }}',
						options: { response: { response: { responseFormat: 'file' } } },
					},
				}
			: {
					type: 'n8n-nodes-call-recordings.downloadMedia',
					typeVersion: 1,
					credentials: { cxoneAccessKeyApi: { id: 'bench', name: 'Bench' } },
					parameters: {
						platform: 'cxone',
						source: 'input',
						options: {
							hashes: way === 'downloadMediaHashes',
							...(load.parallel && { parallel: load.parallel }),
						},
					},
				};
	const node = (name: string, x: number, rest: Record<string, unknown>) => ({
		id: name,
		name,
		position: [x, 0],
		...rest,
	});
	const to = (name: string) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });
	return {
		name: `${load.name}, ${NAMES[way]}`,
		nodes: [
			node('Start', 0, { type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} }),
			node('List', 200, {
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: { mode: 'raw', jsonOutput: JSON.stringify({ items }), options: {} },
			}),
			node('Split', 400, {
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'items', options: {} },
			}),
			node('Subject', 600, subject),
		],
		connections: { Start: to('List'), List: to('Split'), Split: to('Subject') },
		settings: { executionOrder: 'v1', saveManualExecutions: true },
	};
}

/** Executes a workflow and asks seldom whether it is over: each question leaves megabytes of garbage in n8n. */
async function executeQuietly(host: N8nHost, id: string): Promise<ExecutionResult> {
	const started = (await host.request('POST', `/workflows/${id}/run`, {
		triggerToStartFrom: { name: 'Start' },
	})) as { executionId: string };
	for (;;) {
		await sleep(QUIET_POLL_MS);
		const result = await host.execution(started.executionId);
		if (result.status === 'success' || result.status === 'error' || result.status === 'crashed')
			return result;
	}
}

/** Runs a workflow once and checks that all its files are there. */
async function runOnce(host: N8nHost, id: string, load: Load, quietly = false): Promise<Sample> {
	const { pid } = host;
	if (pid === undefined) throw new Error('n8n is not running');
	const { result, cost } = await watch(pid, async () => ({
		result: quietly
			? await executeQuietly(host, id)
			: await host.execute(id, { timeoutMs: TIMEOUT_MS }),
	}));
	const files = outputOf(result, 'Subject').flatMap(({ binary }) => Object.values(binary ?? {}));
	const whole = files.filter(({ bytes }) => bytes === load.bytes).length;
	if (result.status !== 'success' || whole !== load.files) {
		throw new Error(`${whole} of ${load.files} files arrived. ${describeFailure(result)}`);
	}
	rmSync(host.storageFolder, { recursive: true, force: true });
	return { seconds: (result.nodes.Subject?.[0]?.executionTimeMs ?? Number.NaN) / 1000, cost };
}

async function curl(origin: string, load: Load, folder: string): Promise<number> {
	const args = ['-s', '--parallel', '--parallel-max', '4'];
	for (let index = 0; index < load.files; index++) {
		args.push(
			'-o',
			join(folder, `${index}.mp4`),
			`${origin}/media/${load.bytes}/${load.bytes}-${index}.mp4`,
		);
	}
	mkdirSync(folder, { recursive: true });
	const started = performance.now();
	const code = await new Promise<number | null>((resolve, reject) =>
		spawn('curl', args).on('error', reject).on('exit', resolve),
	);
	const seconds = (performance.now() - started) / 1000;
	rmSync(folder, { recursive: true, force: true });
	if (code !== 0) throw new Error(`curl ended with ${String(code)}`);
	return seconds;
}

async function startOrigin(): Promise<{ url: string; stop: () => void }> {
	const child = fork(join(__dirname, 'origin.ts'), { execArgv: process.execArgv });
	const url = await new Promise<string>((resolve, reject) => {
		child.once('message', (message) => resolve((message as { url: string }).url));
		child.once('error', reject);
	});
	return { url, stop: () => child.disconnect() };
}

async function speed(
	host: N8nHost,
	origin: string,
	load: Load,
	runs: number,
): Promise<SpeedFigures> {
	const ids = await host.importWorkflows(WAYS.map((way) => workflow(load, way, origin)));
	await host.start();
	const samples = new Map<Way, Sample[]>(WAYS.map((way) => [way, []]));
	const floors: number[] = [];
	try {
		// One of each to warm up: code is compiled, connections are made.
		for (const id of ids) await runOnce(host, id, load);
		for (let run = 0; run < runs; run++) {
			for (const [index, way] of WAYS.entries()) {
				const sample = await runOnce(host, ids[index] ?? '', load);
				samples.get(way)?.push(sample);
				console.log(
					`  ${load.name}  run ${run + 1}  ${NAMES[way].padEnd(32)} ${sample.seconds.toFixed(2)} s  CPU ${sample.cost.cpuSeconds.toFixed(2)} s`,
				);
			}
			floors.push(await curl(origin, load, join(host.userFolder, 'curl')));
			console.log(
				`  ${load.name}  run ${run + 1}  ${'curl'.padEnd(32)} ${(floors.at(-1) ?? 0).toFixed(2)} s`,
			);
		}
	} finally {
		await host.stop();
	}
	const of = (way: Way, value: (sample: Sample) => number) => (samples.get(way) ?? []).map(value);
	// Run by run: what else the machine does changes from one to the next, and hits both alike.
	const ratio = (one: number[], other: number[]) =>
		median(one.map((value, run) => value / (other[run] ?? Number.NaN)));
	const baseSeconds = of('httpRequest', ({ seconds }) => seconds);
	const baseCpu = of('httpRequest', ({ cost }) => cost.cpuSeconds);
	const figures = (way: Way) => {
		const all = of(way, ({ seconds }) => seconds);
		const cpu = of(way, ({ cost }) => cost.cpuSeconds);
		return {
			seconds: median(all),
			cpuSeconds: median(cpu),
			all,
			throughputRatio: ratio(baseSeconds, all),
			cpuRatio: ratio(cpu, baseCpu),
		};
	};
	return {
		load: load.name,
		totalBytes: load.files * load.bytes,
		curlSeconds: median(floors),
		ways: {
			httpRequest: figures('httpRequest'),
			downloadMedia: figures('downloadMedia'),
			downloadMediaHashes: figures('downloadMediaHashes'),
		},
	};
}

/** Highest memory of one execution in an n8n that did nothing before, above what it needs idle. */
async function memory(host: N8nHost, origin: string, load: Load, way: Way): Promise<number> {
	const [id = ''] = await host.importWorkflows([workflow(load, way, origin)]);
	await host.start();
	try {
		await sleep(4_000);
		const { cost } = await runOnce(host, id, load, true);
		console.log(
			`  ${load.name.padEnd(24)} ${NAMES[way].padEnd(32)} peak ${(cost.peakBytes / MIB).toFixed(0)} MiB above idle`,
		);
		return cost.peakBytes;
	} finally {
		await host.stop();
	}
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			runs: { type: 'string', default: '5' },
			quick: { type: 'boolean', default: false },
			'no-memory': { type: 'boolean', default: false },
			'no-speed': { type: 'boolean', default: false },
			only: { type: 'string', default: '' },
			tarball: { type: 'string' },
			out: { type: 'string', default: __dirname },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return;
	}
	const runs = Number(values.runs);
	const large = values.quick
		? { name: '256 MiB', files: 1, bytes: 256 * MIB }
		: { name: '1 GiB', files: 1, bytes: GIB };
	const many = values.quick
		? { name: '40 x 1 MiB', files: 40, bytes: MIB }
		: { name: '200 x 1 MiB', files: 200, bytes: MIB };
	const tarball = values.tarball ?? (await buildAndPack());
	const origin = await startOrigin();
	const host = await N8nHost.create({ paths: await ensureHost() });
	try {
		await host.installPack(tarball);
		await host.importCredentials([
			{
				id: 'bench',
				name: 'Bench',
				type: 'cxoneAccessKeyApi',
				data: {
					area: 'other',
					apiBaseUrl: origin.url,
					authBaseUrl: '',
					accessKeyId: 'bench',
					accessKeySecret: 'bench',
					accessToken: '',
					moreSettings: true,
					recordingApiPerMinute: 1_000_000,
				},
			},
		]);
		const speeds: SpeedFigures[] = [];
		if (!values['no-speed'])
			for (const load of [large, many].filter(({ name }) => name.includes(values.only)))
				speeds.push(await speed(host, origin.url, load, runs));
		const memories: MemoryFigures[] = [];
		if (!values['no-memory']) {
			const cases: Array<[Load, Way]> = [
				[large, 'httpRequest'],
				[large, 'downloadMedia'],
				[large, 'downloadMediaHashes'],
				[many, 'downloadMediaHashes'],
				[
					{ name: '10 files at once', files: 10, bytes: large.bytes / 4, parallel: 10 },
					'downloadMediaHashes',
				],
				...(values.quick
					? []
					: [
							[{ name: '10 GiB', files: 1, bytes: 10 * GIB }, 'downloadMediaHashes'] as [Load, Way],
						]),
			];
			for (const [load, way] of cases.filter(([{ name }]) => name.includes(values.only))) {
				const all: number[] = [];
				for (let run = 0; run < Math.min(runs, 3); run++)
					all.push(Math.round((await memory(host, origin.url, load, way)) / MIB));
				memories.push({ load: load.name, way, peakMib: median(all), all });
			}
		}
		writeFileSync(
			join(values.out, 'download.json'),
			`${JSON.stringify({ n8n: host.paths.version, speeds, memories }, undefined, '\t')}\n`,
		);
		if (speeds.length > 0) writeFileSync(join(values.out, 'download.svg'), chart(speeds));
		for (const { load, curlSeconds, ways } of speeds) {
			console.log(`\n${load}: curl ${curlSeconds.toFixed(2)} s`);
			for (const way of WAYS) {
				const { seconds, cpuSeconds, throughputRatio, cpuRatio } = ways[way];
				console.log(
					`  ${NAMES[way].padEnd(32)} ${seconds.toFixed(2)} s (${throughputRatio.toFixed(2)}x)   CPU ${cpuSeconds.toFixed(2)} s (${cpuRatio.toFixed(2)}x)`,
				);
			}
		}
		for (const { load, way, peakMib, all } of memories)
			console.log(
				`${load.padEnd(18)} ${NAMES[way].padEnd(32)} ${peakMib} MiB above idle (${all.join(', ')})`,
			);
	} finally {
		await host.dispose();
		origin.stop();
	}
}

if (require.main === module) {
	main().catch((error: unknown) => {
		console.error(error instanceof Error ? error.stack : error);
		process.exitCode = 1;
	});
}
