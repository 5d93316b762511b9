import nock from 'nock';

import { runNode, type StoredCredentials } from './engine';
import { CxoneAccessKeyApi } from '../../credentials/CxoneAccessKeyApi.credentials';
import { GenesysBasicApi } from '../../credentials/GenesysBasicApi.credentials';
import { cxoneHosts } from '../../core/cxone/hosts';
import { cxoneSession, storedFields, type AccessKeyCredential } from '../../core/cxone/session';
import { girApiBase } from '../../core/genesys/connection';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { VirtualClock } from '../virtual-clock';

let time: VirtualClock;
let keyNumber = 0;

beforeEach(() => {
	time = new VirtualClock().install();
	nock.disableNetConnect();
});
afterEach(() => {
	expect(nock.pendingMocks()).toEqual([]);
	nock.cleanAll();
	nock.enableNetConnect();
	time.uninstall();
});

/** A key no other test used: sessions live as long as the process. */
const key = (more: Partial<AccessKeyCredential> = {}): AccessKeyCredential => ({
	area: 'na1',
	accessKeyId: `AK${++keyNumber}`,
	accessKeySecret: 'shh-secret',
	accessToken: '',
	...more,
});
const asRequest = async (options: {
	url: string;
	method?: string;
	body?: unknown;
	qs?: object;
	headers?: object;
}) => {
	const url = new URL(options.url);
	for (const [name, value] of Object.entries(options.qs ?? {}))
		url.searchParams.set(name, String(value));
	const response = await fetch(url, {
		method: options.method,
		headers: options.headers as Record<string, string>,
		body:
			options.body === undefined
				? undefined
				: typeof options.body === 'string'
					? options.body
					: JSON.stringify(options.body),
	});
	const text = await response.text();
	return { statusCode: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
};
const session = async (credential: AccessKeyCredential, rejected?: string) =>
	await cxoneSession(credential, asRequest as never, rejected);
const jwt = (claims: object) =>
	`eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('signing in to CXone with an access key', () => {
	it('sends the key to the area it belongs to, and knows its API host', async () => {
		const credential = key({ area: 'au1' });
		nock('https://au1.nice-incontact.com')
			.post('/authentication/v1/token/access-key', {
				accessKeyId: credential.accessKeyId,
				accessKeySecret: 'shh-secret',
			})
			.reply(200, { access_token: 't1', token_type: 'Bearer', expires_in: 3600 });
		expect(await session(credential)).toEqual({
			accessToken: 't1',
			usableUntil: time.ms + 3_540_000,
			apiBaseUrl: 'https://api-au1.niceincontact.com',
		});
	});

	it('makes one token request for a hundred that ask at once', async () => {
		const credential = key();
		nock('https://na1.nice-incontact.com')
			.post('/authentication/v1/token/access-key')
			.once()
			.delay(20)
			.reply(200, { access_token: 't1', expires_in: 3600 });
		const all = await Promise.all(
			Array.from({ length: 100 }, async () => await session({ ...credential })),
		);
		expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set(['t1']));
	});

	it('renews a token a minute before it ends, and one that was rejected, once for all who hold it', async () => {
		const credential = key();
		const answer = (token: string) =>
			nock('https://na1.nice-incontact.com')
				.post('/authentication/v1/token/access-key')
				.reply(200, { access_token: token, expires_in: 600 });
		answer('t1');
		await session(credential);
		time.ms += 539_000;
		expect((await session(credential)).accessToken).toBe('t1');
		answer('t2');
		time.ms += 2_000;
		expect((await session(credential)).accessToken).toBe('t2');
		answer('t3');
		const renewed = await Promise.all([
			session(credential, 't2'),
			session(credential, 't2'),
			session(credential, 't2'),
		]);
		expect(renewed.map(({ accessToken }) => accessToken)).toEqual(['t3', 't3', 't3']);
		expect((await session(credential, 't2')).accessToken).toBe('t3');
	});

	it('uses a token that lives two seconds', async () => {
		const credential = key();
		const answer = (token: string) =>
			nock('https://na1.nice-incontact.com')
				.post('/authentication/v1/token/access-key')
				.reply(200, { access_token: token, expires_in: 2 });
		answer('t1');
		const first = await session(credential);
		expect(first.usableUntil).toBe(time.ms + 1_800);
		time.ms += 1_700;
		expect((await session(credential)).accessToken).toBe('t1');
		const { authenticate } = new CxoneAccessKeyApi();
		expect(
			await authenticate({ ...credential, ...storedFields(credential, first) }, { url: '/x' }),
		).toMatchObject({ headers: { Authorization: 'Bearer t1' } });
		answer('t2');
		time.ms += 200;
		expect((await session(credential)).accessToken).toBe('t2');
	});

	it('goes on with a stored token, but not for another key', async () => {
		const credential = key();
		const stored = storedFields(credential, {
			accessToken: 'stored',
			usableUntil: time.ms + 3_540_000,
			apiBaseUrl: 'https://api-na1.niceincontact.com',
		});
		expect((await session({ ...credential, ...stored })).accessToken).toBe('stored');
		nock('https://na1.nice-incontact.com')
			.post('/authentication/v1/token/access-key')
			.reply(200, { access_token: 'own' });
		expect((await session({ ...key(), ...stored })).accessToken).toBe('own');
	});

	it('takes the OpenID route with a client ID', async () => {
		const credential = key({ clientId: 'app', clientSecret: 'app-secret' });
		nock('https://cxone.niceincontact.com', {
			reqheaders: { authorization: `Basic ${Buffer.from('app:app-secret').toString('base64')}` },
		})
			.post('/auth/token', {
				grant_type: 'password',
				username: credential.accessKeyId,
				password: 'shh-secret',
			})
			.reply(200, { access_token: 't1', expires_in: 3600 });
		expect(await session(credential)).toMatchObject({
			accessToken: 't1',
			apiBaseUrl: 'https://api-na1.niceincontact.com',
		});
	});

	it('finds the API of a FedRAMP tenant by discovery', async () => {
		const token = jwt({ tenantId: '11ec-tenant' });
		nock('https://cxone-gov.niceincontact.com')
			.post('/auth/token')
			.reply(200, { access_token: token });
		nock('https://cxone-gov.niceincontact.com')
			.get('/.well-known/cxone-configuration')
			.query({ tenantId: '11ec-tenant' })
			.reply(200, { api_endpoint: 'https://api-fr1.example.com/' });
		expect(
			await session(key({ area: 'fedramp', clientId: 'app', clientSecret: 's' })),
		).toMatchObject({ accessToken: token, apiBaseUrl: 'https://api-fr1.example.com' });
	});

	it.each([
		[401, { message: 'Unauthorized' }, 'CXone did not accept the access key'],
		[403, {}, 'CXone does not let this access key sign in'],
		[404, '<html>', 'na1.nice-incontact.com is not a CXone sign-in address'],
		[429, {}, 'CXone received too many sign-ins'],
		[503, {}, 'na1.nice-incontact.com could not sign in to CXone just now (HTTP 503)'],
		[200, '<html>proxy</html>', 'CXone answered the sign-in without a token'],
	])('says what to do after %i', async (status, body, message) => {
		const asked = status === 429 || status >= 500 ? 4 : 1;
		nock('https://na1.nice-incontact.com')
			.post('/authentication/v1/token/access-key')
			.times(asked)
			.reply(status, body);
		const refusal = session(key());
		await expect(refusal).rejects.toThrow(message);
		await expect(refusal).rejects.toMatchObject({ description: expect.stringMatching(/\w/) });
	});

	it('tries again after a sign-in that did not work', async () => {
		const credential = key();
		nock('https://na1.nice-incontact.com').post('/authentication/v1/token/access-key').reply(500);
		await expect(session(credential)).rejects.toThrow();
		nock('https://na1.nice-incontact.com')
			.post('/authentication/v1/token/access-key')
			.reply(200, { access_token: 't1' });
		expect((await session(credential)).accessToken).toBe('t1');
	});
});

describe('the hosts of a tenant', () => {
	it.each([
		['eu1', { api: 'https://api-eu1.niceincontact.com', auth: 'https://eu1.nice-incontact.com' }],
		['global', { api: 'https://api.nice-incontact.com' }],
		['fedramp', { issuer: 'https://cxone-gov.niceincontact.com' }],
	])('%s', (area, hosts) => {
		expect(cxoneHosts({ area })).toMatchObject(hosts);
	});

	it('are what was typed for Other', () => {
		expect(cxoneHosts({ area: 'other', apiBaseUrl: 'api-l35.niceincontact.com/' })).toMatchObject({
			api: 'https://api-l35.niceincontact.com',
			auth: 'https://api-l35.niceincontact.com',
		});
	});

	it.each(['evil.example.com/', 'na1.evil.com#', ''])(
		'cannot be smuggled in as area %j',
		(area) => {
			expect(() => cxoneHosts({ area })).toThrow('is not an area of CXone');
		},
	);
});

describe('in n8n', () => {
	const stored = (credential: AccessKeyCredential) =>
		({ cxoneAccessKeyApi: credential }) as unknown as StoredCredentials;
	const helpers = (): { helpers: { httpRequest: typeof asRequest } } => ({
		helpers: { httpRequest: asRequest },
	});

	it('a token that was rejected is never handed back', async () => {
		const credential = key({ accessToken: 'old', sessionUsableUntil: time.ms + 3_540_000 });
		nock('https://na1.nice-incontact.com').post('/authentication/v1/token/access-key').reply(401);
		const test = new CxoneAccessKeyApi().preAuthentication.call(
			helpers() as never,
			credential as never,
		);
		await expect(test).rejects.toThrow('CXone did not accept the access key');
	});

	it('a token goes to no address that is not encrypted', async () => {
		const { authenticate } = new CxoneAccessKeyApi();
		const credential = key();
		const signedIn = {
			...credential,
			...storedFields(credential, {
				accessToken: 't',
				usableUntil: time.ms + 3_540_000,
				apiBaseUrl: 'https://api-na1.niceincontact.com',
			}),
		};
		await expect(authenticate(signedIn, { url: 'http://elsewhere.example.com/x' })).rejects.toThrow(
			'is not encrypted',
		);
	});

	it('a token goes with the key and the address it belongs to, and no other', async () => {
		const { authenticate } = new CxoneAccessKeyApi();
		const credential = key();
		const stored = {
			...credential,
			...storedFields(credential, {
				accessToken: 't',
				usableUntil: time.ms + 3_540_000,
				apiBaseUrl: 'https://api-na1.niceincontact.com',
			}),
		};
		expect(await authenticate(stored, { url: '/x' })).toEqual({
			url: '/x',
			baseURL: 'https://api-na1.niceincontact.com',
			headers: { Authorization: 'Bearer t' },
		});
		for (const change of [
			{ accessKeySecret: 'other' },
			{ accessKeyId: 'other' },
			{ area: 'eu1' },
		]) {
			// What n8n takes for a 401, after which it asks the credential for a new token.
			await expect(authenticate({ ...stored, ...change }, { url: '/x' })).rejects.toMatchObject({
				response: { status: 401 },
			});
		}
		time.ms += 3_590_000;
		await expect(authenticate(stored, { url: '/x' })).rejects.toMatchObject({
			response: { status: 401 },
		});
	});

	it('GIR: the Test knocks before it sends a password, and says why nobody answers', async () => {
		const preAuthentication = new GenesysBasicApi().preAuthentication;
		nock('https://gir.example.com:8080')
			.get('/api/v2/diagnostics/version')
			.replyWithError({ code: 'ECONNREFUSED' });
		await expect(
			preAuthentication.call(helpers() as never, {
				baseUrl: 'https://gir.example.com:8080',
				username: 'u',
				password: 'p',
			}),
		).rejects.toThrow('gir.example.com:8080 could not be reached: the host refused the connection');
	});

	it('GIR: the password goes to the base URL and nowhere else', async () => {
		const sent = await new GenesysBasicApi().authenticate(
			{ baseUrl: 'https://gir.example.com/api/v2/', username: 'u', password: 'p' },
			{ url: '/recordings', baseURL: 'https://other.example.com' },
		);
		expect(sent).toMatchObject({
			baseURL: 'https://gir.example.com/api/v2',
			auth: { username: 'u', password: 'p' },
		});
		expect(() =>
			girApiBase({ baseUrl: 'http://gir.example.com', username: 'u', password: 'p' }),
		).toThrow('is not encrypted');
	});

	it('a rejected token is renewed, once', async () => {
		const credential = key();
		const base = nock('https://na1.nice-incontact.com');
		base.post('/authentication/v1/token/access-key').reply(200, { access_token: 't1' });
		base.post('/authentication/v1/token/access-key').reply(200, { access_token: 't2' });
		const api = nock('https://api-na1.niceincontact.com');
		api.get('/api/v2/recording/a').matchHeader('authorization', 'Bearer t1').reply(401);
		api
			.get('/api/v2/recording/a')
			.matchHeader('authorization', 'Bearer t2')
			.reply(200, { recordingId: 'a', status: 'Available' });
		const { items, error } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { operation: 'get', recordingId: 'a' },
			credentials: stored(credential),
		});
		expect(error).toBeUndefined();
		expect(items[0].json.id).toBe('a');
	});

	it('a wrong key is not tried again for each of many items', async () => {
		nock('https://na1.nice-incontact.com')
			.post('/authentication/v1/token/access-key')
			.once()
			.reply(401);
		const { failed } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { operation: 'get', recordingId: 'a' },
			credentials: stored(key()),
			input: Array.from({ length: 20 }, () => ({ json: {} })),
			onError: 'continueErrorOutput',
		});
		expect(failed.map(({ json }) => json.error)).toEqual(
			Array(20).fill(expect.stringContaining('CXone did not accept the access key')),
		);
	});

	it('a wrong GIR password is not tried again for each of many items', async () => {
		nock('https://gir2.example.com').get('/api/v2/diagnostics/version').optionally().reply(200, {});
		nock('https://gir2.example.com').get('/api/v2/recordings/a').query(true).once().reply(401);
		const { failed } = await runNode({
			nodeType: new SearchRecordings(),
			parameters: { platform: 'genesys', operation: 'get', recordingId: 'a' },
			credentials: {
				genesysBasicApi: { baseUrl: 'https://gir2.example.com', username: 'u', password: 'p' },
			},
			input: Array.from({ length: 20 }, () => ({ json: {} })),
			onError: 'continueErrorOutput',
		});
		expect(new Set(failed.map(({ json }) => json.error))).toEqual(
			new Set(['GIR did not accept the sign-in when asked to get a recording']),
		);
		expect(failed).toHaveLength(20);
	});
});
