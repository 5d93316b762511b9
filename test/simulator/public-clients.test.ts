import { startSimulator, type Simulator } from '../../simulator';
import { accessToken, bearer, JSON_TYPE, pick, send } from './support';

/**
 * How three programs in public repositories, written independently of each other, put their requests. What the real
 * service accepts from them, the simulated one has to accept too.
 */
const CLIENTS = [
	{
		name: 'leaves media-type out and asks for a download',
		signIn: (id: string, secret: string) => ({ accessKeyId: id, accessKeySecret: secret }),
		contact: (id: string) => `/media-playback/v1/contacts?acd-call-id=${id}&isDownload=true`,
		link: (json: unknown) =>
			pick<string | undefined>(json, 'redirectUrl') ??
			pick<string>(json, 'interactions.0.data.fileToPlayUrl'),
	},
	{
		name: 'names the media type first and sends the application along with the key',
		signIn: (id: string, secret: string) => ({
			client_id: 'app',
			client_secret: 'app-secret',
			accessKeySecret: secret,
			accessKeyId: id,
		}),
		contact: (id: string) =>
			`/media-playback/v1/contacts?media-type=all&exclude-waveforms=true&acd-call-id=${id}`,
		link: (json: unknown) => pick<string>(json, 'interactions.0.data.fileToPlayUrl'),
	},
	{
		name: 'repeats media-type and ends the path with a slash',
		signIn: (id: string, secret: string) => ({ accessKeySecret: secret, accessKeyId: id }),
		contact: (id: string) =>
			`/media-playback/v1/contacts/?media-type=voice-only&media-type=voice-and-screen&exclude-qm-categories=true&acd-call-id=${id}`,
		link: (json: unknown) => pick<string>(json, 'interactions.0.data.fileToPlayUrl'),
	},
];

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator();
});
afterEach(async () => {
	await simulator.stop();
});

describe.each(CLIENTS)('a client that $name', ({ signIn, contact, link }) => {
	it('signs in, gets a contact, and fetches its media without a token', async () => {
		const { url, credentials } = simulator.cxone;
		const token = await send(`${url}/authentication/v1/token/access-key`, {
			method: 'POST',
			headers: JSON_TYPE,
			body: JSON.stringify(signIn(credentials.accessKeyId, credentials.accessKeySecret)),
		});
		expect(token.status).toBe(200);
		const found = await send(`${url}${contact('512340009871')}`, {
			headers: bearer(pick(token.json, 'access_token')),
		});
		expect(found.status).toBe(200);
		const media = await send(link(found.json));
		expect(media.status).toBe(200);
		const source = simulator.sources().find(({ acdCallId }) => acdCallId === '512340009871')!;
		expect(media.bytes).toHaveLength(source.sizeBytes);
	});
});

it('accepts segments and statements in the same ways', async () => {
	const headers = bearer(await accessToken(simulator));
	const { url } = simulator.cxone;
	for (const path of [
		'/media-playback/v1/segments/7a3f9e20-0000-4000-8000-000000000001',
		'/media-playback/v1/segments/7a3f9e20-0000-4000-8000-000000000001/?media-type=all&media-type=all',
		'/media-playback/v1/acd-contacts/512340009871/statements/st-0001/?isDownload=false',
	]) {
		expect((await send(`${url}${path}`, { headers })).status).toBe(200);
	}
});
