import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NodeHelpers } from 'n8n-workflow';
import type { INode, INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';

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
