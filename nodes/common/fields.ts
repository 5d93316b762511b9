import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { CxoneCredentialType } from '../../core/cxone/client';

/** Which platform, for nodes that serve both. */
export const platformField: INodeProperties = {
	displayName: 'Platform',
	name: 'platform',
	type: 'options',
	noDataExpression: true,
	default: 'cxone',
	options: [
		{ name: 'NICE CXone', value: 'cxone' },
		{ name: 'Genesys Interaction Recording (GIR)', value: 'genesys' },
	],
	description: 'Where the recordings are',
};

/**
 * Which of the two CXone credentials. Say with `hide`, never with `show`, when it is not there: n8n's editor shows the
 * choice as part of the credential list, and takes every field that its `show` names out of the panel along with it.
 */
export const cxoneAuthenticationField: INodeProperties = {
	displayName: 'CXone Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	default: 'accessKey',
	options: [
		{ name: 'Access Key', value: 'accessKey' },
		{ name: 'OAuth2', value: 'oAuth2' },
	],
	description: 'How to sign in to CXone',
};

/** Whether items have the shape both platforms share, or the vendor's own. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** In which zone times of extracted metadata are that come without one; see `readZone`. */
export const timeZoneOption: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timeZone',
	type: 'string',
	default: 'UTC',
	placeholder: 'e.g. America/Los_Angeles',
	description:
		"The zone of the times in CXone's list, where they come without one. NICE does not document it: compare the start of a call with what CXone shows. A name as in the workflow settings, for example Europe/Berlin.",
};

/** The credential type behind the choice in 'CXone Authentication'. */
export function cxoneCredentialType(context: IExecuteFunctions, itemIndex: number): CxoneCredentialType {
	return context.getNodeParameter('authentication', itemIndex) === 'oAuth2' ? 'cxoneOAuth2Api' : 'cxoneAccessKeyApi';
}
