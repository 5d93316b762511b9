import type { INodeProperties } from 'n8n-workflow';

import { maximumField, UNPROTECT } from './deletion';
import { previousHashField } from '../common/audit';
import { optionsField } from '../common/fields';
import { recordingLocator } from '../common/recording-locator';

export const fields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'delete',
		options: [
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete recording',
				description:
					'Delete a recording with its screen recordings and media files. This cannot be undone.',
			},
			{
				name: 'Protect',
				value: 'protect',
				action: 'Protect recording from deletion',
				description: 'Keep a recording from being deleted by anybody, also by purging',
			},
			{
				name: 'Unprotect',
				value: 'unprotect',
				action: 'End protection of recording',
				description: 'Let a recording be deleted again',
			},
		],
	},
	{
		displayName:
			"A deleted recording is gone for good, with its screen recordings and all media files. While 'Dry Run' is on, nothing is deleted: the output shows what would be.",
		name: 'deletionNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { operation: ['delete'] } },
	},
	recordingLocator({
		placeholder: 'e.g. 011AP643CSAPR4FKQGQE31TAES00029V',
		description: 'One recording: from the list of recent ones, or by its ID or link',
	}),
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: true,
		displayOptions: { show: { operation: ['delete'] } },
		description:
			'Whether to only show what would be deleted. Nothing is deleted until you turn this off.',
	},
	maximumField,
	{
		displayName: 'Accept Not Found',
		name: 'acceptNotFound',
		type: 'boolean',
		default: false,
		displayOptions: { show: { operation: ['delete'] } },
		description:
			'Whether an item goes on, and not to the error output, when GIR shows no recording with its ID, so that a workflow can be run again. It is reported as not found, never as deleted: the recording may also belong to an access group or partition that this user cannot see.',
	},
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		default: '',
		placeholder: 'e.g. Erasure request 2026-0117',
		description: 'Goes into the output, for your audit log. GIR does not store it.',
	},
	optionsField([
		{
			displayName: 'Include Personal Data',
			name: 'includePersonalData',
			type: 'boolean',
			default: false,
			displayOptions: { show: { '/operation': ['delete'] } },
			description:
				'Whether the output tells the phone numbers and agents of a deleted recording. After an erasure request, an audit log should not hold them.',
		},
		previousHashField,
		{
			displayName: 'Requested By',
			name: 'requestedBy',
			type: 'string',
			default: '',
			placeholder: 'e.g. Data protection officer',
			description: 'Goes into the output, next to the GIR user that this node signs in as',
		},
		{
			displayName: 'Unprotect Operation Name',
			name: 'unprotectOperationName',
			type: 'string',
			default: UNPROTECT,
			displayOptions: { show: { '/operation': ['unprotect'] } },
			description:
				'What your server calls it, if it is not this name: see its documentation of the Non-Deletion API',
		},
	]),
];
