import { randomUUID } from 'node:crypto';

import { Collection } from '../collection';
import { extensionOf, fromMediaFile, open, type Content, type MediaSource } from '../content';
import type { MediaStore } from '../media-store';
import { iso, toMs } from '../time';
import { completeContact, type Contact, type NewContact } from './contacts';
import { SlidingWindow } from './limits';
import {
	ALL_PERMISSIONS,
	statusOf,
	type AccessKey,
	type Channel,
	type CxoneRecording,
	type NewRecording,
	type OAuthClient,
	type Permission,
} from './types';

/** The first bytes of a WAV: what an unfinished recording's object can hold. */
const TRUNCATED = fromMediaFile('header-only.wav');

/** How a link's object looks on a request: hidden, shortened, or (undefined) as it is. */
type StandIn = 'missing' | Content | undefined;

export interface TenantOptions {
	now: () => number;
	media: MediaStore;
	recordingApiPerMinute: number;
	mediaPlaybackPer5Minutes: number;
	tokenLifetimeSeconds: number;
}

/** What a tenant holds and how it is set, for all its APIs. Everything public may be changed while it runs. */
export class TenantState {
	/** Origin of sign-in and API alike. */
	url = '';
	/** Each simulated tenant is another one. */
	readonly tenantId: string = randomUUID();
	area = 'na1';
	tokenLifetimeSeconds: number;
	/** The user the default access key belongs to. */
	readonly userId = '11ea5c3e-9d02-4f6b-8a21-0242ac110002';
	/** The default access key (every permission) and the default OAuth client (both recording scopes). */
	readonly credentials = {
		accessKeyId: 'AKSIM7QXR2DEMOKEY0001XYZ',
		accessKeySecret: 'simulator-access-key-secret-9fK2mQ==',
		clientId: 'simulator-client-5d1e',
		clientSecret: 'simulator-client-secret-7hT4wZ',
	};
	readonly accessKeys = new Map<string, AccessKey>();
	readonly oauthClients = new Map<string, OAuthClient>();

	/** `token`: replies carry nextPageToken. `page`: none do, and page numbers must be used. */
	paging: 'token' | 'page' = 'token';
	/**
	 * Whether the tenant has the Recording API, which one guide only describes, and how its gateway answers where it has
	 * not: AWS API Gateway says 403 "Missing Authentication Token" of a path it does not know.
	 */
	recordingApiOffer: 'offered' | 'notFound' | 'webPage' | 'gateway' | 'methodNotAllowed' =
		'offered';
	/** Name of the list in a search reply; no public source confirms one. */
	recordingListKey = 'recordings';
	/** What happens to a pageSize over 100: 400, or 100 without a word. */
	oversizedPage: 'refuse' | 'cap' = 'refuse';
	/**
	 * Whether a chat or email asked for by its own media type has a link to its screen recording. The help page
	 * "Media Playback APIs" says both that it has one and that only media type `all` gives one.
	 */
	digitalLinks: 'allOnly' | 'always' = 'allOnly';
	/** Whether a throttled Media Playback reply says Retry-After; no official page mentions it. */
	mediaPlaybackRetryAfter = false;

	/** Whether the contract has Interaction Analytics. */
	hasInteractionAnalytics = true;
	/** In which unit times of voice transcripts are; the published description gives none. */
	transcriptTimes: 'seconds' | 'milliseconds' = 'milliseconds';
	/** Which of its three published forms an error of Interaction Analytics has. */
	analyticsErrors: 'detailed' | 'gateway' | 'plain' = 'detailed';

	readonly limits: { recordingApi: SlidingWindow; mediaPlayback: SlidingWindow };
	readonly recordings: Collection<NewRecording, CxoneRecording>;
	readonly contacts: Collection<NewContact, Contact>;
	readonly media: MediaStore;
	readonly now: () => number;

	constructor(options: TenantOptions) {
		this.now = options.now;
		this.media = options.media;
		this.tokenLifetimeSeconds = options.tokenLifetimeSeconds;
		this.limits = {
			recordingApi: new SlidingWindow(options.recordingApiPerMinute, 60_000),
			mediaPlayback: new SlidingWindow(options.mediaPlaybackPer5Minutes, 300_000),
		};
		this.recordings = new Collection(
			(given: NewRecording) => this.completeRecording(given),
			(kept) => kept.recordingId,
			(kept) => {
				for (const key of Object.values(kept.objectKeys)) this.media.removeObject(key);
			},
		);
		this.contacts = new Collection(
			(given: NewContact) => completeContact(given, this, this.now()),
			(kept) => kept.acdCallId,
		);
		const { accessKeyId, accessKeySecret, clientId, clientSecret } = this.credentials;
		this.addAccessKey({ accessKeyId, accessKeySecret, userId: this.userId });
		this.addOAuthClient({ clientId, clientSecret });
	}

	/** Registers an access key; without `permissions` it has all of them. */
	addAccessKey(given: {
		accessKeyId: string;
		accessKeySecret: string;
		userId?: string;
		permissions?: Iterable<Permission>;
	}): AccessKey {
		const key: AccessKey = {
			accessKeyId: given.accessKeyId,
			accessKeySecret: given.accessKeySecret,
			userId: given.userId ?? randomUUID(),
			permissions: new Set(given.permissions ?? ALL_PERMISSIONS),
		};
		this.accessKeys.set(key.accessKeyId, key);
		return key;
	}

	/**
	 * Registers an application. Without `scopes` both recording scopes are bound. Scopes reach the Recording API only;
	 * the other APIs know users' permissions, of which an application has none unless `permissions` says so.
	 */
	addOAuthClient(given: {
		clientId: string;
		clientSecret: string;
		scopes?: Iterable<string>;
		permissions?: Iterable<Permission>;
	}): OAuthClient {
		const client: OAuthClient = {
			clientId: given.clientId,
			clientSecret: given.clientSecret,
			scopes: new Set(given.scopes ?? ['recording:read', 'recording:download']),
			permissions: new Set(given.permissions ?? []),
		};
		this.oauthClients.set(client.clientId, client);
		return client;
	}

	/** Ends processing of a recording now: it is Available and its objects appear. */
	makeAvailable(recordingId: string): void {
		this.recordings.need(recordingId).availableAt = this.now();
	}

	/** Puts media into the store under `stem` plus the extension of its format, and returns the object key. */
	storeMedia(stem: string, source: MediaSource, standIn: () => StandIn = () => undefined): string {
		const objectKey = `${stem}.${open(source).extension}`;
		this.media.addObject(objectKey, source, { standIn });
		return objectKey;
	}

	/** The object a download link for a channel leads to. A channel that was not captured has an object without sound. */
	objectKeyFor(recording: CxoneRecording, channel: Channel): string {
		const known = recording.objectKeys[channel];
		if (known !== undefined) return known;
		const extension = extensionOf(Object.values(recording.objectKeys)[0] ?? '.wav');
		const objectKey = `${stemOf(recording)}_${channel}.${extension}`;
		if (!this.media.has(objectKey)) {
			this.media.addObject(objectKey, recording.uncapturedObject, {
				standIn: () => this.unfinished(recording),
			});
		}
		return objectKey;
	}

	private completeRecording(given: NewRecording): CxoneRecording {
		const now = this.now();
		const startTime = toMs(given.startTime ?? now - 3_600_000);
		const recording: CxoneRecording = {
			recordingId: given.recordingId ?? randomUUID(),
			status:
				given.status ??
				(given.availableAt !== undefined && given.availableAt > now ? 'Processing' : 'Available'),
			...(given.processingAt === undefined ? {} : { processingAt: given.processingAt }),
			...(given.availableAt === undefined ? {} : { availableAt: given.availableAt }),
			startTime,
			endTime: toMs(given.endTime ?? startTime + 60_000),
			createdDate: toMs(given.createdDate ?? startTime),
			direction: given.direction ?? 'Inbound',
			ani: given.ani ?? '+15550100',
			dnis: given.dnis ?? '+18005550199',
			agents: given.agents ?? [{ agentId: this.userId, agentName: 'Kim Osei' }],
			contactId: given.contactId ?? String(512_340_000_000 + Math.floor(Math.random() * 1_000_000)),
			segmentId: given.segmentId ?? randomUUID(),
			objectKeys: {},
			availableChannels:
				given.availableChannels ?? (Object.keys(given.media ?? { combined: true }) as Channel[]),
			unfinishedObject: given.unfinishedObject ?? 'missing',
			uncapturedObject: given.uncapturedObject ?? 'empty',
			odd: given.odd ?? {},
		};
		const media = given.media ?? { combined: { file: 'combined.wav' } };
		for (const [channel, source] of Object.entries(media)) {
			const stem = `${stemOf(recording)}_${channel}`;
			recording.objectKeys[channel as Channel] = this.storeMedia(stem, source, () =>
				this.unfinished(recording),
			);
		}
		return recording;
	}

	private unfinished(recording: CxoneRecording): StandIn {
		if (statusOf(recording, this.now()) === 'Available') return undefined;
		return recording.unfinishedObject === 'truncated' ? TRUNCATED : recording.unfinishedObject;
	}
}

function stemOf(recording: CxoneRecording): string {
	return `recordings/${iso(recording.startTime).slice(0, 10).replace(/-/g, '/')}/${recording.recordingId}`;
}
