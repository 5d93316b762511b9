import { UserError } from 'n8n-workflow';

import { mebibytes } from './store-limits';
import type { Advice } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { quote, reasonOf } from '../http/redact';
import { retryAfterMs, type Reply } from '../http/retry';
import type { FaultScope } from '../http/scope';
import { asNetworkFailure } from '../http/transport';
import { availabilityOf } from '../recording';

/** Why a file was not delivered. All errors about media and their wordings are in this file. */
export type MediaErrorReason =
	/** Empty: it holds no audio. */
	| 'unavailable'
	/** No larger than what a builder says is too small to be a recording. */
	| 'tooSmall'
	/** It was there, and is not any more. */
	| 'purged'
	/** It is in long-term storage and must be brought back first. */
	| 'archived'
	/** It is still being made. */
	| 'notReady'
	/** By its status it has no media. */
	| 'withoutMedia'
	/** Other bytes stand in its place than when the download began. */
	| 'changed'
	/** The link was refused. */
	| 'refused'
	/** What came is no media, or was changed on its way. */
	| 'notMedia'
	/** Media of another kind than announced. */
	| 'otherKind'
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

/**
 * A file that could not be delivered whole and verified. Never holds a URL with its query, nor the name of a field: what
 * to change in a node is said by the node, by `reason`.
 */
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
		return (
			this.reason === 'transfer' ||
			this.reason === 'incomplete' ||
			this.reason === 'refused' ||
			this.reason === 'purged'
		);
	}
}

/** What the messages below tell of a file, and what they must not tell. */
export interface FileInWords {
	recordingId: string;
	/** Second part of the file name: the channel, the media UUID, or the kind of interaction. */
	channel: string;
	/** Whether asking again can bring another link; GIR's paths never change. */
	renewable: boolean;
	/** Values that must not appear in any message, where the media request is signed in. */
	secrets?: readonly string[];
	/** What the platform knows about a refused media request. */
	advise?: (reply: Reply) => Advice | undefined;
	/** What else can be asked for where there is no audio, a sentence for the one who filled in the node. */
	instead?: string;
}

const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/**
 * What S3, Azure and their kin say about a link that has had its day. S3 says some of it with status 400
 * ("Error responses" of the S3 API reference: ExpiredToken, AuthorizationQueryParametersError).
 */
const LINK_TROUBLE = /signature|expired|token|authoriz/i;
/** What S3 says of a missing object, too, where whoever signed the link may not list the bucket ("GetObject", Permissions). */
const MAYBE_GONE = /\bAccessDenied\b/;
/** S3's word for an object in Glacier, and Azure's for one in the archive tier. */
const ARCHIVED = /InvalidObjectState|BlobArchived/i;
/** What S3 and Azure say with a 503 to one who asks too often. */
const TOO_OFTEN = /SlowDown|RequestLimitExceeded|ServerBusy/i;

/** Failures that come from where a link leads, and not from the host it names. */
const LINK_CODES: ReadonlySet<string> = new Set(['PRIVATE_ADDRESS', 'INSECURE_REDIRECT']);

/** The file in words for messages. */
export function describe(file: FileInWords): string {
	return `recording ${file.recordingId} (${file.channel})`;
}

/** For the beginning of a sentence. */
function capital(text: string): string {
	return text[0].toUpperCase() + text.slice(1);
}

/** A file too small to be a recording. Sizes in bytes. */
export function tooSmall(file: FileInWords, sizeBytes: number, minimumBytes: number): MediaError {
	const reason = minimumBytes === 0 ? 'unavailable' : 'tooSmall';
	return new MediaError(
		reason,
		`Media unavailable: ${describe(file)} has ${sizeBytes} bytes`,
		`Files of ${minimumBytes} bytes or less hold no audio: it was probably never captured, or the media were purged.${instead(file)}`,
	);
}

/** A WAV with a header and nothing behind it (the guide's edge case "Channel Mismatch & Silent Recordings"). */
export function withoutSamples(file: FileInWords): MediaError {
	return new MediaError(
		'unavailable',
		`Media unavailable: ${describe(file)} has a WAV header and no audio`,
		`It was probably never captured, or the recording is still being processed. Download it later.${instead(file)}`,
	);
}

/** What else can be asked for. */
function instead(file: FileInWords): string {
	return file.instead === undefined ? '' : ` ${file.instead}`;
}

/** A file that ends before its own header says. */
export function truncated(file: FileInWords, kind: string, missingBytes: number): MediaError {
	return new MediaError(
		'incomplete',
		`${capital(describe(file))} ends ${missingBytes} bytes before its own ${kind} header says`,
		'Nothing was stored. The recording may still be being written: try again later.',
	);
}

/** Fewer or more bytes than promised. */
export function wrongLength(file: FileInWords, received: number, promised: number): MediaError {
	return new MediaError(
		'incomplete',
		`${received} bytes of ${describe(file)} came, ${promised} were promised`,
		'Nothing was stored. Try again; if it stays so, the file in the media store is damaged.',
	);
}

/** An answer that could end anywhere without anyone noticing. */
export function openEnded(file: FileInWords): MediaError {
	return new MediaError(
		'notMedia',
		`The media store did not tell how long ${describe(file)} is`,
		'Nothing was stored, because a cut transfer could not be told from a whole one. A proxy between n8n and the media store may drop the length. Ask its administrator to pass it through.',
	);
}

/** The object is another one than when the download began. */
export function changed(file: FileInWords, how: string): MediaError {
	return new MediaError(
		'changed',
		`${capital(describe(file))} changed while it was being downloaded`,
		`Nothing was stored: ${how}. Run the workflow again to download the new file.`,
	);
}

/** A body that is packed, which nobody asked for. */
export function encoded(file: FileInWords, encoding: string): MediaError {
	return new MediaError(
		'notMedia',
		`The media store sent ${describe(file)} ${quote(encoding)}-compressed, which was not asked for`,
		'Nothing was stored. A proxy between n8n and the media store may do this. Ask its administrator to pass media through unchanged.',
	);
}

/**
 * Media of another kind than announced, or of none that is known.
 *
 * @param kind what the first bytes say it is: "WAV"; undefined where they say nothing
 */
export function otherKind(
	file: FileInWords,
	announced: string,
	kind: string | undefined,
): MediaError {
	return new MediaError(
		'otherKind',
		`${capital(describe(file))} was announced as ${announced} and is ${kind ?? 'no media file of a known kind'}`,
		'The file was not stored.',
	);
}

/** A web page, an XML or a JSON document in place of media. */
export function notMediaButText(file: FileInWords, host: string, start: string): MediaError {
	const said = quote(start, file.secrets).slice(0, 200);
	const words = said === '' ? '' : ` ${host} answered: "${said}".`;
	return new MediaError(
		'notMedia',
		`Instead of ${describe(file)} a web page or a message came`,
		`The file was not stored.${words} A sign-in page, a proxy or a message of the server may stand in its place.`,
	);
}

/**
 * n8n did not take a file, for example because the disk is full.
 *
 * @param file in words for messages
 */
export function storeFailed(file: string, error: unknown): MediaError {
	const { code, message, cause } = (error ?? {}) as {
		code?: unknown;
		message?: unknown;
		cause?: { code?: unknown };
	};
	const full = [code, cause?.code].some((one) => one === 'ENOSPC' || one === 'EDQUOT');
	const words =
		typeof message === 'string' && message !== '' ? ` It said: "${quote(message)}".` : '';
	const [what, next] = full
		? [
				`The disk of n8n is full: ${file} was not stored`,
				'Free some space where n8n stores binary data, then run the workflow again.',
			]
		: [
				`The binary store of n8n did not take ${file}`,
				'Check the disk space and the binary data settings of this n8n.',
			];
	// A database as store has a limit for each file: the next one may be smaller.
	const scope =
		(error as object | undefined)?.constructor.name === 'FileTooLargeError' ? 'item' : 'all';
	return new MediaError(
		'store',
		what,
		`No part of the file was kept. ${next}${words}`,
		undefined,
		scope,
	);
}

/**
 * A file that n8n's database does not take, found out before it has all of it. Sizes in bytes.
 *
 * @param sizeBytes undefined where nobody told, and more came than it takes
 */
export function tooLargeForStore(
	file: FileInWords,
	sizeBytes: number | undefined,
	mostBytes: number,
): MediaError {
	const size = sizeBytes === undefined ? 'more' : mebibytes(sizeBytes);
	return new MediaError(
		'store',
		`${capital(describe(file))} has ${size}; n8n's database takes ${mebibytes(mostBytes)} at most`,
		"It was not downloaded. Set N8N_DEFAULT_BINARY_DATA_MODE to 'filesystem' (in a folder that all n8n processes share) or 's3' on every n8n process, or raise N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE.",
	);
}

/** The execution was cancelled, by a person or because another file could not be delivered. */
export function cancelled(file: FileInWords, reason: unknown): MediaError {
	const error = new MediaError(
		'cancelled',
		`The execution was cancelled while ${describe(file)} was being downloaded`,
		'No part of the file was kept. Run the workflow again to download it.',
		undefined,
		'all',
	);
	error.cause = reason;
	return error;
}

/** No answer, or half of one. */
export function interrupted(file: FileInWords, error: unknown, host: string): unknown {
	const failure = asNetworkFailure(error, host);
	if (failure instanceof NetworkFailure) {
		const reason = failure.retryable ? 'transfer' : 'unreachable';
		// Where no connection came about, none will for the next file either. A connection that broke is this file's own, and
		// so is an address that only its link, or a redirect from there, leads to.
		const ofThisLink = failure.maybeSent || LINK_CODES.has(failure.code) || failure.host !== host;
		const scope = ofThisLink ? 'item' : 'platform';
		return new MediaError(
			reason,
			`The download of ${describe(file)} broke off: ${failure.what}`,
			`Nothing was stored. ${failure.next} (Host: ${failure.host})`,
			undefined,
			scope,
		);
	}
	// An address that is not asked at all: the platform gave it out, or the store redirected to it.
	if (error instanceof UserError) {
		return new MediaError(
			'unreachable',
			`${capital(describe(file))} was not asked for: ${error.message}`,
			`Nothing was stored. ${error.description ?? ''}`.trim(),
		);
	}
	return error;
}

/** A transfer that breaks whenever it begins anew, and cannot be continued. */
export function endless(last: MediaError, restarts: number): MediaError {
	const text = `${last.description} The media store does not continue a transfer that was cut, so the node began anew ${restarts} times.`;
	return new MediaError(last.reason, last.message, text, last.status, last.scope);
}

/** A range that begins behind the end of the object, although some of it is missing (HTTP 416). */
export function noMore(file: FileInWords): MediaError {
	return new MediaError(
		'transfer',
		`The media store has no more of ${describe(file)}`,
		'Try again later.',
		416,
	);
}

/** A part of the object that does not tell which version of it it is of. */
export function partWithoutVersion(file: FileInWords): MediaError {
	return new MediaError(
		'transfer',
		`The media store sent a part of ${describe(file)} and did not tell which version it is of`,
		'Nothing was stored. Try again later.',
		206,
	);
}

/** A part of the object that was not asked for. */
export function otherPart(file: FileInWords): MediaError {
	return new MediaError(
		'transfer',
		`The media store sent another part of ${describe(file)} than the one asked for`,
		'Nothing was stored. Try again later.',
		206,
	);
}

/**
 * A recording that was there a moment ago, and is not any more.
 *
 * @param platform as people call it: "CXone"
 */
export function purged(recordingId: string, platform: string): MediaError {
	return new MediaError(
		'purged',
		`Recording ${recordingId} was purged: ${platform} had it, and does not know it any more`,
		'It was deleted together with its media, probably at the end of its retention period.',
		404,
	);
}

/**
 * A recording that is still being made, so that its media would be cut short; or one that has none by its status, and is not
 * said to get any.
 *
 * @param status as the platform calls it
 */
export function notReady(recordingId: string, status: string): MediaError {
	if (availabilityOf({ status }) === 'pending') {
		return new MediaError(
			'notReady',
			`Recording ${recordingId} cannot be downloaded yet: its status is '${status}'`,
			'Nothing was stored, because a file taken now would be cut short. Download it later.',
		);
	}
	return new MediaError(
		'withoutMedia',
		`Recording ${recordingId} cannot be downloaded: its status is '${status}'`,
		'Only an available recording has media.',
	);
}

/** A refused media request: the platform's advice first, general words else, then the store's own words. */
export function refused(file: FileInWords, reply: Reply): MediaError {
	const { status } = reply;
	const said = reasonOf(reply.body, file.secrets);
	const words = said === '' ? `(HTTP ${status})` : `The answer said: "${said}" (HTTP ${status})`;
	const [reason, usual] = meaning(file, reply);
	const { message, description } = file.advise?.(reply) ?? usual;
	const signInRefused = status === 401 && !file.renewable;
	const scope =
		signInRefused || status === 429 || (status === 503 && TOO_OFTEN.test(textOf(reply)))
			? 'platform'
			: 'item';
	const error = new MediaError(reason, message, `${description} ${words}`, status, scope);
	error.retryAfterMs = retryAfterMs(reply.headers);
	return error;
}

function textOf({ body }: Reply): string {
	return typeof body === 'string' ? body.slice(0, 2_000) : JSON.stringify(body ?? '');
}

function meaning(file: FileInWords, reply: Reply): [MediaErrorReason, Advice] {
	const { status } = reply;
	const said = textOf(reply);
	if (status >= 400 && status < 500 && ARCHIVED.test(said)) {
		return [
			'archived',
			{
				message: `The media of ${describe(file)} are archived`,
				description:
					'They are in long-term storage. Move them to active storage first, then download them.',
			},
		];
	}
	if (status === 404 || status === 410) {
		return [
			'purged',
			{
				message: `The media of ${describe(file)} were purged`,
				description:
					'The platform still knows the recording, but its media are not in the media store any more: their retention period has probably ended.',
			},
		];
	}
	if (status === 401 || status === 403 || (status === 400 && LINK_TROUBLE.test(said))) {
		const gone = MAYBE_GONE.test(said)
			? ' Media that were deleted may be refused like this, too: S3 tells nobody what it does not have.'
			: '';
		return [
			'refused',
			{
				message: `The media store refused the link of ${describe(file)}`,
				description: `${file.renewable ? 'A fresh link did not help. ' : ''}Check that the clock of the machine n8n runs on is right, and that no proxy changes addresses.${gone}`,
			},
		];
	}
	if (RETRYABLE_STATUS.has(status)) {
		return [
			'transfer',
			{
				message: `The media store could not send ${describe(file)} just now`,
				description: 'Try again later.',
			},
		];
	}
	return [
		'notMedia',
		{
			message: `The media store answered unexpectedly for ${describe(file)}`,
			description: 'Nothing was stored.',
		},
	];
}
