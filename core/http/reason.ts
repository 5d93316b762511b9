import { UserError } from 'n8n-workflow';

/** What to do next in the words of a node's own panel, by the reason that an error, a hint or a line of the log carries. */
export type NextSteps = Readonly<Record<string, string>>;

/** An error whose next step depends on where it is shown: only the node knows what its fields are called. */
interface Reasoned {
	/** Why, for programs: a key of the node's table of next steps. */
	reason: string;
	/** The part of the description behind which the next step belongs. */
	told: string;
}

/** The same error, which names its reason from now on, where there is one. */
export function withReason<E extends object>(
	error: E,
	reason: string | undefined,
	told: string,
): E {
	return reason === undefined ? error : Object.assign(error, { reason, told } satisfies Reasoned);
}

/** Why, where an error names its reason. */
export function reasonIn(error: unknown): string | undefined {
	return (error as Partial<Reasoned> | null | undefined)?.reason;
}

/** An error in words for people, which names its reason. */
export function reasonedError(reason: string, message: string, description: string): UserError {
	return withReason(new UserError(message, { description }), reason, description);
}

/** The next step that a node's table has for a reason; undefined where it has none. */
export function nextStepFor(reason: string | undefined, steps: NextSteps): string | undefined {
	return reason !== undefined && Object.hasOwn(steps, reason) ? steps[reason] : undefined;
}

/** Adds the next step of a node's table to an error's description. Errors without a reason, or with another one, stay as they are. */
export function withNextStep<E extends { description?: string | null }>(
	failure: E,
	error: unknown,
	steps: NextSteps,
): E {
	const { reason, told } = (error ?? {}) as Partial<Reasoned>;
	const step = nextStepFor(reason, steps);
	const description = failure.description ?? '';
	// With "Retry On Fail", an error that is remembered comes by again.
	if (step === undefined || description.includes(step)) return failure;
	const before = told !== undefined && description.startsWith(told) ? told : description;
	failure.description = [before, step, description.slice(before.length).trim()]
		.filter((part) => part !== '')
		.join(' ');
	return failure;
}
