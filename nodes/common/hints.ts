import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

import type { RequestContext } from '../../core/context';

/** Says something in the node's output panel that is no error. A poll, a list in the editor and older versions of n8n have no hints. */
export function showHints(
	context: RequestContext,
	type: NodeExecutionHint['type'],
	messages: string[],
): void {
	const told = context as { addExecutionHints?: IExecuteFunctions['addExecutionHints'] };
	told.addExecutionHints?.(
		...messages.map((message) => ({ message, type, location: 'outputPane' as const })),
	);
}

/** A hint that also stands in the log. */
export function warn(context: RequestContext, message: string): void {
	context.logger.warn(message, { node: context.getNode().name });
	showHints(context, 'warning', [message]);
}
