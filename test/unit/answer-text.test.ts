import { parseJson, textOf } from '../../core/http/answer-text';
import { clock, onceADay } from '../../core/http/clock';

describe('the text of an answer', () => {
	const bytes = (...values: number[]) => Buffer.from(values);
	const utf16le = (text: string) =>
		Buffer.concat([bytes(0xff, 0xfe), Buffer.from(text, 'utf16le')]);
	const utf16be = (text: string) =>
		Buffer.concat([bytes(0xfe, 0xff), Buffer.from(text, 'utf16le').swap16()]);

	it.each([
		['UTF-8', Buffer.from('Grüße, 東京'), undefined, 'Grüße, 東京'],
		['UTF-8 with a mark', Buffer.from('\uFEFFGrüße'), undefined, 'Grüße'],
		['UTF-16, low byte first', utf16le('Grüße'), undefined, 'Grüße'],
		['UTF-16, high byte first', utf16be('Grüße'), 'text/plain; charset=utf-8', 'Grüße'],
		[
			'UTF-8 that is announced as another',
			Buffer.from('Grüße'),
			'text/csv; charset=iso-8859-1',
			'Grüße',
		],
		['Latin 1', bytes(0x47, 0x72, 0xfc), 'text/csv; charset=iso-8859-1', 'Grü'],
		['Latin 1 in quotes and capitals', bytes(0xfc), 'text/csv; CHARSET = "ISO-8859-1"', 'ü'],
		['Japanese', bytes(0x93, 0x8c), 'application/json;charset=shift_jis', '東'],
		['neither, and nothing announced', bytes(0x47, 0xfc), undefined, 'G\uFFFD'],
		[
			'neither, and no encoding of that name',
			bytes(0x47, 0xfc),
			'text/csv; charset=nonsense',
			'G\uFFFD',
		],
		['the first byte of a mark alone', bytes(0xff, 0x41), 'text/csv; charset=iso-8859-1', 'ÿA'],
	])('is read from %s', (_what, body, type, text) => {
		expect(textOf(body, type)).toBe(text);
	});
});

describe('the JSON of an answer', () => {
	it.each<[string, unknown]>([
		['{"a":1,"b":[true,null,"x"]}', { a: 1, b: [true, null, 'x'] }],
		['\uFEFF{"a":1}', { a: 1 }],
		['<html>', '<html>'],
		['\uFEFFno JSON', 'no JSON'],
		['', ''],
		// IDs that JavaScript would round, and numbers that it would not.
		['{"id":90071992547409931234}', { id: '90071992547409931234' }],
		['{"id": -9007199254740993}', { id: '-9007199254740993' }],
		['[9007199254740993,9007199254740991]', ['9007199254740993', 9007199254740991]],
		['[1,9007199254740993]', [1, '9007199254740993']],
		['{"id":1234567890123456}', { id: 1234567890123456 }],
		['[1.2345678901234567e30]', [1.2345678901234567e30]],
		['[12345678901234567.5]', [12345678901234567.5]],
		['[12345678901234567890e2]', [12345678901234567890e2]],
		// What stands in a text stays as it is.
		[
			'{"a":"x: 9007199254740993","b":9007199254740993}',
			{ a: 'x: 9007199254740993', b: '9007199254740993' },
		],
		[
			'{"a":"say \\", 9007199254740993","b":9007199254740993}',
			{ a: 'say ", 9007199254740993', b: '9007199254740993' },
		],
		['{"a":"back\\\\","b":9007199254740993}', { a: 'back\\', b: '9007199254740993' }],
		[
			'{"a":"\\\\\\", 9007199254740993","b":9007199254740993}',
			{ a: '\\", 9007199254740993', b: '9007199254740993' },
		],
		['{"a":9007199254740993,"b":"open', '{"a":9007199254740993,"b":"open'],
	])('%s', (text, value) => {
		expect(parseJson(text)).toEqual(value);
	});
});

it('what one word a day is enough for is said again a day later, also by a clock that was put back', () => {
	const { now } = clock;
	const day = 86_400_000;
	const at = (time: number, what = 'a thing') => {
		clock.now = () => time;
		return onceADay(what);
	};
	try {
		expect([at(5 * day), at(5 * day), at(6 * day - 1), at(6 * day), at(6 * day + 1)]).toEqual([
			...[true, false, false, true, false],
		]);
		expect([at(6 * day, 'another'), at(5 * day), at(5 * day - 1)]).toEqual([true, true, false]);
	} finally {
		clock.now = now;
	}
});
