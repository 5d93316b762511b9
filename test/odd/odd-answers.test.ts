import type { INodeExecutionData } from 'n8n-workflow';

import { LIST, ODD_CALLS, ODD_LISTS, VOICE, type OddCall } from './calls';
import {
	ODD_BODIES,
	ODD_FILES,
	ODD_ROWS,
	ODD_VALUES,
	REASON,
	REASONS,
	type Kind,
	type OddValue,
} from './oddities';
import { credentialsFor } from '../node/credentials';
import { CALLS as ENDPOINTS, seed as seedEndpoints } from '../node/endpoint-calls';
import { jsonOf, runNode, type NodeResult } from '../node/engine';
import { polling } from '../node/polling';
import { worldForEachTest } from '../node/virtual';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const world = worldForEachTest();

// Some tests hold hundreds of odd answers.
jest.setTimeout(180_000);

const SEGMENTS = [
	[
		'Segment ID',
		'ACD Call ID',
		'Start Date',
		'Voice Recording Status',
		'ANI',
		'Agent 1 Name',
		'Disposition',
	],
	[
		'seg-1',
		'512340009871',
		'2025-03-03T10:00:00.000Z',
		'Success',
		'+15550100',
		'Öst, Kim',
		'Refund; "goodwill"\nCall back',
	],
	['seg-2', '512340009872', '2025-03-03T11:00:00.000Z', 'success', '+15550101', 'Lee', 'none'],
];
const asCsv = (rows: string[][]) =>
	`${rows.map((cells) => cells.map((cell) => `"${cell.replace(/"/g, '""')}"`).join(',')).join('\r\n')}\r\n`;

beforeEach(() => {
	const { media } = world.simulator;
	media.addObject(VOICE, { file: 'combined.wav' });
	media.addObject(LIST, { bytes: Buffer.from(asCsv(SEGMENTS)), extension: 'csv' });
});

type Path = ReadonlyArray<string | number>;
const pathText = (path: Path) =>
	path
		.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
		.join('')
		.slice(1);

/** Every place of an honest answer, outermost first. */
function places(value: unknown, path: Path = []): Path[] {
	const own = path.length === 0 ? [] : [path];
	if (typeof value !== 'object' || value === null) return own;
	return [
		...own,
		...Object.entries(value).flatMap(([key, member]) =>
			places(member, [...path, Array.isArray(value) ? Number(key) : key]),
		),
	];
}

const at = (value: unknown, path: Path): unknown =>
	path.reduce((inner, part) => (inner as Record<string | number, unknown>)[part], value);

function kindOf(value: unknown, path: Path): Kind {
	if (typeof value === 'boolean') return 'flag';
	if (typeof value === 'number') return 'number';
	if (Array.isArray(value)) return typeof value[0] === 'object' ? 'objects' : 'texts';
	if (typeof value === 'object') return 'object';
	const text = String(value);
	if (/^\d{4}-\d\d-\d\dT/.test(text)) return 'time';
	return /^(size|duration)$/.test(String(path.at(-1))) ? 'numberAsText' : 'text';
}

/** A copy with another value in one place; undefined takes it out. */
function changed(value: object, path: Path, odd: unknown): object {
	const copy = structuredClone(value);
	const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
	if (odd === undefined) delete holder[path.at(-1)!];
	else holder[path.at(-1)!] = odd;
	return copy;
}

interface Case extends OddValue {
	path: Path;
	place: string;
	id: string;
	body: object;
}

/** Every odd value in every place of what `honest` gives for an ID. Entries of lists are not left out: that is another list. */
function casesOf(honest: (id: string) => object, words: readonly string[] = []): Case[] {
	let count = 0;
	return places(honest('x')).flatMap((path) => {
		const value = at(honest('x'), path);
		const place = pathText(path);
		const kind = kindOf(value, path);
		const odd =
			value === null
				? []
				: ODD_VALUES.filter(({ kinds, fits }) => kinds.includes(kind) && fits?.(value) !== false);
		const inOtherCase: OddValue[] = words.includes(place)
			? [
					{
						oddity: 'word in capitals',
						kinds: [],
						make: (word) => String(word).toUpperCase(),
						means: 'same',
					},
					{
						oddity: 'word in small letters',
						kinds: [],
						make: (word) => String(word).toLowerCase(),
						means: 'same',
					},
					{
						oddity: 'word between blanks',
						kinds: [],
						make: (word) => ` ${String(word)} `,
						means: 'same',
					},
				]
			: [];
		return [...odd, ...inOtherCase].map((one) => {
			const id = `odd${String(++count).padStart(4, '0')}`;
			const own = honest(id);
			return { ...one, path, place, id, body: changed(own, path, one.make(at(own, path))) };
		});
	});
}

/** What a node puts out, by its places, with nothing in it that differs from run to run; all that counts as unreadable under one name. */
function shown(json: unknown, id: string): Record<string, unknown> {
	const unreadable: unknown[] = [];
	const text = JSON.stringify(json, function (this: unknown, key, value: unknown) {
		if (key === 'unreadable' && Array.isArray(value)) unreadable.push(...(value as unknown[]));
		return /^(at|startedAt|finishedAt|downloadedAt|unreadable)$/.test(key) ? undefined : value;
	});
	const plain = JSON.parse(text.replaceAll(id, 'ID')) as object;
	const members = places(plain)
		.map((path) => [pathText(path), at(plain, path)] as const)
		.filter(([, value]) => typeof value !== 'object' || value === null);
	return { ...Object.fromEntries(members), ...(unreadable.length > 0 && { unreadable }) };
}

type Shown = { error?: unknown; message?: unknown; details?: unknown; description?: unknown };

/** All that a person reads of an error, or of the item in its place. */
const textOf = ({ error, message, details, description }: Shown = {}) =>
	[error ?? message, details ?? description]
		.map((part) => (typeof part === 'object' ? JSON.stringify(part) : part))
		.filter(Boolean)
		.join(' ');

/** What is wrong with an error that a person reads. */
function unclear(error: Shown | undefined): string | undefined {
	if (error === undefined) return 'no error';
	const text = textOf(error).replace(/said: \\?".*"/, '');
	if (text.length < 20) return `says nothing: ${text}`;
	if (
		/TypeError|undefined|Cannot read|is not a function|is not iterable|\[object|NaN|ZodError|unknown reason/.test(
			text,
		)
	)
		return `is not for people: ${text}`;
	return undefined;
}

const namedIn = (unreadable: unknown, place: string) =>
	Array.isArray(unreadable) &&
	unreadable.some(
		(name: string) =>
			name === place ||
			place.startsWith(`${name}.`) ||
			place.startsWith(`${name}[`) ||
			name.startsWith(`${place}.`) ||
			name.startsWith(`${place}[`),
	);

const differing = (one: Record<string, unknown>, other: Record<string, unknown>) =>
	[...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
		(key) => key !== 'unreadable' && JSON.stringify(one[key]) !== JSON.stringify(other[key]),
	);

interface Seen {
	json?: Record<string, unknown>;
	failed?: Record<string, unknown>;
}

/**
 * Holds what came of each odd value against what came of the honest answer, and of the one without the value.
 *
 * @param prefix what `unreadable` leaves out of a place
 */
function judge(
	cases: Case[],
	honest: Record<string, unknown>,
	seenOf: (id: string) => Seen,
	required: readonly string[],
	names: boolean,
	prefix = '',
	repeated: readonly string[] = [],
): string[] {
	const wrong: string[] = [];
	const without = new Map(
		cases.filter(({ oddity }) => oddity === 'missing').map(({ place, id }) => [place, seenOf(id)]),
	);
	for (const { place, oddity, means, id } of cases) {
		const { json, failed } = seenOf(id);
		const say = (what: string) => wrong.push(`${place}: ${oddity}: ${what}`);
		if (json === undefined && failed === undefined) say('is lost');
		else if (json === undefined) {
			const problem = unclear(failed);
			if (problem !== undefined) say(problem);
			else if (means === 'same') say(`is refused: ${JSON.stringify(failed)}`);
			else if (!required.some((name) => place === name || name.startsWith(`${place}.`)))
				say(`costs the whole answer: ${JSON.stringify(failed)}`);
		} else if (means === 'same') {
			const other = differing(json, honest).filter(
				(key) => !(oddity.startsWith('word') && repeated.includes(key)),
			);
			if (other.length > 0)
				say(`changes ${other.map((key) => `${key}: ${JSON.stringify(json[key])}`).join(', ')}`);
			else if ('unreadable' in json)
				say(`counts as unreadable: ${JSON.stringify(json.unreadable)}`);
		} else {
			const missing = without.get(place)?.json;
			const mayDiffer = missing === undefined ? [] : differing(missing, honest);
			const others = differing(json, honest).filter(
				// Nothing stands there any more.
				(key) => !mayDiffer.includes(key) && !(means === 'unreadable' && !json[key]),
			);
			if (others.length > 0)
				say(`changes ${others.map((key) => `${key}: ${JSON.stringify(json[key])}`).join(', ')}`);
			else if (means === 'absent' && missing !== undefined && differing(json, missing).length > 0)
				say(
					`is not as if it were left out: ${differing(json, missing)
						.map((key) => JSON.stringify(json[key]))
						.join()}`,
				);
			else if (means === 'absent' && 'unreadable' in json)
				say(`counts as unreadable: ${JSON.stringify(json.unreadable)}`);
			else if (
				means === 'unreadable' &&
				missing !== undefined &&
				// Whether there are files that cannot be read, or none, is not the same.
				differing(json, missing).some(
					(key) => json[key] && !(key === 'status' && json.status === 'Unknown'),
				)
			)
				say(
					`is taken for something: ${differing(json, missing)
						.map((key) => `${key}: ${JSON.stringify(json[key])}`)
						.join()}`,
				);
			else if (
				names &&
				means === 'unreadable' &&
				mayDiffer.length > 0 &&
				!namedIn(json.unreadable, place.replace(prefix, '')) &&
				!namedIn(json.unreadable, place)
			)
				say(`is not named: ${JSON.stringify(json.unreadable)}`);
		}
	}
	return wrong;
}

const itemOf = ({ pairedItem }: INodeExecutionData) =>
	typeof pairedItem === 'object' && !Array.isArray(pairedItem) ? pairedItem.item : pairedItem;

/** Runs a call for many IDs at once; each is answered by a body of its own. */
async function answers(
	call: OddCall,
	bodies: Array<{
		id: string;
		body?: object | string;
		status?: number;
		headers?: Record<string, string>;
	}>,
): Promise<Map<string, Seen>> {
	const { simulator } = world;
	for (const { id, body, status = 200, headers } of bodies) {
		call.seed?.(simulator, id);
		simulator.faults.add({
			server: call.credentials,
			method: call.method,
			path: call.path(id),
			times: Infinity,
			effect: { kind: 'status', status, body, headers },
		});
	}
	const { items, failed, error } = await runNode({
		nodeType: call.node(),
		parameters: call.parameters,
		credentials: credentialsFor(simulator)[call.credentials],
		input: bodies.map(({ id }) => ({ json: { id } })),
		onError: 'continueErrorOutput',
	});
	if (error !== undefined) throw error as Error;
	const seen = new Map<string, Seen>();
	for (const item of items) {
		const { id } = bodies[itemOf(item) as number];
		if (!seen.has(id)) seen.set(id, { json: shown(item.json, id) });
	}
	for (const item of failed) seen.set(bodies[itemOf(item) as number].id, { failed: item.json });
	return seen;
}

describe.each(Object.entries(ODD_CALLS))('an odd answer to %s', (_name, call) => {
	const honestOf = (id: string) => call.honest(id, world.simulator);

	if (call.sameForm !== true)
		it('costs itself at the most', async () => {
			// 'unreadable' is on the items of nodes that show what they read.
			const names =
				/Search|Get(Contact|Segment)|RecordControl/.test(call.node().constructor.name) &&
				!call.parameters.api;
			const cases = casesOf(honestOf, call.words);
			const seen = await answers(call, [{ id: 'honest', body: honestOf('honest') }, ...cases]);
			const honest = seen.get('honest')!.json!;
			expect(honest).toBeDefined();
			expect(
				judge(
					cases,
					honest,
					(id) => seen.get(id) ?? {},
					call.required ?? [],
					names,
					call.parameters.split === 'interaction' ? 'interactions[0].' : '',
					call.repeated,
				),
			).toEqual([]);
		});

	it.each(ODD_BODIES)('as a whole: $oddity', async (odd) => {
		const { oddity, make, headers, status, says } = odd;
		const means = call.fine?.includes(oddity) === true ? 'same' : odd.means;
		const body = make(honestOf('odd')) as object;
		const seen = await answers(call, [{ id: 'honest', body: honestOf('honest') }]);
		const { json, failed } =
			(await answers(call, [{ id: 'odd', body, headers, status }])).get('odd') ?? {};
		if (means === 'same') {
			expect(failed).toBeUndefined();
			expect(json).toBeDefined();
			if (call.fine?.includes(oddity) !== true) expect(json).toEqual(seen.get('honest')!.json);
		} else {
			expect(json).toBeUndefined();
			expect(unclear(failed)).toBeUndefined();
			if (says !== undefined) expect(textOf(failed)).toContain(says);
			if (call.isCommand === true) expect(String(failed?.error)).toMatch(/not known/);
		}
	});
});

describe.each(Object.entries(ODD_LISTS))('an odd list: %s', (_name, list) => {
	const strike = (
		body: object | string,
		more: { status?: number; headers?: Record<string, string> } = {},
	) =>
		world.simulator.faults.add({
			server: list.platform,
			path: list.path,
			times: Infinity,
			effect: { kind: 'status', body, ...more, status: more.status ?? 200 },
		});
	const search = async (parameters: object = {}): Promise<NodeResult> =>
		await runNode({
			nodeType: new SearchRecordings(),
			parameters: { ...list.parameters, ...parameters },
			credentials: credentialsFor(world.simulator)[list.platform],
		});
	const hintsOf = ({ run }: NodeResult) =>
		(run.data.resultData.runData.Subject?.[0]?.hints ?? []).map(({ message }) => message).join(' ');

	it('an odd value costs itself at the most, never its row or its page', async () => {
		const cases = casesOf(list.row, list.words);
		strike(list.page([list.row('honest'), ...cases.map(({ body }) => body)]));
		const result = await search();
		expect(result.error).toBeUndefined();
		const items = new Map(jsonOf(result.items).map((json) => [String(json.id), json]));
		const seenOf = (id: string): Seen => {
			const json = items.get(id);
			return json === undefined
				? { failed: { error: `${hintsOf(result)} (one of the rows that cannot be read)` } }
				: { json: shown(json, id) };
		};
		expect(judge(cases, shown(items.get('honest'), 'honest'), seenOf, list.required, true)).toEqual(
			[],
		);
		const refused = cases.filter(({ id }) => !items.has(id)).length;
		expect(hintsOf(result)).toContain(`${refused} rows`);
	});

	it('a row that is none is counted, and costs no other', async () => {
		const rows = ODD_ROWS.flatMap((odd, index) => [odd, list.row(`good${index}`)]);
		strike(list.page(rows));
		const result = await search();
		expect(result.error).toBeUndefined();
		expect(jsonOf(result.items).map(({ id }) => id)).toEqual(
			ODD_ROWS.map((_, index) => `good${index}`),
		);
		expect(hintsOf(result)).toMatch(/rows that are no recordings/);
	});

	it('a row that is there twice comes once', async () => {
		strike(list.page([list.row('a'), list.row('b'), list.row('a')]));
		const { items, error } = await search();
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['a', 'b']);
	});

	it('the only row by itself counts as a list of one', async () => {
		strike({ ...list.page([list.row('a')]), recordings: list.row('a') });
		const { items, error } = await search();
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['a']);
	});

	it('an ID that is a number of twenty digits keeps them all', async () => {
		const text = JSON.stringify(list.page([list.row('98765432109876543210'), list.row('b')]));
		strike(text.replace(/"98765432109876543210"/g, '98765432109876543210'), {
			headers: { 'content-type': 'application/json' },
		});
		const { items } = await search();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['98765432109876543210', 'b']);
		const raw = jsonOf((await search({ simplify: false })).items);
		expect(JSON.stringify(raw)).toContain('98765432109876543210');
	});

	it('the trigger hands over every row that has an ID, however odd', async () => {
		const trigger = await polling(
			new RecordingTrigger(),
			{ platform: list.platform, authentication: 'accessKey' },
			credentialsFor(world.simulator)[list.platform],
		);
		expect(await trigger.poll()).toBeNull();
		world.time.ms += 60_000;
		const now = new Date(world.time.ms).toISOString();
		const recent = (id: string) => ({
			...list.row(id),
			createdDate: now,
			startTime: now,
			...(list.platform === 'genesys' ? { stopTime: now } : { endTime: now }),
		});
		const cases = casesOf(recent).filter(
			({ place, means }) =>
				!/^(recordingId|id|status|mediaFiles|createdDate|startTime|stopTime)/.test(place) ||
				means === 'same',
		);
		strike(list.page([...ODD_ROWS, ...cases.map(({ body }) => body)]));
		world.time.ms += 60_000;
		const handed = new Set<string>();
		for (let poll = 0; poll < 20; poll++) {
			for (const id of await trigger.ids()) {
				expect(handed.has(id)).toBe(false);
				handed.add(id);
			}
			world.time.ms += 60_000;
		}
		expect(
			cases.filter(({ id }) => !handed.has(id)).map(({ place, oddity }) => `${place}: ${oddity}`),
		).toEqual([]);
	});

	it.each(ODD_BODIES)('as a whole: $oddity', async ({ make, headers, status, means, says }) => {
		const body = make(list.page([list.row('a'), list.row('b')]));
		strike(body as object, { status, headers });
		const { items, error } = await search();
		if (means === 'same') {
			expect(error).toBeUndefined();
			expect(jsonOf(items).map(({ id }) => id)).toEqual(['a', 'b']);
			expect(JSON.stringify(items)).toContain('Öst');
			expect(JSON.stringify(items)).not.toContain('"unreadable"');
		} else {
			expect(items).toEqual([]);
			expect(unclear(error)).toBeUndefined();
			if (says !== undefined) expect(`${error?.message} ${error?.description}`).toContain(says);
		}
	});
});

describe('the reason of a refusal reaches the user', () => {
	it.each(REASONS)('$form', async ({ form, body, headers }) => {
		expect(form).toBeDefined();
		const lost: string[] = [];
		seedEndpoints(world.simulator);
		for (const [name, call] of Object.entries(ENDPOINTS)) {
			world.simulator.faults.clear();
			world.simulator.faults.add({
				server: call.server,
				method: call.method,
				path: call.path,
				times: Infinity,
				effect: { kind: 'status', status: 400, body, headers },
			});
			const { error } = await runNode({
				nodeType: call.node(),
				parameters: call.parameters,
				credentials: credentialsFor(world.simulator)[call.credentials],
			});
			if (!`${error?.message} ${error?.description}`.includes(REASON))
				lost.push(`${name}: ${error?.message} | ${error?.description}`);
		}
		expect(lost).toEqual([]);
	});

	it.each(Object.entries(ENDPOINTS))('with every status: %s', async (_name, call) => {
		const lost: string[] = [];
		for (const status of [
			402, 403, 404, 405, 406, 409, 410, 413, 415, 418, 422, 423, 451, 500, 501, 503, 505,
		]) {
			seedEndpoints(world.simulator);
			world.simulator.faults.clear();
			world.simulator.faults.add({
				server: call.server,
				method: call.method,
				path: call.path,
				times: Infinity,
				effect: { kind: 'status', status, body: { message: REASON } },
			});
			const { error } = await runNode({
				nodeType: call.node(),
				parameters: call.parameters,
				credentials: credentialsFor(world.simulator)[call.credentials],
			});
			const text = `${error?.message} ${error?.description}`;
			if (!text.includes(REASON)) lost.push(`${status}: ${text}`);
			else if (unclear(error) !== undefined) lost.push(`${status}: ${unclear(error)}`);
		}
		expect(lost).toEqual([]);
	});
});

describe('a list of Data Extraction', () => {
	const extract = async () =>
		await runNode({
			nodeType: new SearchRecordings(),
			parameters: {
				platform: 'cxone',
				operation: 'search',
				api: 'dataExtraction',
				createdAfter: '2025-03-01',
				granularity: 'segment',
				returnAll: true,
				extractionOptions: { jobIds: 'job' },
			},
			credentials: credentialsFor(world.simulator).cxone,
		});
	const serve = (effect: { body: string | Buffer; headers?: Record<string, string> }) => {
		const url = world.simulator.media.signedUrl(LIST);
		world.simulator.faults.clear();
		world.simulator.faults.add({
			server: 'cxone',
			path: '/data-extraction/v1/jobs/job',
			times: Infinity,
			effect: {
				kind: 'status',
				status: 200,
				body: { jobStatus: { id: 'job', status: 'SUCCEEDED', result: { url } } },
			},
		});
		world.simulator.media.addObject(
			LIST,
			{ bytes: Buffer.from(effect.body as string), extension: 'csv' },
			{ contentType: effect.headers?.['content-type'] },
		);
	};

	it.each(ODD_FILES)('$oddity', async ({ make, headers, means }) => {
		serve({ body: asCsv(SEGMENTS) });
		const honest = jsonOf((await extract()).items);
		expect(honest).toHaveLength(2);
		serve({ body: make(SEGMENTS), headers });
		const { items, error } = await extract();
		if (means === 'error') {
			expect(items).toEqual([]);
			expect(unclear(error)).toBeUndefined();
			expect(`${error?.message} ${error?.description}`).not.toMatch(/[\u0000-\u0008\uFFFD]/);
		} else {
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toEqual(means === 'empty' ? [] : honest);
		}
	});
});
