import { newFolder, run, startAuthority, type Authority } from './tools';
import { canonicalJson } from '../../core/evidence/canonical';
import { checksumList, sha256Of } from '../../core/evidence/checksums';
import { auditLineOf, previousHash } from '../../core/evidence/chain';
import {
	evidenceFiles,
	factsOf,
	impersonal,
	manifestOf,
	sidecarOf,
	type Manifest,
	type ManifestFile,
	type ManifestParts,
} from '../../core/evidence/manifest';
import { archivePath } from '../../core/evidence/places';
import { producerOf } from '../../core/evidence/producer';
import { timeStampRequest } from '../../core/evidence/time-stamp';
import { version } from '../../package.json';

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeEach(async () => {
	folder = await newFolder();
});
afterEach(async () => await folder.remove());

const producedBy = {
	pack: 'p',
	packVersion: '1.0.0',
	n8nVersion: null,
	workflowId: 'w',
	workflowName: 'Archive',
	executionId: '7',
	node: 'Download Media',
};

const fileOf = (
	name: string,
	content: string,
	changes: Partial<ManifestFile> = {},
): ManifestFile => ({
	platform: 'cxone',
	recordingId: name,
	fileName: `${name}.wav`,
	path: `${name}.wav`,
	mimeType: 'audio/wav',
	sizeBytes: content.length,
	sha256: sha256Of(content),
	md5: null,
	startedAt: '2026-03-31T01:00:00.000Z',
	finishedAt: '2026-03-31T01:00:01.000Z',
	attempts: 1,
	channelAsked: 'combined',
	channelDelivered: 'combined',
	recording: { platform: 'cxone', id: name },
	...changes,
});

const manifestWith = (changes: Partial<ManifestParts>): Manifest =>
	manifestOf({
		createdAt: new Date('2026-04-01T00:05:00.120Z'),
		producedBy,
		previousSha256: null,
		searches: [],
		recordings: [],
		itemsReceived: 1,
		files: [],
		notDelivered: [],
		...changes,
	});

describe('canonical JSON', () => {
	it.each([
		// RFC 8785, section 3.2.2 and 3.2.3.
		[
			'the sample of the RFC',
			{
				numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27],
				string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
				literals: [null, true, false],
			},
			'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
		],
		[
			'members by UTF-16 code units',
			{
				'\u20ac': 'Euro Sign',
				'\r': 'Carriage Return',
				'\ufb33': 'Hebrew',
				'1': 'One',
				'\ud83d\ude00': 'Emoji',
				'\u0080': 'Control',
				'\u00f6': 'Latin',
			},
			'{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin","€":"Euro Sign","😀":"Emoji","\ufb33":"Hebrew"}',
		],
		['what is undefined', { b: undefined, a: -0 }, '{"a":0}'],
		['half a character', { a: 'x\ud83d', b: '😀' }, '{"a":"x\ufffd","b":"😀"}'],
	])('writes %s', (_, value, text) => {
		expect(canonicalJson(value).toString('utf8')).toBe(text);
	});
});

describe('checksums', () => {
	it('are what sha256sum makes and checks, and tell a flipped byte and a missing file', async () => {
		const list = [
			{ path: 'a.wav', sha256: sha256Of('audio') },
			{ path: '2026/03/31/b.wav', sha256: sha256Of('more') },
		];
		await folder.write('a.wav', 'audio');
		await folder.write('2026/03/31/b.wav', 'more');
		await folder.write('SHA256SUMS', checksumList([...list, list[0]]));
		expect(await run('sha256sum', ['a.wav', '2026/03/31/b.wav'], folder.folder)).toEqual({
			code: 0,
			text: checksumList(list).toString(),
		});
		expect(await run('sha256sum', ['--strict', '-c', 'SHA256SUMS'], folder.folder)).toEqual({
			code: 0,
			text: 'a.wav: OK\n2026/03/31/b.wav: OK\n',
		});
		await folder.write('a.wav', 'audIo');
		expect((await run('sha256sum', ['-c', 'SHA256SUMS'], folder.folder)).text).toContain(
			'a.wav: FAILED',
		);
	});

	it('tell of two files that claim one name', async () => {
		await folder.write('a.wav', 'one');
		await folder.write(
			'SHA256SUMS',
			checksumList([
				{ path: 'a.wav', sha256: sha256Of('one') },
				{ path: 'a.wav', sha256: sha256Of('two') },
			]),
		);
		expect((await run('sha256sum', ['-c', 'SHA256SUMS'], folder.folder)).code).toBe(1);
	});
});

describe('places in an archive', () => {
	it.each([
		['2026-03-31T23:59:59.999Z', 'day', '2026/03/31/x.wav'],
		['2026-03-31T23:59:59.999Z', 'month', '2026/03/x.wav'],
		['2026-03-31T23:59:59.999Z', 'none', 'x.wav'],
		[null, 'day', 'undated/x.wav'],
		['', 'month', 'undated/x.wav'],
		['../../etc/passwd', 'day', 'undated/x.wav'],
	] as const)('%s by %s is %s', (start, folders, path) => {
		expect(archivePath('x.wav', start, folders)).toBe(path);
	});
});

describe('a time-stamp request', () => {
	let authority: Authority;
	beforeAll(async () => {
		authority = await startAuthority();
	});
	afterAll(async () => await authority.remove());

	it('is answered by openssl as an authority, and the answer proves the manifest and no other', async () => {
		const files = evidenceFiles(manifestWith({ files: [fileOf('rec-1', 'audio')] }));
		await folder.write('m.json', files.manifest.bytes);
		await folder.write('m.tsq', files.timeStampRequest.bytes);
		const { text } = await run('openssl', ['ts', '-query', '-in', 'm.tsq', '-text'], folder.folder);
		expect(text).toContain('Version: 1\nHash Algorithm: sha256');
		expect(text).toContain('Certificate required: yes');
		await folder.write('m.tsr', await authority.stamp(files.timeStampRequest.bytes));
		const verify = async (...of: string[]) =>
			await run(
				'openssl',
				['ts', '-verify', ...of, '-in', 'm.tsr', '-CAfile', authority.certificate],
				folder.folder,
			);
		expect((await verify('-data', 'm.json')).text).toContain('Verification: OK');
		expect((await verify('-queryfile', 'm.tsq')).text).toContain('Verification: OK');
		await folder.write('m.json', Buffer.concat([files.manifest.bytes, Buffer.from('\n')]));
		expect(await verify('-data', 'm.json')).toMatchObject({
			code: 1,
			text: expect.stringContaining('message imprint mismatch'),
		});
	});

	it('is DER with a nonce of its own each time, whatever the nonce begins with', async () => {
		const hash = sha256Of('x');
		const nonces = new Set<string>();
		for (let count = 0; count < 300; count++) nonces.add(timeStampRequest(hash).toString('hex'));
		expect(nonces.size).toBe(300);
		for (const request of nonces) {
			const bytes = Buffer.from(request, 'hex');
			expect(bytes[1]).toBe(bytes.length - 2);
			const at = bytes.indexOf(Buffer.from(hash, 'hex')) + 32;
			const nonce = bytes.subarray(at + 2, at + 2 + bytes[at + 1]);
			expect(bytes[at]).toBe(0x02);
			// DER: a positive number in as few bytes as it takes.
			expect(nonce[0]).toBeLessThan(0x80);
			expect(nonce[0] === 0 && nonce[1] < 0x80).toBe(false);
			expect(bytes.subarray(at + 2 + nonce.length).toString('hex')).toBe('0101ff');
		}
	});

	it.each(['', 'abc', 'z'.repeat(64), 'a'.repeat(63)])('is not made of %j', (text) => {
		expect(() => timeStampRequest(text)).toThrow('Not a SHA-256');
	});
});

describe('a manifest', () => {
	const facts = {
		platform: 'cxone',
		id: 'rec-1',
		start: '2026-03-31T10:00:00.000Z',
		callerNumber: '+15550100',
		agents: [{ id: '1', name: 'Ann', userName: null }],
		media: [],
	} as const;

	it('holds what was found, delivered, skipped and left, in canonical form', async () => {
		const files = [
			fileOf('rec-1', 'audio'),
			fileOf('rec-2', 'more', { skipped: true, attempts: 0 }),
		];
		const manifest = manifestWith({
			files,
			itemsReceived: 3,
			recordings: [
				factsOf(facts as never, true),
				factsOf(facts as never, true),
				factsOf({ platform: 'cxone', id: 'rec-2' }, true),
			],
			notDelivered: [{ item: 2, recordingId: 'rec-3', reason: 'The media were purged' }],
			searches: [
				{
					node: 'Search Recordings',
					at: '2026-04-01T00:04:00.000Z',
					asked: { platform: 'cxone' },
					found: 4,
					leftOut: [{ reason: 'still processing', count: 1 }],
				},
			],
		});
		expect(manifest.counts).toEqual({
			recordingsFound: 4,
			recordingsLeftOut: 1,
			itemsReceived: 3,
			filesDelivered: 1,
			filesSkipped: 1,
			failed: 1,
		});
		expect(manifest.recordings).toEqual([
			{
				platform: 'cxone',
				id: 'rec-1',
				start: facts.start,
				callerNumber: '+15550100',
				agents: facts.agents,
			},
			{ platform: 'cxone', id: 'rec-2' },
		]);
		const { manifest: written, sha256 } = evidenceFiles(manifest);
		await folder.write('m.json', written.bytes);
		// jq with sorted keys writes the same bytes, and the hash over the files can be checked with it.
		expect((await run('jq', ['-cjS', '.', 'm.json'], folder.folder)).text).toBe(
			written.bytes.toString('utf8'),
		);
		expect(sha256Of((await run('jq', ['-cj', '.files', 'm.json'], folder.folder)).text)).toBe(
			manifest.filesSha256,
		);
		expect(sha256Of(written.bytes)).toBe(sha256);
		expect(written.fileName).toBe(`manifest_20260401T000500Z_${sha256.slice(0, 12)}.json`);
	});

	it('counts the bytes of what has a size, and what all searches found', () => {
		const search = (found: number, ...counts: number[]) => ({
			node: 'Search Recordings',
			at: '2026-04-01T00:04:00.000Z',
			asked: {},
			found,
			leftOut: counts.map((count) => ({ reason: 'still processing', count })),
		});
		const files = [
			fileOf('rec-1', 'audio'),
			fileOf('rec-2', 'more', { skipped: true }),
			fileOf('rec-3', '', { skipped: true, sizeBytes: null }),
		];
		const manifest = manifestWith({ files, searches: [search(5, 1, 2), search(2)] });
		expect(manifest).toMatchObject({
			format: 'call-recordings-manifest/1',
			fileCount: 3,
			totalBytes: 9,
			counts: { filesDelivered: 1, filesSkipped: 2, recordingsFound: 7, recordingsLeftOut: 3 },
		});
		expect(manifestWith({}).counts).toMatchObject({
			recordingsFound: null,
			recordingsLeftOut: null,
		});
		expect(evidenceFiles(manifest)).toMatchObject({
			manifest: { mimeType: 'application/json' },
			timeStampRequest: { mimeType: 'application/timestamp-query' },
			checksums: { mimeType: 'text/plain' },
		});
	});

	it('tells of a search when and how much was asked for, and no value that may name people', () => {
		const plain = {
			platform: 'cxone',
			api: 'recording',
			operation: 'search',
			granularity: 'segment',
			createdAfter: '2026-03-01',
			createdBefore: '2026-03-02',
			startedAfter: '2026-03-01',
			endedBefore: '2026-03-02',
			direction: 'inbound',
			durationFrom: 1,
			durationTo: 2,
			mediaType: 'voice',
			whenProcessing: 'wait',
			returnAll: false,
			limit: 50,
			output: 'selected',
			fields: ['id'],
		};
		const asked = {
			...plain,
			filters: { ...plain, callerNumber: '+15550100' },
			agents: ['Ann'],
			note: null,
		};
		const search = { node: 'Search', at: '2026-04-01T00:04:00.000Z', found: 1, leftOut: [] };
		expect(impersonal({ ...search, asked })).toStrictEqual({
			...search,
			asked: {
				...plain,
				filters: { ...plain, callerNumber: '(left out)' },
				agents: '(left out)',
				note: '(left out)',
			},
		});
	});

	it('says of a recording what is known of it', () => {
		expect(factsOf({ platform: 'cxone', id: 'rec-1' }, true)).toStrictEqual({
			platform: 'cxone',
			id: 'rec-1',
		});
		expect(factsOf(facts as never, false)).toStrictEqual({
			platform: 'cxone',
			id: 'rec-1',
			start: facts.start,
		});
	});

	it('lists in its checksums what is stored: no skipped file, the sidecars, itself and the request', async () => {
		const file = fileOf('rec-1', 'audio');
		const sidecar = sidecarOf(file, factsOf(facts as never, false));
		const {
			checksums,
			manifest,
			timeStampRequest: request,
		} = evidenceFiles(
			manifestWith({
				files: [
					{ ...file, sidecar: { path: 'rec-1.wav.json', sha256: sidecar.sha256 } },
					fileOf('rec-2', 'more', { skipped: true }),
					fileOf('rec-3', 'none', { sha256: null }),
				],
			}),
		);
		await folder.write('rec-1.wav', 'audio');
		await folder.write('rec-1.wav.json', sidecar.bytes);
		await folder.write(manifest.fileName, manifest.bytes);
		await folder.write(request.fileName, request.bytes);
		await folder.write(checksums.fileName, checksums.bytes);
		expect(await run('sha256sum', ['-c', checksums.fileName], folder.folder)).toEqual({
			code: 0,
			text: `rec-1.wav: OK\nrec-1.wav.json: OK\n${manifest.fileName}: OK\n${request.fileName}: OK\n`,
		});
		expect(JSON.parse(sidecar.bytes.toString())).toEqual({
			format: 'call-recordings-sidecar/1',
			recording: { platform: 'cxone', id: 'rec-1', start: facts.start },
			file: expect.objectContaining({ path: 'rec-1.wav', sha256: sha256Of('audio') }) as unknown,
		});
	});

	it('has sidecars that stay the same when a file is downloaded once more', () => {
		const again = fileOf('rec-1', 'audio', {
			startedAt: '2026-05-01T00:00:00.000Z',
			finishedAt: '2026-05-01T00:00:09.000Z',
			attempts: 3,
		});
		expect(sidecarOf(again, factsOf(facts as never, true))).toEqual(
			sidecarOf(fileOf('rec-1', 'audio'), factsOf(facts as never, true)),
		);
		expect(sidecarOf(fileOf('rec-1', 'other'), factsOf(facts as never, true)).sha256).not.toBe(
			sidecarOf(again, factsOf(facts as never, true)).sha256,
		);
	});

	it('of a day without recordings differs from that of the day before', () => {
		const first = evidenceFiles(manifestWith({}));
		const second = evidenceFiles(manifestWith({ previousSha256: first.sha256 }));
		expect(second.manifest.fileName).not.toBe(first.manifest.fileName);
		expect(JSON.parse(second.manifest.bytes.toString())).toMatchObject({
			previousSha256: first.sha256,
			fileCount: 0,
		});
	});
});

describe('an audit line', () => {
	it('is one line of canonical JSON, and tells the hash that the next one names', () => {
		const at = new Date('2026-04-01T00:05:00.120Z');
		const { auditLine, auditSha256 } = auditLineOf({ deleted: true }, producedBy, null, at);
		expect(auditLine).not.toContain('\n');
		expect(JSON.parse(auditLine)).toEqual({
			format: 'call-recordings-audit/1',
			createdAt: '2026-04-01T00:05:00.120Z',
			producedBy,
			previousSha256: null,
			record: { deleted: true },
		});
		expect(auditSha256).toBe(sha256Of(auditLine));
		const next = auditLineOf({ deleted: true }, producedBy, auditSha256, at);
		expect(JSON.parse(next.auditLine)).toMatchObject({ previousSha256: auditSha256 });
	});
});

describe('the chain', () => {
	it.each([
		[undefined, null],
		[' ', null],
		[` ${'AB'.repeat(32)}`, 'ab'.repeat(32)],
	])('reads %j as %j', (text, hash) => {
		expect(previousHash(text, 'Previous Manifest Hash')).toBe(hash);
	});

	it.each(['sha256:abc', 'ab'.repeat(31), 'undefined', '[object Object]'])('refuses %j', (text) => {
		expect(() => previousHash(text, 'Previous Manifest Hash')).toThrow(
			`'Previous Manifest Hash' is no SHA-256: ${text.toLowerCase()}`,
		);
	});
});

describe('the producer', () => {
	const context = {
		getNode: () => ({ name: 'Download Media' }),
		getWorkflow: () => ({ id: 'w', name: 'Archive' }),
		getExecutionId: () => '7',
	};

	it('is this pack in its version, the workflow and the execution', () => {
		expect(producerOf(context)).toEqual({
			...producedBy,
			pack: 'n8n-nodes-call-recordings',
			packVersion: version,
		});
	});

	it('does not take the version of another package for that of n8n', async () => {
		const version = (program: string | undefined) => producerOf(context, program).n8nVersion;
		await folder.write('n8n/package.json', JSON.stringify({ name: 'n8n', version: '2.41.1' }));
		await folder.write('n8n/bin/n8n', '');
		expect(version(`${folder.folder}/n8n/bin`)).toBe('2.41.1');
		await folder.write('other/package.json', JSON.stringify({ name: 'other', version: '1.0.0' }));
		expect(version(`${folder.folder}/other`)).toBeNull();
		expect(version('/')).toBeNull();
	});
});
