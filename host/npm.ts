import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { exitOf, spawnTracked } from './processes';

/** How an npm command ended. */
export interface NpmResult {
	exitCode: number | null;
	stdout: string;
	stderr: string;
}

/**
 * The npm to run. `npm run` says which one it is; otherwise the one that came with this Node.js, which spares
 * a shell on Windows, or else whatever `npm` the PATH has.
 */
function npmCommand(): { command: string; args: string[]; shell: boolean } {
	const candidates = [
		process.env.npm_execpath,
		join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
		join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
	];
	for (const candidate of candidates) {
		if (candidate && basename(candidate) === 'npm-cli.js' && existsSync(candidate)) {
			return { command: process.execPath, args: [candidate], shell: false };
		}
	}
	return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/**
 * This process's environment without what `npm run` added for the project it runs: an inherited
 * `ignore-scripts` or prefix would overrule the settings of the folder that npm is to work in.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
	const environment: NodeJS.ProcessEnv = {};
	for (const [name, value] of Object.entries(process.env)) {
		if (/^npm_(package|lifecycle|command|node_execpath|execpath)/i.test(name)) continue;
		if (
			/^npm_config_(ignore_scripts|local_prefix|prefix|global|json|loglevel|silent)$/i.test(name)
		) {
			continue;
		}
		environment[name] = value;
	}
	return environment;
}

/**
 * Runs npm and collects what it prints.
 *
 * @param cwd The folder npm works in.
 * @param onLine Called with each line of standard error, where npm reports what it does.
 */
export async function runNpm(
	args: string[],
	cwd: string,
	onLine?: (line: string) => void,
): Promise<NpmResult> {
	const npm = npmCommand();
	const child = spawnTracked(npm.command, [...npm.args, ...args], {
		cwd,
		env: cleanEnvironment(),
		shell: npm.shell,
		stdio: ['ignore', 'pipe', 'pipe'],
		windowsHide: true,
	});
	let stdout = '';
	let stderr = '';
	let rest = '';
	child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
		stdout += chunk;
	});
	child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
		stderr += chunk;
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) onLine?.(line);
	});
	// The pipes may hold output after the process has ended; 'close' comes when both are drained.
	const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const exitCode = await exitOf(child);
	await closed;
	return { exitCode, stdout, stderr };
}

/** The last lines of what npm printed, without its routine warnings, for an error message. */
export function tailOf(text: string, lines = 25): string {
	return text
		.split('\n')
		.filter((line) => line.trim() !== '' && !/^npm (warn|http|verbose|notice|info)\b/i.test(line))
		.slice(-lines)
		.join('\n');
}
