import { readFileSync } from 'node:fs';

/** Clock ticks of `/proc/{pid}/stat` in a second; Linux has had 100 on every platform n8n runs on. */
const TICKS_PER_SECOND = 100;

/** What a process cost while it was watched. */
export interface Cost {
	/** User and system time. */
	cpuSeconds: number;
	/** Resident memory at its highest, above what it was at the start. */
	peakBytes: number;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
	const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return Number(kibibytes) * 1024;
}

function cpuSeconds(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** Watches a process while `work` runs. Linux only: it reads `/proc`. */
export async function watch<T>(pid: number, work: () => Promise<T>): Promise<T & { cost: Cost }> {
	const cpuBefore = cpuSeconds(pid);
	const before = residentBytes(pid);
	let peak = before;
	const timer = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 10);
	try {
		const result = await work();
		return {
			...result,
			cost: { cpuSeconds: cpuSeconds(pid) - cpuBefore, peakBytes: peak - before },
		};
	} finally {
		clearInterval(timer);
	}
}

/** The middle value; of an even number of values the lower one of the two. */
export function median(values: readonly number[]): number {
	return (
		[...values].sort((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN
	);
}
