/** What a builder can change in this node about an error, by the error's `reason`: sentences in the node's own labels. */
export const nextSteps: Readonly<Record<string, string>> = {
	notReady: 'Search Recordings can leave such recordings out, or wait for them.',
	otherKind:
		"If it should be kept all the same, set 'If Media Kind Differs' under 'Options' to 'Keep'.",
	tooSmall: "If such files are wanted, lower 'Minimum File Size (Bytes)' under 'Options'.",
	withoutMedia: 'Search Recordings can leave such recordings out.',
};
