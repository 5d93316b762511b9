import { NetworkFailure } from '../../core/http/network-failure';
import {
	cancelled,
	changed,
	describe as inWords,
	encoded,
	endless,
	interrupted,
	MediaError,
	noMore,
	notMediaButText,
	notReady,
	openEnded,
	otherKind,
	otherPart,
	partWithoutVersion,
	purged,
	refused,
	storeFailed,
	tooLargeForStore,
	tooSmall,
	truncated,
	withoutSamples,
	wrongLength,
	type FileInWords,
} from '../../core/media/errors';
import { hintAbout, mebibytes, mostBytesOfStore } from '../../core/media/store-limits';

const file: FileInWords = { recordingId: 'rec-1', channel: 'agent', renewable: true };
const MIB = 1024 * 1024;

const refusal = (
	status: number,
	body: unknown = '',
	of: Partial<FileInWords> = {},
	headers: Record<string, string> = {},
) => refused({ ...file, ...of }, { status, headers, body });

describe('a file that was not delivered', () => {
	it.each([
		['unavailable', () => tooSmall(file, 0, 0)],
		['tooSmall', () => tooSmall(file, 44, 44)],
		['unavailable', () => withoutSamples(file)],
		['incomplete', () => truncated(file, 'WAV', 7)],
		['incomplete', () => wrongLength(file, 5, 9)],
		['notMedia', () => openEnded(file)],
		['changed', () => changed(file, 'its ETag is another one now')],
		['notMedia', () => encoded(file, 'gzip')],
		['otherKind', () => otherKind(file, 'WAV', 'MP3')],
		['notMedia', () => notMediaButText(file, 'media.example.com', '')],
		['store', () => tooLargeForStore(file, 600 * MIB, 512 * MIB)],
		['cancelled', () => cancelled(file, undefined)],
		['transfer', () => noMore(file)],
		['transfer', () => partWithoutVersion(file)],
		['transfer', () => otherPart(file)],
	] as const)('is told why, what and what next: %s', (reason, make) => {
		const error = make();
		expect(error).toBeInstanceOf(MediaError);
		expect(error).toMatchObject({ name: 'MediaError', reason });
		expect(error.message.toLowerCase()).toContain('recording rec-1 (agent)');
		expect(error.message).toMatch(/^[A-Z0-9]/);
		expect(error.description).toMatch(/^[A-Z].*\.$/);
	});

	it.each([
		['transfer', true],
		['incomplete', true],
		['refused', true],
		['purged', true],
		['notMedia', false],
		['changed', false],
		['unreachable', false],
		['cancelled', false],
		['store', false],
	] as const)('because of "%s" is worth another try: %p', (reason, worth) => {
		expect(new MediaError(reason, 'm', 'd').worthAnotherTry).toBe(worth);
	});

	it('tells the facts', () => {
		expect(inWords(file)).toBe('recording rec-1 (agent)');
		expect(tooSmall(file, 44, 1_000).message).toContain('has 44 bytes');
		expect(tooSmall(file, 44, 1_000).description).toContain('Files of 1000 bytes or less');
		expect(truncated(file, 'WAV', 7).message).toContain('ends 7 bytes before its own WAV header');
		expect(wrongLength(file, 5, 9).message).toMatch(/^5 bytes .* came, 9 were promised$/);
		expect(changed(file, 'it shrank').description).toContain('it shrank');
		expect(encoded(file, 'gzip').message).toContain('gzip-compressed');
		expect(otherKind(file, 'WAV', 'MP3').message).toContain('announced as WAV and is MP3');
		expect(otherKind(file, 'WAV', undefined).message).toContain('no media file of a known kind');
		expect(tooLargeForStore(file, 600 * MIB, 512 * MIB).message).toContain(
			"600 MiB; n8n's database takes 512 MiB",
		);
		expect(
			[noMore(file), partWithoutVersion(file), otherPart(file)].map((one) => one.status),
		).toEqual([416, 206, 206]);
	});

	it('tells what else can be asked for, where there is something', () => {
		const instead = 'Ask for the video.';
		for (const make of [(of: FileInWords) => tooSmall(of, 0, 0), withoutSamples]) {
			expect(make({ ...file, instead }).description).toMatch(/\. Ask for the video\.$/);
			expect(make(file).description).not.toContain('undefined');
		}
	});

	it('concerns all where the execution ended, and one where it is too large', () => {
		const reason = new Error('by a person');
		expect(cancelled(file, reason)).toMatchObject({ scope: 'all', cause: reason });
		expect(tooLargeForStore(file, 2, 1).scope).toBe('item');
	});

	it('quotes what came in its place, in part and without secrets', () => {
		const page = notMediaButText(
			{ ...file, secrets: ['pass-word'] },
			'media.example.com',
			`<h1>Sign in</h1> pass-word ${'x'.repeat(500)}`,
		);
		expect(page.description).toMatch(
			/^The file was not stored\. media\.example\.com answered: "Sign in … x{100,200}"\. A sign-in page/,
		);
		expect(notMediaButText(file, 'media.example.com', '').description).toMatch(
			/^The file was not stored\. A sign-in page/,
		);
	});

	it('that began anew too often ends as it did last, with that', () => {
		const last = new MediaError('transfer', 'Broke off.', 'Try again.', 503, 'platform');
		expect(endless(last, 8)).toMatchObject({
			reason: 'transfer',
			message: 'Broke off.',
			status: 503,
			scope: 'platform',
			description: expect.stringMatching(/^Try again\. .* began anew 8 times\.$/) as string,
		});
	});
});

describe('a recording that cannot be downloaded', () => {
	it.each([
		['purged', () => purged('rec-1', 'GIR'), 404, 'GIR had it'],
		['notReady', () => notReady('rec-1', 'Processing'), undefined, "'Processing'"],
		['withoutMedia', () => notReady('rec-1', 'Failed'), undefined, "'Failed'"],
	] as const)('is told why: %s', (reason, make, status, words) => {
		const error = make();
		expect(error).toMatchObject({ reason, status, scope: 'item' });
		expect(error.message).toContain('rec-1');
		expect(error.message).toContain(words);
		expect(error.description).toMatch(/\w \w/);
	});
});

describe('a store that fails', () => {
	const full = (error: unknown) => storeFailed('recording rec-1 (agent)', error);
	it.each([
		[{ code: 'ENOSPC' }, true],
		[{ code: 'EDQUOT' }, true],
		[{ cause: { code: 'ENOSPC' } }, true],
		[{ code: 'EACCES', cause: { code: 'EIO' } }, false],
		[new Error('no'), false],
		[undefined, false],
	])('%p is a full disk: %p', (error, isFull) => {
		const failure = full(error);
		expect(failure).toMatchObject({ reason: 'store', scope: 'all', status: undefined });
		expect(failure.message.includes('disk of n8n is full')).toBe(isFull);
		expect(failure.message).toContain('recording rec-1 (agent)');
		expect(failure.description).toMatch(
			isFull
				? /^No part of the file was kept\. Free some space/
				: /^No part .* Check the disk space/,
		);
	});

	it('is quoted, without secrets', () => {
		expect(full(new Error('at /x?sig=abc')).description).toMatch(/ It said: "at \/x\?…"\.$/);
		for (const silent of [new Error(''), { message: 7 }])
			expect(full(silent).description).not.toContain('It said');
	});

	it('concerns one file where that is too large', () => {
		class FileTooLargeError extends Error {}
		expect(full(new FileTooLargeError('513 MiB')).scope).toBe('item');
	});
});

describe('a transfer that broke off', () => {
	const HOST = 'media.example.com';
	it.each([
		['ECONNRESET', HOST, 'transfer', 'item'],
		['ECONNREFUSED', HOST, 'transfer', 'platform'],
		['ENOTFOUND', HOST, 'unreachable', 'platform'],
		['CERT_HAS_EXPIRED', HOST, 'unreachable', 'platform'],
		['ENOTFOUND', 'elsewhere.example.com', 'unreachable', 'item'],
		['PRIVATE_ADDRESS', HOST, 'unreachable', 'item'],
		['INSECURE_REDIRECT', HOST, 'unreachable', 'item'],
		['EGRESS_BLOCKED', HOST, 'unreachable', 'platform'],
	])('with %s of %s: %s, concerns: %s', (code, host, reason, scope) => {
		const failure = new NetworkFailure(code, host);
		const error = interrupted(file, failure, HOST) as MediaError;
		expect(error).toMatchObject({ reason, scope, status: undefined });
		expect(error.message).toBe(
			`The download of recording rec-1 (agent) broke off: ${failure.what}`,
		);
		expect(error.description).toBe(`Nothing was stored. ${failure.next} (Host: ${host})`);
	});

	it('by anything but the network stays what it is', () => {
		const other = new Error('other');
		expect(interrupted(file, other, HOST)).toBe(other);
		expect(interrupted(file, Object.assign(new Error(), { code: 'EPIPE' }), HOST)).toBeInstanceOf(
			MediaError,
		);
	});
});

describe('a refused media request', () => {
	it.each([
		[404, '', 'purged', 'were purged'],
		[410, '', 'purged', 'were purged'],
		[401, '', 'refused', 'refused the link'],
		[403, '', 'refused', 'refused the link'],
		[400, '<Error><Code>ExpiredToken</Code></Error>', 'refused', 'refused the link'],
		[400, { message: 'SIGNATURE mismatch' }, 'refused', 'refused the link'],
		[400, 'AuthorizationQueryParametersError', 'refused', 'refused the link'],
		[400, 'bad range', 'notMedia', 'answered unexpectedly'],
		[403, '<Code>InvalidObjectState</Code>', 'archived', 'are archived'],
		[409, { error: { code: 'BlobArchived' } }, 'archived', 'are archived'],
		[400, 'InvalidObjectState', 'archived', 'are archived'],
		[500, 'InvalidObjectState', 'transfer', 'could not send'],
		[399, 'InvalidObjectState', 'notMedia', 'answered unexpectedly'],
		[408, '', 'transfer', 'could not send'],
		[425, '', 'transfer', 'could not send'],
		[429, '', 'transfer', 'could not send'],
		[500, '', 'transfer', 'could not send'],
		[502, '', 'transfer', 'could not send'],
		[503, '', 'transfer', 'could not send'],
		[504, '', 'transfer', 'could not send'],
		[302, '', 'notMedia', 'answered unexpectedly'],
		[418, undefined, 'notMedia', 'answered unexpectedly'],
	])('of status %i, %j: %s', (status, body, reason, words) => {
		const error = refusal(status, body);
		expect(error).toMatchObject({ reason, status });
		expect(error.message).toContain(words);
		expect(error.message).toContain('recording rec-1 (agent)');
		expect(error.description).toMatch(new RegExp(`^[A-Z].*\\(HTTP ${status}\\)$`));
		expect(error.description).toMatch(/\w+ \w+.*[.:] /);
	});

	it.each([
		[401, '', { renewable: false }, 'platform'],
		[401, '', { renewable: true }, 'item'],
		[403, '', { renewable: false }, 'item'],
		[429, '', {}, 'platform'],
		[503, '<Code>SlowDown</Code>', {}, 'platform'],
		[503, 'RequestLimitExceeded', {}, 'platform'],
		[503, { code: 'ServerBusy' }, {}, 'platform'],
		[503, 'down', {}, 'item'],
		[500, 'SlowDown', {}, 'item'],
	])('of status %i, %j, %j concerns: %4$s', (status, body, of, scope) => {
		expect(refusal(status, body, of).scope).toBe(scope);
	});

	it('says whether another link was tried', () => {
		expect(refusal(403).description).toMatch(/^A fresh link did not help\. Check that the clock/);
		expect(refusal(403, '', { renewable: false }).description).toMatch(/^Check that the clock/);
	});

	it('is told in the words of the platform where there are some, and quotes the store without secrets', () => {
		const error = refusal(
			404,
			{ message: 'no such pass-word' },
			{
				secrets: ['pass-word'],
				advise: ({ status }) =>
					status === 404 ? { message: 'Moved', description: 'Look there.' } : undefined,
			},
		);
		expect(error).toMatchObject({ reason: 'purged', message: 'Moved' });
		expect(error.description).toBe('Look there. The answer said: "no such …" (HTTP 404)');
		expect(refusal(410, '', { advise: () => undefined }).message).toContain('were purged');
	});

	it('keeps how long the store asks to wait', () => {
		expect(refusal(503, '', {}, { 'retry-after': '9' }).retryAfterMs).toBe(9_000);
		expect(refusal(503).retryAfterMs).toBeUndefined();
	});
});

describe("the limit of n8n's store", () => {
	it.each([
		[{}, undefined],
		[{ EXECUTIONS_MODE: 'regular' }, undefined],
		[{ EXECUTIONS_MODE: 'queue' }, 512 * MIB],
		[{ EXECUTIONS_MODE: 'queue', N8N_DEFAULT_BINARY_DATA_MODE: 's3' }, undefined],
		[{ N8N_DEFAULT_BINARY_DATA_MODE: 'database' }, 512 * MIB],
		[
			{ N8N_DEFAULT_BINARY_DATA_MODE: 'database', N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE: '64' },
			64 * MIB,
		],
		[
			{ N8N_DEFAULT_BINARY_DATA_MODE: 'database', N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE: 'x' },
			undefined,
		],
		[{ EXECUTIONS_MODE: 'queue', N8N_CONFIG_FILES: '/a' }, undefined],
		[{ EXECUTIONS_MODE: 'queue', N8N_DEFAULT_BINARY_DATA_MODE_FILE: '/a' }, undefined],
		[{ EXECUTIONS_MODE: 'queue', N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE_FILE: '/a' }, undefined],
	])('with %j is %p bytes', (env, most) => {
		expect(mostBytesOfStore(env)).toBe(most);
	});

	it('is warned of where a file in the database may never be read again', () => {
		expect(hintAbout('a.wav', 250 * MIB + 1, 'database')).toMatch(/^a\.wav has 251 MiB/);
		expect(hintAbout('a.wav', 250 * MIB, 'database')).toBeUndefined();
		expect(hintAbout('a.wav', 900 * MIB, 'filesystem-v2')).toBeUndefined();
		expect(mebibytes(3 * MIB - 1)).toBe('2 MiB');
	});
});
