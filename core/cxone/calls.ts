import type { IHttpRequestMethods } from 'n8n-workflow';

import {
	IN_PROCESS_OR_LOCKED,
	mayNot,
	mayNotPlayBack,
	NO_CALL,
	perhaps,
	recordOnDemandAdvice,
	type Permission,
} from './errors';
import {
	analyzedTranscript,
	commandReply,
	contactReply,
	downloadLink,
	extractionJob,
	extractionJobs,
	extractionStarted,
	recordingReply,
	searchPage,
	statusReply,
} from './schemas';
import type { Advice } from '../http/errors';
import type { z } from '../vendor';

/** A budget of requests that some calls share; the window in milliseconds. */
export interface Family {
	windowMs: number;
	/** Field of the credential that holds the limit; none where it is the same for everybody. */
	field?: string;
	usual: number;
}

/** Families of calls that share a request budget. */
export const FAMILIES = {
	mediaPlayback: { windowMs: 300_000, field: 'mediaPlaybackPer5Minutes', usual: 150 },
	recordingApi: { windowMs: 60_000, field: 'recordingApiPerMinute', usual: 50 },
	/** One start in 30 seconds for a tenant, whatever the contract (NICE help, "Data Extraction API"). */
	dataExtraction: { windowMs: 30_000, usual: 1 },
} as const satisfies Record<string, Family>;

/** Where a call goes: a path on the API host with its IDs in braces, and CXone's names of what it can be asked with. */
export interface Route {
	path: string;
	/** CXone's name of each query parameter, by the name the nodes have for it. */
	query?: Record<string, string>;
}

/** All that is known about one call to CXone. */
export interface Call extends Route {
	method: IHttpRequestMethods;
	/** What it does, in words that fit behind "asked to". */
	doing: string;
	/** What a success holds. */
	schema: z.ZodTypeAny;
	/** Its budget; none where NICE publishes no limit. */
	family?: keyof typeof FAMILIES;
	/** What the signed-in account needs for it. */
	permission: Permission;
	/** What a status means, where it means something special. */
	advice?: Record<number, Advice>;
	/** Statuses of success besides 200. */
	success?: readonly number[];
	/** Statuses with which CXone asks to come back later with the same request. */
	later?: readonly number[];
	/** For what must not be sent twice: what to say where it may or may not have been carried out. All else may be sent again. */
	unknown?: Advice;
	/** Whether it may answer with a link to media, and so with a redirect to it. */
	givesLink?: boolean;
	/** Whether it is a GET with a body, which n8n's helper would drop. */
	bodyInGet?: boolean;
	/** The form of the same call in tenants that do not know the first one. */
	otherForm?: Route;
}

const READ: Permission = {
	to: 'read recordings',
	names: ['Recording > Read'],
	scope: 'recording:read',
};
const DOWNLOAD: Permission = {
	to: 'download recordings',
	names: ['Recording > Download'],
	scope: 'recording:download',
};
const EXTRACT: Permission = {
	to: 'extract metadata',
	names: ['Search & Playback > APIs > Extract Interaction Metadata'],
};
const RECORD_ON_DEMAND = 'Interactions Hub > APIs > Multi-ACD Record on Demand API';
const MASKING = 'Search & Playback > APIs > Multi-ACD Masking API';
const CONTROL: Permission = { to: 'control recordings', names: [RECORD_ON_DEMAND] };
const MASK: Permission = { to: 'mask recordings', names: [MASKING] };

/** The retention period ends the same way for both calls about one recording. */
const CHECK_RECORDING_ID =
	'Check the recording ID. It may also have been deleted at the end of its retention period.';

/** What the calls of Media Playback have in common ("Media Playback APIs"). */
const PLAYBACK = {
	method: 'GET',
	schema: contactReply,
	family: 'mediaPlayback',
	permission: mayNotPlayBack,
	later: [202, 425],
	givesLink: true,
} as const;
const PLAYBACK_QUERY = {
	mediaType: 'media-type',
	excludeCategories: 'exclude-qm-categories',
} as const;

/** Where the calls about a live call go: the present form, and the one that the help page "Record on Demand APIs" still shows. */
const liveCall = (name: string) => {
	const service = '/interaction-recording-management-service';
	return {
		path: `${service}/v1/interactions/${name}`,
		query: { userId: 'userId', mediaType: 'mediaType' },
		otherForm: {
			path: `${service}/interactions/${name}`,
			query: { userId: 'user-id', mediaType: 'mediaType' },
		},
	} as const;
};

/** A command to a live call: 202 means accepted, and only the locked one (425) has not run ("Record on Demand APIs", responses). */
const command = (
	name: string,
	permission: Permission,
	doing: string,
	done: string,
	advice: Record<number, Advice>,
) =>
	({
		...liveCall(name),
		method: 'POST',
		doing,
		schema: commandReply,
		permission,
		success: [202, 204],
		later: [425],
		unknown: perhaps(done),
		advice: { ...recordOnDemandAdvice, ...advice },
	}) as const;

/** Every call to CXone that the nodes make. */
const CALLS = {
	searchRecordings: {
		method: 'GET',
		path: '/api/v2/recording/search',
		bodyInGet: true,
		doing: 'search recordings',
		schema: searchPage,
		family: 'recordingApi',
		permission: READ,
		advice: {
			400: {
				message: 'CXone did not understand the search',
				description:
					'A name of a field, an operator or the form of a value is not what it expects.',
				reason: 'searchRefused',
			},
		},
	},
	getRecording: {
		method: 'GET',
		path: '/api/v2/recording/{recordingId}',
		doing: 'get a recording',
		schema: recordingReply,
		family: 'recordingApi',
		permission: READ,
		advice: {
			404: { message: 'CXone has no recording with this ID', description: CHECK_RECORDING_ID },
		},
	},
	getDownloadLink: {
		method: 'GET',
		path: '/api/v2/recording/{recordingId}/download',
		query: { channel: 'channel' },
		doing: 'give a download link',
		schema: downloadLink,
		family: 'recordingApi',
		permission: DOWNLOAD,
		advice: {
			404: { message: 'CXone has no media for this recording ID', description: CHECK_RECORDING_ID },
		},
	},
	getContact: {
		...PLAYBACK,
		path: '/media-playback/v1/contacts',
		query: {
			...PLAYBACK_QUERY,
			acdCallId: 'acd-call-id',
			excludeWaveforms: 'exclude-waveforms',
			download: 'isDownload',
		},
		doing: 'get a contact',
		advice: {
			...IN_PROCESS_OR_LOCKED,
			404: {
				message: 'CXone found no interaction for this ACD call ID',
				description:
					'Check that it is the ACD call ID (on CXone ACD: the master contact ID), not a contact or segment ID. The call may also not have been recorded, be deleted or archived; and calls recorded before December 13, 2018 cannot be found this way.',
			},
		},
	},
	getSegment: {
		...PLAYBACK,
		path: '/media-playback/v1/segments/{segmentId}',
		query: { ...PLAYBACK_QUERY, excludeWaveforms: 'exclude-waveforms' },
		doing: 'get a segment',
		advice: {
			...IN_PROCESS_OR_LOCKED,
			404: {
				message: 'CXone found no segment with this ID in active storage',
				description:
					'Check the segment ID. A segment in long-term storage must be moved to active storage in CXone before it can be read.',
			},
		},
	},
	getStatement: {
		...PLAYBACK,
		path: '/media-playback/v1/acd-contacts/{acdContactId}/statements/{statementId}',
		query: { ...PLAYBACK_QUERY, download: 'isDownload' },
		doing: 'get a statement',
		advice: {
			...IN_PROCESS_OR_LOCKED,
			404: {
				message: 'CXone found no such statement',
				description:
					'Check the ACD call ID (on CXone ACD: the master contact ID) and the statement ID.',
			},
		},
	},
	getTranscript: {
		method: 'GET',
		path: '/interaction-analytics-gateway/v2/segments/{segmentId}/analyzed-transcript',
		doing: 'get a transcript',
		schema: analyzedTranscript,
		permission: {
			to: 'read transcripts',
			names: [],
			besides:
				' a role that may see analyzed interactions, and the contract the Interaction Analytics licence. Ask the CXone administrator for both',
		},
		advice: {
			404: {
				message: 'CXone has no analyzed transcript of this segment',
				description:
					'Check the segment ID. It may not be analyzed yet, or not be one of those that Interaction Analytics takes; try again later.',
			},
		},
	},
	startExtraction: {
		method: 'POST',
		path: '/data-extraction/v1/jobs',
		doing: 'extract metadata',
		schema: extractionStarted,
		family: 'dataExtraction',
		permission: EXTRACT,
		success: [201, 202],
		advice: {
			400: {
				message: 'CXone did not understand what to extract',
				description:
					'Versions 7 to 12 of the metadata are in use; a tenant may know only some of them.',
				reason: 'extractionRefused',
			},
			404: {
				message: 'This CXone tenant has no Data Extraction API at this address',
				description: 'Check area or base URL in the credential.',
			},
		},
	},
	listExtractionJobs: {
		method: 'GET',
		path: '/data-extraction/v1/jobs',
		doing: 'list its extractions',
		schema: extractionJobs,
		permission: EXTRACT,
	},
	getExtractionJob: {
		method: 'GET',
		path: '/data-extraction/v1/jobs/{jobId}',
		doing: 'tell how the extraction is going',
		schema: extractionJob,
		permission: EXTRACT,
		advice: {
			404: {
				message: 'CXone has no extraction job with this ID',
				description:
					'Check the job ID. Jobs are kept for a limited time; start a new search if this one is too old.',
			},
		},
	},
	startRecording: command(
		'start-recording-on-demand',
		CONTROL,
		'start recording',
		'started recording',
		{
			409: {
				message: 'CXone cannot start recording this call',
				description:
					'Its state does not allow it; most likely the customer declined to be recorded, which holds for the whole contact.',
				reason: 'stateForbids',
			},
		},
	),
	stopRecording: command(
		'stop-recording-on-demand',
		CONTROL,
		'stop recording',
		'stopped recording',
		{
			409: {
				message: 'CXone cannot stop recording this call',
				description: 'Its state does not allow it; most likely nothing is being recorded.',
				reason: 'stateForbids',
			},
		},
	),
	doNotRecord: command(
		'do-not-record',
		CONTROL,
		'not record this contact',
		'barred this contact from being recorded',
		{
			409: {
				message: 'CXone cannot bar this contact from being recorded',
				description: 'The state of the call does not allow it, and it may still be recorded.',
				reason: 'stateForbids',
			},
		},
	),
	// Masking has a 422 in place of the 409.
	mask: command('mask', MASK, 'mask the recording', 'masked the recording', {
		422: {
			message: 'CXone does not mask internal calls',
			description:
				'Both sides of this call are agents. Stop recording instead if it must not be kept.',
		},
	}),
	unmask: command('unmask', MASK, 'unmask the recording', 'ended the masking', {
		422: {
			message: 'CXone does not mask internal calls',
			description: 'Both sides of this call are agents, so there is no masking to end.',
		},
	}),
	getRecordingStatus: {
		...liveCall('get-recording-status'),
		method: 'GET',
		doing: 'tell the recording status',
		schema: statusReply,
		permission: { to: 'see the recording status', names: [RECORD_ON_DEMAND, MASKING] },
		later: [202, 425],
		advice: { ...IN_PROCESS_OR_LOCKED, 400: recordOnDemandAdvice[400], 404: NO_CALL },
	},
} as const satisfies Record<string, Call>;

export type CallName = keyof typeof CALLS;

/** What a success of a call holds. */
export type Answer<Name extends CallName> = z.output<(typeof CALLS)[Name]['schema']>;

type IdsIn<Path extends string> = Path extends `${string}{${infer Id}}${infer Rest}`
	? Id | IdsIn<Rest>
	: never;
type QueryOf<Row> = Row extends { query: infer Query }
	? { query?: { [Parameter in keyof Query]?: unknown } }
	: { query?: undefined };
type IdsOf<Row extends Call> = [IdsIn<Row['path']>] extends [never]
	? { ids?: undefined }
	: { ids: Record<IdsIn<Row['path']>, string> };

/** What a call is made with: the IDs of its path, the query by the nodes' names, the body as CXone wants it. */
export type Asked<Name extends CallName> = Name extends CallName
	? IdsOf<(typeof CALLS)[Name]> & QueryOf<(typeof CALLS)[Name]> & { body?: object }
	: never;

/** The calls that read interactions from Media Playback. */
export type PlaybackCall = 'getContact' | 'getSegment' | 'getStatement';

/** The row of a call, with all that any call may have. */
export function rowOf(name: CallName): Call {
	return CALLS[name];
}

/** What CXone means by a status, where it means something special; undefined elsewhere. */
export function adviceOf(name: CallName, status: number): Advice | undefined {
	const { advice, permission, unknown }: Call = CALLS[name];
	return (
		advice?.[status] ?? (status === 403 ? mayNot(permission) : status >= 500 ? unknown : undefined)
	);
}
