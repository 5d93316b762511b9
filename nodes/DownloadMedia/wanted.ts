import type { IDataObject } from 'n8n-workflow';

import { MIXED } from './fields';
import type { MediaTarget } from '../../core/platform';
import type { FieldValues } from '../common/field-values';
import { platformOf, platforms } from '../platforms';
import type { NodePlatform } from '../platforms/platform';

/** The recording an input item asks for, and the platform it is on. */
export interface Wanted {
	chosen: NodePlatform;
	target: MediaTarget;
}

/** Whether a field identifies the recording, and the input item tells nothing of it. */
export function isById(values: FieldValues): boolean {
	return (
		values.choice<string>('platform') !== MIXED && values.choice<string>('source', 'input') === 'id'
	);
}

/**
 * Finds out what an input item asks for. Makes no request.
 *
 * @throws NodeOperationError when the item is no recording, or one of another platform than the chosen one
 */
export function wantedOf(values: FieldValues, json: IDataObject): Wanted {
	if (isById(values)) {
		const chosen = platformOf(values);
		return { chosen, target: chosen.download.readTarget(values) };
	}
	const wanted = platforms.flatMap((chosen) => {
		const target = chosen.platform.targetOf(json);
		return target === undefined ? [] : [{ chosen, target }];
	});
	if (wanted.length === 0) {
		throw values.refusal(
			'The input item is no recording',
			"Connect Search Recordings or the Call Recording Trigger to this node, or set 'Recording' to 'By ID' and enter an ID.",
		);
	}
	const fitting =
		values.choice<string>('platform') === MIXED
			? wanted[0]
			: wanted.find(({ chosen }) => chosen === platformOf(values));
	if (fitting !== undefined) return fitting;
	const [{ chosen, target }] = wanted;
	throw values.refusal(
		`Recording ${target.id} is one of ${chosen.displayName}, not of ${platformOf(values).displayName}`,
		`Set 'Platform' to '${chosen.displayName}', or to 'Mixed' where the input has items of several platforms.`,
	);
}
