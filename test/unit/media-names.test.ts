import { createHash } from 'node:crypto';

import { countOf } from '../../core/http/wire';
import { extensionOf, fileName } from '../../core/media/names';
import { expectedFile, sameCopy } from '../../core/media/stored';

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

describe('a part of a file name', () => {
	const safePart = (id: string) => fileName(id, 'c', 'wav').slice(0, -'_c.wav'.length);
	const hash = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 8);
	it.each([
		['a::b//c', 'a-b-c'],
		['--a.b--', 'a.b'],
		['...', 'recording'],
		['', 'recording'],
		['通話-7', '7'],
		['x'.repeat(121), 'x'.repeat(111)],
	])('shows of %j what it can, and a hash for the rest', (id, shown) => {
		expect(safePart(id)).toBe(`${shown}-${hash(id)}`);
	});

	it('is the ID itself up to 120 characters', () => {
		expect(safePart('x'.repeat(120))).toBe('x'.repeat(120));
		expect(safePart('x'.repeat(10_000))).toHaveLength(120);
	});
});

it.each([
	['https://a.example.com/b/c.WAV?x=.mp3#.ogg', 'wav'],
	['https://a.example.com/c.m4a', 'm4a'],
	['https://a.example.com/c.tar.gz', 'gz'],
	['https://a.example.com/c.', undefined],
	['https://a.example.com/c', undefined],
	['https://a.example.com/c.wav/d', undefined],
	['https://a.example.com/c.toolong', undefined],
	['https://a.example.com/c.w-v', undefined],
])('the extension in %s is %p', (url, extension) => {
	expect(extensionOf(url)).toBe(extension);
});

it.each([
	['audio/mpeg', 'https://a.example.com/x', 'r_agent.mp3', 'audio/mpeg'],
	['Audio/X-WAV; q=1', 'https://a.example.com/x.mp4', 'r_agent.wav', 'audio/wav'],
	['application/octet-stream', 'https://a.example.com/x.mp4', 'r_agent.mp4', 'video/mp4'],
	[undefined, 'https://a.example.com/x.ogg', 'r_agent.ogg', 'audio/ogg'],
	[undefined, 'https://a.example.com/x.vox', 'r_agent.vox', 'application/octet-stream'],
	['audio/vox', 'https://a.example.com/x', 'r_agent.bin', 'audio/vox'],
	[undefined, 'https://a.example.com/x', 'r_agent.bin', 'application/octet-stream'],
])('a file of type %s at %s is expected as %s, %s', (contentType, url, name, mimeType) => {
	const file = {
		recordingId: 'r',
		channel: 'agent',
		renewable: true,
		link: async () => ({ url }),
	};
	expect(expectedFile(file, { url, contentType })).toEqual({ fileName: name, mimeType });
});

it.each([
	[{ sizeBytes: 5, hash: '', knownHash: ' ' }, 5, 'size'],
	[{ hash: 'AB"CD', knownHash: 'ab"cd' }, 5, 'hash'],
	[{ hash: 'abcd', knownHash: 'ab"cd' }, 5, undefined],
	[{ sizeBytes: 5, hash: 'ab', knownHash: 'ab' }, undefined, 'hash'],
	[{ hash: 'ab', knownHash: 'ab' }, 5, 'hash'],
])('the copy %j of a file of %p bytes is the same by its %p', (copy, promised, because) => {
	expect(sameCopy(copy, promised)).toBe(because);
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
	expect(countOf(said)).toBe(size);
});
