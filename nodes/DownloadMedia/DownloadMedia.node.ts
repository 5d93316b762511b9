import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { deliverAll } from './deliver';
import { fields } from './fields';
import { runSettings } from './settings';
import { cancellable } from '../../core/context';
import { openTransport } from '../../core/http/transport';

export class DownloadMedia implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Download Media',
		name: 'downloadMedia',
		icon: { light: 'file:downloadMedia.svg', dark: 'file:downloadMedia.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle:
			'={{ { input: "From input item", cxone: "CXone, by ID", genesys: "GIR, by ID" }[$parameter["source"]] }}',
		description: 'Download the audio or video of call recordings as files, checked to be whole',
		defaults: { name: 'Download Media' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'cxoneAccessKeyApi',
				displayOptions: { show: { source: ['input', 'cxone'], authentication: ['accessKey'] } },
			},
			{
				name: 'cxoneOAuth2Api',
				displayOptions: { show: { source: ['input', 'cxone'], authentication: ['oAuth2'] } },
			},
			{ name: 'genesysBasicApi', displayOptions: { show: { source: ['input', 'genesys'] } } },
		],
		properties: fields,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.getInputData().length === 0) return [[]];
		const settings = runSettings(this);
		const { context, cancel } = cancellable(this);
		const transport = openTransport(context, { idleTimeoutMs: settings.idleTimeoutMs });
		try {
			return [await deliverAll(context, transport, settings, cancel)];
		} finally {
			await transport.close();
		}
	}
}
