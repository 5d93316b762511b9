import type {
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	NodeExecutionHint,
} from 'n8n-workflow';

import { BudgetWaits } from '../../core/http/budget';
import type { Session } from '../../core/platform';
import type { Transport } from '../../core/http/transport';

/** What the platforms are connected with in a run of a node. */
export function sessionOf(
	context: IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions,
	transport: Transport,
	signal?: AbortSignal,
): Session {
	const log = (message: string) => context.logger.warn(message, { node: context.getNode().name });
	return {
		context,
		transport,
		signal,
		waits: new BudgetWaits(),
		log,
		hint: (message) => {
			log(message);
			// A poll and a list in the editor have no hints, nor have older versions of n8n.
			const told = context as { addExecutionHints?: IExecuteFunctions['addExecutionHints'] };
			told.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
		},
	};
}

/** How long the run waited for the request budget, where that was long enough to be noticed. */
export function waitHints({ waits }: Session): NodeExecutionHint[] {
	const seconds = Math.round((waits?.ms ?? 0) / 1000);
	if (seconds < 1) return [];
	const message = `The node waited ${seconds} ${seconds === 1 ? 'second' : 'seconds'} for the request budget, which all workflows share that use this tenant.`;
	return [{ message, type: 'info', location: 'outputPane' }];
}
