import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { fields, readChoice } from './fields';
import { searchHints } from './hints';
import { nextSteps } from './next-steps';
import type { ConnectedPlatform, Found, Questions } from '../../core/platform';
import { FieldValues } from '../common/field-values';
import { recordingOutput } from '../common/output';
import { runPerItem } from '../common/per-item';
import { reportSearch } from '../common/search-report';
import { onlyItsOperations } from '../common/operations';
import { showHints } from '../common/hints';
import {
	filterChoices,
	platformCredentials,
	platformField,
	platformOf,
	shortNames,
	signInFields,
} from '../platforms';
import { Connections } from '../platforms/connections';
import type { NodePlatform } from '../platforms/platform';
import { recentRecordings } from '../platforms/recent-recordings';

export class SearchRecordings implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Search Recordings',
		name: 'searchRecordings',
		icon: { light: 'file:searchRecordings.svg', dark: 'file:searchRecordings.dark.svg' },
		group: ['input'],
		...onlyItsOperations,
		subtitle: `={{ ${shortNames()}[$parameter["platform"]] + ($parameter["operation"] === "get" ? ": get by ID" : ": search") }}`,
		description: 'Find call recordings of NICE CXone or Genesys Interaction Recording (GIR)',
		defaults: { name: 'Search Recordings' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Finds call recordings by time, number, agent and more. Its items hold metadata, not files. Always set a time, and leave Return All off unless every recording is needed: each page is an API call.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-call-recordings.downloadMedia',
					relationHint:
						'Fetches the files of what was found; needs no configuration but platform and credential',
				},
				{
					nodeType: 'n8n-nodes-call-recordings.recordingTrigger',
					relationHint:
						'Use it instead of a schedule with a search to work on each new recording once',
				},
			],
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: platformCredentials(),
		properties: [platformField(), ...signInFields(), ...fields()],
	};

	methods = {
		listSearch: { recentRecordings: recentRecordings() },
		loadOptions: filterChoices(),
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const options = { signal: this.getExecutionCancelSignal(), nextSteps };
		return await Connections.during(this, options, async (connections) => {
			const searches: Found[] = [];
			const searchFor = async (item: number): Promise<INodeExecutionData[]> => {
				const values = FieldValues.ofItem(this, item);
				const chosen = platformOf(values);
				// All fields are read before the sign-in: what is filled in wrongly costs no request.
				const ask = askOf(chosen, values);
				const jsonOf = recordingOutput(values);
				const found = await ask(await connections.to(chosen, values));
				if (values.choice('operation') === 'search') {
					reportSearch(this, item, found);
					searches.push(found);
				}
				return found.rows.map((row) => ({ json: jsonOf(found, row), pairedItem: { item } }));
			};
			const items = await runPerItem(this, searchFor, { nextSteps });
			showHints(this, 'info', searchHints(searches));
			return [items];
		});
	}
}

/** What an item asks of its platform. */
function askOf(
	{ search, conditions }: NodePlatform,
	values: FieldValues,
): (platform: ConnectedPlatform<Questions>) => Promise<Found> {
	if (values.choice('operation') === 'get') {
		const id = values.linkedId('recordingId');
		const question = search.readGet(values);
		return async (platform) => await platform.get(id, question);
	}
	const question = search.read(values);
	const choice = readChoice(values, conditions(values));
	return async (platform) => await platform.search(question, choice);
}
