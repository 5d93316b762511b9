import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { FieldValues } from './field-values';
import { clock } from '../../core/http/clock';
import { retainedSince } from '../../core/retention';

/** What becomes of recordings that are found and cannot be downloaded now. */
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

const waitAtMost: INodeProperties = {
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

/** After how long recordings are gone; see `retainedSince`. */
export const retentionOption: INodeProperties = {
	displayName: 'Retention (Days)',
	name: 'retentionDays',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 90,
	description:
		'After how many days recordings are deleted. Those of calls older than 70 % of that are left out, because they may be gone before they are downloaded.',
};

/** From when on recordings are to be taken, epoch milliseconds; undefined where the option is not set. */
export function retainedFrom(
	fields: FieldValues,
	{ retentionDays }: IDataObject,
): number | undefined {
	if (retentionDays === undefined) return undefined;
	const days = fields.number(retentionDays, retentionOption.displayName, { min: 1 });
	return retainedSince(days, clock.now());
}

/** Names of entries in a collection are in the order of the alphabet. */
export function byName(entries: readonly INodeProperties[]): INodeProperties[] {
	return [...entries].sort((one, other) => one.displayName.localeCompare(other.displayName));
}

/** What a builder can expect when the conditions of a trigger are edited. */
export const WHEN_CHANGED =
	'When they or the credential change, the trigger goes on: recordings that become available from then on come once, those that were left out before stay out. A past that is still being worked off goes on with the new ones. To have a time read again, set another Start Time';
