import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CommonFaults } from './common-faults';
import { nextSteps } from './next-steps';
import { itemSettings, type ItemSettings, type RunSettings } from './settings';
import { wantedOf } from './wanted';
import { clock } from '../../core/http/clock';
import { describe, storeFailed } from '../../core/media/errors';
import { BlockPool } from '../../core/media/blocks';
import { download, type Delivered } from '../../core/media/download';
import type { MediaFile, WrittenFile } from '../../core/media/file';
import { HashingThread } from '../../core/media/hashing-thread';
import { manifestOf, type ManifestFile, type ManifestGap } from '../../core/media/manifest';
import { inParallel } from '../../core/media/parallel';
import { hintAbout, mostBytesOfStore } from '../../core/media/store-limits';
import { expectedFile, sameCopy, withLink } from '../../core/media/stored';
import type { Session } from '../../core/platform';
import { FieldValues } from '../common/field-values';
import { failedItem } from '../common/per-item';
import { Connections } from '../platforms/connections';

/** A file of an input item, ready to be fetched or stored. */
interface Task {
	platform: string;
	recordingId: string;
	file: MediaFile | WrittenFile;
	settings: ItemSettings;
	/** Whether it is the only file of its item. */
	isOnly: boolean;
}

/** What all downloads of an execution share. */
interface Shared {
	session: Session;
	pool: BlockPool;
	hashing: HashingThread;
}

/** An output item with its line of the manifest. */
interface Result {
	output: INodeExecutionData;
	file?: ManifestFile;
	gap?: ManifestGap;
}

/**
 * Fetches the files of all input items, several at once. Output items come in the order of the input.
 *
 * @param session whose signal fires when the execution is cancelled or `cancel` was called
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node continues on fail
 */
export async function deliverAll(
	context: IExecuteFunctions,
	session: Session,
	settings: RunSettings,
	cancel: (reason: unknown) => void,
): Promise<INodeExecutionData[]> {
	const pool = new BlockPool();
	const shared: Shared = { session, pool, hashing: new HashingThread(pool.blockBytes) };
	const connections = new Connections(context, session);
	const faults = new CommonFaults();
	try {
		const results = await inParallel<Task, Result>({
			items: context.getInputData().length,
			limit: settings.parallel,
			plan: async (item) => await planFiles(context, connections, faults, item),
			run: async (task, item) =>
				await faults.guard(task.platform, item, async () =>
					'bytes' in task.file
						? await deliverText(context, task, task.file, item)
						: await deliverOne(context, shared, task, task.file, item),
				),
			failed: (error, item) => {
				const output = failedItem(context, error, item, undefined, nextSteps);
				return { output, gap: { item, reason: String(output.json.error) } };
			},
			cancel,
		});
		const output = results.map((result) => result.output);
		return settings.manifest ? [...output, await manifestItem(context, results)] : output;
	} finally {
		await shared.hashing.close();
	}
}

/** Works out which files an input item asks for. Makes the API calls this takes, and no media request. */
async function planFiles(
	context: IExecuteFunctions,
	connections: Connections,
	faults: CommonFaults,
	item: number,
): Promise<Task[]> {
	const values = FieldValues.ofItem(context, item);
	const settings = itemSettings(values);
	const { chosen, target } = wantedOf(values, context.getInputData()[item].json);
	const { platform, download: asked } = chosen;
	const wish = asked.read(values);
	const files = await faults.guard(platform.id, item, async () => {
		const connected = await connections.to(chosen, values);
		return await connected.files(target, wish);
	});
	const isOnly = files.length === 1;
	return files.map((file) => ({ platform: platform.id, recordingId: target.id, file, settings, isOnly }));
}

async function deliverText(
	context: IExecuteFunctions,
	{ platform, recordingId, settings }: Task,
	{ bytes, ...file }: WrittenFile,
	item: number,
): Promise<Result> {
	const at = new Date(clock.now()).toISOString();
	const stored = await store(context, bytes, file.fileName, file.mimeType);
	const facts = { ...file, sizeBytes: bytes.length, attempts: 0 };
	return {
		output: {
			json: { platform, recordingId, ...facts, transcript: true, channelAsked: null, channelDelivered: null },
			binary: { ...context.getInputData()[item].binary, [settings.field]: stored },
			pairedItem: { item },
		},
		file: { platform, recordingId, ...facts, startedAt: at, finishedAt: at },
	};
}

/** Stores a file that was made here. */
async function store(context: IExecuteFunctions, bytes: Buffer, name: string, mimeType: string): Promise<IBinaryData> {
	return await context.helpers.prepareBinaryData(bytes, name, mimeType).catch((error: unknown) => {
		throw storeFailed(name, error);
	});
}

async function deliverOne(
	context: IExecuteFunctions,
	{ session, pool, hashing }: Shared,
	task: Task,
	file: MediaFile,
	item: number,
): Promise<Result> {
	const startedAt = new Date(clock.now()).toISOString();
	const looked = await lookAtStored(task, file);
	const { field, minimumBytes, acceptOtherKind, hashes } = task.settings;
	// What came in under the name of the file is not the file.
	const { [field]: _, ...own } = context.getInputData()[item].binary ?? {};
	if ('json' in looked) return resultOf(task, file, looked.json, own, startedAt, item);
	const { stored, wav, kind, ...json } = await download(
		looked.file,
		session.transport,
		async (body, fileName, mimeType) => await context.helpers.prepareBinaryData(body, fileName, mimeType),
		{ minimumBytes, mostBytes: mostBytesOfStore(), acceptOtherKind, hashes, hashing, reuseMemory: true, pool, signal: session.signal },
	);
	if (typeof stored.bytes === 'number' && stored.bytes !== json.sizeBytes) {
		throw storeFailed(describe(file), { message: `${stored.bytes} of ${json.sizeBytes} bytes were stored` });
	}
	const hint = hintAbout(json.fileName, json.sizeBytes, stored.data);
	if (hint !== undefined) session.hint(hint);
	return resultOf(task, file, { ...json, kind, ...wav }, { ...own, [field]: stored }, startedAt, item);
}

type FileJson = Omit<Delivered<unknown>, 'stored' | 'wav' | 'sizeBytes' | 'kind'> & {
	sizeBytes: number | null;
	kind?: string | null;
	skipped?: true;
};

function resultOf(
	{ platform, recordingId }: Task,
	{ channelAsked }: MediaFile,
	json: FileJson,
	binary: NonNullable<INodeExecutionData['binary']>,
	startedAt: string,
	item: number,
): Result {
	const { fileName, mimeType, sizeBytes, md5, sha256, attempts, skipped, note } = json;
	const times = { startedAt, finishedAt: new Date(clock.now()).toISOString() };
	return {
		output: {
			json: { platform, recordingId, ...json, channelAsked: channelAsked ?? null },
			...(Object.keys(binary).length > 0 && { binary }),
			pairedItem: { item },
		},
		file: { platform, recordingId, fileName, mimeType, sizeBytes, sha256, md5, ...times, attempts, ...(skipped && { skipped }), ...(note && { note }) },
	};
}

/** The JSON of a file that is stored already; where it is not, the file with the link that was asked for to find out. */
async function lookAtStored(task: Task, file: MediaFile): Promise<{ json: FileJson } | { file: MediaFile }> {
	const { storedCopy } = task.settings;
	if (storedCopy === undefined || !task.isOnly) return { file };
	const link = await file.link();
	const because = sameCopy(storedCopy, link.sizeBytes);
	if (because === undefined) return { file: withLink(file, link) };
	const hash = because === 'size' ? undefined : storedCopy.knownHash?.trim().toLowerCase();
	const skipped = `Not downloaded: the stored copy has the same ${because}`;
	return {
		json: {
			...expectedFile(file, link),
			sizeBytes: link.sizeBytes ?? storedCopy.sizeBytes ?? null,
			md5: hash?.length === 32 ? hash : null,
			sha256: hash?.length === 64 ? hash : null,
			channelDelivered: link.channel ?? null,
			attempts: 0,
			skipped: true,
			note: file.note === undefined ? skipped : `${file.note}; ${skipped}`,
		},
	};
}

async function manifestItem(context: IExecuteFunctions, results: Result[]): Promise<INodeExecutionData> {
	const manifest = manifestOf(
		results.flatMap(({ file }) => file ?? []),
		results.flatMap(({ gap }) => gap ?? []),
		new Date(clock.now()),
	);
	const name = `manifest_${manifest.filesSha256.slice(0, 12)}.json`;
	const bytes = Buffer.from(JSON.stringify(manifest, undefined, 2), 'utf8');
	return {
		json: { manifest: true, fileName: name, ...manifest } as unknown as IDataObject,
		binary: { [itemSettings(FieldValues.ofItem(context, 0)).field]: await store(context, bytes, name, 'application/json') },
		pairedItem: context.getInputData().map((_, item) => ({ item })),
	};
}
