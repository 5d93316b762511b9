import { bootEditor, eventually, seen, type Seen } from './world';

describe('the flows that a newcomer makes on an empty canvas', () => {
	let world: Seen;

	beforeAll(async () => {
		world = await bootEditor(false);
	});

	afterAll(async () => {
		await world?.end();
	});

	it('Search, then Download: with a credential made on the way, to audio that plays', async () => {
		const { editor, simulator } = world;
		const { accessKeyId, accessKeySecret } = simulator.cxone.credentials;
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes('search recordings');
			await editor.pickNode('Search Recordings', 'Search recordings');

			await editor.connectNode();
			await editor.choose('Area', 'Other');
			await editor.fill('API Base URL', simulator.cxone.url);
			await editor.fill('Access Key ID', accessKeyId);
			await editor.fill('Access Key Secret', accessKeySecret);
			// n8n closes what was tested well.
			expect(await editor.saveCredential()).toBeUndefined();

			const found = await editor.executeStep();
			// One of them is done within a minute.
			expect(found.items).toMatch(/^1[01] items$/);
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
		const { editor, simulator, host } = world;
		const user = simulator.genesys.users[0]!;
		await host.request('POST', '/credentials', {
			name: 'GIR',
			type: 'genesysBasicApi',
			data: {
				baseUrl: simulator.genesys.url,
				username: user.username,
				password: user.password,
			},
		});
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes('recording trigger');
			await editor.pickNode('Call Recording Trigger');
			await editor.choose('Platform', 'Genesys Interaction Recording (GIR)');
			await editor.chooseCredential('GIR');
			const latest = await editor.executeStep();
			expect(latest.items).toMatch(/^[1-9]\d* items?$/);
			await editor.closeNode();

			await editor.openNodeList('Call Recording Trigger');
			await editor.searchNodes('download audio');
			await editor.pickNode('Download Media', 'Download media of recording');
			await editor.choose('Platform', 'Genesys Interaction Recording (GIR)');
			await editor.chooseCredential('GIR');
			expect((await editor.executeStep()).items).toMatch(/^[1-9]\d* items?$/);
			expect((await editor.playFile()).played).toBeGreaterThan(0);
		});
	});

	it('a recording that is not there: what happened and what to do, in the panel and on the error output', async () => {
		const { editor } = world;
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes('search recordings');
			await editor.pickNode('Search Recordings', 'Get recording by ID');
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
