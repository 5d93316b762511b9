import { UserError } from 'n8n-workflow';

import type { CallName } from './calls';
import type { StatusReply } from './schemas';
import { isoTime } from '../recording';
import { clock } from '../http/clock';
import { unreadableIn } from '../http/sourced';
import { withReason } from '../http/reason';

export type Command = Extract<
	CallName,
	'startRecording' | 'stopRecording' | 'doNotRecord' | 'mask' | 'unmask'
>;

/** What was asked of a live call, as a line that a compliance log can keep. Times are ISO 8601 in UTC. */
export interface CommandRecord {
	operation: Command;
	userId: string;
	/** `voice` or `voiceAndScreen`; for starting only. */
	mediaType?: string;
	/** `accepted`: CXone is carrying it out (202). `done`: it says it has (200). `confirmed`: the recording status shows it. */
	outcome: 'accepted' | 'done' | 'confirmed';
	httpStatus: number;
	contactId: string | null;
	/** CXone's own words. */
	note: string | null;
	at: string;
	/** Where in CXone's JSON a value stands that could not be read; it is null above. Absent where there is none. */
	unreadable?: string[];
}

/** The recording status of a live call, in one vocabulary next to CXone's own. */
export interface StatusRecord {
	operation: 'getRecordingStatus';
	userId: string;
	/** Null where CXone told no status by a word it documents. */
	recording: boolean | null;
	masked: boolean;
	/** The customer declined to be recorded. */
	declined: boolean;
	recordingStatus: string | null;
	recordingStatusFromAgent: string | null;
	statusReason: string | null;
	contactId: string | null;
	segmentId: string | null;
	interactionId: string | null;
	at: string;
	/** As in a command's record. */
	unreadable?: string[];
}

/** What CXone answered about the state of a call's recording ("get-recording-status"). */
export function statusRecord(userId: string, status: StatusReply): StatusRecord {
	return {
		operation: 'getRecordingStatus',
		userId,
		recording: saysWhether(status) ? isRecording(status) : null,
		masked: reasonOf(status) === 'mask',
		declined: reasonOf(status) === 'customerdisconsent',
		recordingStatus: status.recordingStatusToAgent ?? null,
		recordingStatusFromAgent: status.recordingStatusFromAgent ?? null,
		statusReason: status.statusReason ?? null,
		contactId: status.contactId ?? null,
		segmentId: status.segmentId ?? null,
		interactionId: status.interactionId ?? null,
		at: isoTime(clock.now())!,
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
 * Looks at the recording status until a command has taken effect.
 *
 * @param ask asks CXone for the status
 * @param maxWaitMs how long to go on
 * @throws UserError when it has not by then: it may still
 */
export async function untilTakenEffect(
	command: Command,
	ask: () => Promise<StatusReply>,
	maxWaitMs: number,
	signal?: AbortSignal,
): Promise<StatusReply> {
	const deadline = clock.now() + maxWaitMs;
	for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
		const status = await ask();
		if (TAKEN_EFFECT[command](status)) return status;
		const leftMs = deadline - clock.now();
		if (leftMs <= 0) {
			const description = `After ${Math.round(maxWaitMs / 1000)} seconds the status was '${status.recordingStatusToAgent ?? 'unknown'}' (${status.statusReason ?? 'no reason given'}). It may still take effect.`;
			const late = new UserError(
				'CXone accepted the command, but the recording status does not show it yet',
				{ description },
			);
			throw withReason(late, 'notConfirmed', description);
		}
		await clock.sleep(Math.min(pauseMs, leftMs), signal);
	}
}
