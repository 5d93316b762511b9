/**
 * What `npm run mutate` changes, and the tests that have to notice. Those that run a whole node load n8n-core, which takes
 * seconds for each mutant: only where an area has no closer ones.
 */
export const AREAS = {
	http: {
		mutate: ['core/http/**/*.ts'],
		tests: ['unit/budget', 'unit/http', 'unit/transport', 'media/edges'],
	},
	media: {
		mutate: ['core/media/**/*.ts', '!core/media/{names,parallel,stored}.ts'],
		tests: ['unit/media-*', 'property/media', 'media/edges', 'media/fault-matrix'],
	},
	delivery: {
		mutate: ['core/media/{names,parallel,stored}.ts'],
		tests: ['node/download-media'],
	},
	trigger: {
		mutate: ['core/trigger/**/*.ts'],
		tests: ['unit/trigger-*', 'property/trigger-state', 'node/recording-trigger'],
	},
	parsers: {
		mutate: ['core/times.ts', 'core/cxone/extraction.ts'],
		tests: ['unit/times', 'property/values', 'unit/extraction', 'node/data-extraction'],
	},
	evidence: {
		mutate: ['core/evidence/**/*.ts'],
		tests: ['evidence/evidence', 'property/values'],
	},
};
