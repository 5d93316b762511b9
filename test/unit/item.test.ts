import fc from 'fast-check';

import { itemOf, recordingOf } from '../../core/item';
import { statusOf, type Recording } from '../../core/recording';

const word = fc.string({ minLength: 1 }).filter((text) => text === text.trim() && text !== '');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const time = fc
	.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
	.map((date) => date.toISOString());
const amount = fc.integer({ min: 0, max: 1e12 });

const recordings: fc.Arbitrary<Recording> = fc
	.record({
		platform: word,
		id: word,
		status: word.map(statusOf),
		start: maybe(time),
		end: maybe(time),
		durationSeconds: maybe(amount),
		direction: fc.constantFrom('inbound', 'outbound', 'internal', 'consult', 'unknown'),
		callerNumber: maybe(word),
		dialedNumber: maybe(word),
		protectedFromDeletion: maybe(fc.boolean()),
		agents: fc.array(fc.record({ id: maybe(word), name: maybe(word), userName: maybe(word) })),
		media: fc.array(
			fc.record({
				id: word,
				kind: fc.constantFrom('audio', 'video', 'unknown'),
				mimeType: maybe(word),
				sizeBytes: maybe(amount),
				durationSeconds: maybe(amount),
				start: maybe(time),
				end: maybe(time),
			}),
		),
		labels: fc.array(word),
		references: fc.record(
			{ recordingId: word, acdCallId: word, contactId: word, segmentId: word },
			{ requiredKeys: [] },
		),
		masked: fc.array(word),
	})
	.map((recording) => recording as Recording);

describe('an item', () => {
	it('tells all of the recording that it was made of, also as JSON', () => {
		fc.assert(
			fc.property(recordings, (recording) => {
				const json = JSON.parse(JSON.stringify(itemOf(recording))) as Record<string, unknown>;
				expect(recordingOf(json)).toEqual(recording);
			}),
		);
	});

	it('may hold anything at all', () => {
		fc.assert(
			fc.property(
				fc.dictionary(
					fc.constantFrom(...Object.keys(itemOf(recordingOf({ id: 'a' })!))),
					fc.anything(),
				),
				(json) => {
					const recording = recordingOf({ ...json, id: 'a' })!;
					expect(recording.id).toBe('a');
					expect(itemOf(recording)).toBeDefined();
				},
			),
		);
	});

	it('is none without an ID', () => {
		expect(recordingOf({ status: 'Available' })).toBeUndefined();
		expect(recordingOf({ id: '  ' })).toBeUndefined();
	});
});
