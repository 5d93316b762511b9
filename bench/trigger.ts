/**
 * Measures one poll of the Recording Trigger, in n8n-core's own poll context and over HTTP, against tenants of 1 thousand to
 * 1 million recordings: requests, CPU time, size of the stored state; and what idle polls cost while unfinished recordings are awaited. `npm run bench:trigger`; `-- --quick` for up to
 * 100 thousand, `-- --api genesys` for one API, `-- --awaited` for the unfinished ones alone, `-- --out FILE` for the figures as JSON.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { INodeParameters } from 'n8n-workflow';

import './user-folder';
import { median } from './measure';
import type { Tenant } from './trigger-platforms';
import { clock } from '../core/http/clock';
// With its extension: beside the node is a JSON file of the same name, which tsx would take.
import { RecordingTrigger } from '../nodes/RecordingTrigger/RecordingTrigger.node.js';
import type { StoredCredentials } from '../test/node/engine';
import { polling, type Polling } from '../test/node/polling';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What an idle poll may cost on average, however many recordings are awaited: CXone allows a tenant 50 a minute. */
const MOST_IDLE_REQUESTS = 3;
const POLLS = 5;
/** Polls until the first scan is through and the length of spans has settled. */
const SETTLING_POLLS = 12;

type Api = 'recordingApi' | 'genesys' | 'dataExtraction';

/** What one poll costs that finds nothing new: the middle of five. */
interface Figures {
	api: Api;
	tenant: string;
	recordings: number;
	requests: number;
	cpuMs: number;
	wallMs: number;
	stateBytes: number;
	/** Heap in use at its highest, above what it was before the poll. */
	peakHeapMiB: number;
}

async function served(child: ChildProcess, tenant?: Tenant): Promise<number> {
	child.send({ tenant });
	const [reply] = (await once(child, 'message')) as [{ served: number }];
	return reply.served;
}

async function triggerFor(api: Api, origin: string, start: INodeParameters = {}): Promise<Polling> {
	const platform = api === 'genesys' ? 'genesys' : 'cxone';
	// Without a budget for requests: what is measured is the work, not the waiting.
	const credentials: StoredCredentials =
		platform === 'genesys'
			? { genesysBasicApi: { baseUrl: origin, username: 'bench', password: 'bench' } }
			: {
					cxoneAccessKeyApi: {
						area: 'other',
						apiBaseUrl: origin,
						accessKeyId: 'bench',
						accessKeySecret: 'bench',
						recordingApiPerMinute: 1_000_000,
					},
				};
	return await polling(
		new RecordingTrigger(),
		{ platform, authentication: 'accessKey', api, ...start, options: { maxItems: 10_000 } },
		credentials,
	);
}

/** Has a trigger settle, then measures polls of it that are a minute apart by the clock. */
async function settled<T>(
	trigger: Awaited<ReturnType<typeof triggerFor>>,
	measureWith: (poll: () => Promise<void>) => Promise<T>,
): Promise<T> {
	const realNow = clock.now;
	let aheadMs = 0;
	clock.now = () => realNow() + aheadMs;
	const poll = async () => {
		await trigger.poll({ budgetMs: 300_000 });
		aheadMs += MINUTE_MS;
	};
	try {
		for (let n = 0; n < SETTLING_POLLS; n++) await poll();
		return await measureWith(poll);
	} finally {
		clock.now = realNow;
	}
}

async function measure(
	api: Api,
	name: string,
	tenant: Tenant,
	origin: string,
	child: ChildProcess,
): Promise<Figures> {
	await served(child, tenant);
	const trigger = await triggerFor(api, origin);
	return await settled(trigger, async (poll) => {
		const samples: Array<Pick<Figures, 'requests' | 'cpuMs' | 'wallMs' | 'peakHeapMiB'>> = [];
		for (let n = 0; n < POLLS; n++) {
			const requestsBefore = await served(child);
			globalThis.gc?.();
			const heap = process.memoryUsage().heapUsed;
			let peak = heap;
			const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 5);
			const cpu = process.cpuUsage();
			const began = performance.now();
			await poll();
			const wallMs = performance.now() - began;
			const { user, system } = process.cpuUsage(cpu);
			clearInterval(timer);
			samples.push({
				requests: (await served(child)) - requestsBefore,
				cpuMs: (user + system) / 1_000,
				wallMs,
				peakHeapMiB: (peak - heap) / 1024 / 1024,
			});
		}
		const middle = (pick: (sample: (typeof samples)[number]) => number) =>
			Math.round(median(samples.map(pick)));
		return {
			api,
			tenant: name,
			recordings: tenant.recordings,
			requests: middle((sample) => sample.requests),
			cpuMs: middle((sample) => sample.cpuMs),
			wallMs: middle((sample) => sample.wallMs),
			stateBytes: JSON.stringify(trigger.staticData).length,
			peakHeapMiB: middle((sample) => sample.peakHeapMiB),
		};
	});
}

/** Requests of an idle poll on average over an hour, a poll a minute, while recordings are awaited that are never finished. */
async function measureAwaited(
	api: 'recordingApi' | 'genesys',
	perDay: number,
	stuck: number,
	origin: string,
	child: ChildProcess,
): Promise<void> {
	const now = Date.now();
	// Nothing began within the look-back: all that is awaited is older.
	const tenant = {
		recordings: 90 * perDay,
		newest: now - 6.5 * HOUR_MS,
		everyMs: DAY_MS / perDay,
		stuck,
	};
	await served(child, tenant);
	const trigger = await triggerFor(api, origin, {
		startFrom: 'time',
		startTime: new Date(now - 19 * HOUR_MS).toISOString(),
	});
	await settled(trigger, async (poll) => {
		const before = await served(child);
		for (let n = 0; n < 60; n++) await poll();
		const each = ((await served(child)) - before) / 60;
		const stateBytes = JSON.stringify(trigger.staticData).length;
		console.log(
			`${api.padEnd(15)} idle, ${String(perDay).padStart(6)} a day before, ${String(stuck).padStart(3)} stuck  ${each.toFixed(2)} requests a poll  ${String(stateBytes).padStart(6)} B state`,
		);
		if (each > MOST_IDLE_REQUESTS) process.exitCode = 1;
	});
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			quick: { type: 'boolean', default: false },
			api: { type: 'string' },
			awaited: { type: 'boolean', default: false },
			out: { type: 'string' },
		},
	});
	const sizes = values.quick ? [1_000, 10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000];
	const child = fork(join(__dirname, 'trigger-platforms.ts'), [], {
		execArgv: ['--import', 'tsx'],
	});
	const [{ port }] = (await once(child, 'message')) as [{ port: number }];
	const origin = `http://127.0.0.1:${port}`;
	const now = Date.now();
	const all: Figures[] = [];
	const show = (figures: Figures) => {
		all.push(figures);
		const { api, tenant, recordings, requests, cpuMs, wallMs, stateBytes, peakHeapMiB } = figures;
		console.log(
			`${api.padEnd(15)} ${tenant.padEnd(34)} ${String(recordings).padStart(8)}  ${String(requests).padStart(4)} requests  ${String(cpuMs).padStart(6)} ms CPU  ${String(wallMs).padStart(6)} ms  ${String(stateBytes).padStart(7)} B state  ${String(peakHeapMiB).padStart(4)} MiB heap`,
		);
	};
	try {
		for (const api of (['recordingApi', 'genesys'] as const).filter(
			(one) => values.api === undefined || values.api === one,
		)) {
			for (const perDay of [1_000, 10_000])
				for (const stuck of [0, 14, 500]) await measureAwaited(api, perDay, stuck, origin, child);
			if (values.awaited) continue;
			for (const recordings of sizes) {
				const tenant = { recordings, newest: now - DAY_MS, everyMs: (90 * DAY_MS) / recordings };
				show(await measure(api, 'nothing since yesterday', tenant, origin, child));
			}
			for (const perDay of [1_000, 10_000, 100_000]) {
				const tenant = { recordings: 90 * perDay, newest: now, everyMs: DAY_MS / perDay };
				show(await measure(api, `${perDay} a day`, tenant, origin, child));
			}
		}
		for (const recordings of !values.awaited &&
		(values.api === undefined || values.api === 'dataExtraction')
			? sizes
			: []) {
			const tenant = { recordings, newest: now, everyMs: (2 * DAY_MS) / recordings };
			show(await measure('dataExtraction', 'all within two days', tenant, origin, child));
		}
		if (values.out !== undefined)
			writeFileSync(values.out, `${JSON.stringify(all, undefined, '\t')}\n`);
	} finally {
		child.disconnect();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
