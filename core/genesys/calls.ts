import type { IHttpRequestMethods } from 'n8n-workflow';

import { FORBIDDEN, NO_RECORDING, PROTECTED, PROTECTION } from './errors';
import { girLabelDefinitions, girRecordingReply, girSearchPage, girStatus } from './schemas';
import type { Advice } from '../http/errors';
import { quote } from '../http/redact';
import type { Reply } from '../http/retry';
import type { z } from '../vendor';

/** All that is known about one call to GIR ("Search, Playback, and Delete API", "Non-Deletion API"). */
export interface GirCall {
	method: IHttpRequestMethods;
	/** Behind the API address, with its ID in braces; none where a recording tells the path itself. */
	path?: string;
	/** What it does, in words that fit behind "asked to". */
	doing: string;
	/** What a success holds. */
	schema: z.ZodTypeAny;
	/** Whether it changes something: then it needs a CSRF token, and a success is what GIR itself says is one. */
	write?: boolean;
	/** Whether it must not be sent twice. */
	once?: boolean;
	/** Statuses that mean a lasting state here: no retry ends it. */
	final?: ReadonlySet<number>;
	/** What a status means, where it means something special. */
	advice?: Record<number, Advice>;
}

/** "The recording database is read-only" (DELETE, 503). */
export const READ_ONLY: ReadonlySet<number> = new Set([503]);

const RECORDING = '/recordings/{recordingId}';

/** Changing the protection twice is as changing it once. */
const CHANGE_PROTECTION = {
	method: 'POST',
	path: RECORDING,
	schema: girStatus,
	write: true,
	final: READ_ONLY,
} as const;

/** Every call to GIR that the nodes make. */
const CALLS = {
	searchRecordings: {
		method: 'GET',
		path: '/recordings',
		doing: 'search recordings',
		schema: girSearchPage,
		advice: {
			400: {
				message: 'GIR did not understand the search',
				description:
					'Check the filters of this node; at least one must be set, and times must be dates.',
				reason: 'girSearchRefused',
			},
		},
	},
	getRecording: {
		method: 'GET',
		path: RECORDING,
		doing: 'get a recording',
		schema: girRecordingReply,
		advice: {
			404: NO_RECORDING,
		},
	},
	listLabelDefinitions: {
		method: 'GET',
		// Not every role may list them, and not every server can.
		path: '/recording-label-definitions',
		doing: 'list the labels',
		schema: girLabelDefinitions,
	},
	/** Sent by the download engine, to the file's own `playPath`. */
	getMedia: {
		method: 'GET',
		doing: 'give out a media file',
		schema: girStatus,
		advice: {
			403: FORBIDDEN.media,
			401: {
				message: 'GIR did not accept the sign-in when asked for the media file',
				description:
					'Open the credential, check user name and password, and save it: n8n tests it at once.',
			},
			404: {
				message: 'GIR has no such media file, or does not show it to this user',
				description: 'The recording may have been purged since it was found. Search for it again.',
			},
			500: {
				message: 'GIR could not decrypt or read the media file',
				description:
					'Ask the GIR administrator to check the Recording Crypto Server and the storage of the recording.',
			},
		},
	},
	/** The recording, its screen recordings and all media files. */
	deleteRecording: {
		method: 'DELETE',
		path: RECORDING,
		doing: 'delete a recording',
		schema: girStatus,
		write: true,
		once: true,
		final: READ_ONLY,
		advice: {
			404: NO_RECORDING,
			503: {
				message: "GIR's recording database is read-only, so nothing was deleted",
				description:
					'Trying again soon does not help. Ask the GIR administrator when the database takes changes again.',
			},
		},
	},
	protectRecording: {
		...CHANGE_PROTECTION,
		doing: 'protect a recording from deletion',
		advice: {
			400: {
				message: 'This GIR server does not know how to protect a recording from deletion',
				description:
					'It needs version 8.5.214 or later with the Non-Deletion API and schema version 2.',
			},
			403: PROTECTION,
			404: NO_RECORDING,
		},
	},
	unprotectRecording: {
		...CHANGE_PROTECTION,
		doing: 'end the protection of a recording',
		advice: {
			400: {
				message: 'This GIR server does not know this name for ending the protection of a recording',
				description:
					"Look up the operation name in your server's documentation of the Non-Deletion API.",
				reason: 'otherOperationName',
			},
			403: PROTECTION,
			404: NO_RECORDING,
		},
	},
} as const satisfies Record<string, GirCall>;

export type GirCallName = keyof typeof CALLS;

/** What a success of a call holds. */
export type GirAnswer<Name extends GirCallName> = z.output<(typeof CALLS)[Name]['schema']>;

/** The row of a call, with all that any call may have. */
export function girRowOf(name: GirCallName): GirCall {
	return CALLS[name];
}

/** GIR's advice for an answer: HTTP status first, then what the text tells of the cause. A 403 has four different ones. */
export function adviseGir(name: GirCallName, reply: Reply): Advice | undefined {
	const { advice }: GirCall = CALLS[name];
	if (reply.status !== 403) return advice?.[reply.status];
	const said = quote(reply.body).toLowerCase();
	if (said.includes('csrf')) return FORBIDDEN.csrf;
	if (name === 'deleteRecording' && /protect|non-?delet/.test(said)) return PROTECTED;
	if (/priva|mask|hidden|not allowed.*(parameter|query)/.test(said)) return FORBIDDEN.masked;
	return advice?.[403] ?? FORBIDDEN.role;
}
