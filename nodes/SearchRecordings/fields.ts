import { updateDisplayOptions } from 'n8n-workflow';
import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_VERSION } from './extraction';
import { simplifyField, timeZoneOption } from '../common/fields';
import { cxoneFilters, girFilterOptions, subresourcesOption } from '../common/filters';

const limits: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

const RECORDING_API = { show: { api: ['recordingApi'] } };
const DATA_EXTRACTION = { show: { api: ['dataExtraction'] } };

const whenNotAvailable: INodeProperties = {
	displayName: 'Recordings Not Available',
	name: 'whenProcessing',
	type: 'options',
	default: 'skip',
	options: [
		{
			name: 'Include',
			value: 'include',
			description: 'Returns recordings of every status; those not available cannot be downloaded',
		},
		{
			name: 'Leave Out',
			value: 'skip',
			description: 'Returns only recordings that can be downloaded now',
		},
		{
			name: 'Wait Until Available',
			value: 'wait',
			description: 'Looks again for those still processing after 30 seconds, then less and less often',
		},
	],
	description: 'What becomes of recordings that cannot be downloaded now: a recording takes from 15 seconds to some minutes after its call to become available',
};

const waitAtMost: INodeProperties = {
	displayName: 'Wait at Most (Minutes)',
	name: 'maxWaitMinutes',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 10,
	displayOptions: { show: { whenProcessing: ['wait'] } },
	description:
		'How long the search may take with its waiting, for each input item. Recordings that are not available by then are returned with the status they have.',
};

const cxoneSearch: INodeProperties[] = [
	{
		displayName: 'API',
		name: 'api',
		type: 'options',
		noDataExpression: true,
		default: 'recordingApi',
		options: [
			{
				name: 'Data Extraction',
				value: 'dataExtraction',
				description: 'Extracts the metadata of whole days in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
			},
			{
				name: 'Recording API',
				value: 'recordingApi',
				description: 'Searches recordings of the last minutes and older ones, with filters',
			},
		],
		description: 'Which of the APIs of CXone to search',
	},
	{
		displayName: 'Created After',
		name: 'createdAfter',
		type: 'dateTime',
		default: '',
		description: 'Only recordings made at or after this time. Without a time zone it is read in that of the workflow.',
	},
	{
		displayName: 'Created Before',
		name: 'createdBefore',
		type: 'dateTime',
		default: '',
		description: 'Only recordings made at or before this time. Without a time zone it is read in that of the workflow.',
	},
	{ ...whenNotAvailable, displayOptions: RECORDING_API },
	{ ...waitAtMost, displayOptions: { show: { ...RECORDING_API.show, ...waitAtMost.displayOptions?.show } } },
	{
		...whenNotAvailable,
		options: whenNotAvailable.options?.filter((option) => 'value' in option && option.value !== 'wait'),
		displayOptions: DATA_EXTRACTION,
		description:
			'What becomes of calls that were never recorded, and of chats without a screen recording. There is no waiting: Data Extraction lists what happened up to 30 minutes ago, and each look at it takes a job.',
	},
	{
		displayName: 'Return',
		name: 'granularity',
		type: 'options',
		noDataExpression: true,
		default: 'acdCall',
		displayOptions: DATA_EXTRACTION,
		options: [
			{ name: 'One Item per ACD Call', value: 'acdCall', description: 'A call that was transferred counts once' },
			{ name: 'One Item per Segment', value: 'segment', description: 'Each part of a call that one agent handled' },
		],
	},
	{
		displayName: 'Wait at Most (Minutes)',
		name: 'extractionWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 15,
		displayOptions: DATA_EXTRACTION,
		description:
			'For CXone to run the job, and before that to finish other extractions: it runs one of a tenant at a time, and a range of more than 11 days takes several',
	},
	...limits,
	{ ...cxoneFilters, displayOptions: RECORDING_API },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: RECORDING_API,
		options: [
			{
				displayName: 'Page Size',
				name: 'pageSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 100,
				description: 'How many recordings to ask for in one request',
			},
			{
				displayName: 'Retention (Days)',
				name: 'retentionDays',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 90,
				description:
					'After how many days the tenant deletes recordings. Those older than 70 % of that are left out, because they may be gone before they are downloaded.',
			},
			{
				displayName: 'Sort By',
				name: 'sortField',
				type: 'string',
				default: 'createdDate',
				description: 'Name of the field as CXone calls it',
			},
			{
				displayName: 'Sort Direction',
				name: 'sortDirection',
				type: 'options',
				default: 'desc',
				options: [
					{ name: 'Newest or Highest First', value: 'desc' },
					{ name: 'Oldest or Lowest First', value: 'asc' },
				],
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				default: 'Available',
				options: [
					{ name: 'Available', value: 'Available' },
					{ name: 'Processing', value: 'Processing' },
					{ name: 'Recording', value: 'Recording' },
				],
				description:
					"Lets CXone filter by status. Without it, the node asks for every status and sorts them itself, so that nothing is missed that becomes available while it searches. With it, what CXone returns is returned, whatever 'Recordings Not Available' says.",
			},
		],
	},
	{
		displayName: 'Options',
		name: 'extractionOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: DATA_EXTRACTION,
		options: [
			{
				displayName: 'Existing Job IDs',
				name: 'jobIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 6d0f2b1e-52a4-4a55-8a0e-3c1f0a9d7b11',
				description:
					'Comma-separated IDs of jobs that were started before, for example by a run that did not wait long enough. Their results are fetched, and no job is started.',
			},
			{
				displayName: 'Metadata Version',
				name: 'version',
				type: 'string',
				default: DEFAULT_VERSION,
				description: 'Version of the metadata to extract. Higher versions have more columns; 7 to 12 are in use.',
			},
			timeZoneOption,
		],
	},
];

const genesysTimes: INodeProperties[] = [
	{
		displayName: 'Ended at or Before',
		name: 'endedBefore',
		type: 'dateTime',
		default: '',
		description: 'Only recordings that ended at or before this time. Without a time zone it is read in that of the workflow.',
	},
	{
		displayName: 'Started at or After',
		name: 'startedAfter',
		type: 'dateTime',
		default: '',
		description: 'Only recordings that started at or after this time. Without a time zone it is read in that of the workflow.',
	},
];

const genesysSearch: INodeProperties[] = [
	whenNotAvailable,
	waitAtMost,
	...limits,
	{
		displayName: 'Filters',
		name: 'genesysFilters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [...girFilterOptions, ...genesysTimes].sort((one, other) => one.displayName.localeCompare(other.displayName)),
		description: 'At least one is needed: GIR refuses to list everything',
	},
];

const labelOption: INodeProperties = {
	displayName: 'Options',
	name: 'genesysOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [subresourcesOption],
};

const recordingId: INodeProperties = {
	displayName: 'Recording ID',
	name: 'recordingId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 011AP643CSAPR4FKQGQE31TAES00029V',
	displayOptions: { show: { operation: ['get'] } },
	description: 'ID of the recording, for example from a search, a report or a CRM record',
};

/** What a builder fills in, from the broad to the narrow. */
export const fields: INodeProperties[] = [
	recordingId,
	...updateDisplayOptions({ show: { platform: ['cxone'], operation: ['search'] } }, cxoneSearch),
	...updateDisplayOptions({ show: { platform: ['genesys'], operation: ['search'] } }, genesysSearch),
	...updateDisplayOptions({ show: { platform: ['genesys'] } }, [labelOption]),
	simplifyField,
];
