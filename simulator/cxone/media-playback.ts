import { matchPath, Refusal, type Reply, type SimulatedRequest } from '../http';
import { iso } from '../time';
import { only } from './auth';
import type {
	Contact,
	PlaybackFile,
	PlaybackInteraction,
	PlaybackSegment,
	ReplyShape,
} from './contacts';
import type { TenantState } from './state';
import type { Principal } from './types';

const PREFIX = '/media-playback/v1/';
const MEDIA_TYPES = ['voice-only', 'voice-and-screen', 'chat', 'email', 'all'] as const;
type MediaType = (typeof MEDIA_TYPES)[number];

/** Interactions recorded before this day are not found by ACD call ID: CXone help, "Media Playback APIs". */
const FIRST_DAY = Date.parse('2018-12-13T00:00:00Z');
const LINK_SECONDS = 30 * 60;

interface Wish {
	mediaType: MediaType;
	excludeWaveforms: boolean;
	excludeQmCategories: boolean;
	isDownload: boolean;
}

/**
 * The Media Playback API: contacts, segments and statements. Parameters and reply members after the vendor's published
 * OpenAPI description, permissions and status codes after the CXone help page "Media Playback APIs", the request rate
 * after "Media Playback: usage, licensing and rate limiting".
 */
export class MediaPlayback {
	constructor(private readonly tenant: TenantState) {}

	handle(request: SimulatedRequest, principal: Principal): Reply | undefined {
		if (!request.path.startsWith(PREFIX)) return undefined;
		const waitMs = this.tenant.limits.mediaPlayback.take(request.now);
		if (waitMs > 0) {
			return {
				status: 429,
				headers: this.tenant.mediaPlaybackRetryAfter
					? { 'Retry-After': String(Math.ceil(waitMs / 1000)) }
					: {},
				body: { message: 'Too Many Requests', route: request.path },
			};
		}
		const wrongMethod = only(request, 'GET');
		if (wrongMethod !== undefined) return wrongMethod;
		const path = request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
		if (path === `${PREFIX}contacts`) return this.contact(request, principal);
		const segmentId = matchPath(`${PREFIX}segments/:id`, path)?.id;
		if (segmentId !== undefined) return this.segment(request, principal, segmentId);
		const statement = matchPath(`${PREFIX}acd-contacts/:contact/statements/:id`, path);
		if (statement !== undefined)
			return this.statement(request, principal, statement.contact ?? '', statement.id ?? '');
		return error(404, 'Not Found');
	}

	private contact(request: SimulatedRequest, principal: Principal): Reply {
		const wish = parse(request, [
			'acd-call-id',
			'media-type',
			'exclude-waveforms',
			'exclude-qm-categories',
			'isDownload',
		]);
		const acdCallId = request.query.get('acd-call-id');
		if (acdCallId === null || acdCallId === '') return error(400, 'acd-call-id is required');
		const contact = this.tenant.contacts.get(acdCallId);
		const queued = queuedAnswer(contact);
		if (queued !== undefined) return queued;
		if (
			contact === undefined ||
			contact.interactions.every((interaction) => interaction.startTime < FIRST_DAY)
		)
			return notFound();
		return this.reply(contact, contact.interactions, wish, principal, contact.shape);
	}

	private segment(request: SimulatedRequest, principal: Principal, segmentId: string): Reply {
		const wish = parse(request, ['media-type', 'exclude-waveforms', 'exclude-qm-categories']);
		for (const contact of this.tenant.contacts.list()) {
			const interactions = narrowed(contact, (segment) => segment.segmentId === segmentId);
			if (interactions.length === 0) continue;
			const queued = queuedAnswer(contact);
			if (queued !== undefined) return queued;
			if (contact.storage === 'longTerm') return notFound();
			return this.reply(contact, interactions, wish, principal, contact.segmentShape);
		}
		return notFound();
	}

	private statement(
		request: SimulatedRequest,
		principal: Principal,
		acdContactId: string,
		statementId: string,
	): Reply {
		const wish = parse(request, ['media-type', 'isDownload', 'exclude-qm-categories']);
		const contact = this.tenant.contacts.get(acdContactId);
		const queued = queuedAnswer(contact);
		if (queued !== undefined) return queued;
		if (contact === undefined) return notFound();
		const interactions = narrowed(contact, (segment) => segment.statementIds.includes(statementId));
		if (interactions.length === 0) return notFound();
		return this.reply(contact, interactions, wish, principal, contact.shape);
	}

	private reply(
		contact: Contact,
		interactions: PlaybackInteraction[],
		wish: Wish,
		principal: Principal,
		shape: ReplyShape,
	): Reply {
		const matching = interactions.filter((interaction) => wanted(interaction, wish.mediaType));
		if (matching.length === 0) return notFound();
		const own = matching.every((one) =>
			one.agents.some((agent) => agent.userId === principal.userId),
		);
		if (!own && !principal.may('playAny'))
			return error(403, 'The user is not authorized to play this interaction');
		const wires = matching.map((interaction) => this.wire(interaction, wish, principal));
		const metadata = laidOut(contact, wires, shape);
		if (!wish.isDownload || contact.downloadShape === 'fileToPlayUrl')
			return { status: 200, body: metadata };
		const link = wires.map((wire) => wire.data.fileToPlayUrl).find((url) => url !== undefined);
		if (link === undefined) return notFound();
		if (contact.downloadShape === 'httpRedirect')
			return { status: 302, headers: { Location: link } };
		return {
			status: 200,
			body:
				contact.downloadShape === 'redirectUrlWithMetadata'
					? { ...metadata, redirectUrl: link }
					: { redirectUrl: link },
		};
	}

	private wire(
		interaction: PlaybackInteraction,
		wish: Wish,
		principal: Principal,
	): { data: { fileToPlayUrl?: string; [member: string]: unknown }; mediaType: string } {
		const { file, objectKey } = playedFile(interaction, wish.mediaType, this.tenant.digitalLinks);
		const calledFor = (interaction.endTime - interaction.startTime) / 1000;
		const link: { fileToPlayUrl?: string } =
			objectKey === undefined
				? {}
				: {
						fileToPlayUrl: this.tenant.media.signedUrl(
							objectKey,
							Math.max(LINK_SECONDS, Math.ceil(calledFor)),
						),
					};
		const times = { startTime: iso(interaction.startTime), endTime: iso(interaction.endTime) };
		const acwEndTime = iso(interaction.endTime + 18_500);
		const common = {
			...times,
			acwEndTime,
			...link,
			segmentsDataList: interaction.segments.map((segment, index) => ({
				segmentId: segment.segmentId,
				startTime: iso(segment.startTime),
				endTime: iso(segment.endTime),
				acwEndTime: iso(segment.endTime + 18_500),
				openReasonType: index === 0 ? 'CONTACT' : 'TRANSFER',
				closeReasonType: index === interaction.segments.length - 1 ? 'CONTACT' : 'TRANSFER',
				directionType: interaction.direction,
				channelType: interaction.channelType,
				firstSegment: index === 0,
				customerRestricted: interaction.customerRestricted ?? false,
			})),
			dfoStages: [],
		};
		const seesAnalysis = principal.may('viewSentimentsAndCategories');
		const withCategories = seesAnalysis && !wish.excludeQmCategories;
		const head = {
			'@type': interaction.kind,
			channelType: interaction.channelType,
			...times,
			callTaggingList: (interaction.tags ?? []).map((value) => ({ value })),
			dynamicBusinessData: Object.entries(interaction.businessData ?? {}).map(([id, value]) => ({
				id,
				value,
			})),
		};
		const screen = file === 'voiceAndScreen' || file === 'screen';
		if (interaction.kind === 'chat') {
			const names = [
				...new Set(
					(interaction.messages ?? []).map(
						(one) => `${one.participantType}|${one.participantName}`,
					),
				),
			];
			return {
				...head,
				mediaType: screen ? 'chat-and-screen' : 'chat',
				data: {
					...common,
					transferPoints: '',
					participants: names.map((name) => {
						const [participantType, participantName] = name.split('|');
						return { participantType, participantName, screenStages: [] };
					}),
					messages: interaction.messages ?? [],
				},
			};
		}
		if (interaction.kind === 'email') {
			return {
				...head,
				mediaType: screen ? 'email-and-screen' : 'email',
				data: {
					...common,
					participants: interaction.agents.map((agent) => ({
						participantType: 'AGENT',
						participantName: agent.agentName,
						screenStages: [],
						actions: interaction.actions ?? [{ timeStamp: times.endTime, action: 'Reply' }],
					})),
					content: interaction.content,
				},
			};
		}
		return {
			...head,
			mediaType: screen ? 'voice-and-screen' : 'voice-only',
			data: {
				...common,
				...(screen && objectKey !== undefined
					? { videoImageUrl: `${this.tenant.media.url}/still/${interaction.recordingId}.png` }
					: {}),
				...(wish.excludeWaveforms
					? {}
					: { waveformDataList: [0, 1].map((channel) => waveform(interaction, channel)) }),
				participantDataList: participants(interaction, screen),
				...(withCategories ? { categoryMatchesList: interaction.categories ?? [] } : {}),
				...(seesAnalysis && interaction.sentiment !== undefined
					? {
							sentiments: [
								{
									overallSentiment: interaction.sentiment,
									segmentStartTime: times.startTime,
									channel: 1,
								},
							],
						}
					: {}),
			},
		};
	}
}

function participants(interaction: PlaybackInteraction, screen: boolean): object[] {
	const stage = (stageType: string, from: number, to: number): object => ({
		stageType,
		startTime: iso(from),
		endTime: iso(to),
		recordingID: interaction.recordingId,
	});
	const voiceStages: object[] = [];
	let at = interaction.startTime;
	for (const span of interaction.stages) {
		voiceStages.push(stage('ACTIVE', at, span.from), stage(span.type, span.from, span.to));
		at = span.to;
	}
	voiceStages.push(stage('ACTIVE', at, interaction.endTime));
	const screenStages = screen
		? [
				{
					...stage('ACTIVE', interaction.startTime, interaction.endTime),
					displays: [{ width: 1920, height: 1080, topLeftX: 0, topLeftY: 0 }],
				},
			]
		: [];
	const segmentId = interaction.segments[0]?.segmentId;
	return [
		...interaction.agents.map((agent, channel) => ({
			participantType: 'AGENT',
			agentName: agent.agentName,
			participantId: agent.userId,
			userId: agent.userId,
			segmentId: interaction.segments[channel]?.segmentId ?? segmentId,
			channel: 0,
			voiceStages,
			screenStages,
		})),
		{
			participantType: 'CUSTOMER',
			participantId: interaction.customer,
			segmentId,
			channel: 1,
			voiceStages: [],
			screenStages: [],
		},
	];
}

function waveform(interaction: PlaybackInteraction, channel: number): object {
	const seed = interaction.recordingId.charCodeAt(0) + channel * 7;
	return {
		channel,
		normalizedPcmData: Array.from(
			{ length: 40 },
			(_, index) => (seed * 31 + index * index * 17) % 128,
		),
	};
}

/** The interactions that hold such a segment, with only that segment; its own file, if it has one, takes the place of theirs. */
function narrowed(
	contact: Contact,
	fits: (segment: PlaybackSegment) => boolean,
): PlaybackInteraction[] {
	return contact.interactions.flatMap((interaction) => {
		const segments = interaction.segments.filter(fits);
		const [first] = segments;
		if (first === undefined) return [];
		const objectKeys =
			first.objectKey === undefined ? interaction.objectKeys : { voice: first.objectKey };
		return [
			{ ...interaction, startTime: first.startTime, endTime: first.endTime, segments, objectKeys },
		];
	});
}

function wanted(interaction: PlaybackInteraction, mediaType: MediaType): boolean {
	if (mediaType === 'all') return true;
	if (mediaType === 'chat' || mediaType === 'email') return interaction.kind === mediaType;
	return interaction.kind === 'call';
}

// A digital interaction has a link when its screen was recorded and, by default, `all` was asked for; a call recorded with its
// screen gives up the voice alone when voice-only was asked for.
function playedFile(
	interaction: PlaybackInteraction,
	mediaType: MediaType,
	digitalLinks: 'allOnly' | 'always',
): { file?: PlaybackFile; objectKey?: string } {
	const order: PlaybackFile[] =
		interaction.kind !== 'call'
			? mediaType === 'all' || digitalLinks === 'always'
				? ['screen']
				: []
			: mediaType === 'voice-only'
				? ['voice']
				: ['voiceAndScreen', 'voice'];
	for (const file of order) {
		const objectKey = interaction.objectKeys[file];
		if (objectKey !== undefined) return { file, objectKey };
	}
	return {};
}

function laidOut(contact: Contact, interactions: object[], shape: ReplyShape): object {
	const { contactId } = contact;
	if (shape === 'wrapped') {
		return {
			value: { contactId, Interactions: interactions.map((Interaction) => ({ Interaction })) },
		};
	}
	// The published type writes acdcontactId with a small c in the middle.
	const head = {
		contactId,
		acdcontactId: contact.acdCallId,
		elevatedInteraction: contact.interactions.length > 1,
	};
	return shape === 'normal' ? { ...head, interactions } : { ...head, Interactions: interactions };
}

function parse(request: SimulatedRequest, known: readonly string[]): Wish {
	const { query } = request;
	for (const name of query.keys()) {
		if (!known.includes(name)) refuse(`${name} is not a known query parameter`);
		if (name !== 'media-type' && query.getAll(name).length > 1)
			refuse(`${name} must be given once`);
	}
	const flag = (name: string): boolean => {
		const value = query.get(name);
		if (value !== null && value !== 'true' && value !== 'false')
			refuse(`${name} must be true or false`);
		return value === 'true';
	};
	const types = query.getAll('media-type');
	for (const type of types) {
		if (!(MEDIA_TYPES as readonly string[]).includes(type))
			refuse(`media-type must be one of ${MEDIA_TYPES.join(', ')}`);
	}
	// The parameter is declared as a list, so it may be repeated; several different values together mean everything.
	const [mediaType = 'all'] = new Set(types).size > 1 ? ['all'] : types;
	return {
		mediaType: mediaType as MediaType,
		excludeWaveforms: flag('exclude-waveforms'),
		excludeQmCategories: flag('exclude-qm-categories'),
		isDownload: flag('isDownload'),
	};
}

const ANSWERS: Record<number, string> = {
	202: 'Operation is in process',
	403: 'The user is not authorized to perform the operation',
	404: 'Interaction Not Found',
	425: 'The interaction is locked while processing a previous request',
	500: 'Internal server error',
	504: 'The request timed out',
};

function queuedAnswer(contact: Contact | undefined): Reply | undefined {
	const status = contact?.answers.shift();
	return status === undefined ? undefined : error(status, ANSWERS[status] ?? 'Error');
}

function notFound(): Reply {
	return error(404, 'Interaction Not Found');
}

function error(status: number, message: string): Reply {
	return { status, body: { internalCode: `MP-${status}`, message } };
}

function refuse(message: string): never {
	throw new Refusal(error(400, message));
}
