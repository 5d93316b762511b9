import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { hint, readChoice } from './choice';
import { cxoneExtraction } from './extraction';
import { CxoneClient, type SearchFilter } from '../../core/cxone/client';
import { toRecording } from '../../core/cxone/mapping';
import { recordingApiSearch, type RecordingApiSearch } from '../../core/cxone/search';
import { sourceOf } from '../../core/http/sourced';
import type { Transport } from '../../core/http/transport';
import { findRecordings } from '../../core/search';
import { cxoneCredentialType } from '../common/fields';
import { readCxoneFilters } from '../common/filters';
import { assertGiven, isExpression, numberWithin, optionalText, requiredText, timeOf } from '../common/parameters';

interface Options {
	pageSize?: number;
	retentionDays?: number;
	sortField?: string;
	sortDirection?: 'asc' | 'desc';
	status?: string;
}

/** Search and Get by ID on the Recording API or the Data Extraction API, for one input item. */
export async function cxoneRecordings(
	context: IExecuteFunctions,
	transport: Transport,
	item: number,
): Promise<INodeExecutionData[]> {
	const get = context.getNodeParameter('operation', item) === 'get';
	if (!get && context.getNodeParameter('api', item) === 'dataExtraction') return await cxoneExtraction(context, transport, item);
	const id = get ? requiredText(context, 'recordingId', 'Recording ID', item) : '';
	const search = get ? undefined : { ...searchOf(context, item), choice: readChoice(context, item) };
	const client = await CxoneClient.connect(context, cxoneCredentialType(context, item), transport);
	const found =
		search === undefined
			? [await client.recording(id)]
			: await findRecordings(recordingApiSearch(client, search), search.choice, hint(context), context.getExecutionCancelSignal());
	const simplify = context.getNodeParameter('simplify', item) as boolean;
	return found.map((raw) => ({ json: (simplify ? toRecording(raw) : sourceOf(raw)) as unknown as IDataObject }));
}

function searchOf(context: IExecuteFunctions, item: number): RecordingApiSearch {
	const options = context.getNodeParameter('options', item, {}) as Options;
	const createdAfter = timeOf(context, context.getNodeParameter('createdAfter', item, ''), 'Created After');
	const createdBefore = timeOf(context, context.getNodeParameter('createdBefore', item, ''), 'Created Before');
	const { parameters } = context.getNode();
	if (isExpression(parameters.createdAfter)) assertGiven(context.getNode(), createdAfter, 'Created After', item);
	if (isExpression(parameters.createdBefore)) assertGiven(context.getNode(), createdBefore, 'Created Before', item);
	if (createdAfter !== undefined && createdBefore !== undefined && createdAfter > createdBefore) {
		throw new NodeOperationError(context.getNode(), "'Created After' is later than 'Created Before'", {
			itemIndex: item,
			description: 'Swap the two dates.',
		});
	}
	const filters = readCxoneFilters(context.getNode(), context.getNodeParameter('filters.filter', item, []) as SearchFilter[], item);
	const status = optionalText(options.status);
	if (status !== undefined) filters.push({ field: 'status', operator: 'eq', value: status });
	return {
		createdAfter,
		createdBefore,
		filters,
		retentionDays:
			options.retentionDays === undefined
				? undefined
				: numberWithin(context, options.retentionDays, 'Retention (Days)', { min: 1 }, item),
		sort: [{ field: optionalText(options.sortField) ?? 'createdDate', direction: options.sortDirection ?? ('desc' as const) }],
		pageSize: numberWithin(context, options.pageSize ?? 100, 'Page Size', { min: 1, max: 100, whole: true }, item),
	};
}
