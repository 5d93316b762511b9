import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toNodeError } from '../../core/http/errors';

/**
 * Runs `work` for each input item, one after the other. Results are paired with their item. An item that fails stops
 * the node, or, with "Continue" in the node's "On Error" setting, becomes an item that n8n sends to the error output.
 */
export async function runPerItem(
	context: IExecuteFunctions,
	work: (itemIndex: number) => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (let item = 0; item < context.getInputData().length; item++) {
		try {
			for (const result of await work(item)) output.push({ ...result, pairedItem: { item } });
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, item);
			if (!context.continueOnFail() || context.getExecutionCancelSignal()?.aborted) throw asThrowable(failure);
			// n8n takes an item for a failed one only if it has no other keys than these.
			const { message, description } = failure;
			output.push({ json: { error: message, ...(description && { details: description }) }, pairedItem: { item } });
		}
	}
	return output;
}

function asThrowable<T extends Error>(error: T): T {
	return error;
}
