import { UserError } from 'n8n-workflow';

import type { CallName } from './calls';
import type { StatusReply } from './schemas';
import { clock } from '../http/clock';
import { reasonedError } from '../http/reason';
import { unreadableIn } from '../http/sourced';
import { iso } from '../times';

export type Command = Extract<
	CallName,
	'startRecording' | 'stopRecording' | 'doNotRecord' | 'mask' | 'unmask'
>;

/** The state of a call's recording ("get-recording-status"), in one vocabulary next to CXone's own. */
export function statusRecord(userId: string, status: StatusReply): object {
	return {
		operation: 'getRecordingStatus',
		userId,
		// Null where CXone told no status by a word it documents.
		recording: saysWhether(status) ? isRecording(status) : null,
		masked: reasonOf(status) === 'mask',
		// By the customer.
		declined: reasonOf(status) === 'customerdisconsent',
		recordingStatus: status.recordingStatusToAgent ?? null,
		recordingStatusFromAgent: status.recordingStatusFromAgent ?? null,
		statusReason: status.statusReason ?? null,
		contactId: status.contactId ?? null,
		segmentId: status.segmentId ?? null,
		interactionId: status.interactionId ?? null,
		at: iso(clock.now()),
		...unreadableIn(status),
	};
}

const RECORDING = new Set(['recording', 'poorrecordingquality']);
const NOT_RECORDING = new Set(['stopped', 'recordingfailure', 'norecording']);

/** Whether the status is one of the words that NICE documents: silence proves nothing. */
function saysWhether(status: StatusReply): boolean {
	return isRecording(status) || isNotRecording(status);
}

function isNotRecording(status: StatusReply): boolean {
	return NOT_RECORDING.has((status.recordingStatusToAgent ?? '').toLowerCase());
}

function isRecording(status: StatusReply): boolean {
	return RECORDING.has((status.recordingStatusToAgent ?? '').toLowerCase());
}

function reasonOf(status: StatusReply): string {
	return (status.statusReason ?? '').toLowerCase();
}

/** How the recording status shows that a command has taken effect. Masking a call that is not recorded has none. */
const TAKEN_EFFECT: Record<Command, (status: StatusReply) => boolean> = {
	startRecording: isRecording,
	stopRecording: isNotRecording,
	doNotRecord: (status) => reasonOf(status) === 'customerdisconsent' && !isRecording(status),
	mask: (status) => reasonOf(status) === 'mask' || isNotRecording(status),
	unmask: (status) => saysWhether(status) && reasonOf(status) !== 'mask',
};

/** First pause between two looks at the status, then longer, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Looks at the recording status until a command has taken effect. CXone tells that of the user's latest call, which may be
 * another one by then.
 *
 * @param contactId of the call that the command went to; null where CXone did not tell
 * @param ask asks CXone for the status
 * @param maxWaitMs how long to go on
 * @throws UserError when it has not by then: it may still; and when it cannot be seen any more
 */
export async function untilTakenEffect(
	command: Command,
	contactId: string | null,
	ask: () => Promise<StatusReply>,
	maxWaitMs: number,
	signal?: AbortSignal,
): Promise<StatusReply> {
	const deadline = clock.now() + maxWaitMs;
	for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
		const status = await ask();
		const seen = status.contactId ?? contactId;
		if (contactId !== null && seen !== contactId) {
			throw new UserError(
				'CXone accepted the command, but the user is on another call now, so its effect cannot be seen',
				{
					description: `The command went to contact ${contactId}, and CXone tells the recording status of contact ${seen}. Sent again, the command would go to that one.`,
				},
			);
		}
		if (TAKEN_EFFECT[command](status)) return status;
		const leftMs = deadline - clock.now();
		if (leftMs <= 0) {
			throw reasonedError(
				'notConfirmed',
				'CXone accepted the command, but the recording status does not show it yet',
				`After ${Math.round(maxWaitMs / 1000)} seconds the status was '${status.recordingStatusToAgent ?? 'unknown'}' (${status.statusReason ?? 'no reason given'}). It may still take effect.`,
			);
		}
		await clock.sleep(Math.min(pauseMs, leftMs), signal);
	}
}
