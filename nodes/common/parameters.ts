import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INode } from 'n8n-workflow';

import { readTime } from '../../core/times';

/** Text of a parameter, trimmed; undefined where it is empty. Numbers from expressions count as text. */
export function optionalText(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	const text = String(value).trim();
	return text === '' ? undefined : text;
}

/** As `optionalText`, and undefined also for what an expression that found nothing leaves in a text. */
export function givenText(value: unknown): string | undefined {
	const text = optionalText(value);
	return text === 'undefined' || text === 'null' ? undefined : text;
}

/**
 * Text of a parameter that must be there.
 *
 * @param field the field's display name, for the message
 * @throws NodeOperationError when it is empty
 */
export function requiredText(context: IExecuteFunctions, name: string, field: string, itemIndex: number): string {
	const value = givenText(context.getNodeParameter(name, itemIndex, ''));
	if (value === undefined) {
		throw new NodeOperationError(context.getNode(), `'${field}' is empty`, {
			itemIndex,
			description: `Enter it, or check the expression: for this item it gives no value.`,
		});
	}
	return value;
}

/**
 * Refuses a condition that is there and says nothing: leaving it out would widen a search to other people's recordings.
 *
 * @param field the field's display name, for the message
 * @throws NodeOperationError when the value is empty, or what a lost expression leaves behind
 */
export function assertGiven(node: INode, value: unknown, field: string, itemIndex?: number): void {
	if (givenText(value) !== undefined) return;
	throw new NodeOperationError(node, `'${field}' is empty`, {
		itemIndex,
		description:
			'Nothing was sent: without it the search would find more than was meant. Enter a value or remove the filter. If it is an expression, it gives no value for this item.',
	});
}

/** Whether a builder put an expression into a field of a node. */
export function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
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
	bounds: { min: number; max?: number; whole?: boolean },
	itemIndex?: number,
): number {
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	const { min, max = Infinity } = bounds;
	if (Number.isFinite(number) && number >= min && number <= max && (bounds.whole !== true || Number.isInteger(number))) return number;
	throw new NodeOperationError(context.getNode(), `'${field}' must be a ${bounds.whole === true ? 'whole ' : ''}number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}`, {
		itemIndex,
		description: `${itemIndex === undefined ? 'It is' : 'For this item it is'}: ${String(value).slice(0, 60)}`,
	});
}
