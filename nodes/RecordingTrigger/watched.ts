import { createHash } from 'node:crypto';

import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import type { RequestContext } from '../../core/context';
import { CxoneClient, type SearchFilter } from '../../core/cxone/client';
import { extractedRecording, type DatedRow } from '../../core/cxone/extracted';
import { DataExtraction } from '../../core/cxone/extraction';
import { toRecording as fromCxone } from '../../core/cxone/mapping';
import type { CxoneCredentialType } from '../../core/cxone/sign-in';
import { ExtractionSource, RecordingApiSource } from '../../core/cxone/trigger-source';
import { GirClient } from '../../core/genesys/client';
import { toRecording as fromGir, withoutInternals } from '../../core/genesys/mapping';
import { GirSource } from '../../core/genesys/trigger-source';
import { sourceOf } from '../../core/http/sourced';
import type { Transport } from '../../core/http/transport';
import { readZone } from '../../core/times';
import { FROM_NOW_ON } from '../../core/trigger/baseline';
import type { PollSettings } from '../../core/trigger/poll';
import type { TriggerSource } from '../../core/trigger/source';
import type { Watch } from '../../core/trigger/state';
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
	close(): Promise<void>;
}

export interface Settings extends PollSettings {
	watch: Watch;
}

interface Options {
	giveUpHours?: number;
	overlapHours?: number;
	maxItems?: number;
	subresources?: string;
	version?: string;
	timeZone?: string;
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

function credentialTypeOf(context: IPollFunctions, kind: Kind): string {
	return kind === 'genesys' ? 'genesysBasicApi' : cxoneCredential(context);
}

/** 'Start Time' takes no expression. n8n hands over as text what was put in as one before that, so it is worked out here. */
function startTime(context: IPollFunctions & { evaluateExpression?: (expression: string) => unknown }): unknown {
	const value = context.getNodeParameter('startTime', '');
	return typeof value === 'string' && value.includes('{{') ? (context.evaluateExpression?.(value) ?? value) : value;
}

/** Tells whether a setting was changed, without keeping it. */
function digest(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value ?? null)).digest('base64url').slice(0, 16);
}

/** @throws NodeOperationError or UserError when a field holds what it must not */
export function readSettings(context: IPollFunctions): Settings {
	const kind = kindOf(context);
	const options = optionsOf(context);
	const { parameters, credentials = {} } = context.getNode();
	const fromTime = context.getNodeParameter('startFrom', 'activation') === 'time';
	const startAt = fromTime ? timeOf(context, startTime(context), 'Start Time') : undefined;
	if (fromTime && startAt === undefined) {
		throw new NodeOperationError(context.getNode(), "'Start Time' is empty", {
			description: "Pick the time to begin with, or set 'Start From' to 'Activation of the Workflow'.",
		});
	}
	// A zone other than UTC is named: where it is changed, all times are, and with them what is settled.
	const zone = kind === 'dataExtraction' ? zoneOf(context) : 'UTC';
	const credential = credentials[credentialTypeOf(context, kind)];
	const startMoves = fromTime && String(parameters.startTime).includes('{{');
	const hours = (value: number | undefined, usual: number, field: string, min: number) =>
		numberWithin(context, value ?? usual, field, { min, max: 24 * 365 }) * HOUR_MS;
	return {
		watch: {
			start: startAt === undefined ? FROM_NOW_ON : startMoves ? `expression ${digest(String(parameters.startTime).replace(/^=/, ''))}` : new Date(startAt).toISOString(),
			api: zone === 'UTC' ? kind : `${kind} in ${zone}`,
			// As the builder wrote them: what an expression gives may differ from poll to poll.
			conditions: digest([kind === 'genesys' ? parameters.genesysFilters : parameters.filters, credential?.id ?? credential?.name]),
		},
		startAt,
		startMoves,
		overlapMs: hours(options.overlapHours, OVERLAP_HOURS[kind], 'Look Back (Hours)', 0.5),
		giveUpMs: hours(options.giveUpHours, 24, 'Give Up After (Hours)', 1),
		maxItems: Math.floor(numberWithin(context, options.maxItems ?? 1_000, 'Max Items per Poll', { min: 1, max: 10_000 })),
	};
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
	const client = await CxoneClient.connect(limited, cxoneCredential(context), transport);
	const source = new RecordingApiSource(client, filters);
	const watched: Watched<Parameters<typeof fromCxone>[0]> = {
		source,
		latest: async (limit) => await source.latest(limit),
		json: (raw) => (simplify ? fromCxone(raw) : sourceOf(raw)) as unknown as IDataObject,
		close: async () => undefined,
	};
	return watched;
}

function zoneOf(context: IPollFunctions): string {
	return readZone(optionsOf(context).timeZone, 'Time Zone');
}

async function watchExtraction(context: IPollFunctions, limited: RequestContext, transport: Transport, simplify: boolean) {
	const type = cxoneCredential(context);
	const version = optionalText(optionsOf(context).version) ?? DEFAULT_VERSION;
	const extraction = await DataExtraction.connect(limited, type, transport, LONGEST_JOB_MS);
	const log = (message: string) => context.logger.warn(message, { node: context.getNode().name });
	const source = new ExtractionSource(extraction, version, zoneOf(context), log);
	const watched: Watched<DatedRow> = {
		source,
		latest: async (limit) => await source.latest(limit),
		json: (raw) => (simplify ? extractedRecording([raw], 'segment') : raw.row) as unknown as IDataObject,
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
		close: async () => undefined,
	};
	return watched;
}

function optional(name: string, value: string | undefined): Record<string, string> {
	return value === undefined ? {} : { [name]: value };
}
