import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { EXAMPLES, readExample } from '../../host/delivery';
import { bootWorld, type World } from './world';

/** Every file n8n has written below its folder: the database with its executions, and its logs. */
function written(folder: string): Array<[path: string, text: string]> {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((name) => join(folder, name))
		.filter((path) => /database\.sqlite|\.log/.test(path) && statSync(path).isFile())
		.map((path) => [path, readFileSync(path, 'latin1')]);
}

/** The forms in which a secret can be read from a text. */
const formsOf = (secret: string): string[] => [
	secret,
	encodeURIComponent(secret),
	Buffer.from(secret).toString('base64').replace(/=+$/, ''),
	Buffer.from(secret).toString('base64url'),
];

describe('secrets, after executions that went well and executions that did not', () => {
	let world: World;

	beforeAll(async () => {
		world = await bootWorld({ env: { N8N_LOG_LEVEL: 'debug' } });
	});
	afterAll(async () => {
		await world?.end();
	});

	it("stand neither in n8n's stored executions nor in its log at debug level", async () => {
		const { host, simulator } = world;
		const ids = await host.importWorkflows(EXAMPLES.map(readExample));
		for (const id of ids) expect((await host.execute(id)).status).toBe('success');

		const tokens = simulator.requests
			.map(({ headers }) => /^Bearer (.+)$/.exec(String(headers.authorization))?.[1])
			.filter((token) => token !== undefined);
		const signatures = simulator.requests
			.filter(({ server }) => server === 'media')
			.flatMap(({ query }) =>
				[...query].flatMap(([name, value]) => (/signature/i.test(name) ? [value] : [])),
			);
		const { accessKeySecret } = simulator.cxone.credentials;
		const { username, password } = simulator.genesys.users[0];
		const secrets = [
			...new Set([
				...tokens,
				...signatures,
				accessKeySecret,
				password,
				`${username}:${password}`,
				// What GIR's own JSON holds, as the vendor's sample has it.
				'rpSys:111111',
			]),
		];
		expect(tokens.length).toBeGreaterThan(0);
		expect(signatures.length).toBeGreaterThan(0);

		// A server, or a proxy before it, that repeats what it was sent, at each step of both flows.
		const token = tokens.at(-1)!;
		const basic = Buffer.from(`${username}:${password}`).toString('base64');
		const signed = `https://media.example.com/a.wav?Expires=1&Signature=${encodeURIComponent(signatures[0])}`;
		const sent = {
			cxone: `Bearer ${token} of the key ${accessKeySecret}, which led to ${signed}`,
			media: `GET ${signed}`,
			genesys: `Basic ${basic}, that is ${username} with ${password}`,
		};
		const steps = [
			['cxone', /\/recording\/search$/],
			['cxone', /\/download$/],
			['media', /./],
			['genesys', /\/recordings$/],
			['genesys', /\/(play|decrypt)\//],
		] as const;
		for (const [server, path] of steps) {
			const echo = sent[server];
			for (const [status, body] of [
				[400, { message: echo, statusCode: 2, statusMessage: echo }],
				[403, echo],
				[200, `<html>${echo}</html>`],
			] as const) {
				simulator.faults.clear();
				simulator.faults.add({
					server,
					path,
					times: Infinity,
					effect: { kind: 'status', status, body },
				});
				const id = ids[server === 'genesys' ? 1 : 0];
				expect((await host.execute(id)).status).toBe('error');
			}
		}

		const files = written(host.userFolder);
		expect(files.some(([, text]) => text.includes('searchRecordings'))).toBe(true);
		const found = files.flatMap(([path, text]) =>
			secrets.flatMap((secret) =>
				formsOf(secret).some((form) => text.includes(form))
					? [`${path}: ${secret.slice(0, 12)}`]
					: [],
			),
		);
		expect(found).toEqual([]);
	}, 400_000);
});
