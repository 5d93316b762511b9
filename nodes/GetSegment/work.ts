import type { IDataObject } from 'n8n-workflow';

import {
	rawTranscript,
	transcriptItem,
	TRANSCRIPT_FIELDS,
} from '../../core/cxone/analyzed-transcript';
import { routingLoop, type RoutedWork } from '../../core/cxone/routing-loop';
import { FieldValues } from '../common/field-values';
import { outputOf } from '../common/output';
import { playbackWork } from '../common/playback';
import { WAIT_LONGER } from '../common/playback-wait';

const playback = playbackWork((context) => {
	const fields = FieldValues.ofRouted(context);
	if (context.getNodeParameter('operation') !== 'statement') {
		const segmentId = fields.linkedId('segmentId', 'Segment ID');
		return { call: 'getSegment', asked: { ids: { segmentId } }, acdCallId: null };
	}
	const acdContactId = fields.requiredText('acdContactId', 'ACD Contact ID');
	const statementId = fields.requiredText('statementId', 'Statement ID');
	return {
		call: 'getStatement',
		asked: { ids: { acdContactId, statementId } },
		acdCallId: acdContactId,
	};
});

const transcript: RoutedWork = async (context, makeCall) => {
	const fields = FieldValues.ofRouted(context);
	const segmentId = fields.linkedId('segmentId', 'Segment ID');
	const output = outputOf(fields, TRANSCRIPT_FIELDS);
	const { answer } = await makeCall('getTranscript', { ids: { segmentId } }, 0);
	if (output.isRaw) return [{ json: rawTranscript(answer) as IDataObject }];
	const withConversation = fields.value('withConversation', true) !== false;
	return [{ json: output.json(transcriptItem(answer, segmentId, withConversation)) }];
};

/** The request loop of Get Segment: Media Playback, and for transcripts Interaction Analytics. */
export const segmentLoop = routingLoop({
	nextSteps: WAIT_LONGER,
	work: async (context, makeCall, signal) =>
		await (context.getNodeParameter('operation') === 'transcript' ? transcript : playback)(
			context,
			makeCall,
			signal,
		),
});
