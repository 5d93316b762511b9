import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { givenText } from './field-values';
import { auditLineOf, previousHash } from '../../core/evidence/chain';
import { producerOf, type ProducerContext } from '../../core/evidence/producer';
import { clock } from '../../core/http/clock';

/** With this option each item gets an audit line that stands in the chain of the manifests. */
export const previousHashField: INodeProperties = {
	displayName: 'Previous Manifest Hash',
	name: 'previousManifestHash',
	type: 'string',
	default: '',
	placeholder: 'e.g. 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
	description:
		"Adds 'auditLine' to each item: what was done as one line of JSON that names what came before it by its hash, so that nothing can be taken out unseen. Give the 'manifestSha256' of Download Media's last manifest or the last 'auditSha256'. Leave empty to begin a chain.",
};

/**
 * What the option holds; null for the beginning of a chain.
 *
 * @param options what the collection 'Options' holds
 * @throws UserError when it is no SHA-256
 */
export function previousHashIn(options: IDataObject): string | null {
	const { name, displayName } = previousHashField;
	return previousHash(givenText(options[name]), displayName);
}

/** Makes the audit lines of a node, where the option is there; else items stay as they are. */
export class AuditTrail {
	private constructor(
		private readonly context: ProducerContext,
		private previous: string | null | undefined,
	) {}

	/** @throws UserError when the option is no SHA-256 */
	static of(context: ProducerContext, options: IDataObject): AuditTrail {
		const isWanted = previousHashField.name in options;
		return new AuditTrail(context, isWanted ? previousHashIn(options) : undefined);
	}

	/** What was done, as an item's JSON, with its audit line, which names the one made before it. */
	add(record: object): IDataObject {
		if (this.previous === undefined) return { ...record };
		const now = new Date(clock.now());
		const line = auditLineOf(record, producerOf(this.context), this.previous, now);
		this.previous = line.auditSha256;
		return { ...record, ...line };
	}
}
