import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteSingleFunctions } from 'n8n-workflow';

import { optionalText } from './parameters';

/**
 * Text of a declarative node's parameter that must be there, trimmed.
 *
 * @param field the field's display name, for the message
 * @throws NodeOperationError when it is empty
 */
export function requiredValue(context: IExecuteSingleFunctions, name: string, field: string): string {
	const value = optionalText(context.getNodeParameter(name, ''));
	if (value === undefined || value === 'undefined' || value === 'null') {
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
	const seconds = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	if (Number.isFinite(seconds) && seconds >= 0) return seconds;
	throw new NodeOperationError(context.getNode(), `'${field}' must be a number of at least 0`, {
		itemIndex: context.getItemIndex(),
		description: `For this item it is: ${String(value).slice(0, 60)}`,
	});
}
