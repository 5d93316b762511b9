import type { ICredentialType, INodeProperties } from 'n8n-workflow';

import type { AcmeCall } from './acme-server';
import { replyError } from '../../core/http/errors';
import { requestLoop } from '../../core/http/retry';
import {
	targetOfItem,
	targetTo,
	type ConnectedPlatform,
	type MediaTarget,
	type Platform,
	type Session,
	type WatchedSource,
} from '../../core/platform';
import { AVAILABLE, isoTime, secondsBetween, type Recording } from '../../core/recording';
import { findRecordings, type Searchable, type SearchChoice } from '../../core/search';
import type { Page, Position, Row, Span } from '../../core/trigger/source';
import { optionalText, type FieldValues } from '../../nodes/common/field-values';
import { notAvailableFields } from '../../nodes/common/fields';
import { filterEntry, readConditions } from '../../nodes/common/filters';
import type { NodePlatform } from '../../nodes/platforms/platform';

/**
 * A third platform, written from the outside: no line of `core/` or `nodes/` knows it. CONTRIBUTING, "Add a platform", goes
 * through this file.
 */

interface AcmeSearch {
	since?: number;
	from?: string;
}

export interface AcmeQuestions {
	search: AcmeSearch;
	get: undefined;
	watch: Pick<AcmeSearch, 'from'>;
	files: undefined;
}

/** The credential, as a pack would ship it. */
export class AcmeVoiceApi implements ICredentialType {
	name = 'acmeVoiceApi';
	displayName = 'Acme Voice API';
	properties: INodeProperties[] = [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{
			displayName: 'Key',
			name: 'key',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
	];
}

interface AcmePage {
	calls: AcmeCall[];
	after?: string;
}

function toRecording(call: AcmeCall): Recording {
	const start = isoTime(call.began * 1000);
	const end = isoTime(call.ended * 1000);
	return {
		platform: 'acme',
		id: call.ref,
		status: call.state === 'done' ? AVAILABLE : call.state === 'lost' ? 'Failed' : 'Processing',
		start,
		end,
		durationSeconds: secondsBetween(start, end),
		direction: 'unknown',
		callerNumber: call.from ?? null,
		dialedNumber: call.to ?? null,
		agents: call.person === undefined ? [] : [{ id: null, name: call.person, userName: null }],
		media: call.tracks.map((track) => ({
			id: track,
			kind: 'audio',
			mimeType: 'audio/wav',
			sizeBytes: null,
			durationSeconds: null,
			start: null,
			end: null,
		})),
		labels: [],
		references: { recordingId: call.ref },
		protectedFromDeletion: null,
		masked: [],
	};
}

/** Acme Voice, signed in. */
class Acme implements ConnectedPlatform<AcmeQuestions> {
	constructor(
		private readonly session: Session,
		private readonly baseUrl: string,
		private readonly key: string,
	) {}

	async search(query: AcmeSearch, choice: SearchChoice) {
		const { hint, signal } = this.session;
		const calls: Searchable<AcmeCall> = {
			platform: 'Acme Voice',
			idOf: ({ ref }) => ref,
			toRecording,
			page: async (position) => {
				const page = await this.page({ ...query, after: position });
				return { rows: page.calls, next: page.after, full: page.after !== undefined };
			},
		};
		return { ...(await findRecordings(calls, choice, hint, signal)), ...READING };
	}

	async get(id: string) {
		return {
			rows: [(await this.ask('get a call', `/calls/${encodeURIComponent(id)}`)) as AcmeCall],
			...READING,
		};
	}

	async files({ id, recording }: MediaTarget) {
		const call = recording ?? toRecording((await this.get(id)).rows[0]);
		const files = call.media.map((track) => ({
			recordingId: id,
			channel: track.id,
			renewable: false,
			ranges: false,
			secrets: [this.key],
			link: async () => ({
				url: `${this.baseUrl}/tracks/${encodeURIComponent(track.id)}`,
				headers: { 'x-acme-key': this.key },
				contentType: track.mimeType ?? undefined,
				allowInsecureHttp: true,
			}),
		}));
		return { files, recording: call };
	}

	async watch({ from }: Pick<AcmeSearch, 'from'>) {
		const source: WatchedSource<AcmeCall> = {
			freshMs: 3_600_000,
			maxRows: 1_000,
			minSpanMs: 1_000,
			page: async (span: Span, position?: Position): Promise<Page<AcmeCall>> => {
				const until = span.to === Infinity ? undefined : Math.ceil(span.to / 1000);
				const { calls, after } = await this.page({
					since: Math.floor(span.from / 1000),
					until,
					from,
					after: position,
				});
				return { rows: calls.map(rowOf), next: after };
			},
			latest: async (limit: number, isWanted: (call: AcmeCall) => boolean = () => true) =>
				(
					await this.search(
						{ from },
						{ whenNotAvailable: 'skip', maxWaitMs: 0, limit: Infinity, conditions: {} },
					)
				).rows
					.filter(isWanted)
					.slice(-limit)
					.reverse(),
		};
		return { source, ...READING };
	}

	private async page(query: Record<string, unknown>): Promise<AcmePage> {
		const given = Object.entries(query).filter(([, value]) => value !== undefined);
		const words = new URLSearchParams(
			Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
		);
		return (await this.ask('list calls', `/calls?${words.toString()}`)) as AcmePage;
	}

	private async ask(doing: string, path: string): Promise<unknown> {
		const { context, transport, signal } = this.session;
		const reply = await requestLoop({
			attempt: async () =>
				await transport.json({
					url: `${this.baseUrl}${path}`,
					headers: { 'x-acme-key': this.key },
					allowInsecureHttp: true,
				}),
			repeatable: true,
			signal,
		});
		if (reply.status !== 200)
			throw replyError({ node: context.getNode(), vendor: 'Acme Voice', doing }, reply);
		return reply.body;
	}
}

const READING = { toRecording, toVendorJson: (call: AcmeCall) => call };

const STATES: Record<AcmeCall['state'], Row<AcmeCall>['state']> = {
	live: 'pending',
	busy: 'pending',
	done: 'available',
	lost: 'other',
};

function rowOf(call: AcmeCall): Row<AcmeCall> {
	return {
		id: call.ref,
		at: call.began * 1000,
		end: call.ended * 1000,
		state: STATES[call.state],
		status: call.state,
		raw: call,
	};
}

const acmeVoice: Platform<AcmeQuestions> = {
	id: 'acme',
	name: 'Acme Voice',
	async connect(session, credentialType) {
		const { baseUrl, key } = await session.context.getCredentials<{ baseUrl: string; key: string }>(
			credentialType,
		);
		return new Acme(session, baseUrl, key);
	},
	targetOf(json) {
		const item = targetOfItem('acme', json);
		if (item !== undefined) return item;
		if (typeof json.ref !== 'string' || !Array.isArray(json.tracks)) return undefined;
		return targetTo(toRecording(json as unknown as AcmeCall));
	},
};

const callerOf = (fields: FieldValues) => optionalText(fields.collection('filters').callerNumber);
/** What this vendor cannot be asked for. */
const APPLIED = ['agent', 'callId', 'dialedNumber', 'durationFrom', 'durationTo'] as const;

/** What the nodes' registry takes. */
export const acme: NodePlatform<AcmeQuestions> = {
	platform: acmeVoice,
	displayName: 'Acme Voice',
	shortName: 'Acme',
	signIns: [{ credential: 'acmeVoiceApi' }],
	signInFields: [],
	recent: {},
	filters: [
		filterEntry('callerNumber', 'sent'),
		...APPLIED.map((name) => filterEntry(name, 'applied')),
	],
	conditions: (fields) => readConditions(fields, APPLIED),
	search: {
		idExample: 'call-1',
		fields: [
			...notAvailableFields,
			{ displayName: 'Began After', name: 'acmeSince', type: 'dateTime', default: '' },
		],
		moreFields: [],
		anyFields: [],
		read(fields) {
			const since = fields.time(fields.value('acmeSince', ''), 'Began After');
			return {
				since: since === undefined ? undefined : Math.floor(since / 1000),
				from: callerOf(fields),
			};
		},
		readGet: () => undefined,
	},
	trigger: {
		fields: [],
		moreFields: [],
		options: [],
		kind: () => 'acme',
		conditions: [],
		lookBackHours: () => 2,
		read: (fields) => ({ from: callerOf(fields) }),
	},
	download: {
		idFields: [
			{ displayName: 'Call Ref', name: 'acmeRef', type: 'string', default: '', required: true },
		],
		fields: [],
		options: [],
		readTarget(fields) {
			const id = fields.requiredText('acmeRef', 'Call Ref');
			return { id, references: { recordingId: id } };
		},
		read: () => undefined,
	},
};
