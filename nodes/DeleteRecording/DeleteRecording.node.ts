import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { asJson, Deletions, workOn } from './deletion';
import { fields } from './fields';
import { GirClient } from '../../core/genesys/client';
import { runPerItem } from '../common/perItem';

export class DeleteRecording implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Delete Recording',
		name: 'deleteRecording',
		icon: { light: 'file:deleteRecording.svg', dark: 'file:deleteRecording.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle:
			'={{ { delete: $parameter["dryRun"] ? "Delete (dry run)" : "Delete", protect: "Protect", unprotect: "Unprotect" }[$parameter["operation"]] }}',
		description: 'Delete recordings of Genesys Interaction Recording (GIR), or protect them from deletion',
		defaults: { name: 'Delete Recording' },
		// No tool for AI agents, on purpose: a deleted recording is gone, and a model that was talked into it, or got an ID
		// wrong, must not be able to. A person connects this node.
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'genesysBasicApi', required: true }],
		properties: fields,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const deletions = Deletions.of(this);
		const dryRunCount = { value: 0 };
		let client: Promise<GirClient> | undefined;
		const output = await runPerItem(
			this,
			async (item) => {
				client ??= GirClient.connect(this);
				const record = await workOn(this, await client, deletions, dryRunCount, item);
				return [{ json: asJson(record), pairedItem: { item } }];
			},
			(error) => deletions.tellIn(error),
		);
		return [output];
	}
}
