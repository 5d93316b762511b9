import type { StoredCredentials } from './engine';
import type { Simulator } from '../../simulator';

/** Credentials that fit the simulated tenants, as a user would have entered them. */
export function credentialsFor(
	simulator: Simulator,
): Record<'cxone' | 'cxoneOAuth2' | 'genesys', StoredCredentials> {
	const { accessKeyId, accessKeySecret, clientId, clientSecret } = simulator.cxone.credentials;
	const { username, password } = simulator.genesys.users.find(
		({ role }) => role === 'administrator',
	)!;
	return {
		cxone: {
			cxoneAccessKeyApi: {
				area: 'other',
				apiBaseUrl: simulator.cxone.url,
				accessKeyId,
				accessKeySecret,
			},
		},
		cxoneOAuth2: {
			cxoneOAuth2Api: {
				area: 'other',
				apiBaseUrl: simulator.cxone.url,
				clientId,
				clientSecret,
				scope: 'recording:read recording:download',
				grantType: 'clientCredentials',
				accessTokenUrl: `${simulator.cxone.url}/api/v2/oauth/token`,
				authentication: 'body',
			},
		},
		genesys: { genesysBasicApi: { baseUrl: simulator.genesys.url, username, password } },
	};
}
