import { credentialTypeOf } from './index';
import type { NodePlatform } from './platform';
import type { RequestContext } from '../../core/context';
import { withScope } from '../../core/http/scope';
import { openTransport } from '../../core/http/transport';
import type { ConnectedPlatform, Questions, Session } from '../../core/platform';
import type { FieldValues } from '../common/field-values';
import { sessionOf } from '../common/session';

interface ConnectionOptions {
	/** Ends every request and every wait. */
	signal?: AbortSignal;
	/** How long a body may bring no byte, in milliseconds. */
	idleTimeoutMs?: number;
	/** What hints and lines of the log say in the node's own labels, by their reason. */
	nextSteps?: Readonly<Record<string, string>>;
}

/** The platforms one run of a node is signed in to: a credential is read and checked once, however many items there are. */
export class Connections {
	private readonly open = new Map<string, Promise<ConnectedPlatform<Questions>>>();

	private constructor(readonly session: Session) {}

	/** Does the work of a run, and ends all connections when it is over. */
	static async during<T>(
		context: RequestContext,
		{ signal, idleTimeoutMs, nextSteps }: ConnectionOptions,
		work: (connections: Connections) => Promise<T>,
	): Promise<T> {
		const transport = openTransport(context, { signal, idleTimeoutMs });
		try {
			return await work(new Connections(sessionOf(context, transport, signal, nextSteps)));
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
