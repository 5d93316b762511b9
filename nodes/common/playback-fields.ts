import type { INodeProperties } from 'n8n-workflow';

/**
 * Said where a call to Media Playback may be made ("Media Playback: usage, licensing and rate limiting"), and nowhere else.
 *
 * @param what is done with it: "Contacts are fetched"
 */
export function billingNotice(what: string): INodeProperties {
	return {
		displayName: `${what} by Media Playback. NICE bills each of its calls, and your contract needs its licence (SKU); use without it leads to back-billing, throttling or suspension.`,
		name: 'billingNotice',
		type: 'notice',
		default: '',
	};
}

export const acdCallIdField: INodeProperties = {
	displayName: 'ACD Call ID',
	name: 'acdCallId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 512340009871',
	description:
		'On CXone ACD this is the master contact ID, for example from the Contact History report or from Search Recordings. Calls recorded before December 13, 2018 cannot be found by it.',
};

export const segmentIdField: INodeProperties = {
	displayName: 'Segment ID',
	name: 'segmentId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 7a3f9e20-6f0c-4d5e-9b8a-2c1d0e3f4a5b',
	description:
		'From Interaction Search in CXone, Get Contact or Search Recordings, or a link of the CXone Player. To be read from Media Playback, the segment must be in active storage.',
};

export const statementIdField: INodeProperties = {
	displayName: 'Statement ID',
	name: 'statementId',
	type: 'string',
	default: '',
	required: true,
	description: 'ID of the statement within the contact',
};

/** Which interactions of a contact. */
export const mediaTypeField: INodeProperties = {
	displayName: 'Media Type',
	name: 'mediaType',
	type: 'options',
	default: 'all',
	options: [
		{ name: 'All', value: 'all', description: 'Also screen recordings of chats and emails' },
		{ name: 'Chat', value: 'chat' },
		{ name: 'Email', value: 'email' },
		{ name: 'Voice and Screen', value: 'voice-and-screen' },
		{ name: 'Voice Only', value: 'voice-only' },
	],
};

/** Entry of 'Options' of every node that reads interactions from Media Playback. */
export const playbackWait: INodeProperties = {
	displayName: 'Wait at Most (Seconds)',
	name: 'waitSeconds',
	type: 'number',
	typeOptions: { minValue: 0 },
	// Longer than CXone is likely to prepare or lock an interaction.
	default: 300,
	description:
		'How long to ask again while CXone is still preparing the interaction, or has it locked for another request. Waiting for the request budget does not count.',
};

/** What a builder can do where CXone was waited for in vain, by the reason of the error. */
export const WAIT_LONGER = {
	inProcess: `To wait longer, raise '${playbackWait.displayName}' under 'Options'.`,
};
