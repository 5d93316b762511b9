import type { RawRecording } from './schemas';
import { unreadableIn } from '../http/sourced';
import {
	direction,
	mediaTypeOf,
	referencesTo,
	secondsBetween,
	statusOf,
	type Recording,
	type RecordingAgent,
} from '../recording';

/** The guide guarantees this channel only. */
export const COMBINED = 'combined';

/** The recording's ID under whichever name it came. */
export function recordingId(raw: RawRecording): string {
	return (raw.recordingId || raw.id)!;
}

/** A recording of the Recording API in the shape both platforms share. Empty text counts as left out. */
export function toRecording(raw: RawRecording): Recording {
	const id = recordingId(raw);
	const start = raw.startTime ?? raw.startDate ?? raw.createdDate ?? null;
	const end = raw.endTime ?? raw.endDate ?? null;
	const mediaType = mediaTypeOf(raw.mediaType);
	return {
		platform: 'cxone',
		id,
		status: statusOf(raw.status),
		start,
		end,
		// A bare 'duration' is not read: no document tells its unit.
		durationSeconds: raw.durationSeconds ?? secondsBetween(start, end),
		...(mediaType !== undefined && { mediaType }),
		direction: direction(raw.direction || raw.directionType),
		callerNumber: raw.ani || raw.fromAddress || null,
		dialedNumber: raw.dnis || raw.toAddress || null,
		agents: agentsOf(raw),
		media: raw.availableChannels.map((channel) => ({
			id: channel,
			kind: 'audio',
			mimeType: null,
			sizeBytes: null,
			durationSeconds: null,
			start: null,
			end: null,
			channel,
		})),
		labels: raw.labels,
		references: referencesTo({
			recordingId: id,
			acdCallId: raw.acdCallId || raw.masterContactId,
			contactId: raw.contactId,
			segmentId: raw.segmentId,
		}),
		protectedFromDeletion: null,
		masked: [],
		...unreadableIn(raw),
	};
}

function agentsOf(raw: RawRecording): RecordingAgent[] {
	const agents = raw.agents.map((agent) => ({
		id: agent.agentId || agent.id || null,
		name: agent.agentName || agent.name || null,
		userName: agent.userName || null,
	}));
	if (agents.length === 0 && (raw.agentId || raw.agentName)) {
		return [{ id: raw.agentId || null, name: raw.agentName || null, userName: null }];
	}
	return agents;
}
