import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { SearchReport } from '../../core/evidence/manifest';
import { clock } from '../../core/http/clock';
import type { Found } from '../../core/platform';
import { iso } from '../../core/times';

/** Searches of one node and execution that are kept; a loop may make more, and the latest count. */
const MAX_REPORTS = 100;
const SEARCH_TYPE = '.searchRecordings';

/**
 * Notes what a search asked for and found, for a manifest that is made later in the same execution. n8n keeps it with the
 * execution, and other nodes can see it.
 *
 * @param item index of the input item the search was made for
 */
export function reportSearch(
	context: IExecuteFunctions,
	item: number,
	{ rows, leftOut = [] }: Found,
): void {
	const store = context.getContext('node') as { searches?: SearchReport[] };
	const report: SearchReport = {
		node: context.getNode().name,
		at: iso(clock.now()),
		asked: askedBy(context, item),
		found: leftOut.reduce((total, { count }) => total + count, rows.length),
		leftOut,
	};
	store.searches = [...(store.searches ?? []), report].slice(-MAX_REPORTS);
}

/** The fields of the node with their values, expressions read; what a credential holds is no field. */
function askedBy(context: IExecuteFunctions, item: number): Record<string, unknown> {
	const names = Object.keys(context.getNode().parameters);
	return Object.fromEntries(
		names.map((name) => [name, context.getNodeParameter(name, item, null)]),
	);
}

/** Reports of all searches of this execution that lead to this node. */
export function searchReports(context: IExecuteFunctions): SearchReport[] {
	const parents = context
		.getParentNodes(context.getNode().name)
		.filter(({ type }) => type.endsWith(SEARCH_TYPE));
	const { $node } = context.getWorkflowDataProxy(0) as unknown as {
		$node: Record<string, { context?: IDataObject }>;
	};
	return parents.flatMap(
		({ name }) =>
			($node[name].context as { searches?: SearchReport[] } | undefined)?.searches ?? [],
	);
}
