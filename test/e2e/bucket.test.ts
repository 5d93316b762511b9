import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { BUCKET, startOutside, type Outside } from './archive';
import { bootWorld, type World } from './world';
import { readExample } from '../../host/delivery';
import { describeFailure } from '../../host/execution';

const SIZE = 12_000_000;

let world: World;
let outside: Outside;

beforeAll(async () => {
	outside = await startOutside();
	world = await bootWorld({ simulator: { seed: 'empty' } });
	await world.host.importCredentials([outside.credential]);
	await world.host.start();
});
afterAll(async () => {
	await world?.end();
	await outside?.end();
});

it('new-recording-to-s3-and-crm.json keeps the file of a new recording, piece by piece, and tells the CRM', async () => {
	const text = JSON.stringify(readExample('new-recording-to-s3-and-crm.json'))
		.replace('https://crm.example.com/api/notes', outside.crmUrl)
		.replaceAll('"call-recordings"', JSON.stringify(BUCKET));
	const id = await world.host.importWorkflow(JSON.parse(text) as ReturnType<typeof readExample>);
	await world.host.publish(id);
	// The first poll, with which the trigger learns from where on recordings are new, belongs to publishing.
	const at = Date.now();
	world.simulator.cxone.recordings.add({
		recordingId: 'new-1',
		startTime: at,
		media: { combined: { synthetic: { sizeBytes: SIZE, seed: 'new-1' } } },
	});
	for (const deadline = at + 240_000; outside.notes.length === 0; await sleep(500)) {
		if (Date.now() > deadline) {
			const all = await world.host.executions(id);
			throw new Error(`No note came. ${all.map(describeFailure).join('\n')}`);
		}
	}
	expect(outside.notes).toHaveLength(1);
	const [{ file, sha256, externalId, text: note }] = outside.notes as Array<Record<string, string>>;
	expect(externalId).toBe('new-1');
	expect(note).toMatch(/^Call of \d{4}-\S+, \d+ min, agents: /);
	expect(file).toMatch(/^\d{4}-\d\d-\d\d\/./);
	const stored = await readFile(path.join(outside.folder, file));
	expect(stored).toHaveLength(SIZE);
	expect(createHash('sha256').update(stored).digest('hex')).toBe(sha256);
	expect(
		world.simulator.sources().find(({ recordingId }) => recordingId === 'new-1'),
	).toMatchObject({
		sha256,
	});
	expect(outside.largestPart()).toBeLessThan(SIZE);
});
