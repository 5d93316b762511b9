/** What to do next, in the words of this node's panel, by the reason that an error or a hint carries. */
export const nextSteps: Readonly<Record<string, string>> = {
	extractionBusy: "You can also raise 'Wait at Most (Minutes)'.",
	extractionRefused: "Check 'Metadata Version' under 'Options', and the dates.",
	girSearchRefused:
		"Where the server does not know labels yet, set 'Subresources' under 'Options' to 'None'.",
	jobUnfinished:
		"To get its result, enter its ID as 'Existing Job IDs' under 'Options' and run the node again later, or raise 'Wait at Most (Minutes)'.",
	noRecordingApi: "Set 'API' to 'Data Extraction'.",
	searchRefused: "Check 'Custom Filters', and 'Sort By' under 'Sort'.",
	zoneInDoubt: "Set 'Time Zone' under 'Options'.",
};
