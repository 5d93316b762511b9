import { credentialsFor } from './credentials';
import { polling } from './polling';
import { startVirtualWorld } from './virtual';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { randomOf } from '../unit/trigger-model';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** `TRIGGER_SEED=7 npx jest test/node/recording-trigger-model` replays one run on each platform. */
const only = process.env.TRIGGER_SEED;
const seeds = only === undefined ? [1, 2, 3, 4] : [Number(only)];

let worlds = 0;

/** A working afternoon over HTTP: real clients, the simulated platforms, faults, crashes and polls that run twice. */
describe.each(['cxone', 'genesys'] as const)('the trigger against the simulated %s', (platform) => {
	it.each(seeds)(
		'hands over every available recording once (TRIGGER_SEED=%i)',
		async (seed) => {
			const random = randomOf(seed);
			const world = await startVirtualWorld();
			world.time.ms += ++worlds * 30 * 24 * HOUR;
			const { simulator, time } = world;
			try {
				Object.assign(simulator.cxone, { paging: seed % 2 === 0 ? 'token' : 'page' });
				simulator.genesys.limitCap = [100, 7, 30][seed % 3]!;
				const trigger = await polling(
					new RecordingTrigger(),
					{
						platform,
						authentication: 'accessKey',
						options: { overlapHours: 3, maxItems: [5, 40, 1_000][seed % 3]! },
					},
					credentialsFor(simulator)[platform],
				);
				await trigger.poll();
				const startedAt = time.ms;
				const pending = new Map<string, { deleted: boolean }>();
				let calls = 0;
				const addCall = (): void => {
					const id = `call-${seed}-${calls++}`;
					const startTime = time.ms;
					const endTime = startTime + random() * (random() < 0.9 ? 8 : 100) * MINUTE;
					const availableAt = endTime + random() * 10 * MINUTE;
					pending.set(id, { deleted: false });
					if (platform === 'genesys')
						simulator.genesys.recordings.add({ id, startTime, stopTime: endTime, availableAt });
					else
						simulator.cxone.recordings.add({
							recordingId: id,
							startTime,
							endTime,
							status: 'Recording',
							processingAt: endTime,
							availableAt,
							media: {},
						});
				};
				const fault = (): void => {
					const effect = [
						{ kind: 'status' as const, status: 500, body: 'oops' },
						{
							kind: 'status' as const,
							status: 429,
							headers: { 'Retry-After': '20' },
							body: { message: 'slow down' },
						},
						{ kind: 'reset' as const },
						{ kind: 'expired' as const },
					][Math.floor(random() * 4)]!;
					simulator.faults.add({ server: platform, times: random() < 0.2 ? 12 : 1, effect });
				};
				const emitted = new Map<string, number>();
				const take = (ids: string[]): void => {
					for (const id of ids) emitted.set(id, (emitted.get(id) ?? 0) + 1);
				};
				const step = async (calm: boolean): Promise<number> => {
					const before = JSON.stringify(trigger.staticData);
					if (!calm && random() < 0.3) fault();
					const ids = await trigger
						.ids({ budgetMs: 20_000 + random() * 40_000 })
						.catch(() => undefined);
					if (ids === undefined) {
						expect(JSON.stringify(trigger.staticData)).toBe(before);
						return 1;
					}
					if (!calm && random() < 0.15) {
						// A crash before items and state were committed together: neither counts.
						trigger.staticData = JSON.parse(before) as typeof trigger.staticData;
						return 1;
					}
					take(ids);
					if (!calm && random() < 0.1) {
						const poll = async () => await trigger.ids().catch(() => []);
						take((await Promise.all([poll(), poll()])).flat());
					}
					return ids.length;
				};
				while (time.ms < startedAt + 4 * HOUR) {
					for (let n = random() * 8; n > 0; n--) addCall();
					if (random() < 0.1 && calls > 0) {
						const id = `call-${seed}-${Math.floor(random() * calls)}`;
						if (pending.has(id)) pending.get(id)!.deleted = true;
						simulator[platform].recordings.remove(id);
					}
					await step(false);
					time.ms += (1 + random() * 8) * MINUTE;
				}
				simulator.faults.clear();
				for (let quiet = 0, n = 0; quiet < 4 && n < 400; n++) {
					quiet = (await step(true)) === 0 && time.ms > startedAt + 7 * HOUR ? quiet + 1 : 0;
					time.ms += 5 * MINUTE;
				}
				const lost = [...pending]
					.filter(([id, { deleted }]) => !deleted && !emitted.has(id))
					.map(([id]) => id);
				const repeated = [...emitted].filter(([, times]) => times > 1).map(([id]) => id);
				expect({ lost, repeated }).toEqual({ lost: [], repeated: [] });
				expect(emitted.size).toBeGreaterThan(50);
			} finally {
				await world.end();
			}
		},
		180_000,
	);
});
