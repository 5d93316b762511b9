import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode, type NodeRun } from './engine';
import { polling } from './polling';
import { worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { NewInteraction } from '../../simulator';

const world = worldForEachTest();

const tenant = () => world.simulator.cxone;
const requests = (method: string) =>
	world.simulator.requests.filter(
		(request) => request.method === method && request.path.startsWith('/data-extraction/'),
	);
const starts = () => requests('POST').filter(({ status }) => status === 202);
const files = () => world.simulator.requests.filter(({ server }) => server === 'media');

function call(acdCallId: string, start: string, more: Partial<NewInteraction> = {}): void {
	tenant().contacts.add({
		acdCallId,
		interactions: [
			{
				kind: 'call',
				startTime: start,
				segments: [{ segmentId: `seg-${acdCallId}` }],
				media: { voice: { file: 'voice.mp4' } },
				...more,
			},
		],
	});
}

async function extract(parameters: INodeParameters, more: Partial<NodeRun> = {}) {
	return await runNode({
		nodeType: new SearchRecordings(),
		parameters: {
			platform: 'cxone',
			operation: 'search',
			api: 'dataExtraction',
			returnAll: true,
			...parameters,
		},
		credentials: credentialsFor(world.simulator).cxone,
		...more,
	});
}

const WEEK = { createdAfter: '2025-03-01T00:00:00Z', createdBefore: '2025-03-04T11:00:00Z' };

describe('Data Extraction', () => {
	it('starts a job, waits for it, and puts out recordings', async () => {
		call('512340009871', '2025-03-03T15:00:00Z', {
			agents: [{ agentName: 'Kim Osei', userId: 'u-1' }],
			customer: '+15550100',
			disposition: 'Refund, "goodwill"\nCall back',
		});
		call('512340009999', '2025-03-02T15:00:00Z', { media: {} });
		const { items, error } = await extract(WEEK);
		expect(error).toBeUndefined();
		expect(requests('POST').map(({ body }) => JSON.parse(body) as unknown)).toEqual([
			{
				entityName: 'recording-interaction-metadata',
				version: '7',
				startDate: '2025-02-28',
				endDate: '2025-03-06',
			},
		]);
		expect(jsonOf(items)).toEqual([
			{
				platform: 'cxone',
				id: '512340009871',
				status: 'Available',
				start: '2025-03-03T15:00:00.000Z',
				end: '2025-03-03T15:01:00.000Z',
				durationSeconds: 60,
				mediaType: 'voice-only',
				direction: 'inbound',
				callerNumber: '+15550100',
				dialedNumber: '+18005550199',
				agentNames: 'Kim Osei',
				acdCallId: '512340009871',
				contactId: '512340009872',
				agents: [{ id: 'u-1', name: 'Kim Osei', team: 'Support', skills: ['Billing', 'Orders'] }],
				media: [],
				labels: [],
				references: { acdCallId: '512340009871', contactId: '512340009872' },
				masked: [],
			},
		]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		expect(files()).toHaveLength(1);
		expect(files()[0].headers.authorization).toBeUndefined();
	});

	it.each(['acdCall', 'segment'])(
		'leaves out what was never recorded, also from the limit, unless it is wanted (%s)',
		async (granularity) => {
			call('lost', '2025-03-03T14:00:00Z', { media: {} });
			call('there', '2025-03-03T15:00:00Z');
			const found = async (parameters: INodeParameters) =>
				jsonOf((await extract({ ...WEEK, granularity, ...parameters })).items).map(
					({ references, status }) => [(references as { acdCallId: string }).acdCallId, status],
				);
			expect(await found({ returnAll: false, limit: 1 })).toEqual([['there', 'Available']]);
			// The same field of another API may have been set to wait.
			expect(await found({ whenProcessing: 'wait' })).toEqual([['there', 'Available']]);
			expect(await found({ whenProcessing: 'include' })).toEqual([
				['lost', 'Failure'],
				['there', 'Available'],
			]);
		},
	);

	it('tells a manifest how much it left out', async () => {
		call('lost', '2025-03-03T14:00:00Z', { media: {} });
		call('there', '2025-03-03T15:00:00Z');
		const { items, error } = await runNode({
			nodeType: new DownloadMedia(),
			parameters: { platform: 'cxone', options: { manifest: true } },
			credentials: credentialsFor(world.simulator).cxone,
			search: {
				nodeType: new SearchRecordings(),
				parameters: {
					platform: 'cxone',
					operation: 'search',
					api: 'dataExtraction',
					returnAll: true,
					...WEEK,
				},
			},
		});
		expect(error).toBeUndefined();
		expect(items.at(-1)!.json).toMatchObject({
			counts: { recordingsFound: 2, recordingsLeftOut: 1, itemsReceived: 1, filesDelivered: 1 },
			searches: [{ found: 2, leftOut: [{ reason: 'Nothing was recorded', count: 1 }] }],
		});
	});

	it('leaves out chats without a screen recording, and keeps a call of which one segment was recorded', async () => {
		tenant().contacts.add({
			acdCallId: 'chat',
			interactions: [{ kind: 'chat', startTime: '2025-03-03T12:00:00Z', messages: [] } as never],
		});
		tenant().contacts.add({
			acdCallId: 'transferred',
			interactions: [
				{
					kind: 'call',
					startTime: '2025-03-03T13:00:00Z',
					segments: [{ segmentId: 's1' }],
					media: {},
				},
				{
					kind: 'call',
					startTime: '2025-03-03T13:05:00Z',
					segments: [{ segmentId: 's2' }],
					media: { voice: { file: 'voice.mp4' } },
				},
			],
		});
		const { items } = await extract(WEEK);
		expect(jsonOf(items)).toMatchObject([
			{ id: 'transferred', status: 'Available', start: '2025-03-03T13:00:00.000Z' },
		]);
		const { items: all } = await extract({ ...WEEK, whenProcessing: 'include' });
		expect(jsonOf(all).map(({ id }) => id)).toEqual(['chat', 'transferred']);
	});

	it('keeps all columns, quotes and line breaks where the raw data are wanted', async () => {
		tenant().dataExtraction.acdCallIdHeader = 'ACD Call ID (Master)';
		call('5', '2025-03-03T15:00:00Z', { disposition: 'Refund, "goodwill"\nCall back' });
		const { items } = await extract({
			...WEEK,
			output: 'raw',
			extractionOptions: { version: '12' },
		});
		expect(jsonOf(items)[0]).toMatchObject({
			'Segment ID': 'seg-5',
			'ACD Call ID (Master)': '5',
			Disposition: 'Refund, "goodwill"\nCall back',
			'Media Type': 'Voice',
			'Agent 2 Name': '',
		});
		const simplified = await extract({ ...WEEK });
		expect(jsonOf(simplified.items)).toMatchObject([{ id: '5', references: { acdCallId: '5' } }]);
	});

	it('puts out one item for each ACD call, or for each segment', async () => {
		call('7', '2025-03-03T15:00:00Z', {
			endTime: '2025-03-03T15:10:00Z',
			agents: [
				{ agentName: 'Kim', userId: 'k' },
				{ agentName: 'Noor', userId: 'n' },
			],
			segments: [
				{ segmentId: 's2', startTime: '2025-03-03T15:05:00Z', endTime: '2025-03-03T15:10:00Z' },
				{ segmentId: 's1', startTime: '2025-03-03T15:00:00Z', endTime: '2025-03-03T15:05:00Z' },
			],
		});
		const calls = await extract(WEEK);
		expect(jsonOf(calls.items)).toMatchObject([
			{
				id: '7',
				start: '2025-03-03T15:00:00.000Z',
				end: '2025-03-03T15:10:00.000Z',
				durationSeconds: 600,
				agents: [{ name: 'Kim' }, { name: 'Noor' }],
			},
		]);
		const segments = await extract({ ...WEEK, granularity: 'segment' });
		expect(jsonOf(segments.items).map(({ id, references }) => [id, references])).toEqual([
			['s2', expect.objectContaining({ acdCallId: '7', segmentId: 's2' })],
			['s1', expect.objectContaining({ acdCallId: '7', segmentId: 's1' })],
		]);
	});

	it('splits a range of more than 14 days, half a minute apart, and loses or doubles nothing', async () => {
		const days = Array.from({ length: 30 }, (_, index) =>
			new Date(Date.UTC(2025, 1, 1 + index, 12)).toISOString(),
		);
		days.forEach((day, index) => call(`c${index}`, day));
		const { items, error } = await extract({
			createdAfter: '2025-02-01T00:00:00Z',
			createdBefore: '2025-03-02T23:59:59Z',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(days.map((_, index) => `c${index}`));
		expect(starts().map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
			{ startDate: '2025-01-31', endDate: '2025-02-14' },
			{ startDate: '2025-02-14', endDate: '2025-02-28' },
			{ startDate: '2025-02-28', endDate: '2025-03-04' },
		]);
		expect(requests('POST').every(({ status }) => status === 202)).toBe(true);
		const gaps = starts()
			.slice(1)
			.map(({ at }, index) => at - starts()[index].at);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
	});

	it('respects the exact times within the days', async () => {
		call('early', '2025-03-01T08:00:00Z');
		call('in', '2025-03-01T12:00:00Z');
		call('late', '2025-03-01T18:00:00Z');
		const { items } = await extract({
			createdAfter: '2025-03-01T10:00:00Z',
			createdBefore: '2025-03-01T14:00:00Z',
		});
		expect(jsonOf(items).map(({ id }) => id)).toEqual(['in']);
	});

	it('returns no more than the limit', async () => {
		for (let index = 0; index < 5; index++) call(`c${index}`, '2025-03-02T12:00:00Z');
		const { items } = await extract({ ...WEEK, returnAll: false, limit: 3 });
		expect(items).toHaveLength(3);
	});

	it('waits when another extraction is running, whatever the words of the refusal', async () => {
		call('1', '2025-03-02T12:00:00Z');
		world.simulator.faults.add({
			server: 'cxone',
			method: 'POST',
			path: '/data-extraction/*',
			times: 2,
			effect: { kind: 'status', status: 403, body: { message: 'Forbidden' } },
		});
		const { items, error } = await extract(WEEK);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(requests('POST').map(({ status }) => status)).toEqual([403, 403, 202]);
	});

	it('gives up waiting for others at the limit the user sets', async () => {
		world.simulator.faults.add({
			server: 'cxone',
			method: 'POST',
			path: '/data-extraction/*',
			times: 99,
			effect: { kind: 'status', status: 403, body: { message: 'please wait and try again later' } },
		});
		const { error } = await extract({ ...WEEK, extractionWaitMinutes: 2 });
		expect(error?.message).toBe('CXone is busy with another extraction');
		expect(error?.description).toContain('The node waited 2 minutes');
	});

	it('tells a missing permission from a busy tenant', async () => {
		tenant()
			.accessKeys.get(tenant().credentials.accessKeyId)!
			.permissions.delete('extractInteractionMetadata');
		const { error } = await extract(WEEK);
		expect(error?.message).toBe('The signed-in CXone account may not extract metadata');
		expect(error?.description).toContain('Extract Interaction Metadata');
	});

	it('names the job that outlives the wait, and picks it up by that name', async () => {
		call('1', '2025-03-02T12:00:00Z');
		tenant().dataExtraction.jobSeconds = 600;
		const { error } = await extract({ ...WEEK, extractionWaitMinutes: 5 });
		const [job] = tenant().dataExtraction.jobs;
		expect(error?.message).toBe(`CXone has not finished extraction job ${job.id} after 5 minutes`);
		expect(error?.description).toContain("'Existing Job IDs'");
		const later = await extract({
			...WEEK,
			extractionOptions: { jobIds: job.id },
			extractionWaitMinutes: 10,
		});
		expect(later.error).toBeUndefined();
		expect(jsonOf(later.items)).toMatchObject([{ id: '1' }]);
		expect(starts()).toHaveLength(1);
	});

	it.each([
		['FAILED', /^CXone could not extract the metadata \(job .+\)$/, /The extraction failed/],
		['CANCELLED', /^The extraction was cancelled in CXone \(job .+\)$/, /Run the search again/],
	] as const)('says how a job ended: %s', async (outcome, message, description) => {
		tenant().dataExtraction.outcomes.push(outcome);
		const { error } = await extract(WEEK);
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
	});

	it('says that an old job has expired, and that an unknown one is not there', async () => {
		await extract(WEEK);
		world.time.advance(3 * 86_400);
		const [job] = tenant().dataExtraction.jobs;
		const expired = await extract({ ...WEEK, extractionOptions: { jobIds: job.id } });
		expect(expired.error?.message).toBe(
			`The result of the extraction has expired in CXone (job ${job.id})`,
		);
		const unknown = await extract({ ...WEEK, extractionOptions: { jobIds: 'nope' } });
		expect(unknown.error?.message).toBe('CXone has no extraction job with this ID');
	});

	it('asks once for a fresh link when the first one has expired, and says so when that has too', async () => {
		call('1', '2025-03-02T12:00:00Z');
		world.simulator.faults.add({ server: 'media', effect: { kind: 'expired' } });
		const { items, error } = await extract(WEEK);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(files().map(({ status }) => status)).toEqual([403, 200]);
		world.simulator.faults.add({ server: 'media', times: 2, effect: { kind: 'expired' } });
		const again = await extract(WEEK);
		expect(again.error?.message).toBe(
			'The link to the extracted metadata had expired, also a fresh one',
		);
		expect(`${again.error?.message} ${again.error?.description}`).not.toMatch(/Signature|X-Amz/i);
	});

	it('takes up a file that broke off, without doubling rows', async () => {
		for (let index = 0; index < 40; index++) call(`c${index}`, '2025-03-02T12:00:00Z');
		world.simulator.faults.add({ server: 'media', effect: { kind: 'cut', afterBytes: 2_500 } });
		const { items, error } = await extract(WEEK);
		expect(error).toBeUndefined();
		expect(jsonOf(items).map(({ id }) => id)).toEqual(
			Array.from({ length: 40 }, (_, index) => `c${index}`),
		);
		expect(files()).toHaveLength(2);
	});

	it.each(['acdCall', 'segment'])(
		'feeds Download Media, which has nothing to fill in (%s)',
		async (granularity) => {
			call('5', '2025-03-03T15:00:00Z');
			const found = await extract({ ...WEEK, granularity });
			const { items, error } = await runNode({
				nodeType: new DownloadMedia(),
				credentials: credentialsFor(world.simulator).cxone,
				input: found.items,
			});
			expect(error).toBeUndefined();
			const source = world.simulator.sources().find(({ acdCallId }) => acdCallId === '5')!;
			expect(jsonOf(items)).toMatchObject([{ sha256: source.sha256, sizeBytes: source.sizeBytes }]);
		},
	);

	it('needs a day to begin with, and says so before anything is sent', async () => {
		const { error } = await extract({ createdAfter: '={{ $json.none }}' });
		expect(error?.message).toBe("'Created After' is empty");
		expect(world.simulator.requests).toHaveLength(0);
	});

	it('says which field is wrong when the version is not known', async () => {
		const { error } = await extract({ ...WEEK, extractionOptions: { version: '99' } });
		expect(error?.message).toBe('CXone did not understand what to extract');
		expect(error?.description).toContain("'Metadata Version'");
	});
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ids = Array.from({ length: 40 }, (_, index) => `c${index}`);
const SIGN_IN = '<!DOCTYPE html><html><body>Sign in to go on</body></html>';

/** Times as the clock on the wall of a zone shows them, without the zone. */
const wallOf = (timeZone: string) => (ms: number) =>
	new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
		ms,
	);

/** The list's first half, up to the end of a row, to its bytes. */
async function halfOfList(): Promise<number> {
	const rewrite = tenant().dataExtraction.rewrite;
	let half = 0;
	tenant().dataExtraction.rewrite = (csv) => {
		half = Buffer.byteLength(csv.slice(0, csv.indexOf('\r\n', csv.length / 2) + 2));
		return csv;
	};
	await extract(WEEK);
	Object.assign(tenant().dataExtraction, { rewrite });
	world.simulator.requests.length = 0;
	world.time.advance(60);
	return half;
}

describe('What proves that a list is whole', () => {
	beforeEach(() => {
		for (const id of ids) call(id, '2025-03-02T12:00:00Z');
	});
	const found = async () => {
		const { items, error } = await extract(WEEK);
		return error === undefined ? jsonOf(items).map(({ id }) => id) : error;
	};

	it('takes a sign-in page once for a mishap, twice for an error', async () => {
		const page = { kind: 'status', status: 200, body: SIGN_IN } as const;
		world.simulator.faults.add({ server: 'media', effect: page });
		expect(await found()).toEqual(ids);
		world.simulator.faults.add({ server: 'media', times: 2, effect: page });
		expect(await found()).toMatchObject({
			message: 'The extracted metadata did not come as a whole list',
			description: expect.stringMatching(
				/^Another document came in its place: "Sign in to go on"\. The node read it twice\. A proxy between n8n and 127/,
			),
		});
	});

	it.each<[string, (csv: string) => string | Buffer, RegExp]>([
		['an empty file', () => '', /^The file was empty/],
		[
			'an error document with status 200',
			() =>
				'<?xml version="1.0"?><Error><Code>InternalError</Code><Message>We failed</Message></Error>',
			/"InternalError: We failed"/,
		],
		[
			'a list without segments',
			(csv) => csv.replace('Segment ID', 'Segment'),
			/no column 'Segment ID'/,
		],
		['a list with dots', (csv) => csv.replaceAll(',', '.'), /no column 'Segment ID'/],
		['a row cut off', (csv) => csv.slice(0, csv.indexOf('c20,') + 10), /cut off/],
	])('refuses %s', async (_what, rewrite, words) => {
		tenant().dataExtraction.rewrite = rewrite;
		expect(await found()).toMatchObject({ description: expect.stringMatching(words) });
	});

	it('takes a list of no calls for what it is, in UTF-16 as well', async () => {
		tenant().dataExtraction.rewrite = (csv) => csv.slice(0, csv.indexOf('\r\n') + 2);
		expect(await found()).toEqual([]);
		tenant().dataExtraction.rewrite = (csv) => Buffer.from(csv, 'utf16le');
		expect(await found()).toEqual(ids);
	});

	it('takes a list without a last line break, or with columns left out at the end of rows', async () => {
		tenant().dataExtraction.rewrite = (csv) => csv.trimEnd();
		expect(await found()).toEqual(ids);
		tenant().dataExtraction.rewrite = (csv) => csv.replace(/,+\r\n/g, '\r\n');
		expect(await found()).toEqual(ids);
	});

	it('is not deceived by an answer without a length that a proxy cut between two rows and closed properly', async () => {
		const bytes = await halfOfList();
		const cut = { kind: 'short', bytes, chunked: true } as const;
		world.simulator.faults.add({ server: 'media', effect: cut });
		expect(await found()).toEqual(ids);
		expect(files().map(({ headers }) => headers.range)).toEqual([
			undefined,
			`bytes=${bytes}-`,
			undefined,
		]);
		// Cut, asked what follows, and once more.
		world.simulator.faults.add({ server: 'media', effect: cut });
		world.simulator.faults.add({ server: 'media', skip: 1, effect: cut });
		expect(await found()).toMatchObject({
			description: expect.stringMatching(/^There is more of it than came\./),
		});
	});

	it.each([{ kind: 'noContentLength' }, { kind: 'gzip' }] as const)(
		'reads an answer with $kind',
		async (effect) => {
			world.simulator.faults.add({ server: 'media', effect });
			expect(await found()).toEqual(ids);
			expect(files().length).toBe(effect.kind === 'gzip' ? 1 : 2);
		},
	);

	it('does not use the link of a job that still runs, and does not take a missing link for an empty list', async () => {
		Object.assign(tenant().dataExtraction, { urlWhileRunning: true, answersWithoutUrl: 2 });
		expect(await found()).toEqual(ids);
		tenant().dataExtraction.answersWithoutUrl = 99;
		expect(await found()).toMatchObject({
			message: expect.stringMatching(
				/^CXone has finished extraction job .+ and gives no link to its result$/,
			),
		});
	});
});

describe('The times of a list', () => {
	const ranges = { createdAfter: '2025-03-03T10:00:00Z', createdBefore: '2025-03-03T14:00:00Z' };
	const found = async (extractionOptions: INodeParameters = {}) =>
		await extract({ ...ranges, extractionOptions });
	const hintsOf = ({ run }: Awaited<ReturnType<typeof found>>) =>
		// That the node waited for the budget is another matter.
		(run.data.resultData.runData.Subject![0]!.hints ?? []).filter(({ type }) => type !== 'info');

	it.each(['America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Kiritimati', 'Etc/GMT+12'])(
		'are read in the zone that is told, whichever days CXone means (%s)',
		async (timeZone) => {
			tenant().dataExtraction.timeText = wallOf(timeZone);
			call('in', '2025-03-03T12:00:00Z');
			call('out', '2025-03-03T15:00:00Z');
			for (const dayOffsetMinutes of [-720, -420, 0, 330, 840]) {
				Object.assign(tenant().dataExtraction, { dayOffsetMinutes });
				const result = await found({ timeZone });
				expect(jsonOf(result.items)).toMatchObject([
					{ id: 'in', start: '2025-03-03T12:00:00.000Z' },
				]);
				expect(hintsOf(result)).toEqual([]);
			}
		},
	);

	it('are doubted, in a hint, when all lie outside', async () => {
		tenant().dataExtraction.timeText = wallOf('America/Los_Angeles');
		call('1', '2025-03-03T12:00:00Z');
		const result = await found();
		expect(result.items).toEqual([]);
		expect(hintsOf(result)).toEqual([
			{
				type: 'warning',
				location: 'outputPane',
				message: expect.stringMatching(
					/^None of the 1 calls .* 2025-03-03T04:00:00\.000Z\. .*'UTC'.*Set 'Time Zone' under 'Options'/,
				),
			},
		]);
		// With its zone in it, a time leaves no doubt.
		Object.assign(tenant().dataExtraction, {
			timeText: (ms: number) => new Date(ms - DAY).toISOString(),
		});
		expect(hintsOf(await found())).toEqual([]);
	});

	it.each([
		[
			'day first',
			(ms: number) =>
				new Intl.DateTimeFormat('en-GB', {
					timeZone: 'UTC',
					dateStyle: 'short',
					timeStyle: 'medium',
				}).format(ms),
		],
		[
			'month first',
			(ms: number) =>
				new Intl.DateTimeFormat('en-US', {
					timeZone: 'UTC',
					year: 'numeric',
					month: '2-digit',
					day: '2-digit',
					hour: 'numeric',
					minute: '2-digit',
					second: '2-digit',
				}).format(ms),
		],
		['milliseconds', String],
	])('may come %s', async (_form, timeText) => {
		tenant().dataExtraction.timeText = timeText;
		call('in', '2025-03-03T12:00:00Z');
		call('out', '2025-03-03T15:00:00Z');
		expect(jsonOf((await found()).items)).toMatchObject([
			{ id: 'in', start: '2025-03-03T12:00:00.000Z', durationSeconds: 60 },
		]);
	});

	it('may be missing: the calls are returned, without a start', async () => {
		call('1', '2025-03-03T12:00:00Z');
		tenant().dataExtraction.rewrite = (csv) => csv.replace('Start Date', 'Began');
		const calls = jsonOf((await found()).items);
		expect(calls.map(({ id, start }) => [id, start])).toEqual([['1', undefined]]);
	});

	it('need a zone that there is', async () => {
		for (const timeZone of ['PST time', 'local', 'system']) {
			const { error } = await found({ timeZone });
			expect(error?.message).toBe(`'Time Zone' is not a time zone: ${timeZone}`);
		}
		expect(world.simulator.requests).toEqual([]);
	});
});

describe('The trigger on lists that are odd', () => {
	const watch = async (parameters: INodeParameters = {}) =>
		await polling(
			new RecordingTrigger(),
			{
				platform: 'cxone',
				authentication: 'accessKey',
				api: 'dataExtraction',
				granularity: 'segment',
				...parameters,
			},
			credentialsFor(world.simulator).cxone,
		);
	type Watching = Awaited<ReturnType<typeof watch>>;
	const ago = (minutes: number) => new Date(world.time.ms - minutes * MINUTE).toISOString();
	/** A poll every three hours, for so many hours. */
	async function over(trigger: Watching, hours: number): Promise<string[]> {
		const got: string[] = [];
		for (let n = 0; n < hours; n += 3) {
			world.time.ms += 3 * HOUR;
			got.push(...(await trigger.ids()));
		}
		return got;
	}

	it.each<[string, (ms: number) => string]>([
		['empty', () => ''],
		['no words', () => 'n/a'],
		['without a time of day', (ms) => new Date(ms).toISOString().slice(0, 10)],
		['before there were calls', () => '0001-01-01T00:00:00'],
		['of long ago', (ms) => new Date(ms - 90 * DAY).toISOString()],
		['of next year', (ms) => new Date(ms + 365 * DAY).toISOString()],
		[
			'day first',
			(ms) =>
				new Intl.DateTimeFormat('en-GB', {
					timeZone: 'UTC',
					dateStyle: 'short',
					timeStyle: 'medium',
				}).format(ms),
		],
	])('hands over recordings whose times are %s exactly once', async (_what, timeText) => {
		tenant().dataExtraction.timeText = timeText;
		const trigger = await watch();
		call('before', ago(120));
		expect(await trigger.ids()).toEqual([]);
		call('a', ago(0));
		const first = await over(trigger, 30);
		call('b', ago(0));
		expect([...first, ...(await over(trigger, 60))]).toEqual(['seg-a', 'seg-b']);
	});

	it('goes by the end of a call that has no start', async () => {
		tenant().dataExtraction.rewrite = (csv) => csv.replace('Start Date', 'Began');
		const trigger = await watch();
		call('before', ago(120));
		expect(await trigger.ids()).toEqual([]);
		call('a', ago(0));
		expect(await over(trigger, 60)).toEqual(['seg-a']);
	});

	it.each<[string, () => void]>([
		[
			'a sign-in page',
			() =>
				world.simulator.faults.add({
					server: 'media',
					times: 999,
					effect: { kind: 'status', status: 200, body: SIGN_IN },
				}),
		],
		[
			'a list without segments',
			() => {
				tenant().dataExtraction.rewrite = (csv) => csv.replace('Segment ID', 'Segment');
			},
		],
		[
			'half a list',
			() => {
				tenant().dataExtraction.rewrite = (csv) => csv.slice(0, csv.length / 2);
			},
		],
		[
			'an empty file',
			() => {
				tenant().dataExtraction.rewrite = () => '';
			},
		],
		[
			'a missing link',
			() => {
				tenant().dataExtraction.answersWithoutUrl = 999;
			},
		],
	])('loses and doubles nothing of ten days when %s comes for a while', async (_what, goWrong) => {
		const all = Array.from({ length: 60 }, (_, index) => `c${index}`);
		all.forEach((id, index) => call(id, ago(60 + index * 230)));
		const trigger = await watch({ startFrom: 'time', startTime: ago(10 * 24 * 60) });
		goWrong();
		const got: string[] = [];
		for (let n = 0; n < 4; n++) {
			const state = JSON.stringify(trigger.staticData);
			const items = await trigger.ids().catch(() => undefined);
			if (items === undefined) expect(JSON.stringify(trigger.staticData)).toBe(state);
			got.push(...(items ?? []));
			world.time.ms += HOUR;
		}
		expect(got.length).toBeLessThan(60);
		world.simulator.faults.clear();
		Object.assign(tenant().dataExtraction, { answersWithoutUrl: 0, rewrite: (csv: string) => csv });
		got.push(...(await over(trigger, 24)));
		expect(got.sort()).toEqual(all.map((id) => `seg-${id}`).sort());
	});

	it('reads times in the zone that is told, and says once a day when they fit none', async () => {
		tenant().dataExtraction.timeText = wallOf('America/Los_Angeles');
		const wrong = await watch();
		await wrong.poll();
		call('a', ago(0));
		expect(await over(wrong, 6)).toEqual([]);
		expect(wrong.said).toEqual([
			expect.stringMatching(
				/^None of the 1 calls that CXone listed began within the time asked for; .*'UTC'.*Set 'Time Zone'/,
			),
		]);
		const right = await watch({ options: { timeZone: 'America/Los_Angeles' } });
		await right.poll();
		call('b', ago(0));
		expect(await over(right, 12)).toEqual(['seg-b']);
	});

	it('hands over calls that seem to come from the future, and says so', async () => {
		tenant().dataExtraction.timeText = wallOf('Asia/Tokyo');
		const trigger = await watch();
		await trigger.poll();
		call('a', ago(0));
		expect(await over(trigger, 40)).toEqual(['seg-a']);
		expect(trigger.said[0]).toMatch(/^1 of 1 calls that CXone listed would begin in the future\./);
	});
});
