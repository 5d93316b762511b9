/**
 * Changes the code in small ways and sees whether the tests notice: `npm run mutate`, `npm run mutate -- http media`, or
 * for some files `npm run mutate -- http --mutate core/http/retry.ts`. Ends with exit code 1 when an area has a score
 * below 85 %.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AREAS } from './areas.mjs';

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('-'));
const named = firstOption < 0 ? words : words.slice(0, firstOption);
const options = words.slice(named.length);
const areas = named.length > 0 ? named : Object.keys(AREAS);
const unknown = areas.filter((area) => !Object.hasOwn(AREAS, area));
if (unknown.length > 0)
	throw new Error(
		`No such area: ${unknown.join(', ')}. There are ${Object.keys(AREAS).join(', ')}.`,
	);

const root = fileURLToPath(new URL('../..', import.meta.url));
const temporary = `${root}.tmp/mutation/tmp`;
/** Stryker's own, which it removes unless it is interrupted. */
const sandbox = `${root}.tmp/mutation/sandbox`;

function removeTemporary() {
	for (const folder of [temporary, sandbox]) rmSync(folder, { recursive: true, force: true });
}

// An interruption reaches Stryker as well, and ends the run when it has.
process.on('SIGINT', () => undefined);

for (const area of areas) {
	console.log(`\n${area}`);
	removeTemporary();
	// Tests that are ended because a change made them wait for ever cannot remove what they began.
	mkdirSync(temporary, { recursive: true });
	const { status, signal } = spawnSync(
		process.execPath,
		[
			'node_modules/@stryker-mutator/core/bin/stryker.js',
			'run',
			'test/mutation/stryker.config.mjs',
			...options,
		],
		{
			cwd: root,
			// One run of the trigger's model for each change: more would take too long.
			env: { TRIGGER_RUNS: '1', ...process.env, MUTATION_AREA: area, TMPDIR: temporary },
			stdio: 'inherit',
		},
	);
	removeTemporary();
	if (status !== 0) process.exitCode = 1;
	if (signal !== null || status === 130) break;
}
