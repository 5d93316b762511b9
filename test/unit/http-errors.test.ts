import type { IHttpRequestOptions, INode, NodeApiError } from 'n8n-workflow';

import type { RequestContext } from '../../core/context';
import {
	failedItem,
	networkError,
	parseReply,
	replyError,
	toNodeError,
} from '../../core/http/errors';
import { NetworkFailure, networkCode } from '../../core/http/network-failure';
import { withNextStep, withReason } from '../../core/http/reason';
import { keepSecret, quote, reasonOf, redact } from '../../core/http/redact';
import type { Reply } from '../../core/http/retry';
import { scopeOf, withScope } from '../../core/http/scope';
import { sendThroughN8n, type HelperRequest } from '../../core/http/send';
import { z } from '../../core/vendor';

const node: INode = {
	id: '1',
	name: 'Search',
	type: 'search',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const request = { node, vendor: 'CXone', doing: 'search recordings' };

const reply = (
	status: number,
	body: unknown = '',
	rest: Partial<Omit<Reply, 'status' | 'body'>> = {},
): Reply => ({ status, headers: {}, body, ...rest });

describe('an answer that is none', () => {
	it.each([
		[400, 'did not understand the request to search recordings', 'Check the values of this node'],
		[401, 'did not accept the sign-in when asked to search recordings', 'Open the credential'],
		[403, 'may not search recordings', 'Ask the CXone administrator for the permission'],
		[404, 'found nothing when asked to search recordings', 'Check the identifier'],
		[
			429,
			'received too many requests and refused to search recordings',
			'Lower the request budget',
		],
		[500, 'could not search recordings just now (HTTP 500)', 'Try again later'],
		[503, 'could not search recordings just now (HTTP 503)', 'Try again later'],
		[
			300,
			'pointed to another address when asked to search recordings',
			'Check the area or base URL',
		],
		[
			399,
			'pointed to another address when asked to search recordings',
			'Check the area or base URL',
		],
		[
			418,
			'gave an unexpected answer (HTTP 418) when asked to search recordings',
			'Try again later',
		],
		[
			299,
			'gave an unexpected answer (HTTP 299) when asked to search recordings',
			'Try again later',
		],
	])('of status %i says what happened and what to do', (status, message, next) => {
		const error = replyError(request, reply(status));
		expect(error.message).toContain(message);
		expect(error.description).toContain(next);
		expect(error.description).toContain(`(HTTP ${status})`);
		expect(error.httpCode).toBe(String(status));
		expect(error.node).toBe(node);
	});

	it.each([
		[401, 'platform'],
		[403, 'platform'],
		[429, 'platform'],
		[502, 'platform'],
		[503, 'platform'],
		[300, 'platform'],
		[307, 'platform'],
		[399, 'platform'],
		[299, 'item'],
		[400, 'item'],
		[404, 'item'],
		[409, 'item'],
		[500, 'item'],
		[504, 'item'],
	])('of status %i concerns: %s', (status, scope) => {
		expect(scopeOf(replyError(request, reply(status)))).toBe(scope);
	});

	it.each([
		[401, { cause: 'credential-invalid' }],
		[429, { cause: 'rate-limited', retryAfterMs: 7_000 }],
		[500, { cause: 'temporarily-unavailable', retryAfterMs: 7_000 }],
		[503, { cause: 'temporarily-unavailable', retryAfterMs: 7_000 }],
		[400, { cause: 'configuration-invalid' }],
		[404, { cause: 'configuration-invalid' }],
		[302, undefined],
	])('of status %i tells n8n why: %j', (status, failure) => {
		const error = replyError(request, reply(status, '', { headers: { 'retry-after': '7' } }));
		expect(error.failure).toEqual(failure);
	});

	it('is quoted with its own words', () => {
		expect(replyError(request, reply(400, { message: 'No such field' })).description).toMatch(
			/CXone said: "No such field" \(HTTP 400\)$/,
		);
	});

	it('is told in the words of the vendor where there are some, with whom it concerns', () => {
		const error = replyError(request, reply(404), {
			message: 'Purged',
			description: 'It is gone.',
			scope: 'platform',
			reason: 'purged',
		});
		expect(error).toMatchObject({ message: 'Purged', scope: 'platform', reason: 'purged' });
		expect(error.description).toBe('It is gone. (HTTP 404)');
		const step = withNextStep(error, error, { purged: "Set 'API' to another one." });
		expect(step.description).toBe("It is gone. Set 'API' to another one. (HTTP 404)");
		expect(replyError(request, reply(404), undefined).message).toContain('found nothing');
	});

	it.each([
		[429, {}, undefined, 'The node did not wait and ask again.'],
		[202, {}, { attempts: 1, waitedMs: 0 }, 'The node did not wait and ask again.'],
		[425, {}, { attempts: 3, waitedMs: 6_200 }, 'The node asked 3 times within 7 seconds.'],
		[429, {}, { attempts: 2, waitedMs: 1_000 }, 'The node asked 2 times within 1 second.'],
		[
			429,
			{ 'retry-after': '600' },
			{ attempts: 1, waitedMs: 0 },
			'The node did not wait and ask again. CXone asks to wait 600 seconds, which is longer than the node may wait.',
		],
		[
			429,
			{ 'retry-after': '600' },
			{ attempts: 2, waitedMs: 5_000 },
			'The node asked 2 times within 5 seconds. CXone asks to wait another 600 seconds, which is longer than the node may still wait.',
		],
		[429, { 'retry-after': '0' }, undefined, 'The node did not wait and ask again.'],
	])('of status %i with %j after %j says: "%4$s"', (status, headers, effort, words) => {
		const { description } = replyError(request, reply(status, '', { headers, effort }));
		expect(description).toContain(` ${words} (HTTP ${status})`);
	});

	it('claims no waiting where there was no reason to', () => {
		const effort = { attempts: 3, waitedMs: 6_000 };
		expect(replyError(request, reply(503, '', { effort })).description).not.toContain('The node');
	});
});

describe('an answer that never came', () => {
	const NEVER_ARRIVED = [
		'ENOTFOUND',
		'EAI_AGAIN',
		'ECONNREFUSED',
		'EHOSTUNREACH',
		'ENETUNREACH',
		'UND_ERR_CONNECT_TIMEOUT',
		'CERT_HAS_EXPIRED',
		'EGRESS_BLOCKED',
		'PRIVATE_ADDRESS',
		'INSECURE_REDIRECT',
	];
	const MAY_HAVE_ARRIVED = [
		'ETIMEDOUT',
		'ECONNRESET',
		'EPIPE',
		'ECONNABORTED',
		'UND_ERR_HEADERS_TIMEOUT',
		'UND_ERR_BODY_TIMEOUT',
		'UND_ERR_SOCKET',
		'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
		'UND_ERR_ANYTHING',
		'HPE_INVALID_CONSTANT',
	];
	const NEVER_WILL = [
		'ENOTFOUND',
		'CERT_HAS_EXPIRED',
		'EGRESS_BLOCKED',
		'PRIVATE_ADDRESS',
		'INSECURE_REDIRECT',
	];

	it('tells which requests certainly did not arrive: only those may be sent again whatever they do', () => {
		const maybeSent = (code: string) => new NetworkFailure(code, 'host').maybeSent;
		expect(NEVER_ARRIVED.filter(maybeSent)).toEqual([]);
		expect(MAY_HAVE_ARRIVED.filter(maybeSent)).toEqual(MAY_HAVE_ARRIVED);
	});

	it('tells where trying again can help', () => {
		const final = [...NEVER_ARRIVED, ...MAY_HAVE_ARRIVED].filter(
			(code) => !new NetworkFailure(code, 'host').retryable,
		);
		expect(final).toEqual(NEVER_WILL);
	});

	it('says of each what happened, of which host, and what to do', () => {
		for (const code of [...NEVER_ARRIVED, ...MAY_HAVE_ARRIVED]) {
			const failure = new NetworkFailure(code, 'api.example.com');
			expect(failure).toMatchObject({ name: 'NetworkFailure', code, host: 'api.example.com' });
			expect(failure.message).toBe(`api.example.com: ${failure.what}`);
			const error = networkError(request, failure);
			expect(error.message).toBe(`CXone could not be asked to search recordings: ${failure.what}`);
			expect(error.description).toBe(
				`${failure.next} (Host: api.example.com, ${code.toLowerCase()})`,
			);
			expect(failure.what).toMatch(/\w+ \w+/);
			expect(failure.next).toMatch(/\w+ \w+.*\.$/);
			expect(scopeOf(error)).toBe('platform');
			expect(error.httpCode).toBeNull();
			expect(error.failure).toEqual({
				cause: NEVER_WILL.includes(code) ? 'configuration-invalid' : 'temporarily-unavailable',
			});
		}
	});

	it.each(['HPE_INVALID', 'HPE_INVALID_CONSTANT'])('%s is what came, and no silence', (code) => {
		expect(new NetworkFailure(code, 'host').what).toBe('what came from the host is no proper HTTP');
	});

	it.each([
		'CERT_HAS_EXPIRED',
		'ERR_TLS_CERT_ALTNAME_INVALID',
		'ERR_SSL_WRONG_VERSION_NUMBER',
		'DEPTH_ZERO_SELF_SIGNED_CERT',
		'SELF_SIGNED_CERT_IN_CHAIN',
		'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
		'EPROTO',
	])('%s is a certificate that is not trusted', (code) => {
		expect(new NetworkFailure(code, 'host').what).toContain('certificate is not trusted');
		expect(networkCode({ code })).toBe(code);
	});

	it('is told with care where the request may have run', () => {
		const advice = { message: 'Unknown whether it is masked', description: 'Look first.' };
		const error = networkError(request, new NetworkFailure('ECONNRESET', 'host'), advice);
		expect(error.message).toBe('Unknown whether it is masked');
		expect(error.description).toBe(
			'Look first. What happened: the connection was cut. (Host: host, econnreset)',
		);
		expect(error).not.toHaveProperty('reason');
		const known = networkError(request, new NetworkFailure('ECONNRESET', 'host'), {
			...advice,
			reason: 'unknown',
		});
		expect(withNextStep(known, known, { unknown: 'Then ask.' }).description).toBe(
			'Look first. Then ask. What happened: the connection was cut. (Host: host, econnreset)',
		);
	});

	it.each([
		[{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
		[{ httpCode: 'ETIMEDOUT' }, 'ETIMEDOUT'],
		[{ code: 500, httpCode: '500', cause: { code: 'EPIPE' } }, 'EPIPE'],
		[{ cause: { cause: { cause: { code: 'ENOTFOUND' } } } }, 'ENOTFOUND'],
		[{ errors: [{ code: 'ECONNREFUSED' }, { code: 'ENETUNREACH' }] }, 'ECONNREFUSED'],
		[{ code: 'UND_ERR_INFO' }, 'UND_ERR_INFO'],
		[{ code: 'HPE_INVALID_HEADER_TOKEN' }, 'HPE_INVALID_HEADER_TOKEN'],
		[{ name: 'HTTPParserError', code: undefined }, 'HPE_INVALID'],
		[{ name: 'HTTPParserError', code: 'HPE_CB_MESSAGE_BEGIN' }, 'HPE_CB_MESSAGE_BEGIN'],
		[{ code: 'ENETDOWN' }, 'ENETDOWN'],
		[{ code: 'EHOSTDOWN' }, 'EHOSTDOWN'],
		[{ code: 'EADDRNOTAVAIL' }, 'EADDRNOTAVAIL'],
		[{ code: 'ENETRESET' }, 'ENETRESET'],
		[{ code: 'ERR_NETWORK' }, 'ERR_NETWORK'],
		[{ code: 'ERR_BAD_RESPONSE' }, 'ERR_BAD_RESPONSE'],
		[{ name: 'SsrfBlockedIpError' }, 'EGRESS_BLOCKED'],
		[{ cause: { name: 'SsrfBlockedHostnameError' } }, 'EGRESS_BLOCKED'],
		[{ code: 'ENOSPC' }, undefined],
		[{ code: 'NOT_UND_ERR_X' }, undefined],
		[{ code: 'toString' }, undefined],
		[{ code: 'NO_CERT_HERE' }, undefined],
		[{ errors: 'ECONNREFUSED' }, undefined],
		['ECONNREFUSED', undefined],
		[null, undefined],
	])('is known by its code: %j is %p', (error, code) => {
		expect(networkCode(error)).toBe(code);
	});

	it('is looked for no further than errors reach', () => {
		const error: { code?: string; cause?: unknown } = {};
		error.cause = error;
		expect(networkCode(error)).toBeUndefined();
	});
});

describe("a request by n8n's own helper", () => {
	type Sent = { credentialType: string; options: IHttpRequestOptions };
	/** Sends one, to which n8n's helper answers, or throws, like this. */
	async function send(
		answer: () => unknown,
		more: Partial<HelperRequest> = {},
		signal?: AbortSignal,
	): Promise<{ reply: Reply; sent: Sent }> {
		let sent: Sent | undefined;
		const helpers = {
			httpRequestWithAuthentication: async (
				credentialType: string,
				options: IHttpRequestOptions,
			) => {
				sent = { credentialType, options };
				return await (answer() as Promise<unknown>);
			},
		};
		const reply = await sendThroughN8n(
			{ context: { helpers } as unknown as RequestContext, signal },
			{
				credentialType: 'genesysBasicApi',
				method: 'GET',
				baseUrl: 'https://api.example.com/gir',
				path: '/recordings',
				...more,
			},
		);
		return { reply, sent: sent! };
	}
	const fails = (error: unknown) => async () => {
		throw error;
	};

	it('carries what was set for it, and never a redirect', async () => {
		const proxy = { host: 'proxy', port: 3128 };
		const answer = async () => ({
			statusCode: 404,
			headers: { 'X-A': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'] },
			body: 'none',
		});
		const { reply, sent } = await send(answer, {
			proxy,
			allowedDomains: 'example.com',
			headers: { 'x-b': '3' },
		});
		expect(sent).toMatchObject({
			credentialType: 'genesysBasicApi',
			options: {
				proxy,
				allowedDomains: 'example.com',
				headers: { accept: 'application/json', 'x-b': '3' },
				disableFollowRedirect: true,
				skipSslCertificateValidation: false,
				timeout: 60_000,
			},
		});
		expect(reply).toEqual({
			status: 404,
			headers: { 'x-a': '1, 2', 'set-cookie': 'a=1, b=2' },
			body: 'none',
			setCookies: ['a=1', 'b=2'],
		});
	});

	it('is answered by what an n8n throws that throws answers, however deep it lies', async () => {
		const response = { status: 503, headers: { 'Retry-After': '7' }, data: { message: 'down' } };
		for (const thrown of [{ response }, { cause: { cause: { response } } }])
			expect((await send(fails(thrown))).reply).toEqual({
				status: 503,
				headers: { 'retry-after': '7' },
				body: { message: 'down' },
			});
		expect((await send(fails({ response: { status: 300 } }))).reply).toEqual({
			status: 300,
			headers: {},
			body: undefined,
		});
	});

	it('has broken off where a success was thrown', async () => {
		for (const status of [200, 299])
			await expect(send(fails({ response: { status } }))).rejects.toMatchObject({
				code: 'ECONNRESET',
				host: 'api.example.com',
			});
	});

	it('fails as the network did, or as n8n says', async () => {
		await expect(send(fails({ cause: { code: 'ECONNREFUSED' } }))).rejects.toMatchObject({
			code: 'ECONNREFUSED',
			host: 'api.example.com',
		});
		for (const thrown of [
			new Error('no credential'),
			'text',
			null,
			{ response: { status: '200' } },
		])
			await expect(send(fails(thrown))).rejects.toBe(thrown);
		const ring: { cause?: unknown } = {};
		ring.cause = ring;
		await expect(send(fails(ring))).rejects.toBe(ring);
	});

	it('ends with its signal, whatever n8n throws', async () => {
		const cancel = new AbortController();
		const answer = () => {
			cancel.abort(new Error('cancelled'));
			throw new Error('socket hang up');
		};
		await expect(send(answer, {}, cancel.signal)).rejects.toThrow('cancelled');
	});
});

describe('an answer of another form', () => {
	const schema = z.object({ rows: z.array(z.object({ id: z.string() })) });
	const refusal = (body: unknown) => {
		try {
			parseReply(request, schema, body);
		} catch (error) {
			return error as NodeApiError;
		}
		throw new Error('It was read');
	};

	it('names the place and what was expected there', () => {
		const error = refusal({ rows: [{ id: 'a' }, { id: 7 }] });
		expect(error.message).toBe(
			"CXone's answer has an unexpected form, so nothing was taken from it",
		);
		expect(error.description).toBe(
			"When asked to search recordings: 'rows[1].id' expected string, received number. The service may have changed, or a proxy answered in its place.",
		);
	});

	it('shows how a page begins that came in its place', () => {
		const { description } = refusal(`<h1>Gateway</h1> ${'down '.repeat(100)}`);
		expect(description).toContain('the answer expected object, received string');
		expect(description).toMatch(/; it begins: "Gateway down down .{0,110}"\.$/);
		expect(refusal('').description).not.toContain('it begins');
	});

	it('is what was asked for otherwise', () => {
		expect(parseReply(request, schema, { rows: [{ id: 'a', more: 1 }] })).toEqual({
			rows: [{ id: 'a' }],
		});
	});
});

describe('any other error', () => {
	it('stays what it is where n8n knows it, with its item', () => {
		const error = replyError(request, reply(404));
		expect(toNodeError(node, error, 3)).toBe(error);
		expect(error.context.itemIndex).toBe(3);
		toNodeError(node, error);
		expect(error.context.itemIndex).toBe(3);
	});

	it('becomes one of the node, of its item, without secrets in text and stack', () => {
		const wrong = Object.assign(new Error('at https://x.example.com/?sig=s3cr3t'), {
			description: 'Bearer s3cr3tToken',
		});
		const error = toNodeError(node, withScope(wrong, 'all'), 2);
		expect(error).toMatchObject({ node, scope: 'all', context: { itemIndex: 2 } });
		expect(error.message).toBe('at https://x.example.com/?…');
		expect(error.description).toBe('Bearer …');
		expect(error.stack).not.toContain('s3cr3t');
		expect(error.stack).toContain('http-errors.test');
	});

	it.each([[new Error('')], [{}], [{ message: 7 }]])('has words where it has none: %p', (wrong) => {
		const error = toNodeError(node, wrong);
		expect(error).toMatchObject({ scope: 'item' });
		expect(error.message).toBe('The node stopped for an unknown reason');
		expect(error.description ?? undefined).toBeUndefined();
	});

	it.each([[{ status: 503 }], [{ httpStatus: 503 }], [{ status: 503, httpStatus: 200 }]])(
		'that knows its status is told as one: %j',
		(status) => {
			const error = toNodeError(
				node,
				Object.assign(new Error('No file'), { description: 'Ask again.', ...status }),
				1,
			) as NodeApiError;
			expect(error).toMatchObject({
				message: 'No file',
				description: 'Ask again.',
				httpCode: '503',
				failure: { cause: 'temporarily-unavailable' },
				context: { itemIndex: 1 },
			});
		},
	);

	it('goes to the error output with its next step, unless the node stops', () => {
		const failing = (error: object, isOn = true, cancelled?: AbortSignal) =>
			failedItem({ getNode: () => node, continueOnFail: () => isOn }, error, 2, {
				nextSteps: { why: 'Do that.' },
				cancelled,
			});
		const error = Object.assign(new Error('No'), { description: 'Do this.', reason: 'why' });
		const details = 'Do this. Do that.';
		expect(failing(error)).toEqual({ json: { error: 'No', details }, pairedItem: { item: 2 } });
		expect(failing(new Error('No')).json).toEqual({ error: 'No' });
		expect(() => failing(error, false)).toThrow('No');
		expect(() => failing(error, true, AbortSignal.abort())).toThrow('No');
	});
});

describe('the next step of a node', () => {
	const steps = { purged: "Clear 'Wait'." };
	const failure = (description?: string | null) => ({ description });

	it('stands behind what it belongs to, once', () => {
		const error = withReason(new Error(), 'purged', 'It is gone.');
		const told = withNextStep(failure('It is gone. GIR said: "x"'), error, steps);
		expect(told.description).toBe('It is gone. Clear \'Wait\'. GIR said: "x"');
		expect(withNextStep(told, error, steps).description).toBe(told.description);
	});

	it.each([
		['Other words.', "Other words. Clear 'Wait'."],
		['', "Clear 'Wait'."],
		[null, "Clear 'Wait'."],
		[undefined, "Clear 'Wait'."],
	])('stands behind everything where that is %j', (description, expected) => {
		const error = withReason(new Error(), 'purged', 'It is gone.');
		expect(withNextStep(failure(description), error, steps).description).toBe(expected);
	});

	it.each([
		[new Error()],
		[undefined],
		[null],
		[withReason({}, 'toString', '')],
		[withReason({}, 'other', '')],
	])('is none where there is no such reason: %p', (error) => {
		expect(withNextStep(failure('As it was.'), error, steps).description).toBe('As it was.');
	});
});

describe('what a refusal says', () => {
	it.each<[unknown, string]>([
		['The words', 'The words'],
		[{ message: 'The words', code: 7 }, 'The words'],
		// In no form that is known: as it is, rather than nothing.
		[{ code: 'E-17' }, '{"code":"E-17"}'],
		[{ code: 'E-17', url: 'https://host/a?sig=abc' }, '{"code":"E-17","url":"https://host/a?…"}'],
		[{}, ''],
		[null, ''],
		[undefined, ''],
		[7, ''],
		['', ''],
		[{ errors: ['One', 'Two', 'Three', 'Four'] }, 'One; Two; Three'],
		[
			{ message: 'Title', errors: { from: ['too early'], to: [], limit: 'too high' } },
			'Title: from: too early; limit: too high',
		],
	])('%j: %s', (body, words) => {
		expect(reasonOf(body)).toBe(words);
	});

	it('is shown without a secret in whatever form it comes, a longer form before a shorter', () => {
		const secret = 'pass word&more';
		for (const form of [
			'pass word&more',
			'pass%20word%26more',
			'pass+word%26more',
			'pass word&amp;more',
		])
			expect(reasonOf({ message: `not ${form}!` }, [secret])).toBe('not …!');
	});
});

describe('what a server says', () => {
	it.each([
		['as it stands', 'pa ss/wörd+1', 'pa ss/wörd+1'],
		['in a URL', 'pa ss/wörd+1', 'pa%20ss%2Fw%C3%B6rd%2B1'],
		['in a form', 'pa ss/wörd+1', 'pa+ss%2Fw%C3%B6rd%2B1'],
		['in base64', '~~pass~wörd??>', 'fn5wYXNzfnfDtnJkPz8+'],
		['in base64, its end included', 'abcd', 'YWJjZA=='],
		['in base64 of URLs', '~~pass~wörd??>', 'fn5wYXNzfnfDtnJkPz8-'],
		['as JSON text', 'line\nand\t"quoted"', String.raw`line\nand\t\"quoted\"`],
		['in a web page', '<pass>&"word\'s', '&lt;pass&gt;&amp;&quot;word&#39;s'],
		['in a lax web page', '<pass>&"word\'s', "&lt;pass&gt;&amp;&quot;word's"],
		['cut in half', '\ud800 in it', '%EF%BF%BD%20in%20it'],
		['as short as it may be', '1234', '1234'],
	])('shows nothing of a secret %s', (_where, secret, form) => {
		expect(redact(`a ${form} b`, [secret])).toBe('a … b');
		expect(quote({ message: `a ${form} b` }, [secret])).toBe('a … b');
	});

	it('shows nothing of a secret that is in use, wherever it stands', () => {
		keepSecret('kept-secret/1', undefined, 'k4pt');
		expect(redact('a kept-secret/1 and kept-secret%2F1 b k4pt')).toBe('a … and … b …');
		expect(quote({ error: { message: 'not kept-secret/1' } })).toBe('not …');
	});

	it('keeps its words where a secret is shorter than words are', () => {
		keepSecret('for');
		expect(redact('waiting for it', ['it', ''])).toBe('waiting for it');
	});

	it('forgets the secret that was longest not in use, and no other', () => {
		keepSecret('secret-first', 'secret-second');
		for (let n = 0; n < 298; n++) keepSecret(`secret-number-${n}`);
		expect(redact('secret-first secret-second')).toBe('… …');
		keepSecret('secret-first');
		keepSecret('one more secret');
		expect(redact('secret-first secret-second')).toBe('… secret-second');
	});

	it('is cut where it is long, and never through a secret', () => {
		expect(redact('x'.repeat(9_000))).toHaveLength(8_000);
		const cut = redact(`${'x'.repeat(7_995)}password-of-mine`, ['password-of-mine']);
		expect(cut).toBe(`${'x'.repeat(7_995)}…`);
		// Bytes are no words, one that slipped into a text does not end it.
		expect(quote(`\u001f\u0008\0${'y'.repeat(10)}`)).toBe('');
		expect(quote('a\u0001b\u0002c')).toBe('a\u0001b\u0002c');
		expect(quote('\ta\tb\tc\n\u001b[1m')).toBe('a b c \u001b[1m');
		expect(quote('y'.repeat(400))).toBe('y'.repeat(400));
		expect(quote('y'.repeat(401))).toBe(`${'y'.repeat(400)}…`);
		const late = `<p>${' '.repeat(9_000)}The words</p>`;
		expect(quote(late)).toBe('');
	});

	it.each([
		['Bearer  abc.def-ghi', 'Bearer …'],
		['http://host/a?sig=abc', 'http://host/a?…'],
		['bearer abcdefgh', 'bearer …'],
		['a Basic case of it', 'a Basic case of it'],
		['http://user:pw@host/a', 'http://…@host/a'],
		['ask me@example.com', 'ask me@example.com'],
		['http://host/a#access=abc end', 'http://host/a?… end'],
		[
			'back=http%3A%2F%2Fhost%2Fa%2Fb%3Fsig%3Dabc%26exp%3D1 end',
			'back=http%3A%2F%2Fhost%2Fa%2Fb%3F… end',
		],
		['https%3A%2F%2Fhost%3Fsig%3Dabc"', 'https%3A%2F%2Fhost%3F…"'],
		['https%3A%2F%2Fhost%2Fa&next=b%3Fc', 'https%3A%2F%2Fhost%2Fa&next=b%3Fc'],
		['jwt eyJhbGciOi.abc.def end', 'jwt … end'],
		['"refresh_token" : "abc def", x', '"refresh_token" : "…", x'],
		['id_token=abc;x', 'id_token="…";x'],
		['client_secret: abc, x', 'client_secret: "…", x'],
		['{"accessKeySecret":"a,b"}', '{"accessKeySecret":"…"}'],
		['Signature=abc&x', 'Signature="…"&x'],
		['speechminer_auth=abc}', 'speechminer_auth="…"}'],
		['the secret is out', 'the secret is out'],
	])('%j becomes %j', (text, clean) => {
		expect(redact(text)).toBe(clean);
	});

	it.each([
		[
			'<?xml version="1.0"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>No match</Message><AWSAccessKeyId>AKIA1</AWSAccessKeyId></Error>',
			'SignatureDoesNotMatch: No match',
		],
		[' <Error><Message>Only words</Message></Error>', 'Only words'],
		['<error><code>lower</code></error>', 'lower'],
		['<Error><Key>x</Key></Error>', ''],
		['<Errors>many</Errors>', 'many'],
		['text <Error><Code>c</Code></Error>', 'text c'],
		[`<p>one</p>\n\n <script>var a = "<b>";</script><STYLE>x</STYLE><p>two</p>`, 'one two'],
		['<script>a</script> between <script>b</script>', 'between'],
		[{ errorDescription: 'A' }, 'A'],
		[{ error_description: 'B', error: 'invalid' }, 'B'],
		[{ description: 'C' }, 'C'],
		[{ errorMessage: 'D' }, 'D'],
		[{ message: '', statusMessage: 'E' }, 'E'],
		[{ message: null, error: { other: 1 }, errorMessage: 'F' }, 'F'],
		['one<script>x</script>two<p>three</p><p>four</p>', 'one two three four'],
		[{ message: 7, statusMessage: null, error: 'G' }, 'G'],
		[{ message: 7 }, ''],
		[7, ''],
		[undefined, ''],
	])('is short and for people: %j gives %j', (body, words) => {
		expect(quote(body)).toBe(words);
	});
});
