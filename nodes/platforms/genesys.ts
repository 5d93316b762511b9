import type { INodeProperties } from 'n8n-workflow';

import { MIXED, type NodePlatform } from './platform';
import type { GirSearch } from '../../core/genesys/client';
import { girPlatform, type GirQuestions } from '../../core/genesys/platform';
import { labelFilters, phoneFilter } from '../../core/genesys/search';
import { listed, optionalText, type FieldValues } from '../common/field-values';
import { byName, notAvailableFields, WHEN_CHANGED } from '../common/fields';
import { recordingLocator } from '../common/recording-locator';

/** Conditions on GIR recordings other than time, for a collection. */
const conditions: INodeProperties[] = [
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
		description:
			'Comma-separated names of labels; only recordings that carry all of them are returned',
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

const times: INodeProperties[] = [
	{
		displayName: 'Ended at or Before',
		name: 'endedBefore',
		type: 'dateTime',
		default: '',
		description:
			'Only recordings that ended at or before this time. Without a time zone it is read in that of the workflow.',
	},
	{
		displayName: 'Started at or After',
		name: 'startedAfter',
		type: 'dateTime',
		default: '',
		description:
			'Only recordings that started at or after this time. Without a time zone it is read in that of the workflow.',
	},
];

/** The field 'Filters', with or without times. */
function filtersField(entries: INodeProperties[], description: string): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'genesysFilters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: byName(entries),
		description,
	};
}

const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'genesysOptions',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [subresourcesOption],
};

const recordingId = recordingLocator({ placeholder: 'e.g. 011AP643CSAPR4FKQGQE31TAES00029V' });

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

/** The conditions of the field 'Filters' other than times, as GIR takes them. */
function readConditions(fields: FieldValues): GirSearch {
	const filters = fields.collection('genesysFilters');
	for (const { name, displayName } of conditions) {
		if (name in filters) fields.assertGiven(filters[name], displayName);
	}
	return given({
		callerPhoneNumber: phoneFilter(optionalText(filters.callerPhoneNumber), 'Caller Number'),
		dialedPhoneNumber: phoneFilter(optionalText(filters.dialedPhoneNumber), 'Dialed Number'),
		userName: optionalText(filters.userName),
		userData: optionalText(filters.userData),
		...labelFilters(
			optionalText(filters.includeLabels),
			optionalText(filters.excludeLabels),
			optionalText(filters.screenRecording) as 'with' | 'without' | undefined,
		),
	});
}

function readSearch(fields: FieldValues): GirSearch {
	const filters = fields.collection('genesysFilters');
	for (const { name, displayName } of times) {
		if (name in filters) fields.assertGiven(filters[name], displayName);
	}
	const startTime = fields.time(filters.startedAfter, 'Started at or After');
	const endTime = fields.time(filters.endedBefore, 'Ended at or Before');
	if (startTime !== undefined && endTime !== undefined && startTime > endTime) {
		throw fields.refusal(
			"'Started at or After' is later than 'Ended at or Before'",
			'Swap the two dates.',
		);
	}
	const search = given({ startTime, endTime, ...readConditions(fields) });
	if (Object.keys(search).length === 0) {
		throw fields.refusal(
			'A search needs at least one filter',
			"Nothing was sent: GIR refuses to list everything. Add one under 'Filters', e.g. 'Started at or After'. If one is set by an expression, it gives no value for this item.",
		);
	}
	return search;
}

function given(search: GirSearch): GirSearch {
	return Object.fromEntries(
		Object.entries(search).filter(([, value]) => value !== undefined),
	) as GirSearch;
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
	search: {
		fields: notAvailableFields,
		moreFields: [
			filtersField(
				[...conditions, ...times],
				'At least one is needed: GIR refuses to list everything',
			),
		],
		anyFields: [optionsField],
		read: (fields) => ({ ...readSearch(fields), ...readSubresources(fields, 'genesysOptions') }),
		readGet: (fields) => readSubresources(fields, 'genesysOptions'),
	},
	trigger: {
		fields: [filtersField(conditions, `Conditions; all of them must hold. ${WHEN_CHANGED}.`)],
		options: [subresourcesOption],
		kind: () => 'genesys',
		conditions: ['genesysFilters'],
		lookBackHours: () => 6,
		read: (fields, lookBackMs) => ({
			search: { ...readConditions(fields), ...readSubresources(fields, 'options') },
			lookBackMs,
		}),
	},
	download: {
		idFields: [recordingId, mediaIds],
		fields: [mediaIds],
		options: [],
		readTarget(fields) {
			const id = fields.recordingId('recordingId', 'Recording ID');
			return { id, references: { recordingId: id } };
		},
		read: (fields) => ({ mediaIds: listed(fields.value('mediaIds', '')) }),
	},
};
