import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { itemSettings, type RunSettings } from './settings';
import { isById } from './wanted';
import {
	evidenceFiles,
	factsOf,
	impersonal,
	manifestOf,
	sidecarOf,
	type ManifestFile,
	type ManifestGap,
	type RecordingFacts,
} from '../../core/evidence/manifest';
import { archivePath } from '../../core/evidence/places';
import { producerOf } from '../../core/evidence/producer';
import { clock } from '../../core/http/clock';
import { storeFailed } from '../../core/media/errors';
import type { Recording } from '../../core/recording';
import { FieldValues } from '../common/field-values';
import { searchReports } from '../common/search-report';

/** What is known of the recording a file belongs to; by ID, often no more than the ID. */
export type KnownRecording = Pick<Recording, 'platform' | 'id' | 'references'> & Partial<Recording>;

/** A line of the manifest and the recording it is about, or why there is none. */
export interface Proof {
	file?: ManifestFile;
	recording?: KnownRecording;
	gap?: ManifestGap;
}

/** Makes the evidence of one execution. */
export class Evidence {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly settings: RunSettings['evidence'],
	) {}

	/** Whether an item stands for "nothing was found": n8n hands it over where "Always Output Data" is on in the node before. */
	isNothing(item: number): boolean {
		const { json, binary = {} } = this.context.getInputData()[item];
		const isEmpty = Object.keys(json).length === 0 && Object.keys(binary).length === 0;
		return this.settings.manifest && isEmpty && !isById(FieldValues.ofItem(this.context, item));
	}

	/** Stores a file that was made here. */
	async store(bytes: Buffer, path: string, mimeType: string): Promise<IBinaryData> {
		const { helpers } = this.context;
		return await helpers.prepareBinaryData(bytes, path, mimeType).catch((error: unknown) => {
			throw storeFailed(path, error);
		});
	}

	/** Where a file belongs in the archive. */
	pathOf(fileName: string, recording: KnownRecording): string {
		return archivePath(fileName, recording.start ?? null, this.settings.folders);
	}

	/** What an item says beyond the file itself: its path, where anything is asked for that it matters to. */
	jsonOf({ path }: ManifestFile): IDataObject {
		const { manifest, sidecars, folders } = this.settings;
		return manifest || sidecars || folders !== 'none' ? { path } : {};
	}

	/** Stores the JSON file beside a file, where that is asked for, and notes it in the file's line. */
	async addSidecar(
		file: ManifestFile,
		recording: KnownRecording,
		field: string,
	): Promise<Record<string, IBinaryData>> {
		if (!this.settings.sidecars || file.skipped === true) return {};
		const { bytes, sha256 } = sidecarOf(file, this.factsOf(recording));
		const path = `${file.path}.json`;
		const stored = await this.store(bytes, path, 'application/json');
		file.sidecar = { path, sha256 };
		return { [`${field}_sidecar`]: stored };
	}

	/** The item with the manifest, where that is asked for. */
	async manifestItems(proofs: Proof[]): Promise<INodeExecutionData[]> {
		if (!this.settings.manifest) return [];
		const { context, settings } = this;
		const items = context.getInputData();
		const manifest = manifestOf({
			createdAt: new Date(clock.now()),
			producedBy: producerOf(context),
			previousSha256: settings.previousSha256,
			searches: searchReports(context).map((search) =>
				settings.personalData ? search : impersonal(search),
			),
			recordings: proofs.flatMap(({ recording }) =>
				recording === undefined ? [] : this.factsOf(recording),
			),
			itemsReceived: items.filter((_, item) => !this.isNothing(item)).length,
			files: proofs.flatMap(({ file }) => file ?? []),
			notDelivered: proofs.flatMap(({ gap }) => gap ?? []),
		});
		const files = evidenceFiles(manifest);
		const { field } = itemSettings(FieldValues.ofItem(context, 0));
		const stored = async ({ bytes, fileName, mimeType }: typeof files.manifest) =>
			await this.store(bytes, fileName, mimeType);
		return [
			{
				json: {
					manifest: true,
					fileName: files.manifest.fileName,
					manifestSha256: files.sha256,
					...manifest,
				} as unknown as IDataObject,
				binary: {
					[field]: await stored(files.manifest),
					[`${field}_checksums`]: await stored(files.checksums),
					[`${field}_timeStampRequest`]: await stored(files.timeStampRequest),
				},
				pairedItem: items.map((_, item) => ({ item })),
			},
		];
	}

	/** What manifest and sidecar files tell of a recording. */
	factsOf(recording: KnownRecording): RecordingFacts {
		return factsOf(recording, this.settings.personalData);
	}
}
