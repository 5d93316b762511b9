import { scopeOf, withScope, type FaultScope } from '../../core/http/scope';

/** For an item that was left alone, because it would have come to the same end as an earlier one. */
function notTried(earlier: unknown, item: number, scope: FaultScope): Error {
	const { message, description, reason } = earlier as Record<string, string | undefined>;
	const error = new Error(`Not tried after item ${item} failed: ${message}`);
	return withScope(Object.assign(error, { description, reason }), scope);
}

/**
 * Faults that concern more than the item they showed at. Where the node continues on fail, each further item would cost
 * requests, and minutes of waiting, to fail alike.
 */
export class CommonFaults {
	/** By platform. */
	private readonly known = new Map<string, Error>();
	/** Of all platforms alike. */
	private everywhere?: Error;

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
			if (scope === 'all') this.everywhere ??= notTried(error, item, scope);
			if (scope === 'platform' && !this.known.has(platform))
				this.known.set(platform, notTried(error, item, scope));
			throw error;
		});
	}
}
