import type { BudgetWaits } from './budget';
import type { Transport } from './transport';
import type { RequestContext } from '../context';

/** What requests go out with. */
export interface Connection {
	/** For credentials, and for requests that n8n signs in. */
	context: RequestContext;
	transport: Transport;
	/** Ends every request and every wait. */
	signal?: AbortSignal;
	/** Told how long requests wait for their budget. */
	waits?: BudgetWaits;
}
