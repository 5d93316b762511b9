/** A tone of one second: WAV, 8 kHz, 16 bit, one channel. */
export function wav(pitchHz: number): Buffer {
	const samples = Buffer.alloc(16_000);
	for (let at = 0; at < 8_000; at++)
		samples.writeInt16LE(Math.round(12_000 * Math.sin((at * pitchHz * Math.PI) / 4_000)), at * 2);
	const head = Buffer.alloc(44);
	head.write('RIFF', 0);
	head.writeUInt32LE(36 + samples.length, 4);
	head.write('WAVEfmt ', 8);
	for (const [offset, value, bytes] of [
		[16, 16, 4],
		[20, 1, 2],
		[22, 1, 2],
		[24, 8_000, 4],
		[28, 16_000, 4],
		[32, 2, 2],
		[34, 16, 2],
	]) {
		head.writeUIntLE(value, offset, bytes);
	}
	head.write('data', 36);
	head.writeUInt32LE(samples.length, 40);
	return Buffer.concat([head, samples]);
}
