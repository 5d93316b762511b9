import { Refusal, type SimulatedRequest } from '../http';
import type { GirRecording } from './types';

const FILTERS = [
	'callerPhoneNumber',
	'dialedPhoneNumber',
	'startTime',
	'endTime',
	'userName',
	'userData',
	'includeLabels',
	'excludeLabels',
] as const;
const OTHERS = ['subresources', 'offset', 'limit'];
const SCREEN_LABEL = '__screenRecording';

export interface SearchQuery {
	matches(recording: GirRecording): boolean;
	offset: number;
	limit: number;
	labels: boolean;
}

/**
 * Reads the query of a search after "Genesys Interaction Recording, Search, Playback, and Delete API". Refuses with 400
 * what is not documented, and a search without any filter, which an 8.5.0 page calls an error.
 */
export function parseSearch(
	request: SimulatedRequest,
	limits: { defaultLimit: number; limitCap: number },
): SearchQuery {
	const { query } = request;
	for (const name of query.keys()) {
		if (!(FILTERS as readonly string[]).includes(name) && !OTHERS.includes(name)) {
			throw bad(2, `The parameter ${name} is not supported.`);
		}
		if (query.getAll(name).length > 1)
			throw bad(2, `The parameter ${name} is given more than once.`);
		if (query.get(name) === '') throw bad(2, `The parameter ${name} has no value.`);
	}
	if (!FILTERS.some((name) => query.has(name)))
		throw bad(1, 'At least one search parameter is required.');

	const tests: Array<(recording: GirRecording) => boolean> = [];
	const caller = query.get('callerPhoneNumber');
	if (caller !== null) {
		const pattern = numberPattern(caller, 'callerPhoneNumber');
		tests.push((recording) => pattern.test(alphanumeric(recording.callerPhoneNumber)));
	}
	const dialed = query.get('dialedPhoneNumber');
	if (dialed !== null) {
		const pattern = numberPattern(dialed, 'dialedPhoneNumber');
		tests.push((recording) => pattern.test(alphanumeric(recording.dialedPhoneNumber)));
	}
	if (query.has('startTime')) {
		const from = wholeNumber(query, 'startTime', 0);
		tests.push((recording) => recording.startTime >= from);
	}
	if (query.has('endTime')) {
		const to = wholeNumber(query, 'endTime', 0);
		tests.push((recording) => recording.stopTime <= to);
	}
	const userName = query.get('userName');
	if (userName !== null) {
		tests.push((recording) =>
			recording.contacts.some((contact) =>
				[contact.firstName, contact.lastName, contact.userName].includes(userName),
			),
		);
	}
	const userData = query.get('userData');
	if (userData !== null)
		tests.push((recording) => Object.values(recording.userData).includes(userData));
	const include = query.get('includeLabels')?.split(',') ?? [];
	if (include.length > 0)
		tests.push((recording) => include.every((name) => labelNames(recording).includes(name)));
	const exclude = query.get('excludeLabels')?.split(',') ?? [];
	if (exclude.length > 0)
		tests.push((recording) => !exclude.some((name) => labelNames(recording).includes(name)));

	return {
		matches: (recording) => tests.every((test) => test(recording)),
		offset: wholeNumber(query, 'offset', 0),
		limit: Math.min(
			query.has('limit') ? wholeNumber(query, 'limit', 1) : limits.defaultLimit,
			limits.limitCap,
		),
		labels: withLabels(query),
	};
}

/** Whether `subresources` asks for labels; `*` and `labels` are the values the vendor's text leaves recognizable. */
export function withLabels(query: URLSearchParams): boolean {
	const asked = query.get('subresources')?.split(',') ?? [];
	for (const name of asked) {
		if (name !== '*' && name !== 'labels')
			throw bad(2, `The sub-resource ${name} is not supported.`);
	}
	return asked.length > 0;
}

/** A 400 with one of the documented status codes: 1 parameter missing, 2 parameter invalid. */
export function bad(statusCode: 1 | 2, statusMessage: string): Refusal {
	return new Refusal({ status: 400, body: { statusCode, statusMessage } });
}

function labelNames(recording: GirRecording): string[] {
	const names = recording.labels.map((label) => label.name);
	return recording.screenRecording ? [...names, SCREEN_LABEL] : names;
}

function alphanumeric(text: string): string {
	return text.replace(/[^A-Za-z0-9]/g, '');
}

// Everything but letters, digits, * and ? is dropped from what was asked for. What ? stands for is not written down;
// one character is its usual meaning.
function numberPattern(asked: string, name: string): RegExp {
	const kept = asked.replace(/[^A-Za-z0-9*?]/g, '');
	if (kept === '') throw bad(2, `The parameter ${name} holds nothing to search for.`);
	return new RegExp(`^${kept.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
}

function wholeNumber(query: URLSearchParams, name: string, least: number): number {
	const text = query.get(name);
	if (text === null) return least;
	const value = Number(text);
	if (!/^\d{1,15}$/.test(text) || value < least)
		throw bad(2, `The parameter ${name} is not valid.`);
	return value;
}
