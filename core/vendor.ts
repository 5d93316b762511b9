/**
 * The one door to third-party code. The published package has no dependencies: at build time everything
 * that is exported here is bundled, once, into `dist/core/vendor.js`, together with its licence notices.
 */
export { z } from 'zod';
export { DateTime, IANAZone } from 'luxon';
export { Agent, EnvHttpProxyAgent, request as undiciRequest, errors as undiciErrors } from 'undici';
export type { Dispatcher } from 'undici';
