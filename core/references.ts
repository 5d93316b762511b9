import { UserError } from 'n8n-workflow';

/** IDs of a recording that an item holds, by their kind. */
export interface FoundIds {
	recordingId?: string;
	/** On CXone ACD the master contact ID. */
	acdCallId?: string;
	segmentId?: string;
	statementId?: string;
	/** Leads to no media: CXone's calls take none. */
	contactId?: string;
	/** Of GIR. A file's `mediaId` is a file name there, and finds nothing. */
	mediaUuid?: string;
	playPath?: string;
}

/**
 * The names that vendors, their reports and their APIs have for each kind of ID, in small letters and without spaces and
 * punctuation: `acd-call-id`, `ACD Call ID` and `acdCallId` are the same.
 */
const NAMES: Readonly<Record<string, keyof FoundIds>> = {
	recordingid: 'recordingId',
	acdcallid: 'acdCallId',
	acdcontactid: 'acdCallId',
	mastercontactid: 'acdCallId',
	segmentid: 'segmentId',
	statementid: 'statementId',
	contactid: 'contactId',
	mediauuid: 'mediaUuid',
	playpath: 'playPath',
};

/** What an expression, a spreadsheet, a database or an export leaves where there is no value. */
const NO_VALUE = /^(|null|none|undefined|n\/a|-)$/i;

/** A text without blanks around it; null where it stands for no value. */
export function given(text: string): string | null {
	const value = text.trim();
	return NO_VALUE.test(value) ? null : value;
}

/** A number that a spreadsheet has rounded. */
const ROUNDED = /^\d(\.\d+)?e\+?\d+$/i;

/**
 * The IDs in an item's JSON, under whatever name a vendor has for them.
 *
 * @throws UserError where two names of one kind differ, or a number is not exact any more
 */
export function idsIn(json: Record<string, unknown>): FoundIds {
	const found: FoundIds = {};
	const names = new Map<keyof FoundIds, string>();
	for (const [name, value] of Object.entries(json)) {
		const key = name.toLowerCase().replace(/[^a-z0-9]/g, '');
		if (!Object.hasOwn(NAMES, key)) continue;
		const kind = NAMES[key];
		const id = idOf(name, value);
		if (id === undefined) continue;
		const before = names.get(kind);
		if (before !== undefined && found[kind] !== id) {
			throw new UserError(`'${before}' and '${name}' of the item lead to two recordings`, {
				description: `One is ${found[kind]}, the other ${id}. Remove one of them from the item, for example with an Edit Fields node.`,
			});
		}
		names.set(kind, name);
		found[kind] = id;
	}
	return found;
}

function idOf(name: string, value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = given(String(value));
	if (text === null) return undefined;
	if ((typeof value === 'number' && !Number.isSafeInteger(value)) || ROUNDED.test(text)) {
		throw new UserError(`'${name}' of the item is a number that was rounded: ${text}`, {
			description:
				'It may lead to the recording of somebody else, so nothing was asked for. Keep IDs as text where the item comes from, such as a spreadsheet or a database.',
		});
	}
	return text;
}
