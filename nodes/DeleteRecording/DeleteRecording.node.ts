import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { asJson, Deletions, workOn } from './deletion';
import { fields } from './fields';
import { nextSteps } from './next-steps';
import { GirClient } from '../../core/genesys/client';
import { toNodeError } from '../../core/http/errors';
import { AuditTrail, type AuditOptions } from '../common/audit';
import { onlyItsOperations } from '../common/operations';
import { runPerItem } from '../common/per-item';
import { hintIn } from '../common/session';
import { genesys } from '../platforms/genesys';
import { recentRecordings } from '../platforms/recent-recordings';

export class DeleteRecording implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Delete Recording (GIR)',
		name: 'deleteRecording',
		icon: { light: 'file:deleteRecording.svg', dark: 'file:deleteRecording.dark.svg' },
		group: ['output'],
		...onlyItsOperations,
		subtitle:
			'={{ "GIR: " + { delete: $parameter["dryRun"] ? "delete (dry run)" : "delete", protect: "protect", unprotect: "unprotect" }[$parameter["operation"]] }}',
		description:
			'Delete recordings of Genesys Interaction Recording (GIR), or protect them from deletion',
		defaults: { name: 'Delete Recording (GIR)' },
		// No tool for AI agents, on purpose: a deleted recording is gone, and a model that was talked into it, or got an ID
		// wrong, must not be able to. A person connects this node.
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'genesysBasicApi', required: true }],
		properties: fields,
	};

	methods = { listSearch: { recentRecordings: recentRecordings(genesys) } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const deletions = Deletions.of(this);
		const dryRuns = { count: 0, wouldBeDeleted: 0 };
		const trail = AuditTrail.of(this, this.getNodeParameter('options', 0, {}) as AuditOptions);
		let client: Promise<GirClient> | undefined;
		const output = await runPerItem(
			this,
			async (item) => {
				client ??= GirClient.connect({ context: this, signal: this.getExecutionCancelSignal() });
				const { record, failure } = await workOn(this, await client, deletions, dryRuns, item);
				if (failure === undefined)
					return [{ json: trail.add(asJson(record)), pairedItem: { item } }];
				if (!this.continueOnFail()) throw failure;
				// n8n takes an item for a failed one only if it has no other keys than these.
				const { message } = toNodeError(this.getNode(), failure, item);
				return [
					{ json: { error: message, details: trail.add(asJson(record)) }, pairedItem: { item } },
				];
			},
			(error) => deletions.tellIn(error),
			nextSteps,
		);
		if (dryRuns.count > 0) hintIn(this, dryRunHint(dryRuns));
		return [output];
	}
}

function dryRunHint({ count, wouldBeDeleted }: { count: number; wouldBeDeleted: number }): string {
	return `'Dry Run' is on: of ${count} ${count === 1 ? 'recording' : 'recordings'}, none was deleted, and ${wouldBeDeleted} would be without it. Turn it off to delete.`;
}
