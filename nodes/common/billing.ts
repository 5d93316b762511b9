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
