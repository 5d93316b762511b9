import { updateDisplayOptions } from 'n8n-workflow';
import type { INodeProperties } from 'n8n-workflow';

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

const cxoneSearch: INodeProperties[] = [
	{
		displayName: 'API',
		name: 'api',
		type: 'options',
		noDataExpression: true,
		default: 'recordingApi',
		options: [
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
	{
		displayName: 'Recordings Still Processing',
		name: 'whenProcessing',
		type: 'options',
		default: 'skip',
		options: [
			{
				name: 'Leave Out',
				value: 'skip',
				description: 'Returns only recordings that can be downloaded now',
			},
			{
				name: 'Return With Their Status',
				value: 'include',
				description: 'Returns recordings of every status; those not available cannot be downloaded yet',
			},
			{
				name: 'Wait Until Available',
				value: 'wait',
				description: 'Asks again after 30 seconds, then less and less often',
			},
		],
		description: 'CXone needs from 15 seconds to some minutes after a call until its recording can be downloaded',
	},
	{
		displayName: 'Wait at Most (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 10,
		displayOptions: { show: { whenProcessing: ['wait'] } },
		description: 'Recordings that are not available by then are returned with the status they have',
	},
	...limits,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Filter',
				name: 'filter',
				values: [
					{
						displayName: 'Field',
						name: 'field',
						type: 'string',
						default: '',
						placeholder: 'e.g. agentId',
						description: 'Name of the field as CXone calls it',
					},
					{
						displayName: 'Operator',
						name: 'operator',
						type: 'options',
						default: 'eq',
						options: [
							{ name: 'Contains', value: 'contains' },
							{ name: 'Equals', value: 'eq' },
							{ name: 'Greater Than', value: 'gt' },
							{ name: 'Greater Than or Equal', value: 'gte' },
							{ name: 'Is One Of', value: 'in' },
							{ name: 'Less Than', value: 'lt' },
							{ name: 'Less Than or Equal', value: 'lte' },
							{ name: 'Not Equal', value: 'ne' },
						],
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. 11001',
						description: "For 'Is One Of', several values separated by commas",
					},
				],
			},
		],
		description: 'Further conditions; all of them must hold',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
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
					"Lets CXone filter by status. Without it, the node asks for every status and sorts them itself, so that nothing is missed that becomes available while it searches. For 'Processing' and 'Recording', set 'Recordings Still Processing' to return them.",
			},
		],
	},
];

const genesysSearch: INodeProperties[] = [
	...limits,
	{
		displayName: 'Filters',
		name: 'genesysFilters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Caller Number',
				name: 'callerPhoneNumber',
				type: 'string',
				default: '',
				placeholder: 'e.g. +1 555 0100 or 1555*',
				description:
					"Number the call came from (ANI). '*' stands for any characters, '?' is passed on. Other signs than letters and digits do not count.",
			},
			{
				displayName: 'Dialed Number',
				name: 'dialedPhoneNumber',
				type: 'string',
				default: '',
				placeholder: 'e.g. +1 555 0199 or 1555*',
				description:
					"Number that was dialed (DNIS). '*' stands for any characters, '?' is passed on. Other signs than letters and digits do not count.",
			},
			{
				displayName: 'Ended at or Before',
				name: 'endedBefore',
				type: 'dateTime',
				default: '',
				description: 'Only recordings that ended at or before this time. Without a time zone it is read in that of the workflow.',
			},
			{
				displayName: 'Exclude Labels',
				name: 'excludeLabels',
				type: 'string',
				default: '',
				placeholder: 'e.g. private,legal-hold',
				description: 'Comma-separated names of labels; recordings that carry any of them are left out',
			},
			{
				displayName: 'Include Labels',
				name: 'includeLabels',
				type: 'string',
				default: '',
				placeholder: 'e.g. complaint,vip',
				description: 'Comma-separated names of labels; only recordings that carry all of them are returned',
			},
			{
				displayName: 'Screen Recording',
				name: 'screenRecording',
				type: 'options',
				default: 'with',
				options: [
					{ name: 'Only Calls With Screen Recording', value: 'with' },
					{ name: 'Only Calls Without Screen Recording', value: 'without' },
				],
			},
			{
				displayName: 'Started at or After',
				name: 'startedAfter',
				type: 'dateTime',
				default: '',
				description: 'Only recordings that started at or after this time. Without a time zone it is read in that of the workflow.',
			},
			{
				displayName: 'User Data',
				name: 'userData',
				type: 'string',
				default: '',
				description:
					'Value of any user data attached to the call. Exact match, unless you use the modifiers that your server documents.',
			},
			{
				displayName: 'User Name',
				name: 'userName',
				type: 'string',
				default: '',
				placeholder: 'e.g. agent1',
				description:
					'First name, last name or user name of somebody on the call. Exact match, unless you use the modifiers that your server documents.',
			},
		],
		description: 'At least one is needed: GIR refuses to list everything',
	},
];

const labelOption: INodeProperties = {
	displayName: 'Options',
	name: 'genesysOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Subresources',
			name: 'subresources',
			type: 'options',
			default: 'labels',
			options: [
				{ name: 'All', value: '*' },
				{ name: 'Labels', value: 'labels' },
			],
			description: 'What to return along with each recording. GIR returns labels only when asked for.',
		},
	],
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

const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** What a builder fills in, from the broad to the narrow. */
export const fields: INodeProperties[] = [
	recordingId,
	...updateDisplayOptions({ show: { platform: ['cxone'], operation: ['search'] } }, cxoneSearch),
	...updateDisplayOptions({ show: { platform: ['genesys'], operation: ['search'] } }, genesysSearch),
	...updateDisplayOptions({ show: { platform: ['genesys'] } }, [labelOption]),
	simplify,
];
