import { NodeApiError } from 'n8n-workflow';

import { GirClient, type GirSearch } from './client';
import { toRecording, withoutInternals } from './mapping';
import { girFiles, girFilesById } from './media';
import type { GirRecording } from './schemas';
import { girSearch, GirSource } from './search';
import { girTarget } from './target';
import {
	type ConnectedPlatform,
	type Found,
	type MediaTarget,
	type Platform,
	type RecordingFiles,
	type Session,
	type Watched,
} from '../platform';
import { availabilityOf } from '../recording';
import { findRecordings, type SearchChoice } from '../search';

export interface GirQuestions {
	search: GirSearch;
	/** What to return along with the recording. */
	get: Pick<GirSearch, 'subresources'>;
	/** With how late after its start a call may appear; its longest duration. Milliseconds. */
	watch: { search: GirSearch; lookBackMs: number };
	/** Media UUIDs; empty for all files of a recording. */
	files: { mediaIds: readonly string[] };
}

const READING = { toRecording, toVendorJson: withoutInternals };

class ConnectedGir implements ConnectedPlatform<GirQuestions> {
	constructor(
		private readonly session: Session,
		private readonly client: GirClient,
	) {}

	async search(question: GirSearch, choice: SearchChoice): Promise<Found> {
		const { hint, signal } = this.session;
		const searchable = girSearch(this.client, question, choice.limit);
		return { ...(await findRecordings(searchable, choice, hint, signal)), ...READING };
	}

	async get(id: string, question: GirQuestions['get']): Promise<Found> {
		const recording = await this.client.call('getRecording', { recordingId: id, query: question });
		return { rows: [recording], ...READING };
	}

	async watch({ search, lookBackMs }: GirQuestions['watch']): Promise<Watched> {
		const source = new GirSource(this.client, search, lookBackMs, this.session.log);
		return { source, ...READING };
	}

	/**
	 * A recording that had no media when it was found may have some now. Of one that is known by nothing but its ID, named
	 * media files are fetched without a look at it: an Agent may have the one and not the other.
	 */
	async files(
		{ id, recording, parts = [] }: MediaTarget,
		{ mediaIds }: GirQuestions['files'],
	): Promise<RecordingFiles> {
		const wanted = mediaIds.length > 0 ? mediaIds : parts;
		if (recording === undefined && wanted.length > 0)
			return { files: girFilesById(this.client, id, wanted) };
		const isTold =
			recording !== undefined &&
			availabilityOf(recording) === 'available' &&
			recording.media.length > 0;
		const told = isTold ? recording : toRecording(await this.withLabels(id));
		return { files: girFiles(this.client, id, told, wanted), recording: told };
	}

	/** A recording with its labels, where the server gives them along. */
	private async withLabels(recordingId: string): Promise<GirRecording> {
		const query = { subresources: 'labels' };
		return await this.client
			.call('getRecording', { recordingId, query })
			.catch((error: unknown) => {
				if (!(error instanceof NodeApiError && error.httpCode === '400')) throw error;
				return this.client.call('getRecording', { recordingId });
			});
	}
}

/** Genesys Interaction Recording ("Search, Playback, and Delete API"). */
export const girPlatform: Platform<GirQuestions> = {
	id: 'genesys',
	name: 'Genesys (GIR)',
	async connect(session) {
		return new ConnectedGir(session, await GirClient.connect(session));
	},
	targetOf: girTarget,
};
