import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { FieldValues } from './field-values';
import { clock } from '../../core/http/clock';

export const whenNotAvailable: INodeProperties = {
	displayName: 'Recordings Not Available',
	name: 'whenProcessing',
	type: 'options',
	default: 'skip',
	options: [
		{
			name: 'Include',
			value: 'include',
			description: 'Returns recordings of every status; those not available cannot be downloaded',
		},
		{
			name: 'Leave Out',
			value: 'skip',
			description: 'Returns only recordings that can be downloaded now',
		},
		{
			name: 'Wait Until Available',
			value: 'wait',
			description:
				'Looks again for those still processing after 30 seconds, then less and less often',
		},
	],
	description:
		'What becomes of recordings that cannot be downloaded now: a recording takes from 15 seconds to some minutes after its call to become available',
};

export const waitAtMost: INodeProperties = {
	displayName: 'Wait at Most (Minutes)',
	name: 'maxWaitMinutes',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 10,
	displayOptions: { show: { whenProcessing: ['wait'] } },
	description:
		'How long the search may take with its waiting, for each input item. Recordings that are not available by then are returned with the status they have.',
};

/** As `whenNotAvailable`, with how long to wait; the same on every platform whose lists are of the present. */
export const notAvailableFields: INodeProperties[] = [whenNotAvailable, waitAtMost];

export const retentionOption: INodeProperties = {
	displayName: 'Retention (Days)',
	name: 'retentionDays',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 90,
	description:
		'After how many days recordings are deleted. Those of calls older than 70 % of that are left out, because they may be gone before they are downloaded.',
};

/** Part of the retention period after which a recording may be gone before it is fetched. */
const RETENTION_BUFFER = 0.7;
const DAY_MS = 86_400_000;

/**
 * From when on recordings are to be taken, epoch milliseconds (section "Retention Policy Intersection" of "Downloading Call
 * Recordings Programmatically via the NICE CXone API"); undefined where the option is not set.
 */
export function retainedFrom(
	fields: FieldValues,
	{ retentionDays }: IDataObject,
): number | undefined {
	if (retentionDays === undefined) return undefined;
	const days = fields.bounded(retentionOption, retentionDays);
	return clock.now() - days * RETENTION_BUFFER * DAY_MS;
}

/**
 * The time between two dates, epoch milliseconds, without what is no longer retained. A date that is required, or that an
 * expression should give, must be there: without it the search would find more than was meant.
 */
export function timeRange(
	fields: FieldValues,
	dates: { from: INodeProperties; to: INodeProperties },
	options: IDataObject,
): { from?: number; to?: number } {
	const read = ({ name, displayName, required }: INodeProperties) => {
		const value = fields.value(name, '');
		if (required === true || fields.isExpression(name)) fields.assertGiven(value, displayName);
		return fields.time(value, displayName);
	};
	const [from, to] = [read(dates.from), read(dates.to)];
	if (from !== undefined && to !== undefined && from > to) {
		throw fields.refusal(
			`'${dates.from.displayName}' is later than '${dates.to.displayName}'`,
			'Swap the two dates.',
		);
	}
	const retained = retainedFrom(fields, options);
	return { from: retained === undefined ? from : Math.max(from ?? retained, retained), to };
}

/** The field 'Options'. */
export function optionsField(
	entries: readonly INodeProperties[],
	more: Partial<INodeProperties> = {},
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: byName(entries),
		...more,
	};
}

/** Names of entries in a collection are in the order of the alphabet. */
export function byName(entries: readonly INodeProperties[]): INodeProperties[] {
	return [...entries].sort((one, other) => one.displayName.localeCompare(other.displayName));
}

/** What a builder can expect when the conditions of a trigger are edited. */
export const WHEN_CHANGED =
	"After a change of them or of the credential, recordings that become available from then on come once; those left out before stay out. To have a time read again, set another 'Start Time'";
