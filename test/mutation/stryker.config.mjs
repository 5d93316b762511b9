import { AREAS, THREADS } from './areas.mjs';

const name = process.env.MUTATION_AREA ?? '';
const area = AREAS[name];
if (area === undefined) throw new Error(`MUTATION_AREA is one of ${Object.keys(AREAS).join(', ')}`);

/** `MUTATION_TESTS=unit/media-wav` asks these tests alone, which is quick for a file that has its own. */
const asked = process.env.MUTATION_TESTS;
const { tests, thorough = [] } = asked === undefined ? area : { tests: asked.split(',') };
const fileOf = (test) => `test/${test}.test.ts`;

/** Reports, and what is known of mutants whose code and tests have not changed since. */
const results = `.tmp/mutation/${name}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
	testRunner: 'in-process',
	plugins: ['./test/mutation/in-process.mjs'],
	inProcess: { tests: tests.map(fileOf), thorough: thorough.map(fileOf), threads: THREADS },
	ignorers: ['wording'],
	coverageAnalysis: 'perTest',
	mutate: area.mutate,
	concurrency: 1,
	// The last resort, because the runner notices what waits for ever: what is only slow must not count as noticed.
	timeoutFactor: 4,
	timeoutMS: 60_000,
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
