import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INode } from 'n8n-workflow';

import { readTime } from '../../core/times';

/** Text of a parameter, trimmed; undefined where it is empty. Numbers from expressions count as text. */
export function optionalText(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	const text = String(value).trim();
	return text === '' ? undefined : text;
}

/**
 * Text of a parameter that must be there.
 *
 * @param field the field's display name, for the message
 * @throws NodeOperationError when it is empty
 */
export function requiredText(context: IExecuteFunctions, name: string, field: string, itemIndex: number): string {
	const value = optionalText(context.getNodeParameter(name, itemIndex, ''));
	if (value === undefined || value === 'undefined' || value === 'null') {
		throw new NodeOperationError(context.getNode(), `'${field}' is empty`, {
			itemIndex,
			description: `Enter it, or check the expression: for this item it gives no value.`,
		});
	}
	return value;
}

/** Epoch milliseconds of a date parameter, read in the workflow's time zone; undefined where it is empty. */
export function timeOf(context: { getTimezone(): string }, value: unknown, field: string): number | undefined {
	return readTime(value, field, context.getTimezone());
}

/**
 * A number that must lie within bounds, also when an expression gives it.
 *
 * @throws NodeOperationError that names field and bounds
 */
export function numberWithin(
	context: { getNode(): INode },
	value: unknown,
	field: string,
	bounds: { min: number; max?: number },
	itemIndex?: number,
): number {
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	const { min, max = Infinity } = bounds;
	if (Number.isFinite(number) && number >= min && number <= max) return number;
	throw new NodeOperationError(context.getNode(), `'${field}' must be a number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}`, {
		itemIndex,
		description: `${itemIndex === undefined ? 'It is' : 'For this item it is'}: ${String(value).slice(0, 60)}`,
	});
}
