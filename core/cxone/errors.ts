import type { Advice } from '../http/errors';
import type { Reply } from '../http/retry';

const MEDIA_PLAYBACK_PERMISSION: Advice = {
	message: "The signed-in CXone account may not play back recordings",
	description:
		"Its role needs 'Search & Playback > Player > Play/download recordings: Play Any', and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'.",
};

const LOCKED: Advice = {
	message: 'CXone is still busy with an earlier request for this interaction',
	description: 'The node waited and asked again, and it stayed locked. Try again in a few minutes.',
};

const IN_PROCESS: Advice = {
	message: 'CXone is still preparing this interaction',
	description: 'The node waited and asked again, and it was not ready. Try again in a few minutes.',
};

const RECORDING_READ: Advice = {
	message: 'The signed-in CXone account may not read recordings',
	description:
		"Its role needs the permission 'Recording > Read'. With OAuth2, the scope 'recording:read' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.",
};

/** What a status means for an operation, where it means something special. Operation keys are those of `CALLS`. */
const ADVICE: Record<string, Record<number, Advice>> = {
	searchRecordings: {
		400: {
			message: 'CXone did not understand the search',
			description: "Check 'Filters': the names of fields and operators and the form of the values.",
		},
		403: RECORDING_READ,
		404: {
			message: 'This CXone tenant has no Recording API at this address',
			description:
				"Check area or base URL in the credential. Not every tenant offers '/api/v2/recording'; contacts and segments are always reachable through Get Contact and Get Segment.",
		},
	},
	getRecording: {
		403: RECORDING_READ,
		404: {
			message: 'CXone has no recording with this ID',
			description: 'Check the recording ID. It may also have been deleted at the end of its retention period.',
		},
	},
	getDownloadLink: {
		403: {
			message: 'The signed-in CXone account may not download recordings',
			description:
				"Its role needs the permission 'Recording > Download'. With OAuth2, the scope 'recording:download' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.",
		},
		404: {
			message: 'CXone has no media for this recording ID',
			description: 'Check the recording ID. It may also have been deleted at the end of its retention period.',
		},
	},
	getContact: {
		403: MEDIA_PLAYBACK_PERMISSION,
		404: {
			message: 'CXone found no interaction for this ACD call ID',
			description:
				'Check that it is the ACD call ID (on CXone ACD: the master contact ID), not a contact or segment ID. The call may also not have been recorded, be deleted or archived; and calls recorded before December 13, 2018 cannot be found this way.',
		},
		202: IN_PROCESS,
		425: LOCKED,
	},
	getSegment: {
		403: MEDIA_PLAYBACK_PERMISSION,
		404: {
			message: 'CXone found no segment with this ID in active storage',
			description:
				'Check the segment ID. A segment in long-term storage must be moved to active storage in CXone before it can be read.',
		},
		202: IN_PROCESS,
		425: LOCKED,
	},
	getStatement: {
		403: MEDIA_PLAYBACK_PERMISSION,
		404: {
			message: 'CXone found no such statement',
			description: 'Check the ACD contact ID (the master contact ID) and the statement ID.',
		},
		202: IN_PROCESS,
		425: LOCKED,
	},
};

/** CXone's advice for an answer: see the vendor documents "Media Playback APIs" and "Downloading Call Recordings Programmatically via the NICE CXone API". */
export function adviseCxone(operation: string, reply: Reply): Advice | undefined {
	return ADVICE[operation]?.[reply.status];
}
