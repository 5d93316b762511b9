import type { ContactReply, Interaction } from './schemas';
import { sourceOf, unreadableIn } from '../http/sourced';
import { memberOf } from '../http/wire';
import { direction, secondsBetween, type Recording } from '../recording';

/** What somebody wrote in a chat or an e-mail. The address fields are there for e-mails only. */
export interface ContactMessage {
	at: string | null;
	/** `agent` or `customer`; null where CXone does not tell, as for e-mails. */
	role: string | null;
	from: string | null;
	to?: string[];
	cc?: string[];
	bcc?: string[];
	subject?: string | null;
	text: string;
}

/** A time from which to which something lasted. */
interface Span {
	start: string | null;
	end: string | null;
}

/** Somebody who took part, as far as CXone tells. */
interface Participant {
	/** `agent` or `customer`. */
	role: string | null;
	name: string | null;
	/** CXone's user ID of an agent: what Record Control takes. */
	userId: string | null;
	/** Of a customer the number or address. */
	participantId: string | null;
	segmentId: string | null;
	/** Number of the channel of this voice in the recording. */
	channel: number | null;
	/** What an agent did with an e-mail: `Accept`, `Reply`, `Forward`, …; for e-mails only. */
	actions?: Array<{ at: string | null; action: string | null }>;
}

/** Part of an interaction, in CXone's words where they are capitals. */
interface SegmentSummary extends Span {
	segmentId: string | null;
	/** Until when and for how many seconds the agent worked on it after the call. */
	afterCallWorkEnd: string | null;
	afterCallWorkSeconds: number | null;
	/** Why it began and ended: `CONTACT`, `TRANSFER`, `CONFERENCE`, … */
	openReason: string | null;
	closeReason: string | null;
	direction: Recording['direction'];
	channelType: string | null;
	firstSegment: boolean | null;
	/** Whether CXone restricts who may see this customer's interactions. */
	customerRestricted: boolean | null;
}

/** One interaction of a contact, flattened. Times are ISO 8601 in UTC, durations seconds. */
export interface InteractionSummary {
	kind: 'voice' | 'chat' | 'email' | 'other';
	/** In CXone's words: `voice-only`, `voice-and-screen`, `chat`, … */
	mediaType: string | null;
	channelType: string | null;
	direction: Recording['direction'];
	start: string | null;
	end: string | null;
	durationSeconds: number | null;
	agents: string[];
	customers: string[];
	/** Categories as paths, `Billing > Refund`, with the seconds at which they were matched. */
	categories: Array<{ name: string; secondsOffsets: number[]; confidence: number | null }>;
	sentiments: Array<{ sentiment: string; at: string | null; channel: number | null }>;
	tags: string[];
	businessData: Record<string, string | null>;
	messages: ContactMessage[];
	/** Spans in which the voice was masked, and in which the call was on hold. */
	masked: Span[];
	held: Span[];
	participants: Participant[];
	segments: SegmentSummary[];
	segmentIds: string[];
	/** A signed link to the media, which anybody can use for about 30 minutes. Only when asked for. */
	mediaUrl?: string;
	/** Where in CXone's JSON of this interaction a value stands that could not be read; it is null or left out above. Absent where there is none. */
	unreadable?: string[];
}

export interface ContactSummary {
	acdCallId: string | null;
	contactId: string | null;
	elevated: boolean;
	start: string | null;
	end: string | null;
	segmentIds: string[];
	interactions: InteractionSummary[];
	/** As in an interaction; here for a download of the contact as a whole. */
	mediaUrl?: string;
	/** As in an interaction; here for what belongs to none of them. */
	unreadable?: string[];
}

/**
 * A contact in a form for people and CRMs (NICE CXone help, "Media Playback APIs").
 *
 * @param acdCallId what was asked for, where the answer does not repeat it
 * @param withMediaUrl whether links to media, which are secrets, are part of it
 */
export function contactSummary(
	reply: ContactReply,
	acdCallId: string | null,
	withMediaUrl: boolean,
): ContactSummary {
	const interactions = reply.interactions.map((interaction) =>
		interactionSummary(interaction, withMediaUrl),
	);
	return {
		acdCallId: reply.acdcontactId ?? acdCallId,
		contactId: reply.contactId ?? null,
		elevated: reply.elevatedInteraction ?? false,
		start: earliest(interactions.map(({ start }) => start)),
		end: latest(interactions.map(({ end }) => end)),
		segmentIds: unique(interactions.flatMap(({ segmentIds }) => segmentIds)),
		interactions,
		...(withMediaUrl && reply.redirectUrl && { mediaUrl: reply.redirectUrl }),
		...unreadableIn(reply),
	};
}

/** One interaction, flattened; see `contactSummary`. */
export function interactionSummary(
	interaction: Interaction,
	withMediaUrl: boolean,
): InteractionSummary {
	const { data } = interaction;
	const start = interaction.startTime ?? data?.startTime ?? null;
	const end = interaction.endTime ?? data?.endTime ?? null;
	const people = [...(data?.participantDataList ?? []), ...(data?.participants ?? [])];
	const names = (type: string) =>
		unique(
			people
				.filter((person) => person.participantType?.toUpperCase() === type)
				.map((person) => person.agentName ?? person.participantName ?? person.participantId),
		);
	const url = data?.fileToPlayUrl;
	const mediaType = interaction.mediaType ?? null;
	return {
		kind: kindOf(mediaType, interaction['@type']),
		mediaType,
		channelType: interaction.channelType ?? null,
		direction: direction(data?.segmentsDataList[0]?.directionType),
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		agents: names('AGENT'),
		customers: names('CUSTOMER'),
		categories: (data?.categoryMatchesList ?? []).map(
			({ categoryHierarchy, secondsOffsets, confidence }) => ({
				name: categoryHierarchy.join(' > '),
				secondsOffsets,
				confidence: confidence ?? null,
			}),
		),
		sentiments: (data?.sentiments ?? []).map(({ overallSentiment, segmentStartTime, channel }) => ({
			sentiment: (overallSentiment ?? 'unknown').toLowerCase(),
			at: segmentStartTime ?? null,
			channel: channel ?? null,
		})),
		tags: unique(interaction.callTaggingList.map(({ value }) => value)),
		businessData: Object.fromEntries(
			interaction.dynamicBusinessData.flatMap(({ id, value }) =>
				id ? [[id, value ?? null] as const] : [],
			),
		),
		messages: messagesOf(interaction),
		masked: spansOf('MASK', people),
		held: spansOf('HOLD', people),
		participants: people.map(participantOf),
		segments: (data?.segmentsDataList ?? []).map(segmentOf),
		segmentIds: unique((data?.segmentsDataList ?? []).map(({ segmentId }) => segmentId)),
		...(withMediaUrl && url && { mediaUrl: url }),
		...unreadableIn(interaction),
	};
}

/** What was written, in the order it was: the messages of a chat, or the one e-mail. */
function messagesOf({ data }: Interaction): ContactMessage[] {
	const messages: ContactMessage[] = (data?.messages ?? []).map((message) => ({
		at: message.timeStamp ?? null,
		role: message.participantType?.toLowerCase() ?? null,
		from: message.participantName ?? null,
		text: message.text ?? '',
	}));
	const email = data?.content;
	if (email) {
		messages.push({
			at: email.sentTime ?? null,
			role: null,
			from: email.from ?? null,
			to: email.to,
			cc: email.cc,
			bcc: email.bcc,
			subject: email.subject ?? null,
			text: email.body ?? '',
		});
	}
	return messages;
}

const KINDS: Array<[RegExp, InteractionSummary['kind']]> = [
	[/^(voice|call)/i, 'voice'],
	[/^chat/i, 'chat'],
	[/^e-?mail/i, 'email'],
];

function kindOf(mediaType: string | null, type: unknown): InteractionSummary['kind'] {
	for (const word of [mediaType, type]) {
		const kind =
			typeof word === 'string' ? KINDS.find(([pattern]) => pattern.test(word))?.[1] : undefined;
		if (kind !== undefined) return kind;
	}
	return 'other';
}

type Person = NonNullable<Interaction['data']>['participants'][number];

function participantOf(person: Person): Participant {
	const { participantType, agentName, participantName, actions } = person;
	return {
		role: participantType?.toLowerCase() ?? null,
		name: agentName ?? participantName ?? null,
		userId: person.userId ?? null,
		participantId: person.participantId ?? null,
		segmentId: person.segmentId ?? null,
		channel: person.channel ?? null,
		...(actions.length > 0 && {
			actions: actions.map(({ timeStamp, action }) => ({
				at: timeStamp ?? null,
				action: action ?? null,
			})),
		}),
	};
}

type Segment = NonNullable<Interaction['data']>['segmentsDataList'][number];

function segmentOf(segment: Segment): SegmentSummary {
	const end = segment.endTime ?? null;
	const afterCallWorkEnd = segment.acwEndTime ?? null;
	return {
		segmentId: segment.segmentId ?? null,
		start: segment.startTime ?? null,
		end,
		afterCallWorkEnd,
		afterCallWorkSeconds: secondsBetween(end, afterCallWorkEnd),
		openReason: segment.openReasonType ?? null,
		closeReason: segment.closeReasonType ?? null,
		direction: direction(segment.directionType),
		channelType: segment.channelType ?? null,
		firstSegment: segment.firstSegment ?? null,
		// NICE's published type has both names.
		customerRestricted: segment.customerRestricted ?? segment.isCustomerRestricted ?? null,
	};
}

/** Spans of one kind of stage. Every agent's stages repeat the same masking. */
function spansOf(type: 'MASK' | 'HOLD', people: Person[]): Span[] {
	const spans = people
		.flatMap(({ voiceStages }) => voiceStages)
		.filter(({ stageType }) => stageType?.toUpperCase() === type)
		.map(({ startTime, endTime }) => ({ start: startTime ?? null, end: endTime ?? null }));
	return spans.filter(
		({ start, end }, index) =>
			spans.findIndex((other) => other.start === start && other.end === end) === index,
	);
}

/** Members of an answer that hold signed links, which anybody can use; in whatever capitals. */
const LINKS = new Set(['filetoplayurl', 'redirecturl', 'videoimageurl']);
const WAVEFORM = 'waveformdatalist';

/** What the raw form of an answer holds besides CXone's data. */
export interface RawChoice {
	withMediaUrl: boolean;
	withWaveforms: boolean;
}

/** CXone's own JSON, without links and waveforms that were not asked for: not every call lets CXone leave them out. */
export function rawContact(reply: ContactReply, choice: RawChoice): Record<string, unknown> {
	return without(sourceOf(reply), choice) as Record<string, unknown>;
}

/** As `rawContact`, one for each interaction, with the contact's own members at its side. */
export function rawInteractions(
	reply: ContactReply,
	choice: RawChoice,
): Array<Record<string, unknown>> {
	const members = Object.entries(rawContact(reply, choice));
	const isList = ([name]: [string, unknown]) => name.toLowerCase() === 'interactions';
	const head = Object.fromEntries(members.filter((member) => !isList(member)));
	const objects = members
		.filter(isList)
		.flatMap(([, list]) => list)
		.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
	return objects.map((one) => ({ ...head, ...unwrapped(one) }));
}

/** The older form wraps each interaction once more. */
function unwrapped(interaction: Record<string, unknown>): Record<string, unknown> {
	const inner = memberOf(interaction, 'Interaction');
	return typeof inner === 'object' && inner !== null
		? (inner as Record<string, unknown>)
		: interaction;
}

function without(value: unknown, choice: RawChoice): unknown {
	if (Array.isArray(value)) return value.map((item) => without(item, choice));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(
				([name]) =>
					(choice.withMediaUrl || !LINKS.has(name.toLowerCase())) &&
					(choice.withWaveforms || name.toLowerCase() !== WAVEFORM),
			)
			.map(([name, member]) => [name, without(member, choice)]),
	);
}

function unique(values: Array<string | null | undefined>): string[] {
	return [...new Set(values.filter((value): value is string => Boolean(value)))];
}

function earliest(times: Array<string | null>): string | null {
	return times.filter((time): time is string => time !== null).sort()[0] ?? null;
}

function latest(times: Array<string | null>): string | null {
	return (
		times
			.filter((time): time is string => time !== null)
			.sort()
			.at(-1) ?? null
	);
}
