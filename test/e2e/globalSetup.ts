import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureHost } from '../../host/install';
import { N8nHost } from '../../host/n8n';
import { buildAndPack } from '../../host/pack';
import { removeAtExit } from '../../host/processes';
import { withProgress } from '../../host/progress';
import { E2E_FOLDER, templateIn } from './folders';

/**
 * Once per run: builds and packs the project and prepares a user folder in which n8n has its database and the pack.
 * Every test then starts from a copy of it, which saves each the several seconds that takes.
 */
export default async function globalSetup(): Promise<void> {
	process.stderr.write('\n');
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => process.exit(1));
	}
	const tarball = await withProgress('Build and pack the nodes', buildAndPack);
	const paths = await ensureHost();

	const folder = await mkdtemp(join(tmpdir(), 'call-recordings-e2e-'));
	removeAtExit(folder);
	process.env[E2E_FOLDER] = folder;
	await withProgress('Prepare an n8n with the nodes', async () => {
		const host = await N8nHost.create({ paths, userFolder: templateIn(folder) });
		await host.installPack(tarball);
		// The first command of all creates the database.
		await host.importCredentials([]);
		await host.dispose();
	});
}
