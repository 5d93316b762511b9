import fc from 'fast-check';

import { fingerprint, Memory } from '../../core/trigger/memory';
import { decodeState, encodeState, type TriggerState } from '../../core/trigger/state';

/** 2001 to 2096. */
const time = fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 });
const entry = fc.record({
	at: fc.oneof(time, fc.integer({ min: -10_000_000, max: 10_000_000 })),
	id: fc.string(),
	seen: fc.boolean(),
});

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
				const { memory: again, whole } = Memory.decode(memory.encode());
				expect(whole).toBe(true);
				expect(again.encode()).toBe(memory.encode());
				expect([again.seenCount, again.pendingCount]).toEqual([
					memory.seenCount,
					memory.pendingCount,
				]);
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
					const isLast = entries.findLast((other) => other.id === id && other.seen)?.at === at;
					if (seen && isLast && at >= floor) expect(memory.hasSeen(fingerprint(id))).toBe(true);
				}
			}),
		);
	});

	it('is read as far as it goes where it was damaged: cut, changed, or never one', () => {
		const damage = fc.oneof(
			fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
			fc.string({ unit: 'binary' }),
			fc
				.tuple(fc.array(entry, { maxLength: 20 }), fc.nat(), fc.nat(255))
				.map(([entries, at, value]) => {
					const bytes = Buffer.from(memoryOf(entries).encode(), 'base64');
					if (bytes.length > 0) bytes[at % bytes.length] = value;
					return bytes.subarray(0, bytes.length - (at % 3)).toString('base64');
				}),
		);
		fc.assert(
			fc.property(damage, (text) => {
				const { memory } = Memory.decode(text);
				expect(memory.seenCount + memory.pendingCount).toBeLessThanOrEqual(
					Buffer.from(text, 'base64').length / 8,
				);
				for (const { from, to } of memory.awaitedBefore(Number.MAX_SAFE_INTEGER))
					expect(to).toBeGreaterThan(from);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('is not whole where its end is missing', () => {
		fc.assert(
			fc.property(
				fc.array(entry, { minLength: 1, maxLength: 20 }),
				fc.integer({ min: 1, max: 8 }),
				(entries, cut) => {
					const bytes = Buffer.from(memoryOf(entries).encode(), 'base64');
					expect(Memory.decode(bytes.subarray(0, -cut).toString('base64')).whole).toBe(false);
				},
			),
		);
	});
});

describe('the state of a trigger', () => {
	const state: fc.Arbitrary<TriggerState> = fc.record({
		revision: fc.nat(),
		watch: fc.record({ start: fc.string(), api: fc.string(), conditions: fc.string() }),
		activatedAt: time,
		polledAt: time,
		// No later than any watermark.
		rememberedFrom: fc.nat(),
		watermark: time,
		newest: fc.option(time, { nil: undefined }),
		readTo: time,
		baseline: fc.option(fc.record({ since: time, unreadTo: fc.option(time) }), { nil: undefined }),
		scan: fc.record(
			{
				cursor: time,
				startedAt: time,
				spanMs: fc.nat(),
				holdsWatermark: fc.boolean(),
				doubtfulReads: fc.nat(9),
				goesFirst: fc.boolean(),
			},
			{ requiredKeys: ['cursor', 'startedAt', 'spanMs'] },
		),
		memory: fc.array(entry, { maxLength: 20 }).map(memoryOf),
	});

	it('comes back from what n8n stored, and shares nothing with it', () => {
		fc.assert(
			fc.property(state, (known) => {
				const stored = plain(encodeState(known));
				const before = JSON.stringify(stored);
				const read = decodeState(stored) as TriggerState;
				expect(read.isDamaged).toBeUndefined();
				expect(plain(encodeState(read))).toEqual(plain(encodeState(known)));
				read.scan.cursor = 0;
				read.memory.markSeen(0, fingerprint('another'));
				expect(JSON.stringify(stored)).toBe(before);
			}),
		);
	});

	it('is read, or told to be unreadable or none, whatever stands in its place', () => {
		const wrong = fc.oneof(
			fc.jsonValue(),
			state.chain((known) => {
				const stored = plain(encodeState(known)) as Record<string, unknown>;
				return fc
					.tuple(fc.constantFrom(...Object.keys(stored)), fc.jsonValue())
					.map(([name, value]) => ({ ...stored, [name]: value }));
			}),
		);
		fc.assert(
			fc.property(wrong, (stored) => {
				const read = decodeState(stored);
				if (read === undefined) return expect(stored).toBeNull();
				if (read === 'unreadable') return;
				for (const number of [read.revision, read.watermark, read.scan.cursor, read.scan.spanMs])
					expect(Number.isFinite(number)).toBe(true);
				for (const word of Object.values(read.watch)) expect(typeof word).toBe('string');
			}),
			{ numRuns: 1_000 },
		);
	});
});
