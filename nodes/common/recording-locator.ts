import type { INodeProperties } from 'n8n-workflow';

import { RECORDING_LINK } from './field-values';

/**
 * The field 'Recording ID': a recent recording from a list, an ID, or a link to the recording.
 *
 * @param placeholder an ID of the platform
 * @param link a link that is taken, where it is of another form than the APIs' own
 */
export function recordingLocator(
	field: Pick<INodeProperties, 'displayOptions' | 'description'> & {
		placeholder: string;
		link?: string;
	},
): INodeProperties {
	const {
		placeholder,
		link = `e.g. https://example.com/api/v2/recordings/${placeholder.replace('e.g. ', '')}`,
		...own
	} = field;
	return {
		displayName: 'Recording ID',
		name: 'recordingId',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		// Another platform's recording does not stay chosen.
		typeOptions: { loadOptionsDependsOn: ['platform'] },
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
				placeholder: link,
				validation: [
					{
						type: 'regex',
						properties: {
							regex: RECORDING_LINK,
							errorMessage: 'This link holds no ID of a recording',
						},
					},
				],
			},
		],
		...own,
	};
}
