import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { CxoneClient, type CxoneCredentialType } from '../../core/cxone/client';
import { COMBINED, toRecording as fromCxone } from '../../core/cxone/mapping';
import { channelTask, notReady, playbackTasks, type MediaTask, type WhenChannelMissing } from '../../core/cxone/media';
import { rawRecording, type ContactReply } from '../../core/cxone/schemas';
import { transcriptOf, type Transcript, type TranscriptForm } from '../../core/cxone/transcript';
import { GirClient } from '../../core/genesys/client';
import { toRecording as fromGir } from '../../core/genesys/mapping';
import { girJobs } from '../../core/genesys/media';
import { girRecording } from '../../core/genesys/schemas';
import { withScope } from '../../core/http/scope';
import type { Transport } from '../../core/http/transport';
import { availabilityOf, statusOf, type Recording } from '../../core/recording';
import { cxoneCredentialType } from '../common/fields';
import { optionalText, requiredText } from '../common/parameters';

/** What an item is about. */
export interface Subject {
	platform: Recording['platform'];
	/** What the input item tells of the recording; undefined where the ID comes from a field. */
	recording?: Recording;
	/** Works out the files that come from it. Makes the API calls this takes, and no media request. */
	plan: () => Promise<Plan>;
}

/** The files of an item. */
export interface Plan {
	recordingId: string;
	/** What the platform told of the recording on the way. */
	recording?: Recording;
	tasks: MediaTask[];
	/** What was written in the chats and e-mails of a contact, where that was asked for. */
	transcript?: Transcript;
}

/** The clients of one execution: a credential is read and checked once, however many items there are. */
export class Clients {
	private readonly cxone = new Map<CxoneCredentialType, Promise<CxoneClient>>();
	private gir: Promise<GirClient> | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly transport: Transport,
	) {}

	/** @throws NodeOperationError when no credential is selected, or what signing in throws */
	async connectCxone(item: number): Promise<CxoneClient> {
		const type = cxoneCredentialType(this.context, item);
		assertCredential(this.context, type, 'CXone', item);
		const known = this.cxone.get(type) ?? CxoneClient.connect(this.context, type, this.transport);
		this.cxone.set(type, known);
		return await known;
	}

	/** @throws NodeOperationError when no credential is selected, or UserError when its base URL cannot be used */
	async connectGir(item: number): Promise<GirClient> {
		assertCredential(this.context, 'genesysBasicApi', 'Genesys (GIR)', item);
		this.gir ??= GirClient.connect(this.context).catch((error: Error) => {
			throw withScope(error, 'platform');
		});
		return await this.gir;
	}
}

/** Finds out what an input item asks for. Makes no request yet. */
export function subjectOf(context: IExecuteFunctions, clients: Clients, item: number): Subject {
	switch (context.getNodeParameter('source', item) as string) {
		case 'cxone':
			return { platform: 'cxone', plan: async () => await cxoneById(context, clients, item) };
		case 'genesys':
			return { platform: 'genesys', plan: async () => await girById(context, clients, item) };
		default: {
			const recording = recordingOf(context, item);
			const found = recording.platform === 'genesys' ? girFound : cxoneFound;
			return { platform: recording.platform, recording, plan: async () => await found(context, clients, recording, item) };
		}
	}
}

async function cxoneById(context: IExecuteFunctions, clients: Clients, item: number): Promise<Plan> {
	const identifier = context.getNodeParameter('identifier', item) as 'recordingId' | 'acdCallId' | 'segmentId';
	if (identifier === 'recordingId') {
		const recordingId = requiredText(context, 'recordingId', 'Recording ID', item);
		const client = await clients.connectCxone(item);
		return { recordingId, tasks: [await taskOfChannel(context, client, recordingId, item)] };
	}
	const recordingId = requiredText(context, identifier, identifier === 'acdCallId' ? 'ACD Call ID' : 'Segment ID', item);
	const mediaType = context.getNodeParameter('mediaType', item) as string;
	const client = await clients.connectCxone(item);
	return { recordingId, ...(await playback(context, client, identifier, recordingId, mediaType, item)) };
}

async function girById(context: IExecuteFunctions, clients: Clients, item: number): Promise<Plan> {
	const recordingId = requiredText(context, 'recordingId', 'Recording ID', item);
	const client = await clients.connectGir(item);
	return planGir(context, client, fromGir(await client.recording(recordingId)), item);
}

/** A recording that had no media when it was found may have some now. */
async function girFound(context: IExecuteFunctions, clients: Clients, found: Recording, item: number): Promise<Plan> {
	const client = await clients.connectGir(item);
	const isTold = availabilityOf(found) === 'available' && found.media.length > 0;
	return planGir(context, client, isTold ? found : fromGir(await client.recording(found.id)), item);
}

async function cxoneFound(context: IExecuteFunctions, clients: Clients, found: Recording, item: number): Promise<Plan> {
	const { recordingId, segmentId, acdCallId } = found.references;
	if (recordingId !== undefined || (segmentId === undefined && acdCallId === undefined)) {
		const client = await clients.connectCxone(item);
		return { recordingId: found.id, tasks: [await taskOfChannel(context, client, recordingId ?? found.id, item, found)] };
	}
	// Media Playback tells no status, so what the list of Data Extraction told is all there is to go by.
	if (availabilityOf(found) !== 'available') throw notReady(found.id, found.status);
	const client = await clients.connectCxone(item);
	const files =
		segmentId !== undefined
			? await playback(context, client, 'segmentId', segmentId, 'all', item)
			: await playback(context, client, 'acdCallId', acdCallId!, 'all', item);
	return { recordingId: found.id, ...files };
}

async function playback(
	context: IExecuteFunctions,
	client: CxoneClient,
	identifier: 'acdCallId' | 'segmentId',
	id: string,
	mediaType: string,
	item: number,
): Promise<Pick<Plan, 'tasks' | 'transcript'>> {
	const withTranscript = transcriptForm(context, item) !== undefined;
	// Waveforms are the bulk of an answer and no part of a download. 'isDownload' is not asked for: the answer may then be
	// the link to one file alone, and a contact has as many as it has interactions.
	const query: IDataObject = { 'media-type': mediaType, 'exclude-waveforms': 'true' };
	const ask = async (): Promise<ContactReply> =>
		identifier === 'acdCallId' ? await client.contact(id, query) : await client.segment(id, query);
	let first: ContactReply | undefined = await ask();
	const transcript = withTranscript ? transcriptOf(first, identifier === 'acdCallId' ? id : null) : undefined;
	if (transcript !== undefined && !hasMedia(first)) return { tasks: [], transcript };
	const hints = [
		mediaType === 'all' ? '' : "Set 'Media Type' to 'All' to include screen recordings of chats and e-mails.",
		withTranscript ? '' : "For what was written, add 'Transcripts of Chats and Emails' under 'Options'.",
	];
	const tasks = await playbackTasks(
		client,
		id,
		async () => {
			const reply = first ?? (await ask());
			first = undefined;
			return reply;
		},
		hints.join(' ').trim(),
	);
	return { tasks, transcript };
}

function hasMedia(reply: ContactReply): boolean {
	return Boolean(reply.redirectUrl) || reply.interactions.some((interaction) => interaction.data?.fileToPlayUrl);
}

/** Which transcript files an item is to have; undefined for none. */
export function transcriptForm(context: IExecuteFunctions, item: number): TranscriptForm | undefined {
	const { transcripts } = context.getNodeParameter('options', item, {}) as { transcripts?: TranscriptForm | 'none' };
	return transcripts === 'none' ? undefined : transcripts;
}

/** A recording as Search Recordings puts it out, with Simplify on or off. */
function recordingOf(context: IExecuteFunctions, item: number): Recording {
	const { json } = context.getInputData()[item];
	const id = optionalText(json.id);
	if ((json.platform === 'cxone' || json.platform === 'genesys') && id !== undefined) {
		const { media, references } = json as unknown as Recording;
		// On its way here an item may have been through a database or a spreadsheet.
		return {
			...(json as unknown as Recording),
			id,
			status: statusOf(optionalText(json.status)),
			media: Array.isArray(media) ? media.filter((file) => typeof file === 'object' && file !== null) : [],
			references: typeof references === 'object' && references !== null ? references : {},
		};
	}
	if (Array.isArray(json.mediaFiles)) {
		const raw = girRecording.safeParse(json);
		if (raw.success) return fromGir(raw.data);
	}
	if (json.recordingId !== undefined || Array.isArray(json.availableChannels)) {
		const raw = rawRecording.safeParse(json);
		if (raw.success) return fromCxone(raw.data);
	}
	throw new NodeOperationError(context.getNode(), 'The input item is no recording', {
		itemIndex: item,
		description:
			"Connect Search Recordings or the Recording Trigger to this node, or set 'Recording' to one of the 'by ID' choices and enter an ID.",
	});
}

async function taskOfChannel(
	context: IExecuteFunctions,
	client: CxoneClient,
	id: string,
	item: number,
	found?: Recording,
): Promise<MediaTask> {
	const choice = context.getNodeParameter('channel', item, COMBINED) as string;
	const asked = choice === 'other' ? requiredText(context, 'channelName', 'Channel Name', item) : choice;
	const { whenChannelMissing = 'combined' } = context.getNodeParameter('options', item, {}) as { whenChannelMissing?: WhenChannelMissing };
	return await channelTask(client, id, asked, whenChannelMissing, found);
}

function planGir(context: IExecuteFunctions, client: GirClient, recording: Recording, item: number): Plan {
	const { mediaIds } = context.getNodeParameter('options', item, {}) as { mediaIds?: string };
	const chosen = (mediaIds ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '');
	const jobs = girJobs(client, recording.id, recording.media, chosen);
	const tasks = jobs.map((job) => ({ job, channelAsked: null, channelDelivered: () => null }));
	return { recordingId: recording.id, recording, tasks };
}

/** One node serves both platforms, so n8n cannot know which credential has to be there. */
function assertCredential(context: IExecuteFunctions, type: string, platform: string, itemIndex: number): void {
	if (context.getNode().credentials?.[type] !== undefined) return;
	const error = new NodeOperationError(context.getNode(), `No ${platform} credential is selected`, {
		itemIndex,
		description: `This item is a recording of ${platform}. Open this node and choose the credential to sign in with.`,
	});
	throw withScope(error, 'platform');
}
