import { randomBytes, randomUUID } from 'node:crypto';

import { Collection } from '../collection';
import { contentTypeOf, digest, encrypted, open } from '../content';
import { matchPath, Refusal, type Reply, type SimulatedRequest } from '../http';
import { objectReply } from '../range';
import { toMs } from '../time';
import { bad, parseSearch, withLabels } from './search';
import type {
	GirLabelDefinition,
	GirMedia,
	GirRecording,
	GirUser,
	NewGirMedia,
	NewGirRecording,
	Role,
} from './types';
import { INTERNAL_ORIGIN, maskFields, wireRecording } from './wire';

const API = '/api/v2';
const CSRF_HEADER = 'X-CSRF-TOKEN';

interface Session {
	token: string;
	node: string;
	username: string;
}

/**
 * A Genesys Interaction Recording server (Interaction Recording Web Services), after "Genesys Interaction Recording,
 * Search, Playback, and Delete API" and the pages it refers to. Everything public may be changed while it runs and takes
 * effect with the next request.
 */
export class GirServer {
	/** Origin; the API is at `url + '/api/v2'`. */
	url = '';
	readonly users: GirUser[] = [
		user('admin', 'simulator-admin-pass', 'administrator'),
		user('supervisor', 'simulator-supervisor-pass', 'supervisor'),
		user('agent1@example.com', 'simulator-agent-pass', 'agent'),
	];
	readonly recordings: Collection<NewGirRecording, GirRecording>;
	/** Features of the contact center that are switched on. */
	readonly features = new Set(['api-supervisor-recording', 'api-recordings-decryption-proxying']);
	/** The two privacy settings: field names hidden from supervisors. */
	privacy: { agentFields: string[]; customerFields: string[] } = {
		agentFields: [],
		customerFields: [],
	};
	/** The most rows a page has, whatever `limit` says. The vendor states no number; the 8.5.0 predecessor had 100. */
	limitCap = 100;
	/** Rows of a page when `limit` is not given. */
	defaultLimit = 100;
	/** As in the vendor's sample: nextPath on every page with rows, even when totalCount says there are no more. */
	contradictoryNextPath = true;
	/** Members that a page of results has in place of the usual ones; undefined leaves one out. */
	oddPage: Record<string, unknown> = {};
	/** How Get by ID answers: the sample shows the bare resource, the general rule puts it under `recording`. */
	envelope: 'bare' | 'wrapped' = 'bare';
	/** Byte ranges on media; no vendor text mentions them. */
	allowRange = false;
	/** Demands a CSRF token on POST, PUT and DELETE, as the option enableCsrfProtection of Web Services does. */
	csrf = false;
	/** The recording database is read-only: DELETE answers 503. */
	readOnly = false;
	/** HTTP status of deleting a protected recording; the vendor's text names none. */
	protectedDeleteStatus = 403;
	version = '8.5.214.08';
	/** The labels there are; undefined on a server without the Labels API, which needs schema version 2. */
	labelDefinitions: GirLabelDefinition[] | undefined = [];
	/** Member that holds the list of them: no public page shows the answer. Undefined for a bare list. */
	labelDefinitionsMember: string | undefined = 'recordingLabelDefinitions';

	private readonly sessions = new Map<string, Session>();
	private readonly now: () => number;

	constructor(options: { now: () => number }) {
		this.now = options.now;
		this.recordings = new Collection(
			(given: NewGirRecording) => complete(given, this.now()),
			(kept) => kept.id,
		);
	}

	/** Adds a user and returns it. */
	addUser(given: {
		username: string;
		password: string;
		role: Role;
		mayDecrypt?: boolean;
		mayProtect?: boolean;
	}): GirUser {
		const added = { ...user(given.username, given.password, given.role), ...given };
		this.users.push(added);
		return added;
	}

	/** Ends every session: CSRF tokens handed out so far are worth nothing. */
	endSessions(): void {
		this.sessions.clear();
	}

	handle(request: SimulatedRequest): Reply {
		if (request.path === `${API}/diagnostics/version` && request.method === 'GET') {
			return { status: 200, body: { statusCode: 0, version: this.version } };
		}
		// Outside the API the servlet container answers, in HTML.
		if (!request.path.startsWith(`${API}/`)) {
			return {
				status: 404,
				body: `<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404</h2></body></html>`,
			};
		}
		const who = this.authenticate(request);
		const session = this.csrf ? this.session(request, who) : undefined;
		if (this.csrf && request.method !== 'GET' && request.method !== 'HEAD') {
			const sent = request.headers[CSRF_HEADER.toLowerCase()];
			if (session === undefined || session.token !== sent) {
				return failure(403, 3, 'Missing or invalid Csrf token');
			}
		}
		const reply = this.route(request, who);
		if (!this.csrf || request.method !== 'GET') return reply;
		return { ...reply, headers: { ...reply.headers, ...this.csrfHeaders(who, session) } };
	}

	private route(request: SimulatedRequest, who: GirUser): Reply {
		const { path, method } = request;
		if (path === `${API}/recordings` || path === `${API}/recordings/`) {
			return method === 'GET' ? this.search(request, who) : notAllowed('GET');
		}
		if (path === `${API}/recording-label-definitions` && this.labelDefinitions !== undefined)
			return this.labels(request, who, this.labelDefinitions);
		const id = matchPath(`${API}/recordings/:id`, path)?.id;
		if (id !== undefined) {
			if (method === 'GET') return this.get(request, who, id);
			if (method === 'DELETE') return this.delete(request, who, id);
			if (method === 'POST') return this.operate(request, who, id);
			return notAllowed('GET, POST, DELETE');
		}
		for (const action of ['play', 'decrypt'] as const) {
			const media = matchPath(`${API}/recordings/:id/${action}/:file`, path);
			if (media === undefined) continue;
			return method === 'GET'
				? this.media(request, who, action, media.id ?? '', media.file ?? '')
				: notAllowed('GET');
		}
		return failure(404, 6, 'The resource cannot be found.');
	}

	private search(request: SimulatedRequest, who: GirUser): Reply {
		this.require(who, ['administrator', 'supervisor'], 'api-supervisor-recording');
		const query = parseSearch(request, this);
		this.refuseMaskedParameters(request, who);
		const found = this.recordings
			.list()
			.filter((recording) => this.isThere(recording) && query.matches(recording))
			.sort((one, other) => other.startTime - one.startTime || (one.id < other.id ? -1 : 1));
		const rows = found.slice(query.offset, query.offset + query.limit);
		const more = query.offset + rows.length < found.length;
		const page = (offset: number): string => {
			const params = new URLSearchParams(request.query);
			params.set('offset', String(offset));
			params.set('limit', String(query.limit));
			return params.toString();
		};
		const next = page(query.offset + query.limit);
		const previous = page(Math.max(0, query.offset - query.limit));
		return {
			status: 200,
			body: {
				statusCode: 0,
				recordings: rows.map((recording) => this.shown(recording, who, query.labels)),
				totalCount: found.length,
				// The slash before the question mark and the unreachable host are the vendor's own.
				...(more || (this.contradictoryNextPath && rows.length > 0)
					? {
							nextPath: `/recordings/?${next}`,
							nextUri: `${INTERNAL_ORIGIN}${API}/recordings?${next}`,
						}
					: {}),
				...(query.offset > 0
					? {
							prevPath: `/recordings/?${previous}`,
							prevUri: `${INTERNAL_ORIGIN}${API}/recordings?${previous}`,
						}
					: {}),
				...this.oddPage,
			},
		};
	}

	/** The draft of the vendor's page lists the roles Supervisor and Agent for it, and not Administrator. */
	private labels({ method }: SimulatedRequest, who: GirUser, all: GirLabelDefinition[]): Reply {
		if (method !== 'GET') return notAllowed('GET');
		this.require(who, ['supervisor', 'agent'], 'api-supervisor-recording');
		const member = this.labelDefinitionsMember;
		return { status: 200, body: member === undefined ? all : { statusCode: 0, [member]: all } };
	}

	private get(request: SimulatedRequest, who: GirUser, id: string): Reply {
		this.require(who, ['administrator', 'supervisor'], 'api-supervisor-recording');
		refuseOtherParameters(request, ['subresources']);
		const labels = withLabels(request.query);
		const shown = this.shown(this.find(id), who, labels);
		return {
			status: 200,
			body: this.envelope === 'bare' ? shown : { statusCode: 0, recording: shown },
		};
	}

	private media(
		request: SimulatedRequest,
		who: GirUser,
		action: 'play' | 'decrypt',
		id: string,
		file: string,
	): Reply {
		this.require(who, ['administrator', 'supervisor', 'agent'], 'api-supervisor-recording');
		const recording = this.find(id);
		const own = recording.contacts.some((contact) => contact.userName === who.username);
		if (who.role === 'agent' && !own)
			return failure(403, 5, 'The user has no access to this recording.');
		const media = recording.media.find((one) => `${one.mediaUUID}.${one.extension}` === file);
		// Only the path that playPath gives leads to a decrypted file.
		if (media === undefined || (action === 'decrypt' && !media.encrypted)) {
			return failure(404, 6, 'The specified recording or media file cannot be accessed.');
		}
		if (action === 'decrypt') {
			this.require(
				who,
				['administrator', 'supervisor', 'agent'],
				'api-recordings-decryption-proxying',
			);
			if (!who.mayDecrypt)
				return failure(403, 3, 'The user lacks the privilege to decrypt a recording.');
		}
		const readable = action === 'decrypt' || !media.encrypted;
		const content = readable ? media.content : encrypted(media.content);
		const contentType = readable ? contentTypeOf(file) : 'application/octet-stream';
		if (!this.allowRange)
			return { status: 200, headers: { 'Content-Type': contentType }, body: { content } };
		return objectReply(
			request,
			content,
			{ contentType, etag: `"${media.md5}"`, lastModified: media.stopTime },
			() => '',
		);
	}

	private delete(request: SimulatedRequest, who: GirUser, id: string): Reply {
		this.require(who, ['administrator']);
		refuseOtherParameters(request, []);
		const recording = this.find(id);
		if (this.readOnly) return failure(503, 4, 'The recording database is read-only.');
		if (recording.nonDelete === true) {
			return failure(this.protectedDeleteStatus, 3, 'The recording is protected from deletion.');
		}
		this.recordings.remove(id);
		return { status: 200, body: { statusCode: 0 } };
	}

	private operate(request: SimulatedRequest, who: GirUser, id: string): Reply {
		let body: unknown;
		try {
			body = JSON.parse(request.body);
		} catch {
			throw bad(2, 'The request body is not valid JSON.');
		}
		if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
			throw bad(2, 'The content type is not JSON.');
		if (typeof body !== 'object' || body === null || !('operationName' in body))
			throw bad(1, 'operationName is required.');
		const { operationName, ...others } = body;
		if (Object.keys(others).length > 0)
			throw bad(2, 'The request has attributes that are not supported.');
		if (operationName !== 'applyNonDelete' && operationName !== 'removeNonDelete') {
			throw bad(2, 'The operation name is not valid.');
		}
		if (who.role !== 'administrator' && !who.mayProtect) {
			return failure(403, 3, 'The user lacks the recording permission for this operation.');
		}
		const recording = this.find(id);
		if (this.readOnly) return failure(500, 4, 'The recording database is read-only.');
		recording.nonDelete = operationName === 'applyNonDelete';
		return { status: 200, body: { statusCode: 0 } };
	}

	private authenticate(request: SimulatedRequest): GirUser {
		const found = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '');
		const [name, ...rest] = Buffer.from(found?.[1] ?? '', 'base64')
			.toString('utf8')
			.split(':');
		const password = rest.join(':');
		const known = this.users.find((one) => one.username === name && one.password === password);
		if (known === undefined || request.expired) {
			throw new Refusal({
				status: 401,
				headers: { 'WWW-Authenticate': 'Basic realm="genesys"' },
				body: { statusCode: 20, statusMessage: 'Authentication is required.' },
			});
		}
		return known;
	}

	private require(who: GirUser, roles: Role[], feature?: string): void {
		if (!roles.includes(who.role)) {
			throw new Refusal(failure(403, 5, 'The user does not have the role this operation needs.'));
		}
		if (feature !== undefined && !this.features.has(feature)) {
			throw new Refusal(
				failure(403, 5, `The feature ${feature} is not enabled for the contact center.`),
			);
		}
	}

	private isThere(recording: GirRecording): boolean {
		return recording.availableAt === undefined || recording.availableAt <= this.now();
	}

	private find(id: string): GirRecording {
		const recording = this.recordings.get(id);
		if (recording === undefined || !this.isThere(recording)) {
			throw new Refusal(failure(404, 6, 'The specified recording cannot be accessed.'));
		}
		return recording;
	}

	private maskedFields(who: GirUser): Set<string> {
		return who.role === 'administrator'
			? new Set()
			: new Set([...this.privacy.agentFields, ...this.privacy.customerFields]);
	}

	private shown(recording: GirRecording, who: GirUser, labels: boolean): Record<string, unknown> {
		const isUploaded = recording.mediaAt === undefined || recording.mediaAt <= this.now();
		const listed = isUploaded ? recording : { ...recording, media: [] };
		return {
			...maskFields(wireRecording(listed, { labels }), this.maskedFields(who)),
			...recording.odd,
		};
	}

	// Searching by a hidden field would find what it is meant to hide.
	private refuseMaskedParameters(request: SimulatedRequest, who: GirUser): void {
		const masked = this.maskedFields(who);
		for (const name of ['callerPhoneNumber', 'dialedPhoneNumber', 'userName', 'userData']) {
			if (request.query.has(name) && masked.has(name)) {
				throw new Refusal(
					failure(403, 3, `The parameter ${name} is not allowed by the privacy settings.`),
				);
			}
		}
	}

	// Behind a load balancer a session lives on one node, so its cookie is needed as well as the session's.
	private session(request: SimulatedRequest, who: GirUser): Session | undefined {
		const cookies = new Map(
			(request.headers.cookie ?? '').split(';').map((pair): [string, string] => {
				const equals = pair.indexOf('=');
				return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
			}),
		);
		const session = this.sessions.get(cookies.get('JSESSIONID') ?? '');
		return session?.username === who.username && session.node === cookies.get('LBNODE')
			? session
			: undefined;
	}

	private csrfHeaders(
		who: GirUser,
		session: Session | undefined,
	): Record<string, string | string[]> {
		if (session !== undefined)
			return { 'X-CSRF-HEADER': CSRF_HEADER, [CSRF_HEADER]: session.token };
		const id = randomBytes(12).toString('hex');
		const created = {
			token: randomUUID(),
			node: randomBytes(4).toString('hex'),
			username: who.username,
		};
		this.sessions.set(id, created);
		return {
			'X-CSRF-HEADER': CSRF_HEADER,
			[CSRF_HEADER]: created.token,
			'Set-Cookie': [`JSESSIONID=${id};Path=/;HttpOnly`, `LBNODE=${created.node};Path=/`],
		};
	}
}

function user(username: string, password: string, role: Role): GirUser {
	return { username, password, role, mayDecrypt: true, mayProtect: false };
}

function refuseOtherParameters(request: SimulatedRequest, known: readonly string[]): void {
	for (const name of request.query.keys()) {
		if (!known.includes(name)) throw bad(2, `The parameter ${name} is not supported.`);
	}
}

function failure(status: number, statusCode: number, statusMessage: string): Reply {
	return { status, body: { statusCode, statusMessage } };
}

function notAllowed(allow: string): Reply {
	return {
		status: 405,
		headers: { Allow: allow },
		body: { statusCode: 3, statusMessage: 'The method is not allowed.' },
	};
}

function complete(given: NewGirRecording, now: number): GirRecording {
	const startTime = toMs(given.startTime ?? now - 3_600_000);
	const stopTime = toMs(given.stopTime ?? startTime + 60_000);
	const id = given.id ?? randomBytes(16).toString('hex').toUpperCase();
	const callerPhoneNumber = given.callerPhoneNumber ?? '8522001';
	const agents = given.agents ?? [
		{
			userName: 'agent1@example.com',
			firstName: 'Agent1',
			lastName: 'Example',
			phoneNumber: '+15550000001',
		},
	];
	return {
		id,
		callerPhoneNumber,
		dialedPhoneNumber: given.dialedPhoneNumber ?? '+15550000001',
		startTime,
		stopTime,
		callType: given.callType ?? 'Inbound',
		region: given.region ?? 'region1',
		screenRecording: given.screenRecording ?? false,
		...(given.nonDelete === undefined ? {} : { nonDelete: given.nonDelete }),
		contacts: [
			...agents.map((agent) => ({ type: 'User' as const, ...agent })),
			{ type: 'External' as const, phoneNumber: callerPhoneNumber },
		],
		userData: given.userData ?? {},
		labels: (given.labels ?? []).map((label) => ({
			id: label.id ?? randomUUID(),
			name: label.name,
			type: 'custom' as const,
			createTime: toMs(label.createTime ?? stopTime),
			createUser: label.createUser ?? 'supervisor',
			...(label.content === undefined ? {} : { content: label.content }),
		})),
		media: (given.media ?? [{ source: { file: 'inbound.mp3' } }]).map((media) =>
			completeMedia(media, id, startTime, stopTime),
		),
		...(given.availableAt === undefined ? {} : { availableAt: given.availableAt }),
		...(given.mediaAt === undefined ? {} : { mediaAt: given.mediaAt }),
		odd: given.odd ?? {},
	};
}

function completeMedia(
	given: NewGirMedia,
	id: string,
	recordingStart: number,
	recordingStop: number,
): GirMedia {
	const { content, extension } = open(given.source);
	const startTime = toMs(given.startTime ?? recordingStart);
	const stopTime = toMs(given.stopTime ?? recordingStop);
	const hashes: { sha256?: string; md5?: string } = {};
	return {
		mediaUUID: given.mediaUUID ?? randomUUID(),
		callUUID: given.callUUID ?? id,
		extension,
		startTime,
		stopTime,
		durationMs: given.durationMs ?? stopTime - startTime,
		statedSizeBytes: given.statedSizeBytes ?? content.sizeBytes,
		encrypted: given.encrypted ?? false,
		masks: (given.masked ?? []).flatMap((span) => [
			{ time: toMs(span.from), type: 'paused' as const },
			...(span.to === undefined ? [] : [{ time: toMs(span.to), type: 'resume' as const }]),
		]),
		content,
		get sha256() {
			return (hashes.sha256 ??= digest(content, 'sha256'));
		},
		get md5() {
			return (hashes.md5 ??= digest(content, 'md5'));
		},
	};
}
