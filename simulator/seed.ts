import type { CxoneTenant } from './cxone/tenant';
import type { GirServer } from './genesys/server';

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

const KIM = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110002', agentName: 'Kim Osei' };
const NOOR = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110003', agentName: 'Noor Haddad' };
const LEE = { agentId: '11ea5c3e-9d02-4f6b-8a21-0242ac110005', agentName: 'Lee Marchetti' };

function player(agent: { agentId: string; agentName: string }): { agentName: string; userId: string } {
	return { agentName: agent.agentName, userId: agent.agentId };
}

function seedCxone(tenant: CxoneTenant, now: number): void {
	const three = { combined: { file: 'combined.wav' }, caller: { file: 'caller.wav' }, agent: { file: 'agent.wav' } };
	const id = (index: number): string => `5b0c7d1e-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`;
	const segment = (index: number): string => `7a3f9e20-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`;
	const contact = (index: number): string => String(512_340_009_870 + index);

	tenant.recordings.add({ recordingId: id(1), startTime: now - 20 * MINUTE, endTime: now - 15 * MINUTE, agents: [KIM], ani: '+15550100', contactId: contact(1), segmentId: segment(1), media: three });
	tenant.recordings.add({ recordingId: id(2), startTime: now - 50 * MINUTE, endTime: now - 41 * MINUTE, agents: [NOOR], ani: '+15550101', contactId: contact(2), segmentId: segment(2), media: three });
	tenant.recordings.add({ recordingId: id(3), startTime: now - 2 * HOUR, endTime: now - 2 * HOUR + 7 * MINUTE, agents: [KIM], direction: 'Outbound', ani: '+18005550199', dnis: '+15550102', contactId: contact(3), segmentId: segment(3), media: { combined: { file: 'stereo.wav' } } });
	// Announces the caller's channel although it was never captured: outbound over a trunk that strips media.
	tenant.recordings.add({ recordingId: id(4), startTime: now - 3 * HOUR, endTime: now - 3 * HOUR + 4 * MINUTE, agents: [LEE], direction: 'Outbound', ani: '+18005550199', dnis: '+15550103', contactId: contact(4), segmentId: segment(4), media: { combined: { file: 'transfer.wav' } }, availableChannels: ['combined', 'caller'], uncapturedObject: 'headerOnly' });
	tenant.recordings.add({ recordingId: id(5), startTime: now - 5 * HOUR, endTime: now - 5 * HOUR + 6 * MINUTE, agents: [KIM, NOOR], ani: '+15550104', contactId: contact(5), segmentId: segment(5), media: { combined: { file: 'outbound.mp3' } } });
	tenant.recordings.add({ recordingId: id(6), startTime: now - DAY, endTime: now - DAY + 3 * MINUTE, agents: [LEE], direction: 'Internal', ani: '4101', dnis: '4102', contactId: contact(6), segmentId: segment(6), media: { combined: { file: 'short.wav' } } });
	tenant.recordings.add({ recordingId: id(7), startTime: now - 2 * DAY, endTime: now - 2 * DAY + 5 * MINUTE, agents: [NOOR], ani: '+442071838750', contactId: contact(7), segmentId: segment(7), media: three });
	tenant.recordings.add({ recordingId: id(8), startTime: now - 6 * DAY, endTime: now - 6 * DAY + 2 * MINUTE, agents: [KIM], ani: '+15550106', contactId: contact(8), segmentId: segment(8), media: { combined: { file: 'silence.wav' } } });
	tenant.recordings.add({ recordingId: id(9), startTime: now - 40 * DAY, endTime: now - 40 * DAY + 9 * MINUTE, agents: [LEE], ani: '+15550107', contactId: contact(9), segmentId: segment(9), media: { combined: { file: 'combined.wav' } } });
	// Just ended: processing, and soon available.
	tenant.recordings.add({ recordingId: id(10), startTime: now - 6 * MINUTE, endTime: now - 10_000, agents: [KIM], ani: '+15550108', contactId: contact(10), segmentId: segment(10), media: three, availableAt: now + 20_000 });
	tenant.recordings.add({ recordingId: id(11), startTime: now - 9 * MINUTE, endTime: now - 5000, agents: [NOOR, LEE], ani: '+15550109', contactId: contact(11), segmentId: segment(11), media: { combined: { file: 'transfer.wav' } }, availableAt: now + 45_000, unfinishedObject: 'truncated' });
	// Still going on: a call of ten more minutes.
	tenant.recordings.add({ recordingId: id(12), startTime: now - 2 * MINUTE, endTime: now + 10 * MINUTE, agents: [LEE], ani: '+15550110', contactId: contact(12), segmentId: segment(12), status: 'Recording', processingAt: now + 10 * MINUTE, availableAt: now + 11 * MINUTE, media: { combined: { file: 'combined.wav' } } });

	tenant.recordControl.calls.add({ contactId: contact(12), segmentId: segment(12), userIds: [LEE.agentId] });
	tenant.recordControl.calls.add({ contactId: contact(13), userIds: [KIM.agentId], recordedByPolicy: false });

	tenant.contacts.add({
		acdCallId: contact(1),
		contactId: '3f0b9a52-0000-4000-8000-000000000001',
		interactions: [{ kind: 'call', startTime: now - 20 * MINUTE, endTime: now - 15 * MINUTE, agents: [player(KIM)], customer: '+15550100', recordingId: id(1), segments: [{ segmentId: segment(1), statementIds: ['st-0001'] }], media: { voice: { file: 'voice.mp4' } }, tags: ['VIP'], disposition: 'Refund, "goodwill"\nCall back on Friday', businessData: { orderNumber: 'A-1009' }, categories: [{ categoryHierarchy: ['Billing', 'Refund'], secondsOffsets: [41, 118], confidence: 0.87 }], sentiment: 'MIXED' }],
	});
	tenant.contacts.add({
		acdCallId: contact(2),
		contactId: '3f0b9a52-0000-4000-8000-000000000002',
		interactions: [{ kind: 'call', startTime: now - 50 * MINUTE, endTime: now - 41 * MINUTE, agents: [player(NOOR)], customer: '+15550101', recordingId: id(2), segments: [{ segmentId: segment(2) }], media: { voice: { file: 'voice-long.mp4' }, voiceAndScreen: { file: 'voice-and-screen.mp4' } }, masked: [{ from: now - 46 * MINUTE, to: now - 45 * MINUTE }] }],
		downloadShape: 'redirectUrlWithMetadata',
	});
	tenant.contacts.add({
		acdCallId: contact(5),
		contactId: '3f0b9a52-0000-4000-8000-000000000005',
		interactions: [
			{ kind: 'call', startTime: now - 5 * HOUR, endTime: now - 5 * HOUR + 2 * MINUTE, agents: [player(KIM)], customer: '+15550104', recordingId: id(5), segments: [{ segmentId: segment(5) }], media: { voice: { file: 'voice.mp4' } } },
			{ kind: 'call', startTime: now - 5 * HOUR + 2 * MINUTE, endTime: now - 5 * HOUR + 6 * MINUTE, agents: [player(NOOR)], customer: '+15550104', segments: [{ segmentId: segment(55) }], media: { voice: { file: 'voice-long.mp4' } } },
		],
		downloadShape: 'fileToPlayUrl',
	});
	tenant.contacts.add({
		acdCallId: contact(7),
		contactId: '3f0b9a52-0000-4000-8000-000000000007',
		interactions: [{ kind: 'call', startTime: now - 2 * DAY, endTime: now - 2 * DAY + 5 * MINUTE, agents: [player(NOOR)], customer: '+442071838750', recordingId: id(7), segments: [{ segmentId: segment(7) }], media: { voice: { file: 'voice.mp4' } } }],
		shape: 'wrapped',
		segmentShape: 'wrapped',
	});
	tenant.contacts.add({
		acdCallId: contact(21),
		contactId: '3f0b9a52-0000-4000-8000-000000000021',
		interactions: [
			{
				kind: 'chat',
				startTime: now - 4 * HOUR,
				endTime: now - 4 * HOUR + 8 * MINUTE,
				agents: [player(KIM)],
				customer: 'Ana',
				segments: [{ segmentId: segment(21) }],
				media: { screen: { file: 'screen.mp4' } },
				messages: [
					{ participantType: 'CUSTOMER', participantName: 'Ana', text: 'Hi, where is my order?', timeStamp: new Date(now - 4 * HOUR).toISOString() },
					{ participantType: 'AGENT', participantName: 'Kim Osei', text: 'Let me look, one moment.', timeStamp: new Date(now - 4 * HOUR + MINUTE).toISOString() },
					{ participantType: 'AGENT', participantName: 'Kim Osei', text: 'It left our warehouse this morning.', timeStamp: new Date(now - 4 * HOUR + 3 * MINUTE).toISOString() },
				],
			},
		],
	});
	tenant.contacts.add({
		acdCallId: contact(22),
		contactId: '3f0b9a52-0000-4000-8000-000000000022',
		interactions: [
			{
				kind: 'email',
				startTime: now - 9 * HOUR,
				endTime: now - 8 * HOUR,
				agents: [player(LEE)],
				customer: 'ana@example.com',
				segments: [{ segmentId: segment(22) }],
				content: { sentTime: new Date(now - 9 * HOUR).toISOString(), from: 'ana@example.com', to: ['support@example.com'], cc: [], bcc: [], subject: 'Order A-1009', body: 'Please cancel my order.' },
			},
		],
	});
}

const AGENT1 = { userName: 'agent1@example.com', firstName: 'Agent1', lastName: 'Example', phoneNumber: '+15550000001' };
const AGENT2 = { userName: 'agent2@example.com', firstName: 'Agent2', lastName: 'Example', phoneNumber: '+15550000002' };

function seedGenesys(server: GirServer, now: number): void {
	const id = (index: number): string => `011AP643CSAPR4FKQGQE31TAES0002${String(index).padStart(2, '0')}`;
	const uuid = (index: number): string => `4f82ee48-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`;

	server.recordings.add({ id: id(1), startTime: now - 25 * MINUTE, stopTime: now - 22 * MINUTE, callerPhoneNumber: '+1 555 010 0001', dialedPhoneNumber: '+15550000001', agents: [AGENT1], userData: { AccountNumber: 'A-1009', Language: 'English' }, media: [{ source: { file: 'inbound.mp3' }, mediaUUID: uuid(1) }] });
	server.recordings.add({ id: id(2), startTime: now - HOUR, stopTime: now - HOUR + 6 * MINUTE, callerPhoneNumber: '8522001', dialedPhoneNumber: '+15550000002', agents: [AGENT1, AGENT2], screenRecording: true, labels: [{ name: 'Important', createUser: 'Agent1' }, { name: 'comment', content: { text: 'Customer asked for a call back.' } }], media: [{ source: { file: 'inbound.mp3' }, mediaUUID: uuid(2), stopTime: now - HOUR + 3 * MINUTE }, { source: { file: 'consult.mp3' }, mediaUUID: uuid(3), callUUID: id(92), startTime: now - HOUR + 3 * MINUTE }] });
	server.recordings.add({ id: id(3), startTime: now - 3 * HOUR, stopTime: now - 3 * HOUR + 4 * MINUTE, callType: 'Outbound', callerPhoneNumber: '+15550000001', dialedPhoneNumber: '+15550100103', agents: [AGENT1], nonDelete: true, labels: [{ name: 'Important' }], media: [{ source: { file: 'outbound.mp3' }, mediaUUID: uuid(4) }] });
	server.recordings.add({ id: id(4), startTime: now - 5 * HOUR, stopTime: now - 5 * HOUR + 5 * MINUTE, callerPhoneNumber: '+15550100104', agents: [AGENT2], media: [{ source: { file: 'inbound.mp3' }, mediaUUID: uuid(5), masked: [{ from: now - 5 * HOUR + MINUTE, to: now - 5 * HOUR + 2 * MINUTE }] }] });
	server.recordings.add({ id: id(5), startTime: now - DAY, stopTime: now - DAY + 3 * MINUTE, callType: 'Internal', callerPhoneNumber: '4101', dialedPhoneNumber: '4102', agents: [AGENT1, AGENT2], region: 'region2', media: [{ source: { file: 'internal.mp3' }, mediaUUID: uuid(6) }] });
	server.recordings.add({ id: id(6), startTime: now - 2 * DAY, stopTime: now - 2 * DAY + 8 * MINUTE, callerPhoneNumber: '+15550100106', agents: [AGENT1], media: [{ source: { file: 'outbound.mp3' }, mediaUUID: uuid(7), encrypted: true }] });
	server.recordings.add({ id: id(7), startTime: now - 9 * DAY, stopTime: now - 9 * DAY + 2 * MINUTE, callType: 'Consult', callerPhoneNumber: '+442071838750', agents: [AGENT2], nonDelete: false, userData: { AccountNumber: 'B-77' }, media: [{ source: { file: 'consult.mp3' }, mediaUUID: uuid(8) }] });
	server.recordings.add({ id: id(8), startTime: now - 4 * MINUTE, stopTime: now - MINUTE, callerPhoneNumber: '+15550100108', agents: [AGENT2], screenRecording: true, media: [{ source: { file: 'internal.mp3' }, mediaUUID: uuid(9) }], availableAt: now + 30_000 });
}
