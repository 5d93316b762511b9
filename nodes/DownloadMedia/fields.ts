import type { INodeProperties } from 'n8n-workflow';

import { cxoneAuthenticationField } from '../common/fields';

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
	{ ...cxoneAuthenticationField, displayOptions: { hide: { source: ['genesys'] } } },
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
				displayName: 'Add Manifest',
				name: 'manifest',
				type: 'boolean',
				default: false,
				description:
					'Whether to add one more item at the end that lists every recording and file with size, hashes and times, what was not delivered and why, and the search it came from. It holds the manifest, its checksums (for sha256sum) and a request for a time stamp (RFC 3161) as files.',
			},
			{
				displayName: 'Add Sidecar Files',
				name: 'sidecars',
				type: 'boolean',
				default: false,
				description: 'Whether to add to each item a JSON file that tells which recording it is and what proves the file, for archives that people browse',
			},
			{
				displayName: 'Compute Hashes',
				name: 'hashes',
				type: 'boolean',
				default: true,
				description: 'Whether to compute MD5 and SHA-256 while downloading. Switch it off for speed with very large files.',
			},
			{
				displayName: 'Date Folders',
				name: 'dateFolders',
				type: 'options',
				default: 'none',
				options: [
					{ name: 'None', value: 'none' },
					{ name: 'Year/Month', value: 'month', description: "As in '2026/03'" },
					{ name: 'Year/Month/Day', value: 'day', description: "As in '2026/03/31'" },
				],
				description: "Folders to put before the name of each file in 'path', by the date (UTC) the recording began on. Recordings whose start is unknown go to 'undated'.",
			},
			{
				displayName: 'Files at Once',
				name: 'parallel',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 16 },
				default: 4,
				description: 'How many files to download at the same time, from 1 to 16. Each takes a few megabytes of memory, however large it is.',
			},
			{
				displayName: 'Give Up After Standstill (Seconds)',
				name: 'stallSeconds',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 30,
				description: 'How long a download may bring no byte before it is cut and goes on with a new connection',
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
			{
				displayName: 'Personal Data in Evidence',
				name: 'personalData',
				type: 'boolean',
				default: true,
				description: 'Whether manifest and sidecar files tell phone numbers and agents. Neither can be changed later without breaking the proof, so switch it off where people may ask for erasure.',
			},
			{
				displayName: 'Previous Manifest Hash',
				name: 'previousManifestHash',
				type: 'string',
				default: '',
				placeholder: 'e.g. 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
				description: "The 'manifestSha256' of the manifest before, for example from a data table: the new manifest names it, so that a missing day shows. Leave empty for the first one.",
			},
			{
				displayName: 'Skip If Already Stored',
				name: 'storedCopy',
				type: 'fixedCollection',
				default: {},
				placeholder: 'Add stored copy',
				options: [
					{
						displayName: 'Stored Copy',
						name: 'values',
						values: [
							{
								displayName: 'Stored Size (Bytes)',
								name: 'sizeBytes',
								type: 'string',
								default: '',
								placeholder: 'e.g. 4821504',
								description: 'Size of the file you already have, for example from an S3 node. Leave empty where there is none.',
							},
							{
								displayName: 'Stored Hash',
								name: 'hash',
								type: 'string',
								default: '',
								placeholder: 'e.g. 9e107d9d372bb6826bd81d3542a419d6',
								description: 'MD5 or SHA-256 of the file you already have, as the place tells where it is stored. Leave both hashes empty to go by size alone.',
							},
							{
								displayName: 'Known Hash',
								name: 'knownHash',
								type: 'string',
								default: '',
								description: 'The same kind of hash as this node gave it when the file was downloaded, for example from your records or a manifest',
							},
						],
					},
				],
				description:
					'A file whose stored size is the one the platform tells, and whose stored hash is the known one, is not downloaded again: no media request is sent, and the item is marked as skipped. Only for recordings of one file.',
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
		],
	},
];
