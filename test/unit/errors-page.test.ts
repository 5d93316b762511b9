import { readFileSync } from 'node:fs';

import { ERRORS_PAGE, errorsPage } from '../../docs/errors';

describe('docs/errors.md', () => {
	it('is what the source says; npm run docs:errors makes it anew', () => {
		expect(readFileSync(ERRORS_PAGE, 'utf8')).toBe(errorsPage());
	});

	it('has the words of each kind of place: a table of calls, a thrown error, a pair, a permission, a step of a node', () => {
		const page = errorsPage();
		for (const [message, remedy] of [
			['CXone has no recording with this ID', 'Check the recording ID.'],
			["'…' is not encrypted, so nothing was sent to it", 'With the switch on'],
			['CXone did not accept the access key', 'a new key can be made'],
			['may not download recordings', "'Recording > Download'"],
			['The input item is no recording', 'Connect Search Recordings'],
			["its status is '…'", 'wait for them'],
		]) {
			const row = page.split('\n').find((line) => line.includes(message as string));
			expect(row).toContain(remedy);
		}
	});

	it('has a remedy for every error', () => {
		const rows = errorsPage()
			.split('\n')
			.filter((line) => /^\| (?!You read|---)/.test(line));
		expect(rows.length).toBeGreaterThan(150);
		expect(
			rows.filter((line) => !/\| .*\p{L}{3}.* \| .*\p{L}{2} .*\p{L}.* \|$/u.test(line)),
		).toEqual([]);
	});
});
