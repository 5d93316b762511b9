import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { Simulator, SourceFile } from '../simulator';
import { outputOf, type ExecutionResult, type OutputItem } from './execution';
import type { CredentialImport, N8nHost, WorkflowJson } from './n8n';

/** The example workflows that search recordings and download what they find. */
export const EXAMPLES = [
	'search-and-download-cxone.json',
	'search-and-download-genesys.json',
] as const;

export const SEARCH_NODE = 'Search Recordings';
export const DOWNLOAD_NODE = 'Download Media';

/** One recording that was found, or one file of it that was delivered. */
export interface Delivery {
	platform: string;
	recordingId: string;
	fileName: string;
	/** Bytes in n8n's store; undefined when nothing was delivered. */
	sizeBytes?: number;
	/** Hex, computed from n8n's store. */
	sha256?: string;
	/** Undefined when the file is the same as the platform's, byte for byte; otherwise what is wrong. */
	problem?: string;
}

/** Reads a workflow of `examples/`. */
export function readExample(name: string): WorkflowJson {
	const path = resolve(__dirname, '..', 'examples', name);
	return JSON.parse(readFileSync(path, 'utf8')) as WorkflowJson;
}

/**
 * Credentials for the simulated platforms, under the IDs the example workflows refer to.
 *
 * @param budgets What the CXone access key allows, such as `recordingApiPerMinute`, where the simulator allows other than the default.
 */
export function credentialsFor(
	simulator: Simulator,
	budgets?: Record<string, number>,
): CredentialImport[] {
	const { cxone, genesys } = simulator;
	const { accessKeyId, accessKeySecret, clientId, clientSecret } = cxone.credentials;
	const user = genesys.users[0];
	if (!user) throw new Error('The simulated GIR server has no user to sign in as');
	return [
		{
			id: 'cxoneAccessKey',
			name: 'CXone access key',
			type: 'cxoneAccessKeyApi',
			data: {
				area: 'other',
				apiBaseUrl: cxone.url,
				accessKeyId,
				accessKeySecret,
				...(budgets && { moreSettings: true, ...budgets }),
			},
		},
		{
			id: 'cxoneOAuth2',
			name: 'CXone OAuth2',
			type: 'cxoneOAuth2Api',
			data: {
				area: 'other',
				apiBaseUrl: cxone.url,
				clientId,
				clientSecret,
			},
		},
		{
			id: 'genesysBasic',
			name: 'Genesys Interaction Recording',
			type: 'genesysBasicApi',
			data: { baseUrl: genesys.url, username: user.username, password: user.password },
		},
	];
}

/**
 * A workflow of one node of the pack behind a Manual Trigger, for what no example has.
 *
 * @param name of the workflow and of the node
 * @param type without the pack's name, such as `searchRecordings`
 */
export function workflowOf(
	name: string,
	type: string,
	parameters: Record<string, unknown>,
	credentials: Record<string, unknown> = {
		cxoneAccessKeyApi: { id: 'cxoneAccessKey', name: 'CXone access key' },
	},
): WorkflowJson {
	const start = 'When clicking ‘Execute workflow’';
	return {
		name,
		nodes: [
			{
				id: 'start',
				name: start,
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: 'node',
				name,
				type: `n8n-nodes-call-recordings.${type}`,
				typeVersion: 1,
				position: [220, 0],
				parameters,
				credentials,
			},
		],
		connections: { [start]: { main: [[{ node: name, type: 'main', index: 0 }]] } },
	};
}

/** Where an item came from, as n8n tells the editor. */
function pairedIndex(item: OutputItem): number | undefined {
	const paired: unknown = Array.isArray(item.pairedItem) ? item.pairedItem[0] : item.pairedItem;
	if (typeof paired === 'number') return paired;
	if (typeof paired !== 'object' || paired === null || !('item' in paired)) return undefined;
	return typeof paired.item === 'number' ? paired.item : undefined;
}

function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The files Download Media owes for a recording when nothing is configured. */
function owed(recording: OutputItem, sources: SourceFile[]): SourceFile[] {
	return sources.filter(
		({ api, recordingId, channel }) =>
			recordingId === recording.json.id &&
			// All media files of a GIR recording, of a CXone recording the channel with everybody on it.
			(api === 'gir' || (api === 'recording' && channel === 'combined')),
	);
}

/**
 * Compares what a Search → Download workflow delivered with what the simulated platform holds: every file in n8n's
 * store is hashed and held against the sources of the very recording its item came from. A file that a recording
 * that was found should have and has not is listed too, as a problem.
 */
export async function checkDelivery(
	host: N8nHost,
	result: ExecutionResult,
	sources: SourceFile[],
): Promise<Delivery[]> {
	const found = outputOf(result, SEARCH_NODE);
	const delivered = outputOf(result, DOWNLOAD_NODE);
	const deliveries: Delivery[] = [];

	for (const [index, recording] of found.entries()) {
		const about = {
			platform: textOf(recording.json.platform),
			recordingId: textOf(recording.json.id),
		};
		const missing = owed(recording, sources);
		const binaries = delivered
			.filter((item) => pairedIndex(item) === index)
			.flatMap((item) => Object.values(item.binary ?? {}));
		for (const binary of binaries) {
			const hash = createHash('sha256');
			await pipeline(host.openBinary(binary), hash);
			const sha256 = hash.digest('hex');
			const { size } = await stat(host.binaryPath(binary));
			const same = missing.findIndex(
				(source) => source.sizeBytes === size && source.sha256 === sha256,
			);
			if (same >= 0) missing.splice(same, 1);
			deliveries.push({
				...about,
				fileName: binary.fileName ?? '',
				sizeBytes: size,
				sha256,
				problem: same >= 0 ? undefined : 'NO, it differs',
			});
		}
		for (const source of missing) {
			deliveries.push({
				...about,
				fileName: source.channel ?? source.mediaUUID ?? '',
				problem: 'MISSING',
			});
		}
		if (binaries.length === 0 && missing.length === 0) {
			deliveries.push({ ...about, fileName: '', problem: 'NO FILE' });
		}
	}

	for (const item of delivered) {
		if (found[pairedIndex(item) ?? -1]) continue;
		deliveries.push({
			platform: textOf(item.json.platform),
			recordingId: textOf(item.json.recordingId),
			fileName: '',
			problem: 'NOT PAIRED with a recording',
		});
	}
	return deliveries;
}
