import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode } from './engine';
import { polling } from './polling';
import { worldForEachTest } from './virtual';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { NewInteraction } from '../../simulator';

const world = worldForEachTest();
const MINUTE = 60_000;
let started = 0;
beforeEach(() => {
	// Request budgets outlive a test: its time must not run backwards.
	world.time.ms += ++started * 24 * 60 * MINUTE;
});

type Source = 'recordingApi' | 'dataExtraction' | 'genesys';

/** Two calls that differ in everything: 'a' and 'b', a day ago or some minutes ago. */
function addCalls(source: Source, agoMinutes: number): void {
	const startTime = world.time.ms - agoMinutes * MINUTE;
	const { cxone, genesys } = world.simulator;
	if (source === 'recordingApi') {
		cxone.recordings.add({
			recordingId: 'a',
			contactId: '5001',
			startTime,
			endTime: startTime + 30_000,
			availableAt: startTime + 30_000,
			ani: '+15550100',
			dnis: '+18005550100',
			direction: 'Inbound',
			agents: [{ agentId: 'u-1', agentName: 'Kim Osei' }],
			odd: { mediaType: 'voice-only' },
		});
		cxone.recordings.add({
			recordingId: 'b',
			contactId: '5002',
			startTime: startTime + 1,
			endTime: startTime + 90_000,
			availableAt: startTime + 90_000,
			ani: '+18005550100',
			dnis: '+15550100',
			direction: 'Outbound',
			agents: [{ agentId: 'u-2', agentName: 'Ana Ruiz' }],
			odd: { mediaType: 'voice-and-screen' },
		});
	} else if (source === 'genesys') {
		genesys.recordings.add({
			id: 'a',
			startTime,
			stopTime: startTime + 30_000,
			callerPhoneNumber: '+15550100',
			dialedPhoneNumber: '+18005550100',
			callType: 'Inbound',
			agents: [{ userName: 'kim', firstName: 'Kim', lastName: 'Osei', phoneNumber: '1' }],
			screenRecording: false,
		});
		genesys.recordings.add({
			id: 'b',
			startTime: startTime + 1,
			stopTime: startTime + 90_000,
			callerPhoneNumber: '+18005550100',
			dialedPhoneNumber: '+15550100',
			callType: 'Outbound',
			agents: [{ userName: 'ana', firstName: 'Ana', lastName: 'Ruiz', phoneNumber: '2' }],
			screenRecording: true,
		});
	} else {
		const call = (acdCallId: string, more: Partial<NewInteraction>) =>
			cxone.contacts.add({
				acdCallId,
				interactions: [
					{
						kind: 'call',
						startTime,
						customer: '+15550100',
						segments: [{ segmentId: `segment-${acdCallId}` }],
						...more,
					},
				],
			});
		call('a', {
			endTime: startTime + 30_000,
			direction: 'INBOUND',
			agents: [{ userId: 'u-1', agentName: 'Kim Osei' }],
			media: { voice: { file: 'voice.mp4' } },
		});
		call('b', {
			endTime: startTime + 90_000,
			direction: 'OUTBOUND',
			agents: [{ userId: 'u-2', agentName: 'Ana Ruiz' }],
			media: { voiceAndScreen: { file: 'voice.mp4' } },
		});
	}
}

const PARAMETERS: Record<Source, INodeParameters> = {
	recordingApi: { platform: 'cxone', api: 'recordingApi' },
	dataExtraction: { platform: 'cxone', api: 'dataExtraction' },
	genesys: { platform: 'genesys' },
};

async function search(source: Source, parameters: INodeParameters) {
	const since = new Date(world.time.ms - 48 * 60 * MINUTE).toISOString();
	return await runNode({
		nodeType: new SearchRecordings(),
		parameters: {
			...PARAMETERS[source],
			operation: 'search',
			returnAll: true,
			...(source === 'genesys' ? { startedAfter: since } : { createdAfter: since }),
			extractionOptions: { version: '12' },
			...parameters,
		},
		credentials: credentialsFor(world.simulator)[source === 'genesys' ? 'genesys' : 'cxone'],
	});
}

async function watch(source: Source, parameters: INodeParameters) {
	const trigger = await polling(
		new RecordingTrigger(),
		{
			...PARAMETERS[source],
			authentication: 'accessKey',
			...(source === 'dataExtraction' && { options: { version: '12' } }),
			...parameters,
		},
		credentialsFor(world.simulator)[source === 'genesys' ? 'genesys' : 'cxone'],
	);
	expect(await trigger.poll()).toBeNull();
	world.time.ms += MINUTE;
	return trigger;
}

/** Filters that only 'a' passes; those of the first column mean the same everywhere. */
const FILTERS: Array<[name: string, filters: INodeParameters, sources?: Source[]]> = [
	['agent', { agent: 'Osei' }, ['genesys']],
	['agent', { agent: 'kim osei' }, ['recordingApi', 'dataExtraction']],
	['agent by ID', { agent: 'u-1' }, ['recordingApi', 'dataExtraction']],
	['caller number', { callerNumber: '1 (555) 0100' }],
	['caller number with a wildcard', { callerNumber: '1555*' }],
	['dialed number', { dialedNumber: '+1 800 555*' }],
	['direction', { direction: ['inbound', 'internal'] }],
	['duration', { durationFrom: 20, durationTo: 60 }],
	['call ID', { callId: '5001' }, ['recordingApi']],
	['call ID', { callId: 'a' }],
	['media type', { mediaType: ['voice-only'] }],
	['all of them', { callerNumber: '15550100', direction: ['inbound'], durationTo: 60 }],
];
const CASES = FILTERS.flatMap(
	([name, filters, sources = ['recordingApi', 'dataExtraction', 'genesys'] as Source[]]) =>
		sources.map((source) => [name, source, filters] as const),
);

describe('filters by name', () => {
	it.each(CASES)('%s: Search, %s', async (_, source, filters) => {
		addCalls(source, 24 * 60);
		const { items, error } = await search(source, { filters });
		expect(error).toBeUndefined();
		// Data Extraction's numbers are those of a call in or out.
		const found = jsonOf(items).map(({ id }) => id);
		expect(found).toEqual(['a']);
	});

	it.each(CASES)('%s: trigger, %s', async (_, source, filters) => {
		const trigger = await watch(source, { filters });
		addCalls(source, 3);
		const got = await trigger.ids();
		world.time.ms += 70 * MINUTE;
		expect([...got, ...(await trigger.ids())]).toEqual(['a']);
		world.time.ms += 10 * MINUTE;
		expect(await trigger.poll()).toBeNull();
	});

	it('team and skill: Data Extraction', async () => {
		addCalls('dataExtraction', 24 * 60);
		const found = async (filters: INodeParameters) =>
			jsonOf((await search('dataExtraction', { filters })).items).length;
		expect(await found({ team: 'support', skill: 'bill*' })).toBe(2);
		expect(await found({ team: 'Sales' })).toBe(0);
		// Set before the other API was chosen: no call of that one tells a team.
		addCalls('recordingApi', 24 * 60);
		const { items } = await search('recordingApi', { filters: { team: 'Sales' } });
		expect(items).toHaveLength(2);
	});

	it('GIR and the Recording API are asked for what they filter by, and for nothing else', async () => {
		await search('genesys', {
			filters: {
				agent: 'kim',
				callerNumber: '1555*',
				mediaType: ['voice-and-screen'],
				durationTo: 9,
			},
		});
		const [{ query }] = world.simulator.requests.filter(({ path }) => path.endsWith('/recordings'));
		expect(Object.fromEntries(query)).toMatchObject({
			userName: 'kim',
			callerPhoneNumber: '1555*',
			includeLabels: '__screenRecording',
		});
		expect([...query.keys()]).not.toContain('durationTo');
		await search('recordingApi', {
			filters: { callerNumber: '1555*' },
			customFilters: { filter: [{ field: 'direction', operator: 'eq', value: 'Inbound' }] },
		});
		const { body } = world.simulator.requests.at(-1)!;
		expect(
			(JSON.parse(body) as { filters: Array<{ field: string }> }).filters.map(({ field }) => field),
		).toEqual(['direction', 'createdDate']);
	});

	it('what is hidden or not told matches nothing, and that is said', async () => {
		addCalls('recordingApi', 24 * 60);
		Object.assign(world.simulator.cxone.recordings.need('b'), {
			odd: { ani: undefined, durationSeconds: undefined },
		});
		const { items, run } = await search('recordingApi', { filters: { callerNumber: '*0100' } });
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['a']);
		const hints = run.data.resultData.runData.Subject[0].hints!.map(({ message }) => message);
		expect(hints).toEqual([
			'CXone hides or does not tell the caller number of one recording. The filter could not be checked, so they were left out.',
		]);
	});

	it('the trigger tells of them once a day', async () => {
		const trigger = await watch('recordingApi', { filters: { callerNumber: '*0100' } });
		addCalls('recordingApi', 3);
		Object.assign(world.simulator.cxone.recordings.need('b'), { odd: { ani: undefined } });
		expect(await trigger.ids()).toEqual(['a']);
		world.time.ms += 5 * MINUTE;
		expect(await trigger.poll()).toBeNull();
		expect(trigger.said).toEqual([
			'CXone hides or does not tell the caller number of one recording. The filter could not be checked, so they were left out.',
		]);
	});
});

describe('chats and e-mails of Data Extraction', () => {
	function addChat(
		kind: 'chat' | 'email',
		acdCallId: string,
		agoMinutes: number,
		isRecorded: boolean,
	) {
		const startTime = world.time.ms - agoMinutes * MINUTE;
		world.simulator.cxone.contacts.add({
			acdCallId,
			interactions: [
				{
					kind,
					startTime,
					endTime: startTime + MINUTE,
					segments: [{ segmentId: `segment-${acdCallId}` }],
					media: isRecorded ? { screen: { file: 'voice.mp4' } } : {},
				},
			],
		});
	}

	it.each([
		['12', [], ['recorded']],
		['12', ['chat'], ['recorded', 'written']],
		['12', ['email'], ['mail']],
		['12', ['chat', 'email'], ['recorded', 'written', 'mail']],
		// Without a column for the media type, a chat cannot be told from an e-mail.
		['7', [], []],
		['7', ['chat'], []],
		['7', ['chat', 'email'], ['recorded', 'written', 'mail']],
	])('version %s, media types %j: %j', async (version, mediaType, expected) => {
		addChat('chat', 'recorded', 24 * 60, true);
		addChat('chat', 'written', 24 * 60 - 1, false);
		addChat('email', 'mail', 24 * 60 - 2, false);
		const filters = mediaType.length > 0 ? { mediaType } : {};
		const { items, error } = await search('dataExtraction', {
			filters,
			extractionOptions: { version },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(expected);
		const trigger = await watch('dataExtraction', { filters, options: { version } });
		addChat('chat', 'recorded', 3, true);
		for (const { acdCallId } of world.simulator.cxone.contacts.list())
			world.simulator.cxone.contacts.remove(acdCallId);
		addChat('chat', 'recorded', 5, true);
		addChat('chat', 'written', 4, false);
		addChat('email', 'mail', 3, false);
		world.time.ms += 70 * MINUTE;
		expect(await trigger.ids()).toEqual(expected);
		world.time.ms += 70 * MINUTE;
		expect(await trigger.poll()).toBeNull();
	});
});

describe('calls of several segments, watched in Data Extraction', () => {
	/** A call that was transferred: its second part begins when the first one ends. */
	function addTransfer(firstMinutes: number, secondMinutes: number): void {
		const startTime = world.time.ms;
		const middle = startTime + firstMinutes * MINUTE;
		world.simulator.cxone.contacts.add({
			acdCallId: 'call',
			interactions: [
				{
					kind: 'call',
					startTime,
					endTime: middle + secondMinutes * MINUTE,
					media: { voice: { file: 'voice.mp4' } },
					segments: [
						{ segmentId: 'one', startTime, endTime: middle },
						{ segmentId: 'two', startTime: middle, endTime: middle + secondMinutes * MINUTE },
					],
				},
			],
		});
	}

	/** All that polls every five minutes give within so many hours. */
	async function over(trigger: Awaited<ReturnType<typeof watch>>, hours: number) {
		const got = [];
		for (let minutes = 0; minutes < hours * 60; minutes += 10) {
			world.time.ms += 10 * MINUTE;
			got.push(...((await trigger.poll()) ?? []));
		}
		return jsonOf(got);
	}

	it('come once, with all their segments', async () => {
		// The second part is listed while the first one is not old enough to be the last.
		world.simulator.cxone.dataExtraction.lagSeconds = 300;
		const trigger = await watch('dataExtraction', {});
		addTransfer(10, 20);
		const got = await over(trigger, 9);
		expect(got).toMatchObject([{ id: 'call', durationSeconds: 1_800 }]);
	});

	it('come once also where a segment appears long after the call was handed over', async () => {
		const trigger = await watch('dataExtraction', {});
		addTransfer(10, 240);
		const got = await over(trigger, 12);
		expect(got).toMatchObject([{ id: 'call' }]);
	});

	it('come segment by segment where that is asked for', async () => {
		const trigger = await watch('dataExtraction', { granularity: 'segment' });
		addTransfer(10, 20);
		const got = await over(trigger, 9);
		expect(got.map(({ id }) => id)).toEqual(['one', 'two']);
	});
});

describe('retention', () => {
	const DAY = 24 * 60;

	it.each(['recordingApi', 'dataExtraction', 'genesys'] as const)(
		'leaves out what is about to be deleted: %s',
		async (source) => {
			addCalls(source, 8 * DAY);
			const since = new Date(world.time.ms - 9 * DAY * MINUTE).toISOString();
			const asked = { createdAfter: since, startedAfter: since };
			expect((await search(source, asked)).items).toHaveLength(2);
			const options = { retentionDays: 10 };
			const kept = await search(source, {
				...asked,
				options,
				extractionOptions: options,
				genesysOptions: options,
			});
			expect(kept.error).toBeUndefined();
			expect(kept.items).toHaveLength(0);
			const startFrom = { startFrom: 'time', startTime: since };
			const trigger = async (more: INodeParameters) =>
				await polling(
					new RecordingTrigger(),
					{ ...PARAMETERS[source], authentication: 'accessKey', ...startFrom, ...more },
					credentialsFor(world.simulator)[source === 'genesys' ? 'genesys' : 'cxone'],
				);
			expect(await (await trigger({ options })).poll()).toBeNull();
			expect((await (await trigger({})).ids()).sort()).toEqual(['a', 'b']);
		},
	);
});
