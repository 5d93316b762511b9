import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { removeAtExit } from '../host/processes';

// Loading n8n-core writes a configuration file into the user's folder: give it one of its own, for as long as this runs.
if (process.env.N8N_USER_FOLDER === undefined) {
	process.env.N8N_USER_FOLDER = mkdtempSync(join(tmpdir(), 'n8n-user-'));
	removeAtExit(process.env.N8N_USER_FOLDER);
}
process.env.N8N_LOG_LEVEL ??= 'silent';
