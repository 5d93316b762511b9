/** The loudest that counts as silence, of 32,768: -60 dBFS, below the noise of any telephone line that carries a voice. */
const QUIET = 32;

const PCM = 1;
/** The byte values of G.711 whose samples are no louder than that, by format tag: A-law and mu-law. */
const QUIET_BYTES: Readonly<Record<number, ReadonlySet<number>>> = {
	6: new Set([0x54, 0x55, 0xd4, 0xd5]),
	7: new Set([0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]),
};

/** Listens to the samples of a WAV as they pass by, until one is louder than silence. */
export class QuietTest {
	/** Whether none was so far. */
	quiet = true;
	private readonly sampleBytes: number;
	private rest: Buffer = Buffer.alloc(0);

	private constructor(
		private readonly tag: number,
		bitsPerSample: number,
	) {
		this.sampleBytes = tag === PCM ? Math.ceil(bitsPerSample / 8) : 1;
	}

	/** @returns undefined for encodings whose samples cannot be told without decoding them */
	static of(tag: number, bitsPerSample: number): QuietTest | undefined {
		const readable = tag === PCM ? bitsPerSample > 0 : Object.hasOwn(QUIET_BYTES, tag);
		return readable ? new QuietTest(tag, bitsPerSample) : undefined;
	}

	/** Samples in a block of any size. The block is not kept. */
	listen(block: Buffer): void {
		if (!this.quiet) return;
		const bytes = this.rest.length === 0 ? block : Buffer.concat([this.rest, block]);
		const end = bytes.length - (bytes.length % this.sampleBytes);
		this.quiet = this.isQuiet(bytes, end);
		this.rest = Buffer.from(bytes.subarray(end));
	}

	private isQuiet(bytes: Buffer, end: number): boolean {
		const { sampleBytes, tag } = this;
		if (tag !== PCM) return bytes.every((byte) => QUIET_BYTES[tag].has(byte));
		// Samples of eight bits have no sign, and no step as small as that.
		if (sampleBytes === 1) return bytes.every((byte) => byte === 0x80);
		for (let at = sampleBytes - 2; at < end; at += sampleBytes) {
			const sample = bytes.readInt16LE(at);
			if (sample > QUIET || sample < -QUIET) return false;
		}
		return true;
	}
}
