import fc from 'fast-check';

import { BUCKET_MS, fingerprint, Memory } from '../../core/trigger/memory';
import { decodeState, encodeState, type TriggerState } from '../../core/trigger/state';

/** 2001 to 2096. */
const time = fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 });
const entry = fc.record({ at: fc.oneof(time, fc.integer({ min: -10_000_000, max: 10_000_000 })), id: fc.string(), seen: fc.boolean() });

function memoryOf(entries: Array<{ at: number; id: string; seen: boolean }>): Memory {
	const memory = new Memory();
	for (const { at, id, seen } of entries) {
		if (seen) memory.markSeen(at, fingerprint(id));
		else memory.markPending(at, fingerprint(id));
	}
	return memory;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('what a trigger remembers', () => {
	it('comes back from its encoded form with every recording', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
				const memory = memoryOf(entries);
				const again = Memory.decode(memory.encode())!;
				expect(again.encode()).toBe(memory.encode());
				expect([again.seenCount, again.pendingCount]).toEqual([memory.seenCount, memory.pendingCount]);
				for (const { id } of entries) {
					expect(again.hasSeen(fingerprint(id))).toBe(memory.hasSeen(fingerprint(id)));
					expect(again.isPending(fingerprint(id))).toBe(memory.isPending(fingerprint(id)));
				}
			}),
		);
	});

	it('never forgets what is awaited, and what was handed over only before the floor', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 60 }), time, (entries, floor) => {
				const memory = memoryOf(entries);
				const pending = memory.pendingCount;
				memory.forgetSeenBefore(floor);
				expect(memory.pendingCount).toBe(pending);
				for (const { at, id, seen } of entries) {
					const first = entries.find((other) => other.id === id && other.seen);
					if (seen && first!.at >= floor && at >= floor) expect(memory.hasSeen(fingerprint(id))).toBe(true);
				}
			}),
		);
	});

	it('is read in full or not at all where it was damaged: cut, changed, or never one', () => {
		const damage = fc.oneof(
			fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
			fc.string({ unit: 'binary' }),
			fc.tuple(fc.array(entry, { maxLength: 20 }), fc.nat(), fc.nat(255)).map(([entries, at, value]) => {
				const bytes = Buffer.from(memoryOf(entries).encode(), 'base64');
				if (bytes.length > 0) bytes[at % bytes.length] = value;
				return bytes.subarray(0, bytes.length - (at % 3)).toString('base64');
			}),
		);
		fc.assert(
			fc.property(damage, (text) => {
				const memory = Memory.decode(text);
				if (memory === undefined) return;
				expect(memory.seenCount + memory.pendingCount).toBeLessThanOrEqual(Buffer.from(text, 'base64').length / 8);
				for (const start of memory.awaitedBefore(Number.MAX_SAFE_INTEGER)) expect(start % BUCKET_MS).toBe(0);
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('the state of a trigger', () => {
	const state = fc.record<TriggerState>({
		revision: fc.nat(),
		scope: fc.string(),
		floor: time,
		sweep: fc.record(
			{ at: time, startedAt: time, spanMs: fc.nat(), gap: fc.boolean(), unclean: fc.nat(9), starved: fc.boolean() },
			{ requiredKeys: ['at', 'startedAt', 'spanMs'] },
		),
		memory: fc.array(entry, { maxLength: 20 }).map(memoryOf),
	});

	it('comes back from what n8n stored, and shares nothing with it', () => {
		fc.assert(
			fc.property(state, (known) => {
				const stored = plain(encodeState(known));
				const before = JSON.stringify(stored);
				const read = decodeState(stored)!;
				expect(plain(encodeState(read))).toEqual(plain(encodeState(known)));
				read.sweep.at = 0;
				read.memory.markSeen(0, fingerprint('another'));
				expect(JSON.stringify(stored)).toBe(before);
			}),
		);
	});

	it('is read or taken for none, whatever stands in its place', () => {
		const wrong = fc.oneof(
			fc.jsonValue(),
			state.chain((known) => {
				const stored = plain(encodeState(known)) as Record<string, unknown>;
				return fc.tuple(fc.constantFrom(...Object.keys(stored)), fc.jsonValue()).map(([name, value]) => ({ ...stored, [name]: value }));
			}),
		);
		fc.assert(
			fc.property(wrong, (stored) => {
				const read = decodeState(stored);
				if (read === undefined) return;
				for (const number of [read.revision, read.floor, read.sweep.at, read.sweep.spanMs]) expect(Number.isFinite(number)).toBe(true);
				expect(typeof read.scope).toBe('string');
			}),
			{ numRuns: 1_000 },
		);
	});
});
