import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { deadlineSignal } from '../../core/http/deadline';
import { toNodeError } from '../../core/http/errors';

/** n8n's editor waits for a list with its panel open. Milliseconds. */
const LONGEST_MS = 30_000;

/**
 * Makes a list that a panel offers, within the time that somebody in front of it waits.
 *
 * @param make its signal fires when that time is over
 * @throws NodeApiError or NodeOperationError, which the editor shows
 */
export async function panelList<List>(
	context: ILoadOptionsFunctions,
	make: (signal: AbortSignal) => Promise<List>,
): Promise<List> {
	try {
		return await make(deadlineSignal(LONGEST_MS));
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}
