/** A kind of media file by its first bytes. */
export interface MediaKind {
	name: string;
	extension: string;
	mimeTypes: readonly string[];
	matches: (head: Buffer) => boolean;
}

const ascii = (head: Buffer, at: number, text: string) => head.toString('latin1', at, at + text.length) === text;

/** Boxes that an ISO base media (MP4) file may begin with. */
const MP4_FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'];

/** Canonical MIME type first. The files CXone and GIR deliver, and what their converters make of them. */
const KINDS: readonly MediaKind[] = [
	{
		name: 'WAV',
		extension: 'wav',
		mimeTypes: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
		matches: (head) => (ascii(head, 0, 'RIFF') || ascii(head, 0, 'RF64')) && ascii(head, 8, 'WAVE'),
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
		// An ID3 tag, or a frame: 11 bits of sync, a version, layer III or II, a bit rate and a sample rate that exist. Layer I
		// is left out: its first two bytes are also those of a text in UTF-16.
		matches: (head) =>
			ascii(head, 0, 'ID3') ||
			(head.length > 2 &&
				head[0] === 0xff &&
				(head[1] & 0xe0) === 0xe0 &&
				(head[1] & 0x18) !== 0x08 &&
				((head[1] & 0x06) === 0x02 || (head[1] & 0x06) === 0x04) &&
				(head[2] & 0xf0) !== 0xf0 &&
				(head[2] & 0x0c) !== 0x0c),
	},
	{ name: 'Ogg', extension: 'ogg', mimeTypes: ['audio/ogg', 'application/ogg', 'audio/opus'], matches: (head) => ascii(head, 0, 'OggS') },
	{ name: 'FLAC', extension: 'flac', mimeTypes: ['audio/flac', 'audio/x-flac'], matches: (head) => ascii(head, 0, 'fLaC') },
	{
		name: 'WebM',
		extension: 'webm',
		mimeTypes: ['video/webm', 'audio/webm', 'video/x-matroska'],
		matches: (head) => head.length > 3 && head.readUInt32BE(0) === 0x1a45dfa3,
	},
	{
		name: 'WMA/WMV',
		extension: 'wmv',
		mimeTypes: ['video/x-ms-wmv', 'audio/x-ms-wma', 'video/x-ms-asf'],
		matches: (head) => head.length > 3 && head.readUInt32BE(0) === 0x3026b275,
	},
	{
		name: 'AVI',
		extension: 'avi',
		mimeTypes: ['video/x-msvideo', 'video/avi'],
		matches: (head) => ascii(head, 0, 'RIFF') && ascii(head, 8, 'AVI '),
	},
];

/** MIME types that say nothing about the content. */
const GENERIC_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/binary', 'application/x-download']);

/** Bytes that must be there to recognise every kind. */
export const HEAD_BYTES = 16;

/** The kind of a file by its first bytes; undefined where it is none of those known. */
export function mediaKindOf(head: Buffer): MediaKind | undefined {
	return KINDS.find(({ matches }) => matches(head));
}

/** The kind a MIME type or, where that names none that is known, a file extension announces. */
export function announcedKind(mimeType: string | undefined, extension: string | undefined): MediaKind | undefined {
	const type = bareType(mimeType);
	return KINDS.find(({ mimeTypes }) => mimeTypes.includes(type)) ?? KINDS.find((kind) => kind.extension === extension?.toLowerCase());
}

/** `Audio/WAV; charset=x` as `audio/wav`. */
export function bareType(mimeType: string | undefined): string {
	return (mimeType ?? '').split(';')[0].trim().toLowerCase();
}

/** Whether a MIME type says nothing about the content. */
export function isGenericType(mimeType: string | undefined): boolean {
	return GENERIC_TYPES.has(bareType(mimeType));
}

/** Whether a MIME type is that of a document: no platform delivers a recording under it. */
export function isTextType(mimeType: string | undefined): boolean {
	return /^(text\/.*|application\/(json|xml|xhtml\+xml|problem\+json|javascript))$/.test(bareType(mimeType));
}

/** What a web page, an XML or a JSON document begins with: an answer of an API, a proxy or a sign-in page, never media. */
export function looksLikeText(head: Buffer): boolean {
	const start = textOf(head).trimStart().toLowerCase();
	return /^(<!|<html|<\?xml|<[a-z]+[\s>]|[{[])/.test(start);
}

/** Text in UTF-8, or in UTF-16 where a byte order mark says so. */
export function textOf(bytes: Buffer): string {
	const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return even.toString('utf16le', 2);
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(even).swap16().toString('utf16le', 2);
	return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
