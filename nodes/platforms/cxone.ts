import { updateDisplayOptions } from 'n8n-workflow';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { NodePlatform } from './platform';
import type { SearchFilter } from '../../core/cxone/client';
import type { Granularity } from '../../core/cxone/extracted';
import type { TimeRange } from '../../core/cxone/extracted-times';
import { COMBINED } from '../../core/cxone/mapping';
import type { WhenChannelMissing } from '../../core/cxone/media';
import { cxonePlatform, type CxoneApis, type CxoneQuestions } from '../../core/cxone/platform';
import type { TranscriptForm } from '../../core/cxone/transcript';
import { clock } from '../../core/http/clock';
import { readZone } from '../../core/times';
import { listed, optionalText, type FieldValues } from '../common/field-values';
import { notAvailableFields, WHEN_CHANGED, whenNotAvailable } from '../common/fields';

type Api = keyof CxoneApis<unknown, unknown>;

/** The version that most public programs ask for. */
const DEFAULT_VERSION = '7';

const authenticationField: INodeProperties = {
	displayName: 'CXone Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	default: 'accessKey',
	options: [
		{ name: 'Access Key', value: 'accessKey' },
		{ name: 'OAuth2', value: 'oAuth2' },
	],
	description: 'How to sign in to CXone',
};

const versionOption: INodeProperties = {
	displayName: 'Metadata Version',
	name: 'version',
	type: 'string',
	default: DEFAULT_VERSION,
	description:
		'Version of the metadata to extract. Higher versions have more columns; 7 to 12 are in use.',
};

/** In which zone times of extracted metadata are that come without one; see `readZone`. */
const timeZoneOption: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timeZone',
	type: 'string',
	default: 'UTC',
	placeholder: 'e.g. America/Los_Angeles',
	description:
		"The zone of the times in CXone's list, where they come without one. NICE does not document it: compare the start of a call with what CXone shows. A name as in the workflow settings, for example Europe/Berlin.",
};

/** Conditions on recordings of CXone's Recording API. */
const filtersField: INodeProperties = {
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
};

const RECORDING_API = { show: { api: ['recordingApi'] } };
const DATA_EXTRACTION = { show: { api: ['dataExtraction'] } };

const searchFields: INodeProperties[] = [
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
				description:
					'Extracts the metadata of whole days in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
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
		description:
			'Only recordings made at or after this time. Without a time zone it is read in that of the workflow.',
	},
	{
		displayName: 'Created Before',
		name: 'createdBefore',
		type: 'dateTime',
		default: '',
		description:
			'Only recordings made at or before this time. Without a time zone it is read in that of the workflow.',
	},
	...updateDisplayOptions(RECORDING_API, notAvailableFields),
	{
		...whenNotAvailable,
		options: whenNotAvailable.options?.filter(
			(option) => 'value' in option && option.value !== 'wait',
		),
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
			{
				name: 'One Item per ACD Call',
				value: 'acdCall',
				description: 'A call that was transferred counts once',
			},
			{
				name: 'One Item per Segment',
				value: 'segment',
				description: 'Each part of a call that one agent handled',
			},
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
];

const searchMore: INodeProperties[] = [
	{ ...filtersField, displayOptions: RECORDING_API },
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
			versionOption,
			timeZoneOption,
		],
	},
];

const watchedApi: INodeProperties = {
	displayName: 'API',
	name: 'api',
	type: 'options',
	noDataExpression: true,
	default: 'recordingApi',
	options: [
		{
			name: 'Data Extraction',
			value: 'dataExtraction',
			description:
				'Extracts the metadata of whole days at each poll, in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
		},
		{
			name: 'Recording API',
			value: 'recordingApi',
			description: 'Lists recordings within seconds, with filters',
		},
	],
	description:
		'Which of the APIs of CXone to watch. After a change, calls that ended before it do not come again; one that ended just then may come from both, under two IDs.',
};

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
		description:
			'Whose voice to download from CXone. Only the combined channel exists for every call.',
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
		],
	},
	{
		displayName: 'Recording ID',
		name: 'recordingId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 9d2f6c1e-7a55-4a55-8a0e-3c1f0a9d7b11',
		displayOptions: { show: { identifier: ['recordingId'] } },
	},
	{
		displayName: 'ACD Call ID',
		name: 'acdCallId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 512340009871',
		displayOptions: { show: { identifier: ['acdCallId'] } },
		description: 'On CXone ACD the master contact ID, for example from the Contact History report',
	},
	{
		displayName: 'Segment ID',
		name: 'segmentId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 7a1b0c2d-1f2e-4d3c-8b4a-5f6e7d8c9b0a',
		displayOptions: { show: { identifier: ['segmentId'] } },
		description:
			'From Interaction Search or Data Extraction. The segment must be in active storage.',
	},
];

const mediaType: INodeProperties = {
	displayName: 'Media Type',
	name: 'mediaType',
	type: 'options',
	default: 'all',
	displayOptions: { show: { identifier: ['acdCallId', 'segmentId'] } },
	options: [
		{ name: 'All', value: 'all', description: 'Also screen recordings of chats and e-mails' },
		{ name: 'Chat', value: 'chat' },
		{ name: 'Email', value: 'email' },
		{ name: 'Voice and Screen', value: 'voice-and-screen' },
		{ name: 'Voice Only', value: 'voice-only' },
	],
};

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
];

/** The Recording API lists recordings from the start of the call on; Data Extraction when the call is over. Hours. */
const LOOK_BACK_HOURS: Record<Api, number> = { recordingApi: 2, dataExtraction: 6 };

function apiOf(fields: FieldValues): Api {
	return fields.choice<Api>('api', 'recordingApi');
}

function zoneOf({ timeZone }: IDataObject): string {
	return readZone(timeZone, 'Time Zone');
}

/** How the fields of a search are read, for each API. */
const SEARCHES: {
	[A in Api]: (fields: FieldValues) => Extract<CxoneQuestions['search'], { api: A }>;
} = {
	recordingApi: (fields) => {
		const options = fields.collection('options');
		for (const [name, field] of [
			['createdAfter', 'Created After'],
			['createdBefore', 'Created Before'],
		]) {
			if (fields.isExpression(name)) fields.assertGiven(fields.value(name, ''), field);
		}
		const { from, to } = createdBetween(fields);
		const filters = readFilters(fields);
		const status = optionalText(options.status);
		if (status !== undefined) filters.push({ field: 'status', operator: 'eq', value: status });
		const { retentionDays } = options;
		return {
			api: 'recordingApi',
			createdAfter: from,
			createdBefore: to,
			filters,
			retentionDays:
				retentionDays === undefined
					? undefined
					: fields.number(retentionDays, 'Retention (Days)', { min: 1 }),
			sort: [
				{
					field: optionalText(options.sortField) ?? 'createdDate',
					direction: (options.sortDirection ?? 'desc') as 'asc' | 'desc',
				},
			],
			pageSize: fields.number(options.pageSize ?? 100, 'Page Size', {
				min: 1,
				max: 100,
				whole: true,
			}),
		};
	},
	dataExtraction: (fields) => {
		const options = fields.collection('extractionOptions');
		const jobIds = listed(options.jobIds);
		const minutes = fields.number(
			fields.value('extractionWaitMinutes', 15),
			'Wait at Most (Minutes)',
			{ min: 0 },
		);
		return {
			api: 'dataExtraction',
			range: jobIds.length > 0 ? openRange(createdBetween(fields)) : dayRange(fields),
			jobIds,
			version: optionalText(options.version) ?? DEFAULT_VERSION,
			zone: zoneOf(options),
			granularity: fields.choice<Granularity>('granularity'),
			maxWaitMs: minutes * 60_000,
		};
	},
};

interface Created {
	/** Epoch milliseconds. */
	from?: number;
	to?: number;
}

function createdBetween(fields: FieldValues): Created {
	const from = fields.time(fields.value('createdAfter', ''), 'Created After');
	const to = fields.time(fields.value('createdBefore', ''), 'Created Before');
	if (from !== undefined && to !== undefined && from > to) {
		throw fields.refusal("'Created After' is later than 'Created Before'", 'Swap the two dates.');
	}
	return { from, to };
}

function openRange({ from = -Infinity, to = Infinity }: Created): TimeRange {
	return { from, to };
}

function dayRange(fields: FieldValues): TimeRange {
	const { from, to = clock.now() } = createdBetween(fields);
	if (from === undefined) {
		throw fields.refusal(
			"'Created After' is empty",
			'Data Extraction works on ranges of days: pick the day to begin with.',
		);
	}
	if (from > to) {
		throw fields.refusal(
			"'Created After' is later than 'Created Before'",
			"Pick a date in the past, or fill in 'Created Before'.",
		);
	}
	return { from, to };
}

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'];

/** The conditions of the field 'Filters' as CXone takes them. */
function readFilters(fields: FieldValues): SearchFilter[] {
	return (fields.value('filters.filter', []) as SearchFilter[]).map(
		({ field, operator, value }) => {
			const name = optionalText(field);
			if (name === undefined) {
				throw fields.refusal(
					"A filter has no 'Field'",
					'Enter the name of the field as CXone calls it, or remove the filter.',
				);
			}
			fields.assertGiven(value, `Value of filter ${name}`);
			return { field: name, operator, value: filterValue(operator, value) };
		},
	);
}

/** What was typed as the type CXone expects: a list for "is one of", a number where sizes are compared, text else. */
function filterValue(operator: string, value: SearchFilter['value']): SearchFilter['value'] {
	if (typeof value !== 'string') return value;
	if (operator === 'in') return listed(value);
	if (COMPARISONS.includes(operator) && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
	return value;
}

/** How the fields of a trigger are read, for each API. */
const WATCHES: {
	[A in Api]: (fields: FieldValues) => Extract<CxoneQuestions['watch'], { api: A }>;
} = {
	recordingApi: (fields) => ({ api: 'recordingApi', filters: readFilters(fields) }),
	dataExtraction: (fields) => {
		const options = fields.collection('options');
		return {
			api: 'dataExtraction',
			version: optionalText(options.version) ?? DEFAULT_VERSION,
			zone: zoneOf(options),
		};
	},
};

const IDENTIFIERS = {
	recordingId: 'Recording ID',
	acdCallId: 'ACD Call ID',
	segmentId: 'Segment ID',
};

/** NICE CXone in the nodes. */
export const cxone: NodePlatform<CxoneQuestions> = {
	platform: cxonePlatform,
	displayName: 'NICE CXone',
	shortName: 'CXone',
	signIns: [
		{ credential: 'cxoneAccessKeyApi', authentication: 'accessKey' },
		{ credential: 'cxoneOAuth2Api', authentication: 'oAuth2' },
	],
	signInFields: [authenticationField],
	search: {
		fields: searchFields,
		moreFields: searchMore,
		anyFields: [],
		read: (fields) => SEARCHES[apiOf(fields)](fields),
		readGet: () => undefined,
	},
	trigger: {
		fields: [
			watchedApi,
			{
				...filtersField,
				displayOptions: RECORDING_API,
				description: `${filtersField.description}. ${WHEN_CHANGED}.`,
			},
		],
		options: updateDisplayOptions({ show: { '/api': ['dataExtraction'] } }, [
			versionOption,
			timeZoneOption,
		]),
		kind(fields) {
			const api = apiOf(fields);
			const zone = api === 'dataExtraction' ? zoneOf(fields.collection('options')) : 'UTC';
			return zone === 'UTC' ? api : `${api} in ${zone}`;
		},
		conditions: ['filters'],
		lookBackHours: (fields) => LOOK_BACK_HOURS[apiOf(fields)],
		read: (fields) => WATCHES[apiOf(fields)](fields),
	},
	download: {
		idFields: [
			...identifiers,
			{ ...mediaType, displayOptions: { show: { identifier: ['acdCallId', 'segmentId'] } } },
		],
		fields: channel,
		options: downloadOptions,
		readTarget(fields) {
			const identifier = fields.choice<keyof typeof IDENTIFIERS>('identifier');
			const id = fields.requiredText(identifier, IDENTIFIERS[identifier]);
			return { id, references: { [identifier]: id } };
		},
		read(fields) {
			const choice = fields.choice<string>('channel', COMBINED);
			const options = fields.collection('options');
			const transcripts = options.transcripts as TranscriptForm | 'none' | undefined;
			return {
				channel: choice === 'other' ? fields.requiredText('channelName', 'Channel Name') : choice,
				whenChannelMissing: (options.whenChannelMissing ?? 'combined') as WhenChannelMissing,
				mediaType: fields.choice('mediaType', 'all'),
				...(transcripts !== undefined && transcripts !== 'none' && { transcripts }),
			};
		},
	},
};
