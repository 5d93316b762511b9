import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

import { NetworkFailure } from './network-failure';

/** How far inside a network an address lies: on the internet, in a private network, or on this very machine and its link. */
export const Reach = { internet: 0, privateNetwork: 1, machine: 2 } as const;
export type Reach = (typeof Reach)[keyof typeof Reach];

const machine = subnets(
	['0.0.0.0', 8],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['::', 127],
	['fe80::', 10],
);
/** RFC 1918, RFC 6598 (shared by carriers and clouds), RFC 4193, and what is reserved or for no single host (RFC 6890). */
const privateNetwork = subnets(
	['10.0.0.0', 8],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
	['100.64.0.0', 10],
	['192.0.0.0', 24],
	['198.18.0.0', 15],
	['224.0.0.0', 3],
	['fc00::', 7],
	['fec0::', 10],
	['ff00::', 8],
);
/** IPv6 addresses that stand for the IPv4 address in these bytes: mapped, compatible, NAT64, 6to4. */
const carriers: Array<[BlockList, number]> = [
	[subnets(['::ffff:0:0', 96]), 12],
	[subnets(['::', 96]), 12],
	[subnets(['64:ff9b::', 96]), 12],
	[subnets(['64:ff9b:1::', 48]), 12],
	[subnets(['2002::', 16]), 2],
];

function subnets(...ranges: Array<[string, number]>): BlockList {
	const list = new BlockList();
	for (const [address, prefix] of ranges)
		list.addSubnet(address, prefix, isIPv6(address) ? 'ipv6' : 'ipv4');
	return list;
}

/** @param address an IP address, as DNS or a URL gives it */
function reachOfAddress(address: string): Reach {
	const plain = address.replace(/%.*$/, '');
	const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
	if (machine.check(plain, family)) return Reach.machine;
	const carrier =
		family === 'ipv6' ? carriers.find(([range]) => range.check(plain, family)) : undefined;
	if (carrier !== undefined)
		return reachOfAddress([...bytesOf(plain).subarray(carrier[1], carrier[1] + 4)].join('.'));
	return privateNetwork.check(plain, family) ? Reach.privateNetwork : Reach.internet;
}

/** The 16 bytes of an IPv6 address. */
function bytesOf(address: string): Buffer {
	const [head, tail] = new URL(`http://[${address}]`).hostname
		.slice(1, -1)
		.split('::')
		.map((half) => half.split(':').filter((part) => part !== ''));
	const missing = tail === undefined ? 0 : 8 - head.length - tail.length;
	const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
	return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/**
 * How far inside the innermost address of a host lies; undefined where its name cannot be looked up, for example because
 * only the proxy knows it.
 *
 * @param url its host may be written in any way a URL allows: in decimal, in octal, as IPv6
 */
export async function reachOf(
	url: URL,
	lookup: LookupFunction = systemLookup as LookupFunction,
): Promise<Reach | undefined> {
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
	if (isIP(host) !== 0) return reachOfAddress(host);
	if (/(^|\.)localhost$/i.test(host)) return Reach.machine;
	return await new Promise((resolve) => {
		lookup(host, { all: true }, (error, found) => resolve(error ? undefined : innermost(found)));
	});
}

function innermost(found: Parameters<Parameters<LookupFunction>[2]>[1]): Reach {
	const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
	return Math.max(Reach.internet, ...addresses.map(reachOfAddress)) as Reach;
}

/** @throws NetworkFailure where a host lies further inside than allowed */
export async function assertWithin(
	url: URL,
	allowed: Reach,
	lookup?: LookupFunction,
): Promise<void> {
	const reach = await reachOf(url, lookup);
	if (reach !== undefined && reach > allowed) throw new NetworkFailure('PRIVATE_ADDRESS', url.host);
}

/** A lookup that gives out no address further inside than allowed: a name may mean another one when it is connected to. */
export function lookupWithin(
	allowed: Reach,
	lookup: LookupFunction = systemLookup as LookupFunction,
): LookupFunction {
	return (host, options, done) => {
		lookup(host, options, (error, found, family) => {
			const refused = !error && innermost(found) > allowed;
			done(
				refused ? Object.assign(new Error(host), { code: 'PRIVATE_ADDRESS' }) : error,
				found,
				family,
			);
		});
	};
}
