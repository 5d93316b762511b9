import { createHash } from 'node:crypto';

/**
 * 64 bits of SHA-256 of an ID. A recording is lost when its fingerprint equals a remembered one: with 100,000 remembered
 * (a day of a tenant that makes as many) the odds are 5 in 10^15 for each new recording, or one loss in five million
 * years of such days. 48 bits would make that one in 77 years, for 2.7 bytes less.
 */
const FINGERPRINT_BYTES = 8;

/** Entries leave the memory by the bucket their recording's time falls in. */
const BUCKET_MS = 600_000;

/** A bucket has so many places: as exactly is known when the call of an awaited recording began. */
const PLACES = 60;
const PLACE_MS = BUCKET_MS / PLACES;

interface Bucket {
	seen: Set<string>;
	/** By fingerprint, its mark: twice its place, and one more where the last listing did not have it. */
	pending: Map<string, number>;
}

/** A recording that is awaited. Times in epoch milliseconds. */
export interface Awaited {
	print: string;
	/** Its call began from here on, and before `to`. */
	from: number;
	to: number;
	/** The last listing of its time did not have it. */
	missing: boolean;
}

/** The fingerprint of an ID: eight bytes, as a text of eight Latin-1 characters. */
export function fingerprint(id: string): string {
	return createHash('sha256').update(id).digest().toString('latin1', 0, FINGERPRINT_BYTES);
}

/**
 * What was handed over, and what is awaited, by fingerprint. Encoded, an entry takes 8 bytes, an awaited one 9, and each
 * ten minutes that have any 3 or 4 more; in base64 that is 11 bytes a recording in a busy tenant, and never more than 16.
 */
export class Memory {
	private readonly buckets = new Map<number, Bucket>();
	/** Where each fingerprint is: recordings are looked up by ID, whatever time the platform gives for them today. */
	private readonly whereSeen = new Map<string, number>();
	private readonly wherePending = new Map<string, number>();

	/**
	 * Reads what `encode` wrote.
	 *
	 * @returns what can be read of it, and whether that is all
	 */
	static decode(text: string): { memory: Memory; whole: boolean } {
		const memory = new Memory();
		const bytes = Buffer.from(text, 'base64');
		const reader = new Reader(bytes);
		// Base64 that was cut or damaged does not come back the same.
		const whole = bytes.toString('base64') === text;
		let index = 0;
		while (!reader.atEnd) {
			index += reader.number();
			const [seen, pending] = [reader.number(), reader.number()];
			if (!Number.isSafeInteger(index * BUCKET_MS)) return { memory, whole: false };
			for (let n = 0; n < seen + pending; n++) {
				const mark = n < seen ? 0 : reader.number();
				const isWhole = reader.left >= FINGERPRINT_BYTES && mark < PLACES * 2;
				if (!isWhole) return { memory, whole: false };
				if (n < seen) memory.putSeen(index, reader.fingerprint());
				else memory.putPending(index, reader.fingerprint(), mark);
			}
			if (reader.exhausted) return { memory, whole: false };
		}
		return { memory, whole };
	}

	/** All entries in base64: for each bucket the distance from the one before, two counts, and the fingerprints. */
	encode(): string {
		const parts: Buffer[] = [];
		let previous = 0;
		for (const index of this.indexes()) {
			const { seen, pending } = this.buckets.get(index)!;
			parts.push(varint(index - previous), varint(seen.size), varint(pending.size));
			parts.push(Buffer.from([...seen].join(''), 'latin1'));
			for (const [print, mark] of pending) parts.push(varint(mark), Buffer.from(print, 'latin1'));
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

	/** Remembers that a recording of the time `at` needs no more attention. One that was seen before is from now on of this time. */
	markSeen(at: number, print: string): void {
		this.forgetPending(print);
		const index = bucketOf(at);
		const before = this.whereSeen.get(print);
		if (before === index) return;
		if (before !== undefined) {
			this.buckets.get(before)!.seen.delete(print);
			this.drop(before);
		}
		this.putSeen(index, print);
	}

	/** Remembers that a recording of the time `at` is awaited, and was listed. */
	markPending(at: number, print: string): void {
		this.forgetPending(print);
		const within = Math.max(0, at) % BUCKET_MS;
		this.putPending(bucketOf(at), print, Math.floor(within / PLACE_MS) * 2);
	}

	/** Remembers that a recording, which is awaited, was not listed where it should be. */
	markMissing(print: string): void {
		const { pending } = this.buckets.get(this.wherePending.get(print)!)!;
		pending.set(print, pending.get(print)! | 1);
	}

	/** Awaits a recording no longer. */
	forgetPending(print: string): void {
		const index = this.wherePending.get(print);
		if (index === undefined) return;
		this.wherePending.delete(print);
		this.buckets.get(index)!.pending.delete(print);
		this.drop(index);
	}

	/** Forgets what was handed over before `time`; what is awaited stays. */
	forgetSeenBefore(time: number): void {
		for (const [index, bucket] of this.buckets) {
			if (endOfBucket(index) > time) continue;
			for (const print of bucket.seen) this.whereSeen.delete(print);
			bucket.seen.clear();
			this.drop(index);
		}
	}

	/** What is awaited in the buckets wholly before `time`, by the start of the calls. */
	awaitedBefore(time: number): Awaited[] {
		const found: Awaited[] = [];
		for (const [index, { pending }] of this.buckets) {
			const end = endOfBucket(index);
			if (end > time) continue;
			for (const [print, mark] of pending) {
				const start = index * BUCKET_MS;
				const place = start + Math.floor(mark / 2) * PLACE_MS;
				// One that was not where it should be is looked for more widely.
				const missing = mark % 2 === 1;
				found.push(
					missing
						? { print, from: start, to: end, missing }
						: { print, from: place, to: place + PLACE_MS, missing },
				);
			}
		}
		return found.sort((one, other) => one.from - other.from);
	}

	private indexes(): number[] {
		return [...this.buckets.keys()].sort((one, other) => one - other);
	}

	private putSeen(index: number, print: string): void {
		this.bucket(index).seen.add(print);
		this.whereSeen.set(print, index);
	}

	private putPending(index: number, print: string, mark: number): void {
		this.bucket(index).pending.set(print, mark);
		this.wherePending.set(print, index);
	}

	private bucket(index: number): Bucket {
		let bucket = this.buckets.get(index);
		if (bucket === undefined) {
			bucket = { seen: new Set(), pending: new Map() };
			this.buckets.set(index, bucket);
		}
		return bucket;
	}

	private drop(index: number): void {
		const bucket = this.buckets.get(index)!;
		if (bucket.seen.size === 0 && bucket.pending.size === 0) this.buckets.delete(index);
	}
}

/** Whether what was handed over of the time `at` is forgotten by `forgetSeenBefore(time)`. */
export function isForgotten(at: number, time: number): boolean {
	return endOfBucket(bucketOf(at)) <= time;
}

function endOfBucket(index: number): number {
	return (index + 1) * BUCKET_MS;
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
