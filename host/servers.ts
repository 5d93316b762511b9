import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import {
	exitOf,
	freePorts,
	killTree,
	onPath,
	removeAtExit,
	removeNow,
	spawnTracked,
} from './processes';

/** A Redis and a PostgreSQL, for n8n's queue mode. */
export interface QueueServers {
	/** The environment variables by which n8n finds them. */
	env: Record<string, string>;
	/** Ends them and removes their data, where they were started for this. */
	stop(): Promise<void>;
}

/** Where servers that run already are, as in a CI job with services: `redis://:password@host:port`, `postgres://user:password@host:port/database`. */
const REDIS_URL = 'CALL_RECORDINGS_REDIS_URL';
const POSTGRES_URL = 'CALL_RECORDINGS_POSTGRES_URL';

const START_TIMEOUT_MS = 60_000;
/** Where Debian, Fedora and Homebrew put programs of PostgreSQL that are not on the PATH. */
const POSTGRES_HOMES = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];

interface Programs {
	redis: string;
	initdb: string;
	postgres: string;
}

/** The folder with PostgreSQL's programs; of several versions the newest. */
function postgresFolder(): string | undefined {
	const packaged = POSTGRES_HOMES.flatMap((home) =>
		existsSync(home) ? readdirSync(home).map((version) => join(home, version, 'bin')) : [],
	)
		.filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
		.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
		.at(-1);
	const initdb = onPath('initdb');
	return (
		packaged ??
		(initdb !== undefined && onPath('postgres') !== undefined ? join(initdb, '..') : undefined)
	);
}

function findPrograms(): Programs | string {
	const redis = onPath('redis-server') ?? onPath('valkey-server');
	const folder = postgresFolder();
	if (redis !== undefined && folder !== undefined) {
		return { redis, initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
	}
	const missing = [
		redis === undefined && 'redis-server',
		folder === undefined && 'PostgreSQL',
	].filter(Boolean);
	return `${missing.join(' and ')} not found (Debian and Ubuntu: apt-get install redis-server postgresql)`;
}

/** Why queue mode cannot be tried on this machine, a clause for people; undefined where it can. */
export function whyNoQueueServers(): string | undefined {
	if (process.env[REDIS_URL] !== undefined && process.env[POSTGRES_URL] !== undefined)
		return undefined;
	if (process.platform === 'win32') return 'servers are started on Linux and macOS only';
	const found = findPrograms();
	return typeof found === 'string' ? found : undefined;
}

/**
 * A Redis and a PostgreSQL of this run's own, on free loopback ports and with passwords of their own; or those that
 * {@link REDIS_URL} and {@link POSTGRES_URL} name.
 *
 * @throws Error with the end of the server's log when one does not start
 */
export async function startQueueServers(): Promise<QueueServers> {
	const given = givenServers();
	if (given !== undefined) return { env: given, stop: async () => await Promise.resolve() };
	const programs = findPrograms();
	if (typeof programs === 'string') throw new Error(programs);
	const folder = await mkdtemp(join(tmpdir(), 'call-recordings-queue-'));
	removeAtExit(folder);
	const [redisPort = 0, postgresPort = 0] = await freePorts(2);
	const password = randomBytes(16).toString('hex');
	const servers: ChildProcess[] = [];
	const stop = async (): Promise<void> => {
		for (const server of servers) killTree(server, 'SIGKILL');
		await Promise.all(servers.map(exitOf));
		removeNow(folder);
	};
	try {
		servers.push(await startRedis(programs, folder, redisPort, password));
		servers.push(await startPostgres(programs, folder, postgresPort, password));
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		env: environmentFor(
			new URL(`redis://:${password}@127.0.0.1:${redisPort}`),
			new URL(`postgres://n8n:${password}@127.0.0.1:${postgresPort}/postgres`),
		),
		stop,
	};
}

function givenServers(): Record<string, string> | undefined {
	const redis = process.env[REDIS_URL];
	const postgres = process.env[POSTGRES_URL];
	return redis === undefined || postgres === undefined
		? undefined
		: environmentFor(new URL(redis), new URL(postgres));
}

function environmentFor(redis: URL, postgres: URL): Record<string, string> {
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: redis.hostname,
		QUEUE_BULL_REDIS_PORT: redis.port || '6379',
		...(redis.password !== '' && { QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(redis.password) }),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: postgres.hostname,
		DB_POSTGRESDB_PORT: postgres.port || '5432',
		DB_POSTGRESDB_DATABASE: postgres.pathname.slice(1),
		DB_POSTGRESDB_USER: decodeURIComponent(postgres.username),
		DB_POSTGRESDB_PASSWORD: decodeURIComponent(postgres.password),
	};
}

async function startRedis(
	programs: Programs,
	folder: string,
	port: number,
	password: string,
): Promise<ChildProcess> {
	const settings = join(folder, 'redis.conf');
	// A file, because other users of the machine can read a command line.
	await writeFile(
		settings,
		`bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\nappendonly no\ndir "${folder}"\nlogfile "${join(folder, 'redis.log')}"\n`,
		{ mode: 0o600 },
	);
	const server = spawnServer(programs.redis, [settings]);
	await untilListening(server, port, join(folder, 'redis.log'), 'Redis');
	return server;
}

async function startPostgres(
	programs: Programs,
	folder: string,
	port: number,
	password: string,
): Promise<ChildProcess> {
	const owner = databaseOwner();
	const data = await mkdtemp(join(folder, 'postgres-'));
	const passwordFile = join(folder, 'password');
	await writeFile(passwordFile, password, { mode: 0o600 });
	// The owner has to get through to its folder.
	await chmod(folder, 0o755);
	if (owner !== undefined)
		for (const path of [data, passwordFile]) await chown(path, owner.uid, owner.gid);
	const made = spawnSync(
		programs.initdb,
		[
			'--pgdata',
			data,
			'--username',
			'n8n',
			'--pwfile',
			passwordFile,
			'--auth',
			'scram-sha-256',
			'--encoding',
			'UTF8',
			'--no-locale',
			'--no-sync',
		],
		{ ...owner, cwd: '/', encoding: 'utf8', env: { PATH: process.env.PATH } },
	);
	if (made.status !== 0)
		throw new Error(`PostgreSQL's initdb failed: ${made.error?.message ?? ''}${made.stderr}`);
	const log = join(data, 'log', 'postgres.log');
	const settings: Record<string, string> = {
		listen_addresses: '127.0.0.1',
		port: String(port),
		unix_socket_directories: '',
		logging_collector: 'on',
		log_filename: 'postgres.log',
		// The data need not outlive the run.
		fsync: 'off',
		synchronous_commit: 'off',
	};
	const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const server = spawnServer(programs.postgres, ['-D', data, ...args], {
		...owner,
		env: { PATH: process.env.PATH },
	});
	await untilListening(server, port, log, 'PostgreSQL');
	return server;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function databaseOwner(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) =>
		Number.parseInt(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout, 10);
	const [uid, gid] = [id('-u'), id('-g')];
	if (Number.isNaN(uid) || Number.isNaN(gid))
		throw new Error(
			"PostgreSQL does not run as root, and there is no user 'postgres' to run it as",
		);
	return { uid, gid };
}

/**
 * Starts a server that ends with this process, also when that is killed outright: a shell beside it waits for the end of
 * a pipe that only this process holds.
 */
function spawnServer(program: string, args: string[], options: SpawnOptions = {}): ChildProcess {
	const script =
		'exec 3<&0; "$@" </dev/null 3<&- & server=$!; (cat <&3 >/dev/null; kill -9 "$server") & wait "$server"';
	return spawnTracked('/bin/sh', ['-c', script, 'sh', program, ...args], {
		cwd: '/',
		...options,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
}

async function untilListening(
	server: ChildProcess,
	port: number,
	log: string,
	name: string,
): Promise<void> {
	for (
		const deadline = Date.now() + START_TIMEOUT_MS;
		Date.now() < deadline && server.exitCode === null;
		await sleep(100)
	) {
		const listening = await new Promise<boolean>((resolve) => {
			const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
				resolve(false),
			);
			socket.on('connect', () => socket.destroy());
		});
		if (listening) return;
	}
	const said = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-10).join('\n') : '';
	throw new Error(`${name} did not start on port ${port}. ${said}`);
}
