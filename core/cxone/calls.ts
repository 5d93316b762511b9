import type { INode } from 'n8n-workflow';

import type { SignIn } from './sign-in';
import { sharedBudget, type RequestBudget } from '../http/budget';
import type { RequestDescription } from '../http/errors';
import { requestLoop, type Reply, type RequestLoopOptions } from '../http/retry';

/** Families of calls that share a request budget; windows in milliseconds. */
const FAMILIES: Record<string, { windowMs: number; field?: string; usual: number }> = {
	mediaPlayback: { windowMs: 300_000, field: 'mediaPlaybackPer5Minutes', usual: 150 },
	recordingApi: { windowMs: 60_000, field: 'recordingApiPerMinute', usual: 50 },
	/** One start in 30 seconds for a tenant, whatever the contract (NICE help, "Data Extraction API"). */
	dataExtraction: { windowMs: 30_000, usual: 1 },
};

interface Call {
	/** Its budget; none where NICE publishes no limit. */
	family?: 'mediaPlayback' | 'recordingApi' | 'dataExtraction';
	/** What it does, in words that fit behind "asked to". */
	doing: string;
	/** Statuses with which CXone asks to come back later with the same request. */
	later?: ReadonlySet<number>;
}

/** 202 "in process" and 425 "locked": the same request is answered a little later ("Media Playback APIs", responses). */
const IN_PROCESS_OR_LOCKED: ReadonlySet<number> = new Set([202, 425]);
/** Of the commands to a live call, 202 means accepted: only the locked one has not run ("Record on Demand APIs", responses). */
const LOCKED: ReadonlySet<number> = new Set([425]);

/** Every call to CXone that the nodes make. */
const CALLS = {
	searchRecordings: { family: 'recordingApi', doing: 'search recordings' },
	getRecording: { family: 'recordingApi', doing: 'get a recording' },
	getDownloadLink: { family: 'recordingApi', doing: 'give a download link' },
	getContact: { family: 'mediaPlayback', doing: 'get a contact', later: IN_PROCESS_OR_LOCKED },
	getSegment: { family: 'mediaPlayback', doing: 'get a segment', later: IN_PROCESS_OR_LOCKED },
	getStatement: { family: 'mediaPlayback', doing: 'get a statement', later: IN_PROCESS_OR_LOCKED },
	startExtraction: { family: 'dataExtraction', doing: 'extract metadata' },
	getExtractionJob: { doing: 'tell how the extraction is going' },
	getExtractionResult: { doing: 'hand out the extracted metadata' },
	startRecording: { doing: 'start recording', later: LOCKED },
	stopRecording: { doing: 'stop recording', later: LOCKED },
	doNotRecord: { doing: 'not record this contact', later: LOCKED },
	mask: { doing: 'mask the recording', later: LOCKED },
	unmask: { doing: 'unmask the recording', later: LOCKED },
	getRecordingStatus: { doing: 'tell the recording status', later: IN_PROCESS_OR_LOCKED },
} as const satisfies Record<string, Call>;

export type CallName = keyof typeof CALLS;

/** Statuses with which CXone asks to send the same request again a little later; undefined where there are none. */
function comeBackLater(call: CallName): ReadonlySet<number> | undefined {
	const { later }: Call = CALLS[call];
	return later;
}

/**
 * The budget a call takes from, shared by all nodes of this process for the tenant; undefined where there is no limit.
 * A number that is no limit (an expression can make it 0, or no number at all) leaves the usual one in force.
 */
function budgetOf(signIn: SignIn, call: CallName): RequestBudget | undefined {
	const { family }: Call = CALLS[call];
	if (family === undefined) return undefined;
	const { windowMs, field, usual } = FAMILIES[family];
	const entered = Math.floor(Number(field === undefined ? usual : signIn.limits[field]));
	const limit = entered >= 1 && Number.isFinite(entered) ? entered : usual;
	return sharedBudget(`${signIn.tenant}|${family}`, windowMs, limit, signIn.account);
}

/**
 * Makes a call: signed in, within the tenant's budget, and again while that is safe and promising. After a 401 it is sent
 * once more, with a new token; that request takes from the budget like any other.
 *
 * @param send one request with this token
 * @returns the last answer, whatever its status
 * @throws NetworkFailure when none came
 */
export async function ask(
	signIn: SignIn,
	call: CallName,
	send: (token: string) => Promise<Reply>,
	manner: Pick<RequestLoopOptions, 'repeatable' | 'connectionSlot' | 'patienceMs' | 'signal'>,
): Promise<Reply> {
	const budget = budgetOf(signIn, call);
	let renewed = false;
	const attempt = async (): Promise<Reply> => {
		const token = await signIn.token();
		const reply = await send(token);
		if (reply.status !== 401 || renewed) return reply;
		renewed = true;
		const newToken = await signIn.token(token);
		await budget?.take(manner.signal);
		return await send(newToken);
	};
	return (await requestLoop({ ...manner, attempt, budget, comeBackLater: comeBackLater(call) })).reply;
}

/** Whether a call belongs to the Recording API. */
export function isRecordingApi(call: CallName): boolean {
	return (CALLS[call] as Call).family === 'recordingApi';
}

/** Whether an answer says that a command was taken on and is being carried out. */
export function isAccepted(call: CallName, reply: Reply): boolean {
	return reply.status === 202 && comeBackLater(call)?.has(202) !== true;
}

/** What an error message about a call is made of. */
export function describeCxoneRequest(node: INode, call: CallName): RequestDescription {
	return { node, vendor: 'CXone', operation: call, doing: CALLS[call].doing };
}

/** Whether the call may answer with a link to media, and so with a redirect to it. */
export function givesLink(call: CallName): boolean {
	return call === 'getContact' || call === 'getSegment' || call === 'getStatement';
}

/** "When downloading, the API transfers a link": whether as `redirectUrl` or as an HTTP redirect no document says. */
export function isLinkRedirect(reply: Reply): boolean {
	return reply.status >= 300 && reply.status < 400 && reply.headers.location !== undefined;
}

/** The body of an answer; a redirect reads like the other form of a link. */
export function redirectAsLink(reply: Reply): unknown {
	return isLinkRedirect(reply) ? { redirectUrl: reply.headers.location } : reply.body;
}
