import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeExecutionData, INodeType, INodeTypeDescription, IPollFunctions } from 'n8n-workflow';

import { fields } from './fields';
import { newRecordings, sampleRecordings } from './poll';
import { toNodeError } from '../../core/http/errors';

export class RecordingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Recording Trigger',
		name: 'recordingTrigger',
		icon: { light: 'file:recordingTrigger.svg', dark: 'file:recordingTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["platform"] === "genesys" ? "GIR" : "CXone: " + ($parameter["api"] === "dataExtraction" ? "Data Extraction" : "Recording API") }}',
		description: 'Starts the workflow for each call recording that became available, once',
		defaults: { name: 'Recording Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'cxoneAccessKeyApi',
				required: true,
				displayOptions: { show: { platform: ['cxone'], authentication: ['accessKey'] } },
			},
			{
				name: 'cxoneOAuth2Api',
				required: true,
				displayOptions: { show: { platform: ['cxone'], authentication: ['oAuth2'] } },
			},
			{ name: 'genesysBasicApi', required: true, displayOptions: { show: { platform: ['genesys'] } } },
		],
		properties: fields,
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const items = this.getMode() === 'manual' ? await sampleRecordings(this) : await newRecordings(this);
			return items.length === 0 ? null : [items];
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		}
	}
}
