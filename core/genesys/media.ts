import { UserError } from 'n8n-workflow';

import { adviseGir } from './calls';
import type { GirClient } from './client';
import { pathPart } from '../http/path-part';
import { withReason } from '../http/reason';
import type { MediaFile, MediaLink } from '../media/file';
import { promisedSize } from '../media/stored';
import type { RecordingMedia } from '../recording';

/**
 * One file for each media file of a recording, or for the chosen ones. `playPath` is used as it is: it tells whether the
 * server decrypts. Range is not asked for; no document mentions it.
 *
 * @param chosen media UUIDs; empty for all
 * @throws UserError when there is no media file, or a chosen one is not there
 */
export function girFiles(
	client: GirClient,
	recordingId: string,
	media: readonly RecordingMedia[],
	chosen: readonly string[],
): MediaFile[] {
	if (media.length === 0) {
		throw new UserError(`Recording ${recordingId} has no media file yet`, {
			description:
				'GIR stores media some time after the call. Search for the recording again later.',
		});
	}
	const isChosen = ({ id, playPath }: RecordingMedia) =>
		chosen.length === 0 || chosen.some((one) => one === playPath || uuidOf(one) === id);
	const unknown = chosen.filter(
		(one) => !media.some(({ id, playPath }) => one === playPath || uuidOf(one) === id),
	);
	if (unknown.length > 0) {
		const description = `It has: ${media.map(({ id }) => id).join(', ')}.`;
		throw withReason(
			new UserError(`Recording ${recordingId} has no media file '${unknown[0]}'`, { description }),
			'noSuchMediaId',
			description,
		);
	}
	return media.filter(isChosen).map((file) => ({
		...common(client, recordingId, file.id),
		durationSeconds: file.durationSeconds ?? undefined,
		link: async () => ({
			...linkTo(client, file.playPath ?? ''),
			sizeBytes: promisedSize(file.sizeBytes),
			contentType: file.mimeType ?? undefined,
		}),
	}));
}

/**
 * Media files of a recording whose metadata are not looked at: "Decrypt and Retrieve" may be called by an Agent, too. A
 * file that is not encrypted is not there for it, but where it can be played.
 *
 * @param media each a media UUID, one with its extension where that is not mp3, or a `playPath`
 */
export function girFilesById(
	client: GirClient,
	recordingId: string,
	media: readonly string[],
): MediaFile[] {
	return media.map((one) => {
		const name = /\.[A-Za-z0-9]{1,5}$/.test(one) ? one : `${one}.mp3`;
		const paths = one.startsWith('/')
			? [one]
			: ['decrypt', 'play'].map(
					(action) => `/recordings/${pathPart(recordingId)}/${action}/${pathPart(name)}`,
				);
		let asked = 0;
		return {
			...common(client, recordingId, uuidOf(one)),
			elsewhere: paths.length > 1,
			link: async () => linkTo(client, paths[Math.min(asked++, paths.length - 1)]),
		};
	});
}

/** The media UUID in a `playPath` or a file name. */
function uuidOf(media: string): string {
	return (media.split('/').pop() ?? '').replace(/\.[A-Za-z0-9]{1,5}$/, '');
}

function common(client: GirClient, recordingId: string, channel: string): Omit<MediaFile, 'link'> {
	return {
		recordingId,
		channel,
		renewable: false,
		secrets: client.secrets,
		ranges: false,
		advise: (reply) => adviseGir('getMedia', reply),
	};
}

function linkTo(client: GirClient, playPath: string): MediaLink {
	return {
		url: client.mediaUrl(playPath),
		headers: { authorization: client.authorization },
		allowInsecureHttp: client.allowInsecureHttp,
		allowUnauthorizedCerts: client.allowUnauthorizedCerts,
		givenBy: client.apiBase,
	};
}
