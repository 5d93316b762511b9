import type { IExecuteFunctions } from 'n8n-workflow';

import type { StoredCopy } from '../../core/media/stored';
import { numberWithin, optionalText, requiredText } from '../common/parameters';

interface Options {
	hashes?: boolean;
	manifest?: boolean;
	minimumBytes?: number;
	parallel?: number;
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
	manifest: boolean;
}

/** What holds for one input item. */
export interface ItemSettings {
	/** Name of the binary field. */
	field: string;
	minimumBytes: number;
	acceptOtherKind: boolean;
	hashes: boolean;
	/** Undefined where the user feeds nothing in. */
	storedCopy?: StoredCopy;
}

/** Reads the options that hold for all items. @throws NodeOperationError when a value makes no sense */
export function runSettings(context: IExecuteFunctions): RunSettings {
	const options = context.getNodeParameter('options', 0, {}) as Options;
	const stallSeconds = numberWithin(context, options.stallSeconds ?? 30, 'Give Up After Standstill (Seconds)', { min: 0.05 }, 0);
	return {
		parallel: Math.floor(numberWithin(context, options.parallel ?? 4, 'Files at Once', { min: 1, max: 16 }, 0)),
		idleTimeoutMs: stallSeconds * 1000,
		manifest: options.manifest === true,
	};
}

/** Reads the options of one item. @throws NodeOperationError when a value makes no sense */
export function itemSettings(context: IExecuteFunctions, item: number): ItemSettings {
	const options = context.getNodeParameter('options', item, {}) as Options;
	return {
		field: requiredText(context, 'binaryPropertyName', 'Put Output File in Field', item),
		minimumBytes: numberWithin(context, options.minimumBytes ?? 1024, 'Minimum File Size (Bytes)', { min: 0 }, item),
		acceptOtherKind: options.whenKindDiffers === 'keep',
		hashes: options.hashes !== false,
		storedCopy: storedCopy(context, options, item),
	};
}

function storedCopy(context: IExecuteFunctions, { storedCopy: fed }: Options, item: number): StoredCopy | undefined {
	const size = present(fed?.values?.sizeBytes);
	const hash = present(fed?.values?.hash);
	const knownHash = present(fed?.values?.knownHash);
	if (size === undefined && hash === undefined) return undefined;
	const sizeBytes = size === undefined ? undefined : numberWithin(context, size, 'Stored Size (Bytes)', { min: 0 }, item);
	return { sizeBytes, hash, knownHash };
}

/** An expression that finds nothing gives one of these words. */
function present(value: unknown): string | undefined {
	const text = optionalText(value);
	return text === 'undefined' || text === 'null' ? undefined : text;
}
