import type { NextSteps } from '../../core/http/reason';

export const nextSteps: NextSteps = {
	extractionRefused: "Check 'Metadata Version' under 'Options'.",
	girSearchRefused:
		"Where the server does not know labels yet, set 'Subresources' under 'Options' to 'None'.",
	noRecordingApi: "Set 'API' to 'Data Extraction'.",
	searchRefused: "Check 'Custom Filters'.",
	stateUnreadable: "To have it, set 'Start From' to 'A Certain Time'.",
	zoneInDoubt: "Set 'Time Zone' under 'Options'.",
};
