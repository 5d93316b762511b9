import type { BudgetWaits, RequestBudget } from './budget';
import { clock } from './clock';
import { deadlineOf } from './deadline';
import { NetworkFailure } from './network-failure';

/** One HTTP answer. `headers` has lower-case names; `body` is parsed JSON, or text where it was not JSON. */
export interface Reply {
	status: number;
	headers: Record<string, string>;
	body: unknown;
	/** Each `Set-Cookie` by itself: joined with commas, as in `headers`, they cannot be told apart. */
	setCookies?: string[];
	/** What it took to get it, where it is the last answer of a request loop. */
	effort?: { attempts: number; waitedMs: number };
}

/** How long and how often a request is repeated. Times in milliseconds. */
export interface RetryPolicy {
	maxAttempts: number;
	baseDelayMs: number;
	maxDelayMs: number;
	/** Sum of all waits between attempts; waiting for the request budget does not count, nor do refusals that it learns from. */
	maxTotalWaitMs: number;
}

/** From 2 s, doubling, as the guide "Downloading Call Recordings Programmatically via the NICE CXone API" advises. */
export const DEFAULT_RETRY: RetryPolicy = {
	maxAttempts: 6,
	baseDelayMs: 2_000,
	maxDelayMs: 60_000,
	maxTotalWaitMs: 300_000,
};

/**
 * For so many windows of its budget a request is sent again after refusals (429), if that is longer than all other waits
 * may be: one that comes to a tenant whose windows somebody else fills gets through when those requests have left them.
 */
const REFUSED_WINDOWS = 3;

const SERVER_TROUBLE = new Set([500, 502, 503, 504]);

export interface RequestLoopOptions {
	/** One exchange. Rejects with `NetworkFailure` where no answer came. */
	attempt: () => Promise<Reply>;
	/** Whether sending it twice does no harm. Others are repeated only where they certainly have not run. */
	repeatable: boolean;
	budget?: RequestBudget;
	/** Told how long the budget was waited for. */
	waits?: BudgetWaits;
	/**
	 * Runs an exchange when one of the connections that may be open at once is free. The budget is booked inside: a request
	 * that was booked and then stood in line would reach the server later than the budget believes.
	 */
	connectionSlot?: <T>(exchange: () => Promise<T>) => Promise<T>;
	/** Statuses with which the server asks to come back later, for example 202 "in process" and 425 "locked". */
	comeBackLater?: ReadonlySet<number>;
	/** Statuses that mean a lasting state here, whatever they mean elsewhere (503 = read-only database). */
	final?: ReadonlySet<number>;
	policy?: RetryPolicy;
	/**
	 * How many milliseconds to spend on waiting after answers of `comeBackLater`, however many there are. Without it they
	 * count like any other attempt.
	 */
	patienceMs?: number;
	signal?: AbortSignal;
}

const SECONDS = /^\d+(\.\d+)?$/;
/** The three forms of an HTTP date (RFC 9110, section 5.6.7) have a month and a time of day; `Date.parse` would take "1,2" for one. */
const HTTP_DATE = /[a-z]{3}.*\d\d:\d\d:\d\d/i;

/**
 * Reads `Retry-After`, in seconds or as an HTTP date. A date is counted from the answer's own `Date`: the clocks of server
 * and n8n may differ. Of several values (two proxies, each with its own) the longest counts.
 *
 * @returns milliseconds from now, or undefined where the header is missing or unreadable
 */
export function retryAfterMs(headers: Record<string, string>): number | undefined {
	const value = headers['retry-after']?.trim() ?? '';
	if (HTTP_DATE.test(value)) {
		const sentAt = Date.parse(headers.date ?? '');
		const at = Date.parse(value);
		return Number.isNaN(at)
			? undefined
			: Math.max(0, at - (Number.isNaN(sentAt) ? clock.now() : sentAt));
	}
	const values = value.split(',').map((part) => part.trim());
	if (!values.every((part) => SECONDS.test(part))) return undefined;
	return Math.ceil(Math.max(...values.map(Number)) * 1000);
}

/**
 * Exponential back-off with full jitter: anything up to the doubled delay, but never less than half the first one, which
 * would be no pause at all.
 */
function backoffMs(attempt: number, policy: RetryPolicy): number {
	const jittered =
		Math.random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
	return Math.max(Math.min(policy.baseDelayMs, policy.maxDelayMs) / 2, jittered);
}

/**
 * How long to wait before another attempt: as long as the server asks for, and never less than the back-off, for "at once",
 * a time that is past, or nonsense is no pause.
 *
 * @param askedMs what `retryAfterMs` read
 */
export function pauseMs(askedMs: number | undefined, attempt: number, policy: RetryPolicy): number {
	return Math.max(askedMs ?? 0, backoffMs(attempt, policy));
}

/**
 * Sends a request within its budget, and again while that is safe and promising.
 *
 * @returns the last answer, whatever its status, and what it took to get it
 * @throws NetworkFailure when no answer came and it may not, or need not, be sent again
 */
export async function requestLoop(options: RequestLoopOptions): Promise<Reply> {
	const policy = options.policy ?? DEFAULT_RETRY;
	let waitedMs = 0;
	let patientMs = 0;
	let patienceLeftMs = options.patienceMs ?? 0;
	let patientAttempts = 0;
	let refusedMs = 0;
	let refusals = 0;
	// A wait that would be cut short anyway is not begun: the answer there is says more than "cancelled".
	const inTime = (delayMs: number) => clock.now() + delayMs < deadlineOf(options.signal);
	for (let attempt = 1; ; attempt++) {
		const ended = (reply: Reply): Reply => ({
			...reply,
			effort: { attempts: attempt, waitedMs: waitedMs + patientMs + refusedMs },
		});
		const booked = async () => {
			const bookedAtMs = await options.budget?.take(options.signal, options.waits);
			return { bookedAtMs, outcome: await exchange(options) };
		};
		const { bookedAtMs, outcome } = await (options.connectionSlot === undefined
			? booked()
			: options.connectionSlot(booked));
		if (
			outcome.reply !== undefined &&
			isLater(options, outcome.reply) &&
			options.patienceMs !== undefined
		) {
			const asked = retryAfterMs(outcome.reply.headers);
			patientAttempts++;
			// A server that asks to come back at once is asked less and less often all the same.
			const delayMs = Math.max(
				asked ?? 0,
				Math.min(backoffMs(patientAttempts, policy), patienceLeftMs),
			);
			if (patienceLeftMs <= 0 || delayMs > patienceLeftMs) return ended(outcome.reply);
			await clock.sleep(delayMs, options.signal);
			patienceLeftMs -= delayMs;
			patientMs += delayMs;
			continue;
		}
		if (outcome.throttled && options.budget !== undefined && bookedAtMs !== undefined) {
			// The tenant's window is full, which is no fault of the request: the tenant pauses as a whole, and no attempt is used up.
			const { budget } = options;
			refusals++;
			const delayMs = pauseMs(retryAfterMs(outcome.reply.headers), refusals, policy);
			const patience = Math.max(policy.maxTotalWaitMs, REFUSED_WINDOWS * budget.windowMs);
			const goOn = inTime(delayMs) && refusedMs + delayMs <= patience;
			// An absurd Retry-After must not stop the tenant until n8n is restarted.
			const pause = goOn ? delayMs : Math.min(delayMs, policy.maxTotalWaitMs);
			budget.refused(bookedAtMs, clock.now() + pause);
			if (!goOn) return ended(outcome.reply);
			refusedMs += delayMs;
			continue;
		}
		const counted = attempt - patientAttempts - refusals;
		const delayMs = outcome.again
			? pauseMs(outcome.reply && retryAfterMs(outcome.reply.headers), counted, policy)
			: undefined;
		const mayWait =
			delayMs !== undefined &&
			inTime(delayMs) &&
			counted < policy.maxAttempts &&
			waitedMs + delayMs <= policy.maxTotalWaitMs;
		if (!mayWait) {
			if (outcome.failure) throw outcome.failure;
			return ended(outcome.reply);
		}
		await clock.sleep(delayMs, options.signal);
		waitedMs += delayMs;
	}
}

function isLater(options: RequestLoopOptions, reply: Reply): boolean {
	return options.comeBackLater?.has(reply.status) === true;
}

type Outcome = { again: boolean } & (
	| { reply: Reply; throttled: boolean; failure?: undefined }
	| { reply?: undefined; throttled: false; failure: NetworkFailure }
);

async function exchange(options: RequestLoopOptions): Promise<Outcome> {
	try {
		const reply = await options.attempt();
		const throttled = reply.status === 429;
		const again =
			throttled ||
			isLater(options, reply) ||
			(options.repeatable &&
				SERVER_TROUBLE.has(reply.status) &&
				options.final?.has(reply.status) !== true);
		return { reply, again, throttled };
	} catch (error) {
		if (!(error instanceof NetworkFailure)) throw error;
		return {
			failure: error,
			again: error.retryable && (options.repeatable || !error.maybeSent),
			throttled: false,
		};
	}
}
