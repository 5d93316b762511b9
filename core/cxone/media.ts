import { NodeApiError, UserError } from 'n8n-workflow';

import { call, type Tenant } from './call';
import { contactRecording } from './contact-recording';
import { COMBINED, toRecording } from './mapping';
import type { ContactReply } from './schemas';
import { transcriptFiles, transcriptOf, type TranscriptForm } from './transcript';
import { reasonedError } from '../http/reason';
import { countOf } from '../http/wire';
import { notReady, purged, type MediaError } from '../media/errors';
import type { MediaFile } from '../media/file';
import type { MediaTarget, RecordingFiles } from '../platform';
import { availabilityOf, type Recording } from '../recording';

/** What becomes of a download whose channel was not recorded. */
export type WhenChannelMissing = 'combined' | 'fail';

/** Which files of a recording are wanted. */
export interface CxoneFiles {
	/** Of a recording of the Recording API. */
	channel: string;
	whenChannelMissing: WhenChannelMissing;
	/** Of a contact, a segment or a statement, as Media Playback calls it: `all`, `voice-only`, … */
	mediaType: string;
	/** Of a contact or a segment: which files to make of what was written; undefined for none. */
	transcripts?: TranscriptForm;
	/** How long to ask again while an interaction is being prepared or locked, in milliseconds. */
	patienceMs: number;
}

/**
 * The files of a recording: by the Recording API where it is one of that, else by Media Playback, which NICE bills.
 *
 * @throws MediaError when it is not ready; UserError when there is no media file, or the channel is missing
 */
export async function filesOf(
	tenant: Tenant,
	{ id, references, recording, parts }: MediaTarget,
	wish: CxoneFiles,
): Promise<RecordingFiles> {
	const { recordingId, segmentId, statementId, acdCallId } = references;
	const isOfPlayback = segmentId !== undefined || acdCallId !== undefined;
	if (recordingId !== undefined || !isOfPlayback)
		return await channelFile(tenant, recordingId ?? id, wish, recording);
	// Media Playback tells no status, so what the list of Data Extraction told is all there is to go by.
	if (recording !== undefined && availabilityOf(recording) !== 'available')
		throw notReady(id, recording.status);
	const { mediaType, transcripts } = wish;
	const options = { patienceMs: wish.patienceMs };
	// Waveforms are the bulk of an answer and no part of a download. 'isDownload' is not asked for: the answer may then be
	// the link to one file alone, and a contact has as many as it has interactions.
	const query = { mediaType, excludeWaveforms: true };
	const ask = async (): Promise<ContactReply> => {
		if (statementId !== undefined && acdCallId !== undefined) {
			const ids = { acdContactId: acdCallId, statementId };
			return (await call(tenant, 'getStatement', { ids, query: { mediaType } }, options)).answer;
		}
		if (segmentId !== undefined)
			return (await call(tenant, 'getSegment', { ids: { segmentId }, query }, options)).answer;
		const asked = { query: { ...query, acdCallId } };
		return within((await call(tenant, 'getContact', asked, options)).answer, parts);
	};
	const first = await ask();
	const told = recording ?? contactRecording(first, id, references);
	const written =
		transcripts === undefined
			? []
			: transcriptFiles(transcriptOf(first, acdCallId ?? null), id, transcripts);
	const links = linksOf(first, tenant);
	if (links.length === 0 && written.length === 0) throw noMedia(id, wish);
	return { files: [...playbackFiles(tenant, id, links, ask), ...written], recording: told };
}

/** The interactions of a contact that hold one of these segments; all where none are named. */
function within(reply: ContactReply, segments: readonly string[] | undefined): ContactReply {
	if (segments === undefined) return reply;
	const interactions = reply.interactions.filter(({ data }) =>
		data?.segmentsDataList.some(({ segmentId }) => segments.includes(segmentId ?? '')),
	);
	// The link of the whole leads to more than these.
	return { ...reply, interactions, redirectUrl: undefined };
}

/**
 * One channel of a recording of the Recording API. A link to a recording that is not ready looks like one to a recording
 * that is, and leads to a stump (the guide's section "Recording Discovery & Status Polling"), so its status is looked at
 * first. That costs an API call more, except where a search found it available a moment ago and told its channels.
 *
 * @param found the recording as a search told of it; undefined where only its ID is known
 * @throws MediaError when the recording is not ready; UserError when the channel is missing and may not be replaced
 */
async function channelFile(
	tenant: Tenant,
	id: string,
	{ channel: asked, whenChannelMissing }: CxoneFiles,
	found?: Recording,
): Promise<RecordingFiles> {
	const ids = { recordingId: id };
	const orDeleted = (error: unknown) => {
		throw found !== undefined && isNotFound(error) ? purged(id, 'CXone') : error;
	};
	const isTold =
		found !== undefined &&
		availabilityOf(found) === 'available' &&
		(isCombined(asked) || found.media.length > 0);
	const recording = isTold
		? found
		: toRecording((await call(tenant, 'getRecording', { ids }).catch(orDeleted)).answer);
	if (availabilityOf(recording) !== 'available') throw notReady(id, recording.status);
	const channels = recording.media.flatMap((media) => media.channel ?? []);
	const listed = channels.find((name) => name.toLowerCase() === asked.toLowerCase());
	// Every recording has the combined channel, whether it is listed or not.
	const missing = channels.length > 0 && listed === undefined && !isCombined(asked);
	if (missing && whenChannelMissing === 'fail') {
		throw reasonedError(
			'noSuchChannel',
			`Recording ${id} has no channel '${asked}'`,
			`It has: ${channels.join(', ')}.`,
		);
	}
	const channel = missing ? COMBINED : (listed ?? asked);
	const file: MediaFile = {
		recordingId: id,
		channel,
		channelAsked: asked,
		...(missing && {
			note: `Channel '${asked}' was not recorded (available: ${channels.join(', ')}); '${COMBINED}' was downloaded instead`,
		}),
		renewable: true,
		...(!isCombined(channel) && {
			instead: "The channel 'combined' has all voices.",
		}),
		// A signed link that lives 15 to 30 minutes.
		link: async () => {
			const asking = call(tenant, 'getDownloadLink', { ids, query: { channel } });
			const { answer: link } = await asking.catch(orDeleted);
			return {
				url: link.url,
				contentType: link.contentType ?? undefined,
				sizeBytes: countOf(link.sizeBytes),
				channel: link.channel ?? channel,
				...trustOf(tenant),
			};
		},
		whyMissing: async () => await whyMissing(tenant, id),
	};
	return { files: [file], recording };
}

function isCombined(channel: string): boolean {
	return channel.toLowerCase() === COMBINED;
}

function isNotFound(error: unknown): boolean {
	return error instanceof NodeApiError && error.httpCode === '404';
}

/**
 * Tells apart why a link led to nothing, or to too little: "The search index retains the metadata record, but the storage
 * object is removed" (the guide's edge case "Retention Policy Intersection"), and a recording that is not ready gets a
 * link, too.
 */
async function whyMissing(tenant: Tenant, id: string): Promise<MediaError | undefined> {
	try {
		const { answer } = await call(tenant, 'getRecording', { ids: { recordingId: id } });
		const { status } = toRecording(answer);
		return availabilityOf({ status }) === 'available' ? undefined : notReady(id, status);
	} catch (error) {
		if (isNotFound(error)) return purged(id, 'CXone');
		throw error;
	}
}

/** How far a link is trusted that this tenant gave. */
function trustOf({ signIn }: Tenant) {
	return { allowInsecureHttp: signIn.allowInsecureHttp, givenBy: signIn.apiBaseUrl };
}

function noMedia(id: string, { mediaType, transcripts }: CxoneFiles): UserError {
	const orNeither = transcripts === undefined ? 'noMediaNorTranscript' : 'noMedia';
	return reasonedError(
		mediaType === 'all' ? orNeither : 'noMediaOfType',
		`${id} has no media file`,
		'CXone knows the interaction, but gives no link to media: it was not recorded, or it is a chat or an email without a screen recording.',
	);
}

/**
 * The media of a contact or a segment by Media Playback ("Media Playback APIs"): one file for each distinct link, whether
 * it is the `redirectUrl` of the whole or the `fileToPlayUrl` of an interaction.
 *
 * @param id goes into the file names
 * @param ask makes the API call again, when a link has expired
 */
function playbackFiles(
	tenant: Tenant,
	id: string,
	links: PlaybackLink[],
	ask: () => Promise<ContactReply>,
): MediaFile[] {
	return links.map((first, index) => {
		const { name, file } = first;
		let handedOut = false;
		const again = async (): Promise<PlaybackLink> => {
			const now = linksOf(await ask(), tenant);
			const link =
				now.find((one) => one.file === file) ??
				now.find((one, at) => at === index && one.name === name);
			if (link !== undefined && now.length >= links.length) return link;
			throw new UserError(`The media of ${id} changed while they were being downloaded`, {
				description: 'Run the workflow again.',
			});
		};
		return {
			recordingId: id,
			channel: name,
			renewable: true,
			link: async () => {
				const { url } = handedOut ? await again() : first;
				handedOut = true;
				return { url, ...trustOf(tenant) };
			},
		};
	});
}

type PlaybackLink = ReturnType<typeof linksOf>[number];

/** Names are kinds of interactions, with a number where several are of one kind; `file` is the same for every link to a file. */
function linksOf(reply: ContactReply, { signIn }: Tenant) {
	const given = reply.interactions.map(({ mediaType, data }) => ({
		name: mediaType ?? MEDIA,
		link: data?.fileToPlayUrl,
	}));
	// The link of the whole is that of an interaction once more, or, where those have none, that of the first.
	const whole = {
		name: given.every(({ link }) => !link) ? (given[0]?.name ?? MEDIA) : MEDIA,
		link: reply.redirectUrl,
	};
	const links = [...given, whole].flatMap(({ name, link }) => {
		if (!link) return [];
		const url = absolute(link, signIn.apiBaseUrl);
		return [{ name, url, file: unsigned(url) }];
	});
	const distinct = links.filter(
		({ file }, index) => links.findIndex((link) => link.file === file) === index,
	);
	return distinct.map((link) => {
		const alike = distinct.filter(({ name }) => name === link.name);
		return alike.length === 1 ? link : { ...link, name: `${link.name}-${alike.indexOf(link) + 1}` };
	});
}

/** Name of a file of which CXone does not tell the kind. */
const MEDIA = 'media';

/** Parts of a query that sign a link, or say how to answer it: S3, CloudFront, Google Cloud Storage. */
const SIGNING =
	/^(x-(amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|expires|policy|key-pair-id|response-.*)$/i;
/** Those of Azure, whose short names may mean anything elsewhere. */
const AZURE_SIGNING =
	/^(s(v|s|t|e|p|r|i|ig|rt|pr|ip|dd|kt|ke|ks|kv|koid|ktid|aoid|uoid|cid)|rsc[cdelt])$/i;

function unsigned(url: string): string {
	const address = new URL(url);
	const isAzure = address.searchParams.has('sig') && address.searchParams.has('sv');
	for (const name of [...address.searchParams.keys()]) {
		if (SIGNING.test(name) || (isAzure && AZURE_SIGNING.test(name)))
			address.searchParams.delete(name);
	}
	address.searchParams.sort();
	return address.href;
}

function absolute(link: string, apiBaseUrl: string): string {
	try {
		return new URL(link, apiBaseUrl).href;
	} catch {
		throw new UserError('CXone gave a media link that cannot be read', {
			description: 'Run the workflow again. If it stays so, ask NICE support.',
		});
	}
}
