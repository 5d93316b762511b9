import { NodeConnectionTypes, updateDisplayOptions } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { segmentLoop } from './work';
import { outputFields } from '../common/output';
import { MEDIA_LINKS, playbackFields } from '../common/playback';
import { onlyItsOperations } from '../common/operations';

export class GetSegment implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Get Segment (CXone)',
		name: 'getSegment',
		icon: { light: 'file:getSegment.svg', dark: 'file:getSegment.dark.svg' },
		group: ['input'],
		...onlyItsOperations,
		subtitle: '={{ "CXone: " + $parameter["operation"] }}',
		description:
			'Get one segment or one statement of a contact of NICE CXone, or the transcript of a segment',
		defaults: { name: 'Get Segment (CXone)' },
		usableAsTool: true,
		sensitiveOutputFields: MEDIA_LINKS,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop makes the call: see CALLS in core/cxone/calls.ts.
		requestDefaults: {},
		requestOperations: {
			pagination: segmentLoop,
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
					{
						name: 'Get Transcript',
						value: 'transcript',
						action: 'Get transcript of segment',
						description:
							'Get what was said or written in a segment, with summary and intent, from Interaction Analytics',
						routing: { send: { paginate: true } },
					},
				],
			},
			{
				displayName:
					'Takes the Interaction Analytics licence. NICE does not document the unit of the times in a transcript: seconds or milliseconds are told apart by how fast people would have spoken, and <b>timesReadAs</b> says which it was.',
				name: 'transcriptNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { operation: ['transcript'] } },
			},
			{
				displayName: 'Segment ID',
				name: 'segmentId',
				type: 'string',
				default: '',
				required: true,
				placeholder: 'e.g. 7a3f9e20-6f0c-4d5e-9b8a-2c1d0e3f4a5b',
				displayOptions: { show: { operation: ['segment', 'transcript'] } },
				description:
					'From Interaction Search in CXone, Get Contact or Search Recordings, or a link of the CXone Player. To be read from Media Playback, the segment must be in active storage.',
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
			...updateDisplayOptions({ show: { operation: ['transcript'] } }, [
				...outputFields,
				{
					displayName: 'Add Conversation as Text',
					name: 'withConversation',
					type: 'boolean',
					default: true,
					displayOptions: { hide: { output: ['raw'] } },
					description:
						"Whether to add all turns as one text, 'conversation', with speaker and time in each line",
				},
			]),
			...updateDisplayOptions({ show: { operation: ['segment'] } }, playbackFields('getSegment')),
			...updateDisplayOptions(
				{ show: { operation: ['statement'] } },
				playbackFields('getStatement'),
			),
		],
	};
}
