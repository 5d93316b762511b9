import { z } from '../vendor';

const SOURCE = Symbol('source');

/** What was read from a JSON object, with that object kept behind it, untouched. */
export type Sourced<T> = T & { readonly [SOURCE]: Record<string, unknown> };

/** A schema that reads a JSON object and keeps the object itself for those who want the vendor's own form. */
export function sourced<S extends z.ZodTypeAny>(schema: S) {
	return z.unknown().transform((source, context): Sourced<z.output<S>> => {
		const result = schema.safeParse(source);
		if (result.success) return { ...(result.data as object), [SOURCE]: source } as Sourced<z.output<S>>;
		for (const issue of result.error.issues) context.addIssue(issue);
		return z.NEVER;
	});
}

/** The JSON object as the vendor sent it. */
export function sourceOf(value: Sourced<object>): Record<string, unknown> {
	return value[SOURCE];
}
