/**
 * Fails where a package that is bundled into the published one has a known weakness:
 * `npm audit --json | node .ci/audit.mjs`, after a build. What only builds and tests is not the users' concern, and
 * `npm audit` by itself cannot tell the two apart, because what is bundled is a development dependency as well.
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const report = JSON.parse(await text(process.stdin));
if (report.auditReportVersion !== 2) {
	console.error(
		`npm audit brought no report: ${report.message ?? JSON.stringify(report).slice(0, 200)}`,
	);
	process.exit(1);
}

const { components } = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8'));
const bundled = new Set(
	components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`),
);
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));

const findings = Object.values(report.vulnerabilities).flatMap(({ name, nodes, via }) => {
	const versions = new Set(
		nodes
			.map((node) => packages[node]?.version)
			.filter((version) => bundled.has(`${name} ${version}`)),
	);
	// A text says that the weakness is in a package of that name, which has an entry of its own.
	const advisories = via.filter((advisory) => typeof advisory === 'object');
	return [...versions].flatMap((version) =>
		advisories.map(
			({ severity, title, url, range }) =>
				`${name} ${version} (${severity}; affected: ${range}): ${title} ${url}`,
		),
	);
});

for (const finding of findings) console.error(finding);
console.log(`${bundled.size} bundled packages, ${findings.length} known weaknesses`);
process.exitCode = findings.length === 0 ? 0 : 1;
