import type { FaultEffect } from '../../simulator';
import { bootEditor, seen, type Seen } from './world';

const NOT_GIR = /^A server answers there, but it is not Interaction Recording Web Services/;
const WORKS = 'Connection tested successfully';

/** What a single sign-on in front of a server puts in the place of its answers. */
const SIGN_IN_PAGES: Array<Extract<FaultEffect, { kind: 'status' }>> = [
	{
		kind: 'status',
		status: 200,
		headers: { 'content-type': 'text/html' },
		body: '<!doctype html><title>Sign in</title><form><input name="user"></form>',
	},
	{ kind: 'status', status: 302, headers: { location: 'https://login.example.com/' } },
	{
		kind: 'status',
		status: 200,
		headers: { 'content-type': 'application/json' },
		body: { login: 'required' },
	},
];

describe('the Test of each credential, as its form shows it', () => {
	let world: Seen;

	beforeAll(async () => {
		world = await bootEditor(false);
	});

	afterAll(async () => {
		await world?.end();
	});

	/** Fills in the open credential, saves it, and returns what its Test says. */
	async function tested(values: Record<string, string>): Promise<string> {
		const { editor } = world;
		for (const [label, value] of Object.entries(values)) await editor.fill(label, value);
		const said = (await editor.saveCredential()) ?? '';
		return said.replace(/^Couldn’t connect with these settings\s*/, '');
	}

	it('CXone Access Key API: a wrong secret, a wrong host, http://, and a right key', async () => {
		const { editor, simulator } = world;
		const { accessKeyId, accessKeySecret } = simulator.cxone.credentials;
		await seen(editor, async () => {
			await editor.newCredential('CXone Access Key API');
			expect(await labels()).not.toContain('API Base URL');
			await editor.choose('Area', 'Other');
			expect(await labels()).toContain('API Base URL');

			expect(
				await tested({
					'API Base URL': simulator.cxone.url,
					'Access Key ID': accessKeyId,
					'Access Key Secret': 'not-the-secret',
				}),
			).toMatch(/^CXone did not accept the access key: check its ID, its secret/);
			expect(await tested({ 'API Base URL': 'http://recordings.example.com' })).toMatch(
				/^'http:\/\/recordings\.example\.com' is not encrypted.*'Allow Insecure HTTP'/,
			);
			expect(await tested({ 'API Base URL': 'http://127.0.0.1:9' })).toMatch(
				/^127\.0\.0\.1:9 could not be asked to sign in to CXone: the host refused the connection/,
			);
			expect(
				await tested({
					'API Base URL': simulator.cxone.url,
					'Access Key Secret': accessKeySecret,
				}),
			).toBe(WORKS);
		});
	});

	it('CXone OAuth2 API: a wrong secret, and a right one', async () => {
		const { editor, simulator } = world;
		const { clientId, clientSecret } = simulator.cxone.credentials;
		await seen(editor, async () => {
			await editor.newCredential('CXone OAuth2 API');
			// Those of n8n's own OAuth2 form that mean nothing here are left out.
			expect(await labels()).toEqual([
				...['Client ID', 'Client Secret', 'Scope', 'Allowed HTTP Request Domains', 'Area'],
				'More Settings',
			]);
			await editor.choose('Area', 'Other');
			expect(
				await tested({
					'API Base URL': simulator.cxone.url,
					'Client ID': clientId,
					'Client Secret': 'not-the-secret',
				}),
			).toMatch(/Client authentication failed/);
			expect(await tested({ 'Client Secret': clientSecret })).toBe(WORKS);
		});
	});

	it('GIR Basic Auth API: a wrong password, http://, a server that is no GIR, and a right one', async () => {
		const { editor, simulator, host } = world;
		const { username, password } = simulator.genesys.users[0]!;
		await seen(editor, async () => {
			await editor.newCredential('Genesys Interaction Recording (GIR) Basic Auth API');
			expect(
				await tested({
					'Base URL': simulator.genesys.url,
					'User Name': username,
					Password: 'not-the-password',
				}),
			).toMatch(/did not accept the user name or the password/);
			expect(await tested({ 'Base URL': 'http://gir.example.com' })).toMatch(
				/^'http:\/\/gir\.example\.com' is not encrypted.*'Allow Insecure HTTP'/,
			);
			expect(await tested({ 'Base URL': host.url, Password: password })).toMatch(NOT_GIR);
			for (const [index, page] of SIGN_IN_PAGES.entries()) {
				// The first request knocks, the second is the Test's.
				simulator.faults.add({ server: 'genesys', times: 2, effect: page });
				// Another spelling of the address: n8n tests what was changed.
				const baseUrl = `${simulator.genesys.url}${'/'.repeat(index + 1)}`;
				expect(await tested({ 'Base URL': baseUrl })).toMatch(NOT_GIR);
				simulator.faults.clear();
			}
			expect(await tested({ 'Base URL': simulator.genesys.url })).toBe(WORKS);
		});
	});

	async function labels(): Promise<string[]> {
		return (await world.editor.fields()).map(({ label }) => label);
	}
});
