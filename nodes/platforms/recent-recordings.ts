import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { Connections } from './connections';
import { platformOf } from './index';
import type { NodePlatform } from './platform';
import { deadlineSignal } from '../../core/http/deadline';
import { toNodeError } from '../../core/http/errors';
import { openTransport } from '../../core/http/transport';
import type { Recording } from '../../core/recording';
import { localTime } from '../../core/times';
import { FieldValues } from '../common/field-values';
import { sessionOf } from '../common/session';

/** How many recordings the list offers: a page of any platform. */
const OFFERED = 100;
/** n8n's editor waits for the list with its panel open. Milliseconds. */
const LONGEST_MS = 30_000;

/**
 * The newest available recordings of the chosen platform, for the list of `recordingLocator`: when, from, to, who and how
 * long. What is typed is looked for in these words; older recordings are found by ID.
 *
 * @param only the platform of a node that serves one
 */
export function recentRecordings(only?: NodePlatform) {
	return async function (
		this: ILoadOptionsFunctions,
		filter?: string,
	): Promise<INodeListSearchResult> {
		const signal = deadlineSignal(LONGEST_MS);
		const transport = openTransport(this, { signal });
		try {
			const fields = FieldValues.ofPanel(this);
			const chosen = only ?? platformOf(fields);
			const connections = new Connections(this, sessionOf(this, transport, signal));
			const watched = await (await connections.to(chosen, fields)).watch(chosen.recent);
			try {
				const rows = await watched.latest(OFFERED);
				const results = rows.map((row) => offered(watched.toRecording(row), this.getTimezone()));
				const words = (filter ?? '').toLowerCase();
				return { results: results.filter((one) => textOf(one).includes(words)) };
			} finally {
				await watched.close();
			}
		} catch (error) {
			throw toNodeError(this.getNode(), error);
		} finally {
			await transport.close();
		}
	};
}

function textOf({ name, value }: INodeListSearchItems): string {
	return `${name} ${value}`.toLowerCase();
}

function offered(recording: Recording, timezone: string): INodeListSearchItems {
	const { id, start, callerNumber, dialedNumber, agents, durationSeconds } = recording;
	const numbers = [callerNumber, dialedNumber].filter((number) => number !== null).join(' → ');
	const people = agents
		.map(({ name, userName, id: agent }) => name ?? userName ?? agent)
		.filter((name) => name !== null)
		.join(', ');
	const parts = [
		start === null ? 'Unknown time' : localTime(start, timezone),
		numbers,
		people,
		durationSeconds === null ? '' : lengthOf(durationSeconds),
	];
	return { name: parts.filter((part) => part !== '').join(' · '), value: id };
}

function lengthOf(seconds: number): string {
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
