import { inspect } from 'node:util';

import { UserError } from 'n8n-workflow';

import { isObject } from './http/wire';
import { FIRST_MILLISECONDS } from './recording';
import { DateTime } from './vendor';

/**
 * Reads a date that a person picked, typed or handed over from another node.
 *
 * @param value ISO 8601 text (without an offset it is read in `zone`), a Date, a Luxon DateTime as n8n's expressions
 *   make it, or epoch milliseconds
 * @param field the field's display name, for the message
 * @param zone IANA name of the workflow's time zone
 * @returns epoch milliseconds, or undefined where the field is empty
 * @throws UserError when it is no date
 */
export function readTime(value: unknown, field: string, zone: string): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const at = parse(value, zone);
	if (at === undefined || !Number.isFinite(at)) {
		throw new UserError(`'${field}' is not a date: ${shown(value).slice(0, 60)}`, {
			description: 'Pick a date, or give one like 2026-03-31T09:30:00 or 2026-03-31T09:30:00Z.',
		});
	}
	return at;
}

/** Zones that mean another one on each machine. */
const OF_THE_MACHINE = /^(local|system|default)$/i;

/**
 * Reads the name of a time zone that a person typed.
 *
 * @param value an IANA name, or `UTC` with or without an offset (`UTC+2`); empty is UTC
 * @param field the field's display name, for the message
 * @throws UserError when there is no such zone
 */
export function readZone(value: unknown, field: string): string {
	const name = value === undefined || value === null ? '' : String(value).trim();
	if (name === '') return 'UTC';
	if (!OF_THE_MACHINE.test(name) && DateTime.utc().setZone(name).isValid) return name;
	throw new UserError(`'${field}' is not a time zone: ${name.slice(0, 60)}`, {
		description:
			"Enter a name like 'America/Los_Angeles', 'Europe/Berlin' or 'UTC', as in the time zone of n8n's workflow settings.",
	});
}

/**
 * What the clocks of a zone are ahead of UTC, in milliseconds.
 *
 * @param zone a name that `readZone` accepted
 * @param ms epoch milliseconds
 */
export function zoneOffsetMs(zone: string, ms: number): number {
	return DateTime.fromMillis(ms, { zone }).offset * 60_000;
}

/** Epoch milliseconds as ISO 8601 in UTC. */
export function iso(ms: number): string {
	return new Date(ms).toISOString();
}

/** A time, ISO 8601, as a clock on the wall of a zone shows it: `2026-03-31 09:30`. */
export function localTime(time: string, zone: string): string {
	return DateTime.fromISO(time, { zone }).toFormat('yyyy-MM-dd HH:mm');
}

/** Seconds as `m:ss`. */
export function minutes(seconds: number): string {
	const whole = Math.floor(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** An object without a prototype, for one, has no text of its own. */
function shown(value: unknown): string {
	try {
		return String(value);
	} catch {
		return inspect(value, { depth: 0, breakLength: Infinity });
	}
}

/** The year 5138. As microseconds it is 1973 again. */
const TOO_MANY_MILLISECONDS = 100_000_000_000_000;

function parse(value: unknown, zone: string): number | undefined {
	if (value instanceof Date) return value.getTime();
	// Smaller numbers are seconds, or an hour of the day: read as milliseconds they would widen a search to everything.
	// Larger ones are microseconds.
	if (typeof value === 'number')
		return value >= FIRST_MILLISECONDS && value < TOO_MANY_MILLISECONDS ? value : undefined;
	// n8n's own copy of Luxon makes these, so `instanceof` does not recognise them.
	if (isObject(value) && typeof value.toMillis === 'function') return Number(value.toMillis());
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (/^\d{12,14}$/.test(text)) return Number(text);
	if (!/^\d{4}-/.test(text)) return undefined;
	for (const read of [DateTime.fromISO, DateTime.fromSQL]) {
		const time = read(text, { zone });
		if (time.isValid) return time.toMillis();
	}
	return undefined;
}
