import { UserError } from 'n8n-workflow';

import { toRecording } from './mapping';
import { girRecordingReply } from './schemas';
import { decodedPart } from '../http/send';
import { targetOfItem, targetTo, type MediaTarget } from '../platform';
import { idsIn } from '../references';

/** Where a media file is: `/recordings/{recordingId}/play/{mediaUUID}.mp3` ("Search, Playback, and Delete API"). */
const PLAY_PATH = /^\/recordings\/([^/]+)\/[^/]+\/[^/]+$/;

/**
 * What an item's JSON tells of a recording of GIR: in the shape of all platforms, as GIR puts it, one of its media files, or
 * by nothing but a recording ID.
 *
 * @returns undefined where nothing in it is GIR's
 * @throws UserError where its IDs lead to several recordings
 */
export function girTarget(json: Record<string, unknown>): MediaTarget | undefined {
	return targetOfItem('genesys', json) ?? rawTarget(json) ?? byIds(json);
}

function rawTarget(json: Record<string, unknown>): MediaTarget | undefined {
	const { mediaFiles } = (json.recording ?? json) as Record<string, unknown>;
	const raw = Array.isArray(mediaFiles) ? girRecordingReply.safeParse(json) : undefined;
	return raw?.success === true ? targetTo(toRecording(raw.data)) : undefined;
}

function byIds(json: Record<string, unknown>): MediaTarget | undefined {
	const { recordingId, mediaUuid, playPath } = idsIn(json);
	const ofPath = PLAY_PATH.exec(playPath ?? '')?.[1];
	if (ofPath !== undefined) {
		const id = decodedPart(ofPath);
		if (recordingId !== undefined && recordingId !== id) {
			throw new UserError("'playPath' of the item is that of another recording than its ID", {
				description: `One leads to recording ${id}, the other is ${recordingId}. Remove one of them from the item, for example with an Edit Fields node.`,
			});
		}
		return { id, references: { recordingId: id }, parts: [playPath!] };
	}
	if (recordingId === undefined) return undefined;
	const references = { recordingId };
	if (mediaUuid !== undefined) return { id: recordingId, references, parts: [mediaUuid] };
	// CXone has recordings, too.
	return { id: recordingId, references, guessed: true };
}
