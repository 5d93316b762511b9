import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteSingleFunctions } from 'n8n-workflow';

import { givenText, numberWithin } from './parameters';

/**
 * Text of a declarative node's parameter that must be there, trimmed.
 *
 * @param field the field's display name, for the message
 * @throws NodeOperationError when it is empty
 */
export function requiredValue(context: IExecuteSingleFunctions, name: string, field: string): string {
	const value = givenText(context.getNodeParameter(name, ''));
	if (value === undefined) {
		throw new NodeOperationError(context.getNode(), `'${field}' is empty`, {
			itemIndex: context.getItemIndex(),
			description: 'Nothing was sent. Enter it, or check the expression: for this item it gives no value.',
		});
	}
	return value;
}

/**
 * A number of seconds that must not be negative, also when an expression gives it.
 *
 * @throws NodeOperationError that names the field
 */
export function secondsWithin(context: IExecuteSingleFunctions, value: unknown, field: string): number {
	return numberWithin(context, value, field, { min: 0 }, context.getItemIndex());
}
