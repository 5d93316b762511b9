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
 * The newest available recordings of the chosen platform, for the list of `recordingLocator`: when, how long, the customer's
 * number, and who, in this order because the editor cuts a line at its end. What is typed is looked for in these words, in both
 * numbers and in the ID; older recordings are found by ID.
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
				const words = (filter ?? '').toLowerCase();
				const results = rows.flatMap((row) => {
					const recording = watched.toRecording(row);
					const one = offered(recording, this.getTimezone());
					return textOf(one, recording).includes(words) ? [one] : [];
				});
				return { results };
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

function textOf({ name, value }: INodeListSearchItems, recording: Recording): string {
	const { callerNumber, dialedNumber } = recording;
	return [name, value, callerNumber, dialedNumber].join(' ').toLowerCase();
}

function offered(recording: Recording, timezone: string): INodeListSearchItems {
	const { id, start, direction, callerNumber, dialedNumber, agents, durationSeconds } = recording;
	const customer = direction === 'outbound' ? dialedNumber : callerNumber;
	const people = agents
		.map(({ name, userName, id: agent }) => name ?? userName ?? agent)
		.filter((name) => name !== null)
		.join(', ');
	const parts = [
		start === null ? 'Unknown time' : localTime(start, timezone),
		durationSeconds === null ? '' : lengthOf(durationSeconds),
		customer ?? callerNumber ?? dialedNumber ?? '',
		people,
	];
	return { name: parts.filter((part) => part !== '').join(' · '), value: id };
}

function lengthOf(seconds: number): string {
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
