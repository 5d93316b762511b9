import type { Advice } from '../http/errors';

/** What a 403 of GIR can mean: it has four different ones. */
export const FORBIDDEN = {
	role: {
		message: 'The signed-in GIR user does not have the role this needs',
		description:
			"Reading recordings needs Administrator or Supervisor, media also Agent, and deleting Administrator. Roles stand in section 'htcc', key 'roles' of the person in Genesys Configuration; the contact center also needs the feature 'api-supervisor-recording'.",
		reason: 'girRole',
	},
	media: {
		message: 'GIR did not hand out the media file',
		description:
			"The contact center needs the features 'api-supervisor-recording' and 'api-recordings-decryption-proxying' and a 'Local Decrypt URI Prefix'; for encrypted recordings the user's role also needs the privilege 'Decrypt a Recording'.",
		// The next recording may be one that is not encrypted.
		scope: 'item',
	},
	masked: {
		message: 'GIR does not allow to search by a field whose values it hides from this user',
		description:
			"Caller number, dialed number, user name or user data is listed under the privacy settings 'metadata.privacy.agent_fields' or 'metadata.privacy.customer_fields'. Search by time or labels, or use a credential with the role Administrator.",
	},
	csrf: {
		message: 'GIR asked for a CSRF token and did not accept the one it gave out',
		description:
			'A proxy or load balancer between n8n and GIR may drop cookies or headers. Ask its administrator to let JSESSIONID and X-CSRF-TOKEN through.',
	},
} as const satisfies Record<string, Advice>;

export const NO_RECORDING: Advice = {
	message: 'GIR has no recording with this ID, or does not show it to this user',
	description:
		'Check the recording ID. It may be deleted, or belong to an access group or partition this user cannot see.',
};

export const PROTECTION: Advice = {
	message: 'The signed-in GIR user may not change the protection of recordings',
	description:
		"Administrators may; Supervisors and Agents need the recording permission 'RECORDING_PERMISSION_APPLY_NON_DELETE', or its counterpart for ending the protection.",
};

/** A recording is protected; also said where a server tells it only when asked to delete. */
export const PROTECTED: Advice = {
	message: 'The recording is protected from deletion',
	description: 'It was not deleted.',
	reason: 'isProtected',
};

/**
 * What to say of a deletion without a clear answer.
 *
 * @param shown whether GIR still showed the recording when asked afterwards; undefined where it could not be asked
 */
export function deletionUnknown(id: string, shown: boolean | undefined): Advice {
	const stillThere =
		'Asked again, GIR still showed it: look later, and delete it again if it is still there.';
	const goneFromSight =
		'Asked again, GIR did not show it any more; media files may be left all the same.';
	const notAsked = 'GIR could not be asked again.';
	const seen = shown === undefined ? notAsked : shown ? stillThere : goneFromSight;
	return {
		message: `It is not known whether GIR has deleted recording ${id}`,
		description: `GIR was asked to delete it and gave no clear answer, so all, some or none of it may be gone. ${seen} If this keeps happening, ask the GIR administrator to check its media.`,
		...(shown === undefined && { reason: 'lookAgain' }),
	};
}

/** What to say where something else than GIR answered a change of protection. */
export const PROTECTION_UNKNOWN: Advice = {
	message: 'It is not known whether GIR has changed the protection of the recording',
	description: 'Something else than GIR answered.',
	reason: 'protectionUnknown',
};
