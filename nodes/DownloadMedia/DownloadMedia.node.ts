import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

import { deliverAll } from './deliver';
import { fields } from './fields';
import { runSettings } from './settings';
import { cancellable } from '../../core/context';
import { FieldValues } from '../common/field-values';
import { onlyItsOperations } from '../common/operations';
import { platformCredentials, shortNames } from '../platforms';
import { Connections } from '../platforms/connections';
import { MIXED } from '../platforms/platform';
import { recentRecordings } from '../platforms/recent-recordings';

export class DownloadMedia implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Download Media',
		name: 'downloadMedia',
		icon: { light: 'file:downloadMedia.svg', dark: 'file:downloadMedia.dark.svg' },
		group: ['input'],
		...onlyItsOperations,
		subtitle: `={{ ${shortNames({ [MIXED]: 'Mixed' })}[$parameter["platform"]] + ($parameter["source"] === "id" ? ": by ID" : ": from input item") }}`,
		description:
			'Download the audio or video of call recordings of NICE CXone or Genesys (GIR) as files, checked to be whole',
		defaults: { name: 'Download Media' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Fetches the audio, video or transcript of recordings as verified binary files. Connect it behind Search Recordings or Call Recording Trigger; by ID only where no such item is at hand.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-call-recordings.searchRecordings',
					relationHint: 'Finds the recordings whose files are wanted',
				},
				{
					nodeType: 'n8n-nodes-base.awsS3',
					relationHint: 'Stores the files as a stream; use the path of each item as the file name',
				},
			],
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: platformCredentials(MIXED),
		properties: fields(),
	};

	methods = { listSearch: { recentRecordings: recentRecordings() } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.getInputData().length === 0) return [[]];
		const settings = runSettings(FieldValues.ofItem(this, 0));
		const { signal, cancel } = cancellable(this);
		const { idleTimeoutMs } = settings;
		return await Connections.during(this, { idleTimeoutMs, signal }, async (connections) => {
			return [await deliverAll(this, connections, settings, cancel)];
		});
	}
}
