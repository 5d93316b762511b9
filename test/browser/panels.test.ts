import type { CredentialSlot } from '../../host/editor';
import { bootEditor, eventually, seen, type Seen } from './world';

const GIR = 'Genesys Interaction Recording (GIR)';
const FOR_CXONE = 'Credential for NICE CXone';
const FOR_GIR = `Credential for ${GIR}`;

/** Each node with its actions, and which fields stand in its panel, from top to bottom, by what is chosen. */
const PANELS: Array<{
	node: string;
	/** The one of them by which the node is added. */
	action: string;
	/** All of them, in the list's order, with what the field 'Operation' calls them. */
	operations: Array<[action: string, operation: string]>;
	/** Choices one after the other, each on top of the ones before, with the fields that are then shown. */
	choices: Array<[field: string, choice: string, shown: string]>;
}> = [
	{
		node: 'Search Recordings',
		action: 'Search recordings',
		operations: [
			['Get recording by ID', 'Get by ID'],
			['Search recordings', 'Search'],
		],
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
		operations: [['Get contact by ACD call ID', 'Get']],
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
		operations: [
			['Get segment by ID', 'Get by Segment ID'],
			['Get statement of contact', 'Get Statement'],
			['Get transcript of segment', 'Get Transcript'],
		],
		choices: [
			[
				'Operation',
				'Get by Segment ID',
				'Credential, Operation, Segment ID, Media Type, Return, Media URL, Output, Options',
			],
			[
				'Operation',
				'Get Statement',
				'Credential, Operation, ACD Call ID, Statement ID, Media Type, Return, Media URL, Output, Options',
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
		operations: [['Download media of recording', 'Download']],
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
		operations: [
			['Do not record contact', 'Do Not Record'],
			['Get recording status', 'Get Recording Status'],
			['Mask recording', 'Mask'],
			['Start recording', 'Start Recording'],
			['Stop recording', 'Stop Recording'],
			['Unmask recording', 'Unmask'],
		],
		choices: [
			['Operation', 'Start Recording', 'Credential, Operation, User ID, Media Type, Options'],
			['Operation', 'Mask', 'Credential, Operation, User ID, Options'],
		],
	},
	{
		node: 'Delete Recording (GIR)',
		action: 'Delete recording',
		operations: [
			['Delete recording', 'Delete'],
			['Protect recording from deletion', 'Protect'],
			['End protection of recording', 'Unprotect'],
		],
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
		operations: [],
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

	it.each(PANELS)(
		'$node: its actions, its operations, and what applies to each choice',
		async (panel) => {
			const { node, action, operations, choices } = panel;
			const { editor } = world;
			await seen(editor, async () => {
				await editor.newWorkflow();
				await editor.openNodeList();
				await editor.searchNodes(node);
				if (operations.length > 0) {
					expect(await editor.actionsOf(node)).toEqual(operations.map(([name]) => name));
					await editor.searchNodes(node);
				}
				await editor.pickNode(node, action === '' ? undefined : action);
				// No 'Custom API Call', which n8n adds where it can and which the nodes could not serve.
				if (operations.length > 0)
					expect(await editor.choices('Operation')).toEqual(operations.map(([, name]) => name));
				for (const [field, choice, shown] of choices) {
					await editor.choose(field, choice);
					await eventually(async () => {
						const labels = (await editor.fields()).map(({ label }) => label);
						expect(`${choice}: ${labels.join(', ')}`).toBe(`${choice}: ${shown}`);
					});
				}
			});
		},
	);

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

	it('ask for the credentials of the chosen platform, and take no other that is there', async () => {
		const { editor } = world;
		const slots = async (expected: CredentialSlot[]) =>
			await eventually(async () => expect(await editor.credentialSlots()).toEqual(expected));
		await seen(editor, async () => {
			await editor.beginWith('Download Media', 'Download Media', 'Download media of recording');
			// Of the three that this n8n has, the newest is GIR's.
			await slots([{ label: FOR_CXONE, chosen: 'CXone access key' }]);
			await editor.choose('CXone Authentication', 'OAuth2');
			await slots([{ label: FOR_CXONE, chosen: '' }]);
			await editor.chooseCredential('CXone OAuth2');
			await slots([{ label: FOR_CXONE, chosen: 'CXone OAuth2' }]);
			await editor.choose('Platform', GIR);
			await slots([{ label: FOR_GIR, chosen: '' }]);
			await editor.chooseCredential('Genesys Interaction Recording');
			await editor.choose('Platform', 'Mixed');
			// n8n keeps none whose slot was away: it takes another as little.
			await slots([
				{ label: FOR_CXONE, chosen: '' },
				{ label: FOR_GIR, chosen: 'Genesys Interaction Recording' },
			]);
		});
	});

	it('filter by names: those of the output, chosen from a list', async () => {
		const { editor } = world;
		await seen(editor, async () => {
			await editor.beginWith('Search Recordings', 'Search Recordings', 'Search recordings');
			expect(await editor.addable('Filters')).toEqual([
				'Agent',
				'Call ID',
				'Caller Number',
				'Dialed Number',
				'Direction',
				'Duration From (Seconds)',
				'Duration To (Seconds)',
				'Media Type',
			]);
			await editor.add('Filters', 'Caller Number');
			await editor.fill('Caller Number', '+1 555 010 0101');
			expect(await editor.executeStep()).toEqual({ items: '1 item' });
		});
	});
});
