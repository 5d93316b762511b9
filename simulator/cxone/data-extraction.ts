import { randomUUID } from 'node:crypto';

import { matchPath, Refusal, type Reply, type SimulatedRequest } from '../http';
import { iso } from '../time';
import { jsonObject, only } from './auth';
import type { Contact, PlaybackInteraction, PlaybackSegment } from './contacts';
import type { TenantState } from './state';
import type { Principal } from './types';

const PREFIX = '/data-extraction/v1/jobs';
const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_AGENTS = 2;

type JobStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';

export interface ExtractionJob {
	id: string;
	entityName: string;
	version: string;
	/** ms */
	from: number;
	/** ms, exclusive */
	to: number;
	startedAt: number;
	finishesAt: number;
	outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
	objectKey?: string;
	url?: string;
}

/**
 * Data Extraction: jobs that write interaction metadata to a CSV file, after the CXone help pages on the API and the
 * vendor's published OpenAPI description. One start in 30 s and one active job a tenant; a start that comes too early is
 * refused with 403 like a missing permission, only the text differs; the result link lives for 30 s.
 */
export class DataExtraction {
	/** Seconds a job runs. */
	jobSeconds = 10;
	/** Seconds between two starts. */
	startIntervalSeconds = 30;
	/** Days a range may span. The present portal text says two weeks; a help page quoted elsewhere said 15 days. */
	maxRangeDays = 14;
	/** Whether the end date belongs to the range; no public source says. */
	endDateInclusive = false;
	/** Seconds the result link is valid. */
	resultUrlSeconds = 30;
	/** Whether asking for a finished job makes a new link; no public source says. */
	freshUrlOnGet = true;
	/** Seconds until a finished interaction shows up; the vendor says up to 30 minutes. */
	lagSeconds = 1800;
	/** Seconds after which a finished job is EXPIRED. */
	keepSeconds = 24 * 60 * 60;
	/** Known entities with their versions; a higher version has more columns. */
	readonly entities: Record<string, string[]> = {
		'recording-interaction-metadata': ['7', '8', '9', '10', '11', '12'],
		'qm-workflows': ['1'],
	};
	/** Outcome of the next jobs, used up one a job; SUCCEEDED when empty. */
	readonly outcomes: Array<ExtractionJob['outcome']> = [];
	/** Header of the column with the ACD call ID; clients in the field match only its beginning. */
	acdCallIdHeader = 'ACD Call ID';
	/** Minutes that the days of a job begin before those of UTC; no public source says whose days are meant. */
	dayOffsetMinutes = 0;
	/** How the list writes a time, given in ms; no public source says in which form and zone. */
	timeText: (ms: number) => string = iso;
	/** How many answers say SUCCEEDED before there is a link. */
	answersWithoutUrl = 0;
	/** Whether a job that still runs has a link already, to half of its list. */
	urlWhileRunning = false;
	/** What becomes of the list before it is stored, for a tenant whose list is odd. */
	rewrite: (csv: string) => string | Buffer = (csv) => csv;
	readonly jobs: ExtractionJob[] = [];

	constructor(private readonly tenant: TenantState) {}

	handle(request: SimulatedRequest, principal: Principal): Reply | undefined {
		if (request.path !== PREFIX && !request.path.startsWith(`${PREFIX}/`)) return undefined;
		if (!principal.may('extractInteractionMetadata')) {
			return {
				status: 403,
				body: { message: 'User is not authorized to extract interaction metadata' },
			};
		}
		if (request.path === PREFIX) {
			if (request.method === 'POST') return this.start(request);
			const wrongMethod = only(request, 'GET');
			if (wrongMethod !== undefined) return { ...wrongMethod, headers: { Allow: 'GET, POST' } };
			return {
				status: 200,
				body: {
					jobs: this.jobs.map((job) => ({ id: job.id, status: this.statusOf(job, request.now) })),
				},
			};
		}
		const id = matchPath(`${PREFIX}/:id`, request.path)?.id;
		const job = this.jobs.find((one) => one.id === id);
		if (job === undefined) return { status: 404, body: { message: 'Job not found' } };
		return (
			only(request, 'GET') ?? { status: 200, body: { jobStatus: this.wire(job, request.now) } }
		);
	}

	private start(request: SimulatedRequest): Reply {
		const body = jsonObject(request);
		const known = ['entityName', 'version', 'startDate', 'endDate'];
		for (const key of Object.keys(body)) {
			if (!known.includes(key)) refuse(`${key} is not known`);
		}
		const text = (name: string): string => {
			const value = body[name];
			return typeof value === 'string' ? value : refuse(`${name} must be a string`);
		};
		const [entityName, version] = [text('entityName'), text('version')];
		const versions = Object.hasOwn(this.entities, entityName)
			? this.entities[entityName]
			: undefined;
		if (versions === undefined) refuse('entityName is not known');
		if (versions?.includes(version) !== true)
			refuse(`version ${version} does not exist for ${entityName}`);
		const offset = this.dayOffsetMinutes * 60_000;
		const from = dayOf(text('startDate'), 'startDate') - offset;
		const to = dayOf(text('endDate'), 'endDate') + (this.endDateInclusive ? DAY_MS : 0) - offset;
		if (to <= from) refuse('endDate must be after startDate');
		if (to - from > this.maxRangeDays * DAY_MS)
			refuse(`The range must not exceed ${this.maxRangeDays} days`);

		const { now } = request;
		const last = this.jobs.at(-1);
		const busy = this.jobs.some((job) => this.statusOf(job, now) === 'RUNNING');
		if (busy || (last !== undefined && now < last.startedAt + this.startIntervalSeconds * 1000)) {
			return {
				status: 403,
				body: {
					message:
						'A job was started recently or is still running, please wait and try again later',
				},
			};
		}
		const job: ExtractionJob = {
			id: randomUUID(),
			entityName,
			version,
			from,
			to,
			startedAt: now,
			finishesAt: now + this.jobSeconds * 1000,
			outcome: this.outcomes.shift() ?? 'SUCCEEDED',
		};
		this.jobs.push(job);
		// The reply is a bare JSON string.
		return {
			status: 202,
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(job.id),
		};
	}

	private statusOf(job: ExtractionJob, now: number): JobStatus {
		if (now < job.finishesAt) return 'RUNNING';
		return now < job.finishesAt + this.keepSeconds * 1000 ? job.outcome : 'EXPIRED';
	}

	private wire(job: ExtractionJob, now: number): object {
		const status = this.statusOf(job, now);
		if (status === 'RUNNING' && !this.urlWhileRunning) return { id: job.id, status };
		if (status === 'RUNNING') {
			const half = `extract/${job.id}.part.csv`;
			const csv = this.csv(job);
			this.tenant.media.addObject(half, {
				bytes: Buffer.from(csv.slice(0, csv.lastIndexOf('\n', csv.length / 2) + 1), 'utf8'),
				extension: 'csv',
			});
			return {
				id: job.id,
				status,
				result: {
					url: this.tenant.media.signedUrl(half, this.resultUrlSeconds),
					errorMessage: null,
				},
			};
		}
		if (status !== 'SUCCEEDED') {
			const errorMessage = status === 'FAILED' ? 'The extraction failed' : null;
			return { id: job.id, status, result: { url: null, errorMessage } };
		}
		if (this.answersWithoutUrl-- > 0)
			return { id: job.id, status, result: { url: null, errorMessage: null } };
		if (job.objectKey === undefined) {
			job.objectKey = `extract/${job.id}.csv`;
			this.tenant.media.addObject(job.objectKey, {
				bytes: Buffer.from(this.rewrite(this.csv(job))),
				extension: 'csv',
			});
		}
		if (job.url === undefined || this.freshUrlOnGet)
			job.url = this.tenant.media.signedUrl(job.objectKey, this.resultUrlSeconds);
		return { id: job.id, status, result: { url: job.url, errorMessage: null } };
	}

	/**
	 * UTF-8 with a byte order mark, one row a segment. Twelve of the headers are known from programs in the field:
	 * Segment ID, ACD Call ID, Start Date, Voice Recording Status, ANI, DNIS, Disposition, and of each agent Contact
	 * Number, ACD ID, Name, Team and Skills; the others are plausible inventions.
	 */
	private csv(job: ExtractionJob): string {
		if (job.entityName !== 'recording-interaction-metadata')
			return '\uFEFFWorkflow ID,Segment ID,Status\r\n';
		const newer = Number(job.version) >= 10;
		const headers = [
			'Segment ID',
			this.acdCallIdHeader,
			'Start Date',
			'End Date',
			'Direction',
			'Voice Recording Status',
			'ANI',
			'DNIS',
			'Disposition',
		];
		if (newer) headers.push('Screen Recording Status', 'Media Type');
		for (let agent = 1; agent <= MAX_AGENTS; agent++) {
			for (const name of ['Contact Number', 'ACD ID', 'Name', 'Team', 'Skills'])
				headers.push(`Agent ${agent} ${name}`);
		}
		const rows = [headers];
		const visibleUntil = job.finishesAt - this.lagSeconds * 1000;
		for (const contact of this.tenant.contacts.list()) {
			for (const interaction of contact.interactions) {
				for (const segment of interaction.segments) {
					if (
						segment.startTime < job.from ||
						segment.startTime >= job.to ||
						segment.endTime > visibleUntil
					)
						continue;
					rows.push(row(contact, interaction, segment, newer, this.timeText));
				}
			}
		}
		return `\uFEFF${rows.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`;
	}
}

function row(
	contact: Contact,
	interaction: PlaybackInteraction,
	segment: PlaybackSegment,
	newer: boolean,
	timeText: (ms: number) => string,
): string[] {
	const recorded = (keys: Array<string | undefined>): string =>
		keys.some((key) => key !== undefined) ? 'Success' : 'Failure';
	const { voice, voiceAndScreen, screen } = interaction.objectKeys;
	const inbound = interaction.direction !== 'OUTBOUND';
	const isCall = interaction.kind === 'call';
	const cells = [
		segment.segmentId,
		contact.acdCallId,
		timeText(segment.startTime),
		timeText(segment.endTime),
		interaction.direction,
		isCall ? recorded([segment.objectKey, voice, voiceAndScreen]) : '',
		isCall ? (inbound ? interaction.customer : '+18005550199') : '',
		isCall ? (inbound ? '+18005550199' : interaction.customer) : '',
		interaction.disposition ?? '',
	];
	if (newer)
		cells.push(
			recorded([voiceAndScreen, screen]),
			{ call: 'Voice', chat: 'Chat', email: 'Email' }[interaction.kind],
		);
	for (let index = 0; index < MAX_AGENTS; index++) {
		const agent = interaction.agents[index];
		// An agent's leg has a contact number of its own, next to the master's.
		const legNumber = /^\d+$/.test(contact.acdCallId)
			? String(BigInt(contact.acdCallId) + BigInt(index + 1))
			: '';
		cells.push(
			...(agent === undefined
				? ['', '', '', '', '']
				: [legNumber, agent.userId, agent.agentName, 'Support', 'Billing; Orders']),
		);
	}
	return cells;
}

function quoted(cell: string): string {
	return /[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell;
}

function dayOf(text: string, name: string): number {
	const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
	// Date.parse would roll 31 February over into March.
	if (Number.isNaN(ms) || iso(ms).slice(0, 10) !== text)
		return refuse(`${name} must be a date, YYYY-MM-DD`);
	return ms;
}

function refuse(message: string): never {
	throw new Refusal({ status: 400, body: { message } });
}
