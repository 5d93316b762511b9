import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const MIB = 1024 * 1024;
/** One buffer that every answer is made of: the origin must not be what is measured. */
const PATTERN = randomBytes(MIB);

/** The beginning of an MP4 file of this size: a file type box, and one box of media data up to the end. */
function header(sizeBytes: number): Buffer {
	const bytes = Buffer.from(PATTERN);
	bytes.writeUInt32BE(24, 0);
	bytes.write('ftypisom', 4);
	bytes.writeUInt32BE(512, 12);
	bytes.write('isommp42', 16);
	bytes.writeUInt32BE(1, 24);
	bytes.write('mdat', 28);
	bytes.writeBigUInt64BE(BigInt(sizeBytes - 24), 32);
	return bytes;
}

function sendMedia(response: ServerResponse, sizeBytes: number): void {
	response.writeHead(200, {
		'Content-Type': 'video/mp4',
		'Content-Length': sizeBytes,
		ETag: `"${sizeBytes}"`,
		'Accept-Ranges': 'bytes',
	});
	let next = header(sizeBytes);
	let left = sizeBytes;
	const pump = (): void => {
		while (left > 0 && !response.destroyed) {
			const part = left < next.length ? next.subarray(0, left) : next;
			left -= part.length;
			next = PATTERN;
			if (!response.write(part)) {
				response.once('drain', pump);
				return;
			}
		}
		response.end();
	};
	pump();
}

const json = (response: ServerResponse, body: object): void => {
	response.writeHead(200, { 'Content-Type': 'application/json' });
	response.end(JSON.stringify(body));
};

/**
 * As little of a CXone tenant and a media store as downloads need, in a process of its own: sign-in, download links for
 * recordings named `{bytes}-{anything}`, and the media at `/media/{bytes}/{anything}.mp4`.
 */
const server = createServer((request, response) => {
	const path = new URL(request.url ?? '/', 'http://origin').pathname;
	const media = /^\/media\/(\d+)\//.exec(path);
	const link = /^\/api\/v2\/recording\/((\d+)-[^/]+)\/download$/.exec(path);
	if (media !== null) {
		sendMedia(response, Number(media[1]));
	} else if (link !== null) {
		const url = `http://${request.headers.host}/media/${link[2]}/${link[1]}.mp4`;
		json(response, {
			url,
			contentType: 'video/mp4',
			sizeBytes: Number(link[2]),
			channel: 'combined',
		});
	} else if (path === '/authentication/v1/token/access-key') {
		request.resume();
		json(response, { access_token: 'bench-access', token_type: 'Bearer', expires_in: 36_000 });
	} else {
		response.writeHead(404).end();
	}
});

server.listen(0, '127.0.0.1', () => {
	process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('disconnect', () => process.exit());
