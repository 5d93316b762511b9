import { canonicalize } from '../vendor';

/** Half of a character, as a vendor's cut text ends in one: no JSON that every program reads the same may hold it. */
const HALF_CHARACTER = /\p{Surrogate}/gu;

/**
 * JSON in the one form that RFC 8785 (JSON Canonicalization Scheme) allows, in UTF-8: the same value gives the same
 * bytes, and so the same hash, whoever writes it. There is no line break at the end.
 *
 * @param value what JSON can hold; members that are undefined are left out
 */
export function canonicalJson(value: object): Buffer {
	const plain: unknown = JSON.parse(JSON.stringify(value), (_, part: unknown) =>
		typeof part === 'string' ? part.replace(HALF_CHARACTER, '\uFFFD') : part,
	);
	return Buffer.from(canonicalize(plain), 'utf8');
}
