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

import { girApiBase, girReachable, type GirCredential } from '../core/genesys/connection';
import { redirectRules, testRules } from '../core/http/test-rules';

const NOT_GIR =
	'A server answers there, but it is not Interaction Recording Web Services: perhaps a sign-in page or another service. Check host, port and path of the base URL.';

export class GenesysBasicApi implements ICredentialType {
	name = 'genesysBasicApi';

	displayName = 'Genesys Interaction Recording (GIR) Basic Auth API';

	icon: Icon = { light: 'file:genesys.svg', dark: 'file:genesys.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-call-recordings/n8n-nodes-call-recordings/blob/main/docs/credentials.md#genesys-interaction-recording';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://recordings.example.com:8080',
			description:
				'Address of Interaction Recording Web Services, with or without /api/v2 at its end. This is not Genesys Cloud, which has nodes of its own.',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. admin',
			description:
				'Needs the role Administrator or Supervisor; to delete recordings, Administrator',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Allow Insecure HTTP',
			name: 'allowInsecureHttp',
			type: 'boolean',
			default: false,
			description:
				'Whether to send the password to an http:// address, where anyone on the network can read it',
		},
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'ignoreSSLIssues',
			type: 'boolean',
			default: false,
			description:
				'Whether to connect even if the TLS certificate of the server cannot be verified',
		},
		{
			displayName: 'Checked Address',
			name: 'checkedAddress',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: '',
		},
	];

	/**
	 * Knocks at the server before a password is sent there: for a wrong host, n8n's Test can else show the bare network
	 * code only. The field stays empty, so that every Test knocks again; the nodes themselves do not.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const credential = credentials as unknown as GirCredential;
		await girReachable(
			credential,
			async (options) => (await this.helpers.httpRequest(options)) as unknown,
		);
		return { checkedAddress: '' };
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const credential = credentials as unknown as GirCredential;
		return {
			...requestOptions,
			baseURL: girApiBase(credential),
			auth: { username: credential.username, password: credential.password },
		};
	}

	test: ICredentialTestRequest = {
		request: {
			url: '/recordings',
			qs: { startTime: '={{ Date.now() }}', limit: 1 },
			disableFollowRedirect: true,
			skipSslCertificateValidation: '={{ $credentials.ignoreSSLIssues }}',
		},
		rules: testRules(
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'statusCode',
					// Every answer of GIR has one, whatever it is asked; other servers' pages and JSON have none.
					value: undefined,
					message: NOT_GIR,
				},
			},
			...redirectRules(NOT_GIR),
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'The server did not accept the user name or the password, or it is not a GIR server.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"Signed in, but this user may not search recordings. It needs the role Administrator or Supervisor (section 'htcc', key 'roles' of the person), and the contact center the feature 'api-supervisor-recording'.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message:
						'A server answers there, but it has no recording API. Check host, port and path of the base URL.',
				},
			},
		),
	};
}
