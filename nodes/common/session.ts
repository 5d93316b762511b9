import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

import type { RequestContext } from '../../core/context';
import { BudgetWaits } from '../../core/http/budget';
import type { Session } from '../../core/platform';
import type { Transport } from '../../core/http/transport';

/** Says something in the node's output panel that is no error; where there is none, in the log alone. */
export function hintIn(context: RequestContext, message: string): void {
	context.logger.warn(message, { node: context.getNode().name });
	// A poll and a list in the editor have no hints, nor have older versions of n8n.
	const told = context as { addExecutionHints?: IExecuteFunctions['addExecutionHints'] };
	told.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
}

/**
 * What the platforms are connected with in a run of a node.
 *
 * @param nextSteps what hints and lines of the log say in the node's own labels, by their reason
 */
export function sessionOf(
	context: RequestContext,
	transport: Transport,
	signal?: AbortSignal,
	nextSteps: Readonly<Record<string, string>> = {},
): Session {
	const worded = (message: string, reason = '') =>
		Object.hasOwn(nextSteps, reason) ? `${message} ${nextSteps[reason]}` : message;
	return {
		context,
		transport,
		signal,
		waits: new BudgetWaits(),
		log: (message, reason) =>
			context.logger.warn(worded(message, reason), { node: context.getNode().name }),
		hint: (message, reason) => hintIn(context, worded(message, reason)),
	};
}

/** How long the run waited for the request budget, where that was long enough to be noticed. */
export function waitHints({ waits }: Session): NodeExecutionHint[] {
	const seconds = Math.round((waits?.ms ?? 0) / 1000);
	if (seconds < 1) return [];
	const message = `The node waited ${seconds} ${seconds === 1 ? 'second' : 'seconds'} for the request budget, which all workflows share that use this tenant.`;
	return [{ message, type: 'info', location: 'outputPane' }];
}
