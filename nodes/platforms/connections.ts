import { credentialTypeOf } from './index';
import type { NodePlatform } from './platform';
import { egressFilter, type RequestContext } from '../../core/context';
import { BudgetWaits } from '../../core/http/budget';
import { nextStepFor, type NextSteps } from '../../core/http/reason';
import { withScope } from '../../core/http/scope';
import { Transport } from '../../core/http/transport';
import type { ConnectedPlatform, Questions, Session } from '../../core/platform';
import type { FieldValues } from '../common/field-values';
import { showHints, warn } from '../common/hints';

interface ConnectionOptions {
	/** Ends every request and every wait. */
	signal?: AbortSignal;
	/** How long a body may bring no byte, in milliseconds. */
	idleTimeoutMs?: number;
	nextSteps?: NextSteps;
}

/** The platforms one run of a node is signed in to: a credential is read and checked once, however many items there are. */
export class Connections {
	private readonly open = new Map<string, Promise<ConnectedPlatform<Questions>>>();

	private constructor(readonly session: Session) {}

	/** Does the work of a run, and ends all connections when it is over. */
	static async during<T>(
		context: RequestContext,
		{ signal, idleTimeoutMs, nextSteps = {} }: ConnectionOptions,
		work: (connections: Connections) => Promise<T>,
	): Promise<T> {
		const transport = new Transport({ egress: egressFilter(context), signal, idleTimeoutMs });
		const waits = new BudgetWaits();
		const worded = (message: string, reason?: string) => {
			const step = nextStepFor(reason, nextSteps);
			return step === undefined ? message : `${message} ${step}`;
		};
		const session: Session = {
			context,
			transport,
			signal,
			waits,
			log: (message, reason) =>
				context.logger.warn(worded(message, reason), { node: context.getNode().name }),
			hint: (message, reason) => warn(context, worded(message, reason)),
		};
		try {
			const result = await work(new Connections(session));
			showHints(context, 'info', waitHints(waits));
			return result;
		} finally {
			await transport.close();
		}
	}

	/** @throws NodeOperationError when no credential is selected, or what signing in throws */
	async to(chosen: NodePlatform, fields: FieldValues): Promise<ConnectedPlatform<Questions>> {
		const type = credentialTypeOf(chosen, fields);
		if (this.session.context.getNode().credentials?.[type] === undefined) {
			const missing = fields.refusal(
				`No ${chosen.displayName} credential is selected`,
				`This recording is one of ${chosen.displayName}. Open this node and choose the credential to sign in with.`,
			);
			throw withScope(missing, 'platform');
		}
		const known = this.open.get(type) ?? chosen.platform.connect(this.session, type);
		this.open.set(type, known);
		// The next item may get through where this one did not.
		known.catch(() => this.open.delete(type));
		return await known;
	}
}

/** How long the run waited for the request budget, where that was long enough to be noticed. */
function waitHints({ ms }: BudgetWaits): string[] {
	const seconds = Math.round(ms / 1000);
	if (seconds < 1) return [];
	return [
		`The node waited ${seconds} ${seconds === 1 ? 'second' : 'seconds'} for the request budget, which all workflows share that use this tenant.`,
	];
}
