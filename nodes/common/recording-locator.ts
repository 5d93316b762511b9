import type { INodeProperties } from 'n8n-workflow';

import { RECORDING_LINK } from './field-values';

/**
 * The field 'Recording ID': a recent recording from a list, an ID, or a link to the recording.
 *
 * @param placeholder an ID of the platform
 */
export function recordingLocator(
	field: Pick<INodeProperties, 'displayOptions' | 'description'> & { placeholder: string },
): INodeProperties {
	const { placeholder, ...own } = field;
	return {
		displayName: 'Recording ID',
		name: 'recordingId',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Choose a recent recording',
				typeOptions: { searchListMethod: 'recentRecordings', searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder },
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: `e.g. https://example.com/api/v2/recordings/${placeholder.replace('e.g. ', '')}`,
				validation: [
					{
						type: 'regex',
						properties: {
							regex: RECORDING_LINK,
							errorMessage: 'A link to a recording has /recordings/ and its ID in it',
						},
					},
				],
			},
		],
		...own,
	};
}
