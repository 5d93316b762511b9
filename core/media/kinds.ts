import { markedEncoding } from '../http/answer-text';

/** A kind of media file by its first bytes. */
export interface MediaKind {
	name: string;
	extension: string;
	mimeTypes: readonly string[];
	matches: (head: Buffer) => boolean;
}

const ascii = (head: Buffer, at: number, text: string) =>
	head.toString('latin1', at, at + text.length) === text;

/** Boxes that an ISO base media (MP4) file may begin with. */
const MP4_FIRST_BOXES = [
	'ftyp',
	'styp',
	'moov',
	'moof',
	'mdat',
	'sidx',
	'free',
	'skip',
	'wide',
	'pnot',
];

/**
 * A frame of MPEG audio: 11 bits of sync, a version, layer III or II, a bit rate and a sample rate that exist. Layer I is
 * left out: its first two bytes are also those of a text in UTF-16.
 */
export function isMp3Frame(bytes: Buffer, at: number): boolean {
	return (
		bytes[at] === 0xff &&
		(bytes[at + 1] & 0xe0) === 0xe0 &&
		(bytes[at + 1] & 0x18) !== 0x08 &&
		((bytes[at + 1] & 0x06) === 0x02 || (bytes[at + 1] & 0x06) === 0x04) &&
		(bytes[at + 2] & 0xf0) !== 0xf0 &&
		(bytes[at + 2] & 0x0c) !== 0x0c
	);
}

/** Some recorders begin with zeros, as long as a frame or two. */
const MAX_PADDING_BYTES = 4096;
/** The longest frame of layer III: 320 kbit/s at 32 kHz, and one byte that fills up. */
const MAX_FRAME_BYTES = 1441;

/** Zeros and then frames: a second one has to follow the first, because one alone is soon found in anything. */
function isPaddedMp3(head: Buffer): boolean {
	const first = head.subarray(0, MAX_PADDING_BYTES).findIndex((byte) => byte !== 0);
	if (!isMp3Frame(head, first)) return false;
	for (let at = first + 3; at <= first + MAX_FRAME_BYTES; at++) {
		// The next frame is of the same version, layer and sample rate.
		if (
			isMp3Frame(head, at) &&
			head[at + 1] === head[first + 1] &&
			(head[at + 2] & 0x0c) === (head[first + 2] & 0x0c)
		)
			return true;
	}
	return false;
}

/** Canonical MIME type first. The files CXone and GIR deliver, and what their converters make of them. */
const KINDS: readonly MediaKind[] = [
	{
		name: 'WAV',
		extension: 'wav',
		mimeTypes: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
		matches: (head) =>
			['RIFF', 'RF64', 'BW64'].some((form) => ascii(head, 0, form)) && ascii(head, 8, 'WAVE'),
	},
	{
		name: 'MP4',
		extension: 'mp4',
		mimeTypes: ['video/mp4', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/x-m4v'],
		matches: (head) => MP4_FIRST_BOXES.some((box) => ascii(head, 4, box)),
	},
	{
		name: 'MP3',
		extension: 'mp3',
		mimeTypes: ['audio/mpeg', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3'],
		matches: (head) => ascii(head, 0, 'ID3') || isMp3Frame(head, 0) || isPaddedMp3(head),
	},
	{
		name: 'AAC',
		extension: 'aac',
		mimeTypes: ['audio/aac', 'audio/aacp', 'audio/x-aac'],
		// ADTS (ISO/IEC 13818-7, section 6.2): 12 bits of sync, and a layer that is always 0.
		matches: (head) => head[0] === 0xff && (head[1] & 0xf6) === 0xf0,
	},
	{
		name: 'Ogg',
		extension: 'ogg',
		mimeTypes: ['audio/ogg', 'application/ogg', 'audio/opus'],
		matches: (head) => ascii(head, 0, 'OggS'),
	},
	{
		name: 'FLAC',
		extension: 'flac',
		mimeTypes: ['audio/flac', 'audio/x-flac'],
		matches: (head) => ascii(head, 0, 'fLaC'),
	},
	{
		name: 'WebM',
		extension: 'webm',
		mimeTypes: ['video/webm', 'audio/webm', 'video/x-matroska'],
		matches: (head) => ascii(head, 0, '\x1a\x45\xdf\xa3'),
	},
	{
		name: 'WMA/WMV',
		extension: 'wmv',
		mimeTypes: ['video/x-ms-wmv', 'audio/x-ms-wma', 'video/x-ms-asf'],
		matches: (head) => ascii(head, 0, '\x30\x26\xb2\x75'),
	},
	{
		name: 'AVI',
		extension: 'avi',
		mimeTypes: ['video/x-msvideo', 'video/avi'],
		matches: (head) => ascii(head, 0, 'RIFF') && ascii(head, 8, 'AVI '),
	},
];

/** MIME types that say nothing about the content. */
const GENERIC_TYPES = new Set([
	'',
	'application/octet-stream',
	'binary/octet-stream',
	'application/binary',
	'application/x-download',
]);

/** Bytes that must be there to recognise every kind. */
export const HEAD_BYTES = 16;

/** The kind of a file by its first bytes; undefined where it is none of those known. */
export function mediaKindOf(head: Buffer): MediaKind | undefined {
	return KINDS.find(({ matches }) => matches(head));
}

/** The kind a MIME type or, where that names none that is known, a file extension announces. */
export function announcedKind(
	mimeType: string | undefined,
	extension: string | undefined,
): MediaKind | undefined {
	const type = bareType(mimeType);
	return (
		KINDS.find(({ mimeTypes }) => mimeTypes.includes(type)) ??
		KINDS.find((kind) => kind.extension === extension?.toLowerCase())
	);
}

/** `Audio/WAV; charset=x` as `audio/wav`. */
function bareType(mimeType: string | undefined): string {
	return (mimeType ?? '').split(';')[0].trim().toLowerCase();
}

/**
 * The MIME type and the extension that a file gets: by its kind, where that is known.
 *
 * @param said MIME types it was announced with, the more telling first
 * @param inUrl the extension in its URL
 */
export function typeAndExtension(
	kind: MediaKind | undefined,
	said: Array<string | undefined>,
	inUrl: string | undefined,
): { mimeType: string; extension: string } {
	const types = said.map(bareType).filter((type) => !GENERIC_TYPES.has(type));
	if (kind === undefined)
		return { mimeType: types[0] ?? 'application/octet-stream', extension: inUrl ?? 'bin' };
	const named = types.find((type) => kind.mimeTypes.includes(type)) ?? kind.mimeTypes[0];
	// The registered name of the same medium: of `audio/mp3`, for one, n8n shows no player.
	const medium = `${named.split('/')[0]}/`;
	return {
		mimeType: kind.mimeTypes.find((type) => type.startsWith(medium)) ?? named,
		extension: kind.extension,
	};
}

/** Whether a MIME type is that of a document: no platform delivers a recording under it. */
export function isTextType(mimeType: string | undefined): boolean {
	return /^(text\/.*|application\/(json|xml|xhtml\+xml|problem\+json|javascript))$/.test(
		bareType(mimeType),
	);
}

/**
 * Whether a file begins as an answer of an API, a proxy or a sign-in page does, and no media: with the beginning of a web
 * page, an XML or a JSON document, or with nothing but readable text.
 *
 * @param head the first bytes; it may end in the middle of a character
 */
export function looksLikeText(head: Buffer): boolean {
	const start = textOf(head).trimStart().toLowerCase();
	return (
		/^(<!|<html|<\?xml|<[a-z]+[\s>]|[{[])/.test(start) ||
		(mediaKindOf(head) === undefined && isReadable(head))
	);
}

/** Characters that no text for people has. */
const UNREADABLE = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/;

function isReadable(head: Buffer): boolean {
	try {
		return head.length > 0 && !UNREADABLE.test(decoded(head, true));
	} catch {
		return false;
	}
}

/** Text in UTF-8, or in UTF-16 where a byte order mark says so. It may end in the middle of a character. */
export function textOf(bytes: Buffer): string {
	return decoded(bytes, false);
}

/** @throws TypeError where `fatal` and it is no text in that encoding */
function decoded(bytes: Buffer, fatal: boolean): string {
	return new TextDecoder(markedEncoding(bytes), { fatal }).decode(bytes, { stream: true });
}
