import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { listed, type FieldValues } from './field-values';
import { without } from '../../core/http/wire';
import { itemOf, RECORDING_FIELDS } from '../../core/item';
import type { Reading } from '../../core/platform';

/**
 * What an item holds: the same field on every node that puts out what a vendor told.
 *
 * @param example names of fields that its simplified output has
 * @param path one of them with a dot in it, and what that gives
 */
export const outputFields = (
	example = 'start, callerNumber, agents.name',
	path = 'agents.name gives the name of each agent',
): INodeProperties[] => [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		default: 'simplified',
		options: [
			{
				name: 'Raw',
				value: 'raw',
				description: "The platform's own JSON, under its own names",
			},
			{
				name: 'Selected Fields',
				value: 'selectedFields',
				description:
					'Only the ID and those fields of the simplified output that you name, for example for a spreadsheet or an AI agent',
			},
			{
				name: 'Simplified',
				value: 'simplified',
				description: 'The most useful fields first, under the same names on every node',
			},
		],
		description: 'What each item holds',
	},
	{
		displayName: 'Fields',
		name: 'fields',
		type: 'string',
		default: '',
		required: true,
		displayOptions: { show: { output: ['selectedFields'] } },
		placeholder: `e.g. ${example}`,
		description: `Names of fields of the simplified output, separated by commas. An ID comes along, so that a following node finds the same. A dot leads into a field: ${path}.`,
	},
];

/** The names of the IDs by which a following node finds the same again, the first one first. */
const IDS = ['recordingId', 'statementId', 'segmentId', 'acdCallId'];

/**
 * Reads the choice. Makes no request, so that what is filled in wrongly costs none.
 *
 * @param names all that the simplified output can have
 * @returns whether the vendor's own form is wanted, and what makes an item's JSON else, without what is null or undefined;
 *   of selected fields with the ID, which the next node needs (n8n's UX guidelines), unless one of its IDs is selected
 * @throws NodeOperationError when fields are to be selected, and none is named, or one that there is not
 */
export function outputOf(values: FieldValues, names: readonly string[]) {
	const chosen = values.choice<string>('output', 'simplified');
	if (chosen !== 'selectedFields') return { isRaw: chosen === 'raw', json: told };
	const paths = listed(values.requiredText('fields', 'Fields')).map((path) =>
		// A path as n8n writes it names one entry of a list.
		path.replaceAll(/\[\d*\]/g, '').split('.'),
	);
	if (paths.length === 0)
		throw values.refusal(
			"'Fields' names no field",
			`Nothing was sent. Name some of: ${names.join(', ')}.`,
		);
	const stranger = paths.find(([name]) => !names.includes(name));
	if (stranger !== undefined) {
		throw values.refusal(
			`'Fields' names '${stranger[0]}', which the simplified output does not have`,
			`Nothing was sent. It has: ${names.join(', ')}.`,
		);
	}
	const namesOne = paths.some(([name]) => IDS.includes(name));
	const withId = (simplified: object) => {
		const id = IDS.find((name) => typeof (simplified as IDataObject)[name] === 'string');
		return namesOne || id === undefined ? paths : [...paths, [id]];
	};
	return {
		isRaw: false,
		json: (simplified: object) => told(picked(simplified, withId(simplified))),
	};
}

/** As `outputOf`, for recordings of any platform: what makes an item's JSON of each. */
export function recordingOutput(values: FieldValues) {
	const output = outputOf(values, RECORDING_FIELDS);
	return <Raw>({ toRecording, toVendorJson }: Reading<Raw>, raw: Raw): IDataObject =>
		output.isRaw ? (toVendorJson(raw) as IDataObject) : output.json(itemOf(toRecording(raw)));
}

/** Without members that are null or undefined, however deep. */
export function told(value: unknown): IDataObject {
	return without(value, (_, member) => member === null || member === undefined) as IDataObject;
}

/** What the paths lead to, in their order; of a list, what they lead to in each entry. An empty path leads to all of it. */
function picked(value: unknown, paths: string[][]): unknown {
	if (paths.some(({ length }) => length === 0)) return value;
	if (Array.isArray(value)) return value.map((entry) => picked(entry, paths));
	if (typeof value !== 'object' || value === null) return undefined;
	const names = [...new Set(paths.map(([name]) => name))];
	return Object.fromEntries(
		names
			.filter((name) => Object.hasOwn(value, name))
			.map((name) => {
				const within = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
				return [name, picked((value as Record<string, unknown>)[name], within)];
			}),
	);
}
