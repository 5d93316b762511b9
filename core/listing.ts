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
 * Reads a list to its proven end, or until `enough` says so. A row that is deleted while pages are read pulls others
 * forward, onto pages that were read already: such a reading is thrown away, and the list is read again.
 *
 * @param enough told the rows so far, each once
 * @throws UserError when no reading was whole, or the platform repeats a page without end
 */
export async function readWhole<Raw>(
	listing: Listing<Raw>,
	enough: (rows: readonly Raw[]) => boolean,
	around?: readonly Raw[],
	signal?: AbortSignal,
): Promise<ListReading<Raw>> {
	let before: string | undefined;
	for (let reread = 0; ; reread++) {
		const reading = await readOnce(listing, enough, around, signal);
		const ids = reading.ids.join('\n');
		// Rows that are listed twice make a list look short; that it is whole shows when it reads the same again.
		const isWhole = reading.flaw === undefined || (reading.flaw === 'short' && ids === before);
		if (isWhole) return reading;
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
	ids: string[];
	received: number;
	/** `rowsMoved` between two pages. `cut`: the list ended before its end. `short`: it has fewer different rows than it says. */
	flaw?: 'rowsMoved' | 'cut' | 'short';
}

async function readOnce<Raw>(
	listing: Listing<Raw>,
	enough: (rows: readonly Raw[]) => boolean,
	around?: readonly Raw[],
	signal?: AbortSignal,
): Promise<ListReading<Raw>> {
	const seen = new Set<string>();
	const reading: ListReading<Raw> = { rows: [], unreadable: [], ids: [], received: 0 };
	const tokens = new Set<Position>();
	let fruitless = 0;
	let previous = '';
	let lastTotal: number | undefined;
	let rowsMoved = false;
	let position: Position | undefined;
	for (;;) {
		const isComplete = () => reading.total !== undefined && reading.received >= reading.total;
		const asking = listing.page(position, around, signal);
		const page = await pageOrEnd(asking, isComplete());
		if (page === undefined) break;
		const ids = page.rows.map((row) =>
			row instanceof UnreadableRow ? row.key : listing.idOf(row),
		);
		const joins = seen.size === 0 || ids.length === 0 || ids.some((id) => seen.has(id));
		// Pages that do not overlap tell of a deletion by the count alone; a token stands for a place of its own.
		const shrank =
			typeof position === 'number' &&
			page.total !== undefined &&
			lastTotal !== undefined &&
			page.total < lastTotal;
		if (page.anchored === true ? !joins : shrank) rowsMoved = true;
		lastTotal = page.total;
		if (page.total !== undefined) reading.total = Math.min(reading.total ?? Infinity, page.total);
		let fresh = 0;
		for (const [index, row] of page.rows.entries()) {
			if (seen.has(ids[index])) continue;
			seen.add(ids[index]);
			reading.ids.push(ids[index]);
			fresh++;
			if (row instanceof UnreadableRow) reading.unreadable.push(row);
			else reading.rows.push(row);
		}
		reading.received += ids.length - (page.anchored === true && joins && ids.length > 0 ? 1 : 0);
		if (enough(reading.rows)) return { ...reading, ...(rowsMoved && { flaw: 'rowsMoved' }) };
		const { next } = page;
		const complete = isComplete();
		if (next === undefined) break;
		// By number, there is always a next page: the count tells whether it can hold anything.
		if (typeof next === 'number' && complete && !page.full && page.anchored !== true) break;
		fruitless = fresh === 0 ? fruitless + 1 : 0;
		const repeats = ids.length > 0 && ids.join('\n') === previous;
		const usedToken = typeof next === 'string' && tokens.has(next);
		if (repeats || usedToken || fruitless > MAX_FRUITLESS_PAGES) {
			// Some servers answer what is behind the end with the last page again.
			const isEnd =
				reading.total === undefined
					? repeats && !page.full && !usedToken
					: complete && (usedToken || fresh === 0);
			if (isEnd) break;
			throw endless(listing);
		}
		tokens.add(next);
		previous = ids.join('\n');
		position = next;
	}
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

/** A page; undefined where all rows were received already, and the platform refuses to look behind them. */
async function pageOrEnd<Raw>(
	asking: Promise<ListPage<Raw>>,
	isComplete: boolean,
): Promise<ListPage<Raw> | undefined> {
	try {
		return await asking;
	} catch (error) {
		if (
			isComplete &&
			error instanceof NodeApiError &&
			['400', '404', '416'].includes(error.httpCode ?? '')
		)
			return undefined;
		throw error;
	}
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
