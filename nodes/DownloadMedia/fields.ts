import type { INodeProperties } from 'n8n-workflow';

import { cxoneAuthenticationField } from '../shared/fields';

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
			{ name: 'Other', value: 'other' },
		],
		description: 'Whose voice to download from CXone. Only the combined channel exists for every call.',
	},
	{
		displayName: 'Channel Name',
		name: 'channelName',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. supervisor',
		displayOptions: { show: { channel: ['other'] } },
		description: 'Name of the channel as CXone calls it',
	},
];

function shownFor(show: Record<string, string[]>, properties: INodeProperties[]): INodeProperties[] {
	return properties.map((property) => ({
		...property,
		displayOptions: { show: { ...property.displayOptions?.show, ...show } },
	}));
}

/** What a builder fills in; with recordings from Search Recordings or the Recording Trigger nothing has to be. */
export const fields: INodeProperties[] = [
	{
		displayName: 'Recording',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		default: 'input',
		options: [
			{
				name: 'From Input Item',
				value: 'input',
				description: 'Items that Search Recordings or the Recording Trigger put out',
			},
			{ name: 'CXone, by ID', value: 'cxone' },
			{ name: 'Genesys (GIR), by ID', value: 'genesys' },
		],
		description: 'Which recording to download',
	},
	{ ...cxoneAuthenticationField, displayOptions: { show: { source: ['input', 'cxone'] } } },
	{
		displayName: 'Identified By',
		name: 'identifier',
		type: 'options',
		noDataExpression: true,
		default: 'recordingId',
		displayOptions: { show: { source: ['cxone'] } },
		options: [
			{ name: 'ACD Call ID', value: 'acdCallId', description: 'A whole contact, by Media Playback. On CXone ACD this is the master contact ID.' },
			{ name: 'Recording ID', value: 'recordingId', description: 'A recording of the Recording API' },
			{ name: 'Segment ID', value: 'segmentId', description: 'One segment of a contact, by Media Playback' },
		],
	},
	{
		displayName: 'Recording ID',
		name: 'recordingId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 9d2f6c1e-7a55-4a55-8a0e-3c1f0a9d7b11',
		displayOptions: { show: { source: ['cxone'], identifier: ['recordingId'] } },
	},
	{
		displayName: 'ACD Call ID',
		name: 'acdCallId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 512340009871',
		displayOptions: { show: { source: ['cxone'], identifier: ['acdCallId'] } },
		description: 'On CXone ACD the master contact ID, for example from the Contact History report',
	},
	{
		displayName: 'Segment ID',
		name: 'segmentId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 7a1b0c2d-1f2e-4d3c-8b4a-5f6e7d8c9b0a',
		displayOptions: { show: { source: ['cxone'], identifier: ['segmentId'] } },
		description: 'From Interaction Search or Data Extraction. The segment must be in active storage.',
	},
	{
		displayName: 'Recording ID',
		name: 'recordingId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 011AP643CSAPR4FKQGQE31TAES00029V',
		displayOptions: { show: { source: ['genesys'] } },
	},
	...shownFor({ source: ['input'] }, channel),
	...shownFor({ source: ['cxone'], identifier: ['recordingId'] }, channel),
	{
		displayName: 'Media Type',
		name: 'mediaType',
		type: 'options',
		default: 'all',
		displayOptions: { show: { source: ['cxone'], identifier: ['acdCallId', 'segmentId'] } },
		options: [
			{ name: 'All', value: 'all', description: 'Also screen recordings of chats and e-mails' },
			{ name: 'Chat', value: 'chat' },
			{ name: 'Email', value: 'email' },
			{ name: 'Voice and Screen', value: 'voice-and-screen' },
			{ name: 'Voice Only', value: 'voice-only' },
		],
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the output binary field to put the file in',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Give Up After Standstill (Seconds)',
				name: 'stallSeconds',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 30,
				description: 'How long a download may bring no byte before it is started over',
			},
			{
				displayName: 'If Channel Is Missing',
				name: 'whenChannelMissing',
				type: 'options',
				default: 'combined',
				options: [
					{ name: 'Download the Combined Channel', value: 'combined', description: 'With a note on the item' },
					{ name: 'Fail', value: 'fail' },
				],
				description: 'What to do if CXone did not record the channel',
			},
			{
				displayName: 'If Media Kind Differs',
				name: 'whenKindDiffers',
				type: 'options',
				default: 'fail',
				options: [
					{ name: 'Fail', value: 'fail' },
					{ name: 'Keep', value: 'keep', description: 'With the MIME type and extension of what it really is' },
				],
				description: 'What to do if a file announced as, say, WAV is an MP3. Web pages and messages are never kept.',
			},
			{
				displayName: 'Media IDs (GIR)',
				name: 'mediaIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 4f82ee48-4fe4-40e1-961d-309ba6e38698',
				description: "Comma-separated IDs of media files, as in 'media' of a search result. Leave empty for all files of a recording.",
			},
			{
				displayName: 'Minimum File Size (Bytes)',
				name: 'minimumBytes',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 1024,
				description: 'Files of this size or less hold no audio and are refused as unavailable',
			},
		],
	},
];
