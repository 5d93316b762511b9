import { NAMES, WAYS, type SpeedFigures, type Way } from './figures';

const WIDTH = 760;
const LEFT = 250;
const BAR = 26;
const GAP = 10;

const COLORS: Record<Way, string> = {
	httpRequest: '#9aa0a6',
	downloadMedia: '#ff6d5a',
	downloadMediaHashes: '#c8402f',
};

/** Throughput in MiB/s as bars, one group for each load, as an SVG that stands by itself. */
export function chart(figures: readonly SpeedFigures[]): string {
	const rate = (bytes: number, seconds: number) => bytes / 1024 / 1024 / seconds;
	const highest = Math.max(
		...figures.flatMap(({ totalBytes, curlSeconds, ways }) => [
			rate(totalBytes, curlSeconds),
			...WAYS.map((way) => rate(totalBytes, ways[way].seconds)),
		]),
	);
	const scale = (WIDTH - LEFT - 130) / highest;
	const parts: string[] = [];
	let y = 56;
	const bar = (name: string, color: string, mibPerSecond: number, note: string) => {
		const width = Math.max(1, Math.round(mibPerSecond * scale));
		parts.push(
			`<text x="${LEFT - 12}" y="${y + 18}" text-anchor="end">${name}</text>`,
			`<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="3" fill="${color}"/>`,
			`<text x="${LEFT + width + 8}" y="${y + 18}">${Math.round(mibPerSecond)} MiB/s${note}</text>`,
		);
		y += BAR + GAP;
	};
	for (const { load, totalBytes, curlSeconds, ways } of figures) {
		parts.push(`<text x="16" y="${y + 4}" font-weight="600">${load}</text>`);
		y += 16;
		for (const way of WAYS) {
			const { seconds, throughputRatio } = ways[way];
			bar(
				NAMES[way],
				COLORS[way],
				rate(totalBytes, seconds),
				way === 'httpRequest' ? '' : `  (${throughputRatio.toFixed(1)}x)`,
			);
		}
		bar('curl to disk', '#5f6368', rate(totalBytes, curlSeconds), '');
		y += 18;
	}
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="13" fill="#24292f">`,
		`<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
		'<text x="16" y="28" font-size="15" font-weight="600">Download throughput inside n8n (longer is better)</text>',
		...parts,
		'</svg>',
		'',
	].join('\n');
}
