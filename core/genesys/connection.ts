import { UserError } from 'n8n-workflow';
import type { IHttpRequestOptions } from 'n8n-workflow';

import { normalizeBaseUrl } from '../http/base-url';
import { NetworkFailure } from '../http/network-failure';
import { asNetworkFailure } from '../http/transport';

/** The GIR credential as n8n stores it. */
export interface GirCredential {
	baseUrl: string;
	username: string;
	password: string;
	allowInsecureHttp?: boolean;
	ignoreSSLIssues?: boolean;
}

const API_PATH = '/api/v2';
const GENESYS_CLOUD_HOST = /(^|\.)(mypurecloud\.|pure\.cloud$)/i;
const TIMEOUT_MS = 20_000;

/**
 * The address of the recording API: the base URL as typed, with exactly one `/api/v2` at its end and no slash after it
 * (Genesys Interaction Recording, "Search, Playback, and Delete API").
 *
 * @throws UserError when it is empty, malformed, not encrypted, or that of Genesys Cloud
 */
export function girApiBase(credential: GirCredential): string {
	const base = normalizeBaseUrl(
		credential.baseUrl ?? '',
		'Base URL',
		credential.allowInsecureHttp === true,
	);
	if (GENESYS_CLOUD_HOST.test(new URL(base).hostname)) {
		throw new UserError('This base URL belongs to Genesys Cloud', {
			description:
				'This credential is for Genesys Interaction Recording (GIR) of Genesys Engage. Genesys Cloud is another product with another API.',
		});
	}
	return `${base.replace(/\/api\/v2$/i, '')}${API_PATH}`;
}

/**
 * Checks that a server answers at the base URL, without sending the password.
 *
 * @returns the address of the recording API
 * @throws UserError that says why no server could be reached
 */
export async function girReachable(
	credential: GirCredential,
	request: (options: IHttpRequestOptions) => Promise<unknown>,
): Promise<string> {
	const base = girApiBase(credential);
	try {
		await request({
			method: 'GET',
			url: `${base}/diagnostics/version`,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			skipSslCertificateValidation: credential.ignoreSSLIssues === true,
			timeout: TIMEOUT_MS,
		});
	} catch (error) {
		const { host } = new URL(base);
		const failure = asNetworkFailure(error, host) ?? new NetworkFailure('UNKNOWN', host);
		throw new UserError(`${host} could not be reached: ${failure.what}`, {
			description: failure.next,
		});
	}
	return base;
}
