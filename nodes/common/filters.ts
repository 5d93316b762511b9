import type { INodeProperties } from 'n8n-workflow';

import { optionalText, type FieldValues } from './field-values';
import { byName, WHEN_CHANGED } from './fields';
import { assertNumber, type Conditions } from '../../core/conditions';

const WILDCARDS = "'*' stands for any characters";
const NUMBER = `${WILDCARDS}; other signs than letters and digits do not count`;

/** The entries of 'Filters' that mean the same on all platforms, by the names of what is filtered. */
const ENTRIES = {
	agent: {
		displayName: 'Agent',
		name: 'agent',
		type: 'string',
		default: '',
		placeholder: 'e.g. Kim Osei',
		description: `Name, user name or ID of somebody who took the call. Capitals do not count; ${WILDCARDS}.`,
	},
	callId: {
		displayName: 'Call ID',
		name: 'callId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 512340009871',
		description: 'ACD call ID, contact ID, segment ID or recording ID',
	},
	callerNumber: {
		displayName: 'Caller Number',
		name: 'callerNumber',
		type: 'string',
		default: '',
		placeholder: 'e.g. +1 555 0100 or 1555*',
		description: `Number the call came from (ANI). ${NUMBER}.`,
	},
	dialedNumber: {
		displayName: 'Dialed Number',
		name: 'dialedNumber',
		type: 'string',
		default: '',
		placeholder: 'e.g. +1 555 0199 or 1555*',
		description: `Number that was dialed (DNIS). ${NUMBER}.`,
	},
	direction: {
		displayName: 'Direction',
		name: 'direction',
		type: 'multiOptions',
		default: [],
		options: [
			{ name: 'Consult', value: 'consult' },
			{ name: 'Inbound', value: 'inbound' },
			{ name: 'Internal', value: 'internal' },
			{ name: 'Outbound', value: 'outbound' },
		],
		description: 'Only recordings of calls in one of these directions',
	},
	durationFrom: {
		displayName: 'Duration From (Seconds)',
		name: 'durationFrom',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 10,
		description: 'Only recordings of calls that took at least this long',
	},
	durationTo: {
		displayName: 'Duration To (Seconds)',
		name: 'durationTo',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 3600,
		description: 'Only recordings of calls that took at most this long',
	},
	mediaType: {
		displayName: 'Media Type',
		name: 'mediaType',
		type: 'multiOptions',
		default: [],
		options: [
			{ name: 'Chat', value: 'chat' },
			{ name: 'Email', value: 'email' },
			{ name: 'Other', value: 'other', description: 'Work items and other digital channels' },
			{ name: 'Voice and Screen', value: 'voice-and-screen' },
			{ name: 'Voice Only', value: 'voice-only' },
		],
		description: 'Only recordings of one of these kinds',
	},
	skill: {
		displayName: 'Skill',
		name: 'skill',
		type: 'string',
		default: '',
		placeholder: 'e.g. Billing',
		description: `Skill of one of the agents. Capitals do not count; ${WILDCARDS}.`,
	},
	team: {
		displayName: 'Team',
		name: 'team',
		type: 'string',
		default: '',
		placeholder: 'e.g. Support',
		description: `Team of one of the agents. Capitals do not count; ${WILDCARDS}.`,
	},
} as const satisfies Record<keyof Conditions, INodeProperties>;

/** Who filters: the platform is asked for what matches, or the node looks at all that the platform lists. */
type Filtering = 'sent' | 'applied';

const BY: Record<Filtering, string> = {
	sent: 'The platform filters by it.',
	applied: 'The node filters by it, whatever the platform lists.',
};

/** A shared entry of 'Filters', which says who filters by it. */
export function filterEntry(
	name: keyof Conditions,
	by: Filtering,
	more: Partial<INodeProperties> = {},
): INodeProperties {
	const entry: INodeProperties = { ...ENTRIES[name], ...more };
	return { ...entry, description: `${entry.description?.replace(/\.$/, '')}. ${BY[by]}` };
}

/** The field 'Filters'. */
export function filtersField(
	entries: readonly INodeProperties[],
	isTrigger = false,
): INodeProperties {
	return {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: byName(entries),
		description: `Conditions, all of which must hold${isTrigger ? `. ${WHEN_CHANGED}.` : ''}`,
	};
}

/**
 * Reads the entries of 'Filters' that the node applies.
 *
 * @param names the entries that the platform is not asked for
 * @throws NodeOperationError or UserError for an entry that says nothing: leaving it out would widen the search
 */
export function readConditions(
	fields: FieldValues,
	names: ReadonlyArray<keyof Conditions>,
): Conditions {
	const given = fields.collection('filters');
	const read = (name: keyof Conditions): unknown => {
		const entry: INodeProperties = ENTRIES[name];
		const { displayName, type } = entry;
		const value = given[name];
		if (type === 'number') return fields.bounded(entry, value);
		fields.assertGiven(value, displayName);
		if (type === 'multiOptions') return value;
		if (name === 'callerNumber' || name === 'dialedNumber')
			assertNumber(String(value), displayName);
		return optionalText(value);
	};
	const present = names.filter((name) => name in given);
	const conditions = Object.fromEntries(present.map((name) => [name, read(name)])) as Conditions;
	const { durationFrom = 0, durationTo = Infinity } = conditions;
	if (durationFrom > durationTo) {
		throw fields.refusal(
			`'${ENTRIES.durationFrom.displayName}' is more than '${ENTRIES.durationTo.displayName}'`,
			'Swap the two.',
		);
	}
	return conditions;
}
