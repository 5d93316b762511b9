import { randomBytes } from 'node:crypto';

import { Asn1Boolean, Integer, Null, ObjectIdentifier, OctetString, Sequence } from '../vendor';

/** RFC 3161, section 3.4: what an HTTP client sends a request as, and what it gets. */
export const TIME_STAMP_QUERY_TYPE = 'application/timestamp-query';

/** id-sha256 of NIST, as RFC 5754 gives it. */
const SHA256_OID = '2.16.840.1.101.3.4.2.1';
const SHA256_BYTES = 32;
const NONCE_BYTES = 8;

/**
 * A request for a time stamp (RFC 3161, section 2.4.1), in DER: any time-stamp authority answers it with a signed
 * statement that this hash existed at that time. It asks for the authority's certificate, so that the answer can be
 * checked years later.
 *
 * @param sha256 SHA-256 of what is to be stamped, in hexadecimal
 * @throws Error when it is none
 */
export function timeStampRequest(sha256: string): Buffer {
	const hash = Buffer.from(sha256, 'hex');
	if (hash.length !== SHA256_BYTES) throw new Error(`Not a SHA-256: ${sha256.slice(0, 80)}`);
	const algorithm = new Sequence({
		value: [new ObjectIdentifier({ value: SHA256_OID }), new Null()],
	});
	const imprint = new Sequence({ value: [algorithm, new OctetString({ valueHex: hash })] });
	// With a number used once, an old answer cannot be passed off as the answer to this request.
	const nonce = Integer.fromBigInt(randomBytes(NONCE_BYTES).readBigUInt64BE());
	const request = new Sequence({
		value: [new Integer({ value: 1 }), imprint, nonce, new Asn1Boolean({ value: true })],
	});
	return Buffer.from(request.toBER());
}
