import { NodeConnectionTypes, updateDisplayOptions } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { pathId, playbackFields, playbackLoop } from '../common/playback';
import { FieldValues } from '../common/field-values';
import { pathPart } from '../../core/http/path-part';

export class GetSegment implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Get Segment',
		name: 'getSegment',
		icon: { light: 'file:getSegment.svg', dark: 'file:getSegment.dark.svg' },
		group: ['input'],
		version: 1,
		subtitle: '={{ $parameter["operation"] === "statement" ? "Statement" : "Segment" }}',
		description: 'Get one segment or one statement of a contact of NICE CXone',
		defaults: { name: 'Get Segment' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop knows the address: it comes with the sign-in.
		requestDefaults: { method: 'GET' },
		requestOperations: {
			pagination: playbackLoop((context, request) => {
				if (context.getNodeParameter('operation') !== 'statement') {
					const path = `/media-playback/v1/segments/${pathId(context, 'segmentId', 'Segment ID')}`;
					return { call: 'getSegment', request: { ...request, path }, acdCallId: null };
				}
				const acdContactId = FieldValues.ofRouted(context).requiredText('acdContactId', 'ACD Contact ID');
				const statementId = pathId(context, 'statementId', 'Statement ID');
				const path = `/media-playback/v1/acd-contacts/${pathPart(acdContactId)}/statements/${statementId}`;
				return { call: 'getStatement', request: { ...request, path }, acdCallId: acdContactId };
			}),
		},
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'segment',
				options: [
					{
						name: 'Get by Segment ID',
						value: 'segment',
						action: 'Get segment by ID',
						description: 'Get one segment whose ID is known, whichever contact it belongs to',
						routing: { send: { paginate: true } },
					},
					{
						name: 'Get Statement',
						value: 'statement',
						action: 'Get statement of a contact',
						description: 'Get one statement of a contact',
						routing: { send: { paginate: true } },
					},
				],
			},
			{
				displayName: 'Segment ID',
				name: 'segmentId',
				type: 'string',
				default: '',
				required: true,
				placeholder: 'e.g. 7a3f9e20-6f0c-4d5e-9b8a-2c1d0e3f4a5b',
				displayOptions: { show: { operation: ['segment'] } },
				description:
					'From Interaction Search in CXone, Get Contact or Search Recordings. The segment must be in active storage.',
			},
			{
				displayName: 'ACD Contact ID',
				name: 'acdContactId',
				type: 'string',
				default: '',
				required: true,
				placeholder: 'e.g. 512340009871',
				displayOptions: { show: { operation: ['statement'] } },
				description: 'On CXone ACD this is the master contact ID',
			},
			{
				displayName: 'Statement ID',
				name: 'statementId',
				type: 'string',
				default: '',
				required: true,
				displayOptions: { show: { operation: ['statement'] } },
				description: 'ID of the statement within the contact',
			},
			...updateDisplayOptions({ show: { operation: ['segment'] } }, playbackFields({ download: false, waveforms: true })),
			...updateDisplayOptions({ show: { operation: ['statement'] } }, playbackFields({ download: true, waveforms: false })),
		],
	};
}
