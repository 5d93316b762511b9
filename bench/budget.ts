/**
 * Measures how several processes that know nothing of each other share one tenant's request limit: each is a real process with
 * a budget of its own, the server is the simulator with its sliding window. `npm run bench:budget`; `-- --help` for the choices.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import { RequestBudget } from '../core/http/budget';
import { requestLoop } from '../core/http/retry';
import { startSimulator } from '../simulator';
import { SlidingWindow } from '../simulator/cxone/limits';

/** As a node has them under way when it works through a list. */
const AT_ONCE = 5;

/** What one process is to do. */
interface Job {
	url: string;
	token: string;
	requests: number;
	limit: number;
	windowMs: number;
	learning: boolean;
}

/** What it tells when it is through. `sent` counts every request, also those that were refused; `failed` those given up. */
interface Done {
	sent: number;
	refused: number;
	failed: number;
	tookMs: number;
}

/** The budget as it was: it pauses as it is told after a refusal, and learns nothing. */
class UnlearningBudget extends RequestBudget {
	override refused(_bookedAtMs: number, untilMs: number): void {
		this.blockUntil(untilMs);
	}
}

async function work({ url, token, requests, limit, windowMs, learning }: Job): Promise<Done> {
	const budget = new (learning ? RequestBudget : UnlearningBudget)(limit, windowMs);
	const done: Done = { sent: 0, refused: 0, failed: 0, tookMs: 0 };
	// Connections stand before the first request that counts: with a window of seconds, setting them up would be a delay that matters.
	await Promise.all(
		Array.from(
			{ length: AT_ONCE },
			async () => await (await fetch(new URL('/', url))).arrayBuffer(),
		),
	);
	const startMs = performance.now();
	const attempt = async () => {
		const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
		await response.arrayBuffer();
		done.sent++;
		if (response.status === 429) done.refused++;
		return {
			status: response.status,
			headers: Object.fromEntries(response.headers),
			body: undefined,
		};
	};
	let left = requests;
	await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			while (left-- > 0) {
				const reply = await requestLoop({ attempt, repeatable: true, budget });
				if (reply.status === 429) done.failed++;
			}
		}),
	);
	return { ...done, tookMs: performance.now() - startMs };
}

type Tenant = Pick<Job, 'limit' | 'windowMs'> & { retryAfter: boolean };

/** Has `count` processes make `requests` requests together, all beginning at the same moment. */
async function share(
	count: number,
	requests: number,
	tenant: Tenant,
	learning: boolean,
): Promise<Done> {
	const simulator = await startSimulator({ seed: 'empty' });
	const children: ChildProcess[] = [];
	try {
		const { cxone } = simulator;
		cxone.limits.mediaPlayback = new SlidingWindow(tenant.limit, tenant.windowMs);
		cxone.mediaPlaybackRetryAfter = tenant.retryAfter;
		const signIn = await fetch(`${cxone.url}/authentication/v1/token/access-key`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				accessKeyId: cxone.credentials.accessKeyId,
				accessKeySecret: cxone.credentials.accessKeySecret,
			}),
		});
		const { access_token: token } = (await signIn.json()) as { access_token: string };
		// A contact that is not there: the limit counts it like any other, and the answer is small.
		const url = `${cxone.url}/media-playback/v1/contacts?acd-call-id=1&media-type=all`;
		const { limit, windowMs } = tenant;
		for (let n = 0; n < count; n++)
			children.push(fork(__filename, ['--worker'], { execArgv: ['--import', 'tsx'] }));
		await Promise.all(children.map(async (child) => await once(child, 'message')));
		const results = await Promise.all(
			children.map(async (child) => {
				child.send({
					url,
					token,
					requests: requests / count,
					limit,
					windowMs,
					learning,
				} satisfies Job);
				return ((await once(child, 'message')) as [Done])[0];
			}),
		);
		const sum = (pick: (done: Done) => number) =>
			results.reduce((total, done) => total + pick(done), 0);
		return {
			sent: sum((done) => done.sent),
			refused: sum((done) => done.refused),
			failed: sum((done) => done.failed),
			tookMs: Math.max(...results.map((done) => done.tookMs)),
		};
	} finally {
		for (const child of children) child.disconnect();
		await simulator.stop();
	}
}

const HELP = `npm run bench:budget -- [choices]
  --limit N          requests in a window (150)
  --window SECONDS   the window, scaled down (15; the real ones are 300 and 60)
  --requests N       requests of all processes together (1200)
  --processes LIST   how many processes (1,2,4)
  --no-retry-after   the server does not say when to come back`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			limit: { type: 'string', default: '150' },
			window: { type: 'string', default: '15' },
			requests: { type: 'string', default: '1200' },
			processes: { type: 'string', default: '1,2,4' },
			'no-retry-after': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return console.log(HELP);
	const tenant: Tenant = {
		limit: Number(values.limit),
		windowMs: Number(values.window) * 1_000,
		retryAfter: !values['no-retry-after'],
	};
	const requests = Number(values.requests);
	const idealMs = (requests / tenant.limit) * tenant.windowMs;
	console.log(
		`${requests} requests, ${tenant.limit} in ${values.window} s, ideal ${(idealMs / 1_000).toFixed(0)} s, ${tenant.retryAfter ? 'with' : 'without'} Retry-After`,
	);
	for (const count of values.processes.split(',').map(Number)) {
		// Both at the same time, each with a tenant of its own, so that a busy machine hits both alike.
		const [before, now] = await Promise.all([
			share(count, requests, tenant, false),
			share(count, requests, tenant, true),
		]);
		for (const [name, done] of [
			['not learning', before],
			['learning', now],
		] as const) {
			const refused = ((100 * done.refused) / done.sent).toFixed(1);
			console.log(
				`${count} process${count > 1 ? 'es' : '  '}  ${name.padEnd(12)}  refused ${refused.padStart(5)} %  given up ${String(done.failed).padStart(4)}  time ${(done.tookMs / 1_000).toFixed(1).padStart(6)} s, ${(done.tookMs / idealMs).toFixed(3)} of the ideal`,
			);
		}
		console.log(
			`${' '.repeat(13)}learning against not: ${(now.tookMs / before.tookMs).toFixed(3)} of the time`,
		);
	}
}

if (process.argv[2] === '--worker') {
	process.once('message', (job: Job) => {
		void work(job).then((done) => process.send?.(done));
	});
	process.on('disconnect', () => process.exit());
	process.send?.('ready');
} else {
	main().catch((error: unknown) => {
		console.error(error);
		process.exitCode = 1;
	});
}
