import { scopeOf, type FaultScope } from '../../core/http/scope';

/** An item that was left alone, because it would have come to the same end as an earlier one. */
class NotTried extends Error {
	/** What to do next. */
	readonly description?: string;
	/** As the earlier one's. */
	readonly reason?: string;

	constructor(
		earlier: unknown,
		item: number,
		readonly scope: FaultScope,
	) {
		const { message, description, reason } = earlier as {
			message?: string;
			description?: string;
			reason?: string;
		};
		super(`Not tried after item ${item} failed: ${message}`);
		this.description = description;
		this.reason = reason;
	}
}

/**
 * Faults that concern more than the item they showed at. Where the node continues on fail, each further item would cost
 * requests, and minutes of waiting, to fail alike.
 */
export class CommonFaults {
	private readonly known = new Map<string, NotTried>();
	/** A fault of all platforms alike. */
	private everywhere: NotTried | undefined;

	/**
	 * Does some work for an item.
	 *
	 * @param item index of the input item, from 0
	 * @throws what the work throws; or at once, where an earlier item showed that it cannot succeed
	 */
	async guard<T>(platform: string, item: number, work: () => Promise<T>): Promise<T> {
		const earlier = this.everywhere ?? this.known.get(platform);
		if (earlier !== undefined) throw earlier;
		return await work().catch((error: unknown) => {
			const scope = scopeOf(error);
			if (scope === 'all') this.everywhere ??= new NotTried(error, item, scope);
			if (scope === 'platform' && !this.known.has(platform))
				this.known.set(platform, new NotTried(error, item, scope));
			throw error;
		});
	}
}
