import { QuietTest } from './quiet';

/** What a WAV file says of itself and holds. */
export interface WavFacts {
	channels: number;
	sampleRateHz: number;
	durationSeconds: number;
	/** Whether every sample is digital silence; false where the encoding does not tell. */
	silent: boolean;
}

/** Format tags of "Multimedia Data Standards Update April 15, 1994", as the IANA registry of WAVE codecs lists them. */
const FORMAT = { pcm: 1, float: 3, aLaw: 6, muLaw: 7, extensible: 0xfffe } as const;
/**
 * Writers that cannot go back to the header leave 0 for a size, or the largest there is: of 32 bits, or of 31 bits less the
 * rest of a header or of a block (SoX has 0x7ffff000).
 */
const LARGEST_SIZES: ReadonlyArray<[from: number, to: number]> = [
	[0x7fff0000, 0x80000000],
	[0xffff0000, 0xffffffff],
];

function isLargest(size: number): boolean {
	return LARGEST_SIZES.some(([from, to]) => size >= from && size <= to);
}

const FIXED_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** What the size in the file's header does not count. */
const RIFF_HEADER_BYTES = 8;
/** Writers disagree on whether that size counts the header, and the last byte that fills up an odd one. */
const LOOSE_BYTES = RIFF_HEADER_BYTES + 1;
/** More of a chunk than this is never needed to read its fields. */
const MAX_FIELDS_BYTES = 64;

interface Format {
	tag: number;
	channels: number;
	sampleRateHz: number;
	bytesPerSecond: number;
	bitsPerSample: number;
}

/** The byte values of silence: the first is what a silent file repeats, others count as silence too. */
function silenceOf(format: Format): readonly number[] {
	switch (format.tag) {
		case FORMAT.pcm:
			return format.bitsPerSample <= 8 ? [0x80] : [0];
		case FORMAT.float:
			return [0];
		case FORMAT.aLaw:
			return [0xd5, 0x55];
		case FORMAT.muLaw:
			return [0xff, 0x7f];
		default:
			return [];
	}
}

/**
 * Reads a WAV file (RIFF, or RF64 for more than 4 GiB) as it passes by, in blocks of any size: the format, how many
 * bytes of samples there are, and whether all of them are silence.
 */
export class WavReader {
	private format: Format | undefined;
	private sampleBytes = 0;
	/** Bytes the header gives the samples; undefined where it leaves that open. */
	private promisedSampleBytes: number | undefined;
	private longSampleBytes: number | undefined;
	/** Where the header says that the file ends, counted from its first byte; undefined where it leaves that open. */
	private riffEnd: number | undefined;
	/** Bytes read. */
	private position = 0;
	private silence: readonly number[] = [];
	private allSilent = true;
	private loudness: QuietTest | undefined;
	private model: Buffer = Buffer.alloc(0);
	/** What the next bytes are: header fields being collected, bytes of no interest, or samples. */
	private state: 'start' | 'chunk' | 'fields' | 'skip' | 'samples' = 'start';
	private collected: Buffer = Buffer.alloc(0);
	private chunkName = '';
	/** Bytes left of the current chunk. */
	private left = 0;
	/** Of those, how many more bytes than its fields to skip afterwards. */
	private skipAfter = 0;

	/** The next bytes of the file. The block is not kept. */
	update(block: Buffer): void {
		for (let at = 0; at < block.length;) at += this.step(block, at);
	}

	/** Undefined when no format was found. */
	facts(): WavFacts | undefined {
		const { format, sampleBytes } = this;
		if (format === undefined) return undefined;
		const { channels, sampleRateHz, bytesPerSecond } = format;
		const durationSeconds =
			bytesPerSecond > 0 ? Math.round((sampleBytes / bytesPerSecond) * 1000) / 1000 : 0;
		return {
			channels,
			sampleRateHz,
			durationSeconds,
			silent: this.silence.length > 0 && sampleBytes > 0 && this.allSilent,
		};
	}

	/** Whether the header promises audio and not one sample is there. */
	get empty(): boolean {
		return this.sampleBytes === 0;
	}

	/** Whether no sample is louder than silence; undefined where the encoding does not tell. */
	get quiet(): boolean | undefined {
		return this.sampleBytes === 0 ? undefined : this.loudness?.quiet;
	}

	/** Bytes of samples that the header promises and the file does not have. */
	get missingBytes(): number {
		return this.promisedSampleBytes === undefined
			? 0
			: Math.max(0, this.promisedSampleBytes - this.sampleBytes);
	}

	/** Bytes behind the samples that the header promises and the file does not have: notes about the call, for example. */
	get missingBehindBytes(): number {
		const missing = (this.riffEnd ?? 0) - this.position;
		return missing > LOOSE_BYTES ? missing : 0;
	}

	/** Reads what belongs together, or what is there of it. Returns how many bytes that were; none where nothing was left of it. */
	private step(block: Buffer, at: number): number {
		switch (this.state) {
			case 'start':
				return this.collect(block, at, FIXED_HEADER_BYTES, (header) => {
					const size = header.readUInt32LE(4);
					this.riffEnd = isLargest(size) ? undefined : size + RIFF_HEADER_BYTES;
					this.state = 'chunk';
				});
			case 'chunk':
				return this.collect(block, at, CHUNK_HEADER_BYTES, (header) => this.beginChunk(header));
			case 'fields':
				return this.collect(block, at, this.left, (fields) => this.readFields(fields));
			case 'skip': {
				const taken = Math.min(this.left, block.length - at);
				this.position += taken;
				this.left -= taken;
				if (this.left === 0) this.state = 'chunk';
				return taken;
			}
			case 'samples': {
				const taken = Math.min(this.left, block.length - at);
				this.listen(block.subarray(at, at + taken));
				this.position += taken;
				this.sampleBytes += taken;
				this.left -= taken;
				if (this.left === 0) this.skip(this.sampleBytes % 2);
				return taken;
			}
		}
	}

	private collect(
		block: Buffer,
		at: number,
		wanted: number,
		done: (bytes: Buffer) => void,
	): number {
		const taken = Math.min(wanted - this.collected.length, block.length - at);
		this.collected = Buffer.concat([this.collected, block.subarray(at, at + taken)]);
		this.position += taken;
		if (this.collected.length === wanted) {
			const bytes = this.collected;
			this.collected = Buffer.alloc(0);
			done(bytes);
		}
		return taken;
	}

	private beginChunk(header: Buffer): void {
		this.chunkName = header.toString('latin1', 0, 4);
		const size = header.readUInt32LE(4);
		if (this.chunkName === 'data') {
			this.beginSamples(size);
			return;
		}
		const padded = size + (size % 2);
		this.left = Math.min(padded, MAX_FIELDS_BYTES);
		this.skipAfter = padded - this.left;
		this.state = 'fields';
	}

	private beginSamples(size: number): void {
		// A header that was written first and never corrected says that the file ends with it. If it does not, samples follow.
		const endsHere = this.riffEnd === undefined || this.riffEnd <= this.position;
		const open = isLargest(size) || (size === 0 && endsHere);
		this.promisedSampleBytes = open ? this.longSampleBytes : size;
		this.left = this.promisedSampleBytes ?? Infinity;
		this.state = 'samples';
	}

	private readFields(fields: Buffer): void {
		if (this.chunkName === 'ds64' && fields.length >= 16)
			this.longSampleBytes = Number(fields.readBigUInt64LE(8));
		if (this.chunkName === 'fmt ' && fields.length >= 16) {
			const tag = fields.readUInt16LE(0);
			this.format = {
				// The extensible form has the real tag at the start of its sub-format.
				tag: tag === FORMAT.extensible && fields.length >= 26 ? fields.readUInt16LE(24) : tag,
				channels: fields.readUInt16LE(2),
				sampleRateHz: fields.readUInt32LE(4),
				bytesPerSecond: fields.readUInt32LE(8),
				bitsPerSample: fields.readUInt16LE(14),
			};
			this.silence = silenceOf(this.format);
			this.loudness = QuietTest.of(this.format.tag, this.format.bitsPerSample);
		}
		this.skip(this.skipAfter);
	}

	private skip(bytes: number): void {
		this.left = bytes;
		this.state = 'skip';
	}

	private listen(samples: Buffer): void {
		this.loudness?.listen(samples);
		if (!this.allSilent) return;
		const [usual] = this.silence;
		if (this.model.length < samples.length) this.model = Buffer.alloc(samples.length, usual);
		if (samples.compare(this.model, 0, samples.length) === 0) return;
		this.allSilent = samples.every((byte) => this.silence.includes(byte));
	}
}
