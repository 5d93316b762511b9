import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { runNpm, tailOf } from './npm';
import { removeAtExit } from './processes';

const PROJECT = resolve(__dirname, '..');

async function npmInProject(what: string, args: string[]): Promise<void> {
	const result = await runNpm(args, PROJECT);
	if (result.exitCode === 0) return;
	throw new Error(
		`${what} failed (npm ${args.join(' ')}, exit code ${String(result.exitCode)}):\n\n` +
			tailOf(`${result.stdout}\n${result.stderr}`, 60),
	);
}

/**
 * Builds the project and packs it as `npm publish` would.
 *
 * @returns The path of the tarball, in a temporary folder that is removed when this process ends.
 * @throws Error with the end of what the build printed when it fails.
 */
export async function buildAndPack(): Promise<string> {
	await npmInProject('The build', ['run', 'build']);
	const folder = await mkdtemp(join(tmpdir(), 'call-recordings-pack-'));
	removeAtExit(folder);
	await npmInProject('Packing', ['pack', '--ignore-scripts', `--pack-destination=${folder}`]);
	const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
	if (packed === undefined) throw new Error('npm pack left no tarball behind');
	return join(folder, packed);
}
