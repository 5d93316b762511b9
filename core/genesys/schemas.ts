import { sourced } from '../http/sourced';
import { amount, answer, count, flag, list, rows, shape, text, time, word } from '../http/wire';
import { z } from '../vendor';

const mediaFile = shape({
	playPath: text,
	callUUID: text,
	startTime: time,
	stopTime: time,
	type: text,
	duration: amount,
	size: amount,
	masks: list(shape({ time, type: word })),
	accessgroups: list(text),
});
export type RawMediaFile = z.output<typeof mediaFile>;

const contact = shape({
	type: word,
	phoneNumber: text,
	userName: text,
	firstName: text,
	lastName: text,
});
export type RawContact = z.output<typeof contact>;

/** Names are a tenant's own, so are what stands under them. */
const pairs = z
	.record(text)
	.nullish()
	.transform((given) => given ?? {});

const label = shape({
	name: text,
	type: word,
	createTime: time,
	createUser: text,
	content: pairs,
});
export type RawLabel = z.output<typeof label>;

const event = shape({
	occurredAt: time,
	contact: contact.nullish(),
	data: shape({ added: pairs, updated: pairs, deleted: pairs }).nullish(),
});

/** A recording as "Search, Playback, and Delete API" describes it, as far as anything is made of it. Only the ID is sure to be there. */
const girRecording = sourced(
	shape({
		id: text.pipe(z.string().min(1)),
		callerPhoneNumber: text,
		dialedPhoneNumber: text,
		startTime: time,
		stopTime: time,
		callType: word,
		nonDelete: flag,
		screenRecording: flag,
		mediaFiles: list(mediaFile),
		region: text,
		eventHistory: list(event),
		labels: list(label),
	}),
);
export type GirRecording = z.output<typeof girRecording>;

/** Every answer carries a status code of its own; not 0 is a refusal, whatever HTTP says ("Return Values"). */
export const girStatus = shape({
	statusCode: amount.catch(undefined).transform((code) => code ?? undefined),
	statusMessage: text,
});

export const girSearchPage = shape({ recordings: rows(girRecording).nullish(), totalCount: count })
	.refine(
		({ recordings, totalCount }) => Boolean(recordings) || totalCount === 0,
		"has no list 'recordings'",
	)
	.transform(({ recordings, totalCount }) => ({ recordings: recordings ?? [], totalCount }));

/**
 * The labels there are ("Labels API"). No public page shows the answer: the list may stand by itself or under any name, and
 * an entry without a name is none.
 */
export const girLabelDefinitions = z
	.unknown()
	.transform((body) =>
		Array.isArray(body) ? body : Object.values(body ?? {}).find((member) => Array.isArray(member)),
	)
	.pipe(z.array(z.unknown()))
	.transform((entries) =>
		entries.flatMap((entry) => {
			const { data } = shape({ name: text, displayName: text }).safeParse(entry);
			return data?.name ? [{ name: data.name, displayName: data.displayName || data.name }] : [];
		}),
	);

/** Get by ID: the general rule puts the resource under its singular name, the page's own sample shows it bare. */
export const girRecordingReply = answer(['id'], girRecording);
