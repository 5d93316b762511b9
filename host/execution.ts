import { z } from 'zod';

/** A file that a node put out. n8n keeps its bytes apart from the item: see `N8nHost.readBinary`. */
export interface BinaryRef {
	/** Where the bytes are, such as `filesystem-v2:workflows/…`; missing when `data` holds them. */
	id?: string;
	/** The bytes in base64, or the name of the store that holds them. */
	data: string;
	mimeType: string;
	fileName?: string;
	/** Exact size; missing for files that older versions of n8n stored. */
	bytes?: number;
}

/** One item that a node put out. */
export interface OutputItem {
	json: Record<string, unknown>;
	binary?: Record<string, BinaryRef>;
	pairedItem?: unknown;
}

/** Why a node or an execution failed, as n8n shows it. */
export interface ExecutionError {
	name?: string;
	message: string;
	description?: string | null;
	httpCode?: string | null;
	/** What the error was made from, outermost first. */
	messages?: string[];
	/** The node that failed. */
	node?: string;
	itemIndex?: number;
}

/** One run of one node; a node in a loop has several. */
export interface NodeRun {
	status: string;
	executionTimeMs: number;
	/** The items by output, such as success and error. */
	outputs: OutputItem[][];
	error?: ExecutionError;
	hints: string[];
}

/** How an execution of a workflow went. */
export interface ExecutionResult {
	/** Missing after a run from the command line, which does not tell it. */
	id?: string;
	/** `success`, `error`, `canceled`, `crashed`, or what it is doing while it lasts. */
	status: string;
	/** What started it: `cli`, `manual`, `trigger`, `error` ... */
	mode: string;
	startedAt: string;
	stoppedAt?: string;
	error?: ExecutionError;
	lastNode?: string;
	/** The runs by node name. */
	nodes: Record<string, NodeRun[]>;
	/** Exit code of `n8n execute`; missing when the execution ran in a started n8n. */
	exitCode?: number;
	/** Everything n8n logged meanwhile, when it ran from the command line. */
	logFile?: string;
}

/** One line that n8n logged. `level` is `raw` for text that did not come from its logger. */
export interface LogEntry {
	level: string;
	message: string;
	timestamp?: string;
}

const text = z.coerce.string().nullish();

const binarySchema = z.object({
	id: z.string().optional(),
	data: z.string(),
	mimeType: z.string(),
	fileName: z.string().optional(),
	bytes: z.number().optional(),
});

const itemSchema = z.object({
	json: z.record(z.unknown()),
	binary: z.record(binarySchema).optional(),
	pairedItem: z.unknown(),
});

const errorSchema = z
	.object({
		name: z.string().optional(),
		message: z.string().catch('(no message)'),
		description: text,
		httpCode: text,
		messages: z.array(z.string()).optional(),
		node: z.object({ name: z.string() }).nullish().catch(undefined),
		context: z.object({ itemIndex: z.number().optional() }).nullish().catch(undefined),
	})
	.transform((error): ExecutionError => ({
		name: error.name,
		message: error.message,
		description: error.description,
		httpCode: error.httpCode,
		messages: error.messages,
		node: error.node?.name,
		itemIndex: error.context?.itemIndex,
	}));

const nodeRunSchema = z
	.object({
		executionStatus: z.string().default('unknown'),
		executionTime: z.number().default(0),
		data: z.object({ main: z.array(z.array(itemSchema).nullable()).optional() }).optional(),
		error: errorSchema.optional(),
		hints: z.array(z.object({ message: z.string() })).default([]),
	})
	.transform((run): NodeRun => ({
		status: run.executionStatus,
		executionTimeMs: run.executionTime,
		outputs: (run.data?.main ?? []).map((items) => (items ?? []) as OutputItem[]),
		error: run.error,
		hints: run.hints.map(({ message }) => message),
	}));

const dataSchema = z.object({
	resultData: z.object({
		error: errorSchema.optional(),
		runData: z.record(z.array(nodeRunSchema)).default({}),
		lastNodeExecuted: z.string().optional(),
	}),
});

const executionSchema = z.object({
	id: z.coerce.string().optional(),
	status: z.string().default('unknown'),
	mode: z.string().default('unknown'),
	startedAt: z.string().nullish(),
	createdAt: z.string().nullish(),
	stoppedAt: z.string().nullish(),
});

/** Puts the two halves of n8n's answer, the execution and its data, into one result. */
export function toExecutionResult(execution: unknown, data: unknown): ExecutionResult {
	const { id, status, mode, startedAt, createdAt, stoppedAt } = executionSchema.parse(execution);
	const { resultData } = dataSchema.parse(data);
	return {
		id,
		status,
		mode,
		startedAt: startedAt ?? createdAt ?? '',
		stoppedAt: stoppedAt ?? undefined,
		error: resultData.error,
		lastNode: resultData.lastNodeExecuted,
		nodes: resultData.runData,
	};
}

/**
 * Decodes the form n8n stores execution data in: a list whose first entry is the value, and in which every
 * string inside an object or list is the index of the entry meant. One value can so be shared, or hold itself.
 */
export function unflatten(flattened: string): unknown {
	const entries = z.array(z.unknown()).parse(JSON.parse(flattened));
	const built = new Map<number, unknown>();

	const resolve = (value: unknown): unknown =>
		typeof value === 'string' ? build(Number(value)) : value;

	const build = (index: number): unknown => {
		if (built.has(index)) return built.get(index);
		const entry = entries[index];
		if (Array.isArray(entry)) {
			const list: unknown[] = [];
			built.set(index, list);
			for (const value of entry) list.push(resolve(value));
			return list;
		}
		if (typeof entry === 'object' && entry !== null) {
			const object: Record<string, unknown> = {};
			built.set(index, object);
			for (const [key, value] of Object.entries(entry)) object[key] = resolve(value);
			return object;
		}
		built.set(index, entry);
		return entry;
	};
	return build(0);
}

const logLineSchema = z.object({
	level: z.string(),
	message: z.string(),
	metadata: z.object({ timestamp: z.string().optional() }).optional(),
});

/** Reads a log that n8n wrote with `N8N_LOG_FORMAT=json`; lines of another kind are kept as they are. */
export function parseLog(log: string): LogEntry[] {
	const entries: LogEntry[] = [];
	for (const line of log.split('\n')) {
		if (line.trim() === '') continue;
		let parsed: z.infer<typeof logLineSchema> | undefined;
		try {
			parsed = logLineSchema.parse(JSON.parse(line));
		} catch {
			parsed = undefined;
		}
		entries.push(
			parsed
				? { level: parsed.level, message: parsed.message, timestamp: parsed.metadata?.timestamp }
				: { level: 'raw', message: line },
		);
	}
	return entries;
}

/** The execution that `n8n execute --rawOutput` logged, or undefined when it did not get that far. */
export function executionInLog(entries: LogEntry[]): ExecutionResult | undefined {
	for (const { message } of [...entries].reverse()) {
		if (!message.startsWith('{')) continue;
		let run: unknown;
		try {
			run = JSON.parse(message);
		} catch {
			continue;
		}
		if (typeof run === 'object' && run !== null && 'data' in run && 'status' in run) {
			return toExecutionResult(run, run.data);
		}
	}
	return undefined;
}

/** The items a node put out in its last run, by default on its first output; empty if it did not run. */
export function outputOf(result: ExecutionResult, node: string, output = 0): OutputItem[] {
	return result.nodes[node]?.at(-1)?.outputs[output] ?? [];
}

/** What went wrong, in a line or two for a person; empty if nothing did. */
export function describeFailure(result: ExecutionResult): string {
	if (result.status === 'success') return '';
	const { error } = result;
	if (!error) return `The execution ended with status "${result.status}" and no error`;
	const where = error.node ?? result.lastNode;
	return [
		`${where ? `${where}: ` : ''}${error.message}`,
		...(error.description ? [error.description] : []),
		...(error.messages ?? []).filter((message) => message !== error.message),
	].join('\n');
}
