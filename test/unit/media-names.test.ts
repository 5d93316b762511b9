import { fileName } from '../../core/media/names';
import { promisedSize } from '../../core/media/stored';

describe('a file name', () => {
	it.each([
		'9d2f6c1e-7a55-4a55-8a0e-3c1f0a9d7b11',
		'512340009871',
		'011AP643CSAPR4FKQGQE31TAES00029V',
		'voice-and-screen',
	])('is the ID itself where that can be: %s', (id) => {
		expect(fileName(id, 'combined', 'wav')).toBe(`${id}_combined.wav`);
	});

	const colliding = [
		'a/b',
		'a-b',
		'a\\b',
		'a:b',
		'a\u0000b',
		'a\nb',
		'../a-b',
		'a-b.',
		'a b',
		'通話',
		'录音',
		'..',
		'/',
		'',
		'x'.repeat(200),
		`${'x'.repeat(200)}y`,
		'x'.repeat(120),
		'x'.repeat(121),
	];

	it('is never shared by two recordings, whatever their IDs', () => {
		const names = colliding.map((id) => fileName(id, 'combined', 'wav'));
		expect(new Set(names).size).toBe(colliding.length);
		expect(names).toEqual(colliding.map((id) => fileName(id, 'combined', 'wav')));
	});

	it.each(colliding)('is safe on every file system, and not too long: %j', (id) => {
		const name = fileName(id, id, 'wav');
		expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*\.wav$/);
		expect(name).not.toContain('..');
		expect(name.length).toBeLessThanOrEqual(250);
	});
});

it.each([
	[4821504, 4821504],
	['4821504', 4821504],
	[' 12 ', 12],
	[0, 0],
	['0', 0],
	[-1, undefined],
	['-1', undefined],
	['unknown', undefined],
	['', undefined],
	[' ', undefined],
	[null, undefined],
	[undefined, undefined],
	[12.5, undefined],
	[NaN, undefined],
	[Infinity, undefined],
	[1e300, undefined],
	[true, undefined],
	[{}, undefined],
	['0x10', undefined],
])('a promise of %p bytes is %p', (said, size) => {
	expect(promisedSize(said)).toBe(size);
});
