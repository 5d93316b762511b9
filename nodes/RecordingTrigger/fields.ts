import type { INodeProperties } from 'n8n-workflow';

import { optionsField, retentionOption } from '../common/fields';
import { filtersField } from '../common/filters';
import { outputFields } from '../common/output';
import { optionsPerPlatform, perPlatform, platformField, signInFields } from '../platforms';

const start: INodeProperties[] = [
	{
		displayName: 'Start From',
		name: 'startFrom',
		type: 'options',
		noDataExpression: true,
		default: 'activation',
		options: [
			{
				name: 'Publication of the Workflow',
				value: 'activation',
				description:
					'Recordings that become available from then on. Published again after a pause, it goes on where it stopped, with what became available meanwhile.',
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
		description:
			'Recordings of calls that began at or after this time. Another time here makes the trigger begin anew. It takes no expression: the start is a fact of the first poll.',
	},
];

const files: INodeProperties = {
	displayName:
		'Items hold what is known of a recording, not its file. Connect a <b>Download Media</b> node behind this one: it fetches the files and needs no configuration but the platform and a credential.',
	name: 'filesNotice',
	type: 'notice',
	default: '',
};

/** A year. */
const MOST_HOURS = 24 * 365;

/** Entries of 'Options' that are the same for all platforms. */
export const OPTIONS = {
	giveUpHours: {
		displayName: 'Give Up After (Hours)',
		name: 'giveUpHours',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST_HOURS },
		default: 24,
		description:
			'How long after the start of its call to wait for a recording that is still being made or processed',
	},
	overlapHours: {
		displayName: 'Look Back (Hours)',
		name: 'overlapHours',
		type: 'number',
		typeOptions: { minValue: 0.5, maxValue: MOST_HOURS },
		default: 6,
		description:
			'How late after the start of its call a recording may appear: longer than the longest call and its upload. If not set, 2 for the Recording API of CXone and 6 for others.',
	},
	maxItems: {
		displayName: 'Max Items per Poll',
		name: 'maxItems',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10000 },
		default: 1000,
		description:
			'How many recordings to hand over at a time. What is left comes with the next poll.',
	},
} satisfies Record<string, INodeProperties>;

/** What a builder fills in, from the broad to the narrow. */
export function fields(): INodeProperties[] {
	return [
		files,
		platformField(),
		...signInFields(),
		...perPlatform(({ trigger }) => trigger.fields),
		...start,
		...perPlatform(({ filters }) => [filtersField(filters, true)]),
		...perPlatform(({ trigger }) => trigger.moreFields),
		...outputFields(),
		optionsField([
			...Object.values(OPTIONS),
			retentionOption,
			...optionsPerPlatform(({ trigger }) => trigger.options),
		]),
	];
}
