import { NodeApiError, UserError } from 'n8n-workflow';

import type { RequestContext } from './context';
import { clock } from './http/clock';
import { UnreadableRow } from './http/wire';
import { availabilityOf, type Recording } from './recording';
import type { Page, Position, Row } from './trigger/source';

/** A page of a platform's list of recordings. */
export interface ListPage<Raw> extends Omit<Page<Raw>, 'rows'> {
	rows: Array<Raw | UnreadableRow>;
	/** It has all the rows that were asked for. */
	full: boolean;
}

/** A list of recordings, page by page. */
export interface Listing<Raw> {
	/** As people call the platform, for messages. */
	platform: string;
	idOf(raw: Raw): string;
	/**
	 * @param position undefined for the first page, else `next` of the page before
	 * @param around where given, only recordings of the time of these are of interest, whatever their status is now
	 */
	page(
		position: Position | undefined,
		around?: readonly Raw[],
		signal?: AbortSignal,
	): Promise<ListPage<Raw>>;
}

/** Leaves a line in n8n's log about rows of a page that cannot be read: nobody else will hear of them where a trigger reads. */
export function logUnreadable(
	{ logger }: RequestContext,
	platform: string,
	rows: ListPage<unknown>['rows'],
): void {
	const unreadable = rows.filter((row) => row instanceof UnreadableRow);
	if (unreadable.length > 0) logger.warn(unreadableRows(platform, unreadable));
}

/** "CXone listed 2 rows that are no recordings: row 3 has neither …" */
export function unreadableRows(platform: string, unreadable: readonly UnreadableRow[]): string {
	const what =
		unreadable.length === 1
			? 'one row that is no recording'
			: `${unreadable.length} rows that are no recordings`;
	return `${platform} listed ${what}: ${unreadable
		.slice(0, 3)
		.map(({ problem }) => problem)
		.join('; ')}${unreadable.length > 3 ? '; …' : ''}`;
}

/** How often a list is read again whose rows moved while it was read. */
const MAX_REREADS = 3;
/** Pages in a row without a recording that was not on an earlier one: shifting rows can bring one or two, no more. */
const MAX_FRUITLESS_PAGES = 3;
/**
 * So many rows of a result do search engines such as Elasticsearch count and give out unless told otherwise. What ends there
 * has no proven end.
 */
const WINDOW = 10_000;

/** Looks at the rows of a page that were on none before, and says whether these and those before are enough. */
export type Enough<Raw> = (fresh: readonly Raw[]) => boolean;

/**
 * Reads a list to its proven end, or until there is enough. A row that is deleted while pages are read pulls others
 * forward, onto pages that were read already: such a reading is thrown away, and the list is read again.
 *
 * @param judging called at the beginning of each reading
 * @throws UserError when no reading was whole, or the platform repeats a page without end, or gives out no more
 */
export async function readWhole<Raw>(
	listing: Listing<Raw>,
	judging: () => Enough<Raw>,
	around?: readonly Raw[],
	signal?: AbortSignal,
): Promise<ListReading<Raw>> {
	let before: string | undefined;
	for (let reread = 0; ; reread++) {
		const reading = await readOnce(listing, judging(), around, signal);
		const ids = reading.ids.join('\n');
		// Rows that are listed twice make a list look short; that it is whole shows when it reads the same again.
		const isWhole = reading.flaw === undefined || (reading.flaw === 'short' && ids === before);
		if (isWhole) return reading.flaw === undefined ? { ...reading, doubled: 0 } : reading;
		if (reread === MAX_REREADS) throw notWhole(listing, reading);
		before = reading.flaw === 'short' ? ids : undefined;
	}
}

/** What was read of a list. */
interface ListReading<Raw> {
	rows: Raw[];
	unreadable: UnreadableRow[];
	/** How many rows the list has, where the platform tells. */
	total?: number;
	/** So many rows came on two pages, and as many others may have come on none: the same each time it was read. */
	doubled: number;
	ids: string[];
	received: number;
	/** `rowsMoved` between two pages. `cut`: the list ended before its end. `short`: it has fewer different rows than it says. */
	flaw?: 'rowsMoved' | 'cut' | 'short';
}

async function readOnce<Raw>(
	listing: Listing<Raw>,
	enough: Enough<Raw>,
	around?: readonly Raw[],
	signal?: AbortSignal,
): Promise<ListReading<Raw>> {
	const seen = new Set<string>();
	const reading: ListReading<Raw> = {
		rows: [],
		unreadable: [],
		doubled: 0,
		ids: [],
		received: 0,
	};
	const tokens = new Set<Position>();
	let fruitless = 0;
	let previous = '';
	let length = 0;
	let lastTotal: number | undefined;
	let rowsMoved = false;
	let position: Position | undefined;
	for (;;) {
		const isComplete = () => reading.total !== undefined && reading.received >= reading.total;
		const page = await pageOrRefusal(listing.page(position, around, signal));
		if (page instanceof NodeApiError) {
			const isDeep = reading.received <= WINDOW && reading.received + length > WINDOW;
			if (isDeep) throw outOfWindow(listing, reading, page);
			if (isComplete() && page.httpCode !== '500') break;
			throw page;
		}
		const ids = page.rows.map((row) =>
			row instanceof UnreadableRow ? row.key : listing.idOf(row),
		);
		const known = ids.filter((id) => seen.has(id)).length;
		const joins = seen.size === 0 || ids.length === 0 || known > 0;
		// Pages that do not overlap tell of a deletion by the count alone; a token stands for a place of its own.
		const shrank =
			typeof position === 'number' &&
			page.total !== undefined &&
			lastTotal !== undefined &&
			page.total < lastTotal;
		if (page.anchored === true ? !joins : shrank) rowsMoved = true;
		lastTotal = page.total;
		if (page.total !== undefined) reading.total = Math.min(reading.total ?? Infinity, page.total);
		const before = seen.size;
		const fresh: Raw[] = [];
		for (const [index, row] of page.rows.entries()) {
			if (seen.has(ids[index])) continue;
			seen.add(ids[index]);
			reading.ids.push(ids[index]);
			if (row instanceof UnreadableRow) reading.unreadable.push(row);
			else fresh.push(row);
		}
		reading.rows.push(...fresh);
		const isFruitless = seen.size === before;
		const anchors = page.anchored === true && known > 0 ? 1 : 0;
		reading.received += ids.length - anchors;
		reading.doubled += known - anchors;
		if (enough(fresh)) return { ...reading, ...(rowsMoved && { flaw: 'rowsMoved' }) };
		const { next } = page;
		const complete = isComplete();
		if (next === undefined) break;
		// By number, there is always a next page: the count tells whether it can hold anything.
		if (typeof next === 'number' && complete && !page.full && page.anchored !== true) break;
		fruitless = isFruitless ? fruitless + 1 : 0;
		const repeats = ids.length > 0 && ids.join('\n') === previous;
		const usedToken = typeof next === 'string' && tokens.has(next);
		if (repeats || usedToken || fruitless > MAX_FRUITLESS_PAGES) {
			// Some servers answer what is behind the end with the last page again.
			const isEnd =
				reading.total === undefined
					? repeats && !page.full && !usedToken
					: complete && (usedToken || isFruitless);
			if (isEnd) break;
			throw endless(listing);
		}
		tokens.add(next);
		previous = ids.join('\n');
		length = ids.length;
		position = next;
	}
	if (reading.received === WINDOW) throw outOfWindow(listing, reading);
	const { total = 0, received } = reading;
	const flaw = rowsMoved
		? 'rowsMoved'
		: received < total
			? 'cut'
			: seen.size < total
				? 'short'
				: undefined;
	return { ...reading, ...(flaw !== undefined && { flaw }) };
}

/** A page, or the refusal to look so far behind the beginning. A search engine's own comes as a server's trouble. */
async function pageOrRefusal<Raw>(
	asking: Promise<ListPage<Raw>>,
): Promise<ListPage<Raw> | NodeApiError> {
	try {
		return await asking;
	} catch (error) {
		if (
			error instanceof NodeApiError &&
			['400', '404', '416', '500'].includes(error.httpCode ?? '')
		)
			return error;
		throw error;
	}
}

function outOfWindow(
	{ platform }: Listing<unknown>,
	{ received }: ListReading<unknown>,
	refusal?: NodeApiError,
): UserError {
	const said = refusal?.messages[0] ?? '';
	return new UserError(`${platform} lists no more than ${received} recordings of a search`, {
		description: `More may match. The search was stopped so that none is missed unnoticed. Narrow the range of time, and search for one part of it after the other.${said === '' ? '' : ` ${platform} said: "${said}"`}`,
	});
}

function endless({ platform }: Listing<unknown>): UserError {
	return new UserError(`${platform} repeats the same page of results without end`, {
		description:
			'The search was stopped so that nothing is doubled or missed. Narrow the range of time and try again.',
	});
}

function notWhole(
	{ platform }: Listing<unknown>,
	{ flaw, ids, total }: ListReading<unknown>,
): UserError {
	if (flaw === 'rowsMoved') {
		return new UserError(`Recordings were deleted from ${platform}'s list each time it was read`, {
			description: `The node read it ${MAX_REREADS + 1} times. A deletion moves other recordings to pages that were read already, so some could be missing. Try again when the deletion is over, or narrow the range of time so that fewer pages are needed.`,
		});
	}
	return new UserError(`${platform} gave ${ids.length} of ${total} recordings and then no more`, {
		description: `The node read the list ${MAX_REREADS + 1} times. The search was stopped so that none is missed unnoticed. Narrow the range of time and try again.`,
	});
}

/**
 * A page of a list as the trigger sees it. A row that cannot be read is no recording to hand over, but it has its place: the
 * rows of a span are counted.
 *
 * @param timeOf the time that the search goes by, ISO 8601; where it is none, the recording's start
 */
export function triggerPage<Raw>(
	page: ListPage<Raw>,
	toRecording: (raw: Raw) => Recording,
	timeOf: (raw: Raw) => string | null | undefined = () => undefined,
): Page<Raw> {
	const rows = page.rows.map((raw): Row<Raw> => {
		if (raw instanceof UnreadableRow)
			return {
				id: raw.key,
				at: Infinity,
				state: 'other',
				status: raw.problem,
				raw: undefined as Raw,
			};
		const { id, start, end, status } = toRecording(raw);
		const at = timeOf(raw) ?? start;
		return {
			id,
			...(at === null ? { at: clock.now(), undated: true } : { at: Date.parse(at) }),
			end: end === null ? undefined : Date.parse(end),
			state: availabilityOf({ status }),
			status,
			raw,
		};
	});
	return { ...page, rows };
}
