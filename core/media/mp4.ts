const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/**
 * Follows the top-level boxes of an ISO base media (MP4) file, ISO/IEC 14496-12, section 4.2, as it passes by in blocks
 * of any size: a whole file ends where a box ends.
 */
export class Mp4Reader {
	private collected: Buffer = Buffer.alloc(0);
	private left = 0;
	private readable = true;

	/** The next bytes of the file. The block is not kept. */
	update(block: Buffer): void {
		for (let at = 0; at < block.length && this.readable;) {
			if (this.left > 0) {
				const taken = Math.min(this.left, block.length - at);
				this.left -= taken;
				at += taken;
				continue;
			}
			const wanted = this.wanted();
			const taken = Math.min(wanted - this.collected.length, block.length - at);
			this.collected = Buffer.concat([this.collected, block.subarray(at, at + taken)]);
			at += taken;
			if (this.collected.length === this.wanted()) this.beginBox();
		}
	}

	/** Bytes that the last box promises and the file does not have. At least 1 where the file ends inside a box header. */
	get missingBytes(): number {
		if (!this.readable) return 0;
		return this.left > 0
			? this.left
			: this.collected.length > 0
				? this.wanted() - this.collected.length
				: 0;
	}

	private wanted(): number {
		const isLong = this.collected.length >= HEADER_BYTES && this.collected.readUInt32BE(0) === 1;
		return isLong ? LONG_HEADER_BYTES : HEADER_BYTES;
	}

	private beginBox(): void {
		const header = this.collected;
		this.collected = Buffer.alloc(0);
		const size = header.readUInt32BE(0);
		const whole = size === 1 ? Number(header.readBigUInt64BE(HEADER_BYTES)) : size;
		// Size 0 reaches to the end of the file; a size smaller than its header is no box, so there is nothing to follow.
		if (whole < header.length) this.readable = false;
		else this.left = whole - header.length;
	}
}
