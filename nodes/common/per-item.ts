import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { failedJson, toNodeError } from '../../core/http/errors';
import { withNextStep } from '../../core/http/reason';

/**
 * Runs `work` for each input item, one after the other. Results are paired with their item. An item that fails stops
 * the node, or, with "Continue" in the node's "On Error" setting, becomes an item that n8n sends to the error output.
 *
 * @param beforeStopping sees the error that stops the node, and with it the output of the items before
 * @param nextSteps see `failedItem`
 */
export async function runPerItem(
	context: IExecuteFunctions,
	work: (itemIndex: number) => Promise<INodeExecutionData[]>,
	beforeStopping?: (failure: NodeApiError | NodeOperationError) => void,
	nextSteps?: Readonly<Record<string, string>>,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (let item = 0; item < context.getInputData().length; item++) {
		try {
			for (const result of await work(item)) output.push({ ...result, pairedItem: { item } });
		} catch (error) {
			output.push(failedItem(context, error, item, beforeStopping, nextSteps));
		}
	}
	return output;
}

/**
 * What n8n sends to the error output, with "Continue" in the node's "On Error" setting.
 *
 * @param nextSteps what to change in the node, by the `reason` of an error; follows what the error itself advises
 * @throws the error as one of n8n's where the node is to stop
 */
export function failedItem(
	context: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
	beforeStopping: (failure: NodeApiError | NodeOperationError) => void = () => undefined,
	nextSteps: Readonly<Record<string, string>> = {},
): INodeExecutionData {
	const failure = withNextStep(toNodeError(context.getNode(), error, itemIndex), error, nextSteps);
	if (!context.continueOnFail() || context.getExecutionCancelSignal()?.aborted) {
		beforeStopping(failure);
		throw failure;
	}
	return { json: failedJson(failure), pairedItem: { item: itemIndex } };
}
