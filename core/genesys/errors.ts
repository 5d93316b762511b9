import type { Advice } from '../http/errors';
import { quote } from '../http/redact';
import type { Reply } from '../http/retry';

const FORBIDDEN: Record<string, Advice> = {
	role: {
		message: 'The signed-in GIR user does not have the role this needs',
		description:
			"Search and Get by ID need Administrator or Supervisor, media also Agent, and deleting Administrator. Roles stand in section 'htcc', key 'roles' of the person in Genesys Configuration; the contact center also needs the feature 'api-supervisor-recording'.",
	},
	media: {
		message: 'GIR did not hand out the media file',
		description:
			"The contact center needs the features 'api-supervisor-recording' and 'api-recordings-decryption-proxying' and a 'Local Decrypt URI Prefix'; for encrypted recordings the user's role also needs the privilege 'Decrypt a Recording'.",
	},
	masked: {
		message: 'GIR does not allow to search by a field whose values it hides from this user',
		description:
			"Caller number, dialed number, user name or user data is listed under the privacy settings 'metadata.privacy.agent_fields' or 'metadata.privacy.customer_fields'. Search by time or labels, or use a credential with the role Administrator.",
	},
	csrf: {
		message: 'GIR asked for a CSRF token and did not accept the one it gave out',
		description: 'A proxy or load balancer between n8n and GIR may drop cookies or headers. Ask its administrator to let JSESSIONID and X-CSRF-TOKEN through.',
	},
};

const ADVICE: Record<string, Record<number, Advice>> = {
	searchRecordings: {
		400: {
			message: 'GIR did not understand the search',
			description: 'Check the filters of this node; at least one must be set, and times must be dates.',
		},
	},
	getRecording: {
		404: {
			message: 'GIR has no recording with this ID, or does not show it to this user',
			description: 'Check the recording ID. It may be deleted, or belong to a group or partition this user cannot see.',
		},
	},
	getMedia: {
		404: {
			message: 'GIR has no such media file, or does not show it to this user',
			description: 'The recording may have been purged since it was found. Search for it again.',
		},
		500: {
			message: 'GIR could not decrypt or read the media file',
			description: 'Ask the GIR administrator to check the Recording Crypto Server and the storage of the recording.',
		},
	},
};

/** GIR's advice for an answer: HTTP status first, then what the text tells of the cause. A 403 has four different ones. */
export function adviseGir(operation: string, reply: Reply): Advice | undefined {
	if (reply.status === 403) {
		const said = quote(reply.body).toLowerCase();
		if (said.includes('csrf')) return FORBIDDEN.csrf;
		if (/priva|mask|hidden|not allowed.*(parameter|query)/.test(said)) return FORBIDDEN.masked;
		return operation === 'getMedia' ? FORBIDDEN.media : FORBIDDEN.role;
	}
	return ADVICE[operation]?.[reply.status];
}
