import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INode, INodeProperties } from 'n8n-workflow';

import { assertGiven, optionalText } from './parameters';
import type { SearchFilter } from '../../core/cxone/client';
import type { GirSearch } from '../../core/genesys/client';
import { labelFilters, phoneFilter } from '../../core/genesys/search';

/** Conditions on recordings of CXone's Recording API. */
export const cxoneFilters: INodeProperties = {
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

/** Conditions on GIR recordings other than time, for a collection. */
export const girFilterOptions: INodeProperties[] = [
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
];

/** What GIR is to return along with each recording. */
export const subresourcesOption: INodeProperties = {
	displayName: 'Subresources',
	name: 'subresources',
	type: 'options',
	default: 'labels',
	options: [
		{ name: 'All', value: '*' },
		{ name: 'Labels', value: 'labels' },
		{ name: 'None', value: 'none' },
	],
	description: "What to ask for along with each recording. With 'None', GIR returns no labels.",
};

/**
 * The conditions of the 'Filters' field as CXone takes them.
 *
 * @param itemIndex index of the input item; undefined in a trigger, which has none
 * @throws NodeOperationError when one has no field
 */
export function readCxoneFilters(node: INode, rows: readonly SearchFilter[], itemIndex?: number): SearchFilter[] {
	return rows.map(({ field, operator, value }) => {
		const name = optionalText(field);
		if (name === undefined) {
			throw new NodeOperationError(node, "A filter has no 'Field'", {
				itemIndex,
				description: 'Enter the name of the field as CXone calls it, or remove the filter.',
			});
		}
		assertGiven(node, value, `Value of filter ${name}`, itemIndex);
		return { field: name, operator, value: filterValue(operator, value) };
	});
}

const COMPARISONS = ['gt', 'gte', 'lt', 'lte'];

/** What was typed as the type CXone expects: a list for "is one of", a number where sizes are compared, text else. */
function filterValue(operator: string, value: SearchFilter['value']): SearchFilter['value'] {
	if (typeof value !== 'string') return value;
	if (operator === 'in') return value.split(',').map((part) => part.trim()).filter((part) => part !== '');
	if (COMPARISONS.includes(operator) && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
	return value;
}

/**
 * The conditions of a collection of `girFilterOptions` as GIR takes them.
 *
 * @param itemIndex index of the input item; undefined in a trigger, which has none
 * @throws NodeOperationError when one is empty, UserError when a phone number holds nothing to search for
 */
export function readGirFilters(node: INode, filters: IDataObject, itemIndex?: number): GirSearch {
	for (const { name, displayName } of girFilterOptions) {
		if (name in filters) assertGiven(node, filters[name], displayName, itemIndex);
	}
	const query: GirSearch = {
		callerPhoneNumber: phoneFilter(optionalText(filters.callerPhoneNumber), 'Caller Number'),
		dialedPhoneNumber: phoneFilter(optionalText(filters.dialedPhoneNumber), 'Dialed Number'),
		userName: optionalText(filters.userName),
		userData: optionalText(filters.userData),
		...labelFilters(
			optionalText(filters.includeLabels),
			optionalText(filters.excludeLabels),
			optionalText(filters.screenRecording) as 'with' | 'without' | undefined,
		),
	};
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as GirSearch;
}

/** What to ask for along with each recording. Labels, unless told otherwise: an empty list must mean that there are none. */
export function readSubresources({ subresources = 'labels' }: { subresources?: string }): string | undefined {
	return subresources === 'none' ? undefined : subresources;
}
