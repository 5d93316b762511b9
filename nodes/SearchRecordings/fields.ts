import type { INodeProperties } from 'n8n-workflow';

import type { SearchChoice, WhenNotAvailable } from '../../core/search';
import type { FieldValues } from '../common/field-values';
import { outputFields } from '../common/output';
import { recordingLocator } from '../common/recording-locator';
import { perPlatform } from '../platforms';

const limits: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show: { operation: ['search'] } },
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { operation: ['search'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
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

const recordingId = recordingLocator({
	placeholder: 'e.g. 011AP643CSAPR4FKQGQE31TAES00029V',
	displayOptions: { show: { operation: ['get'] } },
	description: 'A recent recording from the list, or one whose ID or link you have',
});

/** What a builder fills in, from the broad to the narrow. */
export function fields(): INodeProperties[] {
	return [
		operation,
		recordingId,
		...perPlatform(({ search }) => search.fields, { operation: ['search'] }),
		...limits,
		...perPlatform(({ search }) => search.moreFields, { operation: ['search'] }),
		...perPlatform(({ search }) => search.anyFields),
		...outputFields,
	];
}

/** Which of the recordings that are found are wanted. */
export function readChoice(values: FieldValues): SearchChoice {
	const whenNotAvailable = values.choice<WhenNotAvailable>('whenProcessing', 'skip');
	const minutes = whenNotAvailable === 'wait' ? values.value('maxWaitMinutes', 10) : 0;
	return {
		whenNotAvailable,
		maxWaitMs: values.number(minutes, 'Wait at Most (Minutes)', { min: 0 }) * 60_000,
		limit:
			values.value('returnAll') === true
				? Infinity
				: values.number(values.value('limit'), 'Limit', { min: 1, whole: true }),
	};
}
