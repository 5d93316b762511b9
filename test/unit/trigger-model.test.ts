import { runModel } from './trigger-model';

/** `TRIGGER_SEED=4711 npx jest test/unit/trigger-model` replays one run. */
const only = process.env.TRIGGER_SEED;
const runs = Number(process.env.TRIGGER_RUNS ?? 200);
const seeds =
	only === undefined ? Array.from({ length: runs }, (_, index) => 1_000 + index) : [Number(only)];

describe('the trigger against a tenant that does everything it may', () => {
	it(
		`hands over every available recording once (${seeds.length} runs)`,
		async () => {
			let emitted = 0;
			const failed: unknown[] = [];
			for (const seed of seeds) {
				const { lost, repeated, old, bytesEach, ...counts } = await runModel(seed);
				emitted += counts.emitted;
				if (lost.length + repeated.length + old.length > 0 || bytesEach > 16) {
					failed.push({
						replay: `TRIGGER_SEED=${seed}`,
						lost: lost.slice(0, 3),
						repeated: repeated.slice(0, 3),
						old: old.slice(0, 3),
						bytesEach,
						...counts,
					});
				}
			}
			expect(failed).toEqual([]);
			if (only === undefined) expect(emitted).toBeGreaterThan(runs * 30);
		},
		60_000 + runs * 1_000,
	);
});
