import { UserError } from 'n8n-workflow';

import { adviseGir } from './calls';
import type { GirClient } from './client';
import { mediaUuid } from './mapping';
import { reasonedError } from '../http/reason';
import { pathPart } from '../http/send';
import { countOf } from '../http/wire';
import type { MediaFile } from '../media/file';
import type { Recording, RecordingMedia } from '../recording';

/**
 * One file for each media file of a recording, or for the chosen ones. `playPath` is used as it is: it tells whether the
 * server decrypts. Range is not asked for; no document mentions it.
 *
 * @param recordingId goes into the file names
 * @param chosen media UUIDs; empty for all
 * @throws UserError when there is no media file, or a chosen one is not there
 */
export function girFiles(
	client: GirClient,
	recordingId: string,
	{ media, unreadable = [] }: Pick<Recording, 'media' | 'unreadable'>,
	chosen: readonly string[],
): MediaFile[] {
	if (media.length === 0) {
		throw new UserError(`Recording ${recordingId} has no media file yet`, {
			description:
				'GIR stores media some time after the call. Search for the recording again later.',
		});
	}
	const isOne = (wanted: string, { id, playPath }: RecordingMedia) =>
		wanted === playPath || mediaUuid(wanted) === id;
	const unknown = chosen.find((wanted) => !media.some((file) => isOne(wanted, file)));
	if (unknown !== undefined) {
		throw reasonedError(
			'noSuchMediaId',
			`Recording ${recordingId} has no media file '${unknown}'`,
			`It has: ${media.map(({ id }) => id).join(', ')}.`,
		);
	}
	const isChosen = (file: RecordingMedia) =>
		chosen.length === 0 || chosen.some((wanted) => isOne(wanted, file));
	const lost = chosen.length === 0 ? unreadable.filter((name) => MEDIA_FILE.test(name)) : [];
	return media.filter(isChosen).map((file) => ({
		...common(client, recordingId, file.id),
		...(lost.length > 0 && {
			note: `GIR names more media files of this recording, without a way to them: ${lost.join(', ')}`,
		}),
		durationSeconds: file.durationSeconds ?? undefined,
		link: async () => ({
			...client.mediaLink(file.playPath ?? ''),
			sizeBytes: countOf(file.sizeBytes),
			contentType: file.mimeType ?? undefined,
		}),
	}));
}

/** The place in GIR's answer of a media file that could not be read, or of its way. */
const MEDIA_FILE = /^mediaFiles\[\d+\](\.playPath)?$/i;

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
			...common(client, recordingId, mediaUuid(one)),
			elsewhere: paths.length > 1,
			link: async () => client.mediaLink(paths[Math.min(asked++, paths.length - 1)]),
		};
	});
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
