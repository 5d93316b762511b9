import type { INodeExecutionData } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { runNode } from './engine';
import { polling, type Polling } from './polling';
import { startVirtualWorld, type VirtualWorld } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import type { SimulatorOptions } from '../../simulator';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: VirtualWorld;
let started = 0;
afterEach(async () => {
	await world.end();
});

type Platform = 'cxone' | 'genesys';

async function start(
	platform: Platform,
	parameters: object = {},
	options: SimulatorOptions = {},
): Promise<Polling> {
	world = await startVirtualWorld(options);
	// Request budgets outlive a test: its time must not run backwards.
	world.time.ms += ++started * 24 * HOUR;
	const credentials = credentialsFor(world.simulator)[platform];
	return await polling(
		new RecordingTrigger(),
		{ platform, authentication: 'accessKey', ...parameters },
		credentials,
	);
}

/** A call that began so many minutes ago, and whose recording becomes available so many minutes from now. */
function addCall(platform: Platform, id: string, ago: number, availableIn = -1): void {
	const startTime = world.time.ms - ago * MINUTE;
	const availableAt = world.time.ms + availableIn * MINUTE;
	const end = availableIn > 0 ? availableAt - MINUTE : startTime + MINUTE;
	if (platform === 'cxone')
		world.simulator.cxone.recordings.add({ recordingId: id, startTime, endTime: end, availableAt });
	else world.simulator.genesys.recordings.add({ id, startTime, stopTime: end, availableAt });
}

/** A time of which no budget knows yet. */
const world0 = () => Date.parse('2025-06-01T00:00:00Z') + started * 100 * 24 * HOUR;

/** What a trigger puts out for a call whose recording became available after its activation. */
async function itemOf(platform: Platform, parameters: object = {}): Promise<INodeExecutionData> {
	const trigger = await start(platform, parameters);
	await trigger.poll();
	addCall(platform, 'a', 2, -1);
	return (await trigger.poll())![0]!;
}

const pass = (minutes: number) => {
	world.time.ms += minutes * MINUTE;
};

describe.each(['cxone', 'genesys'] as const)('on %s', (platform) => {
	it('hands over the others when a row is no recording, and says so in the log', async () => {
		const trigger = await start(platform);
		expect(await trigger.poll()).toBeNull();
		pass(1);
		addCall(platform, 'broken', 0);
		addCall(platform, 'new', 0);
		const odd = { recordingId: undefined, id: undefined };
		if (platform === 'cxone') world.simulator.cxone.recordings.need('broken').odd = odd;
		else world.simulator.genesys.recordings.need('broken').odd = odd;
		pass(2);
		expect(await trigger.ids()).toEqual(['new']);
		expect(trigger.said.join()).toMatch(
			/listed one row that is no recording: row \d (has neither recordingId nor id|'id' required)/,
		);
		for (let poll = 0; poll < 10; poll++) {
			pass(60);
			expect(await trigger.poll()).toBeNull();
		}
		expect(trigger.said.join()).not.toContain('kept changing');
	});

	it('takes a status in another spelling, and odd values, for what they are', async () => {
		const trigger = await start(platform);
		expect(await trigger.poll()).toBeNull();
		pass(1);
		addCall(platform, 'new', 0);
		if (platform === 'cxone')
			world.simulator.cxone.recordings.need('new').odd = { status: 'AVAILABLE', agents: 7 };
		else
			world.simulator.genesys.recordings.need('new').odd = { nonDelete: '****', eventHistory: 7 };
		pass(2);
		expect((await trigger.poll())?.map(({ json }) => [json.status, json.unreadable])).toEqual([
			['Available', platform === 'cxone' ? ['agents'] : ['nonDelete', 'eventHistory']],
		]);
	});

	it('starts from now on: what was available before is not new, what becomes available later is, once', async () => {
		const trigger = await start(platform);
		addCall(platform, 'old', 60, -50);
		addCall(platform, 'late', 30, 45);
		expect(await trigger.poll()).toBeNull();
		pass(1);
		addCall(platform, 'new', 0, 2);
		expect(await trigger.poll()).toBeNull();
		pass(3);
		expect(await trigger.ids()).toEqual(['new']);
		expect(await trigger.poll()).toBeNull();
		pass(60);
		expect(await trigger.ids()).toEqual(['late']);
		expect(await trigger.poll()).toBeNull();
	});

	it('puts out recordings as Search Recordings does, or the vendor’s own JSON', async () => {
		const item = await itemOf(platform);
		expect(item.json).toMatchObject({
			platform,
			id: 'a',
			status: 'Available',
			references: { recordingId: 'a' },
		});
		await world.end();
		const { json } = await itemOf(platform, { output: 'raw' });
		expect(json).not.toHaveProperty('platform');
		expect(JSON.stringify(json)).not.toContain('speechminer');
	});

	it('fills in the past from a time on, as many as fit at a time, without a repeat', async () => {
		const trigger = await start(platform, {
			startFrom: 'time',
			startTime: '2025-03-30T01:30:00',
			options: { maxItems: 30 },
		});
		world.time.ms = Date.parse('2025-04-01T12:00:00Z');
		// 30 March 2025 01:30 in Berlin is half an hour before the clocks go forward.
		const from = Date.parse('2025-03-30T00:30:00Z');
		for (let n = 0; n < 100; n++)
			addCall(platform, `r${n}`, (world.time.ms - from - n * 30 * MINUTE) / MINUTE);
		addCall(platform, 'before', (world.time.ms - from + MINUTE) / MINUTE);
		const got: string[] = [];
		for (let n = 0; n < 6; n++) {
			const ids = await trigger.ids();
			expect(ids.length).toBeLessThanOrEqual(30);
			got.push(...ids);
			pass(1);
		}
		expect(got).toHaveLength(100);
		expect(new Set(got)).toEqual(new Set(Array.from({ length: 100 }, (_, n) => `r${n}`)));
	});

	it('leaves its state alone when it throws, and when the editor asks for a sample', async () => {
		const trigger = await start(platform);
		addCall(platform, 'old', 60, -50);
		await trigger.poll();
		const before = JSON.stringify(trigger.staticData);
		const path = platform === 'cxone' ? '/api/v2/recording/search' : '/api/v2/recordings';
		world.simulator.faults.add({
			server: platform,
			path,
			times: 99,
			effect: { kind: 'status', status: 403, body: { message: 'no', statusCode: 5 } },
		});
		expect(await trigger.refused()).toMatchObject({ httpCode: '403' });
		world.simulator.faults.clear();
		expect((await trigger.poll({ mode: 'manual' }))!.map(({ json }) => json.id)).toEqual(['old']);
		expect(JSON.stringify(trigger.staticData)).toBe(before);
	});

	it.each<{
		status: number;
		headers: Record<string, string>;
		cause: string;
		retryAfterMs?: number;
	}>([
		{ status: 401, headers: {}, cause: 'credential-invalid' },
		{ status: 403, headers: {}, cause: 'configuration-invalid' },
		{
			status: 429,
			headers: { 'Retry-After': '120' },
			cause: 'rate-limited',
			retryAfterMs: 120_000,
		},
		{ status: 503, headers: {}, cause: 'temporarily-unavailable' },
	])('tells n8n to back off after $status', async ({ status, headers, ...failure }) => {
		const trigger = await start(platform);
		await trigger.poll();
		const path = platform === 'cxone' ? '/api/v2/recording/search' : '/api/v2/recordings';
		world.simulator.faults.add({
			server: platform,
			path,
			times: 99,
			effect: { kind: 'status', status, headers, body: { message: 'no' } },
		});
		const error = await trigger.refused();
		expect(error).toMatchObject({ httpCode: String(status), failure });
		expect(`${error.message} ${error.description}`).not.toMatch(/undefined|\[object/);
		// A wait that is longer than the poll is left to n8n.
		expect(Math.max(0, ...world.time.waits)).toBeLessThan(45_000);
	});

	it('hands over what is known of a recording; its files are fetched by the node behind it', async () => {
		const item = await itemOf(platform);
		expect(item).not.toHaveProperty('binary');
		const { properties } = new RecordingTrigger().description;
		expect(properties.map(({ name }) => name)).not.toContain('downloadMedia');
		expect(properties.find(({ type }) => type === 'notice')!.displayName).toMatch(
			/Download Media.*needs no configuration/,
		);
		const credentials = credentialsFor(world.simulator)[platform];
		const { items: files } = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform },
			credentials,
			input: [item],
		});
		const source = world.simulator.sources().find(({ recordingId }) => recordingId === 'a')!;
		expect(files.map(({ json }) => json.sha256)).toEqual([source.sha256]);
	});

	it('does not hand over twice when two polls run at once, or one is repeated after a crash', async () => {
		const trigger = await start(platform);
		await trigger.poll();
		for (const id of ['a', 'b', 'c']) addCall(platform, id, 2, -1);
		const both = await Promise.all([trigger.ids(), trigger.ids()]);
		expect(both.flat().sort()).toEqual(['a', 'b', 'c']);
		// Another process began from the same stored state; n8n keeps one of the two.
		const stored = JSON.parse(JSON.stringify(trigger.staticData)) as typeof trigger.staticData;
		addCall(platform, 'd', 1, 0);
		expect(await trigger.ids({ staticData: stored })).toEqual(['d']);
		expect(await trigger.ids()).toEqual(['d']);
	});

	it('says what is wrong in words, with an empty tenant in the editor', async () => {
		const trigger = await start(platform);
		await expect(trigger.poll({ mode: 'manual' })).rejects.toThrow(
			'There is no available recording to show',
		);
	});

	/** The same workflow after an edit: what n8n keeps for the node stays. */
	async function edited(
		trigger: Polling,
		parameters: object,
		credentials = credentialsFor(world.simulator)[platform],
	): Promise<Polling> {
		const again = await polling(
			new RecordingTrigger(),
			{ platform, authentication: 'accessKey', ...parameters },
			credentials,
		);
		again.staticData = trigger.staticData;
		return again;
	}

	/** Filters that let pass what comes from one number, or everything. */
	const from = (number: string): object => ({ filters: { callerNumber: number } });

	function addCallFrom(number: string, id: string, ago: number, availableIn = -1): void {
		addCall(platform, id, ago, availableIn);
		if (platform === 'cxone') world.simulator.cxone.recordings.need(id).ani = number;
		else world.simulator.genesys.recordings.need(id).callerPhoneNumber = number;
	}

	it('takes the start time of an expression from the first poll, and does not begin again at each', async () => {
		const trigger = await start(platform, {
			startFrom: 'time',
			startTime: '={{ $now.minus({ hours: 2 }) }}',
		});
		const now = jest.spyOn(Date, 'now').mockImplementation(() => world.time.ms);
		try {
			for (let n = 0; n < 5; n++) addCall(platform, `r${n}`, 30 + n, -5);
			const got: string[] = [];
			for (let n = 0; n < 6; n++) {
				got.push(...(await trigger.ids()));
				pass(1);
			}
			expect(got.sort()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
			expect(trigger.said).toEqual([]);
		} finally {
			now.mockRestore();
		}
		const { properties } = new RecordingTrigger().description;
		expect(properties.find(({ name }) => name === 'startTime')).toMatchObject({
			noDataExpression: true,
		});
	});

	it('hands over nothing old when a filter is widened, and nothing twice or too little after it', async () => {
		const trigger = await start(platform, from('15550100'));
		await trigger.poll();
		for (let n = 0; n < 50; n++) addCallFrom('15550111', `left out ${n}`, 40, -30);
		addCallFrom('15550100', 'first', 20, -10);
		addCallFrom('15550100', 'late', 15, 20);
		addCallFrom('15550111', 'late too', 15, 20);
		pass(1);
		expect(await trigger.ids()).toEqual(['first']);
		pass(1);
		const wider = await edited(trigger, {});
		expect(await wider.poll()).toBeNull();
		addCallFrom('15550111', 'new', 0, 5);
		pass(30);
		expect((await wider.ids()).sort()).toEqual(['late', 'late too', 'new']);
		pass(1);
		const narrow = await edited(wider, from('15550100'));
		expect(await narrow.poll()).toBeNull();
		expect([...trigger.said, ...wider.said, ...narrow.said]).toEqual([]);
	});

	it('goes on with the rest of the past when a filter is widened in the middle of it', async () => {
		const parameters = {
			startFrom: 'time',
			startTime: new Date(Date.UTC(2025, 0, 1)).toISOString(),
			options: { maxItems: 40 },
		};
		const trigger = await start(platform, { ...parameters, ...from('15550100') });
		for (let n = 0; n < 400; n++)
			addCallFrom(n % 2 === 0 ? '15550100' : '15550111', `r${n}`, 6_000 - n * 10);
		const got = await trigger.ids();
		expect(got).toHaveLength(40);
		const wider = await edited(trigger, parameters);
		for (let n = 0; n < 20; n++) {
			pass(1);
			got.push(...(await wider.ids()));
		}
		expect(new Set(got).size).toBe(got.length);
		// All that the poll before the change had not come to: the last of its 40 is the 79th of all.
		const numbers = new Set(got.map((id) => Number(id.slice(1))));
		expect(
			Array.from({ length: 400 - 80 }, (_, n) => 80 + n).filter((n) => !numbers.has(n)),
		).toEqual([]);
	});

	it('takes another credential for another view of the same: what it shows is not new', async () => {
		const trigger = await start(platform);
		await trigger.poll();
		addCall(platform, 'handed over', 20, -10);
		expect(await trigger.ids()).toEqual(['handed over']);
		pass(1);
		const other = await edited(trigger, {});
		other.credentialId = 'another';
		addCall(platform, 'hidden from the first', 20, -12);
		expect(await other.poll()).toBeNull();
		addCall(platform, 'new', 1, 0);
		expect(await other.ids()).toEqual(['new']);
	});

	it('hands over after a pause what became available meanwhile', async () => {
		const trigger = await start(platform);
		addCall(platform, 'old', 60, -50);
		await trigger.poll();
		addCall(platform, 'meanwhile', 0, 30);
		pass(3 * 24 * 60);
		expect(await trigger.ids()).toEqual(['meanwhile']);
		const { properties } = new RecordingTrigger().description;
		expect(JSON.stringify(properties.find(({ name }) => name === 'startFrom'))).toMatch(/pause/);
	});

	it('begins anew with another start time', async () => {
		const trigger = await start(platform);
		addCall(platform, 'old', 20, -10);
		await trigger.poll();
		const again = await polling(
			new RecordingTrigger(),
			{
				platform,
				authentication: 'accessKey',
				startFrom: 'time',
				startTime: new Date(world.time.ms - HOUR).toISOString(),
			},
			credentialsFor(world.simulator)[platform],
		);
		again.staticData = trigger.staticData;
		expect(await again.ids()).toEqual(['old']);
	});
});

describe('CXone', () => {
	it('gives up a recording that is never finished, with a line in the log', async () => {
		const trigger = await start('cxone', { options: { giveUpHours: 3 } });
		await trigger.poll();
		world.simulator.cxone.recordings.add({
			recordingId: 'stuck',
			startTime: world.time.ms,
			status: 'Processing',
		});
		// A clock may be wrong for one poll: the one after it gives up.
		for (let hour = 0; hour < 6; hour++) {
			expect(await trigger.poll()).toBeNull();
			pass(60);
		}
		expect(trigger.said).toEqual([
			expect.stringMatching(/^Recording stuck is still 'Processing' \d hours after its call began/),
		]);
	});

	it('keeps the request budget, and stops in time', async () => {
		const trigger = await start(
			'cxone',
			{ startFrom: 'time', startTime: '2025-01-01T00:00:00Z', options: { maxItems: 10_000 } },
			{ recordingApiPerMinute: 50 },
		);
		for (let n = 0; n < 4_000; n++)
			world.simulator.cxone.recordings.add({
				recordingId: `r${n}`,
				startTime: world.time.ms - HOUR - n * 1_000,
				media: {},
			});
		const got = new Set<string>();
		let polls = 0;
		while (got.size < 4_000 && polls < 30) {
			const began = world.time.ms;
			for (const id of await trigger.ids({ budgetMs: 36_000 })) {
				expect(got.has(id)).toBe(false);
				got.add(id);
			}
			polls++;
			expect(world.time.ms - began).toBeLessThan(90_000);
			pass(1);
		}
		expect(got.size).toBe(4_000);
		expect(world.simulator.requests.filter(({ status }) => status === 429)).toEqual([]);
	});

	it.each(['token', 'page'] as const)(
		'reads pages by %s, also when they are capped',
		async (paging) => {
			const trigger = await start('cxone', {
				startFrom: 'time',
				startTime: '2025-01-01T00:00:00Z',
			});
			Object.assign(world.simulator.cxone, { paging });
			for (let n = 0; n < 250; n++) addCall('cxone', `r${n}`, 60 + n);
			expect(new Set(await trigger.ids()).size).toBe(250);
		},
	);

	it('loses nothing between two spans of the past, whatever the precision of its time', async () => {
		const from = world0() + 7 * 24 * HOUR;
		const trigger = await start('cxone', {
			startFrom: 'time',
			startTime: new Date(from).toISOString(),
		});
		world.time.ms = from + 20 * HOUR;
		// The first span is an hour, the next two: 59:59.5, 59:59.9995 and 3:00:00 sharp.
		const times = [HOUR - 500, HOUR - 0.5, HOUR, 3 * HOUR - 0.25, 3 * HOUR];
		times.forEach((at, n) =>
			world.simulator.cxone.recordings.add({
				recordingId: `r${n}`,
				startTime: from + at,
				createdDate: from + at,
				endTime: from + at + MINUTE,
				media: {},
			}),
		);
		expect((await trigger.ids()).sort()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
	});

	it('loses none when the oldest recording is purged while the second page is read', async () => {
		const from = world0();
		const trigger = await start('cxone', {
			startFrom: 'time',
			startTime: new Date(from).toISOString(),
		});
		world.time.ms = from + 24 * HOUR;
		Object.assign(world.simulator.cxone, { paging: 'page' });
		for (let n = 0; n < 200; n++)
			world.simulator.cxone.recordings.add({
				recordingId: `r${n}`,
				startTime: world.time.ms - 23 * HOUR - n * 1_000,
				media: {},
			});
		const { recordings } = world.simulator.cxone;
		const list = recordings.list.bind(recordings);
		let searches = 0;
		jest.spyOn(recordings, 'list').mockImplementation(() => {
			// The newest, the first page of the hour, its second page.
			if (++searches === 3) recordings.remove('r199');
			return list();
		});
		expect(new Set(await trigger.ids()).size).toBe(200);
	});

	it('passes filters on', async () => {
		const trigger = await start('cxone', {
			customFilters: { filter: [{ field: 'direction', operator: 'eq', value: 'Outbound' }] },
		});
		await trigger.poll();
		for (const direction of ['Inbound', 'Outbound'] as const) {
			world.simulator.cxone.recordings.add({
				recordingId: direction,
				startTime: world.time.ms - MINUTE,
				direction,
			});
		}
		expect(await trigger.ids()).toEqual(['Outbound']);
	});
});

describe('CXone Data Extraction', () => {
	function addContact(id: string, agoMinutes: number): void {
		const startTime = world.time.ms - agoMinutes * MINUTE;
		world.simulator.cxone.contacts.add({
			acdCallId: id,
			interactions: [
				{
					kind: 'call',
					startTime,
					endTime: startTime + MINUTE,
					segments: [{ segmentId: `segment-${id}` }],
					media: { voice: { file: 'voice.mp4' } },
				},
			],
		});
	}

	it('hands over each segment once, however late it appears', async () => {
		const trigger = await start('cxone', { api: 'dataExtraction', granularity: 'segment' });
		addContact('1', 120);
		expect(await trigger.poll()).toBeNull();
		addContact('2', 0);
		pass(20);
		expect(await trigger.poll()).toBeNull();
		pass(20);
		expect(await trigger.ids()).toEqual(['segment-2']);
		pass(5);
		expect(await trigger.poll()).toBeNull();
	});

	it('picks a job up again that outlasts a poll', async () => {
		const yesterday = new Date(
			Date.parse('2025-03-04T12:00:00Z') + started * 24 * HOUR,
		).toISOString();
		const trigger = await start('cxone', {
			api: 'dataExtraction',
			granularity: 'segment',
			startFrom: 'time',
			startTime: yesterday,
		});
		Object.assign(world.simulator.cxone.dataExtraction, { jobSeconds: 100 });
		addContact('1', 120);
		// As the signal of the poll does with a real clock.
		const endAt = world.time.ms + 30_600;
		world.time.meanwhile = async () => {
			if (world.time.ms < endAt && world.time.ms + world.time.waits.at(-1)! > endAt) {
				world.time.ms = endAt;
				throw new Error('aborted');
			}
		};
		expect(await trigger.poll({ budgetMs: 36_000 })).toBeNull();
		pass(1);
		expect(await trigger.ids({ budgetMs: 36_000 })).toEqual(['segment-1']);
		expect(world.simulator.cxone.dataExtraction.jobs).toHaveLength(1);
	});
});

describe('GIR', () => {
	it('finds calls that began in a span of the past and ended behind it', async () => {
		const from = world0();
		const trigger = await start('genesys', {
			startFrom: 'time',
			startTime: new Date(from).toISOString(),
		});
		world.time.ms = from + 48 * HOUR;
		world.simulator.genesys.recordings.add({
			id: 'across',
			startTime: from + 50 * MINUTE,
			stopTime: from + 5 * HOUR,
		});
		expect(await trigger.ids()).toEqual(['across']);
	});

	it('waits for recordings without media, and finds them under a capped limit', async () => {
		const trigger = await start('genesys', {
			startFrom: 'time',
			startTime: '2025-01-01T00:00:00Z',
		});
		world.simulator.genesys.limitCap = 7;
		for (let n = 0; n < 40; n++) addCall('genesys', `r${n}`, 60 + n);
		world.simulator.genesys.recordings.add({
			id: 'bare',
			startTime: world.time.ms - HOUR,
			media: [],
		});
		expect(new Set(await trigger.ids()).size).toBe(40);
		const bare = world.simulator.genesys.recordings.need('bare');
		const [one] = world.simulator.genesys.recordings.need('r1').media;
		bare.media.push(one!);
		expect(await trigger.ids()).toEqual(['bare']);
	});
});
