import { bearer, send, tenantForEachTest, type Answer } from './support';

describe('Interaction Analytics', () => {
	const tenant = tenantForEachTest();
	const get = async (path: string): Promise<Answer> =>
		await send(`${tenant.simulator.cxone.url}/interaction-analytics-gateway/v2/segments/${path}`, {
			headers: bearer(tenant.token),
		});
	beforeEach(() => {
		tenant.simulator.cxone.contacts.add({
			acdCallId: '5001',
			interactions: [
				{
					kind: 'call',
					segments: [
						{
							segmentId: 'seg-1',
							transcript: {
								turns: [{ userType: 'AGENT', text: 'Hello', startSeconds: 1.5, endSeconds: 2 }],
							},
						},
						{ segmentId: 'seg-2' },
					],
				},
			],
		});
	});

	it.each([
		['milliseconds', 1500],
		['seconds', 1.5],
	] as const)('answers in the published shape, times in %s', async (unit, startTime) => {
		tenant.simulator.cxone.transcriptTimes = unit;
		const { status, json } = await get('seg-1/analyzed-transcript?wordLevel=false');
		expect(status).toBe(200);
		expect(json).toMatchObject({
			language: 'en-us',
			transcriptBlocks: [
				{ channelId: 0, userType: 'AGENT', text: 'Hello', voiceMetadata: { startTime } },
			],
			annotations: [],
			segmentSummary: { actions: [], outcomes: [] },
		});
	});

	it.each([
		['seg-2/analyzed-transcript', 404],
		['nobody/analyzed-transcript', 404],
		['seg-1/transcript', 404],
		['seg-1/analyzed-transcript?wordLevel=yes', 400],
		['seg-1/analyzed-transcript?media-type=all', 400],
	])('refuses %s', async (path, status) => {
		expect((await get(path)).status).toBe(status);
	});

	it.each([
		['detailed', ['description', 'message', 'statusCode', 'timestamp']],
		['gateway', ['error', 'path', 'status', 'timestamp']],
		['plain', ['message']],
	] as const)('refuses without the licence, in the %s form', async (form, members) => {
		tenant.simulator.cxone.analyticsErrors = form;
		tenant.simulator.cxone.hasInteractionAnalytics = false;
		const { status, json } = await get('seg-1/analyzed-transcript');
		expect(status).toBe(403);
		expect(Object.keys(json as object).sort()).toEqual(members);
	});
});
