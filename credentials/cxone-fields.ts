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

/** Behind this choice is what most tenants never need. n8n hands over nothing of what is not shown. */
export const moreSettings = (description: string): INodeProperties => ({
	displayName: 'More Settings',
	name: 'moreSettings',
	type: 'boolean',
	default: false,
	description,
});

/** What is shown with that choice. */
export const WITH_MORE_SETTINGS = { show: { moreSettings: [true] } };

/** What the tenant allows; the limit's window stands in `core/cxone/calls.ts`. */
export const RECORDING_API_LIMIT: INodeProperties = {
	displayName: 'Recording API Requests per Minute',
	name: 'recordingApiPerMinute',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	displayOptions: WITH_MORE_SETTINGS,
	description: 'The nodes wait rather than send more',
};
