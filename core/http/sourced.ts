import { readOut } from './wire';
import { z } from '../vendor';

const SOURCE = Symbol('source');
const UNREADABLE = Symbol('unreadable');

/** What was read from a JSON object, with that object kept behind it, untouched, and the names of what could not be read. */
export type Sourced<T> = T & {
	readonly [SOURCE]: Record<string, unknown>;
	readonly [UNREADABLE]: readonly string[];
};

/**
 * A schema that reads what can be read of a JSON object, and keeps the object itself for those who want the vendor's own
 * form. It fails only where `schema` cannot do without what is missing.
 */
export function sourced<S extends z.ZodTypeAny>(schema: S) {
	return z.unknown().transform((source, context): Sourced<z.output<S>> => {
		const result = readOut(schema, source);
		if ('data' in result) {
			return {
				...(result.data as object),
				[SOURCE]: source,
				[UNREADABLE]: result.unreadable,
			} as unknown as Sourced<z.output<S>>;
		}
		context.addIssue({ code: z.ZodIssueCode.custom, ...result.problem });
		return z.NEVER;
	});
}

/** The JSON object as the vendor sent it. */
export function sourceOf(value: Sourced<object>): Record<string, unknown> {
	return value[SOURCE];
}

/** Where in the vendor's JSON something stands that could not be read, for example `mediaFiles[0].size`; it was read as null. */
export function unreadableOf(value: Sourced<object>): readonly string[] {
	return value[UNREADABLE];
}

/** The member of an item that names what could not be read; none where everything could. */
export function unreadableIn(value: Sourced<object>): { unreadable?: string[] } {
	return value[UNREADABLE].length > 0 ? { unreadable: [...value[UNREADABLE]] } : {};
}
