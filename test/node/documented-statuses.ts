/** What a person sees for one answer of one endpoint; an answer without words is a success. */
export interface Sight {
	message?: string;
	/** What the description says to do next; the service's own words and the status follow it. */
	description?: string;
}

/** The endpoints of one vendor text, and the statuses it gives for each. */
export interface DocumentedEndpoint {
	text: string;
	endpoint: string;
	statuses: Record<number, Sight>;
}

const SEEN: Sight = {};

/**
 * Every endpoint and status that the vendors' texts give, with what the nodes make of it. 401 stands in the table for the
 * credential as a whole; 429 for the request limits that the texts state.
 */
export const DOCUMENTED: DocumentedEndpoint[] = [
	{
		text: 'Media Playback APIs',
		endpoint: 'GET /media-playback/v1/contacts',
		statuses: {
			200: SEEN,
			202: {
				message: 'CXone is still preparing this interaction',
				description: 'Try again in a few minutes.',
			},
			400: {
				message: 'CXone did not understand the request to get a contact',
				description:
					'Check the values of this node: an identifier, a date or a filter has a form the service does not accept.',
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to get a contact',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not play back recordings',
				description:
					"Its role needs the permission 'Search & Playback > Player > Play/download recordings: Play Any', and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'.",
			},
			404: {
				message: 'CXone found no interaction for this ACD call ID',
				description:
					'Check that it is the ACD call ID (on CXone ACD: the master contact ID), not a contact or segment ID. The call may also not have been recorded, be deleted or archived; and calls recorded before December 13, 2018 cannot be found this way.',
			},
			425: {
				message: 'CXone is still busy with an earlier request for this interaction',
				description: 'Try again in a few minutes.',
			},
			500: {
				message: 'CXone could not get a contact just now (HTTP 500)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
			504: {
				message: 'CXone could not get a contact just now (HTTP 504)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
		},
	},
	{
		text: 'Media Playback APIs',
		endpoint: 'GET /media-playback/v1/segments/{segmentId}',
		statuses: {
			200: SEEN,
			202: {
				message: 'CXone is still preparing this interaction',
				description: 'Try again in a few minutes.',
			},
			400: {
				message: 'CXone did not understand the request to get a segment',
				description:
					'Check the values of this node: an identifier, a date or a filter has a form the service does not accept.',
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to get a segment',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not play back recordings',
				description:
					"Its role needs the permission 'Search & Playback > Player > Play/download recordings: Play Any', and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'.",
			},
			404: {
				message: 'CXone found no segment with this ID in active storage',
				description:
					'Check the segment ID. A segment in long-term storage must be moved to active storage in CXone before it can be read.',
			},
			425: {
				message: 'CXone is still busy with an earlier request for this interaction',
				description: 'Try again in a few minutes.',
			},
			500: {
				message: 'CXone could not get a segment just now (HTTP 500)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
			504: {
				message: 'CXone could not get a segment just now (HTTP 504)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
		},
	},
	{
		text: 'Media Playback APIs',
		endpoint: 'GET /media-playback/v1/acd-contacts/{acdContactId}/statements/{statementId}',
		statuses: {
			200: SEEN,
			202: {
				message: 'CXone is still preparing this interaction',
				description: 'Try again in a few minutes.',
			},
			400: {
				message: 'CXone did not understand the request to get a statement',
				description:
					'Check the values of this node: an identifier, a date or a filter has a form the service does not accept.',
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to get a statement',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not play back recordings',
				description:
					"Its role needs the permission 'Search & Playback > Player > Play/download recordings: Play Any', and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'.",
			},
			404: {
				message: 'CXone found no such statement',
				description:
					'Check the ACD call ID (on CXone ACD: the master contact ID) and the statement ID.',
			},
			425: {
				message: 'CXone is still busy with an earlier request for this interaction',
				description: 'Try again in a few minutes.',
			},
			500: {
				message: 'CXone could not get a statement just now (HTTP 500)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
			504: {
				message: 'CXone could not get a statement just now (HTTP 504)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
		},
	},
	{
		text: 'Media Playback: usage, licensing and rate limiting',
		endpoint: 'GET /media-playback/v1/contacts',
		statuses: {
			429: {
				message: 'CXone received too many requests and refused to get a contact',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Media Playback: usage, licensing and rate limiting',
		endpoint: 'GET /media-playback/v1/segments/{segmentId}',
		statuses: {
			429: {
				message: 'CXone received too many requests and refused to get a segment',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Media Playback: usage, licensing and rate limiting',
		endpoint: 'GET /media-playback/v1/acd-contacts/{acdContactId}/statements/{statementId}',
		statuses: {
			429: {
				message: 'CXone received too many requests and refused to get a statement',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Record on Demand APIs',
		endpoint: 'POST start-recording-on-demand',
		statuses: {
			200: SEEN,
			202: SEEN,
			400: {
				message: 'CXone did not understand the command',
				description: "Check 'User ID'.",
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to start recording',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not control recordings',
				description:
					"Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
			409: {
				message: 'CXone cannot start recording this call',
				description:
					"Its state does not allow it; most likely the customer declined to be recorded, which holds for the whole contact. 'Get Recording Status' tells.",
			},
			425: {
				message: 'CXone is still busy with an earlier command to this call',
				description:
					"Nothing was changed. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
			},
			500: {
				message: 'It is not known whether CXone has started recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
			504: {
				message: 'It is not known whether CXone has started recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
		},
	},
	{
		text: 'Record on Demand APIs',
		endpoint: 'POST stop-recording-on-demand',
		statuses: {
			200: SEEN,
			202: SEEN,
			400: {
				message: 'CXone did not understand the command',
				description: "Check 'User ID'.",
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to stop recording',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not control recordings',
				description:
					"Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
			409: {
				message: 'CXone cannot stop recording this call',
				description:
					"Its state does not allow it; most likely nothing is being recorded. 'Get Recording Status' tells.",
			},
			425: {
				message: 'CXone is still busy with an earlier command to this call',
				description:
					"Nothing was changed. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
			},
			500: {
				message: 'It is not known whether CXone has stopped recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
			504: {
				message: 'It is not known whether CXone has stopped recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
		},
	},
	{
		text: 'Record on Demand APIs',
		endpoint: 'POST do-not-record',
		statuses: {
			200: SEEN,
			202: SEEN,
			400: {
				message: 'CXone did not understand the command',
				description: "Check 'User ID'.",
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to not record this contact',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not control recordings',
				description:
					"Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
			409: {
				message: 'CXone cannot bar this contact from being recorded',
				description:
					"The state of the call does not allow it, and it may still be recorded. 'Get Recording Status' tells.",
			},
			425: {
				message: 'CXone is still busy with an earlier command to this call',
				description:
					"Nothing was changed. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
			},
			500: {
				message: 'It is not known whether CXone has barred this contact from being recorded',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
			504: {
				message: 'It is not known whether CXone has barred this contact from being recorded',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
		},
	},
	{
		text: 'CXone help, mask and unmask',
		endpoint: 'POST mask',
		statuses: {
			200: SEEN,
			202: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to mask the recording',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not mask recordings',
				description:
					"Its role needs the permission 'Search & Playback > APIs > Multi-ACD Masking API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
			422: {
				message: 'CXone does not mask internal calls',
				description:
					'Both sides of this call are agents. Stop recording instead if it must not be kept.',
			},
			425: {
				message: 'CXone is still busy with an earlier command to this call',
				description:
					"Nothing was changed. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
			},
			500: {
				message: 'It is not known whether CXone has masked the recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
			504: {
				message: 'It is not known whether CXone has masked the recording',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
		},
	},
	{
		text: 'CXone help, mask and unmask',
		endpoint: 'POST unmask',
		statuses: {
			200: SEEN,
			202: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to unmask the recording',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not mask recordings',
				description:
					"Its role needs the permission 'Search & Playback > APIs > Multi-ACD Masking API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
			422: {
				message: 'CXone does not mask internal calls',
				description: 'Both sides of this call are agents, so there is no masking to end.',
			},
			425: {
				message: 'CXone is still busy with an earlier command to this call',
				description:
					"Nothing was changed. Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
			},
			500: {
				message: 'It is not known whether CXone has ended the masking',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
			504: {
				message: 'It is not known whether CXone has ended the masking',
				description:
					"The node did not send the command again, because it may have been carried out. Use 'Get Recording Status' for this user, then decide.",
			},
		},
	},
	{
		text: 'CXone help, mask and unmask',
		endpoint: 'GET get-recording-status',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to tell the recording status',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not see the recording status',
				description:
					"Its role needs the permission 'Interactions Hub > APIs > Multi-ACD Record on Demand API' or 'Search & Playback > APIs > Multi-ACD Masking API'.",
			},
			404: {
				message: 'CXone found no live interaction for this user ID',
				description: "Check that it is the agent's user ID and that the agent is on a call now.",
			},
		},
	},
	{
		text: 'Downloading Call Recordings Programmatically via the NICE CXone API',
		endpoint: 'POST /api/v2/oauth/token',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone gave no token for this client ID and secret',
				description: 'Open the credential and check client ID, client secret, scope and area.',
			},
		},
	},
	{
		text: 'Downloading Call Recordings Programmatically via the NICE CXone API',
		endpoint: 'GET /api/v2/recording/search',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to search recordings',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not read recordings',
				description:
					"Its role needs the permission 'Recording > Read'. With OAuth2, the scope 'recording:read' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.",
			},
			404: {
				message: 'This tenant does not offer the Recording API',
				description:
					"Data Extraction, which needs a CXone Access Key API credential, lists recordings, too. If the tenant should have the Recording API, check area or base URL in the credential. Set 'API' to 'Data Extraction'.",
			},
			429: {
				message: 'CXone received too many requests and refused to search recordings',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Downloading Call Recordings Programmatically via the NICE CXone API',
		endpoint: 'GET /api/v2/recording/{recordingId}',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to get a recording',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not read recordings',
				description:
					"Its role needs the permission 'Recording > Read'. With OAuth2, the scope 'recording:read' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.",
			},
			404: {
				message: 'CXone has no recording with this ID',
				description:
					'Check the recording ID. It may also have been deleted at the end of its retention period.',
			},
			429: {
				message: 'CXone received too many requests and refused to get a recording',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Downloading Call Recordings Programmatically via the NICE CXone API',
		endpoint: 'GET /api/v2/recording/{recordingId}/download',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to give a download link',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not download recordings',
				description:
					"Its role needs the permission 'Recording > Download'. With OAuth2, the scope 'recording:download' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.",
			},
			404: {
				message: 'CXone has no media for this recording ID',
				description:
					'Check the recording ID. It may also have been deleted at the end of its retention period.',
			},
			429: {
				message: 'CXone received too many requests and refused to give a download link',
				description: 'Lower the request budget in the credential, or run fewer workflows at once.',
			},
		},
	},
	{
		text: 'Search, Playback, and Delete API',
		endpoint: 'GET /api/v2/recordings',
		statuses: {
			200: SEEN,
			401: {
				message: 'GIR did not accept the sign-in when asked to search recordings',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in GIR user does not have the role this needs',
				description:
					"Reading recordings needs Administrator or Supervisor, media also Agent, and deleting Administrator. Roles stand in section 'htcc', key 'roles' of the person in Genesys Configuration; the contact center also needs the feature 'api-supervisor-recording'.",
			},
		},
	},
	{
		text: 'Search, Playback, and Delete API',
		endpoint: 'GET /api/v2/recordings/{recordingId}',
		statuses: {
			200: SEEN,
			403: {
				message: 'The signed-in GIR user does not have the role this needs',
				description:
					"Reading recordings needs Administrator or Supervisor, media also Agent, and deleting Administrator. Roles stand in section 'htcc', key 'roles' of the person in Genesys Configuration; the contact center also needs the feature 'api-supervisor-recording'.",
			},
			404: {
				message: 'GIR has no recording with this ID, or does not show it to this user',
				description:
					'Check the recording ID. It may be deleted, or belong to an access group or partition this user cannot see.',
			},
			500: {
				message: 'GIR could not get a recording just now (HTTP 500)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
		},
	},
	{
		text: 'Search, Playback, and Delete API',
		endpoint: 'GET /api/v2/recordings/{recordingId}/decrypt/{mediaUUID}.mp3',
		statuses: {
			200: SEEN,
			403: {
				message: 'GIR did not hand out the media file',
				description:
					"The contact center needs the features 'api-supervisor-recording' and 'api-recordings-decryption-proxying' and a 'Local Decrypt URI Prefix'; for encrypted recordings the user's role also needs the privilege 'Decrypt a Recording'.",
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
	{
		text: 'Search, Playback, and Delete API',
		endpoint: 'DELETE /api/v2/recordings/{recordingId}',
		statuses: {
			200: SEEN,
			403: {
				message: 'The signed-in GIR user does not have the role this needs',
				description:
					"Reading recordings needs Administrator or Supervisor, media also Agent, and deleting Administrator. Roles stand in section 'htcc', key 'roles' of the person in Genesys Configuration; the contact center also needs the feature 'api-supervisor-recording'.",
			},
			404: {
				message: 'GIR has no recording with this ID, or does not show it to this user',
				description:
					'Check the recording ID. It may be deleted, or belong to an access group or partition this user cannot see.',
			},
			500: {
				message:
					'It is not known whether GIR has deleted recording 011AP643CSAPR4FKQGQE31TAES000201',
				description:
					'GIR was asked to delete it and gave no clear answer, so all, some or none of it may be gone. Asked again, GIR still showed it: look later, and delete it again if it is still there.',
			},
			503: {
				message: "GIR's recording database is read-only, so nothing was deleted",
				description:
					'Trying again soon does not help. Ask the GIR administrator when the database takes changes again.',
			},
		},
	},
	{
		text: 'Genesys, Non-Deletion API',
		endpoint: 'POST /api/v2/recordings/{recordingId} applyNonDelete',
		statuses: {
			200: SEEN,
			400: {
				message: 'This GIR server does not know how to protect a recording from deletion',
				description:
					'It needs version 8.5.214 or later with the Non-Deletion API and schema version 2.',
			},
			403: {
				message: 'The signed-in GIR user may not change the protection of recordings',
				description:
					"Administrators may; Supervisors and Agents need the recording permission 'RECORDING_PERMISSION_APPLY_NON_DELETE', or its counterpart for ending the protection.",
			},
			404: {
				message: 'GIR has no recording with this ID, or does not show it to this user',
				description:
					'Check the recording ID. It may be deleted, or belong to an access group or partition this user cannot see.',
			},
			500: {
				message: 'GIR could not protect a recording from deletion just now (HTTP 500)',
				description: 'The trouble is on the side of the service. Try again later.',
			},
		},
	},
	{
		text: 'CXone help, Data Extraction API',
		endpoint: 'POST /data-extraction/v1/jobs',
		statuses: {
			200: SEEN,
			400: {
				message: 'CXone did not understand what to extract',
				description:
					"Versions 7 to 12 of the metadata are in use; a tenant may know only some of them. Check 'Metadata Version' under 'Options', and the dates.",
			},
			401: {
				message: 'CXone did not accept the sign-in when asked to extract metadata',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'CXone is busy with another extraction',
				description:
					"The node waited 2 minutes. CXone runs one extraction of a tenant at a time: try again later. You can also raise 'Wait at Most (Minutes)'.",
			},
		},
	},
	{
		text: 'CXone help, Data Extraction API',
		endpoint: 'GET /data-extraction/v1/jobs/{jobId}',
		statuses: {
			200: SEEN,
			401: {
				message: 'CXone did not accept the sign-in when asked to tell how the extraction is going',
				description:
					'Open the credential, check the key or user name and its secret, and save it: n8n tests it at once.',
			},
			403: {
				message: 'The signed-in CXone account may not extract metadata',
				description:
					"Its role needs the permission 'Search & Playback > APIs > Extract Interaction Metadata'.",
			},
			404: {
				message: 'CXone has no extraction job with this ID',
				description:
					'Check the job ID. Jobs are kept for a limited time; start a new search if this one is too old.',
			},
		},
	},
];
