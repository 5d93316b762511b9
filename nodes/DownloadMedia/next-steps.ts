import type { NextSteps } from '../../core/http/reason';
import { WAIT_LONGER } from '../common/playback-fields';

export const nextSteps: NextSteps = {
	...WAIT_LONGER,
	girRole:
		"With the role Agent, set 'Recording' to 'By ID' and fill in 'Media IDs': then nothing but the media is asked for.",
	notReady: 'Search Recordings can leave such recordings out, or wait for them.',
	noMediaId:
		"If it is one of these under another name, set 'Recording' to 'By ID', choose it in 'Identified By', and fill it in by an expression.",
	noMediaNorTranscript:
		"For what was written, add 'Transcripts of Chats and Emails' under 'Options'.",
	noMediaOfType: "Set 'Media Type' to 'All' to include screen recordings of chats and emails.",
	noSuchChannel:
		"Choose one of these in 'Channel', or let 'If Channel Is Missing' under 'Options' use the combined one.",
	noSuchMediaId: "Correct 'Media IDs', or leave it empty for all of them.",
	otherKind:
		"If it should be kept all the same, set 'If Media Kind Differs' under 'Options' to 'Keep'.",
	tooSmall: "If such files are wanted, lower 'Minimum File Size (Bytes)' under 'Options'.",
	withoutMedia: 'Search Recordings can leave such recordings out.',
};
