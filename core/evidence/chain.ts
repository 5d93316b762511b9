import { UserError } from 'n8n-workflow';

import { canonicalJson } from './canonical';
import { sha256Of } from './checksums';
import type { Producer } from './producer';

/**
 * A piece of evidence that names the one before it by its hash. Whoever takes one away, or changes it, breaks the chain.
 * Times are ISO 8601 in UTC, hashes SHA-256 in lower-case hexadecimal.
 */
export interface Link {
	/** Name and version of its form. */
	format: string;
	createdAt: string;
	producedBy: Producer;
	/** Null at the beginning of the chain. */
	previousSha256: string | null;
}

/** Writes a piece of evidence down, in canonical JSON; `sha256` is what the next one names it by. */
export function seal(evidence: object) {
	const bytes = canonicalJson(evidence);
	return { bytes, sha256: sha256Of(bytes) };
}

/**
 * Writes down what a node did, as a link of the chain.
 *
 * @param record the node's output for it
 * @returns canonical JSON without a line break, to be stored as a line of a file as it is, and its hash
 */
export function auditLineOf(
	record: object,
	producedBy: Producer,
	previousSha256: string | null,
	at: Date,
) {
	const format = 'call-recordings-audit/1';
	const link: Link = { format, createdAt: at.toISOString(), producedBy, previousSha256 };
	const { bytes, sha256 } = seal({ ...link, record });
	return { auditLine: bytes.toString('utf8'), auditSha256: sha256 };
}

/**
 * Reads the hash of the link before.
 *
 * @param field display name of the field it stands in
 * @returns null where it is empty, as it is for the first link
 * @throws UserError when it is no SHA-256
 */
export function previousHash(value: string | undefined, field: string): string | null {
	const text = value?.trim().toLowerCase() ?? '';
	if (text === '') return null;
	if (/^[0-9a-f]{64}$/.test(text)) return text;
	throw new UserError(`'${field}' is no SHA-256: ${text.slice(0, 80)}`, {
		description:
			"Give the 'manifestSha256' of the manifest before, 64 characters, for example from your ledger. Leave it empty for the first manifest.",
	});
}
