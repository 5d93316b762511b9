import { updateDisplayOptions } from 'n8n-workflow';
import type { INodeProperties } from 'n8n-workflow';

import { COMBINED } from '../../../core/cxone/mapping';
import type { WhenChannelMissing } from '../../../core/cxone/media';
import type { CxoneQuestions } from '../../../core/cxone/platform';
import type { TranscriptForm } from '../../../core/cxone/transcript';
import type { FieldValues, LinkedId } from '../../common/field-values';
import {
	acdCallIdField,
	billingNotice,
	mediaTypeField,
	playbackWait,
	segmentIdField,
	statementIdField,
} from '../../common/playback-fields';
import { recordingLocator } from '../../common/recording-locator';
import type { NodePlatform } from '../platform';

const channel: INodeProperties[] = [
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'options',
		default: 'combined',
		options: [
			{ name: 'Agent', value: 'agent' },
			{ name: 'Caller', value: 'caller' },
			{ name: 'Combined', value: 'combined' },
		],
		description:
			'Whose voice to download from CXone. Only the combined channel exists for every call. For a channel by another name, switch to <a href="https://docs.n8n.io/code/expressions/">Expression</a> and enter that.',
	},
];

const BY_RECORDING = { show: { identifier: ['recordingId'] } };
const BY_PLAYBACK = { show: { identifier: ['acdCallId', 'segmentId', 'statementId'] } };

const identifiers: INodeProperties[] = [
	{
		displayName: 'Identified By',
		name: 'identifier',
		type: 'options',
		noDataExpression: true,
		default: 'recordingId',
		options: [
			{
				name: 'ACD Call ID',
				value: 'acdCallId',
				description:
					'A whole contact, by Media Playback. On CXone ACD this is the master contact ID.',
			},
			{
				name: 'Recording ID',
				value: 'recordingId',
				description: 'A recording of the Recording API',
			},
			{
				name: 'Segment ID',
				value: 'segmentId',
				description: 'One segment of a contact, by Media Playback',
			},
			{
				name: 'Statement ID',
				value: 'statementId',
				description: 'One statement of a contact, by Media Playback',
			},
		],
	},
	recordingLocator({
		placeholder: 'e.g. 9d2f6c1e-7a55-4a55-8a0e-3c1f0a9d7b11',
		link: 'e.g. https://na1.nice-incontact.com/player/#/cxone-player/segments/7a1b0c2d-1f2e-4d3c-8b4a-5f6e7d8c9b0a',
		displayOptions: BY_RECORDING,
	}),
	...updateDisplayOptions({ show: { identifier: ['acdCallId', 'statementId'] } }, [acdCallIdField]),
	...updateDisplayOptions({ show: { identifier: ['segmentId'] } }, [segmentIdField]),
	...updateDisplayOptions({ show: { identifier: ['statementId'] } }, [statementIdField]),
];

const downloadOptions: INodeProperties[] = [
	{
		displayName: 'If Channel Is Missing',
		name: 'whenChannelMissing',
		type: 'options',
		default: 'combined',
		options: [
			{
				name: 'Download the Combined Channel',
				value: 'combined',
				description: 'With a note on the item',
			},
			{ name: 'Fail', value: 'fail' },
		],
		description: 'What to do if CXone did not record the channel',
	},
	{
		displayName: 'Transcripts of Chats and Emails',
		name: 'transcripts',
		type: 'options',
		default: 'text',
		options: [
			{ name: 'JSON File', value: 'json' },
			{ name: 'None', value: 'none' },
			{ name: 'Text and JSON File', value: 'both' },
			{ name: 'Text File', value: 'text' },
		],
		description:
			'Which files to make of what was written, next to any media. Only for CXone contacts and segments, and only where CXone has the text: its legacy digital channels.',
	},
	playbackWait,
];

/** The IDs that a recording is identified by; a link of the CXone Player leads to a segment or a call. */
function referencesIn(fields: FieldValues): Record<string, string> {
	const identifier = fields.choice<LinkedId | 'statementId'>('identifier');
	if (identifier !== 'statementId') return fields.linkedIds(identifier);
	const acdCallId = fields.linkedId('acdCallId');
	return { acdCallId, statementId: fields.requiredText('statementId', 'Statement ID') };
}

/** CXone in Download Media. */
export const download: NodePlatform<CxoneQuestions>['download'] = {
	idFields: [
		...identifiers,
		...updateDisplayOptions(BY_PLAYBACK, [
			billingNotice('This recording is downloaded'),
			mediaTypeField,
		]),
		...updateDisplayOptions({ show: { ...BY_RECORDING.show, '/recordingId.mode': ['url'] } }, [
			billingNotice('What a link of the CXone Player leads to is downloaded'),
		]),
		...updateDisplayOptions(BY_RECORDING, channel),
	],
	fields: [billingNotice('CXone items without a recording ID are downloaded'), ...channel],
	options: downloadOptions,
	readTarget(fields) {
		const references = referencesIn(fields);
		return { id: Object.values(references).join('-'), references };
	},
	read(fields) {
		const options = fields.collection('options');
		const transcripts = options.transcripts as TranscriptForm | 'none' | undefined;
		return {
			channel: fields.requiredText('channel', 'Channel', COMBINED),
			whenChannelMissing: (options.whenChannelMissing ?? 'combined') as WhenChannelMissing,
			mediaType: fields.choice('mediaType', 'all'),
			patienceMs: fields.entry(playbackWait) * 1000,
			...(transcripts !== undefined && transcripts !== 'none' && { transcripts }),
		};
	},
};
