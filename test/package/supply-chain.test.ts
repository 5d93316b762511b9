import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const root = path.resolve(__dirname, '../..');

const advisory = {
	source: 1,
	title: 'Request smuggling',
	url: 'https://example.com/advisory',
	severity: 'high',
	range: '<99.0.0',
};

/** What CI's check of the bundled packages says to a report of npm. */
async function audit(report: object): Promise<{ code: number | null; out: string; err: string }> {
	const child = spawn(process.execPath, [path.join(root, '.ci/audit.mjs')], { cwd: root });
	child.stdin.end(JSON.stringify(report));
	const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
	const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
	return { code: await ended, out, err };
}

const about = (name: string, nodes: string[], via: unknown[] = [advisory]) => ({
	auditReportVersion: 2,
	vulnerabilities: { [name]: { name, severity: 'high', nodes, via } },
});

it('fails for a weakness of a bundled package, and names it', async () => {
	const { version } = JSON.parse(
		await readFile(path.join(root, 'node_modules/undici/package.json'), 'utf8'),
	) as { version: string };
	expect(await audit(about('undici', ['node_modules/undici']))).toEqual({
		code: 1,
		out: expect.stringMatching(/^\d+ bundled packages, 1 known weaknesses\n$/),
		err: `undici ${version} (high; affected: <99.0.0): Request smuggling https://example.com/advisory\n`,
	});
});

it.each([
	['of a tool', about('gulp', ['node_modules/gulp'])],
	[
		'of another copy of a bundled package',
		about('undici', ['node_modules/somewhere/node_modules/undici']),
	],
	['that only passes through', about('undici', ['node_modules/undici'], ['other'])],
	['at all', { auditReportVersion: 2, vulnerabilities: {} }],
])('passes where there is no weakness %s', async (_, report) => {
	expect(await audit(report)).toMatchObject({ code: 0, err: '' });
});

it('fails where npm could not ask', async () => {
	expect(await audit({ message: '503 Service Unavailable', error: { summary: '' } })).toMatchObject(
		{ code: 1, err: 'npm audit brought no report: 503 Service Unavailable\n' },
	);
});

it('lets no code but npm run where a release can be published', async () => {
	const workflow = await readFile(path.join(root, '.github/workflows/publish.yml'), 'utf8');
	const [before, publish] = workflow.split(/^ {2}publish:$/m);
	expect(before).not.toMatch(/id-token|attestations/);
	expect(publish).toMatch(/^ {6}id-token: write$/m);
	const commands = [...publish.matchAll(/run: (.*)/g)].map(([, command]) => command);
	expect(commands).toEqual([
		expect.stringMatching(/^echo .* \| sha256sum --check --strict$/),
		expect.stringMatching(/^npm publish .* --ignore-scripts --provenance /),
	]);
	expect(publish).not.toMatch(/actions\/checkout|cache:/);
	// Every action by its commit: a tag can be moved.
	for (const [, use] of workflow.matchAll(/uses: (\S+)/g))
		expect(use).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
});
