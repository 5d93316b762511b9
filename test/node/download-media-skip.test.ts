import { existsSync, readdirSync } from 'node:fs';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { jsonOf } from './engine';
import { downloadIn, worldForEachTest } from './virtual';

const world = worldForEachTest();

/** Every file below n8n's folder for binary data. */
const stored = () =>
	existsSync(process.env.N8N_USER_FOLDER!)
		? readdirSync(process.env.N8N_USER_FOLDER!, { recursive: true, withFileTypes: true }).filter(
				(entry) =>
					entry.isFile() &&
					entry.parentPath.includes('binary_data') &&
					!entry.name.endsWith('.metadata'),
			).length
		: 0;
const mediaCalls = () => world.simulator.requests.filter(({ server }) => server === 'media').length;

async function download(file: string, options: INodeParameters, more: IDataObject = {}) {
	world.simulator.cxone.recordings.add({
		recordingId: 'rec-1',
		media: { combined: { file } },
		startTime: '2025-03-04T10:00:00Z',
		endTime: '2025-03-04T10:00:00Z',
		...more,
	});
	const before = stored();
	const result = await downloadIn(
		world,
		{ platform: 'cxone', options: { manifest: true, ...options } },
		{ input: [{ json: { recordingId: 'rec-1' } }] },
	);
	expect(result.error).toBeUndefined();
	const [{ json, binary }, manifest] = result.items;
	const files = (manifest.json as { files: IDataObject[] }).files;
	// The manifest has three files of its own.
	return { json, binary, line: files[0], manifest: manifest.json, kept: stored() - before - 3 };
}

describe('a file that is not worth storing', () => {
	it.each([
		['silent', 'silence.wav', { skipSilent: true }, 'Nothing in it is louder than silence'],
		[
			'too short, by its WAV header',
			'short.wav',
			{ minimumSeconds: 60 },
			/^It plays [\d.]+ seconds, which is less than 60$/,
		],
		[
			'too short, by its MP3 frames',
			'consult.mp3',
			{ minimumSeconds: 60 },
			/^It plays [\d.]+ seconds, which is less than 60$/,
		],
		[
			'too short, by its MP4 header',
			'voice.mp4',
			{ minimumSeconds: 60 },
			/^It plays [\d.]+ seconds, which is less than 60$/,
		],
	])(
		'is %s: its item and its line say so, and nothing is stored',
		async (_, file, options, because) => {
			const { json, binary, line, manifest, kept } = await download(file, options);
			const skippedBecause =
				typeof because === 'string' ? because : (expect.stringMatching(because) as unknown);
			expect(json).toMatchObject({ skipped: true, skippedBecause, recordingId: 'rec-1' });
			expect(line).toMatchObject({ skipped: true, skippedBecause, recordingId: 'rec-1' });
			expect(manifest.counts).toMatchObject({ filesDelivered: 0, filesSkipped: 1, failed: 0 });
			expect(binary?.data).toBeUndefined();
			expect(kept).toBe(0);
		},
	);

	it('is not downloaded where the platform tells how long the call was', async () => {
		const { json, line, kept } = await download(
			'combined.wav',
			{ minimumSeconds: 10 },
			{ endTime: '2025-03-04T10:00:04Z' },
		);
		expect(json).toMatchObject({
			skipped: true,
			skippedBecause: 'It plays 4 seconds, which is less than 10',
			durationSeconds: 4,
		});
		expect(line).toMatchObject({ skipped: true });
		expect(mediaCalls()).toBe(0);
		expect(kept).toBe(0);
	});
});

describe('a file that is worth it', () => {
	it.each([
		['short.wav', { skipSilent: true, minimumSeconds: 0.5 }],
		['silence.wav', {}],
		['voice.mp4', { minimumSeconds: 0.5 }],
	])('is stored: %s, %j', async (file, options) => {
		const { json, binary, kept } = await download(file, options);
		expect(json).not.toHaveProperty('skipped');
		expect(json).not.toHaveProperty('note');
		expect(binary?.data).toBeDefined();
		expect(kept).toBe(1);
	});

	it('is so, too, where it cannot be told, and the item says that', async () => {
		const { json, kept } = await download('consult.mp3', { skipSilent: true });
		expect(json.note).toBe('A file of this kind does not tell whether it is silent');
		expect(json).not.toHaveProperty('skipped');
		expect(kept).toBe(1);
	});

	it('tells how long it plays, whatever its kind', async () => {
		const { json } = await download('voice.mp4', {});
		expect(json.durationSeconds).toBeGreaterThan(0.5);
		expect(jsonOf([{ json }])[0]).toMatchObject({ kind: 'MP4' });
	});
});

it('a minimum that is no number is refused', async () => {
	const { error } = await downloadIn(
		world,
		{ options: { minimumSeconds: '={{ "soon" }}' as unknown as number } },
		{ input: [{ json: { acdCallId: '1' } }] },
	);
	expect(error!.message).toBe("'Minimum Duration (Seconds)' must be a number of at least 0");
});
