import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { CxoneQuestions } from '../../../core/cxone/platform';
import type { SearchFilter } from '../../../core/cxone/recording-api';
import type { Conditions } from '../../../core/conditions';
import { readZone } from '../../../core/times';
import { listed, optionalText, type FieldValues } from '../../common/field-values';
import { filterEntry, readConditions } from '../../common/filters';

/** The APIs that list recordings. */
export type Api = CxoneQuestions['search']['api'];

/** The choice between them, with what each does for a node. */
export function apiField(descriptions: Record<Api, string>, description: string): INodeProperties {
	return {
		displayName: 'API',
		name: 'api',
		type: 'options',
		noDataExpression: true,
		default: 'recordingApi',
		options: [
			{
				name: 'Data Extraction',
				value: 'dataExtraction',
				description: descriptions.dataExtraction,
			},
			{ name: 'Recording API', value: 'recordingApi', description: descriptions.recordingApi },
		],
		description,
	};
}

/** The version that most public programs ask for. */
export const DEFAULT_VERSION = '7';

export const versionOption: INodeProperties = {
	displayName: 'Metadata Version',
	name: 'version',
	type: 'string',
	default: DEFAULT_VERSION,
	description:
		'Version of the metadata to extract. Higher versions have more columns; 7 to 12 are in use.',
};

/** In which zone times of extracted metadata are that come without one; see `readZone`. */
export const timeZoneOption: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timeZone',
	type: 'string',
	default: 'UTC',
	placeholder: 'e.g. America/Los_Angeles',
	description:
		"The zone of the times in CXone's list, where they come without one. NICE does not document it: compare the start of a call with what CXone shows. A name as in the workflow settings, for example Europe/Berlin.",
};

export const RECORDING_API = { show: { api: ['recordingApi'] } };
export const DATA_EXTRACTION = { show: { api: ['dataExtraction'] } };

/**
 * Of either API the node is given everything of the time asked for: Data Extraction knows dates only, and of the Recording
 * API's fields the guide names two, by which neither a person nor a number can be found.
 */
const CONDITIONS = [
	'agent',
	'callId',
	'callerNumber',
	'dialedNumber',
	'direction',
	'durationFrom',
	'durationTo',
	'mediaType',
] as const;
/** Of agents, Data Extraction only tells these. */
const OF_AGENTS = ['skill', 'team'] as const;

/** Entries of 'Filters', for both APIs. */
export const filters: INodeProperties[] = [
	...CONDITIONS.map((name) => filterEntry(name, 'applied')),
	...OF_AGENTS.map((name) =>
		filterEntry(name, 'applied', { displayOptions: { show: { '/api': ['dataExtraction'] } } }),
	),
];

/** The conditions of 'Filters', as far as the chosen API tells what they ask for. */
export function readFilters(fields: FieldValues): Conditions {
	return readConditions(
		fields,
		apiOf(fields) === 'dataExtraction' ? [...CONDITIONS, ...OF_AGENTS] : CONDITIONS,
	);
}

const OPERATORS: ReadonlyArray<[name: string, value: string, isOfGuide: boolean]> = [
	['Contains', 'contains', false],
	['Equals', 'eq', true],
	['Greater Than', 'gt', false],
	['Greater Than or Equal', 'gte', true],
	['Is One Of', 'in', false],
	['Less Than', 'lt', false],
	['Less Than or Equal', 'lte', false],
	['Not Equal', 'ne', false],
];

/** Conditions that the Recording API is asked for, in its own words. */
export const customFilters: INodeProperties = {
	displayName: 'Custom Filters',
	name: 'customFilters',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add custom filter',
	displayOptions: RECORDING_API,
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
					description: 'Name of the field as your tenant calls it',
				},
				{
					displayName: 'Operator',
					name: 'operator',
					type: 'options',
					default: 'eq',
					options: OPERATORS.map(([name, value, isOfGuide]) => ({
						name,
						value,
						...(isOfGuide && { description: 'Named in the guide to this API' }),
					})),
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
	description:
		"Conditions that CXone itself filters by, under its own names, so that less has to be listed. NICE's guide to this API names the fields 'status' and 'createdDate' and the operators 'Equals' and 'Greater Than or Equal'; others are for you to know.",
};

/** What becomes one item of Data Extraction. */
export const granularityField: INodeProperties = {
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
};

export function apiOf(fields: FieldValues): Api {
	return fields.choice<Api>('api', 'recordingApi');
}

export function zoneOf({ timeZone }: IDataObject): string {
	return readZone(timeZone, 'Time Zone');
}

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'];

/** The conditions of the field 'Custom Filters' as CXone takes them. */
export function readCustomFilters(fields: FieldValues): SearchFilter[] {
	return (fields.value('customFilters.filter', []) as SearchFilter[]).map(
		({ field, operator, value }) => {
			const name = optionalText(field);
			if (name === undefined) {
				throw fields.refusal(
					"A custom filter has no 'Field'",
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
