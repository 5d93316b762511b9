import type { UserError } from 'n8n-workflow';

import { dated, extractedRecording } from './extracted';
import { SEGMENT_COLUMN } from './extracted-file';
import { ExtractedTimes } from './extracted-times';
import { toRecording } from './mapping';
import { contactReply, rawRecording } from './schemas';
import { reasonedError } from '../http/reason';
import { isObject } from '../http/wire';
import { targetOfItem, targetTo, type MediaTarget } from '../platform';
import { referencesTo } from '../recording';
import { idsIn, type FoundIds } from '../references';

/**
 * What an item's JSON tells of a recording of CXone: in the shape of all platforms, as the Recording API, Data Extraction or
 * Media Playback put it, as Get Contact and Get Segment do, or by nothing but an ID under a name that CXone has for it.
 *
 * @returns undefined where nothing in it is CXone's
 * @throws UserError where its IDs lead to several recordings, or to none that can be asked for
 */
export function cxoneTarget(json: Record<string, unknown>): MediaTarget | undefined {
	return (
		targetOfItem('cxone', json) ??
		recordingRow(json) ??
		extractedRow(json) ??
		byIds(idsOf(json), json)
	);
}

/** A row of the Recording API. One that does not tell its channels is looked at again, by its ID. */
function recordingRow(json: Record<string, unknown>): MediaTarget | undefined {
	const raw = Array.isArray(json.availableChannels) ? rawRecording.safeParse(json) : undefined;
	return raw?.success === true ? targetTo(toRecording(raw.data)) : undefined;
}

/** Another one that every list of Data Extraction has; spreadsheets keep their names. */
const CALL_COLUMN = /^ACD Call ID(?![^\s(])/;

/** A row of a list that Data Extraction made, with its own column headers. */
function extractedRow(json: Record<string, unknown>): MediaTarget | undefined {
	const columns = Object.keys(json);
	if (![SEGMENT_COLUMN, CALL_COLUMN].every((column) => columns.some((name) => column.test(name))))
		return undefined;
	// A check for what a spreadsheet made of the IDs.
	idsIn(json);
	const row = Object.fromEntries(
		Object.entries(json).map(([name, value]) => [name, String(value ?? '')]),
	);
	const recording = extractedRecording([dated(row, new ExtractedTimes('UTC'))], 'segment');
	return recording.id === '' ? undefined : targetTo(recording);
}

/** The IDs of an item; Media Playback's older form has them one level down. */
function idsOf(json: Record<string, unknown>): FoundIds {
	return { ...(isObject(json.value) ? idsIn(json.value) : {}), ...idsIn(json) };
}

function byIds(ids: FoundIds, json: Record<string, unknown>): MediaTarget | undefined {
	const { recordingId, acdCallId, segmentId, statementId, contactId } = ids;
	if (recordingId !== undefined) {
		// GIR has recordings, too.
		const guessed = acdCallId === undefined && segmentId === undefined;
		const references = referencesTo({ recordingId, contactId });
		return { id: recordingId, references, ...(guessed && { guessed }) };
	}
	if (statementId !== undefined && acdCallId !== undefined) {
		const references = referencesTo({ acdCallId, statementId, contactId });
		return { id: `${acdCallId}-${statementId}`, references };
	}
	const segments =
		segmentId === undefined ? segmentsOf(json) : { every: segmentId, all: [], parts: undefined };
	if (segments.every !== undefined) {
		const references = referencesTo({ segmentId: segments.every, acdCallId, contactId });
		return { id: segments.every, references };
	}
	if (acdCallId !== undefined) {
		const { parts } = segments;
		const references = referencesTo({ acdCallId, contactId });
		return { id: acdCallId, references, ...(parts && { parts }) };
	}
	if (statementId !== undefined) throw leadsNowhere('statement ID', statementId);
	if (segments.all.length > 0) throw leadsNowhere('list of segments', segments.all.join(', '));
	if (contactId !== undefined) throw leadsNowhere('contact ID', contactId);
	return undefined;
}

/** The segments that an item of Get Contact or Get Segment names: a contact with all its interactions, or one of them. */
function segmentsOf(json: Record<string, unknown>) {
	const body = isObject(json.value) ? json.value : json;
	const lists = [body.interactions, body.Interactions];
	const isWhole = lists.some(Array.isArray);
	const each = isWhole
		? lists.flatMap((list) => (Array.isArray(list) ? list.map(segmentIdsOf) : []))
		: [segmentIdsOf(body)];
	const all = [...new Set(each.flat())];
	return {
		all,
		// The one that every interaction belongs to, and no other: it is the whole of the item.
		every: all.length === 1 && each.every((ids) => ids.length === 1) ? all[0] : undefined,
		// Those of the one interaction that the item is about.
		parts: !isWhole && all.length > 1 ? all : undefined,
	};
}

function segmentIdsOf(interaction: unknown): string[] {
	if (!isObject(interaction)) return [];
	const own = interaction.segmentIds;
	if (Array.isArray(own)) return own.filter((id): id is string => typeof id === 'string');
	const reply = contactReply.safeParse({ interactions: [interaction] });
	const segments = reply.success
		? reply.data.interactions.flatMap(({ data }) => data?.segmentsDataList ?? [])
		: [];
	return segments.flatMap(({ segmentId }) => segmentId ?? []);
}

/** No call of CXone finds media by such an ID alone. */
function leadsNowhere(kind: string, id: string): UserError {
	return reasonedError(
		'noMediaId',
		`The input item has no ID that leads to media, only a ${kind}: ${id}`,
		'CXone gives out media by a recording ID, a segment ID or an ACD call ID (on CXone ACD the master contact ID).',
	);
}
