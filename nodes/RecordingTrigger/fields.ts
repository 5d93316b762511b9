import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_VERSION } from '../SearchRecordings/extraction';
import { cxoneAuthenticationField, platformField, simplifyField, timeZoneOption } from '../common/fields';
import { cxoneFilters, girFilterOptions, subresourcesOption } from '../common/filters';

const api: INodeProperties = {
	displayName: 'API',
	name: 'api',
	type: 'options',
	noDataExpression: true,
	default: 'recordingApi',
	displayOptions: { show: { platform: ['cxone'] } },
	options: [
		{
			name: 'Data Extraction',
			value: 'dataExtraction',
			description: 'Extracts the metadata of whole days at each poll, in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
		},
		{
			name: 'Recording API',
			value: 'recordingApi',
			description: 'Lists recordings within seconds, with filters',
		},
	],
	description: 'Which of the APIs of CXone to watch',
};

const start: INodeProperties[] = [
	{
		displayName: 'Start From',
		name: 'startFrom',
		type: 'options',
		noDataExpression: true,
		default: 'activation',
		options: [
			{
				name: 'Activation of the Workflow',
				value: 'activation',
				description: 'Recordings that become available from then on',
			},
			{
				name: 'A Certain Time',
				value: 'time',
				description: 'Also those of earlier calls, as many at each poll as there is time for',
			},
		],
		description: 'Which recordings to begin with',
	},
	{
		displayName: 'Start Time',
		name: 'startTime',
		type: 'dateTime',
		default: '',
		required: true,
		displayOptions: { show: { startFrom: ['time'] } },
		description: 'Recordings of calls that began at or after this time. Another time here makes the trigger begin anew.',
	},
];

const media: INodeProperties[] = [
	{
		displayName: 'Download Media',
		name: 'downloadMedia',
		type: 'boolean',
		default: false,
		description: 'Whether each item is to come with the file of its recording, checked to be whole. For many or long recordings, use the Download Media node instead: a poll has little time.',
	},
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'options',
		default: 'combined',
		displayOptions: { show: { platform: ['cxone'], api: ['recordingApi'], downloadMedia: [true] } },
		options: [
			{ name: 'Agent', value: 'agent' },
			{ name: 'Caller', value: 'caller' },
			{ name: 'Combined', value: 'combined' },
		],
		description: 'Whose voice to download. Where it was not recorded, the combined channel is taken.',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		displayOptions: { show: { downloadMedia: [true] } },
		hint: 'The name of the output binary field to put the file in. Further files of the same recording get a number at its end.',
	},
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Give Up After (Hours)',
			name: 'giveUpHours',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 24,
			description: 'How long after the start of its call to wait for a recording that is still being made or processed',
		},
		{
			displayName: 'Look Back (Hours)',
			name: 'overlapHours',
			type: 'number',
			typeOptions: { minValue: 0.5 },
			default: 6,
			description: 'How late after the start of its call a recording may appear: longer than the longest call and its upload. If not set, 2 for the Recording API of CXone and 6 for others.',
		},
		{
			displayName: 'Max Items per Poll',
			name: 'maxItems',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 10000 },
			default: 1000,
			description: 'How many recordings to hand over at a time. What is left comes with the next poll.',
		},
		{
			displayName: 'Metadata Version',
			name: 'version',
			type: 'string',
			default: DEFAULT_VERSION,
			displayOptions: { show: { '/platform': ['cxone'], '/api': ['dataExtraction'] } },
			description: 'Version of the metadata to extract. Higher versions have more columns; 7 to 12 are in use.',
		},
		{
			displayName: 'Minimum File Size (Bytes)',
			name: 'minimumBytes',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 1024,
			displayOptions: { show: { '/downloadMedia': [true] } },
			description: 'Files of this size or less hold no audio and are refused as unavailable',
		},
		{ ...subresourcesOption, displayOptions: { show: { '/platform': ['genesys'] } } },
		{ ...timeZoneOption, displayOptions: { show: { '/platform': ['cxone'], '/api': ['dataExtraction'] } } },
	],
};

/** What a builder fills in, from the broad to the narrow. */
export const fields: INodeProperties[] = [
	platformField,
	{ ...cxoneAuthenticationField, displayOptions: { hide: { platform: ['genesys'] } } },
	api,
	...start,
	{ ...cxoneFilters, displayOptions: { show: { platform: ['cxone'], api: ['recordingApi'] } } },
	{
		displayName: 'Filters',
		name: 'genesysFilters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: { platform: ['genesys'] } },
		options: girFilterOptions,
		description: 'Conditions; all of them must hold',
	},
	simplifyField,
	...media,
	options,
];
