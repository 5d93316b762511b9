import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { routingLoop } from '../../core/cxone/routing-loop';
import { onlyItsOperations } from '../common/operations';
import { MEDIA_LINKS, playbackFields, playbackWork } from '../common/playback';
import { acdCallIdField, WAIT_LONGER } from '../common/playback-fields';

export class GetContact implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Get Contact (CXone)',
		name: 'getContact',
		icon: { light: 'file:getContact.svg', dark: 'file:getContact.dark.svg' },
		group: ['input'],
		...onlyItsOperations,
		subtitle:
			'={{ "CXone: " + ($parameter["split"] === "interaction" ? "one item per interaction" : "one item per contact") }}',
		description:
			'Get a whole contact of NICE CXone by its ACD call ID: people, times, categories, sentiments, transcripts',
		defaults: { name: 'Get Contact (CXone)' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Gets people, times, categories, sentiments and written text of one contact by its ACD call ID. Each call is billed; for the audio use Download Media, not the media URL.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-call-recordings.downloadMedia',
					relationHint: 'Fetches the audio or video of the contact',
				},
			],
		},
		sensitiveOutputFields: MEDIA_LINKS,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop makes the call: see CALLS in core/cxone/calls.ts.
		requestDefaults: {},
		requestOperations: {
			pagination: routingLoop({
				nextSteps: WAIT_LONGER,
				work: playbackWork((fields) => {
					const acdCallId = fields.linkedId('acdCallId');
					return { call: 'getContact', asked: { query: { acdCallId } }, acdCallId };
				}),
			}),
		},
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'get',
				options: [
					{
						name: 'Get',
						value: 'get',
						action: 'Get contact by ACD call ID',
						description: 'Get a whole contact with its interactions',
						routing: { send: { paginate: true } },
					},
				],
			},
			acdCallIdField,
			...playbackFields('getContact'),
		],
	};
}
