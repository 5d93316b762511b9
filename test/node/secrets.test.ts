import { credentialsFor } from './credentials';
import { CALLS, seed } from './endpoint-calls';
import { runNode, type NodeResult, type StoredCredentials } from './engine';
import { worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { FaultEffect } from '../../simulator';

const world = worldForEachTest();

/** What must not be seen anywhere. With signs that every way of writing changes. */
const MARKED = {
	accessKeySecret: 'MARK<b>key</b>&sécret/+="1',
	clientSecret: 'MARK client:s&cret/2',
	accessToken: 'MARK-opaque<i>token</i>/+=3',
	refreshToken: 'MARK-refresh/4',
	password: 'MARK pass"w<o>rd&/5',
	signature: 'MARKsignature%2B6',
} as const;

/** Every form in which a secret can be read from a text. */
const formsOf = (secret: string): string[] => [
	secret,
	encodeURIComponent(secret),
	new URLSearchParams({ '': secret }).toString().slice(1),
	Buffer.from(secret).toString('base64'),
	Buffer.from(secret).toString('base64url'),
	Buffer.from(secret).toString('hex'),
	JSON.stringify(secret).slice(1, -1),
	secret.replace(/<[^>]*>/g, ''),
	secret.replace(/<[^>]*>/g, ' '),
	secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
];

/** Credentials with the marked secrets, all of which the simulated platforms accept. */
function marked(which: 'cxone' | 'cxoneOAuth2' | 'genesys'): StoredCredentials {
	const { genesys } = world.simulator;
	const credentials = structuredClone(credentialsFor(world.simulator)[which]);
	for (const type of Object.values(credentials)) {
		if ('accessKeySecret' in type)
			Object.assign(type, {
				accessKeySecret: MARKED.accessKeySecret,
				clientId: 'app',
				clientSecret: MARKED.clientSecret,
			});
		if ('accessTokenUrl' in type) type.clientSecret = MARKED.clientSecret;
		if ('password' in type) type.password = MARKED.password;
	}
	world.simulator.faults.add({
		server: 'cxone',
		method: 'POST',
		path: /\/auth\/token$|\/oauth\/token$|\/token\/access-key$/,
		times: Infinity,
		effect: {
			kind: 'status',
			status: 200,
			body: {
				access_token: MARKED.accessToken,
				refresh_token: MARKED.refreshToken,
				id_token: MARKED.refreshToken,
				token_type: 'Bearer',
				expires_in: 3600,
			},
		},
	});
	for (const user of genesys.users) user.password = MARKED.password;
	return credentials;
}

const logged: string[] = [];
beforeEach(() => {
	logged.length = 0;
	for (const level of ['log', 'debug', 'info', 'warn', 'error'] as const)
		jest.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
			logged.push(parts.map(String).join(' '));
		});
});
afterEach(() => jest.restoreAllMocks());

/** All that a value holds, also what JSON leaves out: messages, stacks and causes of errors, symbols, getters. */
function everything(value: unknown, seen = new Set<unknown>()): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || seen.has(value)) return [];
	seen.add(value);
	if (Buffer.isBuffer(value)) return [value.toString('latin1')];
	return Reflect.ownKeys(value).flatMap((key) => [
		String(key),
		...everything((value as Record<PropertyKey, unknown>)[key], seen),
	]);
}

/** Everything that n8n keeps or shows of a run, and nothing of what n8n itself holds for it: the credentials. */
function keptOf({ run, error, items, failed }: NodeResult): string {
	return everything([
		run.data.resultData,
		run.data.executionData?.contextData,
		error,
		items,
		failed,
		logged,
	]).join('\n');
}

function leaks(text: string): string[] {
	const plain = [text, decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'))].join('\n');
	return Object.entries(MARKED).flatMap(([name, secret]) =>
		formsOf(secret)
			.filter((form) => plain.includes(form))
			.map((form) => {
				const at = plain.indexOf(form);
				return `${name}: …${plain.slice(Math.max(0, at - 80), at + form.length + 20)}…`;
			}),
	);
}

const { accessKeySecret, clientSecret, accessToken, refreshToken, password, signature } = MARKED;
const SIGNED = `https://media.example.com/a.wav?X-Amz-Signature=${signature}&sig=${signature}`;
const basic = (user: string, secret: string) => Buffer.from(`${user}:${secret}`).toString('base64');
const url = (text: string) => encodeURIComponent(text);

/** What each service was told: that, and links of its own, it can repeat. */
const TOLD = {
	cxone: [accessKeySecret, clientSecret, accessToken, refreshToken],
	cxoneOAuth2: [clientSecret, accessToken, refreshToken],
	genesys: [password],
};

/** Answers of a service that tells all it knows, and failures in which it may be hidden. */
function answersOf(told: readonly string[]): Array<[string, FaultEffect]> {
	const echo = {
		message: `no access with ${told.join(' , ')}`,
		description: `Authorization: Bearer ${told[0]}; Basic ${basic('app', told.at(-1)!)}`,
		errors: [{ password: told[0], client_secret: told.at(-1), secret: told[0] }],
		link: SIGNED,
		parameters: { 'rp.speechminer_auth': `rpUser:${told[0]}` },
	};
	const status = (code: number, body: string | object, headers = {}): FaultEffect => ({
		kind: 'status',
		status: code,
		body,
		headers,
	});
	const encoded = [url, (one: string) => Buffer.from(one).toString('base64'), JSON.stringify];
	return [
		...[400, 401, 403, 404, 409, 422, 425, 429, 500, 503].map((code): [string, FaultEffect] => [
			`${code} with everything`,
			status(code, echo, { 'Retry-After': '900' }),
		]),
		['400 in a form nobody knows', status(400, { debug: { ...echo, message: undefined } })],
		['200 with an error', status(200, { error: echo })],
		[
			'200 with a web page',
			status(200, `<html><body>${told.join('<br>')} ${SIGNED}</body></html>`),
		],
		['200 with text', status(200, `${told.join(' ')} ${SIGNED}`)],
		[
			'200 with broken JSON',
			status(200, `{"access_token":${JSON.stringify(told[0])},"x":"${SIGNED}",`, {
				'content-type': 'application/json',
			}),
		],
		[
			'403 with encoded secrets',
			status(403, told.flatMap((one) => encoded.map((form) => form(one))).join(' ')),
		],
		[
			'a redirect that carries the token',
			{ kind: 'redirect', location: `https://sso.example.com/?t=${url(told[0])}&sig=${signature}` },
		],
		[
			'a redirect that cannot be read',
			{ kind: 'redirect', location: `http://[${url(told[0])}?Signature=${signature}` },
		],
		['no answer', { kind: 'reset' }],
		['half an answer', { kind: 'cut', afterBytes: 12 }],
	];
}

describe.each(Object.entries(CALLS))('no secret is seen anywhere: %s', (_name, call) => {
	it.each(answersOf(TOLD[call.credentials]))('%s', async (_what, effect) => {
		seed(world.simulator);
		world.simulator.faults.add({
			server: call.server,
			method: call.method,
			path: call.path,
			times: Infinity,
			effect,
		});
		const run = {
			nodeType: call.node(),
			parameters: call.parameters,
			credentials: marked(call.credentials),
		};
		const found = leaks(keptOf(await runNode(run)));
		found.push(...leaks(keptOf(await runNode({ ...run, onError: 'continueErrorOutput' }))));
		expect(found).toEqual([]);
	});
});

describe.each(['cxone', 'cxoneOAuth2'] as const)(
	'no secret is seen anywhere: sign-in of %s',
	(which) => {
		it.each(answersOf(TOLD[which]))('%s', async (_what, effect) => {
			const credentials = marked(which);
			world.simulator.faults.clear();
			world.simulator.faults.add({ server: 'cxone', method: 'POST', times: Infinity, effect });
			const result = await runNode({
				nodeType: new SearchRecordings(),
				parameters: {
					platform: 'cxone',
					operation: 'get',
					recordingId: 'a',
					authentication: which === 'cxone' ? 'accessKey' : 'oAuth2',
				},
				credentials,
			});
			expect(result.error).toBeDefined();
			// What was never handed out as a token is none.
			const own = leaks(keptOf(result)).filter((leak) => !/^(accessToken|refreshToken)/.test(leak));
			expect(own).toEqual([]);
		});
	},
);

describe('no secret is seen anywhere: a signed link', () => {
	const stored = `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>Wrong.</Message><SignatureProvided>${signature}</SignatureProvided><StringToSign>${SIGNED}</StringToSign></Error>`;
	const said = { message: `We do not know ${signature}, try ${encodeURIComponent(signature)}.` };
	it.each([
		...answersOf([SIGNED]).filter(([what]) => !what.includes('encoded')),
		['its link, encoded', { kind: 'status', status: 403, body: `?back=${url(SIGNED)}` }],
		['its link in words', { kind: 'status', status: 403, body: { message: url(SIGNED) } }],
		['a store that repeats the signature alone', { kind: 'status', status: 403, body: said }],
		['a page that does', { kind: 'status', status: 200, body: `<html>${said.message}</html>` }],
		['a store that repeats the request', { kind: 'status', status: 403, body: stored }],
	] as Array<[string, FaultEffect]>)('%s', async (_what, effect) => {
		seed(world.simulator);
		const link = `${world.simulator.media.url}/a.wav?AWSAccessKeyId=AK&Signature=${signature}&Expires=1`;
		world.simulator.faults.add({
			server: 'cxone',
			path: /\/download$/,
			times: Infinity,
			effect: { kind: 'status', status: 200, body: { url: link, channel: 'combined' } },
		});
		world.simulator.faults.add({ server: 'media', times: Infinity, effect });
		const result = await runNode({
			nodeType: new DownloadMedia(),
			parameters: CALLS['GET /api/v2/recording/{recordingId}/download'].parameters,
			credentials: credentialsFor(world.simulator).cxone,
		});
		expect(result.error).toBeDefined();
		const found = leaks(keptOf(result)).filter((leak) => leak.startsWith('signature'));
		expect(found).toEqual([]);
	});
});
