import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { failedItem, type FailureOptions } from '../../core/http/errors';

/**
 * Runs `work` for each input item, one after the other. Results are paired with their item. An item that fails stops
 * the node, or becomes an item for the error output; see `failedItem`.
 */
export async function runPerItem(
	context: IExecuteFunctions,
	work: (itemIndex: number) => Promise<INodeExecutionData[]>,
	options: FailureOptions,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	const cancelled = context.getExecutionCancelSignal();
	for (let item = 0; item < context.getInputData().length; item++) {
		try {
			for (const result of await work(item)) output.push({ ...result, pairedItem: { item } });
		} catch (error) {
			output.push(failedItem(context, error, item, { ...options, cancelled }));
		}
	}
	return output;
}
