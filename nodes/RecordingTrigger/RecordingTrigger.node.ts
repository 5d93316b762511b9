import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { fields } from './fields';
import { newRecordings, sampleRecordings } from './new-recordings';
import { toNodeError } from '../../core/http/errors';
import { platformCredentials, shortNames } from '../platforms';

export class RecordingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Call Recording Trigger',
		name: 'recordingTrigger',
		icon: { light: 'file:recordingTrigger.svg', dark: 'file:recordingTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: `={{ ${shortNames()}[$parameter["platform"]] + ($parameter["api"] === "dataExtraction" && $parameter["platform"] === "cxone" ? ": Data Extraction" : "") }}`,
		description: 'Starts the workflow for each call recording that became available, once',
		defaults: { name: 'Call Recording Trigger' },
		eventTriggerDescription: 'Waiting for a recording to become available',
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: platformCredentials(),
		properties: fields(),
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const items =
				this.getMode() === 'manual' ? await sampleRecordings(this) : await newRecordings(this);
			return items.length === 0 ? null : [items];
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		}
	}
}
