/** The place where every copy of undici in a process, Node's own behind `fetch` included, looks for its default dispatcher. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

const holder = globalThis as { [DISPATCHER]?: unknown };
const before = holder[DISPATCHER];

/**
 * Takes back what loading undici did to the process: it puts an agent of its own in that place if there is none yet, and
 * would from then on carry the requests of n8n and of other nodes. To be imported before undici.
 */
export function restoreGlobalDispatcher(): void {
	holder[DISPATCHER] = before;
}
