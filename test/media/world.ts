import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { Transport } from '../../core/http/transport';
import type { Store } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { startSimulator, type MediaSource, type Simulator } from '../../simulator';
import type { VirtualClock } from '../virtual-clock';

/** A simulator on a virtual clock, and files in it to download with the engine alone. */
export class World {
	readonly transport = new Transport({
		idleTimeoutMs: 150,
		connectTimeoutMs: 2_000,
		headersTimeoutMs: 2_000,
	});
	/** Links asked for since `signed` or `gir` was last called. */
	links = 0;
	private files = 0;

	private constructor(
		readonly simulator: Simulator,
		private readonly clock: VirtualClock,
	) {}

	/** @param clock in the place of the pack's own */
	static async start(clock: VirtualClock): Promise<World> {
		return new World(await startSimulator({ seed: 'empty', now: clock.now }), clock);
	}

	async stop(): Promise<void> {
		await this.transport.close();
		await this.simulator.stop();
	}

	/**
	 * A file of the media store behind signed links. `told` says whether the link comes with the size, `ageSeconds` how long
	 * ago the file was put there.
	 */
	signed(
		source: MediaSource,
		extension: string,
		told = true,
		ageSeconds = 3_600,
	): { mediaFile: MediaFile; objectKey: string } {
		const { media } = this.simulator;
		const objectKey = `recordings/file-${++this.files}.${extension}`;
		media.addObject(objectKey, source, { lastModified: this.clock.now() - ageSeconds * 1000 });
		this.links = 0;
		const mediaFile: MediaFile = {
			recordingId: `rec-${this.files}`,
			channel: 'combined',
			renewable: true,
			link: async () => {
				this.links++;
				const sizeBytes =
					told && media.has(objectKey) ? media.source(objectKey).sizeBytes : undefined;
				return { url: media.signedUrl(objectKey), sizeBytes };
			},
		};
		return { mediaFile, objectKey };
	}

	/** A media file of a GIR recording. */
	gir(source: MediaSource): { mediaFile: MediaFile; recordingId: string } {
		const { genesys } = this.simulator;
		const recordingId = `GIR${++this.files}`;
		const recording = genesys.recordings.add({ id: recordingId, media: [{ source }] });
		const [file] = recording.media;
		const { username, password } = genesys.users[0];
		this.links = 0;
		const sizeBytes = file.content.sizeBytes;
		const mediaFile: MediaFile = {
			recordingId,
			channel: file.mediaUUID,
			renewable: false,
			ranges: false,
			link: async () => {
				this.links++;
				return {
					url: `${genesys.url}/api/v2/recordings/${recordingId}/play/${file.mediaUUID}.${file.extension}`,
					headers: {
						authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
					},
					sizeBytes,
				};
			},
		};
		return { mediaFile, recordingId };
	}
}

/** A store in memory, which keeps what it was given only when the stream ends well. */
export class MemoryStore {
	readonly kept: Array<{ bytes: Buffer; fileName: string; mimeType: string }> = [];

	readonly store: Store<number> = async (body: Readable, fileName, mimeType) => {
		const chunks: Buffer[] = [];
		for await (const chunk of body) chunks.push(chunk as Buffer);
		return this.kept.push({ bytes: Buffer.concat(chunks), fileName, mimeType });
	};
}

/** Lower-case hexadecimal. */
export function sha256(bytes: Buffer | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}
