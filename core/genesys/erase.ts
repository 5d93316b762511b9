import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { NOT_FOUND, UnknownOutcome, type GirClient } from './client';
import { deletionUnknown, PROTECTED, PROTECTION_UNKNOWN } from './errors';
import { toRecording } from './mapping';
import type { GirRecording } from './schemas';
import { clock } from '../http/clock';
import { reasonedError, reasonIn, withNextStep, type NextSteps } from '../http/reason';
import { namesOf } from '../recording';
import { iso } from '../times';

/** Who did what to a recording, when and why: a line that an audit log can keep. Times are ISO 8601 in UTC. */
export interface AuditRecord extends ChangeRequest {
	platform: 'genesys';
	operation: 'delete' | 'protect' | 'unprotect';
	recordingId: string;
	/** When it was known what had become of it. */
	at: string;
	/** The GIR user that signed in. */
	user: string;
}

/**
 * What became of a recording that was to be deleted. `deleted`: GIR itself said so. `notFound`: GIR has none of this ID, or
 * does not show it to this user. `unknown`: GIR was asked to delete it and gave no clear answer. `wouldBeDeleted`: a dry
 * run's. `notDeleted`: something else kept it.
 */
export type Outcome =
	| 'deleted'
	| 'notFound'
	| 'unknown'
	| 'wouldBeDeleted'
	| 'isProtected'
	| 'overMaximum'
	| 'notDeleted';

export interface DeletionRecord extends AuditRecord {
	/** Null where it is not known. */
	deleted: boolean | null;
	dryRun: boolean;
	outcome: Outcome;
	/** What has to be said about the outcome. */
	note: string | null;
	/** What GIR showed before; null where it showed nothing. */
	recording: ReturnType<typeof described> | null;
}

/** A record, and the error to be shown where the outcome is not what was asked for. */
export interface Erased {
	record: DeletionRecord;
	failure?: Failure;
}
type Failure = Error & { description?: string | null };

/** What goes into every audit record of an item. */
export interface ChangeRequest {
	requestedBy: string | null;
	reason: string | null;
}

export interface Erasure extends ChangeRequest {
	dryRun: boolean;
	/** Whether a recording that is not found is no failure. */
	acceptNotFound: boolean;
	withPersonalData: boolean;
	/** Whether GIR was asked to delete it before, in the same run, and gave no clear answer. */
	askedBefore: boolean;
	/** What to do next in the node's own labels, by the reason of a failure. */
	nextSteps: NextSteps;
	/** The error for a recording that may not be deleted any more in this run; undefined where it may. */
	overMaximum: () => Failure | undefined;
}

/** Letters, digits and what else stands in IDs; no path of dots alone. */
const ID = /^(?!\.+$)[^\s/\\?#]+$/;

/**
 * An ID that is safe to act on.
 *
 * @throws UserError when it cannot be the ID of a recording
 */
function assertRecordingId(id: string): void {
	if (ID.test(id) && id !== '[object Object]' && !/[*,]/.test(id)) return;
	throw reasonedError(
		'badId',
		`This is not the ID of one recording: ${id.slice(0, 60)}`,
		'Nothing was sent. Give the ID of exactly one recording for each item, without wildcards, spaces or slashes.',
	);
}

/**
 * Deletes a recording, after a look at what it is ("Delete Recording by ID API", "Non-Deletion API").
 *
 * @throws UserError when the ID cannot be that of a recording, and what is no answer of GIR, such as a cancelled execution
 */
export async function eraseRecording(
	client: GirClient,
	id: string,
	erasure: Erasure,
): Promise<Erased> {
	assertRecordingId(id);
	const { dryRun, requestedBy, reason } = erasure;
	let found: GirRecording | undefined;
	const record = (outcome: Outcome, note: string | null = null): DeletionRecord => ({
		deleted: outcome === 'unknown' ? null : outcome === 'deleted',
		operation: 'delete',
		platform: 'genesys',
		recordingId: id,
		outcome,
		note,
		dryRun,
		at: iso(clock.now()),
		user: client.userName,
		requestedBy,
		reason,
		recording: found === undefined ? null : described(found, erasure.withPersonalData),
	});
	const failed = (outcome: Outcome, error: Failure): Erased => {
		const failure = withNextStep(error, error, erasure.nextSteps);
		// What does not show now may be what this run has done itself.
		const known = found !== undefined || !erasure.askedBefore;
		return { record: record(known ? outcome : 'unknown', failure.description ?? null), failure };
	};
	const refused = (error: unknown): Erased => {
		if (!(error instanceof NodeApiError || error instanceof NodeOperationError)) throw error;
		if (reasonIn(error) !== NOT_FOUND) return failed('notDeleted', error);
		const notFound = failed('notFound', error);
		return dryRun || erasure.acceptNotFound ? { record: notFound.record } : notFound;
	};

	// Before the look as well: behind the limit, items must not cost a request each.
	const over = dryRun ? undefined : erasure.overMaximum();
	if (over !== undefined) return failed('overMaximum', over);
	try {
		found = await client.call('getRecording', { recordingId: id });
	} catch (error) {
		return refused(error);
	}
	if (found.id.toLowerCase() !== id.toLowerCase()) {
		const other = found.id;
		found = undefined;
		const another = reasonedError(
			'lookAgain',
			`GIR showed recording ${other} when asked for ${id}`,
			'Nothing was deleted. Check the recording ID.',
		);
		return failed('notDeleted', another);
	}
	if (found.nonDelete === true) {
		const message = `Recording ${id} is protected from deletion`;
		const error = reasonedError('isProtected', message, PROTECTED.description);
		const isProtected = failed('isProtected', error);
		return dryRun ? { record: isProtected.record } : isProtected;
	}
	if (toRecording(found).protectedFromDeletion === null) {
		const notTold = reasonedError(
			'lookAgain',
			`GIR does not tell in words this node knows whether recording ${id} is protected from deletion`,
			'Nothing was deleted. Look the recording up in GIR.',
		);
		return failed('notDeleted', notTold);
	}
	if (dryRun) {
		const outcome = erasure.overMaximum() === undefined ? 'wouldBeDeleted' : 'overMaximum';
		return { record: record(outcome) };
	}
	try {
		await client.call('deleteRecording', { recordingId: id });
	} catch (error) {
		if (!(error instanceof UnknownOutcome)) return refused(error);
		return failed('unknown', error.as(deletionUnknown(id, await isShown(client, id))));
	}
	return { record: record('deleted') };
}

/** Whether GIR shows a recording; undefined where it could not be asked. */
async function isShown(client: GirClient, id: string): Promise<boolean | undefined> {
	try {
		await client.call('getRecording', { recordingId: id });
		return true;
	} catch (error) {
		return reasonIn(error) === NOT_FOUND ? false : undefined;
	}
}

/**
 * Protects a recording from deletion by anybody and anything, or ends that ("Non-Deletion API").
 *
 * @param operationName `applyNonDelete`, or its counterpart, whose name no public page gives
 */
export async function changeProtection(
	client: GirClient,
	id: string,
	protect: boolean,
	operationName: string,
	request: ChangeRequest,
): Promise<AuditRecord & { protectedFromDeletion: boolean }> {
	assertRecordingId(id);
	const call = protect ? 'protectRecording' : 'unprotectRecording';
	await client.call(call, { recordingId: id, body: { operationName } }).catch((error: unknown) => {
		throw error instanceof UnknownOutcome ? error.as(PROTECTION_UNKNOWN) : error;
	});
	return {
		protectedFromDeletion: protect,
		operation: protect ? 'protect' : 'unprotect',
		platform: 'genesys',
		recordingId: id,
		at: iso(clock.now()),
		user: client.userName,
		...request,
	};
}

/** What a recording was. Numbers and names only where they were asked for: after an erasure a log must not hold them. */
function described(raw: GirRecording, withPersonalData: boolean) {
	const { start, end, durationSeconds, direction, callerNumber, dialedNumber, agents } =
		toRecording(raw);
	return {
		start,
		end,
		durationSeconds,
		direction,
		mediaFiles: raw.mediaFiles.length,
		screenRecording: raw.screenRecording ?? false,
		...(withPersonalData && { callerNumber, dialedNumber, agents: namesOf(agents) }),
	};
}
