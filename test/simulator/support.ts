import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

import { startSimulator, type Simulator } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

export interface Answer {
	status: number;
	headers: IncomingHttpHeaders;
	bytes: Buffer;
	text: string;
	/** The parsed body; undefined when it is not JSON. */
	json: unknown;
	/** Set when the body ended early. */
	broken: boolean;
}

/** The value at a dotted path such as `recordings.0.url`. */
export function pick<T = string>(value: unknown, path: string): T {
	let at = value;
	for (const key of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[key];
	return at as T;
}

/** One request by node:http, which, unlike fetch, sends a body with GET and follows no redirect. */
export async function send(
	url: string,
	options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
	return await new Promise((resolve, reject) => {
		const outgoing = httpRequest(url, {
			method: options.method ?? 'GET',
			headers: { ...options.headers, connection: 'close' },
		});
		if (options.body !== undefined)
			outgoing.setHeader('Content-Length', Buffer.byteLength(options.body));
		outgoing.on('error', reject);
		outgoing.on('response', (incoming) => {
			const parts: Buffer[] = [];
			let settled = false;
			const settle = (broken: boolean): void => {
				if (settled) return;
				settled = true;
				const bytes = Buffer.concat(parts);
				const text = bytes.toString('utf8');
				let json: unknown;
				try {
					json = JSON.parse(text);
				} catch {
					json = undefined;
				}
				resolve({
					status: incoming.statusCode ?? 0,
					headers: incoming.headers,
					bytes,
					text,
					json,
					broken,
				});
			};
			incoming.on('data', (part: Buffer) => parts.push(part));
			incoming.on('end', () => settle(!incoming.complete));
			incoming.on('error', () => settle(true));
			incoming.on('close', () => settle(!incoming.complete));
		});
		outgoing.end(options.body);
	});
}

/** An empty simulator on a clock that stands still, and an access token of its tenant. */
interface Tenant {
	simulator: Simulator;
	token: string;
	clock: VirtualClock;
}

/** A tenant for each test; the one of the running test stands behind the same name. */
export function tenantForEachTest(): Tenant {
	const tenant = {} as Tenant;
	beforeEach(async () => {
		tenant.clock = new VirtualClock();
		tenant.simulator = await startSimulator({ seed: 'empty', now: tenant.clock.now });
		tenant.token = await accessToken(tenant.simulator);
	});
	afterEach(async () => await tenant.simulator.stop());
	return tenant;
}

export const JSON_TYPE = { 'content-type': 'application/json' };

export async function accessToken(
	simulator: Simulator,
	keyId?: string,
	secret?: string,
): Promise<string> {
	const { url, credentials } = simulator.cxone;
	const answer = await send(`${url}/authentication/v1/token/access-key`, {
		method: 'POST',
		headers: JSON_TYPE,
		body: JSON.stringify({
			accessKeyId: keyId ?? credentials.accessKeyId,
			accessKeySecret: secret ?? credentials.accessKeySecret,
		}),
	});
	return pick(answer.json, 'access_token');
}

export function bearer(token: string): Record<string, string> {
	return { authorization: `Bearer ${token}` };
}

export function basic(user: string, password: string): Record<string, string> {
	return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
