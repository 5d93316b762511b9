/** Which way imports may point. Types count: a file that only names another one's type still needs it to be understood. */

/** The folders of `core/` that are no part of all platforms' are platforms. */
const PLATFORM = '^core/((?!evidence|http|media|trigger)[^/]+)/';

const rule = (name, comment, from, to) => ({
	name,
	comment,
	severity: 'error',
	from: { path: from },
	to: { path: to },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: 'no-circle',
			comment: 'Two files that need each other are one file, or want a third below both.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		rule(
			'core-knows-no-node',
			'Fields and wording are the business of nodes.',
			'^core/',
			'^(nodes|credentials)/',
		),
		rule(
			'no-vendor-below',
			'Bytes, requests and time know no vendor.',
			'^core/(http|media|trigger)/',
			PLATFORM,
		),
		rule(
			'http-is-the-floor',
			'Requests know neither files nor polls.',
			'^core/http/',
			'^core/(media|trigger)/',
		),
		rule('media-knows-no-poll', 'Files know nothing of time.', '^core/media/', '^core/trigger/'),
		rule(
			'trigger-knows-time-only',
			'The trigger knows neither files nor requests.',
			'^core/trigger/',
			'^core/(http|media)/',
		),
		{
			name: 'platforms-apart',
			comment: 'A platform knows no other one.',
			severity: 'error',
			from: { path: PLATFORM },
			to: { path: PLATFORM, pathNot: '^core/$1/' },
		},
		rule(
			'simulator-by-itself',
			'The simulator is written from the facts of the vendors, not from our client.',
			'^simulator/',
			'^(core|nodes|credentials)/',
		),
		rule(
			'published-by-itself',
			'What is published needs nothing of the workshop.',
			'^(core|nodes|credentials)/',
			'^(simulator|host|bench|test)/',
		),
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
	},
};
