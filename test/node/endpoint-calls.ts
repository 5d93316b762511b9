import type { INodeParameters, INodeType } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { runNode, type NodeResult } from './engine';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { ServerName, Simulator } from '../../simulator';

/** How a person reaches an endpoint: which node, set up how, and where its requests arrive. */
export interface EndpointCall {
	node: () => INodeType;
	parameters: INodeParameters;
	credentials: 'cxone' | 'cxoneOAuth2' | 'genesys';
	server: ServerName;
	method: 'GET' | 'POST' | 'DELETE';
	path: RegExp;
	/** What the service says along with a status. */
	body: (status: number) => object;
}

const ACD_CALL_ID = '512340009871';
const RECORDING_ID = '5b0c7d1e-0000-4000-8000-000000000001';
const GIR_ID = '011AP643CSAPR4FKQGQE31TAES000201';

const playback = (
	node: () => INodeType,
	parameters: INodeParameters,
	path: RegExp,
): EndpointCall => ({
	node,
	parameters,
	credentials: 'cxone',
	server: 'cxone',
	method: 'GET',
	path,
	body: (status) => ({ internalCode: `MP-${status}`, message: `Media Playback ${status}` }),
});
const control = (operation: string, path: string): EndpointCall => ({
	node: () => new RecordControl(),
	parameters: { operation, userId: 'agent-1' },
	credentials: 'cxone',
	server: 'cxone',
	method: operation === 'getRecordingStatus' ? 'GET' : 'POST',
	path: new RegExp(`/v1/interactions/${path}$`),
	body: (status) => ({
		description: `Record control ${status}`,
		contactId: '1',
		httpStatus: String(status),
	}),
});
const recordingApi = (
	node: () => INodeType,
	parameters: INodeParameters,
	path: RegExp,
): EndpointCall => ({
	node,
	parameters,
	credentials: 'cxone',
	server: 'cxone',
	method: 'GET',
	path,
	body: (status) => ({ message: `Recording API ${status}` }),
});
const extraction = (method: 'GET' | 'POST', path: RegExp): EndpointCall => ({
	node: () => new SearchRecordings(),
	parameters: {
		platform: 'cxone',
		operation: 'search',
		api: 'dataExtraction',
		returnAll: true,
		createdAfter: '2025-03-01T00:00:00Z',
		createdBefore: '2025-03-04T11:00:00Z',
		extractionWaitMinutes: 2,
	},
	credentials: 'cxone',
	server: 'cxone',
	method,
	path,
	body: (status) => ({ message: `Extraction ${status}` }),
});
const gir = (
	node: () => INodeType,
	parameters: INodeParameters,
	method: EndpointCall['method'],
	path: RegExp,
): EndpointCall => ({
	node,
	parameters,
	credentials: 'genesys',
	server: 'genesys',
	method,
	path,
	body: (status) => ({
		statusCode: { 400: 2, 403: 5, 404: 6 }[status] ?? 4,
		statusMessage: `GIR ${status}`,
	}),
});

/** Every endpoint of the vendors' texts, by the name it has in the table. */
export const CALLS: Record<string, EndpointCall> = {
	'GET /media-playback/v1/contacts': playback(
		() => new GetContact(),
		{ acdCallId: ACD_CALL_ID },
		/\/contacts$/,
	),
	'GET /media-playback/v1/segments/{segmentId}': playback(
		() => new GetSegment(),
		{ operation: 'segment', segmentId: 'seg-1' },
		/\/segments\//,
	),
	'GET /media-playback/v1/acd-contacts/{acdContactId}/statements/{statementId}': playback(
		() => new GetSegment(),
		{ operation: 'statement', acdCallId: ACD_CALL_ID, statementId: 'st-1' },
		/\/statements\//,
	),
	'POST start-recording-on-demand': control('startRecording', 'start-recording-on-demand'),
	'POST stop-recording-on-demand': control('stopRecording', 'stop-recording-on-demand'),
	'POST do-not-record': control('doNotRecord', 'do-not-record'),
	'POST mask': control('mask', 'mask'),
	'POST unmask': control('unmask', 'unmask'),
	'GET get-recording-status': control('getRecordingStatus', 'get-recording-status'),
	'POST /api/v2/oauth/token': {
		...recordingApi(
			() => new SearchRecordings(),
			{ platform: 'cxone', authentication: 'oAuth2', operation: 'get', recordingId: RECORDING_ID },
			/oauth\/token$/,
		),
		credentials: 'cxoneOAuth2',
		method: 'POST',
		body: () => ({ error: 'invalid_client', error_description: 'The client is not known' }),
	},
	'GET /api/v2/recording/search': recordingApi(
		() => new SearchRecordings(),
		{ platform: 'cxone', operation: 'search', returnAll: true },
		/recording\/search$/,
	),
	'GET /api/v2/recording/{recordingId}': recordingApi(
		() => new SearchRecordings(),
		{ platform: 'cxone', operation: 'get', recordingId: RECORDING_ID },
		/recording\/5b0c[^/]*$/,
	),
	'GET /api/v2/recording/{recordingId}/download': recordingApi(
		() => new DownloadMedia(),
		{ platform: 'cxone', source: 'id', identifier: 'recordingId', recordingId: RECORDING_ID },
		/\/download$/,
	),
	'POST /data-extraction/v1/jobs': extraction('POST', /jobs$/),
	'GET /data-extraction/v1/jobs/{jobId}': extraction('GET', /jobs\/.+/),
	'GET /api/v2/recordings': gir(
		() => new SearchRecordings(),
		{
			platform: 'genesys',
			operation: 'search',
			returnAll: true,
			startedAfter: '2000-01-01T00:00:00Z',
			filters: { callerNumber: '*0100' },
		},
		'GET',
		/recordings$/,
	),
	'GET /api/v2/recordings/{recordingId}': gir(
		() => new SearchRecordings(),
		{ platform: 'genesys', operation: 'get', recordingId: GIR_ID },
		'GET',
		/recordings\/0/,
	),
	'GET /api/v2/recordings/{recordingId}/decrypt/{mediaUUID}.mp3': gir(
		() => new DownloadMedia(),
		{ platform: 'genesys', source: 'id', recordingId: GIR_ID },
		'GET',
		/\/decrypt\//,
	),
	'DELETE /api/v2/recordings/{recordingId}': gir(
		() => new DeleteRecording(),
		{ operation: 'delete', dryRun: false, recordingId: GIR_ID },
		'DELETE',
		/recordings\/0/,
	),
	'POST /api/v2/recordings/{recordingId} applyNonDelete': gir(
		() => new DeleteRecording(),
		{ operation: 'protect', recordingId: GIR_ID },
		'POST',
		/recordings\/0/,
	),
};

/** What the calls above find when nothing goes wrong. */
export function seed(simulator: Simulator): void {
	simulator.cxone.contacts.add({
		acdCallId: ACD_CALL_ID,
		interactions: [
			{
				kind: 'call',
				startTime: '2025-03-03T10:00:00Z',
				segments: [{ segmentId: 'seg-1', statementIds: ['st-1'] }],
				media: { voice: { file: 'voice.mp4' } },
			},
		],
	});
	simulator.cxone.recordings.add({ recordingId: RECORDING_ID });
	simulator.cxone.recordControl.calls.add({ contactId: '1', userIds: ['agent-1'] });
	simulator.genesys.recordings.add({
		id: GIR_ID,
		callerPhoneNumber: '+15550100',
		media: [{ source: { file: 'inbound.mp3' }, encrypted: true }],
	});
}

/** Calls an endpoint whose every answer has this status; 200 is left to the simulated service. */
export async function answered(
	name: string,
	status: number,
	simulator: Simulator,
): Promise<NodeResult> {
	const call = CALLS[name];
	if (status !== 200) {
		simulator.faults.add({
			server: call.server,
			method: call.method,
			path: call.path,
			times: 1_000,
			effect: { kind: 'status', status, body: call.body(status) },
		});
	}
	return await runNode({
		nodeType: call.node(),
		parameters: call.parameters,
		credentials: credentialsFor(simulator)[call.credentials],
	});
}
