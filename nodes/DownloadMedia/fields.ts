import type { INodeProperties } from 'n8n-workflow';

import { previousHashField } from '../common/audit';
import { optionsField } from '../common/fields';
import { optionsPerPlatform, perPlatform, platformField, signInFields } from '../platforms';
import { MIXED } from '../platforms/platform';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'download',
	options: [
		{
			name: 'Download',
			value: 'download',
			action: 'Download media of recording',
			description: 'Download the audio, video or transcript of recordings as files',
		},
	],
};

const source: INodeProperties = {
	displayName: 'Recording',
	name: 'source',
	type: 'options',
	noDataExpression: true,
	default: 'input',
	displayOptions: { hide: { platform: [MIXED] } },
	options: [
		{
			name: 'By ID',
			value: 'id',
			description: 'A recording of which you know an ID, for example from a report or a CRM record',
		},
		{
			name: 'From Input Item',
			value: 'input',
			description: 'Items that Search Recordings or the Call Recording Trigger put out',
		},
	],
	description: 'Which recording to download',
};

const outputField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	default: 'data',
	required: true,
	hint: 'The name of the output binary field to put the file in',
};

export const STORED_SIZE: INodeProperties = {
	displayName: 'Stored Size (Bytes)',
	name: 'sizeBytes',
	type: 'string',
	typeOptions: { minValue: 0 },
	default: '',
	placeholder: 'e.g. 4821504',
	description:
		'Size of the file you already have, for example from an S3 node. Leave empty where there is none.',
};

/** Entries of 'Options'. */
export const OPTIONS = {
	manifest: {
		displayName: 'Add Manifest',
		name: 'manifest',
		type: 'boolean',
		default: false,
		description:
			'Whether to add one more item at the end that lists every recording and file, what was not delivered and why, and the search it came from. Its files are the manifest, checksums (for sha256sum) and a request for a time stamp (RFC 3161).',
	},
	sidecars: {
		displayName: 'Add Sidecar Files',
		name: 'sidecars',
		type: 'boolean',
		default: false,
		description:
			'Whether to add to each item a JSON file that tells which recording it is and what proves the file, for archives that people browse',
	},
	hashes: {
		displayName: 'Compute Hashes',
		name: 'hashes',
		type: 'boolean',
		default: true,
		description:
			'Whether to compute MD5 and SHA-256 while downloading. Switch it off for speed with very large files.',
	},
	dateFolders: {
		displayName: 'Date Folders',
		name: 'dateFolders',
		type: 'options',
		default: 'none',
		options: [
			{ name: 'None', value: 'none' },
			{ name: 'Year/Month', value: 'month', description: "As in '2026/03'" },
			{ name: 'Year/Month/Day', value: 'day', description: "As in '2026/03/31'" },
		],
		description:
			"Folders to put before the name of each file in 'path', by the date (UTC) the recording began on. Recordings whose start is unknown go to 'undated'.",
	},
	parallel: {
		displayName: 'Files at Once',
		name: 'parallel',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 16 },
		default: 4,
		description:
			'How many files to download at the same time, from 1 to 16. Each takes a few megabytes of memory, however large it is.',
	},
	stallSeconds: {
		displayName: 'Give Up After Standstill (Seconds)',
		name: 'stallSeconds',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 30,
		description:
			'How long a download may bring no byte before it is cut and goes on with a new connection',
	},
	whenKindDiffers: {
		displayName: 'If Media Kind Differs',
		name: 'whenKindDiffers',
		type: 'options',
		default: 'fail',
		options: [
			{ name: 'Fail', value: 'fail' },
			{
				name: 'Keep',
				value: 'keep',
				description: 'With the MIME type and extension of what it really is',
			},
		],
		description:
			'What to do if a file announced as, say, WAV is an MP3. Web pages and messages are never kept.',
	},
	includeOtherFields: {
		displayName: 'Include Other Input Fields',
		name: 'includeOtherFields',
		type: 'boolean',
		default: false,
		description:
			"Whether to pass the fields of the input item on to its files. Where both have a field of the same name, the file's stays.",
	},
	includeRecording: {
		displayName: 'Include Recording',
		name: 'includeRecording',
		type: 'boolean',
		default: true,
		description:
			"Whether to put all that is known of the recording into 'recording', as Search Recordings puts it out, so that the next node needs no reference back",
	},
	minimumSeconds: {
		displayName: 'Minimum Duration (Seconds)',
		name: 'minimumSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Recordings that play shorter than this are skipped: their item and their line in the manifest say why, and no file is stored. Without a download where the platform tells the duration, else by the WAV, MP3 or MP4 file itself.',
	},
	minimumBytes: {
		displayName: 'Minimum File Size (Bytes)',
		name: 'minimumBytes',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 1024,
		description: 'Files of this size or less hold no audio and are refused as unavailable',
	},
	personalData: {
		displayName: 'Personal Data in Evidence',
		name: 'personalData',
		type: 'boolean',
		default: true,
		description:
			'Whether manifest and sidecar files tell phone numbers and agents. Neither can be changed later without breaking the proof, so switch it off where people may ask for erasure.',
	},
	previousManifestHash: {
		...previousHashField,
		description:
			"The 'manifestSha256' of the manifest before, for example from a data table: the new manifest names it, so that a missing day shows. Leave empty for the first one.",
	},
	skipSilent: {
		displayName: 'Skip Silent Audio',
		name: 'skipSilent',
		type: 'boolean',
		default: false,
		description:
			'Whether to skip files in which nothing is louder than silence (-60 dBFS): their item and their line in the manifest say why, and no file is stored. Only WAV files with PCM or G.711 tell that; of others it is noted on the item that they do not.',
	},
	storedCopy: {
		displayName: 'Skip If Already Stored',
		name: 'storedCopy',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add stored copy',
		options: [
			{
				displayName: 'Stored Copy',
				name: 'values',
				values: [
					STORED_SIZE,
					{
						displayName: 'Stored Hash',
						name: 'hash',
						type: 'string',
						default: '',
						placeholder: 'e.g. 9e107d9d372bb6826bd81d3542a419d6',
						description:
							'MD5 or SHA-256 of the file you already have, as the place tells where it is stored. Leave both hashes empty to go by size alone.',
					},
					{
						displayName: 'Known Hash',
						name: 'knownHash',
						type: 'string',
						default: '',
						placeholder: 'e.g. 9e107d9d372bb6826bd81d3542a419d6',
						description:
							'The same kind of hash as this node gave it when the file was downloaded, for example from your records or a manifest',
					},
				],
			},
		],
		description:
			'Does not download a file again that you already have. Fill in the size of your copy, for example from an S3 node, and if you can its hash and the hash this node gave: where they fit, the item is marked as skipped. Only for recordings of one file.',
	},
} satisfies Record<string, INodeProperties>;

/** What a builder fills in; with recordings from Search Recordings or the Call Recording Trigger nothing has to be. */
export function fields(): INodeProperties[] {
	return [
		platformField({
			name: 'Mixed',
			value: MIXED,
			description: 'Input items of several platforms. A credential is needed for each.',
		}),
		...signInFields(MIXED),
		operation,
		source,
		...perPlatform(({ download }) => download.idFields, { source: ['id'] }),
		...perPlatform(({ download }) => download.fields, { source: ['input'] }),
		...perPlatform(({ download }) => download.fields, { platform: [MIXED] }),
		outputField,
		optionsField([
			...Object.values(OPTIONS),
			...optionsPerPlatform(({ download }) => download.options, MIXED),
		]),
	];
}
