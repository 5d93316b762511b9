import { call, type Tenant } from './call';
import {
	extractedReading,
	ExtractionSource,
	searchExtracted,
	type ExtractionSearch,
	type ExtractionWatch,
} from './data-extraction';
import { DataExtraction } from './extraction';
import { toRecording } from './mapping';
import { filesOf, type CxoneFiles } from './media';
import {
	recordingApiSearch,
	RecordingApiSource,
	type RecordingApiSearch,
	type SearchFilter,
} from './recording-api';
import type { RawRecording } from './schemas';
import { signInTo, type CxoneCredentialType } from './sign-in';
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

/** What is asked of CXone, of one of the two APIs that list its recordings. */
export interface CxoneQuestions {
	search:
		({ api: 'recordingApi' } & RecordingApiSearch) | ({ api: 'dataExtraction' } & ExtractionSearch);
	get: undefined;
	watch:
		| { api: 'recordingApi'; filters: SearchFilter[] }
		| ({ api: 'dataExtraction' } & ExtractionWatch);
	files: CxoneFiles;
}

/** A job that outlasts a poll is picked up by the next, and given up after so long: then another one is started. Milliseconds. */
const LONGEST_JOB_MS = 21_600_000;

const RECORDING_API_READING = { toRecording, toVendorJson: (raw: RawRecording) => sourceOf(raw) };

class ConnectedCxone implements ConnectedPlatform<CxoneQuestions> {
	constructor(
		private readonly session: Session,
		private readonly tenant: Tenant,
	) {}

	async search(question: CxoneQuestions['search'], choice: SearchChoice): Promise<Found> {
		const { hint, signal } = this.session;
		switch (question.api) {
			case 'recordingApi': {
				const searchable = recordingApiSearch(this.tenant, question);
				const found = await findRecordings(searchable, choice, hint, signal);
				return { ...found, ...RECORDING_API_READING };
			}
			case 'dataExtraction': {
				const extraction = this.extraction(question.maxWaitMs);
				return await searchExtracted(extraction, question, choice, hint);
			}
		}
	}

	async get(id: string): Promise<Found> {
		const { answer } = await call(this.tenant, 'getRecording', { ids: { recordingId: id } });
		return { rows: [answer], ...RECORDING_API_READING };
	}

	async watch(question: CxoneQuestions['watch']): Promise<Watched> {
		switch (question.api) {
			case 'recordingApi': {
				const source = new RecordingApiSource(this.tenant, question.filters);
				return { source, ...RECORDING_API_READING };
			}
			case 'dataExtraction': {
				const extraction = this.extraction(LONGEST_JOB_MS);
				const source = new ExtractionSource(extraction, question, this.session.log);
				return { source, ...extractedReading(question.granularity) };
			}
		}
	}

	async files(target: MediaTarget, question: CxoneFiles) {
		return await filesOf(this.tenant, target, question);
	}

	private extraction(maxWaitMs: number): DataExtraction {
		return new DataExtraction(this.session, this.tenant, maxWaitMs);
	}
}

/** NICE CXone: the Recording API, Data Extraction and Media Playback. */
export const cxonePlatform: Platform<CxoneQuestions> = {
	id: 'cxone',
	name: 'CXone',
	async connect(session, type) {
		const credentialType = type as CxoneCredentialType;
		const signIn = await signInTo(session, credentialType);
		return new ConnectedCxone(session, { connection: session, credentialType, signIn });
	},
	targetOf: cxoneTarget,
};
