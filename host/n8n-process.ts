import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseLog, type LogEntry } from './execution';
import type { HostPaths } from './install';
import { exitOf, freePorts, killTree, spawnTracked } from './processes';

/** An n8n that could not do what it was asked to, with the end of its log in the message. */
export class N8nHostError extends Error {
	constructor(
		message: string,
		readonly logFile?: string,
	) {
		super(message);
		this.name = 'N8nHostError';
	}
}

/** What one n8n runs from and in: all its processes have this in common. */
export interface N8nSetup {
	paths: HostPaths;
	/** What n8n calls `N8N_USER_FOLDER`; its own files are in `.n8n` in it, logs in `logs`. */
	userFolder: string;
	encryptionKey: string;
	/** Environment variables over the ones that are set here. */
	env: Record<string, string>;
}

/** TCP ports on the loopback address. */
export interface N8nPorts {
	/** The editor's, or the health check's of a worker. */
	http: number;
	/** What n8n's task runner connects to. */
	broker: number;
}

const GUARD = join(__dirname, 'guard.cjs');
/** Generous, because a busy machine starts n8n slowly. */
export const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 40_000;

/**
 * What n8n may know of this machine's environment. Everything else stays out: a developer's own `N8N_…` or
 * `DB_…` settings would turn an isolated n8n into theirs.
 */
const INHERITED =
	/^(path|pathext|home|user|logname|shell|lang|lc_\w+|tmpdir|temp|tmp|systemroot|windir|comspec|appdata|localappdata|userprofile|programfiles|http_proxy|https_proxy|all_proxy|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir)$/i;

/**
 * What n8n 3 does by default or leaves no choice about, as far as the pinned version knows it: packages that n8n has not
 * verified load only where they are allowed to, no files in memory, and outgoing connections reach no private network
 * but what is named. Here that is this machine, where the simulated platforms are.
 */
const N8N_3 = {
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
	N8N_SSRF_PROTECTION_ENABLED: 'true',
	N8N_SSRF_BLOCKED_IP_RANGES: 'default,100.64.0.0/10',
	N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32',
	N8N_RUNNERS_TASK_TIMEOUT: '60',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
};

function environmentOf(
	{ paths, userFolder, encryptionKey, env }: N8nSetup,
	ports: N8nPorts,
): NodeJS.ProcessEnv {
	const environment: NodeJS.ProcessEnv = {};
	let path = '';
	for (const [name, value] of Object.entries(process.env)) {
		if (!INHERITED.test(name)) continue;
		if (name.toLowerCase() === 'path') path = value ?? '';
		else environment[name] = value;
	}
	// A proxy must not come between n8n and servers on this machine.
	const noProxy = [process.env.NO_PROXY ?? process.env.no_proxy, '127.0.0.1,localhost,::1'];
	return {
		...environment,
		// n8n starts its task runner as "node": that has to be the pinned one too.
		PATH: [dirname(paths.node), path].join(delimiter),
		NO_PROXY: noProxy.filter(Boolean).join(','),
		NO_COLOR: '1',
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: encryptionKey,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(ports.http),
		N8N_RUNNERS_BROKER_PORT: String(ports.broker),
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${ports.http}`,
		// A worker has no editor: all it answers on its port is whether it is well.
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(ports.http),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		// The editor is served over plain HTTP, and not every browser takes 127.0.0.1 for secure.
		N8N_SECURE_COOKIE: 'false',
		// One log line is one JSON object: that is how the result of an execution is told from the rest.
		N8N_LOG_FORMAT: 'json',
		N8N_LOG_LEVEL: 'info',
		...N8N_3,
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		GENERIC_TIMEZONE: 'UTC',
		...env,
	};
}

let spawned = 0;

/** One process of n8n: a command, a server or a worker. It is killed when this process exits. */
export class N8nProcess {
	private constructor(
		private readonly child: ChildProcess,
		readonly ports: N8nPorts,
		/** What it writes to standard output; what it writes to standard error is in `….stderr` beside it. */
		readonly logFile: string,
	) {}

	/** Starts n8n's program with these arguments, on ports that are free at the moment. */
	static async spawn(setup: N8nSetup, args: string[]): Promise<N8nProcess> {
		const [http = 0, broker = 0] = await freePorts(2);
		const ports = { http, broker };
		spawned += 1;
		const name = `${process.pid}-${String(spawned).padStart(3, '0')}-${(args[0] ?? 'n8n').replace(/\W/g, '-')}`;
		const logFile = join(setup.userFolder, 'logs', `${name}.log`);
		// Files instead of pipes: nothing is lost when n8n exits right after writing a large result.
		const out = openSync(logFile, 'a', 0o600);
		const err = openSync(`${logFile}.stderr`, 'a', 0o600);
		try {
			const child = spawnTracked(setup.paths.node, ['--require', GUARD, setup.paths.n8n, ...args], {
				// n8n reads a .env file where it is started: not the one of whoever runs the demo.
				cwd: setup.userFolder,
				env: environmentOf(setup, ports),
				stdio: ['ignore', out, err],
				windowsHide: true,
			});
			return new N8nProcess(child, ports, logFile);
		} finally {
			closeSync(out);
			closeSync(err);
		}
	}

	/**
	 * Starts a process that stays, and waits until it is ready; on other ports where someone took one meanwhile.
	 *
	 * @param what Names it at the beginning of the error's message, such as "n8n".
	 * @param ready Waits until the process answers, and throws when it does not.
	 */
	static async start(
		setup: N8nSetup,
		what: string,
		args: string[],
		ready: (started: N8nProcess) => Promise<void>,
	): Promise<N8nProcess> {
		for (let attempt = 1; ; attempt++) {
			const started = await N8nProcess.spawn(setup, args);
			try {
				await ready(started);
				return started;
			} catch (error) {
				const entries = await started.log();
				await started.kill();
				// Between a port's being found free and n8n's listening on it.
				const portTaken = entries.some(({ message }) => /EADDRINUSE|port .* in use/i.test(message));
				if (portTaken && attempt < 3) continue;
				const why = error instanceof Error ? error.message : String(error);
				throw new N8nHostError(
					`${what} did not start: ${why}\n${readable(entries)}`,
					started.logFile,
				);
			}
		}
	}

	get pid(): number | undefined {
		return this.child.pid;
	}

	/** Where it answers, such as `http://127.0.0.1:5678`. */
	get url(): string {
		return `http://127.0.0.1:${this.ports.http}`;
	}

	/** Whether it lives. */
	get isRunning(): boolean {
		return this.child.exitCode === null && this.child.signalCode === null;
	}

	/**
	 * Waits until it answers.
	 *
	 * @param ready Asked again and again; what it throws means "not yet".
	 * @throws Error when it ended by itself or was not ready in time
	 */
	async untilReady(timeoutMs: number, ready: (url: string) => Promise<boolean>): Promise<void> {
		for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(150)) {
			if (!this.isRunning) throw new Error('it ended by itself');
			if (await ready(this.url).catch(() => false)) return;
		}
		throw new Error(`it was not ready after ${timeoutMs / 1000} s`);
	}

	/** Everything it has logged so far. */
	async log(): Promise<LogEntry[]> {
		const [out, err] = await Promise.all([
			readFile(this.logFile, 'utf8').catch(() => ''),
			readFile(`${this.logFile}.stderr`, 'utf8').catch(() => ''),
		]);
		return [...parseLog(out), ...parseLog(err)];
	}

	/** Resolves with the exit code (null after a signal) when it has ended, for whatever reason. */
	async ended(): Promise<number | null> {
		return await exitOf(this.child);
	}

	/** Shuts it down in good order; running executions get time to end. */
	async stop(): Promise<void> {
		if (!this.isRunning) return;
		// n8n ends its task runner itself; a signal to the whole group would cut that short.
		if (process.platform === 'win32') killTree(this.child, 'SIGKILL');
		else this.child.kill('SIGTERM');
		const timer = setTimeout(() => killTree(this.child, 'SIGKILL'), STOP_TIMEOUT_MS);
		await this.ended();
		clearTimeout(timer);
		killTree(this.child, 'SIGKILL');
	}

	/** Kills it and all it started on the spot, as a crash or a power cut would. */
	async kill(): Promise<void> {
		if (!this.isRunning) return;
		killTree(this.child, 'SIGKILL');
		await this.ended();
	}
}

/** What a person needs of a log: what n8n called an error, or else its last lines; no stacks, nothing twice. */
export function readable(entries: LogEntry[], lines = 12): string {
	const errors = entries.filter(({ level }) => level === 'error' || level === 'raw');
	const chosen = (errors.length > 0 ? errors : entries)
		.flatMap(({ message }) => (message.startsWith('{') ? [] : message.split('\n')))
		.map((line) => line.trim().replace(/^Error: /, ''))
		.filter((line) => line !== '' && !/^(at |=+$|GOT ERROR$|Execution error:$)/.test(line));
	return [...new Set(chosen)].slice(-lines).join('\n');
}
