import { spawnSync } from 'node:child_process';

import { ensureHost } from './install';

/** Runs a JavaScript program with the Node.js that the pinned n8n runs on: `tsx host/node.ts <program> [arguments]`. */
async function main(): Promise<void> {
	const { node } = await ensureHost();
	const { status, error } = spawnSync(node, process.argv.slice(2), { stdio: 'inherit' });
	if (error) throw error;
	process.exitCode = status ?? 1;
}

void main();
