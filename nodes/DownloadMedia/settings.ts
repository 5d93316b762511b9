import { previousHash } from '../../core/evidence/link';
import type { DateFolders } from '../../core/evidence/places';
import type { Unwanted } from '../../core/media/download';
import type { StoredCopy } from '../../core/media/stored';
import { givenText, type FieldValues } from '../common/field-values';

interface Options {
	dateFolders?: DateFolders;
	hashes?: boolean;
	includeOtherFields?: boolean;
	includeRecording?: boolean;
	manifest?: boolean;
	minimumBytes?: number;
	minimumSeconds?: number;
	parallel?: number;
	personalData?: boolean;
	previousManifestHash?: unknown;
	sidecars?: boolean;
	skipSilent?: boolean;
	stallSeconds?: number;
	storedCopy?: { values?: { sizeBytes?: unknown; hash?: unknown; knownHash?: unknown } };
	whenKindDiffers?: 'fail' | 'keep';
}

/** What holds for the whole execution. */
export interface RunSettings {
	/** Files at once. */
	parallel: number;
	/** Milliseconds a body may bring no byte. */
	idleTimeoutMs: number;
	evidence: EvidenceSettings;
}

/** What is put out besides the files, so that others can check them. */
export interface EvidenceSettings {
	manifest: boolean;
	/** SHA-256 of the manifest before. */
	previousSha256: string | null;
	/** A JSON file beside each file. */
	sidecars: boolean;
	folders: DateFolders;
	/** Whether it tells numbers and names. */
	personalData: boolean;
}

/** What holds for one input item. */
export interface ItemSettings {
	/** Name of the binary field. */
	field: string;
	minimumBytes: number;
	acceptOtherKind: boolean;
	hashes: boolean;
	/** What is skipped, because it is not worth storing. */
	unwanted: Unwanted;
	/** Whether the item tells all that is known of the recording. */
	withRecording: boolean;
	/** Whether the fields of the input item are kept. */
	withInput: boolean;
	/** Undefined where the user feeds nothing in. */
	storedCopy?: StoredCopy;
}

/** Reads the options that hold for all items. @throws NodeOperationError when a value makes no sense */
export function runSettings(fields: FieldValues): RunSettings {
	const options = fields.collection('options') as Options;
	const stallSeconds = fields.number(
		options.stallSeconds ?? 30,
		'Give Up After Standstill (Seconds)',
		{ min: 0.05 },
	);
	return {
		parallel: Math.floor(
			fields.number(options.parallel ?? 4, 'Files at Once', { min: 1, max: 16 }),
		),
		idleTimeoutMs: stallSeconds * 1000,
		evidence: {
			manifest: options.manifest === true,
			previousSha256: previousHash(
				givenText(options.previousManifestHash),
				'Previous Manifest Hash',
			),
			sidecars: options.sidecars === true,
			folders: options.dateFolders ?? 'none',
			personalData: options.personalData !== false,
		},
	};
}

/** Reads the options of one item. @throws NodeOperationError when a value makes no sense */
export function itemSettings(fields: FieldValues): ItemSettings {
	const options = fields.collection('options') as Options;
	return {
		field: fields.requiredText('binaryPropertyName', 'Put Output File in Field'),
		minimumBytes: fields.number(options.minimumBytes ?? 1024, 'Minimum File Size (Bytes)', {
			min: 0,
		}),
		acceptOtherKind: options.whenKindDiffers === 'keep',
		// Evidence without hashes would be none.
		hashes: options.hashes !== false || options.manifest === true || options.sidecars === true,
		unwanted: {
			silent: options.skipSilent === true,
			minimumSeconds: fields.number(options.minimumSeconds ?? 0, 'Minimum Duration (Seconds)', {
				min: 0,
			}),
		},
		withRecording: options.includeRecording !== false,
		withInput: options.includeOtherFields === true,
		storedCopy: storedCopy(fields, options),
	};
}

function storedCopy(fields: FieldValues, { storedCopy: fed }: Options): StoredCopy | undefined {
	const size = givenText(fed?.values?.sizeBytes);
	const hash = givenText(fed?.values?.hash);
	const knownHash = givenText(fed?.values?.knownHash);
	if (size === undefined && hash === undefined) return undefined;
	const sizeBytes =
		size === undefined ? undefined : fields.number(size, 'Stored Size (Bytes)', { min: 0 });
	return { sizeBytes, hash, knownHash };
}
