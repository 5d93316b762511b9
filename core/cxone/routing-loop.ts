import type {
	DeclarativeRestApiSettings,
	IExecuteFunctions,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	INodeExecutionData,
} from 'n8n-workflow';

import { assertIds, call, type Answered, type Tenant } from './call';
import { rowOf, type Asked, type CallName } from './calls';
import { OUTCOME_UNKNOWN } from './errors';
import { signInTo } from './sign-in';
import { cancelSignal } from '../context';
import { failedItem } from '../http/errors';
import { reasonIn, type NextSteps } from '../http/reason';

/** The credential of the declarative nodes: Media Playback and record control know users' permissions only. */
const CREDENTIAL = 'cxoneAccessKeyApi';

/** Requests of one node run that may be under way at the same time. n8n would start all of them at once. */
const IN_FLIGHT = 10;

/**
 * Makes a call for a declarative node. All but a success comes as an error ready to be shown.
 *
 * @param patienceMs how long to ask again after "in process" and "locked", in milliseconds
 */
export type MakeCall = <Name extends CallName>(
	name: Name,
	asked: Asked<Name>,
	patienceMs: number,
) => Promise<Answered<Name>>;

/**
 * What a declarative node does for one item.
 *
 * @param signal for waits of its own: fires when the execution is cancelled, or an earlier item stops the node
 */
export type RoutedWork = (
	context: IExecuteSingleFunctions,
	makeCall: MakeCall,
	signal: AbortSignal,
) => Promise<INodeExecutionData[]>;

export interface RoutingLoopOptions {
	work: RoutedWork;
	nextSteps: NextSteps;
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
export function routingLoop({ work, nextSteps, inOrderOf }: RoutingLoopOptions): Pagination {
	return async function (
		this: IExecutePaginationFunctions,
		{ options },
	): Promise<INodeExecutionData[]> {
		const run = runOf(this);
		const item = this.getItemIndex();
		const signal = AbortSignal.any([run.cancelled, run.begin(item)]);
		const retried = this.getNode().retryOnFail === true;
		const remember = async <T>(key: string, get: () => Promise<T>): Promise<T> =>
			retried ? await run.remembered(key, get) : await get();
		const carryOut = async () => {
			signal.throwIfAborted();
			const makeCall: MakeCall = async (name, asked, patienceMs) => {
				// Before the sign-in: nothing is sent for what cannot be asked.
				assertIds(asked);
				const exchange = async () =>
					await call(await tenantOf(this, options, signal), name, asked, {
						connectionSlot: async (work) => await run.inConnectionSlot(signal, work),
						patienceMs,
						signal,
					});
				// What comes after a command may fail too, and must not make "Retry On Fail" send the command again.
				const isCommand = rowOf(name).unknown !== undefined;
				return isCommand
					? await remember(`${item} ${name} ${JSON.stringify(asked)}`, exchange)
					: await exchange();
			};
			return await work(this, makeCall, signal);
		};
		try {
			const order = inOrderOf?.(this);
			const turn = async () =>
				order === undefined ? await carryOut() : await run.inOrder(order, carryOut);
			const results = await remember(`${item} results`, turn);
			return results.map((result) => ({ ...result, pairedItem: { item } }));
		} catch (error) {
			const beforeStopping = () => run.stopBehind(item);
			return [
				failedItem(this, error, item, { nextSteps, cancelled: run.cancelled, beforeStopping }),
			];
		}
	};
}

async function tenantOf(
	context: IExecutePaginationFunctions,
	options: DeclarativeRestApiSettings.HttpRequestOptions,
	signal: AbortSignal,
): Promise<Tenant> {
	const signIn = await signInTo({ context, signal }, CREDENTIAL);
	// The routing engine fills in five minutes where the builder sets nothing: too long for a command to a live call.
	const { timeout } = context.getNodeParameter('requestOptions', {}) as { timeout?: number };
	const settings = {
		timeoutMs: timeout || undefined,
		proxy: typeof options.proxy === 'object' ? options.proxy : undefined,
		allowedDomains: (options as { allowedDomains?: string }).allowedDomains,
		allowUnauthorizedCerts: options.skipSslCertificateValidation === true,
	};
	// A command that is under way is not cut off because an earlier item failed: its outcome would be unknown.
	return { connection: { context }, credentialType: CREDENTIAL, signIn, settings };
}

/** What the items of one run of a node share. */
class Run {
	private readonly stops = new Map<number, AbortController>();
	private stoppedBehind = Infinity;
	private readonly chains = new Map<string, Promise<unknown>>();
	private readonly memory = new Map<string, Promise<unknown>>();
	private freeSlots = IN_FLIGHT;
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
			(context as Pick<IExecuteFunctions, 'onExecutionFinish'>).onExecutionFinish?.(() =>
				controller.abort(),
			);
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
		if (item > this.stoppedBehind) stop.abort(notSent());
		return stop.signal;
	}

	/** Keeps items behind this one from being sent. Those before it go on: n8n shows the first of all errors. */
	stopBehind(item: number): void {
		this.stoppedBehind = Math.min(this.stoppedBehind, item);
		for (const [other, stop] of this.stops) {
			if (other > this.stoppedBehind) stop.abort(notSent());
		}
	}

	/** Runs one piece of work after the other for the same name. */
	async inOrder<T>(name: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.chains.get(name) ?? Promise.resolve()).then(work);
		this.chains.set(
			name,
			turn.catch(() => undefined),
		);
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
			if (reasonIn(error) !== OUTCOME_UNKNOWN) this.memory.delete(key);
			throw error;
		}
	}

	/** Waits for one of the connections of this run. */
	async inConnectionSlot<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		if (this.freeSlots > 0) this.freeSlots--;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
		try {
			signal.throwIfAborted();
			return await work();
		} finally {
			const next = this.waiting.shift();
			if (next !== undefined) next();
			else this.freeSlots++;
		}
	}
}

const notSent = () => new Error('Not sent, because an earlier item stopped the node');

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
