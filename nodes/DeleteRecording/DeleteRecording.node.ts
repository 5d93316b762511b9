import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { Deletions, workOn } from './deletion';
import { fields } from './fields';
import { nextSteps } from './next-steps';
import { GirClient } from '../../core/genesys/client';
import { toNodeError } from '../../core/http/errors';
import { AuditTrail } from '../common/audit';
import { FieldValues } from '../common/field-values';
import { onlyItsOperations } from '../common/operations';
import { runPerItem } from '../common/per-item';
import { warn } from '../common/hints';
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
		const trail = AuditTrail.of(this, FieldValues.ofItem(this, 0).collection('options'));
		let client: Promise<GirClient> | undefined;
		const output = await runPerItem(
			this,
			async (item) => {
				client ??= GirClient.connect({ context: this, signal: this.getExecutionCancelSignal() });
				const { record, failure } = await workOn(this, await client, deletions, item);
				if (failure === undefined) return [{ json: trail.add(record), pairedItem: { item } }];
				if (!this.continueOnFail()) throw failure;
				// n8n takes an item for a failed one only if it has no other keys than these.
				const { message } = toNodeError(this.getNode(), failure, item);
				return [{ json: { error: message, details: trail.add(record) }, pairedItem: { item } }];
			},
			{ nextSteps, beforeStopping: (failure) => deletions.tellIn(failure) },
		);
		const { dryRunHint } = deletions;
		if (dryRunHint !== undefined) warn(this, dryRunHint);
		return [output];
	}
}
