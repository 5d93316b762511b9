import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_VERSION } from '../SearchRecordings/extraction';
import { cxoneAuthenticationField, platformField, simplifyField } from '../common/fields';
import { cxoneFilters, girFilterOptions, subresourcesOption } from '../common/filters';

/** What a builder can expect of an edit. */
const WHEN_CHANGED =
	'When they or the credential change, the trigger goes on: recordings that become available from then on come once, those that were left out before stay out. A past that is still being worked off goes on with the new ones. To have a time read again, set another Start Time';

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
	description: 'Which of the APIs of CXone to watch. After a change, calls that ended before it do not come again; one that ended just then may come from both, under two IDs.',
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
				description: 'Recordings that become available from then on. Published again after a pause, it goes on where it stopped, with what became available meanwhile.',
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
		noDataExpression: true,
		default: '',
		required: true,
		displayOptions: { show: { startFrom: ['time'] } },
		description: 'Recordings of calls that began at or after this time. Another time here makes the trigger begin anew. It takes no expression: the start is a fact of the first poll.',
	},
];

const files: INodeProperties = {
	displayName:
		'Items hold what is known of a recording, not its file. Connect a <b>Download Media</b> node behind this one: it fetches the files and needs no configuration but a credential.',
	name: 'filesNotice',
	type: 'notice',
	default: '',
};

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
		{ ...subresourcesOption, displayOptions: { show: { '/platform': ['genesys'] } } },
	],
};

/** What a builder fills in, from the broad to the narrow. */
export const fields: INodeProperties[] = [
	files,
	platformField,
	{ ...cxoneAuthenticationField, displayOptions: { hide: { platform: ['genesys'] } } },
	api,
	...start,
	{
		...cxoneFilters,
		displayOptions: { show: { platform: ['cxone'], api: ['recordingApi'] } },
		description: `${cxoneFilters.description}. ${WHEN_CHANGED}.`,
	},
	{
		displayName: 'Filters',
		name: 'genesysFilters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: { show: { platform: ['genesys'] } },
		options: girFilterOptions,
		description: `Conditions; all of them must hold. ${WHEN_CHANGED}.`,
	},
	simplifyField,
	options,
];
