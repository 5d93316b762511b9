import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import {
	executionInLog,
	parseLog,
	toExecutionResult,
	unflatten,
	type BinaryRef,
	type ExecutionResult,
	type LogEntry,
} from './execution';
import { ensureHost, type HostPaths } from './install';
import { runNpm, tailOf } from './npm';
import { exitOf, freePorts, killTree, removeAtExit, removeNow, spawnTracked } from './processes';

/** A credential as `n8n import:credentials` takes it; n8n encrypts `data` itself. */
export interface CredentialImport {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

/** A workflow as the editor exports it. */
export interface WorkflowJson {
	id?: string;
	name: string;
	nodes: Array<Record<string, unknown>>;
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[key: string]: unknown;
}

/** What a started n8n says about a workflow. */
export interface WorkflowState {
	id: string;
	name: string;
	active: boolean;
	versionId: string;
	/** What polling triggers remember, by `node:<node name>`; n8n writes it when a poll has put something out. */
	staticData: Record<string, unknown> | null;
}

/** An execution without its data. */
export interface ExecutionSummary {
	id: string;
	status: string;
	mode: string;
	startedAt: string | null;
	stoppedAt: string | null;
}

export interface HostOptions {
	/** The installation to run; by default the pinned one, installed if need be. */
	paths?: HostPaths;
	/** A user folder to use again, with everything an earlier host left in it. It is never removed. */
	userFolder?: string;
	/** The folder to make the temporary user folder in; by default the system's. */
	parentFolder?: string;
	/** Leave the temporary user folder, with its database, files and logs, when the host is disposed of. */
	keep?: boolean;
	/** Environment variables for n8n, over the ones the host sets. */
	env?: Record<string, string>;
}

export interface ExecuteOptions {
	/** After this many milliseconds the execution is ended and an error thrown; two minutes by default. */
	timeoutMs?: number;
	/** Called with the process ID of the n8n that executes the workflow, to watch its memory. */
	onProcess?: (pid: number) => void;
}

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

const GUARD = join(__dirname, 'guard.cjs');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 40_000;
const COMMAND_TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Statuses of an execution that is not over. */
const UNFINISHED = new Set(['new', 'running', 'waiting', 'unknown']);

/**
 * What n8n may know of this machine's environment. Everything else stays out: a developer's own `N8N_…` or
 * `DB_…` settings would turn an isolated n8n into theirs.
 */
const INHERITED =
	/^(path|pathext|home|user|logname|shell|lang|lc_\w+|tmpdir|temp|tmp|systemroot|windir|comspec|appdata|localappdata|userprofile|programfiles|http_proxy|https_proxy|all_proxy|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir)$/i;

const secretsSchema = z.object({
	encryptionKey: z.string(),
	email: z.string(),
	password: z.string(),
});

const workflowStateSchema = z.object({
	id: z.string(),
	name: z.string(),
	active: z.boolean(),
	versionId: z.string(),
	staticData: z.record(z.unknown()).nullable(),
});

const executionListSchema = z.object({
	results: z.array(
		z.object({
			id: z.string(),
			status: z.string(),
			mode: z.string(),
			startedAt: z.string().nullable(),
			stoppedAt: z.string().nullable(),
		}),
	),
});

interface CommandResult {
	exitCode: number | null;
	entries: LogEntry[];
	logFile: string;
}

/** What a person needs of a log: what n8n called an error, or else its last lines; no stacks, nothing twice. */
function readable(entries: LogEntry[], lines = 12): string {
	const errors = entries.filter(({ level }) => level === 'error' || level === 'raw');
	const chosen = (errors.length > 0 ? errors : entries)
		.flatMap(({ message }) => (message.startsWith('{') ? [] : message.split('\n')))
		.map((line) => line.trim().replace(/^Error: /, ''))
		.filter((line) => line !== '' && !/^(at |=+$|GOT ERROR$|Execution error:$)/.test(line));
	return [...new Set(chosen)].slice(-lines).join('\n');
}

/** An ID such as n8n gives its workflows: 16 letters and digits. */
function workflowId(): string {
	return randomBytes(24).toString('base64').replace(/[+/=]/g, '').slice(0, 16).padEnd(16, '0');
}

/**
 * A real n8n with a life of its own: its own folder, database, encryption key and ports, nothing of the user's.
 * Workflows run from the command line while it is stopped, and in the running n8n once it is started. Stopping
 * and starting again (or making another host on the same {@link N8nHost.userFolder}) goes on where it was.
 *
 * Call {@link N8nHost.dispose} when done; what is left when this process exits is killed and removed anyway.
 */
export class N8nHost {
	/** Whom to log in as at {@link N8nHost.url}. */
	readonly login: { email: string; password: string };

	#server: ChildProcess | undefined;
	#serverLog = '';
	#port = 0;
	#cookie = '';
	#commands = 0;

	private constructor(
		readonly paths: HostPaths,
		/** What n8n calls `N8N_USER_FOLDER`; its own files are in `.n8n` in it, logs in `logs`. */
		readonly userFolder: string,
		private readonly secrets: z.infer<typeof secretsSchema>,
		private readonly removable: boolean,
		private readonly extraEnvironment: Record<string, string>,
	) {
		this.login = { email: secrets.email, password: secrets.password };
	}

	/** Prepares an n8n, installing the pinned version the first time; nothing is started yet. */
	static async create(options: HostOptions = {}): Promise<N8nHost> {
		const paths = options.paths ?? (await ensureHost());
		let folder = options.userFolder;
		const removable = folder === undefined && !options.keep;
		if (folder === undefined) {
			folder = await mkdtemp(join(options.parentFolder ?? tmpdir(), 'call-recordings-n8n-'));
			if (removable) removeAtExit(folder);
		}
		await mkdir(join(folder, 'logs'), { recursive: true });
		await mkdir(join(folder, '.n8n', 'nodes'), { recursive: true });

		const secretsFile = join(folder, 'host.json');
		if (!existsSync(secretsFile)) {
			const secrets: z.infer<typeof secretsSchema> = {
				encryptionKey: randomBytes(24).toString('hex'),
				email: 'demo@example.com',
				password: `Demo-${randomBytes(4).toString('hex')}-1`,
			};
			await writeFile(secretsFile, JSON.stringify(secrets));
			await chmod(secretsFile, 0o600);
		}
		const secrets = secretsSchema.parse(JSON.parse(readFileSync(secretsFile, 'utf8')));
		return new N8nHost(paths, folder, secrets, removable, options.env ?? {});
	}

	/** The editor's address while n8n is started. */
	get url(): string {
		return `http://127.0.0.1:${this.#port}`;
	}

	/** The process ID of the started n8n, undefined while it is stopped. */
	get pid(): number | undefined {
		return this.isRunning ? this.#server?.pid : undefined;
	}

	/** Whether n8n is started (and has not died since). */
	get isRunning(): boolean {
		const server = this.#server;
		return server !== undefined && server.exitCode === null && server.signalCode === null;
	}

	/** The folder n8n keeps binary data in. */
	get storageFolder(): string {
		return join(this.userFolder, '.n8n', 'storage');
	}

	#environment(ports: { http: number; broker: number }): NodeJS.ProcessEnv {
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
			PATH: [dirname(this.paths.node), path].join(delimiter),
			NO_PROXY: noProxy.filter(Boolean).join(','),
			NO_COLOR: '1',
			N8N_USER_FOLDER: this.userFolder,
			N8N_ENCRYPTION_KEY: this.secrets.encryptionKey,
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_PORT: String(ports.http),
			N8N_RUNNERS_BROKER_PORT: String(ports.broker),
			N8N_EDITOR_BASE_URL: `http://127.0.0.1:${ports.http}`,
			// The editor is served over plain HTTP, and not every browser takes 127.0.0.1 for secure.
			N8N_SECURE_COOKIE: 'false',
			// One log line is one JSON object: that is how the result of an execution is told from the rest.
			N8N_LOG_FORMAT: 'json',
			N8N_LOG_LEVEL: 'info',
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_HIRING_BANNER_ENABLED: 'false',
			N8N_DYNAMIC_BANNERS_ENABLED: 'false',
			GENERIC_TIMEZONE: 'UTC',
			...this.extraEnvironment,
		};
	}

	#spawn(args: string[], ports: { http: number; broker: number }): { child: ChildProcess; log: string } {
		this.#commands += 1;
		const name = `${process.pid}-${String(this.#commands).padStart(3, '0')}-${(args[0] ?? 'n8n').replace(/\W/g, '-')}`;
		const log = join(this.userFolder, 'logs', `${name}.log`);
		// Files instead of pipes: nothing is lost when n8n exits right after writing a large result.
		const out = openSync(log, 'a', 0o600);
		const err = openSync(`${log}.stderr`, 'a', 0o600);
		try {
			const child = spawnTracked(this.paths.node, ['--require', GUARD, this.paths.n8n, ...args], {
				// n8n reads a .env file where it is started: not the one of whoever runs the demo.
				cwd: this.userFolder,
				env: this.#environment(ports),
				stdio: ['ignore', out, err],
				windowsHide: true,
			});
			return { child, log };
		} finally {
			closeSync(out);
			closeSync(err);
		}
	}

	async #readLog(logFile: string): Promise<LogEntry[]> {
		const [out, err] = await Promise.all([
			readFile(logFile, 'utf8').catch(() => ''),
			readFile(`${logFile}.stderr`, 'utf8').catch(() => ''),
		]);
		return [...parseLog(out), ...parseLog(err)];
	}

	/** Runs one command of n8n's command line to its end. */
	async #command(args: string[], options: ExecuteOptions = {}): Promise<CommandResult> {
		const [http = 0, broker = 0] = await freePorts(2);
		const { child, log } = this.#spawn(args, { http, broker });
		if (child.pid !== undefined) options.onProcess?.(child.pid);
		const timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
		let timedOut = false;
		const timer = setTimeout(() => {
			timedOut = true;
			killTree(child, 'SIGKILL');
		}, timeoutMs);
		let exitCode: number | null;
		try {
			exitCode = await exitOf(child);
		} finally {
			clearTimeout(timer);
		}
		const entries = await this.#readLog(log);
		if (timedOut) {
			throw new N8nHostError(
				`n8n ${args.join(' ')} was ended after ${timeoutMs / 1000} s. Its log ends with:\n${readable(entries)}`,
				log,
			);
		}
		return { exitCode, entries, logFile: log };
	}

	async #commandThatMustSucceed(what: string, args: string[]): Promise<void> {
		const { exitCode, entries, logFile } = await this.#command(args);
		if (exitCode === 0) return;
		throw new N8nHostError(
			`${what} failed (n8n ${args.join(' ')}, exit code ${String(exitCode)}):\n${readable(entries)}`,
			logFile,
		);
	}

	/**
	 * Installs a node pack from a tarball into this n8n, as a user would. A started n8n sees it after a restart.
	 */
	async installPack(tarball: string): Promise<void> {
		const folder = join(this.userFolder, '.n8n', 'nodes');
		const result = await runNpm(
			[
				'install',
				'--prefix',
				folder,
				resolve(tarball),
				'--omit=peer',
				'--ignore-scripts',
				'--prefer-offline',
				'--no-audit',
				'--no-fund',
			],
			folder,
		);
		if (result.exitCode !== 0) {
			throw new N8nHostError(
				`Installing ${tarball} in n8n failed:\n${tailOf(`${result.stdout}\n${result.stderr}`)}`,
			);
		}
	}

	/** Adds credentials, or replaces those with the same ID. */
	async importCredentials(list: CredentialImport[]): Promise<void> {
		const file = join(this.userFolder, 'import-credentials.json');
		await writeFile(file, JSON.stringify(list), { mode: 0o600 });
		try {
			await this.#commandThatMustSucceed('Importing the credentials', [
				'import:credentials',
				`--input=${file}`,
			]);
		} finally {
			removeNow(file);
		}
	}

	/**
	 * Presses the **Test** button of a credential; n8n has to be started. A credential with its ID has to be
	 * imported, its data may differ: that is how the editor tests what is not saved yet.
	 */
	async testCredential(credential: CredentialImport): Promise<{ ok: boolean; message: string }> {
		const { status, message } = z
			.object({ status: z.string(), message: z.string() })
			.parse(await this.request('POST', '/credentials/test', { credentials: credential }));
		return { ok: status === 'OK', message };
	}

	/**
	 * As `testCredential`, and as the editor does it once a credential was closed and opened again: with what n8n has
	 * stored of it, hidden fields and tokens of earlier tests included, under the given changes.
	 */
	async testStored(changed: CredentialImport): Promise<{ ok: boolean; message: string }> {
		const stored = z
			.object({ data: z.record(z.unknown()) })
			.parse(await this.request('GET', `/credentials/${changed.id}?includeData=true`));
		return await this.testCredential({ ...changed, data: { ...stored.data, ...changed.data } });
	}

	/**
	 * Adds a workflow, or replaces the one with the same ID. It arrives unpublished.
	 *
	 * @returns Its ID; one is made up when the JSON has none.
	 */
	async importWorkflow(workflow: WorkflowJson): Promise<string> {
		const [id] = await this.importWorkflows([workflow]);
		return id as string;
	}

	/** The same for several workflows in one go, which saves starting n8n for each. */
	async importWorkflows(workflows: WorkflowJson[]): Promise<string[]> {
		const withIds = workflows.map((workflow) => ({
			settings: {},
			active: false,
			...workflow,
			id: workflow.id ?? workflowId(),
		}));
		const file = join(this.userFolder, 'import-workflows.json');
		await writeFile(file, JSON.stringify(withIds));
		await this.#commandThatMustSucceed('Importing the workflows', [
			'import:workflow',
			`--input=${file}`,
		]);
		removeNow(file);
		return withIds.map(({ id }) => id);
	}

	/**
	 * Executes a workflow from its Manual Trigger and waits for the end: in the started n8n, or with
	 * `n8n execute` (three seconds more) while it is stopped. A workflow that fails is a result, not an exception.
	 *
	 * @throws N8nHostError when there is no result: n8n could not run it, or it took longer than the timeout.
	 */
	async execute(id: string, options: ExecuteOptions = {}): Promise<ExecutionResult> {
		if (this.isRunning) return await this.#executeInServer(id, options);
		const { exitCode, entries, logFile } = await this.#command(
			['execute', `--id=${id}`, '--rawOutput'],
			options,
		);
		const result = executionInLog(entries);
		if (!result) {
			throw new N8nHostError(
				`n8n did not execute workflow ${id} (exit code ${String(exitCode)}):\n${readable(entries)}`,
				logFile,
			);
		}
		return { ...result, exitCode: exitCode ?? undefined, logFile };
	}

	async #executeInServer(id: string, options: ExecuteOptions): Promise<ExecutionResult> {
		if (this.pid !== undefined) options.onProcess?.(this.pid);
		const workflow = z
			.object({ nodes: z.array(z.object({ name: z.string(), type: z.string() })) })
			.parse(await this.request('GET', `/workflows/${id}`));
		const trigger = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
		if (!trigger) throw new N8nHostError(`Workflow ${id} has no Manual Trigger to start from`);
		const { executionId } = z
			.object({ executionId: z.string() })
			.parse(
				await this.request('POST', `/workflows/${id}/run`, {
					triggerToStartFrom: { name: trigger.name },
				}),
			);
		const timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
		const deadline = Date.now() + timeoutMs;
		while (Date.now() < deadline) {
			const result = await this.execution(executionId);
			if (!UNFINISHED.has(result.status)) return result;
			await sleep(150);
		}
		await this.request('POST', `/executions/${executionId}/stop`, {}).catch(() => undefined);
		throw new N8nHostError(
			`Execution ${executionId} of workflow ${id} was stopped after ${timeoutMs / 1000} s`,
			this.#serverLog,
		);
	}

	/** The path of the file that holds the bytes of a binary. */
	binaryPath(binary: BinaryRef): string {
		const [mode, key] = (binary.id ?? '').split(/:(.*)/s);
		if (!mode?.startsWith('filesystem') || !key) {
			throw new N8nHostError(
				`"${binary.fileName ?? 'The binary'}" is not in n8n's file store (id ${String(binary.id)})`,
			);
		}
		const path = resolve(this.storageFolder, key);
		const within = relative(this.storageFolder, path);
		if (within.startsWith('..') || isAbsolute(within)) {
			throw new N8nHostError(`The binary ${binary.id} points out of n8n's file store`);
		}
		return path;
	}

	/** The bytes of a binary that a node put out, as n8n stored them. */
	async readBinary(binary: BinaryRef): Promise<Buffer> {
		if (binary.id === undefined) return Buffer.from(binary.data, 'base64');
		return await readFile(this.binaryPath(binary));
	}

	/** The same as a stream, for files of any size. */
	openBinary(binary: BinaryRef): Readable {
		if (binary.id === undefined) return Readable.from([Buffer.from(binary.data, 'base64')]);
		return createReadStream(this.binaryPath(binary));
	}

	/** Starts n8n with its editor and the published workflows, and waits until it answers. */
	async start(): Promise<void> {
		if (this.isRunning) return;
		for (let attempt = 1; ; attempt++) {
			const [http = 0, broker = 0] = await freePorts(2);
			const { child, log } = this.#spawn(['start'], { http, broker });
			this.#server = child;
			this.#serverLog = log;
			this.#port = http;
			try {
				await this.#untilHealthy();
				await this.#signIn();
				return;
			} catch (error) {
				const entries = await this.#readLog(log);
				killTree(child, 'SIGKILL');
				this.#server = undefined;
				// Someone else may have taken a port between its being found free and n8n's listening on it.
				const portTaken = entries.some(({ message }) => /EADDRINUSE|port .* in use/i.test(message));
				if (portTaken && attempt < 3) continue;
				throw new N8nHostError(
					`n8n did not start: ${error instanceof Error ? error.message : String(error)}\n${readable(entries)}`,
					log,
				);
			}
		}
	}

	async #untilHealthy(): Promise<void> {
		const deadline = Date.now() + START_TIMEOUT_MS;
		while (Date.now() < deadline) {
			if (!this.isRunning) throw new Error('it ended by itself');
			try {
				const { ok } = await fetch(`${this.url}/healthz/readiness`, {
					signal: AbortSignal.timeout(2_000),
				});
				// The readiness check answers before the REST API is mounted.
				if (ok && (await this.#fetch('GET', '/settings')).ok) return;
			} catch {
				// Not listening yet.
			}
			await sleep(150);
		}
		throw new Error(`it was not ready after ${START_TIMEOUT_MS / 1000} s`);
	}

	/** Sets up the owner in a new user folder, logs in to a used one. */
	async #signIn(): Promise<void> {
		const settings = z
			.object({ userManagement: z.object({ showSetupOnFirstLoad: z.boolean().optional() }) })
			.parse(await this.request('GET', '/settings'));
		const { email, password } = this.secrets;
		const response = settings.userManagement.showSetupOnFirstLoad
			? await this.#fetch('POST', '/owner/setup', {
					email,
					password,
					firstName: 'Demo',
					lastName: 'Owner',
				})
			: await this.#fetch('POST', '/login', { emailOrLdapLoginId: email, password });
		if (!response.ok) {
			throw new Error(`logging in answered ${response.status}: ${await response.text()}`);
		}
		const cookie = response.headers
			.getSetCookie()
			.map((header) => header.split(';')[0] ?? '')
			.find((pair) => pair.startsWith('n8n-auth='));
		if (!cookie) throw new Error('logging in gave no session cookie');
		this.#cookie = cookie;
	}

	async #fetch(method: string, path: string, body?: unknown): Promise<Response> {
		return await fetch(`${this.url}/rest${path}`, {
			method,
			headers: {
				accept: 'application/json',
				...(this.#cookie ? { cookie: this.#cookie } : {}),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
		});
	}

	/**
	 * Asks the started n8n something through the REST API its editor uses, as the owner.
	 *
	 * @param path Without the leading `/rest`, such as `/workflows/abc`.
	 * @returns The `data` of the answer.
	 * @throws N8nHostError with n8n's own words when the answer is not a success.
	 */
	async request(method: string, path: string, body?: unknown): Promise<unknown> {
		if (!this.isRunning) {
			throw new N8nHostError(`n8n is not running: start() it before ${method} ${path}`);
		}
		const response = await this.#fetch(method, path, body);
		const answer = await response.text();
		if (!response.ok) {
			throw new N8nHostError(
				`${method} ${path} answered ${response.status}: ${answer.slice(0, 500)}`,
				this.#serverLog,
			);
		}
		const parsed: unknown = answer === '' ? {} : JSON.parse(answer);
		return typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : parsed;
	}

	/** Publishes a workflow, so that its trigger is at work: at once in a started n8n, or from the next start on. */
	async publish(id: string): Promise<void> {
		if (!this.isRunning) {
			await this.#commandThatMustSucceed('Publishing the workflow', [
				'publish:workflow',
				`--id=${id}`,
			]);
			return;
		}
		const { versionId } = await this.workflow(id);
		await this.request('POST', `/workflows/${id}/activate`, { versionId });
	}

	/** Takes a published workflow out of service; n8n has to be started. */
	async unpublish(id: string): Promise<void> {
		await this.request('POST', `/workflows/${id}/deactivate`, {});
	}

	/** A workflow's state; n8n has to be started. */
	async workflow(id: string): Promise<WorkflowState> {
		return workflowStateSchema.parse(await this.request('GET', `/workflows/${id}`));
	}

	/** A workflow's executions, oldest first, without their data (at most 100); n8n has to be started. */
	async executionSummaries(id: string): Promise<ExecutionSummary[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
		const { results } = executionListSchema.parse(
			await this.request('GET', `/executions?filter=${filter}&limit=100`),
		);
		return results.sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** A workflow's executions that are over, oldest first, with their data; n8n has to be started. */
	async executions(id: string): Promise<ExecutionResult[]> {
		const results: ExecutionResult[] = [];
		for (const summary of await this.executionSummaries(id)) {
			if (!UNFINISHED.has(summary.status)) results.push(await this.execution(summary.id));
		}
		return results;
	}

	/** One execution with what is known of its data so far; n8n has to be started. */
	async execution(executionId: string): Promise<ExecutionResult> {
		const answer = z
			.object({ data: z.string().nullish() })
			.passthrough()
			.parse(await this.request('GET', `/executions/${executionId}`));
		// A running execution has an empty list for its data.
		const data = answer.data ? unflatten(answer.data) : undefined;
		return toExecutionResult(answer, data ?? { resultData: {} });
	}

	/** Everything the last started n8n has logged. */
	async log(): Promise<LogEntry[]> {
		return await this.#readLog(this.#serverLog);
	}

	/** Resolves when the started n8n ends, for whatever reason; at once if none is running. */
	async ended(): Promise<void> {
		if (this.#server) await exitOf(this.#server);
	}

	/** Shuts the started n8n down in good order; running executions get time to end. */
	async stop(): Promise<void> {
		const server = this.#server;
		if (!server || !this.isRunning) return;
		// n8n ends its task runner itself; a signal to the whole group would cut that short.
		if (process.platform === 'win32') killTree(server, 'SIGKILL');
		else server.kill('SIGTERM');
		const timer = setTimeout(() => killTree(server, 'SIGKILL'), STOP_TIMEOUT_MS);
		await exitOf(server);
		clearTimeout(timer);
		killTree(server, 'SIGKILL');
		this.#server = undefined;
		this.#cookie = '';
	}

	/** Kills the started n8n on the spot, as a crash or a power cut would. */
	async kill(): Promise<void> {
		const server = this.#server;
		if (!server || !this.isRunning) return;
		killTree(server, 'SIGKILL');
		await exitOf(server);
		this.#server = undefined;
		this.#cookie = '';
	}

	/** Stops n8n and removes its temporary folder, unless that was to be kept. */
	async dispose(): Promise<void> {
		await this.stop();
		if (this.removable) removeNow(this.userFolder);
	}
}
