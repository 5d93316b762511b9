import { contactSummary, nameOf, peopleIn, roleOf } from './contact';
import type { ContactReply } from './schemas';
import {
	AVAILABLE,
	distinctAgents,
	referencesTo,
	secondsBetween,
	type Recording,
	type RecordingReferences,
} from '../recording';

/** What people dial, as Media Playback gives the customer of a call; of a chat it gives a name. */
const NUMBER = /^\+?[\d\s().-]{3,}$/;

/**
 * What a Media Playback answer tells of the call, in the shape of all platforms.
 *
 * @param references what was asked for
 */
export function contactRecording(
	reply: ContactReply,
	id: string,
	references: RecordingReferences,
): Recording {
	const { acdCallId, contactId, start, end, interactions } = contactSummary(
		reply,
		references.acdCallId ?? null,
		false,
	);
	const [first] = interactions;
	const number = interactions
		.flatMap(({ customers }) => customers)
		.find((customer) => NUMBER.test(customer));
	const isOutbound = first?.direction === 'outbound';
	return {
		platform: 'cxone',
		id,
		status: AVAILABLE,
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		direction: first?.direction ?? 'unknown',
		callerNumber: isOutbound ? null : (number ?? null),
		dialedNumber: isOutbound ? (number ?? null) : null,
		agents: distinctAgents(
			reply.interactions
				.flatMap(peopleIn)
				.filter((person) => roleOf(person) === 'agent')
				.map((person) => ({
					id: person.participantId ?? null,
					name: nameOf(person),
					userName: null,
				})),
		),
		media: [],
		labels: [...new Set(interactions.flatMap(({ tags }) => tags))],
		references: { ...references, ...referencesTo({ acdCallId, contactId }) },
		protectedFromDeletion: null,
		masked: [],
	};
}
