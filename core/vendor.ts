/**
 * The one door to third-party code. The published package has no dependencies: at build time everything
 * that is exported here is bundled, once, into `dist/core/vendor.js`, together with its licence notices.
 */
import { restoreGlobalDispatcher } from './undici-global';

export { z } from 'zod';
export { parse as parseCsv } from 'csv-parse';
export { DateTime } from 'luxon';
export { EnvHttpProxyAgent, request as undiciRequest } from 'undici';
export type { Dispatcher } from 'undici';

restoreGlobalDispatcher();
