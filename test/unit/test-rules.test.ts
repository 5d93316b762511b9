import { pageRules, REDIRECTS, redirectRules, testRules } from '../../core/http/test-rules';

/** What n8n's Test of a credential says of an answer, by its own reading of the rules: the first that fits counts. */
function told(
	rules: ReturnType<typeof testRules>,
	{ status, body }: { status: number; body: unknown },
): string | undefined {
	for (const rule of rules) {
		if (rule.type === 'responseCode' && status === rule.properties.value)
			return rule.properties.message;
		// lodash's `get`: of a text, a member is a character.
		const members = Object(body) as Record<string, unknown>;
		if (
			rule.type === 'responseSuccessBody' &&
			status < 300 &&
			members[rule.properties.key] === rule.properties.value
		)
			return rule.properties.message;
	}
	return undefined;
}

describe('the Test of a credential', () => {
	const rules = testRules(...pageRules('That is a page'));

	it.each(['<html>', '\n<html>', '\r\n<html>', ' <html>', '\t<html>', '\uFEFF<html>'])(
		'is not content with a page: %j',
		(body) => {
			expect(told(rules, { status: 200, body })).toBe('That is a page');
		},
	);

	it.each([{ recordings: [] }, [], [{ id: 1 }], ''])('is content with an answer: %j', (body) => {
		expect(told(rules, { status: 200, body })).toBeUndefined();
	});

	it.each([301, 302, 303, 307, 308])('is not content with the way to a page: %i', (status) => {
		expect(told(rules, { status, body: '' })).toBe('That is a page');
		expect(told(testRules(...redirectRules('Elsewhere')), { status, body: '' })).toBe('Elsewhere');
		expect(REDIRECTS).toContain(status);
	});

	it('of redirects alone says nothing of pages', () => {
		expect(
			told(testRules(...redirectRules('Elsewhere')), { status: 200, body: '<html>' }),
		).toBeUndefined();
	});

	it('takes rules in the order they come in', () => {
		const own = { type: 'responseCode' as const, properties: { value: 302, message: 'Own words' } };
		expect(told(testRules(own, ...pageRules('A page')), { status: 302, body: '' })).toBe(
			'Own words',
		);
	});
});
