/** Tells a person what goes on during work that takes a while; `report` says what is being done right now. */
export type Report = (detail: string) => void;

const PLAIN_INTERVAL_MS = 10_000;
const TERMINAL_INTERVAL_MS = 1_000;

function elapsed(sinceMs: number): string {
	const seconds = Math.round((Date.now() - sinceMs) / 1000);
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs `work` and keeps the terminal alive meanwhile: one line that is rewritten every second on a terminal, a
 * new line every ten seconds otherwise (a log, a CI job). The last line says how long it took.
 *
 * @param label What is being done, without a full stop.
 * @param work Gets a function that takes the detail of the moment, such as "812 packages fetched".
 */
export async function withProgress<T>(
	label: string,
	work: (report: Report) => Promise<T>,
): Promise<T> {
	const out = process.stderr;
	const started = Date.now();
	let detail = '';
	const line = () => `  ${label} … ${elapsed(started)}${detail === '' ? '' : `, ${detail}`}`;
	const rewrite = (text: string) => {
		const width = Math.max(20, (out.columns ?? 80) - 1);
		out.write(`\r\x1b[K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
	};
	const write = () => {
		if (out.isTTY) rewrite(line());
		else out.write(`${line()}\n`);
	};

	if (out.isTTY) rewrite(`  ${label} …`);
	const timer = setInterval(write, out.isTTY ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
	const finish = (mark: string) => {
		clearInterval(timer);
		const text = `${mark} ${label} (${elapsed(started)})`;
		if (out.isTTY) rewrite(`${text}`);
		out.write(out.isTTY ? '\n' : `${text}\n`);
	};
	try {
		const result = await work((next) => {
			detail = next;
		});
		finish('✔');
		return result;
	} catch (error) {
		finish('✘');
		throw error;
	}
}
