import type { IDataObject } from 'n8n-workflow';

import { keepSecret, quote } from '../http/redact';
import type { Reply } from '../http/retry';

/** A cookie shorter than that names a language, not a session. */
const MIN_SESSION_ID = 16;

/**
 * The session and token that Genesys Web Services want with POST, PUT and DELETE where `enableCsrfProtection` is on. A GET
 * hands them out: `X-CSRF-HEADER` names the header to send, `X-CSRF-TOKEN` holds its value, and all cookies must go back
 * along with the sign-in (Genesys, "Cross-Site Request Forgery Protection").
 */
export class CsrfSession {
	private readonly cookies = new Map<string, string>();
	private token?: { header: string; value: string };

	/** Takes what an answer hands out. */
	learn(reply: Reply): void {
		for (const cookie of reply.setCookies ?? []) {
			const [pair] = cookie.split(';', 1);
			const equals = pair.indexOf('=');
			if (equals <= 0) continue;
			const value = pair.slice(equals + 1).trim();
			this.cookies.set(pair.slice(0, equals).trim(), value);
			if (value.length >= MIN_SESSION_ID) keepSecret(value);
		}
		const header = reply.headers['x-csrf-header'];
		const value = header === undefined ? undefined : reply.headers[header.toLowerCase()];
		if (header === undefined || value === undefined) return;
		keepSecret(value);
		this.token = { header, value };
	}

	/** A session that the server no longer knows. */
	forget(): void {
		this.cookies.clear();
		this.token = undefined;
	}

	/** Headers of a read: the cookies, so that the server does not begin a session for each. */
	readHeaders(): IDataObject {
		if (this.token === undefined || this.cookies.size === 0) return {};
		return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
	}

	/** Headers of a write; none where the server has handed out no token. */
	writeHeaders(): IDataObject {
		if (this.token === undefined) return {};
		return { ...this.readHeaders(), [this.token.header]: this.token.value };
	}
}

/** Whether a server refuses for want of a CSRF token: 403, "Missing or invalid Csrf token". */
export function saysCsrf(reply: Reply): boolean {
	return reply.status === 403 && /csrf/i.test(quote(reply.body));
}
