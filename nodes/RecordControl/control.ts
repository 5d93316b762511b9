import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';

import { describeCxoneRequest } from '../../core/cxone/calls';
import { adviseUncertain } from '../../core/cxone/errors';
import {
	commandReply,
	statusPath,
	statusRecord,
	statusReply,
	untilTakenEffect,
	userQuery,
	type ApiForm,
	type Command,
	type CommandRecord,
	type StatusReply,
} from '../../core/cxone/record-control';
import { routingLoop, type RoutedRequest, type Send } from '../../core/cxone/routing-loop';
import { clock } from '../../core/http/clock';
import { parseReply, replyError } from '../../core/http/errors';
import { isoTime } from '../../core/recording';
import { FieldValues } from '../common/field-values';

interface Options {
	apiForm?: ApiForm;
	waitSeconds?: unknown;
	waitUntilDone?: boolean;
}

/** A call lasts minutes: what is not done by then will not be. */
export const DEFAULT_WAIT_SECONDS = 60;

/** The request loop of Record Control. Commands to the same agent's call go out one after the other, in the items' order. */
export const controlLoop = routingLoop({
	inOrderOf: (context) => String(context.getNodeParameter('userId', '')),
	work: async (context, request, send, signal) => {
		const operation = context.getNodeParameter('operation') as Command | 'getRecordingStatus';
		const fields = FieldValues.ofRouted(context);
		const userId = fields.requiredText('userId', 'User ID');
		const options = context.getNodeParameter('options', {}) as Options;
		const form = options.apiForm ?? 'current';
		const waitMs = fields.number(options.waitSeconds ?? DEFAULT_WAIT_SECONDS, 'Wait at Most (Seconds)', { min: 0 }) * 1000;
		const askStatus = async (): Promise<StatusReply> => {
			const question: RoutedRequest = { method: 'GET', path: statusPath(form), query: userQuery(form, userId) };
			const reply = await send(question, { call: 'getRecordingStatus', repeatable: true, patienceMs: waitMs });
			return parseReply(describeCxoneRequest(context.getNode(), 'getRecordingStatus'), statusReply, reply.body);
		};
		if (operation === 'getRecordingStatus') return [asItem(statusRecord(userId, await askStatus()))];
		const command: RoutedRequest = { ...request, query: { ...request.query, ...userQuery(form, userId) } };
		const record = await carryOut(context, operation, userId, command, send, waitMs);
		if (options.waitUntilDone === true) {
			const status = await untilTakenEffect(operation, askStatus, waitMs, signal);
			record.outcome = 'confirmed';
			record.contactId ??= status.contactId ?? null;
		}
		return [asItem(record)];
	},
});

async function carryOut(
	context: IExecuteSingleFunctions,
	operation: Command,
	userId: string,
	command: RoutedRequest,
	send: Send,
	patienceMs: number,
): Promise<CommandRecord> {
	const reply = await send(command, { call: operation, repeatable: false, patienceMs });
	const answer = commandReply.safeParse(reply.body);
	// A sign-in page of a proxy, for example: it does not say that anything was done.
	if (!answer.success) throw replyError(describeCxoneRequest(context.getNode(), operation), reply, () => adviseUncertain(operation));
	const said = answer.data;
	return {
		operation,
		userId,
		...(operation === 'startRecording' && { mediaType: String(command.query.mediaType) }),
		outcome: reply.status === 202 ? 'accepted' : 'done',
		httpStatus: reply.status,
		contactId: said.contactId ?? null,
		note: said.description ?? null,
		at: isoTime(clock.now())!,
	};
}

function asItem(record: object): INodeExecutionData {
	return { json: record as IDataObject };
}
