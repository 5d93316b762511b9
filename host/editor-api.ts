import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { toExecutionResult, unflatten, type ExecutionResult } from './execution';
import { N8nHostError } from './n8n-process';

/** A credential as `n8n import:credentials` takes it; n8n encrypts `data` itself. */
export interface CredentialImport {
	id: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
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

/** Whom to log in as. */
export interface Login {
	email: string;
	password: string;
}

const REQUEST_TIMEOUT_MS = 30_000;
const POLL_MS = 150;
/** Statuses of an execution that is not over. */
const UNFINISHED = new Set(['new', 'running', 'waiting', 'unknown']);

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

/** A started n8n as its editor talks to it: the REST API, asked as the owner. */
export abstract class EditorApi {
	#cookie = '';

	/** The editor's address, such as `http://127.0.0.1:5678`. */
	abstract get url(): string;
	/** Whether n8n is started (and has not died since). */
	abstract get isRunning(): boolean;
	/** Where the started n8n logs. */
	protected abstract get serverLog(): string | undefined;
	/** Whom to log in as at {@link EditorApi.url}. */
	abstract readonly login: Login;

	async #fetch(method: string, path: string, body?: unknown, root = '/rest'): Promise<Response> {
		return await fetch(`${this.url}${root}${path}`, {
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

	/** Whether the REST API is there. The readiness check answers before it is mounted. */
	protected async isReady(): Promise<boolean> {
		const { ok } = await fetch(`${this.url}/healthz/readiness`, {
			signal: AbortSignal.timeout(2_000),
		});
		return ok && (await this.#fetch('GET', '/settings')).ok;
	}

	/** Sets up the owner in a new n8n, logs in to a used one. */
	protected async signIn(): Promise<void> {
		this.#cookie = '';
		const settings = z
			.object({ userManagement: z.object({ showSetupOnFirstLoad: z.boolean().optional() }) })
			.parse(await this.request('GET', '/settings'));
		const { email, password } = this.login;
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
				this.serverLog,
			);
		}
		const parsed: unknown = answer === '' ? {} : JSON.parse(answer);
		return typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : parsed;
	}

	/** What the editor knows of the nodes: the descriptions of all types, with what n8n adds to them; n8n has to be started. */
	async nodeTypes(): Promise<Array<{ name: string }>> {
		const answer = await this.#fetch('GET', '/types/nodes.json', undefined, '');
		return z.array(z.object({ name: z.string() }).passthrough()).parse(await answer.json());
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
	 * Executes a workflow from its Manual Trigger and waits for the end; longer than `timeoutMs`, and it is stopped.
	 *
	 * @throws N8nHostError when it has no Manual Trigger or took too long.
	 */
	protected async runWorkflow(id: string, timeoutMs: number): Promise<ExecutionResult> {
		const executionId = await this.startWorkflow(id);
		const deadline = Date.now() + timeoutMs;
		while (Date.now() < deadline) {
			const result = await this.execution(executionId);
			if (!UNFINISHED.has(result.status)) return result;
			await sleep(POLL_MS);
		}
		await this.stopExecution(executionId).catch(() => undefined);
		throw new N8nHostError(
			`Execution ${executionId} of workflow ${id} was stopped after ${timeoutMs / 1000} s`,
			this.serverLog,
		);
	}

	/** Presses **Execute workflow** at its Manual Trigger, and waits for nothing. @returns The execution's ID. */
	async startWorkflow(id: string): Promise<string> {
		const workflow = z
			.object({ nodes: z.array(z.object({ name: z.string(), type: z.string() })) })
			.parse(await this.request('GET', `/workflows/${id}`));
		const trigger = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
		if (!trigger) throw new N8nHostError(`Workflow ${id} has no Manual Trigger to start from`);
		const started = await this.request('POST', `/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger.name },
		});
		return z.object({ executionId: z.string() }).parse(started).executionId;
	}

	/** Cancels a running execution. */
	async stopExecution(executionId: string): Promise<void> {
		await this.request('POST', `/executions/${executionId}/stop`, {});
	}

	/** Publishes a workflow in the started n8n, so that its trigger is at work at once. */
	async activate(id: string): Promise<void> {
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
}
