import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { hint, readChoice } from './choice';
import { GirClient, type GirSearch } from '../../core/genesys/client';
import { toRecording, withoutInternals } from '../../core/genesys/mapping';
import type { GirRecording } from '../../core/genesys/schemas';
import { girSearch } from '../../core/genesys/search';
import { findRecordings } from '../../core/search';
import { readGirFilters, readSubresources } from '../common/filters';
import { assertGiven, requiredText, timeOf } from '../common/parameters';

/** Search and Get by ID on GIR, for one input item. */
export async function girRecordings(context: IExecuteFunctions, item: number): Promise<INodeExecutionData[]> {
	const subresources = readSubresources(context.getNodeParameter('genesysOptions', item, {}) as { subresources?: string });
	const found =
		context.getNodeParameter('operation', item) === 'get'
			? [await getById(context, item, subresources)]
			: await search(context, item, subresources);
	const simplify = context.getNodeParameter('simplify', item) as boolean;
	return found.map((raw) => ({ json: (simplify ? toRecording(raw) : withoutInternals(raw)) as unknown as IDataObject }));
}

async function getById(context: IExecuteFunctions, item: number, subresources?: string): Promise<GirRecording> {
	const id = requiredText(context, 'recordingId', 'Recording ID', item);
	const client = await GirClient.connect(context);
	return await client.recording(id, subresources);
}

async function search(context: IExecuteFunctions, item: number, subresources?: string): Promise<GirRecording[]> {
	const query = queryOf(context, item);
	const choice = readChoice(context, item);
	const client = await GirClient.connect(context);
	return await findRecordings(
		girSearch(client, { ...query, subresources }, choice.limit),
		choice,
		hint(context),
		context.getExecutionCancelSignal(),
	);
}

function queryOf(context: IExecuteFunctions, item: number): GirSearch {
	const filters = context.getNodeParameter('genesysFilters', item, {}) as IDataObject;
	if ('startedAfter' in filters) assertGiven(context.getNode(), filters.startedAfter, 'Started at or After', item);
	if ('endedBefore' in filters) assertGiven(context.getNode(), filters.endedBefore, 'Ended at or Before', item);
	const startTime = timeOf(context, filters.startedAfter, 'Started at or After');
	const endTime = timeOf(context, filters.endedBefore, 'Ended at or Before');
	if (startTime !== undefined && endTime !== undefined && startTime > endTime) {
		throw new NodeOperationError(context.getNode(), "'Started at or After' is later than 'Ended at or Before'", {
			itemIndex: item,
			description: 'Swap the two dates.',
		});
	}
	const query: GirSearch = { startTime, endTime, ...readGirFilters(context.getNode(), filters, item) };
	const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as GirSearch;
	if (Object.keys(given).length === 0) {
		throw new NodeOperationError(context.getNode(), 'A search needs at least one filter', {
			itemIndex: item,
			description:
				"Nothing was sent: GIR refuses to list everything. Add one under 'Filters', e.g. 'Started at or After'. If one is set by an expression, it gives no value for this item.",
		});
	}
	return given;
}
