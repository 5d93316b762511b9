import path from 'node:path';

import { AREAS } from './areas.mjs';
import jestConfig from '../../jest.config.js';

const name = process.env.MUTATION_AREA ?? '';
const area = AREAS[name];
if (area === undefined) throw new Error(`MUTATION_AREA is one of ${Object.keys(AREAS).join(', ')}`);

/** `MUTATION_TESTS=unit/media-wav` asks these tests alone, which is quick for a file that has its own. */
const tests = process.env.MUTATION_TESTS?.split(',') ?? area.tests;

/** Reports, and what is known of mutants whose code and tests have not changed since. */
const results = `.tmp/mutation/${name}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner'],
	jest: {
		config: {
			...jestConfig,
			testMatch: tests.map((test) => `<rootDir>/test/${test}.test.ts`),
			// Stryker wraps it, and looks for it itself.
			testEnvironment: path.resolve('test/environment.js'),
		},
		enableFindRelatedTests: false,
	},
	coverageAnalysis: 'perTest',
	mutate: area.mutate,
	concurrency: 2,
	// On top of one and a half times what the tests take; whatever waits for ever costs this much.
	timeoutMS: 10_000,
	incremental: true,
	incrementalFile: `${results}/incremental.json`,
	tempDirName: '.tmp/mutation/sandbox',
	cleanTempDir: 'always',
	ignorePatterns: ['.tmp', 'dist', 'coverage', '*.tgz', 'host/node_modules'],
	reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
	clearTextReporter: { reportTests: false, logTests: false, allowColor: false },
	htmlReporter: { fileName: `${results}/report.html` },
	jsonReporter: { fileName: `${results}/report.json` },
	thresholds: { high: 95, low: 85, break: 85 },
	allowConsoleColors: false,
};
