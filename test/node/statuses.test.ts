import { DOCUMENTED } from './documented-statuses';
import { answered, CALLS, seed } from './endpoint-calls';
import { worldForEachTest } from './virtual';

const world = worldForEachTest();

beforeEach(() => {
	seed(world.simulator);
});

const PAIRS = DOCUMENTED.flatMap(({ text, endpoint, statuses }) =>
	Object.entries(statuses).map(([status, sight]) => ({
		text,
		endpoint,
		status: Number(status),
		sight,
	})),
);

describe('what a person sees', () => {
	it.each(PAIRS)('"$text", $endpoint: $status', async ({ endpoint, status, sight }) => {
		const { items, error } = await answered(endpoint, status, world.simulator);
		const asked = world.simulator.requests.filter(({ server, method, path }) => {
			const call = CALLS[endpoint];
			return server === call.server && method === call.method && call.path.test(path);
		});
		expect(asked.length).toBeGreaterThan(0);
		if (sight.message === undefined) {
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			return;
		}
		expect(error?.message).toBe(sight.message);
		expect(error?.description?.startsWith(sight.description!)).toBe(true);
		// Words of n8n's UX guidelines to stay away from, and signs of an error nobody meant for people.
		expect(sight.message + sight.description).not.toMatch(
			/\b(error|problem|failure|mistake)s?\b|undefined|\[object|TypeError/i,
		);
		expect(error?.context.itemIndex).toBe(0);
		expect(items).toEqual([]);
	});

	it('has every endpoint in the table, and a call for each', () => {
		expect([...new Set(DOCUMENTED.map(({ endpoint }) => endpoint))].sort()).toEqual(
			Object.keys(CALLS).sort(),
		);
		expect(PAIRS.length).toBeGreaterThan(100);
	});
});
