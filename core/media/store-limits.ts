const MIB = 1024 * 1024;

/**
 * The most bytes that n8n's store takes of one file, as far as its settings tell: in the database, where queue mode keeps
 * files unless told otherwise, 512 MiB or N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE.
 *
 * @returns undefined where the store has no such limit, or where n8n reads its settings from files
 */
export function mostBytesOfStore(env: NodeJS.ProcessEnv = process.env): number | undefined {
	const inFiles = [
		env.N8N_CONFIG_FILES,
		env.N8N_DEFAULT_BINARY_DATA_MODE_FILE,
		env.N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE_FILE,
	];
	const mode =
		env.N8N_DEFAULT_BINARY_DATA_MODE ?? (env.EXECUTIONS_MODE === 'queue' ? 'database' : undefined);
	if (mode !== 'database' || inFiles.some((file) => file !== undefined)) return undefined;
	const most = Number(env.N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE ?? 512);
	return Number.isFinite(most) ? most * MIB : undefined;
}

/** Above this size, n8n cannot be relied on to read a file from its database again. Bytes. */
const SAFE_IN_DATABASE = 250 * MIB;

/**
 * What to tell a builder about a file that n8n stored.
 *
 * @param mode the store, as n8n notes it at the file
 */
export function hintAbout(fileName: string, sizeBytes: number, mode: string): string | undefined {
	if (mode !== 'database' || sizeBytes <= SAFE_IN_DATABASE) return undefined;
	return `${fileName} has ${Math.ceil(sizeBytes / MIB)} MiB and lies in n8n's database: a node that reads it may never end. Set N8N_DEFAULT_BINARY_DATA_MODE to 'filesystem' or 's3' on every n8n process.`;
}

/** Bytes as people read them. */
export function mebibytes(bytes: number): string {
	return `${Math.floor(bytes / MIB)} MiB`;
}
