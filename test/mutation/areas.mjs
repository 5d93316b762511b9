/**
 * What `npm run mutate` changes, and the tests that have to notice, the closest and quickest first: the first that fails
 * ends the run of a change.
 */
export const AREAS = {
	budget: {
		mutate: ['core/http/{budget,retry}.ts'],
		tests: ['unit/http', 'unit/budget'],
	},
	http: {
		mutate: ['core/http/**/*.ts', '!core/http/{budget,retry}.ts'],
		tests: ['unit/http', 'unit/http-errors', 'unit/wire', 'unit/transport', 'node/credentials'],
	},
	parsers: {
		mutate: ['core/times.ts', 'core/cxone/extraction.ts'],
		tests: ['unit/times', 'unit/extraction', 'property/values', 'node/data-extraction'],
	},
	formats: {
		mutate: ['core/media/{kinds,mp4,wav}.ts'],
		tests: ['unit/media-wav', 'property/media'],
	},
	media: {
		mutate: ['core/media/**/*.ts', '!core/media/{kinds,mp4,wav}.ts'],
		tests: [
			'unit/media-names',
			'unit/media-blocks',
			'unit/media-hashing',
			'media/edges',
			'media/fault-matrix',
			'node/download-media',
			'node/download-media-links',
			'node/download-media-ready',
		],
	},
	trigger: {
		mutate: ['core/trigger/**/*.ts'],
		tests: [
			'unit/trigger-memory',
			'unit/trigger-poll',
			'property/trigger-state',
			'node/recording-trigger',
		],
	},
	evidence: {
		mutate: ['core/evidence/**/*.ts'],
		tests: ['evidence/evidence', 'property/values'],
	},
};
