import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import { nextSteps } from './next-steps';
import {
	statusRecord,
	untilTakenEffect,
	type Command,
	type CommandRecord,
} from '../../core/cxone/record-control';
import { routingLoop, type MakeCall } from '../../core/cxone/routing-loop';
import { clock } from '../../core/http/clock';
import { unreadableIn } from '../../core/http/sourced';
import { isoTime } from '../../core/recording';
import { AuditTrail, type AuditOptions } from '../common/audit';
import { FieldValues } from '../common/field-values';

interface Options extends AuditOptions {
	waitSeconds?: unknown;
	waitUntilDone?: boolean;
}

/** A call lasts minutes: what is not done by then will not be. */
export const DEFAULT_WAIT_SECONDS = 60;

/** The request loop of Record Control. Commands to the same agent's call go out one after the other, in the items' order. */
export const controlLoop = routingLoop({
	nextSteps,
	inOrderOf: (context) => String(context.getNodeParameter('userId', '')),
	work: async (context, makeCall, signal) => {
		const operation = context.getNodeParameter('operation') as Command | 'getRecordingStatus';
		const fields = FieldValues.ofRouted(context);
		const userId = fields.requiredText('userId', 'User ID');
		const options = context.getNodeParameter('options', {}) as Options;
		// Before anything is sent: a slip in the hash must not come to light when the command is carried out.
		const trail = AuditTrail.of(context, options);
		const waitMs =
			fields.number(options.waitSeconds ?? DEFAULT_WAIT_SECONDS, 'Wait at Most (Seconds)', {
				min: 0,
			}) * 1000;
		const askStatus = async () =>
			(await makeCall('getRecordingStatus', { query: { userId } }, waitMs)).answer;
		if (operation === 'getRecordingStatus')
			return [{ json: trail.add(asJson(statusRecord(userId, await askStatus()))) }];
		const record = await carryOut(context, operation, userId, makeCall, waitMs);
		if (options.waitUntilDone === true) {
			const status = await untilTakenEffect(operation, askStatus, waitMs, signal);
			record.outcome = 'confirmed';
			record.contactId ??= status.contactId ?? null;
		}
		return [{ json: trail.add(asJson(record)) }];
	},
});

async function carryOut(
	context: IExecuteSingleFunctions,
	operation: Command,
	userId: string,
	makeCall: MakeCall,
	patienceMs: number,
): Promise<CommandRecord> {
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
		outcome: status === 202 ? 'accepted' : 'done',
		httpStatus: status,
		contactId: said.contactId ?? null,
		note: said.description ?? null,
		at: isoTime(clock.now())!,
		...unreadableIn(said),
	};
}

function asJson(record: object): IDataObject {
	return { ...record } as IDataObject;
}
