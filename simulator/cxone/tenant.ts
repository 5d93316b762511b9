import type { Reply, SimulatedRequest } from '../http';
import { Authentication } from './auth';
import { DataExtraction } from './data-extraction';
import { InteractionAnalytics } from './interaction-analytics';
import { MediaPlayback } from './media-playback';
import { RecordControl } from './record-control';
import { RecordingApi } from './recording-api';
import { TenantState } from './state';

/**
 * A CXone tenant: sign-in, discovery and all its APIs on one origin. Everything public may be changed while it runs and
 * takes effect with the next request.
 */
export class CxoneTenant extends TenantState {
	/** Live calls and the API that controls their recording. */
	readonly recordControl = new RecordControl(this);
	/** Extraction jobs and their settings. */
	readonly dataExtraction = new DataExtraction(this);

	private readonly authentication = new Authentication(this);
	private readonly recordingApi = new RecordingApi(this);
	private readonly mediaPlayback = new MediaPlayback(this);
	private readonly interactionAnalytics = new InteractionAnalytics(this);

	/** Makes every token issued so far invalid. */
	revokeTokens(): void {
		this.authentication.revokeAll();
	}

	handle(request: SimulatedRequest): Reply {
		const signIn = this.authentication.handle(request);
		if (signIn !== undefined) return signIn;
		const unknown = this.recordingApi.notOffered(request);
		if (unknown !== undefined) return unknown;
		const principal = this.authentication.authenticate(request);
		return (
			this.recordingApi.handle(request, principal) ??
			this.mediaPlayback.handle(request, principal) ??
			this.interactionAnalytics.handle(request, principal) ??
			this.recordControl.handle(request, principal) ??
			this.dataExtraction.handle(request, principal) ?? {
				status: 404,
				body: { message: 'Not Found' },
			}
		);
	}
}
