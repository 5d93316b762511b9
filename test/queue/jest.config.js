const end2end = require('../e2e/jest.config.js');

/** n8n in queue mode: main, workers, Redis and PostgreSQL, against the simulated platforms. `npm run test:queue` */
/** @type {import('jest').Config} */
module.exports = {
	...end2end,
	roots: ['<rootDir>/test/queue'],
	testTimeout: 600_000,
};
