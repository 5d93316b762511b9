import type { IExecuteFunctions } from 'n8n-workflow';

import type { SearchChoice, WhenNotAvailable } from '../../core/search';
import { numberWithin } from '../common/parameters';

/** How many results are wanted; Infinity for all. */
export function readLimit(context: IExecuteFunctions, item: number): number {
	if (context.getNodeParameter('returnAll', item) === true) return Infinity;
	return numberWithin(context, context.getNodeParameter('limit', item), 'Limit', { min: 1, whole: true }, item);
}

/** Which of the recordings that are found are wanted. */
export function readChoice(context: IExecuteFunctions, item: number): SearchChoice {
	const whenNotAvailable = context.getNodeParameter('whenProcessing', item, 'skip') as WhenNotAvailable;
	const minutes = whenNotAvailable === 'wait' ? context.getNodeParameter('maxWaitMinutes', item) : 0;
	return {
		whenNotAvailable,
		maxWaitMs: numberWithin(context, minutes, 'Wait at Most (Minutes)', { min: 0 }, item) * 60_000,
		limit: readLimit(context, item),
	};
}

/** Says a sentence beside the output of the node, and in n8n's log. */
export function hint(context: IExecuteFunctions): (message: string) => void {
	return (message) => {
		context.logger.warn(message, { node: context.getNode().name });
		// Older versions of n8n have no hints.
		const told: { addExecutionHints?: IExecuteFunctions['addExecutionHints'] } = context;
		told.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
	};
}
