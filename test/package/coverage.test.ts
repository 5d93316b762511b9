import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The tests that docs/coverage.md names: a file below `test/`, and the words it must hold. */
function named(): Array<[file: string, words: string]> {
	const text = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8');
	return [...text.matchAll(/`(\w+\/[\w-]+): ?([^`]+)`/g)].map(([, file, words]) => [file, words]);
}

describe('docs/coverage.md', () => {
	it('names a test for each line', () => {
		const lines = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8')
			.split('\n')
			.filter((line) => line.startsWith('| ') && !/^\| (---|The text)/.test(line));
		expect(lines.length).toBeGreaterThan(50);
		expect(lines.filter((line) => !/`\w+\/[\w-]+: [^`]+` \|$/.test(line))).toEqual([]);
	});

	it.each(named())('%s: %s', (file, words) => {
		const path = join(ROOT, 'test', `${file}.test.ts`);
		expect(existsSync(path)).toBe(true);
		expect(readFileSync(path, 'utf8')).toContain(words);
	});
});
