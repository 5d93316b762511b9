import { bootEditor, eventually, seen, type Seen } from './world';

const GIR = 'Genesys Interaction Recording (GIR)';
const FOR_CXONE = 'Credential for NICE CXone';
const FOR_GIR = `Credential for ${GIR}`;

/** Each node with an action of its own, and which fields stand in its panel, from top to bottom, by what is chosen. */
const PANELS: Array<{
	node: string;
	action: string;
	/** Choices one after the other, each on top of the ones before, with the fields that are then shown. */
	choices: Array<[field: string, choice: string, shown: string]>;
}> = [
	{
		node: 'Search Recordings',
		action: 'Search recordings',
		choices: [
			[
				'Platform',
				'NICE CXone',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, API, Created After, Created Before, Return All, Limit, Filters, Custom Filters, Recordings Not Available, Sort, Options, Output`,
			],
			[
				'API',
				'Data Extraction',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, API, Created After, Created Before, Return, Return All, Limit, Filters, Recordings Not Available, Wait at Most (Minutes), Options, Output`,
			],
			[
				'Operation',
				'Get by ID',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, Recording ID, Output`,
			],
			[
				'Output',
				'Selected Fields',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, Recording ID, Output, Fields`,
			],
			['Platform', GIR, `${FOR_GIR}, Platform, Operation, Recording ID, Options, Output, Fields`],
		],
	},
	{
		node: 'Get Contact (CXone)',
		action: 'Get contact by ACD call ID',
		choices: [
			[
				'Operation',
				'Get',
				'Credential, Operation, ACD Call ID, Media Type, Return, Media URL, Output, Options',
			],
		],
	},
	{
		node: 'Get Segment (CXone)',
		action: 'Get segment by ID',
		choices: [
			[
				'Operation',
				'Get by Segment ID',
				'Credential, Operation, Segment ID, Media Type, Return, Media URL, Output, Options',
			],
			[
				'Operation',
				'Get Statement',
				'Credential, Operation, ACD Contact ID, Statement ID, Media Type, Return, Media URL, Output, Options',
			],
			[
				'Operation',
				'Get Transcript',
				'Credential, Operation, Segment ID, Output, Add Conversation as Text',
			],
		],
	},
	{
		node: 'Download Media',
		action: 'Download media of recording',
		choices: [
			[
				'Platform',
				'NICE CXone',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, Recording, Channel, Put Output File in Field, Options`,
			],
			[
				'Recording',
				'By ID',
				`${FOR_CXONE}, Platform, CXone Authentication, Operation, Recording, Identified By, Recording ID, Channel, Put Output File in Field, Options`,
			],
			[
				'Platform',
				GIR,
				`${FOR_GIR}, Platform, Operation, Recording, Recording ID, Media IDs, Put Output File in Field, Options`,
			],
			[
				'Platform',
				'Mixed',
				`${FOR_CXONE}, ${FOR_GIR}, Platform, CXone Authentication, Operation, Channel, Put Output File in Field, Options`,
			],
		],
	},
	{
		node: 'Record Control (CXone)',
		action: 'Start recording',
		choices: [
			['Operation', 'Start Recording', 'Credential, Operation, User ID, Media, Options'],
			['Operation', 'Mask', 'Credential, Operation, User ID, Options'],
		],
	},
	{
		node: 'Delete Recording (GIR)',
		action: 'Delete recording',
		choices: [
			[
				'Operation',
				'Delete',
				'Credential, Operation, Recording ID, Dry Run, Maximum Deletions per Run, Accept Not Found, Reason, Options',
			],
			['Operation', 'Protect', 'Credential, Operation, Recording ID, Reason, Options'],
		],
	},
	{
		node: 'Call Recording Trigger',
		action: '',
		choices: [
			[
				'Start From',
				'A Certain Time',
				`${FOR_CXONE}, Poll Times, Mode, Platform, CXone Authentication, API, Start From, Start Time, Filters, Custom Filters, Output, Options`,
			],
			[
				'Platform',
				GIR,
				`${FOR_GIR}, Poll Times, Mode, Platform, Start From, Start Time, Filters, Output, Options`,
			],
		],
	},
];

/** What people type, and the node that has to be among what n8n lists then. */
const SEARCHES: Array<[words: string, node: string]> = [
	['CXone recording', 'Search Recordings'],
	['download recording', 'Download Media'],
	['download audio', 'Download Media'],
	['sentiment', 'Get Contact (CXone)'],
	['media playback', 'Get Contact (CXone)'],
	['media playback', 'Download Media'],
	['compliance', 'Record Control (CXone)'],
	['compliance', 'Delete Recording (GIR)'],
	['transcript', 'Download Media'],
	['GDPR', 'Delete Recording (GIR)'],
	['PCI', 'Record Control (CXone)'],
];

describe('the panels', () => {
	let world: Seen;

	beforeAll(async () => {
		world = await bootEditor(true);
	});

	afterAll(async () => {
		await world?.end();
	});

	it.each(PANELS)('$node shows what applies to each choice', async ({ node, action, choices }) => {
		const { editor } = world;
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes(node);
			await editor.pickNode(node, action === '' ? undefined : action);
			for (const [field, choice, shown] of choices) {
				await editor.choose(field, choice);
				await eventually(async () => {
					const labels = (await editor.fields()).map(({ label }) => label);
					expect(`${choice}: ${labels.join(', ')}`).toBe(`${choice}: ${shown}`);
				});
			}
		});
	});

	it('are found by what people type', async () => {
		const { editor } = world;
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			const missing: string[] = [];
			for (const [words, node] of SEARCHES) {
				await editor.searchNodes(words);
				await editor
					.listed(node)
					.first()
					.waitFor({ timeout: 5_000 })
					.catch(() => missing.push(`${words}: ${node}`));
			}
			expect(missing).toEqual([]);
		});
	});

	it('offers no call of its own making, where n8n would have "Custom API Call"', async () => {
		const { editor } = world;
		await seen(editor, async () => {
			await editor.newWorkflow();
			await editor.openNodeList();
			await editor.searchNodes('Get Contact');
			await editor.pickNode('Get Contact (CXone)', 'Get contact by ACD call ID');
			expect(await editor.choices('Operation')).toEqual(['Get']);
		});
	});
});
