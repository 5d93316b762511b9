import type { INodeProperties } from 'n8n-workflow';

import { labelNames } from './label-names';
import { MIXED, type NodePlatform } from './platform';
import { assertNumber } from '../../core/conditions';
import type { GirSearch } from '../../core/genesys/client';
import { girPlatform, type GirQuestions } from '../../core/genesys/platform';
import { labelFilters } from '../../core/genesys/search';
import { listed, optionalText, type FieldValues } from '../common/field-values';
import { notAvailableFields, optionsField, retentionOption, timeRange } from '../common/fields';
import { filterEntry, readConditions } from '../common/filters';
import { recordingLocator } from '../common/recording-locator';

/** What GIR is not asked for, because it has no such parameter. */
const APPLIED = ['callId', 'direction', 'durationFrom', 'durationTo'] as const;

const labels: Pick<INodeProperties, 'type' | 'typeOptions' | 'default'> = {
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'labelNames' },
	default: [],
};
const CHOOSE =
	'Choose from the list, or specify names, with commas between them, using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** Conditions on GIR recordings other than time. */
const filters: INodeProperties[] = [
	...APPLIED.map((name) => filterEntry(name, 'applied')),
	filterEntry('agent', 'sent', {
		placeholder: 'e.g. agent1',
		description:
			'First name, last name or user name of somebody on the call. Exact match, unless you use the modifiers that your server documents.',
	}),
	filterEntry('callerNumber', 'sent'),
	filterEntry('dialedNumber', 'sent'),
	filterEntry('mediaType', 'sent', {
		options: [
			{ name: 'Voice and Screen', value: 'voice-and-screen' },
			{ name: 'Voice Only', value: 'voice-only' },
		],
	}),
	{
		displayName: 'Exclude Label Names or IDs',
		name: 'excludeLabels',
		...labels,
		description: `Recordings that carry any of these labels are left out. ${CHOOSE}`,
	},
	{
		displayName: 'Include Label Names or IDs',
		name: 'includeLabels',
		...labels,
		description: `Only recordings that carry all of these labels are returned. ${CHOOSE}`,
	},
	{
		displayName: 'User Data',
		name: 'userData',
		type: 'string',
		default: '',
		placeholder: 'e.g. Gold',
		description:
			'Value of any user data attached to the call. Exact match, unless you use the modifiers that your server documents.',
	},
];

/** What GIR is to return along with each recording. */
const subresourcesOption: INodeProperties = {
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

const times: { from: INodeProperties; to: INodeProperties } = {
	from: {
		displayName: 'Started at or After',
		name: 'startedAfter',
		type: 'dateTime',
		default: '',
		required: true,
		description:
			'Only recordings that started at or after this time: GIR refuses to list everything. Without a time zone it is read in that of the workflow.',
	},
	to: {
		displayName: 'Ended at or Before',
		name: 'endedBefore',
		type: 'dateTime',
		default: '',
		description:
			'Only recordings that ended at or before this time. Without a time zone it is read in that of the workflow.',
	},
};

const ID_EXAMPLE = '011AP643CSAPR4FKQGQE31TAES00029V';
const recordingId = recordingLocator({ placeholder: `e.g. ${ID_EXAMPLE}` });

const mediaIds: INodeProperties = {
	displayName: 'Media IDs',
	name: 'mediaIds',
	type: 'string',
	default: '',
	placeholder: 'e.g. 4f82ee48-4fe4-40e1-961d-309ba6e38698',
	description:
		"Comma-separated IDs of media files, as in 'media' of a search result; add the extension where it is not .mp3. Leave empty for all files of a recording. By ID, media files that are named are fetched without the metadata of the recording, which GIR does not show to an Agent.",
	displayOptions: { hide: { platform: [MIXED] } },
};

/** The conditions of the field 'Filters' that GIR takes, in its words. */
function readSent(fields: FieldValues): GirSearch {
	const entries = fields.collection('filters');
	for (const { name, displayName } of filters) {
		if (name in entries) fields.assertGiven(entries[name], displayName);
	}
	const text = (name: string) => optionalText(entries[name]);
	const number = (name: string, field: string) => {
		const value = text(name);
		if (value !== undefined) assertNumber(value, field);
		return value;
	};
	return {
		callerPhoneNumber: number('callerNumber', 'Caller Number'),
		dialedPhoneNumber: number('dialedNumber', 'Dialed Number'),
		userName: text('agent'),
		userData: text('userData'),
		...labelFilters(
			listed(entries.includeLabels),
			listed(entries.excludeLabels),
			(entries.mediaType ?? []) as string[],
		),
	};
}

function readSearch(fields: FieldValues): GirSearch {
	const { from, to } = timeRange(fields, times, fields.collection('genesysOptions'));
	return { startTime: from, endTime: to, ...readSent(fields) };
}

/** What to ask for along with each recording. Labels, unless told otherwise: an empty list must mean that there are none. */
function readSubresources(
	fields: FieldValues,
	collection: string,
): Pick<GirSearch, 'subresources'> {
	const { subresources = 'labels' } = fields.collection(collection) as { subresources?: string };
	return subresources === 'none' ? {} : { subresources };
}

/** How long the calls of a list of recent ones may last. */
const RECENT_MS = 6 * 3_600_000;

/** Genesys Interaction Recording in the nodes. */
export const genesys: NodePlatform<GirQuestions> = {
	platform: girPlatform,
	displayName: 'Genesys Interaction Recording (GIR)',
	shortName: 'GIR',
	signIns: [{ credential: 'genesysBasicApi' }],
	signInFields: [],
	recent: { search: {}, lookBackMs: RECENT_MS },
	filters,
	loadOptions: { labelNames },
	conditions: (fields) => readConditions(fields, APPLIED),
	search: {
		idExample: ID_EXAMPLE,
		fields: Object.values(times),
		moreFields: notAvailableFields,
		anyFields: [optionsField([retentionOption, subresourcesOption], { name: 'genesysOptions' })],
		read: (fields) => ({ ...readSearch(fields), ...readSubresources(fields, 'genesysOptions') }),
		readGet: (fields) => readSubresources(fields, 'genesysOptions'),
	},
	trigger: {
		fields: [],
		moreFields: [],
		options: [subresourcesOption],
		kind: () => 'genesys',
		conditions: [],
		lookBackHours: () => 6,
		read: (fields, lookBackMs) => ({
			search: { ...readSent(fields), ...readSubresources(fields, 'options') },
			lookBackMs,
		}),
	},
	download: {
		idFields: [recordingId, mediaIds],
		fields: [mediaIds],
		options: [],
		readTarget(fields) {
			const id = fields.linkedId('recordingId');
			return { id, references: { recordingId: id } };
		},
		read: (fields) => ({ mediaIds: listed(fields.value('mediaIds', '')) }),
	},
};
