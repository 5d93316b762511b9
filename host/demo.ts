import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';

import { startSimulator, type Simulator } from '../simulator';
import { checkDelivery, credentialsFor, EXAMPLES, readExample, type Delivery } from './delivery';
import { describeFailure } from './execution';
import { ensureHost } from './install';
import { N8nHost } from './n8n';
import { buildAndPack } from './pack';
import { withProgress } from './progress';

const HELP = `Usage: npm run demo -- [options]

Shows the nodes at work in a real n8n, on this machine and with no account anywhere: builds and packs them, starts a
simulated CXone tenant and a simulated Genesys Interaction Recording server, installs the tarball in an n8n of its own,
runs the example workflows "search recordings, download each", and compares every file in n8n's store with the file the
simulated platform holds.

Options:
  --ui      Afterwards, leave the n8n editor open with the example workflows and credentials, until Ctrl-C, and print what to fill in
            for credentials of your own
  --keep    Leave the n8n folder (database, files, logs) behind for a look
  --help    Show this text

The first run installs n8n into your cache folder (2 to 5 minutes, 2.2 GB). Nothing else of your machine is changed.
Exit code: 0 when every file is identical to its source, 1 when one differs or is missing or there are none.
`;

const PLATFORM_NAMES: Record<string, string> = { cxone: 'CXone', genesys: 'Genesys' };

function formatSize(bytes: number | undefined): string {
	if (bytes === undefined) return '';
	if (bytes < 1024) return `${bytes} B`;
	const kib = bytes / 1024;
	return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

/** Lays out rows in columns as wide as their longest cell. */
function table(head: string[], rows: string[][]): string {
	const widths = head.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
	);
	const line = (cells: string[]) =>
		cells
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd();
	return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

function deliveryTable(deliveries: Delivery[]): string {
	return table(
		['Platform', 'Recording', 'File', 'Size', 'SHA-256', 'Identical to source'],
		deliveries.map((delivery) => [
			PLATFORM_NAMES[delivery.platform] ?? delivery.platform,
			delivery.recordingId,
			// File names begin with the recording's ID, which has a column of its own.
			delivery.fileName.replace(delivery.recordingId, '…'),
			formatSize(delivery.sizeBytes),
			delivery.sha256?.slice(0, 12) ?? '',
			delivery.problem ?? 'yes',
		]),
	);
}

interface Outcome {
	deliveries: Delivery[];
	failures: string[];
}

/** Runs the example workflows one after the other and checks what each delivered. */
async function runExamples(host: N8nHost, ids: string[], simulator: Simulator): Promise<Outcome> {
	const outcome: Outcome = { deliveries: [], failures: [] };
	for (const [index, id] of ids.entries()) {
		const name = readExample(EXAMPLES[index] ?? '').name;
		const result = await withProgress(
			`Run the workflow "${name}"`,
			async () => await host.execute(id),
		);
		if (result.status !== 'success') {
			outcome.failures.push(`The workflow "${name}" failed.\n${describeFailure(result)}`);
		}
		const deliveries = await checkDelivery(host, result, simulator.sources());
		if (deliveries.length === 0) {
			outcome.failures.push(`The workflow "${name}" delivered no file.`);
		}
		outcome.deliveries.push(...deliveries);
	}
	return outcome;
}

/** Prints the table and the verdict. */
function report({ deliveries, failures }: Outcome): boolean {
	const problems = deliveries.filter(({ problem }) => problem !== undefined).length;
	const files = deliveries.filter(({ sha256 }) => sha256 !== undefined).length;
	if (deliveries.length > 0) console.log(`\n${deliveryTable(deliveries)}\n`);
	for (const failure of failures) console.log(`✘ ${failure}\n`);
	if (problems > 0) console.log(`✘ ${problems} of ${deliveries.length} are not as they should be.`);
	const good = problems === 0 && failures.length === 0 && files > 0;
	if (good) console.log(`✔ ${files} files delivered, each identical to its source.`);
	return good;
}

/** What Ctrl-C, or another request to end, does at the moment. */
let onInterrupt = (exitCode: number): void => process.exit(exitCode);

/** From now on, Ctrl-C does what {@link onInterrupt} says. Exiting ends the child processes and removes the folders. */
function listenForInterrupts(): void {
	// Added to the listeners that are there: by its own, tsx tells that this process takes care of the signal.
	for (const [signal, exitCode] of [
		['SIGINT', 130],
		['SIGTERM', 143],
		['SIGHUP', 129],
	] as const) {
		process.on(signal, () => onInterrupt(exitCode));
	}
}

/** Resolves at the first Ctrl-C; one that comes later, when impatient, ends at once. */
function untilInterrupted(): Promise<void> {
	return new Promise((resolve) => {
		let firstMs: number | undefined;
		onInterrupt = (exitCode) => {
			firstMs ??= Date.now();
			// npm, tsx and the terminal may each pass the same Ctrl-C on.
			if (Date.now() - firstMs > 2_000) process.exit(exitCode);
			resolve();
		};
	});
}

/** What to fill in for a credential of each type, in the words of its form. */
function forms({ cxone, genesys }: Simulator): string {
	const { accessKeyId, accessKeySecret, clientId, clientSecret } = cxone.credentials;
	const user = genesys.users[0];
	const rows: Array<[type: string, values: Array<[field: string, value: string | undefined]>]> = [
		[
			'CXone Access Key API',
			[
				['Area', 'Other'],
				['API Base URL', cxone.url],
				['Access Key ID', accessKeyId],
				['Access Key Secret', accessKeySecret],
			],
		],
		[
			'CXone OAuth2 API',
			[
				['Area', 'Other'],
				['API Base URL', cxone.url],
				['Client ID', clientId],
				['Client Secret', clientSecret],
			],
		],
		[
			'Genesys Interaction Recording (GIR) Basic Auth API',
			[
				['Base URL', genesys.url],
				['User Name', user?.username],
				['Password', user?.password],
			],
		],
	];
	return rows
		.map(([type, values]) =>
			[
				`    ${type}`,
				...values.map(([field, value]) => `      ${field.padEnd(18)} ${String(value)}`),
			].join('\n'),
		)
		.join('\n');
}

async function showEditor(host: N8nHost, ids: string[], simulator: Simulator): Promise<void> {
	const interrupted = untilInterrupted();
	await withProgress('Start the n8n editor', async () => await host.start());
	console.log(`
  Editor      ${host.url}
  E-mail      ${host.login.email}
  Password    ${host.login.password}
${ids.map((id, index) => `  Workflow    ${host.url}/workflow/${id}   ${readExample(EXAMPLES[index] ?? '').name}`).join('\n')}

  To make credentials of your own, for the simulated platforms:
${forms(simulator)}

  Ctrl-C ends it and removes everything.
`);
	await Promise.race([
		interrupted,
		host.ended().then(() => {
			throw new Error('n8n ended by itself');
		}),
	]);
	console.log('\nStopping n8n …');
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			ui: { type: 'boolean', default: false },
			keep: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(HELP);
		return;
	}
	listenForInterrupts();

	const tarball = await withProgress('Build and pack the nodes', buildAndPack);
	const { size } = await stat(tarball);
	console.log(`  ${basename(tarball)}, ${formatSize(size)}`);
	const paths = await ensureHost();
	console.log(`✔ n8n ${paths.version} in ${paths.directory}`);

	const simulator = await startSimulator();
	const host = await N8nHost.create({ paths, keep: values.keep });
	try {
		console.log(
			`✔ Simulated platforms: CXone ${simulator.cxone.url}, Genesys ${simulator.genesys.url}`,
		);
		const ids = await withProgress(
			'Set up an n8n with the nodes, credentials and workflows',
			async (detail) => {
				detail('installing the tarball');
				await host.installPack(tarball);
				detail('importing the credentials');
				await host.importCredentials(credentialsFor(simulator));
				detail('importing the workflows');
				return await host.importWorkflows(EXAMPLES.map((name) => readExample(name)));
			},
		);
		const good = report(await runExamples(host, ids, simulator));
		if (!good) process.exitCode = 1;
		if (values.ui) await showEditor(host, ids, simulator);
	} finally {
		await host.dispose();
		await simulator.stop();
		if (values.keep) console.log(`n8n's folder: ${host.userFolder}`);
	}
}

main().catch((error: unknown) => {
	console.error(`\n✘ ${error instanceof Error ? error.message : String(error)}`);
	process.exit(1);
});
