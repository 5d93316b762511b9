import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Loading n8n-core writes a configuration file into the user's folder: give it one of its own.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'n8n-user-'));
// What n8n logs of nodes that are meant to fail would hide what matters in the output of a test run.
process.env.N8N_LOG_LEVEL ??= 'silent';
