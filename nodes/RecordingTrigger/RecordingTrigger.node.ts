import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';

import { fields } from './fields';
import { newRecordings, sampleRecordings } from './new-recordings';
import { toNodeError } from '../../core/http/errors';
import { filterChoices, platformCredentials, shortNames } from '../platforms';

export class RecordingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Call Recording Trigger',
		name: 'recordingTrigger',
		icon: { light: 'file:recordingTrigger.svg', dark: 'file:recordingTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: `={{ ${shortNames()}[$parameter["platform"]] + ($parameter["api"] === "dataExtraction" && $parameter["platform"] === "cxone" ? ": Data Extraction" : "") }}`,
		description:
			'Starts the workflow once for each call recording that becomes available in NICE CXone or Genesys Interaction Recording (GIR)',
		defaults: { name: 'Call Recording Trigger' },
		eventTriggerDescription: 'Waiting for a recording to become available',
		triggerPanel: {
			header: 'Listen for recordings',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, fetch a test event: the newest recordings that are available, without changing what the published trigger knows.<br /><br /><b>Once published</b>, the trigger looks as often as 'Poll Times' says, and each time back over the last hours: a recording appears some time after its call began. Each is handed over once.",
				active:
					"<b>While building your workflow</b>, fetch a test event: the newest recordings that are available, without changing what the published trigger knows.<br /><br /><b>The published trigger</b> looks as often as 'Poll Times' says, and each time back over the last hours: a recording appears some time after its call began. Each is handed over once; executions show in the list of executions, not here.",
			},
		},
		builderHint: {
			searchHint:
				'Starts a workflow once for each call recording that became available on NICE CXone or Genesys Interaction Recording (GIR). Its items hold metadata, not files: put Download Media behind it for the audio.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-call-recordings.downloadMedia',
					relationHint:
						'Fetches the files of the recordings; needs no configuration but platform and credential',
				},
				{
					nodeType: 'n8n-nodes-base.dataTable',
					relationHint: 'A ledger of what was stored, for a nightly check that nothing is missing',
				},
			],
		},
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: platformCredentials(),
		properties: fields(),
	};

	methods = { loadOptions: filterChoices() };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			const items =
				this.getMode() === 'manual' ? await sampleRecordings(this) : await newRecordings(this);
			return items.length === 0 ? null : [items];
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		}
	}
}
