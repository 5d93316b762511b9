import type { NewContact, NewInteraction } from './cxone/contacts';
import type { CxoneTenant } from './cxone/tenant';
import type { NewRecording } from './cxone/types';
import type { GirServer } from './genesys/server';
import type { NewGirMedia, NewGirRecording } from './genesys/types';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A small tenant on each platform, the same every time; all times are relative to `now` (ms). Two CXone recordings are
 * still being processed and become Available 20 and 45 seconds after the start, one GIR recording appears after 30.
 */
export function seedDemo(cxone: CxoneTenant, genesys: GirServer, now: number): void {
	seedCxone(cxone, now);
	seedGenesys(genesys, now);
}

type ChatMessage = NonNullable<NewInteraction['messages']>[number];

const KIM = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110002', agentName: 'Kim Osei' };
const NOOR = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110003', agentName: 'Noor Haddad' };
const LEE = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110005', agentName: 'Lee Marchetti' };

function player(agent: { agentId: string; agentName: string }): {
	agentName: string;
	userId: string;
} {
	return { agentName: agent.agentName, userId: agent.agentId };
}

/** A call that began `ago` ms before now and took `minutes`. */
function span(now: number, ago: number, minutes: number): { startTime: number; endTime: number } {
	return { startTime: now - ago, endTime: now - ago + minutes * MINUTE };
}

function seedCxone(tenant: CxoneTenant, now: number): void {
	const three = {
		combined: { file: 'combined.wav' },
		caller: { file: 'caller.wav' },
		agent: { file: 'agent.wav' },
	};
	const only = (file: string): { combined: { file: string } } => ({ combined: { file } });
	const two = (index: number): string => String(index).padStart(2, '0');
	const recordingId = (index: number): string => `5b0c7d1e-0000-4000-8000-0000000000${two(index)}`;
	const segmentId = (index: number): string => `7a3f9e20-0000-4000-8000-0000000000${two(index)}`;
	const contactId = (index: number): string => `3f0b9a52-0000-4000-8000-0000000000${two(index)}`;
	const acdCallId = (index: number): string => String(512_340_009_870 + index);
	const add = (index: number, rest: NewRecording): void => {
		tenant.recordings.add({
			recordingId: recordingId(index),
			contactId: acdCallId(index),
			segmentId: segmentId(index),
			ani: `+155501001${two(index)}`,
			...rest,
		});
	};
	const outbound = { direction: 'Outbound' as const, ani: '+18005550199' };

	add(1, { ...span(now, 20 * MINUTE, 5), agents: [KIM], media: three });
	add(2, { ...span(now, 50 * MINUTE, 9), agents: [NOOR], media: three });
	add(3, {
		...span(now, 2 * HOUR, 7),
		...outbound,
		dnis: '+15550100203',
		agents: [KIM],
		media: only('stereo.wav'),
	});
	// Announces the caller's channel although it was never captured: outbound over a trunk that strips media.
	add(4, {
		...span(now, 3 * HOUR, 4),
		...outbound,
		dnis: '+15550100204',
		agents: [LEE],
		media: only('transfer.wav'),
		availableChannels: ['combined', 'caller'],
		uncapturedObject: 'headerOnly',
	});
	add(5, { ...span(now, 5 * HOUR, 6), agents: [KIM, NOOR], media: only('outbound.mp3') });
	add(6, {
		...span(now, DAY, 3),
		direction: 'Internal',
		ani: '4101',
		dnis: '4102',
		agents: [LEE],
		media: only('short.wav'),
	});
	add(7, { ...span(now, 2 * DAY, 5), ani: '+442071838750', agents: [NOOR], media: three });
	add(8, { ...span(now, 6 * DAY, 2), agents: [KIM], media: only('silence.wav') });
	add(9, { ...span(now, 40 * DAY, 9), agents: [LEE], media: only('combined.wav') });
	// Just ended: processing, and soon available.
	add(10, {
		startTime: now - 6 * MINUTE,
		endTime: now - 10_000,
		agents: [KIM],
		media: three,
		availableAt: now + 20_000,
	});
	add(11, {
		startTime: now - 9 * MINUTE,
		endTime: now - 5000,
		agents: [NOOR, LEE],
		media: only('transfer.wav'),
		availableAt: now + 45_000,
		unfinishedObject: 'truncated',
	});
	// Still going on: a call of ten more minutes.
	add(12, {
		startTime: now - 2 * MINUTE,
		endTime: now + 10 * MINUTE,
		agents: [LEE],
		media: only('combined.wav'),
		status: 'Recording',
		processingAt: now + 10 * MINUTE,
		availableAt: now + 11 * MINUTE,
	});

	const { calls } = tenant.recordControl;
	calls.add({ contactId: acdCallId(12), segmentId: segmentId(12), userIds: [LEE.agentId] });
	calls.add({ contactId: acdCallId(13), userIds: [KIM.agentId], recordedByPolicy: false });

	const contact = (
		index: number,
		interactions: NewInteraction[],
		rest: Partial<NewContact> = {},
	): void => {
		tenant.contacts.add({
			acdCallId: acdCallId(index),
			contactId: contactId(index),
			interactions,
			...rest,
		});
	};
	contact(1, [
		{
			kind: 'call',
			...span(now, 20 * MINUTE, 5),
			agents: [player(KIM)],
			customer: '+15550100101',
			recordingId: recordingId(1),
			segments: [{ segmentId: segmentId(1), statementIds: ['st-0001'] }],
			media: { voice: { file: 'voice.mp4' } },
			tags: ['VIP'],
			disposition: 'Refund, "goodwill"\nCall back on Friday',
			businessData: { orderNumber: 'A-1009' },
			categories: [
				{ categoryHierarchy: ['Billing', 'Refund'], secondsOffsets: [41, 118], confidence: 0.87 },
			],
			sentiment: 'MIXED',
		},
	]);
	contact(
		2,
		[
			{
				kind: 'call',
				...span(now, 50 * MINUTE, 9),
				agents: [player(NOOR)],
				customer: '+15550100102',
				recordingId: recordingId(2),
				segments: [{ segmentId: segmentId(2) }],
				media: {
					voice: { file: 'voice-long.mp4' },
					voiceAndScreen: { file: 'voice-and-screen.mp4' },
				},
				masked: [{ from: now - 46 * MINUTE, to: now - 45 * MINUTE }],
			},
		],
		{ downloadShape: 'redirectUrlWithMetadata' },
	);
	contact(
		5,
		[
			{
				kind: 'call',
				...span(now, 5 * HOUR, 2),
				agents: [player(KIM)],
				customer: '+15550100105',
				recordingId: recordingId(5),
				segments: [{ segmentId: segmentId(5) }],
				media: { voice: { file: 'voice.mp4' } },
			},
			{
				kind: 'call',
				...span(now, 5 * HOUR - 2 * MINUTE, 4),
				agents: [player(NOOR)],
				customer: '+15550100105',
				recordingId: recordingId(55),
				segments: [{ segmentId: segmentId(55) }],
				media: { voice: { file: 'voice-long.mp4' } },
			},
		],
		{ downloadShape: 'fileToPlayUrl' },
	);
	contact(
		7,
		[
			{
				kind: 'call',
				...span(now, 2 * DAY, 5),
				agents: [player(NOOR)],
				customer: '+442071838750',
				recordingId: recordingId(7),
				segments: [{ segmentId: segmentId(7) }],
				media: { voice: { file: 'voice.mp4' } },
			},
		],
		{ shape: 'wrapped', segmentShape: 'wrapped' },
	);
	const said = (
		minutes: number,
		participantType: 'AGENT' | 'CUSTOMER',
		participantName: string,
		text: string,
	): ChatMessage => ({
		participantType,
		participantName,
		text,
		timeStamp: new Date(now - 4 * HOUR + minutes * MINUTE).toISOString(),
	});
	contact(21, [
		{
			kind: 'chat',
			...span(now, 4 * HOUR, 8),
			agents: [player(KIM)],
			customer: 'Ana',
			recordingId: recordingId(21),
			segments: [{ segmentId: segmentId(21) }],
			media: { screen: { file: 'screen.mp4' } },
			messages: [
				said(0, 'CUSTOMER', 'Ana', 'Hi, where is my order?'),
				said(1, 'AGENT', 'Kim Osei', 'Let me look, one moment.'),
				said(3, 'AGENT', 'Kim Osei', 'It left our warehouse this morning.'),
			],
		},
	]);
	contact(22, [
		{
			kind: 'email',
			...span(now, 9 * HOUR, 60),
			agents: [player(LEE)],
			customer: 'ana@example.com',
			recordingId: recordingId(22),
			segments: [{ segmentId: segmentId(22) }],
			content: {
				sentTime: new Date(now - 9 * HOUR).toISOString(),
				from: 'ana@example.com',
				to: ['support@example.com'],
				cc: [],
				bcc: [],
				subject: 'Order A-1009',
				body: 'Please cancel my order.',
			},
		},
	]);
}

const AGENT1 = {
	userName: 'agent1@example.com',
	firstName: 'Agent1',
	lastName: 'Example',
	phoneNumber: '+15550000001',
};
const AGENT2 = {
	userName: 'agent2@example.com',
	firstName: 'Agent2',
	lastName: 'Example',
	phoneNumber: '+15550000002',
};

function seedGenesys(server: GirServer, now: number): void {
	const id = (index: number): string =>
		`011AP643CSAPR4FKQGQE31TAES0002${String(index).padStart(2, '0')}`;
	const mediaUUID = (index: number): string =>
		`4f82ee48-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`;
	const add = (index: number, ago: number, minutes: number, rest: NewGirRecording): void => {
		server.recordings.add({
			id: id(index),
			startTime: now - ago,
			stopTime: now - ago + minutes * MINUTE,
			callerPhoneNumber: `+155501001${String(index).padStart(2, '0')}`,
			...rest,
		});
	};
	const file = (name: string, index: number, rest: Partial<NewGirMedia> = {}): NewGirMedia => ({
		source: { file: name },
		mediaUUID: mediaUUID(index),
		...rest,
	});

	add(1, 25 * MINUTE, 3, {
		callerPhoneNumber: '+1 555 010 0001',
		agents: [AGENT1],
		userData: { AccountNumber: 'A-1009', Language: 'English' },
		media: [file('inbound.mp3', 1)],
	});
	// Transferred to another site: two files, each with its own call UUID.
	add(2, HOUR, 6, {
		callerPhoneNumber: '8522001',
		dialedPhoneNumber: '+15550000002',
		agents: [AGENT1, AGENT2],
		screenRecording: true,
		labels: [
			{ name: 'Important', createUser: 'Agent1' },
			{ name: 'comment', content: { text: 'Customer asked for a call back.' } },
		],
		media: [
			file('inbound.mp3', 2, { stopTime: now - HOUR + 3 * MINUTE }),
			file('consult.mp3', 3, { callUUID: id(92), startTime: now - HOUR + 3 * MINUTE }),
		],
	});
	add(3, 3 * HOUR, 4, {
		callType: 'Outbound',
		callerPhoneNumber: '+15550000001',
		dialedPhoneNumber: '+15550100103',
		agents: [AGENT1],
		nonDelete: true,
		labels: [{ name: 'Important' }],
		media: [file('outbound.mp3', 4)],
	});
	add(4, 5 * HOUR, 5, {
		agents: [AGENT2],
		media: [
			file('inbound.mp3', 5, {
				masked: [{ from: now - 5 * HOUR + MINUTE, to: now - 5 * HOUR + 2 * MINUTE }],
			}),
		],
	});
	add(5, DAY, 3, {
		callType: 'Internal',
		callerPhoneNumber: '4101',
		dialedPhoneNumber: '4102',
		agents: [AGENT1, AGENT2],
		region: 'region2',
		media: [file('internal.mp3', 6)],
	});
	add(6, 2 * DAY, 8, { agents: [AGENT1], media: [file('outbound.mp3', 7, { encrypted: true })] });
	add(7, 9 * DAY, 2, {
		callType: 'Consult',
		callerPhoneNumber: '+442071838750',
		agents: [AGENT2],
		nonDelete: false,
		userData: { AccountNumber: 'B-77' },
		media: [file('consult.mp3', 8)],
	});
	// Has ended, and arrives half a minute from now.
	add(8, 4 * MINUTE, 3, {
		agents: [AGENT2],
		screenRecording: true,
		media: [file('internal.mp3', 9)],
		availableAt: now + 30_000,
	});
}
