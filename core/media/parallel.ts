/** Work that falls into items, each of which turns into any number of tasks. */
export interface ParallelWork<Task, Result> {
	/** Number of items. */
	items: number;
	/** How many tasks (or plans) run at once. */
	limit: number;
	/** Works out the tasks of an item, from 0. */
	plan: (item: number) => Promise<Task[]>;
	run: (task: Task, item: number) => Promise<Result>;
	/** Makes a result of what `plan` or `run` threw; throws where everything is to stop. */
	failed: (error: unknown, item: number) => Result;
	/** Cancels what is under way. */
	cancel: (reason: unknown) => void;
}

interface Waiting<Task> {
	item: number;
	index: number;
	task: Task;
}

/**
 * Does the work of several items at once. Tasks that are planned come before new plans, because what a plan found out,
 * such as a signed link, gets old. The first failure that is not made a result cancels everything, and is thrown when
 * nothing is under way any more.
 *
 * @returns results in the order of items and, within an item, of its tasks
 */
export async function inParallel<Task, Result>(
	work: ParallelWork<Task, Result>,
): Promise<Result[]> {
	const results: Result[][] = [];
	const waiting: Array<Waiting<Task>> = [];
	const active = new Set<Promise<void>>();
	let nextItem = 0;
	let stopped: { reason: unknown } | undefined;

	/** What a failure becomes: one result, or none where everything stops. */
	const fail = (error: unknown, item: number): Result[] => {
		if (stopped !== undefined) return [];
		try {
			return [work.failed(error, item)];
		} catch (reason) {
			stopped = { reason };
			work.cancel(reason);
			return [];
		}
	};
	const plan = async (item: number): Promise<void> => {
		results[item] = [];
		try {
			const tasks = await work.plan(item);
			waiting.push(...tasks.map((task, index) => ({ item, index, task })));
			for (let more = tasks.length - 1; more > 0 && active.size < work.limit; more--) start();
		} catch (error) {
			results[item] = fail(error, item);
		}
	};
	const run = async ({ item, index, task }: Waiting<Task>): Promise<void> => {
		try {
			results[item][index] = await work.run(task, item);
		} catch (error) {
			for (const result of fail(error, item)) results[item][index] = result;
		}
	};
	const worker = async (): Promise<void> => {
		while (stopped === undefined) {
			const next = waiting.shift();
			if (next !== undefined) await run(next);
			else if (nextItem < work.items) await plan(nextItem++);
			else return;
		}
	};
	const start = () => {
		const running: Promise<void> = worker().finally(() => active.delete(running));
		active.add(running);
	};

	for (let workers = Math.min(work.limit, work.items); workers > 0; workers--) start();
	while (active.size > 0) await Promise.all(active);
	if (stopped !== undefined) throw (stopped as { reason: unknown }).reason;
	return results.flat();
}
