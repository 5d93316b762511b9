import type { Advice } from '../http/errors';
import type { Reply } from '../http/retry';

const MEDIA_PLAYBACK_PERMISSION: Advice = {
	message: "The signed-in CXone account may not play back recordings",
	description:
		"Its role needs 'Search & Playback > Player > Play/download recordings: Play Any', and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'.",
	// Without that permission a user may still play back what is their own.
	scope: 'item',
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

const RECORD_ON_DEMAND_PERMISSION: Advice = {
	message: 'The signed-in CXone account may not control recordings',
	description: "Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API'.",
};

const MASKING_PERMISSION: Advice = {
	message: 'The signed-in CXone account may not mask recordings',
	description: "Its role needs the permission 'Search & Playback > APIs > Multi-ACD Masking API'.",
};

const NO_CALL: Advice = {
	message: 'CXone found no live interaction for this user ID',
	description:
		"Check that it is the agent's user ID and that the agent is on a call now. If it is, the tenant may know the other form of these calls: change 'API Form' under 'Options'.",
};

const BAD_COMMAND: Advice = {
	message: 'CXone did not understand the command',
	description: "Check 'User ID'. If it is right, the tenant may know the other form of these calls: change 'API Form' under 'Options'.",
};

const BUSY_CALL: Advice = {
	message: 'CXone is still busy with an earlier command to this call',
	description: "Nothing was changed. The node waited and asked again, and the call stayed locked. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
};

/** What to say where a command may or may not have been carried out, by what it would have done. */
const perhaps = (done: string): Advice => ({
	message: `It is not known whether CXone has ${done}`,
	description:
		"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
});

const UNCERTAIN: Record<string, Advice> = {
	startRecording: perhaps('started recording'),
	stopRecording: perhaps('stopped recording'),
	doNotRecord: perhaps('barred this contact from being recorded'),
	mask: perhaps('masked the recording'),
	unmask: perhaps('ended the masking'),
};

/** The statuses of the commands to live calls ("Record on Demand APIs"; mask and unmask have a 422 in place of the 409). */
const commandAdvice = (operation: string, permission: Advice, others: Record<number, Advice>): Record<number, Advice> => ({
	400: BAD_COMMAND,
	403: permission,
	404: NO_CALL,
	425: BUSY_CALL,
	...Object.fromEntries([500, 502, 503, 504].map((status) => [status, UNCERTAIN[operation]])),
	...others,
});

const EXTRACTION_PERMISSION: Advice = {
	message: 'The signed-in CXone account may not extract metadata',
	description: "Its role needs the permission 'Search & Playback > APIs > Extract Interaction Metadata'.",
};

const NO_EXTRACTION: Advice = {
	message: 'This CXone tenant has no Data Extraction API at this address',
	description: 'Check area or base URL in the credential.',
};

const EXPIRED_RESULT: Advice = {
	message: 'The link to the extracted metadata had expired, also a fresh one',
	description: 'CXone gives 30 seconds to use it. Check that n8n reaches the host of the link without delay, and try again.',
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
	startExtraction: {
		400: {
			message: 'CXone did not understand what to extract',
			description: "Check 'Metadata Version' and the dates. Versions 7 to 12 are in use; a tenant may know only some of them.",
		},
		403: EXTRACTION_PERMISSION,
		404: NO_EXTRACTION,
	},
	getExtractionJob: {
		403: EXTRACTION_PERMISSION,
		404: {
			message: 'CXone has no extraction job with this ID',
			description: 'Check the job ID. Jobs are kept for a limited time; start a new search if this one is too old.',
		},
	},
	getExtractionResult: {
		403: EXPIRED_RESULT,
		404: EXPIRED_RESULT,
	},
	startRecording: commandAdvice('startRecording', RECORD_ON_DEMAND_PERMISSION, {
		409: {
			message: 'CXone cannot start recording this call',
			description:
				"Its state does not allow it; most likely the customer declined and 'Do Not Record' was sent, which holds for the whole contact. 'Get Recording Status' tells.",
		},
	}),
	stopRecording: commandAdvice('stopRecording', RECORD_ON_DEMAND_PERMISSION, {
		409: {
			message: 'CXone cannot stop recording this call',
			description: "Its state does not allow it; most likely nothing is being recorded. 'Get Recording Status' tells.",
		},
	}),
	doNotRecord: commandAdvice('doNotRecord', RECORD_ON_DEMAND_PERMISSION, {
		409: {
			message: 'CXone cannot bar this contact from being recorded',
			description: "The state of the call does not allow it, and it may still be recorded. 'Get Recording Status' tells.",
		},
	}),
	mask: commandAdvice('mask', MASKING_PERMISSION, {
		422: {
			message: 'CXone does not mask internal calls',
			description: 'Both sides of this call are agents. Stop recording instead if it must not be kept.',
		},
	}),
	unmask: commandAdvice('unmask', MASKING_PERMISSION, {
		422: {
			message: 'CXone does not mask internal calls',
			description: 'Both sides of this call are agents, so there is no masking to end.',
		},
	}),
	getRecordingStatus: {
		400: BAD_COMMAND,
		403: {
			message: 'The signed-in CXone account may not see the recording status',
			description:
				"Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API' or 'Search & Playback > APIs > Multi-ACD Masking API'.",
		},
		404: NO_CALL,
		202: IN_PROCESS,
		425: LOCKED,
	},
};

/** CXone's advice for an answer: see the vendor documents "Media Playback APIs" and "Downloading Call Recordings Programmatically via the NICE CXone API". */
export function adviseCxone(operation: string, reply: Reply): Advice | undefined {
	return ADVICE[operation]?.[reply.status];
}

/** What to say about a command of which no answer came although it may have arrived. */
export function adviseUncertain(operation: string): Advice | undefined {
	return UNCERTAIN[operation];
}
