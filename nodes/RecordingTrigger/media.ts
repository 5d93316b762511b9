import { NodeApiError } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import type { CxoneClient } from '../../core/cxone/client';
import { playbackTasks } from '../../core/cxone/media';
import type { Transport } from '../../core/http/transport';
import { download, type MediaJob } from '../../core/media/download';

/** The media of a segment that Data Extraction tells of, by Media Playback. */
export async function playbackOf(client: CxoneClient, segmentId: string): Promise<MediaJob[]> {
	const query: IDataObject = { 'media-type': 'all', 'exclude-waveforms': 'true' };
	const tasks = await playbackTasks(client, segmentId, async () => await client.segment(segmentId, query));
	return tasks.map(({ job }) => job);
}

/** What is known of a file beside its bytes, for the item's JSON. */
interface FileFacts extends IDataObject {
	/** Name of the binary field that holds it. */
	field: string;
	fileName: string;
	mimeType: string;
	/** Bytes. */
	sizeBytes: number;
	md5: string | null;
	sha256: string | null;
}

/** Puts the files of recordings into their items. */
export class AttachMedia {
	/**
	 * @param field name of the binary field; further files get a number at its end
	 * @param minimumBytes files of this size or less are refused
	 */
	constructor(
		private readonly field: string,
		private readonly minimumBytes: number,
	) {}

	/**
	 * Downloads all files of a recording, each verified.
	 *
	 * @throws MediaError, or what the platform's API throws
	 */
	async to(
		item: INodeExecutionData,
		jobs: readonly MediaJob[],
		context: IPollFunctions,
		transport: Transport,
		signal: AbortSignal,
	): Promise<INodeExecutionData> {
		const binary: NonNullable<INodeExecutionData['binary']> = {};
		const files: FileFacts[] = [];
		for (const [index, job] of jobs.entries()) {
			const field = index === 0 ? this.field : `${this.field}_${index + 1}`;
			const { stored, fileName, mimeType, sizeBytes, md5, sha256 } = await download(
				job,
				transport,
				async (body, name, type) => await context.helpers.prepareBinaryData(body, name, type),
				{ minimumBytes: this.minimumBytes, acceptOtherKind: false, signal },
			);
			binary[field] = stored;
			files.push({ field, fileName, mimeType, sizeBytes, md5, sha256 });
		}
		return { json: { ...item.json, files }, binary };
	}
}

/** An item whose recording has no file to come with, and why. */
export function withoutMedia(item: INodeExecutionData, reason: string): INodeExecutionData {
	return { json: { ...item.json, files: [], mediaNote: reason } };
}

/**
 * Whether a download did not succeed because of this one recording; everything else (sign-in, quota, server) concerns
 * all of them.
 */
export function concernsThisRecording(error: unknown): boolean {
	return !(error instanceof NodeApiError) || error.httpCode === '404';
}
