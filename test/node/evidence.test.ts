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
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
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
			recordingId: `rec-${index}`,
			startTime: `2026-03-3${index % 2}T23:30:00.000Z`,
			direction: 'Inbound',
			media: {
				combined: { synthetic: { sizeBytes: 20_000 + index, seed: `e-${index}`, format: 'mp4' } },
			},
		});
		return recording.objectKeys.combined!;
	});
}

const purge = (key: string) =>
	simulator.faults.add({
		server: 'media',
		path: `/${key}`,
		effect: { kind: 'status', status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' },
		times: 99,
	});

const searchAll = {
	nodeType: new SearchRecordings(),
	parameters: {
		platform: 'cxone',
		returnAll: true,
		createdAfter: '2026-03-01T00:00:00Z',
		sort: { sortField: 'createdDate', sortDirection: 'asc' },
	},
};

async function run(
	options: Record<string, unknown>,
	rest: Partial<NodeRun> = {},
): Promise<NodeResult> {
	const credentials = credentialsFor(simulator).cxone;
	credentials.cxoneAccessKeyApi.recordingApiPerMinute = 0;
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: { platform: 'cxone', options: options as never },
		credentials,
		...rest,
	});
}

const manifestOf = (items: INodeExecutionData[]) =>
	items.at(-1)!.json as unknown as Manifest & { manifest: true; manifestSha256: string };

/** Stores every file of every item under its path, as a workflow does, in a folder for the time of `check`. */
async function inArchive(
	items: INodeExecutionData[],
	check: (folder: string) => Promise<void>,
): Promise<void> {
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
		const { items, error } = await run(
			{ manifest: true },
			{ search: searchAll, onError: 'continueRegularOutput' },
		);
		expect(error).toBeUndefined();
		const { binary, pairedItem } = items.at(-1)!;
		expect(pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		const manifest = manifestOf(items);
		expect(manifest).toMatchObject({
			manifest: true,
			format: 'call-recordings-manifest/1',
			previousSha256: null,
			fileCount: 2,
			totalBytes: 40_002,
			producedBy: {
				pack: 'n8n-nodes-call-recordings',
				packVersion: version,
				workflowId: 'test-workflow',
				executionId: 'test-execution',
				node: 'Subject',
			},
			counts: {
				recordingsFound: 3,
				recordingsLeftOut: 0,
				itemsReceived: 3,
				filesDelivered: 2,
				filesSkipped: 0,
				failed: 1,
			},
			searches: [
				{
					node: 'Search',
					found: 3,
					asked: { platform: 'cxone', createdAfter: '2026-03-01T00:00:00Z' },
				},
			],
		});
		expect(manifest.files.map(({ recordingId, sha256 }) => [recordingId, sha256]).sort()).toEqual([
			['rec-0', simulator.media.source(keys[0]).sha256],
			['rec-2', simulator.media.source(keys[2]).sha256],
		]);
		expect(manifest.files[0]).toMatchObject({
			channelAsked: 'combined',
			channelDelivered: 'combined',
			attempts: 1,
			path: expect.stringMatching(/^rec-\d_combined\.mp4$/),
		});
		expect(manifest.notDelivered).toEqual([
			{
				item: expect.any(Number),
				recordingId: 'rec-1',
				reason: 'The media of recording rec-1 (combined) were purged',
				details: expect.stringContaining('retention'),
			},
		]);
		// The recording that was not delivered is named as well.
		expect(
			manifest.recordings.map(({ id, direction, start }) => [id, direction, start]).sort(),
		).toEqual([
			['rec-0', 'inbound', '2026-03-30T23:30:00.000Z'],
			['rec-1', 'inbound', '2026-03-31T23:30:00.000Z'],
			['rec-2', 'inbound', '2026-03-30T23:30:00.000Z'],
		]);
		const bytes = await bytesOf(binary!.data);
		expect(sha256Of(bytes)).toBe(manifest.manifestSha256);
		const written = JSON.parse(bytes.toString('utf8')) as Manifest;
		expect(canonicalJson(written).equals(bytes)).toBe(true);
		expect(sha256Of(canonicalJson(written.files))).toBe(manifest.filesSha256);
		expect(binary!.data.fileName).toBe(
			manifest.files.length > 0
				? `manifest_${manifest.createdAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z_${manifest.manifestSha256.slice(0, 12)}.json`
				: '',
		);
		expect(Object.values(binary!).map(({ mimeType }) => mimeType)).toEqual([
			'application/json',
			'text/plain',
			'application/timestamp-query',
		]);
	});

	it('makes an archive that sha256sum checks, with date folders and sidecars', async () => {
		add(2);
		const { items } = await run(
			{ manifest: true, sidecars: true, dateFolders: 'day' },
			{ search: searchAll },
		);
		expect(
			items
				.slice(0, -1)
				.map(({ json }) => json.path)
				.sort(),
		).toEqual(['2026/03/30/rec-0_combined.mp4', '2026/03/31/rec-1_combined.mp4']);
		await inArchive(items, async (folder) => {
			const list = items.at(-1)!.binary!.data_checksums.fileName!;
			const { stdout } = await command('sha256sum', ['--strict', '-c', list], { cwd: folder });
			expect(stdout.split('\n').filter((line) => line.endsWith(': OK'))).toHaveLength(6);
			const sidecar = await command(
				'jq',
				[
					'-r',
					'[.recording.id, .recording.direction, .file.sha256] | join(" ")',
					'2026/03/30/rec-0_combined.mp4.json',
				],
				{ cwd: folder },
			);
			const file = manifestOf(items).files.find(({ recordingId }) => recordingId === 'rec-0')!;
			expect(sidecar.stdout).toBe(`rec-0 inbound ${file.sha256}\n`);
			const request = await command(
				'openssl',
				['ts', '-query', '-in', items.at(-1)!.binary!.data_timeStampRequest.fileName!, '-text'],
				{ cwd: folder },
			);
			expect(request.stdout).toContain('Hash Algorithm: sha256');
			const verified = await command('sh', [
				path.resolve(__dirname, '../../docs/verify-archive.sh'),
				'-l',
				manifestOf(items).manifestSha256,
				folder,
			]);
			expect(verified.stdout).toBe('OK: 1 manifests, 2 files, 0 time stamps, 0 audit lines\n');
		});
	});

	it('names the manifest before, and is made of a day without recordings too', async () => {
		const first = manifestOf(
			(await run({ manifest: true }, { search: { ...searchAll, alwaysOutputData: true } })).items,
		);
		expect(first).toMatchObject({
			previousSha256: null,
			fileCount: 0,
			counts: { recordingsFound: 0, itemsReceived: 0, failed: 0 },
			notDelivered: [],
		});
		add(1);
		const second = manifestOf(
			(
				await run(
					{ manifest: true, previousManifestHash: ` ${first.manifestSha256.toUpperCase()} ` },
					{ search: searchAll },
				)
			).items,
		);
		expect(second).toMatchObject({ previousSha256: first.manifestSha256, fileCount: 1 });
		const lost = manifestOf(
			(
				await run(
					{ manifest: true, previousManifestHash: '={{ $json.nothing }}' },
					{ search: searchAll },
				)
			).items,
		);
		expect(lost.previousSha256).toBeNull();
	});

	it('refuses a hash before that is none, before anything is downloaded', async () => {
		add(1);
		const { error } = await run(
			{ manifest: true, previousManifestHash: 'yesterday' },
			{ search: searchAll },
		);
		expect(error!.message).toBe("'Previous Manifest Hash' is no SHA-256: yesterday");
		expect(error!.description).toContain('manifestSha256');
		expect(simulator.requests.filter(({ server }) => server === 'media')).toEqual([]);
	});

	it('always has hashes, and no personal data where that is not wanted', async () => {
		add(1);
		simulator.cxone.recordings.add({
			recordingId: 'rec-9',
			ani: '+15550100',
			startTime: '2026-03-30T10:00:00Z',
		});
		const byNumber = {
			...searchAll.parameters,
			customFilters: { filter: [{ field: 'ani', operator: 'eq', value: '+15550100' }] },
		};
		const { items } = await run(
			{ manifest: true, sidecars: true, hashes: false, personalData: false },
			{ search: { ...searchAll, parameters: byNumber } },
		);
		expect((await bytesOf(items.at(-1)!.binary!.data)).toString()).not.toContain('15550100');
		expect(manifestOf(items).searches[0].asked).toMatchObject({
			platform: 'cxone',
			createdAfter: '2026-03-01T00:00:00Z',
			customFilters: { filter: '(left out)' },
		});
		const manifest = manifestOf(items);
		expect(manifest.files[0].sha256).toHaveLength(64);
		expect(Object.keys(manifest.recordings[0])).not.toEqual(
			expect.arrayContaining(['callerNumber']),
		);
		for (const field of ['callerNumber', 'dialedNumber', 'agents']) {
			expect(manifest.recordings[0]).not.toHaveProperty(field);
			expect((await bytesOf(items[0].binary!.data_sidecar)).toString()).not.toContain(field);
		}
	});

	it('tells of a recording by its ID what the platform tells, of the one that failed, too', async () => {
		const [key] = add(1);
		const options = { manifest: true, dateFolders: 'month' };
		const byId = {
			platform: 'cxone',
			source: 'id',
			identifier: 'recordingId',
			recordingId: 'rec-0',
			options,
		};
		const { items } = await run(options, { parameters: byId as never, input: [{ json: {} }] });
		expect(items[0].json).toMatchObject({
			recordingId: 'rec-0',
			path: '2026/03/rec-0_combined.mp4',
		});
		expect(manifestOf(items)).toMatchObject({
			counts: { itemsReceived: 1, filesDelivered: 1 },
			recordings: [{ platform: 'cxone', id: 'rec-0', direction: 'inbound' }],
		});
		purge(key);
		const failed = await run(options, {
			parameters: byId as never,
			input: [{ json: {} }],
			onError: 'continueRegularOutput',
		});
		expect(manifestOf(failed.items)).toMatchObject({
			notDelivered: [{ item: 0, recordingId: 'rec-0' }],
			recordings: [{ id: 'rec-0', start: '2026-03-30T23:30:00.000Z' }],
		});
		simulator.genesys.recordings.add({ id: 'GIR1' });
		const gir = await run(options, {
			parameters: { platform: 'genesys', source: 'id', recordingId: 'GIR1', options } as never,
			input: [{ json: {} }],
			credentials: credentialsFor(simulator).genesys,
		});
		expect(gir.error).toBeUndefined();
		expect(manifestOf(gir.items).recordings[0]).toMatchObject({
			platform: 'genesys',
			id: 'GIR1',
			start: expect.stringMatching(/^\d{4}-/),
		});
		const none = await run(options, {
			parameters: { ...byId, recordingId: 'unknown' } as never,
			input: [{ json: {} }],
			onError: 'continueRegularOutput',
		});
		expect(manifestOf(none.items)).toMatchObject({
			recordings: [{ platform: 'cxone', id: 'unknown' }],
			notDelivered: [{ recordingId: 'unknown' }],
		});
	});

	it('counts what the search left out, by the reason', async () => {
		add(3);
		simulator.cxone.recordings.add({
			recordingId: 'rec-p',
			startTime: '2026-03-30T10:00:00Z',
			status: 'Processing',
		});
		const { items } = await run(
			{ manifest: true },
			{
				search: {
					...searchAll,
					parameters: { ...searchAll.parameters, returnAll: false, limit: 2 },
				},
			},
		);
		const manifest = manifestOf(items);
		expect(manifest.counts).toMatchObject({
			recordingsFound: 4,
			recordingsLeftOut: 2,
			itemsReceived: 2,
			filesDelivered: 2,
		});
		expect(manifest.searches[0].leftOut).toEqual([
			{ reason: "Status 'Processing'", count: 1 },
			{ reason: 'Over the limit', count: 1 },
		]);
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

describe('audit lines', () => {
	const lines = (items: INodeExecutionData[]) =>
		items.map(({ json }) => ({
			text: String(json.auditLine),
			sha256: String(json.auditSha256),
			line: JSON.parse(String(json.auditLine)) as Record<string, unknown>,
		}));
	const before = 'ab'.repeat(32);

	async function remove(
		ids: string[],
		options: Record<string, unknown>,
		more: Partial<NodeRun> = {},
	): Promise<NodeResult> {
		return await runNode({
			nodeType: new DeleteRecording(),
			parameters: {
				operation: 'delete',
				recordingId: '={{ $json.id }}',
				dryRun: false,
				reason: 'Erasure request 7',
				options: options as never,
			},
			credentials: credentialsFor(simulator).genesys,
			input: ids.map((id) => ({ json: { id } })),
			...more,
		});
	}

	it('of deletions stand in the chain one behind the other, and an auditor finds one that was taken out', async () => {
		add(1);
		const first = await run({ manifest: true }, { search: searchAll });
		for (const id of ['A1', 'A2']) simulator.genesys.recordings.add({ id });
		const deleted = await remove(['A1', 'A2'], {
			previousManifestHash: manifestOf(first.items).manifestSha256,
		});
		const [one, two] = lines(deleted.items);
		expect(one.line).toMatchObject({
			format: 'call-recordings-audit/1',
			previousSha256: manifestOf(first.items).manifestSha256,
			record: {
				operation: 'delete',
				recordingId: 'A1',
				outcome: 'deleted',
				reason: 'Erasure request 7',
			},
		});
		expect(two.line).toMatchObject({ previousSha256: one.sha256, record: { recordingId: 'A2' } });
		expect([sha256Of(one.text), sha256Of(two.text)]).toEqual([one.sha256, two.sha256]);
		const second = await run(
			{ manifest: true, previousManifestHash: two.sha256 },
			{ search: searchAll },
		);
		const script = path.resolve(__dirname, '../../docs/verify-archive.sh');
		await inArchive([...first.items, ...second.items], async (folder) => {
			const verify = async () =>
				await command('sh', [script, '-l', manifestOf(second.items).manifestSha256, folder]).catch(
					(error: { stdout: string }) => error,
				);
			await writeFile(path.join(folder, 'deletions.jsonl'), `${one.text}\n${two.text}\n`);
			expect((await verify()).stdout).toBe(
				'OK: 2 manifests, 2 files, 0 time stamps, 2 audit lines\n',
			);
			await writeFile(path.join(folder, 'deletions.jsonl'), `${two.text}\n`);
			expect((await verify()).stdout).toContain(
				`FAULT: what came before deletions.jsonl, line 1 is missing: its hash is ${one.sha256}`,
			);
			await writeFile(
				path.join(folder, 'deletions.jsonl'),
				`${one.text.replace('A1', 'B1')}\n${two.text}\n`,
			);
			expect((await verify()).stdout).toContain(
				'FAULT: what came before deletions.jsonl, line 2 is missing',
			);
		});
	});

	it('are made of a deletion that failed, too', async () => {
		const { failed } = await remove(
			['gone'],
			{ previousManifestHash: '' },
			{ onError: 'continueErrorOutput' },
		);
		const [{ line }] = lines([{ json: failed[0].json.details as never }]);
		expect(line).toMatchObject({
			previousSha256: null,
			record: { recordingId: 'gone', outcome: 'notFound', deleted: false },
		});
	});

	it('of commands to a live call name the manifest before', async () => {
		simulator.cxone.recordControl.calls.add({ contactId: '512340009871', userIds: ['agent-1'] });
		const { items } = await runNode({
			nodeType: new RecordControl(),
			parameters: {
				userId: 'agent-1',
				operation: 'mask',
				options: { previousManifestHash: before },
			},
			credentials: credentialsFor(simulator).cxone,
		});
		expect(items[0].json).toMatchObject({ operation: 'mask', outcome: 'done' });
		const [{ line, text, sha256 }] = lines(items);
		expect(line).toMatchObject({
			format: 'call-recordings-audit/1',
			previousSha256: before,
			producedBy: { workflowId: 'test-workflow' },
			record: { operation: 'mask', userId: 'agent-1', contactId: '512340009871' },
		});
		expect(sha256Of(text)).toBe(sha256);
	});

	it('are not made where nobody asked, and a hash that is none stops the node before anything is sent', async () => {
		simulator.genesys.recordings.add({ id: 'A1' });
		const refused = await remove(['A1'], { previousManifestHash: 'x' });
		expect(refused.error!.message).toBe("'Previous Manifest Hash' is no SHA-256: x");
		const control = await runNode({
			nodeType: new RecordControl(),
			parameters: { userId: 'agent-1', operation: 'mask', options: { previousManifestHash: 'x' } },
			credentials: credentialsFor(simulator).cxone,
		});
		expect(control.error!.message).toContain("'Previous Manifest Hash' is no SHA-256: x");
		expect(
			simulator.requests.filter(
				({ method, path: to }) => method === 'DELETE' || to.includes('/interactions/'),
			),
		).toEqual([]);
		const plain = await remove(['A1'], {});
		expect(plain.items[0].json).not.toHaveProperty('auditLine');
	});
});
