import type { ExtractedRow } from './extracted-file';
import type { ExtractedTimes, RowTime, TimeRange } from './extracted-times';
import { judgeOf, Untold, type Conditions, type Judge } from '../conditions';
import { given } from '../references';
import {
	AVAILABLE,
	direction,
	distinctAgents,
	mediaTypeOf,
	referencesTo,
	secondsBetween,
	UNKNOWN,
	type MediaType,
	type Recording,
	type RecordingAgent,
} from '../recording';
import { iso } from '../times';

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
	return name === undefined ? null : given(row[name]);
}

/** What programs write for no ID at all: zero, and a GUID of zeros. */
const NO_ID = /^[0-]+$/;

function idCell(row: ExtractedRow, header: string): string | null {
	const id = cell(row, header);
	return id === null || NO_ID.test(id) ? null : id;
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

/** Whichever media a version of the metadata tells of: "Voice", "Screen", and others in higher versions. */
const STATUS_COLUMN = /^(.*)Recording Status(?!\s*\w)/i;
const MEDIA_TYPE_COLUMN = /^(?:Interaction )?(?:Media|Channel) Type/i;

type MediaStatus = ReturnType<typeof statusesOf>[number];

/** By medium, "Voice" for one, as the header has it; null where the cell is empty. */
function statusesOf(row: ExtractedRow) {
	return Object.keys(row).flatMap((column) => {
		const [, medium] = STATUS_COLUMN.exec(column) ?? [];
		return medium === undefined ? [] : [{ medium: medium.trim(), status: given(row[column]) }];
	});
}

const isSuccess = ({ status }: MediaStatus) => status?.toLowerCase() === 'success';
const isVoice = ({ medium }: MediaStatus) => /voice|call/i.test(medium);
const isScreen = ({ medium }: MediaStatus) => /screen/i.test(medium);

/**
 * What a row is about. Lists of lower versions have no column for it: there, a row has a voice status where it is of a call.
 * One without it and without a phone number is of a chat or an e-mail.
 */
function rowMediaType(row: ExtractedRow): MediaType | undefined {
	const statuses = statusesOf(row);
	const column = Object.keys(row).find((name) => MEDIA_TYPE_COLUMN.test(name));
	const told = column === undefined ? undefined : mediaTypeOf(row[column]);
	const voice = statuses.find(isVoice);
	const type =
		told ?? (voice === undefined ? undefined : voice.status === null ? 'digital' : 'voice-only');
	if (type === 'voice-only' && statuses.some((one) => isScreen(one) && isSuccess(one)))
		return 'voice-and-screen';
	const hasNumber = [cell(row, 'ANI'), cell(row, 'DNIS')].some((number) =>
		/\d{3}/.test(number ?? ''),
	);
	return told === undefined && type === 'digital' && hasNumber ? undefined : type;
}

/** Whether what was written is all there is, unless a screen was recorded. */
const isWritten = (type: MediaType | undefined) =>
	type === 'chat' || type === 'email' || type === 'digital';

/**
 * `Success` is what makes a recording; other words are passed on. A chat or an e-mail has no voice status, and what was
 * written is there without a screen recording, too: nobody tells whether it can be fetched.
 */
function statusOf(row: ExtractedRow): string {
	const all = statusesOf(row);
	if (all.some(isSuccess)) return AVAILABLE;
	const own = isWritten(rowMediaType(row))
		? all.filter((one) => !isVoice(one) && !isScreen(one))
		: all;
	return own.find(({ status }) => status !== null)?.status ?? UNKNOWN;
}

/**
 * Whether there is anything to fetch of what a row is about: there are rows of calls that were never recorded, and of chats
 * without a screen recording. Metadata that have no such column at all can only be taken as they are.
 *
 * @param asked whether chats or e-mails were asked for: then what was written counts
 */
export function isDownloadable(row: ExtractedRow, asked: boolean): boolean {
	const status = statusOf(row);
	return (
		status === AVAILABLE ||
		statusesOf(row).length === 0 ||
		(asked && status === UNKNOWN && isWritten(rowMediaType(row)))
	);
}

/** Whether conditions ask for what was written. */
export function asksForWritten({ mediaType = [] }: Conditions): boolean {
	return mediaType.some(isWritten);
}

const AGENT_COLUMN = /^Agent (\d+) (Name|ACD ID|Team|Skills?)/;

function agentsOf(row: ExtractedRow): RecordingAgent[] {
	const agents = new Map<number, RecordingAgent>();
	for (const [column, value] of Object.entries(row)) {
		const [, number, what] = AGENT_COLUMN.exec(column) ?? [];
		const told = given(value);
		if (number === undefined || told === null) continue;
		const agent = agents.get(Number(number)) ?? { id: null, name: null, userName: null };
		if (what === 'Name') agent.name = told;
		else if (what === 'ACD ID') agent.id = told;
		else if (what === 'Team') agent.team = told;
		else
			agent.skills = told
				.split(/[;,|]/)
				.map((skill) => skill.trim())
				.filter((skill) => skill !== '');
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
	const [segmentId, acdCallId] = [idCell(first, 'Segment ID'), idCell(first, 'ACD Call ID')];
	const began = ordered[0].start?.earliest;
	const start = began === undefined ? null : iso(began);
	const ends = ordered.flatMap(({ end }) =>
		end === undefined
			? []
			: [began === undefined || end.earliest >= began ? end.earliest : end.latest],
	);
	const end = ends.length === 0 ? null : iso(Math.max(...ends));
	const statuses = rows.map(statusOf);
	const types = rows.map(rowMediaType);
	const mediaType = types.includes('voice-and-screen')
		? 'voice-and-screen'
		: types.find((type) => type !== undefined);
	const contactColumn = Object.keys(first).find((name) => name.includes('Agent 1 Contact Number'));
	const contactId = contactColumn === undefined ? null : given(first[contactColumn]);
	// Of a whole call, Download Media is to fetch the whole.
	const isSegment = granularity === 'segment' || acdCallId === null;
	return {
		platform: 'cxone',
		id: idOf(first, granularity) ?? '',
		status: statuses.includes(AVAILABLE) ? AVAILABLE : statuses[0],
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		...(mediaType !== undefined && { mediaType }),
		direction: direction(cell(first, 'Direction')),
		callerNumber: cell(first, 'ANI'),
		dialedNumber: cell(first, 'DNIS'),
		agents: distinctAgents(rows.flatMap(agentsOf)),
		media: [],
		labels: [],
		references: referencesTo({ acdCallId, contactId, ...(isSegment && { segmentId }) }),
		protectedFromDeletion: null,
		masked: [],
	};
}

/** What becomes of the rows of one item: it is put out, or left out for a reason in words, or not what was asked for. */
type Fate = 'wanted' | 'notRecorded' | 'notAsked' | 'untold';

/** Puts rows together that make one item; the same segment from two jobs counts once. */
export class Extracted {
	private readonly groups = new Map<string, { rows: DatedRow[]; fate: Fate }>();
	private readonly segments = new Set<string>();
	private wanted = 0;
	private readonly judge: Judge;
	/** Only rows themselves tell whether there is something to fetch. */
	private readonly isThere: (row: ExtractedRow) => boolean;

	/** @param all whether to take also what nothing can be fetched of */
	constructor(
		private readonly granularity: Granularity,
		private readonly conditions: Conditions,
		all: boolean,
	) {
		this.judge = judgeOf(conditions);
		const asked = asksForWritten(conditions);
		this.isThere = all ? () => true : (row) => isDownloadable(row, asked);
	}

	/** How many items there are so far. */
	get size(): number {
		return this.wanted;
	}

	/** How many were asked for of which nothing was recorded. */
	get notRecorded(): number {
		return [...this.groups.values()].filter(({ fate }) => fate === 'notRecorded').length;
	}

	/** Those that do not tell whether they were asked for. */
	get untold(): Untold {
		const untold = new Untold();
		for (const { rows, fate } of this.groups.values()) {
			if (fate !== 'untold') continue;
			const recording = extractedRecording(rows, this.granularity);
			untold.add(String(this.judge(recording)), recording);
		}
		return untold;
	}

	add(dated: DatedRow): void {
		const { row } = dated;
		const segmentId = idCell(row, 'Segment ID');
		if (segmentId !== null && this.segments.has(segmentId)) return;
		if (segmentId !== null) this.segments.add(segmentId);
		const key = idOf(row, this.granularity) ?? `row ${this.groups.size}`;
		const group = this.groups.get(key) ?? { rows: [], fate: 'notAsked' };
		this.groups.set(key, group);
		group.rows.push(dated);
		// A further segment may bring the agent that is asked for, or make the call too long.
		const fate = this.fateOf(group.rows);
		this.wanted += Number(fate === 'wanted') - Number(group.fate === 'wanted');
		group.fate = fate;
		// Nothing more comes of a segment.
		if (fate === 'notAsked' && this.granularity === 'segment') group.rows = [];
	}

	/** The rows of each item, in the order of their first row. */
	list(): DatedRow[][] {
		return [...this.groups.values()]
			.filter(({ fate }) => fate === 'wanted')
			.map(({ rows }) => rows);
	}

	private fateOf(rows: DatedRow[]): Fate {
		const isThere = rows.some(({ row }) => this.isThere(row));
		if (Object.keys(this.conditions).length === 0) return isThere ? 'wanted' : 'notRecorded';
		const verdict = this.judge(extractedRecording(rows, this.granularity));
		if (verdict === false) return 'notAsked';
		return !isThere ? 'notRecorded' : verdict === true ? 'wanted' : 'untold';
	}
}

/** The ID of the item that a row belongs to; null where it has none. */
export function idOf(row: ExtractedRow, granularity: Granularity): string | null {
	const [segmentId, acdCallId] = [idCell(row, 'Segment ID'), idCell(row, 'ACD Call ID')];
	return granularity === 'acdCall' ? (acdCallId ?? segmentId) : (segmentId ?? acdCallId);
}
