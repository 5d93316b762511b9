import { WAIT_LONGER } from '../common/playback-fields';

/** What to do next, in the words of this node's panel, by the reason that an error carries. */
export const nextSteps = {
	...WAIT_LONGER,
	commandRefused: "Check 'User ID'.",
	callLocked: "Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
	outcomeUnknown: "Use 'Get Recording Status' for this user, then decide.",
	stateForbids: "'Get Recording Status' tells.",
	notConfirmed:
		"Use 'Get Recording Status' before you send the command again, or raise 'Wait at Most (Seconds)'.",
};
