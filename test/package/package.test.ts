import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import type { ICredentialType, INodeTypeDescription } from 'n8n-workflow';
import ts from 'typescript';

const run = promisify(execFile);

const root = path.resolve(__dirname, '../..');
const name = 'n8n-nodes-call-recordings';

/** Three times what the package weighs: a limit that notices a library or a fixture that got in by accident. */
const MAX_TARBALL_BYTES = 1_000_000;

interface Manifest {
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
	bundledDependencies?: string[];
	peerDependencies: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
}

interface Loaded {
	nodes: Array<{ file: string; description: INodeTypeDescription }>;
	credentials: Array<{ file: string; type: ICredentialType }>;
	reachable: string[];
}

interface Codex {
	node: string;
	nodeVersion: string;
	codexVersion: string;
	categories: string[];
	resources: { primaryDocumentation: Array<{ url: string }> };
}

/** What `npm pack` makes of this project, unpacked beside n8n-workflow in an otherwise empty folder. */
describe('the tarball', () => {
	let folder: string;
	let installed: string;
	let files: string[];
	let manifest: Manifest;
	let loaded: Loaded;

	const inPackage = (file: string) => path.join(installed, file);
	const readText = async (file: string) => await readFile(inPackage(file), 'utf8');
	const readJson = async (file: string): Promise<unknown> => JSON.parse(await readText(file));

	/** The files that an icon of a node or a credential names, as paths in the package. */
	function iconFiles(of: { file: string; icon: INodeTypeDescription['icon'] }): string[] {
		if (of.icon === undefined || typeof of.icon === 'string') {
			throw new Error(`${of.file} has no light and dark icon`);
		}
		return [of.icon.light, of.icon.dark].map((icon) => {
			if (!icon.startsWith('file:'))
				throw new Error(`${of.file}: ${icon} is not a file of the package`);
			return path.posix.join(path.posix.dirname(of.file), icon.slice('file:'.length));
		});
	}

	beforeAll(async () => {
		if (!existsSync(path.join(root, 'dist')))
			throw new Error('There is no dist: run npm run build first');

		folder = await realpath(await mkdtemp(path.join(tmpdir(), 'packed-')));
		installed = path.join(folder, 'node_modules', name);
		await mkdir(installed, { recursive: true });
		const packed = await run(
			'npm',
			['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
			{ cwd: root },
		);
		const [{ filename, size, unpackedSize }] = JSON.parse(packed.stdout) as [
			{ filename: string; size: number; unpackedSize: number },
		];
		process.stdout.write(`${filename}: ${size} bytes, ${unpackedSize} unpacked\n`);
		expect(size).toBeLessThan(MAX_TARBALL_BYTES);
		await run('tar', [
			'-xzf',
			path.join(folder, filename),
			'-C',
			installed,
			'--strip-components=1',
		]);

		// A link is enough: n8n-workflow finds its own dependencies beside its real place, which is out of reach
		// for the unpacked package.
		await symlink(
			path.join(root, 'node_modules', 'n8n-workflow'),
			path.join(folder, 'node_modules', 'n8n-workflow'),
		);

		const entries = await readdir(installed, { recursive: true, withFileTypes: true });
		files = entries
			.filter((entry) => entry.isFile())
			.map((entry) =>
				path.relative(installed, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
			);
		manifest = (await readJson('package.json')) as Manifest;

		const script = await readFile(path.join(__dirname, 'load.cjs'), 'utf8');
		const { stdout } = await run(process.execPath, ['-e', script], {
			cwd: folder,
			env: {},
			maxBuffer: 2 ** 24,
		});
		loaded = JSON.parse(stdout) as Loaded;
	}, 60_000);

	afterAll(async () => {
		await rm(folder, { recursive: true, force: true });
	});

	it('installs nothing else', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(manifest.optionalDependencies ?? {}).toEqual({});
		expect(manifest.bundledDependencies ?? []).toEqual([]);
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	});

	it('has only files of the package', () => {
		const allowed = [
			/^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
			/^dist\/THIRD-PARTY-NOTICES\.txt$/,
			/^dist\/sbom\.cdx\.json$/,
			/^dist\/(core|nodes|credentials)\/.+\.js$/,
			/^dist\/(nodes|credentials)\/.+\.(svg|png)$/,
			/^dist\/nodes\/.+\.node\.json$/,
			/^dist\/nodes\/.+\/__schema__\/.+\.json$/,
		];
		expect(files.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
		expect(files).toEqual(
			expect.arrayContaining(['LICENSE', 'README.md', 'dist/THIRD-PARTY-NOTICES.txt']),
		);
	});

	it('holds no secret, no suppression and no path of the machine that built it', async () => {
		const forbidden = {
			'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
			'cloud access key': /\bAKIA[0-9A-Z]{16}\b/,
			'hosting token': /\b(gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36})\b/,
			'signed token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}/,
			'address with a password': /:\/\/[^\s/:@'"`]+:[^\s/:@'"`]+@/,
			suppression: /eslint-disable|@ts-(ignore|nocheck|expect-error)/,
			'build path': new RegExp(root.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')),
		};
		const found: string[] = [];
		for (const file of files) {
			const text = await readText(file);
			for (const [what, pattern] of Object.entries(forbidden)) {
				if (pattern.test(text)) found.push(`${what} in ${file}`);
			}
		}
		expect(found).toEqual([]);
	});

	it('loads every node and credential with n8n-workflow alone', () => {
		expect(loaded.nodes.length).toBeGreaterThan(0);
		expect(loaded.credentials.length).toBeGreaterThan(0);
		expect(loaded.reachable).toEqual(['n8n-workflow']);
		const compiled = (suffix: string) => files.filter((file) => file.endsWith(suffix)).sort();
		expect([...manifest.n8n.nodes].sort()).toEqual(compiled('.node.js'));
		expect([...manifest.n8n.credentials].sort()).toEqual(compiled('.credentials.js'));
		for (const { file, description } of loaded.nodes) {
			expect(lowerFirst(path.basename(file, '.node.js'))).toBe(description.name);
		}
		for (const { file, type } of loaded.credentials) {
			expect(lowerFirst(path.basename(file, '.credentials.js'))).toBe(type.name);
		}
	});

	it('has the credentials that its nodes ask for', () => {
		const offered = loaded.credentials.map(({ type }) => type.name);
		for (const { description } of loaded.nodes) {
			const wanted = (description.credentials ?? []).map((credential) => credential.name);
			expect(wanted.length).toBeGreaterThan(0);
			expect(offered).toEqual(expect.arrayContaining(wanted));
		}
	});

	it('has a light and a dark icon for each node and credential', async () => {
		const owners = [
			...loaded.nodes.map(({ file, description }) => ({ file, icon: description.icon })),
			...loaded.credentials.map(({ file, type }) => ({ file, icon: type.icon })),
		];
		for (const owner of owners) {
			const icons = iconFiles(owner);
			expect(files).toEqual(expect.arrayContaining(icons));
			const [light, dark] = await Promise.all(icons.map(readText));
			expect(light).not.toBe(dark);
		}
	});

	it('has a codex file for each node', async () => {
		for (const { file, description } of loaded.nodes) {
			const codex = (await readJson(`${file}on`)) as Codex;
			expect(codex).toMatchObject({
				node: `${name}.${description.name}`,
				nodeVersion: '1.0',
				codexVersion: '1.0',
			});
			expect(codex.categories).not.toEqual([]);
			expect(codex.resources.primaryDocumentation[0]?.url).toMatch(/^https:/);
		}
	});

	it('carries the licences of what is bundled', async () => {
		const notices = await readText('dist/THIRD-PARTY-NOTICES.txt');
		const { importedFiles } = ts.preProcessFile(
			await readFile(path.join(root, 'core/vendor.ts'), 'utf8'),
		);
		const thirdParty = importedFiles.filter(({ fileName }) => !fileName.startsWith('.'));
		const packages = thirdParty.map(
			({ fileName }) => /^(@[^/]+\/)?[^/]+/.exec(fileName)?.[0] ?? fileName,
		);
		expect(packages).not.toEqual([]);
		for (const bundled of new Set(packages)) {
			const home = path.join(root, 'node_modules', bundled);
			const { version } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')) as {
				version: string;
			};
			const licence = (await readdir(home)).find((file) => /^licen[cs]e/i.test(file));
			expect(notices).toContain(`${bundled} ${version} (`);
			expect(notices).toContain(
				(await readFile(path.join(home, licence ?? 'LICENSE'), 'utf8')).trim(),
			);
		}
	});

	it('carries a bill of materials of the same packages', async () => {
		const { bomFormat, components } = (await readJson('dist/sbom.cdx.json')) as {
			bomFormat: string;
			components: Array<{
				group?: string;
				name: string;
				version: string;
				purl: string;
				licenses: unknown[];
			}>;
		};
		expect(bomFormat).toBe('CycloneDX');
		const listed = components.map(
			({ group, name: part, version }) =>
				`${group === undefined ? '' : `${group}/`}${part} ${version}`,
		);
		const notices = await readText('dist/THIRD-PARTY-NOTICES.txt');
		const noticed = [...notices.matchAll(/^-{80}\n\n(\S+ \S+) \(/gm)].map(([, entry]) => entry);
		expect(listed.sort()).toEqual(noticed.sort());
		expect(listed).toEqual(
			expect.arrayContaining([
				expect.stringMatching(/^undici 7\./),
				expect.stringMatching(/^zod 3\./),
			]),
		);
		for (const { purl, licenses } of components) {
			expect(purl).toMatch(/^pkg:npm\//);
			expect(licenses).not.toEqual([]);
		}
	});

	it("passes n8n's own scan without an error or a warning", async () => {
		const scan = run(process.execPath, [path.join(__dirname, 'scan.mjs'), root, installed], {
			cwd: root,
			// With NODE_ENV=test, as jest sets it, eslint-plugin-n8n-nodes-base takes every file for its own fixture.
			// The scan leaves a temporary folder: here it goes with the unpacked tarball.
			env: { ...process.env, NODE_ENV: 'production', TMPDIR: folder },
		});
		await expect(
			scan.catch((fault: { stdout: string; stderr: string }) => fault.stdout + fault.stderr),
		).resolves.toEqual({
			stdout: expect.stringMatching(/Package: \d+ files, 0 messages/),
			stderr: '',
		});
	}, 60_000);
});

function lowerFirst(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}
