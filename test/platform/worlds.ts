import { createHash } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { acme, AcmeVoiceApi } from './acme';
import { AcmeServer } from './acme-server';
import { wav } from './wav';
import { credentialsFor } from '../node/credentials';
import { withCredentialType, type StoredCredentials } from '../node/engine';
import { startVirtualWorld } from '../node/virtual';
import { platforms } from '../../nodes/platforms';

/** A call as the contract describes it. Times are minutes from now; negative ones lie in the past. */
export interface ContractCall {
	id: string;
	began: number;
	/** When its recording becomes available; now unless told. */
	availableIn?: number;
	caller?: string;
	/** How long it took; one unless told. */
	minutes?: number;
}

/** A vendor's world, filled and disturbed through the same words whatever the vendor. */
export interface PlatformWorld {
	/** Value of the field 'Platform'. */
	platform: string;
	credentials: StoredCredentials;
	/** Credentials with a wrong secret. */
	wrongCredentials: StoredCredentials;
	/** What a search of everything fills in. */
	search: INodeParameters;
	/** What a download by ID fills in. */
	byId(id: string): INodeParameters;
	add(call: ContractCall): void;
	remove(id: string): void;
	/** Makes every value but the ID and the times of a recording what no document has. */
	makeOdd(id: string): void;
	/** SHA-256 of each file of a recording. */
	sha256(id: string): string[];
	/** Lets time pass. */
	pass(minutes: number): void;
	/** Requests so far. */
	requests(): number;
	end(): Promise<void>;
}

const MINUTE = 60_000;
let started = 0;

async function virtual() {
	const world = await startVirtualWorld();
	// Request budgets outlive a test: its time must not run backwards.
	world.time.ms += ++started * 24 * 60 * MINUTE;
	const pass = (minutes: number) => {
		world.time.ms += minutes * MINUTE;
	};
	const at = (minutes: number) => world.time.ms + minutes * MINUTE;
	const hashes = (id: string) =>
		world.simulator
			.sources()
			.filter((source) => source.recordingId === id)
			.map((source) => source.sha256);
	return { world, pass, at, hashes };
}

async function cxoneWorld(): Promise<PlatformWorld> {
	const { world, pass, at, hashes } = await virtual();
	const { recordings } = world.simulator.cxone;
	const credentials = credentialsFor(world.simulator).cxone;
	return {
		platform: 'cxone',
		credentials,
		wrongCredentials: {
			cxoneAccessKeyApi: { ...credentials.cxoneAccessKeyApi, accessKeySecret: 'wrong-secret-1234' },
		},
		search: {},
		byId: (id) => ({ identifier: 'recordingId', recordingId: id }),
		add: ({ id, began, availableIn = -1, caller = '100', minutes = 1 }) => {
			recordings.add({
				recordingId: id,
				startTime: at(began),
				endTime: at(began + minutes),
				availableAt: at(availableIn),
				ani: caller,
			});
		},
		remove: (id) => void recordings.remove(id),
		makeOdd: (id) => {
			recordings.need(id).odd = {
				agents: 7,
				labels: { a: 1 },
				durationSeconds: 'long',
				direction: null,
			};
		},
		sha256: hashes,
		pass,
		requests: () => world.simulator.requests.length,
		end: async () => await world.end(),
	};
}

async function girWorld(): Promise<PlatformWorld> {
	const { world, pass, at, hashes } = await virtual();
	const { recordings } = world.simulator.genesys;
	const credentials = credentialsFor(world.simulator).genesys;
	const startedAfter = new Date(at(-30 * 24 * 60)).toISOString();
	return {
		platform: 'genesys',
		credentials,
		wrongCredentials: {
			genesysBasicApi: { ...credentials.genesysBasicApi, password: 'wrong-password-1234' },
		},
		search: { startedAfter },
		byId: (recordingId) => ({ recordingId }),
		add: ({ id, began, availableIn = -1, caller = '100', minutes = 1 }) => {
			recordings.add({
				id,
				startTime: at(began),
				stopTime: at(began + minutes),
				availableAt: at(-1),
				mediaAt: at(availableIn),
				callerPhoneNumber: caller,
			});
		},
		remove: (id) => void recordings.remove(id),
		makeOdd: (id) => {
			recordings.need(id).odd = {
				screenRecording: '*******',
				callType: 7,
				region: { a: 1 },
				labels: 'none',
			};
		},
		sha256: hashes,
		pass,
		requests: () => world.simulator.requests.length,
		end: async () => await world.end(),
	};
}

async function acmeWorld(): Promise<PlatformWorld> {
	const { world, pass, at } = await virtual();
	const server = new AcmeServer();
	await server.start();
	platforms.push(acme);
	withCredentialType(new AcmeVoiceApi());
	const due = new Map<string, number>();
	const settle = () => {
		for (const call of server.calls)
			if ((due.get(call.ref) ?? 0) <= world.time.ms) call.state = 'done';
	};
	return {
		platform: 'acme',
		credentials: { acmeVoiceApi: { baseUrl: server.url, key: server.key } },
		wrongCredentials: { acmeVoiceApi: { baseUrl: server.url, key: 'wrong-key-1234' } },
		search: {},
		byId: (acmeRef) => ({ acmeRef }),
		add: ({ id, began, availableIn = -1, caller = '100', minutes = 1 }) => {
			server.files.set(id, wav(200 + 10 * server.calls.length));
			const seconds = Math.floor(at(began) / 1000);
			due.set(id, at(availableIn));
			server.calls.push({
				ref: id,
				began: seconds,
				ended: seconds + 60 * minutes,
				state: 'busy',
				from: caller,
				to: '200',
				tracks: [id],
			});
			settle();
		},
		remove: (id) =>
			void server.calls.splice(
				server.calls.findIndex(({ ref }) => ref === id),
				1,
			),
		makeOdd: (id) => {
			Object.assign(
				server.calls.find(({ ref }) => ref === id)!,
				{ to: null, person: undefined },
			);
		},
		sha256: (id) => [createHash('sha256').update(server.files.get(id)!).digest('hex')],
		pass: (minutes) => {
			pass(minutes);
			settle();
		},
		requests: () => server.requests.length,
		end: async () => {
			platforms.splice(platforms.indexOf(acme), 1);
			await server.stop();
			await world.end();
		},
	};
}

/** Every platform, the invented one too. */
export const WORLDS: Array<[string, () => Promise<PlatformWorld>]> = [
	['NICE CXone', cxoneWorld],
	['Genesys Interaction Recording', girWorld],
	['a platform that the pack does not know', acmeWorld],
];
