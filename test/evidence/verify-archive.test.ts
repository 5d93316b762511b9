import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { newFolder, run, startAuthority, type Authority, type Outcome } from './tools';
import { auditLineOf } from '../../core/evidence/chain';
import { sha256Of } from '../../core/evidence/checksums';
import {
	evidenceFiles,
	factsOf,
	manifestOf,
	sidecarOf,
	type ManifestFile,
} from '../../core/evidence/manifest';
import { archivePath } from '../../core/evidence/places';

const SCRIPT = path.resolve(__dirname, '../../docs/verify-archive.sh');
const producedBy = {
	pack: 'n8n-nodes-call-recordings',
	packVersion: '1.0.0',
	n8nVersion: null,
	workflowId: 'w',
	workflowName: 'Archive',
	executionId: '7',
	node: 'Download Media',
};

let authority: Authority;
let archive: Awaited<ReturnType<typeof newFolder>>;
/** Names of the evidence of each day. */
const days: string[][] = [];
/** SHA-256 of each day's manifest. */
const hashes: string[] = [];

/** Stores a day as the example does: two recordings with sidecars in date folders, evidence and time stamp at the top. */
async function storeDay(
	day: number,
	previousSha256: string | null,
	recordings: string[],
): Promise<string> {
	const names: string[] = [];
	const write = async (file: string, bytes: Buffer | string) => {
		names.push(file);
		await archive.write(file, bytes);
	};
	const files: ManifestFile[] = [];
	for (const id of recordings) {
		const start = `2026-03-0${day}T10:00:00.000Z`;
		const audio = `audio of ${id} ${'~'.repeat(200)}`;
		const file: ManifestFile = {
			platform: 'cxone',
			recordingId: id,
			fileName: `${id}_combined.wav`,
			path: archivePath(`${id}_combined.wav`, start, 'day'),
			mimeType: 'audio/wav',
			sizeBytes: audio.length,
			sha256: sha256Of(audio),
			md5: null,
			startedAt: start,
			finishedAt: start,
			attempts: 1,
			channelAsked: 'combined',
			channelDelivered: 'combined',
			recording: factsOf({ platform: 'cxone', id, start }, true),
		};
		const sidecar = sidecarOf(file, file.recording);
		await write(file.path, audio);
		await write(`${file.path}.json`, sidecar.bytes);
		files.push({ ...file, sidecar: { path: `${file.path}.json`, sha256: sidecar.sha256 } });
	}
	const evidence = evidenceFiles(
		manifestOf({
			createdAt: new Date(`2026-03-0${day + 1}T00:05:00Z`),
			producedBy,
			previousSha256,
			searches: [],
			recordings: [],
			itemsReceived: files.length,
			files,
			notDelivered: [],
		}),
	);
	for (const { fileName, bytes } of [
		evidence.manifest,
		evidence.timeStampRequest,
		evidence.checksums,
	])
		await write(fileName, bytes);
	const answer = await authority.stamp(evidence.timeStampRequest.bytes);
	const name = evidence.manifest.fileName.replace('.json', '.tsr');
	await write(name, answer);
	await write(`${name}.sha256`, `${sha256Of(answer)}  ${name}\n`);
	days.push(names);
	hashes.push(evidence.sha256);
	return evidence.sha256;
}

beforeAll(async () => {
	authority = await startAuthority();
	archive = await newFolder();
	const first = await storeDay(1, null, ['rec-1']);
	const second = await storeDay(2, first, []);
	const line = auditLineOf(
		{ operation: 'delete', recordingId: 'rec-9' },
		producedBy,
		second,
		new Date('2026-03-03T12:00:00Z'),
	);
	const side = auditLineOf(
		{ operation: 'mask', userId: 'u' },
		producedBy,
		first,
		new Date('2026-03-03T13:00:00Z'),
	);
	await archive.write('audit/2026-03.jsonl', `${line.auditLine}\n${side.auditLine}\n`);
	await storeDay(3, line.auditSha256, ['rec-2', 'rec-3']);
});
afterAll(async () => {
	await archive?.remove();
	await authority?.remove();
});

async function verify(folder: string, ...options: string[]): Promise<Outcome> {
	return await run(
		'sh',
		[SCRIPT, '-l', hashes[2], '-c', authority.certificate, ...options, folder],
		folder,
	);
}

/** What the script says of a changed copy of the archive. */
async function after(
	change: (folder: string) => Promise<void>,
	...options: string[]
): Promise<Outcome> {
	const copy = await mkdtemp(path.join(tmpdir(), 'archive-'));
	try {
		await cp(archive.folder, copy, { recursive: true });
		await change(copy);
		return await verify(copy, ...options);
	} finally {
		await rm(copy, { recursive: true, force: true });
	}
}

const filesOf = async (folder: string) =>
	(await readdir(folder, { recursive: true, withFileTypes: true }))
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));

/** Does it for each, four at a time. */
async function each(
	files: string[],
	work: (file: string, index: number) => Promise<void>,
): Promise<void> {
	const rest = [...files.entries()];
	const worker = async () => {
		for (let next = rest.shift(); next !== undefined; next = rest.shift())
			await work(next[1], next[0]);
	};
	await Promise.all([worker(), worker(), worker(), worker()]);
}

describe('the script for auditors', () => {
	it('finds an untouched archive in order, in any shell, with nothing to note', async () => {
		const said = { code: 0, text: 'OK: 3 manifests, 3 files, 3 time stamps, 2 audit lines\n' };
		expect(await verify(archive.folder)).toEqual(said);
		expect(
			await run(
				'bash',
				[SCRIPT, '-l', hashes[2], '-c', authority.certificate, archive.folder],
				'/',
			),
		).toEqual(said);
	});

	it('finds a flipped bit in any file, wherever it is', async () => {
		const undetected: string[] = [];
		await each(await filesOf(archive.folder), async (file, index) => {
			let at = 0;
			const { code, text } = await after(async (folder) => {
				const bytes = await readFile(path.join(folder, file));
				at = [0, Math.floor(bytes.length / 2), bytes.length - 1][index % 3];
				bytes[at] ^= [1, 0x20][index % 2];
				await writeFile(path.join(folder, file), bytes);
			});
			if (code !== 1 || !text.includes('FAULT: ')) undetected.push(`${file}, byte ${at}: ${text}`);
		});
		expect(undetected).toEqual([]);
	}, 240_000);

	it('names each file that was removed', async () => {
		const undetected: string[] = [];
		await each(await filesOf(archive.folder), async (file) => {
			const { code, text } = await after(async (folder) => await rm(path.join(folder, file)));
			const named =
				text.includes(file) || file.endsWith('.jsonl') || /manifest_.*\.json$/.test(file);
			if (code !== 1 || !text.includes('FAULT: ') || !named) undetected.push(`${file}: ${text}`);
		});
		expect(undetected).toEqual([]);
	}, 120_000);

	it.each([0, 1, 2])('finds that day %i was dropped with all of its files', async (day) => {
		const { code, text } = await after(async (folder) => {
			for (const name of days[day]) await rm(path.join(folder, name));
		});
		expect(code).toBe(1);
		expect(text).toContain(`FAULT: ${day === 2 ? 'the last manifest' : 'what came before'}`);
		expect(text).toContain(hashes[day]);
	});

	it('finds a manifest that was replaced, with all of its names and checksums, by one that leaves a recording out', async () => {
		const { code, text } = await after(async (folder) => {
			for (const name of days[0]) await rm(path.join(folder, name));
			const forged = evidenceFiles(
				manifestOf({
					createdAt: new Date('2026-03-02T00:05:00Z'),
					producedBy,
					previousSha256: null,
					searches: [],
					recordings: [],
					itemsReceived: 0,
					files: [],
					notDelivered: [],
				}),
			);
			for (const { fileName, bytes } of [
				forged.manifest,
				forged.timeStampRequest,
				forged.checksums,
			])
				await writeFile(path.join(folder, fileName), bytes);
			const name = forged.manifest.fileName.replace('.json', '.tsr');
			const old = await readFile(
				path.join(
					archive.folder,
					days[0].find((file) => file.endsWith('.tsr'))!,
				),
			);
			await writeFile(path.join(folder, name), old);
			await writeFile(path.join(folder, `${name}.sha256`), `${sha256Of(old)}  ${name}\n`);
		});
		expect(code).toBe(1);
		expect(text).toMatch(
			/FAULT: manifest_20260302T000500Z_\w+\.tsr is no valid time stamp of manifest_/,
		);
		expect(text).toContain('FAULT: what came before');
		expect(text).toContain('is not in the chain that ends with');
	});

	it('accepts that the first days are lawfully gone, if it is told where they ended', async () => {
		const drop = async (folder: string) => {
			for (const name of [...days[0], ...days[1]]) await rm(path.join(folder, name));
			await rm(path.join(folder, 'audit'), { recursive: true });
		};
		const line = JSON.parse(
			await readFile(
				path.join(
					archive.folder,
					days[2].find((file) => /manifest_.*\.json$/.test(file))!,
				),
				'utf8',
			),
		) as { previousSha256: string };
		expect((await after(drop)).code).toBe(1);
		expect(await after(drop, '-f', line.previousSha256)).toEqual({
			code: 0,
			text: 'OK: 1 manifests, 2 files, 1 time stamps, 0 audit lines\n',
		});
	});

	it('says what it cannot see: the end without a ledger, a file nobody listed, time stamps nobody asked for', async () => {
		const copy = await newFolder();
		await cp(archive.folder, copy.folder, { recursive: true });
		await copy.write('holiday.jpg', 'x');
		expect((await verify(copy.folder)).text).toContain('NOTE: holiday.jpg is in no manifest');
		const { code, text } = await run('sh', [SCRIPT, copy.folder], '/');
		expect(code).toBe(0);
		expect(text).toContain('NOTE: without -l nobody can see');
		await copy.remove();
	});

	it('trusts no other authority', async () => {
		const other = await startAuthority();
		const { code, text } = await run(
			'sh',
			[SCRIPT, '-l', hashes[2], '-c', other.certificate, archive.folder],
			'/',
		);
		await other.remove();
		expect(code).toBe(1);
		expect(text.match(/is no valid time stamp/g)).toHaveLength(6);
	});

	it('says how it is used, and that an empty folder proves nothing', async () => {
		expect(await run('sh', [SCRIPT], '/')).toMatchObject({
			code: 2,
			text: expect.stringContaining('usage: verify-archive.sh'),
		});
		const empty = await newFolder();
		expect(await run('sh', [SCRIPT, empty.folder], '/')).toMatchObject({
			code: 1,
			text: expect.stringContaining('FAULT: there is no manifest'),
		});
		await empty.remove();
	});
});
