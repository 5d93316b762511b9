/**
 * What `npm run mutate` changes, and the tests that have to notice, the closest and quickest first: the first that fails
 * ends the run of a change. `thorough` ones, against whole servers, are asked about what all others did not notice.
 */
export const AREAS = {
	budget: {
		mutate: ['core/http/{budget,retry}.ts'],
		tests: ['unit/http', 'unit/budget'],
	},
	http: {
		mutate: ['core/http/**/*.ts', '!core/http/{budget,retry}.ts'],
		tests: [
			'unit/http',
			'unit/http-errors',
			'unit/wire',
			'unit/answer-text',
			'unit/transport',
			'unit/test-rules',
			'node/credentials',
		],
	},
	parsers: {
		mutate: ['core/times.ts', 'core/cxone/{extracted-file,extracted-times}.ts'],
		tests: ['unit/times', 'unit/extraction'],
	},
	formats: {
		mutate: ['core/media/{kinds,mp3,mp4,quiet,wav}.ts'],
		tests: ['unit/media-kinds', 'unit/media-wav', 'property/media'],
		thorough: ['node/download-media-skip'],
	},
	// What reuses memory can only be tried on the Node.js of n8n: `tsx host/node.ts test/mutation/run.mjs media`.
	media: {
		mutate: ['core/media/**/*.ts', '!core/media/{kinds,mp3,mp4,quiet,wav}.ts'],
		tests: [
			'unit/media-transfer',
			'unit/media-download',
			'unit/media-errors',
			'unit/media-names',
			'unit/media-blocks',
			'unit/media-hashing',
			'media/edges',
		],
		thorough: [
			'media/fault-matrix',
			'node/download-media-common-faults',
			'node/download-media-skip',
			'node/download-media-guards',
			'node/download-media-links',
			'node/download-media',
		],
	},
	trigger: {
		mutate: ['core/trigger/**/*.ts'],
		tests: [
			'unit/trigger-reads',
			'unit/trigger-awaited',
			'unit/trigger-memory',
			'unit/trigger-poll',
			'property/trigger-state',
			'unit/trigger-model',
		],
	},
	evidence: {
		mutate: ['core/evidence/**/*.ts'],
		tests: ['evidence/evidence', 'property/values'],
		thorough: ['node/evidence'],
	},
};

/** Programs that tests start as threads, where what runs cannot be seen: which test it is. */
export const THREADS = { 'core/media/digest-worker.ts': 'test/unit/media-hashing.test.ts' };
