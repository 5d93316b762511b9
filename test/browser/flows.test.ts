import { credentialsFor } from '../../host/delivery';
import { bootEditor, eventually, seen, type Seen } from './world';

/** What the list of 'Recording ID' shows on each platform, and a recording in it: its number, and what its file then tells. */
const LISTS = [
	{
		choice: undefined,
		row: /^\d{4}-\d\d-\d\d \d\d:\d\d · \d+:\d\d · \+?\d+ · \p{L}+ \p{L}+/u,
		number: '+442071838750',
		chosen: '5b0c7d1e-0000-4000-8000-000000000007',
	},
	{
		choice: 'Genesys Interaction Recording (GIR)',
		row: /^\d{4}-\d\d-\d\d \d\d:\d\d · \d+:\d\d · \+?[\d ]+ · Agent\d Example/u,
		number: '4101',
		chosen: '011AP643CSAPR4FKQGQE31TAES000205',
	},
];

describe('the flows that a newcomer makes on an empty canvas', () => {
	let world: Seen;

	beforeAll(async () => {
		world = await bootEditor(false);
	});

	afterAll(async () => {
		await world?.end();
	});

	/** Leaves the n8n with credentials of these types and no other, so that a test needs none before it. */
	async function haveCredentials(...types: string[]): Promise<void> {
		const { host, simulator } = world;
		const there = (await host.request('GET', '/credentials')) as Array<{ id: string }>;
		for (const { id } of there) await host.request('DELETE', `/credentials/${id}`);
		for (const { name, type, data } of credentialsFor(simulator)) {
			if (types.includes(type)) await host.request('POST', '/credentials', { name, type, data });
		}
	}

	it('Search, then Download: with a credential made on the way, to audio that plays', async () => {
		const { editor, simulator } = world;
		const { accessKeyId, accessKeySecret } = simulator.cxone.credentials;
		await haveCredentials();
		await seen(editor, async () => {
			await editor.beginWith('search recordings', 'Search Recordings', 'Search recordings');

			await editor.connectNode();
			await editor.choose('Area', 'Other');
			await editor.fill('API Base URL', simulator.cxone.url);
			await editor.fill('Access Key ID', accessKeyId);
			await editor.fill('Access Key Secret', accessKeySecret);
			// n8n closes what was tested well.
			expect(await editor.saveCredential()).toBeUndefined();

			const found = await editor.executeStep();
			// Two more become available within the first minute.
			expect(found.items).toMatch(/^(9|10|11) items$/);
			await editor.closeNode();

			await editor.openNodeList('Search Recordings');
			await editor.searchNodes('download recording');
			await editor.pickNode('Download Media', 'Download media of recording');
			expect(await editor.executeStep()).toEqual(found);
			const { seconds, played } = await editor.playFile();
			expect(seconds).toBeGreaterThan(1);
			expect(played).toBeGreaterThan(0);
		});
	});

	it('the trigger, then Download: the latest recordings and their files', async () => {
		const { editor } = world;
		await haveCredentials('genesysBasicApi');
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes('recording trigger');
			await editor.pickNode('Call Recording Trigger');
			await editor.choose('Platform', 'Genesys Interaction Recording (GIR)');
			await editor.chooseCredential('Genesys Interaction Recording');
			const latest = await editor.executeStep();
			expect(latest.items).toMatch(/^[1-9]\d* items?$/);
			await editor.closeNode();

			await editor.openNodeList('Call Recording Trigger');
			await editor.searchNodes('download audio');
			await editor.pickNode('Download Media', 'Download media of recording');
			await editor.choose('Platform', 'Genesys Interaction Recording (GIR)');
			await editor.chooseCredential('Genesys Interaction Recording');
			expect((await editor.executeStep()).items).toMatch(/^[1-9]\d* items?$/);
			expect((await editor.playFile()).played).toBeGreaterThan(0);
		});
	});

	it('OAuth2, chosen in the node and made from there: it saves, and the node works with it', async () => {
		const { editor, simulator } = world;
		const { clientId, clientSecret } = simulator.cxone.credentials;
		await haveCredentials();
		await seen(editor, async () => {
			await editor.beginWith('search recordings', 'Search Recordings', 'Search recordings');
			// There and back: what n8n itself would have as a choice within the credential's dialog broke there.
			await editor.choose('CXone Authentication', 'OAuth2');
			await editor.choose('CXone Authentication', 'Access Key');
			await editor.choose('CXone Authentication', 'OAuth2');
			await editor.connectNode();
			await editor.choose('Area', 'Other');
			await editor.fill('API Base URL', simulator.cxone.url);
			await editor.fill('Client ID', clientId);
			await editor.fill('Client Secret', clientSecret);
			expect(await editor.saveCredential()).toBeUndefined();
			expect(await editor.credentialSlots()).toEqual([
				{ label: 'Credential for NICE CXone', chosen: expect.stringMatching(/^CXone/) as string },
			]);
			expect((await editor.executeStep()).items).toMatch(/^\d+ items$/);
			expect(editor.failures).toEqual([]);
		});
	});

	it('what one reads in the table of the output, and the ACD call ID behind each node', async () => {
		const { editor } = world;
		await haveCredentials('cxoneAccessKeyApi');
		await seen(editor, async () => {
			await editor.beginWith('search recordings', 'Search Recordings', 'Search recordings');
			await editor.executeStep();
			expect((await editor.columns()).slice(0, 9)).toEqual([
				'start',
				'callerNumber',
				'dialedNumber',
				'direction',
				'durationSeconds',
				'status',
				'id',
				'channels',
				'agentNames',
			]);

			await editor.beginWith('Get Contact', 'Get Contact (CXone)', 'Get contact by ACD call ID');
			await editor.fill('ACD Call ID', '512340009871');
			await editor.executeStep();
			expect(await editor.columns()).toContain('acdCallId');
			await editor.closeNode();
			await editor.openNodeList('Get Contact (CXone)');
			await editor.searchNodes('download recording');
			await editor.pickNode('Download Media', 'Download media of recording');
			await editor.executeStep();
			const columns = await editor.columns();
			expect(columns.slice(0, 2)).toEqual(['fileName', 'sizeBytes']);
			expect(columns).toContain('acdCallId');
		});
	});

	it('a recording from the list: when, how long, which number and who; searched, chosen, played', async () => {
		const { editor } = world;
		await haveCredentials('cxoneAccessKeyApi', 'genesysBasicApi');
		await seen(editor, async () => {
			await editor.beginWith('download recording', 'Download Media', 'Download media of recording');
			await editor.choose('Recording', 'By ID');
			for (const { choice, row, number, chosen } of LISTS) {
				if (choice !== undefined) {
					await editor.choose('Platform', choice);
					await editor.chooseCredential('Genesys Interaction Recording');
				}
				await editor.openRecords('Recording ID');
				await eventually(async () => expect(await editor.records().count()).toBeGreaterThan(5));
				for (const text of await editor.records().allInnerTexts()) expect(text).toMatch(row);
				// Of several agents, the first.
				expect((await editor.cutRecords()).filter((text) => !text.includes(', '))).toEqual([]);

				await editor.searchRecords(number);
				await eventually(async () => expect(await editor.records().count()).toBe(1));
				expect(await editor.records().first().innerText()).toContain(number);
				await editor.records().first().click();
				expect(await editor.executeStep()).toEqual({ items: '1 item' });
				const output = editor.page.getByTestId('output-panel');
				await editor.showOutputAs('JSON');
				await eventually(async () => expect(await output.innerText()).toContain(chosen));
				expect((await editor.playFile()).played).toBeGreaterThan(0);
			}
		});
	});

	it('a link of the player in the place of an ID', async () => {
		const { editor } = world;
		await haveCredentials('cxoneAccessKeyApi');
		await seen(editor, async () => {
			await editor.beginWith('download recording', 'Download Media', 'Download media of recording');
			await editor.choose('Recording', 'By ID');
			const bills = editor.page.getByText('NICE bills each of its calls');
			await bills.waitFor({ state: 'hidden' });
			await editor.fillIn(
				'Recording ID',
				'By URL',
				'https://na1.nice-incontact.com/player/#/cxone-player/segments/7a3f9e20-0000-4000-8000-000000000001',
			);
			await bills.waitFor();
			expect(await editor.executeStep()).toEqual({ items: '1 item' });
			expect((await editor.playFile()).played).toBeGreaterThan(0);
		});
	});

	it('a recording that is not there: what happened and what to do, in the panel and on the error output', async () => {
		const { editor } = world;
		await haveCredentials('cxoneAccessKeyApi');
		await seen(editor, async () => {
			await editor.beginWith('search recordings', 'Search Recordings', 'Get recording by ID');
			await editor.fillIn('Recording ID', 'By ID', '5b0c7d1e-0000-4000-8000-0000000000ff');
			expect(await editor.executeStep()).toEqual({
				error: expect.stringMatching(
					/^CXone has no recording with this ID\s+Check the recording ID/,
				) as string,
			});

			await editor.showSettings();
			await editor.choose('On Error', 'Continue (using error output)');
			await editor.executeStep();
			await editor.showBranch('Error');
			await editor.showOutputAs('Table');
			const output = editor.page.getByTestId('output-panel');
			await eventually(async () => {
				const heads = await output.getByRole('columnheader').allInnerTexts();
				expect(heads.map((head) => head.trim()).slice(0, 2)).toEqual(['error', 'details']);
				expect(await output.innerText()).toContain('CXone has no recording with this ID');
			});
		});
	});
});
