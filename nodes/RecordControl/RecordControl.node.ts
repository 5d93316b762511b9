import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteSingleFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { fields, waitField } from './fields';
import { nextSteps } from './next-steps';
import { statusRecord, untilTakenEffect, type Command } from '../../core/cxone/record-control';
import { routingLoop, type MakeCall } from '../../core/cxone/routing-loop';
import { clock } from '../../core/http/clock';
import { unreadableIn } from '../../core/http/sourced';
import { iso } from '../../core/times';
import { AuditTrail } from '../common/audit';
import { FieldValues } from '../common/field-values';
import { onlyItsOperations } from '../common/operations';

/** Commands to the same agent's call go out one after the other, in the items' order. */
const controlLoop = routingLoop({
	nextSteps,
	inOrderOf: (context) => String(context.getNodeParameter('userId', '')),
	work: async (context, makeCall, signal) => {
		const operation = context.getNodeParameter('operation') as Command | 'getRecordingStatus';
		const values = FieldValues.ofRouted(context);
		const userId = values.requiredText('userId', 'User ID');
		const options = values.collection('options');
		// Before anything is sent: a slip in the hash must not come to light when the command is carried out.
		const trail = AuditTrail.of(context, options);
		const waitMs = values.entry(waitField) * 1000;
		const askStatus = async () =>
			(await makeCall('getRecordingStatus', { query: { userId } }, waitMs)).answer;
		if (operation === 'getRecordingStatus')
			return [{ json: trail.add(statusRecord(userId, await askStatus())) }];
		const record = await carryOut(context, operation, userId, makeCall, waitMs);
		if (options.waitUntilDone !== true) return [{ json: trail.add(record) }];
		const status = await untilTakenEffect(operation, record.contactId, askStatus, waitMs, signal);
		const contactId = record.contactId ?? status.contactId ?? null;
		return [{ json: trail.add({ ...record, outcome: 'confirmed', contactId }) }];
	},
});

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

/** Gives a command; what CXone said is a line that a compliance log can keep. */
async function carryOut(
	context: IExecuteSingleFunctions,
	operation: Command,
	userId: string,
	makeCall: MakeCall,
	patienceMs: number,
) {
	const mediaType =
		operation === 'startRecording' ? String(context.getNodeParameter('mediaType')) : undefined;
	const { answer: said, status } = await makeCall(
		operation,
		{ query: { userId, mediaType } },
		patienceMs,
	);
	return {
		operation,
		userId,
		...(mediaType !== undefined && { mediaType }),
		// CXone is carrying it out, or says that it has.
		outcome: status === 202 ? 'accepted' : 'done',
		httpStatus: status,
		contactId: said.contactId ?? null,
		note: said.description ?? null,
		at: iso(clock.now()),
		...unreadableIn(said),
	};
}
