import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { AttachMedia, playbackOf } from './media';
import type { RequestContext } from '../../core/context';
import { CxoneClient, type SearchFilter } from '../../core/cxone/client';
import { extractedRecording } from '../../core/cxone/extracted';
import { DataExtraction } from '../../core/cxone/extraction';
import { toRecording as fromCxone } from '../../core/cxone/mapping';
import { channelTask } from '../../core/cxone/media';
import type { CxoneCredentialType } from '../../core/cxone/sign-in';
import { ExtractionSource, RecordingApiSource } from '../../core/cxone/trigger-source';
import { GirClient } from '../../core/genesys/client';
import { toRecording as fromGir, withoutInternals } from '../../core/genesys/mapping';
import { girJobs } from '../../core/genesys/media';
import { GirSource } from '../../core/genesys/trigger-source';
import { sourceOf } from '../../core/http/sourced';
import type { Transport } from '../../core/http/transport';
import type { MediaJob } from '../../core/media/download';
import type { PollSettings } from '../../core/trigger/poll';
import type { TriggerSource } from '../../core/trigger/source';
import { DEFAULT_VERSION } from '../SearchRecordings/extraction';
import { readCxoneFilters, readGirFilters, readSubresources } from '../common/filters';
import { numberWithin, optionalText, timeOf } from '../common/parameters';

/** What a trigger watches, with everything that differs between platforms. */
export interface Watched<Raw> {
	source: TriggerSource<Raw>;
	/** The newest available recordings, for a look in the editor. */
	latest(limit: number): Promise<Raw[]>;
	/** An item's JSON, as the user wants it. */
	json(raw: Raw): IDataObject;
	/** The files of a recording. */
	jobs(raw: Raw): Promise<MediaJob[]>;
	close(): Promise<void>;
}

export interface Settings extends PollSettings {
	/** Names platform, API and start: with another one, the trigger begins anew. */
	scope: string;
	media?: AttachMedia;
}

interface Options {
	giveUpHours?: number;
	overlapHours?: number;
	maxItems?: number;
	minimumBytes?: number;
	subresources?: string;
	version?: string;
}

const HOUR_MS = 3_600_000;
/** The Recording API lists recordings from the start of the call on; the others when call and upload are over. */
const OVERLAP_HOURS = { recordingApi: 2, dataExtraction: 6, genesys: 6 };

/** A poll ends its waits itself; a job that outlasts it is picked up by the next. */
const LONGEST_JOB_MS = 24 * HOUR_MS;

type Kind = keyof typeof OVERLAP_HOURS;

function kindOf(context: IPollFunctions): Kind {
	if (context.getNodeParameter('platform') === 'genesys') return 'genesys';
	return context.getNodeParameter('api', 'recordingApi') === 'dataExtraction' ? 'dataExtraction' : 'recordingApi';
}

function optionsOf(context: IPollFunctions): Options {
	return context.getNodeParameter('options', {}) as Options;
}

/** @throws NodeOperationError or UserError when a field holds what it must not */
export function readSettings(context: IPollFunctions): Settings {
	const kind = kindOf(context);
	const options = optionsOf(context);
	const fromTime = context.getNodeParameter('startFrom', 'activation') === 'time';
	const startAt = fromTime ? timeOf(context, context.getNodeParameter('startTime', ''), 'Start Time') : undefined;
	if (fromTime && startAt === undefined) {
		throw new NodeOperationError(context.getNode(), "'Start Time' is empty", {
			description: "Pick the time to begin with, or set 'Start From' to 'Activation of the Workflow'.",
		});
	}
	const hours = (value: number | undefined, usual: number, field: string, min: number) =>
		numberWithin(context, value ?? usual, field, { min, max: 24 * 365 }) * HOUR_MS;
	return {
		scope: `${kind} from ${startAt === undefined ? 'activation' : new Date(startAt).toISOString()}`,
		startAt,
		overlapMs: hours(options.overlapHours, OVERLAP_HOURS[kind], 'Look Back (Hours)', 0.5),
		giveUpMs: hours(options.giveUpHours, 24, 'Give Up After (Hours)', 1),
		maxItems: Math.floor(numberWithin(context, options.maxItems ?? 1_000, 'Max Items per Poll', { min: 1, max: 10_000 })),
		...(context.getNodeParameter('downloadMedia', false) === true && {
			media: new AttachMedia(
				fieldName(context),
				numberWithin(context, options.minimumBytes ?? 1_024, 'Minimum File Size (Bytes)', { min: 0 }),
			),
		}),
	};
}

function fieldName(context: IPollFunctions): string {
	const name = optionalText(context.getNodeParameter('binaryPropertyName', 'data'));
	if (name !== undefined) return name;
	throw new NodeOperationError(context.getNode(), "'Put Output File in Field' is empty", {
		description: "Enter the name of a field, for example 'data'.",
	});
}

/**
 * Connects to what is watched.
 *
 * @param limited the context for requests: they end when the poll is out of time
 */
export async function openWatched(
	context: IPollFunctions,
	limited: RequestContext,
	transport: Transport,
	settings: Settings,
): Promise<Watched<unknown>> {
	const simplify = context.getNodeParameter('simplify', true) as boolean;
	switch (kindOf(context)) {
		case 'genesys':
			return await watchGir(context, limited, settings, simplify);
		case 'dataExtraction':
			return await watchExtraction(context, limited, transport, simplify);
		default:
			return await watchRecordings(context, limited, transport, simplify);
	}
}

function cxoneCredential(context: IPollFunctions): CxoneCredentialType {
	return context.getNodeParameter('authentication') === 'oAuth2' ? 'cxoneOAuth2Api' : 'cxoneAccessKeyApi';
}

async function watchRecordings(context: IPollFunctions, limited: RequestContext, transport: Transport, simplify: boolean) {
	const filters = readCxoneFilters(context.getNode(), context.getNodeParameter('filters.filter', []) as SearchFilter[]);
	const channel = context.getNodeParameter('channel', 'combined') as string;
	const client = await CxoneClient.connect(limited, cxoneCredential(context), transport);
	const source = new RecordingApiSource(client, filters);
	const watched: Watched<Parameters<typeof fromCxone>[0]> = {
		source,
		latest: async (limit) => await source.latest(limit),
		json: (raw) => (simplify ? fromCxone(raw) : sourceOf(raw)) as unknown as IDataObject,
		jobs: async (raw) => {
			const { id } = fromCxone(raw);
			return [(await channelTask(client, id, channel, 'combined', fromCxone(raw))).job];
		},
		close: async () => undefined,
	};
	return watched;
}

async function watchExtraction(context: IPollFunctions, limited: RequestContext, transport: Transport, simplify: boolean) {
	const type = cxoneCredential(context);
	const version = optionalText(optionsOf(context).version) ?? DEFAULT_VERSION;
	const source = new ExtractionSource(await DataExtraction.connect(limited, type, transport, LONGEST_JOB_MS), version);
	const watched: Watched<Record<string, string>> = {
		source,
		latest: async (limit) => await source.latest(limit),
		json: (raw) => (simplify ? extractedRecording([raw], 'segment') : raw) as unknown as IDataObject,
		jobs: async (raw) => await playbackOf(await CxoneClient.connect(limited, type, transport), extractedRecording([raw], 'segment').id),
		close: async () => await source.close(),
	};
	return watched;
}

async function watchGir(context: IPollFunctions, limited: RequestContext, settings: Settings, simplify: boolean) {
	const search = {
		...readGirFilters(context.getNode(), context.getNodeParameter('genesysFilters', {}) as IDataObject),
		...optional('subresources', readSubresources(optionsOf(context))),
	};
	const client = await GirClient.connect(limited);
	const source = new GirSource(client, search, settings.overlapMs, (message) => context.logger.warn(message));
	const watched: Watched<Parameters<typeof fromGir>[0]> = {
		source,
		latest: async (limit) => await source.latest(limit),
		json: (raw) => (simplify ? fromGir(raw) : withoutInternals(raw)) as unknown as IDataObject,
		jobs: async (raw) => {
			const { id, media } = fromGir(raw);
			return girJobs(client, id, media, []);
		},
		close: async () => undefined,
	};
	return watched;
}

function optional(name: string, value: string | undefined): Record<string, string> {
	return value === undefined ? {} : { [name]: value };
}
