import { scopeOf, type FaultScope } from '../../core/http/scope';
import type { Recording } from '../../core/recording';

type Platform = Recording['platform'];

/** An item that was left alone, because it would have come to the same end as an earlier one. */
class NotTried extends Error {
	/** What to do next. */
	readonly description?: string;

	constructor(
		earlier: unknown,
		item: number,
		readonly scope: FaultScope,
	) {
		const { message, description } = earlier as { message?: string; description?: string };
		super(`Not tried after item ${item} failed: ${message}`);
		this.description = description;
	}
}

/**
 * Faults that concern more than the item they showed at. Where the node continues on fail, each further item would cost
 * requests, and minutes of waiting, to fail alike.
 */
export class CommonFaults {
	private readonly known = new Map<Platform, NotTried>();

	/**
	 * Does some work for an item.
	 *
	 * @param item index of the input item, from 0
	 * @throws what the work throws; or at once, where an earlier item showed that it cannot succeed
	 */
	async guard<T>(platform: Platform, item: number, work: () => Promise<T>): Promise<T> {
		const earlier = this.known.get(platform);
		if (earlier !== undefined) throw earlier;
		return await work().catch((error: unknown) => {
			const scope = scopeOf(error);
			const concerned: Platform[] = scope === 'all' ? ['cxone', 'genesys'] : scope === 'platform' ? [platform] : [];
			for (const one of concerned) if (!this.known.has(one)) this.known.set(one, new NotTried(error, item, scope));
			throw error;
		});
	}
}
