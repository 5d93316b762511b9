import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import {
	CXONE_API_BASE_URL,
	moreSettings,
	RECORDING_API_LIMIT,
	WITH_MORE_SETTINGS,
} from './cxone-fields';
import { NO_SUCH_API } from '../core/cxone/errors';
import { areaOptions } from '../core/cxone/hosts';
import {
	apiBaseUrlOf,
	cxoneSession,
	isUsable,
	storedFields,
	type AccessKeyCredential,
} from '../core/cxone/session';
import { assertSecure } from '../core/http/base-url';
import { pageRules, REDIRECTS, testRules } from '../core/http/test-rules';

/** Statuses that are no answer of the API that was asked. */
const REFUSED = [...REDIRECTS, 401, 403, 429, 500, 502, 503, 504];
export class CxoneAccessKeyApi implements ICredentialType {
	name = 'cxoneAccessKeyApi';

	displayName = 'CXone Access Key API';

	icon: Icon = { light: 'file:cxone.svg', dark: 'file:cxone.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-call-recordings/n8n-nodes-call-recordings/blob/main/docs/credentials.md#nice-cxone-access-key';

	properties: INodeProperties[] = [
		{
			displayName: 'Area',
			name: 'area',
			type: 'options',
			default: 'na1',
			options: [...areaOptions(), { name: 'Other', value: 'other' }],
			description:
				"Where the tenant lives. The address of CXone in the browser shows it: https://na1.nice-incontact.com is NA1. With 'Other', you enter the addresses.",
		},
		CXONE_API_BASE_URL,
		{
			displayName: 'Sign-In Base URL',
			name: 'authBaseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://na2.nice-incontact.com',
			displayOptions: { show: { area: ['other'] } },
			description:
				'Address that answers sign-ins. Leave empty if it is the same as the API base URL.',
		},
		{
			displayName: 'Access Key ID',
			name: 'accessKeyId',
			type: 'string',
			default: '',
			required: true,
			description: "Made in CXone under 'My Profile > Access Keys', or on the employee's page",
		},
		{
			displayName: 'Access Key Secret',
			name: 'accessKeySecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Shown only once, when the key is made',
		},
		{
			displayName: 'API to Test',
			name: 'testApi',
			type: 'options',
			default: 'recordingApi',
			options: [
				{ name: 'Data Extraction', value: 'dataExtraction' },
				{ name: 'Media Playback', value: 'mediaPlayback' },
				{ name: 'Recording API', value: 'recordingApi' },
			],
			description:
				"Which API the Test of this credential asks, besides signing in. Media Playback answers for recordings of others only with a real one, so a missing 'Play Any' may not show in the Test.",
		},
		moreSettings(
			'Whether to enter a client ID, or other request budgets than the usual ones. While this is off, none is used.',
		),
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			displayOptions: WITH_MORE_SETTINGS,
			description:
				'Only for applications that are registered with NICE (OpenID route). Leave empty otherwise.',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: WITH_MORE_SETTINGS,
			description: 'Only together with a client ID',
		},
		{
			displayName: 'Media Playback Requests per 5 Minutes',
			name: 'mediaPlaybackPer5Minutes',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: 150,
			displayOptions: WITH_MORE_SETTINGS,
			description:
				'The nodes wait rather than send more. 150 is the default of CXone; raise it only if your contract says so.',
		},
		RECORDING_API_LIMIT,
		{
			displayName: 'Allow Insecure HTTP',
			name: 'allowInsecureHttp',
			type: 'boolean',
			default: false,
			displayOptions: { show: { area: ['other'] } },
			description:
				'Whether to send keys and tokens to http:// addresses, where anyone on the network can read them',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		// n8n keeps of a session only what is declared here.
		{ displayName: 'Session Address', name: 'sessionApiBaseUrl', type: 'hidden', default: '' },
		{ displayName: 'Session Usable Until', name: 'sessionUsableUntil', type: 'hidden', default: 0 },
		{ displayName: 'Session Belongs To', name: 'sessionFor', type: 'hidden', default: '' },
	];

	/**
	 * Exchanges the access key for a bearer token. n8n calls this for an empty token and after a 401; a token that is
	 * already there was rejected, so it is never handed back.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const credential = credentials as unknown as AccessKeyCredential;
		const session = await cxoneSession(
			credential,
			async (options) => (await this.helpers.httpRequest(options)) as unknown,
			credential.accessToken === '' ? undefined : credential.accessToken,
		);
		return storedFields(credential, session);
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const credential = credentials as unknown as AccessKeyCredential;
		// n8n takes this for an answer of 401 and signs in anew, with the key and the address as they are now.
		if (!isUsable(credential))
			throw Object.assign(new Error('The session has ended'), { response: { status: 401 } });
		const baseUrl = requestOptions.baseURL || apiBaseUrlOf(credential);
		assertSecure(new URL(requestOptions.url, baseUrl), credentials.allowInsecureHttp === true);
		return {
			...requestOptions,
			baseURL: baseUrl,
			headers: {
				...requestOptions.headers,
				Authorization: `Bearer ${String(credentials.accessToken)}`,
			},
		};
	}

	test: ICredentialTestRequest = {
		request: {
			url: '={{ { mediaPlayback: "/media-playback/v1/contacts?acd-call-id=0", recordingApi: "/api/v2/recording/search", dataExtraction: "/data-extraction/v1/jobs" }[$credentials.testApi] }}',
			headers: { accept: 'application/json' },
			disableFollowRedirect: true,
			// 400 says that an ID or the search itself is missing: sign-in and permission were checked before. So does 404 of a
			// contact; of the search it says that there is no such API.
			ignoreHttpStatusErrors: {
				ignore: true,
				except:
					`={{ [${REFUSED.join(', ')}].concat($credentials.testApi === "mediaPlayback" ? [] : [${NO_SUCH_API.join(', ')}]) }}` as unknown as number[],
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
					message:
						"CXone gave a token for this key, but the API does not accept it. Check that the area is the tenant's own.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"The key is right, but a permission is missing. Media Playback: 'Search & Playback > Player > Play/download recordings: Play Any' and the Media Playback licence. Data Extraction: 'Search & Playback > APIs > Extract Interaction Metadata'. Recording API: 'Recording > Read'; some tenants do not offer this API and answer the same.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message:
						'The key is right; CXone is throttling this tenant just now. Test again in five minutes.',
				},
			},
			...NO_SUCH_API.map((value) => ({
				type: 'responseCode' as const,
				properties: {
					value,
					message:
						"The key is right, but this tenant does not offer the API to test. Without the Recording API, set 'API' of Search Recordings and the trigger to 'Data Extraction', and 'API to Test' here. If it should be there, check the area.",
				},
			})),
		),
	};
}
