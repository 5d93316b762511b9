import type { Readable } from 'node:stream';

/** n8n's file store writes half a megabyte at a time; two of them in a block keep it busy between two reads. */
const BLOCK_BYTES = 1024 * 1024;
/** Full blocks that wait for the store. One more is being filled, one being written. */
const READY_BLOCKS = 2;
/** What the blocks of all files of an execution may take together. */
const ALL_BLOCKS_BYTES = 16 * BLOCK_BYTES;
/** Smaller pieces live in a memory area that Node.js shares among many. */
const OWN_MEMORY_BYTES = 16 * 1024;

/** Newer versions of Node.js can take the memory of a buffer away from whoever still holds the buffer. */
interface Movable {
	transfer?: (bytes?: number) => ArrayBuffer;
}

/** Frees the memory of a buffer that is needed no more, without waiting for the garbage collector. */
function release(block: Buffer): void {
	const memory = block.buffer as ArrayBuffer & Movable;
	memory.transfer?.(0);
}

/** Empty blocks of one execution. Those that come back are used again: fresh memory for each would pile up between two garbage collections. */
export class BlockPool {
	private readonly free: Buffer[] = [];

	constructor(readonly blockBytes: number = BLOCK_BYTES) {}

	/** A pool for so many files at once: the more there are, the smaller their blocks. */
	static forFiles(atOnce: number): BlockPool {
		const share = ALL_BLOCKS_BYTES / (atOnce * (READY_BLOCKS + 2));
		return new BlockPool(Math.min(BLOCK_BYTES, 2 ** Math.floor(Math.log2(share))));
	}

	/** @param bytes what is needed; no more than a block is ever given */
	take(bytes: number): Buffer {
		if (bytes < this.blockBytes) return Buffer.allocUnsafeSlow(bytes);
		return this.free.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes);
	}

	/**
	 * Takes back a block that nobody needs any more, or a part of it. Its memory moves to a new buffer, so one who kept
	 * the old buffer all the same finds it empty, and never with other bytes in it.
	 */
	giveBack(block: Buffer): void {
		const memory = block.buffer as ArrayBuffer & Movable;
		if (memory.transfer === undefined) return;
		if (memory.byteLength === this.blockBytes) this.free.push(Buffer.from(memory.transfer()));
		else release(block);
	}
}

/** Reads a body in blocks, a little ahead of whoever takes them. */
export class BlockReader {
	private readonly ready: Buffer[] = [];
	private filling: Buffer | undefined;
	private filled = 0;
	private left: number;
	private over: { error?: unknown } | undefined;
	private wake: (() => void) | undefined;

	/**
	 * @param expected bytes that will come, for a block that fits; undefined where nobody knows
	 * @param ownChunks whether nobody else holds the memory of the body's chunks
	 */
	constructor(
		private readonly body: Readable,
		private readonly pool: BlockPool,
		expected: number | undefined,
		private readonly ownChunks = false,
	) {
		this.left = expected ?? Infinity;
		body.on('error', (error) => this.finish(error));
		body.on('end', () => this.finish(undefined));
		body.on('close', () => this.finish(new Error('The body was closed')));
		body.on('data', (piece: Buffer) => this.add(piece));
	}

	/**
	 * The next block, full except for the last one before the end or a break; undefined at the end.
	 *
	 * @throws what broke the body, once everything that came before was taken
	 */
	async next(): Promise<Buffer | undefined> {
		for (;;) {
			const block = this.ready.shift();
			if (block !== undefined) {
				this.body.resume();
				return block;
			}
			if (this.over !== undefined) {
				const rest = this.takeRest();
				if (rest !== undefined) return rest;
				if (this.over.error !== undefined) throw this.over.error;
				return undefined;
			}
			await new Promise<void>((resolve) => (this.wake = resolve));
		}
	}

	/** Puts bytes back that were taken too early: the next block begins with them. */
	putBack(rest: Buffer): void {
		this.ready.unshift(rest);
	}

	/** Ends the request. Blocks not taken go back to the pool. */
	close(): void {
		this.finish(new Error('The transfer was closed'));
		this.body.destroy();
		for (const block of this.ready.splice(0)) this.pool.giveBack(block);
		if (this.filling !== undefined) this.pool.giveBack(this.filling);
		this.filling = undefined;
	}

	private add(piece: Buffer): void {
		for (let at = 0; at < piece.length;) {
			this.filling ??= this.pool.take(Math.max(1, this.left));
			const copied = piece.copy(this.filling, this.filled, at);
			at += copied;
			this.filled += copied;
			if (this.filled === this.filling.length) {
				this.left -= this.filled;
				this.ready.push(this.filling);
				this.filling = undefined;
				this.filled = 0;
				this.rouse();
			}
		}
		if (this.ready.length >= READY_BLOCKS) this.body.pause();
		if (this.ownChunks) letGo(piece);
	}

	private takeRest(): Buffer | undefined {
		const { filling, filled } = this;
		this.filling = undefined;
		this.filled = 0;
		return filling?.subarray(0, filled);
	}

	private finish(error: unknown): void {
		this.over ??= { error };
		this.rouse();
	}

	private rouse(): void {
		const { wake } = this;
		this.wake = undefined;
		wake?.();
	}
}

/**
 * Frees the memory of a piece that was copied. Left to the garbage collector, the pieces of a fast transfer stand at
 * a hundred megabytes before it looks at them.
 */
function letGo(piece: Buffer): void {
	const memory = piece.buffer as ArrayBuffer & Movable;
	// What came before this piece in the same read was copied before; nothing may come after it.
	const isLast = piece.byteOffset + piece.length === memory.byteLength;
	if (memory.transfer === undefined || !isLast || memory.byteLength < OWN_MEMORY_BYTES) return;
	// Not before the connection has done with the read it is in the middle of.
	setImmediate(() => release(piece));
}
