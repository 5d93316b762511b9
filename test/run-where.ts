import { spawnSync } from 'node:child_process';

/**
 * Runs jest with the arguments of this process where that can be done, and says why where it cannot.
 *
 * @param what the tests in words: "The tests of n8n's queue mode"
 * @param reason why they cannot be run on this machine, a clause; undefined where they can
 * @param config the path of jest's configuration
 */
export function runWhere(what: string, reason: string | undefined, config: string): void {
	if (reason !== undefined) {
		console.log(`${what} were not run: ${reason}`);
		return;
	}
	const { status } = spawnSync(
		process.execPath,
		[require.resolve('jest/bin/jest'), '-c', config, ...process.argv.slice(2)],
		{ stdio: 'inherit' },
	);
	process.exitCode = status ?? 1;
}
