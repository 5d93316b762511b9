import { join } from 'node:path';

/** The environment variable by which the tests learn of this run's folder. */
export const E2E_FOLDER = 'CALL_RECORDINGS_E2E_FOLDER';

/** The prepared user folder that the tests copy. */
export function templateIn(folder: string): string {
	return join(folder, 'template');
}
