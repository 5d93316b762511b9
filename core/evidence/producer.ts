import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PACK = 'n8n-nodes-call-recordings';

/** Who made a piece of evidence; null where n8n does not tell. */
export type Producer = ReturnType<typeof producerOf>;

/** What tells a node who and where it is; n8n's contexts have it. */
export interface ProducerContext {
	getNode(): { name: string };
	getWorkflow(): { id?: string; name?: string };
	getExecutionId(): string;
}

/**
 * Who makes a piece of evidence now.
 *
 * @param program folder of the program that was started, which is n8n: it tells its nodes no version
 */
export function producerOf(
	context: ProducerContext,
	program: string | undefined = require.main?.path,
) {
	const { id, name } = context.getWorkflow();
	return {
		pack: PACK,
		packVersion: versionOf(PACK, __dirname),
		n8nVersion: versionOf('n8n', program),
		workflowId: id ?? null,
		workflowName: name ?? null,
		executionId: context.getExecutionId(),
		node: context.getNode().name,
	};
}

/** The version of the package that a folder belongs to; null where that is not the package of this name. */
function versionOf(name: string, folder: string | undefined): string | null {
	for (
		let at = folder;
		at !== undefined;
		at = path.dirname(at) === at ? undefined : path.dirname(at)
	) {
		const file = path.join(at, 'package.json');
		if (!existsSync(file)) continue;
		const found = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
		return found.name === name ? (found.version ?? null) : null;
	}
	return null;
}
