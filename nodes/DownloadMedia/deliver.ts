import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { columnsOf, recordingJson, withInput } from './columns';
import { CommonFaults } from './common-faults';
import { Evidence, type KnownRecording, type Proof } from './evidence';
import { nextSteps } from './next-steps';
import { itemSettings, type ItemSettings, type RunSettings } from './settings';
import { wantedOf } from './wanted';
import type { ManifestFile } from '../../core/evidence/manifest';
import { clock } from '../../core/http/clock';
import { failedItem } from '../../core/http/errors';
import { describe, storeFailed } from '../../core/media/errors';
import { BlockPool } from '../../core/media/blocks';
import { download, NotStored, tooShort, type Delivered } from '../../core/media/download';
import type { MediaFile, WrittenFile } from '../../core/media/file';
import { HashingThread } from '../../core/media/hashing-thread';
import { inParallel } from '../../core/media/parallel';
import { hintAbout, mostBytesOfStore } from '../../core/media/store-limits';
import { expectedFile, sameCopy, withLink } from '../../core/media/stored';
import type { Session } from '../../core/platform';
import { iso } from '../../core/times';
import { FieldValues } from '../common/field-values';
import type { Connections } from '../platforms/connections';

/** A file of an input item, ready to be fetched or stored. */
interface Task {
	recording: KnownRecording;
	file: MediaFile | WrittenFile;
	settings: ItemSettings;
	/** The input item, and its index, from 0. */
	input: INodeExecutionData;
	item: number;
	/** Whether it is the only file of its item. */
	isOnly: boolean;
}

/** What all downloads of an execution share. */
interface Shared {
	session: Session;
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
 * @param connections whose signal fires when the execution is cancelled or `cancel` was called
 * @throws NodeApiError or NodeOperationError of the first item that failed, unless the node continues on fail
 */
export async function deliverAll(
	context: IExecuteFunctions,
	connections: Connections,
	settings: RunSettings,
	cancel: (reason: unknown) => void,
): Promise<INodeExecutionData[]> {
	const pool = BlockPool.forFiles(settings.parallel);
	const hashing = new HashingThread(pool.blockBytes);
	const evidence = new Evidence(context, settings.evidence);
	const shared: Shared = { session: connections.session, pool, hashing, evidence };
	const faults = new CommonFaults();
	const known = new Map<number, KnownRecording>();
	try {
		const results = await inParallel<Task, Result>({
			items: context.getInputData().length,
			limit: settings.parallel,
			plan: async (item) =>
				evidence.isNothing(item)
					? []
					: await planFiles(context, connections, faults, item, (recording) =>
							known.set(item, recording),
						),
			run: async (task, item) =>
				await faults.guard(task.recording.platform, item, async () =>
					'bytes' in task.file
						? await deliverText(evidence, task, task.file)
						: await deliverOne(context, shared, task, task.file),
				),
			failed: (error, item) => {
				const cancelled = context.getExecutionCancelSignal();
				const output = failedItem(context, error, item, { nextSteps, cancelled });
				const { error: reason, details } = output.json;
				const recording = known.get(item);
				const gap = {
					item,
					recordingId: recording?.id ?? null,
					reason: String(reason),
					...(typeof details === 'string' && { details }),
				};
				return { output, recording, gap };
			},
			cancel,
		});
		return [...results.map(({ output }) => output), ...(await evidence.manifestItems(results))];
	} finally {
		await hashing.close();
	}
}

/**
 * Works out which files an input item asks for. Makes the API calls this takes, and no media request.
 *
 * @param tell takes what is known of the recording, as soon as it is: a failure is to name it, too
 */
async function planFiles(
	context: IExecuteFunctions,
	connections: Connections,
	faults: CommonFaults,
	item: number,
	tell: (recording: KnownRecording) => void,
): Promise<Task[]> {
	const values = FieldValues.ofItem(context, item);
	const settings = itemSettings(values);
	const input = context.getInputData()[item];
	const { chosen, target } = wantedOf(values, input.json);
	const { platform, download: asked } = chosen;
	const recordingFrom = (told = target.recording): KnownRecording => {
		const references = { ...target.references, ...told?.references };
		return {
			...told,
			platform: platform.id,
			id: target.id,
			references: Object.keys(references).length > 0 ? references : { recordingId: target.id },
		};
	};
	tell(recordingFrom());
	const wish = asked.read(values);
	const { files, recording: told } = await faults.guard(platform.id, item, async () => {
		const connected = await connections.to(chosen, values);
		return await connected.files(target, wish);
	});
	const recording = recordingFrom(told);
	tell(recording);
	const isOnly = files.length === 1;
	return files.map((file) => ({ recording, file, settings, input, item, isOnly }));
}

async function deliverText(
	evidence: Evidence,
	task: Task,
	{ bytes, ...text }: WrittenFile,
): Promise<Result> {
	const startedAt = iso(clock.now());
	const path = evidence.pathOf(text.fileName, task.recording);
	const stored = await evidence.store(bytes, path, text.mimeType);
	const json = {
		...text,
		sizeBytes: bytes.length,
		attempts: 0,
		transcript: true as const,
		channelAsked: null,
		channelDelivered: null,
	};
	const binary = { ...task.input.binary, [task.settings.field]: stored };
	return await resultOf(evidence, task, json, binary, startedAt);
}

async function deliverOne(
	context: IExecuteFunctions,
	{ session, pool, hashing, evidence }: Shared,
	task: Task,
	file: MediaFile,
): Promise<Result> {
	const startedAt = iso(clock.now());
	const looked = await lookAtStored(task, file);
	const { field } = task.settings;
	// What came in under the name of the file is not the file.
	const { [field]: _, ...own } = task.input.binary ?? {};
	if ('json' in looked) return await resultOf(evidence, task, looked.json, own, startedAt);
	const channelAsked = file.channelAsked ?? null;
	const delivered = await download(
		looked.file,
		session.transport,
		async (body, fileName, mimeType) =>
			await context.helpers.prepareBinaryData(
				body,
				evidence.pathOf(fileName, task.recording),
				mimeType,
			),
		{
			...task.settings,
			mostBytes: mostBytesOfStore(),
			hashing,
			reuseMemory: true,
			pool,
			signal: session.signal,
		},
	).catch((error: unknown) => {
		if (error instanceof NotStored) return error;
		throw error;
	});
	if (delivered instanceof NotStored) {
		const { wav, ...json } = delivered.file;
		const because = { skipped: true as const, skippedBecause: delivered.message };
		const skipped = { ...json, ...wav, channelAsked, ...because };
		return await resultOf(evidence, task, skipped, own, startedAt);
	}
	const { stored, wav, kind, ...json } = delivered;
	if (typeof stored.bytes === 'number' && stored.bytes !== json.sizeBytes) {
		throw storeFailed(describe(file), {
			message: `${stored.bytes} of ${json.sizeBytes} bytes were stored`,
		});
	}
	const hint = hintAbout(json.fileName, json.sizeBytes, stored.data);
	if (hint !== undefined) session.hint(hint);
	const told = { ...json, kind, ...wav, channelAsked };
	return await resultOf(evidence, task, told, { ...own, [field]: stored }, startedAt);
}

type FileJson = Omit<Delivered<unknown>, 'stored' | 'wav' | 'sizeBytes' | 'kind'> & {
	sizeBytes: number | null;
	channelAsked: string | null;
	kind?: string | null;
	skipped?: true;
	skippedBecause?: string;
	transcript?: true;
};

async function resultOf(
	evidence: Evidence,
	{ recording, settings, input, item, file: { channel } }: Task,
	json: FileJson,
	own: NonNullable<INodeExecutionData['binary']>,
	startedAt: string,
): Promise<Result> {
	const { skipped, skippedBecause, note } = json;
	const file: ManifestFile = {
		platform: recording.platform,
		recordingId: recording.id,
		fileName: json.fileName,
		path: evidence.pathOf(json.fileName, recording),
		mimeType: json.mimeType,
		sizeBytes: json.sizeBytes,
		sha256: json.sha256,
		md5: json.md5,
		attempts: json.attempts,
		channelAsked: json.channelAsked,
		channelDelivered: json.channelDelivered,
		startedAt,
		finishedAt: iso(clock.now()),
		...(skipped && { skipped, skippedBecause }),
		...(note && { note }),
		recording: evidence.factsOf(recording),
	};
	const binary = { ...own, ...(await evidence.addSidecar(file, recording, settings.field)) };
	const told = {
		...columnsOf(json, channel, recording),
		...evidence.jsonOf(file),
		...(settings.withRecording && { recording: recordingJson(recording) }),
	};
	return {
		output: {
			json: settings.withInput ? withInput(told, input.json) : told,
			...(Object.keys(binary).length > 0 && { binary }),
			pairedItem: { item },
		},
		recording,
		file,
	};
}

/**
 * The JSON of a file that is not downloaded: it is stored already, or its platform says that it is too short. Else the file
 * with the link that was asked for to find out.
 */
async function lookAtStored(
	task: Task,
	file: MediaFile,
): Promise<{ json: FileJson } | { file: MediaFile }> {
	const { storedCopy, unwanted } = task.settings;
	const { minimumSeconds = 0 } = unwanted;
	// Of a recording of several files, its own duration says little of each. None at all is not known, not short.
	const seconds = file.durationSeconds ?? (task.isOnly ? task.recording.durationSeconds : null);
	const isShort = typeof seconds === 'number' && seconds > 0 && seconds < minimumSeconds;
	if (!isShort && (storedCopy === undefined || !task.isOnly)) return { file };
	const link = await file.link();
	const same = isShort ? undefined : sameCopy(storedCopy!, link.sizeBytes);
	if (!isShort && same === undefined) return { file: withLink(file, link) };
	const hash =
		same?.includes('hash') === true ? storedCopy?.knownHash?.trim().toLowerCase() : undefined;
	const because = isShort
		? tooShort(seconds, minimumSeconds)
		: `The stored copy has the same ${same}`;
	return {
		json: {
			...expectedFile(file, link),
			sizeBytes: link.sizeBytes ?? storedCopy?.sizeBytes ?? null,
			...(seconds != null && { durationSeconds: seconds }),
			md5: hash?.length === 32 ? hash : null,
			sha256: hash?.length === 64 ? hash : null,
			channelAsked: file.channelAsked ?? null,
			channelDelivered: link.channel ?? null,
			attempts: 0,
			skipped: true,
			skippedBecause: because,
			...(file.note !== undefined && { note: file.note }),
		},
	};
}
