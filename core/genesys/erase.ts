import { UserError } from 'n8n-workflow';

import type { GirClient } from './client';
import { PROTECTED } from './errors';
import { toRecording } from './mapping';
import type { GirRecording } from './schemas';
import { clock } from '../http/clock';
import { isoTime } from '../recording';

/** Who did what to a recording, when and why: a line that an audit log can keep. Times are ISO 8601 in UTC. */
export interface AuditRecord {
	operation: 'delete' | 'protect' | 'unprotect';
	recordingId: string;
	at: string;
	/** The GIR user that signed in. */
	user: string;
	requestedBy: string | null;
	reason: string | null;
}

export interface DeletionRecord extends AuditRecord {
	deleted: boolean;
	dryRun: boolean;
	/** `notFound` counts as deleted where that was asked for. The others than `deleted` and `notFound` come of a dry run. */
	outcome: 'deleted' | 'notFound' | 'wouldBeDeleted' | 'isProtected' | 'overMaximum';
	recording: DeletedRecording | null;
}

/** What a recording was. Numbers and names only where they were asked for: after an erasure a log must not hold them. */
export interface DeletedRecording {
	start: string | null;
	end: string | null;
	durationSeconds: number | null;
	direction: string;
	mediaFiles: number;
	screenRecording: boolean;
	callerNumber?: string | null;
	dialedNumber?: string | null;
	agents?: Array<string | null>;
}

export interface ProtectionRecord extends AuditRecord {
	protectedFromDeletion: boolean;
}

/** What goes into every audit record of an item. */
export interface Account {
	requestedBy: string | null;
	reason: string | null;
}

export interface Erasure extends Account {
	dryRun: boolean;
	notFoundCountsAsDeleted: boolean;
	withPersonalData: boolean;
	/** Whether one more recording may be deleted in this run; asked right before it is. */
	mayDelete: () => boolean;
}

/** Letters, digits and what else stands in IDs; no path of dots alone. */
const ID = /^(?!\.+$)[^\s/\\?#]+$/;

/**
 * An ID that is safe to act on.
 *
 * @throws UserError when it cannot be the ID of a recording
 */
export function assertRecordingId(id: string): void {
	if (ID.test(id) && id !== '[object Object]' && !/[*,]/.test(id)) return;
	throw new UserError(`'Recording ID' is not the ID of one recording: ${id.slice(0, 60)}`, {
		description: 'Nothing was sent. Give the ID of exactly one recording for each item, without wildcards, spaces or slashes.',
	});
}

/**
 * Deletes a recording, after a look at what it is ("Delete Recording by ID API", "Non-Deletion API").
 *
 * @param overMaximum makes the error for a recording that may not be deleted any more in this run
 * @throws UserError when it is protected: nothing is sent then; NodeApiError as `GirClient.delete`
 */
export async function eraseRecording(
	client: GirClient,
	id: string,
	erasure: Erasure,
	overMaximum: () => Error,
): Promise<DeletionRecord> {
	assertRecordingId(id);
	const { dryRun, notFoundCountsAsDeleted } = erasure;
	// Before the look as well: behind the limit, items must not cost a request each.
	if (!dryRun && !erasure.mayDelete()) throw overMaximum();
	const found = notFoundCountsAsDeleted || dryRun ? await client.recordingIfThere(id) : await client.recording(id);
	const record = (outcome: DeletionRecord['outcome']): DeletionRecord => ({
		deleted: outcome === 'deleted' || (outcome === 'notFound' && !dryRun),
		operation: 'delete',
		recordingId: id,
		outcome,
		dryRun,
		at: isoTime(clock.now())!,
		user: client.userName,
		requestedBy: erasure.requestedBy,
		reason: erasure.reason,
		recording: found === undefined ? null : described(found, erasure.withPersonalData),
	});
	if (found === undefined) return record('notFound');
	if (found.nonDelete === true) {
		if (dryRun) return record('isProtected');
		throw new UserError(`Recording ${id} is protected from deletion`, { description: PROTECTED.description });
	}
	if (dryRun) return record(erasure.mayDelete() ? 'wouldBeDeleted' : 'overMaximum');
	try {
		await client.delete(id);
	} catch (error) {
		const gone = notFoundCountsAsDeleted && (error as { httpCode?: unknown }).httpCode === '404';
		if (!gone) throw error;
		return record('notFound');
	}
	return record('deleted');
}

/** Protects a recording from deletion by anybody and anything, or ends that ("Non-Deletion API"). */
export async function changeProtection(
	client: GirClient,
	id: string,
	protect: boolean,
	operationName: string,
	account: Account,
): Promise<ProtectionRecord> {
	assertRecordingId(id);
	await client.setProtection(id, protect, operationName);
	return {
		protectedFromDeletion: protect,
		operation: protect ? 'protect' : 'unprotect',
		recordingId: id,
		at: isoTime(clock.now())!,
		user: client.userName,
		...account,
	};
}

function described(raw: GirRecording, withPersonalData: boolean): DeletedRecording {
	const recording = toRecording(raw);
	const { start, end, durationSeconds, callerNumber, dialedNumber, agents } = recording;
	return {
		start,
		end,
		durationSeconds,
		direction: recording.direction,
		mediaFiles: raw.mediaFiles.length,
		screenRecording: raw.screenRecording ?? false,
		...(withPersonalData && {
			callerNumber,
			dialedNumber,
			agents: agents.map(({ name, userName }) => name ?? userName),
		}),
	};
}
