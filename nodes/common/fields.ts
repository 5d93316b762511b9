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

/** The credential type behind the choice in 'CXone Authentication'. */
export function cxoneCredentialType(context: IExecuteFunctions, itemIndex: number): CxoneCredentialType {
	return context.getNodeParameter('authentication', itemIndex) === 'oAuth2' ? 'cxoneOAuth2Api' : 'cxoneAccessKeyApi';
}
