import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { GirClient } from '../../core/genesys/client';
import { changeProtection, eraseRecording, type Account, type AuditRecord, type DeletionRecord } from '../../core/genesys/erase';
import { numberWithin, optionalText, requiredText } from '../common/parameters';

interface Options {
	includePersonalData?: boolean;
	requestedBy?: unknown;
	unprotectOperationName?: unknown;
}

/** GIR's public pages name `applyNonDelete` only; this is its most likely counterpart. */
export const UNPROTECT = 'removeNonDelete';

/**
 * What one execution has deleted with this node: kept by n8n for as long as the execution runs, over loops and
 * "Retry On Fail". So the maximum holds for all of it, and a retry does not trip over what is gone already.
 */
export class Deletions {
	private constructor(
		private readonly records: Record<string, DeletionRecord>,
		private readonly maximum: number,
	) {}

	/** @throws NodeOperationError when the maximum is no whole number of at least 1 */
	static of(context: IExecuteFunctions): Deletions {
		const store = context.getContext('node') as { deletions?: Record<string, DeletionRecord> };
		store.deletions ??= {};
		// The maximum belongs to the node, so the first item's stands for all.
		const maximum = numberWithin(context, context.getNodeParameter('maximumDeletions', 0, 100), 'Maximum Deletions per Run', { min: 1 }, 0);
		return new Deletions(store.deletions, maximum);
	}

	/** The record of a recording that this execution has dealt with. */
	recordOf(id: string): DeletionRecord | undefined {
		return Object.hasOwn(this.records, id) ? this.records[id] : undefined;
	}

	add(id: string, record: DeletionRecord): void {
		this.records[id] = record;
	}

	/** Whether one more may be deleted, besides those a dry run has counted. */
	mayDelete(counted = 0): boolean {
		return this.deletedIds().length + counted < this.maximum;
	}

	deletedIds(): string[] {
		return Object.values(this.records).filter(({ outcome }) => outcome === 'deleted').map(({ recordingId }) => recordingId);
	}

	overMaximum(context: IExecuteFunctions, itemIndex: number): NodeOperationError {
		return new NodeOperationError(context.getNode(), `This run has deleted ${this.maximum} recordings, which is its maximum`, {
			itemIndex,
			description:
				"This recording and those behind it were not deleted. Check that the items before this node are the ones you mean, for example with 'Dry Run'; if they are, raise 'Maximum Deletions per Run'.",
		});
	}

	/** Adds to an error that stops the node what is gone: the output, which would tell, is lost with it. */
	tellIn(failure: { description?: string | null }): void {
		const gone = this.deletedIds();
		if (gone.length === 0) return;
		failure.description = `${failure.description ?? ''} Already deleted in this run (${gone.length}): ${gone.join(', ')}.`.trim();
	}
}

/** One item of Delete Recording. */
export async function workOn(
	context: IExecuteFunctions,
	client: GirClient,
	deletions: Deletions,
	dryRunCount: { value: number },
	item: number,
): Promise<AuditRecord> {
	context.getExecutionCancelSignal()?.throwIfAborted();
	const id = requiredText(context, 'recordingId', 'Recording ID', item);
	const operation = context.getNodeParameter('operation', item) as AuditRecord['operation'];
	const options = context.getNodeParameter('options', item, {}) as Options;
	const account: Account = {
		requestedBy: optionalText(options.requestedBy) ?? null,
		reason: optionalText(context.getNodeParameter('reason', item, '')) ?? null,
	};
	if (operation !== 'delete') {
		const name = operation === 'protect' ? 'applyNonDelete' : (optionalText(options.unprotectOperationName) ?? UNPROTECT);
		return await changeProtection(client, id, operation === 'protect', name, account);
	}
	const known = deletions.recordOf(id);
	if (known !== undefined) return known;
	const dryRun = context.getNodeParameter('dryRun', item) !== false;
	const record = await eraseRecording(
		client,
		id,
		{
			...account,
			dryRun,
			notFoundCountsAsDeleted: context.getNodeParameter('notFoundCountsAsDeleted', item) === true,
			withPersonalData: options.includePersonalData === true,
			mayDelete: () => deletions.mayDelete(dryRunCount.value),
		},
		() => deletions.overMaximum(context, item),
	);
	if (record.outcome === 'wouldBeDeleted') dryRunCount.value++;
	if (!dryRun) deletions.add(id, record);
	return record;
}

/** An audit record as an item's JSON. */
export function asJson(record: AuditRecord): IDataObject {
	return { ...record } as unknown as IDataObject;
}
