import { clock } from './clock';

const deadlines = new WeakMap<AbortSignal, number>();

/**
 * A signal that fires when the time is over, and of which is known beforehand when that will be: whoever would have to
 * wait longer need not begin to.
 *
 * @param ms milliseconds from now
 */
export function deadlineSignal(ms: number): AbortSignal {
	const signal = AbortSignal.timeout(ms);
	deadlines.set(signal, clock.now() + ms);
	return signal;
}

/** When a signal will fire, in epoch milliseconds; Infinity where that is not known. */
export function deadlineOf(signal: AbortSignal | undefined): number {
	return (signal === undefined ? undefined : deadlines.get(signal)) ?? Infinity;
}

/** A signal that fires when one of two does; of which is known beforehand what is known of them. */
export function eitherSignal(
	one: AbortSignal | undefined,
	other: AbortSignal | undefined,
): AbortSignal | undefined {
	if (one === undefined || other === undefined) return one ?? other;
	const signal = AbortSignal.any([one, other]);
	const deadline = Math.min(deadlineOf(one), deadlineOf(other));
	if (deadline !== Infinity) deadlines.set(signal, deadline);
	return signal;
}

/** Rejects with the signal's reason as soon as it fires, whatever `work` does then. */
export async function untilAborted<T>(
	work: Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T> {
	if (signal === undefined) return await work;
	return await new Promise<T>((resolve, reject) => {
		const leave = () => reject(signal.reason as Error);
		// In any case: a failure that nobody takes would end the process.
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
		if (signal.aborted) leave();
		else signal.addEventListener('abort', leave);
	});
}
