import type {
	DeclarativeRestApiSettings,
	IDataObject,
	IExecuteFunctions,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IHttpRequestMethods,
	INodeExecutionData,
	NodeApiError,
} from 'n8n-workflow';

import { ask, describeCxoneRequest, givesLink, isAccepted, isLinkRedirect, type CallName } from './calls';
import { adviseCxone, adviseUncertain } from './errors';
import { signInTo, type SignIn } from './sign-in';
import { cancelSignal } from '../context';
import { failedJson, networkError, replyError, toNodeError } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import type { Reply } from '../http/retry';
import { sendThroughN8n } from '../http/send';

/** The credential of the declarative nodes: Media Playback and record control know users' permissions only. */
const CREDENTIAL = 'cxoneAccessKeyApi';

/** Requests of one node run that may be under way at the same time. n8n would start all of them at once. */
const IN_FLIGHT = 10;

/** A request as the fields of a declarative node describe it. */
export interface RoutedRequest {
	method: IHttpRequestMethods;
	/** Path on the API host, with a leading slash. */
	path: string;
	query: IDataObject;
}

/** How a request is to be sent. */
export interface Manner {
	call: CallName;
	/** Whether sending it twice does no harm; one that may not have been carried out is else never sent again. */
	repeatable: boolean;
	/** How long to ask again after "in process" and "locked", in milliseconds. */
	patienceMs: number;
}

/** Sends a request of a declarative node: answers are those of success, all else comes as an error ready to be shown. */
export type Send = (request: RoutedRequest, manner: Manner) => Promise<Reply>;

/**
 * What a declarative node does for one item with the request that its fields describe.
 *
 * @param signal for waits of its own: fires when the execution is cancelled, or an earlier item stops the node
 */
export type RoutedWork = (
	context: IExecuteSingleFunctions,
	request: RoutedRequest,
	send: Send,
	signal: AbortSignal,
) => Promise<INodeExecutionData[]>;

export interface RoutingLoopOptions {
	work: RoutedWork;
	/**
	 * Names items that must be worked off one after the other, in their order: commands to the same live call. All other
	 * items are independent.
	 */
	inOrderOf?: (context: IExecuteSingleFunctions) => string;
}

type Pagination = (
	this: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
) => Promise<INodeExecutionData[]>;

/**
 * The request loop of all declarative nodes, as a `routing.operations.pagination` function. n8n's routing engine starts
 * all items at once, each with a sign-in of its own, and gives up at the first 425. Here they share one sign-in, the
 * tenant's request budget and a handful of connections; 202, 425 and 429 are waited out, a token is renewed once, and
 * statuses become words.
 *
 * Results are paired with their item. A failed item stops those behind it that have not been sent, or, with "Continue"
 * in the node's "On Error" setting, becomes an item that n8n sends to the error output. With "Retry On Fail", what an
 * item has already got is not asked for again, and a command whose outcome is unknown is not sent again.
 */
export function routingLoop({ work, inOrderOf }: RoutingLoopOptions): Pagination {
	return async function (this: IExecutePaginationFunctions, { options }): Promise<INodeExecutionData[]> {
		const run = runOf(this);
		const item = this.getItemIndex();
		const signal = AbortSignal.any([run.cancelled, run.begin(item)]);
		const request = {
			method: options.method ?? 'GET',
			path: options.url ?? '',
			query: (options.qs ?? {}) as IDataObject,
		};
		const retried = this.getNode().retryOnFail === true;
		const remember = async <T>(key: string, get: () => Promise<T>): Promise<T> =>
			retried ? await run.remembered(key, get) : await get();
		const carryOut = async () => {
			signal.throwIfAborted();
			const send: Send = async (routed, manner) => {
				const exchange = async () => await sendRouted(this, run, options, routed, manner, signal);
				// What comes after a command may fail too, and must not make "Retry On Fail" send the command again.
				return manner.repeatable ? await exchange() : await remember(`${item} ${JSON.stringify(routed)}`, exchange);
			};
			return await work(this, request, send, signal);
		};
		try {
			const order = inOrderOf?.(this);
			const turn = async () => (order === undefined ? await carryOut() : await run.inOrder(order, carryOut));
			const results = await remember(`${item} results`, turn);
			return results.map((result) => ({ ...result, pairedItem: { item } }));
		} catch (error) {
			const failure = toNodeError(this.getNode(), error, item);
			if (!this.continueOnFail() || run.cancelled.aborted) {
				run.stopBehind(item);
				throw failure;
			}
			return [{ json: failedJson(failure), pairedItem: { item } }];
		}
	};
}

async function sendRouted(
	context: IExecutePaginationFunctions,
	run: Run,
	options: DeclarativeRestApiSettings.HttpRequestOptions,
	request: RoutedRequest,
	manner: Manner,
	signal: AbortSignal,
): Promise<Reply> {
	const signIn = await signInTo({ context, signal }, CREDENTIAL);
	const { call, repeatable, patienceMs } = manner;
	const requested = describeCxoneRequest(context.getNode(), call);
	const send = async () => await once(context, signIn, options, request);
	try {
		const reply = await ask(signIn, call, send, {
			repeatable,
			connectionSlot: async (exchange) => await run.inLane(signal, exchange),
			patienceMs,
			signal,
		});
		if (reply.status === 200 || isAccepted(call, reply) || (givesLink(call) && isLinkRedirect(reply))) return reply;
		const failure = replyError(requested, reply, adviseCxone);
		throw !repeatable && reply.status >= 500 ? uncertain(failure) : failure;
	} catch (error) {
		if (!(error instanceof NetworkFailure)) throw error;
		const advice = repeatable || !error.maybeSent ? undefined : adviseUncertain(call);
		const failure = networkError(requested, error, advice);
		throw advice === undefined ? failure : uncertain(failure);
	}
}

const uncertainOutcomes = new WeakSet<Error>();

/** Marks the error of a command that CXone may have carried out nonetheless. */
function uncertain(failure: NodeApiError): NodeApiError {
	uncertainOutcomes.add(failure);
	return failure;
}

async function once(
	context: IExecutePaginationFunctions,
	signIn: SignIn,
	options: DeclarativeRestApiSettings.HttpRequestOptions,
	request: RoutedRequest,
): Promise<Reply> {
	// The routing engine fills in five minutes where the builder sets nothing: too long for a command to a live call.
	const { timeout } = context.getNodeParameter('requestOptions', {}) as { timeout?: number };
	// A command that is under way is not cut off because an earlier item failed: its outcome would be unknown.
	return await sendThroughN8n({ context }, {
		credentialType: CREDENTIAL,
		credentialData: await signIn.credentialData(),
		baseUrl: signIn.apiBaseUrl,
		...request,
		timeoutMs: timeout || undefined,
		proxy: typeof options.proxy === 'object' ? options.proxy : undefined,
		allowedDomains: (options as { allowedDomains?: string }).allowedDomains,
		allowUnauthorizedCerts: options.skipSslCertificateValidation === true,
	});
}

/** What the items of one run of a node share. */
class Run {
	private readonly stops = new Map<number, AbortController>();
	private stoppedBehind = Infinity;
	private readonly chains = new Map<string, Promise<unknown>>();
	private readonly memory = new Map<string, Promise<unknown>>();
	private freeLanes = IN_FLIGHT;
	private readonly waiting: Array<() => void> = [];
	/** Fires when the execution is cancelled. */
	readonly cancelled: AbortSignal;

	constructor(context: IExecuteSingleFunctions) {
		const given = cancelSignal(context);
		const controller = new AbortController();
		this.cancelled = given ?? controller.signal;
		// n8n's engine hands a cancel signal to programmatic nodes only. It does tell when an execution ends, and one that
		// ends before its node has was cancelled.
		if (given === undefined && 'onExecutionFinish' in context) {
			(context as FinishAware).onExecutionFinish?.(() => controller.abort());
		}
	}

	/** Announces an item; the signal fires when an earlier one fails and stops the node. */
	begin(item: number): AbortSignal {
		// "Retry On Fail" runs all items again, over the same data: with the first one that comes back, all is open again.
		if (this.stops.has(item)) {
			this.stops.clear();
			this.stoppedBehind = Infinity;
		}
		const stop = new AbortController();
		this.stops.set(item, stop);
		if (item > this.stoppedBehind) stop.abort(new NotSent());
		return stop.signal;
	}

	/** Keeps items behind this one from being sent. Those before it go on: n8n shows the first of all errors. */
	stopBehind(item: number): void {
		this.stoppedBehind = Math.min(this.stoppedBehind, item);
		for (const [other, stop] of this.stops) {
			if (other > this.stoppedBehind) stop.abort(new NotSent());
		}
	}

	/** Runs one piece of work after the other for the same name. */
	async inOrder<T>(name: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.chains.get(name) ?? Promise.resolve()).then(work);
		this.chains.set(name, turn.catch(() => undefined));
		return await turn;
	}

	/** What this came to before, where it succeeded or its outcome is unknown; else it is tried again. */
	async remembered<T>(key: string, get: () => Promise<T>): Promise<T> {
		const known = this.memory.get(key) as Promise<T> | undefined;
		if (known !== undefined) return await known;
		const result = get();
		this.memory.set(key, result);
		try {
			return await result;
		} catch (error) {
			if (!(error instanceof Error && uncertainOutcomes.has(error))) this.memory.delete(key);
			throw error;
		}
	}

	/** Waits for one of the connections of this run. */
	async inLane<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		if (this.freeLanes > 0) this.freeLanes--;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		try {
			signal.throwIfAborted();
			return await work();
		} finally {
			const next = this.waiting.shift();
			if (next !== undefined) next();
			else this.freeLanes++;
		}
	}
}

type FinishAware = Pick<IExecuteFunctions, 'onExecutionFinish'>;

class NotSent extends Error {
	constructor() {
		super('Not sent, because an earlier item stopped the node');
		this.name = 'NotSent';
	}
}

const runs = new WeakMap<object, Run>();

/** All items of a node run, and its retries, come with the same data object. */
function runOf(context: IExecuteSingleFunctions): Run {
	const executeData = context.getExecuteData();
	let run = runs.get(executeData);
	if (run === undefined) {
		run = new Run(context);
		runs.set(executeData, run);
	}
	return run;
}
