import { setMaxListeners } from 'node:events';

import type {
	IExecuteFunctions,
	IExecuteSingleFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	NodeEgressFilter,
} from 'n8n-workflow';

import { eitherSignal } from './http/deadline';

export type RequestContext =
	IExecuteFunctions | IExecuteSingleFunctions | ILoadOptionsFunctions | IPollFunctions;

/** n8n's rules for outgoing connections, where the running n8n has them. */
export function egressFilter(context: RequestContext): NodeEgressFilter | undefined {
	const helpers: { getSecureEgressFilter?: () => NodeEgressFilter } = context.helpers;
	return helpers.getSecureEgressFilter?.();
}

/** The signal that fires when the execution is cancelled; a poll has none. */
export function cancelSignal(context: RequestContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/**
 * A signal that fires when the execution is cancelled, and can also be fired from within, so that one item that fails can
 * end the waits, requests and streams of the others.
 */
export function cancellable(context: RequestContext): {
	signal: AbortSignal;
	cancel: (reason: unknown) => void;
} {
	const controller = new AbortController();
	const signal = eitherSignal(controller.signal, cancelSignal(context))!;
	// Every request and every wait under way listens; the usual limit of 10 is for forgotten listeners.
	setMaxListeners(0, signal);
	return { signal, cancel: (reason) => controller.abort(reason) };
}
