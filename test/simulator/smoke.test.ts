import { startSimulator, type Simulator } from '../../simulator';
import { accessToken, basic, bearer, JSON_TYPE, pick, send } from './support';

describe('the demo tenant', () => {
	let simulator: Simulator;
	beforeAll(async () => {
		simulator = await startSimulator();
	});
	afterAll(async () => await simulator.stop());

	it('leads from sign-in over search and link to the bytes of a CXone recording', async () => {
		const { cxone, media } = simulator;
		const token = await accessToken(simulator);
		const search = await send(`${cxone.url}/api/v2/recording/search`, {
			headers: { ...bearer(token), ...JSON_TYPE },
			body: JSON.stringify({
				filters: [{ field: 'status', operator: 'eq', value: 'Available' }],
				page: 1,
				pageSize: 100,
			}),
		});
		expect(search.status).toBe(200);
		expect(search.json).toMatchObject({ totalCount: 9 });
		const id = pick(search.json, 'recordings.0.recordingId');
		const link = await send(`${cxone.url}/api/v2/recording/${id}/download?channel=combined`, {
			headers: bearer(token),
		});
		expect(link.json).toMatchObject({ contentType: 'audio/wav', channel: 'combined' });
		const file = await send(pick(link.json, 'url'));
		expect(file.status).toBe(200);
		expect(file.bytes.length).toBe(pick<number>(link.json, 'sizeBytes'));
		const key = decodeURIComponent(new URL(pick(link.json, 'url')).pathname.slice(1));
		expect(file.bytes.equals(media.source(key).bytes())).toBe(true);
	});

	it('plays every contact', async () => {
		const { cxone } = simulator;
		const token = await accessToken(simulator);
		for (const contact of cxone.contacts.list()) {
			const answer = await send(
				`${cxone.url}/media-playback/v1/contacts?acd-call-id=${contact.acdCallId}&media-type=all`,
				{ headers: bearer(token) },
			);
			expect(answer.status).toBe(200);
		}
	});

	it('finds and plays a GIR recording', async () => {
		const { genesys } = simulator;
		const headers = basic('admin', 'simulator-admin-pass');
		const search = await send(`${genesys.url}/api/v2/recordings?startTime=0&offset=0&limit=100`, {
			headers,
		});
		expect(search.json).toMatchObject({ statusCode: 0, totalCount: 7 });
		const file = await send(
			`${genesys.url}/api/v2${pick(search.json, 'recordings.0.mediaFiles.0.playPath')}`,
			{ headers },
		);
		expect(file.status).toBe(200);
		expect(String(file.bytes.length)).toBe(pick(search.json, 'recordings.0.mediaFiles.0.size'));
	});

	it('lists every media file with its hashes', () => {
		const sources = simulator.sources();
		expect(sources.length).toBeGreaterThan(25);
		for (const source of sources) expect(source.sha256).toMatch(/^[0-9a-f]{64}$/);
	});
});
