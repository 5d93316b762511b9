/**
 * Measures what hashing in a second thread brings where files are small: many of them through the download engine, four at
 * once, written to disk, in this process; hashed in place and in the thread, turn and turn about.
 * `npx tsx bench/small-files.ts [bytes] [files] [runs]`.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { median } from './measure';
import { Transport } from '../core/http/transport';
import { BlockPool } from '../core/media/blocks';
import { download } from '../core/media/download';
import { HashingThread } from '../core/media/hashing-thread';
import { inParallel } from '../core/media/parallel';

const FILES_AT_ONCE = 4;
const [sizeBytes = 1024 * 1024, files = 200, runs = 9] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'small-files-'));
const program = join(folder, 'digest-worker.js');

/** Seconds it takes, and seconds of processor time of all threads, the start of the hashing thread included. */
async function run(
	origin: string,
	thread: boolean,
): Promise<{ seconds: number; cpuSeconds: number }> {
	const pool = new BlockPool();
	const hashing = new HashingThread(pool.blockBytes, thread ? program : `${program}.missing`);
	const transport = new Transport({});
	const cpu = process.cpuUsage();
	const began = performance.now();
	await inParallel({
		items: files,
		limit: FILES_AT_ONCE,
		plan: async (item) => await Promise.resolve([`${sizeBytes}-${item}`]),
		run: async (name) =>
			await download(
				{
					recordingId: name,
					channel: 'combined',
					renewable: true,
					link: async () =>
						(await transport.json({ url: `${origin}/api/v2/recording/${name}/download` })).body as {
							url: string;
						},
				},
				transport,
				async (body, fileName) => await writeFile(join(folder, fileName), body),
				{ minimumBytes: 0, acceptOtherKind: false, hashing, pool, reuseMemory: true },
			),
		failed: (error) => {
			throw error;
		},
		cancel: () => undefined,
	});
	await hashing.close();
	await transport.close();
	const { user, system } = process.cpuUsage(cpu);
	return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function main(): Promise<void> {
	buildSync({
		entryPoints: [join(__dirname, '../core/media/digest-worker.ts')],
		outfile: program,
		bundle: true,
		platform: 'node',
	});
	const child = fork(join(__dirname, 'origin.ts'), { execArgv: process.execArgv });
	const origin = await new Promise<string>((resolve) =>
		child.once('message', (message) => resolve((message as { url: string }).url)),
	);
	try {
		for (const thread of [false, true]) await run(origin, thread);
		const ratios: number[] = [];
		const cpuRatios: number[] = [];
		for (let number = 1; number <= runs; number++) {
			const inPlace = await run(origin, false);
			const inThread = await run(origin, true);
			ratios.push(inPlace.seconds / inThread.seconds);
			cpuRatios.push(inPlace.cpuSeconds / inThread.cpuSeconds);
			console.log(
				`run ${number}  in place ${inPlace.seconds.toFixed(2)} s  in the thread ${inThread.seconds.toFixed(2)} s  ${ratios.at(-1)?.toFixed(2)}x`,
			);
		}
		console.log(
			`${files} files of ${sizeBytes} bytes: the thread is ${median(ratios).toFixed(2)} times as fast, processor time ${median(cpuRatios).toFixed(2)} to 1`,
		);
	} finally {
		child.disconnect();
		rmSync(folder, { recursive: true, force: true });
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
