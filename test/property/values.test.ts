import fc from 'fast-check';
import { UserError } from 'n8n-workflow';

import { canonicalJson } from '../../core/evidence/canonical';
import { previousHash } from '../../core/evidence/chain';
import { archivePath, type DateFolders } from '../../core/evidence/places';
import { toRecording } from '../../core/genesys/mapping';
import { girRecordingReply } from '../../core/genesys/schemas';
import { clock } from '../../core/http/clock';
import { retryAfterMs } from '../../core/http/retry';
import { extensionOf, fileName } from '../../core/media/names';
import { direction, isoTime, secondsBetween } from '../../core/recording';
import { readTime } from '../../core/times';
import { DateTime } from '../../core/vendor';

const ISO = /^(\d{4}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+12');
/** Any text, and texts that look like a time and are none, or one nobody expects. */
const timeText = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.date().map((date) => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString())),
	fc
		.tuple(fc.nat(9999), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99))
		.map(([year, month, day, hour, minute]) => `${year}-${month}-${day}T${hour}:${minute}`),
	fc.bigInt().map(String),
	fc.double().map(String),
	fc.stringMatching(/^[0-9TZ:+ ./-]{0,30}$/),
);

describe('times of a vendor', () => {
	it('become ISO 8601 in UTC or null, whatever comes, and reading them again changes nothing', () => {
		fc.assert(
			fc.property(
				fc.oneof(timeText, fc.double(), fc.integer(), fc.constantFrom(null, undefined)),
				(value) => {
					const read = isoTime(value);
					if (read === null) return;
					expect(read).toMatch(ISO);
					expect(isoTime(read)).toBe(read);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it('come back from ISO 8601 to the millisecond', () => {
		// What is before and after these stands for "none".
		const min = new Date('1973-03-04');
		const max = new Date('2099-12-31');
		fc.assert(
			fc.property(fc.date({ min, max, noInvalidDate: true }), (date) =>
				expect(isoTime(date.toISOString())).toBe(date.toISOString()),
			),
		);
	});

	it('are never apart by less than nothing', () => {
		fc.assert(
			fc.property(timeText, timeText, (one, other) => {
				const seconds = secondsBetween(isoTime(one), isoTime(other));
				if (seconds !== null) expect(seconds).toBeGreaterThanOrEqual(0);
			}),
		);
	});
});

describe('times a person enters', () => {
	it('are read, or refused in words, whatever comes and in whatever zone', () => {
		const anything = fc.oneof(
			timeText,
			fc.anything({
				withBigInt: true,
				withDate: true,
				withNullPrototype: true,
				withSparseArray: true,
			}),
			fc.record({ toMillis: fc.oneof(fc.anything(), fc.func(fc.double())) }),
		);
		fc.assert(
			fc.property(anything, zone, (value, where) => {
				try {
					const at = readTime(value, 'Created After', where);
					expect(at === undefined || Number.isFinite(at)).toBe(true);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
					expect((error as Error).message).toMatch(/^'Created After' is not a date: /);
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	it('mean the same moment as text with an offset, as text in the zone, as a Date, a DateTime and a number', () => {
		// Before that a number would be seconds, after it microseconds.
		const moment = fc.integer({ min: 100_000_000_000, max: 99_999_999_999_999 });
		fc.assert(
			fc.property(moment, zone, (at, where) => {
				const time = DateTime.fromMillis(at, { zone: where });
				for (const value of [
					at,
					String(at),
					new Date(at),
					time,
					time.toISO(),
					time.toUTC().toISO(),
				])
					expect(readTime(value, 'x', where)).toBe(at);
				// An hour that the clock goes through twice is either of the two.
				expect(
					Math.abs(readTime(time.toISO({ includeOffset: false }), 'x', where)! - at),
				).toBeLessThanOrEqual(10_800_000);
			}),
			{ numRuns: 1_000 },
		);
	});
});

describe('Retry-After', () => {
	it('is a wait or nothing, never less than no time, never no number', () => {
		const header = fc.oneof(
			timeText,
			fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
		);
		fc.assert(
			fc.property(header, (value) => {
				const ms = retryAfterMs({ 'retry-after': value });
				if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('is read to the second in both of its forms', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seconds) => {
				expect(retryAfterMs({ 'retry-after': String(seconds) })).toBe(seconds * 1000);
				const then = new Date(clock.now() + seconds * 1000).toUTCString();
				expect(
					Math.abs(retryAfterMs({ 'retry-after': then })! - seconds * 1000),
				).toBeLessThanOrEqual(1_100);
			}),
		);
	});
});

describe('words of a vendor', () => {
	it('name a direction in one vocabulary', () => {
		const words = ['inbound', 'outbound', 'internal', 'consult', 'unknown'];
		fc.assert(
			fc.property(
				fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', null, undefined)),
				(word) => expect(words).toContain(direction(word)),
			),
		);
	});

	it('are masked only where there is nothing but stars', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\*{0,9}.?$/)), (text) => {
				const raw = girRecordingReply.parse({ id: 'R', callerPhoneNumber: text });
				const isMask = text !== '' && text.replaceAll('*', '') === '';
				expect(toRecording(raw).masked.includes('callerNumber')).toBe(isMask);
			}),
		);
	});
});

describe('file names', () => {
	const id = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 400 }),
		fc.constantFrom('', '.', '..', '../../etc/passwd', 'C:\\x', '\u0000', 'a/b', ' '),
		fc.stringMatching(/^[./\\-]{0,300}$/),
	);

	it('are safe for every file system, whatever the IDs are', () => {
		fc.assert(
			fc.property(id, id, fc.stringMatching(/^[a-z0-9]{1,5}$/), (recording, channel, extension) => {
				const name = fileName(recording, channel, extension);
				expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
				expect(name.length).toBeLessThanOrEqual(247);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('leave an ID as it is that is safe already', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,100}[A-Za-z0-9]$/), (text) =>
				expect(fileName(text, text, 'wav')).toBe(`${text}_${text}.wav`),
			),
		);
	});

	it('take an extension from any address', () => {
		fc.assert(
			fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
				expect(extensionOf(url) ?? 'none').toMatch(/^[a-z0-9]{1,5}$/);
			}),
		);
	});

	it('stay inside the archive with any start and any folders', () => {
		fc.assert(
			fc.property(
				fc.oneof(timeText, fc.constant(null)),
				fc.constantFrom<DateFolders>('none', 'month', 'day'),
				(start, folders) => {
					expect(archivePath('x.wav', start, folders)).toMatch(
						/^((\d{4}\/\d{2}(\/\d{2})?|undated)\/)?x\.wav$/,
					);
				},
			),
			{ numRuns: 1_000 },
		);
	});
});

describe('evidence', () => {
	it('in canonical form is the same for members in any order, is valid JSON, and holds the same', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ noUnicodeString: false })),
				(value) => {
					const bytes = canonicalJson(value);
					const shuffled = Object.fromEntries(Object.entries(value).reverse());
					expect(canonicalJson(shuffled).equals(bytes)).toBe(true);
					const again = JSON.parse(bytes.toString('utf8')) as object;
					expect(canonicalJson(again).equals(bytes)).toBe(true);
					expect(again).toEqual(JSON.parse(JSON.stringify(value)));
				},
			),
		);
	});

	it('takes any text of any vendor, halves of characters too', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'binary' }),
				fc.string({
					unit: fc.integer({ min: 0xd700, max: 0xe000 }).map((code) => String.fromCharCode(code)),
				}),
				(one, other) => {
					const bytes = canonicalJson({ one, other });
					expect(Buffer.from(bytes.toString('utf8')).equals(bytes)).toBe(true);
					expect(() => JSON.parse(bytes.toString('utf8')) as unknown).not.toThrow();
				},
			),
		);
	});

	it('names the one before by a SHA-256 or says what is wrong', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9A-Fa-f]{63,65}$/)), (text) => {
				try {
					expect(previousHash(text, 'x') ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
				}
			}),
		);
	});
});
