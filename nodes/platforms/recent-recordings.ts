import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { Connections } from './connections';
import { platformOf } from './index';
import { panelList } from './panel-list';
import type { NodePlatform } from './platform';
import { namesOf, type Recording } from '../../core/recording';
import { localTime, minutes } from '../../core/times';
import { FieldValues } from '../common/field-values';

/** How many recordings the list offers: a page of any platform. */
const OFFERED = 100;

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
		return await panelList(this, async (signal) => {
			const fields = FieldValues.ofPanel(this);
			const chosen = only ?? platformOf(fields);
			const zone = this.getTimezone();
			const recordings = await Connections.during(this, { signal }, async (connections) => {
				const watched = await (await connections.to(chosen, fields)).watch(chosen.recent);
				try {
					return (await watched.source.latest(OFFERED)).map(watched.toRecording);
				} finally {
					await watched.source.close?.();
				}
			});
			const words = (filter ?? '').toLowerCase();
			const results = recordings.flatMap((recording) => {
				const one = offered(recording, zone);
				return textOf(one, recording).includes(words) ? [one] : [];
			});
			return { results };
		});
	};
}

function textOf({ name, value }: INodeListSearchItems, recording: Recording): string {
	const { callerNumber, dialedNumber } = recording;
	return [name, value, callerNumber, dialedNumber].join(' ').toLowerCase();
}

function offered(recording: Recording, timezone: string): INodeListSearchItems {
	const { id, start, direction, callerNumber, dialedNumber, agents, durationSeconds } = recording;
	const customer = direction === 'outbound' ? dialedNumber : callerNumber;
	const parts = [
		start === null ? 'Unknown time' : localTime(start, timezone),
		durationSeconds === null ? '' : minutes(Math.round(durationSeconds)),
		customer ?? callerNumber ?? dialedNumber ?? '',
		namesOf(agents).join(', '),
	];
	return { name: parts.filter((part) => part !== '').join(' · '), value: id };
}
