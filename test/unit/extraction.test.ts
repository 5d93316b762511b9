import { Readable } from 'node:stream';

import { csvRows, dayRanges, type ExtractedRow } from '../../core/cxone/extraction';
import { extractedRecording } from '../../core/cxone/extracted';

const rowsOf = async (...chunks: Array<string | Buffer>): Promise<ExtractedRow[]> => {
	const rows: ExtractedRow[] = [];
	for await (const row of csvRows(Readable.from(chunks.map((chunk) => Buffer.from(chunk as string))))) rows.push(row);
	return rows;
};

describe('csvRows', () => {
	it('reads a byte order mark, quotes, line breaks and characters cut between chunks', async () => {
		const text = Buffer.from('\uFEFFSegment ID, Agent 1 Name \r\ns1,"Zoë ""Z"", Inc.\nTeam"\r\n\r\ns2,b\r\n', 'utf8');
		const cut = text.indexOf(0xab);
		expect(await rowsOf(text.subarray(0, 1), text.subarray(1, cut), text.subarray(cut))).toEqual([
			{ 'Segment ID': 's1', 'Agent 1 Name': 'Zoë "Z", Inc.\nTeam' },
			{ 'Segment ID': 's2', 'Agent 1 Name': 'b' },
		]);
	});

	it('keeps columns of the same name apart, and rows shorter than the header', async () => {
		expect(await rowsOf('A,A,B\n1,2,3\n4\n')).toEqual([{ A: '1', 'A (2)': '2', B: '3' }, { A: '4' }]);
	});

	it('gives no row for a header alone', async () => {
		expect(await rowsOf('A,B\r\n')).toEqual([]);
	});

	it('passes on that the source broke', async () => {
		const source = new Readable({ read() { this.push('A,B\n1,2\n'); this.destroy(new Error('cut')); } });
		await expect(async () => {
			for await (const row of csvRows(source)) expect(row).toBeDefined();
		}).rejects.toThrow('cut');
	});
});

describe('dayRanges', () => {
	const ranges = (from: string, to: string) => dayRanges(Date.parse(from), Date.parse(to)).map(({ startDate, endDate }) => `${startDate}..${endDate}`);
	it('covers every day once, in steps of at most 14', () => {
		expect(ranges('2025-03-04T23:59:00Z', '2025-03-04T23:59:00Z')).toEqual(['2025-03-04..2025-03-05']);
		expect(ranges('2025-03-01T00:00:00Z', '2025-03-14T12:00:00Z')).toEqual(['2025-03-01..2025-03-15']);
		expect(ranges('2025-02-20T10:00:00Z', '2025-03-06T00:00:00Z')).toEqual(['2025-02-20..2025-03-06', '2025-03-06..2025-03-07']);
	});
});

describe('extractedRecording', () => {
	it('reads times without a zone as UTC and says what it does not know', () => {
		expect(extractedRecording([{ 'Segment ID': 's', 'Start Date': '2025-03-04 15:02:11' }], 'segment')).toMatchObject({
			id: 's', status: 'Unknown', start: '2025-03-04T15:02:11.000Z', end: null, durationSeconds: null, callerNumber: null, agents: [], references: { segmentId: 's' },
		});
	});
});
