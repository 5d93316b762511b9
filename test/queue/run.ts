import { resolve } from 'node:path';

import { whyNoQueueServers } from '../../host/servers';
import { runWhere } from '../run-where';

// Run by `npm run test:queue`. Arguments are jest's.
runWhere(
	"The tests of n8n's queue mode",
	whyNoQueueServers(),
	resolve(__dirname, 'jest.config.js'),
);
