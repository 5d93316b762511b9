import { startSimulator, type Simulator } from '../../simulator';
import { accessToken, bearer, JSON_TYPE, pick, send, type Answer } from './support';
import { VirtualClock } from '../virtual-clock';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('CXone sign-in and discovery', () => {
	let simulator: Simulator;
	const clock = new VirtualClock();
	beforeAll(async () => {
		simulator = await startSimulator({ seed: 'empty', now: clock.now });
		simulator.cxone.recordings.add({ recordingId: 'r1' });
	});
	afterAll(async () => await simulator.stop());

	const post = async (
		path: string,
		body: string,
		headers: Record<string, string>,
	): Promise<Answer> =>
		await send(`${simulator.cxone.url}${path}`, { method: 'POST', headers, body });
	const get = async (path: string, token: string): Promise<Answer> =>
		await send(`${simulator.cxone.url}${path}`, { headers: bearer(token) });
	const basicClient = (): Record<string, string> => {
		const { clientId, clientSecret } = simulator.cxone.credentials;
		return {
			authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
		};
	};

	it('exchanges an access key for tokens that name the tenant and expire', async () => {
		const { accessKeyId, accessKeySecret } = simulator.cxone.credentials;
		const path = '/authentication/v1/token/access-key';
		const answer = await post(
			path,
			JSON.stringify({ accessKeyId, accessKeySecret, client_id: 'x', client_secret: 'y' }),
			JSON_TYPE,
		);
		expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
		const claims = (name: string): unknown =>
			JSON.parse(Buffer.from(pick(answer.json, name).split('.')[1] ?? '', 'base64url').toString());
		expect(claims('access_token')).toMatchObject({ tenantId: simulator.cxone.tenantId });
		expect(claims('id_token')).toMatchObject({ tenantId: simulator.cxone.tenantId, area: 'na1' });

		const token = pick(answer.json, 'access_token');
		expect((await get('/api/v2/recording/r1', token)).status).toBe(200);
		clock.advance(3600);
		expect(await get('/api/v2/recording/r1', token)).toMatchObject({
			status: 401,
			json: { message: 'Unauthorized' },
		});
	});

	it('refuses wrong keys, wrong content types and missing parts', async () => {
		const path = '/authentication/v1/token/access-key';
		expect(
			(await post(path, JSON.stringify({ accessKeyId: 'a', accessKeySecret: 'b' }), JSON_TYPE))
				.status,
		).toBe(401);
		expect((await post(path, JSON.stringify({ accessKeyId: 'a' }), JSON_TYPE)).status).toBe(400);
		expect((await post(path, 'accessKeyId=a&accessKeySecret=b', FORM)).status).toBe(400);
		expect((await send(`${simulator.cxone.url}${path}`)).status).toBe(405);
	});

	it('demands a valid bearer token everywhere else', async () => {
		for (const headers of [{}, bearer('made.up.token'), { authorization: 'Basic YTpi' }]) {
			expect(
				await send(`${simulator.cxone.url}/media-playback/v1/contacts`, { headers }),
			).toMatchObject({ status: 401, json: { message: 'Unauthorized' } });
		}
		const token = await accessToken(simulator);
		expect((await get('/no/such/path', token)).status).toBe(404);
		simulator.cxone.revokeTokens();
		expect((await get('/no/such/path', token)).status).toBe(401);
	});

	it('tells who a token belongs to', async () => {
		const answer = await get('/auth/userinfo', await accessToken(simulator));
		expect(answer.json).toMatchObject({ sub: simulator.cxone.userId, email: expect.any(String) });
		expect((await send(`${simulator.cxone.url}/auth/userinfo`)).status).toBe(401);
	});

	it('publishes where everything is', async () => {
		const { url, tenantId } = simulator.cxone;
		const openId = await send(`${url}/.well-known/openid-configuration`);
		expect(openId.json).toMatchObject({
			issuer: 'https://cxone.niceincontact.com',
			token_endpoint: `${url}/auth/token`,
			scopes_supported: ['openid'],
		});
		const cxone = await send(`${url}/.well-known/cxone-configuration?tenantId=${tenantId}`);
		expect(cxone.json).toMatchObject({ api_endpoint: url, area: 'na1', tenantId });
		expect((await send(`${url}/.well-known/cxone-configuration`)).status).toBe(400);
		expect((await send(`${url}/.well-known/cxone-configuration?tenantId=other`)).status).toBe(404);
	});

	it('grants the password and refresh grants with client credentials in the header or the form', async () => {
		const { accessKeyId, accessKeySecret, clientId, clientSecret } = simulator.cxone.credentials;
		const password = { grant_type: 'password', username: accessKeyId, password: accessKeySecret };
		const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
		const byHeader = await post('/auth/token', form(password), { ...FORM, ...basicClient() });
		expect(byHeader.status).toBe(200);
		const byForm = await post(
			'/auth/token',
			form({ ...password, client_id: clientId, client_secret: clientSecret }),
			FORM,
		);
		expect(byForm.status).toBe(200);
		const refreshed = await post(
			'/auth/token',
			form({
				grant_type: 'refresh_token',
				client_id: clientId,
				refresh_token: pick(byForm.json, 'refresh_token'),
			}),
			FORM,
		);
		expect((await get('/api/v2/recording/r1', pick(refreshed.json, 'access_token'))).status).toBe(
			200,
		);

		expect(await post('/auth/token', form(password), FORM)).toMatchObject({
			status: 401,
			json: { error: 'invalid_client', errorDescription: expect.any(String) },
		});
		expect(
			(
				await post('/auth/token', form({ ...password, password: 'no' }), {
					...FORM,
					...basicClient(),
				})
			).json,
		).toMatchObject({ error: 'invalid_grant' });
		expect(
			(
				await post('/auth/token', form({ grant_type: 'client_credentials' }), {
					...FORM,
					...basicClient(),
				})
			).json,
		).toMatchObject({ error: 'unsupported_grant_type' });
	});

	it('evaluates scopes at the client', async () => {
		const { contacts, credentials, oauthClients } = simulator.cxone;
		const { clientId, clientSecret } = credentials;
		const token = async (scope: string): Promise<string> => {
			const fields = {
				grant_type: 'client_credentials',
				client_id: clientId,
				client_secret: clientSecret,
				scope,
			};
			return pick(
				(await post('/api/v2/oauth/token', new URLSearchParams(fields).toString(), FORM)).json,
				'access_token',
			);
		};
		const download = `/api/v2/recording/r1/download?channel=combined`;
		const both = await token('recording:read recording:download');
		expect((await get('/api/v2/recording/r1', both)).status).toBe(200);
		expect((await get(download, both)).status).toBe(200);
		const reader = await token('recording:read');
		expect((await get('/api/v2/recording/r1', reader)).status).toBe(200);
		expect((await get(download, reader)).status).toBe(403);

		oauthClients.get(clientId)?.scopes.delete('recording:download');
		const unbound = await post(
			'/api/v2/oauth/token',
			'grant_type=client_credentials&scope=recording%3Aread+recording%3Adownload',
			{ ...FORM, ...basicClient() },
		);
		expect(unbound.json).toMatchObject({
			token_type: 'Bearer',
			expires_in: 3600,
			scope: 'recording:read',
		});
		expect((await get(download, pick(unbound.json, 'access_token'))).status).toBe(403);
		// A client's scopes do not reach the APIs that know users' permissions.
		contacts.add({ acdCallId: '1', interactions: [{ kind: 'call' }] });
		expect((await get('/media-playback/v1/contacts?acd-call-id=1', both)).status).toBe(403);
		expect(
			(await get('/media-playback/v1/contacts?acd-call-id=1', await accessToken(simulator))).status,
		).toBe(200);

		expect(
			(
				await post('/api/v2/oauth/token', 'grant_type=client_credentials', {
					...FORM,
					...basicClient(),
				})
			).json,
		).toMatchObject({ error: 'invalid_scope' });
		expect(
			(
				await post('/api/v2/oauth/token', `grant_type=client_credentials&scope=a&client_secret=x`, {
					...FORM,
					...basicClient(),
				})
			).status,
		).toBe(401);
	});

	it('refuses by permission of the access key', async () => {
		simulator.cxone.addAccessKey({
			accessKeyId: 'weak',
			accessKeySecret: 's',
			permissions: ['recordingRead'],
		});
		const token = await accessToken(simulator, 'weak', 's');
		expect((await get('/api/v2/recording/r1', token)).status).toBe(200);
		expect(await get('/api/v2/recording/r1/download?channel=combined', token)).toMatchObject({
			status: 403,
			json: { message: 'Forbidden' },
		});
	});
});
