import type { INodeProperties } from 'n8n-workflow';

import { filters, readFilters } from './cxone/apis';
import { download } from './cxone/download';
import { search } from './cxone/search';
import { trigger } from './cxone/trigger';
import type { NodePlatform } from './platform';
import { cxonePlatform, type CxoneQuestions } from '../../core/cxone/platform';

const authenticationField: INodeProperties = {
	displayName: 'CXone Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	default: 'accessKey',
	options: [
		{ name: 'Access Key', value: 'accessKey', description: 'For every API of CXone' },
		{ name: 'OAuth2', value: 'oAuth2', description: 'For the Recording API only' },
	],
	description: 'How to sign in to CXone',
};

/** NICE CXone in the nodes. */
export const cxone: NodePlatform<CxoneQuestions> = {
	platform: cxonePlatform,
	displayName: 'NICE CXone',
	shortName: 'CXone',
	signIns: [
		{ credential: 'cxoneAccessKeyApi', authentication: 'accessKey' },
		{ credential: 'cxoneOAuth2Api', authentication: 'oAuth2' },
	],
	signInFields: [authenticationField],
	recent: { api: 'recordingApi', filters: [] },
	filters,
	conditions: readFilters,
	search,
	trigger,
	download,
};
