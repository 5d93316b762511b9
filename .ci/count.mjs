/**
 * Counts what a run of `.ci/run` did: `node count.mjs <folder of results> <exit code of the steps>`. The folder has
 * `unit.json`, `host-node.json`, `e2e.json` and (where what they need is installed) `browser.json` and `queue.json`, as jest writes
 * them, and `demo` where the demo succeeded; what did not get to run is absent. Ends with exit code 1 unless everything ran and passed.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, exitCode] = process.argv.slice(2);

let passed = 0;
let failed = 0;
let complete = exitCode === '0';

// Chromium, or Redis and PostgreSQL, are not everywhere; the run says so where they are not.
const optional = ['browser.json', 'queue.json'];

for (const suites of ['unit.json', 'host-node.json', 'e2e.json', ...optional]) {
	const file = path.join(folder, suites);
	if (!existsSync(file)) {
		if (!optional.includes(suites)) complete = false;
		continue;
	}
	const results = JSON.parse(readFileSync(file, 'utf8'));
	if (results.numPassedTests === 0) complete = false;
	passed += results.numPassedTests;
	// A file that could not be run has no tests that failed; a skipped test says nothing.
	failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
	failed += results.numPendingTests + results.numTodoTests;
}

if (existsSync(path.join(folder, 'demo'))) passed += 1;
else complete = false;

// A step that is no test, such as the type check or the demo, ended the run.
if (!complete && failed === 0) failed = 1;

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
