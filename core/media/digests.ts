import { createHash, type Hash } from 'node:crypto';

/** Lower-case hexadecimal. */
export interface Hashes {
	md5: string;
	sha256: string;
}

/** Running MD5 and SHA-256 of the bytes of one file, wherever they are computed. */
export interface RunningDigests {
	/** Takes the next bytes in. They may be written over once it is done. */
	update(block: Buffer): Promise<void> | void;
	/** The SHA-256 of what came so far; more may follow. */
	soFar(): Promise<string> | string;
	/** Ends it. */
	finish(): Promise<Hashes> | Hashes;
	/** Lets go of a computation that nobody waits for. */
	drop(): void;
}

/** Computed where the bytes are. */
export class Digests implements RunningDigests {
	private readonly md5: Hash = createHash('md5');
	private readonly sha256: Hash = createHash('sha256');

	update(block: Uint8Array): void {
		this.md5.update(block);
		this.sha256.update(block);
	}

	soFar(): string {
		return this.sha256.copy().digest('hex');
	}

	finish(): Hashes {
		return { md5: this.md5.digest('hex'), sha256: this.sha256.digest('hex') };
	}

	drop(): void {
		// Nothing is held anywhere else.
	}
}
