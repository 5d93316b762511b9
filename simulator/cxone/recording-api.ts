import { randomUUID } from 'node:crypto';

import { matchPath, Refusal, type Reply, type SimulatedRequest } from '../http';
import { iso } from '../time';
import { jsonObject, only } from './auth';
import type { TenantState } from './state';
import { CHANNELS, statusOf, type Channel, type CxoneRecording, type Principal } from './types';

const PREFIX = '/api/v2/recording/';
const MAX_PAGE_SIZE = 100;

type Kind = 'text' | 'enum' | 'date' | 'number';
type Value = string | number;

interface Field {
	kind: Kind;
	values?: readonly string[];
	read(recording: CxoneRecording, now: number): Value[];
}

/**
 * What can be searched and sorted by. Only `status` and `createdDate` (and, in replies, `recordingId`'s place in the
 * path, `availableChannels` and the four members of the download reply) are named in "Downloading Call Recordings
 * Programmatically via the NICE CXone API"; no public source confirms the other names, they are plausible inventions.
 */
const FIELDS: Record<string, Field> = {
	recordingId: { kind: 'text', read: (r) => [r.recordingId] },
	status: {
		kind: 'enum',
		values: ['Recording', 'Processing', 'Available'],
		read: (r, now) => [statusOf(r, now)],
	},
	createdDate: { kind: 'date', read: (r) => [r.createdDate] },
	startTime: { kind: 'date', read: (r) => [r.startTime] },
	endTime: {
		kind: 'date',
		read: (r, now) => (statusOf(r, now) === 'Recording' ? [] : [r.endTime]),
	},
	durationSeconds: {
		kind: 'number',
		read: (r, now) => (statusOf(r, now) === 'Recording' ? [] : [durationSeconds(r)]),
	},
	direction: {
		kind: 'enum',
		values: ['Inbound', 'Outbound', 'Internal'],
		read: (r) => [r.direction],
	},
	ani: { kind: 'text', read: (r) => [r.ani] },
	dnis: { kind: 'text', read: (r) => [r.dnis] },
	contactId: { kind: 'text', read: (r) => [r.contactId] },
	segmentId: { kind: 'text', read: (r) => [r.segmentId] },
	agentId: { kind: 'text', read: (r) => r.agents.map((agent) => agent.agentId) },
	agentName: { kind: 'text', read: (r) => r.agents.map((agent) => agent.agentName) },
};

const OPERATORS: Record<string, (have: Value, wanted: Value) => boolean> = {
	eq: (have, wanted) => have === wanted,
	ne: (have, wanted) => have !== wanted,
	gte: (have, wanted) => have >= wanted,
	gt: (have, wanted) => have > wanted,
	lte: (have, wanted) => have <= wanted,
	lt: (have, wanted) => have < wanted,
	contains: (have, wanted) => String(have).includes(String(wanted)),
};

const OPERATORS_OF: Record<Kind, readonly string[]> = {
	text: ['eq', 'ne', 'in', 'contains'],
	enum: ['eq', 'ne', 'in'],
	date: ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'in'],
	number: ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'in'],
};

interface Query {
	filters: Array<(recording: CxoneRecording) => boolean>;
	sort: Array<{ field: Field; sign: 1 | -1 }>;
	page: number;
	pageSize: number;
	token?: string;
	/** What a page token is bound to. */
	fingerprint: string;
}

const NOT_OFFERED: Record<Exclude<TenantState['recordingApiOffer'], 'offered'>, Reply> = {
	notFound: { status: 404, body: { message: 'Not Found' } },
	webPage: {
		status: 404,
		body: '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>',
	},
	gateway: {
		status: 403,
		headers: { 'x-amzn-ErrorType': 'MissingAuthenticationTokenException' },
		body: { message: 'Missing Authentication Token' },
	},
	methodNotAllowed: {
		status: 405,
		headers: { Allow: 'POST' },
		body: { message: 'Method Not Allowed' },
	},
};

/**
 * Search, detail and download of "Downloading Call Recordings Programmatically via the NICE CXone API": a search that is
 * a GET with a JSON body, recordings that pass from Recording over Processing to Available, and signed links.
 */
export class RecordingApi {
	private readonly pages = new Map<string, { fingerprint: string; ids: string[] }>();

	constructor(private readonly tenant: TenantState) {}

	/** What a gateway says of these paths in a tenant that does not have this API, before it asks who it is. */
	notOffered(request: SimulatedRequest): Reply | undefined {
		const offer = this.tenant.recordingApiOffer;
		return offer === 'offered' || !request.path.startsWith(PREFIX) ? undefined : NOT_OFFERED[offer];
	}

	handle(request: SimulatedRequest, principal: Principal): Reply | undefined {
		if (!request.path.startsWith(PREFIX)) return undefined;
		const waitMs = this.tenant.limits.recordingApi.take(request.now);
		if (waitMs > 0) {
			return {
				status: 429,
				headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
				body: { message: 'Too Many Requests' },
			};
		}
		const download = matchPath(`${PREFIX}:id/download`, request.path);
		if (!principal.may(download === undefined ? 'recordingRead' : 'recordingDownload')) {
			return { status: 403, body: { message: 'Forbidden' } };
		}
		const wrongMethod = only(request, 'GET');
		if (wrongMethod !== undefined) return wrongMethod;
		if (request.path === `${PREFIX}search`) return this.search(request);
		if (download?.id !== undefined) return this.download(request, download.id);
		const id = matchPath(`${PREFIX}:id`, request.path)?.id;
		if (id === undefined) return { status: 404, body: { message: 'Not Found' } };
		refuseQuery(request, []);
		const recording = this.tenant.recordings.get(id);
		return recording === undefined
			? noRecording()
			: { status: 200, body: this.wire(recording, request.now) };
	}

	private search(request: SimulatedRequest): Reply {
		refuseQuery(request, []);
		const query = this.parse(jsonObject(request), request.now);
		const matching = this.tenant.recordings
			.list()
			.filter((recording) => query.filters.every((filter) => filter(recording)));
		matching.sort((one, other) => compare(query, one, other, request.now));
		const totalCount = matching.length;

		let found: CxoneRecording[];
		let rest: string[] = [];
		if (query.token !== undefined) {
			const page = this.pages.get(query.token);
			if (page === undefined) return refusal('nextPageToken is not valid');
			if (page.fingerprint !== query.fingerprint)
				return refusal('nextPageToken belongs to another query');
			found = page.ids
				.slice(0, query.pageSize)
				.map((id) => this.tenant.recordings.get(id))
				.filter((recording) => recording !== undefined);
			rest = page.ids.slice(query.pageSize);
		} else {
			const start = (query.page - 1) * query.pageSize;
			found = matching.slice(start, start + query.pageSize);
			rest = matching.slice(start + query.pageSize).map((recording) => recording.recordingId);
		}
		const body: Record<string, unknown> = {
			[this.tenant.recordingListKey]: found.map((recording) => this.wire(recording, request.now)),
			totalCount,
		};
		if (this.tenant.paging === 'token' && rest.length > 0) {
			const token = Buffer.from(randomUUID()).toString('base64url');
			this.pages.set(token, { fingerprint: query.fingerprint, ids: rest });
			body.nextPageToken = token;
		}
		return { status: 200, body };
	}

	private parse(body: Record<string, unknown>, now: number): Query {
		const known = [
			'filters',
			'sort',
			'page',
			'pageSize',
			...(this.tenant.paging === 'token' ? ['nextPageToken'] : []),
		];
		onlyKeys(body, known, 'the search');
		const filters = arrayOf(body.filters, 'filters').map((entry, index) =>
			parseFilter(entry, `filters[${index}]`, now),
		);
		const sort = arrayOf(body.sort, 'sort').map((entry, index) =>
			parseSort(entry, `sort[${index}]`),
		);
		const page = positive(body.page ?? 1, 'page');
		let pageSize = positive(body.pageSize ?? MAX_PAGE_SIZE, 'pageSize');
		if (pageSize > MAX_PAGE_SIZE) {
			if (this.tenant.oversizedPage === 'refuse')
				refuse(`pageSize must be at most ${MAX_PAGE_SIZE}`);
			pageSize = MAX_PAGE_SIZE;
		}
		const token = body.nextPageToken;
		if (token !== undefined && typeof token !== 'string') refuse('nextPageToken must be a string');
		if (token !== undefined && body.page !== undefined && page !== 1)
			refuse('page and nextPageToken exclude each other');
		if (sort.length === 0 && FIELDS.createdDate !== undefined)
			sort.push({ field: FIELDS.createdDate, sign: -1 });
		return {
			filters,
			sort,
			page,
			pageSize,
			...(typeof token === 'string' ? { token } : {}),
			fingerprint: JSON.stringify([body.filters ?? [], body.sort ?? []]),
		};
	}

	private download(request: SimulatedRequest, id: string): Reply {
		refuseQuery(request, ['channel']);
		const channel = request.query.get('channel');
		if (channel === null) return refusal('channel is required');
		if (request.query.getAll('channel').length > 1) return refusal('channel must be given once');
		if (!CHANNELS.includes(channel as Channel))
			return refusal(`channel must be one of ${CHANNELS.join(', ')}`);
		const recording = this.tenant.recordings.get(id);
		if (recording === undefined) return noRecording();
		const objectKey = this.tenant.objectKeyFor(recording, channel as Channel);
		const { media } = this.tenant;
		// The search index outlives the media: after a purge a link is still handed out, and leads to 404.
		const object = media.has(objectKey) ? media.source(objectKey) : undefined;
		return {
			status: 200,
			body: {
				url: media.signedUrl(objectKey),
				contentType: object?.contentType ?? 'audio/wav',
				sizeBytes: object?.served()?.sizeBytes ?? 0,
				channel,
			},
		};
	}

	private wire(recording: CxoneRecording, now: number): object {
		const status = statusOf(recording, now);
		const ended =
			status === 'Recording'
				? {}
				: { endTime: iso(recording.endTime), durationSeconds: durationSeconds(recording) };
		return {
			recordingId: recording.recordingId,
			status,
			createdDate: iso(recording.createdDate),
			startTime: iso(recording.startTime),
			...ended,
			direction: recording.direction,
			ani: recording.ani,
			dnis: recording.dnis,
			agents: recording.agents,
			contactId: recording.contactId,
			segmentId: recording.segmentId,
			availableChannels: status === 'Available' ? recording.availableChannels : [],
			...recording.odd,
		};
	}
}

function durationSeconds(recording: CxoneRecording): number {
	return Math.round((recording.endTime - recording.startTime) / 1000);
}

function compare(query: Query, one: CxoneRecording, other: CxoneRecording, now: number): number {
	for (const { field, sign } of query.sort) {
		const [left = ''] = field.read(one, now);
		const [right = ''] = field.read(other, now);
		if (left !== right) return left < right ? -sign : sign;
	}
	return one.recordingId < other.recordingId ? -1 : 1;
}

function parseFilter(
	entry: unknown,
	path: string,
	now: number,
): (recording: CxoneRecording) => boolean {
	const filter = objectOf(entry, path);
	onlyKeys(filter, ['field', 'operator', 'value'], path);
	const { field: name, operator, value } = filter;
	const field = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
	if (field === undefined) return refuse(`${path}.field is not a known field`);
	if (typeof operator !== 'string' || !OPERATORS_OF[field.kind].includes(operator)) {
		return refuse(`${path}.operator must be one of ${OPERATORS_OF[field.kind].join(', ')}`);
	}
	if (operator === 'in') {
		const wanted =
			Array.isArray(value) && value.length > 0
				? value
				: refuse(`${path}.value must be a list that is not empty`);
		const values = wanted.map((one, index) => parseValue(field, one, `${path}.value[${index}]`));
		return (recording) => field.read(recording, now).some((have) => values.includes(have));
	}
	const wanted = parseValue(field, value, `${path}.value`);
	const test = OPERATORS[operator];
	if (test === undefined) return refuse(`${path}.operator is not supported`);
	if (operator === 'ne')
		return (recording) => field.read(recording, now).every((have) => have !== wanted);
	return (recording) => field.read(recording, now).some((have) => test(have, wanted));
}

function parseSort(entry: unknown, path: string): { field: Field; sign: 1 | -1 } {
	const sort = objectOf(entry, path);
	onlyKeys(sort, ['field', 'direction'], path);
	const { field: name, direction } = sort;
	const field = typeof name === 'string' && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
	if (field === undefined) return refuse(`${path}.field is not a known field`);
	if (direction !== 'asc' && direction !== 'desc')
		return refuse(`${path}.direction must be asc or desc`);
	return { field, sign: direction === 'asc' ? 1 : -1 };
}

function parseValue(field: Field, value: unknown, path: string): Value {
	if (field.kind === 'number')
		return typeof value === 'number' ? value : refuse(`${path} must be a number`);
	if (typeof value !== 'string') return refuse(`${path} must be a string`);
	if (field.kind === 'date') {
		const shaped = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(value);
		const ms = shaped ? Date.parse(value) : Number.NaN;
		return Number.isNaN(ms) ? refuse(`${path} must be an ISO 8601 date and time with a zone`) : ms;
	}
	if (field.values !== undefined && !field.values.includes(value)) {
		return refuse(`${path} must be one of ${field.values.join(', ')}`);
	}
	return value;
}

function onlyKeys(value: Record<string, unknown>, known: readonly string[], path: string): void {
	for (const key of Object.keys(value)) {
		if (!known.includes(key)) refuse(`${key} is not known in ${path}`);
	}
}

function objectOf(value: unknown, path: string): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		return refuse(`${path} must be an object`);
	return value as Record<string, unknown>;
}

function arrayOf(value: unknown, path: string): unknown[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : refuse(`${path} must be a list`);
}

function positive(value: unknown, path: string): number {
	if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
		return refuse(`${path} must be a whole number from 1`);
	return value;
}

function refuseQuery(request: SimulatedRequest, known: readonly string[]): void {
	for (const name of request.query.keys()) {
		if (!known.includes(name)) refuse(`${name} is not a known query parameter`);
	}
}

function refuse(message: string): never {
	throw new Refusal(refusal(message));
}

function refusal(message: string): Reply {
	return { status: 400, body: { message } };
}

function noRecording(): Reply {
	return { status: 404, body: { message: 'Recording not found' } };
}
