import { unwrapped, type ContactReply, type Interaction } from './schemas';
import { sourceOf, unreadableIn } from '../http/sourced';
import { isObject, without } from '../http/wire';
import { direction, distinct, secondsBetween } from '../recording';

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

/** A contact, flattened; see `contactSummary`. */
export type ContactSummary = ReturnType<typeof contactSummary>;
export type InteractionSummary = ReturnType<typeof interactionSummary>;

/**
 * A contact in a form for people and CRMs (NICE CXone help, "Media Playback APIs"). Times are ISO 8601 in UTC, durations
 * seconds; null where CXone does not tell.
 *
 * @param acdCallId what was asked for, where the answer does not repeat it
 * @param withMediaUrl whether links to media, which are secrets, are part of it
 */
export function contactSummary(
	reply: ContactReply,
	acdCallId: string | null,
	withMediaUrl: boolean,
) {
	const interactions = reply.interactions.map((interaction) =>
		interactionSummary(interaction, withMediaUrl),
	);
	return {
		acdCallId: reply.acdcontactId ?? acdCallId,
		contactId: reply.contactId ?? null,
		elevated: reply.elevatedInteraction ?? false,
		start: sorted(interactions.map(({ start }) => start)).at(0) ?? null,
		end: sorted(interactions.map(({ end }) => end)).at(-1) ?? null,
		segmentIds: distinct(interactions.flatMap(({ segmentIds }) => segmentIds)),
		interactions,
		// As in an interaction; here for a download of the contact as a whole.
		...(withMediaUrl && reply.redirectUrl && { mediaUrl: reply.redirectUrl }),
		// What belongs to none of the interactions.
		...unreadableIn(reply),
	};
}

const sorted = (times: Array<string | null>) => distinct(times).sort();

/** One interaction, flattened; see `contactSummary`. */
export function interactionSummary(interaction: Interaction, withMediaUrl: boolean) {
	const { data } = interaction;
	const start = interaction.startTime ?? data?.startTime ?? null;
	const end = interaction.endTime ?? data?.endTime ?? null;
	const people = peopleIn(interaction);
	const names = (role: string) =>
		distinct(
			people
				.filter((person) => roleOf(person) === role)
				.map((person) => nameOf(person) ?? person.participantId),
		);
	const url = data?.fileToPlayUrl;
	const mediaType = interaction.mediaType ?? null;
	return {
		kind: kindOf(mediaType, interaction['@type']),
		// In CXone's words: `voice-only`, `voice-and-screen`, `chat`, …
		mediaType,
		channelType: interaction.channelType ?? null,
		direction: direction(data?.segmentsDataList[0]?.directionType),
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		agents: names('agent'),
		customers: names('customer'),
		// As paths, `Billing > Refund`, with the seconds at which they were matched.
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
		tags: distinct(interaction.callTaggingList.map(({ value }) => value)),
		businessData: Object.fromEntries(
			interaction.dynamicBusinessData.flatMap(({ id, value }) =>
				id ? [[id, value ?? null] as const] : [],
			),
		),
		messages: messagesOf(interaction),
		// When the voice was masked, and when the call was on hold.
		masked: spansOf('MASK', people),
		held: spansOf('HOLD', people),
		participants: people.map(participantOf),
		segments: (data?.segmentsDataList ?? []).map(segmentOf),
		segmentIds: distinct((data?.segmentsDataList ?? []).map(({ segmentId }) => segmentId)),
		// A signed link, which anybody can use for about 30 minutes.
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

const KINDS = [
	[/^(voice|call)/i, 'voice'],
	[/^chat/i, 'chat'],
	[/^e-?mail/i, 'email'],
] as const;

function kindOf(...words: Array<string | null | undefined>) {
	for (const word of words) {
		const known = KINDS.find(([pattern]) => pattern.test(word ?? ''));
		if (known !== undefined) return known[1];
	}
	return 'other';
}

type Person = NonNullable<Interaction['data']>['participants'][number];

/** Those who took part; NICE has two names for the list. */
export function peopleIn({ data }: Interaction): Person[] {
	return [...(data?.participantDataList ?? []), ...(data?.participants ?? [])];
}

/** `agent` or `customer`. */
export function roleOf({ participantType }: Person): string | null {
	return participantType?.toLowerCase() ?? null;
}

export function nameOf({ agentName, participantName }: Person): string | null {
	return agentName ?? participantName ?? null;
}

function participantOf(person: Person) {
	const { actions } = person;
	return {
		role: roleOf(person),
		name: nameOf(person),
		// Of an agent: what Record Control takes.
		userId: person.userId ?? null,
		// Of a customer the number or address.
		participantId: person.participantId ?? null,
		segmentId: person.segmentId ?? null,
		// Number of the channel of this voice in the recording.
		channel: person.channel ?? null,
		// What an agent did with an e-mail: `Accept`, `Reply`, `Forward`, …; for e-mails only.
		...(actions.length > 0 && {
			actions: actions.map(({ timeStamp, action }) => ({
				at: timeStamp ?? null,
				action: action ?? null,
			})),
		}),
	};
}

type Segment = NonNullable<Interaction['data']>['segmentsDataList'][number];

/** Part of an interaction, in CXone's words where they are capitals. */
function segmentOf(segment: Segment) {
	const end = segment.endTime ?? null;
	const afterCallWorkEnd = segment.acwEndTime ?? null;
	return {
		segmentId: segment.segmentId ?? null,
		start: segment.startTime ?? null,
		end,
		// Until when, and for how many seconds, the agent worked on it after the call.
		afterCallWorkEnd,
		afterCallWorkSeconds: secondsBetween(end, afterCallWorkEnd),
		// Why it began and ended: `CONTACT`, `TRANSFER`, `CONFERENCE`, …
		openReason: segment.openReasonType ?? null,
		closeReason: segment.closeReasonType ?? null,
		direction: direction(segment.directionType),
		channelType: segment.channelType ?? null,
		firstSegment: segment.firstSegment ?? null,
		// Whether CXone restricts who may see this customer's interactions. NICE's published type has both names.
		customerRestricted: segment.customerRestricted ?? segment.isCustomerRestricted ?? null,
	};
}

/** Spans of one kind of stage. Every agent's stages repeat the same masking. */
function spansOf(type: 'MASK' | 'HOLD', people: Person[]) {
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
	const isUnwanted = (name: string) =>
		(!choice.withMediaUrl && LINKS.has(name)) || (!choice.withWaveforms && name === WAVEFORM);
	return without(sourceOf(reply), (name) => isUnwanted(name.toLowerCase())) as Record<
		string,
		unknown
	>;
}

/** As `rawContact`, one for each interaction, with the contact's own members at its side. */
export function rawInteractions(
	reply: ContactReply,
	choice: RawChoice,
): Array<Record<string, unknown>> {
	const members = Object.entries(rawContact(reply, choice));
	const isList = ([name]: [string, unknown]) => name.toLowerCase() === 'interactions';
	const head = Object.fromEntries(members.filter((member) => !isList(member)));
	const interactions = members.filter(isList).flatMap(([, list]) => list);
	return interactions.filter(isObject).map((one) => ({ ...head, ...unwrapped(one) }));
}
