const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;
/** A movie header up to its duration, in its longer form (ISO/IEC 14496-12, section 8.2.2). */
const MOVIE_BYTES = 40;

/**
 * Follows the top-level boxes of an ISO base media (MP4) file, ISO/IEC 14496-12, section 4.2, as it passes by in blocks
 * of any size: a whole file ends where a box ends.
 */
export class Mp4Reader {
	private collected: Buffer = Buffer.alloc(0);
	private left = 0;
	private readable = true;
	/** The first bytes of the box that holds the others, which tell how long the file plays. */
	private movie: Buffer | undefined;

	/** The next bytes of the file. The block is not kept. */
	update(block: Buffer): void {
		for (let at = 0; at < block.length && this.readable;) {
			if (this.left > 0) {
				const taken = Math.min(this.left, block.length - at);
				if (this.movie !== undefined) {
					const more = block.subarray(at, at + Math.min(taken, MOVIE_BYTES - this.movie.length));
					this.movie = Buffer.concat([this.movie, more]);
				}
				this.left -= taken;
				at += taken;
				continue;
			}
			const wanted = this.wanted();
			const more = block.subarray(at, at + wanted - this.collected.length);
			this.collected = Buffer.concat([this.collected, more]);
			at += more.length;
			if (this.collected.length === this.wanted()) this.beginBox();
		}
	}

	/** Bytes that the last box promises and the file does not have. At least 1 where the file ends inside a box header. */
	get missingBytes(): number {
		return this.left > 0
			? this.left
			: this.collected.length > 0
				? this.wanted() - this.collected.length
				: 0;
	}

	/** How long the file plays, in seconds; undefined where it does not tell. */
	get seconds(): number | undefined {
		const { movie } = this;
		if (movie?.length !== MOVIE_BYTES || movie.toString('latin1', 4, HEADER_BYTES) !== 'mvhd')
			return undefined;
		const isLong = movie[HEADER_BYTES] === 1;
		const timescale = movie.readUInt32BE(isLong ? 28 : 20);
		const duration = isLong ? Number(movie.readBigUInt64BE(32)) : movie.readUInt32BE(24);
		const isKnown = timescale > 0 && duration > 0 && duration < (isLong ? 2 ** 63 : 0xffffffff);
		return isKnown ? Math.round((duration / timescale) * 1000) / 1000 : undefined;
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
		const isMovie = header.toString('latin1', 4, HEADER_BYTES) === 'moov';
		// What follows it is no part of it.
		if (isMovie) this.movie ??= Buffer.alloc(0);
		else if (this.movie !== undefined && this.movie.length < MOVIE_BYTES) this.movie = undefined;
	}
}
