import type { INodeProperties } from 'n8n-workflow';

import type { Conditions } from '../../core/conditions';
import type { SearchChoice, WhenNotAvailable } from '../../core/search';
import type { FieldValues } from '../common/field-values';
import { waitAtMost } from '../common/fields';
import { filtersField } from '../common/filters';
import { outputFields } from '../common/output';
import { recordingLocator } from '../common/recording-locator';
import { perPlatform } from '../platforms';

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	displayOptions: { show: { operation: ['search'], returnAll: [false] } },
	description: 'Max number of results to return',
};

const limits: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show: { operation: ['search'] } },
		description: 'Whether to return all results or only up to a given limit',
	},
	limit,
];

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'search',
	options: [
		{
			name: 'Get by ID',
			value: 'get',
			action: 'Get recording by ID',
			description: 'Get one recording whose ID is known',
		},
		{
			name: 'Search',
			value: 'search',
			action: 'Search recordings',
			description: 'Find recordings by time, number, agent and more',
		},
	],
};

const recordingId = (example: string) =>
	recordingLocator({
		placeholder: `e.g. ${example}`,
		description: 'A recent recording from the list, or one whose ID or link you have',
	});

/** What a builder fills in, from the broad to the narrow. */
export function fields(): INodeProperties[] {
	return [
		operation,
		...perPlatform(({ search }) => [recordingId(search.idExample)], { operation: ['get'] }),
		...perPlatform(({ search }) => search.fields, { operation: ['search'] }),
		...limits,
		...perPlatform(({ filters }) => [filtersField(filters)], { operation: ['search'] }),
		...perPlatform(({ search }) => search.moreFields, { operation: ['search'] }),
		...perPlatform(({ search }) => search.anyFields),
		...outputFields(),
	];
}

/** Which of the recordings that are found are wanted. */
export function readChoice(values: FieldValues, conditions: Conditions): SearchChoice {
	const whenNotAvailable = values.choice<WhenNotAvailable>('whenProcessing', 'skip');
	return {
		conditions,
		whenNotAvailable,
		maxWaitMs: whenNotAvailable === 'wait' ? values.number(waitAtMost) * 60_000 : 0,
		limit: values.value('returnAll') === true ? Infinity : values.number(limit, { whole: true }),
	};
}
