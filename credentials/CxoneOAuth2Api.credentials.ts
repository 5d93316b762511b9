import type { ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { CXONE_API_BASE_URL, moreSettings, RECORDING_API_LIMIT } from './cxone-fields';
import { NO_SUCH_API } from '../core/cxone/errors';
import { areaOptions } from '../core/cxone/hosts';
import { pageRules, REDIRECTS, testRules } from '../core/http/test-rules';

/**
 * The API's address. Nothing of this credential runs before n8n fetches a token, so this is where a secret is kept off
 * plain http: such an address becomes https, unless it is this machine's own or the user allowed it.
 */
const API_BASE_URL =
	'{{ ($self["area"] === "other" ? $self["apiBaseUrl"].trim().replace(/\\/+$/, "") : $self["area"] === "global" ? "https://api.nice-incontact.com" : "https://api-" + $self["area"] + ".niceincontact.com").replace(/^http:\\/\\/(?!(localhost|127(\\.[0-9]+){3}|\\[::1\\])([:\\/]|$))/i, $self["allowInsecureHttp"] ? "http://" : "https://") }}';

export class CxoneOAuth2Api implements ICredentialType {
	name = 'cxoneOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'CXone OAuth2 API';

	icon: Icon = { light: 'file:cxone.svg', dark: 'file:cxone.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-call-recordings/n8n-nodes-call-recordings/blob/main/docs/credentials.md#nice-cxone-oauth2';

	properties: INodeProperties[] = [
		{
			displayName: 'Area',
			name: 'area',
			type: 'options',
			default: 'global',
			options: [
				{ name: 'Global (api.nice-incontact.com)', value: 'global' },
				// Only API discovery knows the address there, and n8n fetches the token itself.
				...areaOptions(['fedramp']),
				{ name: 'Other', value: 'other' },
			],
			description:
				"Where the tenant lives. 'Global' is the address in NICE's guide; where CXone does not know the client there, choose the area that the address of CXone in the browser shows: https://na1.nice-incontact.com is NA1.",
		},
		CXONE_API_BASE_URL,
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'clientCredentials',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: `=${API_BASE_URL}/api/v2/oauth/token`,
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'recording:read recording:download',
			description:
				"Scopes, separated by spaces. They must be bound to the API client itself under 'Admin > Security > OAuth > API Clients', not to a user.",
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			default: 'body',
		},
		// n8n's form would offer it; CXone knows of none.
		{
			displayName: 'Send Additional Body Properties',
			name: 'sendAdditionalBodyProperties',
			type: 'hidden',
			default: false,
		},
		moreSettings('Whether to enter another request budget than the usual one'),
		RECORDING_API_LIMIT,
		{
			displayName: 'Allow Insecure HTTP',
			name: 'allowInsecureHttp',
			type: 'boolean',
			default: false,
			displayOptions: { show: { area: ['other'] } },
			description:
				'Whether to send secrets and tokens to http:// addresses, where anyone on the network can read them',
		},
	];

	test: ICredentialTestRequest = {
		request: {
			baseURL: `=${API_BASE_URL.replaceAll('$self', '$credentials')}`,
			url: '/api/v2/recording/search',
			headers: { accept: 'application/json' },
			disableFollowRedirect: true,
			// 400 says that the search itself is missing: sign-in and scope were checked before.
			ignoreHttpStatusErrors: {
				ignore: true,
				except: [...REDIRECTS, 401, 403, 429, 500, 502, 503, 504, ...NO_SUCH_API],
			},
		},
		rules: testRules(
			...pageRules(
				'A web page, or the way to one, came in place of an answer of the API, for example of a proxy or a sign-in page. Check the area or the API base URL.',
			),
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'CXone gave a token, but its API does not accept it. Check the area.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"Client ID and secret are right, but the scope 'recording:read' is missing. Bind it to the API client under 'Admin > Security > OAuth > API Clients'. Some tenants do not offer the Recording API and answer the same.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message:
						'Client ID and secret are right; CXone is throttling this tenant just now. Test again in a minute.',
				},
			},
			...NO_SUCH_API.map((value) => ({
				type: 'responseCode' as const,
				properties: {
					value,
					message:
						"Client ID and secret are right, but this tenant does not offer the Recording API, the only one these open. Use a 'CXone Access Key API' credential, and set 'API' of Search Recordings and the trigger to 'Data Extraction'. If it should be there, check the area.",
				},
			})),
		),
	};
}
