import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rename,
	rm,
	stat,
	utimes,
	writeFile,
} from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { runNpm, tailOf } from './npm';
import { isAlive } from './processes';
import { withProgress, type Report } from './progress';

/** Where the pinned n8n and its Node.js are. */
export interface HostPaths {
	/** The installation's folder, with its `node_modules`. */
	directory: string;
	/** The Node.js program n8n runs on. */
	node: string;
	/** n8n's command line, to be run with {@link HostPaths.node}. */
	n8n: string;
	/** The pinned version of n8n, such as `2.41.1`. */
	version: string;
}

const MANIFEST = join(__dirname, 'package.json');
const NPM_SETTINGS = join(__dirname, '.npmrc');
/** Written last, so that an installation that was interrupted is never taken for a whole one. */
const COMPLETE = '.complete';
const LOCK_REFRESH_MS = 5_000;
const LOCK_STALE_MS = 60_000;

interface LockOwner {
	pid: number;
	host: string;
	token: string;
}

function cacheFolder(): string {
	const home = homedir();
	switch (process.platform) {
		case 'darwin':
			return join(home, 'Library', 'Caches');
		case 'win32':
			return process.env.LOCALAPPDATA || join(home, 'AppData', 'Local');
		default:
			return process.env.XDG_CACHE_HOME || join(home, '.cache');
	}
}

/** Whatever changes the result of the installation changes the folder's name. */
function installationFolder(): string {
	const hash = createHash('sha256')
		.update(readFileSync(MANIFEST))
		.update(readFileSync(NPM_SETTINGS))
		.update(`${process.platform}-${process.arch}`)
		.digest('hex')
		.slice(0, 12);
	return join(cacheFolder(), 'n8n-nodes-call-recordings', `host-${hash}`);
}

function pathsIn(directory: string): HostPaths {
	const modules = join(directory, 'node_modules');
	const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as {
		dependencies: { n8n: string };
	};
	return {
		directory,
		node: join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
		n8n: join(modules, 'n8n', 'bin', 'n8n'),
		version: manifest.dependencies.n8n,
	};
}

/** Whether the installation is whole: finished once, and its main parts still there (cache cleaners exist). */
function isInstalled(directory: string): boolean {
	const { node, n8n } = pathsIn(directory);
	return [
		join(directory, COMPLETE),
		node,
		n8n,
		join(directory, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node'),
	].every((path) => existsSync(path));
}

/** A sentence on what to do about the usual causes, recognised by what npm or the compiler said. */
function adviceFor(output: string): string {
	if (/ENOSPC/.test(output)) {
		return 'The disk is full: n8n needs about 2.5 GB in the cache folder.';
	}
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|UNABLE_TO_|SELF_SIGNED/.test(output)) {
		return 'npm could not reach its registry: check the internet connection, or the proxy and certificate settings of npm.';
	}
	if (/EACCES|EPERM/.test(output)) {
		return 'The cache folder is not writable. Make it so, or point XDG_CACHE_HOME (Linux) or LOCALAPPDATA (Windows) to one that is.';
	}
	if (/gyp|node-pre-gyp|prebuild|make:|g\+\+|python/i.test(output)) {
		const tools =
			process.platform === 'darwin'
				? 'the Xcode command line tools (xcode-select --install)'
				: process.platform === 'win32'
					? 'Python 3 and the Visual Studio Build Tools with "Desktop development with C++"'
					: 'python3, make and g++ (Debian and Ubuntu: apt-get install python3 make g++)';
		return `The database driver sqlite3 could not be compiled. Install ${tools} and try again.`;
	}
	return 'See the log for the cause.';
}

async function npmStep(
	name: string,
	args: string[],
	folder: string,
	logFile: string,
	onLine?: (line: string) => void,
): Promise<void> {
	const result = await runNpm(args, folder, onLine);
	const output = `${result.stdout}\n${result.stderr}`;
	await writeFile(logFile, `$ npm ${args.join(' ')}\n${output}\n`, { flag: 'a' });
	if (result.exitCode === 0) return;
	throw new Error(
		`${name} failed (npm exit code ${String(result.exitCode)}). ${adviceFor(output)}\n\n` +
			`${tailOf(output)}\n\nWhole log: ${logFile}`,
	);
}

async function install(directory: string, report: Report): Promise<void> {
	const logFile = `${directory}.log`;
	const parent = dirname(directory);
	// This process holds the lock, so anything half-made or half-removed is from one that was interrupted. Its npm
	// may live on for a moment: every attempt has a folder of its own.
	report('clearing away an interrupted installation');
	for (const name of await readdir(parent)) {
		if (
			name.startsWith(`${basename(directory)}.half-`) ||
			name.startsWith(`${basename(directory)}.broken-`)
		) {
			await rm(join(parent, name), { recursive: true, force: true });
		}
	}
	const half = await mkdtemp(`${directory}.half-`);
	const broken = `${directory}.broken-${basename(half).split('-').at(-1)}`;
	await rm(logFile, { force: true });
	await writeFile(join(half, 'package.json'), await readFile(MANIFEST));
	await writeFile(join(half, '.npmrc'), await readFile(NPM_SETTINGS));

	report('asking npm what belongs to it');
	let fetched = 0;
	let quiet: NodeJS.Timeout | undefined;
	await npmStep(
		'Installing n8n',
		['install', '--no-audit', '--no-fund', '--loglevel=http'],
		half,
		logFile,
		(line) => {
			if (!/^npm http (fetch|cache)\b/.test(line)) return;
			fetched += 1;
			report(`${fetched} files fetched`);
			// npm says nothing while it unpacks.
			clearTimeout(quiet);
			quiet = setTimeout(() => report(`${fetched} files fetched, unpacking`), 5_000);
		},
	).finally(() => clearTimeout(quiet));

	report("setting up Node.js and compiling n8n's database driver");
	await npmStep(
		'Compiling the database driver',
		['rebuild', '--ignore-scripts=false', 'node', 'sqlite3'],
		half,
		logFile,
	);
	await writeFile(join(half, COMPLETE), `${new Date().toISOString()}\n`);
	if (!isInstalled(half)) {
		throw new Error(
			`The installation of n8n finished, but its Node.js or its database driver is missing. Whole log: ${logFile}`,
		);
	}

	report('putting it in place');
	// An installation that lost some of its files makes room first; the lock keeps others out meanwhile.
	if (existsSync(directory)) await rename(directory, broken);
	await rename(half, directory);
	await rm(broken, { recursive: true, force: true });
}

async function readLock(
	lockFile: string,
): Promise<{ text: string; owner: LockOwner | undefined } | undefined> {
	try {
		const text = await readFile(lockFile, 'utf8');
		try {
			return { text, owner: JSON.parse(text) as LockOwner };
		} catch {
			return { text, owner: undefined };
		}
	} catch {
		return undefined;
	}
}

/** Whether the lock's owner is gone: its process is dead, or (in another container) its lock is not refreshed. */
async function isAbandoned(lockFile: string, owner: LockOwner | undefined): Promise<boolean> {
	if (owner?.host === hostname() && !isAlive(owner.pid)) return true;
	try {
		return Date.now() - (await stat(lockFile)).mtimeMs > LOCK_STALE_MS;
	} catch {
		return false;
	}
}

/**
 * Runs `work` while no other process installs into the same folder. While another one does, waits; `isDone`
 * ends the waiting early, without `work`, when the other one has done what was wanted.
 */
async function withLock(
	lockFile: string,
	isDone: () => boolean,
	report: Report,
	work: () => Promise<void>,
): Promise<void> {
	const mine: LockOwner = {
		pid: process.pid,
		host: hostname(),
		token: `${Date.now()}-${Math.random()}`,
	};
	for (;;) {
		try {
			await writeFile(lockFile, JSON.stringify(mine), { flag: 'wx' });
			break;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		if (isDone()) return;
		const lock = await readLock(lockFile);
		if (lock && (await isAbandoned(lockFile, lock.owner))) {
			// Someone else may have taken the abandoned lock over since: only remove the one that was judged.
			if ((await readLock(lockFile))?.text === lock.text) await rm(lockFile, { force: true });
			continue;
		}
		report(`waiting for process ${lock?.owner?.pid ?? '?'}, which is installing it already`);
		await sleep(500);
	}
	const refresh = setInterval(() => {
		const now = new Date();
		void utimes(lockFile, now, now).catch(() => undefined);
	}, LOCK_REFRESH_MS);
	refresh.unref();
	try {
		if (!isDone()) await work();
	} finally {
		clearInterval(refresh);
		if ((await readLock(lockFile))?.owner?.token === mine.token)
			await rm(lockFile, { force: true });
	}
}

/** Installations of other pinned versions, which nothing would ever use or remove again. */
async function removeOutdated(directory: string): Promise<void> {
	const parent = dirname(directory);
	const monthAgo = Date.now() - 30 * 24 * 3600 * 1000;
	for (const name of await readdir(parent)) {
		if (!/^host-[0-9a-f]{12}$/.test(name) || name === basename(directory)) continue;
		const used = await stat(join(parent, name, COMPLETE)).catch(() => undefined);
		if (used && used.mtimeMs < monthAgo)
			await rm(join(parent, name), { recursive: true, force: true });
	}
}

/**
 * The pinned n8n, installed into the user's cache folder the first time (two to five minutes, 2.2 GB) and found
 * there at once afterwards. Clones of the project that pin the same version share it; two that start at the same
 * time install it once. The project's own `node_modules` and the machine's Node.js stay as they are.
 *
 * @throws Error with advice and the end of npm's log when the installation fails.
 */
export async function ensureHost(): Promise<HostPaths> {
	const directory = installationFolder();
	const paths = pathsIn(directory);
	if (!isInstalled(directory)) {
		await mkdir(dirname(directory), { recursive: true });
		process.stderr.write(
			`  n8n ${paths.version} is installed once, into ${directory}: 2 to 5 minutes, 2.2 GB\n`,
		);
		await withProgress(`Install n8n ${paths.version}`, async (report) => {
			await withLock(
				`${directory}.lock`,
				() => isInstalled(directory),
				report,
				async () => await install(directory, report),
			);
		});
		await removeOutdated(directory);
	}
	const now = new Date();
	await utimes(join(directory, COMPLETE), now, now).catch(() => undefined);
	return paths;
}
