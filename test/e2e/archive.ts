import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

import type { CredentialImport } from '../../host/n8n';
import { startAuthority, type Authority } from '../evidence/tools';

/**
 * n8n's AWS S3 node goes to another store than that of AWS only where the bucket's name has a dot: it then is in the path, not
 * in the host name.
 */
export const BUCKET = 'call.recordings';

/** An S3-compatible store that keeps its objects as files, a time-stamp authority and a CRM, for the workflows of a test. */
export interface Outside {
	/** The bucket's objects. */
	folder: string;
	/** The most bytes that came with one request. */
	largestPart: () => number;
	/** n8n's credential for the store. */
	credential: CredentialImport;
	/** Where time stamps are asked for. */
	stampUrl: string;
	/** Where notes are posted, and what was. */
	crmUrl: string;
	notes: Array<Record<string, unknown>>;
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

/** An answer as S3 words it. */
const xml = (element: string, content: string) =>
	`<?xml version="1.0" encoding="UTF-8"?>\n<${element} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${element}>`;
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** The operations on objects that uploading takes: at once, and in parts. */
async function startStore(folder: string) {
	const uploads = new Map<string, Buffer[]>();
	let largestPart = 0;
	const listening = await listen(async (request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
		const key = decodeURIComponent(pathname).replace(`/${BUCKET}/`, '');
		const body = await buffer(request);
		const refuse = (status: number, code: string) =>
			void response.writeHead(status).end(xml('Error', `<Code>${code}</Code>`));
		if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=KEY/'))
			return refuse(403, 'AccessDenied');
		const digest = request.headers['content-md5'];
		if (digest !== undefined && digest !== Buffer.from(md5(body), 'hex').toString('base64'))
			return refuse(400, 'BadDigest');
		if (searchParams.has('location'))
			return void response.end(xml('LocationConstraint', 'us-east-1'));
		if (!pathname.startsWith(`/${BUCKET}/`) || key.split('/').includes('..'))
			return refuse(404, 'NoSuchBucket');
		const store = async (bytes: Buffer) => {
			await mkdir(path.join(folder, path.dirname(key)), { recursive: true });
			await writeFile(path.join(folder, key), bytes);
		};
		largestPart = Math.max(largestPart, body.length);
		if (request.method === 'POST' && searchParams.has('uploads')) {
			const id = `upload-${uploads.size}`;
			uploads.set(id, []);
			return void response.end(xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`));
		}
		const id = searchParams.get('uploadId');
		if (id === null) {
			if (request.method !== 'PUT') return refuse(405, 'MethodNotAllowed');
			await store(body);
			return void response.setHeader('ETag', `"${md5(body)}"`).end();
		}
		const parts = uploads.get(id);
		if (parts === undefined) return refuse(404, 'NoSuchUpload');
		if (request.method === 'PUT') {
			parts[Number(searchParams.get('partNumber')) - 1] = body;
			return void response.setHeader('ETag', `"${md5(body)}"`).end();
		}
		if (request.method === 'GET') {
			const list = parts.map(
				(part, index) =>
					`<Part><PartNumber>${index + 1}</PartNumber><ETag>"${md5(part)}"</ETag></Part>`,
			);
			return void response.end(xml('ListPartsResult', list.join('')));
		}
		uploads.delete(id);
		if (request.method === 'DELETE') return void response.writeHead(204).end();
		const named = [...body.toString().matchAll(/<ETag>"?([^<"&]+)/g)].map(([, tag]) => tag);
		if (named.join() !== parts.map(md5).join()) return refuse(400, 'InvalidPart');
		await store(Buffer.concat(parts));
		response.end(xml('CompleteMultipartUploadResult', `<Key>${key}</Key>`));
	});
	return { ...listening, largestPart: () => largestPart };
}

export async function startOutside(): Promise<Outside> {
	const folder = await mkdtemp(path.join(tmpdir(), 'bucket-'));
	const authority = await startAuthority();
	const store = await startStore(folder);
	const notes: Outside['notes'] = [];
	const crm = await listen(async (request, response) => {
		notes.push(JSON.parse((await buffer(request)).toString()) as Record<string, unknown>);
		response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
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
		largestPart: store.largestPart,
		credential: {
			id: 'aws',
			name: 'AWS account',
			type: 'aws',
			data: {
				region: 'us-east-1',
				accessKeyId: 'KEY',
				secretAccessKey: 'SECRET',
				customEndpoints: true,
				s3Endpoint: store.url,
			},
		},
		crmUrl: crm.url,
		notes,
		stampUrl: stamps.url,
		authority,
		end: async () => {
			for (const { server } of [store, stamps, crm]) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
			await authority.remove();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
