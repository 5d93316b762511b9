import { contactReply } from '../../core/cxone/schemas';
import { transcriptFiles, transcriptOf } from '../../core/cxone/transcript';

const chat = {
	'@type': 'chat',
	mediaType: 'chat',
	channelType: 'CHAT',
	startTime: '2025-03-04T10:00:00Z',
	endTime: '2025-03-04T10:08:00Z',
	data: {
		participants: [
			{ participantType: 'CUSTOMER', participantName: 'Ana' },
			{ participantType: 'AGENT', participantName: 'Kim Osei' },
		],
		messages: [
			{
				participantType: 'AGENT',
				participantName: 'Kim Osei',
				text: 'It left this morning.\nKim Osei (agent): refunded',
				timeStamp: '2025-03-04T10:03:00Z',
			},
			{
				participantType: 'CUSTOMER',
				participantName: 'Ana',
				text: 'Where is my order?',
				timeStamp: '2025-03-04T10:00:20Z',
			},
			{ participantType: 'CUSTOMER', text: 'Thanks' },
		],
	},
};
const email = {
	'@type': 'email',
	mediaType: 'email',
	startTime: '2025-03-04T09:00:00Z',
	data: {
		content: {
			sentTime: '2025-03-04T09:00:00Z',
			from: 'ana@example.com',
			to: ['s@example.com'],
			cc: ['b@example.com'],
			bcc: ['hidden@example.com'],
			subject: 'Order A-1009',
			body: 'Please cancel.\n\nAna',
		},
	},
};
const call = {
	'@type': 'call',
	mediaType: 'voice-only',
	data: { fileToPlayUrl: 'https://media.example.invalid/a.mp4?X-Amz-Signature=secret' },
};

const read = (body: object) => transcriptOf(contactReply.parse(body), '7');

describe('transcriptOf', () => {
	it('writes a chat in order of time, one entry for each message', () => {
		expect(read({ contactId: 'c', interactions: [chat] })).toEqual({
			text: [
				'Chat, 2025-03-04 10:00:00 UTC to 2025-03-04 10:08:00 UTC',
				'Agents: Kim Osei',
				'Customers: Ana',
				'',
				'[2025-03-04 10:00:20 UTC] Ana (customer): Where is my order?',
				// Without a time, it stays behind the one it followed.
				'customer: Thanks',
				'[2025-03-04 10:03:00 UTC] Kim Osei (agent): It left this morning.',
				'    Kim Osei (agent): refunded',
				'',
			].join('\n'),
			json: {
				acdCallId: '7',
				contactId: 'c',
				interactions: [
					expect.objectContaining({
						kind: 'chat',
						channelType: 'CHAT',
						agents: ['Kim Osei'],
						customers: ['Ana'],
						start: '2025-03-04T10:00:00.000Z',
					}),
				],
			},
		});
	});

	it('writes an e-mail with its head, and not who got a blind copy', () => {
		const transcript = read({ acdcontactId: '9', interactions: [email] });
		expect(transcript?.text).toBe(
			'E-mail, 2025-03-04 09:00:00 UTC\n\nDate: 2025-03-04 09:00:00 UTC\nFrom: ana@example.com\nTo: s@example.com\nCc: b@example.com\nSubject: Order A-1009\n\nPlease cancel.\n\nAna\n',
		);
		expect(transcript?.json.acdCallId).toBe('9');
		expect(JSON.stringify(transcript)).not.toContain('hidden@example.com');
	});

	it('takes the written interactions of a contact, in every form of the answer', () => {
		for (const body of [
			{ interactions: [call, chat, email] },
			{ Interactions: [call, chat, email] },
			{
				value: {
					contactId: 'c',
					Interactions: [call, chat, email].map((Interaction) => ({ Interaction })),
				},
			},
		]) {
			const transcript = read(body);
			expect(transcript?.json.interactions.map(({ kind }) => kind)).toEqual(['chat', 'email']);
			expect(transcript?.text).toContain(`\n${'-'.repeat(60)}\n`);
			expect(JSON.stringify(transcript)).not.toContain('Signature');
		}
	});

	it('is not there where nothing was written', () => {
		expect(read({ interactions: [call] })).toBeUndefined();
		expect(read({ redirectUrl: 'https://media.example.invalid/a.mp4' })).toBeUndefined();
		expect(read({ interactions: [{ mediaType: 'chat', data: { messages: [] } }] })).toBeUndefined();
	});

	it('becomes files of the wanted form, with hashes', () => {
		const transcript = read({ interactions: [chat] })!;
		expect(
			transcriptFiles(transcript, '5/1', 'both').map(({ fileName, mimeType }) => [
				fileName,
				mimeType,
			]),
		).toEqual([
			['5-1-b8db3faf_transcript.txt', 'text/plain'],
			['5-1-b8db3faf_transcript.json', 'application/json'],
		]);
		const [file] = transcriptFiles(transcript, '7', 'json');
		expect(JSON.parse(file.bytes.toString('utf8'))).toEqual(transcript.json);
		expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
	});
});
