import { randomUUID } from 'node:crypto';

import { Collection } from '../collection';
import { Refusal, type Reply, type SimulatedRequest } from '../http';
import { only } from './auth';
import type { TenantState } from './state';
import type { Principal } from './types';

const SERVICE = '/interaction-recording-management-service/';

/** A call in progress as a test describes it. */
export interface NewLiveCall {
	contactId?: string;
	segmentId?: string;
	/** Agents on the call by user ID; the first got it first. */
	userIds: string[];
	/** Between two agents: masking is refused with 422. */
	internal?: boolean;
	/** Whether a recording policy records it. Defaults to true. */
	recordedByPolicy?: boolean;
	/** Status codes of the next replies about this call, used up one a request: 202, 409, 425, 500, 504. */
	answers?: number[];
}

/** A call in progress and what became of its recording. Change its members at any time. */
export interface LiveCall {
	contactId: string;
	segmentId: string;
	interactionId: string;
	userIds: string[];
	internal: boolean;
	recording: boolean;
	/** Whether anything of the call has been recorded so far. */
	everRecorded: boolean;
	mediaType: 'voice' | 'voiceAndScreen';
	masked: boolean;
	/** The customer declined: nothing can start a recording of this contact any more. */
	doNotRecord: boolean;
	reason:
		'Policy' | 'Hold' | 'RecordOnDemand' | 'BusinessData' | 'StopOnDemand' | 'CustomerDisconsent';
	answers: number[];
	/** Every operation that was carried out, in order. */
	operations: string[];
	/** An accepted operation that has not taken effect yet; until ms. */
	pending?: { until: number; apply: () => void };
}

type Operation =
	'start-recording-on-demand' | 'stop-recording-on-demand' | 'do-not-record' | 'mask' | 'unmask';

const DONE: Record<Operation, string> = {
	'start-recording-on-demand': 'Start recording on demand request began',
	'stop-recording-on-demand': 'Stop recording on demand request began',
	'do-not-record': 'Do not record request was started',
	mask: 'Mask request was started',
	unmask: 'Unmask request was started',
};

/**
 * Record on demand, masking and the recording status of live calls. Semantics and status codes after the CXone help pages
 * "Record on Demand APIs" and that of mask and unmask; paths, `userId` and the status reply after the vendor's published
 * OpenAPI description. The help page's own samples have an older form, without `/v1` and with `user-id`.
 */
export class RecordControl {
	/** Which form of path and parameter the tenant accepts; a request in the other form is not routed (404). */
	forms: 'current' | 'older' | 'both' = 'current';
	/**
	 * ms an operation takes. Above 0 it is answered 202, takes effect after that time, and meanwhile the call is locked
	 * (425) for every other operation.
	 */
	processingMs = 0;
	/** Calls in progress by contact ID. Remove one when it ends. */
	readonly calls: Collection<NewLiveCall, LiveCall>;

	constructor(private readonly tenant: TenantState) {
		this.calls = new Collection(
			(given: NewLiveCall): LiveCall => {
				const recorded = given.recordedByPolicy ?? true;
				return {
					contactId: given.contactId ?? String(512_350_000_000 + this.calls.list().length),
					segmentId: given.segmentId ?? randomUUID(),
					interactionId: randomUUID(),
					userIds: [...given.userIds],
					internal: given.internal ?? false,
					recording: recorded,
					everRecorded: recorded,
					mediaType: 'voice',
					masked: false,
					doNotRecord: false,
					reason: 'Policy',
					answers: [...(given.answers ?? [])],
					operations: [],
				};
			},
			(call) => call.contactId,
		);
	}

	handle(request: SimulatedRequest, principal: Principal): Reply | undefined {
		if (!request.path.startsWith(SERVICE)) return undefined;
		const rest = request.path.slice(SERVICE.length);
		const current = rest.startsWith('v1/interactions/');
		const accepted = this.forms === 'both' || this.forms === (current ? 'current' : 'older');
		const operation = current
			? rest.slice('v1/interactions/'.length)
			: rest.replace(/^interactions\//, '');
		const isStatus = operation === 'get-recording-status';
		if (!accepted || (!isStatus && !Object.hasOwn(DONE, operation)))
			return { status: 404, body: { message: 'Not Found' } };
		const wrongMethod = only(request, isStatus ? 'GET' : 'POST');
		if (wrongMethod !== undefined) return wrongMethod;

		const isMasking = operation === 'mask' || operation === 'unmask';
		const allowed = isStatus
			? principal.may('recordOnDemand') || principal.may('masking')
			: principal.may(isMasking ? 'masking' : 'recordOnDemand');
		if (!allowed)
			return outcome(403, 'The requesting user is not authorized to perform the operation');

		const userParameter = current ? 'userId' : 'user-id';
		const known =
			operation === 'start-recording-on-demand' ? [userParameter, 'mediaType'] : [userParameter];
		for (const name of request.query.keys()) {
			if (!known.includes(name) || request.query.getAll(name).length > 1)
				throw new Refusal(outcome(400, `Bad request: ${name}`));
		}
		const userId = request.query.get(userParameter);
		if (userId === null || userId === '')
			return outcome(400, `Bad request: ${userParameter} is required`);
		const mediaType = request.query.get('mediaType') ?? 'voice';
		if (mediaType !== 'voice' && mediaType !== 'voiceAndScreen')
			return outcome(400, 'Bad request: mediaType');

		// A user's latest call counts.
		const call = this.calls.list().findLast((one) => one.userIds.includes(userId));
		if (call === undefined) return outcome(404, 'No active interactions were found');
		this.settle(call, request.now);
		if (isStatus) return { status: 200, body: statusOf(call) };
		return this.operate(call, operation as Operation, mediaType, request.now);
	}

	private operate(
		call: LiveCall,
		operation: Operation,
		mediaType: LiveCall['mediaType'],
		now: number,
	): Reply {
		const queued = call.answers.shift();
		if (queued !== undefined && queued !== 202)
			return outcome(queued, ANSWERS[queued] ?? 'Error', call);
		if (call.pending !== undefined) {
			return outcome(425, 'The interaction is locked while processing a previous request', call);
		}
		const isRecordOnDemand =
			operation === 'start-recording-on-demand' || operation === 'stop-recording-on-demand';
		if (isRecordOnDemand && call.doNotRecord) {
			return outcome(
				409,
				'The customer declined to be recorded; the request cannot be executed',
				call,
			);
		}
		if (operation === 'stop-recording-on-demand' && !call.recording) {
			return outcome(409, 'The call is not being recorded; the request cannot be executed', call);
		}
		if (operation === 'mask' && call.internal)
			return outcome(422, 'Masking is not supported for internal calls', call);

		const apply = (): void => {
			call.operations.push(operation);
			carryOut(call, operation, mediaType);
		};
		if (this.processingMs > 0) {
			call.pending = { until: now + this.processingMs, apply };
			return outcome(202, 'The request was accepted and is being processed', call);
		}
		apply();
		return queued === 202
			? outcome(202, 'The request was accepted and is being processed', call)
			: outcome(200, DONE[operation], call);
	}

	private settle(call: LiveCall, now: number): void {
		if (call.pending === undefined || now < call.pending.until) return;
		const { apply } = call.pending;
		delete call.pending;
		apply();
	}

	/** The state of a user's latest call now, or undefined when the user has none. */
	callOf(userId: string): LiveCall | undefined {
		const call = this.calls.list().findLast((one) => one.userIds.includes(userId));
		if (call !== undefined) this.settle(call, this.tenant.now());
		return call;
	}
}

function carryOut(call: LiveCall, operation: Operation, mediaType: LiveCall['mediaType']): void {
	switch (operation) {
		case 'start-recording-on-demand':
			Object.assign(call, {
				recording: true,
				everRecorded: true,
				reason: 'RecordOnDemand',
				mediaType,
			});
			break;
		case 'stop-recording-on-demand':
			Object.assign(call, { recording: false, masked: false, reason: 'StopOnDemand' });
			break;
		case 'do-not-record':
			Object.assign(call, {
				recording: false,
				masked: false,
				doNotRecord: true,
				reason: 'CustomerDisconsent',
			});
			break;
		case 'mask':
			// Without a recording there is nothing to mask, and a later recording starts unmasked.
			call.masked = call.recording;
			break;
		case 'unmask':
			call.masked = false;
			break;
	}
}

function statusOf(call: LiveCall): object {
	const state = call.recording ? 'Recording' : call.everRecorded ? 'Stopped' : 'NoRecording';
	return {
		contactId: call.contactId,
		segmentId: call.segmentId,
		interactionId: call.interactionId,
		statusReason: call.masked ? 'Mask' : call.reason,
		recordingStatusToAgent: state,
		recordingStatusFromAgent: state,
	};
}

const ANSWERS: Record<number, string> = {
	409: 'The request cannot be executed due to the service state',
	425: 'The interaction is locked while processing a previous request',
	500: 'Internal server error',
	504: 'The request timed out',
};

const NAMES: Record<number, string> = {
	200: 'OK',
	202: 'ACCEPTED',
	400: 'BAD_REQUEST',
	403: 'FORBIDDEN',
	404: 'NOT_FOUND',
	409: 'CONFLICT',
	422: 'UNPROCESSABLE_ENTITY',
	425: 'TOO_EARLY',
	500: 'INTERNAL_SERVER_ERROR',
	504: 'GATEWAY_TIMEOUT',
};

// Published for the 200 of the three record-on-demand calls; taken for the other replies too.
function outcome(status: number, description: string, call?: LiveCall): Reply {
	return {
		status,
		body: {
			description,
			...(call === undefined ? {} : { contactId: call.contactId }),
			httpStatus: NAMES[status] ?? String(status),
		},
	};
}
