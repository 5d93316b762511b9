import type { IDataObject } from 'n8n-workflow';

import type { DateFolders } from '../../core/evidence/places';
import type { StoredCopy } from '../../core/media/stored';
import { OPTIONS, STORED_SIZE } from './fields';
import { previousHashIn } from '../common/audit';
import { givenText, type FieldValues } from '../common/field-values';

/** What holds for the whole execution. */
export type RunSettings = ReturnType<typeof runSettings>;
/** What holds for one input item. */
export type ItemSettings = ReturnType<typeof itemSettings>;

/** Reads the options that hold for all items. @throws NodeOperationError when a value makes no sense */
export function runSettings(fields: FieldValues) {
	const options = fields.collection('options');
	return {
		parallel: Math.floor(fields.entry(OPTIONS.parallel)),
		// How long a body may bring no byte.
		idleTimeoutMs: fields.entry(OPTIONS.stallSeconds) * 1000,
		// What is put out besides the files, so that others can check them.
		evidence: {
			manifest: options.manifest === true,
			previousSha256: previousHashIn(options),
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
		minimumBytes: fields.entry(OPTIONS.minimumBytes),
		acceptOtherKind: options.whenKindDiffers === 'keep',
		// Evidence without hashes would be none.
		hashes: options.hashes !== false || options.manifest === true || options.sidecars === true,
		// What is skipped, because it is not worth storing.
		unwanted: {
			silent: options.skipSilent === true,
			minimumSeconds: fields.entry(OPTIONS.minimumSeconds),
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
	const sizeBytes = size === undefined ? undefined : fields.bounded(STORED_SIZE, size);
	return { sizeBytes, hash, knownHash };
}
