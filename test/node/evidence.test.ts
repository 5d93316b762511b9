import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import type { INodeExecutionData } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { bytesOf, runNode, type NodeResult, type NodeRun } from './engine';
import { canonicalJson } from '../../core/evidence/canonical';
import { sha256Of } from '../../core/evidence/checksums';
import type { Manifest } from '../../core/evidence/manifest';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import { version } from '../../package.json';
import { startSimulator, type Simulator } from '../../simulator';

const command = promisify(execFile);

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator({ seed: 'empty', recordingApiPerMinute: 100_000 });
});
afterEach(async () => await simulator.stop());

/** Adds recordings rec-0, rec-1, … that began on the last days of March; gives their object keys. */
function add(count: number): string[] {
	return Array.from({ length: count }, (_, index) => {
		const recording = simulator.cxone.recordings.add({
			recordingId: `rec-${index}`, startTime: `2026-03-3${index % 2}T23:30:00.000Z`, direction: 'Inbound',
			media: { combined: { synthetic: { sizeBytes: 20_000 + index, seed: `e-${index}`, format: 'mp4' } } },
		});
		return recording.objectKeys.combined!;
	});
}

const purge = (key: string) =>
	simulator.faults.add({ server: 'media', path: `/${key}`, effect: { kind: 'status', status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }, times: 99 });

const searchAll = { nodeType: new SearchRecordings(), parameters: { platform: 'cxone', returnAll: true, createdAfter: '2026-03-01T00:00:00Z', options: { sortField: 'createdDate', sortDirection: 'asc' } } };

async function run(options: Record<string, unknown>, rest: Partial<NodeRun> = {}): Promise<NodeResult> {
	const credentials = credentialsFor(simulator).cxone;
	credentials.cxoneAccessKeyApi.recordingApiPerMinute = 0;
	return await runNode({ nodeType: new DownloadMedia(), parameters: { source: 'input', options: options as never }, credentials, ...rest });
}

const manifestOf = (items: INodeExecutionData[]) => items.at(-1)!.json as unknown as Manifest & { manifest: true; manifestSha256: string };

/** Stores every file of every item under its path, as a workflow does, in a folder for the time of `check`. */
async function inArchive(items: INodeExecutionData[], check: (folder: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(path.join(tmpdir(), 'archive-'));
	try {
		for (const binary of items.flatMap((item) => Object.values(item.binary ?? {}))) {
			const place = path.join(folder, binary.directory ?? '');
			await mkdir(place, { recursive: true });
			await writeFile(path.join(place, binary.fileName!), await bytesOf(binary));
		}
		await check(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

describe('the manifest', () => {
	it('lists what was and what was not delivered, by which search, and what can be checked', async () => {
		const keys = add(3);
		purge(keys[1]);
		const { items, error } = await run({ manifest: true }, { search: searchAll, onError: 'continueRegularOutput' });
		expect(error).toBeUndefined();
		const { binary, pairedItem } = items.at(-1)!;
		expect(pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		const manifest = manifestOf(items);
		expect(manifest).toMatchObject({
			manifest: true, format: 'call-recordings-manifest/1', previousSha256: null, fileCount: 2, totalBytes: 40_002,
			producedBy: { pack: 'n8n-nodes-call-recordings', packVersion: version, workflowId: 'test-workflow', executionId: 'test-execution', node: 'Subject' },
			counts: { recordingsFound: 3, recordingsLeftOut: 0, itemsReceived: 3, filesDelivered: 2, filesSkipped: 0, failed: 1 },
			searches: [{ node: 'Search', found: 3, asked: { platform: 'cxone', createdAfter: '2026-03-01T00:00:00Z' } }],
		});
		expect(manifest.files.map(({ recordingId, sha256 }) => [recordingId, sha256]).sort()).toEqual([
			['rec-0', simulator.media.source(keys[0]).sha256],
			['rec-2', simulator.media.source(keys[2]).sha256],
		]);
		expect(manifest.files[0]).toMatchObject({ channelAsked: 'combined', channelDelivered: 'combined', attempts: 1, path: expect.stringMatching(/^rec-\d_combined\.mp4$/) });
		expect(manifest.notDelivered).toEqual([
			{ item: expect.any(Number), recordingId: 'rec-1', reason: 'The media of recording rec-1 (combined) were purged', details: expect.stringContaining('retention') },
		]);
		// The recording that was not delivered is named as well.
		expect(manifest.recordings.map(({ id, direction, start }) => [id, direction, start]).sort()).toEqual([
			['rec-0', 'inbound', '2026-03-30T23:30:00.000Z'], ['rec-1', 'inbound', '2026-03-31T23:30:00.000Z'], ['rec-2', 'inbound', '2026-03-30T23:30:00.000Z'],
		]);
		const bytes = await bytesOf(binary!.data);
		expect(sha256Of(bytes)).toBe(manifest.manifestSha256);
		const written = JSON.parse(bytes.toString('utf8')) as Manifest;
		expect(canonicalJson(written).equals(bytes)).toBe(true);
		expect(sha256Of(canonicalJson(written.files))).toBe(manifest.filesSha256);
		expect(binary!.data.fileName).toBe(manifest.files.length > 0 ? `manifest_${manifest.createdAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z_${manifest.manifestSha256.slice(0, 12)}.json` : '');
		expect(Object.values(binary!).map(({ mimeType }) => mimeType)).toEqual(['application/json', 'text/plain', 'application/timestamp-query']);
	});

	it('makes an archive that sha256sum checks, with date folders and sidecars', async () => {
		add(2);
		const { items } = await run({ manifest: true, sidecars: true, dateFolders: 'day' }, { search: searchAll });
		expect(items.slice(0, -1).map(({ json }) => json.path).sort()).toEqual(['2026/03/30/rec-0_combined.mp4', '2026/03/31/rec-1_combined.mp4']);
		await inArchive(items, async (folder) => {
			const list = items.at(-1)!.binary!.data_checksums.fileName!;
			const { stdout } = await command('sha256sum', ['--strict', '-c', list], { cwd: folder });
			expect(stdout.split('\n').filter((line) => line.endsWith(': OK'))).toHaveLength(6);
			const sidecar = await command('jq', ['-r', '[.recording.id, .recording.direction, .file.sha256] | join(" ")', '2026/03/30/rec-0_combined.mp4.json'], { cwd: folder });
			const file = manifestOf(items).files.find(({ recordingId }) => recordingId === 'rec-0')!;
			expect(sidecar.stdout).toBe(`rec-0 inbound ${file.sha256}\n`);
			const request = await command('openssl', ['ts', '-query', '-in', items.at(-1)!.binary!.data_timeStampRequest.fileName!, '-text'], { cwd: folder });
			expect(request.stdout).toContain('Hash Algorithm: sha256');
			const verified = await command('sh', [path.resolve(__dirname, '../../docs/verify-archive.sh'), '-l', manifestOf(items).manifestSha256, folder]);
			expect(verified.stdout).toBe('OK: 1 manifests, 2 files, 0 time stamps, 0 audit lines\n');
		});
	});

	it('names the manifest before, and is made of a day without recordings too', async () => {
		const first = manifestOf((await run({ manifest: true }, { search: { ...searchAll, alwaysOutputData: true } })).items);
		expect(first).toMatchObject({ previousSha256: null, fileCount: 0, counts: { recordingsFound: 0, itemsReceived: 0, failed: 0 }, notDelivered: [] });
		add(1);
		const second = manifestOf((await run({ manifest: true, previousManifestHash: ` ${first.manifestSha256.toUpperCase()} ` }, { search: searchAll })).items);
		expect(second).toMatchObject({ previousSha256: first.manifestSha256, fileCount: 1 });
		const lost = manifestOf((await run({ manifest: true, previousManifestHash: '={{ $json.nothing }}' }, { search: searchAll })).items);
		expect(lost.previousSha256).toBeNull();
	});

	it('refuses a hash before that is none, before anything is downloaded', async () => {
		add(1);
		const { error } = await run({ manifest: true, previousManifestHash: 'yesterday' }, { search: searchAll });
		expect(error!.message).toBe("'Previous Manifest Hash' is no SHA-256: yesterday");
		expect(error!.description).toContain('manifestSha256');
		expect(simulator.requests.filter(({ server }) => server === 'media')).toEqual([]);
	});

	it('always has hashes, and no personal data where that is not wanted', async () => {
		add(1);
		const { items } = await run({ manifest: true, sidecars: true, hashes: false, personalData: false }, { search: searchAll });
		const manifest = manifestOf(items);
		expect(manifest.files[0].sha256).toHaveLength(64);
		expect(Object.keys(manifest.recordings[0])).not.toEqual(expect.arrayContaining(['callerNumber']));
		for (const field of ['callerNumber', 'dialedNumber', 'agents']) {
			expect(manifest.recordings[0]).not.toHaveProperty(field);
			expect((await bytesOf(items[0].binary!.data_sidecar)).toString()).not.toContain(field);
		}
	});

	it('of an empty item is none where no manifest is wanted: such an item is a slip', async () => {
		const { error } = await run({});
		expect(error!.message).toBe('The input item is no recording');
	});

	it('leaves the items of a download without evidence as they are', async () => {
		add(1);
		const { items } = await run({}, { search: searchAll });
		expect(items).toHaveLength(1);
		expect(items[0].json).not.toHaveProperty('path');
		expect(Object.keys(items[0].binary!)).toEqual(['data']);
		expect(items[0].binary!.data.directory).toBeUndefined();
	});
});
