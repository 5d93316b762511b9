import { NodeConnectionTypes, updateDisplayOptions } from 'n8n-workflow';
import type { IDataObject, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { transcriptItem, TRANSCRIPT_FIELDS } from '../../core/cxone/analyzed-transcript';
import { routingLoop, type RoutedWork } from '../../core/cxone/routing-loop';
import { sourceOf } from '../../core/http/sourced';
import { FieldValues } from '../common/field-values';
import { onlyItsOperations } from '../common/operations';
import { outputFields, outputOf } from '../common/output';
import { MEDIA_LINKS, playbackFields, playbackWork } from '../common/playback';
import {
	acdCallIdField,
	segmentIdField,
	statementIdField,
	WAIT_LONGER,
} from '../common/playback-fields';

const playback = playbackWork((fields) => {
	if (fields.choice('operation') !== 'statement') {
		const segmentId = fields.linkedId('segmentId');
		return { call: 'getSegment', asked: { ids: { segmentId } }, acdCallId: null };
	}
	const acdCallId = fields.linkedId('acdCallId');
	const statementId = fields.requiredText('statementId', 'Statement ID');
	return {
		call: 'getStatement',
		asked: { ids: { acdContactId: acdCallId, statementId } },
		acdCallId,
	};
});

const transcript: RoutedWork = async (context, makeCall) => {
	const fields = FieldValues.ofRouted(context);
	const segmentId = fields.linkedId('segmentId');
	const output = outputOf(fields, TRANSCRIPT_FIELDS);
	const { answer } = await makeCall('getTranscript', { ids: { segmentId } }, 0);
	if (output.isRaw) return [{ json: sourceOf(answer) as IDataObject }];
	const withConversation = fields.value('withConversation', true) !== false;
	return [{ json: output.json(transcriptItem(answer, segmentId, withConversation)) }];
};

/** Media Playback, and for transcripts Interaction Analytics. */
const segmentLoop = routingLoop({
	nextSteps: WAIT_LONGER,
	work: async (context, makeCall, signal) => {
		const isTranscript = context.getNodeParameter('operation') === 'transcript';
		return await (isTranscript ? transcript : playback)(context, makeCall, signal);
	},
});

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
		builderHint: {
			searchHint:
				'Gets one segment or statement of a contact, or the transcript of a segment, by its ID, which Get Contact tells. Segments and statements are billed calls; for the audio use Download Media, not the media URL.',
		},
		sensitiveOutputFields: MEDIA_LINKS,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop makes the call: see CALLS in core/cxone/calls.ts.
		requestDefaults: {},
		requestOperations: { pagination: segmentLoop },
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'segment',
				routing: { send: { paginate: true } },
				options: [
					{
						name: 'Get by Segment ID',
						value: 'segment',
						action: 'Get segment by ID',
						description: 'Get one segment whose ID is known, whichever contact it belongs to',
					},
					{
						name: 'Get Statement',
						value: 'statement',
						action: 'Get statement of contact',
						description: 'Get one statement of a contact',
					},
					{
						name: 'Get Transcript',
						value: 'transcript',
						action: 'Get transcript of segment',
						description:
							'Get what was said or written in a segment, with summary and intent, from Interaction Analytics',
					},
				],
			},
			{
				displayName:
					"Takes the Interaction Analytics licence. NICE does not document the unit of the times in a transcript: seconds or milliseconds are told apart by how fast people would have spoken, and 'timesReadAs' says which it was.",
				name: 'transcriptNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { operation: ['transcript'] } },
			},
			...updateDisplayOptions({ show: { operation: ['segment', 'transcript'] } }, [segmentIdField]),
			...updateDisplayOptions({ show: { operation: ['statement'] } }, [
				acdCallIdField,
				statementIdField,
			]),
			...updateDisplayOptions({ show: { operation: ['transcript'] } }, [
				...outputFields('summary, intent, turns.text', 'turns.text gives the text of each turn'),
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
