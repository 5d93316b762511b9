import { removeNow } from '../../host/processes';
import { E2E_FOLDER } from './folders';

/** Removes what the run left: user folders, databases, downloaded files. */
export default function globalTeardown(): void {
	const folder = process.env[E2E_FOLDER];
	if (folder) removeNow(folder);
}
