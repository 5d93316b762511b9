import type { FaultScope } from '../http/scope';

/** Why a file was not delivered. */
export type MediaErrorReason =
	/** Empty, or too small to be a recording. */
	| 'unavailable'
	/** It was there, and is not any more. */
	| 'purged'
	/** It is in long-term storage and must be brought back first. */
	| 'archived'
	/** It is still being made. */
	| 'notReady'
	/** Other bytes stand in its place than when the download began. */
	| 'changed'
	/** The link was refused. */
	| 'refused'
	/** What came is not the media that was announced. */
	| 'notMedia'
	/** Fewer or more bytes than promised. */
	| 'incomplete'
	/** The connection failed or the store answered with 5xx. */
	| 'transfer'
	/** No connection that could ever succeed: unknown host, untrusted certificate, forbidden by n8n. */
	| 'unreachable'
	/** n8n's binary store did not take the file. */
	| 'store'
	/** The execution ended first. */
	| 'cancelled';

/** A file that could not be delivered whole and verified. Never holds a URL with its query. */
export class MediaError extends Error {
	/** How long the store asked to wait, in milliseconds. */
	retryAfterMs?: number;

	constructor(
		readonly reason: MediaErrorReason,
		message: string,
		/** What to do next. */
		readonly description: string,
		/** HTTP status, where one came. */
		readonly status?: number,
		/** Whether other files will end the same way. */
		readonly scope: FaultScope = 'item',
	) {
		super(message);
		this.name = 'MediaError';
	}

	/** Whether the same request, or one for a fresh link, may go better. */
	get worthAnotherTry(): boolean {
		return this.reason === 'transfer' || this.reason === 'incomplete' || this.reason === 'refused' || this.reason === 'purged';
	}
}
