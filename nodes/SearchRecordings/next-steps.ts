import type { NextSteps } from '../../core/http/reason';

export const nextSteps: NextSteps = {
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
