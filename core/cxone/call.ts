import { NodeOperationError, UserError } from 'n8n-workflow';

import {
	adviceOf,
	FAMILIES,
	rowOf,
	type Answer,
	type Asked,
	type CallName,
	type Family,
	type Route,
} from './calls';
import { adviseWithoutRecordingApi, saysNoSuchApi } from './errors';
import type { CxoneCredentialType, SignIn } from './sign-in';
import { sharedBudget, type RequestBudget } from '../http/budget';
import { clock } from '../http/clock';
import { compareClocks } from '../http/clock-difference';
import { eitherSignal } from '../http/deadline';
import { networkError, parseReply, replyError, type RequestDescription } from '../http/errors';
import { NetworkFailure } from '../http/network-failure';
import { withReason } from '../http/reason';
import { quote } from '../http/redact';
import { requestLoop, type Reply, type RequestLoopOptions } from '../http/retry';
import { pathPart, sendThroughN8n, type HelperRequest } from '../http/send';
import type { Connection } from '../http/transport';

/** A tenant that a credential is signed in to, and what requests to it go out with. */
export interface Tenant {
	/** Its transport is needed for a GET with a body only, which no declarative node sends. */
	connection: Pick<Connection, 'context' | 'signal' | 'waits'> &
		Partial<Pick<Connection, 'transport'>>;
	credentialType: CxoneCredentialType;
	signIn: SignIn;
	/** What a builder set for requests in the panel, and an administrator in the credential. */
	settings?: Pick<
		HelperRequest,
		'timeoutMs' | 'proxy' | 'allowedDomains' | 'allowUnauthorizedCerts'
	>;
}

/** How long and with whom a call waits. `signal` ends the waits; the connection's own also what is under way. */
export type CallOptions = Pick<RequestLoopOptions, 'connectionSlot' | 'patienceMs' | 'signal'>;

/** A success: what it holds, and with which status it came. */
export interface Answered<Name extends CallName> {
	answer: Answer<Name>;
	status: number;
}

/**
 * Makes a call to CXone: signed in, within the tenant's budget, once more with a new token after a 401, and again while
 * that is safe and promising.
 *
 * @returns what a success holds
 * @throws NodeApiError or NodeOperationError, ready to be shown, for all else; see `OUTCOME_UNKNOWN`
 */
export async function call<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	asked: Asked<Name>,
	options: CallOptions = {},
): Promise<Answered<Name>> {
	return await understood(tenant, name, await replyTo(tenant, name, asked, options));
}

/**
 * The first half of `call`, for whoever has to look at a refusal.
 *
 * @returns the last answer, whatever its status
 * @throws NodeApiError when none came
 */
export async function replyTo<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	asked: Asked<Name>,
	options: CallOptions = {},
): Promise<Reply> {
	try {
		return await exchange(tenant, name, asked, options);
	} catch (error) {
		if (!(error instanceof NetworkFailure)) throw error;
		const advice = error.maybeSent ? rowOf(name).unknown : undefined;
		throw networkError(descriptionOf(tenant, name), error, advice);
	}
}

/** @throws UserError when an ID would lead to another path */
export function assertIds({ ids = {} }: { ids?: Record<string, string> }): void {
	Object.values(ids).forEach(pathPart);
}

/**
 * NICE documents access keys for all its APIs and OAuth2 for the Recording API ("Downloading Call Recordings
 * Programmatically via the NICE CXone API").
 *
 * @throws UserError when OAuth2 is not for this call
 */
function assertSignInFits({ credentialType }: Tenant, name: CallName): void {
	const { family, doing } = rowOf(name);
	if (credentialType !== 'cxoneOAuth2Api' || family === 'recordingApi') return;
	throw new UserError(`With OAuth2, CXone cannot be asked to ${doing}`, {
		description:
			"Nothing was sent. OAuth2 is for recordings of the Recording API only; all else takes an access key. Choose a 'CXone Access Key API' credential.",
	});
}

/** @throws NetworkFailure when no answer came */
async function exchange<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	asked: Asked<Name>,
	options: CallOptions = {},
): Promise<Reply> {
	assertIds(asked);
	assertSignInFits(tenant, name);
	const { signIn, connection } = tenant;
	const { later, unknown } = rowOf(name);
	const signal = eitherSignal(connection.signal, options.signal);
	const budget = budgetOf(signIn, name);
	let renewed = false;
	const attempt = async (): Promise<Reply> => {
		const token = await signIn.token();
		const reply = await sendInForm(tenant, name, asked, token);
		if (reply.status !== 401 || renewed) return reply;
		renewed = true;
		const newToken = await signIn.token(token);
		// It takes from the budget like any other.
		await budget?.take(signal, connection.waits);
		return await sendInForm(tenant, name, asked, newToken);
	};
	const loop = {
		...options,
		signal,
		attempt,
		repeatable: unknown === undefined,
		budget,
		waits: connection.waits,
		comeBackLater: new Set(later),
	};
	return await requestLoop(loop);
}

/** The second half of `call`: what an answer holds, or the error that explains it. */
export async function understood<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	reply: Reply,
): Promise<Answered<Name>> {
	const { schema, success = [], givesLink, unknown, family } = rowOf(name);
	const requested = descriptionOf(tenant, name);
	compareClocks(tenant.connection.context, 'CXone', tenant.signIn.tenant, reply);
	const redirect = givesLink === true ? redirectOf(reply) : undefined;
	if (reply.status !== 200 && redirect === undefined && !success.includes(reply.status)) {
		if (family === 'recordingApi' && (await lacksRecordingApi(tenant, name, reply)))
			throw withoutRecordingApi(tenant, name, reply);
		throw replyError(requested, reply, adviceOf(name, reply.status));
	}
	if (family === 'recordingApi') offering.add(tenant.signIn.tenant);
	// A sign-in page of a proxy, for example: it does not say that anything was done.
	if (unknown !== undefined && !schema.safeParse(reply.body).success)
		throw replyError(requested, reply, unknown);
	return {
		answer: parseReply(requested, schema, redirect ?? reply.body) as Answer<Name>,
		status: reply.status,
	};
}

/** What an error message about a call is made of. */
function descriptionOf({ connection }: Tenant, name: CallName): RequestDescription {
	return { node: connection.context.getNode(), vendor: 'CXone', doing: rowOf(name).doing };
}

/** "When downloading, the API transfers a link": whether as `redirectUrl` or as an HTTP redirect no document says. */
function redirectOf({ status, headers }: Reply): { redirectUrl: string } | undefined {
	return status >= 300 && status < 400 && headers.location !== undefined
		? { redirectUrl: headers.location }
		: undefined;
}

/**
 * The budget a call takes from, shared by all nodes of this process for the tenant; undefined where there is no limit.
 * A number that is no limit (an expression can make it 0, or no number at all) leaves the usual one in force.
 */
function budgetOf(signIn: SignIn, name: CallName): RequestBudget | undefined {
	const { family } = rowOf(name);
	if (family === undefined) return undefined;
	const { windowMs, field, usual }: Family = FAMILIES[family];
	const entered = Math.floor(Number(field === undefined ? usual : signIn.limits[field]));
	const limit = entered >= 1 && Number.isFinite(entered) ? entered : usual;
	return sharedBudget(`${signIn.tenant}|${family}`, windowMs, limit, signIn.account);
}

/** Which form of its calls a tenant was seen to know, and until when that is taken for granted; epoch milliseconds. */
const forms = new Map<string, { isOther: boolean; until: number }>();
/** A tenant may be moved to another form: then this is as long as it takes n8n to see it. */
const REMEMBER_FORM_MS = 86_400_000;

/** Of a path that a gateway does not know nothing was done: so a call that has two forms is sent in the other one, too. */
async function sendInForm<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	asked: Asked<Name>,
	token: string,
): Promise<Reply> {
	const row = rowOf(name);
	if (row.otherForm === undefined) return await send(tenant, name, row, asked, token);
	const key = tenant.signIn.tenant;
	const seen = forms.get(key);
	if (seen !== undefined && seen.until > clock.now())
		return await send(tenant, name, seen.isOther ? row.otherForm : row, asked, token);
	const reply = await send(tenant, name, row, asked, token);
	const other = saysNoSuchApi(reply)
		? await send(tenant, name, row.otherForm, asked, token)
		: undefined;
	const isOther = other !== undefined && !saysNoSuchApi(other);
	const answer = isOther ? other : reply;
	if (answer.status < 300) forms.set(key, { isOther, until: clock.now() + REMEMBER_FORM_MS });
	return answer;
}

async function send<Name extends CallName>(
	tenant: Tenant,
	name: Name,
	route: Route,
	asked: Asked<Name>,
	token: string,
): Promise<Reply> {
	const { connection, credentialType, signIn, settings } = tenant;
	const { method, bodyInGet } = rowOf(name);
	const { ids, query = {}, body }: Pick<HelperRequest, 'ids' | 'query' | 'body'> = asked as object;
	if (bodyInGet === true) {
		return await connection.transport!.json({
			url: `${signIn.apiBaseUrl}${route.path}`,
			headers: { accept: 'application/json', authorization: `Bearer ${token}` },
			json: body,
			allowInsecureHttp: signIn.allowInsecureHttp,
		});
	}
	return await sendThroughN8n(connection, {
		credentialType,
		credentialData: await signIn.credentialData(),
		method,
		baseUrl: signIn.apiBaseUrl,
		path: route.path,
		ids,
		query: Object.fromEntries(
			Object.entries(query).flatMap(([key, value]) =>
				value === undefined ? [] : [[route.query![key], value]],
			),
		),
		body,
		...settings,
	});
}

/** Tenants that have answered as the Recording API does. */
const offering = new Set<string>();

/**
 * Whether a refusal means that the tenant has no Recording API at all. "Not found" of one recording tells only together
 * with the path of the search, which is asked once for a tenant.
 */
async function lacksRecordingApi(tenant: Tenant, name: CallName, reply: Reply): Promise<boolean> {
	if (!saysNoSuchApi(reply)) return false;
	if (name === 'searchRecordings' || (reply.status !== 404 && reply.status !== 410)) return true;
	const key = tenant.signIn.tenant;
	if (offering.has(key)) return false;
	try {
		const known = await exchange(tenant, 'searchRecordings', {
			body: { filters: [], sort: [], page: 1, pageSize: 1 },
		});
		const lacks = saysNoSuchApi(known);
		if (!lacks && known.status < 500) offering.add(key);
		return lacks;
	} catch (error) {
		if (error instanceof NetworkFailure) return false;
		throw error;
	}
}

/** No NodeApiError: its status would read like "no such recording". */
function withoutRecordingApi(
	{ connection }: Tenant,
	name: CallName,
	reply: Reply,
): NodeOperationError {
	const { message, description, reason } = adviseWithoutRecordingApi(name);
	const said = quote(reply.body);
	const error = new NodeOperationError(connection.context.getNode(), message, {
		description: `${description} ${said === '' ? '' : `CXone said: "${said}" `}(HTTP ${reply.status})`,
	});
	return withReason(error, reason, description);
}
