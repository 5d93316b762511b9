import { createHash } from 'node:crypto';

import { interactionSummary, type ContactMessage, type InteractionSummary } from './contact';
import type { ContactReply } from './schemas';
import type { WrittenFile } from '../media/file';
import { fileName } from '../media/names';

export type Transcript = NonNullable<ReturnType<typeof transcriptOf>>;

/**
 * The transcript of the chats and e-mails of a contact. CXone gives the text of legacy inContact digital interactions
 * only ("Media Playback: usage, licensing and rate limiting").
 *
 * @param acdCallId what was asked for, where the answer does not repeat it
 * @returns undefined where nothing was written, or CXone gives none of it. Times in `json` are ISO 8601 in UTC; `text` is for
 *   people: one line for each message, e-mails with their head, and a line break at the end
 */
export function transcriptOf(reply: ContactReply, acdCallId: string | null) {
	const interactions = reply.interactions
		.map((interaction) => interactionSummary(interaction, false))
		.filter(({ messages }) => messages.length > 0)
		.map(({ kind, channelType, start, end, agents, customers, messages }) => ({
			kind,
			channelType,
			start,
			end,
			agents,
			customers,
			// A file goes to more people than an item: who got a blind copy stays out of it.
			messages: inOrder(messages).map(({ bcc: _bcc, ...message }) => message),
		}));
	if (interactions.length === 0) return undefined;
	const json = {
		acdCallId: reply.acdcontactId ?? acdCallId,
		contactId: reply.contactId ?? null,
		interactions,
	};
	return {
		json,
		text: interactions.map(textOf).join(`\n${'-'.repeat(60)}\n\n`),
	};
}

/** Messages without a time stay behind the one they followed. */
function inOrder(messages: ContactMessage[]): ContactMessage[] {
	let last = '';
	const timed = messages.map((message) => ({ message, at: (last = message.at ?? last) }));
	return timed
		.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
		.map(({ message }) => message);
}

const TITLES: Record<InteractionSummary['kind'], string> = {
	chat: 'Chat',
	email: 'E-mail',
	voice: 'Call',
	other: 'Interaction',
};

type Written = Pick<
	InteractionSummary,
	'kind' | 'start' | 'end' | 'agents' | 'customers' | 'messages'
>;

function textOf({ kind, start, end, agents, customers, messages }: Written): string {
	const head = [
		`${TITLES[kind]}${start === null ? '' : `, ${readable(start)}`}${end === null ? '' : ` to ${readable(end)}`}`,
		agents.length === 0 ? '' : `Agents: ${agents.join(', ')}`,
		customers.length === 0 ? '' : `Customers: ${customers.join(', ')}`,
	];
	return `${[...head.filter((line) => line !== ''), '', ...messages.map(messageText)].join('\n')}\n`;
}

function messageText(message: ContactMessage): string {
	const { at, from, role, to, cc, subject, text } = message;
	const who = from ?? role ?? 'unknown';
	if (to === undefined) {
		const known = role === null || from === null ? who : `${who} (${role})`;
		return spokenLine(at === null ? null : readable(at), known, text);
	}
	const lines = [
		at === null ? '' : `Date: ${readable(at)}`,
		`From: ${who}`,
		`To: ${to.join(', ')}`,
		cc === undefined || cc.length === 0 ? '' : `Cc: ${cc.join(', ')}`,
		`Subject: ${subject ?? ''}`,
	];
	return `${lines.filter((line) => line !== '').join('\n')}\n\n${text}`;
}

/** What somebody said or wrote, as a line for people. */
export function spokenLine(when: string | null, who: string, text: string): string {
	return `${when === null ? '' : `[${when}] `}${who}: ${indented(text)}`;
}

/** Further lines of a message stand apart from the next one, so that nobody can write one in another's name. */
function indented(text: string): string {
	return text.split(/\r\n|\r|\n/).join('\n    ');
}

function readable(time: string): string {
	return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

const TRANSCRIPT = 'transcript';

/** Which files are made of a transcript. */
export type TranscriptForm = 'text' | 'json' | 'both';

/** The files of a transcript, if there is one: UTF-8 text for people, JSON for programs. */
export function transcriptFiles(
	transcript: Transcript | undefined,
	id: string,
	form: TranscriptForm,
): WrittenFile[] {
	if (transcript === undefined) return [];
	const json = JSON.stringify(transcript.json, undefined, 2);
	return [
		...(form === 'json' ? [] : [written(id, 'txt', 'text/plain', transcript.text)]),
		...(form === 'text' ? [] : [written(id, 'json', 'application/json', json)]),
	];
}

function written(id: string, extension: string, mimeType: string, content: string): WrittenFile {
	const bytes = Buffer.from(content, 'utf8');
	const hash = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
	return {
		fileName: fileName(id, TRANSCRIPT, extension),
		channel: TRANSCRIPT,
		mimeType,
		bytes,
		md5: hash('md5'),
		sha256: hash('sha256'),
	};
}
