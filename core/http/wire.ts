import { z } from '../vendor';
import { isoTime } from '../recording';

/**
 * A value that a vendor may write in several ways, or leave out: read by `read`, which gives null for what it cannot read.
 * Not a union of types, because each of its failures would cost zod many times as much.
 */
const readBy = <T>(
	read: (value: string | number) => T | null,
	expected: string,
	kinds = ['string', 'number'],
) =>
	z.unknown().transform((value, context): T | null | undefined => {
		if (value === null || value === undefined) return value;
		const result = kinds.includes(typeof value) ? read(value as string | number) : null;
		if (result === null)
			context.addIssue({ code: z.ZodIssueCode.custom, message: `is no ${expected}` });
		return result;
	});

/** As `readBy`; empty text counts as left out. */
const readGiven = <T>(...[read, expected, kinds]: Parameters<typeof readBy<T>>) =>
	readBy<T | undefined>((value) => (value === '' ? undefined : read(value)), expected, kinds);

/** Text that a vendor may write as a number, or leave out. */
export const text = readBy(String, 'text');

/** One of a vendor's own words: text that blanks may stand around. */
export const word = readBy((value) => String(value).trim(), 'text');

/** A number that a vendor may write as text, or leave out. */
export const amount = readGiven((value) => {
	const number = String(value).trim() === '' ? NaN : Number(value);
	return Number.isFinite(number) ? number : null;
}, 'number');

/** A time as ISO 8601 in UTC; a vendor may write it in any form that `isoTime` reads, or leave it out. */
export const time = readGiven(isoTime, 'time');

/** True or false, which a vendor may write as text, or leave out. */
export const flag = readGiven(
	(value) => {
		const said = String(value).trim().toLowerCase();
		return said === 'true' ? true : said === 'false' ? false : null;
	},
	'true or false',
	['string', 'number', 'boolean'],
);

/** How many rows, or bytes, there are; undefined where a vendor does not tell: -1, "unknown" or an empty text promise nothing. */
export function countOf(value: unknown): number | undefined {
	const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
	return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
		? number
		: undefined;
}

/** As `countOf`. */
export const count = z.unknown().transform(countOf);

/**
 * A list that a vendor may leave out; empty then. Entries that are null are left out. The only entry may stand there by
 * itself, as converters from XML leave it.
 */
export const list = <T extends z.ZodTypeAny>(item: T) =>
	z
		.preprocess(
			(value) => (isEntry(item, value) ? [value] : value),
			z.array(item.nullish()).nullish(),
		)
		.transform((items) =>
			(items ?? []).filter(
				(one): one is NonNullable<z.output<T>> => one !== null && one !== undefined,
			),
		);

/** Whether a value that is no list is an entry of one, of which something can be read. */
function isEntry(item: z.ZodTypeAny, value: unknown): boolean {
	if (value === null || value === undefined || Array.isArray(value)) return false;
	const { data } = item.safeParse(value) as { data?: unknown };
	const holds = (read: unknown): boolean =>
		typeof read === 'object' && read !== null
			? Object.values(read).some(holds)
			: read !== undefined && read !== null && read !== '';
	return holds(data);
}

/** The name under which an object has a member: exactly this, else the same in other capitals. */
function nameIn(object: object, name: string): string | undefined {
	if (Object.hasOwn(object, name)) return name;
	const folded = name.toLowerCase();
	return Object.keys(object).find((key) => key.toLowerCase() === folded);
}

/** A member of an object, in whatever capitals; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
	if (!isObject(value)) return undefined;
	const key = nameIn(value, name);
	return key === undefined ? undefined : value[key];
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value without some of its members, however deep. */
export function without(
	value: unknown,
	isUnwanted: (name: string, member: unknown) => boolean,
): unknown {
	if (Array.isArray(value)) return value.map((entry) => without(entry, isUnwanted));
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, member]) =>
			isUnwanted(name, member) ? [] : [[name, without(member, isUnwanted)]],
		),
	);
}

/** Members that services and gateways wrap an answer in. */
const WRAPPERS = ['value', 'data', 'result', 'recording'];

/**
 * An answer that has at least one of these members. It may stand inside another object, under a name that is usual for that.
 *
 * @param known one of them at least is in every such answer, whatever else may be missing
 */
export const answer = <T extends z.ZodTypeAny>(known: readonly string[], schema: T) =>
	z
		.unknown()
		.transform((body, context) => {
			for (let at: unknown = body, depth = 0; isObject(at) && depth < 3; depth++) {
				const object = at;
				if (known.some((name) => nameIn(object, name) !== undefined)) return at;
				at = WRAPPERS.map((name) => memberOf(object, name)).find(isObject);
			}
			const message = `has none of ${known.join(', ')}`;
			context.addIssue({ code: z.ZodIssueCode.custom, message });
			return z.NEVER;
		})
		.pipe(schema);

/** An object of which only these members are read. Vendors are not sure of their capitals, so neither is this. */
export const shape = <S extends z.ZodRawShape>(members: S) =>
	z.preprocess((value) => {
		if (!isObject(value)) return value;
		const found = Object.keys(members).map((name) => [name, nameIn(value, name)] as const);
		return Object.fromEntries(
			found.flatMap(([name, key]) => (key === undefined ? [] : [[name, value[key]] as const])),
		);
	}, z.object(members));

type Path = ReadonlyArray<string | number>;

/** A place in an answer, as one would write it in an expression. */
function pathText(path: Path): string {
	return path.reduce<string>(
		(at, part) =>
			typeof part === 'number' ? `${at}[${part}]` : at === '' ? part : `${at}.${part}`,
		'',
	);
}

/** What could be read, and the places of what could not; or what nothing could be read for. */
export type Readout<T> =
	{ data: T; unreadable: string[] } | { problem: Pick<z.ZodIssue, 'path' | 'message'> };

/**
 * Reads what can be read: a value that does not fit the schema is read as null. Where null does not fit either, because
 * something has to be there, what holds it is read as null, and so on outwards.
 */
export function readOut<S extends z.ZodTypeAny>(schema: S, source: unknown): Readout<z.output<S>> {
	const unreadable: Path[] = [];
	const copies = new WeakSet();
	for (let value = source; ;) {
		const result = schema.safeParse(value);
		if (result.success)
			return { data: result.data as z.output<S>, unreadable: namesOf(unreadable) };
		const cleared = new Set<string>();
		for (const issue of result.error.issues) {
			let path: Path = issue.path;
			// It, or what holds it, has just been read as null.
			if (cleared.has(pathText(path)) || isWithin(path, cleared)) continue;
			while (path.length > 0 && (at(value, path) ?? null) === null) path = path.slice(0, -1);
			if (path.length === 0) return { problem: { path: issue.path, message: issue.message } };
			value = withNull(value, path, copies);
			cleared.add(pathText(path));
			unreadable.push(path);
		}
	}
}

/** What does not fit a schema, and where. */
export function problemOf({ path, message }: Pick<z.ZodIssue, 'path' | 'message'>): string {
	const what = `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
	return path.length === 0 ? what : `'${pathText(path)}' ${what}`;
}

/** What holds another place stands for it. */
function namesOf(paths: Path[]): string[] {
	const names = new Set(paths.map(pathText));
	return [...new Set(paths.filter((path) => !isWithin(path, names)).map(pathText))];
}

/** Whether one of some places holds another one. */
function isWithin(path: Path, names: ReadonlySet<string>): boolean {
	return path.some((_, end) => names.has(pathText(path.slice(0, end))));
}

function at(value: unknown, [first, ...rest]: Path): unknown {
	if (first === undefined) return value;
	if (typeof value !== 'object' || value === null) return undefined;
	const key = typeof first === 'number' ? first : nameIn(value, first);
	return key === undefined ? undefined : at((value as Record<string | number, unknown>)[key], rest);
}

/** Null in one place of a copy; what is not on the way there is shared. Copies that were made before are changed as they are. */
function withNull(value: unknown, [first, ...rest]: Path, copies: WeakSet<object>): unknown {
	if (first === undefined) return null;
	const key = typeof first === 'number' ? first : (nameIn(value as object, first) ?? first);
	let copy = value as Record<string | number, unknown>;
	if (!copies.has(copy)) {
		copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
			string | number,
			unknown
		>;
		copies.add(copy);
	}
	copy[key] = withNull(copy[key], rest, copies);
	return copy;
}

/** A row of a list that is no object, or lacks what a row cannot be without. */
export class UnreadableRow {
	constructor(
		/** What is wrong with it, and where it stood in the answer. */
		readonly problem: string,
		/** Tells it from other rows. */
		readonly key: string,
	) {}
}

/** With more rows than this on a page, and none of them readable, it is not the rows that are odd: the answer is another than expected. */
const FEW_ROWS = 3;

/** The rows of a list, of which one that cannot be read costs no other. The only one may stand there by itself. */
export const rows = <T extends z.ZodTypeAny>(row: T) =>
	z
		.preprocess((value) => (isEntry(row, value) ? [value] : value), z.array(z.unknown()))
		.transform((entries, context): Array<z.output<T> | UnreadableRow> => {
			const read = entries.map((entry, index): z.output<T> | UnreadableRow => {
				const result = row.safeParse(entry);
				if (result.success) return result.data as z.output<T>;
				return new UnreadableRow(
					`row ${index + 1} ${problemOf(result.error.issues[0])}`,
					JSON.stringify(entry ?? null),
				);
			});
			if (read.length > FEW_ROWS && read.every((one) => one instanceof UnreadableRow)) {
				context.addIssue({
					code: z.ZodIssueCode.custom,
					message: `has no row that can be read: ${(read[0] as UnreadableRow).problem}`,
				});
			}
			return read;
		});
