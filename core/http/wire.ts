import { z } from '../vendor';

/** Text that a vendor may write as a number, or leave out. */
export const word = z
	.union([z.string(), z.number()])
	.transform((value) => String(value))
	.nullish();

/** A number that a vendor may write as text, or leave out. */
export const amount = z.union([z.number(), z.string()]).nullish();

/** A list that a vendor may leave out; empty then. */
export const list = <T extends z.ZodTypeAny>(item: T) =>
	z
		.array(item)
		.nullish()
		.transform((items) => items ?? []);
