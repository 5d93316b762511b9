import { createReadStream, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';

import { FsByteStore } from '@n8n/blob-storage';

import { World } from './world';
import { BlockPool } from '../../core/media/blocks';
import { download, type Store } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { MediaError } from '../../core/media/errors';
import { inParallel } from '../../core/media/parallel';
import type { FaultEffect, SyntheticFormat } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

/** How many downloads; a few hundred unless told. */
const DOWNLOADS = Number(process.env.SOAK_DOWNLOADS ?? 300);
const SEED = Number(process.env.SOAK_SEED ?? 20_250_304);
const PARALLEL = 8;
/** Small, so that small files have many blocks. */
const BLOCK = 16_384;
const MAX_FAULTS = 4;

/** Mulberry32: the same seed gives the same run. */
function randomOf(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
	};
}

function anyEffect(random: (below: number) => number, sizeBytes: number): FaultEffect {
	const somewhere = () => random(sizeBytes + 1);
	const makers: Array<() => FaultEffect> = [
		() => ({ kind: 'cut', afterBytes: somewhere() }),
		() => ({ kind: 'cut', afterBytes: somewhere() }),
		() => ({ kind: 'cut', afterBytes: somewhere() }),
		() => ({ kind: 'reset' }),
		() => ({ kind: 'short', bytes: somewhere() }),
		() => ({ kind: 'long', extraBytes: 1 + random(5_000) }),
		() => ({ kind: 'contentLength', value: somewhere() + random(2_000) }),
		() => ({ kind: 'noContentLength' }),
		() => ({ kind: 'ignoreRange' }),
		() => ({
			kind: 'wrongOffset',
			shift: random(2) === 0 ? -1 - random(3_000) : 1 + random(3_000),
		}),
		() => ({ kind: 'expired' }),
		() => ({ kind: 'gzip' }),
		() => ({ kind: 'delay', ms: random(4) }),
		() => ({
			kind: 'status',
			status: [403, 404, 410, 429, 500, 502, 503, 504][random(8)],
			body: '<Error><Code>Trouble</Code></Error>',
		}),
		() => ({ kind: 'status', status: 200, body: '<html><body>Sign in</body></html>' }),
		() => ({ kind: 'status', status: 206, body: 'x'.repeat(1 + random(3_000)) }),
	];
	return makers[random(makers.length)]();
}

it(
	`delivers ${DOWNLOADS} files through random faults byte for byte, or says why not`,
	async () => {
		const random = randomOf(SEED);
		const clock = new VirtualClock();
		const folder = await mkdtemp(join(tmpdir(), 'soak-'));
		const world = await World.start(clock);
		clock.install();
		const pool = new BlockPool(BLOCK);
		const bytes = new FsByteStore({
			storagePath: folder,
			reportError: (error) => {
				throw error;
			},
		});
		const store: Store<string> = async (body, name) => {
			await bytes.write(name, body);
			return name;
		};
		const tally: Record<string, number> = {};
		try {
			await inParallel({
				items: DOWNLOADS,
				limit: PARALLEL,
				failed: (error) => {
					throw error;
				},
				cancel: () => undefined,
				plan: async () => {
					const sizeBytes = 1_100 + random(180_000);
					const seed = `soak-${random(1_000_000_000)}`;
					const isGir = random(5) === 0;
					// Without a promised size only an MP4 proves that it is whole.
					const told = random(3) !== 0;
					const format: SyntheticFormat = isGir
						? 'mp3'
						: told
							? (['wav', 'mp3', 'mp4'] as const)[random(3)]
							: 'mp4';
					const source = { synthetic: { sizeBytes, seed, format } };
					const faults = Array.from({ length: random(MAX_FAULTS + 1) }, () =>
						anyEffect(random, sizeBytes),
					);
					const replaced = random(12) === 0;
					const hashes = random(4) !== 0;
					return [
						{
							...(isGir
								? { ...world.gir(source), objectKey: undefined }
								: world.signed(source, format, told)),
							faults,
							replaced,
							hashes,
							sizeBytes,
							seed,
							format,
						},
					];
				},
				run: async (task) => {
					const { mediaFile, objectKey, faults, hashes, sizeBytes, seed, format } = task;
					const { media, genesys } = world.simulator;
					const path =
						objectKey === undefined
							? `/api/v2/recordings/${mediaFile.recordingId}/*`
							: `/${objectKey}`;
					for (const effect of faults)
						world.simulator.faults.add({
							server: objectKey === undefined ? 'genesys' : 'media',
							path,
							effect,
						});
					const original =
						objectKey === undefined
							? genesys.recordings.need(mediaFile.recordingId).media[0].sha256
							: media.source(objectKey).sha256;
					const allowed = new Set([original]);
					let links = 0;
					const watched: MediaFile = {
						...mediaFile,
						link: async () => {
							const link = await mediaFile.link();
							// Another object stands in its place from the second link on.
							if (task.replaced && ++links === 2 && objectKey !== undefined) {
								allowed.add(
									media.replaceObject(objectKey, {
										synthetic: { sizeBytes, seed: `${seed}-other`, format },
									}).sha256,
								);
							}
							return link;
						},
					};
					const options = {
						minimumBytes: 1024,
						acceptOtherKind: false,
						hashes,
						pool,
						reuseMemory: true,
					};
					let outcome = 'delivered';
					try {
						const file = await download(watched, world.transport, store, options);
						const hash = createHash('sha256');
						await pipeline(createReadStream(join(folder, file.stored)), hash);
						const stored = hash.digest('hex');
						expect(allowed).toContain(stored);
						expect(file.sha256).toBe(hashes ? stored : null);
						expect(file.sizeBytes).toBe(statSync(join(folder, file.stored)).size);
						await rm(join(folder, file.stored));
					} catch (error) {
						if (!(error instanceof MediaError)) throw error;
						outcome = error.reason;
						expect(error.message + error.description).not.toMatch(/Signature=|Basic /);
					}
					tally[outcome] = (tally[outcome] ?? 0) + 1;
				},
			});
			// Neither whole files that nobody was told of, nor parts.
			expect(readdirSync(folder)).toEqual([]);
			expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(DOWNLOADS);
			expect(tally.delivered).toBeGreaterThan(DOWNLOADS / 3);
			if (process.env.SOAK_DOWNLOADS !== undefined)
				process.stdout.write(`soak, seed ${SEED}: ${JSON.stringify(tally)}\n`);
		} finally {
			clock.uninstall();
			await world.stop();
			await rm(folder, { recursive: true, force: true });
		}
	},
	30_000 + DOWNLOADS * 100,
);
