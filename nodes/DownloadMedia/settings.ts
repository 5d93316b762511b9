import type { IDataObject } from 'n8n-workflow';

import { previousHash } from '../../core/evidence/chain';
import type { DateFolders } from '../../core/evidence/places';
import type { StoredCopy } from '../../core/media/stored';
import { givenText, type FieldValues } from '../common/field-values';

/** What holds for the whole execution. */
export type RunSettings = ReturnType<typeof runSettings>;
/** What holds for one input item. */
export type ItemSettings = ReturnType<typeof itemSettings>;

/** Reads the options that hold for all items. @throws NodeOperationError when a value makes no sense */
export function runSettings(fields: FieldValues) {
	const options = fields.collection('options');
	const stallSeconds = fields.number(
		options.stallSeconds ?? 30,
		'Give Up After Standstill (Seconds)',
		{ min: 0.05 },
	);
	return {
		parallel: Math.floor(
			fields.number(options.parallel ?? 4, 'Files at Once', { min: 1, max: 16 }),
		),
		// How long a body may bring no byte.
		idleTimeoutMs: stallSeconds * 1000,
		// What is put out besides the files, so that others can check them.
		evidence: {
			manifest: options.manifest === true,
			previousSha256: previousHash(
				givenText(options.previousManifestHash),
				'Previous Manifest Hash',
			),
			sidecars: options.sidecars === true,
			folders: (options.dateFolders ?? 'none') as DateFolders,
			personalData: options.personalData !== false,
		},
	};
}

/** Reads the options of one item. @throws NodeOperationError when a value makes no sense */
export function itemSettings(fields: FieldValues) {
	const options = fields.collection('options');
	return {
		field: fields.requiredText('binaryPropertyName', 'Put Output File in Field'),
		minimumBytes: fields.number(options.minimumBytes ?? 1024, 'Minimum File Size (Bytes)', {
			min: 0,
		}),
		acceptOtherKind: options.whenKindDiffers === 'keep',
		// Evidence without hashes would be none.
		hashes: options.hashes !== false || options.manifest === true || options.sidecars === true,
		// What is skipped, because it is not worth storing.
		unwanted: {
			silent: options.skipSilent === true,
			minimumSeconds: fields.number(options.minimumSeconds ?? 0, 'Minimum Duration (Seconds)', {
				min: 0,
			}),
		},
		// Whether the item tells all that is known of the recording, and keeps the fields of the input item.
		withRecording: options.includeRecording !== false,
		withInput: options.includeOtherFields === true,
		// Undefined where the user feeds nothing in.
		storedCopy: storedCopy(fields, options),
	};
}

function storedCopy(fields: FieldValues, options: IDataObject): StoredCopy | undefined {
	const { values: fed = {} } = (options.storedCopy ?? {}) as { values?: IDataObject };
	const size = givenText(fed.sizeBytes);
	const hash = givenText(fed.hash);
	const knownHash = givenText(fed.knownHash);
	if (size === undefined && hash === undefined) return undefined;
	const sizeBytes =
		size === undefined ? undefined : fields.number(size, 'Stored Size (Bytes)', { min: 0 });
	return { sizeBytes, hash, knownHash };
}
