import { UserError } from 'n8n-workflow';

import { adviseGir } from './calls';
import type { GirClient } from './client';
import type { MediaFile } from '../media/file';
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
	const unknown = chosen.filter((id) => !media.some((file) => file.id === id));
	if (unknown.length > 0) {
		throw new UserError(`Recording ${recordingId} has no media file '${unknown[0]}'`, {
			description: `It has: ${media.map(({ id }) => id).join(', ')}. Correct 'Media IDs (GIR)' under 'Options', or leave it empty for all of them.`,
		});
	}
	return media
		.filter(({ id }) => chosen.length === 0 || chosen.includes(id))
		.map((file) => ({
			recordingId,
			channel: file.id,
			renewable: false,
			secrets: client.secrets,
			ranges: false,
			advise: (reply) => adviseGir('getMedia', reply),
			link: async () => ({
				url: client.mediaUrl(file.playPath ?? ''),
				headers: { authorization: client.authorization },
				sizeBytes: promisedSize(file.sizeBytes),
				contentType: file.mimeType ?? undefined,
				allowInsecureHttp: client.allowInsecureHttp,
				allowUnauthorizedCerts: client.allowUnauthorizedCerts,
				givenBy: client.apiBase,
			}),
		}));
}
