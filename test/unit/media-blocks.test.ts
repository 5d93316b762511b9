import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { BlockPool, BlockReader } from '../../core/media/blocks';
import { BodyStream } from '../../core/media/body';
import { inParallel } from '../../core/media/parallel';
import { sameCopy, withLink } from '../../core/media/stored';

/** Node.js 20 cannot move the memory of a buffer. */
const canReclaim = 'transfer' in ArrayBuffer.prototype;
const bytes = (length: number, seed = 0) =>
	Buffer.from(Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff));

async function all(reader: BlockReader): Promise<Buffer[]> {
	const blocks: Buffer[] = [];
	for (let block = await reader.next(); block !== undefined; block = await reader.next())
		blocks.push(block);
	return blocks;
}

describe('blocks', () => {
	it.each([undefined, 1_000])(
		'hold the bytes in order, whatever the pieces (length told: %s)',
		async (told) => {
			const source = bytes(1_000);
			const pieces = [
				source.subarray(0, 1),
				source.subarray(1, 300),
				source.subarray(300, 301),
				source.subarray(301),
			].map((piece) => Buffer.from(piece));
			const blocks = await all(new BlockReader(Readable.from(pieces), new BlockPool(128), told));
			expect(Buffer.concat(blocks)).toEqual(source);
			expect(blocks.map(({ length }) => length)).toEqual([...Array<number>(7).fill(128), 104]);
			// A store that keeps them holds no more memory than there are bytes.
			expect(blocks.at(-1)!.buffer.byteLength).toBe(told === undefined ? 128 : 104);
		},
	);

	it('are one, and as small, where that is all there is', async () => {
		const [only, ...more] = await all(
			new BlockReader(Readable.from([bytes(40)]), new BlockPool(128), 40),
		);
		expect([only.equals(bytes(40)), only.buffer.byteLength, more]).toEqual([true, 40, []]);
	});

	it('hold bytes beyond those that were told', async () => {
		const blocks = await all(new BlockReader(Readable.from([bytes(50)]), new BlockPool(16), 40));
		expect(Buffer.concat(blocks)).toEqual(bytes(50));
	});

	it('begin with what was put back', async () => {
		const reader = new BlockReader(Readable.from([bytes(20)]), new BlockPool(16), 20);
		const first = (await reader.next())!;
		reader.putBack(first.subarray(10));
		expect(Buffer.concat(await all(reader))).toEqual(bytes(20).subarray(10));
	});

	it.each([
		['the connection is closed', 'The body was closed', (body: Readable) => body.destroy()],
		[
			'the reader is',
			'The transfer was closed',
			(_: Readable, reader: BlockReader) => reader.close(),
		],
	])('are waited for no longer when %s', async (_, message, end) => {
		const body = new Readable({ read: () => undefined });
		const reader = new BlockReader(body, new BlockPool(16), undefined);
		body.push(Buffer.alloc(5, 1));
		const next = reader.next();
		await sleep(1);
		end(body, reader);
		expect(body.destroyed).toBe(true);
		await expect(
			next.then(async (block) => {
				expect(block).toEqual(Buffer.alloc(5, 1));
				return await reader.next();
			}),
		).rejects.toThrow(message);
	});

	it('hand on everything that came before a break, and then the break', async () => {
		const body = Readable.from(
			(async function* () {
				yield Buffer.from('before');
				await sleep(1);
				throw new Error('cut');
			})(),
		);
		const reader = new BlockReader(body, new BlockPool(4), undefined);
		expect((await reader.next())!.toString()).toBe('befo');
		expect((await reader.next())!.toString()).toBe('re');
		await expect(reader.next()).rejects.toThrow('cut');
	});

	it('never run far ahead of whoever takes them', async () => {
		let given = 0;
		const body = Readable.from(
			(function* () {
				for (;;) {
					given++;
					yield Buffer.alloc(100);
				}
			})(),
			{ highWaterMark: 1 },
		);
		const reader = new BlockReader(body, new BlockPool(100), undefined);
		await reader.next();
		await sleep(10);
		expect(given).toBeLessThan(8);
		reader.close();
	});
});

describe('memory', () => {
	const ofBuffers = () => process.memoryUsage().arrayBuffers;
	const MIB = 1024 * 1024;

	it.each([
		['is used again', 16, (block: Buffer) => block, true],
		[
			'is used again when a part of it comes back',
			16,
			(block: Buffer) => block.subarray(3, 9),
			true,
		],
		['of the last block is not', 15, (block: Buffer) => block, false],
	])('%s', (_, size, part, again) => {
		const pool = new BlockPool(16);
		const block = pool.take(size).fill('once more');
		expect(block).toHaveLength(size);
		const { buffer } = block;
		pool.giveBack(part(block));
		expect(buffer.byteLength).toBe(canReclaim ? 0 : size);
		const next = pool.take(99);
		expect(next).toHaveLength(16);
		expect(next.toString('latin1', 0, 9) === 'once more').toBe(canReclaim && again);
	});

	it('of what is smaller than a block is free at once', () => {
		const pool = new BlockPool(8 * MIB);
		const before = ofBuffers();
		const blocks = Array.from({ length: 6 }, () => pool.take(4 * MIB));
		expect(ofBuffers() - before).toBeGreaterThan(20 * MIB);
		for (const block of blocks) pool.giveBack(block);
		if (canReclaim) expect(ofBuffers() - before).toBeLessThan(4 * MIB);
	});

	it('of blocks that nobody took is used again after the end', async () => {
		const pool = new BlockPool(4);
		const body = new Readable({ read: () => undefined });
		const reader = new BlockReader(body, pool, undefined);
		body.push(Buffer.from('abcdefghij'));
		await sleep(1);
		reader.close();
		const texts = [1, 2, 3].map(() => pool.take(4).toString());
		if (canReclaim) expect(texts.sort()).toEqual(['abcd', 'efgh', expect.stringMatching(/^ij/)]);
	});

	/** What becomes of the memory of a piece of a body once it was copied into a block. */
	async function afterReading(piece: Buffer, own?: boolean): Promise<number[]> {
		const body = new Readable({ read: () => undefined });
		const reader = new BlockReader(body, new BlockPool(64 * 1024), piece.length, own);
		const expected = bytes(piece.length);
		const lengths: number[] = [];
		// Whoever else listens has not done with the piece yet.
		body.on('data', () => lengths.push(piece.buffer.byteLength));
		body.push(piece);
		const block = await reader.next();
		await sleep(1);
		lengths.push(piece.buffer.byteLength);
		expect(block!.equals(expected)).toBe(true);
		return lengths;
	}
	const piece = (length: number, before = 0, after = 0) => {
		const memory = Buffer.allocUnsafeSlow(before + length + after);
		return bytes(length).copy(memory, before) === length
			? memory.subarray(before, before + length)
			: memory;
	};
	const KIB = 1024;

	it.each([
		['is free once it was copied', piece(20 * KIB), true, true],
		['of 16 KiB, too', piece(16 * KIB), true, true],
		['that has other pieces before it, too', piece(20 * KIB, 99), true, true],
		['that has another piece behind it is not', piece(20 * KIB, 0, 99), true, false],
		['that is shared among many is not', piece(10 * KIB, 5 * KIB), true, false],
		['that somebody else may hold is not', piece(20 * KIB), undefined, false],
	])('of a piece %s', async (_, given, own, free) => {
		const { byteLength } = given.buffer;
		expect(await afterReading(given, own)).toEqual([
			byteLength,
			canReclaim && free ? 0 : byteLength,
		]);
	});
});

describe('the stream a store gets', () => {
	/** A block that comes back from the pool is written over, as the next read would. */
	function stream(count: number, reuse: boolean): { body: BodyStream; pool: BlockPool } {
		const pool = new BlockPool(64);
		const blocks = (async function* () {
			for (let index = 0; index < count; index++) {
				const block = pool.take(64);
				block.fill(index);
				yield block;
			}
		})();
		return { body: new BodyStream(blocks, reuse ? pool : undefined), pool };
	}
	const expected = Buffer.concat(Array.from({ length: 20 }, (_, index) => Buffer.alloc(64, index)));

	it.each([true, false])(
		'gives whole bytes to a store that writes block by block (reuse: %s)',
		async (reuse) => {
			const written: Buffer[] = [];
			for await (const block of stream(20, reuse).body) {
				await sleep(0);
				written.push(Buffer.from(block as Buffer));
			}
			expect(Buffer.concat(written)).toEqual(expected);
		},
	);

	it.each([true, false])(
		'gives blocks of its own to a store that collects them by asking on (reuse: %s)',
		async (reuse) => {
			const kept: Buffer[] = [];
			for await (const block of stream(20, reuse).body) kept.push(block as Buffer);
			expect(Buffer.concat(kept)).toEqual(expected);
		},
	);

	it.each([true, false])(
		'gives blocks of its own to a store that listens (reuse: %s)',
		async (reuse) => {
			const kept: Buffer[] = [];
			const { body } = stream(20, reuse);
			body.on('data', (block: Buffer) => kept.push(block));
			await new Promise((resolve) => body.once('end', resolve));
			expect(Buffer.concat(kept)).toEqual(expected);
		},
	);

	it('empties a block that a store kept beyond its turn, and never puts other bytes into it', async () => {
		const kept: Buffer[] = [];
		for await (const block of stream(20, true).body) {
			await sleep(1);
			kept.push(block as Buffer);
		}
		for (const [index, block] of kept.entries()) {
			if (canReclaim && index < 19) expect(block.length).toBe(0);
			else expect(block.equals(Buffer.alloc(64, index)) || block.length === 0).toBe(true);
		}
	});

	it.each([true, false])('passes on what broke the bytes (reuse: %s)', async (reuse) => {
		const broken = (async function* () {
			yield Buffer.alloc(4);
			await sleep(0);
			throw new Error('cut');
		})();
		const body = new BodyStream(broken, reuse ? new BlockPool(4) : undefined);
		await expect(
			(async () => {
				for await (const block of body) expect((block as Buffer).length).toBe(4);
			})(),
		).rejects.toThrow('cut');
		expect((body.failure as Error).message).toBe('cut');
	});
});

describe('work in parallel', () => {
	const base = {
		cancel: () => undefined,
		failed: (error: unknown): never => {
			throw error;
		},
	};

	it('gives results in order, plans no more than needed, and does planned tasks first', async () => {
		const order: string[] = [];
		const results = await inParallel<string, string>({
			...base,
			items: 4,
			limit: 2,
			plan: async (item) => {
				order.push(`plan ${item}`);
				await sleep(2);
				return item === 1 ? [] : [`${item}a`, `${item}b`];
			},
			run: async (task) => {
				order.push(task);
				await sleep(task.endsWith('a') ? 6 : 1);
				return task;
			},
		});
		expect(results).toEqual(['0a', '0b', '2a', '2b', '3a', '3b']);
		expect(order.indexOf('0b')).toBeLessThan(order.indexOf('plan 3'));
	});

	it('runs the files of a single item side by side', async () => {
		let running = 0;
		let highest = 0;
		await inParallel({
			...base,
			items: 1,
			limit: 3,
			plan: async () => [1, 2, 3, 4, 5],
			run: async () => {
				highest = Math.max(highest, ++running);
				await sleep(3);
				running--;
			},
		});
		expect(highest).toBe(3);
	});

	it('makes a result of a plan that fails, and goes on', async () => {
		const results = await inParallel<number, string>({
			...base,
			items: 3,
			limit: 1,
			plan: async (item) => (item === 1 ? await Promise.reject(new Error('no plan')) : [item]),
			run: async (task) => `done ${task}`,
			failed: (error, item) => `${(error as Error).message} for ${item}`,
		});
		expect(results).toEqual(['done 0', 'no plan for 1', 'done 2']);
	});

	it('throws the first failure when everything else has ended', async () => {
		let running = 0;
		const reasons: unknown[] = [];
		const controller = new AbortController();
		const work = inParallel({
			...base,
			items: 9,
			limit: 3,
			plan: async (item) => [item],
			run: async (task) => {
				running++;
				await sleep(task === 1 ? 1 : 50, undefined, { signal: controller.signal }).finally(
					() => running--,
				);
				if (task === 1) throw new Error('first');
			},
			cancel: (reason) => {
				reasons.push(reason);
				controller.abort(reason);
			},
		});
		await expect(work).rejects.toThrow('first');
		expect(running).toBe(0);
		expect(reasons).toEqual([expect.objectContaining({ message: 'first' })]);
	});
});

describe('a stored copy', () => {
	it.each([
		[{ sizeBytes: 5 }, 5, 'size'],
		[{ sizeBytes: 5 }, 6, undefined],
		[{ sizeBytes: 5 }, undefined, undefined],
		[{ sizeBytes: 5, hash: 'AB', knownHash: 'ab' }, 5, 'size and hash'],
		[{ hash: '"ab"', knownHash: ' AB ' }, undefined, 'hash'],
		[{ sizeBytes: 5, hash: 'ab', knownHash: 'ab' }, 6, undefined],
		[{ sizeBytes: 5, hash: 'ab' }, 5, undefined],
		[{ sizeBytes: 5, knownHash: 'ab' }, 5, undefined],
		[{}, 5, undefined],
	])('%j against %s bytes: %s', (copy, promised, because) => {
		expect(sameCopy(copy, promised)).toBe(because);
	});

	it('hands the link out that was asked for, once', async () => {
		const link = jest.fn(async () => ({ url: 'https://example.com/second' }));
		const mediaFile = withLink(
			{ recordingId: 'a', channel: 'b', renewable: true, link },
			{ url: 'https://example.com/first' },
		);
		expect(await mediaFile.link()).toEqual({ url: 'https://example.com/first' });
		expect(await mediaFile.link()).toEqual({ url: 'https://example.com/second' });
		expect(link).toHaveBeenCalledTimes(1);
	});
});

it.each(Array.from({ length: 16 }, (_, index) => index + 1))(
	'%i files at once hold 16 MiB of blocks at the most, and no smaller blocks than that needs',
	(atOnce) => {
		const { blockBytes } = BlockPool.forFiles(atOnce);
		// Two are ready, one is being filled, one being written.
		const all = atOnce * 4 * blockBytes;
		expect(all).toBeLessThanOrEqual(16 * 1024 * 1024);
		expect(blockBytes === 1024 * 1024 || all > 8 * 1024 * 1024).toBe(true);
	},
);
