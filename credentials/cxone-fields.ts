import type { INodeProperties } from 'n8n-workflow';

/** The address of an API that no area names. */
export const CXONE_API_BASE_URL: INodeProperties = {
	displayName: 'API Base URL',
	name: 'apiBaseUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://api-l35.niceincontact.com',
	required: true,
	displayOptions: { show: { area: ['other'] } },
	description: 'Address of the CXone API, without a path',
};

/** What the tenant allows; the limits' windows stand in `core/cxone/calls.ts`. */
export const CXONE_LIMITS: INodeProperties[] = [
	{
		displayName: 'Media Playback Requests per 5 Minutes',
		name: 'mediaPlaybackPer5Minutes',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 150,
		description:
			'The nodes wait rather than send more. 150 is the default of CXone; raise it only if your contract says so.',
	},
	{
		displayName: 'Recording API Requests per Minute',
		name: 'recordingApiPerMinute',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 50,
		description: 'The nodes wait rather than send more',
	},
];
