import type { IExecuteFunctions, IPollFunctions } from 'n8n-workflow';

import type { Session } from '../../core/platform';
import type { Transport } from '../../core/http/transport';

/** What the platforms are connected with in a run of a node. */
export function sessionOf(
	context: IExecuteFunctions | IPollFunctions,
	transport: Transport,
	signal?: AbortSignal,
): Session {
	const log = (message: string) => context.logger.warn(message, { node: context.getNode().name });
	return {
		context,
		transport,
		signal,
		log,
		hint: (message) => {
			log(message);
			// A poll has no hints, nor have older versions of n8n.
			const told = context as { addExecutionHints?: IExecuteFunctions['addExecutionHints'] };
			told.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
		},
	};
}
