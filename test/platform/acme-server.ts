import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as the invented vendor keeps it. Times are epoch seconds, as this vendor likes them. */
export interface AcmeCall {
	ref: string;
	began: number;
	ended: number;
	/** `done` is what can be fetched. */
	state: 'live' | 'busy' | 'done' | 'lost';
	from?: string | null;
	to?: string | null;
	person?: string;
	/** Names of its files. */
	tracks: string[];
}

const PAGE = 3;

/**
 * Acme Voice: a vendor nobody has heard of, with ways of its own. It lists calls page by page behind a cursor, tells times
 * in seconds, signs in with a header, and hands out its files itself.
 */
export class AcmeServer {
	readonly calls: AcmeCall[] = [];
	readonly files = new Map<string, Buffer>();
	readonly key = 'acme-key-3f9Q2v';
	/** Requests so far, as method and path. */
	readonly requests: string[] = [];
	url = '';
	private readonly server: Server = createServer((request, response) =>
		this.answer(request, response),
	);

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private answer(request: IncomingMessage, response: ServerResponse): void {
		const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
		this.requests.push(`${request.method} ${pathname}`);
		const json = (status: number, body: unknown) => {
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		};
		if (request.headers['x-acme-key'] !== this.key) return json(401, { reason: 'unknown key' });
		const file = this.files.get(decodeURIComponent(pathname.replace('/tracks/', '')));
		if (pathname.startsWith('/tracks/')) {
			if (file === undefined) return json(404, { reason: 'no such track' });
			response
				.writeHead(200, { 'content-type': 'audio/wav', 'content-length': String(file.length) })
				.end(file);
			return;
		}
		if (pathname.startsWith('/calls/')) {
			const call = this.calls.find(
				({ ref }) => ref === decodeURIComponent(pathname.slice('/calls/'.length)),
			);
			return call === undefined ? json(404, { reason: 'no such call' }) : json(200, call);
		}
		if (pathname !== '/calls') return json(404, { reason: 'no such page' });
		const since = Number(searchParams.get('since') ?? 0);
		const until = Number(searchParams.get('until') ?? Infinity);
		const from = searchParams.get('from');
		const matching = this.calls
			.filter(
				({ began, from: caller }) =>
					began >= since && began < until && (from === null || caller === from),
			)
			.sort((one, other) => one.began - other.began || one.ref.localeCompare(other.ref));
		// The cursor names the last call of the page before: calls that go away in between move nothing.
		const cursor = searchParams.get('after');
		const [at, ref] =
			cursor === null
				? [-Infinity, '']
				: [Number(cursor.split('~')[0]), cursor.split('~')[1] ?? ''];
		const rest = matching.filter(
			(call) => call.began > at || (call.began === at && call.ref > ref),
		);
		const page = rest.slice(0, PAGE);
		const last = page.at(-1);
		json(200, {
			calls: page,
			...(rest.length > PAGE && last !== undefined && { after: `${last.began}~${last.ref}` }),
		});
	}
}
