import type { INodeProperties } from 'n8n-workflow';

import type { FieldValues } from './field-values';

const FIELD = 'Wait at Most (Seconds)';
/** Longer than CXone is likely to prepare or lock an interaction. */
const DEFAULT_SECONDS = 300;

/** Entry of 'Options' of every node that reads interactions from Media Playback. */
export const playbackWait: INodeProperties = {
	displayName: FIELD,
	name: 'waitSeconds',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: DEFAULT_SECONDS,
	description:
		'How long to ask again while CXone is still preparing the interaction, or has it locked for another request. Waiting for the request budget does not count.',
};

/** What a builder can do where CXone was waited for in vain, by the reason of the error. */
export const WAIT_LONGER = {
	inProcess: `To wait longer, raise '${FIELD}' under 'Options'.`,
};

/** What that entry says, in milliseconds. @throws NodeOperationError when it makes no sense */
export function playbackPatienceMs(fields: FieldValues): number {
	const { waitSeconds = DEFAULT_SECONDS } = fields.collection('options');
	return fields.number(waitSeconds, FIELD, { min: 0 }) * 1000;
}
