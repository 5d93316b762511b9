import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { fields } from './fields';
import { planItem } from './tasks';
import { openTransport } from '../../core/http/transport';
import { download } from '../../core/media/download';
import { numberWithin, requiredText } from '../shared/parameters';
import { runPerItem } from '../shared/perItem';

interface Options {
	minimumBytes?: number;
	stallSeconds?: number;
	whenKindDiffers?: 'fail' | 'keep';
}

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
		const { stallSeconds = 30 } = this.getNodeParameter('options', 0, {}) as Options;
		const transport = openTransport(this, { idleTimeoutMs: stallSeconds * 1000 });
		try {
			const output = await runPerItem(this, async (item) => {
				const options = this.getNodeParameter('options', item, {}) as Options;
				const field = requiredText(this, 'binaryPropertyName', 'Put Output File in Field', item);
				const minimumBytes = numberWithin(this, options.minimumBytes ?? 1024, 'Minimum File Size (Bytes)', { min: 0 }, item);
				const { platform, recordingId, tasks } = await planItem(this, transport, item);
				const files: INodeExecutionData[] = [];
				for (const { job, channelAsked, channelDelivered, note } of tasks) {
					const { stored, ...file } = await download(
						job,
						transport,
						async (body, fileName, mimeType) => await this.helpers.prepareBinaryData(body, fileName, mimeType),
						{
							minimumBytes,
							acceptOtherKind: options.whenKindDiffers === 'keep',
							signal: this.getExecutionCancelSignal(),
						},
					);
					files.push({
						json: { platform, recordingId, ...file, channelAsked, channelDelivered: channelDelivered(), ...(note && { note }) },
						binary: { ...this.getInputData()[item].binary, [field]: stored },
						pairedItem: { item },
					});
				}
				return files;
			});
			return [output];
		} finally {
			await transport.close();
		}
	}
}
