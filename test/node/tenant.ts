import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { StoredCredentials } from './engine';
import { clock } from '../../core/http/clock';

/** A request as it arrived. */
export interface Asked {
	method: string;
	path: string;
	query: URLSearchParams;
	body: Record<string, unknown>;
}

/** An answer; a value that has no status is the body of a 200. */
export interface Told {
	status: number;
	body?: unknown;
	headers?: Record<string, string>;
}

/**
 * A tenant that answers whatever a test says, and owes nothing to the simulator: it knows no format, keeps no recordings
 * and takes every sign-in.
 */
export class Tenant {
	readonly asked: Asked[] = [];
	answer: (asked: Asked) => Told | object | string = () => ({ status: 404 });
	url = '';
	private readonly server: Server = createServer((request, response) => {
		void this.take(request).then((told) => {
			const { status, body, headers = {} } = told;
			const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
			response
				.writeHead(status, {
					...{ 'content-type': 'application/json', date: new Date(clock.now()).toUTCString() },
					...headers,
				})
				.end(text);
		});
	});

	async start(): Promise<this> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
		return this;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	get credentials(): StoredCredentials {
		return {
			cxoneAccessKeyApi: {
				area: 'other',
				apiBaseUrl: this.url,
				accessKeyId: 'key',
				accessKeySecret: 'secret-of-the-key',
			},
			genesysBasicApi: { baseUrl: this.url, username: 'admin', password: 'secret-of-admin' },
		};
	}

	private async take(request: IncomingMessage): Promise<Told> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.url);
		if (path === '/authentication/v1/token/access-key')
			return { status: 200, body: { access_token: 'token', expires_in: 3_600 } };
		const text = Buffer.concat(chunks).toString();
		const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
		const asked = { method: request.method ?? '', path, query, body };
		this.asked.push(asked);
		const told = this.answer(asked);
		return typeof told === 'object' && 'status' in told ? told : { status: 200, body: told };
	}
}
