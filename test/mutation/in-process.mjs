/**
 * Runs the tests for Stryker within its own process. Jest would build its world anew for each change, seconds each time;
 * here third-party modules stay loaded and only the project's own files are loaded afresh, for every test file as in Jest.
 * The tests are defined and run by Jest's own parts: `jest-circus`, `expect` and `jest-mock`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';

import {
	commonTokens,
	declareFactoryPlugin,
	declareValuePlugin,
	PluginKind,
	tokens,
} from '@stryker-mutator/api/plugin';
import { DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';

const require = createRequire(import.meta.url);
/** A test that takes longer is asked only about what no quicker one noticed. Milliseconds. */
const QUICK = 150;
/** What the tests that are asked about one change may take in all: the score can only be better than it says. Milliseconds. */
const ENOUGH = 8_000;
/** Cases of a property, which has thousands in a test run. */
const CASES = 100;
/** How often it is looked whether a test still does something. Milliseconds. */
const TICK = 50;
/** Ticks without any work after which a test waits for ever, on top of three times those it has without a change. */
const IDLE_TICKS = 40;
/** How often more than without a change a test may come by a changed place; more is taken for an endless loop. */
const HITS_FACTOR = 100;
const HITS_ALLOWANCE = 1_000;
/** What the run without a change showed: a process that takes the place of one that was ended learns it from it. */
const SEEN = 'seen.json';

/** Stryker copies the project, and has its processes go there once this file is loaded. */
let root;
const isOwn = (file) => file.startsWith(root + path.sep) && !file.includes('node_modules');

function forget() {
	for (const file of Object.keys(require.cache)) if (isOwn(file)) delete require.cache[file];
}

function compileTypeScript() {
	const { transformSync } = require('esbuild');
	const compiled = new Map();
	Module._extensions['.ts'] = (module, file) => {
		let code = compiled.get(file);
		if (code === undefined) {
			({ code } = transformSync(readFileSync(file, 'utf8'), {
				loader: 'ts',
				format: 'cjs',
				target: 'node20',
				tsconfigRaw: { compilerOptions: { esModuleInterop: true } },
			}));
			compiled.set(file, code);
		}
		module._compile(code, file);
	};
	// Before the .json that may stand beside it.
	const json = Module._extensions['.json'];
	delete Module._extensions['.json'];
	Module._extensions['.json'] = json;
}

function fewerCases() {
	const module = require('fast-check');
	module.configureGlobal({ seed: 1, endOnFailure: true });
	const { assert } = module;
	module.default = Object.create(module.default, {
		assert: {
			value: (property, options) =>
				assert(property, { ...options, numRuns: Math.min(CASES, options?.numRuns ?? CASES) }),
		},
	});
}

const computed = () => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
};

/**
 * Counts the ticks at which nothing was done since the last one. A machine at work elsewhere makes a test slow, not idle:
 * only a process that has its turn counts.
 */
function countIdle(limit, reached) {
	let before = computed();
	const idle = { ticks: 0 };
	const timer = setInterval(() => {
		const now = computed();
		if (now - before < 3) idle.ticks++;
		before = now;
		if (idle.ticks > limit) reached();
	}, TICK);
	return Object.assign(idle, { stop: () => clearInterval(timer) });
}

class InProcessRunner {
	#namespace;
	#circus;
	/** Of each test: its idle ticks, how often it comes by each place that can be changed, and the milliseconds it takes. */
	#waits = {};
	#hits = {};
	#costs = {};
	/** The tests that noticed the last changes. */
	#noticed = [];

	constructor(options) {
		root = process.cwd();
		const { tests, thorough, threads } = options.inProcess;
		this.files = [...tests, ...thorough];
		this.near = tests;
		this.threads = threads;
		this.#namespace = globalThis.__stryker__ ??= {};
	}

	capabilities() {
		return { reloadEnvironment: true };
	}

	async init() {
		process.env.NODE_ENV = 'test';
		process.env.N8N_USER_FOLDER = path.join(process.env.TMPDIR ?? root, 'n8n-user');
		process.env.N8N_LOG_LEVEL ??= 'silent';
		// Work that a change left behind must not end the process.
		process.on('unhandledRejection', () => undefined);
		process.on('uncaughtException', () => undefined);
		compileTypeScript();
		this.#circus = require('jest-circus');
		const { describe, it, test, beforeAll, beforeEach, afterAll, afterEach } = this.#circus;
		const { jestExpect } = require('@jest/expect');
		const { ModuleMocker } = require('jest-mock');
		const mocker = new ModuleMocker(globalThis);
		Object.assign(globalThis, { describe, it, test, beforeAll, beforeEach, afterAll, afterEach });
		Object.assign(globalThis, {
			expect: jestExpect,
			jest: {
				fn: mocker.fn.bind(mocker),
				spyOn: mocker.spyOn.bind(mocker),
				restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
			},
		});
		this.mocker = mocker;
		fewerCases();
		if (existsSync(SEEN))
			[this.#waits, this.#hits, this.#costs] = JSON.parse(readFileSync(SEEN, 'utf8'));
		// Loads what is loaded but once, so that it does not count as time of the tests.
		for (const file of this.files) this.define(file);
	}

	async dryRun() {
		delete this.#namespace.mutantCoverage;
		const tests = [];
		const loads = new Map();
		for (const file of this.files) {
			const load = `load ${file}`;
			const { results } = await this.runFile(file, { load });
			tests.push(...results);
			loads.set(load, { file, ids: results.map(({ id }) => id) });
		}
		this.#namespace.currentTestId = undefined;
		// What runs when a file is loaded counts as run by each of its tests: it is loaded anew for them. So does what runs
		// in a thread that they start, which cannot tell.
		const coverage = this.#namespace.mutantCoverage ?? { static: {}, perTest: {} };
		const { perTest } = coverage;
		for (const [load, { file, ids }] of loads) {
			const ofAll = { ...perTest[load], ...this.inThreads(file) };
			for (const id of ids) {
				const own = (perTest[id] ??= {});
				for (const [mutant, hits] of Object.entries(ofAll)) own[mutant] = (own[mutant] ?? 0) + hits;
			}
			delete perTest[load];
		}
		coverage.static = {};
		this.limit(perTest);
		this.#hits = perTest;
		writeFileSync(SEEN, JSON.stringify([this.#waits, this.#hits, this.#costs]));
		return { status: DryRunStatus.Complete, tests, mutantCoverage: coverage };
	}

	/** The changes in programs that a test file starts threads with. */
	inThreads(file) {
		const programs = Object.entries(this.threads).filter(([, test]) => test === file);
		return Object.fromEntries(
			programs
				.flatMap(([program]) => [
					...readFileSync(program, 'utf8').matchAll(/stryMutAct_\w+\("(\d+)"\)/g),
				])
				.map(([, mutant]) => [mutant, 1]),
		);
	}

	/** Whether a test is asked before those that take long, or whose whole file is slow. */
	isQuick = (id) => this.#costs[id] <= QUICK && this.near.some((file) => id.startsWith(`${file} `));

	/** Leaves of the tests that come by a change as many as may be asked, in the order in which they are. */
	limit(perTest) {
		const spent = {};
		const inFiles = Object.keys(this.#costs);
		for (const id of [
			...inFiles.filter(this.isQuick),
			...inFiles.filter((id) => !this.isQuick(id)),
		]) {
			for (const mutant of Object.keys(perTest[id] ?? {})) {
				const sum = (spent[mutant] ?? 0) + this.#costs[id];
				if (sum > ENOUGH) delete perTest[id][mutant];
				else spent[mutant] = sum;
			}
		}
	}

	async mutantRun({ activeMutant, testFilter, disableBail }) {
		const tests = [];
		// What noticed the last changes notices most of the next ones, which are near them.
		const first = this.#noticed.filter((id) => testFilter.includes(id));
		const others = testFilter.filter((id) => !first.includes(id));
		const slow = others.filter((id) => !this.isQuick(id));
		for (const ids of [first, others.filter(this.isQuick), slow]) {
			for (const file of this.files) {
				const only = new Set(ids.filter((id) => id.startsWith(`${file} `)));
				if (only.size === 0) continue;
				const bail = !disableBail;
				const { results, endless } = await this.runFile(file, {
					only,
					bail,
					mutant: activeMutant.id,
				});
				if (endless) return toMutantRunResult({ status: DryRunStatus.Timeout, reason: 'endless' });
				tests.push(...results);
				const failed = results.find(({ status }) => status === TestStatus.Failed);
				if (failed === undefined || disableBail) continue;
				await this.assertPasses(file, failed.id);
				this.#noticed = [failed.id, ...this.#noticed.filter((id) => id !== failed.id)].slice(0, 6);
				return toMutantRunResult({ status: DryRunStatus.Complete, tests });
			}
		}
		return toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail);
	}

	/**
	 * A test that fails without a change as well was failed by something that an earlier one left behind. Stryker tries the
	 * change again, in a new process.
	 */
	async assertPasses(file, id) {
		const { results } = await this.runFile(file, { only: new Set([id]) });
		if (results.every(({ status }) => status === TestStatus.Success)) return;
		throw new Error(`Fails without a change, too: ${id}`);
	}

	/** Has Jest know the tests of a file; gives the error that loading it ended with. */
	define(file) {
		forget();
		this.#circus.resetState();
		Object.assign(this.#circus.getState(), { parentProcess: process, testTimeout: 30_000 });
		try {
			require(path.join(root, file));
			return undefined;
		} catch (error) {
			return error;
		}
	}

	async runFile(file, { load, only, bail = false, mutant }) {
		const environment = { ...process.env };
		const namespace = this.#namespace;
		namespace.activeMutant = mutant;
		// A thread that a test starts reads it there.
		if (mutant !== undefined) process.env.__STRYKER_ACTIVE_MUTANT__ = mutant;
		namespace.currentTestId = load;
		namespace.hitLimit = namespace.hitCount = undefined;
		const ids = new Map();
		const results = [];
		let failed = false;
		let endless = false;
		let begun;
		const idOf = (test) => {
			const names = [];
			for (let at = test; at.parent !== undefined; at = at.parent) names.unshift(at.name);
			return `${file} ${names.join(' ')}`;
		};
		const leaveOut = ({ children }) => {
			for (const child of children) {
				if (child.type === 'describeBlock') leaveOut(child);
				else if (!only.has(idOf(child))) child.mode = 'skip';
			}
		};
		const listener = (event, state) => {
			if (event.name === 'run_start') {
				if (only !== undefined) leaveOut(state.rootDescribeBlock);
			} else if (event.name === 'test_start') {
				const { test } = event;
				const id = idOf(test);
				ids.set(test, id);
				if (bail && failed) test.mode = 'skip';
				if (load !== undefined) namespace.currentTestId = id;
				else {
					namespace.hitCount = 0;
					namespace.hitLimit =
						HITS_ALLOWANCE + HITS_FACTOR * (this.#hits[id]?.[namespace.activeMutant] ?? 0);
				}
				const { fn } = test;
				const limit =
					load === undefined ? IDLE_TICKS + 3 * (this.#waits[id] ?? 0) : Number.POSITIVE_INFINITY;
				test.fn = async function () {
					let idle;
					const endless = new Promise((_, reject) => {
						idle = countIdle(limit, () => reject(new Error('waits for ever')));
					});
					try {
						await Promise.race([fn.call(this), endless]);
					} finally {
						idle.stop();
						test.idleTicks = idle.ticks;
					}
				};
				begun = computed();
			} else if (event.name === 'test_done') {
				const { test } = event;
				const { errors, duration } = test;
				const id = ids.get(test);
				endless ||= namespace.hitCount > namespace.hitLimit;
				failed ||= endless || errors.length > 0;
				const first = [errors[0]].flat()[0];
				if (load !== undefined) {
					namespace.currentTestId = load;
					this.#waits[id] = test.idleTicks;
					this.#costs[id] = computed() - begun + test.idleTicks * TICK;
				}
				results.push(
					errors.length > 0
						? result(id, file, TestStatus.Failed, String(first?.message ?? first))
						: result(id, file, TestStatus.Success, undefined, duration),
				);
			}
		};
		this.#circus.addEventHandler(listener);
		try {
			const error = this.define(file);
			if (error !== undefined) {
				if (load !== undefined) throw error;
				return { results: [result(`${file} `, file, TestStatus.Failed, String(error))] };
			}
			const { unhandledErrors } = await this.#circus.run();
			if (unhandledErrors.length > 0 && !failed)
				results.push(result(`${file} `, file, TestStatus.Failed, unhandledErrors[0]));
		} finally {
			this.#circus.removeEventHandler(listener);
			this.mocker.restoreAllMocks();
			namespace.activeMutant = undefined;
			for (const name of Object.keys(process.env))
				if (!(name in environment)) delete process.env[name];
			Object.assign(process.env, environment);
		}
		return { results, endless };
	}
}

const result = (id, file, status, failureMessage, timeSpentMs = 0) => ({
	id,
	name: id,
	fileName: path.join(root, file),
	timeSpentMs,
	status,
	...(failureMessage !== undefined && { failureMessage }),
});

createRunner.inject = tokens(commonTokens.options);
function createRunner(options) {
	return new InProcessRunner(options);
}

/** Texts that people read: whether they are good is not told by a test that repeats them. */
const isWording = (text) => /\p{L}[,.:;]? +\p{L}/u.test(text);
const wording = {
	shouldIgnore({ node }) {
		if (node.type === 'StringLiteral' && isWording(node.value)) return 'wording';
		if (node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => isWording(value.raw)))
			return 'wording';
		return undefined;
	},
};

export const strykerPlugins = [
	declareFactoryPlugin(PluginKind.TestRunner, 'in-process', createRunner),
	declareValuePlugin(PluginKind.Ignore, 'wording', wording),
];

export const strykerValidationSchema = { properties: { inProcess: { type: 'object' } } };
