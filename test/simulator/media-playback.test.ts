import { accessToken, bearer, pick, send, tenantForEachTest, type Answer } from './support';

describe('the Media Playback API', () => {
	const tenant = tenantForEachTest();

	const get = async (path: string, as = tenant.token): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}/media-playback/v1/${path}`, { headers: bearer(as) });
	const addCall = (
		given: Partial<Parameters<typeof tenant.simulator.cxone.contacts.add>[0]> = {},
	): void => {
		tenant.simulator.cxone.contacts.add({
			acdCallId: '5001',
			interactions: [
				{
					kind: 'call',
					segments: [
						{ segmentId: 'seg-1', statementIds: ['st-1'] },
						{ segmentId: 'seg-2', media: { file: 'voice-long.mp4' } },
					],
					media: { voice: { file: 'voice.mp4' } },
					agents: [{ agentName: 'Kim Osei', userId: 'someone-else' }],
					categories: [{ categoryHierarchy: ['Billing'], secondsOffsets: [4], confidence: 0.9 }],
					sentiment: 'NEUTRAL',
					masked: [{ from: tenant.clock.ms - 3_590_000, to: tenant.clock.ms - 3_580_000 }],
				},
			],
			...given,
		});
	};

	it('answers a voice contact in the published shape, with a link for 30 minutes', async () => {
		addCall();
		const answer = await get('contacts?acd-call-id=5001&media-type=voice-only');
		expect(answer.json).toMatchObject({
			acdcontactId: '5001',
			elevatedInteraction: false,
			interactions: [
				{
					'@type': 'call',
					mediaType: 'voice-only',
					channelType: 'PHONE_CALL',
					callTaggingList: [],
					data: {
						waveformDataList: [{ channel: 0 }, { channel: 1 }],
						participantDataList: [
							{ participantType: 'AGENT', agentName: 'Kim Osei' },
							{ participantType: 'CUSTOMER' },
						],
						segmentsDataList: [
							{ segmentId: 'seg-1', firstSegment: true },
							{ segmentId: 'seg-2', firstSegment: false },
						],
						categoryMatchesList: [{ categoryHierarchy: ['Billing'] }],
						sentiments: [{ overallSentiment: 'NEUTRAL' }],
					},
				},
			],
		});
		const stages = pick<Array<{ stageType: string }>>(
			answer.json,
			'interactions.0.data.participantDataList.0.voiceStages',
		);
		expect(stages.map((stage) => stage.stageType)).toEqual(['ACTIVE', 'MASK', 'ACTIVE']);
		const link = pick(answer.json, 'interactions.0.data.fileToPlayUrl');
		expect((await send(link)).headers['content-type']).toBe('video/mp4');
		tenant.clock.advance(1800);
		expect((await send(link)).status).toBe(403);
	});

	it('keeps the link of a long call valid for as long as the call was', async () => {
		addCall({
			interactions: [
				{
					kind: 'call',
					startTime: tenant.clock.ms - 7_200_000,
					endTime: tenant.clock.ms,
					media: { voice: { file: 'voice.mp4' } },
				},
			],
		});
		const link = pick(
			(await get('contacts?acd-call-id=5001')).json,
			'interactions.0.data.fileToPlayUrl',
		);
		tenant.clock.advance(7199);
		expect((await send(link)).status).toBe(200);
	});

	it('leaves out what was excluded or may not be seen', async () => {
		addCall();
		const bare = await get(
			'contacts?acd-call-id=5001&exclude-waveforms=true&exclude-qm-categories=true',
		);
		const data = pick<object>(bare.json, 'interactions.0.data');
		expect(data).not.toHaveProperty('waveformDataList');
		expect(data).not.toHaveProperty('categoryMatchesList');
		expect(data).toHaveProperty('sentiments');
		tenant.simulator.cxone.addAccessKey({
			accessKeyId: 'k',
			accessKeySecret: 's',
			permissions: ['playAny'],
		});
		const unseen = pick<object>(
			(await get('contacts?acd-call-id=5001', await accessToken(tenant.simulator, 'k', 's'))).json,
			'interactions.0.data',
		);
		expect(unseen).not.toHaveProperty('categoryMatchesList');
		expect(unseen).not.toHaveProperty('sentiments');
	});

	it('lets users without Play Any see only what they took part in', async () => {
		addCall();
		const key = { accessKeyId: 'k', accessKeySecret: 's', permissions: [] };
		tenant.simulator.cxone.addAccessKey({ ...key, userId: 'a-third' });
		expect(
			await get('contacts?acd-call-id=5001', await accessToken(tenant.simulator, 'k', 's')),
		).toMatchObject({
			status: 403,
			json: { internalCode: expect.any(String), message: expect.any(String) },
		});
		tenant.simulator.cxone.addAccessKey({ ...key, userId: 'someone-else' });
		expect(
			(await get('contacts?acd-call-id=5001', await accessToken(tenant.simulator, 'k', 's')))
				.status,
		).toBe(200);
	});

	it.each([
		'contacts',
		'contacts?acd-call-id=',
		'contacts?acdCallId=5001',
		'contacts?acd-call-id=5001&mediaType=all',
		'contacts?acd-call-id=5001&media-type=voice',
		'contacts?acd-call-id=5001&media-type=chat,email',
		'contacts?acd-call-id=5001&exclude-waveform=true',
		'contacts?acd-call-id=5001&is-download=true',
		'contacts?acd-call-id=5001&isDownload=yes',
		'contacts?acd-call-id=5001&acd-call-id=5002',
		'segments/seg-1?isDownload=true',
		'acd-contacts/5001/statements/st-1?exclude-waveforms=true',
	])('refuses %s with 400', async (path) => {
		addCall();
		expect(await get(path)).toMatchObject({ status: 400, json: { internalCode: 'MP-400' } });
	});

	it('accepts what public clients send: no type, a repeated type, a trailing slash', async () => {
		addCall();
		for (const path of [
			'contacts/?acd-call-id=5001',
			'contacts?acd-call-id=5001&media-type=all&media-type=all',
			'segments/seg-1/',
		]) {
			expect((await get(path)).status).toBe(200);
		}
		expect((await get('contacts/5001?mediaType=all')).status).toBe(404);
	});

	it('answers a segment, with its own file when it has one, and not from long-term storage', async () => {
		addCall();
		const first = await get('segments/seg-1?media-type=voice-only');
		expect(pick<unknown[]>(first.json, 'Interactions.0.data.segmentsDataList')).toHaveLength(1);
		const second = await get('segments/seg-2');
		expect((await send(pick(second.json, 'Interactions.0.data.fileToPlayUrl'))).bytes.length).toBe(
			27_768,
		);
		addCall({ storage: 'longTerm' });
		expect((await get('segments/seg-1')).status).toBe(404);
		expect((await get('segments/none')).status).toBe(404);
	});

	it('answers a statement by ACD contact ID', async () => {
		addCall();
		expect((await get('acd-contacts/5001/statements/st-1')).json).toMatchObject({
			acdcontactId: '5001',
		});
		expect((await get('acd-contacts/5001/statements/st-2')).status).toBe(404);
		expect((await get('acd-contacts/5002/statements/st-1')).status).toBe(404);
	});

	it('lays replies out in each of the known shapes', async () => {
		addCall({ shape: 'capitalInteractions', segmentShape: 'normal' });
		expect((await get('contacts?acd-call-id=5001')).json).toHaveProperty([
			'Interactions',
			0,
			'data',
		]);
		expect((await get('segments/seg-1')).json).toHaveProperty(['interactions', 0, 'data']);
		addCall({ shape: 'wrapped' });
		expect((await get('contacts?acd-call-id=5001')).json).toHaveProperty([
			'value',
			'Interactions',
			0,
			'Interaction',
			'data',
			'fileToPlayUrl',
		]);
	});

	it('answers isDownload in each of the possible ways', async () => {
		const download = async (
			downloadShape: 'redirectUrl' | 'redirectUrlWithMetadata' | 'fileToPlayUrl' | 'httpRedirect',
		): Promise<Answer> => {
			addCall({ downloadShape });
			return await get('contacts?acd-call-id=5001&isDownload=true');
		};
		const plain = await download('redirectUrl');
		expect(Object.keys(plain.json as object)).toEqual(['redirectUrl']);
		expect((await send(pick(plain.json, 'redirectUrl'))).status).toBe(200);
		expect(Object.keys((await download('redirectUrlWithMetadata')).json as object)).toContain(
			'interactions',
		);
		expect((await download('fileToPlayUrl')).json).not.toHaveProperty('redirectUrl');
		const redirected = await download('httpRedirect');
		expect(redirected.status).toBe(302);
		expect(redirected.headers.location?.startsWith(tenant.simulator.media.url)).toBe(true);
	});

	it('gives voice alone or voice with screen, by media type', async () => {
		addCall({
			interactions: [
				{
					kind: 'call',
					media: { voice: { file: 'voice.mp4' }, voiceAndScreen: { file: 'voice-and-screen.mp4' } },
				},
			],
		});
		const size = async (type: string): Promise<[string, number]> => {
			const { json } = await get(`contacts?acd-call-id=5001&media-type=${type}`);
			return [
				pick(json, 'interactions.0.mediaType'),
				(await send(pick(json, 'interactions.0.data.fileToPlayUrl'))).bytes.length,
			];
		};
		expect(await size('voice-only')).toEqual(['voice-only', 17_689]);
		expect(await size('voice-and-screen')).toEqual(['voice-and-screen', 22_391]);
		expect(await size('all')).toEqual(['voice-and-screen', 22_391]);
		expect((await get('contacts?acd-call-id=5001&media-type=chat')).status).toBe(404);
	});

	it('gives chats and emails their text, and a link only under media-type all with a screen recording', async () => {
		const content = {
			sentTime: '2025-03-04T10:00:00Z',
			from: 'a@example.com',
			to: ['b@example.com'],
			cc: [],
			bcc: [],
			subject: 'Order',
			body: 'Hi',
		};
		addCall({
			interactions: [
				{
					kind: 'chat',
					media: { screen: { file: 'screen.mp4' } },
					messages: [
						{
							participantType: 'CUSTOMER',
							participantName: 'Ana',
							text: 'Hi',
							timeStamp: '2025-03-04T10:00:00Z',
						},
					],
				},
				{ kind: 'email', content },
			],
		});
		const chat = await get('contacts?acd-call-id=5001&media-type=chat');
		expect(chat.json).toMatchObject({
			interactions: [
				{
					mediaType: 'chat',
					data: { participants: [{ participantName: 'Ana' }], messages: [{ text: 'Hi' }] },
				},
			],
		});
		expect(pick<object>(chat.json, 'interactions.0.data')).not.toHaveProperty('fileToPlayUrl');
		const all = await get('contacts?acd-call-id=5001&media-type=all');
		expect(all.json).toMatchObject({
			elevatedInteraction: true,
			interactions: [
				{ mediaType: 'chat-and-screen', data: { fileToPlayUrl: expect.any(String) } },
				{ mediaType: 'email', data: { content } },
			],
		});
		expect((await get('contacts?acd-call-id=5001&media-type=voice-only')).status).toBe(404);
	});

	it('does not find unknown contacts and those before 13 December 2018', async () => {
		const notFound = { status: 404, json: { message: 'Interaction Not Found' } };
		expect(await get('contacts?acd-call-id=1')).toMatchObject(notFound);
		addCall({
			interactions: [
				{
					kind: 'call',
					startTime: '2018-12-12T23:59:59Z',
					media: { voice: { file: 'voice.mp4' } },
				},
			],
		});
		expect(await get('contacts?acd-call-id=5001')).toMatchObject(notFound);
	});

	it('answers in process, locked and failed before it answers', async () => {
		addCall({ answers: [202, 425, 500] });
		const seen: number[] = [];
		for (let index = 0; index < 4; index++)
			seen.push((await get('contacts?acd-call-id=5001')).status);
		expect(seen).toEqual([202, 425, 500, 200]);
	});

	it('throttles 150 requests in five minutes, segments and contacts together', async () => {
		addCall();
		tenant.simulator.cxone.limits.mediaPlayback.limit = 2;
		await get('contacts?acd-call-id=5001');
		await get('segments/seg-1');
		const refused = await get('contacts?acd-call-id=5001');
		expect(refused).toMatchObject({
			status: 429,
			json: { message: expect.any(String), route: '/media-playback/v1/contacts' },
		});
		expect(refused.headers['retry-after']).toBeUndefined();
		tenant.simulator.cxone.mediaPlaybackRetryAfter = true;
		expect((await get('contacts?acd-call-id=5001')).headers['retry-after']).toBe('300');
		tenant.clock.advance(300);
		expect((await get('contacts?acd-call-id=5001')).status).toBe(200);
	});
});
