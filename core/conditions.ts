import { UserError } from 'n8n-workflow';

import type { MediaType, Recording } from './recording';

/**
 * What recordings have to be like, in the terms that all platforms share; all that is given must hold. Texts are compared
 * without regard to capitals; `*` in them stands for any characters, `?` for one.
 */
export interface Conditions {
	/** Name, user name or ID of one of the agents. */
	agent?: string;
	/** Any ID that leads to the recording. */
	callId?: string;
	/** Numbers are compared by their letters and digits. */
	callerNumber?: string;
	dialedNumber?: string;
	/** One of these. */
	direction?: ReadonlyArray<Recording['direction']>;
	/** Seconds; belongs to the range, like `durationTo`. */
	durationFrom?: number;
	durationTo?: number;
	/** One of these. */
	mediaType?: readonly MediaType[];
	/** Of one of the agents, like `team`. */
	skill?: string;
	team?: string;
}

function pattern(wanted: string): RegExp {
	const escaped = wanted.trim().replace(/[.+^${}()|[\]\\]/g, '\\$&');
	return new RegExp(`^${escaped.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'is');
}

/** What counts of a phone number. */
const significant = (number: string) => number.replace(/[^A-Za-z0-9*?]/g, '');

/**
 * Looks at a phone number that is to be searched for.
 *
 * @param field the field's display name, for the message
 * @throws UserError when nothing but wildcards is left: a masked number from another search ("*******") would find everything
 */
export function assertNumber(value: string, field: string): void {
	const kept = significant(value);
	if (kept === '') {
		throw new UserError(`'${field}' holds no digit: ${value.slice(0, 40)}`, {
			description: 'Enter a phone number, or remove the filter.',
		});
	}
	if (/^[*?]+$/.test(kept)) {
		throw new UserError(`'${field}' holds nothing but wildcards: ${value.slice(0, 40)}`, {
			description:
				'Nothing was sent, because it would match every recording. A number that GIR hides from this user looks like this and cannot be searched for: use a credential with the role Administrator.',
		});
	}
}

/** Whether one of the values is what is wanted; undefined where there is none. */
function oneIs(values: Array<string | null | undefined>, wanted: string): boolean | undefined {
	const told = values.filter((value): value is string => Boolean(value));
	const wants = pattern(wanted);
	return told.length === 0 ? undefined : told.some((value) => wants.test(value.trim()));
}

function isNumber(number: string | null, wanted: string): boolean | undefined {
	return number === null ? undefined : pattern(significant(wanted)).test(significant(number));
}

/** What each condition needs to be told, in words, and whether it holds; undefined where the recording does not tell. */
const TESTS: {
	[Name in keyof Conditions]-?: [
		needs: string,
		holds: (recording: Recording, wanted: NonNullable<Conditions[Name]>) => boolean | undefined,
	];
} = {
	agent: [
		'agent',
		({ agents, masked }, wanted) => {
			const found = oneIs(
				agents.flatMap(({ id, name, userName }) => [id, name, userName]),
				wanted,
			);
			// The one who is meant may be among those that are hidden.
			const isHidden = masked.some((field) => field.startsWith('agents'));
			return found === false && isHidden ? undefined : found;
		},
	],
	callId: [
		'ID of the call',
		({ id, references }, wanted) => oneIs([id, ...Object.values(references).flat()], wanted),
	],
	callerNumber: ['caller number', ({ callerNumber }, wanted) => isNumber(callerNumber, wanted)],
	dialedNumber: ['dialed number', ({ dialedNumber }, wanted) => isNumber(dialedNumber, wanted)],
	direction: [
		'direction',
		({ direction }, wanted) => (direction === 'unknown' ? undefined : wanted.includes(direction)),
	],
	durationFrom: [
		'duration',
		({ durationSeconds }, wanted) =>
			durationSeconds === null ? undefined : durationSeconds >= wanted,
	],
	durationTo: [
		'duration',
		({ durationSeconds }, wanted) =>
			durationSeconds === null ? undefined : durationSeconds <= wanted,
	],
	mediaType: [
		'media type',
		({ mediaType }, wanted) => {
			if (mediaType === undefined) return undefined;
			if (mediaType !== 'digital') return wanted.includes(mediaType);
			const [chat, email] = [wanted.includes('chat'), wanted.includes('email')];
			return chat === email ? chat : undefined;
		},
	],
	skill: [
		'skill',
		({ agents }, wanted) =>
			oneIs(
				agents.flatMap(({ skills = [] }) => skills),
				wanted,
			),
	],
	team: [
		'team',
		({ agents }, wanted) =>
			oneIs(
				agents.map(({ team }) => team),
				wanted,
			),
	],
};

/** Tests recordings: whether all conditions hold; as text what would have to be told to know that. */
export type Judge = (recording: Recording) => boolean | string;

/** Makes the test of all conditions, the same for Search and the trigger, on every platform. */
export function judgeOf(conditions: Conditions): Judge {
	const names = Object.keys(conditions) as Array<keyof Conditions>;
	return (recording) => {
		let untold: string | undefined;
		for (const name of names) {
			const [needs, holds] = TESTS[name] as [string, (one: Recording, wanted: unknown) => unknown];
			const answer = holds(recording, conditions[name]);
			if (answer === false) return false;
			if (answer === undefined) untold ??= needs;
		}
		return untold ?? true;
	};
}

/** Recordings that do not tell what a condition needs: they are not handed on, and not passed over in silence. */
export class Untold {
	private readonly ids = new Map<string, Set<string>>();

	/** @param needs as a `Judge` gives it */
	add(needs: string, { id }: Recording): void {
		this.ids.set(needs, (this.ids.get(needs) ?? new Set()).add(id));
	}

	/** How many, by the reason. */
	get reasons(): Record<string, number> {
		return Object.fromEntries(
			[...this.ids].map(([needs, { size }]) => [`Filter by ${needs}: hidden or not told`, size]),
		);
	}

	/** A sentence about them; undefined where there are none. */
	words(platform: string): string | undefined {
		if (this.ids.size === 0) return undefined;
		const what = [...this.ids].map(
			([needs, { size }]) =>
				`the ${needs} of ${size === 1 ? 'one recording' : `${size} recordings`}`,
		);
		return `${platform} hides or does not tell ${what.join(' and ')}. The filter could not be checked, so they were left out.`;
	}
}
