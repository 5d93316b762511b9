import type { Advice } from '../http/errors';
import { quote } from '../http/redact';
import type { Reply } from '../http/retry';

/** What an account needs for a call, in the words of CXone's administration. */
export interface Permission {
	/** What it may not do without, to complete "may not ___". */
	to: string;
	/** Permissions of a role, one of which is enough; none where NICE publishes no name. */
	names: readonly string[];
	/** The scope that goes with it, for OAuth2. */
	scope?: string;
	/** What else it takes. */
	besides?: string;
	/** Whether an account without it may still do this for what is its own, so that the next item may be answered otherwise. */
	exceptOwn?: boolean;
}

/** What to say to an account without a permission. */
export function mayNot({ to, names, scope, besides, exceptOwn }: Permission): Advice {
	const binding =
		scope &&
		` With OAuth2, the scope '${scope}' must be bound to the API client itself under 'Admin > Security > OAuth > API Clients'.`;
	return {
		message: `The signed-in CXone account may not ${to}`,
		description: `${names.length === 0 ? 'It needs' : `Its role needs the permission '${names.join("' or '")}'`}${besides ?? ''}.${binding ?? ''}`,
		...(exceptOwn === true && { scope: 'item' }),
	};
}

export const mayNotPlayBack: Permission = {
	to: 'play back recordings',
	names: ['Search & Playback > Player > Play/download recordings: Play Any'],
	besides:
		", and the contract the Media Playback licence (SKU). For sentiments and categories also 'Search & Playback > Player > View sentiments and categories'",
	exceptOwn: true,
};

/** 202 "in process" and 425 "locked": the same request is answered a little later ("Media Playback APIs", responses). */
export const IN_PROCESS_OR_LOCKED = {
	202: {
		message: 'CXone is still preparing this interaction',
		description: 'Try again in a few minutes.',
		reason: 'inProcess',
	},
	425: {
		message: 'CXone is still busy with an earlier request for this interaction',
		description: 'Try again in a few minutes.',
		reason: 'inProcess',
	},
} as const satisfies Record<number, Advice>;

export const NO_CALL: Advice = {
	message: 'CXone found no live interaction for this user ID',
	description: "Check that it is the agent's user ID and that the agent is on a call now.",
};

/** The reason of errors that leave open whether what was asked for was done. */
export const OUTCOME_UNKNOWN = 'outcomeUnknown';

/** What to say where a command may or may not have been carried out, by what it would have done. */
export const perhaps = (done: string): Advice => ({
	message: `It is not known whether CXone has ${done}`,
	description: 'The node did not send the command again, because it may have been carried out.',
	reason: OUTCOME_UNKNOWN,
});

/** The statuses of the commands to live calls that mean the same for all of them ("Record on Demand APIs"). */
export const recordOnDemandAdvice = {
	400: {
		message: 'CXone did not understand the command',
		description: '',
		reason: 'commandRefused',
	},
	404: NO_CALL,
	425: {
		message: 'CXone is still busy with an earlier command to this call',
		description: 'Nothing was changed.',
		reason: 'callLocked',
	},
} as const satisfies Record<number, Advice>;

/** What the host of the link to an extraction's result means by a refusal, also of a fresh link. */
export const EXPIRED_RESULT: Advice = {
	message: 'The link to the extracted metadata had expired, also a fresh one',
	description:
		'CXone gives 30 seconds to use it. Check that n8n reaches the host of the link without delay, and try again.',
};

/** Statuses with which a gateway says that it does not know the path, or not this way of asking. */
export const NO_SUCH_API: readonly number[] = [404, 405, 410, 501];

/**
 * Whether an answer may say that there is no such API: a gateway of AWS says "Missing Authentication Token" of a path that
 * it does not know. A search that finds nothing is a 200.
 */
export function saysNoSuchApi({ status, body }: Reply): boolean {
	return (
		NO_SUCH_API.includes(status) ||
		(status === 403 && /missing authentication token/i.test(quote(body)))
	);
}

/**
 * What to say in a tenant without the Recording API, by what was asked for: one guide only describes it ("Downloading Call
 * Recordings Programmatically via the NICE CXone API"), and NICE's list of services does not have it.
 */
export function adviseWithoutRecordingApi(operation: string): Advice {
	const check =
		'If the tenant should have the Recording API, check area or base URL in the credential.';
	return operation === 'searchRecordings'
		? {
				message: 'This tenant does not offer the Recording API',
				description: `Data Extraction, which needs a CXone Access Key API credential, lists recordings, too. ${check}`,
				reason: 'noRecordingApi',
			}
		: {
				message:
					'This tenant does not offer the Recording API, so nothing can be found by recording ID',
				description: `Use the ACD call ID or the segment ID instead, in Download Media, Get Contact or Get Segment. Search Recordings lists them with Data Extraction. ${check}`,
			};
}
