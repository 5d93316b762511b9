import { UserError } from 'n8n-workflow';

/** An error whose next step depends on where it is shown: only the node knows what its fields are called. */
interface Reasoned {
	/** Why, for programs: a key of the node's table of next steps. */
	reason: string;
	/** The part of the description behind which the next step belongs. */
	told: string;
}

/** The same error, which names its reason from now on. */
export function withReason<E extends object>(error: E, reason: string, told: string): E & Reasoned {
	return Object.assign(error, { reason, told });
}

/** An error in words for people, which names its reason. */
export function reasonedError(reason: string, message: string, description: string): UserError {
	return withReason(new UserError(message, { description }), reason, description);
}

/** Adds the next step of a node's table to an error's description. Errors without a reason, or with another one, stay as they are. */
export function withNextStep<E extends { description?: string | null }>(
	failure: E,
	error: unknown,
	steps: Readonly<Record<string, string>>,
): E {
	const { reason, told } = (error ?? {}) as Partial<Reasoned>;
	const step = reason !== undefined && Object.hasOwn(steps, reason) ? steps[reason] : undefined;
	const description = failure.description ?? '';
	// With "Retry On Fail", an error that is remembered comes by again.
	if (step === undefined || description.includes(step)) return failure;
	const before = told !== undefined && description.startsWith(told) ? told : description;
	failure.description = [before, step, description.slice(before.length).trim()]
		.filter((part) => part !== '')
		.join(' ');
	return failure;
}
