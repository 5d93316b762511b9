import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CommonFaults } from './commonFaults';
import { Evidence, isEmptyItem, type KnownRecording, type Proof } from './evidence';
import { itemSettings, type ItemSettings, type RunSettings } from './settings';
import { Clients, subjectOf, transcriptForm } from './tasks';
import type { MediaTask } from '../../core/cxone/media';
import { transcriptFiles, type WrittenFile } from '../../core/cxone/transcript';
import type { ManifestFile } from '../../core/evidence/manifest';
import { clock } from '../../core/http/clock';
import type { Transport } from '../../core/http/transport';
import { describe, storeFailed } from '../../core/media/answers';
import { BlockPool } from '../../core/media/blocks';
import { download, type Delivered } from '../../core/media/download';
import { HashingThread } from '../../core/media/hashing-thread';
import { inParallel } from '../../core/media/parallel';
import { expectedFile, sameCopy, withLink } from '../../core/media/stored';
import type { Recording } from '../../core/recording';
import { failedItem } from '../common/perItem';

/** A file of an input item, ready to be fetched. */
interface FileTask extends MediaTask {
	platform: Recording['platform'];
	recordingId: string;
	recording: KnownRecording;
	settings: ItemSettings;
	/** Whether it is the only file of its item. */
	isOnly: boolean;
}

/** A transcript, to be put out as a file. */
interface TextTask extends WrittenFile {
	platform: Recording['platform'];
	recordingId: string;
	recording: KnownRecording;
	/** Name of the binary field. */
	field: string;
}

/** What all downloads of an execution share. */
interface Means {
	transport: Transport;
	pool: BlockPool;
	hashing: HashingThread;
	evidence: Evidence;
}

/** An output item with its line of the manifest. */
interface Result extends Proof {
	output: INodeExecutionData;
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
	const evidence = new Evidence(context, settings.evidence, async (bytes, path, mimeType) => await store(context, bytes, path, mimeType));
	const means: Means = { transport, pool, hashing, evidence };
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
	const { evidence } = means;
	const known = new Map<number, KnownRecording>();
	const results = await inParallel<FileTask | TextTask, Result>({
		items: context.getInputData().length,
		limit: settings.parallel,
		plan: async (item) => {
			if (evidence.mayBeEmpty && isEmptyItem(context.getInputData()[item])) return [];
			return await planFiles(context, clients, faults, item, (recording) => known.set(item, recording));
		},
		run: async (task, item) =>
			await faults.guard(task.platform, item, async () =>
				'bytes' in task ? await deliverText(context, evidence, task, item) : await deliverOne(context, means, task, item),
			),
		failed: (error, item) => {
			const output = failedItem(context, error, item);
			const { error: reason, details } = output.json;
			const recording = known.get(item);
			const gap = { item, recordingId: recording?.id ?? null, reason: String(reason), ...(typeof details === 'string' && { details }) };
			return { output, recording, gap };
		},
		cancel,
	});
	return [...results.map(({ output }) => output), ...(await evidence.manifestItems(results))];
}

async function planFiles(
	context: IExecuteFunctions,
	clients: Clients,
	faults: CommonFaults,
	item: number,
	tell: (recording: KnownRecording) => void,
): Promise<Array<FileTask | TextTask>> {
	const settings = itemSettings(context, item);
	const { platform, plan, recording: found } = subjectOf(context, clients, item);
	if (found !== undefined) tell(found);
	const { recordingId, tasks, transcript, recording = found ?? { platform, id: recordingId } } = await faults.guard(platform, item, plan);
	tell(recording);
	const form = transcriptForm(context, item);
	const texts = transcript === undefined || form === undefined ? [] : transcriptFiles(transcript, recordingId, form);
	const files = tasks.map((task) => ({ ...task, platform, recordingId, recording, settings, isOnly: tasks.length + texts.length === 1 }));
	return [...files, ...texts.map((text) => ({ ...text, platform, recordingId, recording, field: settings.field }))];
}

async function deliverText(context: IExecuteFunctions, evidence: Evidence, task: TextTask, item: number): Promise<Result> {
	const { platform, recordingId, recording, field, bytes, ...text } = task;
	const at = new Date(clock.now()).toISOString();
	const path = evidence.pathOf(text.fileName, recording);
	const stored = await store(context, bytes, path, text.mimeType);
	const facts = { ...text, sizeBytes: bytes.length, attempts: 0 };
	const channels = { channelAsked: null, channelDelivered: null };
	const file: ManifestFile = { platform, recordingId, ...facts, ...channels, path, startedAt: at, finishedAt: at };
	const binary = { ...context.getInputData()[item].binary, [field]: stored, ...(await evidence.addSidecar(file, recording, field)) };
	return {
		output: { json: { platform, recordingId, ...facts, transcript: true, ...channels, ...evidence.jsonOf(file) }, binary, pairedItem: { item } },
		recording,
		file,
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
	{ transport, pool, hashing, evidence }: Means,
	task: FileTask,
	item: number,
): Promise<Result> {
	const startedAt = new Date(clock.now()).toISOString();
	const skipped = await skippedFile(task);
	const { field, minimumBytes, acceptOtherKind, hashes } = task.settings;
	// What came in under the name of the file is not the file.
	const { [field]: _, ...own } = context.getInputData()[item].binary ?? {};
	if (skipped !== undefined && 'json' in skipped) return await resultOf(evidence, task, skipped.json, own, startedAt, item);
	const job = skipped?.job ?? task.job;
	const { stored, wav, note, ...file } = await download(
		job,
		transport,
		async (body, fileName, mimeType) => await context.helpers.prepareBinaryData(body, evidence.pathOf(fileName, task.recording), mimeType),
		{ minimumBytes, acceptOtherKind, hashes, hashing, reuseMemory: true, pool, signal: context.getExecutionCancelSignal() },
	);
	if (typeof stored.bytes === 'number' && stored.bytes !== file.sizeBytes) {
		throw storeFailed(describe(job), { message: `${stored.bytes} of ${file.sizeBytes} bytes were stored` });
	}
	const notes = [task.note, note].filter((text) => text !== undefined).join('; ');
	const json = { ...file, ...wav, ...(notes !== '' && { note: notes }) };
	return await resultOf(evidence, task, json, { ...own, [field]: stored }, startedAt, item);
}

type FileJson = Omit<Delivered<unknown>, 'stored' | 'wav' | 'sizeBytes' | 'kind'> & { sizeBytes: number | null; skipped?: true };

async function resultOf(
	evidence: Evidence,
	task: FileTask,
	json: FileJson,
	binary: NonNullable<INodeExecutionData['binary']>,
	startedAt: string,
	item: number,
): Promise<Result> {
	const { platform, recordingId, recording, channelAsked } = task;
	const { fileName, mimeType, sizeBytes, md5, sha256, attempts, skipped, note } = json;
	const finishedAt = new Date(clock.now()).toISOString();
	const channels = { channelAsked, channelDelivered: task.channelDelivered() };
	const path = evidence.pathOf(fileName, recording);
	const file: ManifestFile = {
		platform, recordingId, fileName, path, mimeType, sizeBytes, sha256, md5, startedAt, finishedAt, attempts, ...channels,
		...(skipped && { skipped }), ...(note && { note }),
	};
	const all = { ...binary, ...(await evidence.addSidecar(file, recording, task.settings.field)) };
	const output: INodeExecutionData = {
		json: { platform, recordingId, ...json, ...channels, ...evidence.jsonOf(file) },
		...(Object.keys(all).length > 0 && { binary: all }),
		pairedItem: { item },
	};
	return { output, recording, file };
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
