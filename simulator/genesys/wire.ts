import type { GirRecording } from './types';

/** Where the internal Uri fields point: a host no client can reach, as in the vendor's samples. */
export const INTERNAL_ORIGIN = 'http://gir-node-3.int.example.invalid';

/** Date and time as recording fields carry it: three decimals and an offset without colon. */
function stamp(ms: number): string {
	return new Date(ms).toISOString().replace('Z', '+0000');
}

/** The path of a media file below `/api/v2`; encrypted files are reached by way of the decrypting service. */
export function playPath(recording: GirRecording, index: number): string {
	const media = recording.media[index];
	if (media === undefined)
		throw new RangeError(`recording ${recording.id} has no media file ${index}`);
	const action = media.encrypted ? 'decrypt' : 'play';
	return `/recordings/${encodeURIComponent(recording.id)}/${action}/${media.mediaUUID}.${media.extension}`;
}

/** The recording resource of "Genesys Interaction Recording, Search, Playback, and Delete API". */
export function wireRecording(
	recording: GirRecording,
	options: { labels: boolean },
): Record<string, unknown> {
	const [agent] = recording.contacts.filter((contact) => contact.type === 'User');
	const day = (ms: number): string =>
		new Date(ms).toISOString().slice(0, 19).replace('T', '_').replace(/:/g, '-');
	const events: Array<Record<string, unknown>> = [
		{
			occurredAt: stamp(recording.startTime),
			calluuid: recording.id,
			eventId: `${stamp(recording.startTime).slice(0, 23).replace('T', ' ')}_${recording.id}`,
			event: 'Data',
			data: {
				added: {
					GSIP_RECORD: 'ON',
					GSIP_REC_FN: `${recording.id}_${day(recording.startTime)}`,
					...recording.userData,
				},
			},
		},
		{
			occurredAt: stamp(recording.stopTime),
			calluuid: recording.id,
			eventId: `${stamp(recording.stopTime).slice(0, 23).replace('T', ' ')}_${recording.id}`,
			event: 'Data',
			data: { deleted: { GSIP_RECORD: 'ON' } },
		},
	];
	for (const event of ['Joined', 'Left']) {
		const occurredAt = stamp(event === 'Joined' ? recording.startTime : recording.stopTime);
		for (const contact of recording.contacts)
			events.push({ occurredAt, calluuid: recording.id, contact: { ...contact }, event });
	}
	return {
		id: recording.id,
		callerPhoneNumber: recording.callerPhoneNumber,
		dialedPhoneNumber: recording.dialedPhoneNumber,
		startTime: stamp(recording.startTime),
		stopTime: stamp(recording.stopTime),
		mediaFiles: recording.media.map((media, index) => {
			const path = playPath(recording, index);
			const name = `${media.callUUID}_${day(media.startTime)}`;
			return {
				mediaUri: `${INTERNAL_ORIGIN}/api/v2${path}`,
				mediaPath: path,
				playPath: path,
				startTime: stamp(media.startTime),
				stopTime: stamp(media.stopTime),
				callUUID: media.callUUID,
				mediaId: `${name}-006B015F-1000427D-0000000${index + 1}.${media.extension}`,
				type: mediaType(media.extension),
				duration: String(media.durationMs),
				tenant: 'Environment',
				ivrprofile: 'CallRecProfile',
				size: String(media.statedSizeBytes),
				parameters: {
					dnis: recording.dialedPhoneNumber,
					connId: '006a0269722cd93f',
					ani: recording.callerPhoneNumber,
					dateTime: `${stamp(media.startTime).slice(0, 19)}Z`,
					'rp.speechminer_uri': 'http://speechminer.int.example.invalid/interactionreceiver',
					recordDN: agent?.phoneNumber ?? '',
					agentId: agent?.phoneNumber ?? '',
					'rp.speechminer_auth': 'rpUser:simulated-speechminer-password',
					sipsAppName: 'SIP_Server',
					id: name,
					username: agent?.userName ?? '',
					callUuid: media.callUUID,
				},
				...(media.masks.length === 0
					? {}
					: {
							masks: media.masks.map((mask) => ({
								time: new Date(mask.time).toISOString(),
								type: mask.type,
							})),
						}),
				...(media.encrypted
					? { pkcs7: 'MIICAQYJKoZIhvcNAQcDoIIB8jCCAe4CAQAx', certAlias: ['gir-recording-1'] }
					: {}),
				partitions: [],
				accessgroups: ['/'],
			};
		}),
		eventHistory: events,
		...(options.labels
			? {
					labels: recording.labels.map((label) => ({
						path: `/recordings/${encodeURIComponent(recording.id)}/labels/${label.id}`,
						id: label.id,
						name: label.name,
						type: label.type,
						createTime: stamp(label.createTime),
						createUser: label.createUser,
						...(label.content === undefined ? {} : { content: label.content }),
					})),
				}
			: {}),
		callType: recording.callType,
		screenRecording: recording.screenRecording,
		...(recording.nonDelete === undefined ? {} : { nonDelete: recording.nonDelete }),
		region: recording.region,
	};
}

// The metadata say audio/mp3, which is not the registered type.
function mediaType(extension: string): string {
	return extension === 'mp4' ? 'video/mp4' : `audio/${extension}`;
}

const MASK_LENGTHS: Record<string, number> = { agentId: 8, username: 13 };

/**
 * Hides fields by name, as the settings `metadata.privacy.agent_fields` and `metadata.privacy.customer_fields` do: at
 * the top level, in `mediaFiles[].parameters`, and in the contacts and data of `eventHistory`. The runs of asterisks
 * differ in length, as in the vendor's samples.
 */
export function maskFields(
	wire: Record<string, unknown>,
	fields: ReadonlySet<string>,
): Record<string, unknown> {
	const walk = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(walk);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(
			Object.entries(value).map(([key, inner]) => [
				key,
				typeof inner === 'string' && fields.has(key)
					? '*'.repeat(MASK_LENGTHS[key] ?? 7)
					: walk(inner),
			]),
		);
	};
	return walk(wire) as Record<string, unknown>;
}
