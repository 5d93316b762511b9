import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode } from './engine';
import { worldForEachTest } from './virtual';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import type { NewTranscript } from '../../simulator';

const world = worldForEachTest();

const TURNS: NewTranscript['turns'] = [
	{
		userType: 'AGENT',
		text: 'Good morning, this is Kim. How can I help?',
		userId: 'u-1',
		startSeconds: 0.8,
		endSeconds: 3.6,
	},
	{
		userType: 'CUSTOMER',
		text: 'I want my money back.\nNow, please.',
		startSeconds: 63.25,
		endSeconds: 66,
	},
];

function analyzed(transcript: NewTranscript | undefined) {
	world.simulator.cxone.contacts.add({
		acdCallId: '1',
		interactions: [{ kind: 'call', segments: [{ segmentId: 'seg-1', transcript }] }],
	});
}

const getTranscript = async (parameters: INodeParameters = {}) =>
	await runNode({
		nodeType: new GetSegment(),
		parameters: { operation: 'transcript', segmentId: 'seg-1', ...parameters },
		credentials: credentialsFor(world.simulator).cxone,
	});

const strike = (body: object) =>
	world.simulator.faults.add({
		server: 'cxone',
		path: /analyzed-transcript/,
		effect: { kind: 'status', status: 200, body },
	});

describe('Get Segment, Get Transcript', () => {
	it.each(['milliseconds', 'seconds'] as const)(
		'puts out who said what and when, where CXone counts in %s',
		async (unit) => {
			world.simulator.cxone.transcriptTimes = unit;
			analyzed({
				turns: TURNS,
				summary: 'Asks for a refund.',
				intent: { category: 'Billing', topic: 'Refund', name: 'Wants refund', score: 0.9 },
				actions: [{ text: 'Refund the order', score: 0.8 }],
				metrics: { customerSentiment: 'NEGATIVE' },
			});
			const { items, error } = await getTranscript();
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toEqual([
				{
					segmentId: 'seg-1',
					language: 'en-us',
					durationSeconds: 66,
					summary: 'Asks for a refund.',
					intent: 'Billing > Refund > Wants refund',
					sentiment: 'NEGATIVE',
					conversation:
						'[0:00] agent: Good morning, this is Kim. How can I help?\n[1:03] customer: I want my money back.\n    Now, please.',
					timesReadAs: unit,
					turns: [
						{
							speaker: 'agent',
							userId: 'u-1',
							startSeconds: 0.8,
							endSeconds: 3.6,
							text: 'Good morning, this is Kim. How can I help?',
						},
						{
							speaker: 'customer',
							startSeconds: 63.25,
							endSeconds: 66,
							text: 'I want my money back.\nNow, please.',
						},
					],
					intentScore: 0.9,
					actions: [{ text: 'Refund the order', score: 0.8 }],
					outcomes: [],
					metrics: { customerSentiment: 'NEGATIVE' },
					annotations: [],
					enlightenMetrics: [],
				},
			]);
			const [{ path, query }] = world.simulator.requests.filter(({ path: one }) =>
				one.startsWith('/interaction-analytics-gateway/'),
			);
			expect([path, [...query]]).toEqual([
				'/interaction-analytics-gateway/v2/segments/seg-1/analyzed-transcript',
				[],
			]);
			// Nothing of it is Media Playback, which is billed.
			expect(world.simulator.requests.map((one) => one.path).join()).not.toContain('playback');
		},
	);

	it('reads what was written in a chat, without times of a voice', async () => {
		analyzed({
			turns: [{ userType: 'CUSTOMER', text: 'Hi', timestamp: '2025-03-04T10:00:00Z' }],
		});
		const { items } = await getTranscript();
		expect(items[0].json).toMatchObject({
			conversation: '[2025-03-04T10:00:00.000Z] customer: Hi',
			turns: [{ speaker: 'customer', at: '2025-03-04T10:00:00.000Z', text: 'Hi' }],
		});
		expect(items[0].json).not.toHaveProperty('timesReadAs');
	});

	it('takes points in time for what they are', async () => {
		strike({
			transcriptBlocks: TURNS.map(({ text, startSeconds, endSeconds }) => ({
				text,
				channelId: 1,
				voiceMetadata: {
					startTime: 1_741_082_531_000 + startSeconds! * 1000,
					endTime: String(1_741_082_531_000 + endSeconds! * 1000),
				},
			})),
		});
		const { items } = await getTranscript();
		expect(items[0].json).toMatchObject({
			timesReadAs: 'milliseconds',
			turns: [
				{ speaker: 'channel 1', startSeconds: 0, endSeconds: 2.8 },
				{ startSeconds: 62.45, endSeconds: 65.2 },
			],
		});
	});

	it('loses an odd value only, and names it', async () => {
		strike({
			transcriptBlocks: [
				{ text: 'Hello', userType: { code: 1 }, voiceMetadata: { startTime: 'soon', endTime: 2 } },
			],
			metrics: 'none',
		});
		const { items, error } = await getTranscript();
		expect(error).toBeUndefined();
		expect(items[0].json).toMatchObject({
			turns: [{ text: 'Hello' }],
			unreadable: expect.arrayContaining([
				'transcriptBlocks[0].userType',
				'transcriptBlocks[0].voiceMetadata.startTime',
				'metrics',
			]) as string[],
		});
	});

	it("gives CXone's own JSON, or no text, as asked", async () => {
		analyzed({ turns: TURNS });
		const raw = await getTranscript({ output: 'raw' });
		expect(raw.items[0].json).toMatchObject({
			recordSource: 'CXONE',
			transcriptBlocks: [{ blockId: 'b-0' }, { blockId: 'b-1' }],
		});
		const { items } = await getTranscript({ withConversation: false });
		expect(items[0].json).not.toHaveProperty('conversation');
	});

	it.each(['detailed', 'gateway', 'plain'] as const)(
		"says what is missing, and CXone's words, from the %s form of its errors",
		async (form) => {
			world.simulator.cxone.analyticsErrors = form;
			analyzed(undefined);
			const { error } = await getTranscript();
			expect(error?.message).toBe('CXone has no analyzed transcript of this segment');
			expect(error?.description).toContain('No analyzed segment with id seg-1');
			world.simulator.cxone.hasInteractionAnalytics = false;
			const refused = await getTranscript();
			expect(refused.error?.message).toBe('The signed-in CXone account may not read transcripts');
			expect(refused.error?.description).toMatch(
				/^It needs a role that may see analyzed interactions, and the contract the Interaction Analytics licence\./,
			);
		},
	);

	it('does not take a page for a transcript', async () => {
		world.simulator.faults.add({
			server: 'cxone',
			path: /analyzed-transcript/,
			effect: { kind: 'status', status: 200, body: '<html>Sign in</html>' },
		});
		const { items, error } = await getTranscript();
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/CXone/);
	});
});
