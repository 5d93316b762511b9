import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Editor } from '../../host/editor';
import { bootWorld, type World } from '../e2e/world';

// The editor draws itself anew while it is being used: what fails is tried once more, and why it failed is printed.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

/** Where a test that failed leaves what it last saw. */
const PICTURES = resolve(__dirname, '../../.tmp/browser');

/** How long the editor may take to show what a step changes. */
const SHOWN_MS = 15_000;

/** A started n8n with the pack, its platforms, and its editor in a browser. */
export interface Seen extends World {
	editor: Editor;
}

/** @param credentials whether the n8n has the credentials of the simulated platforms */
export async function bootEditor(credentials: boolean): Promise<Seen> {
	const world = await bootWorld({ credentials });
	await world.host.start();
	const editor = await Editor.open(world.host);
	return {
		...world,
		editor,
		async end() {
			await editor.close();
			await world.end();
		},
	};
}

/** Does something in the editor; where it fails, the error names a picture of what was there to see. */
export async function seen(editor: Editor, steps: () => Promise<void>): Promise<void> {
	try {
		await steps();
	} catch (error) {
		await mkdir(PICTURES, { recursive: true });
		const name = (expect.getState().currentTestName ?? 'test').replace(/\W+/g, '-').slice(0, 80);
		const path = resolve(PICTURES, `${name}.png`);
		await editor.page.screenshot({ path }).catch(() => undefined);
		if (error instanceof Error) error.message += `\n\nWhat was there to see: ${path}`;
		throw error;
	}
}

/** Waits until an expectation holds; what it last said is the error. */
export async function eventually(expectation: () => Promise<void>): Promise<void> {
	for (const deadline = Date.now() + SHOWN_MS; ; await sleep(100)) {
		try {
			await expectation();
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
		}
	}
}
