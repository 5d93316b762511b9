import { END_OF_TIMES } from '../recording';
import { iso, zoneOffsetMs } from '../times';

/** Within what a time lies, in epoch milliseconds; both ends belong to it. */
export interface TimeRange {
	from: number;
	to: number;
}

/** A time of an extracted row, in epoch milliseconds. The two differ only where the clocks of a zone are changed. */
export interface RowTime {
	earliest: number;
	latest: number;
	/** Whether the text itself says which zone it means. */
	zoned: boolean;
}

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\.?)?`;
const ZONE = String.raw`\s*(Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?`;
const YEAR_FIRST = new RegExp(
	`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})(?:T|,?\\s+)${CLOCK}${ZONE}$`,
	'i',
);
const YEAR_LAST = new RegExp(
	`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})(?:T|,?\\s+)${CLOCK}${ZONE}$`,
	'i',
);
const MONTH_AS_WORD = /[a-z]{3}.*\d{1,2}:\d{2}|\d{1,2}:\d{2}.*[a-z]{3}/i;
const ENDS_WITH_ZONE =
	/\d(?:\s*[ap]\.?m\.?)?\s*(?:(?:UTC|GMT)?[+-]\d{2}:?\d{2}|UTC|GMT|Z|[ECMP][SD]T)(?:\s*\([^)]*\))?$/i;

/** Times before this one are no times of calls: what is meant is "none", or another calendar. */
const FIRST = Date.UTC(2000, 0, 1);
/** Clocks are changed at whole quarters of an hour. */
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;

/**
 * Reads the times of extracted rows. No document says which form and which zone they have, so every form is taken that
 * leaves no doubt; a date without a time of day, or one whose day and month cannot be told apart, is not read.
 */
export class ExtractedTimes {
	private readonly offsets = new Map<number, [number, number]>();

	/** @param zone name of the zone for times that come without one, for example `America/Los_Angeles` */
	constructor(readonly zone: string) {}

	/** @param near within what the time lies, where that is known: it tells 3 April from 4 March */
	read(text: string | null, near?: TimeRange): RowTime | undefined {
		const times = this.readings((text ?? '').trim().replace(/\[[^\]]*\]$/, '')).filter(
			({ earliest, latest }) => earliest >= FIRST && latest < END_OF_TIMES,
		);
		if (times.length > 1 && near !== undefined) {
			const likely = times.filter((time) => isWithin(time, near));
			return likely.length === 1 ? likely[0] : undefined;
		}
		return times.length === 1 ? times[0] : undefined;
	}

	private readings(text: string): RowTime[] {
		if (/^\d{10}(\.\d+)?$/.test(text)) return [exactly(Number(text) * 1_000)];
		if (/^\d{12,14}$/.test(text)) return [exactly(Number(text))];
		const dated = YEAR_FIRST.exec(text);
		if (dated !== null) return this.at([[dated[1], dated[2], dated[3]]], dated.slice(4));
		const numbers = YEAR_LAST.exec(text);
		if (numbers !== null) {
			const [, one, separator, other, year] = numbers;
			const dayFirst = [year, other, one];
			// Nobody writes the month first with dots; and where both are the same, there is one reading.
			const orders =
				separator === '.' || one === other ? [dayFirst] : [dayFirst, [year, one, other]];
			return this.at(orders, numbers.slice(5));
		}
		if (!MONTH_AS_WORD.test(text)) return [];
		const zoned = ENDS_WITH_ZONE.test(text);
		const ms = Date.parse(zoned ? text : `${text} UTC`);
		if (Number.isNaN(ms)) return [];
		return [zoned ? exactly(ms) : this.onTheClock(ms)];
	}

	/** @param dates year, month and day each */
	private at(
		dates: string[][],
		[hours, minutes, seconds = '0', fraction = '', half, zone]: Array<string | undefined>,
	): RowTime[] {
		const clock = clockMs(
			Number(hours),
			Number(minutes),
			Number(seconds),
			Number(`0.${fraction || '0'}`),
			half?.toLowerCase(),
		);
		if (clock === undefined) return [];
		return dates.flatMap(([year, month, day]) => {
			const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
			// 31 February would roll over into March.
			if (
				new Date(date).getUTCMonth() !== Number(month) - 1 ||
				new Date(date).getUTCDate() !== Number(day)
			)
				return [];
			return [
				zone === undefined ? this.onTheClock(date + clock) : exactly(date + clock - offsetOf(zone)),
			];
		});
	}

	/**
	 * What a clock on the wall of the zone means. In the hour that an autumn night has twice, it may be either; in the one
	 * that a spring night leaves out, the clock it was taken from was not changed, or was changed too early.
	 *
	 * @param wall the clock's time as if it were UTC
	 */
	private onTheClock(wall: number): RowTime {
		const quarter = Math.floor(wall / QUARTER_MS);
		let offsets = this.offsets.get(quarter);
		if (offsets === undefined) {
			const around = [
				zoneOffsetMs(this.zone, wall - DAY_MS),
				zoneOffsetMs(this.zone, wall + DAY_MS),
			];
			const fitting = around.filter((offset) => zoneOffsetMs(this.zone, wall - offset) === offset);
			const possible = fitting.length > 0 ? fitting : around;
			offsets = [Math.max(...possible), Math.min(...possible)];
			this.offsets.set(quarter, offsets);
		}
		return { earliest: wall - offsets[0], latest: wall - offsets[1], zoned: false };
	}
}

/** Whether a time may lie in a range. */
export function isWithin({ earliest, latest }: RowTime, { from, to }: TimeRange): boolean {
	return latest >= from && earliest <= to;
}

function exactly(ms: number): RowTime {
	return { earliest: ms, latest: ms, zoned: true };
}

function clockMs(
	hours: number,
	minutes: number,
	seconds: number,
	fraction: number,
	half: string | undefined,
): number | undefined {
	if (minutes > 59 || seconds > 59 || (half === undefined ? hours > 23 : hours < 1 || hours > 12))
		return undefined;
	const hour = half === undefined ? hours : (hours % 12) + (half === 'p' ? 12 : 0);
	return ((hour * 60 + minutes) * 60 + seconds) * 1_000 + Math.floor(fraction * 1_000);
}

function offsetOf(zone: string): number {
	const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
	return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Key of what to do about it in the words of the node; see `withNextStep`. */
export const ZONE_IN_DOUBT = 'zoneInDoubt';

/** Rows whose times are looked at, to notice that the zone they are read in is probably not theirs. */
export class ZoneDoubt {
	private rows = 0;
	private inside = 0;
	private future = 0;
	private nearest: number | undefined;

	/**
	 * @param asked the time asked for
	 * @param now epoch milliseconds; a call that began later than this is read in the wrong zone
	 */
	constructor(
		private readonly asked: TimeRange,
		private readonly now: number,
	) {}

	/** @param time undefined where it could not be read */
	add(time: RowTime | undefined): void {
		this.rows++;
		if (time === undefined || time.zoned || isWithin(time, this.asked)) this.inside++;
		if (time === undefined || time.zoned) return;
		if (time.earliest > this.now) this.future++;
		if (this.nearest === undefined || this.distance(time.earliest) < this.distance(this.nearest))
			this.nearest = time.earliest;
	}

	/** What to tell a builder, with the reason `ZONE_IN_DOUBT`; undefined where there is nothing to doubt. */
	words(zone: string): string | undefined {
		if (this.nearest === undefined) return undefined;
		const advice = `CXone gave their times without a time zone, and they were read in '${zone}'. If that is not the zone of the tenant, calls are missing.`;
		if (this.future > 0)
			return `${this.future} of ${this.rows} calls that CXone listed would begin in the future. ${advice}`;
		if (this.inside > 0) return undefined;
		return `None of the ${this.rows} calls that CXone listed began within the time asked for; the nearest is of ${iso(this.nearest)}. ${advice}`;
	}

	private distance(at: number): number {
		return Math.max(this.asked.from - at, at - this.asked.to, 0);
	}
}
