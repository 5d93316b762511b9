import { UserError } from 'n8n-workflow';

import { normalizeBaseUrl } from '../http/base-url';

/** What the CXone credentials say about where a tenant lives. */
export interface CxonePlace {
	area: string;
	apiBaseUrl?: string;
	authBaseUrl?: string;
	allowInsecureHttp?: boolean;
}

/** Base URLs without trailing slash. */
export interface CxoneHosts {
	/** Undefined where only API discovery can tell (FedRAMP). */
	api?: string;
	/** Origin of the access-key sign-in. */
	auth: string;
	/** OpenID Connect issuer: client-ID sign-in and API discovery. */
	issuer: string;
}

const COMMERCIAL_ISSUER = 'https://cxone.niceincontact.com';
/** The second of the two issuers in NICE's OpenID configuration. */
const FEDRAMP_ISSUER = 'https://cxone-gov.niceincontact.com';

/**
 * The areas a tenant may live in, as CXone's address in the browser begins, with their places, in the order of the alphabet.
 * NICE documents AU1, EU1, FedRAMP, NA1 and UK1 ("UserHub: Getting Started"); the others follow the same form.
 */
const AREAS: Readonly<Record<string, string>> = {
	ae1: 'United Arab Emirates',
	au1: 'Australia',
	ca1: 'Canada',
	eu1: 'Europe',
	fedramp: 'FedRAMP',
	in1: 'India',
	jp1: 'Japan',
	na1: 'North America',
	na2: 'North America 2',
	na3: 'North America 3',
	sg1: 'Singapore',
	uk1: 'United Kingdom',
	za1: 'South Africa',
};

/** Areas for a field of a credential, in the vendor's spelling: `NA1 (North America)`. */
export function areaOptions(
	leaveOut: readonly string[] = [],
): Array<{ name: string; value: string }> {
	return Object.entries(AREAS)
		.filter(([value]) => !leaveOut.includes(value))
		.map(([value, place]) => ({
			name: AREA.test(value) ? `${value.toUpperCase()} (${place})` : place,
			value,
		}));
}

/** A DNS label: an area must not be able to name another domain. */
const AREA = /^[a-z]{2}\d{1,2}$/;

/**
 * The hosts of a tenant by its area. Note the two domains: `nice-incontact.com` answers sign-ins, `api-{area}.niceincontact.com`
 * the APIs (NICE help "UserHub: Getting Started").
 *
 * @throws UserError when the area is unknown, or a base URL is missing, malformed or not encrypted
 */
export function cxoneHosts(place: CxonePlace): CxoneHosts {
	const insecure = place.allowInsecureHttp === true;
	const typed = (value: string | undefined) => value !== undefined && value.trim() !== '';
	if (place.area === 'other') {
		const api = normalizeBaseUrl(place.apiBaseUrl ?? '', 'API Base URL', insecure);
		const auth = typed(place.authBaseUrl)
			? normalizeBaseUrl(place.authBaseUrl!, 'Sign-In Base URL', insecure)
			: api;
		return { api, auth, issuer: auth };
	}
	if (place.area === 'fedramp') return { auth: FEDRAMP_ISSUER, issuer: FEDRAMP_ISSUER };
	if (place.area === 'global') {
		return {
			api: 'https://api.nice-incontact.com',
			auth: COMMERCIAL_ISSUER,
			issuer: COMMERCIAL_ISSUER,
		};
	}
	if (!AREA.test(place.area)) {
		throw new UserError(`'${place.area}' is not an area of CXone`, {
			description: "Choose an area in the credential, or 'Other' and enter the base URL.",
		});
	}
	return {
		api: `https://api-${place.area}.niceincontact.com`,
		auth: `https://${place.area}.nice-incontact.com`,
		issuer: COMMERCIAL_ISSUER,
	};
}
