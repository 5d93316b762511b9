import type { INodeProperties } from 'n8n-workflow';

import { previousHashField } from '../common/audit';
import { optionsField } from '../common/fields';
import { playbackWait } from '../common/playback-fields';

export const waitField: INodeProperties = {
	...playbackWait,
	// A call lasts minutes: what is not done by then will not be.
	default: 60,
	description:
		"How long to ask again while the call is locked by an earlier command, and how long 'Wait Until Done' goes on",
};

export const fields: INodeProperties[] = [
	{
		displayName:
			'Only for Multi-ACD (Open): CXone with the telephone system (ACD) of another vendor',
		name: 'multiAcdNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'getRecordingStatus',
		routing: { send: { paginate: true } },
		options: [
			{
				name: 'Do Not Record',
				value: 'doNotRecord',
				action: 'Do not record contact',
				description: 'Forbid recording for the rest of the contact. This cannot be undone.',
			},
			{
				name: 'Get Recording Status',
				value: 'getRecordingStatus',
				action: 'Get recording status',
				description: 'See whether the call is being recorded, masked or barred from recording',
			},
			{
				name: 'Mask',
				value: 'mask',
				action: 'Mask recording',
				description:
					'Blank out what is said and shown from now on, for example while a card number is read out',
			},
			{
				name: 'Start Recording',
				value: 'startRecording',
				action: 'Start recording',
				description: 'Record the call on demand, whatever the recording policies say',
			},
			{
				name: 'Stop Recording',
				value: 'stopRecording',
				action: 'Stop recording',
				description:
					"Stop recording the call, whatever the recording policies say. Only 'Start Recording' resumes it.",
			},
			{
				name: 'Unmask',
				value: 'unmask',
				action: 'Unmask recording',
				description: 'End the masking',
			},
		],
	},
	{
		displayName:
			"'Do Not Record' cannot be undone: nothing of this contact can be recorded any more, including transfers, consults and conferences, not even with 'Start Recording'. What was recorded before stays. It does not apply to the customer's later calls.",
		name: 'doNotRecordNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { operation: ['doNotRecord'] } },
	},
	{
		displayName: 'User ID',
		name: 'userId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 11ea5c3e-9d02-4f6b-8a21-0242ac110002',
		description:
			"CXone user ID of the agent on the call. The command goes to this agent's latest call.",
	},
	{
		displayName: 'Media Type',
		name: 'mediaType',
		type: 'options',
		default: 'voice',
		options: [
			{ name: 'Voice', value: 'voice' },
			{ name: 'Voice and Screen', value: 'voiceAndScreen' },
		],
		displayOptions: { show: { operation: ['startRecording'] } },
		description: 'What to record',
	},
	optionsField([
		previousHashField,
		waitField,
		{
			displayName: 'Wait Until Done',
			name: 'waitUntilDone',
			type: 'boolean',
			default: false,
			description:
				'Whether to ask for the recording status until it shows that the command has taken effect. Without it, CXone may still be carrying it out.',
		},
	]),
];
