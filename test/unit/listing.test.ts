import { NodeApiError, type INode } from 'n8n-workflow';

import type { ListPage } from '../../core/listing';
import { recordingOf } from '../../core/item';
import { findRecordings, type SearchChoice, type Searchable } from '../../core/search';

const NODE = { name: 'Search', type: 'search' } as unknown as INode;
const refused = (httpCode: string) =>
	new NodeApiError(NODE, { message: 'no further' }, { message: 'refused', httpCode });
const AVAILABLE = recordingOf({ id: '-', status: 'Available' })!;

/** A list by number, of as many rows as are counted, and so many more that are not. */
class List implements Searchable<string> {
	readonly platform = 'Acme';
	mapped = 0;

	constructor(
		private readonly rows: number,
		private readonly pageSize: number,
		private readonly behind: (
			position: number,
		) => ListPage<string> | NodeApiError | undefined = () => undefined,
		private readonly total: number | undefined,
	) {}

	readonly idOf = (raw: string) => raw;
	readonly toRecording = (raw: string) => {
		this.mapped++;
		return { ...AVAILABLE, id: raw };
	};

	async page(position: number | string = 0): Promise<ListPage<string>> {
		const from = Number(position);
		const behind = this.behind(from);
		if (behind instanceof NodeApiError) throw behind;
		if (behind !== undefined) return behind;
		const to = Math.min(this.rows, from + this.pageSize);
		const rows = Array.from({ length: Math.max(0, to - from) }, (_, n) => `r${from + n}`);
		const full = rows.length === this.pageSize;
		return { rows, full, total: this.total, ...((to < this.rows || full) && { next: to }) };
	}
}

const find = async (list: List, choice: Partial<SearchChoice> = {}) =>
	await findRecordings(
		list,
		{ whenNotAvailable: 'skip', maxWaitMs: 0, limit: Infinity, conditions: {}, ...choice },
		() => undefined,
	);

describe('a search of a long list', () => {
	it('looks at each recording a few times, however many pages there are before there is enough', async () => {
		const list = new List(2_000, 10, () => undefined, 2_000);
		expect((await find(list, { limit: 1_990 })).rows).toHaveLength(1_990);
		expect(list.mapped).toBeLessThan(2_000 * 12);
	});

	const beyond =
		(behind: ListPage<string> | NodeApiError) =>
		(position: number): typeof behind | undefined =>
			position >= 10_000 ? behind : undefined;
	const empty = { rows: [], full: false };

	it.each([
		['refused', beyond(refused('400')), 10_000],
		['refused, where more were counted', beyond(refused('400')), 12_000],
		['refused in a server’s own way', beyond(refused('500')), 12_000],
		['empty', beyond({ ...empty, total: 10_000 }), 10_000],
		['empty, where nothing is counted', beyond(empty), undefined],
	])(
		'that ends at 10,000 rows is not whole: what is behind is %s',
		async (_what, behind, total) => {
			const rows = total ?? 12_000;
			await expect(find(new List(rows, 500, behind, total))).rejects.toThrow(
				'Acme lists no more than 10000 recordings of a search',
			);
		},
	);

	it.each([9_999, 10_001])('of %i rows is whole', async (rows) => {
		const list = new List(rows, 500, (at) => (at >= rows ? refused('400') : undefined), rows);
		expect((await find(list)).rows).toHaveLength(rows);
	});

	it('is refused as it was where it is refused elsewhere', async () => {
		const list = new List(900, 100, (at) => (at === 500 ? refused('400') : undefined), 900);
		await expect(find(list)).rejects.toThrow('refused');
	});
});
