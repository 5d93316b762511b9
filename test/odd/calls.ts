import type { INodeParameters, INodeType } from 'n8n-workflow';

import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { Simulator } from '../../simulator';

/** A vendor's call as a node makes it, and an honest answer to it. */
export interface OddCall {
	node: () => INodeType;
	/** For an input item with an `id`. */
	parameters: INodeParameters;
	credentials: 'cxone' | 'genesys';
	method: 'GET' | 'POST' | 'DELETE';
	/** Where the request of an ID arrives, tried on path and query. */
	path: (id: string) => RegExp;
	/** Every member that the node reads, and some that it does not. Texts are all different. */
	honest: (id: string, simulator: Simulator) => object;
	/** Without these members an answer is none. */
	required?: readonly string[];
	/** Members that hold one of the vendor's own words. */
	words?: readonly string[];
	/** Members of the item that repeat those as they came. */
	repeated?: readonly string[];
	/** What must be there for the calls before and behind it. */
	seed?: (simulator: Simulator, id: string) => void;
	/** Whether it is a command: an answer that cannot be read leaves open what was done. */
	isCommand?: boolean;
	/** Whether another call has the same form, so that one odd value more there says nothing new. */
	sameForm?: boolean;
	/** Bodies that are a success here, against the rule: what a command says is not published. */
	fine?: readonly string[];
}

/** A list of recordings, and the row that stands for the honest ones. */
export interface OddList {
	platform: 'cxone' | 'genesys';
	parameters: INodeParameters;
	path: string;
	row: (id: string) => object;
	page: (rows: unknown[]) => object;
	required: readonly string[];
	words: readonly string[];
}

/** Objects of the media store that answers lead to: a recording, and a list of Data Extraction. */
export const VOICE = 'voice.wav';
export const LIST = 'list.csv';

const cxoneRecording = (id: string) => ({
	recordingId: id,
	status: 'Available',
	createdDate: '2025-03-03T10:02:00.000Z',
	startTime: '2025-03-03T10:00:00.120Z',
	endTime: '2025-03-03T10:01:05.000Z',
	durationSeconds: 65,
	direction: 'Inbound',
	mediaType: 'voice-only',
	ani: '15550100',
	dnis: '+18005550199',
	agents: [{ agentId: '4711', agentName: 'Kim Öst' }],
	contactId: '512340009871',
	segmentId: '7a01',
	availableChannels: ['combined'],
	labels: ['vip'],
	legalHold: { by: 'nobody reads this' },
});

const girRecording = (id: string) => ({
	id,
	callerPhoneNumber: '15550100',
	dialedPhoneNumber: '+18005550199',
	startTime: '2025-03-03T10:00:00.120+0000',
	stopTime: '2025-03-03T10:01:05.000+0000',
	callType: 'Inbound',
	nonDelete: false,
	screenRecording: true,
	mediaFiles: [
		{
			playPath: `/recordings/${id}/play/media-1.mp3`,
			callUUID: 'CALL-1',
			startTime: '2025-03-03T10:00:00.120+0000',
			stopTime: '2025-03-03T10:01:05.000+0000',
			type: 'audio/mp3',
			duration: '64880',
			size: '4521',
			masks: [{ time: '2025-03-03T10:00:10.000Z', type: 'paused' }],
			mediaId: 'nobody reads this',
			parameters: { 'rp.speechminer_auth': 'rpUser:PW-OF-THE-SERVER' },
		},
	],
	eventHistory: [
		{
			occurredAt: '2025-03-03T10:00:00.120+0000',
			event: 'Joined',
			contact: {
				type: 'User',
				userName: 'kosei',
				firstName: 'Kim',
				lastName: 'Öst',
				phoneNumber: '7001',
			},
			data: { added: { orderNumber: '1009' } },
		},
	],
	labels: [
		{
			id: 'L1',
			name: 'vip',
			type: 'custom',
			createTime: '2025-03-03T10:02:00.000+0000',
			createUser: 'lee',
		},
	],
	region: 'europe',
});

const contact = (link: string) => (id: string) => ({
	contactId: '3f0b9a52',
	acdcontactId: `${id}`,
	elevatedInteraction: true,
	interactions: [
		{
			'@type': 'call',
			mediaType: 'voice-only',
			channelType: 'PHONE_CALL',
			startTime: '2025-03-03T10:00:00.120Z',
			endTime: '2025-03-03T10:01:05.000Z',
			data: {
				startTime: '2025-03-03T10:00:00.120Z',
				endTime: '2025-03-03T10:01:05.000Z',
				fileToPlayUrl: link,
				participantDataList: [
					{
						participantType: 'AGENT',
						agentName: 'Kim Öst',
						participantId: '11',
						userId: '12',
						segmentId: '7a02',
						channel: 0,
						actions: [{ timeStamp: '2025-03-03T10:00:05.000Z', action: 'Reply' }],
						voiceStages: [
							{
								stageType: 'MASK',
								startTime: '2025-03-03T10:00:10.000Z',
								endTime: '2025-03-03T10:00:20.000Z',
							},
						],
					},
				],
				participants: [{ participantType: 'CUSTOMER', participantName: 'Ana' }],
				segmentsDataList: [
					{
						segmentId: '7a01',
						startTime: '2025-03-03T10:00:00.120Z',
						endTime: '2025-03-03T10:01:05.000Z',
						openReasonType: 'CONTACT',
						closeReasonType: 'TRANSFER',
						directionType: 'INBOUND',
						channelType: 'PHONE_CALL',
						firstSegment: true,
						customerRestricted: false,
					},
				],
				categoryMatchesList: [
					{ categoryHierarchy: ['Billing'], secondsOffsets: [41], confidence: 0.87 },
				],
				sentiments: [
					{ overallSentiment: 'MIXED', segmentStartTime: '2025-03-03T10:00:00.000Z', channel: 1 },
				],
				messages: [
					{
						participantType: 'CUSTOMER',
						participantName: 'Ana',
						text: 'Hi',
						timeStamp: '2025-03-03T10:00:01.000Z',
					},
				],
				content: {
					sentTime: '2025-03-03T10:00:02.000Z',
					from: 'ana@example.com',
					to: ['kim@example.com'],
					cc: ['lee@example.com'],
					subject: 'Order',
					body: 'Hello',
				},
				videoImageUrl: 'nobody reads this',
			},
			callTaggingList: [{ value: 'VIP' }],
			dynamicBusinessData: [{ id: 'orderNumber', value: '1009' }],
		},
	],
});

const playback = {
	credentials: 'cxone',
	method: 'GET',
	honest: contact('https://media.example.com/voice.mp4?Signature=x'),
	words: [
		'interactions[0].data.participantDataList[0].participantType',
		'interactions[0].data.participantDataList[0].voiceStages[0].stageType',
		'interactions[0].data.participants[0].participantType',
		'interactions[0].data.segmentsDataList[0].directionType',
		'interactions[0].data.sentiments[0].overallSentiment',
		'interactions[0].data.messages[0].participantType',
	],
} as const;

const ended = (id: string) => new RegExp(`[/=]${id}($|[?&])`);

const live = (operation: string, path: string): OddCall => ({
	node: () => new RecordControl(),
	parameters: { operation, userId: '={{ $json.id }}' },
	credentials: 'cxone',
	method: 'POST',
	path: (id) => new RegExp(`/v1/interactions/${path}\\?.*userId=${id}(&|$)`),
	honest: () => ({ description: 'It has begun', contactId: '512340009871', httpStatus: 'OK' }),
	isCommand: true,
	fine: ['empty', '204 without a body', 'an empty object', 'null', 'a message as a success'],
});

const toDownload: Pick<OddCall, 'node' | 'parameters' | 'credentials' | 'method' | 'seed'> = {
	node: () => new DownloadMedia(),
	parameters: {
		platform: 'cxone',
		source: 'id',
		identifier: 'recordingId',
		recordingId: '={{ $json.id }}',
	},
	credentials: 'cxone',
	method: 'GET',
	seed: ({ cxone }, id) =>
		cxone.recordings.add({ recordingId: id, contactId: '512340009871', segmentId: '7a01' }),
};

/** Calls whose answer is one thing, by the vendor's path; one of each form. */
export const ODD_CALLS: Record<string, OddCall> = {
	'GET /api/v2/recording/{recordingId}': {
		node: () => new SearchRecordings(),
		parameters: { platform: 'cxone', operation: 'get', recordingId: '={{ $json.id }}' },
		credentials: 'cxone',
		method: 'GET',
		path: (id) => new RegExp(`/api/v2/recording/${id}$`),
		honest: cxoneRecording,
		required: ['recordingId'],
		words: ['status', 'direction', 'mediaType'],
	},
	'GET /api/v2/recording/{recordingId}, to download': {
		...toDownload,
		path: (id) => new RegExp(`/api/v2/recording/${id}$`),
		honest: cxoneRecording,
		required: ['recordingId'],
		words: ['status'],
	},
	'GET /api/v2/recording/{recordingId}/download': {
		...toDownload,
		path: (id) => new RegExp(`/api/v2/recording/${id}/download(\\?|$)`),
		honest: (_id, { media }) => ({
			url: media.signedUrl(VOICE),
			contentType: 'audio/wav',
			sizeBytes: media.source(VOICE).sizeBytes,
			channel: 'combined',
		}),
		required: ['url'],
	},
	'GET /media-playback/v1/contacts': {
		...playback,
		sameForm: true,
		node: () => new GetContact(),
		parameters: { acdCallId: '={{ $json.id }}' },
		path: ended,
	},
	'GET /media-playback/v1/contacts, item by interaction': {
		...playback,
		node: () => new GetContact(),
		parameters: { acdCallId: '={{ $json.id }}', split: 'interaction' },
		path: ended,
	},
	'GET /media-playback/v1/segments/{segmentId}': {
		...playback,
		sameForm: true,
		node: () => new GetSegment(),
		parameters: { operation: 'segment', segmentId: '={{ $json.id }}' },
		path: (id) => new RegExp(`/segments/${id}(\\?|$)`),
	},
	'GET /media-playback/v1/acd-contacts/{acdContactId}/statements/{statementId}': {
		...playback,
		sameForm: true,
		node: () => new GetSegment(),
		parameters: { operation: 'statement', acdCallId: '9', statementId: '={{ $json.id }}' },
		path: (id) => new RegExp(`/statements/${id}(\\?|$)`),
	},
	'GET get-recording-status': {
		node: () => new RecordControl(),
		parameters: { operation: 'getRecordingStatus', userId: '={{ $json.id }}' },
		credentials: 'cxone',
		method: 'GET',
		path: (id) => new RegExp(`/get-recording-status\\?.*userId=${id}(&|$)`),
		honest: () => ({
			contactId: '512340009871',
			segmentId: '7a01',
			interactionId: 'i-1',
			statusReason: 'Mask',
			recordingStatusToAgent: 'Recording',
			recordingStatusFromAgent: 'Stopped',
		}),
		words: ['statusReason', 'recordingStatusToAgent'],
		repeated: ['statusReason', 'recordingStatus'],
	},
	'POST mask': live('mask', 'mask'),
	'POST start-recording-on-demand': {
		...live('startRecording', 'start-recording-on-demand'),
		sameForm: true,
	},
	'GET /api/v2/recordings/{recordingId}': {
		node: () => new SearchRecordings(),
		parameters: { platform: 'genesys', operation: 'get', recordingId: '={{ $json.id }}' },
		credentials: 'genesys',
		method: 'GET',
		path: ended,
		honest: girRecording,
		required: ['id'],
		words: ['callType', 'eventHistory[0].contact.type'],
	},
	'GET /api/v2/recordings/{recordingId}, to delete': {
		node: () => new DeleteRecording(),
		parameters: {
			operation: 'delete',
			dryRun: true,
			maximumDeletions: 10_000,
			recordingId: '={{ $json.id }}',
		},
		credentials: 'genesys',
		method: 'GET',
		path: ended,
		honest: girRecording,
		// What may be protected is not deleted.
		required: ['id', 'nonDelete'],
	},
	'DELETE /api/v2/recordings/{recordingId}': {
		node: () => new DeleteRecording(),
		parameters: {
			operation: 'delete',
			dryRun: false,
			maximumDeletions: 10_000,
			recordingId: '={{ $json.id }}',
		},
		credentials: 'genesys',
		method: 'DELETE',
		path: ended,
		honest: () => ({ statusCode: 0 }),
		required: ['statusCode'],
		seed: ({ genesys }, id) => genesys.recordings.add({ id }),
		isCommand: true,
	},
	'POST /api/v2/recordings/{recordingId}': {
		node: () => new DeleteRecording(),
		parameters: { operation: 'protect', recordingId: '={{ $json.id }}' },
		credentials: 'genesys',
		method: 'POST',
		path: ended,
		honest: () => ({ statusCode: 0 }),
		required: ['statusCode'],
		isCommand: true,
	},
	'GET /data-extraction/v1/jobs/{jobId}': {
		node: () => new SearchRecordings(),
		parameters: {
			platform: 'cxone',
			operation: 'search',
			api: 'dataExtraction',
			createdAfter: '2025-03-01',
			extractionOptions: { jobIds: '={{ $json.id }}' },
		},
		credentials: 'cxone',
		method: 'GET',
		path: (id) => new RegExp(`/jobs/${id}$`),
		honest: (id, { media }) => ({
			jobStatus: {
				id,
				status: 'SUCCEEDED',
				result: { url: media.signedUrl(LIST), errorMessage: null },
			},
		}),
		required: ['jobStatus', 'jobStatus.status', 'jobStatus.result', 'jobStatus.result.url'],
		words: ['jobStatus.status'],
	},
};

/** Calls whose answer is a page of a list. */
export const ODD_LISTS: Record<string, OddList> = {
	'GET /api/v2/recording/search': {
		platform: 'cxone',
		parameters: {
			platform: 'cxone',
			operation: 'search',
			returnAll: true,
			whenProcessing: 'include',
		},
		path: '/api/v2/recording/search',
		row: cxoneRecording,
		page: (recordings) => ({ recordings, nextPageToken: null, totalCount: recordings.length }),
		required: ['recordingId'],
		words: ['status', 'direction', 'mediaType'],
	},
	'GET /api/v2/recordings': {
		platform: 'genesys',
		parameters: {
			platform: 'genesys',
			operation: 'search',
			returnAll: true,
			whenProcessing: 'include',
			startedAfter: '2020-01-01',
		},
		path: '/api/v2/recordings',
		row: girRecording,
		page: (recordings) => ({ statusCode: 0, recordings, totalCount: recordings.length }),
		required: ['id'],
		words: ['callType', 'eventHistory[0].contact.type'],
	},
};
