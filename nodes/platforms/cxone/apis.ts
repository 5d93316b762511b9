import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { SearchFilter } from '../../../core/cxone/client';
import type { CxoneApis } from '../../../core/cxone/platform';
import { readZone } from '../../../core/times';
import { listed, optionalText, type FieldValues } from '../../common/field-values';

/** The APIs that list recordings. */
export type Api = keyof CxoneApis<unknown, unknown>;

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

/** Conditions on recordings of CXone's Recording API. */
export const filtersField: INodeProperties = {
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

export const RECORDING_API = { show: { api: ['recordingApi'] } };
export const DATA_EXTRACTION = { show: { api: ['dataExtraction'] } };

export function apiOf(fields: FieldValues): Api {
	return fields.choice<Api>('api', 'recordingApi');
}

export function zoneOf({ timeZone }: IDataObject): string {
	return readZone(timeZone, 'Time Zone');
}

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'];

/** The conditions of the field 'Filters' as CXone takes them. */
export function readFilters(fields: FieldValues): SearchFilter[] {
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
