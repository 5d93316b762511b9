import { seal, type Link } from './link';
import type { Producer } from './producer';

/** What a node did, as a link of the chain. */
export interface AuditLine extends Link {
	format: typeof AUDIT_FORMAT;
	/** The node's output for it. */
	record: object;
}

export const AUDIT_FORMAT = 'call-recordings-audit/1';

/** An audit line as it stands on an item: to be stored as a line of a file, as it is. */
export interface SealedLine {
	/** Canonical JSON, without a line break. */
	auditLine: string;
	/** What the next line, or the next manifest, names it by. */
	auditSha256: string;
}

/** Writes down what a node did. */
export function auditLineOf(
	record: object,
	producedBy: Producer,
	previousSha256: string | null,
	createdAt: Date,
): SealedLine {
	const line: AuditLine = {
		format: AUDIT_FORMAT,
		createdAt: createdAt.toISOString(),
		producedBy,
		previousSha256,
		record,
	};
	const { bytes, sha256 } = seal(line);
	return { auditLine: bytes.toString('utf8'), auditSha256: sha256 };
}
