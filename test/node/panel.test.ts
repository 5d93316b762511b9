import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NodeHelpers } from 'n8n-workflow';
import type {
	ICredentialType,
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';

import { cxoneHosts } from '../../core/cxone/hosts';
import { CxoneAccessKeyApi } from '../../credentials/CxoneAccessKeyApi.credentials';
import { CxoneOAuth2Api } from '../../credentials/CxoneOAuth2Api.credentials';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const NODES = {
	DeleteRecording,
	DownloadMedia,
	GetContact,
	GetSegment,
	RecordControl,
	RecordingTrigger,
	SearchRecordings,
};
type NodeName = keyof typeof NODES;

function descriptionOf(name: NodeName): INodeType['description'] {
	return new NODES[name]().description;
}

function aliasesOf(name: NodeName): string[] {
	const file = join(__dirname, `../../nodes/${name}/${name}.node.json`);
	return (JSON.parse(readFileSync(file, 'utf8')) as { alias: string[] }).alias;
}

/** The nodes that n8n's panel surely shows for what is typed: its own search also takes letters with gaps between. */
function foundBy(typed: string): string[] {
	return (Object.keys(NODES) as NodeName[]).filter((name) =>
		[descriptionOf(name).displayName, ...aliasesOf(name)].some((words) =>
			words.toLowerCase().includes(typed.toLowerCase()),
		),
	);
}

describe('the panel of nodes', () => {
	it.each([
		['CXone recording', ['DownloadMedia', 'GetContact', 'GetSegment', 'SearchRecordings']],
		['download recording', ['DownloadMedia']],
		['download audio', ['DownloadMedia']],
		['sentiment', ['GetContact', 'GetSegment']],
		['media playback', ['DownloadMedia', 'GetContact', 'GetSegment']],
		['compliance', ['DeleteRecording', 'RecordControl']],
		['transcript', ['DownloadMedia', 'GetContact', 'GetSegment']],
		['GDPR', ['DeleteRecording']],
		['PCI', ['RecordControl']],
	])('finds for "%s" what is meant', (typed, nodes) => {
		expect(foundBy(typed)).toEqual(expect.arrayContaining(nodes));
	});

	it.each(['sentiment', 'compliance', 'GDPR', 'PCI', 'download recording'])(
		'finds for "%s" nothing else',
		(typed) => {
			expect(foundBy(typed).length).toBeLessThanOrEqual(2);
		},
	);

	it('says of a node of one platform whose it is', () => {
		expect(
			(Object.keys(NODES) as NodeName[]).map((name) => descriptionOf(name).displayName),
		).toEqual([
			'Delete Recording (GIR)',
			'Download Media',
			'Get Contact (CXone)',
			'Get Segment (CXone)',
			'Record Control (CXone)',
			'Call Recording Trigger',
			'Search Recordings',
		]);
	});

	it('says of a node of several platforms, too, which these are', () => {
		for (const name of ['DownloadMedia', 'RecordingTrigger', 'SearchRecordings'] as const)
			expect(descriptionOf(name).description).toMatch(/NICE CXone.*\(GIR\)/);
	});
});

describe.each(Object.keys(NODES) as NodeName[])('%s in the editor', (name) => {
	const { properties, displayName, defaults, version, defaultVersion, subtitle } =
		descriptionOf(name);
	const operations = properties.filter(({ name: field }) => field === 'operation');
	const actions = operations
		.flatMap(({ options }) => (options ?? []) as INodePropertyOptions[])
		.map(({ action }) => action);

	it('is called on the canvas what it is called in the panel', () => {
		expect(defaults.name).toBe(displayName);
	});

	it('names its platform below its name', () => {
		expect(subtitle).toMatch(/CXone|GIR|\$parameter\["platform"\]/);
	});

	it('has actions that say of what, without articles', () => {
		for (const action of actions) {
			expect(action).toMatch(/recording|contact|segment|statement|media|transcript/i);
			expect(action).not.toMatch(/\b(a|an|the)\b/i);
			expect(action).toMatch(/^[A-Z][^A-Z]*( (ID|ACD|URL)[^A-Z]*)*$/);
		}
		// n8n makes the action of a trigger from its name.
		expect(actions.length > 0).toBe(name !== 'RecordingTrigger');
	});

	// As n8n 2.41 decides it: getMainAuthField of its editor takes what the `show` of credentials names.
	it("has no choice of credentials that the editor would move into the credential's dialog", () => {
		for (const { displayOptions } of descriptionOf(name).credentials ?? [])
			expect(displayOptions?.show).toBeUndefined();
	});

	// As n8n 2.41 decides it: LoadNodesAndCredentials.injectCustomApiCallOptions.
	it("does not get n8n's entry 'Custom API Call', which it could not serve", () => {
		const isLatest = defaultVersion === undefined || defaultVersion === version;
		const isEntryAdded = (field: INodeProperties) =>
			['resource', 'operation'].includes(field.name) && Array.isArray(field.options);
		expect(isLatest && properties.some(isEntryAdded)).toBe(false);
	});
});

describe('words that are the same wherever they stand', () => {
	interface Said {
		node: string;
		name: string;
		displayName: string;
		placeholder?: string;
	}
	function saidBy(node: string, fields: readonly object[]): Said[] {
		return fields.flatMap((field) => {
			const { options = [], values = [] } = field as { options?: object[]; values?: object[] };
			const within = saidBy(node, [...options, ...values]);
			return 'displayName' in field ? [{ ...(field as Said), node }, ...within] : within;
		});
	}
	const said = (Object.keys(NODES) as NodeName[]).flatMap((name) =>
		saidBy(name, descriptionOf(name).properties),
	);

	it('a field that asks for the same thing is called the same on every node', () => {
		const labels = new Map<string, Set<string>>();
		for (const { name, displayName } of said.filter((one) => !one.name.endsWith('Notice')))
			labels.set(name, (labels.get(name) ?? new Set()).add(displayName));
		// Each of the two waits is for something else, in a unit of its own.
		const several = [...labels].filter(([, names]) => names.size > 1);
		expect(several).toEqual([]);
		for (const name of ['ACD Call ID', 'Segment ID', 'Recording ID', 'Media Type'])
			expect(
				new Set(said.filter((one) => one.displayName === name).map((one) => one.name)).size,
			).toBe(1);
	});

	it('a placeholder is an example, or says in a small letter what is added', () => {
		for (const { placeholder } of said)
			if (placeholder !== undefined)
				expect(placeholder).toMatch(/^(e\.g\. \S|Add [a-z]|Choose a )/);
	});

	it('a chat is a chat and an email is an email', () => {
		expect(JSON.stringify(said)).not.toMatch(/e-mail/i);
	});
});

describe('the credentials that are asked for', () => {
	it.each([
		[{ platform: 'cxone', authentication: 'accessKey' }, ['cxoneAccessKeyApi']],
		[{ platform: 'cxone', authentication: 'oAuth2' }, ['cxoneOAuth2Api']],
		[{ platform: 'genesys', authentication: 'accessKey' }, ['genesysBasicApi']],
		[{ platform: 'mixed', authentication: 'oAuth2' }, ['cxoneOAuth2Api', 'genesysBasicApi']],
	])('%j', (parameters, expected) => {
		const { description } = new DownloadMedia();
		const node = { typeVersion: 1 } as INode;
		const asked = description.credentials!.filter((credential) =>
			NodeHelpers.displayParameter(parameters, credential, node, description),
		);
		expect(asked.map((credential) => credential.name)).toEqual(expected);
	});
});

describe('what the panels say', () => {
	function notices(name: NodeName, parameters: INodeParameters): string {
		const { description } = new NODES[name]();
		return description.properties
			.filter(({ type }) => type === 'notice')
			.filter((one) =>
				NodeHelpers.displayParameter(parameters, one, { typeVersion: 1 } as INode, description),
			)
			.map(({ displayName }) => displayName)
			.join(' ');
	}

	/** A link of the CXone Player leads to a segment or a call, which only Media Playback knows. */
	const BY_LINK = { __rl: true, mode: 'url', value: '' };

	it('the notice of billed calls stands where such a call is made, and nowhere else', () => {
		const billed = /by Media Playback\. NICE bills each of its calls.*licence \(SKU\).*throttling/;
		for (const [name, parameters] of [
			['GetContact', {}],
			['GetSegment', { operation: 'segment' }],
			['GetSegment', { operation: 'statement' }],
			['DownloadMedia', { platform: 'cxone', source: 'id', identifier: 'acdCallId' }],
			['DownloadMedia', { platform: 'cxone', source: 'input' }],
			[
				'DownloadMedia',
				{ platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: BY_LINK },
			],
		] as const)
			expect(notices(name, parameters)).toMatch(billed);
		for (const [name, parameters] of [
			['GetSegment', { operation: 'transcript' }],
			['SearchRecordings', { platform: 'cxone', operation: 'search', api: 'recordingApi' }],
			['SearchRecordings', { platform: 'cxone', operation: 'search', api: 'dataExtraction' }],
			['RecordingTrigger', { platform: 'cxone', api: 'dataExtraction' }],
			[
				'DownloadMedia',
				{
					platform: 'cxone',
					source: 'id',
					identifier: 'recordingId',
					recordingId: { ...BY_LINK, mode: 'list' },
				},
			],
			['DownloadMedia', { platform: 'genesys', source: 'input' }],
			['DeleteRecording', { operation: 'delete' }],
			['RecordControl', { operation: 'mask' }],
		] as const)
			expect(notices(name, parameters)).not.toMatch(/bills|SKU/);
	});

	it('says for whom Record Control is, and what cannot be taken back', () => {
		expect(notices('RecordControl', { operation: 'start' })).toMatch(/Only for Multi-ACD \(Open\)/);
		expect(notices('RecordControl', { operation: 'doNotRecord' })).toMatch(
			/cannot be (taken back|undone)/,
		);
		expect(notices('DeleteRecording', { operation: 'delete' })).toMatch(/gone for good/);
		expect(notices('DeleteRecording', { operation: 'protect' })).toBe('');
	});
});

describe('the credentials', () => {
	const shown = (type: ICredentialType, values: INodeParameters) =>
		type.properties
			.filter((one) => one.type !== 'hidden')
			.filter((one) => NodeHelpers.displayParameter(values, one, null, null))
			.map(({ displayName }) => displayName);

	it('ask first for what everybody has to enter, and for the rest behind one choice', () => {
		expect(shown(new CxoneAccessKeyApi(), { area: 'na1', moreSettings: false })).toEqual([
			'Area',
			'Access Key ID',
			'Access Key Secret',
			'API to Test',
			'More Settings',
		]);
		expect(shown(new CxoneAccessKeyApi(), { area: 'na1', moreSettings: true })).toEqual(
			expect.arrayContaining(['Client ID', 'Media Playback Requests per 5 Minutes']),
		);
		expect(shown(new CxoneAccessKeyApi(), { area: 'other', moreSettings: false })).toEqual(
			expect.arrayContaining(['API Base URL', 'Sign-In Base URL', 'Allow Insecure HTTP']),
		);
	});

	it('know no budget of an API that OAuth2 does not sign in for', () => {
		expect(shown(new CxoneOAuth2Api(), { area: 'na1', moreSettings: true })).not.toContain(
			'Media Playback Requests per 5 Minutes',
		);
	});

	it.each([new CxoneAccessKeyApi(), new CxoneOAuth2Api()])(
		'$displayName: areas are spelled as NICE does, Other comes last, and each leads to its own hosts',
		({ properties }) => {
			const options = properties.find(({ name }) => name === 'area')!
				.options as INodePropertyOptions[];
			expect(options.at(-1)).toMatchObject({ name: 'Other', value: 'other' });
			expect(options).toEqual(
				expect.arrayContaining([
					{ name: 'NA1 (North America)', value: 'na1' },
					{ name: 'CA1 (Canada)', value: 'ca1' },
					{ name: 'JP1 (Japan)', value: 'jp1' },
				]),
			);
			for (const { value } of options.filter((one) => /^[a-z]{2}\d$/.test(String(one.value))))
				expect(cxoneHosts({ area: String(value) })).toMatchObject({
					api: `https://api-${String(value)}.niceincontact.com`,
				});
		},
	);
});
