import { createHash } from 'node:crypto';

/**
 * 64 bits of SHA-256 of an ID. A recording is lost when its fingerprint equals a remembered one: with 100,000 remembered
 * (a day of a tenant that makes as many) the odds are 5 in 10^15 for each new recording, or one loss in five million
 * years of such days. 48 bits would make that one in 77 years, for 2.7 bytes less.
 */
const FINGERPRINT_BYTES = 8;

/** Entries leave the memory by the bucket their recording's time falls in. */
export const BUCKET_MS = 600_000;

interface Bucket {
	seen: Set<string>;
	pending: Set<string>;
}

/** The fingerprint of an ID: eight bytes, as a text of eight Latin-1 characters. */
export function fingerprint(id: string): string {
	return createHash('sha256').update(id).digest().toString('latin1', 0, FINGERPRINT_BYTES);
}

/**
 * What was handed over, and what is awaited, by fingerprint. Encoded, an entry takes 8 bytes, and each ten minutes that
 * have any 3 or 4 more; in base64 that is 11 bytes a recording in a busy tenant, and never more than 16.
 */
export class Memory {
	private readonly buckets = new Map<number, Bucket>();
	/** Where each fingerprint is: recordings are looked up by ID, whatever time the platform gives for them today. */
	private readonly whereSeen = new Map<string, number>();
	private readonly wherePending = new Map<string, number>();

	/** Reads what `encode` wrote; undefined where it is damaged. */
	static decode(text: string): Memory | undefined {
		const memory = new Memory();
		const bytes = Buffer.from(text, 'base64');
		const reader = new Reader(bytes);
		let index = 0;
		while (!reader.atEnd) {
			index += reader.number();
			const counts = [reader.number(), reader.number()];
			if (reader.exhausted || reader.left < (counts[0] + counts[1]) * FINGERPRINT_BYTES) return undefined;
			for (let n = 0; n < counts[0]; n++) memory.put(index, reader.fingerprint(), 'seen');
			for (let n = 0; n < counts[1]; n++) memory.put(index, reader.fingerprint(), 'pending');
		}
		return memory;
	}

	/** All entries in base64: for each bucket the distance from the one before, two counts, and the fingerprints. */
	encode(): string {
		const parts: Buffer[] = [];
		let previous = 0;
		for (const index of this.indexes()) {
			const { seen, pending } = this.buckets.get(index)!;
			parts.push(varint(index - previous), varint(seen.size), varint(pending.size));
			parts.push(Buffer.from([...seen, ...pending].join(''), 'latin1'));
			previous = index;
		}
		return Buffer.concat(parts).toString('base64');
	}

	/** How many recordings are remembered as handed over. */
	get seenCount(): number {
		return this.whereSeen.size;
	}

	/** How many are awaited. */
	get pendingCount(): number {
		return this.wherePending.size;
	}

	hasSeen(print: string): boolean {
		return this.whereSeen.has(print);
	}

	isPending(print: string): boolean {
		return this.wherePending.has(print);
	}

	/** Remembers that a recording of the time `at` needs no more attention. */
	markSeen(at: number, print: string): void {
		this.forgetPending(print);
		if (!this.whereSeen.has(print)) this.put(bucketOf(at), print, 'seen');
	}

	/** Remembers that a recording of the time `at` is awaited. */
	markPending(at: number, print: string): void {
		if (!this.wherePending.has(print) && !this.whereSeen.has(print)) this.put(bucketOf(at), print, 'pending');
	}

	/** Awaits a recording no longer. */
	forgetPending(print: string): void {
		const index = this.wherePending.get(print);
		if (index === undefined) return;
		this.wherePending.delete(print);
		this.buckets.get(index)!.pending.delete(print);
		this.drop(index);
	}

	/** Forgets what was handed over before `floor`; what is awaited stays. */
	forgetSeenBefore(floor: number): void {
		for (const [index, bucket] of this.buckets) {
			if ((index + 1) * BUCKET_MS > floor) continue;
			for (const print of bucket.seen) this.whereSeen.delete(print);
			bucket.seen.clear();
			this.drop(index);
		}
	}

	/** Start times of the buckets wholly before `floor` in which recordings are awaited, ascending. */
	awaitedBefore(floor: number): number[] {
		return this.indexes()
			.filter((index) => (index + 1) * BUCKET_MS <= floor && this.buckets.get(index)!.pending.size > 0)
			.map((index) => index * BUCKET_MS);
	}

	/** Fingerprints awaited in the bucket that starts at `start`. */
	awaitedIn(start: number): string[] {
		return [...(this.buckets.get(bucketOf(start))?.pending ?? [])];
	}

	private indexes(): number[] {
		return [...this.buckets.keys()].sort((one, other) => one - other);
	}

	private put(index: number, print: string, kind: keyof Bucket): void {
		let bucket = this.buckets.get(index);
		if (bucket === undefined) {
			bucket = { seen: new Set(), pending: new Set() };
			this.buckets.set(index, bucket);
		}
		bucket[kind].add(print);
		(kind === 'seen' ? this.whereSeen : this.wherePending).set(print, index);
	}

	private drop(index: number): void {
		const bucket = this.buckets.get(index)!;
		if (bucket.seen.size === 0 && bucket.pending.size === 0) this.buckets.delete(index);
	}
}

/** Recordings dated before 1970 count as of its first minutes: no index is negative. */
function bucketOf(at: number): number {
	return Math.max(0, Math.floor(at / BUCKET_MS));
}

/** Seven bits a byte, the lowest first; the eighth says that another byte follows. */
function varint(value: number): Buffer {
	const bytes: number[] = [];
	let rest = value;
	while (rest > 127) {
		bytes.push((rest % 128) + 128);
		rest = Math.floor(rest / 128);
	}
	bytes.push(rest);
	return Buffer.from(bytes);
}

class Reader {
	private at = 0;
	/** Whether more was read than there is. */
	exhausted = false;

	constructor(private readonly bytes: Buffer) {}

	get atEnd(): boolean {
		return this.at >= this.bytes.length;
	}

	get left(): number {
		return this.bytes.length - this.at;
	}

	number(): number {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			if (this.atEnd) {
				this.exhausted = true;
				return 0;
			}
			const byte = this.bytes[this.at++];
			value += (byte % 128) * factor;
			if (byte < 128) return value;
		}
	}

	fingerprint(): string {
		const print = this.bytes.toString('latin1', this.at, this.at + FINGERPRINT_BYTES);
		this.at += FINGERPRINT_BYTES;
		return print;
	}
}
