import type { Content } from './content';
import type { Reply, SimulatedRequest } from './http';

/** What a store knows of an object besides its bytes. `etag` carries its quotes, `lastModified` is in ms. */
export interface ObjectInfo {
	contentType: string;
	etag: string;
	lastModified: number;
}

/**
 * Answers GET or HEAD of an object the way RFC 9110 describes it: preconditions, one byte range (several at once are
 * answered with the whole object, as S3 does), If-Range. `unsatisfiable` makes the body of a 416.
 */
export function objectReply(
	request: SimulatedRequest,
	content: Content,
	info: ObjectInfo,
	unsatisfiable: () => string,
): Reply {
	const headers: Record<string, string> = {
		'Content-Type': info.contentType,
		ETag: info.etag,
		'Last-Modified': new Date(info.lastModified).toUTCString(),
		'Accept-Ranges': 'bytes',
	};
	const ifMatch = request.headers['if-match'];
	if (ifMatch !== undefined && !names(ifMatch, info.etag)) return { status: 412, headers };
	const unmodifiedSince = secondsOf(request.headers['if-unmodified-since']);
	if (
		ifMatch === undefined &&
		unmodifiedSince !== undefined &&
		seconds(info.lastModified) > unmodifiedSince
	) {
		return { status: 412, headers };
	}
	const ifNoneMatch = request.headers['if-none-match'];
	if (ifNoneMatch !== undefined && names(ifNoneMatch, info.etag)) return { status: 304, headers };

	const asked = request.ignoreRange ? undefined : request.headers.range;
	const range =
		asked === undefined || !stillTheSame(request, info)
			? undefined
			: parseRange(asked, content.sizeBytes);
	if (range === undefined) return { status: 200, headers, body: { content } };
	if (range === 'unsatisfiable') {
		return {
			status: 416,
			headers: {
				'Content-Type': 'application/xml',
				'Content-Range': `bytes */${content.sizeBytes}`,
			},
			body: unsatisfiable(),
		};
	}
	const start = Math.min(Math.max(range.start + request.rangeShift, 0), content.sizeBytes - 1);
	const end = Math.max(range.end, start + 1);
	headers['Content-Range'] = `bytes ${start}-${end - 1}/${content.sizeBytes}`;
	return { status: 206, headers, body: { content, range: { start, end } } };
}

function names(header: string, etag: string): boolean {
	return header.trim() === '*' || header.split(',').some((one) => one.trim() === etag);
}

function stillTheSame(request: SimulatedRequest, info: ObjectInfo): boolean {
	const value = request.headers['if-range'];
	if (value === undefined) return true;
	const given = Array.isArray(value) ? value.join(', ') : value;
	// A weak validator never matches here: RFC 9110, section 13.1.5.
	if (given.startsWith('"') || given.startsWith('W/')) return given === info.etag;
	return secondsOf(given) === seconds(info.lastModified);
}

function seconds(ms: number): number {
	return Math.floor(ms / 1000);
}

function secondsOf(date: string | undefined): number | undefined {
	if (date === undefined) return undefined;
	const ms = Date.parse(date);
	return Number.isNaN(ms) ? undefined : seconds(ms);
}

/** `undefined`: no usable single range, so the whole object. Positions are bytes, `end` exclusive. */
function parseRange(
	header: string,
	sizeBytes: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
	const found = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
	if (found === null) return undefined;
	const [, first = '', last = ''] = found;
	if (first === '' && last === '') return undefined;
	if (first === '') {
		const length = Number(last);
		if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
		return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
	}
	const start = Number(first);
	if (last !== '' && Number(last) < start) return undefined;
	if (start >= sizeBytes) return 'unsatisfiable';
	return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
