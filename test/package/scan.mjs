/**
 * n8n's scan of a published package, offline: `node scan.mjs <source folder> <extracted package>`.
 * Ends with exit code 1 when there is anything to say, warnings included.
 *
 * As n8n does, it looks at the sources and at the compiled files. The sources, and the compiled nodes and
 * credentials, must hold n8n's full set of rules. Below them is bundled network code (see core/vendor.ts), which the
 * rules for n8n Cloud forbid: the whole of the package must hold the set for packages that do not run there.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { configs } from '@n8n/eslint-plugin-community-nodes';
import {
	analyzePackage,
	buildScanConfig,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';

const [sourceDir, packageDir] = process.argv.slice(2).map((folder) => path.resolve(folder));

const cloudOnlyRules = Object.keys(configs.recommended.rules).filter(
	(rule) => !(rule in configs.recommendedWithoutN8nCloudSupport.rules),
);
const forCloud = await buildScanConfig();
const notForCloud = [
	...forCloud,
	{ rules: Object.fromEntries(cloudOnlyRules.map((rule) => [rule, 'off'])) },
];

let faults = 0;

/** n8n's own verdict, which minds errors only. */
async function verdict(label, folder, patterns) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	// "Passed" is also what it says when it found no file.
	if (passed && !message) return;
	faults += 1;
	console.log(`${label}: ${message}\n${details ?? ''}`);
}

/** The same rules, warnings included, on files that must exist. */
async function everyMessage(label, folder, files, overrideConfig) {
	const eslint = new ESLint({
		cwd: folder,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig,
	});
	const results = await eslint.lintFiles(files);
	const messages = results.flatMap((result) => result.messages);
	console.log(`${label}: ${files.length} files, ${messages.length} messages`);
	if (messages.length === 0) return;
	faults += messages.length;
	console.log(await (await eslint.loadFormatter('stylish')).format(results));
}

async function filesIn(folder, extensions, ...subfolders) {
	const found = ['package.json'];
	for (const subfolder of subfolders) {
		const entries = await readdir(path.join(folder, subfolder), { recursive: true });
		const matching = entries.filter((entry) => extensions.includes(path.extname(entry)));
		if (matching.length === 0) throw new Error(`Nothing to scan in ${subfolder}`);
		found.push(...matching.map((entry) => path.join(subfolder, entry)));
	}
	return found;
}

await verdict('Sources', sourceDir, SOURCE_FILE_PATTERNS);
await everyMessage(
	'Sources',
	sourceDir,
	await filesIn(sourceDir, ['.js', '.ts', '.json'], 'nodes', 'credentials'),
	forCloud,
);

await verdict('Nodes and credentials', packageDir, [
	'package.json',
	'dist/{nodes,credentials}/**/*.js',
]);
await everyMessage('Package', packageDir, await filesIn(packageDir, ['.js'], 'dist'), notForCloud);

process.exitCode = faults === 0 ? 0 : 1;
