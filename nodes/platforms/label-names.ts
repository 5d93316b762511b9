import { NodeApiError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { panelList } from './panel-list';
import { GIR_PAGE_SIZE, GirClient } from '../../core/genesys/client';
import { toRecording } from '../../core/genesys/mapping';
import { clock } from '../../core/http/clock';
import { UnreadableRow } from '../../core/http/wire';

const WEEK_MS = 7 * 86_400_000;

/**
 * The labels of GIR for a field that filters by them: those that are defined, or, where this user may not list them, those
 * that recordings of the last week carry.
 */
export async function labelNames(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return await panelList(this, async (signal) => {
		const client = await GirClient.connect({ context: this, signal });
		const names = await client.call('listLabelDefinitions').catch(async (error: unknown) => {
			if (error instanceof NodeApiError && error.httpCode === '401') throw error;
			return await labelsInUse(client);
		});
		const sorted = names.sort((one, other) => one.displayName.localeCompare(other.displayName));
		return sorted.map(({ name, displayName }) => ({ name: displayName, value: name }));
	});
}

async function labelsInUse(client: GirClient) {
	const search = { startTime: clock.now() - WEEK_MS, subresources: 'labels' };
	const { rows } = await client.searchPage(search, 0, GIR_PAGE_SIZE);
	const names = rows.flatMap((row) =>
		row instanceof UnreadableRow ? [] : toRecording(row).labels,
	);
	return [...new Set(names)].map((name) => ({ name, displayName: name }));
}
