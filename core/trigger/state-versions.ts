/** Of the form in which a state is stored. A trigger goes on with a state of any version up to this one. */
export const VERSION = 3;

/** Stands for the number of entries in a state of the first version, which did not count them. */
export const BEFORE_ENTRIES = -1;

/** Of a state that does not tell: whatever is watched now. */
export const UNKNOWN = '';

/** Plain JSON, of which nothing is sure. */
type Json = Record<string, unknown>;

/** A stored state in the present form, or as it is where it is damaged or of a version to come. */
export function upgraded(stored: object): object {
	const state = stored as Json;
	if (state.version === 1) return fromSecond(fromFirst(state));
	if (state.version === 2) return fromSecond(state);
	return state;
}

/** What the first version did not know is filled in so that nothing is lost. */
function fromFirst(state: Json): Json {
	const { revision, floor, sweep, baseline, memory, scope } = state;
	if (floor === undefined || !isObject(sweep) || typeof scope !== 'string') return state;
	const [, api, start] = /^(\w+) from (.+)$/.exec(scope) ?? [];
	return {
		version: 2,
		revision,
		watch: { start, api, conditions: UNKNOWN },
		activatedAt: sweep.startedAt,
		polledAt: sweep.startedAt,
		floor,
		rememberedFrom: floor,
		readTo: sweep.at,
		sweep,
		...(baseline !== undefined && { baseline }),
		memory,
		entries: BEFORE_ENTRIES,
	};
}

/** The second version had the same facts under other names. */
function fromSecond(state: Json): Json {
	const scan = renamed(state.sweep, {
		at: 'cursor',
		gap: 'holdsWatermark',
		unclean: 'doubtfulReads',
		starved: 'goesFirst',
	});
	const check = renamed(state.watching, { lookedAt: 'checkedAt', look: 'underWay' });
	return {
		...(renamed(
			{ ...state, sweep: scan, watching: check },
			{ floor: 'watermark', sweep: 'scan', watching: 'awaitedCheck' },
		) as Json),
		...(isObject(scan) && {
			scan: {
				...scan,
				resume: renamed(scan.resume, { lowest: 'leastTotal', torn: 'rowsMoved', last: 'lastId' }),
			},
		}),
		...(isObject(check) && {
			awaitedCheck: {
				...check,
				underWay: renamed(check.underWay, { at: 'startedAt', done: 'doneTo' }),
			},
		}),
		version: VERSION,
	};
}

function renamed(value: unknown, names: Record<string, string>): unknown {
	return isObject(value)
		? Object.fromEntries(Object.entries(value).map(([name, one]) => [names[name] ?? name, one]))
		: value;
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null;
}
