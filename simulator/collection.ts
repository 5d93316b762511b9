/** Records by id, in the order of adding. `Given` is what a test passes in, `Kept` what is stored. */
export class Collection<Given, Kept> {
	private readonly kept = new Map<string, Kept>();

	constructor(
		private readonly complete: (given: Given) => Kept,
		private readonly idOf: (kept: Kept) => string,
		private readonly removed: (kept: Kept) => void = () => undefined,
	) {}

	/** Fills in what was not given, stores the record and returns it; it may be changed in place later. */
	add(given: Given): Kept {
		const record = this.complete(given);
		this.kept.set(this.idOf(record), record);
		return record;
	}

	get(id: string): Kept | undefined {
		return this.kept.get(id);
	}

	/** As `get`, but throws when there is no such record. */
	need(id: string): Kept {
		const record = this.kept.get(id);
		if (record === undefined) throw new Error(`the simulator holds no record ${id}`);
		return record;
	}

	remove(id: string): boolean {
		const record = this.kept.get(id);
		if (record === undefined) return false;
		this.kept.delete(id);
		this.removed(record);
		return true;
	}

	list(): Kept[] {
		return [...this.kept.values()];
	}
}
