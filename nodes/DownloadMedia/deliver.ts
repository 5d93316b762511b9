import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CommonFaults } from './common-faults';
import { itemSettings, type ItemSettings, type RunSettings } from './settings';
import { Clients, subjectOf, transcriptForm } from './tasks';
import type { MediaTask } from '../../core/cxone/media';
import { transcriptFiles, type WrittenFile } from '../../core/cxone/transcript';
import { clock } from '../../core/http/clock';
import type { Transport } from '../../core/http/transport';
import { describe, storeFailed } from '../../core/media/answers';
import { BlockPool } from '../../core/media/blocks';
import { download, type Delivered } from '../../core/media/download';
import { HashingThread } from '../../core/media/hashing-thread';
import { manifestOf, type ManifestFile, type ManifestGap } from '../../core/media/manifest';
import { inParallel } from '../../core/media/parallel';
import { expectedFile, sameCopy, withLink } from '../../core/media/stored';
import type { Recording } from '../../core/recording';
import { failedItem } from '../common/perItem';

/** A file of an input item, ready to be fetched. */
interface FileTask extends MediaTask {
	platform: Recording['platform'];
	recordingId: string;
	settings: ItemSettings;
	/** Whether it is the only file of its item. */
	isOnly: boolean;
}

/** A transcript, to be put out as a file. */
interface TextTask extends WrittenFile {
	platform: Recording['platform'];
	recordingId: string;
	/** Name of the binary field. */
	field: string;
}

/** What all downloads of an execution share. */
interface Means {
	transport: Transport;
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
 * @param context whose cancel signal fires when the execution is cancelled or `cancel` was called
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node continues on fail
 */
export async function deliverAll(
	context: IExecuteFunctions,
	transport: Transport,
	settings: RunSettings,
	cancel: (reason: unknown) => void,
): Promise<INodeExecutionData[]> {
	const clients = new Clients(context, transport);
	const pool = new BlockPool();
	const hashing = new HashingThread(pool.blockBytes);
	const means: Means = { transport, pool, hashing };
	try {
		return await deliverWith(context, clients, means, settings, cancel);
	} finally {
		await hashing.close();
	}
}

async function deliverWith(
	context: IExecuteFunctions,
	clients: Clients,
	means: Means,
	settings: RunSettings,
	cancel: (reason: unknown) => void,
): Promise<INodeExecutionData[]> {
	const faults = new CommonFaults();
	const results = await inParallel<FileTask | TextTask, Result>({
		items: context.getInputData().length,
		limit: settings.parallel,
		plan: async (item) => await planFiles(context, clients, faults, item),
		run: async (task, item) =>
			await faults.guard(task.platform, item, async () =>
				'bytes' in task ? await deliverText(context, task, item) : await deliverOne(context, means, task, item),
			),
		failed: (error, item) => {
			const output = failedItem(context, error, item);
			return { output, gap: { item, reason: String(output.json.error) } };
		},
		cancel,
	});
	const output = results.map((result) => result.output);
	return settings.manifest ? [...output, await manifestItem(context, results)] : output;
}

async function planFiles(
	context: IExecuteFunctions,
	clients: Clients,
	faults: CommonFaults,
	item: number,
): Promise<Array<FileTask | TextTask>> {
	const settings = itemSettings(context, item);
	const { platform, plan } = subjectOf(context, clients, item);
	const { recordingId, tasks, transcript } = await faults.guard(platform, item, plan);
	const form = transcriptForm(context, item);
	const texts = transcript === undefined || form === undefined ? [] : transcriptFiles(transcript, recordingId, form);
	const files = tasks.map((task) => ({ ...task, platform, recordingId, settings, isOnly: tasks.length + texts.length === 1 }));
	return [...files, ...texts.map((text) => ({ ...text, platform, recordingId, field: settings.field }))];
}

async function deliverText(context: IExecuteFunctions, task: TextTask, item: number): Promise<Result> {
	const { platform, recordingId, field, bytes, ...file } = task;
	const at = new Date(clock.now()).toISOString();
	const stored = await store(context, bytes, file.fileName, file.mimeType);
	const facts = { ...file, sizeBytes: bytes.length, attempts: 0 };
	return {
		output: {
			json: { platform, recordingId, ...facts, transcript: true, channelAsked: null, channelDelivered: null },
			binary: { ...context.getInputData()[item].binary, [field]: stored },
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
	{ transport, pool, hashing }: Means,
	task: FileTask,
	item: number,
): Promise<Result> {
	const startedAt = new Date(clock.now()).toISOString();
	const skipped = await skippedFile(task);
	const { field, minimumBytes, acceptOtherKind, hashes } = task.settings;
	// What came in under the name of the file is not the file.
	const { [field]: _, ...own } = context.getInputData()[item].binary ?? {};
	if (skipped !== undefined && 'json' in skipped) return resultOf(task, skipped.json, own, startedAt, item);
	const job = skipped?.job ?? task.job;
	const { stored, wav, note, ...file } = await download(
		job,
		transport,
		async (body, fileName, mimeType) => await context.helpers.prepareBinaryData(body, fileName, mimeType),
		{ minimumBytes, acceptOtherKind, hashes, hashing, reuseMemory: true, pool, signal: context.getExecutionCancelSignal() },
	);
	if (typeof stored.bytes === 'number' && stored.bytes !== file.sizeBytes) {
		throw storeFailed(describe(job), { message: `${stored.bytes} of ${file.sizeBytes} bytes were stored` });
	}
	const notes = [task.note, note].filter((text) => text !== undefined).join('; ');
	const json = { ...file, ...wav, ...(notes !== '' && { note: notes }) };
	return resultOf(task, json, { ...own, [field]: stored }, startedAt, item);
}

type FileJson = Omit<Delivered<unknown>, 'stored' | 'wav' | 'sizeBytes' | 'kind'> & { sizeBytes: number | null; skipped?: true };

function resultOf(
	task: FileTask,
	json: FileJson,
	binary: NonNullable<INodeExecutionData['binary']>,
	startedAt: string,
	item: number,
): Result {
	const { platform, recordingId, channelAsked } = task;
	const { fileName, mimeType, sizeBytes, md5, sha256, attempts, skipped, note } = json;
	const finishedAt = new Date(clock.now()).toISOString();
	const output: INodeExecutionData = {
		json: { platform, recordingId, ...json, channelAsked, channelDelivered: task.channelDelivered() },
		...(Object.keys(binary).length > 0 && { binary }),
		pairedItem: { item },
	};
	const times = { startedAt, finishedAt };
	return {
		output,
		file: { platform, recordingId, fileName, mimeType, sizeBytes, sha256, md5, ...times, attempts, ...(skipped && { skipped }), ...(note && { note }) },
	};
}

/** The JSON of a file that is stored already; where it is not, the job with the link that was asked for to find out. */
async function skippedFile(task: FileTask): Promise<{ json: FileJson } | { job: MediaTask['job'] } | undefined> {
	const { storedCopy } = task.settings;
	if (storedCopy === undefined || !task.isOnly) return undefined;
	const link = await task.job.link();
	const because = sameCopy(storedCopy, link.sizeBytes);
	if (because === undefined) return { job: withLink(task.job, link) };
	const hash = because === 'size' ? undefined : storedCopy.knownHash?.trim().toLowerCase();
	return {
		json: {
			...expectedFile(task.job, link),
			sizeBytes: link.sizeBytes ?? storedCopy.sizeBytes ?? null,
			md5: hash?.length === 32 ? hash : null,
			sha256: hash?.length === 64 ? hash : null,
			attempts: 0,
			skipped: true,
			note: `Not downloaded: the stored copy has the same ${because}`,
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
		binary: { [itemSettings(context, 0).field]: await store(context, bytes, name, 'application/json') },
		pairedItem: context.getInputData().map((_, item) => ({ item })),
	};
}
