import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { hint, readLimit } from './choice';
import { dated, Extracted, extractedRecording, isDownloadable, type Granularity } from '../../core/cxone/extracted';
import { ExtractedTimes, isWithin, ZoneDoubt, type TimeRange } from '../../core/cxone/extracted-times';
import { DataExtraction, dayRanges, timesOf } from '../../core/cxone/extraction';
import { clock } from '../../core/http/clock';
import type { Transport } from '../../core/http/transport';
import { readZone } from '../../core/times';
import { cxoneCredentialType } from '../common/fields';
import { numberWithin, optionalText, timeOf } from '../common/parameters';

/** The version that most public programs ask for. */
export const DEFAULT_VERSION = '7';

interface Options {
	jobIds?: unknown;
	version?: unknown;
	timeZone?: unknown;
}

/** Calls cannot have begun later than this after now: as much as CXone's clock may be ahead of n8n's. */
const CLOCK_SLACK_MS = 3_600_000;

/** Search on the Data Extraction API, for one input item. */
export async function cxoneExtraction(
	context: IExecuteFunctions,
	transport: Transport,
	item: number,
): Promise<INodeExecutionData[]> {
	const options = context.getNodeParameter('extractionOptions', item, {}) as Options;
	const jobIds = (optionalText(options.jobIds) ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '');
	const window = windowOf(context, item, jobIds.length > 0);
	const times = new ExtractedTimes(readZone(options.timeZone, 'Time Zone'));
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
	const doubt = new ZoneDoubt(window, clock.now() + CLOCK_SLACK_MS);
	const take = async (jobId: string, listed: TimeRange): Promise<void> => {
		for await (const extractedRow of extraction.rows(jobId)) {
			const row = dated(extractedRow, times, listed);
			doubt.add(row.start);
			// Rows whose time cannot be read are kept: better one too many than one lost.
			if (row.start === undefined || isWithin(row.start, window)) extracted.add(row);
			// More rows of a call that is kept already may follow, of segments not.
			if (granularity === 'segment' && extracted.size >= limit) return;
		}
	};
	if (jobIds.length > 0) {
		for (const jobId of jobIds) await take(jobId, window);
	} else {
		const version = optionalText(options.version) ?? DEFAULT_VERSION;
		for (const range of dayRanges(window.from, window.to)) {
			await take(await extraction.start(range, version), timesOf(range));
			if (extracted.size >= limit) break;
		}
	}
	const words = doubt.words(times.zone);
	if (words !== undefined) hint(context)(words);
	const simplify = context.getNodeParameter('simplify', item) as boolean;
	return extracted
		.list()
		.slice(0, limit)
		.map((rows) => ({ json: (simplify ? extractedRecording(rows, granularity) : rows[0].row) as unknown as IDataObject }));
}

/** Epoch milliseconds; open where jobs are picked up and no date is given. */
function windowOf(context: IExecuteFunctions, item: number, mayBeOpen: boolean): TimeRange {
	const from = timeOf(context, context.getNodeParameter('createdAfter', item, ''), 'Created After');
	const to = timeOf(context, context.getNodeParameter('createdBefore', item, ''), 'Created Before');
	if (mayBeOpen) return { from: from ?? -Infinity, to: to ?? Infinity };
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
