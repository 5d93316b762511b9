/** How the node under test is set up. */
export type Way = 'httpRequest' | 'downloadMedia' | 'downloadMediaHashes';

export const WAYS: readonly Way[] = ['httpRequest', 'downloadMedia', 'downloadMediaHashes'];

export const NAMES: Record<Way, string> = {
	httpRequest: 'HTTP Request node',
	downloadMedia: 'Download Media, hashes off',
	downloadMediaHashes: 'Download Media, MD5 + SHA-256',
};

/** Figures of one load, by way: medians; the ratios are medians of the ratios of each run to the HTTP Request node's. */
export interface SpeedFigures {
	load: string;
	totalBytes: number;
	curlSeconds: number;
	ways: Record<
		Way,
		{
			seconds: number;
			cpuSeconds: number;
			all: number[];
			throughputRatio: number;
			cpuRatio: number;
		}
	>;
}

/** Peak memory above an idle n8n, median of the runs. */
export interface MemoryFigures {
	load: string;
	way: Way;
	peakMib: number;
	all: number[];
}
