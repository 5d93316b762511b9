/**
 * Whom a fault concerns: the one item it showed at; every item of the same platform, as a refused sign-in, an exhausted
 * quota or a host that cannot be reached do; or every item whatever its platform, as a full disk does.
 */
export type FaultScope = 'item' | 'platform' | 'all';

/** The same error, which tells from now on whom it concerns. */
export function withScope<E extends object>(
	error: E,
	scope: FaultScope,
): E & { scope: FaultScope } {
	return Object.assign(error, { scope });
}

/** Whom an error concerns; the one item where nobody said so. */
export function scopeOf(error: unknown): FaultScope {
	const { scope } = (error ?? {}) as { scope?: FaultScope };
	return scope ?? 'item';
}
