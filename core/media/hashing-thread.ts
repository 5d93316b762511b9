import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { Hashes, RunningDigests } from './digests';

/** What the thread is started with. */
export interface HashingMemory {
	memory: SharedArrayBuffer;
	/** Bytes of a slot, which holds one block. */
	slotBytes: number;
}

/** To the thread. Each file has a number of its own. */
export type HashingRequest =
	| { kind: 'update'; file: number; slot: number; bytes: number }
	| { kind: 'soFar' | 'finish'; file: number; question: number }
	| { kind: 'drop'; file: number };

/** From the thread. */
export type HashingAnswer =
	{ kind: 'free'; slot: number } | { kind: 'result'; question: number; value: string | Hashes };

/** The thread ended by itself: what it had computed is lost, and has to be computed where the bytes are. */
export class HashingLost extends Error {}

/** Beside this file in the published package. Run from the sources there is none, and hashes are computed in place. */
const PROGRAM = join(__dirname, 'digest-worker.js');
const SLOTS = 4;
/** The thread holds next to nothing; without these its heap would be as large as n8n's may get. Mebibytes. */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };
/** An execution that hashes less than this in all is done sooner than a thread has started. Bytes. */
const WORTH_A_THREAD = 16 * 1024 * 1024;
/** For a smaller file the messages to the thread and back cost more time than it saves. Bytes. */
const WORTH_A_MESSAGE = 512 * 1024;

interface Question {
	resolve: (value: string | Hashes) => void;
	reject: (error: Error) => void;
}

/**
 * A second thread that hashes the files of one execution while the first one receives and stores them: MD5 alone takes as
 * long as both together. Started when first needed; `close` it.
 */
export class HashingThread {
	private worker: Worker | undefined;
	private memory: Uint8Array | undefined;
	private lost: HashingLost | undefined;
	private closed = false;
	private files = 0;
	/** Bytes of all files that digests were asked for. */
	private totalBytes = 0;
	private questions = 0;
	private readonly free: number[] = [];
	private readonly waiting: Array<{
		resolve: (slot: number) => void;
		reject: (error: Error) => void;
	}> = [];
	private readonly asked = new Map<number, Question>();

	/** @param slotBytes the largest block that will come */
	constructor(
		private readonly slotBytes: number,
		private readonly program = PROGRAM,
	) {}

	/** Digests for a file of this size; undefined where they are better computed in place. */
	digestsFor(sizeBytes: number | undefined): RunningDigests | undefined {
		this.totalBytes += sizeBytes ?? 0;
		if (this.totalBytes < WORTH_A_THREAD || sizeBytes === undefined || sizeBytes < WORTH_A_MESSAGE)
			return undefined;
		if (this.lost !== undefined || this.closed) return undefined;
		if (!existsSync(this.program)) return undefined;
		const file = ++this.files;
		return {
			update: async (block) => await this.update(file, block),
			soFar: async () => (await this.ask('soFar', file)) as string,
			finish: async () => (await this.ask('finish', file)) as Hashes,
			drop: () => this.worker?.postMessage({ kind: 'drop', file } satisfies HashingRequest),
		};
	}

	/** Ends the thread. */
	async close(): Promise<void> {
		this.closed = true;
		await this.worker?.terminate();
	}

	private async update(file: number, block: Buffer): Promise<void> {
		const worker = this.start();
		const slot =
			this.free.pop() ??
			(await new Promise<number>((resolve, reject) => this.waiting.push({ resolve, reject })));
		this.memory!.set(block, slot * this.slotBytes);
		worker.postMessage({
			kind: 'update',
			file,
			slot,
			bytes: block.length,
		} satisfies HashingRequest);
	}

	private async ask(kind: 'soFar' | 'finish', file: number): Promise<string | Hashes> {
		const worker = this.start();
		const question = ++this.questions;
		return await new Promise((resolve, reject) => {
			this.asked.set(question, { resolve, reject });
			worker.postMessage({ kind, file, question } satisfies HashingRequest);
		});
	}

	/** @throws HashingLost */
	private start(): Worker {
		if (this.lost !== undefined) throw this.lost;
		if (this.worker !== undefined) return this.worker;
		const memory = new SharedArrayBuffer(SLOTS * this.slotBytes);
		this.memory = new Uint8Array(memory);
		for (let slot = 0; slot < SLOTS; slot++) this.free.push(slot);
		// Flags of n8n's own process, such as a file to load first, are none of this thread's business.
		const worker = new Worker(this.program, {
			workerData: { memory, slotBytes: this.slotBytes } satisfies HashingMemory,
			execArgv: [],
			resourceLimits: LIMITS,
		});
		worker.on('message', (answer: HashingAnswer) => this.receive(answer));
		worker.on('error', (error) => this.lose(error));
		worker.on('exit', () => this.lose(undefined));
		this.worker = worker;
		return worker;
	}

	private receive(answer: HashingAnswer): void {
		if (answer.kind === 'free') {
			const next = this.waiting.shift();
			if (next === undefined) this.free.push(answer.slot);
			else next.resolve(answer.slot);
			return;
		}
		this.asked.get(answer.question)?.resolve(answer.value);
		this.asked.delete(answer.question);
	}

	private lose(cause: unknown): void {
		this.lost ??= new HashingLost('The hashing thread ended', { cause });
		for (const { reject } of [...this.waiting.splice(0), ...this.asked.values()]) reject(this.lost);
		this.asked.clear();
	}
}
