import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { CxoneClient, type CxoneCredentialType } from '../../core/cxone/client';
import { COMBINED, toRecording as fromCxone } from '../../core/cxone/mapping';
import { channelTask, playbackTasks, type MediaTask, type WhenChannelMissing } from '../../core/cxone/media';
import { rawRecording, type ContactReply } from '../../core/cxone/schemas';
import { transcriptOf, type Transcript, type TranscriptForm } from '../../core/cxone/transcript';
import { GirClient } from '../../core/genesys/client';
import { toRecording as fromGir } from '../../core/genesys/mapping';
import { girJobs } from '../../core/genesys/media';
import { girRecording } from '../../core/genesys/schemas';
import type { Transport } from '../../core/http/transport';
import { AVAILABLE, type Recording } from '../../core/recording';
import { cxoneCredentialType } from '../common/fields';
import { optionalText, requiredText } from '../common/parameters';

/** What an item is about, and the files that come from it. */
export interface Plan {
	platform: Recording['platform'];
	recordingId: string;
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
		// The next item may get through where this one did not.
		known.catch(() => this.cxone.delete(type));
		return await known;
	}

	/** @throws NodeOperationError when no credential is selected, or UserError when its base URL cannot be used */
	async connectGir(item: number): Promise<GirClient> {
		assertCredential(this.context, 'genesysBasicApi', 'Genesys (GIR)', item);
		this.gir ??= GirClient.connect(this.context);
		return await this.gir;
	}
}

/** Works out which files one input item asks for. Makes the API calls this takes, and no media request. */
export async function planItem(context: IExecuteFunctions, clients: Clients, item: number): Promise<Plan> {
	switch (context.getNodeParameter('source', item) as string) {
		case 'cxone':
			return await cxoneById(context, clients, item);
		case 'genesys': {
			const recordingId = requiredText(context, 'recordingId', 'Recording ID', item);
			const client = await clients.connectGir(item);
			return planGir(context, client, fromGir(await client.recording(recordingId)), item);
		}
		default:
			return await fromInput(context, clients, item);
	}
}

async function cxoneById(context: IExecuteFunctions, clients: Clients, item: number): Promise<Plan> {
	const identifier = context.getNodeParameter('identifier', item) as 'recordingId' | 'acdCallId' | 'segmentId';
	if (identifier === 'recordingId') {
		const recordingId = requiredText(context, 'recordingId', 'Recording ID', item);
		const client = await clients.connectCxone(item);
		return { platform: 'cxone', recordingId, tasks: [await taskOfChannel(context, client, recordingId, [], item)] };
	}
	const recordingId = requiredText(context, identifier, identifier === 'acdCallId' ? 'ACD Call ID' : 'Segment ID', item);
	const mediaType = context.getNodeParameter('mediaType', item) as string;
	const client = await clients.connectCxone(item);
	return { platform: 'cxone', recordingId, ...(await playback(context, client, identifier, recordingId, mediaType, item)) };
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
	// Waveforms are the bulk of an answer and no part of a download.
	const query: IDataObject = { 'media-type': mediaType, 'exclude-waveforms': 'true' };
	// The answer to a download may be a link alone; the ordinary one has the text, and links as well.
	const isDownload = withTranscript ? {} : { isDownload: 'true' };
	const ask = async (): Promise<ContactReply> =>
		identifier === 'acdCallId' ? await client.contact(id, { ...query, ...isDownload }) : await client.segment(id, query);
	if (!withTranscript) return { tasks: await playbackTasks(client, id, ask) };
	let first: ContactReply | undefined = await ask();
	const transcript = transcriptOf(first, identifier === 'acdCallId' ? id : null);
	if (transcript !== undefined && !hasMedia(first)) return { tasks: [], transcript };
	const tasks = await playbackTasks(client, id, async () => {
		const reply = first ?? (await ask());
		first = undefined;
		return reply;
	});
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

async function fromInput(context: IExecuteFunctions, clients: Clients, item: number): Promise<Plan> {
	const recording = recordingOf(context, item);
	if (recording.platform === 'genesys') return planGir(context, await clients.connectGir(item), recording, item);
	const { recordingId, segmentId, acdCallId } = recording.references ?? {};
	if (recording.status !== AVAILABLE && recording.status !== 'Unknown') {
		throw new NodeOperationError(context.getNode(), `Recording ${recording.id} cannot be downloaded yet: its status is '${recording.status}'`, {
			itemIndex: item,
			description: "Set 'Recordings Not Available' of Search Recordings to 'Wait Until Available', or download it later.",
		});
	}
	const client = await clients.connectCxone(item);
	if (recordingId !== undefined || (segmentId === undefined && acdCallId === undefined)) {
		const channels = (recording.media ?? []).flatMap((media) => (media.channel === undefined ? [] : [media.channel]));
		const task = await taskOfChannel(context, client, recordingId ?? recording.id, channels, item, true);
		return { platform: 'cxone', recordingId: recording.id, tasks: [task] };
	}
	const found =
		segmentId !== undefined
			? await playback(context, client, 'segmentId', segmentId, 'all', item)
			: await playback(context, client, 'acdCallId', acdCallId!, 'all', item);
	return { platform: 'cxone', recordingId: recording.id, ...found };
}

/** A recording as Search Recordings puts it out, with Simplify on or off. */
function recordingOf(context: IExecuteFunctions, item: number): Recording {
	const { json } = context.getInputData()[item];
	if ((json.platform === 'cxone' || json.platform === 'genesys') && optionalText(json.id) !== undefined) {
		return json as unknown as Recording;
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
	known: string[],
	item: number,
	wasFound = false,
): Promise<MediaTask> {
	const choice = context.getNodeParameter('channel', item, COMBINED) as string;
	const asked = choice === 'other' ? requiredText(context, 'channelName', 'Channel Name', item) : choice;
	const { whenChannelMissing = 'combined' } = context.getNodeParameter('options', item, {}) as { whenChannelMissing?: WhenChannelMissing };
	return await channelTask(client, id, asked, known, whenChannelMissing, wasFound);
}

function planGir(context: IExecuteFunctions, client: GirClient, recording: Recording, item: number): Plan {
	const { mediaIds } = context.getNodeParameter('options', item, {}) as { mediaIds?: string };
	const chosen = (mediaIds ?? '').split(',').map((id) => id.trim()).filter((id) => id !== '');
	const jobs = girJobs(client, recording.id, recording.media ?? [], chosen);
	const tasks = jobs.map((job) => ({ job, channelAsked: null, channelDelivered: () => null }));
	return { platform: 'genesys', recordingId: recording.id, tasks };
}

/** One node serves both platforms, so n8n cannot know which credential has to be there. */
function assertCredential(context: IExecuteFunctions, type: string, platform: string, itemIndex: number): void {
	if (context.getNode().credentials?.[type] !== undefined) return;
	throw new NodeOperationError(context.getNode(), `No ${platform} credential is selected`, {
		itemIndex,
		description: `This item is a recording of ${platform}. Open this node and choose the credential to sign in with.`,
	});
}
