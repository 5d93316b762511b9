import { UserError } from 'n8n-workflow';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Whether a host name is this machine's own (`localhost`, 127.0.0.0/8, `[::1]`). */
function isLoopback(hostname: string): boolean {
	return LOOPBACK_HOST.test(hostname);
}

/**
 * Refuses a URL that would carry a password or a token in clear over a network.
 *
 * @param url absolute URL
 * @param allowInsecureHttp the credential's "Allow Insecure HTTP" switch
 * @throws UserError when the scheme is `http:` for a host that is not loopback, or neither http nor https
 */
export function assertSecure(url: URL, allowInsecureHttp: boolean): void {
	if (url.protocol === 'https:') return;
	if (url.protocol === 'http:' && (allowInsecureHttp || isLoopback(url.hostname))) return;
	if (url.protocol === 'http:') {
		// The Test of a credential shows the message alone, so the way on stands in it.
		throw new UserError(
			`'${url.origin}' is not encrypted, so nothing was sent to it: use https://, or switch on 'Allow Insecure HTTP' in the credential`,
			{
				description:
					'With the switch on, keys, passwords and tokens travel readable for anyone on the network.',
			},
		);
	}
	throw new UserError(`'${url.protocol}//' addresses are not supported`, {
		description:
			'Addresses start with https://. Correct it in the credential; if a service gave it out, ask its support.',
	});
}

/**
 * Brings a base URL that a person typed into one form: scheme, host, port and path without trailing slashes.
 *
 * @param input what was typed, for example `recordings.example.com:8080/api/v2/`
 * @param field the field's display name, for messages
 * @throws UserError when it is empty, no URL, holds a user name, a query or a fragment, or is insecure (see `assertSecure`)
 */
export function normalizeBaseUrl(input: string, field: string, allowInsecureHttp: boolean): string {
	const typed = input.trim();
	if (typed === '') {
		throw new UserError(`'${field}' is empty`, {
			description: `Open the credential and fill in '${field}', e.g. https://recordings.example.com`,
		});
	}
	const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
	let url: URL;
	try {
		url = new URL(withScheme);
	} catch {
		throw new UserError(`'${field}' is not a web address: ${typed}`, {
			description: 'It should look like https://recordings.example.com',
		});
	}
	if (url.username !== '' || url.password !== '') {
		throw new UserError(`'${field}' holds a user name or password`, {
			description: 'Remove them from the address; they have fields of their own.',
		});
	}
	if (url.search !== '' || url.hash !== '') {
		throw new UserError(`'${field}' holds more than an address`, {
			description: `Remove everything from '${url.search !== '' ? '?' : '#'}' on.`,
		});
	}
	assertSecure(url, allowInsecureHttp);
	return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
