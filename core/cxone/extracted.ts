import type { ExtractedRow } from './extracted-file';
import type { ExtractedTimes, RowTime, TimeRange } from './extracted-times';
import {
	AVAILABLE,
	direction,
	secondsBetween,
	type Recording,
	type RecordingAgent,
} from '../recording';

/** What becomes one item. */
export type Granularity = 'segment' | 'acdCall';

/** A row with its times; undefined where the row does not tell, or not in a way that leaves no doubt. */
export interface DatedRow {
	row: ExtractedRow;
	start?: RowTime;
	end?: RowTime;
}

/** The value of a column; headers may carry a suffix, so the beginning counts where there is no such column exactly. */
function cell(row: ExtractedRow, header: string): string | null {
	const name = Object.hasOwn(row, header)
		? header
		: Object.keys(row).find((column) => column.startsWith(header));
	const value = name === undefined ? '' : row[name].trim();
	return value === '' ? null : value;
}

/** The segment a row is about. */
export function segmentIdOf(row: ExtractedRow): string | null {
	return cell(row, 'Segment ID');
}

/** The ACD call a row belongs to. */
function acdCallIdOf(row: ExtractedRow): string | null {
	return cell(row, 'ACD Call ID');
}

/**
 * Reads the times of a row.
 *
 * @param near the days it was extracted for, where they are known
 */
export function dated(row: ExtractedRow, times: ExtractedTimes, near?: TimeRange): DatedRow {
	return {
		row,
		start: times.read(cell(row, 'Start Date'), near),
		end: times.read(cell(row, 'End Date'), near),
	};
}

const STATUS_COLUMNS = ['Voice Recording Status', 'Screen Recording Status'];

/** `Success` is what makes a recording; other words are passed on. A chat has no voice status. */
function statusOf(row: ExtractedRow): string {
	const statuses = STATUS_COLUMNS.map((header) => cell(row, header));
	if (statuses.some((status) => status?.toLowerCase() === 'success')) return AVAILABLE;
	return statuses.find((status) => status !== null) ?? 'Unknown';
}

/**
 * Whether anything was recorded of what a row is about: there are rows of calls that never were, and of chats
 * without a screen recording. Metadata that have no such column at all can only be taken as they are.
 */
export function isDownloadable(row: ExtractedRow): boolean {
	return (
		statusOf(row) === AVAILABLE ||
		!Object.keys(row).some((column) => STATUS_COLUMNS.some((header) => column.startsWith(header)))
	);
}

const AGENT_COLUMN = /^Agent (\d+) (Name|ACD ID)/;

function agentsOf(row: ExtractedRow): RecordingAgent[] {
	const agents = new Map<number, RecordingAgent>();
	for (const [column, value] of Object.entries(row)) {
		const [, number, what] = AGENT_COLUMN.exec(column) ?? [];
		if (number === undefined || value.trim() === '') continue;
		const agent = agents.get(Number(number)) ?? { id: null, name: null, userName: null };
		if (what === 'Name') agent.name = value.trim();
		else agent.id = value.trim();
		agents.set(Number(number), agent);
	}
	return [...agents.keys()].sort((one, other) => one - other).map((number) => agents.get(number)!);
}

/**
 * Rows of extracted metadata in the shape both platforms share. Columns that have no place in it are in the rows
 * themselves.
 *
 * @param dated the rows of one segment, or of all segments of one ACD call
 */
export function extractedRecording(dated: DatedRow[], granularity: Granularity): Recording {
	const ordered = [...dated].sort(
		(one, other) => (one.start?.earliest ?? Infinity) - (other.start?.earliest ?? Infinity),
	);
	const rows = ordered.map(({ row }) => row);
	const [first] = rows;
	const segmentId = segmentIdOf(first);
	const acdCallId = acdCallIdOf(first);
	const began = ordered[0].start?.earliest;
	const start = began === undefined ? null : new Date(began).toISOString();
	const ends = ordered.flatMap(({ end }) =>
		end === undefined
			? []
			: [began === undefined || end.earliest >= began ? end.earliest : end.latest],
	);
	const end = ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString();
	const statuses = rows.map(statusOf);
	const contactNumber = Object.keys(first).find((column) =>
		column.includes('Agent 1 Contact Number'),
	);
	return {
		platform: 'cxone',
		id: (granularity === 'segment' ? segmentId : acdCallId) ?? segmentId ?? acdCallId ?? '',
		status: statuses.includes(AVAILABLE) ? AVAILABLE : statuses[0],
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		direction: direction(cell(first, 'Direction')),
		callerNumber: cell(first, 'ANI'),
		dialedNumber: cell(first, 'DNIS'),
		agents: distinctAgents(rows.flatMap(agentsOf)),
		media: [],
		labels: [],
		references: {
			...(acdCallId !== null && { acdCallId }),
			...(contactNumber !== undefined &&
				first[contactNumber].trim() !== '' && { contactId: first[contactNumber].trim() }),
			// Of a whole call, Download Media is to fetch the whole.
			...((granularity === 'segment' || acdCallId === null) && segmentId !== null && { segmentId }),
		},
		protectedFromDeletion: null,
		masked: [],
	};
}

function distinctAgents(agents: RecordingAgent[]): RecordingAgent[] {
	const key = (agent: RecordingAgent) => agent.id ?? agent.name;
	return agents.filter(
		(agent, index) => agents.findIndex((other) => key(other) === key(agent)) === index,
	);
}

/** Puts rows together that make one item; the same segment from two jobs counts once. */
export class Extracted {
	private readonly groups = new Map<string, DatedRow[]>();
	private readonly wanted = new Set<string>();
	private readonly segments = new Set<string>();

	/** @param isWanted whether a row makes its item one that is wanted; more rows never make it an unwanted one */
	constructor(
		private readonly granularity: Granularity,
		private readonly isWanted: (row: ExtractedRow) => boolean,
	) {}

	/** How many items there are so far. */
	get size(): number {
		return this.wanted.size;
	}

	/** How many there are of which nothing is wanted. */
	get notWanted(): number {
		return this.groups.size - this.wanted.size;
	}

	add(dated: DatedRow): void {
		const { row } = dated;
		const segmentId = segmentIdOf(row);
		if (segmentId !== null && this.segments.has(segmentId)) return;
		if (segmentId !== null) this.segments.add(segmentId);
		const key =
			(this.granularity === 'acdCall' ? acdCallIdOf(row) : segmentId) ??
			segmentId ??
			acdCallIdOf(row) ??
			`row ${this.groups.size}`;
		const group = this.groups.get(key) ?? [];
		group.push(dated);
		this.groups.set(key, group);
		if (this.isWanted(row)) this.wanted.add(key);
	}

	/** The rows of each item, in the order of their first row. */
	list(): DatedRow[][] {
		return [...this.groups].filter(([key]) => this.wanted.has(key)).map(([, rows]) => rows);
	}
}
