import { CxoneClient, type CxoneCredentialType, type SearchFilter } from './client';
import { DataExtraction } from './extraction';
import { extractedReading, searchExtracted, type ExtractionSearch } from './extraction-search';
import { ExtractionSource, type ExtractionWatch } from './extraction-source';
import { toRecording } from './mapping';
import { filesOf, type CxoneFiles } from './media';
import { RecordingApiSource } from './recording-api-source';
import type { RawRecording } from './schemas';
import { recordingApiSearch, type RecordingApiSearch } from './search';
import { cxoneTarget } from './target';
import { sourceOf } from '../http/sourced';
import {
	type ConnectedPlatform,
	type Found,
	type MediaTarget,
	type Platform,
	type Session,
	type Watched,
} from '../platform';
import { findRecordings, type SearchChoice } from '../search';

/** The two APIs that list recordings of CXone. */
export interface CxoneApis<RecordingApi, Extraction> {
	recordingApi: RecordingApi;
	dataExtraction: Extraction;
}

/** A question to one of them. */
type Asked<Apis> = { [Api in keyof Apis]: { api: Api } & Apis[Api] }[keyof Apis];

/** What a trigger watches of the Recording API. */
interface RecordingApiWatch {
	filters: SearchFilter[];
}

export interface CxoneQuestions {
	search: Asked<CxoneApis<RecordingApiSearch, ExtractionSearch>>;
	get: undefined;
	watch: Asked<CxoneApis<RecordingApiWatch, ExtractionWatch>>;
	files: CxoneFiles;
}

/** A poll ends its waits itself; a job that outlasts it is picked up by the next. Milliseconds. */
const LONGEST_JOB_MS = 86_400_000;

const RECORDING_API_READING = { toRecording, toVendorJson: (raw: RawRecording) => sourceOf(raw) };

class ConnectedCxone implements ConnectedPlatform<CxoneQuestions> {
	constructor(
		private readonly session: Session,
		private readonly credentialType: CxoneCredentialType,
		private readonly client: CxoneClient,
	) {}

	async search(question: CxoneQuestions['search'], choice: SearchChoice): Promise<Found> {
		const { hint, signal } = this.session;
		switch (question.api) {
			case 'recordingApi': {
				const found = await findRecordings(
					recordingApiSearch(this.client, question),
					choice,
					hint,
					signal,
				);
				return { ...found, ...RECORDING_API_READING };
			}
			case 'dataExtraction':
				return await searchExtracted(
					await this.extraction(question.maxWaitMs),
					question,
					choice,
					hint,
				);
		}
	}

	async get(id: string): Promise<Found> {
		return { rows: [await this.client.recording(id)], ...RECORDING_API_READING };
	}

	async watch(question: CxoneQuestions['watch']): Promise<Watched> {
		switch (question.api) {
			case 'recordingApi': {
				const source = new RecordingApiSource(this.client, question.filters);
				return {
					source,
					latest: source.latest.bind(source),
					close: async () => undefined,
					...RECORDING_API_READING,
				};
			}
			case 'dataExtraction': {
				const extraction = await this.extraction(LONGEST_JOB_MS);
				const source = new ExtractionSource(extraction, question, this.session.log);
				return {
					source,
					latest: source.latest.bind(source),
					close: async () => await source.close(),
					...extractedReading(question.granularity),
				};
			}
		}
	}

	async files(target: MediaTarget, question: CxoneFiles) {
		return await filesOf(this.client, target, question);
	}

	private async extraction(maxWaitMs: number): Promise<DataExtraction> {
		return await DataExtraction.connect(this.session, this.credentialType, maxWaitMs);
	}
}

/** NICE CXone: the Recording API, Data Extraction and Media Playback. */
export const cxonePlatform: Platform<CxoneQuestions> = {
	id: 'cxone',
	name: 'CXone',
	async connect(session, credentialType) {
		const type = credentialType as CxoneCredentialType;
		return new ConnectedCxone(session, type, await CxoneClient.connect(session, type));
	},
	targetOf: cxoneTarget,
};
