const end2end = require('../e2e/jest.config.js');

/** The pack as it is seen in n8n's editor, in a Chromium, against the simulated platforms. `npm run test:browser` */
/** @type {import('jest').Config} */
module.exports = {
	...end2end,
	roots: ['<rootDir>/test/browser'],
};
