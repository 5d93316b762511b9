import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INode, INodeExecutionData, JsonObject } from 'n8n-workflow';

import type { NetworkFailure } from './network-failure';
import { withNextStep, withReason, type NextSteps } from './reason';
import { quote, reasonOf, redact } from './redact';
import { retryAfterMs, type Reply } from './retry';
import { scopeOf, withScope, type FaultScope } from './scope';
import { problemOf } from './wire';
import type { z } from '../vendor';

/** What a person reads: `message` says what happened, `description` what to do next. */
export interface Advice {
	message: string;
	description: string;
	/** Whom the answer concerns, where its status alone would mislead. */
	scope?: FaultScope;
	/** Key of the next step in the words of the node that shows it; see `withNextStep`. */
	reason?: string;
}

/** A request in words: what every error message about it is made of. */
export interface RequestDescription {
	node: INode;
	/** The vendor as people call it: "CXone", "GIR". */
	vendor: string;
	/** What was being done, to complete "… while it was asked to ___": "search recordings". */
	doing: string;
}

type FailureCause = NonNullable<ConstructorParameters<typeof NodeApiError>[2]>['failure'];

function failureOf(status: number, reply: Reply): FailureCause {
	if (status === 429) return { cause: 'rate-limited', retryAfterMs: retryAfterMs(reply.headers) };
	if (status === 401) return { cause: 'credential-invalid' };
	if (status >= 500)
		return { cause: 'temporarily-unavailable', retryAfterMs: retryAfterMs(reply.headers) };
	if (status >= 400) return { cause: 'configuration-invalid' };
	return undefined;
}

/** Sign-in, permission, quota, a wrong address, a service that is down: the next item would be answered alike. */
function scopeOfStatus(status: number): FaultScope {
	const concernsAll = [401, 403, 429, 502, 503].includes(status) || (status >= 300 && status < 400);
	return concernsAll ? 'platform' : 'item';
}

/** What a status means, whoever answers; for some only the first digit counts. */
function generalAdvice({ vendor, doing }: RequestDescription, status: number): Advice {
	const known: Record<number, Advice> = {
		400: {
			message: `${vendor} did not understand the request to ${doing}`,
			description:
				'Check the values of this node: an identifier, a date or a filter has a form the service does not accept.',
		},
		401: {
			message: `${vendor} did not accept the sign-in when asked to ${doing}`,
			description:
				'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
		},
		403: {
			message: `The signed-in account may not ${doing}`,
			description: `Ask the ${vendor} administrator for the permission, or use a credential that has it.`,
		},
		404: {
			message: `${vendor} found nothing when asked to ${doing}`,
			description: 'Check the identifier. It may also be deleted, or not visible for this account.',
		},
		429: {
			message: `${vendor} received too many requests and refused to ${doing}`,
			description: 'Lower the request budget in the credential, or run fewer workflows at once.',
		},
		5: {
			message: `${vendor} could not ${doing} just now (HTTP ${status})`,
			description: 'The trouble is on the side of the service. Try again later.',
		},
		3: {
			message: `${vendor} pointed to another address when asked to ${doing}`,
			description:
				'The node does not follow it, because the sign-in would go along. Check the area or base URL in the credential.',
		},
	};
	const unexpected = {
		message: `${vendor} gave an unexpected answer (HTTP ${status}) when asked to ${doing}`,
		description: 'Try again later.',
	};
	return known[status] ?? known[Math.floor(status / 100)] ?? unexpected;
}

/**
 * The error for an answer that is not what was asked for: advice first, then the server's own words.
 *
 * @param advice what the vendor means by it, where that is something special
 */
export function replyError(
	request: RequestDescription,
	reply: Reply,
	advice?: Advice,
): NodeApiError {
	const { status } = reply;
	const { message, description, scope, reason } = advice ?? generalAdvice(request, status);
	const said = reasonOf(reply.body);
	const parts = [
		description,
		waiting(request, reply),
		said === '' ? `(HTTP ${status})` : `${request.vendor} said: "${said}" (HTTP ${status})`,
	];
	const error = new NodeApiError(
		request.node,
		{ message: said || message, httpCode: String(status) } as JsonObject,
		{
			message,
			description: parts.filter((part) => part !== '').join(' '),
			httpCode: String(status),
			failure: failureOf(status, reply),
		},
	);
	return withReason(withScope(error, scope ?? scopeOfStatus(status)), reason, description);
}

/** Statuses with which a service says "not now". */
const NOT_NOW: ReadonlySet<number> = new Set([202, 425, 429]);

/** What the node did about a "not now", and what it did not: a pause that was never made must not be claimed. */
function waiting(request: RequestDescription, reply: Reply): string {
	if (!NOT_NOW.has(reply.status)) return '';
	const seconds = (ms: number) =>
		Math.ceil(ms / 1000) === 1 ? '1 second' : `${Math.ceil(ms / 1000)} seconds`;
	const { attempts, waitedMs } = reply.effort ?? { attempts: 1, waitedMs: 0 };
	const again = attempts > 1;
	const done = again
		? `The node asked ${attempts} times within ${seconds(waitedMs)}.`
		: 'The node did not wait and ask again.';
	const asked = retryAfterMs(reply.headers) ?? 0;
	if (asked === 0) return done;
	return `${done} ${request.vendor} asks to wait ${again ? 'another ' : ''}${seconds(asked)}, which is longer than the node may${again ? ' still' : ''} wait.`;
}

/**
 * The error for an answer that never came.
 *
 * @param advice what to say in place of the general words, for requests that must not simply be sent again
 */
export function networkError(
	request: RequestDescription,
	failure: NetworkFailure,
	advice?: Advice,
): NodeApiError {
	const cause = `${request.vendor} could not be asked to ${request.doing}: ${failure.what}`;
	const message = advice?.message ?? cause;
	const next =
		advice === undefined ? failure.next : `${advice.description} What happened: ${failure.what}.`;
	const error = new NodeApiError(
		request.node,
		{ message, httpCode: null } as unknown as JsonObject,
		{
			message,
			description: `${next} (Host: ${failure.host}, ${failure.code.toLowerCase()})`,
			failure: { cause: failure.retryable ? 'temporarily-unavailable' : 'configuration-invalid' },
		},
	);
	return withReason(withScope(error, 'platform'), advice?.reason, advice?.description ?? '');
}

/**
 * Checks an answer against its schema.
 *
 * @throws NodeOperationError that names the place in the answer and what was expected there
 */
export function parseReply<S extends z.ZodTypeAny>(
	request: RequestDescription,
	schema: S,
	body: unknown,
): z.output<S> {
	const result = schema.safeParse(body);
	if (result.success) return result.data as z.output<S>;
	const [issue] = result.error.issues;
	const what = `${issue.path.length === 0 ? 'the answer ' : ''}${problemOf(issue)}`;
	throw new NodeOperationError(
		request.node,
		`${request.vendor}'s answer has an unexpected form, so nothing was taken from it`,
		{
			description: `When asked to ${request.doing}: ${what}. The service may have changed, or a proxy answered in its place${quoteStart(body)}.`,
		},
	);
}

function quoteStart(body: unknown): string {
	const words = quote(body);
	if (words === '') return '';
	return typeof body === 'string'
		? `; it begins: "${words.slice(0, 120)}"`
		: `; it says: "${words}"`;
}

/**
 * Any error as one of n8n's, pointing at the item it happened to. Messages of unknown errors are cleaned of secrets.
 *
 * @param itemIndex index of the input item, from 0; undefined in a trigger, which has none
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		if (itemIndex !== undefined) error.context.itemIndex = itemIndex;
		return error;
	}
	const {
		message,
		description,
		status: own,
		httpStatus,
	} = error as Record<'message' | 'description' | 'status' | 'httpStatus', unknown>;
	const words = redact(
		typeof message === 'string' && message !== ''
			? message
			: 'The node stopped for an unknown reason',
	);
	const next = typeof description === 'string' ? redact(description) : undefined;
	const status = own ?? httpStatus;
	if (typeof status === 'number') {
		const httpCode = String(status);
		const failure = failureOf(status, { status, headers: {}, body: undefined });
		const known = new NodeApiError(
			node,
			{ message: words, httpCode },
			{ message: words, description: next, httpCode, itemIndex, failure },
		);
		return withScope(known, scopeOf(error));
	}
	const failure = new NodeOperationError(node, words, { description: next, itemIndex });
	if (error instanceof Error && error.stack !== undefined) failure.stack = redact(error.stack);
	return withScope(failure, scopeOf(error));
}

/** What becomes of an item that failed. */
export interface FailureOptions {
	nextSteps?: NextSteps;
	/** Fires when the execution is cancelled: then no item goes on. */
	cancelled?: AbortSignal;
	/** Sees the error that stops the node, and with it the output of the items before. */
	beforeStopping?: (failure: NodeApiError | NodeOperationError) => void;
}

/**
 * The item that n8n sends to the error output, with "Continue" in the node's "On Error" setting. n8n takes an item for a failed
 * one only if it has no other keys.
 *
 * @param item index of the input item, from 0
 * @throws the error as one of n8n's where the node is to stop
 */
export function failedItem(
	context: Pick<IExecuteFunctions, 'getNode' | 'continueOnFail'>,
	error: unknown,
	item: number,
	{ nextSteps = {}, cancelled, beforeStopping }: FailureOptions,
): INodeExecutionData {
	const failure = withNextStep(toNodeError(context.getNode(), error, item), error, nextSteps);
	if (!context.continueOnFail() || cancelled?.aborted === true) {
		beforeStopping?.(failure);
		throw failure;
	}
	const { message, description } = failure;
	const json = { error: message, ...(description && { details: description }) };
	return { json, pairedItem: { item } };
}
