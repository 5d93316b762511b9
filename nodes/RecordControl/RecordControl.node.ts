import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

import { controlLoop } from './control';
import { fields } from './fields';
import { onlyItsOperations } from '../common/operations';

export class RecordControl implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Record Control (CXone)',
		name: 'recordControl',
		icon: { light: 'file:recordControl.svg', dark: 'file:recordControl.dark.svg' },
		group: ['output'],
		...onlyItsOperations,
		subtitle:
			'={{ "CXone: " + { startRecording: "start", stopRecording: "stop", doNotRecord: "do not record", mask: "mask", unmask: "unmask", getRecordingStatus: "get recording status" }[$parameter["operation"]] }}',
		description:
			'Start, stop, forbid or mask the recording of a live call in NICE CXone, and see its status',
		defaults: { name: 'Record Control (CXone)' },
		// No tool for AI agents, on purpose: a model that misreads a conversation could stop or forbid a recording that the
		// law wants kept, and 'Do Not Record' cannot be taken back. A person connects this node.
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'cxoneAccessKeyApi', required: true }],
		// The request loop makes the call: see CALLS in core/cxone/calls.ts.
		requestDefaults: {},
		requestOperations: { pagination: controlLoop },
		properties: fields,
	};
}
