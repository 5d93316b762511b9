import { DateTime } from 'luxon';

import { readTime } from '../../core/times';

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

	it.each(['yesterday', '2026-13-40', '[object Object]', true, NaN])(
		'is refused by name where it is %p',
		(value) => {
			expect(() => readTime(value, 'Created After', 'UTC')).toThrow(
				"'Created After' is not a date",
			);
		},
	);
});
