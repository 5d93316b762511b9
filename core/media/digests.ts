import { createHash, type Hash } from 'node:crypto';

/** Lower-case hexadecimal. */
export interface Hashes {
	md5: string;
	sha256: string;
}

/** Running MD5 and SHA-256 of the bytes of one file. */
export class Digests {
	private readonly md5: Hash = createHash('md5');
	private readonly sha256: Hash = createHash('sha256');

	update(block: Buffer): void {
		this.md5.update(block);
		this.sha256.update(block);
	}

	/** The SHA-256 of what came so far; more may follow. */
	soFar(): string {
		return this.sha256.copy().digest('hex');
	}

	/** Ends it. */
	finish(): Hashes {
		return { md5: this.md5.digest('hex'), sha256: this.sha256.digest('hex') };
	}
}
