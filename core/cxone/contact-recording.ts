import { contactSummary } from './contact';
import type { ContactReply, Interaction } from './schemas';
import {
	AVAILABLE,
	secondsBetween,
	type Recording,
	type RecordingAgent,
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
		agents: agentsOf(reply.interactions),
		media: [],
		labels: [...new Set(interactions.flatMap(({ tags }) => tags))],
		references: {
			...references,
			...(acdCallId !== null && { acdCallId }),
			...(contactId !== null && { contactId }),
		},
		protectedFromDeletion: null,
		masked: [],
	};
}

/** An agent who takes part in several interactions counts once. */
function agentsOf(interactions: readonly Interaction[]): RecordingAgent[] {
	const agents = new Map<string, RecordingAgent>();
	for (const { data } of interactions) {
		for (const person of [...(data?.participantDataList ?? []), ...(data?.participants ?? [])]) {
			if (person.participantType?.toUpperCase() !== 'AGENT') continue;
			const id = person.participantId ?? null;
			const name = person.agentName ?? person.participantName ?? null;
			agents.set(`${id ?? name}`, { id, name, userName: null });
		}
	}
	return [...agents.values()];
}
