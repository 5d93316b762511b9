/**
 * The one door to third-party code. The published package has no dependencies: at build time everything
 * that is exported here is bundled, once, into `dist/core/vendor.js`, together with its licence notices.
 */
import { restoreGlobalDispatcher } from './undici-global';

export { z } from 'zod';
export {
	Boolean as Asn1Boolean,
	Integer,
	Null,
	ObjectIdentifier,
	OctetString,
	Sequence,
} from 'asn1js';
export { parse as parseCsv } from 'csv-parse';
export { canonicalize } from 'json-canonicalize';
export { DateTime } from 'luxon';
export { EnvHttpProxyAgent, request as undiciRequest } from 'undici';
export type { Dispatcher } from 'undici';

restoreGlobalDispatcher();
