import {
	announcedKind,
	isTextType,
	looksLikeText,
	mediaKindOf,
	textOf,
	typeAndExtension,
} from '../../core/media/kinds';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');

describe('the kinds, by their first bytes and by all their types', () => {
	it.each([
		[
			'WAV',
			'wav',
			['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
			['RIFF', 'RF64', 'BW64'].map((form) => ascii(`${form}\0\0\0\0WAVE`)),
		],
		[
			'MP4',
			'mp4',
			['video/mp4', 'audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/x-m4v'],
			['ftyp', 'styp', 'moov', 'moof', 'mdat', 'sidx', 'free', 'skip', 'wide', 'pnot'].map((box) =>
				ascii(`\0\0\0\x08${box}`),
			),
		],
		[
			'MP3',
			'mp3',
			['audio/mpeg', 'audio/mp3', 'audio/x-mp3', 'audio/mpeg3'],
			// A tag; layer III of the versions 1, 2 and 2.5; layer II.
			[ascii('ID3\x04'), hex('ff fb 90'), hex('ff f3 90'), hex('ff e3 90'), hex('ff fd 90')],
		],
		[
			'AAC',
			'aac',
			['audio/aac', 'audio/aacp', 'audio/x-aac'],
			[hex('ff f1'), hex('ff f0'), hex('ff f9')],
		],
		['Ogg', 'ogg', ['audio/ogg', 'application/ogg', 'audio/opus'], [ascii('OggS\0')]],
		['FLAC', 'flac', ['audio/flac', 'audio/x-flac'], [ascii('fLaC\0')]],
		['WebM', 'webm', ['video/webm', 'audio/webm', 'video/x-matroska'], [hex('1a 45 df a3')]],
		[
			'WMA/WMV',
			'wmv',
			['video/x-ms-wmv', 'audio/x-ms-wma', 'video/x-ms-asf'],
			[hex('30 26 b2 75')],
		],
		['AVI', 'avi', ['video/x-msvideo', 'video/avi'], [ascii('RIFF\0\0\0\0AVI ')]],
	])('%s', (name, extension, mimeTypes, heads) => {
		for (const head of heads) expect(mediaKindOf(head)).toMatchObject({ name, extension });
		for (const type of mimeTypes) expect(announcedKind(type, 'bin')).toMatchObject({ name });
		expect(announcedKind('application/octet-stream', extension.toUpperCase())).toMatchObject({
			name,
			mimeTypes,
		});
	});

	it.each([
		['RIFF of another form', ascii('RIFF\0\0\0\0WEBP')],
		['the form of a WAV without its RIFF', ascii('XXXX\0\0\0\0WAVE')],
		['the form of an AVI without its RIFF', ascii('RF64\0\0\0\0AVI ')],
		['an MPEG frame of layer I', hex('ff ff 90')],
		['of a version that does not exist', hex('ff eb 90')],
		['of a bit rate that does not exist', hex('ff fb f0')],
		['of a sample rate that does not exist', hex('ff fb 9c')],
		['with ten bits of sync', hex('ff db 90')],
		['with sync in the second byte only', hex('fe fb 90')],
		['one byte', hex('ff')],
		['nothing', Buffer.alloc(0)],
	])('not %s', (_, head) => {
		expect(mediaKindOf(head)).toBeUndefined();
	});

	it('a type goes before an extension, and neither may be there', () => {
		expect(announcedKind('Audio/MPEG; codecs=x', 'wav')).toMatchObject({ name: 'MP3' });
		expect(announcedKind(undefined, undefined)).toBeUndefined();
		expect(announcedKind('text/html', 'html')).toBeUndefined();
	});
});

describe('an MP3 behind padding', () => {
	/** Zeros, a frame of version 1 without its content, so many other bytes, and another one. */
	const padded = (zeros: number, between: number, second: string) =>
		Buffer.concat([Buffer.alloc(zeros), hex('ff fb 90'), Buffer.alloc(between, 0x11), hex(second)]);

	it.each([
		['two frames', padded(100, 400, 'ff fb 90'), 'MP3'],
		['two frames of different bit rates', padded(1, 400, 'ff fb 40'), 'MP3'],
		['two frames as far apart as they can be', padded(4_095, 1_438, 'ff fb 90'), 'MP3'],
		['two frames further apart', padded(100, 1_439, 'ff fb 90'), undefined],
		['frames behind more of it', padded(4_096, 400, 'ff fb 90'), undefined],
		['one frame', padded(100, 400, ''), undefined],
		['a second frame of another version', padded(100, 400, 'ff f3 90'), undefined],
		['a second frame of another sample rate', padded(100, 400, 'ff fb 94'), undefined],
		['what is like a second frame but for its sync', padded(100, 400, 'fe fb 90'), undefined],
		[
			'a frame behind something else',
			Buffer.concat([Buffer.alloc(9), hex('fe fb 90 11 11 ff fb 90')]),
			undefined,
		],
		['nothing but zeros', Buffer.alloc(6_000), undefined],
	])('%s', (_, head, name) => {
		expect(mediaKindOf(head)?.name).toBe(name);
	});
});

describe('types', () => {
	it.each([
		[undefined, 'application/octet-stream', false],
		['', 'application/octet-stream', false],
		['application/octet-stream', 'application/octet-stream', false],
		[' Binary/Octet-Stream ; x=y', 'application/octet-stream', false],
		['application/binary', 'application/octet-stream', false],
		['application/x-download', 'application/octet-stream', false],
		['Audio/WAV; charset=x', 'audio/wav', false],
		['text/html; charset=utf-8', 'text/html', true],
		['application/json', 'application/json', true],
		['application/xml', 'application/xml', true],
		['application/xhtml+xml', 'application/xhtml+xml', true],
		['application/problem+json', 'application/problem+json', true],
		['application/javascript', 'application/javascript', true],
		['application/json-seq', 'application/json-seq', false],
		['video/text/plain', 'video/text/plain', false],
	])('%j', (type, meant, isText) => {
		expect(typeAndExtension(undefined, [type], undefined).mimeType).toBe(meant);
		expect(isTextType(type)).toBe(isText);
	});
});

describe('text', () => {
	const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

	it.each([
		// Each has a byte that no text has, so it is its beginning that tells.
		['a comment', ascii('<!-- gateway -->\0'), true],
		['a web page after blank lines, in capitals', ascii(' \r\n <HTML\0'), true],
		['an XML declaration', ascii('<?xml\0'), true],
		['an element', ascii('<Error>\0'), true],
		['an element with attributes', ascii('<note to="b">\0'), true],
		['JSON', ascii('{\0'), true],
		['a JSON list', ascii('[\0'), true],
		['what is like an element', ascii('<abc\0'), false],
		['numbers in brackets', ascii('<123>\0'), false],
		['bytes', hex('01 02 03'), false],
		['nothing', Buffer.alloc(0), false],
		// Readable from here on.
		['a sentence', ascii('Access denied.'), true],
		['what ends in the middle of a character', Buffer.from('Größe').subarray(0, 3), true],
		['a sentence in another encoding', ascii('Acc\xe8s refus\xe9'), false],
		['a sentence in UTF-16', utf16('Access denied'), true],
		['a sentence in UTF-16, big endian', utf16('Access denied').swap16(), true],
		['half of the mark of UTF-16, at the start', hex('ff 41 41'), false],
		['half of the mark of UTF-16, behind it', hex('41 fe 41'), false],
		['half of the other mark, at the start', hex('fe 41 41'), false],
		['half of the other mark, behind it', hex('41 ff 41'), false],
		['media whose bytes can be read', ascii('OggS and so on'), false],
	])('%s', (_, head, expected) => {
		expect(looksLikeText(head)).toBe(expected);
	});

	it.each([
		['UTF-8', Buffer.from('Größe')],
		['UTF-8 with a mark', Buffer.from('\ufeffGröße')],
		['UTF-16', utf16('Größe')],
		['UTF-16, cut', Buffer.concat([utf16('Größe'), hex('41')])],
		['UTF-16, big endian', utf16('Größe').swap16()],
	])('is shown as it is, in %s', (_, bytes) => {
		expect(textOf(bytes)).toBe('Größe');
	});
});
