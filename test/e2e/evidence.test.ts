import { appendFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { BUCKET, startOutside, type Outside } from './archive';
import { bootWorld, type World } from './world';
import { readExample } from '../../host/delivery';
import { describeFailure, outputOf, type ExecutionResult } from '../../host/execution';
import { run } from '../evidence/tools';

const SCRIPT = path.resolve(__dirname, '../../docs/verify-archive.sh');

let world: World;
let outside: Outside;
let id: string;

beforeAll(async () => {
	outside = await startOutside();
	world = await bootWorld({ simulator: { seed: 'empty' } });
	await world.host.importCredentials([outside.credential]);
	const text = JSON.stringify(readExample('archive-with-evidence.json'))
		.replace('https://time-stamp-authority.example.com', outside.stampUrl)
		.replaceAll('"call-recordings"', JSON.stringify(BUCKET));
	id = await world.host.importWorkflow(JSON.parse(text) as ReturnType<typeof readExample>);
	// Data tables are there only in a started n8n.
	await world.host.start();
});
afterAll(async () => {
	await world?.end();
	await outside?.end();
});

/** Adds a recording of yesterday, by the clock of the machine. */
function record(recordingId: string): void {
	const at = Date.now() - 86_400_000;
	world.simulator.cxone.recordings.add({
		recordingId,
		startTime: at,
		media: { combined: { file: 'combined.wav' } },
	});
}

async function archive(): Promise<ExecutionResult> {
	const result = await world.host.execute(id);
	expect(describeFailure(result)).toBe('');
	return result;
}

const verify = async (last: string) =>
	await run('sh', [SCRIPT, '-l', last, '-c', outside.authority.certificate, outside.folder], '/');

it('archive-with-evidence.json makes an archive that an auditor can verify without n8n', async () => {
	record('rec-1');
	record('rec-2');
	const hashOf = (result: ExecutionResult) =>
		String(outputOf(result, 'Write Ledger')[0].json.manifestSha256);
	const first = await archive();
	record('rec-3');
	world.simulator.faults.add({
		server: 'cxone',
		path: '/api/v2/recording/rec-3/download',
		times: 99,
		effect: { kind: 'status', status: 404, body: { message: 'gone' } },
	});
	const second = await archive();
	const manifest = outputOf(second, 'The Manifest')[0].json;
	expect(manifest).toMatchObject({
		previousSha256: hashOf(first),
		counts: { recordingsFound: 3, itemsReceived: 3, filesDelivered: 2, failed: 1 },
		producedBy: {
			n8nVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
			node: 'Download Media',
		},
		notDelivered: [{ recordingId: 'rec-3' }],
	});
	const last = hashOf(second);
	const { code, text } = await verify(last);
	expect(text).toContain('not delivered by manifest_');
	expect(text).toContain('OK: 2 manifests, 4 files, 2 time stamps, 0 audit lines');
	expect(code).toBe(0);

	const names = await readdir(outside.folder, { recursive: true });
	const sidecar = names.find((name) => name.endsWith('.wav.json'))!;
	await appendFile(path.join(outside.folder, sidecar), ' ');
	expect((await verify(last)).text).toContain(`FAULT: ${sidecar} was altered`);
	for (const name of names.filter((file) => file.includes(hashOf(first).slice(0, 12))))
		await rm(path.join(outside.folder, name));
	expect((await verify(last)).text).toContain('FAULT: what came before manifest_');
});
