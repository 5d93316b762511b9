import { matchPath, type Reply, type SimulatedRequest } from '../http';
import { iso } from '../time';
import { only } from './auth';
import type { NewTranscript } from './contacts';
import type { TenantState } from './state';
import type { Principal } from './types';

const PREFIX = '/interaction-analytics-gateway/v2/segments/';

/**
 * Interaction Analytics: the transcript of an analyzed segment, after the vendor's published description. Whether it is
 * refused with 403 without the licence, no document says.
 */
export class InteractionAnalytics {
	constructor(private readonly tenant: TenantState) {}

	handle(request: SimulatedRequest, principal: Principal): Reply | undefined {
		if (!request.path.startsWith(PREFIX)) return undefined;
		const wrongMethod = only(request, 'GET');
		if (wrongMethod !== undefined) return wrongMethod;
		const refuse = (status: number, message: string) => this.error(request, status, message);
		const segmentId = matchPath(`${PREFIX}:id/analyzed-transcript`, request.path)?.id;
		if (segmentId === undefined) return refuse(404, 'Not Found');
		for (const name of request.query.keys()) {
			if (name !== 'wordLevel') return refuse(400, `${name} is not a known query parameter`);
		}
		const wordLevel = request.query.get('wordLevel');
		if (wordLevel !== null && wordLevel !== 'true' && wordLevel !== 'false')
			return refuse(400, 'wordLevel must be true or false');
		if (!this.tenant.hasInteractionAnalytics || !principal.may('viewAnalyzedInteractions'))
			return refuse(403, 'Access denied');
		const segment = this.tenant.contacts
			.list()
			.flatMap(({ interactions }) => interactions.flatMap(({ segments }) => segments))
			.find((one) => one.segmentId === segmentId);
		if (segment?.transcript === undefined)
			return refuse(404, `No analyzed segment with id ${segmentId}`);
		return { status: 200, body: this.wire(segment.transcript) };
	}

	private wire(transcript: NewTranscript): object {
		const { language, turns, summary, intent, actions, outcomes, metrics } = transcript;
		const unit = this.tenant.transcriptTimes === 'milliseconds' ? 1000 : 1;
		let offset = 0;
		const transcriptBlocks = turns.map((turn, index) => {
			const { userType, text, userId, startSeconds, endSeconds, timestamp } = turn;
			const channelId = userType === 'AGENT' ? 0 : 1;
			const at = offset;
			offset += text.length + 1;
			return {
				channelId,
				channelName: userType.toLowerCase(),
				offset: at,
				length: text.length,
				blockId: `b-${index}`,
				text,
				...(userId !== undefined && { userId }),
				channelType: timestamp === undefined ? 'VOICE' : 'CHAT',
				userType,
				...(startSeconds !== undefined && {
					voiceMetadata: {
						startTime: startSeconds * unit,
						endTime: (endSeconds ?? startSeconds) * unit,
						confidence: 0.9,
					},
				}),
				...(timestamp !== undefined && { chatMetadata: { timestamp } }),
			};
		});
		return {
			type: 'TRANSCRIPT',
			language: language ?? 'en-us',
			recordSource: 'CXONE',
			fromInterwovenTranscript: false,
			annotatedDateTime: iso(this.tenant.now()),
			transcriptBlocks,
			annotations: [],
			enlightenMetrics: [],
			metrics: metrics ?? {},
			segmentSummary: {
				...(summary !== undefined && { summary }),
				actions: actions ?? [],
				...(intent !== undefined && { primaryIntent: intent }),
				outcomes: outcomes ?? [],
			},
		};
	}

	private error({ path }: SimulatedRequest, status: number, message: string): Reply {
		const timestamp = iso(this.tenant.now());
		const bodies = {
			detailed: { statusCode: status, timestamp, message, description: `uri=${path}` },
			gateway: { status, timestamp, error: message, path },
			plain: { message },
		};
		return { status, body: bodies[this.tenant.analyticsErrors] };
	}
}
