import type { MediaErrorReason } from '../../core/media/errors';
import type { FaultEffect } from '../../simulator';

/** Bytes of the blocks the engine works in. */
export const BLOCK = 65_536;
/** Bytes of the file every row downloads: several blocks, and half of it is not the end of one. */
export const SIZE = 300_000;
const HALF = SIZE / 2;

/** How the place the file comes from behaves when nothing is wrong. */
export type Behaviour =
	/** Signed links, ranges, ETag, and an API that told the size. */
	| 'store'
	/** The same, and the API told no size, as Media Playback. */
	| 'noSize'
	/** No ETag: the time of the last change is all there is to check. */
	| 'lastModifiedOnly'
	/** The same, and the file was put there this second: it may be replaced unseen. */
	| 'justModified'
	/** Neither: nothing that a range could be made to depend on. */
	| 'noValidators'
	/** Every range is answered with the whole object. */
	| 'rangesIgnored'
	/** GIR: password, no ranges, one address for good. */
	| 'gir';

const BEHAVIOURS: readonly Behaviour[] = [
	'store',
	'noSize',
	'lastModifiedOnly',
	'justModified',
	'noValidators',
	'rangesIgnored',
	'gir',
];

export interface Row {
	fault: string;
	behaviours: readonly Behaviour[];
	/** Strike one after the other, one media request each. */
	effects?: Array<FaultEffect & { times?: number }>;
	/** What happens on the other side after so many media requests. */
	meanwhile?: { after: number; what: 'replaced' | 'removed' };
	hashes?: boolean;
	/** Delivered byte for byte, or why not. */
	expect: 'delivered' | MediaErrorReason;
	/** Media requests it takes. */
	requests?: number;
	/** Links asked for. */
	links?: number;
}

const not = (...names: Behaviour[]) => BEHAVIOURS.filter((behaviour) => !names.includes(behaviour));
const MOMENTS = { 'byte 0': 0, 'byte 1': 1, half: HALF, 'the last byte': SIZE - 1 };
const always = 99;
const html = {
	kind: 'status',
	status: 200,
	headers: { 'Content-Type': 'text/html' },
	body: '<!DOCTYPE html><html><body>Please sign in</body></html>',
} as const;
const cutHalf = { kind: 'cut', afterBytes: HALF } as const;

function everyMoment(row: (moment: string, afterBytes: number) => Row): Row[] {
	return Object.entries(MOMENTS).map(([moment, afterBytes]) => row(moment, afterBytes));
}

/** The fault matrix: fault x moment x behaviour of the server, with what has to come of it. */
export const ROWS: readonly Row[] = [
	{ fault: 'none', behaviours: BEHAVIOURS, expect: 'delivered', requests: 1, links: 1 },
	{
		fault: 'none, without hashes',
		behaviours: BEHAVIOURS,
		hashes: false,
		expect: 'delivered',
		requests: 1,
		links: 1,
	},
	{
		fault: 'reset before the answer',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'reset' }],
		expect: 'delivered',
		requests: 2,
		links: 1,
	},
	...everyMoment((moment, afterBytes) => ({
		fault: `cut at ${moment}`,
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'cut', afterBytes }],
		expect: 'delivered',
		requests: 2,
		links: 1,
	})),
	...everyMoment((moment, afterBytes) => ({
		fault: `cut at ${moment}, without hashes`,
		behaviours: BEHAVIOURS,
		hashes: false,
		effects: [{ kind: 'cut', afterBytes }],
		expect: 'delivered',
		links: 1,
	})),
	...everyMoment((moment, afterBytes) => ({
		fault: `cut at ${moment}, always`,
		behaviours: ['justModified', 'noValidators', 'gir'],
		effects: [{ kind: 'cut', afterBytes, times: always }],
		expect: 'transfer',
	})),
	{
		fault: 'cut at half, always, without hashes',
		behaviours: ['justModified', 'noValidators', 'gir'],
		hashes: false,
		effects: [{ ...cutHalf, times: 200 }],
		expect: 'transfer',
		requests: 9,
		links: 1,
	},
	{
		fault: 'cut at byte 1, always',
		behaviours: ['store', 'noSize', 'lastModifiedOnly'],
		effects: [{ kind: 'cut', afterBytes: 1, times: always }],
		expect: 'transfer',
		requests: 4,
		links: 1,
	},
	{
		fault: 'cut three times',
		behaviours: BEHAVIOURS,
		effects: [cutHalf, cutHalf, { kind: 'cut', afterBytes: 7 }],
		expect: 'delivered',
		links: 1,
	},
	...everyMoment((moment, afterBytes) => ({
		fault: `stall at ${moment}`,
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'stall', afterBytes }],
		expect: 'delivered',
		requests: 2,
		links: 1,
	})),
	{
		fault: 'cut, then a stall',
		behaviours: BEHAVIOURS,
		effects: [cutHalf, { kind: 'stall', afterBytes: 50_000 }],
		expect: 'delivered',
		requests: 3,
		links: 1,
	},

	{
		fault: 'short body, once',
		behaviours: not('noSize'),
		effects: [{ kind: 'short', bytes: HALF }],
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'short body, always',
		behaviours: not('noSize'),
		effects: [{ kind: 'short', bytes: HALF, times: always }],
		expect: 'incomplete',
		requests: 4,
	},
	{
		fault: 'short body that nobody promised longer',
		behaviours: ['noSize'],
		effects: [{ kind: 'short', bytes: HALF }],
		expect: 'incomplete',
		requests: 1,
	},
	{
		fault: 'short body after a cut',
		behaviours: ['store', 'noSize', 'lastModifiedOnly'],
		effects: [cutHalf, { kind: 'short', bytes: 1000 }],
		expect: 'delivered',
		requests: 3,
	},
	{
		fault: 'long body, once',
		behaviours: not('noSize'),
		effects: [{ kind: 'long', extraBytes: 10 }],
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'long body, always',
		behaviours: not('noSize'),
		effects: [{ kind: 'long', extraBytes: 10, times: always }],
		expect: 'incomplete',
		requests: 4,
	},
	{
		fault: 'long body that nobody promised shorter',
		behaviours: ['noSize'],
		effects: [{ kind: 'long', extraBytes: 10 }],
		expect: 'incomplete',
		requests: 1,
	},
	{
		fault: 'length header too large',
		behaviours: not('noSize'),
		effects: [{ kind: 'contentLength', value: SIZE + 10 }],
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'length header too large, and no other promise',
		behaviours: ['noSize'],
		effects: [{ kind: 'contentLength', value: SIZE + 10 }],
		expect: 'changed',
	},
	{
		fault: 'length header too small',
		behaviours: not('noSize'),
		effects: [{ kind: 'contentLength', value: HALF }],
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'length header too small, and no other promise',
		behaviours: ['noSize'],
		effects: [{ kind: 'contentLength', value: HALF }],
		expect: 'incomplete',
		requests: 1,
	},
	{
		fault: 'no length header',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'noContentLength' }],
		expect: 'delivered',
		requests: 1,
	},

	{
		fault: 'link expired before',
		behaviours: not('gir'),
		effects: [{ kind: 'expired' }],
		expect: 'delivered',
		requests: 2,
		links: 2,
	},
	{
		fault: 'link expired during',
		behaviours: not('gir'),
		effects: [cutHalf, { kind: 'expired' }],
		expect: 'delivered',
		requests: 3,
		links: 2,
	},
	{
		fault: 'link expired twice, far apart',
		behaviours: not('gir'),
		effects: [{ kind: 'expired' }, cutHalf, { kind: 'expired' }],
		expect: 'delivered',
		requests: 4,
		links: 3,
	},
	{
		fault: 'link refused, and the next one too',
		behaviours: not('gir'),
		effects: [{ kind: 'expired', times: always }],
		expect: 'refused',
		requests: 2,
		links: 2,
	},
	{
		fault: 'sign-in refused',
		behaviours: ['gir'],
		effects: [{ kind: 'expired', times: always }],
		expect: 'refused',
		requests: 1,
		links: 1,
	},
	{
		fault: 'token in the link expired, said with 400',
		behaviours: not('gir'),
		effects: [{ kind: 'status', status: 400, body: '<Error><Code>ExpiredToken</Code></Error>' }],
		expect: 'delivered',
		requests: 2,
		links: 2,
	},
	{
		fault: 'purged before',
		behaviours: BEHAVIOURS,
		meanwhile: { after: 0, what: 'removed' },
		expect: 'purged',
	},
	{
		fault: 'purged during',
		behaviours: BEHAVIOURS,
		effects: [cutHalf],
		meanwhile: { after: 1, what: 'removed' },
		expect: 'purged',
	},
	{
		fault: '404 for a moment',
		behaviours: not('gir'),
		effects: [{ kind: 'status', status: 404 }],
		expect: 'delivered',
		requests: 2,
		links: 2,
	},
	{
		fault: 'gone (410)',
		behaviours: not('gir'),
		effects: [{ kind: 'status', status: 410, times: always }],
		expect: 'purged',
		requests: 2,
		links: 2,
	},
	{
		fault: 'archived',
		behaviours: BEHAVIOURS,
		effects: [
			{
				kind: 'status',
				status: 403,
				body: "<Error><Code>InvalidObjectState</Code><Message>The operation is not valid for the object's storage class</Message></Error>",
			},
		],
		expect: 'archived',
		requests: 1,
		links: 1,
	},

	{
		fault: 'object changed during',
		behaviours: BEHAVIOURS,
		effects: [cutHalf],
		meanwhile: { after: 1, what: 'replaced' },
		expect: 'changed',
	},
	{
		fault: 'object changed during, without hashes',
		behaviours: ['justModified', 'noValidators', 'gir'],
		hashes: false,
		effects: [cutHalf],
		meanwhile: { after: 1, what: 'replaced' },
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'object changed before the first byte',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'reset' }],
		meanwhile: { after: 1, what: 'replaced' },
		expect: 'delivered',
	},

	{
		fault: 'range ignored',
		behaviours: not('gir', 'noValidators', 'justModified'),
		effects: [cutHalf, { kind: 'ignoreRange' }],
		expect: 'delivered',
		requests: 2,
	},
	{
		fault: 'range ignored, without hashes',
		behaviours: not('gir', 'noValidators', 'justModified'),
		hashes: false,
		effects: [cutHalf, { kind: 'ignoreRange' }],
		expect: 'delivered',
	},
	{
		fault: 'range answered with another offset (later)',
		behaviours: ['store', 'noSize', 'lastModifiedOnly'],
		effects: [cutHalf, { kind: 'wrongOffset', shift: 7 }],
		expect: 'delivered',
		requests: 3,
	},
	{
		fault: 'range answered with another offset (earlier)',
		behaviours: ['store', 'noSize', 'lastModifiedOnly'],
		effects: [cutHalf, { kind: 'wrongOffset', shift: -7 }],
		expect: 'delivered',
		requests: 3,
	},

	{
		fault: 'compressed',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'gzip' }],
		expect: 'notMedia',
		requests: 1,
	},
	{
		fault: 'compressed after a cut',
		behaviours: BEHAVIOURS,
		effects: [cutHalf, { kind: 'gzip' }],
		expect: 'notMedia',
		requests: 2,
	},
	{
		fault: 'a web page with status 200',
		behaviours: BEHAVIOURS,
		effects: [html],
		expect: 'notMedia',
		requests: 1,
	},
	{
		fault: 'a web page after a cut',
		behaviours: BEHAVIOURS,
		effects: [cutHalf, html],
		expect: 'notMedia',
		requests: 2,
	},
	{
		fault: 'JSON with status 200',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status: 200, body: { statusCode: 4, statusMessage: 'Internal' } }],
		expect: 'notMedia',
		requests: 1,
	},
	{
		fault: 'nothing with status 200',
		behaviours: not('noSize'),
		effects: [{ kind: 'short', bytes: 0, times: always }],
		expect: 'incomplete',
	},
	{
		fault: 'nothing with status 200, and no size promised',
		behaviours: ['noSize'],
		effects: [{ kind: 'short', bytes: 0 }],
		expect: 'tooSmall',
		requests: 1,
	},

	...[500, 502, 503, 504, 429, 408].map((status): Row => ({
		fault: `${status}, once`,
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status }],
		expect: 'delivered',
		requests: 2,
		links: 1,
	})),
	{
		fault: '503 with Retry-After',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status: 503, headers: { 'Retry-After': '7' } }],
		expect: 'delivered',
		requests: 2,
		links: 1,
	},
	{
		fault: '503 after a cut',
		behaviours: BEHAVIOURS,
		effects: [cutHalf, { kind: 'status', status: 503 }],
		expect: 'delivered',
		requests: 3,
		links: 1,
	},
	{
		fault: '503, always',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status: 503, times: always }],
		expect: 'transfer',
		requests: 4,
		links: 1,
	},
	{
		fault: 'unexpected status',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status: 409 }],
		expect: 'notMedia',
		requests: 1,
	},
	{
		fault: 'part of the object with nothing asked',
		behaviours: BEHAVIOURS,
		effects: [{ kind: 'status', status: 206, body: 'part' }],
		expect: 'notMedia',
		requests: 1,
	},
];
