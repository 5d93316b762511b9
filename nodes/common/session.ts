import type { IExecuteFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';

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
		log,
		hint: (message) => {
			log(message);
			// A poll and a list in the editor have no hints, nor have older versions of n8n.
			const told = context as { addExecutionHints?: IExecuteFunctions['addExecutionHints'] };
			told.addExecutionHints?.({ message, type: 'warning', location: 'outputPane' });
		},
	};
}
