import { Readable } from 'node:stream';

import type { BlockPool } from './blocks';

/**
 * The stream a store gets. A store that pulls (`for await`, as n8n's file store does) and works between two blocks has
 * done with a block when it asks for the next one, so its memory can be used again. One that collects what it is given
 * gets blocks of its own.
 */
export class BodyStream extends Readable {
	/** What ended the stream early, as it was thrown. */
	failure: unknown;

	/**
	 * @param blocks bytes in order
	 * @param pool where blocks go that the store has done with; undefined to leave all of them to the store
	 */
	constructor(
		private readonly blocks: AsyncGenerator<Buffer>,
		private readonly pool: BlockPool | undefined,
	) {
		super();
	}

	override _read(): void {
		this.blocks.next().then(
			({ value, done }) => this.push(done === true ? null : value),
			(error: unknown) => {
				this.failure = error;
				this.destroy(error as Error);
			},
		);
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		void this.blocks.return(undefined).then(() => done(error));
	}

	override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer> {
		if (this.pool === undefined) return super[Symbol.asyncIterator]();
		return this.pull(this.pool);
	}

	private async *pull(pool: BlockPool): NodeJS.AsyncIterator<Buffer> {
		try {
			for (;;) {
				const { value, done } = await this.blocks.next();
				if (done === true) return;
				let worked = false;
				setImmediate(() => (worked = true));
				yield value;
				// Who asks for the next block at once has not written this one anywhere, so it is still in use.
				if (worked) pool.giveBack(value);
			}
		} catch (error) {
			this.failure = error;
			throw error;
		}
	}
}
