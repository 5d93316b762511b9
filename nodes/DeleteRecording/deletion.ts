import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	NodeOperationError,
} from 'n8n-workflow';

import type { GirClient } from '../../core/genesys/client';
import {
	changeProtection,
	eraseRecording,
	type ChangeRequest,
	type AuditRecord,
	type DeletionRecord,
} from '../../core/genesys/erase';
import { nextSteps } from './next-steps';
import { FieldValues, optionalText } from '../common/field-values';

export const maximumField: INodeProperties = {
	displayName: 'Maximum Deletions per Run',
	name: 'maximumDeletions',
	type: 'number',
	noDataExpression: true,
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 100,
	displayOptions: { show: { operation: ['delete'] } },
	description:
		'How many recordings this node may delete in one execution, loops included. It guards against a search that finds more than you thought: the node stops there.',
};

/** GIR's public pages name `applyNonDelete` only; this is its most likely counterpart. */
export const UNPROTECT = 'removeNonDelete';

/**
 * What one execution has deleted with this node: kept by n8n for as long as the execution runs, over loops and
 * "Retry On Fail". So the maximum holds for all of it, and a retry does not trip over what is gone already.
 */
export class Deletions {
	/** Of this run of the node. */
	private readonly dryRuns = { count: 0, wouldBeDeleted: 0 };

	private constructor(
		private readonly records: Record<string, DeletionRecord>,
		private readonly maximum: number,
	) {}

	/** @throws NodeOperationError when the maximum is no whole number of at least 1 */
	static of(context: IExecuteFunctions): Deletions {
		const store = context.getContext('node') as { deletions?: Record<string, DeletionRecord> };
		store.deletions ??= {};
		// The maximum belongs to the node, so the first item's stands for all.
		const maximum = FieldValues.ofItem(context, 0).number(maximumField);
		return new Deletions(store.deletions, maximum);
	}

	/** The record of a recording that this execution has dealt with. */
	recordOf(id: string): DeletionRecord | undefined {
		return Object.hasOwn(this.records, id) ? this.records[id] : undefined;
	}

	add(id: string, record: DeletionRecord): void {
		if (record.dryRun) this.dryRuns.count++;
		if (record.outcome === 'wouldBeDeleted') this.dryRuns.wouldBeDeleted++;
		if (record.outcome === 'deleted' || record.outcome === 'unknown') this.records[id] = record;
	}

	/** What to say of dry runs; undefined where there was none. */
	get dryRunHint(): string | undefined {
		const { count, wouldBeDeleted } = this.dryRuns;
		if (count === 0) return undefined;
		return `'Dry Run' is on: of ${count} ${count === 1 ? 'recording' : 'recordings'}, none was deleted, and ${wouldBeDeleted} would be without it. Turn it off to delete.`;
	}

	private with(outcome: DeletionRecord['outcome']): string[] {
		return Object.values(this.records)
			.filter((record) => record.outcome === outcome)
			.map(({ recordingId }) => recordingId);
	}

	/** The error for one more than the maximum. What is not known to be kept counts as deleted, and each recording once. */
	overMaximum(fields: FieldValues, id: string): NodeOperationError | undefined {
		const others = [...this.with('deleted'), ...this.with('unknown')].filter(
			(recordingId) => recordingId !== id,
		);
		if (others.length + this.dryRuns.wouldBeDeleted < this.maximum) return undefined;
		return fields.refusal(
			`This run has asked for ${this.maximum} deletions, which is its maximum`,
			"This recording was not deleted. Check that the items before this node are the ones you mean, for example with 'Dry Run'; if they are, raise 'Maximum Deletions per Run'.",
		);
	}

	/** Adds to an error that stops the node what has become of the recordings before: the output, which would tell, is lost. */
	tellIn(failure: { description?: string | null }): void {
		const list = (words: string, ids: string[]) =>
			ids.length === 0 ? '' : ` ${words} in this run (${ids.length}): ${ids.join(', ')}.`;
		const told =
			list('Already deleted', this.with('deleted')) + list('Perhaps deleted', this.with('unknown'));
		if (told !== '') failure.description = `${failure.description ?? ''}${told}`.trim();
	}
}

/** Refuses an item of another platform: GIR answers "not found" to its ID, which says nothing about that recording. */
function assertGirItem(fields: FieldValues, json: IDataObject, id: string): void {
	const isOthers = typeof json.platform === 'string' && json.platform !== 'genesys';
	const named = { ...(json.references as IDataObject | undefined), ...json };
	const foreign =
		json.platform === 'genesys' ? undefined : OTHERS_IDS.find((name) => named[name] === id);
	if (!isOthers && foreign === undefined) return;
	throw fields.refusal(
		'This item is not of Genesys Interaction Recording (GIR)',
		`Nothing was sent: ${isOthers ? `its platform is '${String(json.platform)}'` : `its 'Recording ID' is a '${foreign}', which is CXone's`}. This node works on GIR only. Lead only items of GIR here, for example with an If node on 'platform'.`,
	);
}

/** Names of CXone's IDs on items of this pack's nodes and in CXone's own answers. GIR has none of them. */
const OTHERS_IDS = [
	'acdCallId',
	'segmentId',
	'contactId',
	'masterContactId',
	'acdcontactId',
	'Segment ID',
	'ACD Call ID',
];

/** One item of Delete Recording. */
export async function workOn(
	context: IExecuteFunctions,
	client: GirClient,
	deletions: Deletions,
	item: number,
): Promise<{ record: AuditRecord; failure?: Error }> {
	context.getExecutionCancelSignal()?.throwIfAborted();
	const fields = FieldValues.ofItem(context, item);
	const id = fields.linkedId('recordingId');
	assertGirItem(fields, context.getInputData()[item].json, id);
	const operation = fields.choice<AuditRecord['operation']>('operation');
	const options = fields.collection('options');
	const request: ChangeRequest = {
		requestedBy: optionalText(options.requestedBy) ?? null,
		reason: optionalText(fields.value('reason', '')) ?? null,
	};
	if (operation !== 'delete') {
		const name =
			operation === 'protect'
				? 'applyNonDelete'
				: (optionalText(options.unprotectOperationName) ?? UNPROTECT);
		return { record: await changeProtection(client, id, operation === 'protect', name, request) };
	}
	const before = deletions.recordOf(id);
	if (before?.outcome === 'deleted') return { record: before };
	// Anything but a clear "no" is a dry run: an expression may give a text.
	const dryRun = fields.value('dryRun') !== false;
	const erased = await eraseRecording(client, id, {
		...request,
		dryRun,
		acceptNotFound: fields.value('acceptNotFound') === true,
		withPersonalData: options.includePersonalData === true,
		askedBefore: before?.outcome === 'unknown',
		nextSteps,
		overMaximum: () => deletions.overMaximum(fields, id),
	});
	deletions.add(id, erased.record);
	return erased;
}
