import { NodeConnectionTypes, updateDisplayOptions } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { MEDIA_LINKS, playbackFields, playbackLoop } from '../common/playback';
import { FieldValues } from '../common/field-values';
import { onlyItsOperations } from '../common/operations';

export class GetSegment implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Get Segment (CXone)',
		name: 'getSegment',
		icon: { light: 'file:getSegment.svg', dark: 'file:getSegment.dark.svg' },
		group: ['input'],
		...onlyItsOperations,
		subtitle:
			'={{ "CXone: " + ($parameter["operation"] === "statement" ? "statement" : "segment") }}',
		description: 'Get one segment or one statement of a contact of NICE CXone',
		defaults: { name: 'Get Segment (CXone)' },
		usableAsTool: true,
		sensitiveOutputFields: MEDIA_LINKS,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop makes the call: see CALLS in core/cxone/calls.ts.
		requestDefaults: {},
		requestOperations: {
			pagination: playbackLoop((context) => {
				const fields = FieldValues.ofRouted(context);
				if (context.getNodeParameter('operation') !== 'statement') {
					const segmentId = fields.requiredText('segmentId', 'Segment ID');
					return { call: 'getSegment', asked: { ids: { segmentId } }, acdCallId: null };
				}
				const acdContactId = fields.requiredText('acdContactId', 'ACD Contact ID');
				const statementId = fields.requiredText('statementId', 'Statement ID');
				return {
					call: 'getStatement',
					asked: { ids: { acdContactId, statementId } },
					acdCallId: acdContactId,
				};
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
						action: 'Get statement of contact',
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
			...updateDisplayOptions({ show: { operation: ['segment'] } }, playbackFields('getSegment')),
			...updateDisplayOptions(
				{ show: { operation: ['statement'] } },
				playbackFields('getStatement'),
			),
		],
	};
}
