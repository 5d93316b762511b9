import { CxoneTenant } from './cxone/tenant';
import { GirServer } from './genesys/server';
import { playPath } from './genesys/wire';
import { Faults, HttpService, type Fault, type RecordedRequest } from './http';
import { MediaStore } from './media-store';
import { seedDemo } from './seed';

export type * from './cxone/types';
export type * from './cxone/contacts';
export type { LiveCall } from './cxone/record-control';
export type * from './genesys/types';
export type { CxoneTenant } from './cxone/tenant';
export type { GirServer } from './genesys/server';
export type { MediaStore, StoredObject } from './media-store';
export type { MediaSource, SyntheticFormat } from './content';
export type { Fault, FaultEffect, RecordedRequest, ServerName } from './http';

export interface SimulatorOptions {
	/** ms; default Date.now. A virtual clock drives URL expiry, token lifetime, rate windows, status changes and jobs. */
	now?: () => number;
	/** Default 50. */
	recordingApiPerMinute?: number;
	/** Default 150. */
	mediaPlaybackPer5Minutes?: number;
	/** Default 3600. */
	tokenLifetimeSeconds?: number;
	/** Default 1800. */
	signedUrlSeconds?: number;
	/** Default demo: a small, realistic tenant on each platform. */
	seed?: 'demo' | 'empty';
	/** Default 0: a free port. */
	ports?: { cxone?: number; media?: number; genesys?: number };
}

/** A media file the simulated platforms hold. `sha256` and `md5` are hex and computed when asked for. */
export interface SourceFile {
	platform: 'cxone' | 'genesys';
	api: 'recording' | 'mediaPlayback' | 'gir';
	recordingId: string;
	/** CXone Recording API. */
	channel?: string;
	/** CXone Media Playback: the ACD call ID, and which file of the interaction. */
	acdCallId?: string;
	segmentId?: string;
	file?: string;
	/** CXone: its key in the media store. */
	objectKey?: string;
	/** Genesys. */
	mediaUUID?: string;
	playPath?: string;
	sizeBytes: number;
	readonly sha256: string;
	readonly md5: string;
}

export interface Simulator {
	cxone: CxoneTenant;
	media: MediaStore;
	genesys: GirServer;
	/** Every request since the start, in order of arrival. */
	requests: RecordedRequest[];
	faults: { add(fault: Fault): void; clear(): void };
	/** Every media file the platforms hold, finished or not. */
	sources(): SourceFile[];
	/** Closes all sockets at once. */
	stop(): Promise<void>;
}

/** Starts a CXone tenant, its media store and a GIR server, each on its own port of 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const now = options.now ?? Date.now;
	const requests: RecordedRequest[] = [];
	const faults = new Faults();
	const media = new MediaStore(now, options.signedUrlSeconds ?? 1800);
	const cxone = new CxoneTenant({
		now,
		media,
		recordingApiPerMinute: options.recordingApiPerMinute ?? 50,
		mediaPlaybackPer5Minutes: options.mediaPlaybackPer5Minutes ?? 150,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
	});
	const genesys = new GirServer({ now });

	const services: HttpService[] = [];
	const stop = async (): Promise<void> => {
		await Promise.all(services.map(async (service) => await service.stop()));
	};
	try {
		const servers = { cxone, media, genesys };
		for (const name of ['cxone', 'media', 'genesys'] as const) {
			const service = await HttpService.start({
				name,
				port: options.ports?.[name] ?? 0,
				now,
				requests,
				faults,
				handler: (request) => servers[name].handle(request),
			});
			services.push(service);
			servers[name].url = service.url;
		}
	} catch (error) {
		await stop();
		throw error;
	}
	if (options.seed !== 'empty') seedDemo(cxone, genesys, now());
	return { cxone, media, genesys, requests, faults, sources: () => sources(cxone, genesys), stop };
}

function sources(cxone: CxoneTenant, genesys: GirServer): SourceFile[] {
	const files: SourceFile[] = [];
	const stored = (
		objectKey: string,
		rest: Omit<SourceFile, 'sizeBytes' | 'sha256' | 'md5' | 'platform'>,
	): void => {
		if (!cxone.media.has(objectKey)) return;
		const object = cxone.media.source(objectKey);
		files.push({
			platform: 'cxone',
			...rest,
			objectKey,
			sizeBytes: object.sizeBytes,
			get sha256() {
				return object.sha256;
			},
			get md5() {
				return object.md5;
			},
		});
	};
	for (const recording of cxone.recordings.list()) {
		for (const [channel, objectKey] of Object.entries(recording.objectKeys)) {
			stored(objectKey, { api: 'recording', recordingId: recording.recordingId, channel });
		}
	}
	for (const contact of cxone.contacts.list()) {
		for (const interaction of contact.interactions) {
			const { recordingId } = interaction;
			const { acdCallId } = contact;
			for (const [file, objectKey] of Object.entries(interaction.objectKeys)) {
				stored(objectKey, { api: 'mediaPlayback', recordingId, acdCallId, file });
			}
			for (const { segmentId, objectKey } of interaction.segments) {
				if (objectKey !== undefined)
					stored(objectKey, { api: 'mediaPlayback', recordingId, acdCallId, segmentId });
			}
		}
	}
	for (const recording of genesys.recordings.list()) {
		for (const [index, media] of recording.media.entries()) {
			files.push({
				platform: 'genesys',
				api: 'gir',
				recordingId: recording.id,
				mediaUUID: media.mediaUUID,
				playPath: playPath(recording, index),
				sizeBytes: media.content.sizeBytes,
				get sha256() {
					return media.sha256;
				},
				get md5() {
					return media.md5;
				},
			});
		}
	}
	return files;
}
