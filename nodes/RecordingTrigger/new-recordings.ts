import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, IPollFunctions, JsonObject } from 'n8n-workflow';

import { nextSteps } from './next-steps';
import { readSettings, type Settings } from './settings';
import { judgeOf, Untold } from '../../core/conditions';
import { clock } from '../../core/http/clock';
import { deadlineSignal } from '../../core/http/deadline';
import { toNodeError } from '../../core/http/errors';
import { withNextStep } from '../../core/http/reason';
import { openTransport } from '../../core/http/transport';
import { itemOf, RECORDING_FIELDS } from '../../core/item';
import { reconcile } from '../../core/trigger/concurrent-polls';
import { poll } from '../../core/trigger/poll';
import type { Tell, Watched } from '../../core/platform';
import { decodeState, encodeState } from '../../core/trigger/state';
import { FieldValues } from '../common/field-values';
import { outputOf } from '../common/output';
import { sessionOf } from '../common/session';
import { platformOf } from '../platforms';
import { Connections } from '../platforms/connections';

/** Where the state is in the node's static data. */
const STATE = 'state';
/** How many recordings "Fetch Test Event" shows. */
const SAMPLE = 5;
/** Of the time n8n gives, this part goes into requests; the rest is for what n8n does with the items. */
const SHARE_OF_BUDGET = 0.85;
/** An n8n that does not tell a budget lets a poll take as long as it likes; so long is n8n's own default. */
const USUAL_BUDGET_MS = 300_000;
/** A poll that is asked for every minute ends before the next one begins. */
const EVERY_MINUTE_MS = 45_000;

/** A poll's time, and the signal that ends its requests when it is over. Milliseconds. */
interface Time {
	limitMs: number;
	deadline: number;
	signal: AbortSignal;
}

function timeOfPoll(context: IPollFunctions): Time {
	const told: { getPollBudgetMs?: () => number } = context;
	const budget = (told.getPollBudgetMs?.() ?? USUAL_BUDGET_MS) * SHARE_OF_BUDGET;
	const limitMs = Math.floor(runsOften(context) ? Math.min(budget, EVERY_MINUTE_MS) : budget);
	return { limitMs, deadline: clock.now() + limitMs, signal: deadlineSignal(limitMs) };
}

/** Whether the next poll may be due within a few minutes. A cron expression may mean anything. */
function runsOften(context: IPollFunctions): boolean {
	const { item = [] } = context.getNodeParameter('pollTimes', {}) as {
		item?: Array<{ mode?: string; unit?: string; value?: number }>;
	};
	const rare = item.every(
		({ mode, unit, value }) =>
			mode === 'everyHour' ||
			mode === 'everyDay' ||
			mode === 'everyWeek' ||
			mode === 'everyMonth' ||
			(mode === 'everyX' && (unit === 'hours' || Number(value) >= 6)),
	);
	return item.length === 0 || !rare;
}

/** What is watched, and an item's JSON as the user wants it. */
type Watching = Watched & {
	json: (raw: unknown) => IDataObject;
	/** Whether the conditions hold; counts those that do not tell. */
	isWanted: (raw: unknown) => boolean;
	/** A sentence about those; undefined where there are none. */
	untold: () => string | undefined;
};

async function withWatched<T>(
	context: IPollFunctions,
	work: (watched: Watching, settings: Settings, time: Time, log: Tell) => Promise<T>,
): Promise<T> {
	const fields = FieldValues.ofTrigger(context);
	const chosen = platformOf(fields);
	const settings = readSettings(context, fields);
	const question = chosen.trigger.read(fields, settings.lookBackMs);
	const output = outputOf(fields, RECORDING_FIELDS);
	const time = timeOfPoll(context);
	const transport = openTransport(context, { signal: time.signal });
	try {
		const session = sessionOf(context, transport, time.signal, nextSteps);
		const connections = new Connections(context, session);
		const watched = await (await connections.to(chosen, fields)).watch(question);
		const json = (raw: unknown) =>
			output.isRaw
				? (watched.toVendorJson(raw) as IDataObject)
				: output.json(itemOf(watched.toRecording(raw)));
		const judge = judgeOf(chosen.conditions(fields));
		const untold = new Untold();
		const isWanted = (raw: unknown) => {
			const recording = watched.toRecording(raw);
			const verdict = judge(recording);
			if (typeof verdict === 'string') untold.add(verdict, recording);
			return verdict === true;
		};
		try {
			const watching = Object.assign(watched, {
				json,
				isWanted,
				untold: () => untold.words(chosen.platform.name),
			});
			return await work(watching, settings, time, session.log);
		} finally {
			await watched.close();
		}
	} catch (error) {
		if (
			!time.signal.aborted ||
			error instanceof NodeApiError ||
			error instanceof NodeOperationError
		) {
			throw withNextStep(toNodeError(context.getNode(), error), error, nextSteps);
		}
		throw outOfTime(context, time);
	} finally {
		await transport.close();
	}
}

/** Nothing at all was heard within the time: that is worth a word, and n8n asks less often for a while. */
function outOfTime(context: IPollFunctions, { limitMs }: Time): NodeApiError {
	const message = `No answer came within the ${Math.round(limitMs / 1000)} seconds that this poll had`;
	return new NodeApiError(context.getNode(), { message } as JsonObject, {
		message,
		description:
			'The next poll goes on where this one stopped. If it keeps happening, the service is slow, or other workflows use up the request budget of the credential.',
		failure: { cause: 'temporarily-unavailable' },
	});
}

/** The latest recordings, for "Fetch Test Event". Reads and changes no state. */
export async function sampleRecordings(context: IPollFunctions): Promise<INodeExecutionData[]> {
	return await withWatched(context, async (watched, settings) => {
		const latest = await watched.latest(Math.min(SAMPLE, settings.maxItems), watched.isWanted);
		if (latest.length === 0) {
			throw new NodeOperationError(context.getNode(), 'There is no available recording to show', {
				description: [
					watched.untold() ?? '',
					"Check 'Filters', or make a call and try again when it is over. The workflow can be published all the same.",
				]
					.join(' ')
					.trim(),
			});
		}
		return latest.map((raw) => ({ json: watched.json(raw) }));
	});
}

/** When each trigger told last of recordings that it could not judge, by workflow and node. */
const toldUntold = new Map<string, number>();
/** They are listed poll after poll: a line a day is enough. */
const TELL_EVERY_MS = 86_400_000;

function tellUntold(
	context: IPollFunctions,
	words: string | undefined,
	log: (message: string) => void,
): void {
	const key = `${context.getWorkflow().id} ${context.getNode().id}`;
	const isTold = Math.abs(clock.now() - (toldUntold.get(key) ?? -Infinity)) < TELL_EVERY_MS;
	if (words === undefined || isTold) return;
	toldUntold.set(key, clock.now());
	log(words);
}

/**
 * The recordings that became available since the last poll. The state is stored last, when nothing can go wrong any more:
 * n8n keeps what a poll stores before it throws.
 */
export async function newRecordings(context: IPollFunctions): Promise<INodeExecutionData[]> {
	return await withWatched(context, async (watched, settings, time, log) => {
		const before = decodeState(context.getWorkflowStaticData('node')[STATE]);
		const revisionBefore = before === 'unreadable' ? undefined : before?.revision;
		const found = await poll(before, {
			source: watched.source,
			watch: settings.watch,
			settings,
			now: clock.now(),
			outOfTime: () => time.signal.aborted || clock.now() >= time.deadline,
			log,
			isWanted: watched.isWanted,
		});
		tellUntold(context, watched.untold(), log);
		if (found.stoppedBy !== undefined) {
			const { message } = toNodeError(context.getNode(), found.stoppedBy);
			log(
				`The poll hands over ${found.items.length} recordings and goes on at the next one: ${message}`,
			);
		}
		// From here on nothing waits: no other poll of this process comes in between.
		const data = context.getWorkflowStaticData('node');
		const stored = decodeState(data[STATE]);
		const latest = stored === 'unreadable' ? undefined : stored;
		const result =
			latest === undefined || latest.revision === revisionBefore ? found : reconcile(found, latest);
		const revision = (latest?.revision ?? 0) + 1;
		data[STATE] = encodeState({ ...result.state, revision }) as unknown as IDataObject;
		return [...result.items]
			.sort((one, other) => one.at - other.at)
			.map(({ raw }) => ({ json: watched.json(raw) }));
	});
}
