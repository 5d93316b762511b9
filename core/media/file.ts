import type { FileInWords, MediaError } from './errors';
import type { TrustOptions } from '../http/transport';

/** Where the bytes are. Links may be signed and short-lived: used at once, kept in memory for one transfer, never shown. */
export interface MediaLink extends TrustOptions {
	url: string;
	/** Sent with the media request, for stores that want the same sign-in as the API. */
	headers?: Record<string, string>;
	/** Sends a media request that carries a password, or throws where that must not be sent. */
	send?: <T extends { status: number; url?: string }>(request: () => Promise<T>) => Promise<T>;
	/** Promised size in bytes. */
	sizeBytes?: number;
	contentType?: string;
	/** The channel that the platform says it delivers. */
	channel?: string;
}

/** One file to fetch. */
export interface MediaFile extends FileInWords {
	/** The channel that was asked for, where there is a choice. */
	channelAsked?: string;
	/** As the platform tells it, in seconds; undefined where it does not. */
	durationSeconds?: number;
	/** What is to be said of the file, for example why another channel than the asked one is delivered. */
	note?: string;
	/** Whether the next link leads to another place, where the media may be if they are not behind the first. */
	elsewhere?: boolean;
	/** Asks the vendor's API for a link; asked once more when a link is refused or gone. */
	link: () => Promise<MediaLink>;
	/** Whether the media store is known to answer range requests; true unless told. GIR documents none. */
	ranges?: boolean;
	/** Asks the platform why there are no media behind a fresh link, or less than they promise; undefined where it does not tell. */
	whyMissing?: () => Promise<MediaError | undefined>;
}

/** A file that was made here, such as a transcript. Hashes are lower-case hexadecimal. */
export interface WrittenFile {
	fileName: string;
	/** Second part of the file name. */
	channel: string;
	mimeType: string;
	bytes: Buffer;
	md5: string;
	sha256: string;
}
