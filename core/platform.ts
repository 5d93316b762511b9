import type { Connection } from './http/transport';
import { isObject } from './http/wire';
import { recordingOf } from './item';
import type { MediaFile, WrittenFile } from './media/file';
import type { Recording, RecordingReferences } from './recording';
import type { Finding, SearchChoice } from './search';
import type { TriggerSource } from './trigger/source';

/** Takes a sentence, and the key of what the node adds in its own labels; see `withNextStep`. */
export type Tell = (message: string, reason?: string) => void;

/** What a platform is connected with. */
export interface Session extends Connection {
	/** Takes a line for n8n's log. */
	log: Tell;
	/** Takes a sentence for the person who runs the workflow. */
	hint: Tell;
}

/** Recordings in the vendor's own form, and how to read them. */
export interface Reading<Raw> {
	toRecording(raw: Raw): Recording;
	/** The vendor's own JSON, without what it marks as internal. */
	toVendorJson(raw: Raw): object;
}

/** What a search found. */
export interface Found<Raw = unknown> extends Reading<Raw>, Finding<Raw> {}

/** Recordings that a trigger watches. */
export interface Watched<Raw = unknown> extends Reading<Raw> {
	source: WatchedSource<Raw>;
}

export interface WatchedSource<Raw> extends TriggerSource<Raw> {
	/** The newest available recordings that are wanted, newest first; reads and changes no state. */
	latest(limit: number, isWanted?: (raw: Raw) => boolean): Promise<Raw[]>;
	/** Ends what is still being read. */
	close?(): Promise<void>;
}

/** A recording whose files are wanted, known by at least one of its references. */
export interface MediaTarget {
	/** For file names and messages. */
	id: string;
	references: RecordingReferences;
	/** As an item told it; undefined where only the references are known. */
	recording?: Recording;
	/** Which parts of it are meant, by their IDs: segments of a contact, media files of a recording. Undefined for all. */
	parts?: readonly string[];
	/** Whether another platform has IDs of that name, too, and nothing else in the item tells them apart. */
	guessed?: boolean;
}

/** The files of a recording, ready to be fetched: all links are asked for when their turn comes. */
export interface RecordingFiles {
	files: Array<MediaFile | WrittenFile>;
	/** What the platform told of the recording on the way; undefined where it was not asked. */
	recording?: Recording;
}

/** The questions of one platform, in its own terms. Fields of nodes are read into these; the platform knows no fields. */
export interface Questions {
	search: unknown;
	get: unknown;
	watch: unknown;
	files: unknown;
}

/** A platform, signed in. Errors are n8n's, or carry what `toNodeError` needs. */
export interface ConnectedPlatform<Q extends Questions> {
	/** Recordings that match, available or not as chosen. A list is whole, or it is an error. */
	search(question: Q['search'], choice: SearchChoice): Promise<Found>;
	/** One recording whatever its status. @throws an error with HTTP code 404 where there is none */
	get(id: string, question: Q['get']): Promise<Found>;
	/** What a trigger reads. */
	watch(question: Q['watch']): Promise<Watched>;
	/** The files of a recording. Makes the API calls this takes, and no media request. */
	files(target: MediaTarget, question: Q['files']): Promise<RecordingFiles>;
}

/** A vendor's product that holds recordings: all that the nodes need to know of it. */
export interface Platform<Q extends Questions> {
	/** The value of `platform` on its items. */
	readonly id: string;
	/** As people call it, for messages. */
	readonly name: string;
	/** Signs in with a credential of the given type. */
	connect(session: Session, credentialType: string): Promise<ConnectedPlatform<Q>>;
	/**
	 * What an item's JSON tells of a recording of this platform: simplified, in the vendor's own form, or by an ID under a
	 * name that the vendor has for it.
	 *
	 * @returns undefined where nothing in the JSON is of this platform
	 * @throws UserError where its IDs lead to several recordings, or to none that can be asked for
	 */
	targetOf(json: Record<string, unknown>): MediaTarget | undefined;
}

/**
 * What an item in the shape of all platforms tells of a recording, or one that carries such a recording, as Download Media's
 * do.
 *
 * @returns undefined where it is no item of that platform
 */
export function targetOfItem(
	platform: string,
	json: Record<string, unknown>,
): MediaTarget | undefined {
	const carried = isObject(json.recording) && targetOfItem(platform, json.recording);
	if (carried) return carried;
	const recording = json.platform === platform ? recordingOf(json) : undefined;
	return recording && targetTo(recording);
}

/** A recording of which all is told. */
export function targetTo(recording: Recording): MediaTarget {
	return { id: recording.id, references: recording.references, recording };
}
