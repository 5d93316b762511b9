import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, IPollFunctions, JsonObject } from 'n8n-workflow';

import { nextSteps } from './next-steps';
import { readSettings, type Settings } from './settings';
import { judgeOf, Untold } from '../../core/conditions';
import { clock, onceADay } from '../../core/http/clock';
import { deadlineSignal } from '../../core/http/deadline';
import { toNodeError } from '../../core/http/errors';
import { withNextStep } from '../../core/http/reason';
import { reconcile } from '../../core/trigger/concurrent-polls';
import { poll } from '../../core/trigger/poll';
import type { Tell, Watched } from '../../core/platform';
import { decodeState, encodeState } from '../../core/trigger/state';
import { FieldValues } from '../common/field-values';
import { recordingOutput } from '../common/output';
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

type Time = ReturnType<typeof timeOfPoll>;

/** A poll's time, and the signal that ends its requests when it is over. Milliseconds. */
function timeOfPoll(context: IPollFunctions) {
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
			['everyHour', 'everyDay', 'everyWeek', 'everyMonth'].includes(mode ?? '') ||
			(mode === 'everyX' && (unit === 'hours' || Number(value) >= 6)),
	);
	return item.length === 0 || !rare;
}

/** What is watched, how and how long. */
interface Watching extends Pick<Watched, 'source'> {
	settings: Settings;
	time: Time;
	log: Tell;
	/** An item's JSON as the user wants it. */
	json: (raw: unknown) => IDataObject;
	/** Whether the conditions hold; counts those that do not tell. */
	isWanted: (raw: unknown) => boolean;
	/** A sentence about those; undefined where there are none. */
	untold: () => string | undefined;
}

async function withWatched<T>(
	context: IPollFunctions,
	work: (watching: Watching) => Promise<T>,
): Promise<T> {
	const fields = FieldValues.ofTrigger(context);
	const chosen = platformOf(fields);
	const settings = readSettings(context, fields);
	const question = chosen.trigger.read(fields, settings.lookBackMs);
	const jsonOf = recordingOutput(fields);
	const time = timeOfPoll(context);
	try {
		const options = { signal: time.signal, nextSteps };
		return await Connections.during(context, options, async (connections) => {
			const watched = await (await connections.to(chosen, fields)).watch(question);
			const judge = judgeOf(chosen.conditions(fields));
			const untold = new Untold();
			const isWanted = (raw: unknown) => {
				const recording = watched.toRecording(raw);
				const verdict = judge(recording);
				if (typeof verdict === 'string') untold.add(verdict, recording);
				return verdict === true;
			};
			try {
				return await work({
					source: watched.source,
					settings,
					time,
					log: connections.session.log,
					json: (raw) => jsonOf(watched, raw),
					isWanted,
					untold: () => untold.words(chosen.platform.name),
				});
			} finally {
				await watched.source.close?.();
			}
		});
	} catch (error) {
		if (
			!time.signal.aborted ||
			error instanceof NodeApiError ||
			error instanceof NodeOperationError
		) {
			throw withNextStep(toNodeError(context.getNode(), error), error, nextSteps);
		}
		throw outOfTime(context, time);
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
	return await withWatched(context, async ({ source, settings, isWanted, untold, json }) => {
		const latest = await source.latest(Math.min(SAMPLE, settings.maxItems), isWanted);
		if (latest.length === 0) {
			throw new NodeOperationError(context.getNode(), 'There is no available recording to show', {
				description:
					`${untold() ?? ''} Check 'Filters', or make a call and try again when it is over. The workflow can be published all the same.`.trim(),
			});
		}
		return latest.map((raw) => ({ json: json(raw) }));
	});
}

/**
 * The recordings that became available since the last poll. The state is stored last, when nothing can go wrong any more:
 * n8n keeps what a poll stores before it throws.
 */
export async function newRecordings(context: IPollFunctions): Promise<INodeExecutionData[]> {
	return await withWatched(context, async (watching) => {
		const { source, settings, time, log, isWanted, json } = watching;
		const before = decodeState(context.getWorkflowStaticData('node')[STATE]);
		const revisionBefore = before === 'unreadable' ? undefined : before?.revision;
		const found = await poll(before, {
			source,
			watch: settings.watch,
			settings,
			now: clock.now(),
			outOfTime: () => time.signal.aborted || clock.now() >= time.deadline,
			log,
			isWanted,
		});
		const untold = watching.untold();
		// They are listed poll after poll.
		const key = `untold ${context.getWorkflow().id} ${context.getNode().id}`;
		if (untold !== undefined && onceADay(key)) log(untold);
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
			.map(({ raw }) => ({ json: json(raw) }));
	});
}
