import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';

import { z } from 'zod';

import {
	COMMAND_TIMEOUT_MS,
	runCommand,
	runCommandToSuccess,
	type CommandOptions,
} from './command-line';
import { EditorApi, type CredentialImport, type Login } from './editor-api';
import { executionInLog, type BinaryRef, type ExecutionResult, type LogEntry } from './execution';
import { ensureHost, type HostPaths } from './install';
import { N8nHostError, N8nProcess, readable, START_TIMEOUT_MS, type N8nSetup } from './n8n-process';
import { runNpm, tailOf } from './npm';
import { removeAtExit, removeNow } from './processes';

export type { CredentialImport } from './editor-api';

/** A workflow as the editor exports it. */
export interface WorkflowJson {
	id?: string;
	name: string;
	nodes: Array<Record<string, unknown>>;
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[key: string]: unknown;
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

const secretsSchema = z.object({
	encryptionKey: z.string(),
	email: z.string(),
	password: z.string(),
});

/** An ID such as n8n gives its workflows: 16 letters and digits. */
function workflowId(): string {
	return randomBytes(24).toString('base64').replace(/[+/=]/g, '').slice(0, 16).padEnd(16, '0');
}

/** The folders n8n expects in its user folder. */
async function makeUserFolder(folder: string): Promise<void> {
	await mkdir(join(folder, 'logs'), { recursive: true });
	await mkdir(join(folder, '.n8n', 'nodes'), { recursive: true });
}

/**
 * A real n8n with a life of its own: its own folder, database, encryption key and ports, nothing of the user's.
 * Workflows run from the command line while it is stopped, and in the running n8n once it is started. Stopping
 * and starting again (or making another host on the same {@link N8nHost.userFolder}) goes on where it was.
 *
 * Call {@link N8nHost.dispose} when done; what is left when this process exits is killed and removed anyway.
 */
export class N8nHost extends EditorApi {
	readonly login: Login;

	#server: N8nProcess | undefined;

	private constructor(
		/** What all processes of this n8n have in common. */
		readonly setup: N8nSetup,
		login: Login,
		private readonly removable: boolean,
	) {
		super();
		this.login = login;
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
		await makeUserFolder(folder);

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
		const { encryptionKey, ...login } = secretsSchema.parse(
			JSON.parse(readFileSync(secretsFile, 'utf8')),
		);
		const setup = { paths, userFolder: folder, encryptionKey, env: options.env ?? {} };
		return new N8nHost(setup, login, removable);
	}

	get paths(): HostPaths {
		return this.setup.paths;
	}

	/** What n8n calls `N8N_USER_FOLDER`; its own files are in `.n8n` in it, logs in `logs`. */
	get userFolder(): string {
		return this.setup.userFolder;
	}

	/** The editor's address while n8n is started. */
	get url(): string {
		return this.#server?.url ?? 'http://127.0.0.1:0';
	}

	/** The process ID of the started n8n, undefined while it is stopped. */
	get pid(): number | undefined {
		return this.isRunning ? this.#server?.pid : undefined;
	}

	get isRunning(): boolean {
		return this.#server?.isRunning ?? false;
	}

	protected get serverLog(): string | undefined {
		return this.#server?.logFile;
	}

	/**
	 * Starts a worker of this n8n, which has to be in queue mode (see `startQueueServers`), and waits until it takes work.
	 *
	 * It has a user folder of its own, with the packs that are installed now: in a shared one, a worker that starts again
	 * takes the executions of others for crashed ones, by the log of events that lies there. Files go to the store of this n8n.
	 */
	async startWorker(name: string, concurrency = 5): Promise<N8nProcess> {
		const userFolder = join(this.userFolder, name);
		await makeUserFolder(userFolder);
		await cp(join(this.userFolder, '.n8n', 'nodes'), join(userFolder, '.n8n', 'nodes'), {
			recursive: true,
		});
		const env = { ...this.setup.env, N8N_STORAGE_PATH: this.storageFolder };
		const args = ['worker', `--concurrency=${concurrency}`];
		return await N8nProcess.start(
			{ ...this.setup, userFolder, env },
			`The worker ${name}`,
			args,
			async (worker) => {
				await worker.untilReady(
					START_TIMEOUT_MS,
					async (url) => (await fetch(`${url}/healthz/readiness`)).ok,
				);
			},
		);
	}

	/** The folder n8n keeps binary data in. */
	get storageFolder(): string {
		return join(this.userFolder, '.n8n', 'storage');
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
		await this.#import('credentials', 'Importing the credentials', list);
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
		await this.#import('workflow', 'Importing the workflows', withIds);
		return withIds.map(({ id }) => id);
	}

	async #import(kind: 'credentials' | 'workflow', what: string, list: unknown[]): Promise<void> {
		const file = join(this.userFolder, `import-${kind}.json`);
		await writeFile(file, JSON.stringify(list), { mode: 0o600 });
		try {
			await runCommandToSuccess(this.setup, what, [`import:${kind}`, `--input=${file}`]);
		} finally {
			removeNow(file);
		}
	}

	/**
	 * Executes a workflow from its Manual Trigger and waits for the end: in the started n8n, or with
	 * `n8n execute` (three seconds more) while it is stopped. A workflow that fails is a result, not an exception.
	 *
	 * @throws N8nHostError when there is no result: n8n could not run it, or it took longer than the timeout.
	 */
	async execute(id: string, options: CommandOptions = {}): Promise<ExecutionResult> {
		if (this.isRunning) {
			if (this.pid !== undefined) options.onProcess?.(this.pid);
			return await this.runWorkflow(id, options.timeoutMs ?? COMMAND_TIMEOUT_MS);
		}
		const { exitCode, entries, logFile } = await runCommand(
			this.setup,
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
		await N8nProcess.start(this.setup, 'n8n', ['start'], async (started) => {
			this.#server = started;
			await started.untilReady(START_TIMEOUT_MS, async () => await this.isReady());
			await this.signIn();
		});
	}

	/** Publishes a workflow, so that its trigger is at work: at once in a started n8n, or from the next start on. */
	async publish(id: string): Promise<void> {
		if (this.isRunning) await this.activate(id);
		else
			await runCommandToSuccess(this.setup, 'Publishing the workflow', [
				'publish:workflow',
				`--id=${id}`,
			]);
	}

	/** Everything the last started n8n has logged. */
	async log(): Promise<LogEntry[]> {
		return (await this.#server?.log()) ?? [];
	}

	/** Resolves when the started n8n ends, for whatever reason; at once if none is running. */
	async ended(): Promise<void> {
		await this.#server?.ended();
	}

	/** Shuts the started n8n down in good order; running executions get time to end. */
	async stop(): Promise<void> {
		await this.#server?.stop();
	}

	/** Kills the started n8n on the spot, as a crash or a power cut would. */
	async kill(): Promise<void> {
		await this.#server?.kill();
	}

	/** Stops n8n and removes its temporary folder, unless that was to be kept. */
	async dispose(): Promise<void> {
		await this.stop();
		if (this.removable) removeNow(this.userFolder);
	}
}
