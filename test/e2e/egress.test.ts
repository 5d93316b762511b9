import { credentialsFor, EXAMPLES, readExample } from '../../host/delivery';
import { describeFailure } from '../../host/execution';
import type { CredentialImport } from '../../host/n8n';
import { bootWorld, type World } from './world';

/** What n8n's administrator has to set, in every message about a host that n8n does not let through. */
const ADVICE = /N8N_SSRF_ALLOWED_HOSTNAMES/;
const WHAT = /rules for outgoing connections/;

/** The platforms by a name instead of an address: a name can be allowed. */
function byName(credential: CredentialImport): CredentialImport {
	const data = Object.fromEntries(
		Object.entries(credential.data).map(([field, value]) => [
			field,
			String(value).replace('//127.0.0.1:', '//localhost:'),
		]),
	);
	return { ...credential, data };
}

async function boot(env: Record<string, string>): Promise<World> {
	const world = await bootWorld({ env: { N8N_SSRF_ALLOWED_IP_RANGES: '', ...env } });
	await world.host.importCredentials(credentialsFor(world.simulator).map(byName));
	return world;
}

describe('an n8n whose rules for outgoing connections keep it from private networks', () => {
	let world: World;

	beforeAll(async () => {
		world = await boot({});
		await world.host.start();
	});
	afterAll(async () => {
		await world?.end();
	});

	// An OAuth2 client is signed in by n8n itself, in its own words.
	it.each(['cxoneAccessKeyApi', 'genesysBasicApi'])(
		'the Test button of %s names the setting',
		async (type) => {
			const credential = credentialsFor(world.simulator)
				.map(byName)
				.find((one) => one.type === type);
			const { ok, message } = await world.host.testCredential(credential!);
			expect(message).toMatch(WHAT);
			expect(message).toMatch(ADVICE);
			expect(ok).toBe(false);
		},
	);

	it.each(EXAMPLES)('%s names the setting', async (example) => {
		const result = await world.host.execute(await world.host.importWorkflow(readExample(example)));
		expect(result.status).toBe('error');
		expect(describeFailure(result)).toMatch(WHAT);
		expect(describeFailure(result)).toMatch(ADVICE);
		expect(world.simulator.requests).toEqual([]);
	});
});

describe('an n8n that allows the platforms by name', () => {
	let world: World;

	beforeAll(async () => {
		world = await boot({ N8N_SSRF_ALLOWED_HOSTNAMES: 'localhost' });
	});
	afterAll(async () => {
		await world?.end();
	});

	it('reaches GIR in a private network, search and download', async () => {
		const result = await world.host.execute(
			await world.host.importWorkflow(readExample(EXAMPLES[1])),
		);
		expect(describeFailure(result)).toBe('');
		expect(world.simulator.requests.length).toBeGreaterThan(0);
	});

	it('names the host of the media store where only that is not allowed', async () => {
		// The simulated CXone is reached by name, and its links lead to an address.
		const result = await world.host.execute(
			await world.host.importWorkflow(readExample(EXAMPLES[0])),
		);
		expect(describeFailure(result)).toMatch(WHAT);
		expect(describeFailure(result)).toMatch(ADVICE);
	});
});
