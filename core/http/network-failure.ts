/** What happened, and what to do next; whether the server may have got the request, and whether trying again is in vain. */
interface Cause {
	what: string;
	next: string;
	maybeSent?: boolean;
	final?: boolean;
}

const UNKNOWN: Cause = { what: 'no answer came', next: 'Try again later.', maybeSent: true };
const CUT: Cause = {
	what: 'the connection was cut',
	next: 'Try again; if it keeps happening, check proxies on the way.',
	maybeSent: true,
};
const SILENT: Cause = {
	what: 'the host did not answer in time',
	next: 'Try again later.',
	maybeSent: true,
};

/** What can go wrong before an answer arrives, in words for people. Keys are Node.js, undici and axios codes. */
const CAUSES: Record<string, Cause> = {
	ENOTFOUND: {
		what: 'there is no host of that name',
		next: 'Check the host name (area or base URL) in the credential for a typing slip.',
		final: true,
	},
	EAI_AGAIN: {
		what: 'the host name could not be looked up',
		next: 'Check that n8n can reach a DNS server, then try again.',
	},
	ECONNREFUSED: {
		what: 'the host refused the connection',
		next: 'Check host and port in the credential, and that the service is running and reachable from n8n.',
	},
	EHOSTUNREACH: {
		what: 'the host is not reachable',
		next: 'Check network, VPN and firewall between n8n and the host.',
	},
	ENETUNREACH: {
		what: 'the network is not reachable',
		next: 'Check the network of the machine n8n runs on.',
	},
	ETIMEDOUT: {
		what: 'the host did not answer in time',
		next: 'Check that a firewall does not block n8n, then try again.',
		maybeSent: true,
	},
	ECONNRESET: CUT,
	EPIPE: CUT,
	UND_ERR_SOCKET: CUT,
	ECONNABORTED: SILENT,
	UND_ERR_HEADERS_TIMEOUT: SILENT,
	ENETDOWN: UNKNOWN,
	EHOSTDOWN: UNKNOWN,
	EADDRNOTAVAIL: UNKNOWN,
	ENETRESET: UNKNOWN,
	ERR_NETWORK: UNKNOWN,
	ERR_BAD_RESPONSE: UNKNOWN,
	UND_ERR_CONNECT_TIMEOUT: {
		what: 'no connection came about in time',
		next: 'Check that a firewall does not block n8n, then try again.',
	},
	UND_ERR_BODY_TIMEOUT: {
		what: 'the transfer stood still',
		next: 'Try again later.',
		maybeSent: true,
	},
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
		what: 'the answer was shorter or longer than announced',
		next: 'Try again; if it keeps happening, check proxies on the way.',
		maybeSent: true,
	},
	CERTIFICATE: {
		what: "the host's TLS certificate is not trusted",
		next: 'Check the host name. If the host uses a certificate of your own company, make it known to n8n (NODE_EXTRA_CA_CERTS).',
		final: true,
	},
	PROTOCOL: {
		what: 'what came from the host is no proper HTTP',
		next: 'Check host and port: another service may answer there. If they are right, check proxies on the way.',
		maybeSent: true,
	},
	EGRESS_BLOCKED: {
		what: "this n8n's rules for outgoing connections do not allow that host (N8N_SSRF_ALLOWED_HOSTNAMES)",
		next: 'Ask the administrator of this n8n to add the name of the host to N8N_SSRF_ALLOWED_HOSTNAMES, or its address to N8N_SSRF_ALLOWED_IP_RANGES.',
		final: true,
	},
	PRIVATE_ADDRESS: {
		what: 'the link leads into a private network, while the service that gave it is on the internet',
		next: 'Nothing was sent there. Check proxies and DNS between n8n and the service; if they are right, ask the support of the service about the link.',
		final: true,
	},
	INSECURE_REDIRECT: {
		what: 'the host redirected from https:// to an address that is not encrypted',
		next: 'The redirect was not followed. Ask the administrator of the host to redirect to https:// only.',
		final: true,
	},
};

/** How the codes of Node.js' and undici's HTTP parser begin. */
const PARSER_CODE = 'HPE_';

const CERTIFICATE_CODES =
	/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|EPROTO)/;

function kindOf(code: string): string {
	if (CERTIFICATE_CODES.test(code)) return 'CERTIFICATE';
	return code.startsWith(PARSER_CODE) ? 'PROTOCOL' : code;
}

/** No (whole) answer came from a host. Knows whether the request may have reached it. */
export class NetworkFailure extends Error {
	/** What happened, a clause without the host: "the host refused the connection". */
	readonly what: string;
	/** What to do next, a sentence. */
	readonly next: string;
	/** Whether the server may have received, and acted on, the request. */
	readonly maybeSent: boolean;
	/** Whether trying again can help. */
	readonly retryable: boolean;

	constructor(
		readonly code: string,
		readonly host: string,
	) {
		const known = CAUSES[kindOf(code)] ?? UNKNOWN;
		super(`${host}: ${known.what}`);
		this.name = 'NetworkFailure';
		this.what = known.what;
		this.next = known.next;
		this.maybeSent = known.maybeSent ?? false;
		this.retryable = known.final !== true;
	}
}

/**
 * Digs the Node.js, undici or axios code of a network failure out of an error and its causes; undefined where there is
 * none. Codes of other origin (a refused sign-in, a full disk) are no network failures, whatever they look like.
 */
export function networkCode(error: unknown): string | undefined {
	for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 6; depth++) {
		const { code, httpCode, cause, errors, name } = at as Record<string, unknown>;
		// n8n's own requests throw these without a code.
		if (name === 'SsrfBlockedIpError' || name === 'SsrfBlockedHostnameError')
			return 'EGRESS_BLOCKED';
		// undici's own parser gives its errors no code.
		if (name === 'HTTPParserError' && code === undefined) return `${PARSER_CODE}INVALID`;
		// Older versions of n8n hand on an error of their own, with the code in another place.
		for (const known of [code, httpCode])
			if (typeof known === 'string' && isNetworkCode(known)) return known;
		at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
	}
	return undefined;
}

function isNetworkCode(code: string): boolean {
	return (
		Object.hasOwn(CAUSES, code) || CERTIFICATE_CODES.test(code) || /^(UND_ERR|HPE)_/.test(code)
	);
}
