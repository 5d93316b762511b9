import { sourced } from '../http/sourced';
import { amount, list, word } from '../http/wire';
import { z } from '../vendor';


const mediaFile = z
	.object({
		playPath: word,
		mediaId: word,
		callUUID: word,
		startTime: word,
		stopTime: word,
		type: word,
		duration: amount,
		size: amount,
		masks: list(z.object({ time: word, type: z.string() }).passthrough()),
	})
	.passthrough();
export type RawMediaFile = z.output<typeof mediaFile>;

const contact = z
	.object({ type: word, phoneNumber: word, userName: word, firstName: word, lastName: word })
	.passthrough();

/** A recording as "Search, Playback, and Delete API" describes it. Only the ID is sure to be there. */
export const girRecording = sourced(
	z
	.object({
		id: z.union([z.string().min(1), z.number()]).transform((value) => String(value)),
		callerPhoneNumber: word,
		dialedPhoneNumber: word,
		startTime: word,
		stopTime: word,
		callType: word,
		region: word,
		nonDelete: z.boolean().nullish(),
		screenRecording: z.boolean().nullish(),
		mediaFiles: list(mediaFile),
		eventHistory: list(z.object({ occurredAt: word, event: word, contact: contact.nullish() }).passthrough()),
		labels: list(z.object({ id: word, name: word }).passthrough()),
	})
	.passthrough(),
);
export type GirRecording = z.output<typeof girRecording>;

/** Every answer carries a status code of its own; not 0 is a refusal, whatever HTTP says ("Return Values"). */
export const girStatus = z
	.object({ statusCode: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).optional().catch(undefined), statusMessage: word })
	.passthrough();

export const girSearchPage = z
	.object({ recordings: z.array(girRecording), totalCount: z.coerce.number().int().nonnegative().optional() })
	.passthrough();

/** Get by ID: the general rule puts the resource under its singular name, the page's own sample shows it bare. */
export const girRecordingReply = z.union([
	z.object({ recording: z.object({}).passthrough() }).transform(({ recording }) => recording).pipe(girRecording),
	girRecording,
]);
