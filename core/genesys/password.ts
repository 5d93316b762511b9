import { createHash } from 'node:crypto';

import { clock } from '../http/clock';

/** Accounts whose password was just refused, until when. Epoch milliseconds. */
const refusedAccounts = new Map<string, number>();
const REMEMBER_REFUSAL_MS = 30_000;

/** Guards the password of an account: enough wrong ones, in a row or at once, lock it. */
export class PasswordGuard {
	private readonly account: string;
	private readonly origin: string;
	private first: Promise<unknown> | undefined;

	/** @param authorization what goes over the line in the place of the password */
	constructor(apiBase: string, authorization: string) {
		this.account = createHash('sha256').update(`${apiBase}|${authorization}`).digest('hex');
		this.origin = new URL(apiBase).origin;
	}

	/**
	 * Sends a request with the password: the first of all by itself, the others once that was not refused.
	 *
	 * @param request gives `url` where it may have been redirected to somebody else
	 * @throws what `refused` makes, in place of sending it, where the password was refused less than half a minute ago
	 */
	async send<T extends { status: number; url?: string }>(
		request: () => Promise<T>,
		refused: () => Error,
	): Promise<T> {
		const before = this.first;
		const sending = this.sendBehind(before, request, refused);
		this.first ??= sending.catch(() => undefined);
		return await sending;
	}

	private async sendBehind<T extends { status: number; url?: string }>(
		before: Promise<unknown> | undefined,
		request: () => Promise<T>,
		refused: () => Error,
	): Promise<T> {
		await before;
		if ((refusedAccounts.get(this.account) ?? 0) > clock.now()) throw refused();
		const reply = await request();
		const isOwn = reply.url === undefined || new URL(reply.url).origin === this.origin;
		if (reply.status === 401 && isOwn)
			refusedAccounts.set(this.account, clock.now() + REMEMBER_REFUSAL_MS);
		return reply;
	}
}
