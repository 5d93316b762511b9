import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { cxoneRecordings } from './cxone';
import { fields } from './fields';
import { girRecordings } from './genesys';
import { openTransport } from '../../core/http/transport';
import { cxoneAuthenticationField, platformField } from '../common/fields';
import { runPerItem } from '../common/perItem';
import { reportSearch } from '../common/searchReport';

export class SearchRecordings implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Search Recordings',
		name: 'searchRecordings',
		icon: { light: 'file:searchRecordings.svg', dark: 'file:searchRecordings.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle:
			'={{ ($parameter["operation"] === "get" ? "Get by ID" : "Search") + ": " + ($parameter["platform"] === "genesys" ? "GIR" : "CXone") }}',
		description: 'Find call recordings of NICE CXone or Genesys Interaction Recording (GIR)',
		defaults: { name: 'Search Recordings' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
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
		properties: [
			platformField,
			{ ...cxoneAuthenticationField, displayOptions: { hide: { platform: ['genesys'] } } },
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'search',
				options: [
					{
						name: 'Get by ID',
						value: 'get',
						action: 'Get recording by ID',
						description: 'Get one recording whose ID is known',
					},
					{
						name: 'Search',
						value: 'search',
						action: 'Search recordings',
						description: 'Find recordings by time, number, agent and more',
					},
				],
			},
			...fields,
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const transport = openTransport(this);
		try {
			const output = await runPerItem(this, async (item) => {
				const found =
					this.getNodeParameter('platform', item) === 'genesys'
						? await girRecordings(this, item)
						: await cxoneRecordings(this, transport, item);
				if (this.getNodeParameter('operation', item) === 'search') reportSearch(this, item, found.length, []);
				return found;
			});
			return [output];
		} finally {
			await transport.close();
		}
	}
}
