import { isMp3Frame } from './kinds';

/** Kilobits a second of layer III and II by index ("ISO/IEC 11172-3" and "13818-3"); 0 where there is none. */
const BIT_RATES: Readonly<Record<'1-3' | '1-2' | '2', readonly number[]>> = {
	'1-3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
	'1-2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
	'2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];

const ID3_HEADER_BYTES = 10;

/**
 * How long an MP3 plays, by its first frame: by the number of frames where it tells that, else by its bit rate.
 *
 * @param head the first bytes of the file
 * @param sizeBytes of the whole file
 * @returns seconds; undefined where the first frame is not in the head, or cannot be read
 */
export function mp3Seconds(head: Buffer, sizeBytes: number): number | undefined {
	const start = behindTag(head);
	if (head.length < start + 200 || !isMp3Frame(head, start)) return undefined;
	const version = (head[start + 1] >> 3) & 3;
	const layer = (head[start + 1] >> 1) & 3;
	const rateIndex = (head[start + 2] >> 2) & 3;
	// Layer III is 1, layer II is 2; version 1 is 3, version 2 is 2, version 2.5 is 0.
	const table = version !== 3 ? '2' : layer === 1 ? '1-3' : '1-2';
	const sampleRate = SAMPLE_RATES[rateIndex] / (version === 3 ? 1 : version === 2 ? 2 : 4);
	const samples = layer === 1 && version !== 3 ? 576 : 1152;
	const frames = framesOf(head.subarray(start, start + 200));
	if (frames !== undefined) return rounded((frames * samples) / sampleRate);
	const kilobits = BIT_RATES[table][head[start + 2] >> 4];
	return kilobits === 0 ? undefined : rounded(((sizeBytes - start) * 8) / (kilobits * 1000));
}

/** The number of frames that encoders write into the first one. */
function framesOf(frame: Buffer): number | undefined {
	for (const name of ['Xing', 'Info']) {
		const at = frame.indexOf(name, 0, 'latin1');
		if (at > 0 && at + 12 <= frame.length && (frame[at + 7] & 1) === 1)
			return frame.readUInt32BE(at + 8);
	}
	return undefined;
}

/** Where the audio begins behind an ID3 tag. */
function behindTag(head: Buffer): number {
	if (head.toString('latin1', 0, 3) !== 'ID3') return 0;
	const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
	return ID3_HEADER_BYTES + size;
}

function rounded(seconds: number): number {
	return Math.round(seconds * 1000) / 1000;
}
