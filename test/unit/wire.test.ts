import {
	UnreadableRow,
	amount,
	count,
	flag,
	list,
	readOut,
	rows,
	shape,
	text,
	time,
} from '../../core/http/wire';
import { sourced, sourceOf, unreadableIn, unreadableOf } from '../../core/http/sourced';
import { isoTime } from '../../core/recording';
import { z } from '../../core/vendor';

const person = shape({ id: z.string(), name: text });
const thing = shape({
	id: z.string(),
	size: amount,
	at: time,
	kept: flag,
	owner: person.nullish(),
	people: list(person),
});

describe('readOut', () => {
	it('reads what fits, and names nothing', () => {
		expect(
			readOut(thing, { id: 'a', size: '7', at: '2025-03-04T10:00:00+0100', kept: 'TRUE', more: 1 }),
		).toEqual({
			data: { id: 'a', size: 7, at: '2025-03-04T09:00:00.000Z', kept: true, people: [] },
			unreadable: [],
		});
	});

	it('reads what does not fit as null, as far inside as it can', () => {
		const source = {
			id: 'a',
			size: 'big',
			at: {},
			owner: { id: 7, name: 'Kim' },
			people: [{ id: 'x', name: [] }, null, { name: 'no ID' }, 'text'],
		};
		const before = JSON.stringify(source);
		expect(readOut(thing, source)).toEqual({
			data: { id: 'a', size: null, at: null, owner: null, people: [{ id: 'x', name: null }] },
			unreadable: ['size', 'at', 'people[0].name', 'people[2]', 'people[3]', 'owner'],
		});
		expect(JSON.stringify(source)).toBe(before);
	});

	it.each([
		[null, [], 'Expected object, received null'],
		['text', [], 'Expected object, received string'],
		[[], [], 'Expected object, received array'],
		[{}, ['id'], 'Required'],
	])('says why nothing can be read of %j', (source, path, message) => {
		expect(readOut(thing, source)).toEqual({ problem: { path, message } });
	});

	it('finds members in other capitals, the exact one first', () => {
		expect(readOut(thing, { ID: 'a', Size: 1, size: 2, PEOPLE: [{ Id: 3 }] })).toEqual({
			data: { id: 'a', size: 2, people: [] },
			unreadable: ['people[0]'],
		});
	});

	it('is not led astray by names that every object has', () => {
		const source = JSON.parse(
			'{"id":"a","__proto__":{"size":5},"constructor":1,"size":{}}',
		) as unknown;
		expect(readOut(thing, source)).toEqual({
			data: { id: 'a', size: null, people: [] },
			unreadable: ['size'],
		});
		expect(({} as { size?: number }).size).toBeUndefined();
	});

	it('names what holds several faults, once', () => {
		expect(readOut(thing, { id: 'a', people: [{ name: {} }, { id: 'b', name: {} }] })).toEqual({
			data: { id: 'a', people: [{ id: 'b', name: null }] },
			unreadable: ['people[0]', 'people[1].name'],
		});
	});

	it('ends, however much cannot be read', () => {
		const people = Array.from({ length: 5_000 }, (_, index) => ({ id: index, name: {} }));
		const result = readOut(thing, { id: 'a', people });
		expect(result).toMatchObject({ data: { people: [] } });
		expect((result as { unreadable: string[] }).unreadable).toHaveLength(5_000);
	});
});

describe('values', () => {
	it.each([
		[5, 5],
		['5', 5],
		[' 5.5 ', 5.5],
		['', undefined],
		[null, null],
		[undefined, undefined],
	])('amount: %j is %j', (value, expected) => {
		expect(amount.parse(value)).toBe(expected);
	});
	it.each(['5 KB', true, [], {}, ' ', 'Infinity'])('amount: %j cannot be read', (value) => {
		expect(amount.safeParse(value).success).toBe(false);
	});
	it.each([
		[5, 5],
		['5', 5],
		[0, 0],
		['', undefined],
		[null, undefined],
		[false, undefined],
		[[], undefined],
		['many', undefined],
		[-1, undefined],
		[1.5, undefined],
		[1e300, undefined],
		[' 50 ', 50],
		['x5', undefined],
		['5x', undefined],
		[['5'], undefined],
	])('count: %j is %j', (value, expected) => {
		expect(count.parse(value)).toBe(expected);
	});
	it.each([
		[true, true],
		[false, false],
		['TRUE', true],
		[' false ', false],
		['', undefined],
		[null, null],
		[undefined, undefined],
	])('flag: %j is %j', (value, expected) => {
		expect(flag.parse(value)).toBe(expected);
	});
	it.each([
		['a', 'a'],
		[7, '7'],
		['', ''],
		[null, null],
	])('text: %j is %j', (value, expected) => {
		expect(text.parse(value)).toBe(expected);
	});
	it.each([
		[flag, 'yes', 'is no true or false'],
		[flag, {}, 'is no true or false'],
		[text, true, 'is no text'],
		[text, ['a'], 'is no text'],
		[amount, 'many', 'is no number'],
		[amount, true, 'is no number'],
		[time, true, 'is no time'],
		[time, 'soon', 'is no time'],
	])('%# that cannot be read says what it is not', (kind, value, message) => {
		expect(kind.safeParse(value).error?.issues).toMatchObject([{ message }]);
	});
	it('list: what is not there is left out', () => {
		expect(list(z.number()).parse([1, null, undefined, 2])).toEqual([1, 2]);
		for (const none of [null, undefined, []]) expect(list(z.number()).parse(none)).toEqual([]);
	});
	it.each([
		['2025-03-04T10:00:00Z', '2025-03-04T10:00:00.000Z'],
		['2025-03-04T10:00:00.1239+0000', '2025-03-04T10:00:00.123Z'],
		['2025-03-04T10:00:00', '2025-03-04T10:00:00.000Z'],
		['2025-03-04 10:00:00', '2025-03-04T10:00:00.000Z'],
		['1741082400000', '2025-03-04T10:00:00.000Z'],
		[1741082400000, '2025-03-04T10:00:00.000Z'],
		['24/03/2025 01:30:00', null],
	])('a time of %j is %j, wherever n8n runs', (value, expected) => {
		expect(isoTime(value)).toBe(expected);
	});
});

describe('rows', () => {
	const of = rows(person);
	it('keeps the place of a row that cannot be read', () => {
		const [first, second, third] = of.parse([{ id: 'a' }, { name: 'x' }, null]);
		expect(first).toEqual({ id: 'a' });
		expect([second, third]).toEqual([
			new UnreadableRow("row 2 'id' required", '{"name":"x"}'),
			new UnreadableRow('row 3 expected object, received null', 'null'),
		]);
	});
	it('is no list of rows where none of many can be read', () => {
		expect(of.safeParse([1, 2, 3]).success).toBe(true);
		expect(of.safeParse([1, 2, 3, 4]).success).toBe(false);
		expect(of.safeParse([1, 2, 3, { id: 'a' }]).success).toBe(true);
		expect(of.safeParse([]).data).toEqual([]);
	});
});

describe('an object with its source', () => {
	const schema = sourced(thing);
	it('is read as far as it can be, and keeps what the vendor sent', () => {
		const sent = { id: 'a', size: 'big', more: [1] };
		const value = schema.parse(sent);
		expect({ ...value }).toMatchObject({ id: 'a', size: null, people: [] });
		expect(sourceOf(value)).toBe(sent);
		expect(unreadableOf(value)).toEqual(['size']);
		expect(unreadableIn(value)).toEqual({ unreadable: ['size'] });
		expect(JSON.stringify(value)).toBe('{"id":"a","size":null,"people":[]}');
	});
	it('names nothing where everything could be read', () => {
		expect(unreadableIn(schema.parse({ id: 'a' }))).toEqual({});
	});
	it('is none without what it cannot be without', () => {
		expect(schema.safeParse({ size: 1 }).error?.issues).toMatchObject([
			{ path: ['id'], message: 'Required' },
		]);
	});
});
