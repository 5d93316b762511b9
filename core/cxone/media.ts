import { NodeApiError, UserError } from 'n8n-workflow';

import type { CxoneClient } from './client';
import { COMBINED, toRecording } from './mapping';
import type { ContactReply } from './schemas';
import type { MediaJob, MediaLink } from '../media/download';
import { MediaError } from '../media/media-error';
import { availabilityOf } from '../recording';

/** What becomes of a download whose channel was not recorded. */
export type WhenChannelMissing = 'combined' | 'fail';

/** A file to fetch, with what goes beside it into the item. */
export interface MediaTask {
	job: MediaJob;
	channelAsked: string | null;
	/** Why another channel than the asked one is delivered. */
	note?: string;
	/** The channel that the platform says it delivers, once a link was given. */
	channelDelivered: () => string | null;
}

/**
 * One channel of a recording of the Recording API. Costs one API call for the combined channel, which every recording
 * has; for another one a call more, unless the channels are known already.
 *
 * @param knownChannels channels as a search told them; empty where unknown
 * @param wasFound whether a search gave the recording, so that it existed a moment ago
 * @throws UserError when the channel is missing and may not be replaced
 */
export async function channelTask(
	client: CxoneClient,
	id: string,
	asked: string,
	knownChannels: readonly string[],
	whenMissing: WhenChannelMissing,
	wasFound = false,
): Promise<MediaTask> {
	const channels =
		asked === COMBINED || knownChannels.length > 0 ? knownChannels : (await client.recording(id)).availableChannels;
	const missing = channels.length > 0 && !channels.includes(asked);
	if (missing && (whenMissing === 'fail' || !channels.includes(COMBINED))) {
		throw new UserError(`Recording ${id} has no channel '${asked}'`, {
			description: `It has: ${channels.join(', ')}. Choose one of these, or let 'If Channel Is Missing' use the combined one.`,
		});
	}
	const channel = missing ? COMBINED : asked;
	let delivered: string | null = null;
	return {
		channelAsked: asked,
		channelDelivered: () => delivered,
		...(missing && { note: `Channel '${asked}' was not recorded (available: ${channels.join(', ')}); '${COMBINED}' was downloaded instead` }),
		job: {
			recordingId: id,
			channel,
			renewable: true,
			link: async (): Promise<MediaLink> => {
				const link = await client.downloadLink(id, channel).catch((error: unknown) => {
					throw wasFound && isNotFound(error) ? deleted(id) : error;
				});
				delivered = link.channel ?? channel;
				return { ...link, allowInsecureHttp: client.allowInsecureHttp, givenBy: client.apiBaseUrl };
			},
			whyMissing: async () => await whyMissing(client, id),
		},
	};
}

function isNotFound(error: unknown): boolean {
	return error instanceof NodeApiError && error.httpCode === '404';
}

function deleted(id: string): MediaError {
	return new MediaError('purged', `Recording ${id} was purged: CXone had it, and does not know it any more`, 'It was deleted together with its media, probably at the end of its retention period.', 404);
}

/**
 * Tells apart why a link led to nothing: "The search index retains the metadata record, but the storage object is
 * removed" (the guide's edge case "Retention Policy Intersection"), and a recording that is not ready gets a link, too.
 */
async function whyMissing(client: CxoneClient, id: string): Promise<MediaError | undefined> {
	const recording = await client.recordingIfThere(id);
	if (recording === undefined) return deleted(id);
	const { status } = toRecording(recording);
	if (availabilityOf({ status }) === 'available') return undefined;
	return new MediaError('notReady', `Recording ${id} cannot be downloaded yet: its status is '${status}'`, "Set 'Recordings Not Available' of Search Recordings to 'Wait Until Available', or download it later.", 404);
}

/**
 * The media of a contact or a segment by Media Playback ("Media Playback APIs"): the link of `redirectUrl`, else one file
 * for every interaction that has a `fileToPlayUrl`.
 *
 * @param id goes into the file names
 * @param ask the API call; made once here, and again when a link has expired
 * @throws UserError when there is no media file
 */
export async function playbackTasks(client: CxoneClient, id: string, ask: () => Promise<ContactReply>): Promise<MediaTask[]> {
	let links: PlaybackLink[] = linksOf(await ask(), client.apiBaseUrl);
	if (links.length === 0) {
		throw new UserError(`${id} has no media file`, {
			description:
				"CXone knows the interaction, but gives no link to media. Chats and e-mails have media only with a screen recording; set 'Media Type' to 'All' to include those. For what was written, add 'Transcripts of Chats and Emails' under 'Options'.",
		});
	}
	const names = links.map(({ name }) => name);
	return names.map((name, index) => {
		const repeated = names.filter((other) => other === name).length > 1;
		let handedOut = false;
		return {
			channelAsked: null,
			channelDelivered: () => null,
			job: {
				recordingId: id,
				channel: repeated ? `${name}-${names.slice(0, index + 1).filter((other) => other === name).length}` : name,
				renewable: true,
				link: async () => {
					if (handedOut) links = linksOf(await ask(), client.apiBaseUrl);
					handedOut = true;
					const link = links[index];
					if (link === undefined || link.name !== name) {
						throw new UserError(`The media of ${id} changed while they were being downloaded`, {
							description: 'Run the workflow again.',
						});
					}
					return { url: link.url, allowInsecureHttp: client.allowInsecureHttp, givenBy: client.apiBaseUrl };
				},
			},
		};
	});
}

interface PlaybackLink {
	name: string;
	url: string;
}

function linksOf(reply: ContactReply, apiBaseUrl: string): PlaybackLink[] {
	if (reply.redirectUrl) {
		return [{ name: reply.interactions[0]?.mediaType ?? 'media', url: absolute(reply.redirectUrl, apiBaseUrl) }];
	}
	const links = reply.interactions.flatMap((interaction) => {
		const url = interaction.data?.fileToPlayUrl;
		return url ? [{ name: interaction.mediaType ?? 'media', url: absolute(url, apiBaseUrl) }] : [];
	});
	return links.filter((link, index) => links.findIndex(({ url }) => url === link.url) === index);
}

function absolute(link: string, apiBaseUrl: string): string {
	try {
		return new URL(link, apiBaseUrl).href;
	} catch {
		throw new UserError('CXone gave a media link that cannot be read', { description: 'Run the workflow again. If it stays so, ask NICE support.' });
	}
}
