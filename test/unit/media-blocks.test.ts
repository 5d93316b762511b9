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
		},
	);

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
