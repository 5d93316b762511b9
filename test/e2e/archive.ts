import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

import type { CredentialImport } from '../../host/n8n';
import { startAuthority, type Authority } from '../evidence/tools';

/** An S3-compatible store that keeps its objects as files, and a time-stamp authority, for the workflows of a test. */
export interface Outside {
	/** The bucket's objects. */
	folder: string;
	/** n8n's credential for the store. */
	credential: CredentialImport;
	/** Where time stamps are asked for. */
	stampUrl: string;
	authority: Authority;
	end: () => Promise<void>;
}

async function listen(
	answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<{ url: string; server: Server }> {
	const server = createServer((request, response) => {
		answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** @param bucket name of the store's one bucket */
export async function startOutside(bucket: string): Promise<Outside> {
	const folder = await mkdtemp(path.join(tmpdir(), 'bucket-'));
	const authority = await startAuthority();
	const store = await listen(async (request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
		const key = decodeURIComponent(pathname).replace(`/${bucket}/`, '');
		const body = await buffer(request);
		if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=KEY/'))
			return void response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
		if (request.method === 'GET' && searchParams.has('location'))
			return void response.end('<LocationConstraint>us-east-1</LocationConstraint>');
		if (request.method !== 'PUT' || key.split('/').includes('..'))
			return void response.writeHead(400).end('<Error><Code>InvalidRequest</Code></Error>');
		await mkdir(path.join(folder, path.dirname(key)), { recursive: true });
		await writeFile(path.join(folder, key), body);
		response.end();
	});
	const stamps = await listen(async (request, response) => {
		if (request.headers['content-type'] !== 'application/timestamp-query')
			return void response.writeHead(415).end();
		response
			.writeHead(200, { 'Content-Type': 'application/timestamp-reply' })
			.end(await authority.stamp(await buffer(request)));
	});
	return {
		folder,
		credential: {
			id: 's3',
			name: 'S3 account',
			type: 's3',
			data: {
				endpoint: store.url,
				region: 'us-east-1',
				accessKeyId: 'KEY',
				secretAccessKey: 'SECRET',
				forcePathStyle: true,
			},
		},
		stampUrl: stamps.url,
		authority,
		end: async () => {
			for (const { server } of [store, stamps]) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
			await authority.remove();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
