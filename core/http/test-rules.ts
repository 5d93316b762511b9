import type { ICredentialTestRequest } from 'n8n-workflow';

type Rules = NonNullable<ICredentialTestRequest['rules']>;

/** What a page may begin with; JSON that n8n could read is no text any more. */
const BEGINNINGS = ['<', '\n', '\r', ' ', '\t', '\uFEFF'];

/**
 * Rules for the Test of a credential that take an answer of 200 for a failure where it is a page and no JSON: n8n looks
 * at a member of the answer, and of a text that is a character.
 *
 * @param message what the Test then says
 */
export function pageRules(message: string): Array<Rules[number]> {
	return BEGINNINGS.map((value) => ({
		type: 'responseSuccessBody',
		properties: { key: '0', value, message },
	}));
}

/** Rules of both kinds for one Test: n8n takes them so, but its type wants all of one kind. */
export function testRules(...rules: Array<Rules[number]>): Rules {
	return rules as Rules;
}
