import { UserError } from 'n8n-workflow';

/** The reserved label of calls with linked screen recordings. */
const SCREEN_RECORDING_LABEL = '__screenRecording';

/**
 * A phone number as search value, passed on as typed. The server strips everything but letters, digits, `*` and `?`.
 *
 * @param field the field's display name, for the message
 * @throws UserError when nothing but wildcards is left: a masked number from another search ("*******") would find everything
 */
export function phoneFilter(value: string | undefined, field: string): string | undefined {
	if (value === undefined) return undefined;
	const significant = value.replace(/[^A-Za-z0-9*?]/g, '');
	if (significant === '') {
		throw new UserError(`'${field}' holds no digit: ${value.slice(0, 40)}`, {
			description: 'Enter a phone number, or remove the filter.',
		});
	}
	if (/^[*?]+$/.test(significant)) {
		throw new UserError(`'${field}' holds nothing but wildcards: ${value.slice(0, 40)}`, {
			description:
				'Nothing was sent, because it would match every recording. A number that GIR hides from this user looks like this and cannot be searched for: use a credential with the role Administrator.',
		});
	}
	return value;
}

/**
 * The label parameters of a search. Calls with and without screen recordings are told apart by a reserved label.
 *
 * @param include comma-separated label names, all of which a recording must carry
 * @param exclude comma-separated label names, none of which it may carry
 */
export function labelFilters(
	include: string | undefined,
	exclude: string | undefined,
	screenRecording: 'with' | 'without' | undefined,
): { includeLabels?: string; excludeLabels?: string } {
	const names = (list: string | undefined) => (list ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
	const included = [...names(include), ...(screenRecording === 'with' ? [SCREEN_RECORDING_LABEL] : [])];
	const excluded = [...names(exclude), ...(screenRecording === 'without' ? [SCREEN_RECORDING_LABEL] : [])];
	return {
		...(included.length > 0 && { includeLabels: [...new Set(included)].join(',') }),
		...(excluded.length > 0 && { excludeLabels: [...new Set(excluded)].join(',') }),
	};
}
