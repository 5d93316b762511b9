import { contactSummary, type ContactSummary, type InteractionSummary } from './contact';
import { contactReply } from './schemas';
import { secondsBetween } from '../recording';

/** Which part of a contact was asked for. */
export interface AskedPart {
	segmentId: string | null;
	statementId: string | null;
}

/**
 * A contact as an item: ten columns that one can read in a table, then the details. It has all names that such an item can
 * have; undefined or null where CXone tells nothing.
 */
export function contactItem(
	summary: ContactSummary,
	{ segmentId, statementId }: AskedPart,
): object {
	const { start, end, acdCallId, contactId, segmentIds, interactions } = summary;
	return {
		start,
		durationSeconds: secondsBetween(start, end),
		direction: interactions[0]?.direction,
		...names(interactions),
		acdCallId,
		contactId,
		segmentId: segmentId ?? onlySegment(interactions),
		statementId,
		end,
		kinds: joined(interactions.map(({ kind }) => kind)),
		elevated: summary.elevated,
		segmentIds,
		interactions,
		mediaUrl: summary.mediaUrl,
		unreadable: summary.unreadable,
	};
}

/** The interactions of a contact, an item each, as `contactItem`. */
export function interactionItems(
	summary: ContactSummary,
	{ segmentId, statementId }: AskedPart,
): object[] {
	const { acdCallId, contactId, elevated, unreadable = [] } = summary;
	return summary.interactions.map((interaction) => {
		const { start, end, durationSeconds, direction, kind, agents, customers, ...details } =
			interaction;
		const odd = [...unreadable, ...(details.unreadable ?? [])];
		return {
			start,
			durationSeconds,
			direction,
			...names([interaction]),
			acdCallId,
			contactId,
			segmentId: onlyOne(details.segmentIds) ?? segmentId,
			statementId,
			end,
			kind,
			elevated,
			agents,
			customers,
			...details,
			mediaUrl: details.mediaUrl,
			unreadable: odd.length > 0 ? odd : undefined,
		};
	});
}

/** A contact of which nothing is known has all the names. */
const BLANK = contactSummary(contactReply.parse({ interactions: [{}] }), null, true);
const WHOLE: AskedPart = { segmentId: null, statementId: null };

/** The names that an item of a contact can have. */
export const CONTACT_FIELDS: readonly string[] = Object.keys(contactItem(BLANK, WHOLE));
/** The names that an item of an interaction can have. */
export const INTERACTION_FIELDS: readonly string[] = Object.keys(interactionItems(BLANK, WHOLE)[0]);

/** Who, in which mood and what about, as text. */
function names(interactions: InteractionSummary[]): object {
	const all = (read: (interaction: InteractionSummary) => string[]) =>
		joined(interactions.flatMap(read));
	return {
		agentNames: all(({ agents }) => agents),
		customerNames: all(({ customers }) => customers),
		sentiment: all(({ sentiments }) => sentiments.map(({ sentiment }) => sentiment)),
		categoryNames: all(({ categories }) => categories.map(({ name }) => name)),
	};
}

function joined(words: readonly string[]): string | undefined {
	return [...new Set(words)].join(', ') || undefined;
}

/** The segment that is the whole of a contact: another interaction without segments is no part of it. */
function onlySegment(interactions: readonly InteractionSummary[]): string | undefined {
	const each = interactions.map(({ segmentIds }) => onlyOne(segmentIds));
	return each.every((id) => id === each[0]) ? each[0] : undefined;
}

function onlyOne(ids: readonly string[]): string | undefined {
	return ids.length === 1 ? ids[0] : undefined;
}
