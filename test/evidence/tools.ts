import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a command put out, and how it ended. */
export interface Outcome {
	code: number;
	/** Both streams. */
	text: string;
}

/** Runs a command as an auditor would; never rejects. */
export async function run(command: string, args: string[], cwd: string): Promise<Outcome> {
	return await new Promise((resolve) => {
		execFile(command, args, { cwd, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
			resolve({
				code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
				text: stdout + stderr,
			});
		});
	});
}

/** A folder of its own, and how to be rid of it. */
export async function newFolder(): Promise<{
	folder: string;
	write: (file: string, bytes: Buffer | string) => Promise<void>;
	remove: () => Promise<void>;
}> {
	const folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
	return {
		folder,
		write: async (file, bytes) => {
			await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
			await writeFile(path.join(folder, file), bytes);
		},
		remove: async () => await rm(folder, { recursive: true, force: true }),
	};
}

const CONFIG = `[ tsa ]
default_tsa = authority
[ authority ]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
`;

/** A time-stamp authority made of openssl. */
export interface Authority {
	/** The certificate to trust. */
	certificate: string;
	/** Answers a request (RFC 3161). */
	stamp: (request: Buffer) => Promise<Buffer>;
	remove: () => Promise<void>;
}

/** Makes the keys and certificates of a time-stamp authority. */
export async function startAuthority(): Promise<Authority> {
	const { folder, write, remove } = await newFolder();
	await write('tsa.cnf', CONFIG);
	await write('serial', '01\n');
	await write('extension', 'extendedKeyUsage=critical,timeStamping\n');
	const openssl = async (line: string) => {
		const { code, text } = await run('openssl', line.split(' '), folder);
		if (code !== 0) throw new Error(`openssl ${line}: ${text}`);
	};
	const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
	await openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -subj /CN=TestRoot -days 30`);
	await openssl(`req ${key} -keyout tsa.key -out tsa.csr -subj /CN=TestAuthority`);
	await openssl(
		'x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile extension',
	);
	let count = 0;
	return {
		certificate: path.join(folder, 'ca.pem'),
		stamp: async (request) => {
			const name = `${++count}`;
			await write(`${name}.tsq`, request);
			await openssl(`ts -reply -config tsa.cnf -queryfile ${name}.tsq -out ${name}.tsr`);
			return await readFile(path.join(folder, `${name}.tsr`));
		},
		remove,
	};
}
