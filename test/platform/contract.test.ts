import type { INodeParameters } from 'n8n-workflow';

import { WORLDS, type PlatformWorld } from './worlds';
import { jsonOf, runNode, type NodeResult } from '../node/engine';
import { polling, type Polling } from '../node/polling';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

/** What every platform owes to those who build flows on it, whoever wrote it. */
describe.each(WORLDS)('%s', (_, startWorld) => {
	let world: PlatformWorld;
	beforeEach(async () => {
		world = await startWorld();
	});
	afterEach(async () => {
		await world.end();
	});

	const search = async (
		parameters: INodeParameters = {},
		credentials = world.credentials,
	): Promise<NodeResult> =>
		await runNode({
			nodeType: new SearchRecordings(),
			parameters: {
				platform: world.platform,
				operation: 'search',
				returnAll: true,
				...world.search,
				...parameters,
			},
			credentials,
		});
	const download = async (parameters: INodeParameters, input?: NodeResult): Promise<NodeResult> =>
		await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: world.platform, ...parameters },
			credentials: world.credentials,
			...(input && { input: input.items }),
		});
	const watch = async (parameters: INodeParameters = {}): Promise<Polling> => {
		const trigger = await polling(
			new RecordingTrigger(),
			{ platform: world.platform, ...parameters },
			world.credentials,
		);
		expect(await trigger.poll()).toBeNull();
		world.pass(1);
		return trigger;
	};
	const ids = ({ items, error }: NodeResult) => {
		expect(error).toBeUndefined();
		return jsonOf(items)
			.map(({ id }) => String(id))
			.sort();
	};

	it('lists every recording once, over many pages, in the shape of all platforms', async () => {
		const all = Array.from({ length: 230 }, (__, n) => `call-${1_000 + n}`);
		for (const [n, id] of all.entries()) world.add({ id, began: -20 - n });
		const found = await search();
		expect(ids(found)).toEqual(all);
		const [item] = jsonOf(found.items);
		expect(item).toMatchObject({
			platform: world.platform,
			status: 'Available',
			start: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
			end: expect.stringMatching(/Z$/) as unknown,
			durationSeconds: 60,
			callerNumber: '100',
			references: { recordingId: item.id },
		});
	});

	it('stops at the limit, and asks for no more than it takes', async () => {
		for (let n = 0; n < 230; n++) world.add({ id: `call-${n}`, began: -20 - n });
		const limited = await search({ returnAll: false, limit: 2 });
		expect(ids(limited)).toHaveLength(2);
		const asked = world.requests();
		await search();
		expect(world.requests() - asked).toBeGreaterThanOrEqual(asked);
	});

	it('filters', async () => {
		world.add({ id: 'mine', began: -9, caller: '555' });
		world.add({ id: 'other', began: -8 });
		expect(ids(await search({ filters: { callerNumber: '555' } }))).toEqual(['mine']);
	});

	it('filters over many pages, and counts what is left towards the limit', async () => {
		for (let n = 0; n < 230; n++)
			world.add({ id: `call-${n}`, began: -20 - n, minutes: n % 50 === 0 ? 3 : 1 });
		const long = { durationFrom: 120, durationTo: 200 };
		expect(ids(await search({ filters: long }))).toEqual([
			'call-0',
			'call-100',
			'call-150',
			'call-200',
			'call-50',
		]);
		const limited = await search({ filters: long, returnAll: false, limit: 4 });
		expect(ids(limited)).toHaveLength(4);
		expect(ids(await search({ filters: { callId: 'CALL-7?', durationTo: 100 } }))).toHaveLength(10);
		const { error } = await search({ filters: { durationFrom: 9, durationTo: 3 } });
		expect(error!.message).toBe("'Duration From (Seconds)' is more than 'Duration To (Seconds)'");
	});

	it('leaves out what cannot be downloaded, includes it, or waits for it', async () => {
		world.add({ id: 'ready', began: -9 });
		world.add({ id: 'late', began: -8, availableIn: 600 });
		expect(ids(await search())).toEqual(['ready']);
		expect(ids(await search({ whenProcessing: 'include' }))).toEqual(['late', 'ready']);
		const waited = await search({ whenProcessing: 'wait', maxWaitMinutes: 2 });
		expect(
			jsonOf(waited.items)
				.map(({ id, status }) => [id, status])
				.sort(),
		).toEqual([
			['late', 'Processing'],
			['ready', 'Available'],
		]);
	});

	it('gets one recording whatever its status, and says what to do where there is none', async () => {
		world.add({ id: 'late', began: -8, availableIn: 600 });
		const get = { operation: 'get', recordingId: 'late' };
		expect(ids(await search(get))).toEqual(['late']);
		const { error } = await search({ ...get, recordingId: 'nowhere' });
		expect(error).toMatchObject({ httpCode: '404' });
		expect(error!.description).not.toBe('');
	});

	it('loses no recording over odd values', async () => {
		world.add({ id: 'odd', began: -9 });
		world.add({ id: 'even', began: -8 });
		world.makeOdd('odd');
		expect(ids(await search())).toEqual(['even', 'odd']);
	});

	it('tells a wrong credential from everything else, and shows no secret', async () => {
		world.add({ id: 'a', began: -9 });
		const { error } = await search({}, world.wrongCredentials);
		expect(error).toMatchObject({ httpCode: '401' });
		expect(error!.description).not.toBe('');
		expect(JSON.stringify([error!.message, error!.description, error!.messages])).not.toMatch(
			/wrong-(secret|password|key)-1234/,
		);
	});

	it('delivers the files of what was found, and of an ID, identical to their source', async () => {
		for (const id of ['a', 'b']) world.add({ id, began: -9 });
		for (const output of ['simplified', 'raw']) {
			const files = await download({}, await search({ output }));
			expect(files.error).toBeUndefined();
			const hashes = jsonOf(files.items).map(({ sha256 }) => sha256);
			expect(hashes.sort()).toEqual([...world.sha256('a'), ...world.sha256('b')].sort());
		}
		const one = await download({ source: 'id', ...world.byId('a') });
		expect(jsonOf(one.items).map(({ sha256 }) => sha256)).toEqual(world.sha256('a'));
	});

	it('refuses an item of another platform, in words', async () => {
		const input = {
			items: [{ json: { platform: world.platform === 'cxone' ? 'genesys' : 'cxone', id: 'x' } }],
		} as unknown as NodeResult;
		const { error } = await download({}, input);
		expect(error!.message).toMatch(/^Recording x is one of .*, not of /);
		expect(error!.description).toContain("Set 'Platform' to");
	});

	describe('watched by the trigger', () => {
		it('hands over late and pending recordings once, and nothing from before', async () => {
			world.add({ id: 'before', began: -30 });
			const trigger = await watch();
			world.add({ id: 'new', began: 0 });
			world.add({ id: 'pending', began: 0, availableIn: 90 });
			world.pass(2);
			expect(await trigger.ids()).toEqual(['new']);
			// Listed long after its call.
			world.add({ id: 'late', began: -70 });
			world.pass(5);
			expect(await trigger.ids()).toEqual(['late']);
			const got: string[] = [];
			for (let poll = 0; poll < 12; poll++) {
				world.pass(15);
				got.push(...(await trigger.ids()));
			}
			expect(got).toEqual(['pending']);
		});

		it('goes on over a deleted recording', async () => {
			const trigger = await watch();
			world.add({ id: 'gone', began: 0, availableIn: 30 });
			world.pass(2);
			expect(await trigger.poll()).toBeNull();
			world.remove('gone');
			world.add({ id: 'stays', began: 0 });
			world.pass(2);
			expect(await trigger.ids()).toEqual(['stays']);
			world.pass(60);
			expect(await trigger.poll()).toBeNull();
		});

		it('keeps to its filters', async () => {
			const trigger = await watch({ filters: { callerNumber: '555' } });
			world.add({ id: 'mine', began: 0, caller: '555' });
			world.add({ id: 'other', began: 0 });
			world.pass(2);
			expect(await trigger.ids()).toEqual(['mine']);
		});

		it('hands over what the node filters for, once it is available', async () => {
			const trigger = await watch({ filters: { durationFrom: 120 } });
			world.add({ id: 'short', began: -5 });
			world.add({ id: 'long', began: -5, minutes: 3 });
			world.add({ id: 'long and late', began: -5, minutes: 3, availableIn: 20 });
			world.add({ id: 'short and late', began: -5, availableIn: 20 });
			world.pass(2);
			expect(await trigger.ids()).toEqual(['long']);
			world.pass(25);
			expect(await trigger.ids()).toEqual(['long and late']);
			world.pass(200);
			expect(await trigger.poll()).toBeNull();
		});
	});
});
