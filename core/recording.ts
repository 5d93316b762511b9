/** One media file of a recording. Sizes in bytes, durations in seconds; null where the platform does not tell. */
export interface RecordingMedia {
	/** CXone: the channel's name. GIR: the media UUID, the last part of `playPath` without its extension. */
	id: string;
	kind: 'audio' | 'video' | 'unknown';
	mimeType: string | null;
	sizeBytes: number | null;
	durationSeconds: number | null;
	start: string | null;
	end: string | null;
	/** CXone: the channel to ask for. */
	channel?: string;
	/** GIR: where the file is, relative to the API address. No secret, and no use without signing in. */
	playPath?: string;
	/** GIR: periods a client application paused the recording for. */
	masks?: Array<{ time: string | null; type: string | null }>;
}

export interface RecordingAgent {
	id: string | null;
	name: string | null;
	userName: string | null;
	/** GIR: the extension the call was taken on. */
	phoneNumber?: string;
	/** Absent where the platform does not tell, like `skills`. */
	team?: string;
	skills?: string[];
}

/** Somebody outside of the contact centre who was on the call. */
export interface ExternalContact {
	phoneNumber: string | null;
	name: string | null;
}

/** A label with who put it on, and when. */
export interface RecordingLabel {
	name: string | null;
	/** `custom` or `reserved`. */
	type: string | null;
	createdAt: string | null;
	createdBy: string | null;
	/** What the label holds, such as the text of a comment. */
	content: Record<string, string>;
}

/** What GIR tells of a recording, and CXone does not. What is empty is left out. */
interface GirDetails {
	/** Whether there are recordings of a screen with it. */
	screenRecording: boolean | null;
	region: string | null;
	/** Data that were attached to the call, each with its latest value. */
	userData: Record<string, string>;
	externalContacts: ExternalContact[];
	/** Where labels were asked for. */
	labelDetails: RecordingLabel[];
	/** Groups of the agent hierarchy that its files belong to. */
	accessGroups: string[];
}

/** What was recorded, or written. `digital`: chat or e-mail, it is not told which. */
export type MediaType = 'voice-only' | 'voice-and-screen' | 'chat' | 'email' | 'digital' | 'other';

/** The identifiers that lead to a recording, by the vendors' own names, in the order of an item's columns. */
const ID_NAMES = ['recordingId', 'acdCallId', 'contactId', 'segmentId', 'statementId'] as const;
type IdName = (typeof ID_NAMES)[number];

/** Absent where the platform has none. */
export type RecordingReferences = Partial<Record<IdName, string>> & { callUuids?: string[] };

/** Something of each identifier, by its name. */
export function byIdName<T>(of: (name: IdName) => T): Record<IdName, T> {
	return Object.fromEntries(ID_NAMES.map((name) => [name, of(name)])) as Record<IdName, T>;
}

/** The IDs that are there. */
export function referencesTo(ids: Partial<Record<IdName, string | null>>): RecordingReferences {
	return Object.fromEntries(
		Object.entries(ids).flatMap(([name, id]) => (id?.trim() ? [[name, id]] : [])),
	);
}

/**
 * A call recording, the same on all platforms. Times are ISO 8601 in UTC, durations seconds, sizes bytes; null where
 * the platform does not tell.
 */
export interface Recording extends Partial<GirDetails> {
	/** ID of the platform it is on. */
	platform: string;
	id: string;
	/** `Recording`, `Processing`, `Available` or `Unknown`, or what else the platform calls it. */
	status: string;
	start: string | null;
	end: string | null;
	durationSeconds: number | null;
	/** Absent where the platform does not tell. */
	mediaType?: MediaType;
	direction: 'inbound' | 'outbound' | 'internal' | 'consult' | 'unknown';
	callerNumber: string | null;
	dialedNumber: string | null;
	agents: RecordingAgent[];
	media: RecordingMedia[];
	labels: string[];
	references: RecordingReferences;
	/** Null where the platform has no such protection. */
	protectedFromDeletion: boolean | null;
	/** Names of the fields above whose value the platform hides from this account, such as `agents.name`; they are null or left out. */
	masked: string[];
	/** Where in the platform's own JSON a value stands that could not be read; it is null above. Absent where there is none. */
	unreadable?: string[];
}

export const AVAILABLE = 'Available';
/** The status of a recording whose platform tells none. */
export const UNKNOWN = 'Unknown';

/** Whether a recording can be downloaded now, later, or neither. */
export type Availability = 'available' | 'pending' | 'other';

const AVAILABILITY: Record<string, Availability> = {
	[AVAILABLE]: 'available',
	// A platform that tells no status can only be taken at its word that the recording is there.
	[UNKNOWN]: 'available',
	Processing: 'pending',
	Recording: 'pending',
};

/** A platform's word for a status in one spelling; words that no document names are passed on. */
export function statusOf(word: string | null | undefined): string {
	const said = (word ?? '').trim();
	return (
		Object.keys(AVAILABILITY).find((known) => known.toLowerCase() === said.toLowerCase()) ??
		(said === '' ? UNKNOWN : said)
	);
}

/** What the status of a recording means for a download. */
export function availabilityOf({ status }: Pick<Recording, 'status'>): Availability {
	return AVAILABILITY[statusOf(status)] ?? 'other';
}

const DIRECTIONS = new Map<string, Recording['direction']>([
	['inbound', 'inbound'],
	['in', 'inbound'],
	['outbound', 'outbound'],
	['out', 'outbound'],
	['internal', 'internal'],
	['consult', 'consult'],
]);

/** The direction of a call in one vocabulary; `unknown` for words no document names. */
export function direction(word: string | null | undefined): Recording['direction'] {
	return DIRECTIONS.get((word ?? '').trim().toLowerCase()) ?? 'unknown';
}

const MEDIA_TYPES: Array<[RegExp, MediaType]> = [
	[/voice.*screen|call.*screen/i, 'voice-and-screen'],
	[/voice|phone|call/i, 'voice-only'],
	[/chat/i, 'chat'],
	[/e-?mail/i, 'email'],
	[/digital/i, 'digital'],
];

/** A platform's word for what was recorded in one vocabulary; undefined where there is none. */
export function mediaTypeOf(word: string | null | undefined): MediaType | undefined {
	const said = (word ?? '').trim();
	if (said === '') return undefined;
	return MEDIA_TYPES.find(([words]) => words.test(said))?.[1] ?? 'other';
}

/** ISO 8601 as servers write it: date, time of day, fraction, offset. */
const ISO_TIME =
	/^(\d{4}-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?)? ?(?:Z|([+-]\d{2}):?(\d{2})?)?$/i;
/** `Tue, 04 Mar 2025 15:02:11 GMT` (RFC 9110, section 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (GMT|[+-]\d{4})$/;
/** Seconds or milliseconds since 1970. */
const EPOCH = /^\d{10,13}(\.\d+)?$/;
/** 1973-03-03. As milliseconds, nobody records a call before it; as seconds it is the year 5138. */
export const FIRST_MILLISECONDS = 100_000_000_000;
/** 2100: from here on what is meant is "none", for which many write the last day of 9999, or another calendar. */
export const END_OF_TIMES = Date.UTC(2100, 0, 1);

/**
 * A vendor's time as ISO 8601 in UTC; null where it is missing, or could be read in more than one way, or is what servers
 * write for "none": 1970, or the year 1 or 9999. Takes ISO 8601 (without an offset it is UTC, as the platforms write it), HTTP
 * dates, and seconds or milliseconds since 1970.
 */
export function isoTime(value: string | number | null | undefined): string | null {
	const at = new Date(millisecondsOf(String(value ?? '').trim()));
	const isTold = at.getTime() >= FIRST_MILLISECONDS && at.getTime() < END_OF_TIMES;
	return isTold ? at.toISOString() : null;
}

/** NaN for what is no time. Node.js's own reading would take "Room 5" for a day in May, and 31 February for one in March. */
function millisecondsOf(text: string): number {
	if (EPOCH.test(text)) {
		const number = Number(text);
		return number < FIRST_MILLISECONDS ? number * 1000 : number;
	}
	if (HTTP_DATE.test(text)) return Date.parse(text);
	const [, date, day, time = '00:00', fraction = '0', hours, minutes = '00'] =
		ISO_TIME.exec(text) ?? [];
	if (date === undefined || new Date(`${date}T00:00Z`).getUTCDate() !== Number(day)) return NaN;
	const whole = time.length === 5 ? `${time}:00` : time;
	const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
	return Date.parse(`${date}T${whole}.${fraction.slice(0, 3)}${zone}`);
}

/** The values that are there, each once. */
export function distinct(values: Array<string | null | undefined>): string[] {
	return [
		...new Set(values.filter((value) => typeof value === 'string' && value !== '')),
	] as string[];
}

/** An agent who takes part several times counts once. */
export function distinctAgents(agents: readonly RecordingAgent[]): RecordingAgent[] {
	const key = ({ id, name }: RecordingAgent) => id ?? name;
	return agents.filter(
		(agent, index) => agents.findIndex((other) => key(other) === key(agent)) === index,
	);
}

/** Who agents are, in words: by name, else by what else is known of them. */
export function namesOf(agents: readonly RecordingAgent[]): string[] {
	return agents.flatMap(
		({ name, userName, id, phoneNumber }) => name ?? userName ?? id ?? phoneNumber ?? [],
	);
}

/** Whole or decimal seconds between two ISO times; null where one is missing. */
export function secondsBetween(start: string | null, end: string | null): number | null {
	if (start === null || end === null) return null;
	const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
	return seconds >= 0 ? seconds : null;
}
