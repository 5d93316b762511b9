import { DateTime } from 'luxon';
import type { UserError } from 'n8n-workflow';

import { localTime, minutes, readTime, readZone, zoneOffsetMs } from '../../core/times';

const at = (iso: string) => Date.parse(iso);

describe('a date that a person gives', () => {
	it.each([
		['2026-03-31T09:30:00Z', 'Europe/Berlin', '2026-03-31T09:30:00Z'],
		['2026-03-31T09:30:00+05:30', 'Europe/Berlin', '2026-03-31T04:00:00Z'],
		// Summer time has begun two days earlier.
		['2026-03-31T09:30:00', 'Europe/Berlin', '2026-03-31T07:30:00Z'],
		['2026-03-27T09:30:00', 'Europe/Berlin', '2026-03-27T08:30:00Z'],
		['2026-03-31', 'America/New_York', '2026-03-31T04:00:00Z'],
		['2026-03-31 09:30:00', 'UTC', '2026-03-31T09:30:00Z'],
		['1774949400000', 'Asia/Tokyo', '2026-03-31T09:30:00Z'],
		[' 2026-03-31T09:30:00Z ', 'UTC', '2026-03-31T09:30:00Z'],
		['100000000000', 'UTC', '1973-03-03T09:46:40Z'],
	])('%j read in %s is %s', (value, zone, iso) => {
		expect(readTime(value, 'Created After', zone)).toBe(at(iso));
	});

	it('may be a Date, a Luxon DateTime of another copy, or epoch milliseconds', () => {
		const ms = at('2026-03-31T09:30:00Z');
		for (const value of [new Date(ms), DateTime.fromMillis(ms), { toMillis: () => ms }, ms]) {
			expect(readTime(value, 'Created After', 'UTC')).toBe(ms);
		}
	});

	it.each([undefined, null, ''])('is left out where it is %p', (value) => {
		expect(readTime(value, 'Created After', 'UTC')).toBeUndefined();
	});

	it.each([
		'yesterday',
		'2026-13-40',
		'[object Object]',
		true,
		NaN,
		{ toMillis: 5 },
		{ toMillis: () => NaN },
		{},
		[],
		new Date(NaN),
		// As milliseconds these would be of 1970, or of far future; as text, today or another year.
		1_774_949_400,
		99_999_999_999,
		100_000_000_000_000,
		1_774_949_400_000_000,
		'1774949400',
		'1774949400000000',
		'9:30',
		'09:30',
		'20260331',
		'2026',
		'in 2026-03-31',
		'x1774949400000',
		'1774949400000x',
	])('is refused by name where it is %p, and what would do is told', (value) => {
		const refusal = refusalOf(() => readTime(value, 'Created After', 'UTC'));
		expect(refusal.message).toMatch(/^'Created After' is not a date: /);
		expect(refusal.description).toContain('2026-03-31T09:30:00Z');
	});

	it('is shown in part where it is long, and at all where it has no text', () => {
		expect(refusalOf(() => readTime('x'.repeat(500), 'At', 'UTC')).message).toHaveLength(80);
		const { message } = refusalOf(() =>
			readTime(Object.assign(Object.create(null), { a: 1 }) as object, 'At', 'UTC'),
		);
		expect(message).toBe("'At' is not a date: [Object: null prototype] { a: 1 }");
	});

	it('may be any millisecond since there were calls', () => {
		for (const ms of [100_000_000_000, 99_999_999_999_999])
			expect(readTime(ms, 'At', 'UTC')).toBe(ms);
	});
});

describe('a time zone that a person gives', () => {
	it.each([
		['Europe/Berlin', 'Europe/Berlin'],
		[' UTC+2 ', 'UTC+2'],
		['', 'UTC'],
		[' ', 'UTC'],
		[null, 'UTC'],
		[undefined, 'UTC'],
	])('%j is %s', (value, zone) => {
		expect(readZone(value, 'Time Zone')).toBe(zone);
	});

	it.each(['Berlin', 'local', 'System', 'default', 7, 'x'.repeat(500)])(
		'is refused by name where it is %p, for it is another one on each machine or none at all',
		(value) => {
			const refusal = refusalOf(() => readZone(value, 'Time Zone'));
			expect(refusal.message).toMatch(/^'Time Zone' is not a time zone: .{1,60}$/);
			expect(refusal.description).toContain('Europe/Berlin');
		},
	);

	it.each([
		['Europe/Berlin', '2026-03-29T00:59:59Z', 3_600_000],
		['Europe/Berlin', '2026-03-29T01:00:00Z', 7_200_000],
		['America/New_York', '2026-01-01T00:00:00Z', -18_000_000],
		['UTC+2', '2026-01-01T00:00:00Z', 7_200_000],
	])('%s is ahead of UTC at %s by %i ms', (zone, iso, ms) => {
		expect(zoneOffsetMs(zone, at(iso))).toBe(ms);
	});
});

function refusalOf(work: () => unknown): UserError {
	try {
		work();
	} catch (error) {
		return error as UserError;
	}
	throw new Error('It was not refused');
}

it('a time and a length are written for people', () => {
	expect(localTime('2026-03-04T14:30:59Z', 'Europe/Berlin')).toBe('2026-03-04 15:30');
	expect(localTime('2026-03-04T14:30:59Z', 'America/New_York')).toBe('2026-03-04 09:30');
	expect([0, 9, 61.9, 600, 3_599].map(minutes)).toEqual(['0:00', '0:09', '1:01', '10:00', '59:59']);
});
