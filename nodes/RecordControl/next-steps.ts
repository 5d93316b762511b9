import type { NextSteps } from '../../core/http/reason';
import { WAIT_LONGER } from '../common/playback-fields';

export const nextSteps: NextSteps = {
	...WAIT_LONGER,
	commandRefused: "Check 'User ID'.",
	callLocked: "Try again, or raise 'Wait at Most (Seconds)' under 'Options'.",
	outcomeUnknown: "Use 'Get Recording Status' for this user, then decide.",
	stateForbids: "'Get Recording Status' tells.",
	notConfirmed:
		"Use 'Get Recording Status' before you send the command again, or raise 'Wait at Most (Seconds)'.",
};
