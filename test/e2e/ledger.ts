import { z } from 'zod';

import type { N8nHost } from '../../host/n8n';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NAME = 'Call recordings ledger';

const rowsSchema = z.object({
	count: z.number(),
	data: z.array(z.object({ recordingId: z.string(), sha256: z.string() }).passthrough()),
});

/** The data table that the workflow `archive-and-completeness.json` writes, seen from outside. */
export interface Ledger {
	/** All rows; none where the table is not there yet. */
	rows(): Promise<Array<z.infer<typeof rowsSchema>['data'][number]>>;
	/** Removes the row of a recording, as if it had never been archived. */
	remove(recordingId: string): Promise<void>;
}

/** The ledger in a started n8n. */
export function ledgerOf(host: N8nHost): Ledger {
	const path = async (): Promise<string | undefined> => {
		const project = z
			.object({ id: z.string() })
			.parse(await host.request('GET', '/projects/personal'));
		const tables = `/projects/${project.id}/data-tables`;
		const found = z
			.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) })
			.parse(await host.request('GET', tables));
		const table = found.data.find(({ name }) => name === NAME);
		return table && `${tables}/${table.id}/rows`;
	};
	return {
		async rows() {
			const rows = await path();
			if (rows === undefined) return [];
			const all: Awaited<ReturnType<Ledger['rows']>> = [];
			for (;;) {
				const { data, count } = rowsSchema.parse(
					await host.request('GET', `${rows}?take=100&skip=${all.length}`),
				);
				all.push(...data);
				if (all.length >= count || data.length === 0) return all;
			}
		},
		async remove(recordingId) {
			const filter = {
				type: 'and',
				filters: [{ columnName: 'recordingId', condition: 'eq', value: recordingId }],
			};
			await host.request(
				'DELETE',
				`${(await path()) ?? ''}?filter=${encodeURIComponent(JSON.stringify(filter))}&returnData=true`,
			);
		},
	};
}

/**
 * A time zone in which it is about noon now, so that no day ends while a test runs, and when yesterday began there.
 *
 * @returns `zone` as the environment variable `GENERIC_TIMEZONE` takes it, and epoch milliseconds
 */
export function dayFarFromMidnight(): { zone: string; yesterday: number } {
	const hours = 12 - new Date().getUTCHours();
	// The signs of these zones are the other way round: Etc/GMT-5 is five hours ahead of UTC.
	const zone = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
	const there = Date.now() + hours * HOUR_MS;
	return { zone, yesterday: there - (there % DAY_MS) - DAY_MS - hours * HOUR_MS };
}
