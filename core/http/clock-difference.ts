import { clock, onceADay } from './clock';
import type { Reply } from './retry';
import type { RequestContext } from '../context';
import { iso } from '../times';

/** What the trigger looks back by is longer, and clocks that are set at all differ by less. */
const WORTH_A_WORD_MS = 1_800_000;

/**
 * Leaves a line in n8n's log, once a day, where the clock of a service is another than n8n's: "the last hours" are then other
 * hours there, and who asks for them may get nothing.
 *
 * @param tenant tells services from each other
 */
export function compareClocks(
	{ logger }: RequestContext,
	vendor: string,
	tenant: string,
	{ headers }: Reply,
): void {
	const now = clock.now();
	const at = Date.parse(headers.date ?? '');
	const isApart = headers.age === undefined && Math.abs(at - now) > WORTH_A_WORD_MS;
	if (isApart && onceADay(`clock ${tenant}`))
		logger.warn(
			`${vendor}'s clock shows ${iso(at)} and n8n's ${iso(now)}. Recordings are asked for by n8n's, so that the trigger may miss all of them. Have the clock that is wrong set right.`,
		);
}
