import type { IDataObject } from 'n8n-workflow';

import type { MediaTarget } from '../../core/platform';
import type { FieldValues } from '../common/field-values';
import { platformOf, platforms } from '../platforms';
import { MIXED, type NodePlatform } from '../platforms/platform';

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
 * @throws NodeOperationError or UserError when the item leads to no recording, to several, or to one of another platform
 * than the chosen one
 */
export function wantedOf(values: FieldValues, json: IDataObject): Wanted {
	if (isById(values)) {
		const chosen = platformOf(values);
		return { chosen, target: chosen.download.readTarget(values) };
	}
	const wanted = possibleOf(json);
	if (wanted.length === 0) {
		throw values.refusal(
			'The input item is no recording',
			"Connect Search Recordings, the Call Recording Trigger, Get Contact or Get Segment to this node, or give the item an ID under the name its vendor has for it, such as 'recordingId', 'acdCallId' or 'segmentId'. For an ID under another name, set 'Recording' to 'By ID'.",
		);
	}
	const isMixed = values.choice<string>('platform') === MIXED;
	const fitting = isMixed
		? wanted.slice(0, wanted.length === 1 ? 1 : 0)
		: wanted.filter(({ chosen }) => chosen === platformOf(values));
	if (fitting.length > 0) return fitting[0];
	const [{ chosen, target }] = wanted;
	if (isMixed) {
		const names = wanted.map((one) => one.chosen.displayName).join(' or ');
		const ids = platforms.map(({ platform }) => `'${platform.id}'`).join(' or ');
		throw values.refusal(
			`Recording ${target.id} may be one of ${names}`,
			`Nothing was asked for: the item does not tell which. Add a field 'platform' with ${ids} to it, or choose one platform in the field 'Platform'.`,
		);
	}
	throw values.refusal(
		`Recording ${target.id} is one of ${chosen.displayName}, not of ${platformOf(values).displayName}`,
		`Set 'Platform' to '${chosen.displayName}', or to 'Mixed' where the input has items of several platforms.`,
	);
}

/** The recordings that an item may mean: of each platform that it has something of, the certain ones first and alone. */
function possibleOf(json: IDataObject): Wanted[] {
	const named = platformNamed(json.platform);
	let problem: unknown;
	const found = (named === undefined ? platforms : [named]).flatMap((chosen): Wanted[] => {
		try {
			const target = chosen.platform.targetOf(json);
			return target === undefined ? [] : [{ chosen, target }];
		} catch (error) {
			problem ??= error;
			return [];
		}
	});
	const certain = found.filter(({ target }) => target.guessed !== true);
	if (certain.length > 0) return certain;
	// Where one platform sees a contradiction, what another one guesses is no better.
	if (problem !== undefined) throw problem;
	return found;
}

/** The platform that an item names; undefined where it names none that is known. */
function platformNamed(name: unknown): NodePlatform | undefined {
	if (typeof name !== 'string') return undefined;
	const said = name.trim().toLowerCase();
	return platforms.find(({ platform, displayName, shortName }) =>
		[platform.id, platform.name, displayName, shortName].some((one) => one.toLowerCase() === said),
	);
}
