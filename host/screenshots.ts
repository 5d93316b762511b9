import { readdirSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { startSimulator, type Simulator } from '../simulator';
import { credentialsFor, readExample, workflowOf } from './delivery';
import { Editor } from './editor';
import { ensureHost } from './install';
import { N8nHost, type WorkflowJson } from './n8n';
import { buildAndPack } from './pack';
import { withProgress } from './progress';

// Makes the pictures of the README and of docs/: `npm run screenshots`, or some of them: `npm run screenshots -- error example`.

const IMAGES = resolve(__dirname, '..', 'docs', 'images');
const EXAMPLES = resolve(__dirname, '..', 'examples');

type Clip = Record<'x' | 'y' | 'width' | 'height', number>;

/** A page with pictures is read on a telephone, too. */
const MOST_BYTES = 200 * 1024;

/** What is in the way of a picture. */
const HIDDEN = `
	.el-notification, [data-test-id="tab-bar-container"], [class*="_executionButtons_"], [class*="_canvasNodeToolbar_"],
	[data-test-id^="execute-workflow-button-"], [data-test-id="canvas-controls"], [data-test-id="canvas-minimap"], [data-test-id="ndv-floating-nodes"],
	[data-test-id="node-creator-plus-button"], [data-test-id="command-bar-button"], [data-test-id="add-sticky-button"],
	[data-test-id="toggle-focus-panel-button"], [data-test-id="instance-ai-canvas-action-button"],
	[data-test-id="ask-assistant-floating-button"], [data-test-id="node-feature-request"] { visibility: hidden !important; }
`;

/** Of the input of a panel a part stays to be seen beside a wide output. */
const WITHOUT_INPUT = `${HIDDEN} [data-test-id="ndv-input-panel"] { visibility: hidden !important; }`;

/** The panels, each with what its node put out: the picture, the workflow, and the node in it. */
const PANELS: Array<[picture: string, workflow: WorkflowJson, node: string]> = [
	[
		'call-recording-trigger',
		readExample('new-recording-to-s3-and-crm.json'),
		'Call Recording Trigger',
	],
	['download-media', readExample('search-and-download-cxone.json'), 'Download Media'],
	['search-recordings', readExample('search-and-download-cxone.json'), 'Search Recordings'],
	['get-contact', readExample('contact-to-crm-note.json'), 'Get Contact'],
	[
		'get-segment',
		workflowOf('Get Segment', 'getSegment', { segmentId: '7a3f9e20-0000-4000-8000-000000000001' }),
		'Get Segment',
	],
	['record-control', readExample('pci-pause-mask-unmask.json'), 'Mask'],
	[
		'delete-recording',
		workflowOf(
			'Delete Recording',
			'deleteRecording',
			{
				recordingId: { __rl: true, mode: 'id', value: '011AP643CSAPR4FKQGQE31TAES000208' },
				reason: 'Erasure request 2026-117',
			},
			{ genesysBasicApi: { id: 'genesysBasic', name: 'Genesys Interaction Recording' } },
		),
		'Delete Recording',
	],
	[
		'error',
		workflowOf('Search Recordings', 'searchRecordings', {
			operation: 'get',
			recordingId: { __rl: true, mode: 'id', value: '5b0c7d1e-0000-4000-8000-0000000000ff' },
		}),
		'Search Recordings',
	],
];

/** Whether a picture is to be made: all are, or those whose name begins with a word of the command line. */
function wanted(picture: string): boolean {
	const words = process.argv.slice(2);
	return words.length === 0 || words.some((word) => picture.startsWith(word));
}

async function take(
	target: Locator | Page,
	picture: string,
	options: { clip?: Clip; style?: string } = {},
): Promise<void> {
	const path = join(IMAGES, `${picture}.png`);
	await target.screenshot({
		path,
		style: HIDDEN,
		animations: 'disabled',
		caret: 'hide',
		...options,
	});
	const { size } = await stat(path);
	if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MOST_BYTES}`);
	console.log(`  ${path} (${Math.round(size / 1024)} KiB)`);
}

function examples(): string[] {
	return readdirSync(EXAMPLES).filter((file) => file.endsWith('.json'));
}

/** The panel of each node with its output, and a file that plays. */
async function takePanels(editor: Editor, ids: Map<string, string>): Promise<void> {
	const panel = editor.page.getByTestId('ndv');
	for (const [picture, { name }, node] of PANELS) {
		if (!wanted(picture)) continue;
		await editor.openWorkflow(ids.get(name) as string);
		await editor.openNode(node);
		await editor.executeStep();
		if (picture === 'download-media') {
			await editor.playFile();
			await take(panel, 'search-and-download');
		}
		if (picture !== 'error') await editor.showOutputAs('Table');
		if (picture !== 'call-recording-trigger') await editor.widenOutput();
		await take(panel, picture, { style: WITHOUT_INPUT });
	}
}

async function takeCredential(editor: Editor, { cxone }: Simulator): Promise<void> {
	if (!wanted('credential')) return;
	await editor.newCredential('CXone Access Key API');
	await editor.choose('Area', 'Other');
	await editor.fill('API Base URL', cxone.url);
	await editor.fill('Access Key ID', cxone.credentials.accessKeyId);
	await editor.fill('Access Key Secret', cxone.credentials.accessKeySecret);
	await editor.saveCredential();
	await editor.page.setViewportSize({ width: 1280, height: 1000 });
	await take(editor.page.getByTestId('editCredential-modal'), 'credential');
}

/** Around what stands on a canvas, in pixels: a trigger has its mark to its left. */
const MARGIN = 48;
/** What stands there: nodes and notes, what is written below a node, and the sign behind the last one. */
const DRAWN = ['', ' [class*="_description_"]', ' [data-test-id="canvas-handle-plus"]']
	.map((part) => `.vue-flow__node${part}`)
	.join();

/** The part of the page that the open canvas uses. */
async function usedPart({ page }: Editor): Promise<{ clip: Clip }> {
	const boxes = await page
		.locator(DRAWN)
		.evaluateAll((nodes: Array<{ getBoundingClientRect(): Clip }>) =>
			nodes
				.map((node) => node.getBoundingClientRect())
				.map(({ x, y, width, height }) => ({ x, y, width, height })),
		);
	const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
	const right = Math.max(...boxes.map(({ x, width }) => x + width));
	const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
	return {
		clip: {
			x: left - MARGIN,
			y: top - MARGIN,
			width: right - left + 2 * MARGIN,
			height: bottom - top + 2 * MARGIN,
		},
	};
}

/** The canvas of each example. */
async function takeExamples(editor: Editor, ids: Map<string, string>): Promise<void> {
	for (const file of examples()) {
		const picture = `example-${file.replace('.json', '')}`;
		if (!wanted(picture)) continue;
		await editor.openWorkflow(ids.get(readExample(file).name) as string);
		await editor.page.getByTestId('zoom-to-fit').click();
		// Until the canvas stands still.
		await editor.page.getByTestId('canvas-node').first().hover({ trial: true });
		await take(editor.page, picture, await usedPart(editor));
	}
}

async function main(): Promise<void> {
	const tarball = await withProgress('Build and pack the nodes', buildAndPack);
	const paths = await ensureHost();
	const simulator = await startSimulator();
	const host = await N8nHost.create({ paths });
	try {
		const workflows = new Map(
			[...PANELS.map(([, workflow]) => workflow), ...examples().map(readExample)].map(
				(workflow) => [workflow.name, workflow],
			),
		);
		const ids = await withProgress('Set up an n8n with the nodes', async () => {
			await host.installPack(tarball);
			await host.importCredentials(credentialsFor(simulator));
			const list = await host.importWorkflows([...workflows.values()]);
			await host.start();
			return new Map([...workflows.keys()].map((name, index) => [name, list[index] as string]));
		});
		await mkdir(IMAGES, { recursive: true });
		const editor = await Editor.open(host);
		try {
			await editor.page.setViewportSize({ width: 1360, height: 760 });
			await takePanels(editor, ids);
			await takeCredential(editor, simulator);
			await editor.page.setViewportSize({ width: 1680, height: 1000 });
			await takeExamples(editor, ids);
		} finally {
			await editor.close();
		}
	} finally {
		await host.dispose();
		await simulator.stop();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
