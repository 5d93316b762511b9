import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

import { whyNoQueueServers } from '../../host/servers';

// Run by `npm run test:queue`. Arguments are jest's.
const reason = whyNoQueueServers();
if (reason !== undefined) {
	console.log(`The tests of n8n's queue mode were not run: ${reason}`);
} else {
	const jest = require.resolve('jest/bin/jest');
	const { status } = spawnSync(
		process.execPath,
		[jest, '-c', resolve(__dirname, 'jest.config.js'), ...process.argv.slice(2)],
		{ stdio: 'inherit' },
	);
	process.exitCode = status ?? 1;
}
