import { createHmac, randomBytes, randomUUID } from 'node:crypto';

import { Refusal, type Reply, type SimulatedRequest } from '../http';
import type { TenantState } from './state';
import type { AccessKey, OAuthClient, Principal } from './types';

interface Token {
	principal: Principal;
	expiresAt: number;
}

const REFRESH_SECONDS = 7200;

/**
 * Sign-in and discovery. The access-key exchange and the password grant are those of the CXone user hub and its OpenID
 * configuration; the client-credentials endpoint with scopes is that of "Downloading Call Recordings Programmatically
 * via the NICE CXone API".
 */
export class Authentication {
	private readonly tokens = new Map<string, Token>();
	private readonly refreshTokens = new Map<string, { key: AccessKey; expiresAt: number }>();
	private readonly signingKey = randomBytes(32);

	constructor(private readonly tenant: TenantState) {}

	/** The answer to a sign-in or discovery request, or undefined when the path is none of these. */
	handle(request: SimulatedRequest): Reply | undefined {
		switch (request.path) {
			case '/authentication/v1/token/access-key':
				return only(request, 'POST') ?? this.accessKey(request);
			case '/.well-known/openid-configuration':
				return only(request, 'GET') ?? this.openIdConfiguration();
			case '/.well-known/cxone-configuration':
				return only(request, 'GET') ?? this.cxoneConfiguration(request);
			case '/auth/token':
				return only(request, 'POST') ?? this.openIdToken(request);
			case '/api/v2/oauth/token':
				return only(request, 'POST') ?? this.clientToken(request);
			case '/auth/jwks':
				// Tokens here are signed with a key of the running simulator, which has no public half.
				return only(request, 'GET') ?? { status: 200, body: { keys: [] } };
			case '/auth/userinfo':
				return request.method === 'POST'
					? this.userInfo(request)
					: (only(request, 'GET') ?? this.userInfo(request));
			default:
				return undefined;
		}
	}

	private userInfo(request: SimulatedRequest): Reply {
		const { userId } = this.authenticate(request);
		if (userId === undefined) return { status: 403, body: { message: 'Forbidden' } };
		const name = { name: 'Simulated User', given_name: 'Simulated', family_name: 'User' };
		return { status: 200, body: { sub: userId, ...name, email: 'user@example.com' } };
	}

	/** Who sends the request, by its bearer token. Refuses with 401 as the gateway words it. */
	authenticate(request: SimulatedRequest): Principal {
		const found = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '');
		const token = found?.[1] === undefined ? undefined : this.tokens.get(found[1]);
		if (token === undefined || request.expired || token.expiresAt <= request.now) {
			throw new Refusal({ status: 401, body: { message: 'Unauthorized' } });
		}
		return token.principal;
	}

	/** Makes every token issued so far invalid, as when keys are rotated. */
	revokeAll(): void {
		this.tokens.clear();
		this.refreshTokens.clear();
	}

	private accessKey(request: SimulatedRequest): Reply {
		const body = jsonObject(request);
		const { accessKeyId, accessKeySecret } = body;
		if (typeof accessKeyId !== 'string' || typeof accessKeySecret !== 'string') {
			return {
				status: 400,
				body: {
					error: 'invalid_request',
					error_description: 'accessKeyId and accessKeySecret are required',
				},
			};
		}
		const key = this.tenant.accessKeys.get(accessKeyId);
		if (key === undefined || key.accessKeySecret !== accessKeySecret) {
			return {
				status: 401,
				body: { error: 'invalid_client', error_description: 'The access key is not valid' },
			};
		}
		return { status: 200, body: this.userTokens(key, request.now) };
	}

	private openIdConfiguration(): Reply {
		const { url } = this.tenant;
		return {
			status: 200,
			body: {
				// The issuer is one of two fixed values, whatever host answers.
				issuer: 'https://cxone.niceincontact.com',
				authorization_endpoint: `${url}/auth/authorize`,
				token_endpoint: `${url}/auth/token`,
				userinfo_endpoint: `${url}/auth/userinfo`,
				jwks_uri: `${url}/auth/jwks`,
				end_session_endpoint: `${url}/auth/endsession`,
				token_endpoint_auth_methods_supported: ['client_secret_basic'],
				scopes_supported: ['openid'],
				response_types_supported: ['code'],
				subject_types_supported: ['public'],
				id_token_signing_alg_values_supported: ['RS256'],
			},
		};
	}

	private cxoneConfiguration(request: SimulatedRequest): Reply {
		const tenantId = request.query.get('tenantId');
		if (tenantId === null || tenantId === '')
			return { status: 400, body: { message: 'tenantId is required' } };
		if (tenantId !== this.tenant.tenantId)
			return { status: 404, body: { message: 'Tenant not found' } };
		const { url, area } = this.tenant;
		return {
			status: 200,
			body: {
				private: false,
				tenantId,
				area,
				cluster: 'c31',
				domain: 'niceincontact.com',
				uhDomain: 'nice-incontact.com',
				acdDomain: 'niceincontact.com',
				globaldomain: 'niceincontact.com',
				api_endpoint: url,
				auth_endpoint: url,
				ui_endpoint: url,
			},
		};
	}

	private openIdToken(request: SimulatedRequest): Reply {
		const form = formOf(request);
		const grant = form.get('grant_type');
		if (grant === 'refresh_token') {
			const known = this.refreshTokens.get(form.get('refresh_token') ?? '');
			if (
				this.tenant.oauthClients.get(form.get('client_id') ?? basicOf(request)?.id ?? '') ===
				undefined
			) {
				return openIdError(401, 'invalid_client', 'Client authentication failed');
			}
			if (known === undefined || known.expiresAt <= request.now) {
				return openIdError(400, 'invalid_grant', 'The refresh token is not valid');
			}
			return { status: 200, body: this.userTokens(known.key, request.now) };
		}
		if (grant !== 'password')
			return openIdError(400, 'unsupported_grant_type', 'The grant type is not supported');
		if (this.client(request, form) === undefined)
			return openIdError(401, 'invalid_client', 'Client authentication failed');
		const key = this.tenant.accessKeys.get(form.get('username') ?? '');
		if (key === undefined || key.accessKeySecret !== form.get('password')) {
			return openIdError(400, 'invalid_grant', 'The user name or password is not valid');
		}
		return { status: 200, body: this.userTokens(key, request.now) };
	}

	private clientToken(request: SimulatedRequest): Reply {
		const form = formOf(request);
		const refused = (status: number, error: string, description: string): Reply => ({
			status,
			headers: { 'Cache-Control': 'no-store' },
			body: { error, error_description: description },
		});
		if (form.get('grant_type') !== 'client_credentials') {
			return refused(400, 'unsupported_grant_type', 'Only client_credentials is supported here');
		}
		const client = this.client(request, form);
		if (client === undefined) return refused(401, 'invalid_client', 'Client authentication failed');
		const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
		if (asked.length === 0) return refused(400, 'invalid_scope', 'A scope is required');
		// A scope that is not bound at the client is left out without an error; the gateway then answers 403 on use.
		const granted = asked.filter((scope) => client.scopes.has(scope));
		const principal: Principal = {
			may(permission) {
				if (permission === 'recordingRead')
					return granted.includes('recording:read') && client.scopes.has('recording:read');
				if (permission === 'recordingDownload') {
					return granted.includes('recording:download') && client.scopes.has('recording:download');
				}
				return client.permissions.has(permission);
			},
		};
		const lifetime = this.tenant.tokenLifetimeSeconds;
		return {
			status: 200,
			headers: { 'Cache-Control': 'no-store' },
			body: {
				access_token: this.issue(
					principal,
					{ sub: client.clientId, scope: granted.join(' ') },
					request.now,
				),
				token_type: 'Bearer',
				expires_in: lifetime,
				scope: granted.join(' '),
			},
		};
	}

	// RFC 6749, section 2.3.1, lets a client identify itself by Basic or in the form, but not by both at once.
	private client(request: SimulatedRequest, form: URLSearchParams): OAuthClient | undefined {
		const basic = basicOf(request);
		if (basic !== undefined && form.has('client_secret')) return undefined;
		const id = basic?.id ?? form.get('client_id') ?? '';
		const secret = basic?.secret ?? form.get('client_secret');
		const client = this.tenant.oauthClients.get(id);
		return client !== undefined && client.clientSecret === secret ? client : undefined;
	}

	private userTokens(key: AccessKey, now: number): object {
		const principal: Principal = {
			userId: key.userId,
			may: (permission) => key.permissions.has(permission),
		};
		const refreshToken = randomUUID();
		this.refreshTokens.set(refreshToken, { key, expiresAt: now + REFRESH_SECONDS * 1000 });
		return {
			access_token: this.issue(principal, { sub: key.userId }, now),
			token_type: 'Bearer',
			expires_in: this.tenant.tokenLifetimeSeconds,
			refresh_token: refreshToken,
			id_token: this.jwt(
				{ sub: key.userId, tenantId: this.tenant.tenantId, area: this.tenant.area },
				now,
			),
		};
	}

	private issue(principal: Principal, claims: Record<string, string>, now: number): string {
		const token = this.jwt({ ...claims, tenantId: this.tenant.tenantId }, now);
		this.tokens.set(token, { principal, expiresAt: now + this.tenant.tokenLifetimeSeconds * 1000 });
		return token;
	}

	private jwt(claims: Record<string, string>, now: number): string {
		const part = (value: object): string =>
			Buffer.from(JSON.stringify(value)).toString('base64url');
		const issuedAt = Math.floor(now / 1000);
		const payload = {
			iss: 'https://cxone.niceincontact.com',
			...claims,
			iat: issuedAt,
			exp: issuedAt + this.tenant.tokenLifetimeSeconds,
			jti: randomUUID(),
		};
		const unsigned = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
		return `${unsigned}.${createHmac('sha256', this.signingKey).update(unsigned).digest('base64url')}`;
	}
}

/** 405 unless the method is the given one. */
export function only(request: SimulatedRequest, method: string): Reply | undefined {
	if (request.method === method) return undefined;
	return { status: 405, headers: { Allow: method }, body: { message: 'Method Not Allowed' } };
}

/** The JSON object in the body; refuses with 400 when there is none or the content type does not say JSON. */
export function jsonObject(request: SimulatedRequest): Record<string, unknown> {
	const refuse = (message: string): never => {
		throw new Refusal({ status: 400, body: { message } });
	};
	if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
		refuse('Content-Type must be application/json');
	if (request.body === '') refuse('A JSON body is required');
	let parsed: unknown;
	try {
		parsed = JSON.parse(request.body);
	} catch {
		refuse('The body is not valid JSON');
	}
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
		return refuse('The body must be a JSON object');
	return parsed as Record<string, unknown>;
}

function formOf(request: SimulatedRequest): URLSearchParams {
	if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
		throw new Refusal({
			status: 400,
			body: {
				error: 'invalid_request',
				error_description: 'Content-Type must be application/x-www-form-urlencoded',
			},
		});
	}
	return new URLSearchParams(request.body);
}

function basicOf(request: SimulatedRequest): { id: string; secret: string } | undefined {
	const found = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '');
	if (found?.[1] === undefined) return undefined;
	const [id = '', ...secret] = Buffer.from(found[1], 'base64').toString('utf8').split(':');
	return { id: formDecoded(id), secret: formDecoded(secret.join(':')) };
}

// RFC 6749, section 2.3.1: id and secret are form-encoded before they go into the Basic header.
function formDecoded(text: string): string {
	try {
		return decodeURIComponent(text.replace(/\+/g, ' '));
	} catch {
		return text;
	}
}

function openIdError(status: number, error: string, description: string): Reply {
	return { status, body: { error, errorDescription: description } };
}
