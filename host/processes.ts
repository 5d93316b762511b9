import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';

/** What is still to be put away when this process ends, however it ends. */
const liveProcesses = new Set<ChildProcess>();
const temporaryFolders = new Set<string>();
let cleanUpIsArmed = false;

function armCleanUp(): void {
	if (cleanUpIsArmed) return;
	cleanUpIsArmed = true;
	process.on('exit', () => {
		for (const child of liveProcesses) killTree(child, 'SIGKILL');
		for (const folder of temporaryFolders) removeFolder(folder);
	});
}

function removeFolder(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	} catch {
		// A file that cannot be removed is no reason to fail at the very end.
	}
}

/** The path of a program that stands on the PATH; undefined where none does. */
export function onPath(program: string): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/**
 * Starts a program as the head of a process group of its own, so that it can be ended together with whatever
 * it starts. It is killed when this process exits.
 */
export function spawnTracked(command: string, args: string[], options: SpawnOptions): ChildProcess {
	armCleanUp();
	const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
	liveProcesses.add(child);
	const forget = () => liveProcesses.delete(child);
	child.once('exit', forget);
	child.once('error', forget);
	return child;
}

/** Ends a process started by {@link spawnTracked} and everything it started. */
export function killTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
	if (child.pid === undefined) return;
	if (process.platform === 'win32') {
		spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-child.pid, signal);
	} catch {
		// The group is gone already.
	}
}

/** Resolves with the exit code (null after a signal) once the program has ended; rejects if it never started. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
	if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
	return await new Promise((resolve, reject) => {
		child.once('exit', (code) => resolve(code));
		child.once('error', reject);
	});
}

/** Marks a folder for removal when this process exits. */
export function removeAtExit(folder: string): void {
	armCleanUp();
	temporaryFolders.add(folder);
}

/** Removes a folder now; one that was marked for removal at exit is forgotten. */
export function removeNow(folder: string): void {
	temporaryFolders.delete(folder);
	removeFolder(folder);
}

/** Whether a process of this machine is alive. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** What a process takes of the machine's memory, in bytes. */
export interface MemoryUse {
	residentBytes: number;
	/** The most it has taken so far; only Linux tells. */
	peakBytes?: number;
}

/** The memory a process takes now, without its children; undefined when it is gone or the system does not tell. */
export function memoryOf(pid: number): MemoryUse | undefined {
	if (process.platform === 'linux') {
		try {
			const status = readFileSync(`/proc/${pid}/status`, 'utf8');
			const bytes = (field: string) =>
				Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
			const residentBytes = bytes('VmRSS');
			return Number.isNaN(residentBytes) ? undefined : { residentBytes, peakBytes: bytes('VmHWM') };
		} catch {
			return undefined;
		}
	}
	if (process.platform === 'win32') return undefined;
	const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
	const kib = Number.parseInt(stdout, 10);
	return Number.isNaN(kib) ? undefined : { residentBytes: kib * 1024 };
}

/** TCP ports on the loopback address that nobody listens on at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
	const servers: Server[] = [];
	try {
		const ports: number[] = [];
		for (let i = 0; i < count; i++) {
			const server = createServer();
			servers.push(server);
			ports.push(
				await new Promise<number>((resolve, reject) => {
					server.once('error', reject);
					server.listen(0, '127.0.0.1', () => {
						const address = server.address();
						if (address === null || typeof address === 'string') {
							reject(new Error('The operating system gave no port'));
						} else {
							resolve(address.port);
						}
					});
				}),
			);
		}
		return ports;
	} finally {
		await Promise.all(
			servers.map(async (server) => await new Promise((resolve) => server.close(resolve))),
		);
	}
}
