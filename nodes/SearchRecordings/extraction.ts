import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readLimit } from './choice';
import { DataExtraction, dayRanges } from '../../core/cxone/extraction';
import { Extracted, extractedRecording, isDownloadable, startOf, type Granularity } from '../../core/cxone/extracted';
import { clock } from '../../core/http/clock';
import type { Transport } from '../../core/http/transport';
import { cxoneCredentialType } from '../common/fields';
import { numberWithin, optionalText, timeOf } from '../common/parameters';

/** The version that most public programs ask for. */
export const DEFAULT_VERSION = '7';

interface Options {
	jobIds?: unknown;
	version?: unknown;
}

/** Epoch milliseconds; open where jobs are picked up and no date is given. */
interface Window {
	from: number | undefined;
	to: number | undefined;
}

/** Search on the Data Extraction API, for one input item. */
export async function cxoneExtraction(
	context: IExecuteFunctions,
	transport: Transport,
	item: number,
): Promise<INodeExecutionData[]> {
	const options = context.getNodeParameter('extractionOptions', item, {}) as Options;
	const jobIds = (optionalText(options.jobIds) ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '');
	const window = windowOf(context, item, jobIds.length > 0);
	const granularity = context.getNodeParameter('granularity', item) as Granularity;
	const limit = readLimit(context, item);
	// A list of the past has nothing to wait for: an older setting of the field counts like "Leave Out".
	const all = context.getNodeParameter('whenProcessing', item, 'skip') === 'include';
	const waitMinutes = numberWithin(
		context,
		context.getNodeParameter('extractionWaitMinutes', item),
		'Wait at Most (Minutes)',
		{ min: 0 },
		item,
	);
	const extraction = await DataExtraction.connect(context, cxoneCredentialType(context, item), transport, waitMinutes * 60_000);
	const extracted = new Extracted(granularity, all ? () => true : isDownloadable);
	const take = async (jobId: string): Promise<void> => {
		for await (const row of extraction.rows(jobId)) {
			if (isWithin(startOf(row), window)) extracted.add(row);
			// More rows of a call that is kept already may follow, of segments not.
			if (granularity === 'segment' && extracted.size >= limit) return;
		}
	};
	if (jobIds.length > 0) {
		for (const jobId of jobIds) await take(jobId);
	} else {
		const version = optionalText(options.version) ?? DEFAULT_VERSION;
		for (const range of dayRanges(window.from!, window.to!)) {
			await take(await extraction.start(range, version));
			if (extracted.size >= limit) break;
		}
	}
	const simplify = context.getNodeParameter('simplify', item) as boolean;
	return extracted
		.list()
		.slice(0, limit)
		.map((rows) => ({ json: (simplify ? extractedRecording(rows, granularity) : rows[0]) as unknown as IDataObject }));
}

function windowOf(context: IExecuteFunctions, item: number, mayBeOpen: boolean): Window {
	const from = timeOf(context, context.getNodeParameter('createdAfter', item, ''), 'Created After');
	const to = timeOf(context, context.getNodeParameter('createdBefore', item, ''), 'Created Before');
	if (mayBeOpen) return { from, to };
	if (from === undefined) {
		throw new NodeOperationError(context.getNode(), "'Created After' is empty", {
			itemIndex: item,
			description: 'Data Extraction works on ranges of days: pick the day to begin with.',
		});
	}
	const end = to ?? clock.now();
	if (from > end) {
		throw new NodeOperationError(context.getNode(), "'Created After' is later than 'Created Before'", {
			itemIndex: item,
			description: to === undefined ? "Pick a date in the past, or fill in 'Created Before'." : 'Swap the two dates.',
		});
	}
	return { from, to: end };
}

/** Rows whose time cannot be read are kept: better one too many than one lost. */
function isWithin(start: number | undefined, { from, to }: Window): boolean {
	if (start === undefined) return true;
	return (from === undefined || start >= from) && (to === undefined || start <= to);
}
