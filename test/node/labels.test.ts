import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType } from 'n8n-workflow';

import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { nextSteps } from '../../nodes/RecordControl/nextSteps';

type Part = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** Every name that a person can read in a panel: fields, options, choices. */
function labelsOf(node: INodeType): Set<string> {
	const names = (part: Part): string[] => [
		'displayName' in part ? part.displayName : part.name,
		...('options' in part ? (part.options ?? []) : 'values' in part ? part.values : []).flatMap(names),
	];
	return new Set(node.description.properties.flatMap(names));
}

const quoted = (text: string) => [...text.matchAll(/'([A-Z][^']*)'/g)].map(([, label]) => label);

describe('next steps', () => {
	it.each([['Record Control', new RecordControl(), nextSteps]])('%s: every label they name is in the panel', (_name, node, steps) => {
		const told = Object.values(steps).flatMap(quoted);
		expect(told.length).toBeGreaterThan(0);
		expect(told.filter((label) => !labelsOf(node).has(label))).toEqual([]);
	});

	it('has one for each reason of the commands to live calls', () => {
		const folder = join(__dirname, '../../core/cxone');
		const source = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
		const reasons = [...source.matchAll(/reason: '(\w+)'|withReason\(\w+, '(\w+)'/g)].map(([, one, other]) => one ?? other);
		expect([...new Set(reasons)].sort()).toEqual(Object.keys(nextSteps).sort());
	});

	it('are not told by core for this node: it names none of its fields', () => {
		const files = ['calls.ts', 'errors.ts', 'record-control.ts'].map((file) => readFileSync(join(__dirname, '../../core/cxone', file), 'utf8'));
		const own = [...new Set(Object.values(nextSteps).flatMap(quoted))];
		expect(own.filter((label) => files.some((text) => text.includes(`'${label}'`)))).toEqual([]);
	});
});
