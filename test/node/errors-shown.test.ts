import { readFileSync } from 'node:fs';

import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

import { unfitForPeople } from './readable';
import { ERRORS_PAGE } from '../../docs/errors';

const NODE = { id: '1', name: 'Node', type: 'test', typeVersion: 1, position: [0, 0] } as INode & {
	parameters: object;
};

/** Every error of docs/errors.md, which is made from the source: its message and what to do. */
const ERRORS = readFileSync(ERRORS_PAGE, 'utf8')
	.split('\n')
	.filter((line) => line.startsWith('| ') && !/^\| (You read|---)/.test(line))
	.map((line) =>
		line
			.slice(2, -2)
			.split(/(?<!\\) \| /)
			.map((part) => part.replaceAll('\\|', '|').replaceAll('&lt;', '<')),
	)
	.map(([message = '', remedy = '']) => [message, remedy.replaceAll(/see \*.*?\*/g, '…')] as const);

describe('what n8n shows of each error', () => {
	it('is all of them', () => {
		expect(ERRORS.length).toBeGreaterThan(165);
	});

	// As the panel draws it: the message as text, the description as HTML with `…` as code. n8n's classes put words of their own
	// in the place of a message with a network code in it, and of a description that repeats the message.
	it.each(ERRORS)('%s', (message, description) => {
		for (const error of [
			new NodeOperationError(NODE, message, { description }),
			new NodeApiError(
				NODE,
				{ message, httpCode: '400' },
				{ message, description, httpCode: '400' },
			),
		]) {
			expect(error.message).toBe(message);
			expect(error.description).toBe(description);
			expect(unfitForPeople(error)).toBeUndefined();
		}
	});
});
