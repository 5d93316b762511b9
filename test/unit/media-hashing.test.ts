import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { Digests } from '../../core/media/digests';
import { HashingLost, HashingThread } from '../../core/media/hashing-thread';

const SLOT = 1_000;
const MIB = 1024 * 1024;
const LARGE = 64 * MIB;
const folder = mkdtempSync(join(tmpdir(), 'hashing-'));
const program = join(folder, 'digest-worker.js');
const threads: HashingThread[] = [];

beforeAll(() => {
	const entry = join(__dirname, '../../core/media/digest-worker.ts');
	buildSync({
		entryPoints: [entry],
		outfile: program,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
	});
});
afterEach(async () => {
	await Promise.all(threads.splice(0).map(async (thread) => await thread.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

function thread(path = program): HashingThread {
	const made = new HashingThread(SLOT, path);
	threads.push(made);
	return made;
}

const hash = (algorithm: string, bytes: Buffer) =>
	createHash(algorithm).update(bytes).digest('hex');

it('hashes several files at once, whose blocks are written over as soon as they were taken', async () => {
	const hashing = thread();
	await Promise.all(
		Array.from({ length: 5 }, async (_, file) => {
			const source = randomBytes(SLOT * 20 + file * 7);
			const digests = hashing.digestsFor(LARGE)!;
			const block = Buffer.alloc(SLOT);
			for (let at = 0; at < source.length; at += SLOT) {
				const bytes = source.copy(block, 0, at, at + SLOT);
				await digests.update(block.subarray(0, bytes));
				block.fill(0xff);
				if (at === SLOT * 10)
					expect(await digests.soFar()).toBe(hash('sha256', source.subarray(0, SLOT * 11)));
			}
			expect(await digests.finish()).toEqual({
				md5: hash('md5', source),
				sha256: hash('sha256', source),
			});
		}),
	);
});

it('leaves few small files, files of unknown size and what comes after its end to others', async () => {
	const hashing = thread();
	for (let file = 0; file < 15; file++) expect(hashing.digestsFor(MIB)).toBeUndefined();
	expect(hashing.digestsFor(undefined)).toBeUndefined();
	expect(hashing.digestsFor(MIB)).toBeDefined();
	expect(hashing.digestsFor(MIB / 2)).toBeDefined();
	expect(hashing.digestsFor(MIB / 2 - 1)).toBeUndefined();
	expect(hashing.digestsFor(undefined)).toBeUndefined();
	await hashing.close();
	expect(hashing.digestsFor(LARGE)).toBeUndefined();
});

it('forgets what a file began with when it is dropped, and that of no other file', async () => {
	const hashing = thread();
	const [one, other] = [hashing.digestsFor(LARGE)!, hashing.digestsFor(LARGE)!];
	const [first, second] = [randomBytes(SLOT), randomBytes(SLOT)];
	for (const digests of [one, other]) await digests.update(first);
	one.drop();
	for (const digests of [one, other]) await digests.update(second);
	expect(await one.soFar()).toBe(hash('sha256', second));
	expect(await other.soFar()).toBe(hash('sha256', Buffer.concat([first, second])));
	await other.finish();
	await other.update(first);
	expect((await other.finish()).md5).toBe(hash('md5', first));
});

it('drops nothing where no thread was started', () => {
	expect(() => thread().digestsFor(LARGE)!.drop()).not.toThrow();
});

it('hashes many small files, four at once', async () => {
	const hashing = new HashingThread(MIB, program);
	threads.push(hashing);
	const file = async (number: number) => {
		const source = randomBytes(600_000 + number);
		const digests = hashing.digestsFor(source.length) ?? new Digests();
		await digests.update(source);
		expect(await digests.finish()).toEqual({
			md5: hash('md5', source),
			sha256: hash('sha256', source),
		});
		return digests instanceof Digests;
	};
	const inPlace: boolean[] = [];
	for (let number = 0; number < 60; number += 4)
		inPlace.push(
			...(await Promise.all([0, 1, 2, 3].map(async (more) => await file(number + more)))),
		);
	expect(inPlace).toEqual(inPlace.map((_, number) => number < 27));
});

it('is not used where its program is not there', () => {
	expect(thread(join(folder, 'missing.js')).digestsFor(LARGE)).toBeUndefined();
});

it.each([
	['process.exit(3)', undefined],
	["throw new Error('broken')", expect.objectContaining({ message: 'broken' }) as Error],
])('says so when it ends by itself: %s', async (code, cause) => {
	const path = join(folder, 'broken.js');
	writeFileSync(
		path,
		`require('node:worker_threads').parentPort.on('message', () => { ${code} });`,
	);
	const hashing = thread(path);
	const digests = hashing.digestsFor(LARGE)!;
	await digests.update(Buffer.alloc(SLOT));
	const lost: unknown = await (async () => await digests.finish())().catch(
		(error: unknown) => error,
	);
	expect(lost).toBeInstanceOf(HashingLost);
	expect((lost as HashingLost).cause).toEqual(cause);
	await expect((async () => await digests.update(Buffer.alloc(SLOT)))()).rejects.toBeInstanceOf(
		HashingLost,
	);
	expect(hashing.digestsFor(LARGE)).toBeUndefined();
});
