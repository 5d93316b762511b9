import type { IExecuteFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';

import { credentialTypeOf } from './index';
import type { NodePlatform } from './platform';
import type { FieldValues } from '../common/field-values';
import { withScope } from '../../core/http/scope';
import type { Session, ConnectedPlatform, Questions } from '../../core/platform';

/** The platforms one run of a node is signed in to: a credential is read and checked once, however many items there are. */
export class Connections {
	private readonly open = new Map<string, Promise<ConnectedPlatform<Questions>>>();

	constructor(
		private readonly context: IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions,
		private readonly session: Session,
	) {}

	/** @throws NodeOperationError when no credential is selected, or what signing in throws */
	async to(chosen: NodePlatform, fields: FieldValues): Promise<ConnectedPlatform<Questions>> {
		const type = credentialTypeOf(chosen, fields);
		if (this.context.getNode().credentials?.[type] === undefined) {
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
