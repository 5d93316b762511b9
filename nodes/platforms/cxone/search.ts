import { updateDisplayOptions } from 'n8n-workflow';
import type { IDataObject, INodeProperties } from 'n8n-workflow';

import {
	apiField,
	apiOf,
	DATA_EXTRACTION,
	DEFAULT_VERSION,
	customFilters,
	granularityField,
	readCustomFilters,
	RECORDING_API,
	timeZoneOption,
	versionOption,
	zoneOf,
	type Api,
} from './apis';
import type { Granularity } from '../../../core/cxone/extracted';
import type { TimeRange } from '../../../core/cxone/extracted-times';
import type { CxoneQuestions } from '../../../core/cxone/platform';
import { clock } from '../../../core/http/clock';
import { listed, optionalText, type FieldValues } from '../../common/field-values';
import {
	notAvailableFields,
	optionsField,
	retentionOption,
	timeRange,
	waitAtMost,
	whenNotAvailable,
} from '../../common/fields';
import type { NodePlatform } from '../platform';

const createdAfter: INodeProperties = {
	displayName: 'Created After',
	name: 'createdAfter',
	type: 'dateTime',
	default: '',
	description:
		'Only recordings made at or after this time. Without a time zone it is read in that of the workflow.',
};

const requiredAfter: INodeProperties = { ...createdAfter, required: true };

const createdBefore: INodeProperties = {
	displayName: 'Created Before',
	name: 'createdBefore',
	type: 'dateTime',
	default: '',
	description:
		'Only recordings made at or before this time. Without a time zone it is read in that of the workflow.',
};

const pageSize: INodeProperties = {
	displayName: 'Page Size',
	name: 'pageSize',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 100 },
	default: 100,
	description: 'How many recordings to ask for in one request',
};

const searchFields: INodeProperties[] = [
	apiField(
		{
			dataExtraction:
				'Extracts the metadata of whole days in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
			recordingApi: 'Searches recordings of the last minutes and older ones, with filters',
		},
		'Which of the APIs of CXone to search',
	),
	{ ...createdAfter, displayOptions: RECORDING_API },
	{ ...requiredAfter, displayOptions: DATA_EXTRACTION },
	createdBefore,
	granularityField,
];

const extractionWait: INodeProperties = {
	...waitAtMost,
	name: 'extractionWaitMinutes',
	default: 15,
	displayOptions: DATA_EXTRACTION,
	description:
		'For CXone to run the job, and before that to finish other extractions: it runs one of a tenant at a time, and a range of more than 11 days takes several',
};

const searchMore: INodeProperties[] = [
	customFilters,
	...updateDisplayOptions(RECORDING_API, notAvailableFields),
	{
		...whenNotAvailable,
		options: whenNotAvailable.options?.filter(
			(option) => 'value' in option && option.value !== 'wait',
		),
		displayOptions: DATA_EXTRACTION,
		description:
			"What becomes of calls that were never recorded, and of chats and emails without a screen recording, unless 'Media Type' under 'Filters' asks for them. Waiting is not offered: each look takes a job.",
	},
	extractionWait,
	{
		displayName: 'Sort',
		name: 'sort',
		type: 'collection',
		placeholder: 'Add sorting',
		default: {},
		displayOptions: RECORDING_API,
		options: [
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
		],
	},
	optionsField(
		[
			pageSize,
			retentionOption,
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
		{ displayOptions: RECORDING_API },
	),
	optionsField(
		[
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
			retentionOption,
			timeZoneOption,
		],
		{ name: 'extractionOptions', displayOptions: DATA_EXTRACTION },
	),
];

/** How the fields of a search are read, for each API. */
const SEARCHES: {
	[A in Api]: (fields: FieldValues) => Extract<CxoneQuestions['search'], { api: A }>;
} = {
	recordingApi: (fields) => {
		const options = fields.collection('options');
		const sort = fields.collection('sort');
		const { from, to } = timeRange(fields, { from: createdAfter, to: createdBefore }, options);
		const filters = readCustomFilters(fields);
		const status = optionalText(options.status);
		if (status !== undefined) filters.push({ field: 'status', operator: 'eq', value: status });
		return {
			api: 'recordingApi',
			createdAfter: from,
			createdBefore: to,
			filters,
			sort: [
				{
					field: optionalText(sort.sortField) ?? 'createdDate',
					direction: (sort.sortDirection ?? 'desc') as 'asc' | 'desc',
				},
			],
			pageSize: fields.entry(pageSize, { whole: true }),
		};
	},
	dataExtraction: (fields) => {
		const options = fields.collection('extractionOptions');
		const jobIds = listed(options.jobIds);
		return {
			api: 'dataExtraction',
			range: dayRange(fields, options),
			jobIds,
			version: optionalText(options.version) ?? DEFAULT_VERSION,
			zone: zoneOf(options),
			granularity: fields.choice<Granularity>('granularity'),
			maxWaitMs: fields.number(extractionWait) * 60_000,
		};
	},
};

function dayRange(fields: FieldValues, options: IDataObject): TimeRange {
	const dates = { from: requiredAfter, to: createdBefore };
	const { from = -Infinity, to = clock.now() } = timeRange(fields, dates, options);
	if (from > to && fields.value('createdBefore', '') === '') {
		throw fields.refusal(
			"'Created After' is later than 'Created Before'",
			"Pick a date in the past, or fill in 'Created Before'.",
		);
	}
	return { from, to };
}

/** CXone in Search Recordings. */
export const search: NodePlatform<CxoneQuestions>['search'] = {
	idExample: '9d2f6c1e-7a55-4a55-8a0e-3c1f0a9d7b11',
	fields: searchFields,
	moreFields: searchMore,
	anyFields: [],
	read: (fields) => SEARCHES[apiOf(fields)](fields),
	readGet: () => undefined,
};
