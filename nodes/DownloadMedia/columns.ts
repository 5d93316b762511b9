import type { IDataObject } from 'n8n-workflow';

import type { KnownRecording } from './evidence';
import type { ManifestFile } from '../../core/evidence/manifest';
import { itemOf } from '../../core/item';
import { byIdName, namesOf, type Recording } from '../../core/recording';
import { told } from '../common/output';

/** What is known of a file, besides its recording. */
interface FileFacts extends Pick<
	ManifestFile,
	'fileName' | 'sizeBytes' | 'md5' | 'channelAsked' | 'channelDelivered'
> {
	/** Undefined where neither the file nor its platform tells. */
	durationSeconds?: number;
}

/**
 * The JSON of a file: ten columns that one can read in a table, then every ID under its own name, then the details. What
 * is not known of the recording is left out.
 *
 * @param channel second part of the file name
 */
export function columnsOf<File extends FileFacts>(
	file: File,
	channel: string | undefined,
	recording: KnownRecording,
): IDataObject {
	const { references } = recording;
	const columns = {
		fileName: file.fileName,
		sizeBytes: file.sizeBytes,
		durationSeconds: file.durationSeconds ?? recording.durationSeconds,
		channel: file.channelDelivered ?? file.channelAsked ?? channel,
		start: recording.start,
		callerNumber: recording.callerNumber,
		dialedNumber: recording.dialedNumber,
		agentNames: namesOf(recording.agents ?? []).join(', ') || undefined,
		id: recording.id,
		md5: file.md5,
		...byIdName((name) => references[name]),
		platform: recording.platform,
	};
	const known = Object.fromEntries(
		Object.entries(columns).filter(([, value]) => value !== undefined && value !== null),
	);
	return { ...known, ...(file as unknown as IDataObject) };
}

/** The recording as Search Recordings puts it out; of one that was not looked at, its IDs. */
export function recordingJson(recording: KnownRecording): IDataObject {
	const { platform, id, references, status } = recording;
	return told(status === undefined ? { platform, id, references } : itemOf(recording as Recording));
}

/** The JSON of a file with the fields of its input item behind it; where both have one of a name, the file's stays. */
export function withInput(own: IDataObject, input: IDataObject): IDataObject {
	const others = Object.entries(input).filter(([name]) => !Object.hasOwn(own, name));
	return { ...own, ...Object.fromEntries(others) };
}
