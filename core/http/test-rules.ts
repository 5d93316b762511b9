import type { ICredentialTestRequest } from 'n8n-workflow';

type Rules = NonNullable<ICredentialTestRequest['rules']>;

/** What a page may begin with; JSON that n8n could read is no text any more. */
const BEGINNINGS = ['<', '\n', '\r', ' ', '\t', '\uFEFF'];

/** Statuses that send on to another address, mostly a sign-in page; they are not followed, because the sign-in would go along. */
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Rules for the Test of a credential about those: without, it says nothing but "Found". @param message what the Test then says */
export function redirectRules(message: string): Array<Rules[number]> {
	return REDIRECTS.map((value) => ({ type: 'responseCode', properties: { value, message } }));
}

/**
 * Rules for the Test of a credential that take an answer of 200 for a failure where it is a page and no JSON: n8n looks
 * at a member of the answer, and of a text that is a character. So with the way to such a page.
 *
 * @param message what the Test then says
 */
export function pageRules(message: string): Array<Rules[number]> {
	const pages = BEGINNINGS.map((value) => ({
		type: 'responseSuccessBody' as const,
		properties: { key: '0', value, message },
	}));
	return [...pages, ...redirectRules(message)];
}

/** Rules of both kinds for one Test: n8n takes them so, but its type wants all of one kind. */
export function testRules(...rules: Array<Rules[number]>): Rules {
	return rules as Rules;
}
