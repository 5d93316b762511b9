import type { LogEntry } from './execution';
import { N8nHostError, N8nProcess, readable, type N8nSetup } from './n8n-process';

export interface CommandOptions {
	/** After this many milliseconds the command is ended and an error thrown; two minutes by default. */
	timeoutMs?: number;
	/** Called with the process ID of the n8n at work, to watch its memory. */
	onProcess?: (pid: number) => void;
}

export interface CommandResult {
	exitCode: number | null;
	entries: LogEntry[];
	logFile: string;
}

export const COMMAND_TIMEOUT_MS = 120_000;

/** Runs one command of n8n's command line to its end. */
export async function runCommand(
	setup: N8nSetup,
	args: string[],
	options: CommandOptions = {},
): Promise<CommandResult> {
	const command = await N8nProcess.spawn(setup, args);
	if (command.pid !== undefined) options.onProcess?.(command.pid);
	const timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
	let timedOut = false;
	const timer = setTimeout(() => {
		timedOut = true;
		void command.kill();
	}, timeoutMs);
	let exitCode: number | null;
	try {
		exitCode = await command.ended();
	} finally {
		clearTimeout(timer);
	}
	const entries = await command.log();
	if (timedOut) {
		throw new N8nHostError(
			`n8n ${args.join(' ')} was ended after ${timeoutMs / 1000} s. Its log ends with:\n${readable(entries)}`,
			command.logFile,
		);
	}
	return { exitCode, entries, logFile: command.logFile };
}

/**
 * The same for a command that has nothing to tell but that it did its work.
 *
 * @param what Names the work at the beginning of the error's message, such as "Importing the credentials".
 */
export async function runCommandToSuccess(
	setup: N8nSetup,
	what: string,
	args: string[],
): Promise<void> {
	const { exitCode, entries, logFile } = await runCommand(setup, args);
	if (exitCode === 0) return;
	throw new N8nHostError(
		`${what} failed (n8n ${args.join(' ')}, exit code ${String(exitCode)}):\n${readable(entries)}`,
		logFile,
	);
}
