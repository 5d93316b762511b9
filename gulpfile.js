'use strict';

const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { builtinModules } = require('node:module');
const path = require('node:path');

const { cyclonedxEsbuildPlugin } = require('@cyclonedx/cyclonedx-esbuild');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const ts = require('typescript');

const DIST = path.join(__dirname, 'dist');

/** The one source file that may import third-party packages, and the bundle that is made of it. */
const VENDOR_SOURCE = path.join(__dirname, 'core', 'vendor.ts');
const VENDOR_BUNDLE = path.join(DIST, 'core', 'vendor.js');
const NOTICES = path.join(DIST, 'THIRD-PARTY-NOTICES.txt');
const BILL_OF_MATERIALS = path.join(DIST, 'sbom.cdx.json');

/** The one package that is not bundled: n8n brings it. */
const HOST_PACKAGE = 'n8n-workflow';

const ASSETS = [
	'nodes/**/*.{svg,png}',
	'nodes/**/*.node.json',
	'nodes/**/__schema__/**/*.json',
	'credentials/**/*.{svg,png}',
];

const SOURCES = ['core', 'nodes', 'credentials', 'simulator', 'host', 'bench', 'docs', 'test'];

/** Runs a tool of this project's node_modules; a non-zero exit code fails the task. */
function run(script, ...args) {
	return spawn(process.execPath, [path.join(__dirname, 'node_modules', script), ...args], {
		cwd: __dirname,
		stdio: 'inherit',
	});
}

function types() {
	return run('typescript/bin/tsc', '--project', 'tsconfig.json', '--pretty');
}

function rules() {
	return run('eslint/bin/eslint.js', '--max-warnings', '0', '.');
}

/** The layout of files: n8n's own settings, in `.prettierrc.json`. */
function layout() {
	return run('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.');
}

/** Which way imports point, and that no files need each other: `.dependency-cruiser.cjs`. */
function imports() {
	return run('dependency-cruiser/bin/dependency-cruise.mjs', ...SOURCES);
}

/** What nobody imports. */
function unusedAnywhere() {
	return run('knip/bin/knip.js');
}

/** What only tests import of the files that are published. */
function unusedInPackage() {
	return run('knip/bin/knip.js', '--production');
}

/** What was written twice, from ten lines on: what is shorter is a call with its arguments. `.jscpd.json` */
function doubles() {
	return run('jscpd/bin/jscpd');
}

const unused = parallel(unusedAnywhere, unusedInPackage);
const lint = parallel(rules, layout, imports, unused, doubles);

async function clean() {
	await rm(DIST, { recursive: true, force: true });
}

/** Emits JavaScript only: the `types` task checks the same files, together with everything that is not published. */
function compile() {
	return run('typescript/bin/tsc', '--project', 'tsconfig.build.json', '--noCheck');
}

function assets() {
	return src(ASSETS, { base: '.', encoding: false, allowEmpty: true }).pipe(dest(DIST));
}

/** Bundles third-party code, once, together with the licence of each package inside and a bill of materials (CycloneDX). */
async function vendor() {
	const { metafile } = await esbuild.build({
		entryPoints: [VENDOR_SOURCE],
		outfile: VENDOR_BUNDLE,
		absWorkingDir: __dirname,
		bundle: true,
		platform: 'node',
		target: 'node20',
		format: 'cjs',
		minify: true,
		external: [HOST_PACKAGE],
		legalComments: 'none',
		metafile: true,
		logLevel: 'warning',
		plugins: [
			cyclonedxEsbuildPlugin({
				specVersion: '1.6',
				outputFile: BILL_OF_MATERIALS,
				outputReproducible: true,
				mcType: 'library',
				validate: true,
			}),
		],
	});
	const [output] = Object.values(metafile.outputs);
	const included = Object.entries(output.inputs)
		.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
		.map(([input]) => input);
	await writeFile(NOTICES, await notices(included));
}

/** The text of the notices for these bundled files: each package once, with its licence in full. */
async function notices(files) {
	const folders = new Set(
		files.filter((file) => file.includes('node_modules/')).map(packageFolder),
	);
	const entries = [];
	for (const folder of [...folders].sort()) {
		const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
		const texts = [];
		for (const name of (await readdir(folder)).sort()) {
			if (/^(licen[cs]e|notice|copying)([-.]|$)/i.test(name)) {
				texts.push(
					(await readFile(path.join(folder, name), 'utf8')).replaceAll('\r\n', '\n').trim(),
				);
			}
		}
		if (texts.length === 0) {
			throw new Error(`${manifest.name} is bundled, but brings no licence text`);
		}
		entries.push(
			[`${manifest.name} ${manifest.version} (${manifest.license})`, ...texts].join('\n\n'),
		);
	}
	const rule = `\n\n${'-'.repeat(80)}\n\n`;
	return `The file core/vendor.js contains code of the following packages.${rule}${entries.join(rule)}\n`;
}

/** The folder of the package that a bundled file belongs to. `file` has forward slashes, as esbuild writes them. */
function packageFolder(file) {
	const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file);
	return path.resolve(__dirname, folder);
}

/** Fails where a compiled file reaches for something that an installed package does not have beside it. */
async function selfContained() {
	const faults = [];
	for (const entry of await readdir(DIST, { recursive: true })) {
		const file = path.join(DIST, entry);
		if (!file.endsWith('.js')) continue;
		for (const name of await requiredBy(file)) {
			if (name.startsWith('.')) {
				const target = path.resolve(path.dirname(file), name);
				const found = ['', '.js', '.json', '/index.js'].some((end) => existsSync(target + end));
				if (!found) faults.push(`${entry} requires ${name}, which is not in dist`);
			} else if (
				name !== HOST_PACKAGE &&
				!name.startsWith('node:') &&
				!builtinModules.includes(name)
			) {
				faults.push(`${entry} requires ${name}; third-party code goes through core/vendor.ts`);
			}
		}
	}
	if (faults.length > 0) throw new Error(`dist is not self-contained:\n${faults.join('\n')}`);
}

async function requiredBy(file) {
	const { importedFiles } = ts.preProcessFile(await readFile(file, 'utf8'), true, true);
	return importedFiles.map(({ fileName }) => fileName);
}

// The compiler writes core/vendor.js too, so the bundle comes after it.
const pack = series(clean, compile, parallel(assets, vendor), selfContained);

module.exports = {
	types,
	lint,
	unused,
	/** dist and nothing else: no type check. */
	pack,
	build: parallel(types, pack),
	/** What `npm test` does before jest. */
	check: parallel(types, lint, pack),
	default: parallel(types, pack),
};
