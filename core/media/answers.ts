import type { MediaJob } from './download';
import { MediaError, type MediaErrorReason } from './media-error';
import type { Advice } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { quote } from '../http/redact';
import { retryAfterMs, type Reply } from '../http/retry';
import { asNetworkFailure } from '../http/transport';

const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/**
 * What S3, Azure and their kin say about a link that has had its day. S3 says some of it with status 400
 * ("Error responses" of the S3 API reference: ExpiredToken, AuthorizationQueryParametersError).
 */
const LINK_TROUBLE = /signature|expired|token|authoriz/i;
/** S3's word for an object in Glacier, and Azure's for one in the archive tier. */
const ARCHIVED = /InvalidObjectState|BlobArchived/i;
/** What S3 and Azure say with a 503 to one who asks too often. */
const TOO_OFTEN = /SlowDown|RequestLimitExceeded|ServerBusy/i;

/** Failures that come from where a link leads, and not from the host it names. */
const LINK_CODES: ReadonlySet<string> = new Set(['PRIVATE_ADDRESS', 'INSECURE_REDIRECT']);

/** The file in words for messages. */
export function describe(job: MediaJob): string {
	return `recording ${job.recordingId} (${job.channel})`;
}

/** For the beginning of a sentence. */
export function capital(text: string): string {
	return text[0].toUpperCase() + text.slice(1);
}

/** A file too small to be a recording. Sizes in bytes. */
export function tooSmall(job: MediaJob, sizeBytes: number, minimumBytes: number): MediaError {
	const kept = minimumBytes === 0 ? '' : " If such files are wanted, lower 'Minimum File Size (Bytes)' under 'Options'.";
	return new MediaError('unavailable', `Media unavailable: ${describe(job)} has ${sizeBytes} bytes`, `Files of ${minimumBytes} bytes or less hold no audio: it was probably never captured, or the media were purged.${instead(job)}${kept}`);
}

/** A WAV with a header and nothing behind it (the guide's edge case "Channel Mismatch & Silent Recordings"). */
export function withoutSamples(job: MediaJob): MediaError {
	return new MediaError('unavailable', `Media unavailable: ${describe(job)} has a WAV header and no audio`, `It was probably never captured, or the recording is still being processed. Download it later.${instead(job)}`);
}

/** What else can be asked for. */
function instead(job: MediaJob): string {
	return job.instead === undefined ? '' : ` ${job.instead}`;
}

/** A file that ends before its own header says. */
export function truncated(job: MediaJob, kind: string, missingBytes: number): MediaError {
	return new MediaError('incomplete', `${capital(describe(job))} ends ${missingBytes} bytes before its own ${kind} header says`, 'Nothing was stored. The recording may still be being written: try again later.');
}

/** Fewer or more bytes than promised. */
export function wrongLength(job: MediaJob, received: number, promised: number): MediaError {
	return new MediaError('incomplete', `${received} bytes of ${describe(job)} came, ${promised} were promised`, 'Nothing was stored. Try again; if it stays so, the file in the media store is damaged.');
}

/** An answer that could end anywhere without anyone noticing. */
export function openEnded(job: MediaJob): MediaError {
	return new MediaError('notMedia', `The media store did not tell how long ${describe(job)} is`, 'Nothing was stored, because a cut transfer could not be told from a whole one. A proxy between n8n and the media store may drop the length. Ask its administrator to pass it through.');
}

/** The object is another one than when the download began. */
export function changed(job: MediaJob, how: string): MediaError {
	return new MediaError('changed', `${capital(describe(job))} changed while it was being downloaded`, `Nothing was stored: ${how}. Run the workflow again to download the new file.`);
}

/** A body that is packed, which nobody asked for. */
export function encoded(job: MediaJob, encoding: string): MediaError {
	return new MediaError('notMedia', `The media store sent ${describe(job)} ${quote(encoding)}-compressed, which was not asked for`, 'Nothing was stored. A proxy between n8n and the media store may do this. Ask its administrator to pass media through unchanged.');
}

/** A web page, an XML or a JSON document in place of media. */
export function notMediaButText(job: MediaJob, host: string, start: string): MediaError {
	const said = quote(start, job.secrets).slice(0, 200);
	const words = said === '' ? '' : ` ${host} answered: "${said}".`;
	return new MediaError('notMedia', `Instead of ${describe(job)} a web page or a message came`, `The file was not stored.${words} A sign-in page, a proxy or a message of the server may stand in its place.`);
}

/**
 * n8n did not take a file, for example because the disk is full.
 *
 * @param file in words for messages
 */
export function storeFailed(file: string, error: unknown): MediaError {
	const { code, message, cause } = (error ?? {}) as { code?: unknown; message?: unknown; cause?: { code?: unknown } };
	const full = [code, cause?.code].some((one) => one === 'ENOSPC' || one === 'EDQUOT');
	const words = typeof message === 'string' && message !== '' ? ` It said: "${quote(message)}".` : '';
	const [what, next] = full
		? [`The disk of n8n is full: ${file} was not stored`, 'Free some space where n8n stores binary data, then run the workflow again.']
		: [`The binary store of n8n did not take ${file}`, 'Check the disk space and the binary data settings of this n8n.'];
	// A database as store has a limit for each file: the next one may be smaller.
	const scope = (error as object | undefined)?.constructor.name === 'FileTooLargeError' ? 'item' : 'all';
	return new MediaError('store', what, `No part of the file was kept. ${next}${words}`, undefined, scope);
}

/** The execution was cancelled, by a person or because another file could not be delivered. */
export function cancelled(job: MediaJob, reason: unknown): MediaError {
	const error = new MediaError('cancelled', `The execution was cancelled while ${describe(job)} was being downloaded`, 'No part of the file was kept. Run the workflow again to download it.', undefined, 'all');
	error.cause = reason;
	return error;
}

/** No answer, or half of one. */
export function interrupted(job: MediaJob, error: unknown, host: string): unknown {
	const failure = asNetworkFailure(error, host);
	if (failure instanceof NetworkFailure) {
		const reason = failure.retryable ? 'transfer' : 'unreachable';
		// Where no connection came about, none will for the next file either. A connection that broke is this file's own, and
		// so is an address that only its link, or a redirect from there, leads to.
		const ofThisLink = failure.maybeSent || LINK_CODES.has(failure.code) || failure.host !== host;
		const scope = ofThisLink ? 'item' : 'platform';
		return new MediaError(reason, `The download of ${describe(job)} broke off: ${failure.what}`, `Nothing was stored. ${failure.next} (Host: ${host})`, undefined, scope);
	}
	return error;
}

/** A transfer that breaks whenever it begins anew, and cannot be continued. */
export function endless(last: MediaError, restarts: number): MediaError {
	const text = `${last.description} The media store does not continue a transfer that was cut, so the node began anew ${restarts} times.`;
	return new MediaError(last.reason, last.message, text, last.status, last.scope);
}

/** A refused media request: the platform's advice first, general words else, then the store's own words. */
export function refused(job: MediaJob, reply: Reply): MediaError {
	const { status } = reply;
	const said = quote(reply.body, job.secrets);
	const words = said === '' ? `(HTTP ${status})` : `The answer said: "${said}" (HTTP ${status})`;
	const [reason, usual] = meaning(job, reply);
	const { message, description } = job.advise?.(reply) ?? usual;
	const signInRefused = status === 401 && !job.renewable;
	const scope = signInRefused || status === 429 || (status === 503 && TOO_OFTEN.test(textOf(reply))) ? 'platform' : 'item';
	const error = new MediaError(reason, message, `${description} ${words}`, status, scope);
	error.retryAfterMs = retryAfterMs(reply.headers);
	return error;
}

function textOf({ body }: Reply): string {
	return typeof body === 'string' ? body.slice(0, 2_000) : JSON.stringify(body ?? '');
}

function meaning(job: MediaJob, reply: Reply): [MediaErrorReason, Advice] {
	const { status } = reply;
	const said = textOf(reply);
	if (status >= 400 && status < 500 && ARCHIVED.test(said)) {
		return ['archived', { message: `The media of ${describe(job)} are archived`, description: 'They are in long-term storage. Move them to active storage first, then download them.' }];
	}
	if (status === 404 || status === 410) {
		return ['purged', { message: `The media of ${describe(job)} were purged`, description: 'The platform still knows the recording, but its media are not in the media store any more: their retention period has probably ended.' }];
	}
	if (status === 401 || status === 403 || (status === 400 && LINK_TROUBLE.test(said))) {
		return ['refused', { message: `The media store refused the link of ${describe(job)}`, description: `${job.renewable ? 'A fresh link did not help. ' : ''}Check that the clock of the machine n8n runs on is right, and that no proxy changes addresses.` }];
	}
	if (RETRYABLE_STATUS.has(status)) {
		return ['transfer', { message: `The media store could not send ${describe(job)} just now`, description: 'Try again later.' }];
	}
	return ['notMedia', { message: `The media store answered unexpectedly for ${describe(job)}`, description: 'Nothing was stored.' }];
}
